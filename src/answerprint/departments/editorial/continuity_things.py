"""Things that are no longer there, or stand elsewhere; and text that says something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

import cv2
import numpy as np

from answerprint.departments.editorial.continuity_looking import Floats, Look, SeenText, lab
from answerprint.departments.editorial.continuity_matching import PATTERNED, Surfaces, pattern_of

UNLIKE = 0.35  # correlation of patterns under which a place shows something else
OTHER_COLOUR = 9.0  # ΔE*ab beyond what the picture's change of light explains
BROAD = 8.0  # eighths of pixels: how broadly the light is evened out
LEAST_SHARE = 0.0006  # of the picture: smaller changes are coding
SAME_PLACE = 0.35  # of the smaller box that two texts share


@dataclass(frozen=True)
class ThingChange:
    """The plainest place where something else stands. share: of the picture; strength: 0 … 1, how unlike;
    noise: how much of the rest of the picture is as unlike, 0 … 1; box: left, top, right, bottom in pixels
    of the later picture."""

    share: float
    strength: float
    noise: float
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class TextChange:
    """Text at one place that reads otherwise. unlike: 0 … 1; sure: of the less sure reading."""

    before: SeenText
    after: SeenText
    unlike: float
    sure: float


def thing_change(surfaces: Surfaces, gains: tuple[float, float, float]) -> ThingChange | None:
    """None where too little is seen of the same surfaces, or nothing stands out."""
    seen = cv2.erode(surfaces.seen.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if float(seen.mean()) < 0.1:
        return None
    earlier = (surfaces.earlier * np.array(gains, np.float32)).astype(np.float32)
    patterned = np.maximum(pattern_of(earlier), pattern_of(surfaces.later)) > PATTERNED
    other_pattern = np.clip((UNLIKE - surfaces.like) / (UNLIKE + 0.65), 0, 1) * patterned
    colour = _colour_off(earlier, surfaces.later)
    other_colour = np.clip((colour - OTHER_COLOUR) / 25, 0, 1)
    unlike = cv2.blur((np.maximum(other_pattern, other_colour) * seen).astype(np.float32), (5, 5))
    marked = ((unlike > 0.12) & seen).astype(np.uint8)
    marked = np.asarray(cv2.morphologyEx(marked, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marked)
    if count < 2:
        return None
    size = float(seen.size)
    weights = np.bincount(labels.ravel(), weights=unlike.ravel(), minlength=count)
    weights[0] = 0
    best = int(np.argmax(weights))
    left, top, w, h, area = (int(one) for one in stats[best])
    if area / size < LEAST_SHARE:
        return None
    rest = float((weights.sum() - weights[best]) / max(float(seen.sum()), 1.0))
    return ThingChange(area / size, float(weights[best] / area), rest, (left, top, left + w, top + h))


def text_change(earlier: Look, later: Look, surfaces: Surfaces) -> TextChange | None:
    """The surest text that reads otherwise at the same place; None where none is read in both."""
    found: list[TextChange] = []
    for one in earlier.side.texts or ():
        corners = np.array([[*one.box[:2], 1], [*one.box[2:], 1]]) @ surfaces.to_later.T
        placed = corners[0, 0], corners[0, 1], corners[1, 0], corners[1, 1]
        for other in later.side.texts or ():
            if _shared(placed, other.box) < SAME_PLACE:
                continue
            said, says = (re.sub(r"[^0-9A-Z]", "", text.text.upper()) for text in (one, other))
            unlike = 1 - SequenceMatcher(None, said, says, autojunk=False).ratio()
            found.append(TextChange(one, other, unlike, min(one.sure, other.sure)))
    return max(found, key=lambda each: each.unlike * each.sure, default=None)


def _colour_off(earlier: Floats, later: Floats) -> Floats:
    """(h, w) ΔE*ab, the lightness of which counts half, between what is left when both are softened and the
    light is evened out between them."""
    soft = [cv2.GaussianBlur(one, (0, 0), 2.5) for one in (earlier, later)]
    height, width = earlier.shape[:2]
    small = [cv2.resize(one, (width // 8, height // 8), interpolation=cv2.INTER_AREA) for one in soft]
    broad = [np.asarray(cv2.GaussianBlur(one, (0, 0), BROAD), np.float32) for one in small]
    even = cv2.resize(np.clip(broad[1] / np.maximum(broad[0], 1e-4), 0.4, 2.5), (width, height))
    here = lab(np.asarray(soft[1], np.float32))
    least: Floats | None = None
    for dx, dy in ((0, 0), (3, 0), (-3, 0), (0, 3), (0, -3)):
        moved = np.roll(soft[0] * even, (dy, dx), (0, 1))
        off = (here - lab(np.asarray(moved, np.float32))) * np.array([0.5, 1, 1], np.float32)
        far = np.sqrt((off * off).sum(2)).astype(np.float32)
        least = far if least is None else np.minimum(least, far)
    assert least is not None
    return least


def _shared(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    least = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(0.0, wide) * max(0.0, tall) / max(least, 1e-6)
