"""The detector without a model: cuts, dissolves, fades and wipes by measures with limits set by hand.

`ClassicalDetector` is fed small pictures in presentation order and keeps a signature of each; cuts are
judged on the way with a neighbourhood of frames on either side, slow transitions at the end
(`transitions.py`).
Nothing here counts frames per second: every place and every length is a timestamp.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.shots.boundaries import Boundary, ShotList, shots_between
from answerprint.departments.footage.shots.signatures import (
    HEIGHT,
    WIDTH,
    contrast,
    detail,
    moved_difference,
    opponent,
    plain_difference,
    signature,
    structure_likeness,
)
from answerprint.departments.footage.shots.transitions import Signatures, find_fades, find_gradual
from answerprint.media.forms import PictureForm

FORM = PictureForm("rgb", WIDTH, HEIGHT, quick=True)

NEIGHBOURS = 8  # frames on either side that say what is usual here
LOOK = 12  # frames on either side a decision may look at
LOUDEST = 2  # of the neighbours, the largest left out: a flash nearby must not hide a cut
STAND_OUT = 3.0  # a cut differs from its neighbours by this factor (PySceneDetect's adaptive default is 3)
NOTICED = 6.0  # below this difference (of 255, summed over three planes) nothing is looked at
LEAST = 7.0  # a cut's difference after motion is taken out: never below this …
ENOUGH = 16.0  # … always enough at this …
OF_CONTRAST = 0.6  # … and in between in proportion to the picture's own contrast
WHOLE_JUMP = 0.5  # a cut makes at least half of the whole change in one frame; a fast dissolve does not
FLASH = Fraction(1, 5)  # seconds within which a picture that comes back was interrupted, not cut
RETURNED = 0.35  # the picture has come back when it differs by less than this part of the jump
SAME_STRUCTURE = 0.92  # correlation above which a jump is a change of light, not of shot
STRUCTURED = 10.0  # contrast needed in both pictures before their structure says anything


class ClassicalDetector:
    """Feed with `add`, in presentation order, in blocks of any size; `finish` gives the list.

    The result does not depend on how the pictures were divided into blocks.
    """

    def __init__(self, time_base: Fraction) -> None:
        self._time_base = time_base
        self._flash_ticks = FLASH / time_base
        self._pts: list[int] = []
        self._signatures: list[NDArray[np.uint8]] = []
        self._levels: list[tuple[float, float, float]] = []  # luma's mean, deviation and detail
        self._window: list[NDArray[np.float32]] = []  # opponent planes of the newest frames
        self._first = 0  # index of the oldest frame in the window
        self._changes: list[float] = [0.0]  # plain difference of each frame from the one before
        self._judged = 1  # frames before this have been judged
        self._cuts: list[tuple[int, float, dict[str, float]]] = []

    def add(self, pts: NDArray[np.int64], pixels: NDArray[np.uint8]) -> None:
        """pts (n,) ticks, increasing; pixels (n, 36, 64, 3) uint8 RGB."""
        if pixels.shape[1:] != (HEIGHT, WIDTH, 3) or len(pts) != len(pixels):
            raise ValueError(f"pictures of {HEIGHT}×{WIDTH}×3 with one timestamp each, not {pixels.shape}")
        for tick, picture in zip(pts, pixels, strict=True):
            planes = opponent(picture)
            if self._pts and int(tick) <= self._pts[-1]:
                raise ValueError(f"timestamps rise: {int(tick)} after {self._pts[-1]}")
            if self._pts:
                self._changes.append(plain_difference(self._window[-1], planes))
            self._pts.append(int(tick))
            self._signatures.append(signature(picture))
            luma = planes[..., 0]
            self._levels.append((float(luma.mean()), float(luma.std()), detail(luma)))
            self._window.append(planes)
            if self._judged + LOOK < len(self._pts):
                self._judge(self._judged, last=len(self._pts))
                self._judged += 1
            if len(self._window) > 4 * LOOK:
                del self._window[:LOOK]
                self._first += LOOK

    def finish(self, end_pts: int) -> ShotList:
        """The boundaries and shots; `end_pts` is where the last frame stops being shown."""
        count = len(self._pts)
        while self._judged < count:
            self._judge(self._judged, last=count)
            self._judged += 1
        if not count:
            return ShotList(boundaries=(), shots=())
        track = Signatures(
            pts=np.array([*self._pts, end_pts], np.int64),
            cells=np.stack(self._signatures),
            levels=np.array(self._levels, np.float32),
            time_base=self._time_base,
        )
        cuts = self._strongest()
        fades = find_fades(track, [index for index, _, _ in cuts])
        cuts = [cut for cut in cuts if not any(fade.start < cut[0] < fade.end for fade in fades)]
        gradual = find_gradual(track, [index for index, _, _ in cuts], fades)
        found = [
            Boundary(
                type="cut",
                start_pts=self._pts[index],
                end_pts=self._pts[index],
                confidence=round(confidence, 3),
                evidence=evidence,
            )
            for index, confidence, evidence in cuts
        ]
        for one in (*fades, *gradual):
            found.append(
                Boundary(
                    type=one.type,
                    start_pts=int(track.pts[one.start]),
                    end_pts=int(track.pts[one.end]),
                    confidence=round(one.confidence, 3),
                    evidence=one.evidence,
                )
            )
        found.sort(key=lambda boundary: (boundary.start_pts, boundary.end_pts))
        return ShotList(boundaries=tuple(found), shots=shots_between(found, self._pts, end_pts))

    def _planes(self, index: int) -> NDArray[np.float32]:
        return self._window[index - self._first]

    def _judge(self, index: int, last: int) -> None:
        """Decide whether a cut lies before frame `index`; frames up to `last` are in the window."""
        change = self._changes[index]
        if change < NOTICED:
            return
        around = [
            self._changes[other]
            for other in range(max(1, index - NEIGHBOURS), min(last, index + NEIGHBOURS + 1))
            if other != index
        ]
        usual = float(np.mean(sorted(around)[:-LOUDEST])) if len(around) > LOUDEST else 0.0
        stand_out = change / (usual + 1.0)
        if stand_out < STAND_OUT:
            return
        before, after = self._planes(index - 1), self._planes(index)
        moved = moved_difference(before, after)
        depth = (contrast(before) + contrast(after)) / 2
        needed = min(ENOUGH, max(LEAST, OF_CONTRAST * depth))
        if moved < needed:
            return
        wide = plain_difference(
            self._planes(max(self._first, index - 4)), self._planes(min(last - 1, index + 3))
        )
        if change < WHOLE_JUMP * wide:
            return
        if self._returns(index, moved, last):
            return
        likeness = structure_likeness(before, after)
        if min(contrast(before), contrast(after)) > STRUCTURED and likeness > SAME_STRUCTURE:
            return
        margin = min(moved / needed, stand_out / STAND_OUT)
        evidence = {
            "difference": round(moved, 2),
            "needed": round(needed, 2),
            "times_usual": round(stand_out, 2),
        }
        self._cuts.append((index, 1.0 - 0.5 / margin, evidence))

    def _returns(self, index: int, moved: float, last: int) -> bool:
        """Whether the picture before comes back within a flash's time (or this is that coming back)."""
        limit = RETURNED * moved
        for pairs in (
            [(index - 1, later) for later in range(index + 1, min(last, index + LOOK))],
            [(earlier, index) for earlier in range(index - 2, max(self._first, index - LOOK) - 1, -1)],
        ):
            near = [
                (first, second)
                for first, second in pairs
                if self._pts[second] - self._pts[first] <= self._flash_ticks + self._one_frame(index)
            ]
            scored = sorted(
                (plain_difference(self._planes(first), self._planes(second)), first, second)
                for first, second in near
            )
            for _, first, second in scored[:2]:
                if moved_difference(self._planes(first), self._planes(second)) < limit:
                    return True
        return False

    def _one_frame(self, index: int) -> int:
        return self._pts[index] - self._pts[index - 1]

    def _strongest(self) -> list[tuple[int, float, dict[str, float]]]:
        """One cut where a blended frame made two next to one another."""
        kept: list[tuple[int, float, dict[str, float]]] = []
        for cut in self._cuts:
            if kept and cut[0] - kept[-1][0] <= 2:
                if self._changes[cut[0]] > self._changes[kept[-1][0]]:
                    kept[-1] = cut
            else:
                kept.append(cut)
        return kept
