"""Pictures as a crop window shows them, and a sheet to judge a reframing by."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.editorial.reframing import Window
from answerprint.media.display import letterboxed
from answerprint.media.stills import contact_sheet, fitted

Pixels = NDArray[np.uint8]

EDGE, SAFE = (255, 196, 64), (96, 220, 160)  # the window's edge and its safe area on the sheet, R'G'B'
DIMMED = 0.35  # of the light outside the window
COLUMNS = 4


def cropped(picture: Pixels, window: Window, size: tuple[int, int]) -> Pixels:
    """What a window shows of a picture (h, w, 3), on a raster of `size` (width, height); black beside it
    where the shapes differ.

    A window on whole pixels and of the raster's size is copied; between pixels it is interpolated (cubic).
    """
    wide, tall = window.width, window.height
    left, top = int(window.x), int(window.y)
    if window.x == left and window.y == top:
        part = picture[top : top + tall, left : left + wide]
    else:
        matrix = np.array([[1, 0, window.x], [0, 1, window.y]], np.float64)
        how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        moved = cv2.warpAffine(picture, matrix, (wide, tall), flags=how, borderMode=cv2.BORDER_REPLICATE)
        part = np.asarray(moved, np.uint8)
    if (wide, tall) == size:
        return part
    scale = min(size[0] / wide, size[1] / tall)
    if abs(wide * scale - size[0]) < 2 and abs(tall * scale - size[1]) < 2:  # the same shape but for rounding
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(part, size, interpolation=how), np.uint8)
    return letterboxed(fitted(part, *size), *size)


def marked(picture: Pixels, shown: tuple[float, float, float, float], safe: float) -> Pixels:
    """A copy of a picture with a window drawn on it; shown: left, top, right, bottom in parts of it."""
    tall, wide = picture.shape[:2]
    x0, y0, x1, y1 = (round(one * of) for one, of in zip(shown, (wide, tall, wide, tall), strict=True))
    drawn: Pixels = np.rint(picture * np.float32(DIMMED)).astype(np.uint8)
    drawn[y0:y1, x0:x1] = picture[y0:y1, x0:x1]
    cv2.rectangle(drawn, (x0, y0), (max(x0, x1 - 1), max(y0, y1 - 1)), EDGE, max(1, wide // 240))
    inset = (1 - safe) / 2
    across, down = round(inset * (x1 - x0)), round(inset * (y1 - y0))
    cv2.rectangle(drawn, (x0 + across, y0 + down), (x1 - across - 1, y1 - down - 1), SAFE, 1)
    return drawn


def preview(pictures: Sequence[tuple[Pixels, str]]) -> bytes:
    """A PNG of marked pictures with captions."""
    return contact_sheet(pictures, COLUMNS, width=320, kind="png")
