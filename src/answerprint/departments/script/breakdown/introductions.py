"""Who the action introduces: full names of those who speak, people who never do, and animals with names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from answerprint.departments.script.breakdown.cast import TITLES, Part, name_words
from answerprint.departments.script.breakdown.people import Cast
from answerprint.departments.script.breakdown.sentences import Sentence, Token, singular
from answerprint.departments.script.breakdown.vocabulary import Vocabulary, listed
from answerprint.departments.script.numbers import NUMBERS

_AGE = listed("age")
_FORMAL = listed("formal")
_JOINING = frozenset(("and", "aka", "or", "alias", "with"))

# What begins a sentence in capitals and is no person.
_NOBODY = {
    "rain", "snow", "night", "silence", "darkness", "smoke", "water", "thunder", "lightning", "fog",
    "sunlight", "moonlight", "dawn", "music", "camera", "steam", "nobody", "laughter", "behind",
}  # fmt: skip


def introduce(cast: Cast, sentences: Iterable[Sentence]) -> None:
    """Learn from the action: full names of those who speak, and people who never do.

    A run of capitals is a person when a cue is part of it, when it ends in a person's noun, when an age or a
    description follows it, or when it has no article and does what people do.
    """
    known = cast.known
    said = list(sentences)
    sightings: dict[str, list[bool]] = {}
    for sentence in said:
        _sight(sentence.tokens, known, sightings)
    for sentence in said:
        for start, end in _capital_runs(sentence.tokens):
            _introduced(cast, sentence.tokens, start, end, sightings)
        _titled(cast, sentence.tokens)
    cast.build()
    for word, acts in sightings.items():
        unknown = (
            word not in cast.words
            and word not in cast.pets
            and known.name_of(word) is None
            and not _ordinary(known, word)
        )
        if unknown and sum(acts) >= 2 and len(acts) >= 3:
            cast.add(word.upper())
    cast.build()


def _sight(tokens: list[Token], known: Vocabulary, sightings: dict[str, list[bool]]) -> None:
    """Note every capitalised word, and whether a verb of the present follows it."""
    for at, token in enumerate(tokens):
        plain = token.kind == "word" and token.capitalised and not token.capitals
        if plain and len(token.low) > 1 and not token.owner:
            after = tokens[at + 1].low if at + 1 < len(tokens) else ""
            acts = after in known.base and after.endswith("s")
            sightings.setdefault(token.low, []).append(acts and (at == 0 or tokens[at - 1].kind != "mark"))


def _titled(cast: Cast, tokens: list[Token]) -> None:
    """`Mrs. Doyle` is somebody, also where nothing is in capitals."""
    for at in range(len(tokens) - 1):
        title, name = tokens[at], tokens[at + 1]
        if title.low not in _FORMAL or not title.capitalised:
            continue
        if name.low == "." and at + 2 < len(tokens):
            name = tokens[at + 2]
        words = [title.low, name.low]
        if name.kind != "word" or not name.capitalised or _ordinary(cast.known, name.low, shouted=True):
            continue
        named = [part for part in cast.by_word.get(name.low, ()) if name_words(part.name)[-1:] == [name.low]]
        if any(words in (name_words(part.name), *map(name_words, part.aliases)) for part in named):
            continue
        said = " ".join(words).upper()
        if len(named) == 1 and len(name_words(named[0].name)) == 1:
            named[0].aliases.add(said)
        else:
            cast.add(said)


def _ordinary(known: Vocabulary, word: str, *, shouted: bool = False) -> bool:
    """Whether a word is one of the language's own rather than a name; in capitals its ending says nothing."""
    closed = known.closed
    one = singular(word)
    lists = known.nouns
    return (
        any(word in words for words in closed.values())
        or any(word in words or one in words for words in lists.values())
        or word in known.base
        or one in known.people
        or word in known.groups
        or (not shouted and word.endswith(("ness", "tion", "ing", "ly", "ence", "ity")))
        or word in _NOBODY
    )


