"""What a plan settles: dates, day lengths, estimates, people, places and pins, with stated defaults.

Times of day are written "HH:MM" and may pass "24:00" for the night that follows the date.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal

import msgspec

from answerprint.departments.planning.records import Costs, Location, Performer, Window

HoldPolicy = Literal["paid", "drop"]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Production(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The calendar and the place."""

    title: str = ""
    start: datetime.date = datetime.date(2026, 5, 4)  # a Monday in long daylight; say your own
    end: datetime.date | None = None  # the last date that may be shot on
    days_off: tuple[str, ...] = ("Saturday", "Sunday")
    holidays: tuple[datetime.date, ...] = ()
    unavailable: tuple[datetime.date, ...] = ()
    timezone: str = "UTC"
    latitude: float | None = None  # degrees north; without it sunrise is 06:00 and sunset 18:00
    longitude: float | None = None  # degrees east
    rules: str = "non_union_2026"


class DayLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a shooting day is, in minutes of work: set-ups, moves and waiting for light included."""

    call: str = "08:00"
    earliest_call: str = "05:00"
    latest_call: str = "20:00"
    standard_minutes: int = 600  # beyond this is overtime
    max_minutes: int = 660  # beyond this is not allowed; the rule pack may allow less
    max_eighths: int = 0  # page limit in eighths; 0: none
    move_minutes: int = 45  # a move between locations within a day
    set_change_minutes: int = 10
    twilight_minutes: int = 60  # DAWN and DUSK are shot within this of sunrise and sunset
    mixed_days: bool = True  # day and night exteriors may fall on one date
    interiors_follow_script: bool = False  # True: INT. NIGHT is shot in darkness, INT. DAY in daylight


class Estimates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Minutes of shooting for an eighth of a page, and what makes a scene slower, in percent added."""

    set_up_minutes: int = 20  # once for each scene
    interior: int = 10
    exterior: int = 12
    night_exterior: int = 14
    stunts_percent: int = 50
    children_percent: int = 25
    crowd_percent: int = 25
    vehicles_percent: int = 15
    vfx_percent: int = 20
    dialogue_percent: int = -10  # applied where two or more people speak


class Hold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a performer is paid between work days."""

    policy: HoldPolicy = "paid"  # "drop": one unpaid gap of at least drop_after days, as the rule pack says
    drop_after: int | None = None  # calendar days free; None: as the rule pack says


class Unit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further unit beside the main one, and what it shoots."""

    name: str
    scenes: tuple[str, ...] = ()  # scene numbers
    sets: tuple[str, ...] = ()


class Pin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scene that must fall on a date."""

    scene: str
    date: datetime.date


class PinnedDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole day as it shall be: these scenes in this order and no others."""

    date: datetime.date
    scenes: tuple[str, ...]
    unit: str = "main"


class Precedence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scene shot before another."""

    first: str
    then: str


class PlanSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A plan file, read and checked. Performers are known by name until strips give them their numbers."""

    production: Production = Production()
    day: DayLimits = DayLimits()
    estimates: Estimates = Estimates()
    costs: Costs = Costs()
    hold: Hold = Hold()
    performers: tuple[Performer, ...] = ()
    locations: tuple[Location, ...] = ()
    units: tuple[Unit, ...] = ()
    pins: tuple[Pin, ...] = ()
    pinned_days: tuple[PinnedDay, ...] = ()
    order: tuple[Precedence, ...] = ()
    school_holidays: tuple[Window, ...] = ()
    boneyard: tuple[str, ...] = ()  # scene numbers not to be scheduled
    file: str | None = None  # for messages
    rows: Mapping[str, tuple[str, str]] = {}  # names that came from tables → file and line, for messages


def minutes_of(clock: str) -> int:
    """ "08:30" as minutes after midnight; up to "36:00". Raises ValueError."""
    hours, mark, minutes = clock.partition(":")
    if not mark or not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        raise ValueError(clock)
    value = 60 * int(hours) + int(minutes)
    if int(minutes) > 59 or value > 36 * 60:
        raise ValueError(clock)
    return value


def clock_of(minutes: int) -> str:
    """Minutes after midnight as "HH:MM", past "24:00" for the night that follows."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def location_of_set(name: str) -> str:
    """The place a set is part of, as headings say: `HOUSE - KITCHEN` and `HOUSE/KITCHEN` are in HOUSE."""
    for mark in (" - ", " – ", " — ", "/", ", "):
        head, found, _ = name.partition(mark)
        if found and head.strip():
            return head.strip()
    return name


def dry_permille(location: Location | None, fallback: Mapping[str, float], month: int) -> int | None:
    """Thousandths of days fit for exteriors in a month; None where nobody said."""
    for table in (location.dry_probability if location is not None else {}, fallback):
        if str(month) in table:
            return round(1000 * table[str(month)])
    return None
