"""Burn-ins: text written into pictures, on dark plates so that it is read over anything."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from answerprint.media.stills import shortened, text_width, write_on

Corner = Literal["top_left", "top", "top_right", "bottom_left", "bottom", "bottom_right", "centre"]
Pixels = NDArray[np.uint8]

LETTERS = 27  # a text's letters are this part of the picture's height high
SMALLEST = 9  # pixels
INK = (240, 240, 240)
SHADE = 0.35  # of the picture that a plate lets through
MARGIN = 28  # from the picture's edge, as a part of its height


def burned(picture: Pixels, texts: Mapping[Corner, str], *, letters: int | None = None) -> Pixels:
    """The picture (h, w, 3) uint8 R'G'B' with texts in its corners; the one given stays as it is.

    letters: their height in pixels; a 27th of the picture's without it. Long texts lose their middle.
    """
    height, width = picture.shape[:2]
    size = letters or max(SMALLEST, height // LETTERS)
    edge = max(2, height // MARGIN)
    made = picture.copy()
    for corner, text in texts.items():
        if not text:
            continue
        share = 2 if corner.endswith(("left", "right")) else 1
        plate = _plate(text, size, (width - 2 * edge) // share)
        high, wide = min(plate.shape[0], height), min(plate.shape[1], width)
        top = {"t": edge, "b": height - edge - high, "c": (height - high) // 2}[corner[0]]
        left = (
            edge
            if corner.endswith("left")
            else width - edge - wide
            if corner.endswith("right")
            else (width - wide) // 2
        )
        top, left = max(0, top), max(0, left)
        under = made[top : top + high, left : left + wide]
        ink = plate[:high, :wide, None].astype(np.float32) / 255
        shaded = under * SHADE * (1 - ink) + np.array(INK, np.float32) * ink
        made[top : top + high, left : left + wide] = np.rint(shaded).astype(np.uint8)
    return made


@lru_cache(maxsize=256)
def _plate(text: str, letters: int, widest: int) -> NDArray[np.uint8]:
    """How much ink lies where, (h, w) uint8: of a text and the room about it."""
    short = shortened(text, letters, max(letters, widest - letters))
    plate = np.zeros((round(letters * 1.7), text_width(short, letters) + letters, 3), np.uint8)
    write_on(plate, short, (letters // 2, round(letters * 1.25)), letters, (255, 255, 255))
    made: NDArray[np.uint8] = plate[..., 0]
    made.flags.writeable = False
    return made
