"""Damaged places filled: from the neighbours in time where these agree, else from around them."""

from __future__ import annotations

import cv2
import numpy as np

from answerprint.departments.picture.restoring.motion import Floats, Mask

SOFT = 1.0  # pixels over which a repair passes into the picture
ROOM = 24  # pixels around a place that are looked at


def put_in(picture: Floats, fill: Floats, mask: Mask) -> Floats:
    """`fill` under the mask, with soft edges outside it; alpha as it was."""
    share = np.maximum(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), SOFT), mask)[..., None]
    made = picture.copy()
    rows, columns = np.flatnonzero(share.any(axis=(1, 2))), np.flatnonzero(share.any(axis=(0, 2)))
    if len(rows):
        at = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        made[at][..., :3] += share[at] * (fill[at][..., :3] - made[at][..., :3])
    return made


def from_around(picture: Floats, mask: Mask) -> Floats:
    """The picture with what the mask covers painted in from its edges (Telea 2004), each place by itself."""
    made = picture.copy()
    count, _, boxes, _ = cv2.connectedComponentsWithStats(cv2.dilate(mask.astype(np.uint8), np.ones((9, 9))))
    for left, top, wide, high, _ in boxes[1:count]:
        at = np.s_[
            max(0, top - ROOM) : top + high + ROOM,
            max(0, left - ROOM) : left + wide + ROOM,
        ]
        hole = mask[at].astype(np.uint8)
        if not hole.any() or hole.all():
            continue
        for channel in range(3):
            values = made[at][..., channel]
            around = values[hole == 0]
            low, span = float(around.min()), max(float(np.ptp(around)), 1e-6)
            coded = np.clip((values - low) * (65535 / span), 0, 65535).astype(np.uint16)
            painted = cv2.inpaint(coded, hole, 3, cv2.INPAINT_TELEA).astype(np.float32)
            values[hole > 0] = painted[hole > 0] * (span / 65535) + low
    return made
