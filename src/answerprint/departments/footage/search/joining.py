"""Sets of moments joined in exact time: together, near, before, after, without.

Times are whole ticks of one rate that holds every track's ticks, doubled: a moment without length (a cut) is
one such half tick long while it is joined, and its odd end tells it apart ever after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_PAIRS = 2_000_000  # pairs that one join may look at; beyond it the surest moments are joined first
WIDEST = 1 << 62

Longs = NDArray[Any]  # int64, or Python whole numbers where clocks are too fine for 64 bits
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Moments:
    """n moments. refs: for each clause the row of its own moments that this one came from, −1 for none."""

    asset: NDArray[np.int32]  # (n,) place of the asset in the production's list
    start: Longs  # (n,) doubled ticks
    end: Longs  # (n,)
    score: Floats  # (n,) sum of weighted scores
    refs: NDArray[np.int32]  # (n, clauses)

    def __len__(self) -> int:
        return len(self.asset)

    def take(self, rows: NDArray[Any]) -> Moments:
        return Moments(self.asset[rows], self.start[rows], self.end[rows], self.score[rows], self.refs[rows])


def no_moments(clauses: int) -> Moments:
    whole = np.zeros(0, np.int64)
    return Moments(
        np.zeros(0, np.int32), whole, whole, np.zeros(0, np.float32), np.zeros((0, clauses), np.int32)
    )


class Lanes:
    """One line of time for all assets: each in a lane of its own, so wide that no window crosses."""

    def __init__(self, sets: list[Moments], margin: int) -> None:
        filled = [one for one in sets if len(one)]
        low = min((int(one.start.min()) for one in filled), default=0)
        high = max((int(one.end.max()) for one in filled), default=0)
        assets = 1 + max((int(one.asset.max()) for one in filled), default=0)
        self._low = low
        self._width = high - low + 2 * margin + 4
        self.exact = self._width * (assets + 1) >= WIDEST  # in Python's whole numbers

    def of(self, asset: NDArray[np.int32], time: Longs) -> Longs:
        if self.exact:
            wide: Longs = asset.astype(object) * self._width + (time.astype(object) - self._low)
            return wide
        line: Longs = asset.astype(np.int64) * self._width + (time - self._low)
        return line


def together(first: Moments, second: Moments) -> Moments:
    """Every stretch that a moment of one and a moment of the other share."""
    lanes = Lanes([first, second], 0)
    mine, theirs = _overlapping(lanes, first, second, 0)
    a, b = first.take(mine), second.take(theirs)
    return Moments(
        a.asset, np.maximum(a.start, b.start), np.minimum(a.end, b.end), a.score + b.score, _refs(a, b)
    )


def near(first: Moments, second: Moments, window: int) -> Moments:
    """Moments of both that lie at most `window` apart: the stretch from the earlier to the later end.

    What lies apart counts less: half at the window's end.
    """
    lanes = Lanes([first, second], window)
    mine, theirs = _overlapping(lanes, first, second, window)
    a, b = first.take(mine), second.take(theirs)
    gap = np.maximum(np.maximum(a.start - b.end, b.start - a.end), 0)
    score = (a.score + b.score) * _closeness(gap, window)
    kept = _best_of_each(mine, gap, score)
    made = Moments(a.asset, np.minimum(a.start, b.start), np.maximum(a.end, b.end), score, _refs(a, b))
    return made.take(kept)


def following(first: Moments, second: Moments, window: int, slack: int, *, whole: bool) -> Moments:
    """Moments of `second` that begin at most `window` after one of `first` has ended; of several the next.

    slack: how much earlier than that end they may begin: the ends of words and silences are heard, not
    known. whole: the stretch from the first's start to the second's end; else the second's own.
    """
    lanes = Lanes([first, second], window + slack)
    order = np.argsort(lanes.of(first.asset, first.end), kind="stable")
    ends = lanes.of(first.asset, first.end)[order]
    begins = lanes.of(second.asset, second.start)
    low = np.searchsorted(ends, begins - window, "left")
    high = np.searchsorted(ends, begins + slack, "right")
    theirs, mine = _pairs(low, high, second.score)
    a, b = first.take(order[mine]), second.take(theirs)
    kept = (b.start > a.start) & (b.end > a.end)  # the slack lets nothing that came first follow
    a, b, theirs = a.take(kept), b.take(kept), theirs[kept]
    gap = np.maximum(b.start - a.end, 0)
    score = (a.score + b.score) * _closeness(gap, window)
    made = Moments(
        a.asset,
        a.start if whole else b.start,
        np.maximum(b.end, a.end) if whole else b.end,
        score,
        _refs(a, b),
    )
    return made.take(_best_of_each(theirs, gap, score))


def preceding(first: Moments, second: Moments, window: int, slack: int) -> Moments:
    """Moments of `first` that end at most `window` before one of `second` begins; of several the next."""
    lanes = Lanes([first, second], window + slack)
    order = np.argsort(lanes.of(second.asset, second.start), kind="stable")
    begins = lanes.of(second.asset, second.start)[order]
    ends = lanes.of(first.asset, first.end)
    low = np.searchsorted(begins, ends - slack, "left")
    high = np.searchsorted(begins, ends + window, "right")
    mine, theirs = _pairs(low, high, first.score)
    a, b = first.take(mine), second.take(order[theirs])
    kept = (b.start > a.start) & (b.end > a.end)
    a, b, mine = a.take(kept), b.take(kept), mine[kept]
    gap = np.maximum(b.start - a.end, 0)
    score = (a.score + b.score) * _closeness(gap, window)
    made = Moments(a.asset, a.start, a.end, score, _refs(a, b))
    return made.take(_best_of_each(mine, gap, score))


def without(moments: Moments, excluded: Moments, least: float) -> Moments:
    """The moments with what is excluded cut out of them; a piece counts that is `least` of the whole."""
    if not len(excluded) or not len(moments):
        return moments
    lanes = Lanes([moments, excluded], 0)
    begins = lanes.of(excluded.asset, excluded.start)
    ends = lanes.of(excluded.asset, excluded.end)
    order = np.argsort(begins, kind="stable")
    begins, reach = begins[order], np.maximum.accumulate(ends[order])
    new = np.concatenate([[True], begins[1:] > reach[:-1]])
    first = begins[new]
    last = reach[np.concatenate([np.flatnonzero(new)[1:] - 1, [len(begins) - 1]])]
    # the gaps between: before the first, after each
    gap_from = (
        np.concatenate([[first[0] - WIDEST], last]) if lanes.exact else np.concatenate([[-WIDEST], last])
    )
    gap_to = np.concatenate([first, [WIDEST * 2 if lanes.exact else WIDEST]])
    starts, stops = lanes.of(moments.asset, moments.start), lanes.of(moments.asset, moments.end)
    low = np.searchsorted(gap_to, starts, "right")
    high = np.searchsorted(gap_from, stops, "left")
    mine, gaps = _pairs(low, high, moments.score)
    piece_from = np.maximum(starts[mine], gap_from[gaps])
    piece_to = np.minimum(stops[mine], gap_to[gaps])
    kept = piece_to > piece_from
    kept &= (piece_to - piece_from) >= least * (stops[mine] - starts[mine])
    whole = moments.take(mine[kept])
    return Moments(
        whole.asset,
        whole.start + (piece_from[kept] - starts[mine][kept]),
        whole.end - (stops[mine][kept] - piece_to[kept]),
        whole.score,
        whole.refs,
    )


def touched(moments: Moments, others: Moments) -> NDArray[np.bool_]:
    """Which moments share time with any of the others."""
    if not len(moments) or not len(others):
        return np.zeros(len(moments), np.bool_)
    lanes = Lanes([moments, others], 0)
    begins = lanes.of(others.asset, others.start)
    order = np.argsort(begins, kind="stable")
    reach = np.maximum.accumulate(lanes.of(others.asset, others.end)[order])
    before = np.searchsorted(begins[order], lanes.of(moments.asset, moments.end), "left")
    met: NDArray[np.bool_] = (before > 0) & (
        reach[np.maximum(before - 1, 0)] > lanes.of(moments.asset, moments.start)
    )
    return met


def run_together(moments: Moments) -> Moments:
    """Moments of an asset that touch made one: half seconds of a look become its stretch."""
    if len(moments) < 2:
        return moments
    lanes = Lanes([moments], 1)
    begins = lanes.of(moments.asset, moments.start)
    order = np.argsort(begins, kind="stable")
    begins, reach = begins[order], np.maximum.accumulate(lanes.of(moments.asset, moments.end)[order])
    new = np.concatenate([[True], begins[1:] > reach[:-1]])
    heads = np.flatnonzero(new)
    tails = np.concatenate([heads[1:] - 1, [len(order) - 1]])
    made = moments.take(order[heads])
    length = (reach[tails] - begins[heads]).astype(made.start.dtype)
    return Moments(made.asset, made.start, made.start + length, made.score, made.refs)


def _overlapping(lanes: Lanes, first: Moments, second: Moments, window: int) -> tuple[Any, Any]:
    """Rows of both that overlap, or lie at most `window` apart."""
    begins = lanes.of(second.asset, second.start)
    order = np.argsort(begins, kind="stable")
    begins = begins[order]
    ends = lanes.of(second.asset, second.end)[order]
    reach = np.maximum.accumulate(ends) if len(ends) else ends
    starts, stops = lanes.of(first.asset, first.start), lanes.of(first.asset, first.end)
    low = np.searchsorted(reach, starts - window, "left" if window else "right")
    high = np.searchsorted(begins, stops + window, "right" if window else "left")
    mine, theirs = _pairs(low, high, first.score)
    kept = ends[theirs] >= starts[mine] - window if window else ends[theirs] > starts[mine]
    return mine[kept], order[theirs[kept]]


def _pairs(low: Any, high: Any, score: Floats) -> tuple[Any, Any]:
    """(row, place) for every place in low … high of every row; the surest rows first where they are many."""
    counts = np.maximum(high - low, 0).astype(np.int64)
    rows = np.arange(len(counts))
    if counts.sum() > MOST_PAIRS:
        best = np.argsort(-score, kind="stable")
        rows = np.sort(best[np.cumsum(counts[best]) <= MOST_PAIRS])
        counts = counts[rows]
    mine = np.repeat(rows, counts)
    within = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts)
    return mine, np.asarray(low)[mine] + within


def _closeness(gap: Longs, window: int) -> Floats:
    close: Floats = (1.0 - 0.5 * np.asarray(gap, np.float64) / max(window, 1)).astype(np.float32)
    return close


def _best_of_each(rows: Any, gap: Longs, score: Floats) -> Any:
    """For every row the pair with the smallest gap, then the best score."""
    if not len(rows):
        return rows
    order = np.lexsort((-score, np.asarray(gap, np.float64), rows))
    first = np.concatenate([[True], rows[order][1:] != rows[order][:-1]])
    return order[first]


def _refs(a: Moments, b: Moments) -> NDArray[np.int32]:
    return np.maximum(a.refs, b.refs)
