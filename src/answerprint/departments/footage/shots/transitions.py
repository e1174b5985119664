"""Slow transitions, found in the signatures of a whole stream: fades, dissolves and wipes.

A fade is a ramp of contrast to or from a solid picture. A dissolve is a stretch whose every frame lies on
the straight line between the picture before and the picture after, with the share of the second rising. A
wipe is a stretch whose every cell shows one or the other, with the switch crossing the frame in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

SOLID_SPREAD = 5.0  # deviation of luma up to which a picture is one colour (sensor noise, coding)
BLACK, WHITE = 12.0, 236.0  # mean luma a fade ends in: below, above
LEAST_FRAMES = 3  # a shorter ramp is a soft cut
PLATEAU = 0.985  # a fade is over at this part of the contrast of the frames that follow it
AHEAD = 8  # … counted over so many frames
KNEE = 0.5  # after a ramp the contrast may go on rising at this part of the ramp's own slope
BASE = 0.75  # levels of mean luma off its solid colour at which a ramp has begun
LONGEST = Fraction(5)  # seconds

WIDTHS = (Fraction(3, 10), Fraction(3, 5), Fraction(6, 5), Fraction(12, 5), Fraction(24, 5))  # seconds
CHANGED = 14.0  # rms difference of the pictures before and after, in levels
SPREAD = 0.30  # share of the picture that has to change: a caption changes less
DIP = 0.80  # detail in the middle of a dissolve, in parts of that on either side (two unlike pictures: 0.5)
PLAIN = 6.0  # detail below which a picture has none to lose
STRAIGHT_PLAIN = 0.12  # … and how straight a dissolve between two such has to be
FEATURELESS = 0.5  # detail below which both pictures are flat colours, and a ramp between them is light
STRAIGHT = 0.30  # how far off the straight line a dissolve's frames may lie, in parts of the difference
RAMP_ERROR = 0.10  # rms distance of the rising share from a straight ramp
SAME_SCENE = 0.85  # correlation of before and after above which it is one scene under changing light
COARSE = 24  # steps of the first search for a ramp's ends
WIPED = 0.30  # what may be left unexplained by "either the one picture or the other"
IN_ORDER = 0.80  # R² of the plane through the cells' switching times


@dataclass(frozen=True)
class Signatures:
    """A stream as the detectors see it. pts has one more entry than there are frames: the end."""

    pts: NDArray[np.int64]  # (n + 1,)
    cells: NDArray[np.uint8]  # (n, 9, 16, 3)
    levels: NDArray[np.float32]  # (n, 3): luma's mean, deviation and detail
    time_base: Fraction

    def ticks(self, seconds: Fraction) -> int:
        return int(seconds / self.time_base)


@dataclass(frozen=True)
class Slow:
    """A slow transition: first mixed frame, first frame after it."""

    type: Literal["dissolve", "fade_in", "fade_out", "wipe"]
    start: int
    end: int
    confidence: float
    evidence: dict[str, float]


def find_fades(track: Signatures, cuts: list[int]) -> list[Slow]:
    """Fades to and from black or white, in order."""
    count = len(track.cells)
    mean, spread = track.levels[:, 0], track.levels[:, 1]
    solid = (spread < SOLID_SPREAD) & ((mean < BLACK) | (mean > WHITE))
    found: list[Slow] = []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], solid, [False]]).astype(np.int8)))
    runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    for number, (first, last) in enumerate(runs):
        floor = runs[number - 1][1] if number else 0
        first, last = _flat_part(mean, first, last)
        colour = track.cells[(first + last - 1) // 2].astype(np.float32).mean(axis=(0, 1))
        roof = runs[number + 1][0] if number + 1 < len(runs) else count
        out = _ramp(track, colour, range(first - 1, floor - 1, -1), cuts)
        if out is not None:
            length, straight = out
            found.append(_fade("fade_out", first - length, first, straight, colour))
        into = _ramp(track, colour, range(last, roof), cuts)
        if into is not None:
            length, straight = into
            found.append(_fade("fade_in", last, last + length, straight, colour))
    found.sort(key=lambda fade: fade.start)
    return [one for k, one in enumerate(found) if k == 0 or one.start >= found[k - 1].end]


def _flat_part(mean: NDArray[np.float32], first: int, last: int) -> tuple[int, int]:
    """A solid run without the frames at its ends that already lean to the picture."""
    run = mean[first:last]
    base = float(run.min() if run.mean() < BLACK else run.max())
    flat = np.flatnonzero(np.abs(run - base) <= BASE)
    return first + int(flat[0]), first + int(flat[-1]) + 1


def _fade(
    kind: Literal["fade_in", "fade_out"], start: int, end: int, straight: float, colour: NDArray[np.float32]
) -> Slow:
    evidence = {"frames": float(end - start), "likeness": round(straight, 3)}
    return Slow(kind, start, end, max(0.5, straight), {**evidence, "to": round(float(colour.mean()), 1)})


def _ramp(
    track: Signatures, colour: NDArray[np.float32], frames: range, cuts: list[int]
) -> tuple[int, float] | None:
    """How many frames outward from a solid run the picture takes to reach full contrast, and how alike
    the ramp's frames are but for contrast. None where it is no ramp."""
    limit = track.ticks(LONGEST)
    taken: list[int] = []
    forward = frames.step > 0
    for index in frames:
        if taken and abs(int(track.pts[index] - track.pts[taken[0]])) > limit:
            break
        if taken and (index if forward else index + 1) in cuts:
            break
        taken.append(index)
    if len(taken) < LEAST_FRAMES + 2:
        return None
    off = track.cells[taken].astype(np.float32).reshape(len(taken), -1, 3) - colour
    off = off.reshape(len(taken), -1)
    size = np.linalg.norm(off, axis=1)
    length = next(
        (k for k in range(len(size) - 1) if size[k] >= PLATEAU * size[k : k + 1 + AHEAD].max()), len(size)
    )
    length = min(length, _knee(size[: length + length // 2 + AHEAD]))
    if length < LEAST_FRAMES or length >= len(size):
        return None
    full = off[length]
    steps = np.diff(size[: length + 1])
    if float((steps > 0).mean()) < 0.8 or float(steps.max()) > 0.5 * float(size[length]):
        return None
    upper = off[length // 2 : length]
    like = (upper @ full) / (np.linalg.norm(upper, axis=1) * np.linalg.norm(full) + 1e-6)
    likeness = float(like.mean())
    return (length, likeness) if likeness > SAME_SCENE else None


def _knee(size: NDArray[np.float32]) -> int:
    """The frame at which a rise from zero bends: least squares of one straight line and then another."""
    count = len(size)
    frame = np.arange(1, count + 1, dtype=np.float64)
    best, knee = np.inf, count
    for bend in range(LEAST_FRAMES, count - 1):
        lines = np.stack([np.minimum(frame, bend + 1), np.maximum(frame - bend - 1, 0)], axis=1)
        slopes, *_ = np.linalg.lstsq(lines, size, rcond=None)
        error = float(((lines @ slopes - size) ** 2).sum())
        if error < best and slopes[1] < KNEE * slopes[0]:
            best, knee = error, bend
    return knee


def find_gradual(track: Signatures, cuts: list[int], fades: list[Slow]) -> list[Slow]:
    """Dissolves and wipes between the cuts and fades."""
    count = len(track.cells)
    edges = sorted({0, count, *cuts, *(fade.start for fade in fades), *(fade.end for fade in fades)})
    closed = {(fade.start, fade.end) for fade in fades}
    found: list[Slow] = []
    for first, last in pairwise(edges):
        if (first, last) not in closed and last - first >= LEAST_FRAMES + 2:
            found.extend(_in_stretch(track, first, last))
    return found


def _in_stretch(track: Signatures, first: int, last: int) -> list[Slow]:
    """Transitions inside frames [first, last), the surest first where they overlap."""
    cells = track.cells[first:last].astype(np.float32).reshape(last - first, -1)
    details = track.levels[first:last, 2]
    times = track.pts[first:last].astype(np.float64)  # ticks: only ratios of differences are used
    proposed: list[Slow] = []
    for width in WIDTHS:
        half = track.ticks(width / 2)
        before = np.maximum(np.searchsorted(times, times - half, side="right") - 1, 0)
        after = np.minimum(np.searchsorted(times, times + half), last - first - 1)
        for centre, kind in _candidates(cells, details, before, after):
            a, b = int(before[centre]), int(after[centre])
            one = _dissolve(cells, details, times, a, b) if kind == "dissolve" else _wipe(cells, times, a, b)
            if one is not None:
                proposed.append(one)
    proposed.sort(key=lambda one: (-one.confidence, one.start))
    kept: list[Slow] = []
    for one in proposed:
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return [Slow(one.type, one.start + first, one.end + first, one.confidence, one.evidence) for one in kept]


def _candidates(
    cells: NDArray[np.float32],
    details: NDArray[np.float32],
    before: NDArray[np.intp],
    after: NDArray[np.intp],
) -> Iterable[tuple[int, str]]:
    """Frames in the middle of what may be a transition: the best of each neighbourhood."""
    step = cells[after] - cells[before]
    size = (step * step).sum(axis=1)
    here = cells - cells[before]
    share = (here * step).sum(axis=1) / (size + 1e-6)
    off = here - share[:, None] * step
    bent = np.sqrt((off * off).sum(axis=1) / (size + 1e-6))
    other = np.minimum(np.abs(here), np.abs(cells - cells[after])).sum(axis=1)
    mixed = other / (np.abs(step).sum(axis=1) + 1e-6)
    big = (np.sqrt(size / cells.shape[1]) > CHANGED) & (_spread(step) > SPREAD)
    halfway = (share > 0.3) & (share < 0.7)
    reach = np.maximum(1, (after - before) // 4)
    ends = (details[before] + details[after]) / 2
    bent = np.where((details < DIP * ends) | (ends < PLAIN), bent, np.inf)
    for measure, limit, kind in ((bent, STRAIGHT, "dissolve"), (mixed, WIPED, "wipe")):
        possible = np.flatnonzero(big & halfway & (measure < limit))
        taken = np.zeros(len(cells), bool)
        for centre in possible[np.argsort(measure[possible], kind="stable")]:
            if not taken[centre]:
                taken[max(0, centre - reach[centre]) : centre + reach[centre] + 1] = True
                yield int(centre), kind


def _spread(step: NDArray[np.float32]) -> NDArray[np.float32]:
    """The share of cells that take part in a change (participation ratio), per row."""
    energy = (step * step).reshape(len(step), -1, 3).sum(axis=2)
    whole = energy.sum(axis=1)
    return np.asarray(whole * whole / (energy.shape[1] * (energy * energy).sum(axis=1) + 1e-6), np.float32)


def _dissolve(
    cells: NDArray[np.float32], details: NDArray[np.float32], times: NDArray[np.float64], a: int, b: int
) -> Slow | None:
    """The dissolve between frames a and b, its ends found by fitting a straight ramp."""
    start, end = a + 1, b
    error = 1.0
    for _ in range(3):
        low = max(0, start - (b - a) // 2 - 2)
        high = min(len(cells), end + (b - a) // 2 + 3)
        pictures = cells[low:high]
        first = cells[max(low, start - 3) : start].mean(axis=0) if start > low else cells[low]
        second = cells[end : min(high, end + 3)].mean(axis=0) if end < high else cells[high - 1]
        step = second - first
        size = float(step @ step)
        if size <= 0:
            return None
        share = (pictures - first) @ step / size
        fit = _fit_ramp(share, times[low:high])
        if fit is None:
            return None
        new_start, new_end, error = low + fit[0], low + fit[1], fit[2]
        if (new_start, new_end) == (start, end):
            break
        start, end = new_start, new_end
    if end - start < LEAST_FRAMES or start < 1 or end > len(cells) - 1 or error > RAMP_ERROR:
        return None
    first, second = cells[start - 1], cells[end]
    step = second - first
    size = float(step @ step)
    inside = cells[start:end]
    share = (inside - first) @ step / (size + 1e-6)
    off = inside - first - share[:, None] * step
    bent = float(np.sqrt((off * off).sum(axis=1).mean() / (size + 1e-6)))
    if np.sqrt(size / len(step)) < CHANGED or bent > STRAIGHT or float(_spread(step[None])[0]) < SPREAD:
        return None
    scene = _likeness(first, second)
    ends = float(details[start - 1] + details[end]) / 2
    dip = float(np.interp(0.5, np.maximum.accumulate(share), details[start:end])) / max(ends, 1e-6)
    if ends < FEATURELESS or scene > SAME_SCENE or (dip > DIP if ends >= PLAIN else bent > STRAIGHT_PLAIN):
        return None
    confidence = max(0.05, 1.0 - 0.5 * max(bent / STRAIGHT, error / RAMP_ERROR))
    evidence = {"off_line": round(bent, 3), "ramp_error": round(error, 3), "dip": round(dip, 3)}
    return Slow("dissolve", start, end, confidence, evidence)


def _fit_ramp(share: NDArray[np.float32], times: NDArray[np.float64]) -> tuple[int, int, float] | None:
    """First mixed frame, first frame after, and rms error of the best 0 → 1 ramp, straight in time."""
    count = len(share)
    stride = max(1, count // COARSE)
    starts, ends = np.arange(1, count - 1, stride), np.arange(2, count, stride)
    while True:
        pairs = np.array([(s, e) for s in starts for e in ends if s < e], np.intp)
        if not len(pairs):
            return None
        origin = times[pairs[:, 0] - 1][:, None]
        ramps = np.clip((times - origin) / (times[pairs[:, 1]][:, None] - origin), 0.0, 1.0)
        errors = ((share - ramps) ** 2).mean(axis=1)
        best = int(errors.argmin())
        start, end = (int(value) for value in pairs[best])
        if stride == 1:
            return start, end, float(np.sqrt(errors[best]))
        starts = np.arange(max(1, start - stride), min(count - 1, start + stride + 1))
        ends = np.arange(max(2, end - stride), min(count, end + stride + 1))
        stride = 1


def _wipe(cells: NDArray[np.float32], times: NDArray[np.float64], a: int, b: int) -> Slow | None:
    """The wipe between frames a and b: each cell's switching time lies on a plane across the frame."""
    first, second = cells[a], cells[b]
    step = (second - first).reshape(-1, 3)
    weight = (step * step).sum(axis=1)
    if float(np.median(weight)) < CHANGED:
        return None
    here = (cells[a : b + 1] - first).reshape(b - a + 1, -1, 3)
    share = np.clip((here * step).sum(axis=2) / (weight + 1e-6), 0.0, 1.0)  # (frames, cells)
    rows, columns = 9, 16
    y, x = np.mgrid[0:rows, 0:columns]
    place = np.stack([np.ones(rows * columns), (x.ravel() + 0.5) / columns, (y.ravel() + 0.5) / rows], axis=1)
    used = weight > 0.25 * float(weight.mean())
    if used.mean() < 0.5:
        return None
    shown = np.diff(times[a : b + 2], append=times[min(b + 1, len(times) - 1)])[: b - a + 1]
    shown[-1] = 0.0
    switch = ((1.0 - share) * shown[:, None]).sum(axis=0)  # ticks after frame a
    plane, *_ = np.linalg.lstsq(place[used], switch[used], rcond=None)
    left = switch[used] - place[used] @ plane
    total = float(((switch[used] - switch[used].mean()) ** 2).sum())
    order = 1.0 - float((left * left).sum()) / (total + 1e-6)
    if order < IN_ORDER:
        return None
    corners = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], float) @ plane
    start = int(np.searchsorted(times, times[a] + corners.min()))
    end = int(np.searchsorted(times, times[a] + corners.max()))
    if end - start < LEAST_FRAMES or start < 1 or end > len(cells) - 1:
        return None
    inside = cells[start:end]
    before, after = cells[start - 1], cells[end]
    change = float(np.abs(after - before).sum())
    mixed = float(
        np.minimum(np.abs(inside - before), np.abs(inside - after)).sum(axis=1).mean() / (change + 1e-6)
    )
    if mixed > WIPED or _likeness(before, after) > SAME_SCENE:
        return None
    confidence = max(0.05, 1.0 - 0.5 * max(mixed / WIPED, (1 - order) / (1 - IN_ORDER)))
    evidence = {"unexplained": round(mixed, 3), "in_order": round(order, 3), "frames": float(end - start)}
    return Slow("wipe", start, end, confidence, evidence)


def _likeness(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Correlation of two signatures, each about its own mean."""
    one, two = first - first.mean(), second - second.mean()
    size = float(np.linalg.norm(one) * np.linalg.norm(two))
    return float(one @ two) / size if size > 0 else 0.0
