"""How the whole picture moves from one picture to the next, and where single points of it went.

Corners spread evenly over the picture are followed by pyramidal Lucas–Kanade (Bouguet 2001) from one frame to
the next; what most of the picture's area agrees on is the step of the camera. Every half second the points'
ways are kept, for `parallax.py` to tell a turning camera from a travelling one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH = 320  # pixels across that movement is measured at
CELL = 16  # pixels of a side of a cell: one point is followed in each
MARGIN = 5  # pixels at the edges in which nothing is followed
LEAST_CORNER = 2e-4  # smaller eigenvalue of the gradient matrix (cv2.cornerMinEigenVal): noise stays below it
OF_STRONGEST = 0.004  # and this part of the picture's strong corners
BLACK = 24  # code below which a whole row or column is a bar of a letterbox

SPAN = Fraction(1, 2)  # seconds the ways of points are kept for
FARTHEST = 0.10  # of the width: a way is ended earlier when half the points have gone this far
FEWEST = 12  # points below which nothing is said
KEPT = 0.6  # of a way's points must be left, or new ones are chosen
TRIALS = 96  # pairs of points tried for the step most agree on
TOLERANCE = 0.35  # pixels of 320 two points' steps may differ in one frame
DRIFT = 0.5  # pixels a point followed there and back may miss its start by
LOST = 0.3  # of the points must agree on a step …
SPREAD = 0.09  # … and lie so far apart (deviation, of the width): lettering in a blank picture says nothing
CHANGED = 0.02  # of the light: a larger change since the span's first picture is taken out

Points = NDArray[np.float32]  # (n, 2)
Pyramid = tuple[NDArray[np.uint8], ...]


@dataclass(frozen=True)
class Motion:
    """The steps of every picture of a file, and the ways of points over stretches of about half a second.

    Lengths are parts of the picture's width, places are taken from its middle, x to the right, y down.
    A step says how what is seen moved: (right, down, logarithm of the scale, radians clockwise).
    """

    pts: NDArray[np.int64]  # (n,)
    steps: NDArray[np.float32]  # (n, 4); the first picture's are 0
    agreed: NDArray[np.float32]  # (n,) part of the points that take that step; 0 where nothing could be said
    speed: NDArray[np.float32]  # (n,) mean way of all points
    own: NDArray[np.float32]  # (n,) mean way of all points beside the whole picture's step
    spans: NDArray[np.int64]  # (m, 3) first picture, last picture, index after the last of its points
    starts: NDArray[np.float32]  # (p, 2) places of points in the first picture of their span
    ends: NDArray[np.float32]  # (p, 2) their places in its last

    def ways(self, number: int) -> tuple[Points, Points]:
        """Places at the start and at the end of a span."""
        first = int(self.spans[number - 1, 2]) if number else 0
        last = int(self.spans[number, 2])
        return self.starts[first:last], self.ends[first:last]


class MotionTracker:
    """Feed with `add`, in presentation order, in blocks of any size; `finish` gives the motion."""

    def __init__(self, time_base: Fraction) -> None:
        self._span_ticks = SPAN / time_base
        self._pts: list[int] = []
        self._rows: list[tuple[float, ...]] = []
        self._spans: list[tuple[int, int, int]] = []
        self._starts: list[Points] = []
        self._ends: list[Points] = []
        self._kept = 0
        self._before: Pyramid | None = None  # pyramid of the picture before
        self._origin: Pyramid | None = None  # of the span's first picture
        self._light = (0.0, 1.0)  # mean and deviation of that picture
        self._first = 0
        self._at_first: Points = np.zeros((0, 2), np.float32)
        self._now: Points = self._at_first
        self._chosen = 0
        self._last = (1 + 0j, 0j)  # the step before: where to look first
        self._random = np.random.default_rng(0)

    def add(self, pts: NDArray[np.int64], grey: NDArray[np.uint8]) -> None:
        """pts (n,) ticks, rising; grey (n, height, width) uint8 luma, of one size throughout."""
        for tick, picture in zip(pts, grey, strict=True):
            self.add_one(int(tick), picture)

    def add_one(self, tick: int, picture: NDArray[np.uint8]) -> None:
        """One picture (height, width) uint8 luma and its tick."""
        self._see(tick, _reduced(picture))

    def finish(self) -> Motion:
        """Everything followed so far."""
        if self._pts and self._first < len(self._pts) - 1:
            self._end_span(self._before)
        rows = np.array(self._rows, np.float32).reshape(-1, 7)
        return Motion(
            pts=np.array(self._pts, np.int64),
            steps=rows[:, :4],
            agreed=rows[:, 4],
            speed=rows[:, 5],
            own=rows[:, 6],
            spans=np.array(self._spans, np.int64).reshape(-1, 3),
            starts=np.concatenate([np.zeros((0, 2), np.float32), *self._starts]),
            ends=np.concatenate([np.zeros((0, 2), np.float32), *self._ends]),
        )

    def _see(self, tick: int, picture: NDArray[np.uint8]) -> None:
        self._pts.append(tick)
        light = _light(picture)
        pyramid = _pyramid(_relit(picture, light, self._light))
        row: tuple[float, ...] = (0.0,) * 7
        if self._before is not None and len(self._now) >= FEWEST:
            row = self._follow(pyramid, picture)
        self._rows.append(row)
        late = tick - self._pts[self._first] >= self._span_ticks
        lost = len(self._now) < max(FEWEST, KEPT * self._chosen)
        if self._before is None or row[4] < LOST or lost or late or self._gone_far(picture):
            if self._before is not None and row[4] >= LOST:
                self._end_span(pyramid)
            self._light = light
            pyramid = _pyramid(picture)
            self._begin_span(pyramid, picture)
        self._before = pyramid

    def _follow(self, pyramid: Pyramid, picture: NDArray[np.uint8]) -> tuple[float, ...]:
        assert self._before is not None
        height, width = picture.shape
        guess = self._guess(width, height)
        to, found = _flow(self._before, pyramid, self._now, guess)
        inside = (to > 1).all(axis=1) & (to[:, 0] < width - 2) & (to[:, 1] < height - 2)
        good = found & inside
        self._at_first, before, self._now = self._at_first[good], self._now[good], to[good]
        if len(self._now) < FEWEST:
            self._last = (1 + 0j, 0j)
            return (0.0,) * 7
        middle = complex(width / 2, height / 2)
        one, two = _complex(before) - middle, _complex(self._now) - middle
        turn, move, agree = consensus(one, two, TOLERANCE, self._random, self._last)
        share = float(agree.mean())
        if share < LOST or float(one[agree].std()) < SPREAD * width:
            self._last = (1 + 0j, 0j)
            return (0.0,) * 7
        self._last = (turn, move)
        step = np.abs(two - one).mean() / width
        own = np.abs(two - turn * one - move).mean() / width
        angle, scale = np.angle(turn), np.log(abs(turn))
        return (
            move.real / width,
            move.imag / width,
            float(scale),
            float(angle),
            share,
            float(step),
            float(own),
        )

    def _guess(self, width: int, height: int) -> Points:
        turn, move = self._last
        middle = complex(width / 2, height / 2)
        place = turn * (_complex(self._now) - middle) + move + middle
        return np.stack([place.real, place.imag], axis=1).astype(np.float32)

    def _gone_far(self, picture: NDArray[np.uint8]) -> bool:
        way = np.abs(self._now - self._at_first).max(axis=1)
        return bool(len(way)) and float(np.median(way)) > FARTHEST * picture.shape[1]

    def _begin_span(self, pyramid: Pyramid, picture: NDArray[np.uint8]) -> None:
        self._first = len(self._pts) - 1
        self._origin = pyramid
        self._now = self._at_first = corners(picture)
        self._chosen = len(self._now)

    def _end_span(self, pyramid: Pyramid | None) -> None:
        """Keep the ways of points that lead back to where they started."""
        last = len(self._pts) - 1
        if pyramid is None or self._origin is None or last <= self._first or len(self._now) < FEWEST:
            return
        height, width = pyramid[0].shape
        back, found = _flow(pyramid, self._origin, self._now, self._at_first)
        good = found & (np.abs(back - self._at_first).max(axis=1) < DRIFT)
        if int(good.sum()) < FEWEST:
            return
        middle = np.array([width / 2, height / 2], np.float32)
        # Straight from the last picture to the first: what was lost from frame to frame is found again.
        self._starts.append((back[good] - middle) / np.float32(width))
        self._ends.append((self._now[good] - middle) / np.float32(width))
        self._kept += int(good.sum())
        self._spans.append((self._first, last, self._kept))


def corners(picture: NDArray[np.uint8]) -> Points:
    """(n, 2) x, y: the strongest corner of every cell that has one, letterbox bars left out."""
    height, width = picture.shape
    top, bottom, left, right = _inside_bars(picture)
    strength = cv2.cornerMinEigenVal(picture, 5)
    strength[: top + MARGIN] = strength[bottom - MARGIN :] = 0
    strength[:, : left + MARGIN] = strength[:, right - MARGIN :] = 0
    rows, columns = height // CELL, width // CELL
    if not rows or not columns:
        return np.zeros((0, 2), np.float32)
    cells = strength[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL).swapaxes(1, 2)
    flat = cells.reshape(rows, columns, -1)
    best = flat.argmax(axis=2)
    peak = flat.max(axis=2)
    row, column = np.nonzero(peak > max(LEAST_CORNER, OF_STRONGEST * float(np.percentile(peak, 90))))
    within = best[row, column]
    x, y = column * CELL + within % CELL, row * CELL + within // CELL
    return np.stack([x, y], axis=1).astype(np.float32)


def consensus(
    one: NDArray[np.complex128],
    two: NDArray[np.complex128],
    tolerance: float,
    random: np.random.Generator,
    guess: tuple[complex, complex] = (1 + 0j, 0j),
) -> tuple[complex, complex, NDArray[np.bool_]]:
    """The similarity two = turn · one + move most points agree on, and which do (RANSAC, then least squares).

    Points are complex numbers from the picture's middle. tolerance is in their unit.
    """
    count = len(one)
    first, second = random.integers(0, count, TRIALS), random.integers(0, count, TRIALS)
    apart = one[first] - one[second]
    usable = np.abs(apart) > 8 * tolerance
    ratio = np.where(usable, (two[first] - two[second]) / np.where(usable, apart, 1), 1)
    usable &= (np.abs(ratio) > 0.7) & (np.abs(ratio) < 1.4)
    turns = np.concatenate([np.where(usable, ratio, 1), [1, guess[0], 1]])
    moves = two[first] - turns[:TRIALS] * one[first]
    middle = complex(np.median((two - one).real), np.median((two - one).imag))
    moves = np.concatenate([moves, [0, guess[1], middle]])
    wide = tolerance + 0.02 * np.abs(two - one)
    off = np.abs(turns[:, None] * one[None] + moves[:, None] - two[None])
    score = np.maximum(0, 1 - (off / wide) ** 2).sum(axis=1)
    best = int(score.argmax())
    turn, move = complex(turns[best]), complex(moves[best])
    agree = off[best] < wide
    for _ in range(3):
        if agree.sum() < 3:
            break
        turn, move = _similarity(one[agree], two[agree])
        agree = np.abs(turn * one + move - two) < wide
    return turn, move, agree


def _similarity(one: NDArray[np.complex128], two: NDArray[np.complex128]) -> tuple[complex, complex]:
    a, b = one.mean(), two.mean()
    spread = (np.abs(one - a) ** 2).sum()
    if spread <= 0:
        return 1 + 0j, complex(b - a)
    turn = complex(((two - b) * np.conj(one - a)).sum() / spread)
    return turn, complex(b - turn * a)


def _flow(before: Pyramid, after: Pyramid, points: Points, guess: Points) -> tuple[Points, NDArray[np.bool_]]:
    to, found, _ = cv2.calcOpticalFlowPyrLK(
        before[0],
        after[0],
        points.reshape(-1, 1, 2),
        guess.reshape(-1, 1, 2).copy(),
        winSize=(15, 15),
        maxLevel=3,
        criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.01),
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        minEigThreshold=1e-4,
    )
    return np.asarray(to, np.float32).reshape(-1, 2), np.asarray(found).reshape(-1) == 1


def _pyramid(picture: NDArray[np.uint8]) -> Pyramid:
    _, layers = cv2.buildOpticalFlowPyramid(picture, (15, 15), 3, withDerivatives=False)
    return tuple(np.asarray(one, np.uint8) for one in layers)


def _light(picture: NDArray[np.uint8]) -> tuple[float, float]:
    mean, deviation = cv2.meanStdDev(picture)
    return float(mean[0, 0]), float(deviation[0, 0])


def _relit(
    picture: NDArray[np.uint8], light: tuple[float, float], wanted: tuple[float, float]
) -> NDArray[np.uint8]:
    """The picture in the light of another one, where the two differ: fades and clouds move nothing."""
    (mean, deviation), (mean_then, deviation_then) = light, wanted
    if deviation < 1 or deviation_then < 1:
        return picture
    gain = deviation_then / deviation
    lift = mean_then - gain * mean
    if not 0.4 < gain < 2.5 or (abs(gain - 1) < CHANGED and abs(mean_then - mean) < CHANGED * 128):
        return picture
    return np.asarray(np.clip(picture.astype(np.float32) * gain + lift, 0, 255), np.uint8)


def _reduced(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape
    longer = max(height, width)
    if longer > WIDTH:
        size = (max(1, round(width * WIDTH / longer)), max(1, round(height * WIDTH / longer)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), np.uint8)


def _inside_bars(picture: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """First and last row and column (half-open) that are not bars of black."""
    height, width = picture.shape
    rows, columns = np.flatnonzero(picture.max(axis=1) >= BLACK), np.flatnonzero(picture.max(axis=0) >= BLACK)
    if not len(rows) or not len(columns):
        return 0, height, 0, width
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _complex(points: Points) -> NDArray[np.complex128]:
    return points[:, 0].astype(np.float64) + 1j * points[:, 1].astype(np.float64)
