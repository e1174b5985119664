"""What the camera does through a shot: stretches of one movement each, and the one that fills most of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from answerprint.core.footage import Movement
from answerprint.departments.footage.looks.parallax import Kind, mean_parallax
from answerprint.departments.footage.looks.tracking import Motion

RADIUS = (
    0.3  # parts of the width: mean distance of a point of 16:9 from its middle; makes zoom and roll lengths
)
SMOOTH = 0.4  # seconds on either side over which a speed is taken
MOVES = 0.0045  # widths a second: slower is standing still
LEAST_WAY = 0.008  # widths a movement leads at least
HAND = 0.0009  # widths a hand shakes the picture at least (deviation, faster than about 1 Hz)
OF_SHAKE = 14.0  # a movement leads farther than this many times the shake, or it is part of it
STARTED = 0.2  # of a movement's usual speed: slower pictures at its ends stand still
SHORT = 0.45  # seconds below which a stretch belongs to its neighbour …
WHIP = 0.12  # … unless it leads this far
SEEN = 0.5  # of a shot's pictures must show where they moved, or nothing is said of it

TRAVELLED = 0.0055  # part of the points that only travel explains × how far they go × how far they agree
SPREAD = 0.1  # part of the picture's columns those are found in, at least
HIDDEN = 0.3  # where most of the picture stands still: parts of points and of columns that travel explains

# Channels of a step: right, down, scale, roll; as the camera is said to move when what is seen goes up in it.
TURNS: tuple[tuple[Movement, Movement], ...] = (
    ("pan_left", "pan_right"),
    ("tilt_up", "tilt_down"),
    ("zoom_in", "zoom_out"),
    ("roll", "roll"),
)
TRAVELS: tuple[tuple[Movement, Movement], ...] = (
    ("track_left", "track_right"),
    ("pedestal_up", "pedestal_down"),
    ("dolly_in", "dolly_out"),
)
KINDS: tuple[Kind, ...] = ("across", "down", "along")


@dataclass(frozen=True)
class Stretch:
    """Pictures [first, last) of one movement.

    speed: mean, in picture widths a second (zoom and dolly: scale a second, 1.1 is ten per cent larger;
    roll: degrees a second). shake: deviation of the picture's place, parts of the width. parallax: part of
    the points that only travel explains, 0 … 1.
    """

    first: int
    last: int
    movement: Movement
    confidence: float
    speed: float
    shake: float
    parallax: float


def stretches(motion: Motion, first: int, last: int, time_base: Fraction) -> list[Stretch]:
    """The movements of the shot of pictures [first, last), in order, touching.

    What shows no structure to follow is left out (black, fog, a blank wall); all, where that is most of it.
    """
    if last - first < 3:
        return []
    steps = motion.steps[first + 1 : last].astype(np.float64)
    seen = motion.agreed[first + 1 : last] > 0
    if seen.mean() < SEEN:
        return []
    seconds = np.diff(motion.pts[first:last]) * float(time_base)
    way = np.concatenate([np.zeros((1, 4)), np.cumsum(steps * [1, 1, RADIUS, RADIUS], axis=0)])
    times = np.concatenate([[0.0], np.cumsum(seconds)])
    speed = _speeds(way, times)
    channel = np.abs(speed).argmax(axis=1)
    strongest = np.take_along_axis(speed, channel[:, None], axis=1)[:, 0]
    label = np.where(np.abs(strongest) > MOVES, 1 + 2 * channel + (strongest < 0), 0)
    runs = _runs(label)
    for start, end in runs:
        if label[start]:
            led = abs(way[end - 1, channel[start]] - way[start, channel[start]])
            if led < LEAST_WAY or led < OF_SHAKE * _shake(way[start:end], times[start:end]):
                label[start:end] = 0
    label = _trimmed(_without_short(label, way, times), np.abs(_speeds(way, times, SMOOTH / 4)))
    return [
        _named(motion, first, (start, end), int(label[start]), way, times)
        for start, end in _runs(label)
        if seen[max(0, start - 1) : end - 1].mean() >= SEEN
    ]


def main_movement(found: list[Stretch], motion: Motion) -> Stretch | None:
    """The stretch whose movement fills most of the time."""
    if not found:
        return None
    total: dict[str, float] = {}
    for one in found:
        length = float(motion.pts[one.last - 1] - motion.pts[one.first]) + 1e-9
        total[one.movement] = total.get(one.movement, 0.0) + length
    most = max(total, key=lambda name: total[name])
    return max((one for one in found if one.movement == most), key=lambda one: one.last - one.first)


def _named(
    motion: Motion,
    offset: int,
    run: tuple[int, int],
    label: int,
    way: NDArray[np.float64],
    times: NDArray[np.float64],
) -> Stretch:
    start, end = run
    last = min(end, len(times) - 1)
    took = max(float(times[last] - times[start]), 1e-9)
    shaken = _shake(way[start:end], times[start:end])
    spans = _spans(motion, offset + start, offset + end)
    agreed = float(motion.agreed[offset + max(1, start) : offset + end].mean())

    def stretch(movement: Movement, sure: float, speed: float, share: float) -> Stretch:
        return Stretch(
            offset + start, offset + end, movement, round(min(1.0, sure), 4), speed, shaken, round(share, 4)
        )

    if not label:
        hidden = _hidden_travel(spans)
        if hidden is not None and shaken < HAND:
            movement, share = hidden
            return stretch(movement, 0.5 * agreed + 0.5 * share, 0.0, share)
        if shaken > HAND:
            return stretch("handheld", agreed * _beyond(shaken, HAND), shaken, 0.0)
        return stretch("static", agreed * _beyond(HAND, shaken), 0.0, 0.0)
    channel, down = divmod(label - 1, 2)
    led = float(way[last, channel] - way[start, channel])
    speed = abs(led) / took
    if channel == 2:
        speed = float(np.exp(led / RADIUS / took))
    elif channel == 3:
        speed = float(np.degrees(abs(led) / RADIUS / took))
    sure = agreed * _beyond(abs(led), LEAST_WAY)
    if channel == 3:
        return stretch(TURNS[3][0], sure, speed, 0.0)
    seen = mean_parallax(spans, KINDS[channel])
    share = seen.travelled if seen is not None else 0.0
    evidence = (
        seen.travelled * seen.one_way * seen.amount if seen is not None and seen.columns > SPREAD else 0.0
    )
    if evidence > TRAVELLED:
        return stretch(TRAVELS[channel][down], sure * _beyond(evidence, TRAVELLED), speed, share)
    return stretch(TURNS[channel][down], sure * _beyond(TRAVELLED, evidence), speed, share)


def _hidden_travel(
    spans: list[tuple[NDArray[np.float32], NDArray[np.float32]]],
) -> tuple[Movement, float] | None:
    """Travel past a far background that fills most of the picture, and so seems to stand still."""
    best: tuple[Movement, float] | None = None
    for channel, kind in enumerate(KINDS):
        seen = mean_parallax(spans, kind)
        if seen is None or seen.travelled < HIDDEN or seen.columns < HIDDEN or seen.one_way < 0.8:
            continue
        if best is None or seen.travelled > best[1]:
            best = TRAVELS[channel][_backwards(spans, channel)], seen.travelled
    return best


def _backwards(spans: list[tuple[NDArray[np.float32], NDArray[np.float32]]], channel: int) -> int:
    total = 0.0
    for starts, ends in spans:
        ways = ends - starts
        line = starts if channel == 2 else np.eye(2, dtype=np.float32)[channel]
        total += float((ways * line).sum())
    return int(total < 0)


def _spans(motion: Motion, first: int, last: int) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """The ways of the spans that lie inside pictures [first, last), or for the most part."""
    found = []
    for number, (start, end, _) in enumerate(motion.spans):
        inside = min(int(end), last - 1) - max(int(start), first)
        if start >= first - 2 and inside > 0.6 * (end - start):
            found.append(motion.ways(number))
    return found


def _speeds(
    way: NDArray[np.float64], times: NDArray[np.float64], side: float = SMOOTH
) -> NDArray[np.float64]:
    """(n, 4) widths a second, over so many seconds on either side as far as the shot goes."""
    before = np.searchsorted(times, times - side, side="left")
    after = np.searchsorted(times, times + side, side="right") - 1
    took = np.maximum(times[after] - times[before], 1e-9)
    return np.asarray((way[after] - way[before]) / took[:, None], np.float64)


def _shake(way: NDArray[np.float64], times: NDArray[np.float64]) -> float:
    """Deviation of the picture's place from its own smooth way (a parabola through a second)."""
    count = len(way)
    if count < 7:
        return 0.0
    step = float(np.median(np.diff(times)))
    window = min(count - (1 - count % 2), max(5, round(1.0 / max(step, 1e-3)) | 1))
    rest = way[:, :2] - savgol_filter(way[:, :2], window, 2, axis=0, mode="interp")
    return float(np.sqrt((rest**2).sum(axis=1).mean()))


