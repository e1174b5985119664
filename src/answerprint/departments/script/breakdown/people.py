"""People in the action: who is seen in a scene, by name or by trade, alone or as a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from answerprint.departments.script.breakdown.cast import TITLES, Part, describe
from answerprint.departments.script.breakdown.mentions import Mention
from answerprint.departments.script.breakdown.phrases import Reading, quantity
from answerprint.departments.script.breakdown.sentences import Sentence, Token, singular
from answerprint.departments.script.breakdown.vocabulary import Vocabulary, listed

_GENERAL = listed("general")
_MEASURES = listed("measures")
_ALONE = listed("alone")
_AGE = listed("age")
_TAKERS = listed("takers")
_FORMAL = listed("formal")
_JOINING = frozenset(("and", "aka", "or", "alias", "with"))
_INDEFINITE = frozenset(("a", "an", "another", "one", "some"))


@dataclass
class Cast:
    """Everybody of the screenplay: parts by name, and how the action calls them."""

    parts: dict[str, Part]
    known: Vocabulary
    index: dict[str, list[tuple[tuple[str, ...], str, bool]]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)  # folded words of names that are no roles
    pets: dict[str, str] = field(default_factory=dict)  # "rex" → "german shepherd"

    def build(self) -> None:
        """Index every name: full, first and last where only one part has it."""
        owners: dict[str, set[str]] = {}
        for part in self.parts.values():
            for said in (part.name, *part.aliases):
                for word in _name_words(said):
                    owners.setdefault(word, set()).add(part.name)
        self.index.clear()
        self.words.clear()
        self.words.update(self.pets)
        for part in self.parts.values():
            for said in sorted({part.name, *part.aliases}):
                words = tuple(_name_words(said))
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
            if tuple(_bare(word) for word in reading.words[at:end]) != words:
                continue
            if not role and not reading.tokens[at].capitalised:
                continue
            return name, len(words), role
        return None


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
            part = Part(word.upper(), order=len(cast.parts))
            cast.parts.setdefault(part.name, part)
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
        if any(
            _name_words(part.name) == words or words in map(_name_words, part.aliases)
            for part in cast.parts.values()
        ):
            continue
        bare = [part for part in cast.parts.values() if _name_words(part.name)[-1:] == [name.low]]
        if len(bare) == 1 and len(_name_words(bare[0].name)) == 1:
            bare[0].aliases.add(" ".join(words).upper())
            continue
        said = " ".join(words).upper()
        cast.parts.setdefault(said, Part(said, order=len(cast.parts)))


def _ordinary(known: Vocabulary, word: str, *, shouted: bool = False) -> bool:
    """Whether a word is one of the language's own rather than a name; in capitals its ending says nothing."""
    closed = known.closed
    one = singular(word)
    lists = known.nouns
    return (
        any(word in words for words in closed.values())
        or any(word in words or one in words for words in lists.values())
        or word in known.base or one in known.people or word in known.groups
        or not shouted and word.endswith(("ness", "tion", "ing", "ly", "ence", "ity"))
        or word in ("rain", "snow", "night", "silence", "darkness", "smoke", "water", "thunder", "lightning", "fog", "sunlight", "moonlight", "dawn", "music", "camera", "steam", "nobody", "laughter", "behind")
    )  # fmt: skip


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
    for part in cast.parts.values():
        cue = _name_words(part.name)
        if words == cue:
            return
        role = part.role
        inside = len(cue) < len(words) and (
            words[-len(cue) :] == cue or (words[: len(cue)] == cue and not role)
        )
        only = sum(_name_words(other.name)[-1:] == cue[-1:] for other in cast.parts.values()) == 1
        if inside and only and not (words[0] in ("young", "old", "little") and not role):
            part.aliases.add(said)
            return
        if len(cue) > len(words) and len(words) == 1 and words[0] in (cue[0], cue[-1]) and not role:
            return
    animal = _animal_described(known, after)
    if (
        animal
        and len(words) <= 2
        and known.name_of(words[-1]) is None
        and singular(words[-1]) not in known.people
    ):
        cast.pets[words[-1]] = animal
        return
    last = singular(words[-1]) if not words[-1].isdigit() else singular(words[-2]) if len(words) > 1 else ""
    plural = last != words[-1] and not words[-1].isdigit()
    if last in known.people and not plural:
        if before in ("of",):
            return
        part = Part(said, order=len(cast.parts))
        describe(part, known)
        cast.parts.setdefault(said, part)
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
        part = Part(said, order=len(cast.parts))
        part.child = aged and _young(after)
        cast.parts.setdefault(said, part)


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
    return word in (
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
    )


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
        if not any(
            word in reading.known.nouns["body"]
            or (
                reading.known.thing([word], 0, 1)
                and reading.known.thing([word], 0, 1)[0].category == "wardrobe"
            )
            for word in owned
        ):  # type: ignore[index]
            return None
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
    category = "background" if part.group else "cast"
    return Mention(
        category,
        name,
        element,
        reading.tokens[at].start,
        end,
        0.9 if not role else 0.75,
        f"in the action: “{said}”",
    )  # type: ignore[arg-type]


def _person_length(known: Vocabulary, reading: Reading, at: int) -> int:
    """How many tokens a person's noun takes: `security guard` is one, `guard` another."""
    words = reading.words
    for length in (3, 2, 1):
        if at + length > len(words):
            continue
        said = " ".join((*words[at : at + length - 1], singular(words[at + length - 1])))
        if said in known.people:
            return length
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
    kind = known.people[role]
    end = token.end
    said = " ".join(t.text for t in reading.tokens[start : last + 1])
    if plural:
        many = quantity(reading, start, at)
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
    general = one in _GENERAL or kind in ("person", "child")
    if general and first not in _INDEFINITE and name not in introduced and not token.capitals:
        return  # "the man": somebody who has a name already
    if reading.tokens[at].low in cast.words:
        return
    holder = [part.name for part in cast.parts.values() if part.role and _name_words(part.name)[-1:] == [one]]
    if first not in _INDEFINITE and len(holder) == 1 and not token.capitals:
        name = holder[0]
    if first in ("the", "his", "her", "their") and _speaks_as(cast, role):
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


def _speaks_as(cast: Cast, role: str) -> bool:
    """Whether somebody with a name was described by this role."""
    return any(role in part.aliases for part in cast.parts.values())


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


def _name_words(name: str) -> list[str]:
    return [_bare(word) for word in name.casefold().replace("’", "'").replace(".", " ").split()]


def _bare(word: str) -> str:
    return word.strip(".#,")
