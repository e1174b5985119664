"""How pictures look, by half second: exposure, contrast, colour cast, sharpness, movement and shake."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from answerprint.media.fanout import PictureForm

FORM = PictureForm("rgb", 128, 72)  # any size will do; in a smaller one soft focus hides

WINDOW = Fraction(1, 2)  # seconds
BLACKEST, WHITEST = 3, 252  # codes at and beyond which a pixel holds no more detail
COARSE = 64  # pixels across that are enough for colour and movement
BLUR = 9  # taps of the comparison blur, as published

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # ITU-R BT.709


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """The pictures that appear in [start_pts, end_pts).

    luma, contrast: mean and deviation of coded luma, 0 … 1. clipped, crushed: parts of the picture with a
    channel at its top, or all channels at their bottom. green_magenta, blue_yellow: mean CIE a*, b*
    (negative is green, blue). saturation: mean CIE chroma. sharpness: 0 … 1, one less the blur of Crete et
    al. 2007, "The blur effect". motion: mean change of luma from picture to picture, 0 … 1. shake: mean
    change of the whole picture's drift from one picture to the next, in parts of its width.
    """

    start_pts: int
    end_pts: int
    values: Mapping[str, float]


class LooksMeter:
    """Feed with `add`, in presentation order, in blocks of any size; `finish` gives the windows."""

    def __init__(self, time_base: Fraction) -> None:
        self._ticks = WINDOW / time_base
        self._pts: list[int] = []
        self._rows: list[NDArray[np.float64]] = []
        self._last: NDArray[np.float32] | None = None  # luma of the picture before
        self._drift: tuple[float, float] | None = None
        self._hann: NDArray[np.float32] | None = None

    def add(self, pts: NDArray[np.int64], pixels: NDArray[np.uint8]) -> None:
        """pts (n,) ticks, rising; pixels (n, height, width, 3) uint8 RGB, of one size throughout."""
        if not len(pts):
            return
        luma = pixels.astype(np.float32) @ _LUMA
        step = max(1, pixels.shape[2] // COARSE)
        sampled = pixels[:, step // 2 :: step, step // 2 :: step]
        still = np.stack([*_exposure(pixels, luma), *_colour(sampled), _sharpness(luma)], axis=1)
        moving = np.array([self._movement(one) for one in _shrunk(luma, step)])
        self._rows.extend(np.concatenate([still, moving], axis=1))
        self._pts.extend(int(tick) for tick in pts)

    def finish(self, end_pts: int) -> list[Look]:
        """The windows in order, touching; `end_pts` is where the last picture stops being shown."""
        if not self._pts:
            return []
        first = self._pts[0]
        number = np.array([int((tick - first) // self._ticks) for tick in self._pts])
        edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(number)]
        times = [*self._pts, end_pts]
        table = np.stack(self._rows)
        looks = []
        for start, end in pairwise(edges):
            mean = table[start:end].mean(axis=0)
            values = {name: round(float(value), 5) for name, value in zip(MEASURES, mean, strict=True)}
            looks.append(Look(start_pts=times[start], end_pts=times[end], values=values))
        return looks

    def _movement(self, luma: NDArray[np.float32]) -> tuple[float, float]:
        """Change from the picture before, and change of the drift."""
        before, self._last = self._last, luma
        if before is None or self._hann is None:
            self._hann = np.outer(np.hanning(luma.shape[0]), np.hanning(luma.shape[1])).astype(np.float32)
            return 0.0, 0.0
        motion = float(np.abs(luma - before).mean()) / 255.0
        # Windowed here: given a window, OpenCV 5 multiplies the caller's own arrays by it.
        (across, down), response = cv2.phaseCorrelate(before * self._hann, luma * self._hann)
        drift = (across, down) if response > 0.1 else (0.0, 0.0)
        shake = 0.0
        if self._drift is not None:
            shake = float(np.hypot(drift[0] - self._drift[0], drift[1] - self._drift[1])) / luma.shape[1]
        self._drift = drift
        return motion, shake


MEASURES = (
    "luma",
    "contrast",
    "clipped",
    "crushed",
    "green_magenta",
    "blue_yellow",
    "saturation",
    "sharpness",
    "motion",
    "shake",
)


def _exposure(pixels: NDArray[np.uint8], luma: NDArray[np.float32]) -> tuple[NDArray[np.float64], ...]:
    flat = luma.reshape(len(luma), -1)
    top = np.maximum(np.maximum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])
    clipped, crushed = (top >= WHITEST).mean(axis=(1, 2)), (top <= BLACKEST).mean(axis=(1, 2))
    mean, deviation = flat.mean(axis=1, dtype=np.float64), flat.std(axis=1, dtype=np.float64)
    return mean / 255.0, deviation / 255.0, clipped, crushed


def _shrunk(luma: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """Every step × step pixels averaged; rows and columns left over are dropped."""
    count, height, width = luma.shape
    rows, columns = height // step, width // step
    cells = luma[:, : rows * step, : columns * step].reshape(count, rows, step, columns, step)
    return np.ascontiguousarray(cells.mean(axis=(2, 4), dtype=np.float32))


def _colour(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float64], ...]:
    count, height, width, _ = pixels.shape
    rgb = pixels.reshape(count * height, width, 3).astype(np.float32) / np.float32(255)
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).reshape(count, -1, 3).astype(np.float64)
    a, b = lab[..., 1], lab[..., 2]
    return a.mean(axis=1), b.mean(axis=1), np.hypot(a, b).mean(axis=1)


def _sharpness(luma: NDArray[np.float32]) -> NDArray[np.float64]:
    """One less the larger of the blurs across and down (n,)."""
    blurs = []
    for axis in (1, 2):
        blurred = uniform_filter1d(luma, BLUR, axis=axis, mode="nearest")
        steps = np.abs(np.diff(luma, axis=axis))
        lost = np.maximum(0.0, steps - np.abs(np.diff(blurred, axis=axis)))
        whole = steps.sum(axis=(1, 2), dtype=np.float64)
        blurs.append(
            np.where(whole > 0, 1.0 - lost.sum(axis=(1, 2), dtype=np.float64) / np.maximum(whole, 1e-9), 1.0)
        )
    return np.asarray(1.0 - np.maximum(*blurs), np.float64)
