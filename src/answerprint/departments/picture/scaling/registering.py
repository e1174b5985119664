"""Where each pixel of a picture lies in its neighbours, to parts of a pixel, and what they show there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.windows import Pixels

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601, by which R'G'B' is parted here
TO_BLUE, TO_RED = 0.564, 0.713  # Cb = TO_BLUE (B' − Y'), Cr = TO_RED (R' − Y')
NEIGHBOURS = 4
EACH = 10  # planes for a neighbour: 4 of luma, 2 of chroma, 4 of where its samples lie
OWN = 7  # planes for the picture itself: luma, chroma, 4 of luma as Lanczos scales it
PLANES = OWN + NEIGHBOURS * EACH
CENTRES = ((-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25))  # of the four finer pixels, x and y

Plane = NDArray[np.float32]


def parted(pixels: Pixels) -> Plane:
    """(3, h, w) Y', Cb, Cr of (h, w, 3) R'G'B'."""
    luma = pixels @ LUMA
    return np.stack([luma, TO_BLUE * (pixels[..., 2] - luma), TO_RED * (pixels[..., 0] - luma)])


def joined(planes: Plane) -> Pixels:
    """(h, w, 3) R'G'B' of (3, h, w) Y', Cb, Cr; differences become differences."""
    luma, blue, red = planes
    b, r = luma + blue / TO_BLUE, luma + red / TO_RED
    return np.stack([r, (luma - LUMA[2] * b - LUMA[0] * r) / LUMA[1], b], axis=-1).astype(np.float32)


def seen_by_flow(luma: Plane) -> NDArray[np.uint8]:
    """Luma as the flow takes it."""
    return np.rint(np.clip(luma, 0, 1) * 255).astype(np.uint8)


def planes_of(
    ours: Plane,
    finer: Plane,
    neighbours: Sequence[tuple[Plane, Plane] | None],
    rows: tuple[int, int] | None = None,
) -> Plane:
    """(PLANES, h, w) what the fusion looks at, or those rows of it.

    ours: (3, h, w) Y'CbCr. finer: (4, h, w) its luma as Lanczos scales it. neighbours: NEIGHBOURS of (their
    Y'CbCr, the flow to them); None where there is none, which says no more than the picture itself does.
    Of a neighbour: how its luma, sampled where the four finer pixels lie, differs from the picture scaled by
    Lanczos; how its chroma differs; and where between its own samples that was, as cosine and sine.
    """
    first, last = rows or (0, ours.shape[1])
    whole_picture, ours, finer = ours, ours[:, first:last], finer[:, first:last]
    high, wide = ours.shape[1:]
    across, down = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(first, last, dtype=np.float32))
    made = np.empty((PLANES, high, wide), np.float32)
    made[:3] = ours
    made[3:OWN] = finer - ours[0]
    for number, one in enumerate(neighbours):
        place = made[OWN + number * EACH : OWN + (number + 1) * EACH]
        still = np.zeros((high, wide, 2), np.float32)
        theirs, flow = (one[0], one[1][first:last]) if one is not None else (whole_picture, still)
        x, y = across + flow[..., 0], down + flow[..., 1]
        for at, (right, below) in enumerate(CENTRES):
            place[at] = _sampled(theirs[0], x + np.float32(right), y + np.float32(below)) - finer[at]
        place[4] = _sampled(theirs[1], x, y, cv2.INTER_LINEAR) - ours[1]
        place[5] = _sampled(theirs[2], x, y, cv2.INTER_LINEAR) - ours[2]
        for at, where in ((6, flow[..., 0]), (8, flow[..., 1])):
            turn = where * np.float32(2 * np.pi)
            place[at], place[at + 1] = np.cos(turn), np.sin(turn)
    return made


def quarters(fine: Plane) -> Plane:
    """(4, h, w) the four finer pixels of each pixel, of (2h, 2w)."""
    high, wide = fine.shape[0] // 2, fine.shape[1] // 2
    return fine.reshape(high, 2, wide, 2).transpose(1, 3, 0, 2).reshape(4, high, wide)


def whole(four: Plane) -> Plane:
    """The way back from `quarters`."""
    high, wide = four.shape[1:]
    return four.reshape(2, 2, high, wide).transpose(2, 0, 3, 1).reshape(2 * high, 2 * wide)


def _sampled(plane: Plane, x: Plane, y: Plane, how: int = cv2.INTER_CUBIC) -> Plane:
    return np.asarray(cv2.remap(plane, x, y, how, borderMode=cv2.BORDER_REPLICATE), np.float32)
