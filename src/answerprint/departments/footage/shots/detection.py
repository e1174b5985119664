"""Where one shot becomes another: cuts, dissolves, fades and wipes, exact in the stream's own timestamps.

Evidence is kept of every picture, a small network looks along it a stretch at a time, and the ends of slow
transitions are fitted. A second track of every fourth picture finds those too long to be seen as one.
Nothing here counts frames per second: every place and every length is a timestamp.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.shots.boundaries import Boundary, ShotList, shots_between
from answerprint.departments.footage.shots.colour import colour_cuts, colours, luma
from answerprint.departments.footage.shots.evidence import HEIGHT, REACH, WIDTH, Kept, joined, keep
from answerprint.departments.footage.shots.intervals import (
    Interval,
    believed,
    cuts_of,
    fitted,
    interrupted,
    one_scene,
    slow_of,
)
from answerprint.departments.footage.shots.network import CONTEXT, Network, trained
from answerprint.media.forms import PictureForm

FORM = PictureForm("rgb", WIDTH, HEIGHT, quick=True)

STRETCH = 512  # pictures judged together
MARGIN = CONTEXT + REACH  # pictures on either side that a judgement depends on
THINNED = 4  # the second track has every so many pictures
FLASH = Fraction(1, 5)  # seconds within which light that comes back was a flash
LONG = 64  # pictures from which the second track is believed


class ShotDetector:
    """Feed with `add`, in presentation order, in blocks of any size; `finish` gives the list.

    The result does not depend on how the pictures were divided into blocks. Memory: 600 bytes a picture.
    """

    def __init__(self, time_base: Fraction, network: Network | None = None) -> None:
        self._time_base = time_base
        self._pts: list[int] = []
        self._colours: list[NDArray[np.int16]] = []
        network = network or trained()
        self._every = _Track(network)
        self._thinned = _Track(network)

    def add(self, pts: NDArray[np.int64], pixels: NDArray[np.uint8]) -> None:
        """pts (n,) ticks, increasing; pixels (n, 36, 64, 3) uint8 R'G'B'."""
        if pixels.shape[1:] != (HEIGHT, WIDTH, 3) or len(pts) != len(pixels):
            raise ValueError(f"pictures of {HEIGHT}×{WIDTH}×3 with one timestamp each, not {pixels.shape}")
        if not len(pts):
            return
        times = [*self._pts[-1:], *(int(tick) for tick in pts)]
        for before, after in pairwise(times):
            if after <= before:
                raise ValueError(f"timestamps rise: {after} after {before}")
        offset = -len(self._pts) % THINNED
        self._pts.extend(int(tick) for tick in pts)
        grey = luma(pixels)
        self._colours.append(colours(pixels, grey))
        self._every.add(grey)
        if offset < len(grey):
            self._thinned.add(grey[offset::THINNED])

    def finish(self, end_pts: int) -> ShotList:
        """The boundaries and shots; `end_pts` is where the last frame stops being shown."""
        if not self._pts:
            return ShotList(boundaries=(), shots=())
        probabilities, kept = self._every.finish()
        cuts = [one for one in cuts_of(probabilities) if not one_scene(kept, one.start)]
        cuts += colour_cuts(np.concatenate(self._colours), kept, cuts)
        cuts.sort(key=lambda cut: cut.start)
        slow = _with_long(slow_of(probabilities), slow_of(self._thinned.finish()[0]), len(kept))
        intervals = self._settled(cuts, slow, kept)
        times = np.array([*self._pts, end_pts], np.int64)
        found = [
            Boundary(
                type=one.type,
                start_pts=int(times[one.start]),
                end_pts=int(times[one.end]),
                confidence=round(one.confidence, 3),
                evidence=_evidence(one, kept),
            )
            for one in intervals
        ]
        return ShotList(boundaries=tuple(found), shots=shots_between(found, self._pts, end_pts))

    def _settled(self, cuts: list[Interval], slow: list[Interval], kept: Kept) -> list[Interval]:
        """Cuts and slow transitions that do not contradict one another, with fitted ends, in order."""
        times = np.array(self._pts, np.int64)
        flash = int(FLASH / self._time_base)
        cuts = [one for one in cuts if not interrupted(one, kept, times, flash)]
        slow = [one for one in slow if believed(one, kept)]
        cuts = [
            cut
            for cut in cuts
            if not any(one.start < cut.start < one.end and one.confidence > cut.confidence for one in slow)
        ]
        slow = [one for one in slow if not any(one.start < cut.start < one.end for cut in cuts)]
        edges = sorted([0, len(kept), *(one.start for one in cuts)])
        done: list[Interval] = []
        for number, one in enumerate(slow):
            floor = max(at for at in edges if at <= one.start)
            roof = min(at for at in edges if at >= one.end)
            floor = max(floor, done[-1].end if done else 0)
            roof = min(roof, slow[number + 1].start if number + 1 < len(slow) else len(kept))
            done.append(fitted(one, kept, times, floor, roof))
        return sorted([*cuts, *done], key=lambda one: (one.start, one.end))


class _Track:
    """Pictures kept, and judged in stretches that do not depend on the blocks they came in."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._last: NDArray[np.uint8] | None = None
        self._parts: list[Kept] = []
        self._near: list[Kept] = []  # pictures that judgements to come depend on
        self._near_first = 0
        self._count = 0
        self._judged = 0
        self._probabilities: list[NDArray[np.float32]] = []

    def add(self, pixels: NDArray[np.uint8]) -> None:
        kept = keep(pixels, self._last)
        self._last = pixels[-1].copy()
        self._parts.append(kept)
        self._near.append(kept)
        self._count += len(kept)
        while self._count >= self._judged + STRETCH + MARGIN:
            self._judge(self._judged + STRETCH)

    def finish(self) -> tuple[NDArray[np.float32], Kept]:
        """(n, 6) probabilities and everything kept."""
        while self._judged < self._count:
            self._judge(min(self._judged + STRETCH, self._count))
        return np.concatenate(self._probabilities), joined(self._parts)

    def _judge(self, until: int) -> None:
        near = joined(self._near)
        low = max(0, self._judged - MARGIN)
        high = min(self._count, until + MARGIN)
        seen = near.part(low - self._near_first, high - self._near_first)
        self._probabilities.append(self._network.judge(seen, self._judged - low, until - low))
        self._judged = until
        keep_from = max(0, until - MARGIN)
        self._near = [near.part(keep_from - self._near_first, len(near))]
        self._near_first = keep_from


def _with_long(slow: list[Interval], thinned: list[Interval], count: int) -> list[Interval]:
    """Slow transitions of both tracks: a long one of the second in place of what it covers of the first."""
    kept = list(slow)
    for one in thinned:
        start, end = max(0, THINNED * one.start - THINNED + 1), min(count, THINNED * one.end)
        if end - start < LONG or one.type == "wipe":
            continue
        over = [other for other in kept if other.start < end and start < other.end]
        covered = sum(min(end, other.end) - max(start, other.start) for other in over)
        if covered > 0.7 * (end - start) or any(other.type != one.type for other in over):
            continue
        kept = [other for other in kept if other not in over]
        kept.append(replace(one, start=start, end=end))
    return sorted(kept, key=lambda one: one.start)


def _evidence(one: Interval, kept: Kept) -> dict[str, float]:
    if one.type == "cut":
        plain, moved = (round(float(value), 2) for value in kept.steps[one.start])
        return {"difference": plain, "moved_difference": moved}
    return {"frames": float(one.end - one.start)}
