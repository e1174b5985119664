"""The light of a shot followed from picture to picture, on surfaces that both show.

Pictures are linked to those before them, near and far: dense flow (DIS, Kroeger et al. 2016) of pictures
whose local mean is taken away, so that light does not lead it, and what flow takes there and back agrees on
what a surface is. The median of their differences in a log space is the change of light; what comes into
view has no surface before, and what moves carries its own along. Links are joined by robust least squares,
far ones against the drift of near ones.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import spsolve

_cv: Any = cv2  # its type stubs lack the factories of flow

SPANS = (1, 4, 16, 64, 256)  # pictures between linked ones
LOCAL = 6.0  # pixels, deviation of the local mean that is taken away
GAIN = 900.0  # of what is left, to 8 bits
BACK = 0.6  # pixels that there and back may miss by
SOFT = 1.2  # pixels of blur before colours are compared
STEP = 3  # pixels between compared places
FEWEST = 80  # places that make a link
SPREAD = 0.006  # of a log space: how far surfaces of one light lie apart, by noise and by their own turning
AGREED = 0.35  # share of the places that have to agree
FLAT = 0.3  # stops that nothing is known of a picture's light but its neighbours' by
TINY = 24  # pixels of the shorter side under which there is no flow
FLOOR = 0.0004  # of a log space: what a link may always be off by

Values = NDArray[np.float64]


class Lit(NamedTuple):
    """A picture: values (h, w, 3) of a log space, where they can be used (neither clipped nor in the toe)."""

    values: NDArray[np.float32]
    usable: NDArray[np.bool_]


class _Kept(NamedTuple):
    number: int
    even: NDArray[np.uint8]
    soft: NDArray[np.float32]
    usable: NDArray[np.uint8]


class _Link(NamedTuple):
    number: int
    other: int
    change: Values
    doubt: float


class LightFollower:
    """Takes the pictures of one shot in order; then tells their light."""

    def __init__(self) -> None:
        self._count = 0
        self._held: dict[int, _Kept] = {}  # by span, the last of its multiples
        self._links: list[_Link] = []
        self._flow = _cv.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)

    def add(self, picture: Lit | None) -> None:
        """The next picture; None for one that is lost."""
        number = self._count
        self._count += 1
        if picture is None or min(picture.values.shape[:2]) < TINY:
            return
        made = _kept(number, picture)
        for other in {one.number: one for one in self._held.values()}.values():
            span = number - other.number
            if span in SPANS or other.number == max(one.number for one in self._held.values()):
                link = self._linked(made, other)
                if link is not None:
                    self._links.append(link)
        for span in SPANS:
            if number % span == 0 or span not in self._held:
                self._held[span] = made

    def light(self) -> tuple[Values, int]:
        """(n, 3) each picture's light in the log space, from that of the first; and how many pictures no
        surface links to those before them."""
        linked = {one.number for one in self._links}
        unfollowed = sum(number not in linked for number in range(1, self._count))
        if not self._links:
            return np.zeros((self._count, 3)), unfollowed
        return _joined(self._links, self._count), unfollowed

    def _linked(self, one: _Kept, other: _Kept) -> _Link | None:
        there = self._flow.calc(one.even, other.even, None)
        back = self._flow.calc(other.even, one.even, None)
        high, wide = one.even.shape
        y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
        to_x, to_y = x + there[..., 0], y + there[..., 1]
        returned = cv2.remap(back, to_x, to_y, cv2.INTER_LINEAR) + there
        good = np.hypot(returned[..., 0], returned[..., 1]) < BACK
        good &= (to_x > 2) & (to_y > 2) & (to_x < wide - 3) & (to_y < high - 3)
        good &= (one.usable > 0) & (cv2.remap(other.usable, to_x, to_y, cv2.INTER_NEAREST) > 0)
        grid = np.zeros_like(good)
        grid[STEP // 2 :: STEP, STEP // 2 :: STEP] = True
        good &= grid
        if good.sum() < FEWEST:
            return None
        moved = cv2.remap(other.soft, to_x, to_y, cv2.INTER_LINEAR)
        apart = (one.soft[good] - moved[good]).astype(np.float64)
        return _agreed(apart, one.number, other.number)


def _kept(number: int, picture: Lit) -> _Kept:
    values = np.where(picture.usable[..., None], np.nan_to_num(picture.values), np.float32(0))
    filled = np.where(picture.usable, np.nan_to_num(picture.values).mean(axis=-1), np.float32(0))
    weight = picture.usable.astype(np.float32)
    near = cv2.GaussianBlur(weight, (0, 0), LOCAL)
    local = cv2.GaussianBlur(filled, (0, 0), LOCAL) / np.maximum(near, 1e-3)
    even = np.where(picture.usable, (filled - local) * GAIN + 128, 128)
    side = int(4 * SOFT) | 1
    usable = cv2.erode(picture.usable.astype(np.uint8), np.ones((side, side), np.uint8))
    return _Kept(
        number,
        np.clip(even, 0, 255).astype(np.uint8),
        np.asarray(cv2.GaussianBlur(values.astype(np.float32), (0, 0), SOFT), np.float32),
        np.asarray(usable, np.uint8),
    )


def _agreed(apart: Values, number: int, other: int) -> _Link | None:
    """The change that most places, (n, 3), agree on."""
    middle = np.median(apart, axis=0)
    weight = np.ones(len(apart))
    for _ in range(6):
        off = np.linalg.norm(apart - middle, axis=1)
        weight = 1 / (1 + (off / SPREAD) ** 2)
        middle = weight @ apart / weight.sum()
    if weight.mean() < AGREED / 2 or (off < 3 * SPREAD).mean() < AGREED:
        return None
    # neighbours repeat one another: one place in twenty speaks for itself
    spread = float(np.sqrt(np.average(off**2, weights=weight)))
    return _Link(number, other, middle, FLOOR + spread / np.sqrt(max(1.0, weight.sum() / 20)))


def _joined(links: list[_Link], count: int) -> Values:
    """Light (n, 3) by least squares over links, those that fit ill counting less; the first is 0."""
    rows = np.arange(len(links))
    one, two = np.array([link.number for link in links]), np.array([link.other for link in links])
    change = np.stack([link.change for link in links])
    doubt = np.array([link.doubt for link in links])
    trust = 1 / doubt**2
    signs = np.concatenate([np.ones(len(links)), -np.ones(len(links))])
    shape = (len(links), count)
    joins = sparse.csr_matrix((signs, (np.tile(rows, 2), np.concatenate([one, two]))), shape=shape)
    pairs = np.arange(count - 1)
    ends = (np.tile(pairs, 2), np.concatenate([pairs + 1, pairs]))
    signs = np.concatenate([np.ones(count - 1), -np.ones(count - 1)])
    steps = sparse.csr_matrix((signs, ends), shape=(count - 1, count))
    loose = steps.T @ steps / FLAT**2 + sparse.csr_matrix(([1e6], ([0], [0])), shape=(count, count))
    light = np.zeros((count, 3))
    for _ in range(5):
        weighed = joins.T @ sparse.diags(trust)
        light = np.asarray(spsolve((weighed @ joins + loose).tocsc(), weighed @ change)).reshape(count, 3)
        off = np.linalg.norm(joins @ light - change, axis=1) / doubt
        trust = 1 / doubt**2 / (1 + (off / 3) ** 2)
    return np.asarray(light - light[0], np.float64)
