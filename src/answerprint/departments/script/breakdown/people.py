"""People in the action: who is seen in a scene, by name or by trade, alone or as a group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from answerprint.core.breakdown import Category
from answerprint.departments.script.breakdown.cast import TITLES, Part, describe, name_words
from answerprint.departments.script.breakdown.mentions import Mention
from answerprint.departments.script.breakdown.phrases import quantity
from answerprint.departments.script.breakdown.presence import Reading
from answerprint.departments.script.breakdown.sentences import bare, singular
from answerprint.departments.script.breakdown.vocabulary import Vocabulary, listed

_GENERAL = listed("general")
_MEASURES = listed("measures")
_ALONE = listed("alone")
_TAKERS = listed("takers")
_PERSONAL_ENDINGS = (
    "-seller", "-sellers", "-maker", "-makers", "-keeper", "-keepers", "-worker", "-workers",
    "-driver", "-drivers",
    "woman", "women", "-man", "-men",
)  # fmt: skip
_NOT_PEOPLE = frozenset(("human", "woman", "women"))
_INDEFINITE = frozenset(("a", "an", "another", "one", "some"))


@dataclass
class Cast:
    """Everybody of the screenplay: parts by name, and how the action calls them."""

    parts: dict[str, Part]
    known: Vocabulary
    index: dict[str, list[tuple[tuple[str, ...], str, bool]]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)  # folded words of names that are no roles
    pets: dict[str, str] = field(default_factory=dict)  # "rex" → "german shepherd"
    roles: dict[str, list[str]] = field(default_factory=dict)  # "nurse" → parts that are one

    by_word: dict[str, list[Part]] = field(default_factory=dict)  # parts with a word in their name

    def __post_init__(self) -> None:
        for part in self.parts.values():
            self._index_words(part)

    def add(self, name: str) -> Part:
        """The part of a name, a new one where nobody has it."""
        if name not in self.parts:
            part = Part(name, order=len(self.parts))
            describe(part, self.known)
            self.parts[name] = part
            self._index_words(part)
        return self.parts[name]

    def _index_words(self, part: Part) -> None:
        for word in dict.fromkeys(name_words(part.name)):
            self.by_word.setdefault(word, []).append(part)
        if part.role:
            part.roles.add(name_words(part.name)[-1])

    def build(self) -> None:
        """Index every name: full, first and last where only one part has it."""
        owners: dict[str, set[str]] = {}
        for part in self.parts.values():
            for said in (part.name, *part.aliases):
                for word in name_words(said):
                    owners.setdefault(word, set()).add(part.name)
        self.index.clear()
        self.roles.clear()
        self.words.clear()
        self.words.update(self.pets)
        for part in self.parts.values():
            for called in sorted(part.roles):
                self.roles.setdefault(called, []).append(part.name)
        for part in self.parts.values():
            for said in sorted({part.name, *part.aliases}):
                words = tuple(name_words(said))
                if not words:
                    continue
                role = singular(words[-1]) in self.known.people and words[0] not in TITLES
                self._add(words, part.name, role)
                if not role:
                    named = [word for word in words if word not in TITLES]
                    self.words.update(named)
                    for word in {*named[:1], *named[-1:]}:
                        if len(owners[word]) == 1 and len(word) > 1:
                            self._add((word,), part.name, False)
                elif len(words) > 1 and len(owners[words[-1]]) == 1 and words[-1] not in _GENERAL:
                    self._add((words[-1],), part.name, True)

    def _add(self, words: tuple[str, ...], name: str, role: bool) -> None:
        entry = (words, name, role)
        held = self.index.setdefault(words[0], [])
        if entry not in held:
            held.append(entry)
            held.sort(key=lambda one: -len(one[0]))

    def at(self, reading: Reading, at: int) -> tuple[str, int, bool] | None:
        """The part named at a token: name, how many tokens, and whether by role."""
        for words, name, role in self.index.get(reading.words[at], ()):
            end = at + len(words)
            if tuple(bare(word) for word in reading.words[at:end]) != words:
                continue
            if not role and not reading.tokens[at].capitalised:
                continue
            return name, len(words), role
        return None


def forget_strangers(introduced: set[str]) -> None:
    """At a scene's end: "the man" of the next scene is not the man that came into this one."""
    introduced.difference_update([word.upper() for word in _GENERAL])


