"""What happens in a scene and needs a department: stunts, effects, sound, music."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from answerprint.core.breakdown import Category
from answerprint.departments.script.breakdown.mentions import Mention
from answerprint.departments.script.breakdown.phrases import Reading
from answerprint.departments.script.breakdown.sentences import singular
from answerprint.departments.script.breakdown.vocabulary import listed, vocabulary

_PHRASES: tuple[Category, ...] = ("stunts", "sfx", "vfx")
# A verb that is a stunt only where a body is in it.
_FIGURATIVE = {
    "fall": frozenset(
        [
            "asleep",
            "silent",
            "in",
            "apart",
            "open",
            "back",
            "into",
            "quiet",
            "away",
            "short",
            "for",
            "behind",
            "still",
            "on",
            "onto",
        ]
    ),
    "collapse": frozenset(("in", "with", "into", "onto")),
    "scale": frozenset(("of", "model")),
    "slip on": frozenset(),
}
_UNBODILY = listed("unbodily")
_THINGS_STRUCK = listed("things_struck")
_PERSONAL = frozenset(("him", "her", "them", "me", "himself", "herself", "us", "each"))
_NOT_HEARD = frozenset(("hands", "hand"))


@lru_cache(maxsize=1)
def _table() -> dict[str, list[tuple[tuple[str, ...], Category, str]]]:
    """Phrases by first word, longest first."""
    table: dict[str, list[tuple[tuple[str, ...], Category, str]]] = {}
    for category in _PHRASES:
        for name, said in vocabulary().happenings[category].items():
            for phrase in said.split(","):
                words = tuple(phrase.split())
                if words:
                    table.setdefault(words[0], []).append((words, category, name.replace("_", " ")))
    for held in table.values():
        held.sort(key=lambda one: (-len(one[0]), one))
    return table


def happenings(reading: Reading, element: int) -> Iterator[Mention]:
    """Stunts, practical and visual effects, sounds and music that a sentence tells of."""
    known = reading.known
    at = 0
    taken = -1
    for at, token in enumerate(reading.tokens):
        if token.kind != "word" or reading.absent[at] or at <= taken or reading.taken[at]:
            continue
        word = token.low
        for key in dict.fromkeys((word, known.base.get(word, word), singular(word))):
            for words, category, name in _table().get(key, ()):
                end = at + len(words)
                if end > len(reading.words) or tuple(reading.words[at + 1 : end]) != words[1:]:
                    continue
                if reading.absent[end - 1] or not _happens(reading, at, end - 1, key, category, name):
                    continue
                said = " ".join(one.text for one in reading.tokens[at:end])
                start = max(at - 3, 0)
                around = " ".join(one.text for one in reading.tokens[start : end + 3] if one.kind != "mark")
                sure = 0.8 if token.capitals else 0.6
                yield Mention(
                    category,
                    name,
                    element,
                    token.start,
                    reading.tokens[end - 1].end,
                    sure,
                    f"“{said}” in “{around}”",
                )
                taken = end - 1
                break
            if taken >= at:
                break
    yield from _sounds(reading, element)


def _happens(reading: Reading, at: int, last: int, key: str, category: str, name: str) -> bool:
    known = reading.known
    word = reading.words[at]
    before, after = reading.before(at), reading.after(last)
    if category == "stunts":
        if after is not None and after in _FIGURATIVE.get(key, ()):
            return (
                after in ("back", "into", "onto", "on")
                and key == "fall"
                and _bodily(reading, at)
                and reading.words[min(last + 2, len(reading.words) - 1)] in ("the", "a", "his", "her")
            )
        noun = before is not None and before in known.closed["determiners"]
        if key in ("fall", "tumble", "topple", "collapse", "plummet", "dive", "leap"):
            return not noun and _bodily(reading, at) and not (word == "fall" and noun)
        if key in (
            "slam",
            "smack",
            "slap",
            "kick",
            "hurl",
            "fling",
            "slash",
            "stab",
            "hit",
            "punch",
            "smash",
        ):
            if noun:
                return key in ("slap", "punch", "kick", "smack")
            following = reading.words[last + 1 : last + 5]
            if key in ("hurl", "fling"):
                return bool(following) and (following[0] in _PERSONAL or following[0] in reading.names)
            if any(one in _THINGS_STRUCK for one in following) and not (set(following) & _PERSONAL):
                return key in ("slam",) and before in ("is", "are", "gets")
            person = any(one in _PERSONAL or one in reading.names or one in known.people for one in following)
            passive = (
                before in ("is", "are", "gets", "being", "was")
                or "against" in following
                or "into" in following
            )
            return person or passive
        if key in ("climb", "choke", "throttle", "scale", "vault", "struggle", "struggles"):
            if key == "struggle":
                return after in ("with", None, "against", "and") and before not in known.closed["determiners"]
            return (
                key not in ("climb",)
                and not noun
                and after in (known.closed["determiners"] | _PERSONAL | reading_names(reading))
            )
        if key == "crash":
            return not noun and _bodily(reading, at)
        return True
    if category == "sfx":
        if word in ("fires",) or key == "fires":
            return reading.is_verb(at) and after in (
                None,
                "the",
                "a",
                "his",
                "her",
                "at",
                "into",
                "again",
                "twice",
                "once",
                "back",
                "through",
            )
        if key in (
            "fire",
            "smoke",
            "wind",
            "storm",
            "steam",
            "dust",
            "flame",
            "blaze",
            "spark",
            "sparks",
            "waves",
            "splash",
            "smash",
            "splinter",
            "mist",
            "fog",
            "flood",
            "blast",
        ):
            if key in ("smash", "splinter"):
                return any(
                    one
                    in (
                        "glass",
                        "window",
                        "windows",
                        "bottle",
                        "mirror",
                        "windscreen",
                        "windshield",
                        "vase",
                        "plate",
                        "pane",
                        "chair",
                        "door",
                    )
                    for one in reading.words
                )
            if reading.is_verb(at) and not (key in ("smoke", "steam", "blaze") and after is None):
                return False
            if after in (
                "escape",
                "exit",
                "station",
                "alarm",
                "hydrant",
                "brigade",
                "bell",
                "chief",
                "drill",
                "place",
                "engine",
                "turbine",
                "signal",
                "machine",
            ):
                return False
            return before not in ("open",)
        if key in ("burning", "alight", "shards", "rubble", "debris"):
            return True
        if key == "wave":
            return False
        return not (
            key in ("rain", "snow", "hail") and after in ("coat", "boots", "check", "jacket", "cloud")
        )
    if category == "vfx":
        if key in ("transform", "vanish"):
            return _bodily(reading, at) or True
        if key in ("spell", "portal", "plasma", "planet", "creature", "monster", "dragon", "ghost"):
            return not reading.is_verb(at) and not (key == "spell" and before == "a" and after is None)
        return True
    return True


def reading_names(reading: Reading) -> frozenset[str]:
    """Names as a set that other sets can be joined with."""
    return frozenset(reading.names)


def _bodily(reading: Reading, at: int) -> bool:
    """Whether the subject of a verb of falling is somebody: not night, rain, or a look."""
    back = at - 1
    while back >= 0 and at - back < 6:
        token = reading.tokens[back]
        if token.kind == "mark":
            back -= 1
            continue
        word = token.low
        if word in _UNBODILY:
            return False
        if word in reading.names or word in reading.known.closed["subjects"] or word in reading.known.people:
            return True
        if word in reading.known.closed["prepositions"]:
            return False
        back -= 1
    found = reading.known.name_of(reading.words[at - 1]) if at else None
    return found is None or found.category in ("animals", "vehicles")


def _sounds(reading: Reading, element: int) -> Iterator[Mention]:
    known = reading.known
    sound = _words("verbs")
    nouns = _words("nouns")
    music = _words("playing", "music")
    for at, token in enumerate(reading.tokens):
        if token.kind != "word" or reading.absent[at]:
            continue
        word = token.low
        if reading.taken[at]:
            continue
        base = known.base.get(word, word)
        one = singular(word)
        sure = 0.8 if token.capitals else 0.6
        if (word in music or one in music) and not reading.is_verb(at):
            if (
                one in ("score", "march", "opera", "jazz", "track")
                and reading.before(at) is not None
                and reading.before(at) not in ("the", "a", "to")
            ):
                continue
            yield Mention(
                "music", one, element, token.start, token.end, sure, f"music in the action: “{token.text}”"
            )
            continue
        if word == "engine" or word == "engines":
            around = {known.base.get(w, w) for w in reading.words[max(at - 3, 0) : at + 3]}
            if around & {
                "start",
                "rev",
                "roar",
                "idle",
                "cough",
                "rumble",
                "hum",
                "sputter",
                "die",
                "turn",
                "gun",
                "catch",
            }:
                yield Mention(
                    "sound",
                    "engine",
                    element,
                    token.start,
                    token.end,
                    sure,
                    f"an engine is heard: “{token.text}”",
                )
            continue
        if word in nouns or one in nouns:
            before = reading.before(at)
            if reading.is_verb(at) or (
                one
                in ("silence", "static", "ring", "horn", "bell", "crash", "splash", "hum", "whistle", "tick")
                and not token.capitals
            ):
                pass
            else:
                if before is not None and before in ("to", "not"):
                    continue
                yield Mention(
                    "sound",
                    one if one not in ("footstep",) else "footsteps",
                    element,
                    token.start,
                    token.end,
                    sure,
                    f"heard in the action: “{token.text}”",
                )
                continue
        if word in ("sound", "sounds", "noise") and reading.after(at) == "of":
            heard = _phrase_after(reading, at + 2)
            if heard is not None:
                yield Mention(
                    "sound",
                    heard[0],
                    element,
                    reading.tokens[heard[1]].start,
                    reading.tokens[heard[2]].end,
                    0.75,
                    "the action asks for its sound",
                )
            continue
        if base in sound and (base != word or token.capitals or (at > 0 and reading.is_verb(at))):
            yield from _sounding(reading, at, base, element)


def _sounding(reading: Reading, at: int, base: str, element: int) -> Iterator[Mention]:
    """`The phone RINGS`: the phone is heard; `rings the bell`: the bell; `knocks on the door`: a knock."""
    known = reading.known
    token = reading.tokens[at]
    before = reading.words[at - 1] if at and reading.tokens[at - 1].kind == "word" else ""
    if reading.after(at) in ("off", "out", "up", "at", "down") and base in (
        "rattle",
        "buzz",
        "ring",
        "beep",
        "tick",
        "chime",
    ):
        return
    sure = 0.8 if token.capitals else 0.6
    if base in ("knock", "slam"):
        where = reading.words[at + 1 : at + 4]
        if base == "knock" and ("at" in where or "on" in where or not where):
            yield Mention("sound", "knock", element, token.start, token.end, sure, f"heard: “{token.text}”")
        elif base == "slam" and any(one in ("door", "doors", "gate") for one in where + [before]):
            yield Mention(
                "sound", "door slam", element, token.start, token.end, sure, f"heard: “{token.text}”"
            )
        return
    if base in (
        "strike",
        "sound",
        "roar",
        "drone",
        "click",
        "drip",
        "murmur",
        "hiss",
        "crow",
        "whistle",
        "echo",
    ) and (before in reading.names or not before):
        if base != "whistle":
            return
    if (
        before
        and before not in reading.names
        and before not in known.closed["pronouns"]
        and before not in known.closed["determiners"]
    ):
        entry = known.name_of(before)
        name = known.written([before]) if entry is not None else singular(before)
        person = singular(before) in known.people or (
            entry is None and reading.tokens[at - 1].capitalised and at > 1
        )
        if (
            before in known.closed["prepositions"]
            or before in known.closed["conjunctions"]
            or before in known.closed["adverbs"]
            or before in _NOT_HEARD
        ):
            name = base
        if person:
            return
        if before.endswith("ly") or (before in known.base and entry is None):
            name = base
        yield Mention("sound", name, element, token.start, token.end, sure, f"heard: “{before} {token.text}”")
        return
    found = _phrase_after(reading, at + 1)
    if found is not None and base in (
        "ring",
        "toll",
        "honk",
        "sound",
        "toot",
        "rattle",
        "strike",
        "jingle",
        "jangle",
    ):
        yield Mention("sound", found[0], element, token.start, token.end, sure, f"heard: “{token.text}”")


def _phrase_after(reading: Reading, at: int) -> tuple[str, int, int] | None:
    """The first thing or noun of the phrase that begins at a token."""
    known = reading.known
    for one in range(at, min(at + 5, len(reading.tokens))):
        token = reading.tokens[one]
        if token.kind == "mark":
            return None
        if token.low in known.closed["determiners"] or token.owner:
            continue
        found = known.thing(reading.words, one, len(reading.words))
        if found is not None:
            return known.written(reading.words[one : one + found[1]]), one, one + found[1] - 1
        if reading.after(one) is None or reading.finite(one + 1):
            return singular(token.low), one, one
    return None


def _words(name: str, table: str = "sound") -> frozenset[str]:
    return _said(name, table)


@lru_cache(maxsize=8)
def _said(name: str, table: str) -> frozenset[str]:
    return frozenset(
        one.strip()
        for one in vocabulary().happenings[table][name].replace("\n", " ").split(",")
        if one.strip()
    )
