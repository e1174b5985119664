"""A small network that adds to a picture scaled by Lanczos what its registered neighbours tell of it.

Trained in training/scaling on scenes that were made up for it; the weights are the project's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from answerprint.departments.picture.scaling.registering import Plane, planes_of, quarters, whole
from answerprint.models.runtimes.onnx import Session, session

MODEL = Path(__file__).with_name("fusion.onnx")
REACH = 8  # pixels on each side that the network looks at: one for each of its convolutions
PIECE = 200_000  # pixels worked on at a time
FINEST = np.array([1, -4, 6, -4, 1], np.float32) / 16  # what changes from pixel to pixel, and nothing slower
ABOUT = 2.0  # pixels
SOFT = 1 / 255, 4 / 255  # of that detail: with less nothing is added, with more all of it


class Fusion:
    """One for each thread."""

    def __init__(self, path: Path = MODEL) -> None:
        self._session: Session = session(path)

    def added(self, ours: Plane, luma: Plane, neighbours: Sequence[tuple[Plane, Plane] | None]) -> Plane:
        """(3, 2h, 2w) Y'CbCr to be added to the picture scaled by Lanczos.

        ours: (3, h, w) Y'CbCr. luma: (2h, 2w) as Lanczos scales it. neighbours: as of `planes_of`.
        Worked on in strips of rows, which do not show in the result.
        """
        high, wide = ours.shape[1:]
        finer = quarters(luma)
        made = np.empty((3, 2 * high, 2 * wide), np.float32)
        rows = max(8, PIECE // wide)
        for first in range(0, high, rows):
            last = min(high, first + rows)
            above, below = max(0, first - REACH), min(high, last + REACH)
            planes = planes_of(ours, finer, neighbours, (above, below))
            (told,) = self._session.run({"planes": planes[None]})
            inner = told[0, :, first - above : last - above]
            for channel in range(3):
                made[channel, 2 * first : 2 * last] = whole(inner[4 * channel : 4 * channel + 4])
        made *= _doubled_gate(ours[0])
        return made


def detail(luma: Plane) -> Plane:
    """(h, w) how much there is of the finest that these pixels can hold, root mean square about each."""
    one = np.ones(1, np.float32)
    across = cv2.sepFilter2D(luma, -1, FINEST, one, borderType=cv2.BORDER_REFLECT_101)
    down = cv2.sepFilter2D(luma, -1, one, FINEST, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(np.sqrt(cv2.GaussianBlur(across**2 + down**2, (0, 0), ABOUT)), np.float32)


def _doubled_gate(luma: Plane) -> Plane:
    """(2h, 2w) 0 where a picture is so soft that finer pixels add nothing to it, 1 where it is not."""
    high, wide = luma.shape
    gate = np.clip((detail(luma) - SOFT[0]) / (SOFT[1] - SOFT[0]), 0, 1)
    return np.asarray(cv2.resize(gate, (2 * wide, 2 * high), interpolation=cv2.INTER_LINEAR), np.float32)


@lru_cache(maxsize=1)
def weights_digest() -> str:
    """SHA-256 of the weights: part of what identifies a result."""
    return hashlib.sha256(MODEL.read_bytes()).hexdigest()
