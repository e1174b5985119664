"""Captions drawn into pictures: white letters with a dark rim, at the picture's foot, middle or head."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.release.subtitling.texts import seen
from answerprint.formats.subtitles.model import Place

UPRIGHT, SLANTED = "sans", "italic"  # OpenCV's own fonts
SAFE = 0.06  # of the height that stays free at the foot and the head
LINE = 1.35  # line height in letters
RIM = 9  # letters' height over the rim's width
INK = 240  # R'G'B' code value

Pixels = NDArray[np.uint8]


def captioned(picture: Pixels, captions: Sequence[tuple[str, Place]], size: int) -> Pixels:
    """The picture (h, w, 3) uint8 R'G'B' with captions; letters are the size-th part of its height high.

    A line that is wider than the picture is drawn smaller. The picture given stays as it is.
    """
    made = picture.copy()
    height, width = made.shape[:2]
    for text, place in captions:
        ink, rim = _plate(text, width, max(8, height // size))
        high = min(len(ink), height)
        edge = round(SAFE * height)
        top = {"top": edge, "middle": (height - high) // 2, "bottom": height - edge - high}[place]
        top = max(0, top)
        under = made[top : top + high].astype(np.float32)
        under *= 1 - rim[:high, :, None]
        under += (INK - under) * ink[:high, :, None]
        made[top : top + high] = np.rint(under).astype(np.uint8)
    return made


@lru_cache(maxsize=64)
def _plate(text: str, width: int, letters: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How much ink and how much rim lies where, (h, width) 0 … 1, of a caption's lines one under another."""
    lines = text.split("\n")
    step = round(LINE * letters)
    plate = np.zeros((step * len(lines) + letters // 2, width, 3), np.uint8)
    for number, line in enumerate(lines):
        face = cv2.FontFace(SLANTED if line.lstrip().startswith("<i>") or "<i>" in text else UPRIGHT)
        plain, high = seen(line), letters
        while high > 8 and _wide(plain, high, face) > 0.94 * width:
            high -= 1
        left = max(0, (width - _wide(plain, high, face)) // 2)
        cv2.putText(plate, plain, (left, step * number + letters), (255, 255, 255), face, high)
    ink = plate[..., 0].astype(np.float32) / np.float32(255)
    wide = max(1, letters // RIM)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * wide + 1, 2 * wide + 1))
    rim = cv2.GaussianBlur(cv2.dilate(ink, kernel), (0, 0), wide / 3)
    return np.asarray(ink, np.float32), np.asarray(rim, np.float32)


def _wide(text: str, letters: int, face: cv2.FontFace) -> int:
    return int(cv2.getTextSize((0, 0), text, (0, 0), face, letters)[2])
