"""What a screenplay says of its days: light, jumps to another day, and strands of time of their own."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from answerprint.formats.screenplays.headings_times import clock_of, phases_of
from answerprint.formats.screenplays.headings_words import RELATIVE, Phase
from answerprint.formats.screenplays.model import DayOrNight, Element, Scene

LIGHT: dict[Phase, DayOrNight] = {
    "dawn": "dawn",
    "morning": "day",
    "day": "day",
    "noon": "day",
    "afternoon": "day",
    "dusk": "dusk",
    "evening": "night",
    "night": "night",
    "midnight": "night",
}
# Where in a day each phase lies. `day` may be any daylight hour, so it is never later than one of them.
RANK: dict[Phase, int] = {
    "dawn": 0,
    "morning": 1,
    "day": 2,
    "noon": 3,
    "afternoon": 4,
    "dusk": 5,
    "evening": 6,
    "night": 7,
    "midnight": 8,
}
LONGEST_SUPER = 80  # characters of a line that only says how much time has passed

_NUMBER = r"(?:\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|several|some|few|many)"
_JUMP = re.compile(
    rf"\b(?:next|following)\s+(?:day|morning|afternoon|evening|night|dawn|week|month|year)\b"
    rf"|\bthe\s+(?:day|morning|night)\s+after\b|\b(?:a\s+)?new\s+day\b"
    rf"|\b{_NUMBER}\s+(?:more\s+)?(?:days?|nights?|weeks?|months?|years?|decades?)\s+(?:later|earlier|ago|after|before|pass)\b"
    rf"|\b(?:days|weeks|months|years)\s+(?:later|earlier|ago)\b|\btomorrow\b"
    r"|\blendemain\b|\b(?:am\s+)?nächste[nr]?\s+(?:tag|morgen)\b|\bd[ií]a\s+siguiente\b|\bgiorno\s+dopo\b"
    r"|\bd[ií]a\s+seguinte\b|\bследующий\s+день\b|\bнаступного\s+дня\b|\bvolgende\s+dag\b|翌日|翌朝|第二天|次日|다음\s*날",
    re.IGNORECASE,
)
_SAME_DAY = re.compile(r"\b(?:same|that)\s+(?:day|night|morning|afternoon|evening)\b", re.IGNORECASE)
_HOURS = re.compile(rf"\b(?:{_NUMBER}\s+)?hours?\s+later\b", re.IGNORECASE)
_SOON = re.compile(r"\b(?:moments?|seconds?|minutes?)\b", re.IGNORECASE)
_FLASHBACK = re.compile(
    r"\bflash\s?-?\s?(?:back|forward)s?\b|\bdream(?:\s+sequence)?\b|\bmemory\b|\brückblende\b"
    r"|\bretour en arrière\b|\bфлешбек\b|\bфлэшбек\b|回想|回忆|闪回|회상",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\b(?:present(?:\s+day)?|back\s+to\s+(?:present|scene|reality)|gegenwart)\b", re.IGNORECASE
)
_END = re.compile(
    r"\bend(?:\s+of)?\s+(?:the\s+)?(?:flash\s?-?\s?(?:back|forward)s?|dream|memory)\b|\bback\s+to\s+(?:present|reality)\b",
    re.IGNORECASE,
)
_BEGIN = re.compile(
    r"\b(?:begin|start(?:\s+of)?|into)\s+(?:the\s+)?(?:flash\s?-?\s?(?:back|forward)|dream|memory)\b"
    r"|\bflash\s?-?\s?(?:back|forward)(?:\s+to)?\s*:?\s*$|\bdissolve\s+to\s+(?:flash\s?-?\s?back|dream)",
    re.IGNORECASE,
)
_SUPER = re.compile(
    r"^(?:super(?:imposed?)?|title(?:\s+card)?|chyron|caption|on\s?screen(?:\s+text)?|card|insert\s+title|text)\b",
    re.I,
)


class Said(NamedTuple):
    """What a heading says of its time."""

    phase: Phase | None  # the last absolute time of day in it
    relative: Phase | None  # continuous, later, same
    lights: tuple[DayOrNight, ...]  # every light it names, in order: DAY/NIGHT names two
    clock: bool  # read from a time of the clock


def said_of(scene: Scene) -> Said:
    """What a scene's heading says of its time of day."""
    phases = phases_of(scene.time_of_day)
    absolute = [phase for phase in phases if phase not in RELATIVE]
    relative = next((phase for phase in phases if phase in RELATIVE), None)
    lights = tuple(dict.fromkeys(LIGHT[phase] for phase in absolute))
    clock = clock_of(scene.time_of_day)
    if not absolute and clock is not None:
        phase = phase_at(clock.hour)
        return Said(phase, relative, (LIGHT[phase],), True)
    return Said(absolute[-1] if absolute else None, relative, lights, False)


def phase_at(hour: int) -> Phase:
    """The phase of an hour of the clock, for a day about as long as its night."""
    for before, phase in (
        (5, "night"),
        (7, "dawn"),
        (12, "morning"),
        (13, "noon"),
        (17, "afternoon"),
        (20, "dusk"),
    ):
        if hour < before:
            named: Phase = phase  # type: ignore[assignment]
            return named
    return "night"


def jumps(text: str) -> bool:
    """Whether a text says that another day has come: `NEXT MORNING`, `THREE DAYS LATER`."""
    return _JUMP.search(text) is not None


def keeps_the_day(text: str) -> bool:
    """Whether a text says that it is still the day before it: `LATER THAT NIGHT`."""
    return _SAME_DAY.search(text) is not None


def hours_pass(text: str) -> bool:
    return _HOURS.search(text) is not None


def soon(text: str) -> bool:
    return _SOON.search(text) is not None


def says_present(text: str) -> bool:
    return _PRESENT.search(text) is not None


def says_flashback(text: str) -> bool:
    """Whether a heading stands in another time than the story: a flashback, a dream, a memory."""
    return _FLASHBACK.search(text) is not None and _END.search(text) is None


def passing(element: Element) -> Literal["jump", "begin", "end", ""]:
    """What an element between the speeches says of time: a title `THREE DAYS LATER`, `BEGIN FLASHBACK:`."""
    text = element.text.strip()
    if element.kind not in ("action", "centered", "transition", "general") or len(text) > LONGEST_SUPER:
        return ""
    if _END.search(text):
        return "end"
    titled = element.kind == "centered" or text == text.upper() or _SUPER.match(text) is not None
    if titled and _BEGIN.search(text):
        return "begin"
    return "jump" if titled and jumps(text) else ""
