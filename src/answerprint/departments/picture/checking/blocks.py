"""Blocking: steps that stand on the grid of a transform and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

GRID = 8  # pixels, of JPEG, MPEG-2, ProRes and H.264's larger transform
BANDS = 4  # parts of the picture each way: blocks often stand in one of them
FEWEST = 6  # lines of the grid needed
FLOOR = 1.5  # codes added to the usual step: smaller ones are hardly seen


def blocking(grey: NDArray[np.uint8]) -> float:
    """How far steps on the grid stand out of those beside them, in the worst part: a share of the usual step.

    Of every line of the grid the mean step across it is held against its neighbours'; the median of all lines
    is told, so that a few edges of the picture that fall on the grid count for nothing. NaN for small
    pictures. After Wu and Yuen 1997, "A generalized block-edge impairment metric for video coding".
    """
    if min(grey.shape) < GRID * (FEWEST + 1):
        return np.nan
    return max(_across(grey), _across(np.ascontiguousarray(grey.T)))


def _across(grey: NDArray[np.uint8]) -> float:
    steps = cv2.absdiff(grey[:, 1:], grey[:, :-1])
    wide = steps.shape[1]
    high = steps.shape[0] // BANDS * BANDS
    lines = steps[:high].reshape(BANDS, -1, wide).mean(axis=1, dtype=np.float32)
    at = np.arange(GRID - 1, wide - 1, GRID)  # between the pixels 7 and 8, 15 and 16 …
    out = lines[:, at] - (lines[:, at - 1] + lines[:, at + 1]) / 2
    usual = np.median(lines, axis=1) + FLOOR
    parts = np.array_split(np.arange(len(at)), max(1, min(BANDS, len(at) // FEWEST)))
    told = np.stack([np.median(out[:, part], axis=1) for part in parts], axis=1) / usual[:, None]
    return float(told.max())
