"""A contact sheet of faces: one small picture a face, under it who, when, and what was seen of them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

CELL = 160  # pixels of width; the picture is square in it, text stands below
TEXT_ROWS = 3
ROW = 16
COLUMNS = 8
MOST = 400  # faces on one sheet
PAPER, INK, FAINT = (250, 250, 248), (30, 30, 30), (120, 120, 120)


def face_sheet(portraits: Sequence[NDArray[np.uint8] | None], lines: Sequence[Sequence[str]]) -> bytes:
    """A PNG with a cell for each face, in order; lines: up to three of text under each."""
    count = max(1, min(len(portraits), MOST))
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    tall = CELL + TEXT_ROWS * ROW + 8
    sheet = np.full((rows * tall, columns * CELL, 3), PAPER, np.uint8)
    for number, (portrait, text) in enumerate(zip(portraits, lines, strict=True)):
        if number >= MOST:
            break
        top, left = (number // columns) * tall, (number % columns) * CELL
        if portrait is not None:
            side = CELL - 8
            small = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_CUBIC)
            sheet[top + 4 : top + 4 + side, left + 4 : left + 4 + side] = small
        for row, line in enumerate(text[:TEXT_ROWS]):
            cv2.putText(
                sheet,
                line.encode("ascii", "replace").decode()[:24],
                (left + 5, top + CELL + 10 + row * ROW),
                cv2.FONT_HERSHEY_SIMPLEX,
                0.38,
                INK if row == 0 else FAINT,
                1,
                cv2.LINE_AA,
            )
    encoded, data = cv2.imencode(".png", sheet[:, :, ::-1])
    assert encoded
    return data.tobytes()
