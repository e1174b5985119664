"""Probabilities picture by picture made into boundaries: cuts, and slow transitions with both their ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.shots.boundaries import BoundaryType
from answerprint.departments.footage.shots.evidence import CELL, Kept
from answerprint.departments.footage.shots.network import CUT, KINDS

CUT_LEAST = 0.5  # probability of a cut
CUT_APART = 2  # pictures: nearer cuts are one that a blended picture made into two
FLASH_FRAMES = 16  # pictures on either side of a cut that may tell it to be a flash …
FLASH_JUMP = 12.0  # … whose light changes by so many levels …
CAME_BACK = 0.25  # … and comes back to within this part of the change
RELIT = 0.97  # correlation above which a jump is a change of light, not of shot …
STRUCTURED = 10.0  # … where both pictures have this deviation: an empty one is like any other
SLOW_LEAST = 0.5  # probability of being part of any slow transition
SURE = 0.55  # mean probability of a slow transition's own kind
SURE_OF_WIPE = 0.6  # a slate taken out of the picture is like one: in the demonstration none passes half
LEAST_FRAMES = 3  # a shorter ramp is a soft cut
LEAST_WIPE = 5  # pictures: something that hurries past the lens is quicker
GAP = 3  # pictures that may be missing inside a slow transition
SLIVER = 0.34  # a run this short beside another, in parts of it, belongs to it
SAME_SCENE = 0.85  # correlation of before and after above which it is one scene under changing light
DIPS = 1.0  # detail in the middle of a dissolve, in parts of that at its ends: two unlike pictures 0.5 …
DIP_FRAMES = 8  # … where it is long enough to have a middle
FADES_FROM = 4.0  # rms levels off its colour of the picture that fades
FEATURELESS = 3.0  # deviation up to which it shows nothing, and its change is one of light
SOLID_LEVELS = 6.0  # deviation of a picture of one colour (sensor noise, coding) …
SOLID_PART = 0.35  # … or this part of the deviation of the picture that fades
OFF_SOLID = 0.75  # rms levels off its colour at which a picture has begun to show
RAMP_ERROR = 0.15  # rms distance from a straight ramp up to which its ends are believed
CHANGED = 0.5  # a cell tells when a wipe passed where it changed by this part of the usual
EDGES = (3, 97)  # per cent of the cells: the first and the last that a wipe passes
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


def interrupted(cut: Interval, kept: Kept, times: NDArray[np.int64], flash: int) -> bool:
    """Whether a cut is an edge of something bright or dark that comes between and is over within `flash`
    ticks: the light before it comes back. Quantiles are compared, which motion in between leaves alone."""
    at = cut.start
    light = kept.quantiles[max(0, at - FLASH_FRAMES) : at + FLASH_FRAMES].astype(np.float32)
    ticks = times[max(0, at - FLASH_FRAMES) : at + FLASH_FRAMES]
    here = min(at, FLASH_FRAMES)
    jump = float(np.abs(light[here] - light[here - 1]).mean())
    if jump < FLASH_JUMP:
        return False
    step = int(ticks[here] - ticks[here - 1])
    later = (ticks > ticks[here]) & (ticks <= ticks[here - 1] + flash + step)
    earlier = (ticks < ticks[here - 1]) & (ticks >= ticks[here] - flash - step)
    back = np.concatenate(
        [
            np.abs(light[later] - light[here - 1]).mean(axis=1),
            np.abs(light[earlier] - light[here]).mean(axis=1),
        ]
    )
    return bool(len(back) and back.min() < CAME_BACK * jump)


def one_scene(kept: Kept, at: int, alike: float = RELIT) -> bool:
    """Whether a picture is the one before under other light: their correlation is above `alike`."""
    if kept.levels[at - 1 : at + 1, 1].min() < STRUCTURED:
        return False
    return _likeness(*kept.cells[at - 1 : at + 1].astype(np.float32)) > alike


def slow_of(probabilities: Floats) -> list[Interval]:
    """Slow transitions, in order, where the network saw them."""
    kinds = probabilities[:, :CUT]
    inside = kinds[:, 0] < 1 - SLOW_LEAST
    called = np.where(inside, kinds[:, 1:].argmax(axis=1) + 1, 0)
    runs = _absorbed(_bridged(_runs(called)))
    found = []
    for kind, start, end in runs:
        confidence = float(kinds[start:end, kind].mean())
        wipe = KINDS[kind] == "wipe"
        least, sure = (LEAST_WIPE, SURE_OF_WIPE) if wipe else (LEAST_FRAMES, SURE)
        if end - start >= least and confidence >= sure:
            found.append(Interval(cast(BoundaryType, KINDS[kind]), start, end, confidence))
    return found


def believed(one: Interval, kept: Kept) -> bool:
    """Whether the pictures bear the network out: a fade ends in one colour, and a dissolve or wipe leads from
    one scene to another and not to the same under other light."""
    count = len(kept)
    before, after = max(0, one.start - 1), min(count - 1, one.end)
    if one.type in ("dissolve", "wipe"):
        if _likeness(*(kept.cells[at].astype(np.float32) for at in (before, after))) >= SAME_SCENE:
            return False
        detail = kept.levels[:, 2]
        third = (one.end - one.start) // 3
        middle = float(detail[one.start + third : one.end - third].mean())
        long = one.end - one.start >= DIP_FRAMES
        return not (one.type == "dissolve" and long and middle > DIPS * (detail[before] + detail[after]) / 2)
    spread = kept.levels[:, 1]
    solid, full = (one.end, before) if one.type == "fade_out" else (one.start - 1, after)
    near = slice(max(0, solid - 2), solid + 3)
    flattest = near.start + int(spread[near].argmin())
    shown, colour = (kept.cells[at].astype(np.float32) / (CELL * CELL) for at in (full, flattest))
    off = float(np.sqrt(((shown - colour.mean()) ** 2).mean()))
    seen = off > FADES_FROM and spread[full] > FEATURELESS
    return seen and bool(spread[flattest] <= max(SOLID_LEVELS, SOLID_PART * spread[full]))


def fitted(one: Interval, kept: Kept, times: NDArray[np.int64], floor: int, roof: int) -> Interval:
    """A dissolve or fade with its ends where a straight ramp in time fits best, a fade's other end where its
    colour begins, and a wipe from the first cell it passes to the last.

    times (n,) ticks; floor, roof: pictures it may not reach beyond.
    """
    if one.type == "wipe":
        return _by_cells(one, kept.cells, floor, roof)
    one = _along_ramp(one, kept.cells, times, floor, roof)
    return _to_colour(one, kept, floor, roof) if one.type in ("fade_in", "fade_out") else one


def _along_ramp(
    one: Interval, cells: NDArray[np.uint16], times: NDArray[np.int64], floor: int, roof: int
) -> Interval:
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


def _by_cells(one: Interval, cells: NDArray[np.uint16], floor: int, roof: int) -> Interval:
    room = max(3, (one.end - one.start) // 4)
    low, high = max(floor, one.start - room), min(roof, one.end + room)
    seen = cells[low:high].astype(np.float32)
    step = seen[-1] - seen[0]
    size = np.abs(step)
    told = size > CHANGED * float(size.mean())
    if len(seen) < LEAST_WIPE + 2 or not told.any():
        return one
    share = np.clip((seen[:, told] - seen[0, told]) / step[told], 0, 1)
    passed = np.percentile((1 - share).sum(axis=0), EDGES)  # pictures from `low` on until a cell is passed
    start, end = low + int(np.floor(passed[0])), low + int(np.ceil(passed[1]))
    return replace(one, start=start, end=end) if end - start >= LEAST_WIPE else one


def _to_colour(one: Interval, kept: Kept, floor: int, roof: int) -> Interval:
    """A fade that begins with the first, or ends before the last, picture that is no longer one colour."""
    length = one.end - one.start
    if one.type == "fade_in":
        low, high = max(floor, one.start - 2 * length), one.start + length // 2
    else:
        low, high = one.end - length // 2, min(roof, one.end + 2 * length)
    if high - low < 2:
        return one
    spread = kept.levels[low:high, 1]
    flattest = low + int(spread.argmin())
    if kept.levels[flattest, 1] > SOLID_LEVELS:
        return one
    cells = kept.cells[low:high].astype(np.float32) / np.float32(CELL * CELL)
    colour = cells[flattest - low].mean()
    shown = np.sqrt(((cells - colour) ** 2).mean(axis=1)) > OFF_SOLID + kept.levels[flattest, 1] / CELL
    if one.type == "fade_in":
        after = np.flatnonzero(shown[flattest - low :])
        start = flattest + int(after[0]) if len(after) else one.start
        return replace(one, start=start) if one.end - start >= LEAST_FRAMES else one
    before = np.flatnonzero(shown[: flattest - low + 1])
    end = low + int(before[-1]) + 1 if len(before) else one.end
    return replace(one, end=end) if end - one.start >= LEAST_FRAMES else one


def _likeness(first: Floats, second: Floats) -> float:
    """Correlation of two pictures, each about its own mean."""
    one, two = first - first.mean(), second - second.mean()
    size = float(np.linalg.norm(one) * np.linalg.norm(two))
    return float(one @ two) / size if size > 0 else 0.0


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
