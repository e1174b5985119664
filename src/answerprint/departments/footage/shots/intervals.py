"""Probabilities picture by picture made into boundaries: cuts, and slow transitions with both their ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.shots.boundaries import BoundaryType
from answerprint.departments.footage.shots.evidence import CELL
from answerprint.departments.footage.shots.network import CUT, KINDS

CUT_LEAST = 0.5  # probability of a cut
CUT_APART = 2  # pictures: nearer cuts are one that a blended picture made into two
SLOW_LEAST = 0.5  # probability of being part of any slow transition
SURE = 0.55  # mean probability of a slow transition's own kind
LEAST_FRAMES = 3  # a shorter ramp is a soft cut
GAP = 3  # pictures that may be missing inside a slow transition
SLIVER = 0.34  # a run this short beside another, in parts of it, belongs to it
RAMP_ERROR = 0.15  # rms distance from a straight ramp up to which its ends are believed
COARSE = 16  # steps of the first search for a ramp's ends

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Interval:
    """A boundary in pictures: first of the new shot for a cut (start = end), else first mixed picture and
    first after it."""

    type: BoundaryType
    start: int
    end: int
    confidence: float


def cuts_of(probabilities: Floats) -> list[Interval]:
    """Cuts, in order. probabilities (n, 6) as Network.judge gives them."""
    sure = probabilities[:, CUT]
    kept: list[int] = []
    for index in np.flatnonzero(sure >= CUT_LEAST):
        if index == 0:
            continue
        if kept and index - kept[-1] <= CUT_APART:
            if sure[index] > sure[kept[-1]]:
                kept[-1] = int(index)
        else:
            kept.append(int(index))
    return [Interval("cut", index, index, float(sure[index])) for index in kept]


def slow_of(probabilities: Floats) -> list[Interval]:
    """Slow transitions, in order, where the network saw them."""
    kinds = probabilities[:, :CUT]
    inside = kinds[:, 0] < 1 - SLOW_LEAST
    called = np.where(inside, kinds[:, 1:].argmax(axis=1) + 1, 0)
    runs = _absorbed(_bridged(_runs(called)))
    found = []
    for kind, start, end in runs:
        confidence = float(kinds[start:end, kind].mean())
        if end - start >= LEAST_FRAMES and confidence >= SURE:
            found.append(Interval(cast(BoundaryType, KINDS[kind]), start, end, confidence))
    return found


def fitted(
    one: Interval, cells: NDArray[np.uint16], times: NDArray[np.int64], floor: int, roof: int
) -> Interval:
    """A dissolve or a fade with its ends where a straight ramp in time fits best; others as they are.

    cells (n, 144) of the whole stream; times (n,) ticks. floor, roof: pictures it may not reach beyond.
    """
    if one.type == "wipe":
        return one
    room = max(3, (one.end - one.start) // 3)
    start, end = one.start, one.end
    for _ in range(2):
        low, high = max(floor, start - room), min(roof, end + room)
        if high - low < LEAST_FRAMES + 2:
            return one
        seen = cells[low:high].astype(np.float32) / np.float32(CELL * CELL)
        first = seen[: max(1, start - low)][-3:].mean(axis=0)
        second = seen[min(end - low, len(seen) - 1) :][:3].mean(axis=0)
        step = second - first
        size = float(step @ step)
        if size <= len(step):
            return one
        share = (seen - first) @ step / np.float32(size)
        fit = _ramp(share, times[low:high], start - low, end - low, room)
        if fit is None or fit[2] > RAMP_ERROR:
            return one
        moved = low + fit[0], low + fit[1]
        if moved == (start, end):
            break
        start, end = moved
    return replace(one, start=start, end=end) if end - start >= LEAST_FRAMES else one


def _ramp(
    share: Floats, times: NDArray[np.int64], start: int, end: int, room: int
) -> tuple[int, int, float] | None:
    """First mixed picture, first after, and rms error of the best ramp from 0 to 1 near those given."""
    count = len(share)
    ticks = times.astype(np.float64)
    stride = max(1, room // COARSE)
    starts = np.arange(max(1, start - room), min(count - 1, start + room) + 1, stride)
    ends = np.arange(max(2, end - room), min(count - 1, end + room) + 1, stride)
    best: tuple[int, int, float] | None = None
    while True:
        pairs = np.array([(s, e) for s in starts for e in ends if e - s >= LEAST_FRAMES], np.intp)
        if not len(pairs):
            return best
        origin = ticks[pairs[:, 0] - 1][:, None]
        ramps = np.clip((ticks - origin) / (ticks[pairs[:, 1]][:, None] - origin), 0.0, 1.0)
        errors = ((share - ramps) ** 2).mean(axis=1)
        at = int(errors.argmin())
        best = int(pairs[at, 0]), int(pairs[at, 1]), float(np.sqrt(errors[at]))
        if stride == 1:
            return best
        starts = np.arange(max(1, best[0] - stride), min(count - 1, best[0] + stride) + 1)
        ends = np.arange(max(2, best[1] - stride), min(count - 1, best[1] + stride) + 1)
        stride = 1


def _runs(called: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """(kind, start, end) of every run of one kind that is not none."""
    edges = np.flatnonzero(np.diff(called, prepend=-1, append=-1))
    return [(int(called[start]), int(start), int(end)) for start, end in pairwise(edges) if called[start]]


def _bridged(runs: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Runs of one kind with a little between them made one."""
    joined: list[tuple[int, int, int]] = []
    for kind, start, end in runs:
        if joined and joined[-1][0] == kind and start - joined[-1][2] <= GAP:
            joined[-1] = kind, joined[-1][1], end
        else:
            joined.append((kind, start, end))
    return joined


def _absorbed(runs: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Slivers given to the run that they touch, the shortest first."""
    runs = list(runs)
    while True:
        touching = [
            (runs[k][2] - runs[k][1], k, near)
            for k in range(len(runs))
            for near in (k - 1, k + 1)
            if 0 <= near < len(runs)
            and (runs[k][1] - runs[near][2] in range(GAP) or runs[near][1] - runs[k][2] in range(GAP))
            and runs[k][2] - runs[k][1] <= SLIVER * (runs[near][2] - runs[near][1])
        ]
        if not touching:
            return _bridged(runs)
        _, k, near = min(touching)
        kind = runs[near][0]
        runs[near] = kind, min(runs[k][1], runs[near][1]), max(runs[k][2], runs[near][2])
        del runs[k]
