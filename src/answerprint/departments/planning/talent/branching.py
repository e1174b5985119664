"""Branch and bound over who leaves before whom: each node is one dynamic programme over two chains.

A node's gaps are those its decisions allow. Letting each scene use any of them, whether or not they fit into
one schedule, can only make scenes cheaper, so the node's value is a lower bound. Where the gaps that are used
fit together, the value is a schedule's. Otherwise two strangers of a gap that does not fit are decided: the
first is gone before the second comes, the other way round, or they meet.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from answerprint.departments.planning.talent.departures import Gaps, forced_meetings, gaps_of
from answerprint.departments.planning.talent.improving import descend
from answerprint.departments.planning.talent.instance import Instance, Orders, cost_of
from answerprint.departments.planning.talent.precedence import Precedence
from answerprint.departments.planning.talent.two_chains import OutOfTime, SetCosts, cheapest_chains

Told = Callable[[int, int], None]  # best cost, lower bound


@dataclass(frozen=True)
class Found:
    """The best order, its cost, and what no order can cost less than (working days included)."""

    order: Orders
    cost: int
    bound: int


@dataclass(frozen=True)
class _Node:
    gaps: Gaps
    left: int  # who may come before the first has left
    right: int  # who may be there after the last has come
    precedence: Precedence
    decided: bool = False  # whether turning a schedule round may leave the node


@dataclass(frozen=True)
class _Places:
    """Where a node's value puts each scene. gap: its row, or -1; rank: a key that orders the scenes."""

    gap: Orders
    order: Orders
    clash: tuple[int, ...]  # used gaps that do not fit with another or with the chains
    saving: dict[int, int]  # per used gap, what its scenes save against the chains


def branch(
    instance: Instance,
    start: Orders,
    floor: int,
    generator: np.random.Generator,
    deadline: float,
    told: Told,
    *,
    polish: bool = True,
) -> Found | None:
    """The cheapest order of a reduced instance of at most MOST_ACTORS actors, or the best at `deadline`.

    floor: a lower bound known before. polish: improve the first order by local search. None where the casts
    share so little that the gaps cannot be listed.
    """
    costs = SetCosts(instance)
    gaps = gaps_of(costs)
    best, cost = start, cost_of(instance, start)
    if gaps is None:
        return None
    number = itertools.count()
    free = Precedence(before=(0,) * costs.actors, meets=tuple(forced_meetings(costs)))
    root = _Node(gaps=gaps, left=costs.full, right=costs.full, precedence=free)
    # Entries that were not looked into carry no places: (bound, number, node, places or None).
    waiting: list[tuple[int, int, _Node, _Places | None]] = [(floor, next(number), root, None)]
    try:
        while waiting and waiting[0][0] < cost:
            bound, _, node, places = waiting[0]
            told(cost, bound)
            children = [node] if places is None else _children(costs, node, places)
            fresh: list[tuple[int, int, _Node, _Places | None]] = []
            for child in children:
                value, put = _look(costs, child, deadline)
                if put is None:
                    continue
                order, price = put.order, cost_of(instance, put.order)
                if polish and node is root:
                    order, price = descend(instance, order, generator, deadline)
                if price < cost:
                    best, cost = order, price
                if put.clash and value < cost:
                    fresh.append((max(value, bound), next(number), child, put))
            heapq.heappop(waiting)
            for entry in fresh:
                heapq.heappush(waiting, entry)
    except OutOfTime:
        pass
    bound = min([cost, *(entry[0] for entry in waiting[:1])])
    told(cost, bound)
    return Found(order=best, cost=cost, bound=bound)


def _look(costs: SetCosts, node: _Node, deadline: float) -> tuple[int, _Places | None]:
    """The node's lower bound and where it puts the scenes; no places where no schedule obeys the node."""
    casts = costs.casts
    held = node.gaps.covers.any(axis=0) if len(node.gaps) else np.zeros(len(casts), dtype=np.bool_)
    if not (held | ((casts & ~node.left) == 0) | ((casts & ~node.right) == 0)).all():
        return 0, None
    caps = node.gaps.caps(int(costs.rate[-1]) + 1)
    chains = cheapest_chains(costs, caps, node.left, node.right, deadline)
    return chains.value, _place(costs, node.gaps, chains.left, chains.right)


