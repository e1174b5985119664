"""What a small picture is compared by: opponent planes, differences with motion taken out, cell averages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 64, 36
CELL = 4  # pixels of a side of a signature's cell: 16×9 cells
CELLS_X, CELLS_Y = WIDTH // CELL, HEIGHT // CELL

BLOCK_Y, BLOCK_X = 6, 8  # blocks that may have moved on their own
REACH_Y, REACH_X = 6, 10  # pixels of 36 and 64 a block may have moved between two frames

Planes = NDArray[np.float32]  # (36, 64, 3): luma, blue and red difference, ITU-R BT.601 weights

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_OUTSIDE = np.float32(1e4)
_WORST = np.float32(600)


def opponent(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(…, 3) RGB as luma 0…255 and two colour differences."""
    values = rgb.astype(np.float32)
    luma = values @ _LUMA
    blue = (values[..., 2] - luma) * np.float32(0.564)
    red = (values[..., 0] - luma) * np.float32(0.713)
    return np.stack([luma, blue, red], axis=-1)


def signature(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(9, 16, 3) uint8: the mean of every cell."""
    cells = rgb.reshape(CELLS_Y, CELL, CELLS_X, CELL, 3).mean(axis=(1, 3), dtype=np.float32)
    return np.asarray(np.rint(cells), np.uint8)


def plain_difference(first: Planes, second: Planes) -> float:
    """Mean absolute difference, summed over the three planes."""
    return float(np.abs(first - second).sum(axis=-1).mean())


def contrast(planes: Planes) -> float:
    """Mean absolute deviation of luma."""
    luma = planes[..., 0]
    return float(np.abs(luma - luma.mean()).mean())


def detail(luma: NDArray[np.float32]) -> float:
    """Mean squared step between neighbouring pixels: what half a dissolve halves and a pan leaves alone."""
    across, down = np.diff(luma, axis=1), np.diff(luma, axis=0)
    return float((across * across).mean() + (down * down).mean())


def moved_difference(first: Planes, second: Planes) -> float:
    """The difference left when every block of the second was looked for in the first's surroundings."""
    height, width = first.shape[:2]
    room = np.pad(first, ((REACH_Y, REACH_Y), (REACH_X, REACH_X), (0, 0)), constant_values=_OUTSIDE)
    best = np.full((height // BLOCK_Y, width // BLOCK_X), _WORST, np.float32)
    for down in range(2 * REACH_Y + 1):
        for right in range(2 * REACH_X + 1):
            error = np.abs(room[down : down + height, right : right + width] - second).sum(axis=-1)
            blocks = np.minimum(error, _WORST).reshape(height // BLOCK_Y, BLOCK_Y, width // BLOCK_X, BLOCK_X)
            np.minimum(best, blocks.mean(axis=(1, 3)), out=best)
    return float(best.mean())


def structure_likeness(first: Planes, second: Planes) -> float:
    """Correlation −1…1 of the two lumas: 1 for one picture under two lights."""
    one = first[..., 0] - first[..., 0].mean()
    two = second[..., 0] - second[..., 0].mean()
    size = float(np.sqrt((one * one).sum() * (two * two).sum()))
    return float((one * two).sum()) / size if size > 0 else 0.0
