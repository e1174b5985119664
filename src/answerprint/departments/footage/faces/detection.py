"""Faces in a picture: MediaPipe's short-range detector over the whole picture and over tiles of it.

The network sees 128 × 128 pixels and finds faces of about a tenth of that and more; tiles bring the faces of
wide shots up to it. Bazarevsky et al. 2019, BlazeFace, arXiv 1907.05047.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.models.runtimes.tflite import load_tflite

DETECTOR = "face_detection_short_range.tflite"
SIDE = 128  # pixels the network sees
ENOUGH = 0.5  # probability from which on a face is one, MediaPipe's default
OVERLAP = 0.3  # IoU from which on two finds are one face, MediaPipe's default
INSIDE = 0.6  # share of the smaller box: a find of a part of a face in a tile belongs to the whole
TILE_ROWS = (1, 2)  # tiles are squares of the picture's height over these
TILE_OVERLAP = 0.3  # of a tile: a face up to this share of a tile is whole in one of them
SMALLEST = 0.08  # of a tile's side: the detector's boxes under it are seldom faces
EDGE = 0.02  # of a tile: a find that touches its edge is a face cut through, which another tile has whole

Floats = NDArray[np.float32]
# Which point of a find is which: the eyes, the tip of the nose, the mouth, where the ears begin.
EYE_LEFT, EYE_RIGHT, NOSE, MOUTH, EAR_LEFT, EAR_RIGHT = range(6)  # left and right as seen in the picture


@dataclass(frozen=True)
class Found:
    """A face in a picture. box: x, y, width, height; points (6, 2): both in pixels of that picture."""

    box: tuple[float, float, float, float]
    points: Floats
    score: float


class FaceDetector:
    """The detector of a folder of fetched models. Not for two threads at a time."""

    def __init__(self, model: Path) -> None:
        self._model = load_tflite(model, ("regressors", "classificators"), (SIDE, SIDE))

    def find(self, picture: NDArray[np.uint8], *, closely: bool = True) -> list[Found]:
        """Faces of a picture (h, w, 3) uint8 RGB, most certain first; each once.

        closely: also in the small tiles, which find the faces of wide shots and take most of the time.
        """
        if picture.ndim != 3 or picture.shape[2] != 3:
            raise ValueError(f"faces are looked for in (height, width, 3), not {picture.shape}")
        height, width, _ = picture.shape
        found: list[Found] = []
        for left, top, side in [(0, 0, max(height, width)), *tiles(width, height, closely=closely)]:
            found += self._in_square(picture, left, top, side)
        return merged(found)

    def _in_square(self, picture: NDArray[np.uint8], left: int, top: int, side: int) -> list[Found]:
        """Faces of the square of a picture at left, top; what of it lies outside the picture is black."""
        height, width, _ = picture.shape
        cut = picture[top : top + side, left : left + side]
        tall, wide = (max(1, round(length * SIDE / side)) for length in cut.shape[:2])
        seen = np.zeros((SIDE, SIDE, 3), np.uint8)
        seen[:tall, :wide] = cv2.resize(cut, (wide, tall), interpolation=cv2.INTER_AREA)
        regressors, scores = self._model.run(seen.astype(np.float32) / np.float32(127.5) - 1)
        boxes, points, chances = decode(regressors.reshape(-1, 16), scores.reshape(-1))
        able = chances >= ENOUGH
        found = []
        for box, where, chance in zip(boxes[able], points[able], chances[able], strict=True):
            x, y, w, h = (box * side).tolist()
            cut_through = (
                (left > 0 and box[0] < EDGE)
                or (top > 0 and box[1] < EDGE)
                or (left + side < width and box[0] + box[2] > 1 - EDGE)
                or (top + side < height and box[1] + box[3] > 1 - EDGE)
            )
            if box[2] < SMALLEST or cut_through:
                continue
            spot = where * side + np.array([left, top], np.float32)
            found.append(Found((x + left, y + top, w, h), spot.astype(np.float32), float(chance)))
        return merged(found)


def tiles(width: int, height: int, *, closely: bool = True) -> list[tuple[int, int, int]]:
    """Squares (left, top, side) that cover a picture, overlapping, in two sizes; none for tiny pictures."""
    found: list[tuple[int, int, int]] = []
    short = min(width, height)
    for rows in TILE_ROWS if closely else TILE_ROWS[:1]:
        side = short if rows == 1 else round(short / rows * (1 + TILE_OVERLAP / 2))
        if side < SIDE or (rows == 1 and max(width, height) < 1.15 * short):
            continue
        lefts, tops = _starts(width, side), _starts(height, side)
        found += [(left, top, side) for top in tops for left in lefts]
    return found


def decode(regressors: Floats, logits: Floats) -> tuple[Floats, Floats, Floats]:
    """Boxes (n, 4) x y w h, points (n, 6, 2) and probabilities (n,), in parts of the square that was seen."""
    anchors = _anchors()
    middle = regressors[:, :2] / SIDE + anchors
    size = regressors[:, 2:4] / SIDE
    points = regressors[:, 4:].reshape(-1, 6, 2) / SIDE + anchors[:, None]
    chances = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
    boxes: Floats = np.concatenate([middle - size / 2, size], 1).astype(np.float32)
    return boxes, points.astype(np.float32), chances.astype(np.float32)


def merged(found: list[Found]) -> list[Found]:
    """Finds of one face made one: boxes averaged by their scores, the best score kept."""
    left = sorted(found, key=lambda one: (-one.score, one.box))
    kept: list[Found] = []
    while left:
        best = left[0]
        same = [one for one in left if overlap(one.box, best.box) > OVERLAP]
        rest = [one for one in left if overlap(one.box, best.box) <= OVERLAP]
        left = [one for one in rest if covered(one.box, best.box) <= INSIDE]
        weights = np.array([one.score for one in same])
        box = np.average([one.box for one in same], axis=0, weights=weights)
        points = np.average([one.points for one in same], axis=0, weights=weights).astype(np.float32)
        kept.append(Found((float(box[0]), float(box[1]), float(box[2]), float(box[3])), points, best.score))
    return kept


Box = tuple[float, float, float, float]


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes x y w h."""
    shared = _shared(one, other)
    return shared / max(one[2] * one[3] + other[2] * other[3] - shared, 1e-9)


def covered(one: Box, other: Box) -> float:
    """Share of the smaller box that lies in the other."""
    return _shared(one, other) / max(min(one[2] * one[3], other[2] * other[3]), 1e-9)


def _shared(one: Box, other: Box) -> float:
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    tall = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, tall)


def _starts(length: int, side: int) -> list[int]:
    """Where squares begin so that they cover a length and overlap by at least TILE_OVERLAP."""
    if length <= side:
        return [0]
    count = int(np.ceil((length - side) / (side * (1 - TILE_OVERLAP)))) + 1
    return [round(place) for place in np.linspace(0, length - side, count)]


def _anchors() -> Floats:
    """(896, 2): middles of the cells of the two maps, two finds a cell on the fine one, six on the coarse."""
    global _ANCHORS
    if _ANCHORS is None:
        cells = []
        for grid, each in ((16, 2), (8, 6)):
            y, x = np.mgrid[0:grid, 0:grid]
            middle = np.stack([(x.ravel() + 0.5) / grid, (y.ravel() + 0.5) / grid], 1)
            cells.append(np.repeat(middle, each, axis=0))
        _ANCHORS = np.concatenate(cells).astype(np.float32)
    return _ANCHORS


_ANCHORS: Floats | None = None
