"""From when to when a slate is in the picture, to the frame: followed in small pictures until it is gone."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

SMALL = 160  # pixels: width of the pictures it is followed in
_LIKE = 0.55  # correlation at which it is still the board
_REACH = 0.25  # of the board's size: how far it moves between two pictures
_LOSES = 2  # pictures in a row without it
_SETTLES_WITHIN = 14  # pictures after it was lost in which the rest of it may leave
_SETTLED_OVER = 30  # pictures that say how much the picture moves by itself
_RESTLESS = 2.2
_PAUSE = 1  # calm pictures after which what moves is no longer the board

Pixels = NDArray[np.uint8]


def small(grey: Pixels) -> Pixels:
    """A picture at the size it is followed in."""
    high, wide = grey.shape
    size = SMALL, max(8, round(SMALL * high / wide))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def seen_range(pictures: list[Pixels], at: int, quad: NDArray[np.float64], width: int) -> tuple[int, int]:
    """First and one past the last of the pictures that show a board, known at `at` with corners `quad`.

    pictures: small ones, in order; quad: in pixels of a picture `width` wide.
    """
    corners = quad * (pictures[0].shape[1] / width)
    left, top = corners.min(axis=0)
    right, bottom = corners.max(axis=0)
    high, wide = bottom - top, right - left
    box = left - 0.08 * wide, top - 0.25 * high, right + 0.08 * wide, bottom + 0.08 * high  # with its sticks
    end = _followed(pictures[at:], box)
    start = _followed(pictures[at::-1], box)
    end = at + end + _leaving(pictures[at + end - 1 :], box)
    begun = at - start + 1
    begun -= _leaving(pictures[: begun + 1][::-1], box)
    return max(0, begun), min(len(pictures), end)


def _followed(pictures: list[Pixels], box: tuple[float, float, float, float]) -> int:
    """How many of the pictures, from the first, show what the first shows in the box."""
    high, wide = pictures[0].shape
    x0, y0 = max(0, round(box[0])), max(0, round(box[1]))
    x1, y1 = min(wide, round(box[2])), min(high, round(box[3]))
    if x1 - x0 < 6 or y1 - y0 < 6:
        return 1
    board = pictures[0][y0:y1, x0:x1]
    margin_x, margin_y = max(4, round(_REACH * (x1 - x0))), max(4, round(_REACH * (y1 - y0)))
    x, y = x0, y0
    lost = 0
    last = 0
    for at, picture in enumerate(pictures):
        padded = cv2.copyMakeBorder(picture, margin_y, margin_y, margin_x, margin_x, cv2.BORDER_REPLICATE)
        field = padded[
            max(0, y) : y + board.shape[0] + 2 * margin_y, max(0, x) : x + board.shape[1] + 2 * margin_x
        ]
        if field.shape[0] < board.shape[0] or field.shape[1] < board.shape[1]:
            break
        _, score, _, place = cv2.minMaxLoc(cv2.matchTemplate(field, board, cv2.TM_CCOEFF_NORMED))
        if score < _LIKE or not np.isfinite(score):
            lost += 1
            if lost >= _LOSES:
                break
            continue
        lost, last = 0, at
        x = min(max(-margin_x, max(0, x) + place[0] - margin_x), wide - board.shape[1] + margin_x)
        y = min(max(-margin_y, max(0, y) + place[1] - margin_y), high - board.shape[0] + margin_y)
    return last + 1


def _leaving(pictures: list[Pixels], box: tuple[float, float, float, float]) -> int:
    """How many pictures after the first still change as they do while a board leaves."""
    if len(pictures) < 2:
        return 0
    x0, x1 = max(0, round(box[0]) - 4), round(box[2]) + 4
    parts = [one[:, x0:x1].astype(np.int16) for one in pictures[: _SETTLES_WITHIN + _SETTLED_OVER]]
    changes = np.array([np.abs(b - a).mean() for a, b in pairwise(parts)])
    calm = changes[_SETTLES_WITHIN:]
    if len(calm) == 0:
        return 0
    restless = changes[:_SETTLES_WITHIN] > _RESTLESS * float(np.median(calm)) + 1.0
    last = 0
    for at in np.flatnonzero(restless).tolist():
        if at - last > _PAUSE:  # somebody moves after it has gone
            break
        last = at + 1
    return last
