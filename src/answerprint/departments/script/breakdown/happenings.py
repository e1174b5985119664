"""What happens in a scene and needs a department: stunts, practical and visual effects."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from answerprint.core.breakdown import Category
from answerprint.departments.script.breakdown.mentions import Mention
from answerprint.departments.script.breakdown.presence import Reading
from answerprint.departments.script.breakdown.sentences import singular
from answerprint.departments.script.breakdown.vocabulary import listed, vocabulary

_CATEGORIES: tuple[Category, ...] = ("stunts", "sfx", "vfx")
_UNBODILY = listed("unbodily")  # night falls, rain falls
_FIGURATIVE = listed("figurative")  # falls asleep, falls silent
_STRUCK = listed("things_struck")  # slams the door
_BREAKABLE = listed("breakable")
_NOT_FIRE = listed("named_after_fire")  # fire escape, smoke alarm
_PERSONAL = frozenset(("him", "her", "them", "me", "himself", "herself", "us", "each", "you"))
_FALLING = frozenset(("fall", "tumble", "topple", "collapse", "plummet", "dive", "plunge", "leap", "swim"))
_BLOWS = frozenset(("slam", "smack", "slap", "kick", "slash", "stab", "hit", "punch", "tackle", "slug"))
_THROWS = frozenset(("hurl", "fling"))
_GRIPS = frozenset(("choke", "throttle", "scale", "vault", "strangle"))
_AIMED = frozenset(("the", "a", "his", "her", "at", "into", "again", "twice", "once", "back", "through"))
_ALSO_VERBS = frozenset(
    ("fire", "smoke", "wind", "storm", "steam", "dust", "flame", "blaze", "spark", "wave", "waves", "splash",
     "mist",
     "fog", "flood", "blast", "spell", "portal", "planet", "hail", "rain", "snow")
)  # fmt: skip


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    category: Category
    name: str


def happenings(reading: Reading, element: int) -> Iterator[Mention]:
    """Stunts, practical and visual effects that a sentence tells of, each named after what it is."""
    taken = -1
    for at, token in enumerate(reading.tokens):
        if token.kind != "word" or reading.absent[at] or at <= taken or reading.taken[at]:
            continue
        found = _at(reading, at)
        if found is None:
            continue
        taken = at + len(found.words) - 1
        name = _broken(reading, at) if found.name == "breakaway" else found.name
        if found.name == "fall" and _of_a_vehicle(reading, at):
            name = "car fall"
        said = " ".join(one.text for one in reading.tokens[at : taken + 1])
        near = reading.tokens[max(at - 3, 0) : taken + 4]
        around = " ".join(one.text for one in near if one.kind != "mark")
        yield Mention(
            found.category,
            name,
            element,
            token.start,
            reading.tokens[taken].end,
            0.8 if token.capitals else 0.6,
            f"“{said}” in “{around}”",
        )


@lru_cache(maxsize=1)
def _table() -> dict[str, list[_Phrase]]:
    """Phrases by first word, longest first."""
    table: dict[str, list[_Phrase]] = {}
    for category in _CATEGORIES:
        for name, said in vocabulary().happenings[category].items():
            for phrase in said.split(","):
                words = tuple(phrase.split())
                if words:
                    table.setdefault(words[0], []).append(_Phrase(words, category, name.replace("_", " ")))
    for held in table.values():
        held.sort(key=lambda one: (-len(one.words), one))
    return table


def _at(reading: Reading, at: int) -> _Phrase | None:
    word = reading.words[at]
    for key in dict.fromkeys((word, reading.known.base.get(word, word), singular(word))):
        for phrase in _table().get(key, ()):
            end = at + len(phrase.words)
            if tuple(reading.words[at + 1 : end]) != phrase.words[1:] or reading.absent[end - 1]:
                continue
            happens = _stunt if phrase.category == "stunts" else _effect
            if happens(reading, at, end - 1, key):
                return phrase
    return None


def _stunt(reading: Reading, at: int, last: int, key: str) -> bool:
    """Whether a body is in it: nobody is hurt when night falls, or by a slammed door."""
    known = reading.known
    before, after = reading.before(at), reading.after(last)
    noun = before is not None and before in known.closed["determiners"]
    if key in _FALLING:
        return not noun and after not in _FIGURATIVE and _bodily(reading, at)
    following = reading.words[last + 1 : last + 5]
    if key in _BLOWS:
        if noun:
            return key in ("slap", "punch", "kick", "smack")
        passive = before in ("is", "are", "gets", "being", "was", "get")
        somebody = any(one in _PERSONAL or one in reading.names or one in known.people for one in following)
        if _STRUCK.intersection(following[:3]) and not _PERSONAL.intersection(following):
            return key == "slam" and passive
        return passive or somebody or "against" in following[:2]
    if key in _THROWS:
        return bool(following) and (following[0] in _PERSONAL or following[0] in reading.names)
    if key in ("struggle", "fight"):
        return not noun or key == "fight"
    if key in _GRIPS:
        return not noun and bool(following) and (following[0] in known.closed["determiners"] | _PERSONAL)
    if key in ("trip", "trips", "chase", "crash", "hang", "dangle", "jump"):
        return (not noun and _bodily(reading, at)) or (noun and key in ("chase", "crash"))
    return True


def _effect(reading: Reading, at: int, last: int, key: str) -> bool:
    """Whether smoke is smoke and not somebody smoking, and fire no fire escape."""
    before, after = reading.before(at), reading.after(last)
    if reading.words[at] == "fires":
        return reading.is_verb(at) and (after is None or after in _AIMED)
    if key in ("smash", "splinter"):
        return any(singular(word) in _BREAKABLE for word in reading.words[max(at - 5, 0) : at + 6])
    if (
        last == at
        and after is not None
        and after in _NOT_FIRE
        and singular(reading.words[at]) == reading.words[at]
    ):
        return False
    if key in _ALSO_VERBS and reading.is_verb(at):
        return key in ("smoke", "steam", "rain", "snow", "blaze") and (
            after is None or before in ("it", "chimney")
        )
    return not (key == "fire" and before in ("open", "opens", "under", "cease"))


def _bodily(reading: Reading, at: int) -> bool:
    """Whether the subject of a verb of falling is somebody, an animal, a vehicle: not rain, not a look."""
    for back in range(at - 1, max(at - 7, -1), -1):
        token = reading.tokens[back]
        if token.kind == "mark":
            continue
        word = token.low
        if word in _UNBODILY or word in reading.known.closed["prepositions"]:
            return False
        if word in reading.names or word in reading.known.closed["subjects"] or word in reading.known.people:
            return word not in ("it", "that")
        entry = reading.known.name_of(word)
        if entry is not None and not reading.is_verb(back):
            return entry.category in ("animals", "vehicles")
    return True


def _of_a_vehicle(reading: Reading, at: int) -> bool:
    entry = reading.known.name_of(reading.words[at - 1]) if at else None
    return entry is not None and entry.category == "vehicles"


def _broken(reading: Reading, at: int) -> str:
    """`breakaway window`: with what breaks, the nearest thing of glass or wood around the verb."""
    near = sorted(range(max(at - 5, 0), min(at + 6, len(reading.words))), key=lambda one: abs(one - at))
    found = (singular(reading.words[one]) for one in near)
    thing = next((word for word in found if word in _BREAKABLE), "")
    return f"breakaway {thing}".strip()
