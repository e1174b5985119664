"""Waveform, parade and vectorscope of a picture, as pictures: code values as they are shown, 0 … 1."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT = 256
BOTTOM, TOP = 0.0, 1.0
LUMA = np.array((0.2126, 0.7152, 0.0722), np.float32)
LINES = (0.0, 0.25, 0.5, 0.75, 1.0)
GRID, TARGET = (52, 52, 52), (120, 120, 120)
GREY = (200, 235, 200)
PRIMARY = ((255, 90, 90), (110, 255, 110), (110, 150, 255))
BARS = ((1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 1))
BRIGHT = 0.45  # exponent of the counts: a single pixel is seen beside a wall

Pixels = NDArray[np.uint8]


def waveform(picture: NDArray[np.float32], width: int = 320) -> Pixels:
    """Luma (BT.709) of each column (h, w, 3) → (HEIGHT, width, 3) R'G'B', white at the top."""
    return _traced([(np.asarray(picture @ LUMA), GREY)], width)


def parade(picture: NDArray[np.float32], width: int = 320) -> Pixels:
    """Red, green and blue, side by side."""
    part = width // 3
    each = [_traced([(picture[..., one], PRIMARY[one])], part) for one in range(3)]
    made: Pixels = np.zeros((HEIGHT, width, 3), np.uint8)
    joined = np.hstack(each)
    made[:, : joined.shape[1]] = joined
    return made


def vectorscope(picture: NDArray[np.float32], side: int = HEIGHT) -> Pixels:
    """Cb to the right and Cr upward (BT.709), boxes where the bars of 75 % lie; (side, side, 3)."""
    cb, cr = chroma(picture)
    x = np.clip(np.nan_to_num((cb + 0.5) * (side - 1)), 0, side - 1).astype(np.int64)
    y = np.clip(np.nan_to_num((0.5 - cr) * (side - 1)), 0, side - 1).astype(np.int64)
    counts = np.bincount((y * side + x).ravel(), minlength=side * side).reshape(side, side)
    made: Pixels = np.zeros((side, side, 3), np.uint8)
    cv2.circle(made, (side // 2, side // 2), side * 2 // 5, GRID, 1)
    cv2.line(made, (side // 2, 0), (side // 2, side - 1), GRID, 1)
    cv2.line(made, (0, side // 2), (side - 1, side // 2), GRID, 1)
    for bar in BARS:
        b, r = chroma(np.array([[bar]], np.float32) * 0.75)
        place = round((float(b[0, 0]) + 0.5) * (side - 1)), round((0.5 - float(r[0, 0])) * (side - 1))
        cv2.rectangle(made, (place[0] - 5, place[1] - 5), (place[0] + 5, place[1] + 5), TARGET, 1)
    return _lit(made, counts, GREY)


def chroma(picture: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cb and Cr (ITU-R BT.709), −0.5 … 0.5."""
    luma = picture @ LUMA
    cb, cr = (picture[..., 2] - luma) / 1.8556, (picture[..., 0] - luma) / 1.5748
    return np.asarray(cb, np.float32), np.asarray(cr, np.float32)


def _traced(layers: list[tuple[NDArray[np.float32], tuple[int, int, int]]], width: int) -> Pixels:
    made: Pixels = np.zeros((HEIGHT, width, 3), np.uint8)
    for line in LINES:
        made[round((1 - line) * (HEIGHT - 1))] = GRID
    for values, ink in layers:
        wide = values.shape[1]
        column = np.broadcast_to(np.arange(wide) * width // wide, values.shape)
        level = np.clip(np.nan_to_num((TOP - values) / (TOP - BOTTOM)), 0, 1)
        row = np.rint(level * (HEIGHT - 1)).astype(np.int64)
        counts = np.bincount((row * width + column).ravel(), minlength=HEIGHT * width)
        made = _lit(made, counts.reshape(HEIGHT, width), ink)
    return made


def _lit(made: Pixels, counts: NDArray[np.int64], ink: tuple[int, int, int]) -> Pixels:
    usual = max(float(np.percentile(counts[counts > 0], 95)) if (counts > 0).any() else 1.0, 1.0)
    light = np.clip(counts / usual, 0, 1)[..., None] ** BRIGHT
    return np.asarray(np.clip(made * (1 - light) + light * np.asarray(ink), 0, 255), np.uint8)
