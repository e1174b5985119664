"""The dynamic programme over pairs of actor sets: who has come so far, and who is there to the end.

While everybody comes before anybody leaves, those present before the turn are a growing chain of actor sets,
and those present after it, read backwards, are another. A scene costs its days times the rate of the cheapest
set in either chain that holds its cast. Sets are taken in rising order of their rate, so the first set that
holds a scene is the cheapest one: the pair of sets reached is all that has to be remembered. 4^actors / 2
states, however many scenes. README.md has the proof.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.planning.talent.instance import Instance, Whole

MOST_ACTORS = 14  # 4^14 numbers of four bytes are 1 GB
LATE_AFTER = 64  # sets between looks at the clock

Sets = NDArray[np.int64]  # sets of actors, bit i for actor i


class OutOfTime(Exception):
    """The deadline came before the answer."""


@dataclass(frozen=True)
class Chains:
    """The cheapest pair of chains. value: the cost of all scenes, working days included.

    left, right: the sets of actors present, growing from the first day on and from the last day back, without
    the empty set.
    """

    value: int
    left: tuple[int, ...]
    right: tuple[int, ...]


class SetCosts:
    """The rate of every set of actors of an instance, and all sets in rising order of it."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.actors = instance.actors
        self.full = (1 << self.actors) - 1
        self.casts: Sets = (instance.works * (1 << np.arange(self.actors))[:, None]).sum(axis=0)
        self.rate: Whole = np.zeros(1, dtype=np.int64)
        for rate in instance.rates:
            self.rate = np.concatenate([self.rate, self.rate + rate])
        # Rates are positive, so a subset always comes before its superset; ties are broken by the number.
        self.order: Sets = np.argsort(self.rate, kind="stable").astype(np.int64)
        self.total = int(self.rate[-1]) * int(instance.days.sum())
        self.cell: Any = np.int32 if self.total < 1 << 28 else np.int64


def cheapest_chains(costs: SetCosts, caps: Whole, left: int, right: int, deadline: float) -> Chains:
    """The cheapest two chains, one inside `left`, one inside `right`; a scene may also cost days * its cap.

    caps: (scenes,) a rate at which a scene may be shot outside both chains; the rate of all actors or more
    where there is no such place. Both chains are led to their ends: the value holds for `left` and `right`.
    Raises OutOfTime at `deadline` (time.monotonic()).
    """
    table = _Table(costs, caps, left, right)
    table.fill(deadline)
    return table.read()


