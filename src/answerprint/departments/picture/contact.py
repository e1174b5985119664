"""Contact sheets: rows of labelled pictures on one, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from answerprint.departments.picture.windows import Pixels

GROUND = 0.11  # R'G'B' of the ground and of what is transparent
INK = 217  # of 255
MARGIN = 8  # pixels between pictures
LABEL = 20  # pixels of height for a line of writing
FONT = cv2.FONT_HERSHEY_SIMPLEX
LETTERS = 0.45

Row = tuple[str, Sequence[tuple[str, Pixels]]]


def contact_sheet(rows: Sequence[Row]) -> Pixels:
    """(h, w, 3) R'G'B' 0 … 1: under each row's name its pictures, (h, w, 3 or 4), with their own names."""
    drawn = [_row(name, pictures) for name, pictures in rows if pictures]
    wide = max(one.shape[1] for one in drawn)
    return np.vstack([_widened(one, wide) for one in drawn])


def small(pixels: Pixels, longest: int = 480) -> Pixels:
    """A picture no longer than that each way."""
    high, wide = pixels.shape[:2]
    scale = longest / max(high, wide)
    if scale >= 1:
        return pixels
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32)


def _row(name: str, pictures: Sequence[tuple[str, Pixels]]) -> Pixels:
    made = [_labelled(one, pixels) for one, pixels in pictures]
    high = max(one.shape[0] for one in made)
    row = np.hstack([np.pad(one, _padding(one, high), constant_values=GROUND) for one in made])
    return np.vstack([_writing(name, row.shape[1]), row]) if name else row


def _padding(pixels: Pixels, high: int) -> list[tuple[int, int]]:
    return [(0, high - pixels.shape[0]), (0, 0), (0, 0)]


def _labelled(name: str, pixels: Pixels) -> Pixels:
    shown = np.clip(np.nan_to_num(pixels[..., :3]), 0, 1)
    if pixels.shape[2] == 4:
        clear = np.clip(pixels[..., 3:], 0, 1)
        shown = shown * clear + GROUND * (1 - clear)
    framed = np.pad(shown, [(0, MARGIN), (0, MARGIN), (0, 0)], constant_values=GROUND)
    return np.vstack([_writing(name, framed.shape[1]), framed]).astype(np.float32)


def _writing(text: str, wide: int) -> Pixels:
    line = np.full((LABEL, wide), round(GROUND * 255), np.uint8)
    cv2.putText(line, text, (4, LABEL - 6), FONT, LETTERS, INK, 1, cv2.LINE_AA)
    return np.repeat(line[..., None].astype(np.float32) / 255, 3, axis=2)


def _widened(row: Pixels, wide: int) -> Pixels:
    return np.pad(row, [(0, 0), (0, wide - row.shape[1]), (0, 0)], constant_values=GROUND)
