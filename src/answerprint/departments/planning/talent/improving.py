"""Improving an order of scenes: move a scene, move a block, turn a block round, as long as anything helps."""

from __future__ import annotations

import time
from functools import lru_cache

import numpy as np

from answerprint.departments.planning.talent.instance import Instance, Orders, Whole, cost_of, costs_of

MOST_MOVES = 10_000  # looked at together; beyond this a sample
LEAST_MOVES = 50
MOST_CELLS = 20_000_000  # moves * scenes * actors: a tenth of a second
SMALL_BLOCK = 3


def descend(
    instance: Instance, order: Orders, generator: np.random.Generator, deadline: float
) -> tuple[Orders, int]:
    """The order after the best moves have been made until none helps, and its cost (units of 1 / scale)."""
    cost = cost_of(instance, order)
    moves = _moves(instance, generator)
    while len(moves) and time.monotonic() < deadline:
        tried = order[moves]
        costs = costs_of(instance, tried)
        best = int(costs.argmin())
        if costs[best] >= cost:
            break
        order, cost = tried[best], int(costs[best])
    return order, cost


def iterate(
    instance: Instance,
    order: Orders,
    generator: np.random.Generator,
    deadline: float,
    rounds: int,
) -> tuple[Orders, int]:
    """Iterated local search: shake the best order by a few moved blocks, descend, keep what is not worse."""
    best, cost = descend(instance, order, generator, deadline)
    for _ in range(rounds):
        if time.monotonic() >= deadline or instance.scenes < 4:
            break
        shaken = best
        for _ in range(3):
            i, j, k = np.sort(generator.choice(instance.scenes + 1, 3, replace=False))
            shaken = np.concatenate([shaken[:i], shaken[j:k], shaken[i:j], shaken[k:]])
        tried, value = descend(instance, shaken, generator, deadline)
        if value <= cost:
            best, cost = tried, value
    return best, cost


def insertion_start(instance: Instance, deadline: float) -> Orders:
    """A first order: scenes by falling cost a day, each put where the actors so far wait least.

    After `deadline` the scenes left are put at the end as they come.
    """
    weight = instance.rates @ instance.works
    order = np.zeros(0, dtype=np.intp)
    ranked = np.argsort(-weight, kind="stable")
    for at, scene in enumerate(ranked):
        if time.monotonic() > deadline:
            return np.concatenate([order, ranked[at:]])
        # In a long film not every place is tried.
        step = 1 + at * at * instance.actors // MOST_CELLS
        tried = np.stack([np.insert(order, place, scene) for place in range(0, at + 1, step)])
        inside = np.sort(tried[0])
        working = instance.works[:, inside].any(axis=1)
        part = Instance(
            name="",
            works=instance.works[working],
            rates=instance.rates[working],
            days=instance.days,
        )
        order = tried[int(_open_costs(part, tried).argmin())]
    return order


def _open_costs(part: Instance, orders: Orders) -> Whole:
    """Costs of orders of some of the scenes only."""
    inside = np.sort(orders[0])
    place = np.zeros(part.scenes, dtype=np.intp)
    place[inside] = np.arange(len(inside))
    small = Instance(name="", works=part.works[:, inside], rates=part.rates, days=part.days[inside])
    return costs_of(small, place[orders])


def _moves(instance: Instance, generator: np.random.Generator) -> Orders:
    """(moves, scenes): places of the old order in the new one: all small moves, or a sample of them."""
    kinds, scenes = SMALL_BLOCK + 2, instance.scenes
    most = max(LEAST_MOVES, min(MOST_MOVES, MOST_CELLS // (scenes * instance.actors)))
    if kinds * scenes * scenes <= most:
        return _all_moves(scenes)
    drawn = generator.integers(0, [kinds, scenes, scenes], size=(most, 3)).tolist()
    return _made(scenes, [(kind, i, j) for kind, i, j in drawn])


@lru_cache(maxsize=64)
def _all_moves(scenes: int) -> Orders:
    kinds = range(SMALL_BLOCK + 2)
    return _made(scenes, [(kind, i, j) for kind in kinds for i in range(scenes) for j in range(scenes)])


def _made(scenes: int, moves: list[tuple[int, int, int]]) -> Orders:
    """Kinds below SMALL_BLOCK move kind + 1 scenes from i to j; the next turns i to j; the last swaps."""
    found = []
    whole = list(range(scenes))
    for kind, i, j in moves:
        if kind < SMALL_BLOCK:
            block = whole[i : i + kind + 1]
            rest = whole[:i] + whole[i + kind + 1 :]
            if len(block) == kind + 1 and j != i and j <= len(rest):
                found.append(rest[:j] + block + rest[j:])
        elif i + 1 < j and kind == SMALL_BLOCK:
            found.append(whole[:i] + whole[i : j + 1][::-1] + whole[j + 1 :])
        elif i + 1 < j:
            swapped = whole.copy()
            swapped[i], swapped[j] = j, i
            found.append(swapped)
    return np.array(found, dtype=np.intp).reshape(len(found), scenes)
