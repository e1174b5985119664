"""A schedule of four days made by hand, for documents: every fact in it is easy to check by eye."""

from __future__ import annotations

import datetime

from answerprint.departments.planning.records import Performer, Schedule, ShootDay, Strip, Violation

MONDAY = datetime.date(2026, 3, 2)


def strip(number: str, place: str, cast: tuple[int, ...], **given: object) -> Strip:
    values: dict[str, object] = {
        "id": f"s{number}",
        "number": number,
        "set": place,
        "location": "Harbour" if place != "BARN" else "Farm",
        "interior": True,
        "day_or_night": "day",
        "eighths": 11,
        "minutes": 120,
        "cast": cast,
        "synopsis": f"What happens in {number}.",
    }
    return Strip(**(values | given))  # type: ignore[arg-type]


STRIPS = (
    strip("1", "OFFICE", (1, 2), elements={"props": ("letter", "key"), "animals": ("dog",)}),
    strip("2", "QUAY", (1,), interior=False, exterior=True, day_or_night="night", eighths=4),
    strip("3", "BARN", (1, 3), elements={"background": ("farm hands",)}),
    strip("4", "BARN", (3,), exterior=True, eighths=8),
    strip("5", "OFFICE", (1, 2)),
    strip("6", "OFFICE", (2,)),
)


def day(index: int, strips: tuple[str, ...], cast: tuple[int, ...], held: tuple[int, ...] = ()) -> ShootDay:
    mine = [one for one in STRIPS if one.id in strips]
    return ShootDay(
        index=index,
        date=MONDAY + datetime.timedelta(days=index - 1 if index < 4 else 7),
        unit="main",
        strips=strips,
        location=mine[0].location,
        locations=tuple(dict.fromkeys(one.location for one in mine)),
        eighths=sum(one.eighths for one in mine),
        minutes=sum(one.minutes for one in mine),
        call=7 * 60,
        wrap=7 * 60 + sum(one.minutes for one in mine) + 60,
        sunrise=6 * 60 + 40,
        sunset=17 * 60 + 50,
        cast=cast,
        held=held,
    )


SCHEDULE = Schedule(
    title="The Late Ferry",
    cost=100_000,
    bound=90_000,
    strips=STRIPS,
    performers=(
        Performer(number=1, name="RUTH"),
        Performer(number=2, name="TOM"),
        Performer(number=3, name="ÉVA", age=12),
    ),
    days=(
        day(1, ("s1", "s2"), (1, 2)),
        day(2, ("s3",), (1, 3), held=()),
        day(3, ("s4",), (3,), held=(1,)),
        day(4, ("s5",), (1, 2)),
    ),
    boneyard=("s6",),
    violations=(
        Violation(
            rule="availability",
            message="TOM is away on 10 March",
            day=4,
            strips=("s5",),
            conflict=("TOM is away 9–12 March", "scene 5 is pinned to 10 March"),
        ),
    ),
)
