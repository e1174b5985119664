"""Flicker: light that changes from picture to picture as no light does, over all of the picture and in parts.

Each picture is compared, along the motion, with some before it: a gain and a contrast in log R'G'B' (after
Pitié, Dahyot, Kelly and Kokaram, A new robust technique for stabilizing brightness fluctuations, 2004), and
what is left by cells. What is meant (level light, fades, lamps switched) is told from what is not over the
whole shot (Delon, Movie and video scale-time equalization, 2006), by as few stretches as explain it.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.restoring.motion import Floats, led, measured
from answerprint.departments.picture.restoring.paths import (
    WANDERS,
    Doubles,
    Link,
    meant,
    noise_of,
    path_of,
    turns,
)

ACROSS = 160  # pixels that pictures are compared at
GAPS = (1, 2, 4, 8)  # pictures between which they are
CELLS = (4, 6)  # rows and columns of light in parts
PIVOT = 0.4  # R'G'B' at which contrast changes nothing
DARK, BRIGHT = 0.04, 0.97  # R'G'B' between which a pixel can tell
FEW = 0.15  # share of pixels that tell, at least
LEAST = 0.004  # log R'G'B' of flicker that is worth it
MOST = 0.35  # log R'G'B'; more in one picture is a flash, and stays


class Levels(NamedTuple):
    """Of each picture what its light is off by. gain, contrast: log R'G'B' = true + gain + contrast ·
    (true − log PIVOT), (count,); cells: log gain besides, (count, *CELLS)."""

    gain: Doubles
    contrast: Doubles
    cells: Doubles


class LevelSurvey:
    """Told every picture of a shot in order, small and grey; ends with what each is off by."""

    def __init__(self) -> None:
        self._small: list[tuple[Floats, NDArray[np.uint8]]] = []
        self._links: list[tuple[int, int, float, float, Doubles, float]] = []
        self._count = 0
        self._measure = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def add(self, grey: Floats) -> None:
        high, wide = grey.shape
        size = ACROSS, max(32, round(ACROSS * high / wide))
        small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
        ready = small, evened(small)
        for gap in GAPS:
            if gap <= len(self._small):
                self._link(self._count - gap, self._small[-gap], ready)
        self._small = [*self._small[-GAPS[-1] + 1 :], ready]
        self._count += 1

    def levels(self) -> Levels:
        count = self._count
        none = Levels(np.zeros(count), np.zeros(count), np.zeros((count, *CELLS)))
        if count < 8:
            return none
        gain = _flicker(count, [Link(a, b, gain, weight) for a, b, gain, _, _, weight in self._links])
        if gain is None:
            gain = np.zeros(count)
        contrast = _flicker(count, [Link(a, b, one, weight) for a, b, _, one, _, weight in self._links])
        cells = np.zeros((count, *CELLS))
        for row in range(CELLS[0]):
            for column in range(CELLS[1]):
                links = [
                    Link(a, b, float(parts[row, column]), weight)
                    for a, b, _, _, parts, weight in self._links
                    if np.isfinite(parts[row, column])
                ]
                found = _flicker(count, links)
                if found is not None:
                    cells[:, row, column] = found
        return Levels(gain, contrast if contrast is not None else np.zeros(count), cells)

    def _link(
        self, start: int, before: tuple[Floats, NDArray[np.uint8]], now: tuple[Floats, NDArray[np.uint8]]
    ) -> None:
        flow = measured(self._measure, now[1], before[1])
        was, this = led(before[0], flow), now[0]
        tells = (was > DARK) & (this > DARK) & (was < BRIGHT) & (this < BRIGHT)
        # pixels that the flow leads astray differ when both are evened; most that it leads well do not
        unlike = np.abs(led(before[1].astype(np.float32), flow) - now[1].astype(np.float32))
        tells &= unlike <= max(8.0, float(np.median(unlike)) * 2.5)
        if tells.mean() < FEW:
            return
        from_log, to_log = np.log(was[tells]), np.log(this[tells])
        gain, contrast = _line(from_log - np.log(PIVOT), to_log - from_log)
        rest = np.full(this.shape, np.nan)
        rest[tells] = to_log - from_log - gain - contrast * (from_log - np.log(PIVOT))
        parts = np.full(CELLS, np.nan)
        rows = np.linspace(0, this.shape[0], CELLS[0] + 1).astype(int)
        columns = np.linspace(0, this.shape[1], CELLS[1] + 1).astype(int)
        for row in range(CELLS[0]):
            for column in range(CELLS[1]):
                cell = rest[rows[row] : rows[row + 1], columns[column] : columns[column + 1]]
                cell = cell[np.isfinite(cell)]
                if len(cell) > 30:
                    parts[row, column] = np.median(cell)
        gap = self._count - start
        self._links.append((start, self._count, gain, contrast, parts, float(tells.mean()) / gap**0.5))


def evened_out(picture: Floats, gain: float, contrast: float, cells: Doubles) -> Floats:
    """The picture with that undone; (h, w, 3 or 4), R'G'B'. Black stays black."""
    if not gain and not contrast and not cells.any():
        return picture
    made = picture.copy()
    colour = np.ascontiguousarray(made[..., :3])
    if contrast:
        power = 1 / (1 + contrast)
        scale = np.exp(-gain * power) * PIVOT ** (1 - power)
        colour = np.sign(colour) * np.power(np.abs(colour), np.float32(power)) * np.float32(scale)
    else:
        colour = colour * np.float32(np.exp(-gain))
    if cells.any():
        high, wide = picture.shape[:2]
        colour = colour * _field(cells, (wide, high))[..., None]
    made[..., :3] = colour
    return made


