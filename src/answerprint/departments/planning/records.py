"""What the planning modules hand to one another: strips, the plan's settings, and a schedule with its proof.

Money is whole units of the plan's currency per day unless a name says otherwise; page lengths are eighths;
times of day are minutes after midnight, local time.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

DayOrNight = Literal["day", "night", "dawn", "dusk", ""]


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """One strip of the board: a scene, or a part of one, as the schedule sees it."""

    id: str  # the scene's id, with ".2" … for parts
    number: str
    set: str
    location: str
    interior: bool = False
    exterior: bool = False
    day_or_night: DayOrNight = ""
    script_day: int | None = None
    eighths: int = 1
    minutes: int = 0  # estimated shooting time, set-up included
    cast: tuple[int, ...] = ()  # cast numbers
    elements: Mapping[str, tuple[str, ...]] = {}  # breakdown category → names
    synopsis: str = ""
    unit: str = "main"


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Dates, both included."""

    first: datetime.date
    last: datetime.date


class Performer(msgspec.Struct, frozen=True, kw_only=True):
    """A cast member as the plan pays and books them."""

    number: int
    name: str
    day_rate: int = 0
    hold_rate: int | None = None  # for a day held idle; None: the day rate
    hold: bool = True  # False: never paid between work days, may be dropped and picked up
    unavailable: tuple[Window, ...] = ()
    available: tuple[Window, ...] = ()  # when given, only these
    age: int | None = None  # under 18: minors' rules hold


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A place the company moves to: one or more sets."""

    name: str
    sets: tuple[str, ...] = ()
    day_cost: int = 0
    windows: tuple[Window, ...] = ()  # when given, only these dates
    latitude: float | None = None  # degrees north
    longitude: float | None = None  # degrees east
    dry_probability: Mapping[str, float] = {}  # month "1"…"12" → share of days fit for exteriors


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """Prices of the objective."""

    shoot_day: int = 10_000  # crew and equipment, a day of the main unit
    location_move: int = 1_500  # a move of the company between locations within a day
    set_change: int = 300  # a change of set within a location and a day
    overtime_hour: int = 2_000
    day_night_switch: int = 800  # from day work to night work or back between consecutive days
    change_penalty: int = 200  # re-planning: a strip that leaves its published day
    default_day_rate: int = 400  # a performer without a rate of their own


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """A hard rule that the schedule breaks, and the smallest set of facts that cannot all hold."""

    rule: str  # "availability", "location_window", "daylight", "rest", "minor_hours", "day_length", "pin", …
    message: str  # for people, names and dates in it
    day: int | None = None  # index in the schedule
    strips: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()  # the smallest conflicting set, each a fact in words


class ShootDay(msgspec.Struct, frozen=True, kw_only=True):
    """One shooting day of one unit."""

    index: int  # from 1, in order
    date: datetime.date
    unit: str
    strips: tuple[str, ...]  # strip ids in shooting order
    starts: tuple[int, ...] = ()  # when each strip begins, minutes after midnight of the day's date
    location: str = ""  # the first of the day
    locations: tuple[str, ...] = ()
    eighths: int = 0
    minutes: int = 0  # shooting time with moves
    call: int = 0  # minutes after midnight
    wrap: int = 0  # minutes after midnight of the day's date; above 1440 is after midnight
    sunrise: int | None = None
    sunset: int | None = None
    cast: tuple[int, ...] = ()  # working
    held: tuple[int, ...] = ()
    cost: int = 0
    cost_parts: Mapping[str, int] = {}
    pinned: bool = False
    notes: tuple[str, ...] = ()


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """Another schedule close in cost, and what it trades."""

    summary: str
    cost: int
    days: tuple[ShootDay, ...]


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule, what it costs, how far from the best it can be at most, and which rules it breaks."""

    cost: int
    bound: int  # no schedule under these rules costs less
    days: tuple[ShootDay, ...]
    strips: tuple[Strip, ...] = ()
    performers: tuple[Performer, ...] = ()
    boneyard: tuple[str, ...] = ()  # strips left out, on purpose or because nothing fits
    cost_parts: Mapping[str, int] = {}
    violations: tuple[Violation, ...] = ()
    baselines: Mapping[str, int] = {}  # "sort_by_set", "script_order", "imported_board" → cost, same rules
    alternatives: tuple[Alternative, ...] = ()
    title: str = ""  # of the screenplay
    seed: int = 0
    settings: Mapping[str, Any] = {}  # rule pack and its date, prices, what was assumed
