"""Stuck pixels: photosites that are bright (hot) or dark (dead) whatever is in front of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST = 20  # codes that one stands out of its neighbours
NEARLY_ALL = 0.92  # of the pictures looked at
FEWEST = 10  # pictures, to say anything
MOST = 48  # pictures, after which it is said
LIVELY = 1.0  # codes that the neighbourhood changes by between two pictures: the scene moves over the pixel
ALONE = 5.0  # times as far out, in the mean, as whatever else lies around it
RING = 5  # pixels
OTHER = 12.0  # codes between two neighbourhoods that are not the same scene
LARGEST = 6  # pixels together: more is a thing in the picture
CROWD = 400  # pixels standing out at once: a texture and no defects

Kind = Literal["hot", "dead"]


class Stuck(NamedTuple):
    """A pixel found in pictures [first, end). level: codes out of its neighbours; around: their mean; sure:
    the scene moved over it."""

    x: int
    y: int
    kind: Kind
    first: int
    end: int
    level: float
    around: float
    sure: bool


class StuckPixels:
    """Takes some of the pictures, (h, w) uint8 luma at full size, with their numbers. Call `part` at cuts.

    Memory: six arrays of the picture's size.
    """

    def __init__(self) -> None:
        self.found: list[Stuck] = []
        self._count = self._first = self._end = 0
        self._hits: list[NDArray[np.uint8]] = []
        empty: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._sum, self._moved, self._level = empty, empty, empty
        self._last: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)

    def add(self, number: int, grey: NDArray[np.uint8]) -> None:
        if min(grey.shape) < 8:
            return
        if self._count and self._sum.shape != grey.shape:
            self.part()
        if not self._count:
            self._first = number
            self._hits = [np.zeros(grey.shape, np.uint8) for _ in range(2)]
            self._sum, self._moved, self._level = np.zeros((3, *grey.shape), np.float32)
        around = np.asarray(cv2.medianBlur(grey, 5), np.uint8)
        for hits, out in zip(
            self._hits, (cv2.subtract(grey, around), cv2.subtract(around, grey)), strict=True
        ):
            hits += out > LEAST
        self._count, self._end = self._count + 1, number + 1
        cv2.accumulate(around, self._sum)
        if self._count > 1:
            cv2.accumulate(cv2.absdiff(around, self._last), self._moved)
        self._last = around
        cv2.accumulate(cv2.absdiff(grey, around), self._level)
        if self._count >= MOST:
            self.part()

    def part(self) -> None:
        """What was looked at so far is of one view of the camera, the next is not."""
        count, self._count = self._count, 0
        if count < FEWEST:
            return
        kinds: tuple[Kind, Kind] = ("hot", "dead")
        for kind, hits in zip(kinds, self._hits, strict=True):
            there = (hits >= NEARLY_ALL * count).astype(np.uint8)
            if not 0 < int(there.sum()) <= CROWD:
                continue
            groups, _, sizes, middles = cv2.connectedComponentsWithStats(there, connectivity=8)
            for group in range(1, groups):
                x, y = (round(float(one)) for one in middles[group])
                high, wide = there.shape
                if sizes[group, cv2.CC_STAT_AREA] > LARGEST or not (1 < x < wide - 2 and 1 < y < high - 2):
                    continue
                mean = float(self._sum[y, x]) / count
                moves = float(self._moved[y, x]) / (count - 1)
                level = float(self._level[y, x]) / count
                if level > ALONE * self._beside(x, y) / count:
                    self.found.append(Stuck(x, y, kind, self._first, self._end, level, mean, moves > LIVELY))

    def _beside(self, x: int, y: int) -> float:
        """What stands out most around a pixel, itself and its neighbours left out."""
        top, left = max(0, y - RING), max(0, x - RING)
        ring = self._level[top : y + RING + 1, left : x + RING + 1].copy()
        ring[max(0, y - top - 1) : y - top + 2, max(0, x - left - 1) : x - left + 2] = 0
        return float(ring.max())


def confirmed(found: Sequence[Stuck], shots: Sequence[tuple[int, int]]) -> list[Stuck]:
    """Those over which the scene moved, or that stand at one place in front of different shots.

    One for each place; first and end: from where to where it was seen.
    """
    starts = [start for start, _ in shots]
    places: dict[tuple[int, int, Kind], list[Stuck]] = {}
    for one in found:
        near = next(
            (
                key
                for key in places
                if key[2] == one.kind and abs(key[0] - one.x) <= 1 and abs(key[1] - one.y) <= 1
            ),
            (one.x, one.y, one.kind),
        )
        places.setdefault(near, []).append(one)
    told = []
    for (x, y, kind), each in places.items():
        seen_in = {int(np.searchsorted(starts, one.first, side="right")) for one in each}
        differ = max(one.around for one in each) - min(one.around for one in each) > OTHER
        if any(one.sure for one in each) or (len(seen_in) > 1 and differ):
            first, end = min(one.first for one in each), max(one.end for one in each)
            level = float(np.mean([one.level for one in each]))
            told.append(Stuck(x, y, kind, first, end, level, each[0].around, True))
    return told
