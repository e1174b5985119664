"""The schedule as the simulation walks through it, and what every mishap costs in the budget."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import msgspec

from answerprint.departments.planning.money import currency
from answerprint.departments.planning.money.budget import complete, price
from answerprint.departments.planning.money.quantities import main_unit, quantities
from answerprint.departments.planning.money.rates import Climate, Rates
from answerprint.departments.planning.records import Location, Performer, Schedule, Window

MINUTES_PER_EIGHTH = 15  # where a schedule carries no estimates: five pages in a day of ten hours
SPILL_DAYS = 21  # how soon after the last day whoever is missing something has to come back


@dataclass(frozen=True)
class Scene:
    """A strip on its day."""

    minutes: float
    exterior: bool
    cast: tuple[int, ...]


@dataclass(frozen=True)
class Day:
    """A planned day. cover: minutes of later interiors at the same place that today's cast could play."""

    unit: str
    place: str
    capacity: float  # minutes of work planned and paid without more overtime
    moves: float  # minutes of moves and changes
    dry: float  # share of days like this that are fit for exteriors
    scenes: tuple[Scene, ...]
    cast: tuple[int, ...]
    cover: float
    gap: int  # days since the shooting day before


@dataclass(frozen=True)
class Board:
    """All days in order of date."""

    days: tuple[Day, ...]
    cast: tuple[int, ...]
    shoot_minutes: float  # of a paid day
    gone: frozenset[int] = frozenset()  # cast who are not free after the last day
    assumed_dry: bool = False  # some place with exteriors had no climate of its own

    @property
    def main_days(self) -> int:
        units = [day.unit for day in self.days]
        return max(units.count(unit) for unit in units)


@dataclass(frozen=True)
class Prices:
    """What the budget says of one more of each, in the currency's units."""

    planned: float
    shoot_day: float
    overtime_hour: float
    cast_day: Mapping[int, float]
    cast_overtime: Mapping[int, float]
    place_day: Mapping[str, float]

    def scaled(self, planned: float, days: float, own_days: float) -> Prices:
        """The same shares of another production's budget: its own total and its own number of days."""
        by = (planned / self.planned) * (own_days / days) if self.planned else 0.0
        return replace(
            self, planned=planned, shoot_day=self.shoot_day * by, overtime_hour=self.overtime_hour * by
        )


def board_of(schedule: Schedule, rates: Rates, *, default_dry: float) -> Board:
    """The board of a schedule. Raises PlanError AP-PLAN-075 when it cannot be one."""
    quantities(schedule, rates)
    climates: dict[str, Mapping[str, float]] = {**_climates(schedule.settings)}
    climates.update({one.name: one.dry_probability for one in rates.climates})
    strips = {one.id: one for one in schedule.strips}
    days = sorted(schedule.days, key=lambda day: (day.date, day.unit, day.index))
    shoot = 60.0 * float(rates.globals.shoot_hours)
    played = [
        tuple(
            Scene(
                minutes=float(strip.minutes or strip.eighths * MINUTES_PER_EIGHTH),
                exterior=strip.exterior and not strip.interior,
                cast=strip.cast,
            )
            for strip in (strips[id_] for id_ in day.strips)
        )
        for day in days
    ]
    found, before, assumed = [], None, False
    for at, (day, scenes) in enumerate(zip(days, played, strict=True)):
        called = set(day.cast) | set(day.held)
        cover = sum(
            scene.minutes
            for later, others in zip(days[at + 1 :], played[at + 1 :], strict=True)
            if later.location == day.location and later.unit == day.unit
            for scene in others
            if not scene.exterior and called.issuperset(scene.cast)
        )
        dry = climates.get(day.location, {}).get(str(day.date.month))
        assumed |= dry is None and any(scene.exterior for scene in scenes)
        work = sum(scene.minutes for scene in scenes)
        found.append(
            Day(
                unit=day.unit,
                place=day.location,
                capacity=max(float(day.minutes), shoot),
                moves=max(0.0, day.minutes - work),
                dry=default_dry if dry is None else dry,
                scenes=scenes,
                cast=tuple(sorted({*day.cast, *(one for scene in scenes for one in scene.cast)})),
                cover=cover,
                gap=max(0, (day.date - before).days) if before else 1,
            )
        )
        before = day.date
    last = days[-1].date
    return Board(
        days=tuple(found),
        cast=tuple(sorted({one for day in found for one in day.cast})),
        shoot_minutes=shoot,
        gone=frozenset(one.number for one in schedule.performers if not _free_after(one, last)),
        assumed_dry=assumed,
    )


