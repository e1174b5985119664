"""Weave: each picture a little off its place in the gate. The camera's own way, pans and all, stays."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.restoring.motion import Floats, measured
from answerprint.departments.picture.restoring.paths import (
    WANDERS,
    Doubles,
    Link,
    path_of,
    roughness,
    smooth,
    turns,
)

ACROSS = 640  # pixels that pictures are compared at
GAPS = (1, 3)
PERIOD = 18.0  # pictures; slower swings are the camera's own
LEAST, MOST = 0.08, 0.006  # pixels, and share of the width, that a picture is off by
STEPS = 12


class WeaveSurvey:
    """Told every picture of a shot in order, grey; ends with how far each is off its place."""

    def __init__(self) -> None:
        self._small: list[Floats] = []
        self._links: list[tuple[int, int, NDArray[np.float64], float]] = []
        self._count = 0
        self._scale = 1.0
        self._wide = 0
        self._measure = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)

    def add(self, grey: Floats) -> None:
        high, wide = grey.shape
        self._wide = wide
        self._scale = max(1.0, wide / ACROSS)
        size = max(32, round(wide / self._scale)), max(32, round(high / self._scale))
        small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), np.float32)
        for gap in GAPS:
            if gap <= len(self._small):
                self._link(self._count - gap, self._small[-gap], small)
        self._small = [*self._small[-GAPS[-1] + 1 :], small]
        self._count += 1

    def shifts(self) -> Doubles:
        """(count, 2) pixels right and down that each picture is off its place; none where it is no weave."""
        none = np.zeros((self._count, 2))
        joined = {end for start, end, _, _ in self._links if end - start == 1}
        if self._count < 8 or len(joined) < 0.9 * (self._count - 1):
            return none
        found = none.copy()
        for axis in range(2):
            links = [Link(a, b, float(move[axis]), weight) for a, b, move, weight in self._links]
            path = path_of(self._count, links, GAPS[-1]) * self._scale
            noise = roughness(path)
            way = smooth(path, PERIOD)
            if np.ptp(way) < 3 * noise:
                way = np.full(self._count, np.median(path))  # the camera stands
            off = path - way
            if LEAST < noise < MOST * self._wide and turns(off) > WANDERS:
                found[:, axis] = np.clip(off, -4 * MOST * self._wide, 4 * MOST * self._wide)
        return found

    def _link(self, start: int, before: Floats, now: Floats) -> None:
        coded = [np.asarray(np.clip(one * 255, 0, 255), np.uint8) for one in (before, now)]
        flow = measured(self._measure, coded[0], coded[1])
        steep_x, steep_y = cv2.Sobel(now, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(now, cv2.CV_32F, 0, 1) / 8
        textured = steep_x**2 + steep_y**2 > 1e-4
        if textured.mean() < 0.01:
            return
        move = np.median(flow[textured], axis=0).astype(np.float64)
        share = 0.0
        high, wide = now.shape
        inner = np.s_[high // 16 : high - high // 16, wide // 16 : wide - wide // 16]
        for _ in range(STEPS):  # Gauss and Newton on what follows the picture as a whole
            matrix = np.array([[1, 0, -move[0]], [0, 1, -move[1]]])
            led = cv2.warpAffine(
                before,
                matrix,
                (wide, high),
                flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
            rest = (now - led)[inner]
            gain = float(np.median(rest))
            rest = rest - gain
            scale = 2 * max(float(np.median(np.abs(rest))), 0.002)
            weight = (1 / (1 + (rest / scale) ** 2)) ** 2
            one, other = steep_x[inner], steep_y[inner]
            table = np.array(
                [
                    [(weight * one * one).sum(), (weight * one * other).sum()],
                    [(weight * one * other).sum(), (weight * other * other).sum()],
                ],
                np.float64,
            )
            right = -np.array([(weight * one * rest).sum(), (weight * other * rest).sum()], np.float64)
            step = np.linalg.solve(table + 1e-6 * np.eye(2) * (1 + np.trace(table)), right)
            move = move + np.clip(step, -1, 1)
            share = float(weight.mean())
            if np.abs(step).max() < 0.005:
                break
        self._links.append((start, self._count, move, share))


def put_back(picture: Floats, off: Doubles, *, nearest: bool = False) -> Floats:
    """The picture moved back to its place by that many pixels, resampled once; its edges are repeated."""
    if not np.any(off):
        return picture
    high, wide = picture.shape[:2]
    matrix = np.array([[1, 0, float(off[0])], [0, 1, float(off[1])]])
    how = cv2.INTER_LINEAR if nearest else cv2.INTER_LANCZOS4
    made = cv2.warpAffine(
        picture, matrix, (wide, high), flags=how | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(made, np.float32)
