"""The rates file: a chart of accounts and what everything costs, read exactly and checked key by key."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, get_args

import msgspec

Section = Literal["above", "production", "post", "other"]
Unit = Literal[
    "flat",  # once, or `quantity` times
    "hour",  # `quantity` hours
    "day",  # `quantity` days, or the days of `period`
    "week",  # `quantity` weeks, or the weeks of `period`
    "page",  # pages of the strips that are scheduled
    "cast_day",  # work days of cast number `cast`, with holds and travel at their own rates
    "shoot_day",  # shooting days of `crew`
    "location_day",  # shooting days at `location`; without one, every place of every day
    "element_day",  # days on which the element `category`, `element` is on set
    "background_day",  # people in the background, each day they are called
    "percent",  # `rate` per cent of what `of` names
]
Period = Literal["prep", "shoot", "wrap", "all"]

SECTIONS: tuple[Section, ...] = get_args(Section)
UNITS: tuple[Unit, ...] = get_args(Unit)
PERIODS: tuple[Period, ...] = get_args(Period)
SECTION_NAMES: Mapping[Section, str] = {
    "above": "Above the line",
    "production": "Production",
    "post": "Post-production",
    "other": "Other",
}


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account of the chart, numbered as line producers number them."""

    number: str
    name: str
    section: Section


class Fringe(msgspec.Struct, frozen=True, kw_only=True):
    """A charge on wages: `percent` of each person's pay on a line up to `ceiling` (money, none: no limit)."""

    id: str
    name: str
    percent: Decimal
    ceiling: Decimal | None = None


class Overtime(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of a day beyond `after_hours` are paid at `multiplier` times the hourly rate."""

    after_hours: Decimal
    multiplier: Decimal


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the detail: `rate` × quantity × `times`, the quantity from the schedule or given."""

    key: str  # its place in the file: "line[3]"
    account: str
    name: str
    rate: Decimal
    unit: Unit
    quantity: Decimal | None = None
    times: Decimal = Decimal(1)
    period: Period | None = None
    cast: int | None = None
    hold_rate: Decimal | None = None  # None: as `rate`
    travel_days: Decimal = Decimal(0)
    travel_rate: Decimal | None = None  # None: as `rate`
    location: str | None = None
    category: str | None = None
    element: str | None = None
    crew: str = "main"
    overtime: bool = False
    fringes: tuple[str, ...] = ()
    of: tuple[str, ...] = ()  # percent: sections, account numbers, "contingency", "bond"
    cap: Decimal | None = None  # percent: at most this much money


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A percentage of other parts of the budget: contingency, bond, a tax incentive."""

    key: str
    name: str
    percent: Decimal
    of: tuple[str, ...]
    cap: Decimal | None = None


class Climate(msgspec.Struct, frozen=True, kw_only=True):
    """What the risk has to know of a place: month "1"…"12" → share of days fit for exteriors."""

    name: str
    dry_probability: Mapping[str, float]


class Globals(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for the whole production."""

    shoot_hours: Decimal = Decimal(10)  # paid hours of a day before overtime
    days_per_week: Decimal = Decimal(5)
    prep_weeks: Decimal = Decimal(4)
    wrap_weeks: Decimal = Decimal(1)
    background_group: int = 8  # people behind a background entry whose number nobody gave
    background: Mapping[str, int] = {}  # background entry → people


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """A whole rates file, checked: every reference in it resolves and no percentage is circular."""

    currency: str
    title: str = ""
    globals: Globals = Globals()
    accounts: tuple[Account, ...] = ()
    lines: tuple[Line, ...] = ()
    fringes: tuple[Fringe, ...] = ()
    overtime: tuple[Overtime, ...] = ()  # by after_hours, rising
    contingency: Share | None = None
    bond: Share | None = None
    incentives: tuple[Share, ...] = ()
    climates: tuple[Climate, ...] = ()
    starter: bool = False  # written by the program, not yet the user's own figures

    def account(self, number: str) -> Account:
        return next(one for one in self.accounts if one.number == number)
