"""Banding: slopes of light that have become stairs, flat treads with one small step after another."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

TREAD = 5  # pixels that are flat on either side of a step
FLAT = 1  # codes by which a tread may differ within itself
LOWEST, HIGHEST = 2, 12  # codes of a step: less no 8-bit picture can avoid, more is an edge
SHARP = 0.75  # of the difference between two treads is made within four pixels
STAIRS = 3  # steps one after another, all up or all down
REACH = 0.25  # of the picture's width in which they are counted
ROUGH = 0.3  # of that stretch at most may be neither tread nor step

Flags = NDArray[np.bool_]


def staircases(grey: NDArray[np.uint8]) -> float:
    """Share of a picture (h, w) that is taken by stairs, along its rows or its columns."""
    if min(grey.shape) < 8 * TREAD:
        return 0.0
    along, down = _stairs(grey), _stairs(np.ascontiguousarray(grey.T)).T
    return float((along | down).mean())


def _stairs(grey: NDArray[np.uint8]) -> Flags:
    """Where stairs are climbed along the rows."""
    wide = grey.shape[1]
    kernel = np.ones((1, TREAD), np.uint8)
    spread = cv2.subtract(cv2.dilate(grey, kernel), cv2.erode(grey, kernel))
    flat = spread <= FLAT
    codes = grey.astype(np.int16)
    far, near = np.zeros(grey.shape, np.int16), np.zeros(grey.shape, np.int16)
    far[:, TREAD:-TREAD] = codes[:, 2 * TREAD :] - codes[:, : -2 * TREAD]
    near[:, 2:-2] = codes[:, 4:] - codes[:, :-4]
    both = np.zeros(grey.shape, np.bool_)
    both[:, TREAD:-TREAD] = flat[:, 2 * TREAD :] & flat[:, : -2 * TREAD]
    size = np.abs(near)
    step = both & (size >= LOWEST) & (size >= SHARP * np.abs(far)) & (np.abs(far) <= HIGHEST)
    if not step.any():
        return step
    reach = max(4 * TREAD, int(wide * REACH)) | 1
    rough = _running(~flat & ~step & (spread > HIGHEST), reach)
    found = np.zeros(grey.shape, np.bool_)
    for one in (step & (near > 0), step & (near < 0)):
        begins = one.copy()
        begins[:, 1:] &= ~one[:, :-1]
        found |= _running(begins, reach) * reach >= STAIRS - 0.5
    # Where steps go up and down in equal measure it is a texture or flat drawing.
    up, down = _running(step & (near > 0), reach), _running(step & (near < 0), reach)
    lopsided = np.abs(up - down) >= 0.6 * (up + down)
    return np.asarray(found & lopsided & (rough <= ROUGH), np.bool_)


def _running(flags: Flags, reach: int) -> NDArray[np.float32]:
    """Mean over a stretch of a row around every pixel."""
    return np.asarray(
        cv2.blur(flags.astype(np.float32), (reach, 1), borderType=cv2.BORDER_CONSTANT), np.float32
    )
