"""From a board of the search to the schedule that is handed out: dates, calls, who works and who is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from answerprint.departments.planning.day_work import DayBook
from answerprint.departments.planning.objective import Board, Costing, evaluate, pay
from answerprint.departments.planning.problem import Problem, sun_at
from answerprint.departments.planning.records import Schedule, ShootDay

COPIED = ("costs", "day", "estimates", "hold")  # tables of the plan that a schedule keeps


def board_of_days(days: Sequence[int], book: DayBook) -> dict[int, tuple[int, ...]]:
    """The orders of days that are given as bits of strips, by slot."""
    return {slot: book.day(bits, slot).work.order for slot, bits in enumerate(days) if bits}


def days_of_board(problem: Problem, board: Board) -> list[int]:
    """A board as bits of strips for every slot."""
    days = [0] * (len(problem.dates) * len(problem.units))
    for slot, order in board.items():
        days[slot] = sum(1 << n for n in order)
    return days


def lay_out(problem: Problem, board: Board, book: DayBook, *, seed: int = 0) -> Schedule:
    """The board as a schedule with its cost; bound, violations and baselines are for others to add."""
    costing = evaluate(problem, board, book)
    count = len(problem.dates)
    slots = sorted(costing.days, key=lambda slot: (slot % count, slot // count))
    held = _held(problem, costing)
    days = tuple(
        _day(problem, costing, slot, index, held.get(slot % count, ()) if slot < count else ())
        for index, slot in enumerate(slots, start=1)
    )
    placed = {n for order in board.values() for n in order}
    return Schedule(
        cost=costing.cost,
        bound=0,
        days=days,
        strips=problem.strips,
        performers=problem.performers,
        boneyard=tuple(one.id for n, one in enumerate(problem.strips) if n not in placed),
        cost_parts={name: value for name, value in costing.parts.items() if value},
        seed=seed,
        settings=settings_of(problem),
    )


def settings_of(problem: Problem) -> Mapping[str, Any]:
    """What was settled and assumed, for whoever reads the schedule later."""
    settings, production = problem.settings, problem.settings.production
    known: dict[str, Any] = {
        "rules": {
            "name": problem.rules.name,
            "title": problem.rules.title,
            "date": problem.rules.date.isoformat(),
            "sources": list(problem.rules.sources),
            "note": problem.rules.note,
        },
        "production": msgspec.to_builtins(production),
        **{name: msgspec.to_builtins(getattr(settings, name)) for name in COPIED},
        "assumed": [],
    }
    if production.latitude is None and any(one.latitude is None for one in problem.locations):
        known["assumed"].append(
            "sunrise 06:00 and sunset 18:00, because the plan gives no latitude and longitude"
        )
    if not settings.performers:
        known["assumed"].append(
            f"every performer is paid {settings.costs.default_day_rate} a day and is always available"
        )
    known["locations"] = [one.name for one in problem.locations]
    return known


def starts_of(problem: Problem, costing: Costing, slot: int) -> tuple[int, ...]:
    """When each strip of a day begins."""
    work, clock = costing.days[slot].work, costing.timings[slot].call
    windows = problem.windows[slot % len(problem.dates)]
    starts = []
    for n, gap in zip(work.order, work.gaps, strict=True):
        span = windows[n]
        clock = max(clock + gap, span[0] if span is not None else 0)
        starts.append(clock)
        clock += problem.minutes[n]
    return tuple(starts)


def _day(problem: Problem, costing: Costing, slot: int, index: int, held: Sequence[int]) -> ShootDay:
    day, timing = costing.days[slot], costing.timings[slot]
    work = day.work
    places = [problem.locations[at].name for at in work.places]
    sun = sun_at(problem.date_of(slot), problem.settings, problem.locations[work.places[0]])
    working = [who for who in range(len(problem.performers)) if work.cast >> who & 1]
    people = problem.performers
    parts = {
        "company": day.cost,
        "cast_work": sum(people[who].day_rate for who in working),
        "cast_hold": sum(
            people[who].day_rate if (rate := people[who].hold_rate) is None else rate for who in held
        ),
    }
    notes = []
    if timing.length > problem.settings.day.standard_minutes:
        over = timing.length - problem.settings.day.standard_minutes
        notes.append(f"{over} minutes of overtime")
    cover = [n for n in work.order if problem.strips[n].interior and not problem.strips[n].exterior]
    outside = [n for n in work.order if problem.strips[n].exterior]
    dry = min((problem.dry[slot % len(problem.dates)][problem.place[n]] for n in outside), default=1000)
    if dry < 1000:
        names = ", ".join(problem.strips[n].number for n in cover) or "none on this day"
        notes.append(f"dry with probability {dry / 1000:g}; weather cover: {names}")
    return ShootDay(
        index=index,
        date=problem.date_of(slot),
        unit=problem.unit_of(slot),
        strips=tuple(problem.strips[n].id for n in work.order),
        starts=starts_of(problem, costing, slot),
        location=places[0],
        locations=tuple(places),
        eighths=work.eighths,
        minutes=timing.length,
        call=timing.call,
        wrap=timing.call + timing.length,
        sunrise=sun.sunrise,
        sunset=sun.sunset,
        cast=tuple(sorted(people[who].number for who in working)),
        held=tuple(sorted(people[who].number for who in held)),
        cost=sum(parts.values()),
        cost_parts=parts,
        pinned=slot in problem.fixed,
        notes=tuple(notes),
    )


def _held(problem: Problem, costing: Costing) -> dict[int, list[int]]:
    """Who is paid for being held on each date (by the date's index), dropped gaps taken out."""
    count = len(problem.dates)
    found: dict[int, list[int]] = {}
    for who, performer in enumerate(problem.performers):
        bits = 0
        for slot, day in costing.days.items():
            if day.work.cast >> who & 1:
                bits |= 1 << (slot % count)
        dates = [at for at in range(count) if bits >> at & 1]
        if not dates or not performer.hold:
            continue
        idle = [at for at in range(dates[0], dates[-1]) if not bits >> at & 1]
        rate = performer.day_rate if performer.hold_rate is None else performer.hold_rate
        paid = pay(problem, who, bits)[1] // rate if rate else len(idle)
        if paid < len(idle):  # one gap was dropped: the longest that the policy allows is the one not paid
            gaps = [(two - one - 1, one, two) for one, two in pairwise(dates)]
            _, one, two = next(gap for gap in gaps if gap[0] == len(idle) - paid)
            idle = [at for at in idle if not one < at < two]
        for at in idle:
            found.setdefault(at, []).append(who)
    return found
