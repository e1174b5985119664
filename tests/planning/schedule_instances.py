"""Random small productions for the schedule's tests: every rule in play, most of them possible."""

from __future__ import annotations

import datetime
import random

from answerprint.departments.planning.records import Costs, Location, Performer, Strip, Window
from answerprint.departments.planning.rules import load_rules
from answerprint.departments.planning.scheduling import Plan
from answerprint.departments.planning.settings import (
    DayLimits,
    Hold,
    Pin,
    PlanSettings,
    Precedence,
    Production,
    Unit,
)

START = datetime.date(2026, 3, 2)
PLACES = (
    (52.5, 13.4, "Europe/Berlin"),
    (64.1, -21.9, "Atlantic/Reykjavik"),
    (-33.9, 18.4, "Africa/Johannesburg"),
    (None, None, "UTC"),
)
PACKS = ("non_union_2026", "sag_aftra_2023", "eu_working_time", "uk_2015")


def instance(seed: int, strips: int | None = None) -> Plan:
    """A production of up to 24 strips with availability, windows, light, minors, units, pins and orders."""
    rng = random.Random(seed)
    count = strips or rng.randint(6, 24)
    latitude, longitude, zone = rng.choice(PLACES)
    start = START + datetime.timedelta(rng.randrange(0, 200))
    people = tuple(_performer(rng, n, start) for n in range(1, rng.randint(3, 9)))
    places = [f"PLACE {n}" for n in range(rng.randint(2, 6))]
    locations = tuple(
        Location(
            name=name,
            day_cost=rng.choice((0, 0, 700)),
            windows=(_window(rng, start, 12, 30),) if rng.random() < 0.2 else (),
            dry_probability={str(m): round(rng.random(), 2) for m in range(1, 13)}
            if rng.random() < 0.3
            else {},
        )
        for name in places
    )
    two_units = rng.random() < 0.25
    made = []
    for n in range(count):
        place = rng.choice(places)
        outside = rng.random() < 0.4
        twilight = rng.random() < 0.08
        made.append(
            Strip(
                id=f"s{n + 1}",
                number=str(n + 1),
                set=f"{place} - ROOM {rng.randrange(3)}",
                location=place,
                interior=not outside,
                exterior=outside,
                day_or_night=rng.choice(("dawn", "dusk"))
                if twilight
                else rng.choice(("day", "day", "night", "")),
                eighths=rng.randint(1, 12),
                minutes=rng.randrange(20, 100 if twilight else 240, 5),
                cast=tuple(
                    sorted(rng.sample([one.number for one in people], rng.randint(0, min(3, len(people)))))
                ),
                unit="second" if two_units and rng.random() < 0.25 else "main",
            )
        )
    numbers = [one.number for one in made]
    settings = PlanSettings(
        production=Production(
            start=start,
            days_off=rng.choice((("Saturday", "Sunday"), ("Sunday",), ())),
            holidays=(start + datetime.timedelta(rng.randrange(1, 9)),) if rng.random() < 0.3 else (),
            timezone=zone,
            latitude=latitude,
            longitude=longitude,
        ),
        day=DayLimits(
            max_minutes=rng.choice((600, 660, 720)),
            max_eighths=rng.choice((0, 0, 40)),
            mixed_days=rng.random() < 0.7,
            interiors_follow_script=rng.random() < 0.2,
        ),
        costs=Costs(shoot_day=rng.choice((3000, 10000)), location_move=rng.choice((500, 1500))),
        hold=Hold(policy=rng.choice(("paid", "drop")), drop_after=rng.choice((None, 3))),
        units=(Unit(name="second"),) if two_units else (),
        order=tuple(
            Precedence(first=a, then=b)
            for a, b in [sorted(rng.sample(numbers, 2), key=int)]
            if rng.random() < 0.4
        ),
        pins=(Pin(scene=rng.choice(numbers), date=_weekday(start)),) if rng.random() < 0.2 else (),
        school_holidays=(_window(rng, start, 3, 20),) if rng.random() < 0.3 else (),
    )
    return Plan(settings, load_rules(rng.choice(PACKS)), tuple(made), people, locations)


def _performer(rng: random.Random, number: int, start: datetime.date) -> Performer:
    return Performer(
        number=number,
        name=f"PERSON {number}",
        day_rate=rng.choice((100, 400, 1500)),
        hold_rate=rng.choice((None, 50)),
        hold=rng.random() < 0.8,
        age=rng.choice((7, 12, 16)) if rng.random() < 0.12 else None,
        available=(_window(rng, start, 10, 40),) if rng.random() < 0.15 else (),
        unavailable=(_window(rng, start, 1, 3),) if rng.random() < 0.25 else (),
    )


def _window(rng: random.Random, start: datetime.date, least: int, most: int) -> Window:
    first = start + datetime.timedelta(rng.randrange(0, 6))
    return Window(first=first, last=first + datetime.timedelta(rng.randint(least, most)))


def _weekday(start: datetime.date) -> datetime.date:
    """A Wednesday some days in: off on no calendar of these."""
    return start + datetime.timedelta(10 + (2 - (start + datetime.timedelta(10)).weekday()) % 7)
