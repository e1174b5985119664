"""A sheet of rectified slates, each with its reading under it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.slates.finding import FoundSlate
from answerprint.media.stills import contact_sheet

WIDE = 640  # pixels of a rectified slate
_ROOM = 0.12  # of the writing's size, left around it


def slate_sheet(slates: Sequence[tuple[FoundSlate, str]]) -> bytes:
    """A PNG of slates (with their captions), three in a row. Raises ValueError without any."""
    pictures = [(np.repeat(rectified(one)[..., None], 3, axis=2), caption) for one, caption in slates]
    return contact_sheet(pictures, min(3, len(pictures)), width=420, kind="png")


def rectified(slate: FoundSlate) -> NDArray[np.uint8]:
    """The board seen from the front and upright, grey, WIDE pixels wide."""
    corners = slate.quad.astype(np.float32)
    across = float(np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2
    down = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    high = int(np.clip(WIDE * down / max(across, 1.0), WIDE // 4, WIDE))
    room = _ROOM * np.array([WIDE, high])
    flat = np.array([[0, 0], [WIDE, 0], [WIDE, high], [0, high]], np.float32)
    flat = (flat * (1 - 2 * _ROOM) + room).astype(np.float32)
    move = cv2.getPerspectiveTransform(corners, flat)
    return np.asarray(
        cv2.warpPerspective(slate.picture, move, (WIDE, high), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
