"""Talent scheduling: what is called proved is the optimum, and what is printed is what the order costs."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talent_films import cheapest_of_all, little_film, paid, random_film

from answerprint.departments.planning.talent import Instance, read_instance, solve
from answerprint.departments.planning.talent.branching import branch
from answerprint.departments.planning.talent.grouping import grouped_bound
from answerprint.departments.planning.talent.improving import insertion_start
from answerprint.departments.planning.talent.instance import cost_of, costs_of
from answerprint.departments.planning.talent.reductions import reduce
from answerprint.departments.planning.talent.scene_sets import meet_in_the_middle

BENCH = Path(__file__).parents[2] / "bench" / "talent_instances"


def _by_chains(film: Instance) -> int:
    """The optimum by branch and bound over actor sets alone."""
    total = film.working_cost
    for part in reduce(film)[0]:
        small = part.instance
        found = branch(
            small,
            insertion_start(small, time.monotonic() + 600),
            small.working_cost,
            np.random.default_rng(0),
            time.monotonic() + 600,
            lambda _cost, _bound: None,
        )
        assert found is not None and found.cost == found.bound == cost_of(small, found.order)
        total += found.cost - small.working_cost
    return total


def _by_scene_sets(film: Instance) -> int:
    """The optimum by sets of scenes alone, without knowing an order before."""
    total = film.working_cost
    for part in reduce(film)[0]:
        small = part.instance
        halves = meet_in_the_middle(small, 1 << 40, time.monotonic() + 600)
        assert halves.complete and halves.order is not None
        assert cost_of(small, halves.order) == halves.bound
        total += halves.bound - small.working_cost
    return total


def _agrees_with_every_order(films: int, most_scenes: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    for _ in range(films):
        film = little_film(generator, most_scenes)
        optimum = cheapest_of_all(film)
        solution = solve(film)
        assert solution.proved and solution.cost == solution.bound == optimum
        assert sorted(solution.order) == list(range(1, film.scenes + 1))
        assert paid(film, [scene - 1 for scene in solution.order]) == optimum
        assert _by_chains(film) == optimum
        assert _by_scene_sets(film) == optimum


def test_no_order_of_a_small_film_is_cheaper() -> None:
    _agrees_with_every_order(150, 6, seed=1)


@pytest.mark.slow
def test_no_order_of_a_thousand_small_films_is_cheaper() -> None:
    _agrees_with_every_order(1000, 7, seed=2)


@pytest.mark.parametrize("density", [0.15, 0.25, 0.4])
def test_sets_of_actors_and_sets_of_scenes_find_the_same_optimum(density: float) -> None:
    generator = np.random.default_rng(round(density * 100))
    for _ in range(4):
        film = random_film(generator, 15, 8, density)
        assert _by_chains(film) == _by_scene_sets(film) == solve(film).cost


@pytest.mark.parametrize(
    "name",
    ["tiny", "tiny2", "small", "small2", "concert", "film105", "film-10", "film-12", "MobStory"],
)
def test_published_optima_are_found_and_proved(shared_data: Path, name: str) -> None:
    folder = shared_data / "talent"
    optima = dict(line.split() for line in (folder / "OPTIMA.txt").read_text().splitlines() if line.strip())
    file = folder / name if (folder / name).exists() else folder / f"{name}.dat"
    film = read_instance(file)
    solution = solve(film)
    assert solution.proved
    assert solution.cost == solution.bound == int(optima[name])
    assert paid(film, [scene - 1 for scene in solution.order]) == int(optima[name])


def test_a_film_of_forty_scenes_and_twelve_actors_is_proved() -> None:
    film = read_instance(BENCH / "random-01")
    solution = solve(film, limit=600)
    assert solution.proved
    assert solution.cost == solution.bound == paid(film, [scene - 1 for scene in solution.order])


def test_a_film_turned_round_costs_the_same() -> None:
    generator = np.random.default_rng(5)
    for _ in range(10):
        film = random_film(generator, 12, 7, 0.3)
        turned = Instance("turned", film.works[:, ::-1], film.rates, film.days[::-1])
        solution = solve(film)
        assert solve(turned).cost == solution.cost
        assert cost_of(film, np.array(solution.order[::-1]) - 1) == solution.cost


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_out_of_time_the_bound_is_below_and_the_cost_is_the_order_s(seed: int) -> None:
    film = random_film(np.random.default_rng(seed), 24, 9, 0.3)
    solution = solve(film, limit=0.05)
    order = [scene - 1 for scene in solution.order]
    assert sorted(order) == list(range(24))
    assert solution.bound <= solution.cost == paid(film, order)
    assert solution.proved == (solution.bound == solution.cost)
    assert 0 <= solution.gap < 1
    assert sum(actor.cost for actor in solution.actors) == solution.cost
    assert sum(actor.hold_cost for actor in solution.actors) == solution.hold_cost


def test_groups_of_actors_never_promise_more_than_the_optimum() -> None:
    generator = np.random.default_rng(8)
    for _ in range(5):
        film = random_film(generator, 11, 12, 0.25)
        for part in reduce(film)[0]:
            optimum = meet_in_the_middle(part.instance, 1 << 40, time.monotonic() + 600).bound
            assert grouped_bound(part.instance, 5, generator, time.monotonic() + 600) <= optimum


def test_more_actors_than_sets_can_hold_are_answered_with_a_bound() -> None:
    film = random_film(np.random.default_rng(3), 80, 30, 0.3)
    solution = solve(film, limit=1.0)
    assert film.scenes == len(set(solution.order))
    assert solution.working_cost < solution.bound <= solution.cost


def test_the_same_seed_gives_the_same_order() -> None:
    film = random_film(np.random.default_rng(4), 20, 8, 0.3)
    assert solve(film, seed=3).order == solve(film, seed=3).order


def test_many_orders_cost_what_each_costs() -> None:
    generator = np.random.default_rng(6)
    film = random_film(generator, 9, 5, 0.6)
    assert film.works.any(axis=1).all()
    orders = np.array([generator.permutation(9) for _ in range(50)])
    assert costs_of(film, orders).tolist() == [paid(film, order.tolist()) for order in orders]


def test_scenes_with_the_same_cast_stay_together_and_a_single_scene_holds_nobody() -> None:
    works = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], dtype=np.bool_)
    film = Instance("pairs", works, np.array([5, 7]), np.array([1, 2, 3, 4]))
    assert solve(film).cost == film.working_cost == 5 * 4 + 7 * 6
