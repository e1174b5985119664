"""The dynamic programme over sets of scenes already shot, for films of few scenes and many actors.

What a set of scenes costs, shot first, is what it costs shot last, by turning time round. So layers up to
half the scenes are enough: a set meets its complement in the middle (README.md, rule 7).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.planning.talent.instance import Instance, Orders, Whole
from answerprint.departments.planning.talent.two_chains import OutOfTime

MOST_SCENES = 63
MOST_ACTORS = 62
MOST_STATES = 40_000_000  # of 16 bytes, kept, and made at a time: with what sorts them, under 4 GB
LEAST_SHARING = 32  # sets with the same actors on location, on average, for which a bound is worth its time
CHUNK = 1 << 16
BITS = 16

Scenes = NDArray[np.uint64]


@dataclass(frozen=True)
class Halves:
    """bound: no order costs less (working days included). order: one that costs `bound`, where one was found
    that is cheaper than the order known before. complete: whether the search came to its end."""

    bound: int
    order: Orders | None
    complete: bool


def fits(instance: Instance) -> bool:
    return instance.scenes <= MOST_SCENES and instance.actors <= MOST_ACTORS


def meet_in_the_middle(instance: Instance, cost: int, deadline: float) -> Halves:
    """Look for an order cheaper than `cost`; sets that cannot lead to one are dropped.

    Where none is found and the search is complete, `cost` itself is the bound.
    """
    return _Search(instance, cost - instance.working_cost, deadline).run()


class _Search:
    def __init__(self, instance: Instance, limit: int, deadline: float) -> None:
        self.instance, self.limit, self.deadline = instance, limit, deadline
        self.all = np.uint64((1 << instance.scenes) - 1)
        self.casts: Whole = (instance.works * (1 << np.arange(instance.actors, dtype=np.int64))[:, None]).sum(
            axis=0
        )
        self._cast_tables = _tables(self.casts, np.bitwise_or)
        self._rate_tables = _tables(instance.rates, np.add)
        self.layers: list[tuple[Scenes, Whole]] = [
            (np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.int64))
        ]

    def run(self) -> Halves:
        base, scenes = self.instance.working_cost, self.instance.scenes
        half = scenes - scenes // 2
        bound = 0
        kept = 1
        for _ in range(half):
            try:
                sets, held = self._next(*self.layers[-1])
                lower = held + self._to_go(sets)
            except OutOfTime:
                return Halves(bound=base + min(bound, self.limit), order=None, complete=False)
            if not len(sets):
                return Halves(bound=base + self.limit, order=None, complete=True)
            useful = lower < self.limit
            self.layers.append((sets[useful], held[useful]))
            kept += int(useful.sum())
            if kept > MOST_STATES:
                self.deadline = 0.0
            bound = max(bound, int(lower[useful].min()) if useful.any() else self.limit)
            if not useful.any():
                return Halves(bound=base + self.limit, order=None, complete=True)
        front, first = self.layers[scenes // 2]
        back, last = self.layers[half]
        place = (
            np.searchsorted(back, self.all & ~front[::-1])[::-1] if len(front) else np.zeros(0, dtype=np.intp)
        )
        place = np.minimum(place, len(back) - 1)
        meets = back[place] == (self.all & ~front)
        total = np.where(meets, first + last[place], self.limit)
        best = int(total.argmin())
        if int(total[best]) >= self.limit:
            return Halves(bound=base + self.limit, order=None, complete=True)
        order = self._back(int(front[best]), scenes // 2) + self._back(int(back[place[best]]), half)[::-1]
        return Halves(bound=base + int(total[best]), order=np.array(order, dtype=np.intp), complete=True)

    def _next(self, sets: Scenes, held: Whole) -> tuple[Scenes, Whole]:
        """Every set with one scene more, with the least hold cost of coming to it."""
        waiting = self._on_location(sets)
        made: list[Scenes] = []
        costs: list[Whole] = []
        count = 0
        for scene in range(self.instance.scenes):
            self._look_at_the_clock()
            if count > MOST_STATES:
                raise OutOfTime
            bit = np.uint64(1 << scene)
            open_ = (sets & bit) == 0
            idle = self._rate(waiting[open_] & ~self.casts[scene])
            cost = held[open_] + self.instance.days[scene] * idle
            useful = cost < self.limit
            made.append(sets[open_][useful] | bit)
            costs.append(cost[useful])
            count += len(made[-1])
        whole, cost = np.concatenate(made), np.concatenate(costs)
        if not len(whole):
            return whole, cost
        order = np.argsort(whole)
        whole, cost = whole[order], cost[order]
        starts = np.flatnonzero(np.concatenate([[True], whole[1:] != whole[:-1]]))
        return whole[starts], np.minimum.reduceat(cost, starts)

    def _to_go(self, sets: Scenes) -> Whole:
        """A lower bound on holding those on location through the scenes left (README.md, bound 2)."""
        waiting = self._on_location(sets)
        least = np.zeros(len(sets), dtype=np.int64)
        order = np.argsort(waiting, kind="stable")
        grouped = waiting[order]
        starts = np.flatnonzero(np.concatenate([[True], grouped[1:] != grouped[:-1]]))
        if len(sets) < LEAST_SHARING * len(starts):
            return least
        for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
            weights = self._pairs(int(waiting[order[start]]))
            if weights is None:
                continue
            for at in range(int(start), int(end), CHUNK):
                self._look_at_the_clock()
                rows = order[at : min(at + CHUNK, int(end))]
                left = self._bits(~sets[rows] & self.all)
                # Shares of whole numbers are not whole: what float32 may have lost is taken off.
                pairs = np.minimum(left @ weights[0], left @ weights[1]).sum(axis=1, dtype=np.float64)
                least[rows] = np.ceil(np.maximum(pairs * (1 - 1e-5) - 1e-3, 0)).astype(np.int64)
        return least

    def _pairs(self, waiting: int) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """(scenes, pairs) twice: what the second waits when the first of a pair leaves first, and turned."""
        members = [one for one in range(self.instance.actors) if waiting >> one & 1]
        if len(members) < 2:
            return None
        works, days, rates = self.instance.works, self.instance.days, self.instance.rates
        share = np.maximum(works[members].sum(axis=0), 1)
        first, second = np.array(
            [(i, j) for at, i in enumerate(members) for j in members[at + 1 :]], dtype=np.intp
        ).T
        ways = []
        for leaves, stays in ((first, second), (second, first)):
            alone = works[leaves] & ~works[stays]
            ways.append((alone * (days / share)[None, :] * rates[stays][:, None]).T.astype(np.float32))
        return ways[0], ways[1]

    def _look_at_the_clock(self) -> None:
        if time.monotonic() > self.deadline:
            raise OutOfTime

    def _bits(self, sets: Scenes) -> NDArray[np.float32]:
        octets = sets.astype("<u8").view(np.uint8).reshape(-1, 8)
        bits = np.unpackbits(octets, axis=1, bitorder="little")
        return bits[:, : self.instance.scenes].astype(np.float32)

    def _on_location(self, sets: Scenes) -> Whole:
        return self._cast(sets) & self._cast(~sets & self.all)

    def _cast(self, sets: Scenes) -> Whole:
        return _looked_up(self._cast_tables, sets.astype(np.int64), np.bitwise_or)

    def _rate(self, actors: Whole) -> Whole:
        return _looked_up(self._rate_tables, actors, np.add)

    def _back(self, last: int, layer: int) -> list[int]:
        """The scenes of a set in an order that costs what its layer says, the first one shot first."""
        order: list[int] = []
        while layer:
            sets, held = self.layers[layer]
            now = int(held[np.searchsorted(sets, np.uint64(last))])
            sets, held = self.layers[layer - 1]
            for scene in range(self.instance.scenes):
                before = np.uint64(last & ~(1 << scene))
                at = int(np.searchsorted(sets, before))
                if not last >> scene & 1 or at == len(sets) or sets[at] != before:
                    continue
                idle = self._rate(self._on_location(sets[at : at + 1]) & ~self.casts[scene])
                if int(held[at]) + int(self.instance.days[scene] * idle[0]) == now:
                    order.append(scene)
                    last, layer = int(before), layer - 1
                    break
            else:
                raise AssertionError("a set of scenes was reached from none before it")
        return order[::-1]


def _tables(values: Whole, joined: Any) -> list[Whole]:
    """For each sixteen values, `joined` over every subset of them."""
    tables = []
    for start in range(0, len(values), BITS):
        table = np.zeros(1, dtype=np.int64)
        for value in values[start : start + BITS]:
            table = np.concatenate([table, joined(table, value)])
        tables.append(table)
    return tables


def _looked_up(tables: list[Whole], sets: Whole, joined: Any) -> Whole:
    found = tables[0][sets & (len(tables[0]) - 1)]
    for number, table in enumerate(tables[1:], start=1):
        found = joined(found, table[(sets >> (BITS * number)) & (len(table) - 1)])
    return np.asarray(found)
