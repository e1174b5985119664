"""Planning from what others made: a schedule already published, or the assistant director's own board."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from answerprint.departments.planning.board_import import ImportedBoard, board_slots
from answerprint.departments.planning.bound import lower_bound
from answerprint.departments.planning.construction import baselines
from answerprint.departments.planning.day_work import DayBook
from answerprint.departments.planning.laying_out import board_of_days, days_of_board, lay_out
from answerprint.departments.planning.objective import evaluate
from answerprint.departments.planning.problem import Problem, compile_problem, within
from answerprint.departments.planning.records import Schedule
from answerprint.departments.planning.scheduling import Effort, Plan, Progress, checked, search_schedule
from answerprint.departments.planning.small_moves import improve

CALM = (
    0.03  # heat of the search in mid-shoot, in costs of a strip: what is published is left for a reason only
)
SPARE = 5  # dates beyond the days of a board


def replan(
    plan: Plan, published: Schedule, start: datetime.date, effort: Effort, report: Progress | None = None
) -> Schedule:
    """The rest of a shoot planned anew: days before `start` are as published, and a strip that leaves its
    published day costs the change penalty. `settings["moved"]` lists what moved and why."""
    began = time.monotonic()
    known = {one.id for one in plan.strips}
    before = {
        (one.unit, one.date): tuple(name for name in one.strips if name in known)
        for one in published.days
        if one.date < start
    }
    where = {name: (one.unit, one.date) for one in published.days for name in one.strips if name in known}
    problem = compile_problem(
        plan.settings,
        plan.rules,
        plan.strips,
        plan.performers,
        plan.locations,
        fixed={day: names for day, names in before.items() if names},
        published=where,
        also_dates=[one.date for one in published.days],
        not_before=start,
    )
    days = [0] * (len(problem.dates) * len(problem.units))
    later = next(
        (slot for slot in range(len(problem.dates)) if problem.dates[slot] >= start), len(problem.dates) - 1
    )
    for n, home in enumerate(problem.home):
        slot = home if home >= 0 else problem.units.index(problem.strips[n].unit) * len(problem.dates) + later
        if not problem.allowed[n] >> slot & 1 and problem.allowed[n]:
            slot = (problem.allowed[n] & -problem.allowed[n]).bit_length() - 1
        days[slot] |= 1 << n
    frozen = frozenset(date for _, date in before)
    result = search_schedule(
        problem, plan, effort, report, began=began, first=days, hot=CALM, published=where, frozen=frozen
    )
    moved = _moved(problem, result, where)
    return msgspec.structs.replace(
        result, settings={**result.settings, "replanned_from": start.isoformat(), "moved": moved}
    )


def on_board(
    plan: Plan,
    board: ImportedBoard,
    effort: Effort,
    *,
    small: int | None = None,
    full: bool = False,
    report: Progress | None = None,
) -> Schedule:
    """The board as it stands, costed and checked; or improved by at most `small` moves; or searched from.

    The board's own cost is the baseline `imported_board`. Raises what `board_slots` raises.
    """
    began = time.monotonic()
    also = [one.date for one in board.days if one.date is not None]
    problem = compile_problem(
        plan.settings,
        plan.rules,
        plan.strips,
        plan.performers,
        plan.locations,
        also_dates=also,
        at_least=len(board.days) + SPARE,
    )
    slots, missing = board_slots(problem, board)
    book = DayBook(problem)
    own = evaluate(problem, slots, book)
    notes: dict[str, Any] = {"board": board.file.rsplit("/", 1)[-1], "left_out": list(missing)}
    if full:
        return _searched(problem, plan, slots, effort, report, began, own.cost, notes)
    after = dict(slots)
    if small is not None:
        after, moves = improve(problem, slots, book, small)
        notes["moves"] = [msgspec.to_builtins(one) for one in moves]
    known = {
        name: lay_out(problem, board_of_days(days, book), book).cost
        for name, (_, days) in baselines(problem, book).items()
    }
    laid = lay_out(problem, after, book, seed=effort.seed)
    bound = lower_bound(problem) if not laid.boneyard else None
    whole = msgspec.structs.replace(
        laid,
        bound=min(bound.cost, laid.cost) if bound is not None else 0,
        baselines={**known, "imported_board": own.cost},
        settings={**laid.settings, **notes},
    )
    return checked(problem, plan, whole)


def _searched(
    problem: Problem,
    plan: Plan,
    slots: Mapping[int, tuple[int, ...]],
    effort: Effort,
    report: Progress | None,
    began: float,
    own: int,
    notes: dict[str, Any],
) -> Schedule:
    """A search that begins from the board; strips it left out are put on its last day first."""
    days = days_of_board(problem, slots)
    placed = {n for order in slots.values() for n in order}
    for n in range(len(problem.strips)):
        if n not in placed:
            slot = (
                max(slots)
                if problem.allowed[n] >> max(slots) & 1 or not problem.allowed[n]
                else problem.allowed[n].bit_length() - 1
            )
            days[slot] |= 1 << n
    found = search_schedule(problem, plan, effort, report, began=began, first=days)
    return msgspec.structs.replace(
        found, baselines={**found.baselines, "imported_board": own}, settings={**found.settings, **notes}
    )


def _moved(
    problem: Problem, result: Schedule, where: Mapping[str, tuple[str, datetime.date]]
) -> list[dict[str, Any]]:
    """Each strip that left its published day: from, to, and why."""
    index = {one.id: n for n, one in enumerate(problem.strips)}
    at = {date: n for n, date in enumerate(problem.dates)}
    count = len(problem.dates)
    board = {
        problem.units.index(day.unit) * count + at[day.date]: tuple(index[name] for name in day.strips)
        for day in result.days
    }
    book = DayBook(problem)
    own = evaluate(problem, board, book)
    moved = []
    for day in result.days:
        for name in day.strips:
            if name not in where or where[name] == (day.unit, day.date):
                continue
            n = index[name]
            moved.append(
                {
                    "strip": name,
                    "number": problem.strips[n].number,
                    "from": where[name][1].isoformat(),
                    "to": day.date.isoformat(),
                    "why": _why(problem, board, book, own.cost, own.broken, n, where[name]),
                }
            )
    return moved


def _why(
    problem: Problem,
    board: Mapping[int, tuple[int, ...]],
    book: DayBook,
    cost: int,
    broken: int,
    n: int,
    home: tuple[str, datetime.date],
) -> str:
    """Why a strip is better off where it is than on its published day."""
    unit, date = home
    for who, one in enumerate(problem.performers):
        if problem.cast[n] >> who & 1 and not within(date, one.available, one.unavailable):
            return f"{one.name} is not available on {date}"
    place = problem.locations[problem.place[n]]
    if not within(date, place.windows):
        return f"{place.name} is not open on {date}"
    slot = problem.units.index(unit) * len(problem.dates) + problem.dates.index(date)
    if not problem.allowed[n] >> slot & 1:
        return f"{date} is no longer open to it: pinned days, light or hours"
    without = {at: tuple(m for m in order if m != n) for at, order in board.items()}
    back = book.work(sum(1 << m for m in (*without.get(slot, ()), n))).order
    other = evaluate(problem, {**without, slot: back}, book)
    if other.broken > broken:
        return f"with it {date} would be too long, or break another rule"
    return f"putting it back alone would cost {other.cost - cost} more"