def _capital_runs(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    at = 0
    shouted = sum(token.capitals for token in tokens if token.kind == "word")
    words = sum(token.kind == "word" for token in tokens)
    if words > 4 and shouted == words:
        return
    while at < len(tokens):
        if not (tokens[at].kind == "word" and tokens[at].capitals) or tokens[at].low in _JOINING:
            at += 1
            continue
        end = at + 1
        while (
            end < len(tokens)
            and end - at < 6
            and tokens[end].low not in _JOINING
            and (
                tokens[end].capitals
                or (tokens[end].kind == "number" and end - at > 0)
                or (tokens[end].low == "#")
            )
            and not tokens[end - 1].owner
        ):
            end += 1
        yield at, end
        at = end


def _introduced(
    cast: Cast, tokens: list[Token], start: int, end: int, sightings: dict[str, list[bool]]
) -> None:
    known = cast.known
    while end > start and tokens[end - 1].kind != "word" and not tokens[end - 1].low.isdigit():
        end -= 1
    while start < end and tokens[start].low in known.closed["determiners"]:
        start += 1
    while end > start + 1 and (
        tokens[end - 1].low in known.base and singular(tokens[end - 1].low) not in known.people
    ):
        end -= 1  # "ANNA RUNS"
    if start >= end or tokens[end - 1].owner:
        return
    words = [token.low for token in tokens[start:end]]
    said = " ".join(token.text.upper().replace("’", "'") for token in tokens[start:end])
    before = tokens[start - 1].low if start else ""
    after = [token.low for token in tokens[end : end + 8]]
    for part in _sharing(cast, words):
        cue = name_words(part.name)
        if words == cue:
            part.roles |= _described_as(known, after)
            return
        inside = len(cue) < len(words) and (
            words[-len(cue) :] == cue or (words[: len(cue)] == cue and not part.role)
        )
        only = sum(name_words(other.name)[-1:] == cue[-1:] for other in cast.by_word.get(cue[-1], ())) == 1
        if inside and only and not (words[0] in ("young", "old", "little") and not part.role):
            part.aliases.add(said)
            part.roles |= _described_as(known, after)
            return
        if len(cue) > len(words) == 1 and words[0] in (cue[0], cue[-1]) and not part.role:
            return
    animal = _animal_described(known, after) or _animal_before(known, tokens, start)
    if animal and len(words) <= 2 and known.name_of(words[-1]) is None:
        cast.pets[words[-1]] = animal
        return
    last = singular(words[-1]) if not words[-1].isdigit() else singular(words[-2]) if len(words) > 1 else ""
    plural = last != words[-1] and not words[-1].isdigit()
    if last in known.people and not plural:
        if before in ("of",):
            return
        cast.add(said)
        return
    if words[-1] in known.groups or (plural and last in known.people):
        return
    if any(
        word in known.base or (known.name_of(word) is not None and len(words) == 1) for word in words
    ) or _ordinary(known, words[-1], shouted=True):
        return
    if (
        known.thing(words, 0, len(words)) is not None
        or known.thing(words, len(words) - 1, len(words)) is not None
    ):
        return
    aged = _aged(after)
    described = after[:1] == [","] and any(singular(word) in known.people for word in after[1:7])
    acts = (
        bool(after)
        and after[0] in known.base
        and after[0].endswith("s")
        and before not in known.closed["determiners"]
    )
    joined = before == "and" and acts
    named = words[0] in sightings and before not in known.closed["determiners"] | known.closed["prepositions"]
    if aged or described or acts or joined or named or words[0] in TITLES - {"the", "old", "big", "little"}:
        part = cast.add(said)
        part.child = part.child or (aged and _young(after))
        part.roles |= _described_as(known, after)


def _aged(after: list[str]) -> bool:
    if not after or after[0] not in (",", "("):
        return False
    word = after[1] if len(after) > 1 else ""
    numbers = (
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "nineteen",
        "eighteen",
        "seventeen",
        "sixteen",
        "fifteen",
        "fourteen",
        "thirteen",
        "twelve",
        "eleven",
        "ten",
        "nine",
        "eight",
        "seven",
        "six",
        "five",
    )
    return word[:1].isdigit() or word in _AGE or word.split("-")[0] in (*numbers, "mid", "late", "early")


def _young(after: list[str]) -> bool:
    word = after[1] if len(after) > 1 else ""
    if word[:1].isdigit():
        digits = "".join(one for one in word if one.isdigit())
        return word.isdigit() and int(digits) < 16
    return 5 <= NUMBERS.get(word, 0) <= 15


def _animal_described(known: Vocabulary, after: list[str]) -> str:
    if after[:1] not in ([","], ["("]):
        return ""
    for at in range(1, min(len(after), 6)):
        if after[at] in (",", ")", "(") or (after[at] in known.base and at > 2):
            return ""
        found = known.thing(after, at, len(after))
        if found is not None and found[0].category == "animals" and found[0].when == "always":
            following = after[at + found[1]] if at + found[1] < len(after) else ","
            return found[0].name if singular(following) not in known.people else ""
    return ""


def _animal_before(known: Vocabulary, tokens: list[Token], start: int) -> str:
    """`her mule BESS`, `a mare called DUCHESS`, `The dog, REX,`: what a name belongs to."""
    at = start - 1
    while at >= 0 and start - at < 4 and tokens[at].low in (",", "called", "named"):
        at -= 1
    entry = known.name_of(tokens[at].low) if at >= 0 and tokens[at].kind == "word" else None
    animal = entry is not None and entry.category == "animals" and entry.when == "always"
    return entry.name if animal and entry is not None and not tokens[at].capitals else ""


def _described_as(known: Vocabulary, after: list[str]) -> set[str]:
    """What somebody is by the words after the name: `RUTH, sixty, a tired nurse,` is a nurse."""
    if after[:1] not in ([","], ["("]):
        return set()
    found = set()
    for word in after[1:8]:
        if word in known.base and word not in known.people and not word.endswith(("ed", "ing")):
            break
        if word in known.people and known.people[word] != "kin":
            found.add(word)
    return found


def _sharing(cast: Cast, words: list[str]) -> list[Part]:
    """Parts that share a word with a name, in the order they were met."""
    found = {part.name: part for word in words for part in cast.by_word.get(word, ())}
    return sorted(found.values(), key=lambda part: part.order)