def seen(cast: Cast, reading: Reading, element: int, introduced: set[str]) -> Iterator[Mention]:
    """Who a sentence shows. `introduced` holds roles met so far and is added to."""
    known = cast.known
    at = 0
    while at < len(reading.tokens):
        token = reading.tokens[at]
        if token.kind != "word":
            at += 1
            continue
        if token.low in cast.pets and token.capitalised and not reading.absent[at]:
            yield Mention(
                "animals",
                cast.pets[token.low],
                element,
                token.start,
                token.end,
                0.85,
                f"called {token.text} in the action",
            )
            at += 1
            continue
        named = cast.at(reading, at)
        if named is not None:
            name, length, role = named
            mention = _named(cast, reading, at, length, name, role, element)
            if mention is not None:
                yield mention
                introduced.add(name)
            at += length
            continue
        length = _person_length(known, reading, at)
        if length and not reading.absent[at] and not reading.is_verb(at):
            yield from _role(cast, reading, at, length, element, introduced)
            at += length
            continue
        if token.low in known.groups and not reading.absent[at] and not reading.is_verb(at):
            yield from _group(cast, reading, at, element)
        at += 1


def _named(
    cast: Cast, reading: Reading, at: int, length: int, name: str, role: bool, element: int
) -> Mention | None:
    last = reading.tokens[at + length - 1]
    part = cast.parts[name]
    if reading.absent[at]:
        return None
    before = reading.words[max(at - 3, 0) : at]
    if any(word in _TAKERS for word in before) and reading.before(at) in (
        "from",
        "to",
        "for",
        "of",
        "named",
        "called",
        "signed",
        "marked",
        "by",
        "reads",
        "says",
    ):
        return None
    if last.owner:
        owned = reading.words[at + length : at + length + 3]
        if not any(_on_a_body(reading, word) for word in owned):
            return None  # "Ruth's letter": she need not be here
    if role and not last.capitals and length == 1:
        determiner = reading.before(reading.phrase_start(at))
        first = reading.words[reading.phrase_start(at)]
        if reading.words[at] in _GENERAL and first in _INDEFINITE and determiner != "the":
            return None
        if _describes_another(cast, reading, at):
            return None
    text = last.text
    end = last.end - (2 if last.owner and text[-2:] in ("'s", "’s") else 0)
    said = " ".join(token.text for token in reading.tokens[at : at + length])
    category: Category = "background" if part.group else "cast"
    return Mention(
        category,
        name,
        element,
        reading.tokens[at].start,
        end,
        0.9 if not role else 0.75,
        f"in the action: “{said}”",
    )


def _on_a_body(reading: Reading, word: str) -> bool:
    entry = reading.known.name_of(word)
    return word in reading.known.nouns["body"] or (entry is not None and entry.category == "wardrobe")


def _person_length(known: Vocabulary, reading: Reading, at: int) -> int:
    """How many tokens a person's noun takes: `security guard` is one, `guard` another."""
    words = reading.words
    for length in (3, 2, 1):
        if at + length > len(words):
            continue
        said = " ".join((*words[at : at + length - 1], singular(words[at + length - 1])))
        if said in known.people:
            return length
    if words[at].endswith(_PERSONAL_ENDINGS) and words[at] not in _NOT_PEOPLE:
        return 1
    return 0


def _describes_another(cast: Cast, reading: Reading, at: int) -> bool:
    """`RUTH, a nurse`; `is a nurse`; `dressed as a nurse`: nobody else comes in."""
    start = reading.phrase_start(at)
    if start >= 1 and reading.tokens[start - 1].low in (",", "-", "("):
        back = start - 2
        while back >= 0 and start - back < 9:
            token = reading.tokens[back]
            if token.kind == "word" and (
                token.low in cast.words or token.capitals or token.low in reading.known.people
            ):
                return not _acts(reading, at)
            if token.low in reading.known.base and token.kind == "word":
                return False
            back -= 1
        return False
    before = reading.before(start)
    if before in ("is", "are", "was", "were", "be", "as", "becomes", "like", "being", "been"):
        return True
    # "The man, TOM, sits": the name that follows is his.
    end = at + 1
    if end + 1 < len(reading.tokens) and reading.tokens[end].low in (",", "-", "("):
        following = reading.tokens[end + 1]
        return following.low in cast.words and following.capitalised
    return (
        end < len(reading.tokens)
        and reading.tokens[end].low in cast.words
        and reading.tokens[end].capitalised
    )


