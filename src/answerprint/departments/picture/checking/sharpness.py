"""Sharpness: how much of the finest detail a picture's sharpest parts hold, whatever their contrast."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FINE, COARSE = 1.0, 3.0  # pixels: deviations of the two blurs between which detail is counted
TILES = 24  # across
LEAST = 1.0  # squared codes of coarser detail for a part to be judged
STRONG = 0.15  # of the strongest parts: in weaker ones noise is taken for detail
FEWEST = 6  # parts
SHARPEST = 90  # per cent: what is in focus fills a part of the picture only
LARGEST = 640  # pixels across


def sharpness(grey: NDArray[np.uint8]) -> float:
    """Octaves: log2 of fine over coarser detail in the sharpest parts; one octave less is as much blurred.

    The finest detail of the flattest parts is noise, and taken off. NaN where there is too little to judge.
    """
    high, wide = grey.shape
    if min(high, wide) < 32:
        return np.nan
    if wide > LARGEST:
        grey = np.asarray(cv2.resize(grey, (wide // 2, high // 2), interpolation=cv2.INTER_AREA), np.uint8)
        high, wide = grey.shape
    picture = grey.astype(np.float32)
    fine = cv2.GaussianBlur(picture, (0, 0), FINE)
    coarse = cv2.GaussianBlur(fine, (0, 0), COARSE)
    tiles = (TILES, max(4, round(TILES * high / wide)))
    first, second = (
        cv2.resize(np.square(one), tiles, interpolation=cv2.INTER_AREA)
        for one in (picture - fine, fine - coarse)
    )
    told = second > max(LEAST, STRONG * float(np.percentile(second, 95)))
    if int(told.sum()) < FEWEST:
        return np.nan
    noise = float(np.percentile(first, 5))
    ratio = np.maximum(first[told] - noise, 1e-3) / second[told]
    return float(np.log2(np.percentile(ratio, SHARPEST)))
