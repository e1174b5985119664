"""Schedules for the tests of money: days, places and people drawn from a seed."""

from __future__ import annotations

import datetime
import random

from answerprint.departments.planning.records import Performer, Schedule, ShootDay, Strip

PLACES = ("Harbour", "Flat", "School")
RATES = """
currency = "EUR"
[globals]
shoot_hours = 10
days_per_week = 5
[[overtime]]
after_hours = 10
multiplier = 1.5
[[account]]
number = "1400"
name = "Cast"
section = "above"
[[account]]
number = "2000"
name = "Crew"
section = "production"
[[line]]
account = "2000"
name = "Crew"
rate = 4000
unit = "shoot_day"
overtime = true
[[line]]
account = "1400"
name = "Mara"
rate = 500
unit = "cast_day"
cast = 1
"""


def schedule(days: int = 10, seed: int = 1, *, exterior: float = 0.4, minutes: int = 600) -> Schedule:
    """`days` days of four scenes, `minutes` long each, performers 1 to 4."""
    draw = random.Random(seed)
    strips, found, date = [], [], datetime.date(2026, 5, 4)
    for at in range(days):
        place = PLACES[at * len(PLACES) // days]
        ids, cast = [], set[int]()
        for scene in range(4):
            who = tuple(sorted(draw.sample(range(1, 5), 2)))
            cast.update(who)
            outside = draw.random() < exterior
            ids.append(f"{at}.{scene}")
            strips.append(
                Strip(
                    id=ids[-1], number=str(len(strips) + 1), set=place, location=place, interior=not outside,
                    exterior=outside, eighths=10, minutes=minutes // 4, cast=who,
                    elements={"background": ("12 SAILORS",)} if at == 0 and scene < 2 else {},
                )
            )  # fmt: skip
        found.append(
            ShootDay(
                index=at + 1, date=date, unit="main", strips=tuple(ids), location=place, locations=(place,),
                eighths=40, minutes=minutes, call=480, wrap=480 + minutes, cast=tuple(sorted(cast)),
                held=tuple(sorted({1, 2} - cast)),
            )
        )  # fmt: skip
        date += datetime.timedelta(days=3 if date.weekday() == 4 else 1)
    performers = tuple(Performer(number=one, name=f"Part {one}", day_rate=300) for one in range(1, 5))
    return Schedule(cost=0, bound=0, days=tuple(found), strips=tuple(strips), performers=performers)