def _acts(reading: Reading, at: int) -> bool:
    after = reading.after(at)
    return (
        after is not None and after in reading.known.base and after.endswith("s") and not after.endswith("ss")
    )


def _role(
    cast: Cast, reading: Reading, at: int, length: int, element: int, introduced: set[str]
) -> Iterator[Mention]:
    known = cast.known
    last = at + length - 1
    token = reading.tokens[last]
    word = reading.words[last]
    one = singular(word)
    role = " ".join((*reading.words[at:last], one))
    start = reading.phrase_start(at)
    first = reading.words[start]
    plural = one != word
    if token.owner:
        return
    if (
        reading.before(start) in ("of", "for", "about")
        and plural is False
        and first not in _INDEFINITE
        and first != "the"
    ):
        return
    after = reading.after(last)
    if (
        after is not None
        and (after in known.groups or singular(after) in known.people)
        and not plural
        and not reading.is_verb(last + 1)
    ):
        return  # "boy band", "student nurse"
    if (
        after is not None
        and not plural
        and not token.owner
        and (
            after in known.nouns["set"]
            or after in known.nouns["places"]
            or (known.name_of(after) is not None and not reading.is_verb(last + 1))
        )
    ):
        return  # "nurse station", "police box"
    if _describes_another(cast, reading, last if length == 1 else at):
        return
    kind = known.people.get(role, "trade")
    end = token.end
    said = " ".join(t.text for t in reading.tokens[start : last + 1])
    if plural:
        many = quantity(reading, start, at)
        if one == "body" and not many:
            return  # "Bodies sway": those that are there already
        if first in ("the", "these", "those", "his", "her", "their", "both") and one in _GENERAL and not many:
            return
        if first in ("both",) or (first == "the" and many in ("two", "three") and one in _GENERAL):
            return
        yield Mention(
            "background",
            role,
            element,
            reading.tokens[at].start,
            end,
            0.75,
            f"a group in the action: “{said}”",
            many,
        )
        if kind == "child":
            yield Mention(
                "children", role, element, reading.tokens[at].start, end, 0.7, f"children: “{said}”", many
            )
        return
    name = role.upper()
    if (
        kind == "kin"
        and first not in _INDEFINITE
        and first not in ("the",)
        and start == at
        and not token.capitalised
    ):
        return
    holder = cast.roles.get(role) or cast.roles.get(one) or []
    if first not in _INDEFINITE and len(holder) == 1 and not token.capitals:
        name = holder[0]  # "the nurse" is RUTH, a nurse
    general = one in _GENERAL or kind in ("person", "child")
    if general and first not in _INDEFINITE and name not in introduced and not holder and not token.capitals:
        return  # "the man": somebody who has a name already
    if reading.tokens[at].low in cast.words:
        return
    introduced.add(name)
    confidence = 0.7 if first in _INDEFINITE or token.capitals else 0.55
    yield Mention(
        "cast",
        name,
        element,
        reading.tokens[at].start,
        end,
        confidence,
        f"seen in the action, without a line: “{said}”",
    )
    if kind == "child":
        yield Mention("children", role, element, reading.tokens[at].start, end, 0.7, f"a child: “{said}”")


def _group(cast: Cast, reading: Reading, at: int, element: int) -> Iterator[Mention]:
    known = cast.known
    token = reading.tokens[at]
    word = token.low
    start = reading.phrase_start(at)
    after = reading.after(at)
    said = " ".join(t.text for t in reading.tokens[start : at + 1])
    if after == "of":
        for one in range(at + 2, min(at + 7, len(reading.tokens))):
            if reading.tokens[one].kind == "mark":
                break
            length = _person_length(known, reading, one)
            if length:
                return  # the plural noun itself is found in its turn
        if word in _MEASURES:
            return
    elif after is not None and (
        known.name_of(after) is not None
        or after in known.nouns["set"]
        or after in known.nouns["places"]
        or singular(after) in known.people
    ):
        return
    if word in _MEASURES and word not in _ALONE:
        return
    if word in _ALONE and word != "people" and reading.words[start] in ("his", "her", "their", "my"):
        return
    name = word if word in ("people", "troops", "police", "children", "press", "cavalry") else singular(word)
    yield Mention(
        "background",
        name,
        element,
        token.start,
        token.end,
        0.7,
        f"a group in the action: “{said}”",
        quantity(reading, start, at),
    )
