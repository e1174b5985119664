"""The schedule: strips on dates, searched, bounded, checked, and beside what sorting by hand would give."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from answerprint.core.breakdown import Breakdown
from answerprint.departments.planning.alternatives import alternatives, other_boards
from answerprint.departments.planning.bound import lower_bound
from answerprint.departments.planning.checking import check_schedule
from answerprint.departments.planning.checking_costs import cost_of
from answerprint.departments.planning.conflicts import with_conflicts
from answerprint.departments.planning.construction import baselines
from answerprint.departments.planning.day_work import DayBook
from answerprint.departments.planning.improving import HOT, anneal
from answerprint.departments.planning.laying_out import board_of_days, lay_out
from answerprint.departments.planning.priced_board import Board
from answerprint.departments.planning.problem import Problem, compile_problem
from answerprint.departments.planning.records import Location, Performer, Schedule, Strip, Violation
from answerprint.departments.planning.rules import RulePack
from answerprint.departments.planning.searching import CHAINS, Chains
from answerprint.departments.planning.settings import PlanSettings
from answerprint.departments.planning.strips import make_locations, make_performers, make_strips

SECONDS = 10.0
MOVES_A_STRIP = 1200  # of each chain, where no number is given
FEWEST_MOVES = 15_000
ENDING = 0.13  # share of the time kept for alternatives and the check
CHECKS = 0.4  # seconds
MENDING = 3  # further searches where rules are broken that may be kept

Progress = Callable[[float, int], None]


@dataclass(frozen=True)
class Plan:
    """Everything a schedule is made from."""

    settings: PlanSettings
    rules: RulePack
    strips: tuple[Strip, ...]
    performers: tuple[Performer, ...]
    locations: tuple[Location, ...]
    title: str = ""


@dataclass(frozen=True)
class Effort:
    """How long to search. With `moves` the result depends on the seed alone; `seconds` is then ignored."""

    seed: int = 0
    seconds: float = SECONDS
    moves: int | None = None  # of each chain
    processes: int = CHAINS
    alternatives: int = 3


def plan_of(breakdown: Breakdown, settings: PlanSettings, rules: RulePack) -> Plan:
    """A plan from a breakdown. Raises what `make_strips` raises."""
    strips = make_strips(breakdown, settings, rules)
    performers = make_performers(breakdown.cast, settings)
    title = settings.production.title or breakdown.title
    return Plan(settings, rules, strips, performers, make_locations(strips, settings), title)


def schedule(plan: Plan, effort: Effort = Effort(), report: Progress | None = None) -> Schedule:
    """The best schedule found, with its bound, baselines, alternatives and whatever rules it breaks.

    Raises PlanError AP-PLAN-105 and AP-PLAN-106 for dates that cannot be.
    Rules that cannot all hold raise nothing: they are in `violations` with the facts that conflict.
    """
    began = time.monotonic()
    problem = compile_problem(plan.settings, plan.rules, plan.strips, plan.performers, plan.locations)
    return search_schedule(problem, plan, effort, report, began=began)


def search_schedule(
    problem: Problem,
    plan: Plan,
    effort: Effort,
    report: Progress | None = None,
    *,
    began: float,
    first: list[int] | None = None,
    hot: float = HOT,
    published: dict[str, tuple[str, datetime.date]] | None = None,
    frozen: frozenset[datetime.date] = frozenset(),
) -> Schedule:
    """As `schedule`, for a problem that is compiled. first is a board to begin from in
    place of the usual ones, and hot how far the search may leave it."""
    moves = (
        effort.moves if effort.moves is not None else max(FEWEST_MOVES, MOVES_A_STRIP * len(problem.strips))
    )
    timed = effort.moves is None
    last = began + effort.seconds - CHECKS
    end = last - effort.seconds * ENDING if timed else None
    chains = Chains(
        problem, seed=effort.seed, moves=moves, end=end, processes=effort.processes, first=first, hot=hot
    )
    book = DayBook(problem)
    known = baselines(problem, book)
    bound = lower_bound(problem)
    found = chains.wait(report, book)
    boards = [one[1] for one in found]
    until = last if timed else None
    if (again := _mended(problem, book, boards[0], effort.seed, moves, until)) is not None:
        boards.insert(0, again)
    if effort.alternatives:
        until = last if timed else None
        boards += other_boards(problem, boards[0], seed=effort.seed, moves=moves // 12, deadline=until)
    boards.sort(key=lambda days: Board(problem, days, book).total)
    best = lay_out(problem, board_of_days(boards[0], book), book, seed=effort.seed)
    made = [one[2] for one in found]
    done = {"moves": made, "stopped_by": "moves" if min(made) == moves else "seconds"}
    whole = msgspec.structs.replace(
        best,
        bound=min(bound.cost, best.cost),
        baselines={name: _money(problem, book, days) for name, (_, days) in known.items()},
        alternatives=alternatives(problem, book, best, boards[1:], effort.alternatives),
        settings={**best.settings, "search": done, "fewest_days": bound.days},
    )
    return checked(problem, plan, whole, published=published, frozen=frozen)


def _mended(
    problem: Problem, book: DayBook, days: list[int], seed: int, moves: int, deadline: float | None
) -> list[int] | None:
    """Another search from a board that breaks rules which may be kept; None where nothing is to mend."""
    hopeless = sum(problem.broken for bits in problem.allowed if not bits)
    for again in range(MENDING):
        late = deadline is not None and time.monotonic() > deadline
        if late or Board(problem, days, book).broken() <= hopeless:
            return days if again else None
        days = anneal(problem, days, seed=seed + 31 + again, moves=moves, deadline=deadline, book=book)[1]
    return days


def checked(
    problem: Problem,
    plan: Plan,
    whole: Schedule,
    *,
    published: dict[str, tuple[str, datetime.date]] | None = None,
    frozen: frozenset[datetime.date] = frozenset(),
) -> Schedule:
    """The schedule with what the independent checker finds, each with the facts that conflict."""
    found = list(check_schedule(whole, plan.settings, plan.rules, plan.locations, frozen=frozen))
    paid = cost_of(whole, plan.settings, plan.rules, plan.locations, published)
    if paid != whole.cost:
        found.append(
            Violation(rule="cost", message=f"the checker counts {paid} where the schedule says {whole.cost}")
        )
    return msgspec.structs.replace(whole, title=plan.title, violations=with_conflicts(problem, found))


def _money(problem: Problem, book: DayBook, days: list[int]) -> int:
    """What a baseline costs in money, broken rules not counted as money."""
    return lay_out(problem, board_of_days(days, book), book).cost
