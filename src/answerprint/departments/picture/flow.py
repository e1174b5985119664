"""Dense motion from one picture to another, to parts of a pixel, for pictures of any size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST = 32  # pixels a side that the search needs; smaller pictures are continued past their edges
STRIDE = 4  # pixels between the patches of a fine search


def flow_to(here: NDArray[np.uint8], there: NDArray[np.uint8], *, fine: bool = True) -> NDArray[np.float32]:
    """(h, w, 2) how far right and down of a pixel its content lies in `there`: dense inverse search (Kroeger
    et al. 2016) with variational refinement.

    fine: down to single pixels, at thrice the time.
    """
    high, wide = here.shape
    more = max(0, LEAST - high), max(0, LEAST - wide)
    if any(more):
        padding = ((0, more[0]), (0, more[1]))
        here, there = np.pad(here, padding, mode="edge"), np.pad(there, padding, mode="edge")
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    if fine:
        search.setFinestScale(0)
        search.setPatchStride(STRIDE)
    found = search.calc(here, there, np.zeros((*here.shape, 2), np.float32))
    return np.asarray(found[:high, :wide], np.float32)
