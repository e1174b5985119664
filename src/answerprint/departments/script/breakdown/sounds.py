"""What is heard besides dialogue: sounds by their source, and music."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from answerprint.departments.script.breakdown.mentions import Mention
from answerprint.departments.script.breakdown.presence import Reading
from answerprint.departments.script.breakdown.sentences import singular
from answerprint.departments.script.breakdown.vocabulary import vocabulary

_NOT_HEARD = frozenset(("hands", "hand"))
_VOICES = frozenset(("scream", "shriek", "cheer", "whimper", "wail", "howl"))  # heard from people too

_GOES_OFF = frozenset(["rattle", "buzz", "ring", "beep", "tick", "chime"])
_DONE_BY_PEOPLE = {
    "strike", "sound", "roar", "drone", "click", "drip", "murmur", "hiss", "crow", "echo",
}  # fmt: skip


def sounds(reading: Reading, element: int) -> Iterator[Mention]:
    """Sounds and music that a sentence tells of."""
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
    if reading.after(at) in ("off", "out", "up", "at", "down") and base in _GOES_OFF:
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
    named = before in reading.names or not before
    if named and base in _DONE_BY_PEOPLE:
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
        if person and base not in _VOICES:
            return
        name = base if person else name
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
