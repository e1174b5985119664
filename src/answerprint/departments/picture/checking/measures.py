"""What is measured of every picture of a programme, kept as columns: a few dozen numbers a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.checking.blocks import blocking
from answerprint.departments.picture.checking.sharpness import sharpness
from answerprint.departments.picture.checking.staircases import staircases

Grey = NDArray[np.uint8]
Column = NDArray[np.float32]

LIMITED, FULL = (16, 235), (0, 255)  # codes of black and white, ITU-R BT.709-6 and H.273
WIDEST = 960  # pixels across of the picture that focus and change are measured in
TILES = (16, 9)
BAR_CODES = 8  # over black that a bar may have: noise of a codec
SPIKE = 4  # codes that black or white is spread over by a codec
COLUMNS = (
    *("mean", "p1", "p50", "p99", "p999", "dark"),
    *("black_share", "black_spike", "white_share", "white_spike"),
    *("below", "above", "bar_top", "bar_bottom", "bar_left", "bar_right"),
    *("sharp", "blocking", "banding", "change"),
)


class Levels(NamedTuple):
    """Codes of black and white in 8 bits."""

    black: int
    white: int

    def share(self, code: float) -> float:
        """Of the way from black to white."""
        return (code - self.black) / (self.white - self.black)


class PictureMeter:
    """Measures luma pictures (h, w) uint8 as coded, one after another.

    levels: black and white. banding_every, blocking_every: pictures between two searches for them.
    """

    def __init__(self, levels: Levels, banding_every: int = 12, blocking_every: int = 1) -> None:
        self.levels = levels
        self.counts = np.zeros(256, np.int64)  # codes of all pictures
        self._every = max(1, banding_every), max(1, blocking_every)
        self._rows: list[tuple[float, ...]] = []
        self.last_change = np.nan
        self._last: Grey | None = None

    def add(self, grey: Grey) -> Grey:
        """Takes the next picture; gives back the smaller one that focus and change were measured in."""
        small = reduced(grey, WIDEST)
        bars = bars_of(grey, self.levels)
        top, bottom, left, right = (round(one) if np.isfinite(one) else 0 for one in bars)
        high, wide = grey.shape
        inside = grey[top : high - bottom, left : wide - right]
        counts = (
            cv2.calcHist([np.ascontiguousarray(inside)], [0], None, [256], [0, 256])
            .reshape(-1)
            .astype(np.float32)
        )
        self.counts += counts.astype(np.int64)
        number = len(self._rows)
        banding = staircases(small) if number % self._every[0] == 0 else np.nan
        blocked = blocking(grey) if number % self._every[1] == 0 else np.nan
        self.last_change = change(self._last, small)
        row = (
            *light(counts, self.levels),
            *bars,
            sharpness(small),
            blocked,
            banding,
            self.last_change,
        )
        self._rows.append(row)
        self._last = small
        return small

    def columns(self) -> Mapping[str, Column]:
        """COLUMNS, each (pictures,) float32; NaN where a picture could not be measured."""
        table = np.array(self._rows, np.float32).reshape(-1, len(COLUMNS))
        return {name: np.ascontiguousarray(table[:, number]) for number, name in enumerate(COLUMNS)}


def light(counts: NDArray[np.float32], levels: Levels) -> tuple[float, ...]:
    """`mean` to `above` of COLUMNS from counts of a picture's codes (256,). Levels: of black to white."""
    total = max(float(counts.sum()), 1.0)
    share = counts / total
    sums = np.cumsum(share)
    percentiles = [levels.share(int(np.searchsorted(sums, at))) for at in (0.01, 0.5, 0.99, 0.999)]
    black, white = levels
    return (
        levels.share(float((share * np.arange(256)).sum())),
        *percentiles,
        float(share[: black + round(0.02 * (white - black)) + 1].sum()),
        *_spike(share, black),
        *_spike(share[::-1], 255 - white),
        float(share[:black].sum()),
        float(share[white + 1 :].sum()),
    )


def _spike(share: NDArray[np.float32], end: int) -> tuple[float, float]:
    """Share of pixels at an end of the levels, and how many times that of as many codes further in it is."""
    here = float(share[: end + SPIKE + 1].sum())
    usual = float(share[end + SPIKE + 1 : end + 4 * SPIKE + 1].sum()) / 3
    return here, min(here / max(usual, 1e-4), 1e4)


def bars_of(grey: Grey, levels: Levels) -> tuple[float, float, float, float]:
    """Rows at the top and bottom, columns left and right, of nothing but black; NaN of a black picture."""
    limit = levels.black + BAR_CODES
    found = []
    for lines in (grey.max(axis=1), grey.max(axis=0)):
        lit = np.flatnonzero(lines > limit)
        if not len(lit):
            return (np.nan,) * 4
        found += [float(lit[0]), float(len(lines) - 1 - lit[-1])]
    return found[0], found[1], found[2], found[3]


def change(before: Grey | None, now: Grey) -> float:
    """Mean difference in codes of the part of the picture that changed most; NaN for the first."""
    if before is None or before.shape != now.shape:
        return np.nan
    tiles = min(TILES[0], now.shape[1]), min(TILES[1], now.shape[0])
    apart = cv2.resize(cv2.absdiff(before, now).astype(np.float32), tiles, interpolation=cv2.INTER_AREA)
    return float(apart.max())


def reduced(grey: Grey, widest: int) -> Grey:
    """The picture at most so wide, by a whole factor."""
    high, wide = grey.shape
    factor = -(-wide // widest)
    if factor <= 1:
        return grey
    size = max(1, wide // factor), max(1, high // factor)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
