"""What shot detection gives: boundaries by type with their intervals, and the shots between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

BoundaryType = Literal["cut", "dissolve", "fade_in", "fade_out", "wipe"]


class Boundary(msgspec.Struct, frozen=True, kw_only=True):
    """A transition, half-open in ticks. A cut has start = end = the first frame of the new shot;
    any other runs from its first mixed frame to the first frame after it."""

    type: BoundaryType
    start_pts: int
    end_pts: int
    confidence: float  # 0 … 1
    evidence: Mapping[str, float]


class ShotList(msgspec.Struct, frozen=True, kw_only=True):
    """Boundaries in order, and the shots between them: half-open, touching, covering the whole stream.
    Two shots meet in the middle of a dissolve, of a wipe, or of the black between two fades."""

    boundaries: tuple[Boundary, ...]
    shots: tuple[tuple[int, int], ...]


def shots_between(
    boundaries: Sequence[Boundary], pts: Sequence[int], end_pts: int
) -> tuple[tuple[int, int], ...]:
    """The stretches between boundaries, of pictures at `pts` (not none) that end at `end_pts`."""
    times = np.array(pts, np.int64)
    splits: list[int] = []
    faded: Boundary | None = None  # a fade-out whose black has not ended
    for boundary in boundaries:
        if boundary.type == "fade_out":
            faded = boundary
            continue
        if boundary.type == "fade_in":
            if faded is not None:
                splits.append(_middle(times, faded.end_pts, boundary.start_pts))
        elif boundary.type == "cut":
            splits.append(boundary.start_pts)
        else:
            splits.append(_middle(times, boundary.start_pts, boundary.end_pts))
        faded = None
    edges = sorted({pts[0], end_pts, *(split for split in splits if pts[0] < split < end_pts)})
    return tuple(pairwise(edges))


def _middle(times: NDArray[np.int64], start: int, end: int) -> int:
    """The timestamp of the frame shown in the middle of [start, end)."""
    index = int(np.searchsorted(times, (start + end) // 2, side="right")) - 1
    return int(times[max(0, index)])
