"""An instance of talent scheduling, and what an order of its scenes costs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Orders = NDArray[np.intp]  # (count, scenes): each row a permutation of the scenes, from 0
Bools = NDArray[np.bool_]
Whole = NDArray[np.int64]

CHUNK = 4_000_000  # cells looked at together when many orders are costed


@dataclass(frozen=True)
class Instance:
    """Which actor works in which scene, what each costs a day, how many days each scene takes.

    works: (actors, scenes) bool. rates: (actors,) cost a day in units of 1 / rate_scale. days: (scenes,) in
    units of 1 / day_scale. All arithmetic is in whole numbers.
    """

    name: str
    works: Bools
    rates: Whole
    days: Whole
    rate_scale: int = 1
    day_scale: int = 1

    @property
    def actors(self) -> int:
        return int(self.works.shape[0])

    @property
    def scenes(self) -> int:
        return int(self.works.shape[1])

    @cached_property
    def working_cost(self) -> int:
        """What the days on which everybody works cost, in any order (units of 1 / scale)."""
        return int((self.rates * (self.works @ self.days)).sum())

    @property
    def scale(self) -> int:
        return self.rate_scale * self.day_scale

    def in_money(self, cost: int) -> int | float:
        """A cost in the file's own unit: whole where the file's numbers make it whole."""
        exact = Fraction(cost, self.scale)
        return exact.numerator if exact.denominator == 1 else float(exact)

    def in_days(self, days: int) -> int | float:
        exact = Fraction(days, self.day_scale)
        return exact.numerator if exact.denominator == 1 else float(exact)


def spans(instance: Instance, order: Orders) -> Orders:
    """(actors, 2): the first and the last place in `order` (one permutation) at which each actor works.

    An actor who works nowhere has the span (0, -1).
    """
    placed = instance.works[:, order]
    first = placed.argmax(axis=1)
    last = instance.scenes - 1 - placed[:, ::-1].argmax(axis=1)
    idle = ~placed.any(axis=1)
    return np.stack([np.where(idle, 0, first), np.where(idle, -1, last)], axis=1)


def costs_of_actors(instance: Instance, order: Orders) -> Whole:
    """(actors,): what each is paid from the first to the last day, in units of 1 / scale."""
    ends = np.concatenate([[0], np.cumsum(instance.days[order])])
    span = spans(instance, order)
    return np.asarray(instance.rates * (ends[span[:, 1] + 1] - ends[span[:, 0]]), dtype=np.int64)


def cost_of(instance: Instance, order: Orders) -> int:
    """The cost of one order: rate times duration from first to last scene, over all actors."""
    return int(costs_of_actors(instance, order).sum())


def costs_of(instance: Instance, orders: Orders) -> Whole:
    """(count,): the cost of each of many orders. Every actor of the instance works somewhere."""
    count, scenes = orders.shape
    step = max(1, CHUNK // max(1, scenes * instance.actors))
    costs = np.empty(count, dtype=np.int64)
    for start in range(0, count, step):
        part = orders[start : start + step]
        placed = instance.works[:, part]
        ends = np.zeros((len(part), scenes + 1), dtype=np.int64)
        np.cumsum(instance.days[part], axis=1, out=ends[:, 1:])
        first = placed.argmax(axis=2)
        after = scenes - placed[:, :, ::-1].argmax(axis=2)
        rows = np.arange(len(part))
        costs[start : start + step] = instance.rates @ (ends[rows, after] - ends[rows, first])
    return costs
