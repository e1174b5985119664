"""What a schedule makes a budget count: days, holds, overtime, people, places and things."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from fractions import Fraction

import msgspec

from answerprint.core.errors import PlanError
from answerprint.departments.planning.money.rates import Rates
from answerprint.departments.planning.records import Schedule

_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
          "ten": 10, "dozen": 12, "dozens": 24, "hundred": 100, "hundreds": 200}  # fmt: skip


class Quantities(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a line may be multiplied by. Changing one of these and pricing again is how the risk gets
    what a day more costs."""

    shoot_days: Mapping[str, int]  # unit → days
    calendar: Mapping[str, tuple[int, ...]]  # unit → indices of its days
    overtime: Mapping[str, tuple[Fraction, ...]]  # unit → hours, one for each overtime step
    cast_work: Mapping[int, int]
    cast_hold: Mapping[int, int]
    cast_overtime: Mapping[int, tuple[Fraction, ...]]
    cast_days: Mapping[int, tuple[int, ...]]  # indices of the days worked
    location_days: Mapping[str, int]
    eighths: int
    element_days: Mapping[str, int]  # "vehicles" and "vehicles/BUS" → days
    background_days: Mapping[str, int]  # entry → people × days; "" is everybody


def quantities(schedule: Schedule, rates: Rates) -> Quantities:
    """Count a schedule. Raises PlanError AP-PLAN-075 when it cannot be one: no days, a date twice in one
    unit, a day with strips that do not exist, negative lengths."""
    _check(schedule)
    strips = {one.id: one for one in schedule.strips}
    calendar: dict[str, list[int]] = defaultdict(list)
    overtime: dict[str, list[Fraction]] = {}
    cast_overtime: dict[int, list[Fraction]] = {}
    work, hold = Counter[int](), Counter[int]()
    cast_days: dict[int, list[int]] = defaultdict(list)
    places: dict[str, set[datetime.date]] = defaultdict(set)
    things: dict[str, set[datetime.date]] = defaultdict(set)
    crowd = Counter[str]()
    eighths = 0
    steps = len(rates.overtime)
    for day in schedule.days:
        calendar[day.unit].append(day.index)
        over = _overtime(Fraction(max(day.minutes, 0), 60), rates)
        _add(overtime.setdefault(day.unit, [Fraction(0)] * steps), over)
        for number in dict.fromkeys(day.cast):
            work[number] += 1
            cast_days[number].append(day.index)
            _add(cast_overtime.setdefault(number, [Fraction(0)] * steps), over)
        hold.update(set(day.held) - set(day.cast))
        for place in day.locations or (day.location,):
            if place:
                places[place].add(day.date)
        called: set[str] = set()
        for strip in (strips[id_] for id_ in day.strips if id_ in strips):
            eighths += strip.eighths
            for category, names in strip.elements.items():
                things[category].add(day.date)
                for name in names:
                    things[f"{category}/{name}"].add(day.date)
                called.update(names if category == "background" else ())
        for name in sorted(called):
            people = rates.globals.background.get(name) or _people(name) or rates.globals.background_group
            crowd[name] += people
            crowd[""] += people
    return Quantities(
        shoot_days={unit: len(days) for unit, days in calendar.items()},
        calendar={unit: tuple(days) for unit, days in calendar.items()},
        overtime={unit: tuple(hours) for unit, hours in overtime.items()},
        cast_work=dict(sorted(work.items())),
        cast_hold=dict(sorted(hold.items())),
        cast_overtime={number: tuple(hours) for number, hours in sorted(cast_overtime.items())},
        cast_days={number: tuple(days) for number, days in sorted(cast_days.items())},
        location_days={place: len(days) for place, days in sorted(places.items())},
        eighths=eighths,
        element_days={thing: len(days) for thing, days in sorted(things.items())},
        background_days=dict(sorted(crowd.items())),
    )


def main_unit(found: Quantities) -> str:
    """The unit called "main", or the one with most days where none is called so."""
    units = found.shoot_days
    return "main" if "main" in units else max(units, key=lambda unit: (units[unit], unit))


def _check(schedule: Schedule) -> None:
    def refuse(at: str | None, message: str, remedy: str | None = None) -> None:
        remedy = remedy or "write it again with answerprint plan schedule FILE --out schedule.json"
        raise PlanError("AP-PLAN-075", message, at=at, remedy=remedy)

    if not schedule.days:
        refuse(
            None, "this schedule has no shooting days", "answerprint plan schedule FILE --out schedule.json"
        )
    strips = {one.id for one in schedule.strips}
    seen: set[tuple[str, datetime.date]] = set()
    for day in schedule.days:
        at = f"day {day.index}"
        if (day.unit, day.date) in seen:
            refuse(at, f"{day.date} is there twice in the unit {day.unit!r}")
        seen.add((day.unit, day.date))
        if day.minutes < 0 or day.minutes > 24 * 60:
            refuse(at, f"{day.minutes} minutes of shooting are no day")
        for id_ in day.strips:
            if id_ not in strips:
                refuse(at, f"there is no strip {id_!r}")
    for strip in schedule.strips:
        if strip.eighths < 0 or strip.minutes < 0:
            refuse(f"strip {strip.id}", "a length is negative")
    for performer in schedule.performers:
        if performer.day_rate < 0 or (performer.hold_rate or 0) < 0:
            refuse(f"performer {performer.number}", "a rate is negative")


def _overtime(hours: Fraction, rates: Rates) -> list[Fraction]:
    """Hours of a day in each overtime step: an hour is paid at the highest step it reaches."""
    found = []
    for at, step in enumerate(rates.overtime):
        after = Fraction(step.after_hours)
        until = Fraction(rates.overtime[at + 1].after_hours) if at + 1 < len(rates.overtime) else None
        reached = hours if until is None else min(hours, until)
        found.append(max(Fraction(0), reached - after))
    return found


def _add(total: list[Fraction], more: list[Fraction]) -> None:
    for at, value in enumerate(more):
        total[at] += value


def _people(name: str) -> int:
    """How many people an entry names itself: "12 SOLDIERS", "TWO NURSES"; 0 where it says nothing."""
    number = re.search(r"\b(\d{1,4})\b", name)
    if number:
        return int(number[1])
    return max((_WORDS.get(word, 0) for word in re.findall(r"[a-z]+", name.lower())), default=0)
