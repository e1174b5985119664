"""Other boards close in cost that are built differently, and what each trades for what."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec

from answerprint.departments.planning.day_work import DayBook
from answerprint.departments.planning.improving import anneal
from answerprint.departments.planning.laying_out import board_of_days, lay_out
from answerprint.departments.planning.problem import Problem
from answerprint.departments.planning.records import Alternative, Schedule

NEAR = 0.10  # of the best cost: what is still close
DIFFERENT = 0.12  # share of pairs of strips shot together that are not together in the other board
WARM = 0.30  # the heat at which a board is loosened, in costs of a strip
TILTS: tuple[tuple[str, Mapping[str, float]], ...] = (
    ("fewer moves", {"location_move": 3.0, "set_change": 2.0}),
    ("fewer shooting days", {"shoot_day": 1.8, "overtime_hour": 0.6}),
)
WORDS = (
    ("location_moves", "location_move", "location move"),
    ("set_changes", "set_change", "set change"),
    ("day_night_switches", "day_night_switch", "switch between day and night"),
)


def other_boards(
    problem: Problem,
    best: Sequence[int],
    *,
    seed: int,
    moves: int,
    deadline: float | None = None,
) -> list[list[int]]:
    """Boards to offer beside the best: it, loosened under prices that favour fewer moves or fewer days."""
    boards: list[list[int]] = []
    for at, (_, tilt) in enumerate(TILTS):
        prices = problem.settings.costs
        changed = {name: round(getattr(prices, name) * factor) for name, factor in tilt.items()}
        settings = msgspec.structs.replace(problem.settings, costs=msgspec.structs.replace(prices, **changed))
        tilted = replace(problem, settings=settings)
        left = None
        if deadline is not None:
            now = time.monotonic()
            left = now + max(deadline - now, 0.1) / (len(TILTS) - at)
        own = seed + 101 + at
        boards.append(anneal(tilted, best, seed=own, moves=moves, deadline=left, hot=WARM)[1])
    return boards


def alternatives(
    problem: Problem, book: DayBook, best: Schedule, boards: Iterable[Sequence[int]], most: int
) -> tuple[Alternative, ...]:
    """Up to `most` of the boards: near the best in cost, breaking no rule that the best keeps, and built
    differently from it and from one another."""
    chosen: list[Schedule] = []
    plans = [lay_out(problem, board_of_days(one, book), book) for one in boards]
    for one in sorted(plans, key=lambda plan: plan.cost):
        near = one.cost <= best.cost * (1 + NEAR)
        if (
            near
            and all(_apart(one, other) >= DIFFERENT for other in (best, *chosen))
            and _keeps(problem, book, one)
        ):
            chosen.append(one)
    return tuple(
        Alternative(summary=_trade(problem, best, one), cost=one.cost, days=one.days) for one in chosen[:most]
    )


def _keeps(problem: Problem, book: DayBook, plan: Schedule) -> bool:
    from answerprint.departments.planning.objective import evaluate

    at = {one.id: n for n, one in enumerate(problem.strips)}
    slot = {date: index for index, date in enumerate(problem.dates)}
    board = {
        problem.units.index(day.unit) * len(problem.dates) + slot[day.date]: tuple(
            at[name] for name in day.strips
        )
        for day in plan.days
    }
    return not evaluate(problem, board, book).broken


def _apart(one: Schedule, other: Schedule) -> float:
    """The share of pairs of strips shot on one day in either board that are not in both."""
    first, second = _pairs(one), _pairs(other)
    return 1 - len(first & second) / max(len(first | second), 1)


def _pairs(plan: Schedule) -> set[tuple[str, str]]:
    return {(a, b) for day in plan.days for a in day.strips for b in day.strips if a < b}


def _trade(problem: Problem, best: Schedule, other: Schedule) -> str:
    """What the other board has more and less of, and what it costs more."""
    prices = problem.settings.costs
    said = []
    days = len(other.days) - len(best.days)
    if days:
        said.append(_count(days, "shooting day"))
    for part, price, word in WORDS:
        change = other.cost_parts.get(part, 0) - best.cost_parts.get(part, 0)
        each = getattr(prices, price)
        if each and change:
            said.append(_count(round(change / each), word))
    holds = sum(len(day.held) for day in other.days) - sum(len(day.held) for day in best.days)
    if holds:
        said.append(_count(holds, "held day") + " of cast")
    over = other.cost_parts.get("overtime", 0) - best.cost_parts.get("overtime", 0)
    if over:
        said.append(f"{abs(over)} {'more' if over > 0 else 'less'} for overtime")
    more = other.cost - best.cost
    percent = 100 * more / max(best.cost, 1)
    return f"{more} more ({percent:.1f} %): {', '.join(said) or 'another order of days'}"


def _count(change: int, word: str) -> str:
    number = abs(change)
    plural = word.replace("switch ", "switches ", 1) if word.startswith("switch") else f"{word}s"
    return f"{number} {word if number == 1 else plural} {'more' if change > 0 else 'fewer'}"
