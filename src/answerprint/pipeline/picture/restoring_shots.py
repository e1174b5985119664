"""Cuts that damage feigned: a picture full of it, or a sudden change of light, is no shot of its own."""

from __future__ import annotations

import cv2
import msgspec
import numpy as np

from answerprint.departments.picture.restoring.levels import evened
from answerprint.departments.picture.restoring.motion import Floats, grey_of, led, measured
from answerprint.pipeline.picture.reels import Reel

SHORT = 6  # pictures of a shot that is doubted
ALIKE = 0.7  # correlation of two pictures, light evened and motion undone, that are of one shot
ACROSS = 240  # pixels


def without_feigned_cuts(reel: Reel) -> Reel:
    """The reel with short shots put to those before or after them that go on as they do."""
    if len(reel.shots) < 2:
        return reel
    starts = [start for start, _ in reel.shots]
    dropped = set()
    for (start, end), (after, last) in zip(reel.shots, reel.shots[1:], strict=False):
        if min(end - start, last - after) <= SHORT and _go_on(reel, after):
            dropped.add(after)
    kept = [one for one in starts if one not in dropped]
    return msgspec.structs.replace(reel, shots=tuple(zip(kept, [*kept[1:], reel.count], strict=True)))


def _go_on(reel: Reel, number: int) -> bool:
    size = ACROSS, max(32, round(ACROSS * reel.height / reel.width))
    seen = [pixels for _, pixels in reel.pictures(number - 1, number + 1, size=size)]
    if len(seen) < 2:
        return False
    before, now = (_evened(pixels, reel.linear) for pixels in seen)
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    there = led(before.astype(np.float32), measured(method, now, before))
    like = np.corrcoef(there.ravel(), now.astype(np.float32).ravel())[0, 1]
    return bool(np.isfinite(like) and like > ALIKE)


def _evened(pixels: Floats, linear: bool) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    grey = np.asarray(cv2.medianBlur(np.clip(grey_of(pixels, linear), 0, 1), 5), np.float32)
    return evened(grey)