class _Table:
    """f[a, b]: the least cost of the scenes held by the a-th left set or the b-th right set, both reached."""

    def __init__(self, costs: SetCosts, caps: Whole, left: int, right: int) -> None:
        self.costs, self.left, self.right = costs, left, right
        self.same = left == right
        order = costs.order
        self.lefts = order[(order & ~left) == 0]
        self.rights = self.lefts if self.same else order[(order & ~right) == 0]
        self.left_place = _places(self.lefts, costs.full)
        self.right_place = self.left_place if self.same else _places(self.rights, costs.full)
        self.far = 1 << 29 if costs.cell is np.int32 else 1 << 60
        self.f = np.full((len(self.lefts), len(self.rights)), self.far, dtype=costs.cell)
        self.f[0, 0] = 0
        # The same table, turned, so that both directions read along rows.
        self.turned = self.f if self.same else np.ascontiguousarray(self.f.T)
        self._weigh(np.minimum(caps, costs.rate[-1]))

    def _weigh(self, caps: Whole) -> None:
        """days[j, X] and money[j, X]: of the scenes inside X, the days of those whose cap is none of the j
        lowest, and the cost of the others at their caps."""
        casts, instance = self.costs.casts, self.costs.instance
        self.caps = caps
        self.levels = np.unique(caps)
        shape = (len(self.levels) + 1, self.costs.full + 1)
        days, money = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for level in range(len(self.levels) + 1):
            low = caps <= self.levels[level - 1] if level else np.zeros(len(caps), dtype=np.bool_)
            np.add.at(money[level], casts[low], (instance.days * caps)[low])
            np.add.at(days[level], casts[~low], instance.days[~low])
        for table in (days, money):
            for actor in range(self.costs.actors):
                halves = table.reshape(shape[0], -1, 2, 1 << actor)
                halves[:, :, 1] += halves[:, :, 0]
        self.days, self.money = days.astype(self.costs.cell), money.astype(self.costs.cell)

    def held(self, present: int) -> NDArray[Any]:
        """For every set X, the cost of the scenes inside X when they are shot while `present` is there."""
        rate = self.costs.rate[present]
        level = int(np.searchsorted(self.levels, rate))
        return np.asarray(self.money[level] + self.days.dtype.type(rate) * self.days[level])

    def fill(self, deadline: float) -> None:
        f, turned = self.f, self.turned
        seen_left = seen_right = 1  # how many sets of either side are smaller; the empty set is
        for count, one in enumerate(self.costs.order[1:].tolist()):
            if count % LATE_AFTER == 0 and time.monotonic() > deadline:
                raise OutOfTime
            in_left, in_right = not one & ~self.left, not one & ~self.right
            if not (in_left or in_right):
                continue
            held = self.held(one)
            if in_right and not self.same:
                column = self._reach(one, held, turned, self.right_place, self.lefts[:seen_left])
                turned[seen_right, :seen_left] = column
                f[:seen_left, seen_right] = column
            if in_left:
                row = self._reach(one, held, f, self.left_place, self.rights[:seen_right])
                f[seen_left, :seen_right] = row
                turned[:seen_right, seen_left] = row
            if in_left and in_right:
                best = min(
                    min(int(f[self.left_place[one ^ bit], seen_right]) for bit in _bits(one)),
                    min(int(f[seen_left, self.right_place[one ^ bit]]) for bit in _bits(one)),
                )
                f[seen_left, seen_right] = best
                turned[seen_right, seen_left] = best
            seen_left += in_left
            seen_right += in_right

    def _reach(
        self, one: int, held: NDArray[Any], table: NDArray[Any], place: Whole, others: Sets
    ) -> NDArray[Any]:
        """The cost of reaching `one` on a side, beside each of the other side's smaller sets."""
        best: NDArray[Any] | None = None
        width = len(others)
        for bit in _bits(one):
            before = one ^ bit
            value = held[others & before]
            value += table[place[before], :width]
            value -= held[before]
            best = value if best is None else np.minimum(best, value, out=best)
        assert best is not None
        best += held[one]
        best -= held[others & one]
        return best

    def read(self) -> Chains:
        a, b = len(self.lefts) - 1, len(self.rights) - 1
        value = int(self.f[a, b]) + self._outside()
        left, right = self.left, self.right
        lefts, rights = [], []
        rank = _places(self.costs.order, self.costs.full)
        while left or right:
            now = int(self.f[self.left_place[left], self.right_place[right]])
            on_left = right == 0 or (left != 0 and rank[left] >= rank[right])
            both = left == right
            stepped = False
            if on_left or both:
                for bit in _bits(left):
                    before = left ^ bit
                    if (
                        int(self.f[self.left_place[before], self.right_place[right]])
                        + self._step(left, before, right)
                        == now
                    ):
                        lefts.append(left)
                        left, stepped = before, True
                        break
            if not stepped:
                for bit in _bits(right):
                    before = right ^ bit
                    if (
                        int(self.f[self.left_place[left], self.right_place[before]])
                        + self._step(right, before, left)
                        == now
                    ):
                        rights.append(right)
                        right, stepped = before, True
                        break
            assert stepped, "the table of chains does not lead back to its start"
        return Chains(value=value, left=tuple(lefts[::-1]), right=tuple(rights[::-1]))

    def _step(self, after: int, before: int, other: int) -> int:
        held = self.held(after)
        return int(held[after]) - int(held[before]) - int(held[after & other]) + int(held[before & other])

    def _outside(self) -> int:
        """What the scenes cost that neither side can hold: their caps."""
        casts = self.costs.casts
        outside = ((casts & ~self.left) != 0) & ((casts & ~self.right) != 0)
        return int((self.costs.instance.days * self.caps)[outside].sum())


def _places(sets: Sets, full: int) -> Whole:
    place = np.full(full + 1, -1, dtype=np.int64)
    place[sets] = np.arange(len(sets))
    return place


def _bits(one: int) -> list[int]:
    found = []
    while one:
        low = one & -one
        found.append(low)
        one ^= low
    return found