def with_climates(rates: Rates, locations: Iterable[Location]) -> Rates:
    """The rates with the climates of a plan's locations, where the rates file names none of its own."""
    known = {one.name for one in rates.climates}
    more = tuple(
        Climate(name=one.name, dry_probability=one.dry_probability)
        for one in locations
        if one.dry_probability and one.name not in known
    )
    return msgspec.structs.replace(rates, climates=(*rates.climates, *more))


def prices_of(schedule: Schedule, rates: Rates) -> Prices:
    """The budget priced again with one more of each thing: what it comes to is what that thing costs."""
    counted = quantities(schedule, rates)
    rates, _ = complete(rates, schedule, counted)
    planned = price(rates, counted).planned
    scale = 10 ** currency.digits(rates.currency)

    def more(**changed: Any) -> float:
        changed_budget = price(rates, msgspec.structs.replace(counted, **changed))
        return (changed_budget.planned - planned) / float(scale)

    unit = main_unit(counted)
    step = _overtime_step(schedule, rates)

    def hour(hours: Mapping[Any, tuple[Fraction, ...]], key: Any) -> dict[Any, tuple[Fraction, ...]]:
        now = list(hours.get(key, (Fraction(0),) * len(rates.overtime)))
        if now:
            now[step] += 1
        return {**hours, key: tuple(now)}

    return Prices(
        planned=planned / scale,
        shoot_day=more(shoot_days={**counted.shoot_days, unit: counted.shoot_days[unit] + 1}),
        overtime_hour=more(overtime=hour(counted.overtime, unit)),
        cast_day={
            one: more(cast_work={**counted.cast_work, one: counted.cast_work[one] + 1})
            for one in counted.cast_work
        },
        cast_overtime={
            one: more(cast_overtime=hour(counted.cast_overtime, one)) for one in counted.cast_work
        },
        place_day={
            one: more(location_days={**counted.location_days, one: counted.location_days[one] + 1})
            for one in counted.location_days
        },
    )


def _overtime_step(schedule: Schedule, rates: Rates) -> int:
    """The overtime step that the hour after a day's planned end falls into, for the average day."""
    hours = sum(day.minutes for day in schedule.days) / len(schedule.days) / 60
    hours = max(hours, float(rates.globals.shoot_hours)) + 0.5
    reached = [at for at, step in enumerate(rates.overtime) if float(step.after_hours) <= hours]
    return reached[-1] if reached else 0


def _free_after(performer: Performer, last: datetime.date) -> bool:
    """Whether a performer could come back soon after the last day."""
    until = last + datetime.timedelta(days=SPILL_DAYS)

    def meets(window: Window) -> bool:
        return window.first <= until and window.last > last

    if performer.available and not any(meets(window) for window in performer.available):
        return False
    return not any(window.first <= last and window.last >= until for window in performer.unavailable)


def _climates(settings: Mapping[str, Any]) -> dict[str, Mapping[str, float]]:
    """Climates of the plan's locations, where the schedule carries them among its settings."""
    found: dict[str, Mapping[str, float]] = {}
    places = settings.get("locations", ())
    for place in places if isinstance(places, list | tuple) else ():
        dry = place.get("dry_probability") if isinstance(place, Mapping) else None
        if isinstance(dry, Mapping) and isinstance(place.get("name"), str):
            months = {
                str(month): float(share)
                for month, share in dry.items()
                if isinstance(share, int | float) and 0 <= share <= 1
            }
            found[place["name"]] = months
    return found