def _place(costs: SetCosts, gaps: Gaps, left: tuple[int, ...], right: tuple[int, ...]) -> _Places:
    casts, rate = costs.casts, costs.rate
    none = int(rate[-1]) + 1
    lefts, rights = np.array([0, *left]), np.array([0, *right])
    at_left = ((casts[:, None] & ~lefts[None, :]) == 0).argmax(axis=1)
    at_right = ((casts[:, None] & ~rights[None, :]) == 0).argmax(axis=1)
    # Nothing is inside the empty set, so place 0 means: not in this chain.
    by_left = np.where(at_left > 0, rate[lefts[at_left]], none)
    by_right = np.where(at_right > 0, rate[rights[at_right]], none)
    by_gap = gaps.caps(none)
    chain = np.minimum(by_left, by_right)
    in_gap = by_gap < chain
    gap = np.where(in_gap, gaps.covers.argmax(axis=0) if len(gaps) else 0, -1)
    on_left = ~in_gap & (by_left <= by_right)
    used = sorted(set(gap[in_gap].tolist()))
    # Left scenes in their order, gaps by who is gone and who still comes, right scenes turned round.
    key = np.empty(len(casts), dtype=np.int64)
    key[on_left] = at_left[on_left]
    key[~on_left & ~in_gap] = 10_000 - at_right[~on_left & ~in_gap]
    for one in used:
        turn = int(gaps.gone[one]).bit_count() - int(gaps.fresh[one]).bit_count()
        key[gap == one] = 5_000 + turn
    come = int(np.bitwise_or.reduce(casts[on_left], initial=0))
    stay = int(np.bitwise_or.reduce(casts[~on_left & ~in_gap], initial=0))
    clash = [
        one
        for one in used
        if come & int(gaps.fresh[one])
        or stay & int(gaps.gone[one])
        or not gaps.comparable(int(gaps.gone[one]), int(gaps.fresh[one]))[used].all()
    ]
    days = costs.instance.days
    saving = {one: int((days * (np.minimum(chain, none) - by_gap))[gap == one].sum()) for one in used}
    return _Places(
        gap=gap, order=np.argsort(key, kind="stable").astype(np.intp), clash=tuple(clash), saving=saving
    )


def _children(costs: SetCosts, node: _Node, places: _Places) -> list[_Node]:
    gaps, precedence = node.gaps, node.precedence
    weight: dict[tuple[int, int], int] = {}
    for one in places.clash:
        for i in _members(int(gaps.gone[one])):
            for j in _members(int(gaps.fresh[one])):
                if precedence.open(i, j):
                    weight[i, j] = weight.get((i, j), 0) + places.saving[one]
    if weight:
        i, j = max(weight, key=lambda pair: (weight[pair], pair))
        ways = [precedence.gone_before(i, j), precedence.meet(i, j)]
        if node.decided:  # at the root the other way round is the same schedules turned round
            ways.append(precedence.gone_before(j, i))
        return [_obeying(node, way) for way in ways if way is not None]
    # All strangers of the gap are decided: it is in the schedule or it is not.
    one = max(places.clash, key=lambda gap: (places.saving[gap], gap))
    gone, fresh = int(gaps.gone[one]), int(gaps.fresh[one])
    others = np.ones(len(gaps), dtype=np.bool_)
    others[one] = False
    with_it = gaps.only(gaps.comparable(gone, fresh))
    return [
        _Node(with_it, node.left & ~fresh, node.right & ~gone, precedence, decided=True),
        _Node(gaps.only(others), node.left, node.right, precedence, decided=True),
    ]


def _obeying(node: _Node, precedence: Precedence) -> _Node:
    """The node's schedules that obey the precedence: nobody who follows comes before the first has left, and
    nobody who leads is there after the last has come."""
    return _Node(
        gaps=node.gaps.obeying(precedence),
        left=node.left & ~precedence.followers,
        right=node.right & ~precedence.leaders,
        precedence=precedence,
        decided=node.decided or any(precedence.before),
    )


def _members(one: int) -> list[int]:
    return [actor for actor in range(one.bit_length()) if one >> actor & 1]
