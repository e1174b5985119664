"""A cue cut to picture: bars left out or played again, the tempo bent a little, so that marks fall on bars.

Between two marks the tempo is bent evenly, at most 3 %. What is played between them is found by dynamic
programming over beats and time: the cheapest way through the cue that takes as long as the picture does.
Cuts cost (by how unlike both sides are, more for a bar left early), a bent tempo does, and above all marks
given up; these are named, with how far off they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.music.analysis import PLACES, Music
from answerprint.departments.sound.music.plans import Fit, Hit, Mark, Missed, Piece
from answerprint.departments.sound.music.splices import Lattice, lattice

BEND = 0.0285  # of the tempo at most; the rest of 3 % is for laying splices in phase
BENT = 1.5  # what the most bent tempo costs
GIVEN_UP = 200.0  # what a mark that is not hit costs: more than any cuts
LATE_START = 3.0  # what it costs that the cue does not begin with its own beginning
RING = PLACES  # samples of silence that may follow the cue's end
RINGING = 2.0  # what that second costs
BIN = PLACES // 50  # 20 ms: ways that are as far in time are compared
BINS = 6000  # the most
AHEAD = 3  # marks that are looked past at first


@dataclass(frozen=True)
class _Step:
    """A stretch played without a cut, in nodes; cost: of the cut before it, None where it goes on."""

    first: int
    last: int
    cost: float | None


@dataclass
class _Found:
    """The best known way to a node at an anchor."""

    cost: float
    came: tuple[int, int] | None  # anchor and node
    steps: tuple[_Step, ...]
    played: int
    begins: float | None  # the cost of a cut with which the next stretch begins


def fit(music: Music, marks: Sequence[Mark], length: int | None = None, rate: Fraction = Fraction(24)) -> Fit:
    """The cue cut and bent so that marks fall on beats and it is `length` samples long (as long as it is,
    without one, and without marks beyond it). rate: frames a second, for what is told of misses.

    Raises ValueError for a cue without beats, or marks that are not inside the length.
    """
    ordered = sorted(marks, key=lambda one: one.at)
    if any(one.at <= 0 or (length is not None and one.at >= length) for one in ordered):
        raise ValueError("a mark lies outside of the cue")
    way = lattice(music)
    path = _Search(way, ordered, length).run()
    met = length is None or bool(path)
    if not path:  # nothing has that length: as long as it comes
        path = _Search(way, ordered, None).run()
    pieces, end = _pieces(way, ordered, length if met else None, path)
    hit = {anchor for anchor, _ in path[1:-1]}
    hits = tuple(Hit(mark=ordered[one - 1], beat=path_node) for one, path_node in _nodes(path) if one in hit)
    missed = tuple(
        _missed(way, ordered, number, pieces, rate, hit)
        for number in range(len(ordered))
        if number + 1 not in hit
    )
    return Fit(
        length=length if length is not None and met else end,
        pieces=pieces,
        hits=hits,
        missed=missed,
        cuts=sum(one.cut for one in pieces),
        most_bent=round(max((abs(one.tempo) for one in pieces), default=0.0), 5),
        length_met=met,
    )


class _Search:
    """length: None leaves the end free: what is played after the last mark ends when it ends."""

    def __init__(self, way: Lattice, marks: Sequence[Mark], length: int | None) -> None:
        self._way, self._marks, self._free = way, marks, length is None
        last = marks[-1].at if marks else 0
        self._times = [0, *(one.at for one in marks), last + int(way.at[-1]) if length is None else length]
        self._end = len(way.at) - 1

    def run(self) -> list[tuple[int, _Found]]:
        """Anchors that are hit with how each was reached, in order; the last is the end. Empty: no way is."""
        for ahead in (AHEAD, len(self._times)):
            found = self._forward(ahead)
            if found[-1]:
                break
        if not found[-1]:
            return []
        path = []
        at: tuple[int, int] | None = (len(self._times) - 1, min(found[-1], key=lambda n: found[-1][n].cost))
        while at is not None:
            one = found[at[0]][at[1]]
            path.append((at[0], one))
            at = one.came
        return path[::-1]

    def _forward(self, ahead: int) -> list[dict[int, _Found]]:
        last = len(self._times) - 1
        found: list[dict[int, _Found]] = [{} for _ in self._times]
        # Node −1 is the cue's own beginning, before its first beat.
        found[0] = {-1: _Found(0.0, None, (), 0, None)}
        for node in self._way.bars:
            found[0].setdefault(int(node), _Found(LATE_START, None, (), 0, None))
        for anchor in range(last):
            if not found[anchor]:
                continue
            reach = range(anchor + 1, min(anchor + 1 + ahead, last) + 1)
            segment = _Segment(self._way, {n: one.cost for n, one in found[anchor].items()})
            segment.play(max(self._times[one] for one in reach) - self._times[anchor])
            for target in reach:
                span = self._times[target] - self._times[anchor]
                skipped = GIVEN_UP * (target - anchor - 1)
                allowed = self._allowed(target)
                ends = target == last
                for node, cost, state, cut in segment.arrivals(span, allowed, ends, ends and self._free):
                    if node in found[target] and found[target][node].cost <= cost + skipped:
                        continue
                    steps, source = segment.steps(state)
                    found[target][node] = _Found(
                        cost + skipped, (anchor, source), steps, segment.elapsed(state), cut
                    )
        return found

    def _allowed(self, target: int) -> NDArray[np.bool_]:
        place = self._way.place
        if target == len(self._times) - 1:
            return np.asarray(np.arange(len(place)) == self._end)
        on, beats = self._marks[target - 1].on, self._way.beats_in_bar
        if on == "beat":
            return np.asarray((place >= 0) & self._way.heard)
        good = np.asarray(place == 0)
        if on == "strong" and beats % 2 == 0:
            good = good | (place == beats // 2)
        return good & self._way.heard


class _Segment:
    """All ways through the cue from one anchor on: the cheapest to every node at every time."""

    def __init__(self, way: Lattice, begins: dict[int, float]) -> None:
        self._way = way
        self._begins = begins

    def play(self, span: int) -> None:
        """Follow every way for so many samples, and as far as the tempo can be bent."""
        way, nodes = self._way, len(self._way.at)
        longest = int(span * (1 + BEND)) + 1
        self._bin = max(BIN, longest // BINS)
        count = longest // self._bin + 2
        self._cost = np.full((count, nodes), np.inf, np.float32)
        self._time = np.zeros((count, nodes), np.int64)
        self._from = np.full((count, nodes), -1, np.int64)  # bin · nodes + node
        self._over = np.full((count, nodes), -1, np.int32)  # the bar that was cut to on the way
        lengths = np.diff(way.at)
        for node, cost in self._begins.items():
            if node >= 0:
                self._cost[0, node] = cost
        if -1 in self._begins:
            self._reach(np.array([0]), np.array([int(way.at[0])]), np.array([self._begins[-1]]), -2, -1)
        runs = way.at[way.runs] - way.at[way.bars]
        for number in range(count):
            costs = self._cost[number]
            alive = np.flatnonzero(np.isfinite(costs[:-1]))
            if not len(alive):
                continue
            base = number * nodes
            self._reach(alive + 1, self._time[number, alive] + lengths[alive], costs[alive], base + alive, -1)
            price = costs[way.sources] + way.costs
            best = price.argmin(axis=1)
            rows = np.arange(len(best))
            worth = np.flatnonzero(np.isfinite(price[rows, best]))
            if len(worth):
                sources = way.sources[worth, best[worth]]
                self._reach(
                    way.runs[worth],
                    self._time[number, sources] + runs[worth],
                    price[worth, best[worth]],
                    base + sources,
                    worth,
                )

    def _reach(
        self,
        nodes: NDArray[np.int64],
        times: NDArray[np.int64],
        costs: NDArray[np.floating[Any]],
        came: NDArray[np.int64] | int,
        over: NDArray[np.int64] | int,
    ) -> None:
        bins = times // self._bin
        inside = bins < len(self._cost)
        inside[inside] &= costs[inside] < self._cost[bins[inside], nodes[inside]]
        at = bins[inside], nodes[inside]
        self._cost[at], self._time[at] = costs[inside], times[inside]
        self._from[at] = came[inside] if isinstance(came, np.ndarray) else came
        self._over[at] = over[inside] if isinstance(over, np.ndarray) else over

    def arrivals(
        self, span: int, allowed: NDArray[np.bool_], ends: bool, free: bool
    ) -> list[tuple[int, float, int, float | None]]:
        """Ways that take so long: node, cost, state, and the cost of a cut made right there."""
        way, nodes = self._way, len(self._way.at)
        low, high = int(span * (1 - BEND)) + 1, int(span * (1 + BEND))
        if ends:
            low -= RING
        if free:
            low, high = 1, int(self._time.max())
        first, last = max(0, low // self._bin), min(high // self._bin + 1, len(self._cost))
        times, costs = self._time[first:last], self._cost[first:last].astype(np.float64)
        bent = np.abs(times / span - 1)
        extra = BENT * np.square(bent / BEND)
        if free:
            extra = np.zeros(times.shape)
        elif ends:
            quiet = np.maximum(0, span - times) / RING  # silence after it rather than a bent tempo
            extra = np.where(
                times < span, np.minimum(np.where(bent <= BEND, extra, np.inf), RINGING * quiet), extra
            )
        costs = np.where((times >= low) & (times <= high) & (times > 0), costs + extra, np.inf)
        if not costs.size:
            return []
        rows = costs.argmin(axis=0)
        least = costs[rows, np.arange(nodes)]
        found: list[tuple[int, float, int, float | None]] = [
            (int(node), float(least[node]), int((first + rows[node]) * nodes + node), None)
            for node in np.flatnonzero(np.isfinite(least) & allowed)
        ]
        if ends:
            return found
        price = least[way.sources] + way.costs  # a cut right on the mark
        best = price.argmin(axis=1)
        for number, node in enumerate(way.bars):
            cost, source = price[number, best[number]], int(way.sources[number, best[number]])
            if np.isfinite(cost) and allowed[node]:
                state = int((first + rows[source]) * nodes + source)
                cut = float(way.costs[number, best[number]])
                found.append((int(node), float(cost), state, cut))
        return found

    def elapsed(self, state: int) -> int:
        return int(self._time[divmod(state, len(self._way.at))])

    def steps(self, state: int) -> tuple[tuple[_Step, ...], int]:
        """What was played on the way to a state, and the node it began with."""
        nodes, way = len(self._way.at), self._way
        taken: list[_Step] = []
        at = state
        while True:
            number, node = divmod(at, nodes)
            came, over = int(self._from[number, node]), int(self._over[number, node])
            if came == -1:
                return tuple(_joined(taken[::-1])), node
            if came == -2:
                taken.append(_Step(-1, node, None))
                return tuple(_joined(taken[::-1])), -1
            before = came % nodes
            if over < 0:
                taken.append(_Step(before, node, None))
            else:
                bar = int(way.bars[over])
                cost = float(way.costs[over][way.sources[over] == before].min())
                taken.append(_Step(bar, node, cost))
            at = came


def _joined(steps: Sequence[_Step]) -> list[_Step]:
    """Stretches that go on made one."""
    found: list[_Step] = []
    for one in steps:
        if found and one.cost is None and found[-1].last == one.first:
            found[-1] = _Step(found[-1].first, one.last, found[-1].cost)
        else:
            found.append(one)
    return found


def _nodes(path: Sequence[tuple[int, _Found]]) -> list[tuple[int, int]]:
    """Anchors and the nodes they were reached at; the last has none after it and is left out."""
    return [(anchor, following.came[1]) for (anchor, _), (_, following) in pairwise(path) if following.came]


def _pieces(
    way: Lattice, marks: Sequence[Mark], length: int | None, path: Sequence[tuple[int, _Found]]
) -> tuple[tuple[Piece, ...], int]:
    """The pieces of a path, and the sample at which the last one ends."""
    times = [0, *(one.at for one in marks)]
    pieces: list[Piece] = []
    for (before, entered), (anchor, one) in pairwise(path):
        start, played = times[before], one.played
        last = anchor == len(times)
        span = played if last and length is None else (length or 0) - start if last else times[anchor] - start
        if last and abs(played / span - 1) > BEND:
            span = played  # silence follows it
        done = 0
        for number, step in enumerate(one.steps):
            first, end = (0 if node < 0 else int(way.at[node]) for node in (step.first, step.last))
            cost = step.cost if number else entered.begins
            if not number and before == 0 and step.first >= 0 and first > 0:
                cost = LATE_START
            edges = [start + round(at * span / played) for at in (done, done + end - first)]
            done += end - first
            pieces.append(
                Piece(
                    start=edges[0],
                    end=edges[1],
                    first=first,
                    last=end,
                    tempo=round(played / span - 1, 6),
                    cut=cost is not None,
                    cost=round(cost or 0.0, 3),
                    bar=int(np.searchsorted(way.bars, step.first, side="right")),
                )
            )
    return tuple(pieces), pieces[-1].end


def _missed(
    way: Lattice, marks: Sequence[Mark], number: int, pieces: Sequence[Piece], rate: Fraction, hit: set[int]
) -> Missed:
    mark = marks[number]
    nearest, closest = 0, None
    for one in pieces:
        factor = (one.end - one.start) / max(one.last - one.first, 1)
        inside = (
            (way.at >= one.first)
            & (way.at < one.last)
            & (way.place == 0 if mark.on == "bar" else way.place >= 0)
        )
        for at in one.start + (way.at[inside] - one.first) * factor - mark.at:
            if closest is None or abs(at) < closest:
                closest, nearest = abs(at), round(at)
    before = max([0, *(marks[one - 1].at for one in hit if one <= number)])
    bar = float(np.median(np.diff(way.at[way.bars]))) if len(way.bars) > 1 else 0.0
    seconds = (mark.at - before) / PLACES
    near = "the mark before" if before else "the cue's start"
    if closest is None:
        why = "the cue is over"
    elif mark.at - before < bar:
        why = f"{seconds:.2f} s from {near}, and a bar is {bar / PLACES:.2f} s"
    else:
        why = (
            f"no way found through it takes {seconds * (1 - BEND):.2f} to {seconds * (1 + BEND):.2f} s "
            f"from {near}, unless a mark after it is given up"
        )
    frames = abs(nearest) * rate / PLACES
    return Missed(mark=mark, off=nearest, frames=-(-frames.numerator // frames.denominator), why=why)
