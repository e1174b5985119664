"""Cuts that only colour shows: the network sees grey pictures, and two of one brightness are alike to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.shots.evidence import HEIGHT, WIDTH, Kept
from answerprint.departments.footage.shots.intervals import Interval, one_scene

TALL, WIDE = 9, 8  # pixels of a cell: 4 × 8 cells, of which colour needs no more
LEAST = 8.0  # levels by which colour changes at a cut, the mean of both differences
STAND_OUT = 3.0  # … and by this factor more than it usually does here
NEIGHBOURS, LOUDEST = 8, 2  # pictures on either side that say what is usual; the largest left out
STAYS = 4  # pictures on either side …
STAYED = 0.7  # … between whose means at least this part of the change is left: a flash goes again
SAME_SCENE = 0.92  # correlation of luma above which it is one scene under coloured light


def luma(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(n, h, w) uint8: Rec. 601 luma of R'G'B' (n, h, w, 3)."""
    red, green, blue = (pictures[..., k].astype(np.uint16) for k in range(3))
    return ((77 * red + 150 * green + 29 * blue + 128) >> 8).astype(np.uint8)


def colours(pictures: NDArray[np.uint8], grey: NDArray[np.uint8]) -> NDArray[np.int16]:
    """(n, 64) int16: red and blue less luma, the means of 4 × 8 cells."""
    count = len(pictures)
    rows, columns = HEIGHT // TALL, WIDTH // WIDE
    kept = np.empty((count, 2, rows * columns), np.int16)
    for place, channel in enumerate((0, 2)):
        difference = pictures[..., channel].astype(np.int16) - grey
        cells = difference.reshape(count, rows, TALL, columns, WIDE).sum(axis=(2, 4), dtype=np.int32)
        kept[:, place] = (cells // (TALL * WIDE)).reshape(count, -1)
    return kept.reshape(count, -1)


def colour_cuts(hues: NDArray[np.int16], kept: Kept, cuts: list[Interval]) -> list[Interval]:
    """Cuts seen in colour alone, away from those known. hues (n, 64) as `colours` gives them."""
    steps = np.abs(np.diff(hues.astype(np.int32), axis=0)).mean(axis=1)
    known = {cut.start + k for cut in cuts for k in range(-NEIGHBOURS, NEIGHBOURS + 1)}
    found = []
    for index in (int(at) + 1 for at in np.flatnonzero(steps >= LEAST)):
        if index in known:
            continue
        change = float(steps[index - 1])
        around = np.concatenate(
            [steps[max(0, index - 1 - NEIGHBOURS) : index - 1], steps[index : index + NEIGHBOURS]]
        )
        usual = float(np.sort(around)[:-LOUDEST].mean()) if len(around) > LOUDEST else 0.0
        before = hues[max(0, index - STAYS) : index].mean(axis=0)
        after = hues[index : index + STAYS].mean(axis=0)
        stayed = float(np.abs(after - before).mean())
        if change < STAND_OUT * (usual + 1) or stayed < STAYED * change or one_scene(kept, index, SAME_SCENE):
            continue
        margin = min(change / LEAST, change / (STAND_OUT * (usual + 1)))
        found.append(Interval("cut", index, index, 1 - 0.5 / margin))
    return found