def _without_short(
    label: NDArray[np.int64], way: NDArray[np.float64], times: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Stretches too short to be a movement of their own take their longer neighbour's."""
    label = label.copy()
    while True:
        runs = _runs(label)
        if len(runs) < 2:
            return label
        lengths = [float(times[min(end, len(times) - 1)] - times[start]) for start, end in runs]
        led = [float(np.abs(way[end - 1, :2] - way[start, :2]).max()) for start, end in runs]
        short = [number for number, length in enumerate(lengths) if length < SHORT and led[number] < WHIP]
        if not short:
            return label
        shortest = min(short, key=lambda number: lengths[number])
        beside = [one for one in (shortest - 1, shortest + 1) if 0 <= one < len(runs)]
        into = max(beside, key=lambda number: lengths[number])
        start, end = runs[shortest]
        label[start:end] = label[runs[into][0]]


def _trimmed(label: NDArray[np.int64], speed: NDArray[np.float64]) -> NDArray[np.int64]:
    """Movements without the still pictures at their ends that smoothing gave them; speed (n, 4) as it was."""
    label = label.copy()
    for start, end in _runs(label):
        if label[start]:
            along = speed[start:end, (label[start] - 1) // 2]
            moving = np.flatnonzero(along >= STARTED * np.median(along))
            if start:
                label[start : start + int(moving[0])] = 0
            if end < len(label):
                label[start + int(moving[-1]) + 1 : end] = 0
    return label


def _runs(label: NDArray[np.int64]) -> list[tuple[int, int]]:
    edges = [0, *(np.flatnonzero(np.diff(label)) + 1).tolist(), len(label)]
    return list(pairwise(edges))


def _beyond(value: float, threshold: float) -> float:
    """0.5 at the threshold, towards 1 far above it and towards 0 far below."""
    return float(value / (value + threshold)) if value + threshold > 0 else 0.5
