"""Shots by TransNetV2: its windows over a stream, its probabilities made into typed boundaries."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.shots.boundaries import Boundary, ShotList, shots_between
from answerprint.departments.footage.shots.transnet import HEIGHT, SIDE, STEP, WIDTH, WINDOW, TransNet
from answerprint.media.forms import PictureForm

FORM = PictureForm("rgb", WIDTH, HEIGHT)

SURE = 0.5  # the authors' threshold
SHORT = 2  # pictures: what spans no more is a cut
SOLID = 6.0  # deviation of a picture of one colour: a transition through one is two fades

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)

Slow = Literal["dissolve", "fade_in", "fade_out"]


class TransNetDetector:
    """Feed with `add`, in presentation order, in blocks of any size; `finish` gives the list.

    TransNetV2 says where, not what: a transition that spans pictures of one colour is named as fades, any
    other of more than two pictures as a dissolve.
    """

    def __init__(self, time_base: Fraction, network: TransNet) -> None:
        self._network = network
        self._pts: list[int] = []
        self._spread: list[float] = []
        self._waiting: list[NDArray[np.uint8]] = []  # pictures that a window to come begins with
        self._ends: list[NDArray[np.float32]] = []  # that a shot ends with the picture
        self._within: list[NDArray[np.float32]] = []  # that the picture belongs to a transition

    def add(self, pts: NDArray[np.int64], pixels: NDArray[np.uint8]) -> None:
        """pts (n,) ticks, increasing; pixels (n, 27, 48, 3) uint8 R'G'B'."""
        if pixels.shape[1:] != (HEIGHT, WIDTH, 3) or len(pts) != len(pixels):
            raise ValueError(f"pictures of {HEIGHT}×{WIDTH}×3 with one timestamp each, not {pixels.shape}")
        if not self._pts and len(pixels):
            self._waiting = [pixels[0]] * SIDE
        self._pts.extend(int(tick) for tick in pts)
        self._spread.extend((pixels.astype(np.float32) @ _LUMA).std(axis=(1, 2)).tolist())
        self._waiting.extend(pixels)
        self._look()

    def finish(self, end_pts: int) -> ShotList:
        """The boundaries and shots; `end_pts` is where the last frame stops being shown."""
        count = len(self._pts)
        if not count:
            return ShotList(boundaries=(), shots=())
        last = self._waiting[-1]
        while sum(len(one) for one in self._ends) < count:
            self._waiting.extend([last] * (WINDOW - len(self._waiting)))
            self._look()
        found = self._boundaries(
            np.concatenate(self._ends)[:count], np.concatenate(self._within)[:count], [*self._pts, end_pts]
        )
        return ShotList(boundaries=tuple(found), shots=shots_between(found, self._pts, end_pts))

    def _look(self) -> None:
        while len(self._waiting) >= WINDOW:
            ends, within = self._network.window(np.stack(self._waiting[:WINDOW]))
            self._ends.append(ends[SIDE : SIDE + STEP])
            self._within.append(within[SIDE : SIDE + STEP])
            del self._waiting[:STEP]

    def _boundaries(
        self, ends: NDArray[np.float32], within: NDArray[np.float32], pts: list[int]
    ) -> list[Boundary]:
        found: list[Boundary] = []
        edges = np.flatnonzero(np.diff(np.concatenate([[False], ends > SURE, [False]]).astype(np.int8)))
        taken = 0
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            start, end = first, last
            while start > taken and within[start - 1] > SURE:
                start -= 1
            while end < len(ends) and within[end] > SURE:
                end += 1
            if start < taken or end <= taken:
                continue
            taken = end
            sure = float(ends[first:last].max())
            if end - start <= SHORT:
                at = first + int(ends[first:last].argmax()) + 1
                if at < len(ends):
                    found.append(_boundary("cut", pts[at], pts[at], sure))
                continue
            solid = np.flatnonzero(np.array(self._spread[start:end]) < SOLID)
            if not len(solid):
                found.append(_boundary("dissolve", pts[start], pts[end], sure))
                continue
            black, light = start + int(solid[0]), start + int(solid[-1]) + 1
            if black > start:
                found.append(_boundary("fade_out", pts[start], pts[black], sure))
            if light < end:
                found.append(_boundary("fade_in", pts[light], pts[end], sure))
        return found


def _boundary(kind: Slow | Literal["cut"], start: int, end: int, sure: float) -> Boundary:
    return Boundary(
        type=kind, start_pts=start, end_pts=end, confidence=round(sure, 3), evidence={"probability": sure}
    )
