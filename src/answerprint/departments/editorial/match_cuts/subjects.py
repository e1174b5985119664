"""The outline of what a picture is about, for match cuts: people, what moves, or what stands out.

People are cut out by MediaPipe's selfie segmentation where it was fetched. Otherwise what moves against the
camera is taken, and where nothing does what is unlike the border; either is then made exact by its colours
(GrabCut, Rother et al. 2004).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.editorial.saliency import standing_out
from answerprint.models.runtimes.tflite import load_tflite

MODEL = "mediapipe-selfie"  # its name on the shelf
OUTPUT, MODEL_SIZE = "segment_back", (144, 256)

SMALLEST, LARGEST = 0.012, 0.6  # of the picture's area that a subject has
SURE = 0.5  # of a mark from which on a pixel is the subject's
PERSON, UNSURE = 0.5, 0.1  # probability of the network
HAZE = 12.0  # pixels it is unsure of, over the root of the mask's: people have 4 to 11, scenery 20 to 60
ROUNDS = 3  # of GrabCut
ROOM, MOVING_ROOM = 0.03, 0.05  # of the longer side around a mark in which its outline is looked for
CRUMB = 0.15  # parts smaller than this share of the largest belong to something else
NARROW = 0.3  # how much the middle of the picture counts for more
SOFT = 1.0  # pixels by which what stands out is smoothed
LEVELS = (0.6, 0.7, 0.78, 0.84, 0.88, 0.91, 0.94, 0.96, 0.975)  # shares of the picture that stand out less
RING = 6  # pixels around a thing that it is held against
APART = 0.8  # deviations of those a thing stands out by
NOISE = 0.03  # the least taken for one
HELD = 0.6  # of what moves, that a thing that stands out holds where it is what moves
HOLDS = 0.4  # overlap of an outline with what it was found by

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Picture = NDArray[np.uint8]


class Outline(NamedTuple):
    """mask: (h, w) bool. means: "person", "moving" or "standing out"."""

    mask: Mask
    means: str


class PersonFinder:
    """People as a network sees them. Not for two threads at a time."""

    def __init__(self, model: Path) -> None:
        self._model = load_tflite(model, (OUTPUT,), MODEL_SIZE)

    def find(self, picture: Picture) -> Floats:
        """(h, w) 0 … 1: how surely each pixel of a picture (h, w, 3) R'G'B' is a person's."""
        height, width = picture.shape[:2]
        small = cv2.resize(picture, MODEL_SIZE[::-1], interpolation=cv2.INTER_AREA)
        found = self._model.run(np.asarray(small, np.float32) / np.float32(255))[0].reshape(MODEL_SIZE)
        return np.asarray(cv2.resize(found, (width, height)), np.float32)


def outline_of(picture: Picture, moving: Floats, people: PersonFinder | None = None) -> Outline | None:
    """The subject of a picture (h, w, 3) R'G'B'; moving: (h, w) 0 … 1 what moves against the background."""
    if people is not None:
        seen = people.find(picture)
        mask = _parts(seen > PERSON)
        unsure = (seen > UNSURE) & (seen < 1 - UNSURE)
        if mask is not None and unsure.sum() <= HAZE * np.sqrt(mask.sum()):
            return Outline(mask, "person")
    stands = np.asarray(cv2.GaussianBlur(standing_out(picture, NARROW), (0, 0), SOFT), np.float32)
    moves, mask = _parts(moving > SURE), _standing(stands)
    means = "moving" if moves is not None else "standing out"
    if moves is not None and (mask is None or (mask & moves).sum() < HELD * moves.sum()):
        mask = moves
    if mask is None:
        return None
    exact = _parts(_exact(picture, mask, MOVING_ROOM if mask is moves else ROOM))
    if exact is None or _overlap(exact, mask) < HOLDS:  # its colours are those around it
        exact = mask if means == "moving" else None
    return Outline(exact, means) if exact is not None else None


def _standing(stands: Floats) -> Mask | None:
    """The one thing that stands out most from what is around it, at the level at which it does."""
    best, found = APART, None
    for level in np.quantile(stands, LEVELS):
        count, labels, stats, _ = cv2.connectedComponentsWithStats((stands > level).astype(np.uint8))
        for label in range(1, count):
            area = stats[label, cv2.CC_STAT_AREA] / stands.size
            if not SMALLEST <= area <= LARGEST:
                continue
            mask = labels == label
            if _borders(mask) > 1:
                continue
            wide = np.ones((2 * RING + 1, 2 * RING + 1), np.uint8)
            ring = (cv2.dilate(mask.astype(np.uint8), wide) > 0) & ~mask
            spread = float(stands[ring].std() + stands[mask].std()) + NOISE
            contrast = float(stands[mask].mean() - stands[ring].mean()) / spread
            if contrast > best:
                best, found = contrast, mask
    return found


def _overlap(one: Mask, two: Mask) -> float:
    return float((one & two).sum() / max(1, (one | two).sum()))


def _parts(mask: Mask) -> Mask | None:
    """A mask without crumbs and holes; None where it is too small, too large, or the frame around a scene."""
    clean = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(clean)
    if count < 2:
        return None
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = np.isin(labels, 1 + np.flatnonzero(areas >= CRUMB * areas.max())).astype(np.uint8)
    outlines, _ = cv2.findContours(kept, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(kept, outlines, -1, 1, cv2.FILLED)
    whole = kept > 0
    if not SMALLEST <= whole.mean() <= LARGEST or _borders(whole) >= 3:
        return None
    return whole


def _borders(mask: Mask) -> int:
    """How many sides of the picture it lies along."""
    sides = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    return sum(bool(side.mean() > 0.1) for side in sides)


def _exact(picture: Picture, mask: Mask, room: float) -> Mask:
    """The mask with the edges its colours have."""
    reach = max(3, round(room * max(mask.shape)) | 1)
    near = np.ones((reach, reach), np.uint8)
    grown, shrunk = cv2.dilate(mask.astype(np.uint8), near), cv2.erode(mask.astype(np.uint8), near)
    told = np.full(mask.shape, cv2.GC_BGD, np.uint8)
    told[grown > 0] = cv2.GC_PR_BGD
    told[mask] = cv2.GC_PR_FGD
    told[shrunk > 0] = cv2.GC_FGD
    if not (told == cv2.GC_BGD).any():
        return mask
    cv2.setRNGSeed(1)
    cut: Any = cv2.grabCut  # its types leave out that no rectangle is needed with a mask
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cut(np.ascontiguousarray(picture), told, None, *models, ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.asarray((told == cv2.GC_FGD) | (told == cv2.GC_PR_FGD), np.bool_)