def _field(cells: Doubles, size: tuple[int, int]) -> Floats:
    """The cells' gains undone, at every pixel: straight between their middles."""
    across = (np.arange(size[0], dtype=np.float32) + 0.5) * cells.shape[1] / size[0] - 0.5
    down = (np.arange(size[1], dtype=np.float32) + 0.5) * cells.shape[0] / size[1] - 0.5
    table = np.exp(-cells).astype(np.float32)
    return np.asarray(
        cv2.remap(
            table,
            np.repeat(across[None], size[1], axis=0),
            np.repeat(down[:, None], size[0], axis=1),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )


def _flicker(count: int, links: list[Link]) -> Doubles | None:
    """What of a path is flicker; None where it is none that matters or none that flickers."""
    joined = {one.end for one in links if one.end - one.start == 1}
    if len(joined) < 0.7 * (count - 1):
        return None
    path = path_of(count, links, GAPS[-1])
    noise = noise_of(path)
    if noise < LEAST / 2:
        return None
    found = path - meant(path, noise)
    if found.std() < LEAST or turns(found) < WANDERS:
        return None
    found[np.abs(found) > MOST] = 0
    for number in set(range(1, count)) - joined:
        found[number] = 0
    return found


def _line(x: NDArray[np.float32], y: NDArray[np.float32]) -> tuple[float, float]:
    """y = gain + contrast · x, by medians that outliers do not move, with contrast held near none."""
    gain, contrast = float(np.median(y)), 0.0
    spread = float(x.var()) + 1e-6
    for _ in range(6):
        rest = y - gain - contrast * x
        scale = 1.5 * max(float(np.median(np.abs(rest))), 1e-4)
        weight = 1 / (1 + (rest / scale) ** 2)
        total = weight.sum()
        mean_x, mean_y = float((weight * x).sum() / total), float((weight * y).sum() / total)
        moved = x - mean_x
        steep = (weight * moved * (y - mean_y)).sum()
        contrast = float(steep / ((weight * moved**2).sum() + 0.02 * total * spread + 1e-6))
        gain = mean_y - contrast * mean_x
    return gain, contrast


def evened(small: Floats) -> NDArray[np.uint8]:
    """8 bits whose local mean and contrast are alike in all pictures, so that flow sees no flicker."""
    mean = cv2.GaussianBlur(small, (0, 0), 8)
    spread = np.sqrt(cv2.GaussianBlur((small - mean) ** 2, (0, 0), 8)) + 0.02
    return np.asarray(np.clip(128 + 50 * (small - mean) / spread, 0, 255), np.uint8)
