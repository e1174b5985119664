"""The search finds what brute force finds, says the same for the same seed, and its bound is one."""

from __future__ import annotations

import datetime
import random
import sys
from itertools import product
from pathlib import Path

import msgspec
import pytest
from schedule_instances import instance

from answerprint.departments.planning.bound import lower_bound
from answerprint.departments.planning.day_work import DayBook, strips_in
from answerprint.departments.planning.objective import evaluate
from answerprint.departments.planning.priced_board import Board
from answerprint.departments.planning.problem import Problem, compile_problem
from answerprint.departments.planning.records import Location, Performer, Strip
from answerprint.departments.planning.rules import load_rules
from answerprint.departments.planning.scheduling import Effort, Plan, plan_of, schedule
from answerprint.departments.planning.settings import PlanSettings, Production
from answerprint.pipeline.planning import breakdown_of

GENERATED = Path(__file__).resolve().parents[2] / "bench" / "generated"


def compiled(plan: Plan) -> Problem:
    return compile_problem(plan.settings, plan.rules, plan.strips, plan.performers, plan.locations)


def tiny(seed: int) -> Plan:
    """Five or six long strips on at most four dates: few enough boards to try them all."""
    rng = random.Random(seed)
    start = datetime.date(2026, 6, 1)
    people = tuple(Performer(number=n, name=f"P{n}", day_rate=rng.choice((300, 900))) for n in range(1, 4))
    places = ("MILL", "QUAY")
    strips = tuple(
        Strip(
            id=f"s{n}",
            number=str(n),
            set=f"SET {rng.randrange(3)}",
            location=(place := rng.choice(places)),
            interior=True,
            minutes=rng.choice((150, 200, 260)),
            cast=tuple(sorted(rng.sample((1, 2, 3), rng.randint(1, 2)))),
        )
        for n in range(1, rng.randint(6, 7))
    )
    settings = PlanSettings(production=Production(start=start, end=start + datetime.timedelta(3)))
    used = tuple(Location(name=name) for name in places if any(one.location == name for one in strips))
    del place
    return Plan(settings, load_rules("non_union_2026"), strips, people, used)


def best_of_all(problem: Problem) -> int:
    """The least cost over every board that breaks no rule."""
    book, slots = DayBook(problem), range(len(problem.dates))
    best = sys.maxsize
    for chosen in product(slots, repeat=len(problem.strips)):
        days = [0] * len(problem.dates)
        for n, slot in enumerate(chosen):
            days[slot] |= 1 << n
        if any(sum(problem.minutes[n] for n in strips_in(bits)) > problem.limit for bits in days):
            continue
        total = Board(problem, days, book).total
        best = min(best, total)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_the_best_of_all_boards_and_the_bound_is_below_it(seed: int) -> None:
    plan = tiny(seed)
    best = best_of_all(compiled(plan))
    made = schedule(plan, Effort(moves=4000, processes=1, alternatives=0))
    assert made.cost == best
    assert lower_bound(compiled(plan)).cost <= best


def test_a_change_is_priced_as_the_whole_board_is() -> None:
    """What the search adds up move by move is what the board costs when it is worked out from nothing."""
    for seed in range(8):
        problem = compiled(instance(seed))
        rng = random.Random(seed)
        book = DayBook(problem)
        board = Board(problem, [0] * len(problem.fits), book)
        days = [0] * len(problem.fits)
        for n, one in enumerate(problem.strips):
            unit = problem.units.index(one.unit)
            days[unit * len(problem.dates) + rng.randrange(6)] |= 1 << n
        board.days = days
        board.reset()
        for _ in range(60):
            n = rng.randrange(len(problem.strips))
            here = board.where[n]
            first = here - here % len(problem.dates)
            there = first + rng.randrange(8)
            if here == there:
                continue
            total = board.price([(here, board.days[here] & ~(1 << n)), (there, board.days[there] | 1 << n)])
            board.accept()
            assert total == board.total == Board(problem, board.days).total
        orders = {slot: book.day(bits, slot).work.order for slot, bits in enumerate(board.days) if bits}
        whole = evaluate(problem, orders)
        assert whole.cost + whole.broken == board.total


def test_the_same_seed_gives_the_same_schedule_side_by_side_or_one_after_another() -> None:
    plan = instance(5, strips=20)
    alone = schedule(plan, Effort(seed=3, moves=800, processes=1))
    again = schedule(plan, Effort(seed=3, moves=800, processes=1))
    together = schedule(plan, Effort(seed=3, moves=800, processes=2))
    assert alone == again == together


def test_no_board_of_random_productions_is_below_the_bound() -> None:
    for seed in range(40, 52):
        plan = instance(seed)
        made = schedule(plan, Effort(moves=2500, processes=1, alternatives=0))
        assert 0 < made.bound <= made.cost


def test_a_generated_feature_costs_three_tenths_less_than_sorted_by_set(tmp_path: Path) -> None:
    sys.path.insert(0, str(GENERATED))
    try:
        import screenplay as generated
    finally:
        sys.path.remove(str(GENERATED))
    text = generated.make(generated.SEEDS[1])
    assert text == generated.make(generated.SEEDS[1])
    film = tmp_path / "film.fountain"
    film.write_text(text)
    breakdown = breakdown_of(film)
    assert len(breakdown.sheets) == 190 and len(breakdown.sets) == 141
    assert 830 <= sum(one.eighths for one in breakdown.sheets) <= 1030
    plan = plan_of(breakdown, PlanSettings(), load_rules("non_union_2026"))
    made = schedule(plan, Effort(moves=60_000, processes=2, alternatives=0))
    assert not made.violations
    assert made.cost <= 0.7 * made.baselines["sort_by_set"]
    assert made.bound >= 0.7 * made.cost


def test_alternatives_are_close_and_built_differently(tmp_path: Path) -> None:
    plan = instance(2, strips=24)
    made = schedule(plan, Effort(moves=3000, processes=1))
    for other in made.alternatives:
        assert made.cost <= other.cost <= 1.10 * made.cost
        assert {name for day in other.days for name in day.strips} == {one.id for one in made.strips}
        assert [day.strips for day in other.days] != [day.strips for day in made.days]


def test_a_breakdown_written_as_json_is_scheduled_as_its_screenplay(tmp_path: Path) -> None:
    file = tmp_path / "film.fountain"
    file.write_text("INT. MILL - DAY\n\nADA waits.\n\nADA\nNow.\n\nEXT. QUAY - NIGHT\n\nBEN\nLate.\n")
    breakdown = breakdown_of(file)
    copy = tmp_path / "breakdown.json"
    copy.write_bytes(msgspec.json.encode(breakdown))
    assert breakdown_of(copy) == breakdown
