"""Subjects followed through a shot from what a detector says of single pictures.

A Kalman filter of constant velocity carries each subject forward while detections are missed and decides
which detection is whose (Hungarian assignment); what it gathered is then smoothed looking both ways, with
outliers weighted down, so that the box of every picture rests on what came after it as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]

NOISE = 0.12  # a detector's error (deviation), in lengths of the subject
SWERVE = 6.0  # how hard a subject speeds up or turns (deviation), its lengths a second, a second
GATE = 3.5  # deviations within which a detection may be the subject's
SIZE_GATE = 1.9  # how many times larger or smaller it may be
PARTS = 10  # detections in a row that may show only a part of it
USUAL = 0.1  # how fast its usual height is learned, a detection
PATIENCE = 1.5  # seconds a subject is carried on unseen, …
PATIENCE_A_HIT = 0.15  # … and at most so many for each time it was detected
JOIN_WITHIN = 5.0  # seconds after which a lost subject may be found again elsewhere, …
JOIN_OVER = 0.4  # … or before it was quite lost, …
JOIN_REACH = (1.2, 1.6)  # … this many lengths away, and so many more for each second
JOIN_OF, PLACE_OF = 12, 4  # detections at either end whose sizes, and whose places, are compared
JOIN_SIZE = 1.7  # and at most so many times taller or shorter
LEAST_HITS = 5  # detections that make a subject …
LEAST_SHARE = 0.3  # … in this share of the pictures between its first and its last …
LEAST_SECONDS = 0.3  # … over at least so long
SMOOTH_PLACE, SMOOTH_SIZE = 0.14, 0.5  # seconds over which places and sizes are smoothed
MOVES_OFF = 12  # detections in which they are seen whole then
GROWS = 3.0  # times as wide that somebody who stood may be when they move
SMOOTH_SIDE = 0.22  # seconds over which the sides of what is seen by its movement are
INWARD = 0.25  # weight of a side that was found farther in
OUTLIER = 2.0  # deviations beyond which a detection counts less
STILL = 0.02  # weight of standing still in long gaps, where nothing else is known


class Detection(NamedTuple):
    """Something seen in one picture. box: left, top, width, height in parts of the picture; score 0 … 1.

    stands: it is known only that it is still there, and its box is that of the picture before, moved by
    `drift` (across, down), as the camera moved the picture.
    """

    box: tuple[float, float, float, float]
    score: float
    stands: bool = False
    drift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class SubjectTrack:
    """One subject over pictures first … first + n − 1 of a shot.

    boxes: (n, 4) left, top, right, bottom in parts of the picture; seen: (n,) whether it was detected there,
    and not only known to stand.
    spread: deviation of the detections' sides from it, across and down. score: of its detections, mean.
    """

    first: int
    boxes: Floats
    seen: NDArray[np.bool_]
    spread: tuple[float, float]
    score: float
    by_movement: bool = False  # unseen, it stands still

    @property
    def end(self) -> int:
        return self.first + len(self.boxes)


def follow(
    detections: Sequence[Sequence[Detection]], times: Floats, *, by_movement: bool = False
) -> list[SubjectTrack]:
    """The subjects of a shot, longest first. detections: of each picture; times: (n,) seconds, rising.

    by_movement: the detector sees only what moves, so that what it does not see stands.
    """
    live: list[_Live] = []
    ended: list[_Live] = []
    for number, (found, time) in enumerate(zip(detections, times.tolist(), strict=True)):
        for one in live:
            one.predict(time)
        ended += [one for one in live if one.lost(time)]
        live = [one for one in live if not one.lost(time)]
        matches = _assigned(live, found)
        for index, one in matches:
            one.update(number, time, found[index])
        used = {index for index, _ in matches}
        live += [_Live.begin(number, time, each) for index, each in enumerate(found) if index not in used]
    pieces = [one for one in [*ended, *live] if len(one.numbers) > 1]
    whole = [one for one in _rejoined(pieces, times) if _lasting(one, times)]
    tracks = [_enveloped(one, times) if by_movement else _smoothed(one, times) for one in whole]
    return sorted(tracks, key=lambda one: (-int(one.seen.sum()), one.first))


def track_of(numbers: Sequence[int], boxes: Floats, scores: Sequence[float], times: Floats) -> SubjectTrack:
    """A subject whose detections are known to be its own (a face through a shot), smoothed.

    numbers: the pictures it was detected in, rising; boxes: (m, 4) left, top, width, height.
    """
    one = _Live.begin(numbers[0], 0.0, Detection((0.0, 0.0, 1.0, 1.0), 1.0))
    one.numbers, one.scores, one.stood = list(numbers), list(scores), [False] * len(numbers)
    one.boxes = [np.array([x + w / 2, y + h / 2, w, h]) for x, y, w, h in boxes]
    return _smoothed(one, times)


@dataclass
class _Live:
    """A subject being followed. mean: (2, 4) middle x, y, width, height, and their change a second."""

    mean: Floats
    spread: Floats  # (2, 2) covariance, in the subject's own lengths
    time: float
    last_time: float
    numbers: list[int] = field(default_factory=list)
    boxes: list[Floats] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    stood: list[bool] = field(default_factory=list)  # whether it was only known to be there
    tall: float = 0.0  # its usual height
    parts: int = 0  # detections since it was last seen near that height

    @classmethod
    def begin(cls, number: int, time: float, found: Detection) -> _Live:
        x, y, w, h = found.box
        box = np.array([x + w / 2, y + h / 2, w, h])
        spread = np.diag([NOISE**2, 1.0])
        return cls(
            np.stack([box, np.zeros(4)]),
            spread,
            time,
            time,
            [number],
            [box],
            [found.score],
            [found.stands],
            h,
        )

    def predict(self, time: float) -> None:
        step = time - self.time
        self.mean[0, :2] += step * self.mean[1, :2]
        move = np.array([[1.0, step], [0.0, 1.0]])
        push = np.array([[step**4 / 4, step**3 / 2], [step**3 / 2, step**2]]) * SWERVE**2
        self.spread = move @ self.spread @ move.T + push
        self.time = time

    def update(self, number: int, time: float, found: Detection) -> None:
        x, y, w, h = found.box
        box = np.array([x + w / 2, y + h / 2, w, h])
        if found.stands:
            box = self.boxes[-1] + [*found.drift, 0.0, 0.0]
        gain = self.spread[:, 0] / (self.spread[0, 0] + NOISE**2)
        self.mean += gain[:, None] * (box - self.mean[0])
        self.mean[1, 2:] = 0.0  # sizes are filtered, not extrapolated
        self.spread = self.spread - np.outer(gain, self.spread[0])
        self.parts = self.parts + 1 if h * SIZE_GATE < self.tall else 0
        self.tall += 0.0 if self.parts else USUAL * (box[3] - self.tall)
        self.last_time = time
        self.numbers.append(number)
        self.boxes.append(box)
        self.scores.append(found.score)
        self.stood.append(found.stands)

    def lost(self, time: float) -> bool:
        """Whether it was carried on unseen for too long; what was hardly ever seen is given up sooner."""
        return time - self.last_time > min(PATIENCE, PATIENCE_A_HIT * len(self.numbers))

    def distance(self, found: Detection) -> float:
        """How unlikely it is that this is what was found (−log likelihood); infinite beyond the gate."""
        x, y, w, h = found.box
        size = np.maximum(self.mean[0, 2:], 1e-6)
        grown = max(w / size[0], size[0] / max(w, 1e-6), h / size[1], size[1] / max(h, 1e-6))
        off = np.hypot(*((np.array([x + w / 2, y + h / 2]) - self.mean[0, :2]) / size))
        # A part of a body found for the whole still lies inside it: only its size is wrong.
        if grown > SIZE_GATE and off > 0.5:
            return np.inf
        if h * SIZE_GATE < self.tall and self.parts >= PARTS:
            return np.inf  # for so long it is somebody else, farther away
        deviation = float(np.sqrt(self.spread[0, 0] + NOISE**2))
        if off > GATE * deviation:
            return np.inf
        return float((off / deviation) ** 2 / 2 + 2 * np.log(deviation / NOISE) + np.log(grown))


def _assigned(live: Sequence[_Live], found: Sequence[Detection]) -> list[tuple[int, _Live]]:
    """Which detection is whose: pairs of its place in the list and the subject."""
    if not live or not found:
        return []
    cost = np.array([[one.distance(each) for each in found] for one in live])
    padded = np.where(np.isfinite(cost), cost, 1e6)
    pairs = []
    rows, columns = linear_sum_assignment(padded)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if np.isfinite(cost[row, column]):
            pairs.append((column, live[row]))
    return pairs


def _rejoined(pieces: Sequence[_Live], times: Floats) -> list[_Live]:
    """Pieces of one subject made one: what begins soon after another was lost, near it and of its size."""
    joined: list[_Live] = []
    for piece in sorted(pieces, key=lambda one: (one.numbers[0], -len(one.numbers))):
        if len(piece.numbers) < LEAST_HITS:
            continue
        best: tuple[float, _Live] | None = None
        for earlier in joined:
            gap = times[piece.numbers[0]] - times[earlier.numbers[-1]]
            if not -JOIN_OVER <= gap <= JOIN_WITHIN or piece.numbers[-1] <= earlier.numbers[-1]:
                continue
            last, first = earlier.boxes[-JOIN_OF:], piece.boxes[:JOIN_OF]
            place = np.median(first[:PLACE_OF], axis=0)[:2] - np.median(last[-PLACE_OF:], axis=0)[:2]
            # What hides somebody leaves parts to be seen: the largest of them tell the size.
            before, after = np.max(last, axis=0)[2:], np.max(first, axis=0)[2:]
            away = float(np.hypot(*(place / np.maximum(before, after))))
            grown = float(max(before[1] / after[1], after[1] / before[1]))
            reach = JOIN_REACH[0] + JOIN_REACH[1] * max(gap, 0.0)
            if away <= reach and grown <= JOIN_SIZE and (best is None or away < best[0]):
                best = away, earlier
        if best is None:
            joined.append(piece)
        else:
            known = best[1].numbers[-1]
            best[1].numbers += [one for one in piece.numbers if one > known]
            new = len(piece.numbers) - sum(one > known for one in piece.numbers)
            best[1].boxes += piece.boxes[new:]
            best[1].scores += piece.scores[new:]
            best[1].stood += piece.stood[new:]
    return joined


def _lasting(one: _Live, times: Floats) -> bool:
    hits, span = len(one.numbers), one.numbers[-1] - one.numbers[0] + 1
    seconds = times[one.numbers[-1]] - times[one.numbers[0]]
    return hits >= LEAST_HITS and hits >= LEAST_SHARE * span and seconds >= LEAST_SECONDS


def _smoothed(one: _Live, times: Floats) -> SubjectTrack:
    """The subject over every picture from its first to its last detection."""
    lengths = (SMOOTH_PLACE, SMOOTH_PLACE, SMOOTH_SIZE, SMOOTH_SIZE)
    (x, y, w, h), (dx, dy, dw, dh) = _columns(one, np.stack(one.boxes), times, lengths)
    w, h = np.maximum(w, 1e-4), np.maximum(h, 1e-4)
    boxes = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)
    return _track(one, boxes, (float(np.hypot(dx, dw / 2)), float(np.hypot(dy, dh / 2))))


def _enveloped(one: _Live, times: Floats) -> SubjectTrack:
    """As `_smoothed`, of detections that seldom show too much and often too little: a part that moves. Each
    side follows the outermost of them."""
    sides = _standing_whole(one)
    lengths = (SMOOTH_SIDE,) * 4
    columns, (left, top, right, bottom) = _columns(one, sides, times, lengths, (-1, -1, 1, 1))
    spread = (max(left, right), max(top, bottom))
    return replace(_track(one, np.stack(columns, axis=1), spread), by_movement=True)


def _standing_whole(one: _Live) -> Floats:
    """(m, 4) the sides of the detections, those of somebody who stands made whole.

    What moves off together stood there together: the box that was kept is widened to those that are seen to
    move next.
    """
    x, y, w, h = np.stack(one.boxes).T
    sides = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)
    moving: list[Floats] = []
    for number in range(len(sides) - 1, -1, -1):
        kept = sides[number].copy()
        if not one.stood[number]:
            moving = [kept, *moving[: MOVES_OFF - 1]]
            continue
        if moving:
            outer = np.append(np.min(moving, axis=0)[:2], np.max(moving, axis=0)[2:])
            if outer[2] - outer[0] <= GROWS * (kept[2] - kept[0]):
                sides[number] = np.append(np.minimum(kept[:2], outer[:2]), np.maximum(kept[2:], outer[2:]))
        if number:  # as the camera moves the picture
            before = one.boxes[number - 1][:2] - one.boxes[number][:2]
            moving = [each + np.tile(before, 2) for each in moving]
    return sides


def _columns(
    one: _Live, given: Floats, times: Floats, lengths: Sequence[float], outwards: Sequence[int] = (0,) * 4
) -> tuple[list[Floats], list[float]]:
    """Each column of what was given smoothed over its length in seconds, and its deviation."""
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    at, count = np.array(one.numbers) - one.numbers[0], one.numbers[-1] - one.numbers[0] + 1
    found = [
        _both_ways(at, given[:, column], count, (seconds / step) ** 4, outward)
        for column, (seconds, outward) in enumerate(zip(lengths, outwards, strict=True))
    ]
    return [values for values, _ in found], [deviation for _, deviation in found]


def _track(one: _Live, boxes: Floats, spread: tuple[float, float]) -> SubjectTrack:
    seen = np.zeros(len(boxes), np.bool_)
    seen[np.array(one.numbers) - one.numbers[0]] = ~np.array(one.stood)
    return SubjectTrack(one.numbers[0], boxes, seen, spread, float(np.mean(one.scores)))


def _both_ways(
    at: NDArray[np.int64], given: Floats, count: int, stiff: float, outward: int = 0
) -> tuple[Floats, float]:
    """Whittaker's smoother (1923) of values given at some of `count` places, and the values' deviation.

    It minimises Σ weight · (value − given)² + stiff · Σ (second difference)², the weights lowered where a
    value lies far off (iterated least squares with Huber's weights); and where it lies against `outward`
    (−1, 1; 0 for neither), lowered to INWARD (asymmetric least squares, Eilers and Boelens 2005).
    """
    if count < 3:
        return np.full(count, float(np.median(given))), 0.0
    bands = np.zeros((3, count))  # upper form of stiff · D₂ᵀD₂ + still · D₁ᵀD₁
    for offsets, pull in (((1.0, -2.0, 1.0), stiff), ((1.0, -1.0), STILL)):
        width, rows = len(offsets), count - len(offsets) + 1
        for i in range(width):
            for j in range(i, width):
                bands[2 - (j - i), j : j + rows] += pull * offsets[i] * offsets[j]
    weights = np.ones(len(given))
    smooth = given
    deviation = 0.0
    for _ in range(4):
        system, right = bands.copy(), np.zeros(count)
        np.add.at(system[2], at, weights)
        np.add.at(right, at, weights * given)
        smooth = np.asarray(solveh_banded(system, right))
        over = given - smooth[at]
        off = np.abs(over)
        deviation = 1.4826 * float(np.median(off))
        weights = np.minimum(1.0, OUTLIER * max(deviation, 1e-5) / np.maximum(off, 1e-9))
        weights[over * outward < 0] *= INWARD
    return smooth, deviation
