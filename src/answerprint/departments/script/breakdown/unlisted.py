"""Things that no list knows: a noun that somebody holds in the action is a prop of its own."""

from __future__ import annotations

from collections.abc import Iterator

from answerprint.departments.script.breakdown.mentions import Mention
from answerprint.departments.script.breakdown.phrases import quantity
from answerprint.departments.script.breakdown.presence import Reading
from answerprint.departments.script.breakdown.sentences import singular
from answerprint.departments.script.breakdown.vocabulary import listed

_DEFINITE = frozenset(("the", "his", "her", "their", "its", "this", "that", "these", "those"))
_ABSTRACT_ENDINGS = (
    "tion",
    "sion",
    "ness",
    "ment",
    "ity",
    "ence",
    "ance",
    "ism",
    "hood",
    "ship",
    "ing",
    "ly",
    "ure",
    "dom",
)
_COLOURS = listed("colours")


def unlisted(reading: Reading, at: int, element: int) -> Iterator[Mention]:
    """A noun that no list knows, governed by a verb of holding, is a prop of its own."""
    known = reading.known
    token = reading.tokens[at]
    word = token.low
    if (
        reading.absent[at]
        or token.owner
        or len(word) < 3
        or reading.finite(at)
        or (token.capitalised and not token.capitals)
    ):
        return
    if (
        word in reading.names
        or word in known.closed["adverbs"]
        or word in known.closed["determiners"]
        or word in known.closed["numbers"]
    ):
        return
    if (
        reading.after(at) is not None
        and not reading.finite(at + 1)
        and reading.words[at + 1] not in known.closed["adverbs"]
        and reading.words[at + 1] not in known.closed["determiners"]
        and not reading.words[at + 1].endswith("ly")
    ):
        return  # an adjective, or a noun before its head
    one = singular(word)
    for words in ("body", "abstract", "set"):
        if word in known.nouns[words] or one in known.nouns[words]:
            return
    if (
        one in known.people
        or one in known.groups
        or word in known.groups
        or word in known.base
        or word.endswith(_ABSTRACT_ENDINGS)
    ):
        return
    start = reading.phrase_start(at)
    if start == at:
        return
    if (
        reading.words[start] not in known.closed["determiners"]
        and reading.words[start] not in known.closed["numbers"]
        and not reading.tokens[start].owner
    ):
        return
    if word in _COLOURS or word.endswith("ed"):
        return
    verb, preposition = reading.governor(start)
    if verb not in known.verbs["holding"] or (preposition and preposition not in known.closed["particles"]):
        return
    said = " ".join(t.text for t in reading.tokens[start : at + 1])
    yield Mention(
        "props", one, element, token.start, token.end, 0.45,
        f"no listed word, but handled in the action: “{verb} … {said}”",
        quantity(reading, start, at), one, reading.words[start] in _DEFINITE,
    )  # fmt: skip
