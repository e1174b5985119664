"""A schedule as a file: the JSON that `plan schedule --out` writes, read back and checked."""

from __future__ import annotations

from pathlib import Path

import msgspec

from answerprint.core.encoding import from_json, to_json
from answerprint.core.errors import PlanError
from answerprint.departments.planning.records import Schedule
from answerprint.formats.text import read_text

MOST = 10**6  # eighths or minutes of a strip: no script is so long
MOST_DAYS = 1000  # of all units together: three years and no day off


def read_schedule(path: Path) -> Schedule:
    """The schedule in a file.

    Raises PlanError AP-PLAN-090 for a file that is no schedule (the place in it named), AP-PLAN-091 for one
    that contradicts itself, and what `read_text` raises.
    """
    text, _ = read_text(path)
    try:
        schedule = from_json(text, Schedule)
    except msgspec.DecodeError as error:
        raise PlanError(
            "AP-PLAN-090",
            f"this is no schedule: {error}",
            file=str(path),
            remedy="answerprint plan schedule film.fountain --out schedule.json writes one",
        ) from error
    wrong = _contradiction(schedule)
    if wrong:
        raise PlanError(
            "AP-PLAN-091",
            wrong,
            file=str(path),
            remedy="write it again with answerprint plan schedule",
        )
    return schedule


def write_schedule(schedule: Schedule) -> bytes:
    """The schedule's JSON, the same bytes for the same schedule."""
    return to_json(schedule) + b"\n"


def _contradiction(schedule: Schedule) -> str:
    """What cannot be, in words; empty when nothing."""
    strips = {strip.id for strip in schedule.strips}
    if len(strips) != len(schedule.strips):
        return "two strips have the same id"
    if len(schedule.days) > MOST_DAYS:
        return f"{len(schedule.days)} shooting days; no film has more than {MOST_DAYS}"
    for one in schedule.strips:
        if not (0 <= one.eighths <= MOST and 0 <= one.minutes <= MOST):
            return f"strip {one.id[:40]} has {one.eighths} eighths and {one.minutes} minutes"
    seen: set[str] = set()
    for day in schedule.days:
        for strip in day.strips:
            if strip not in strips:
                return f"day {day.index} shoots {strip}, which is no strip of it"
            if strip in seen:
                return f"{strip} is shot twice"
            seen.add(strip)
        if not 1900 <= day.date.year <= 2199:
            return f"day {day.index} is on {day.date}: years are 1900 to 2199"
        if day.wrap < day.call or day.call < 0 or day.minutes < 0 or day.eighths < 0:
            return f"day {day.index} has a length below zero"
    if len({(day.unit, day.date) for day in schedule.days}) != len(schedule.days):
        return "a unit has two days on one date"
    return ""
