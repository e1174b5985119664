"""An instance solved: reduced, searched part by part until proved or out of time, and put together again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from answerprint.departments.planning.talent.branching import branch
from answerprint.departments.planning.talent.grouping import grouped_bound
from answerprint.departments.planning.talent.improving import descend, insertion_start, iterate
from answerprint.departments.planning.talent.instance import (
    Instance,
    Orders,
    cost_of,
    costs_of_actors,
    spans,
)
from answerprint.departments.planning.talent.reductions import film_order, reduce
from answerprint.departments.planning.talent.scene_sets import fits, meet_in_the_middle
from answerprint.departments.planning.talent.two_chains import MOST_ACTORS

FEW_SCENES = 20  # so few scenes are settled at once by their sets
SHAKEN = 20  # rounds of local search before sets of scenes are searched
MOST_SHAKEN = 10_000  # rounds after all else has been tried
QUICK_GROUP = 6  # actors solved together for a first bound, in milliseconds
GROUPS = ((12, 30.0), (10, 5.0), (8, 1.0))  # actors solved together where so many seconds are allowed
RESERVE = 0.02  # of the time allowed, kept for putting the answer together

Progress = Callable[[int, int], None]  # the best cost and the bound so far, in units of 1 / scale


@dataclass(frozen=True)
class Actor:
    """What an order asks of one actor. Places count from 1; an actor of no scene has first = last = 0."""

    number: int
    first: int
    last: int
    days_working: int | float
    days_held: int | float
    cost: int | float
    hold_cost: int | float


@dataclass(frozen=True)
class Solution:
    """The best order found and what is proved about it. Scenes and actors count from 1, in the file's order.

    cost, bound, gap and hold costs are in the file's unit of money; no order costs less than `bound`, and
    `proved` says that the order costs just that. gap: (cost - bound) / cost.
    """

    name: str
    cost: int | float
    bound: int | float
    proved: bool
    gap: float
    order: tuple[int, ...]
    seconds: float
    working_cost: int | float
    hold_cost: int | float
    actors: tuple[Actor, ...]


def solve(
    instance: Instance, *, limit: float = 60.0, seed: int = 0, progress: Progress | None = None
) -> Solution:
    """The cheapest order of an instance, or after `limit` seconds the best known and a lower bound.

    The same seed gives the same order wherever the search ends before the limit.
    """
    began = time.monotonic()
    stop = began + limit * (1 - RESERVE)
    generator = np.random.default_rng(seed)
    parts, free = reduce(instance)
    parts.sort(key=lambda part: _weight(part.instance))  # hard ones come last and get what time is left
    orders: list[Orders] = []
    bound = hold = 0
    shares = _shares([part.instance for part in parts])
    for part, share in zip(parts, shares, strict=True):
        before, hold_before = bound, hold
        working = part.instance.working_cost

        def told(
            cost: int,
            floor: int,
            before: int = before,
            hold_before: int = hold_before,
            working: int = working,
        ) -> None:
            if progress is not None:
                rest = instance.working_cost - working
                progress(cost + hold_before + rest, floor + before + rest)

        now = time.monotonic()
        order, cost, floor = _solve_part(part.instance, now + (stop - now) * share, generator, told)
        orders.append(order)
        hold += cost - working
        bound += floor - working
    order = np.array(film_order(parts, orders, free), dtype=np.intp)
    cost = cost_of(instance, order)
    assert cost == instance.working_cost + hold, "the parts do not add up to the film"
    floor = instance.working_cost + bound
    return Solution(
        name=instance.name,
        cost=instance.in_money(cost),
        bound=instance.in_money(floor),
        proved=cost == floor,
        gap=(cost - floor) / cost if cost else 0.0,
        order=tuple(int(scene) + 1 for scene in order),
        seconds=round(time.monotonic() - began, 3),
        working_cost=instance.in_money(instance.working_cost),
        hold_cost=instance.in_money(cost - instance.working_cost),
        actors=_actors(instance, order),
    )


def _shares(parts: list[Instance]) -> list[float]:
    """What part of the time that is left each part may take."""
    weights = [_weight(part) for part in parts]
    return [weight / sum(weights[at:]) for at, weight in enumerate(weights)]


def _weight(part: Instance) -> float:
    """About how many states either programme has."""
    return 2.0 ** min(part.scenes, 2 * part.actors)


def _solve_part(
    part: Instance, stop: float, generator: np.random.Generator, told: Progress
) -> tuple[Orders, int, int]:
    """An order of a reduced instance, its cost, and a lower bound."""
    began = time.monotonic()

    def within(share: float) -> float:
        return began + (stop - began) * share

    order, cost = descend(part, insertion_start(part, within(0.1)), generator, within(0.2))
    floor = part.working_cost
    if cost == floor:
        return order, cost, cost
    if part.scenes <= FEW_SCENES and fits(part):
        halves = meet_in_the_middle(part, cost, stop)
        if halves.complete:
            order = order if halves.order is None else halves.order
            return order, halves.bound, halves.bound
    told(cost, floor)
    if part.actors > QUICK_GROUP + 2:
        floor = max(floor, grouped_bound(part, QUICK_GROUP, generator, within(0.3)))
        told(cost, floor)
    if part.actors <= MOST_ACTORS:
        found = branch(part, order, floor, generator, stop, told)
        if found is not None:
            return found.order, found.cost, found.bound
    order, cost = iterate(part, order, generator, within(0.4), SHAKEN)
    told(cost, floor)
    if fits(part):
        halves = meet_in_the_middle(part, cost, within(0.6))
        if halves.complete:
            order = order if halves.order is None else halves.order
            return order, halves.bound, halves.bound
        floor = max(floor, halves.bound)
        told(cost, floor)
    size = next((size for size, least in GROUPS if stop - began >= least), QUICK_GROUP)
    floor = max(floor, grouped_bound(part, size, generator, within(0.8)))
    told(cost, floor)
    order, cost = iterate(part, order, generator, stop, MOST_SHAKEN)
    told(cost, floor)
    return order, cost, floor


def _actors(instance: Instance, order: Orders) -> tuple[Actor, ...]:
    costs, span = costs_of_actors(instance, order), spans(instance, order)
    working = instance.works @ instance.days
    ends = np.concatenate([[0], np.cumsum(instance.days[order])])
    there = ends[span[:, 1] + 1] - ends[span[:, 0]]
    found = []
    for actor in range(instance.actors):
        idle = int(span[actor, 1]) < 0
        found.append(
            Actor(
                number=actor + 1,
                first=0 if idle else int(span[actor, 0]) + 1,
                last=int(span[actor, 1]) + 1,
                days_working=instance.in_days(int(working[actor])),
                days_held=instance.in_days(int(there[actor] - working[actor])),
                cost=instance.in_money(int(costs[actor])),
                hold_cost=instance.in_money(int(costs[actor] - instance.rates[actor] * working[actor])),
            )
        )
    return tuple(found)
