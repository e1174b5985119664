"""Regular patterns that can start a seizure: stripes over much of the screen, as ITU-R BT.1702-3 warns of."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = (192, 108)
PAIRS = 5  # light and dark, more than which are a pattern
SHARE = 0.55  # of what changes over the picture that one wave and its harmonics make
LEAST = 20.0  # cd/m² between light and dark
BRIGHT = 50.0  # cd/m² of the light stripes


def stripes(luminance: NDArray[np.float32]) -> float:
    """Pairs of stripes across a picture (h, w) cd/m² that is little else; 0 where there is no such pattern.

    The strongest wave of the spectrum, with its third harmonic, has to make more than half of all that
    changes over the picture.
    """
    if min(luminance.shape) < 32:
        return 0.0
    small = cv2.resize(luminance, SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
    if float(np.percentile(small, 90)) < BRIGHT or float(np.ptp(small)) < LEAST:
        return 0.0
    level = small - small.mean()
    window = np.outer(np.hanning(SIZE[1]), np.hanning(SIZE[0])).astype(np.float32)
    energy = np.square(np.abs(np.fft.rfft2(level * window)))
    energy[:2, :3] = energy[-1:, :3] = 0  # slopes of light
    total = float(energy.sum())
    if total <= 0:
        return 0.0
    row, column = (int(one) for one in np.unravel_index(int(energy.argmax()), energy.shape))
    down = row if row <= SIZE[1] // 2 else row - SIZE[1]
    part = sum(_around(energy, times * down, times * column) for times in (1, 3))
    pairs = float(np.hypot(down, column))
    amplitude = 2 * float(level.std()) * np.sqrt(2)
    return pairs if pairs > PAIRS and part > SHARE * total and amplitude > LEAST else 0.0


def _around(energy: NDArray[np.floating], row: int, column: int) -> float:
    high, wide = energy.shape
    if abs(row) > high // 2 or not 0 <= column < wide:
        return 0.0
    rows = np.arange(row - 2, row + 3) % high
    return float(energy[rows][:, max(0, column - 2) : column + 3].sum())
