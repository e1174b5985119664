"""Lines that a tape lost: level runs, a few lines high, unlike the lines above and below and unlike both
neighbours in time."""

from __future__ import annotations

import cv2
import numpy as np

from answerprint.departments.picture.restoring.dirt import FITS, Neighbours, around
from answerprint.departments.picture.restoring.motion import Floats, Mask

TALLEST = 6  # lines of a run at most
LONG = 0.06  # of the picture's width that a run is long, at least
STRENGTHS = {"gentle": 0.12, "usual": 0.07, "strong": 0.045}


def dropouts(now: Floats, near: Neighbours, contrast: float) -> Mask:
    """Where lines are lost: (h, w). contrast: R'G'B' that a run differs by on the whole."""
    high, wide = now.shape
    none = np.zeros(now.shape, np.bool_)
    if high < 4 * TALLEST or wide < 64:
        return none
    unlike = np.minimum(np.abs(now - near.one), np.abs(now - near.other))
    unlike = np.minimum(unlike, 0.5) * (np.abs(near.one - near.other) < 0.06)
    length = max(9, round(LONG * wide)) | 1
    runs = cv2.blur(unlike, (length, 1), borderType=cv2.BORDER_REFLECT)
    # a line of a moving edge is unlike too, but so are the lines for some way above and below it
    far = TALLEST + 1
    above, below = np.roll(runs, far, axis=0), np.roll(runs, -far, axis=0)
    above[:far], below[-far:] = below[:far], above[-far:]
    seeds = (runs > contrast) & (runs > 3 * np.maximum(above, below))
    if not seeds.any():
        return none
    reach = np.ones((1, length), np.uint8)
    grown = cv2.dilate(seeds.astype(np.uint8), reach) > 0
    low = grown & (cv2.blur(unlike, (5, 1)) > 0.4 * contrast)
    joined = cv2.morphologyEx(low.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    tall, long = boxes[:, cv2.CC_STAT_HEIGHT], boxes[:, cv2.CC_STAT_WIDTH]
    filled = np.bincount(labels.ravel(), weights=low.ravel(), minlength=count)
    keep = (filled > 0.5 * tall * long) & (tall <= TALLEST) & (long >= 0.7 * length) & (long >= 6 * tall)
    keep[0] = False
    touched = cv2.dilate(joined, np.ones((9, 9), np.uint8)) > 0
    for mask, led_there in ((near.one_trusted, near.one), (near.other_trusted, near.other)):
        fits = (mask | (np.abs(now - led_there) < FITS)).astype(np.float32)
        share = around(fits, touched, 0.0)
        area = np.maximum(np.bincount(labels.ravel(), minlength=count), 1)
        keep &= np.bincount(labels.ravel(), weights=share.ravel(), minlength=count) / area > 0.6
    return np.asarray(keep[labels])
