"""Which shots of a production show the same: the same footage twice, or two takes of one set-up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.time import Range
from answerprint.departments.footage.looks.fingerprints import Fingerprint
from answerprint.departments.footage.looks.measures import GRID_HEIGHT, GRID_WIDTH

SAME_FRAMING = 0.68  # likeness of two takes of one set-up
COPIED_FRAMING = 0.8  # likeness of framing a copy keeps under a small crop, grade and titles
SAME_COURSE = 0.78  # correlation of what changes that makes a duplicate of it …
STILL, STILL_FRAMING = 1.0, 0.96  # … or likeness of framing, where courses are weaker than this (of 127)
MOVED = 6.0  # of 127: weaker courses say less of a likeness
COURSE_COUNTS = 0.1  # of a likeness that another course takes off
FINER = 3  # steps a moment is divided into when courses are laid over one another
LEAST_SHARED = 0.6  # of the shorter course must overlap
TITLE_ROWS, TITLE_WEIGHT = 4, 0.35  # rows of 18 at the bottom, where subtitles stand, count for less

SMALL_WIDTH, SMALL_HEIGHT = 16, 9
CROPS = (0.0, 0.04, 0.08, 0.12)  # parts of the picture cut away, in all, that are tried
BLOCK = 256  # shots compared with all others at a time

Kind = Literal["duplicate", "alike"]


class Pair(msgspec.Struct, frozen=True):
    """Two shots by their places in the list, first before second. likeness 0 … 1."""

    first: int
    second: int
    kind: Kind
    likeness: float


class ShotPlace(msgspec.Struct, frozen=True):
    """A shot of an asset, on the asset's own clock."""

    asset: str
    range: Range


class AlikePair(msgspec.Struct, frozen=True):
    first: ShotPlace
    second: ShotPlace
    kind: Kind
    likeness: float


class AlikeShots(msgspec.Struct, frozen=True):
    """Every pair of a production's shots that shows the same, the likest first."""

    pairs: tuple[AlikePair, ...]


def pairs_of(shots: Sequence[Fingerprint], least: float = SAME_FRAMING) -> list[Pair]:
    """Every pair that shows the same, the likest first. A duplicate shares its course, too."""
    found = []
    for first, second, framing in framing_pairs(shots, least):
        one, two = shots[first], shots[second]
        together = course_likeness(one, two)
        strengths = sorted((_strength(one), _strength(two)))
        if strengths[1] >= STILL:
            same = strengths[0] >= 0.5 * STILL and together >= SAME_COURSE and framing >= COPIED_FRAMING
        else:  # nothing moves in either: only a framing alike to the pixel and the same length will do
            same = framing >= STILL_FRAMING and abs(len(one.course) - len(two.course)) <= 1
        likeness = _footage(one, two, framing, together)
        found.append(Pair(first, second, "duplicate" if same else "alike", round(likeness, 4)))
    return sorted(found, key=lambda one: (-one.likeness, one.first, one.second))


def framing_pairs(shots: Sequence[Fingerprint], least: float) -> list[tuple[int, int, float]]:
    """Pairs whose framings are at least so alike, each allowed to be a small crop of the other."""
    if len(shots) < 2:
        return []
    views = _views(shots)
    plain = views[:, 0]
    found = []
    for start in range(0, len(shots), BLOCK):
        block = slice(start, start + BLOCK)
        best = np.full((len(plain[block]), len(shots)), -1.0, np.float32)
        for view in range(views.shape[1]):
            np.maximum(best, plain[block] @ views[:, view].T, out=best)
            if view:
                np.maximum(best, views[block, view] @ plain.T, out=best)
        first, second = np.nonzero(best >= least)
        later = second > first + start
        found += [
            (int(a) + start, int(b), float(best[a, b]))
            for a, b in zip(first[later], second[later], strict=True)
        ]
    return found


def footage_likeness(one: Fingerprint, two: Fingerprint, framing: float) -> float:
    """Likeness of two shots as footage, to rank by: of framing, less where another course runs through it."""
    return _footage(one, two, framing, course_likeness(one, two))


def course_likeness(one: Fingerprint, two: Fingerprint) -> float:
    """The highest correlation of two courses, −1 … 1, over all shifts that share most of the shorter."""
    a, b = _finer(one.course), _finer(two.course)
    shared = max(FINER, round(LEAST_SHARED * min(len(a), len(b))))
    best = -1.0
    for shift in range(shared - len(b), len(a) - shared + 1):
        left, right = a[max(0, shift) :], b[max(0, -shift) :]
        length = min(len(left), len(right))
        # What stays the same all the time is framing, and no course.
        x, y = (side[:length] - side[:length].mean(axis=0) for side in (left, right))
        x, y = x.reshape(-1), y.reshape(-1)
        size = float(np.sqrt((x @ x) * (y @ y)))
        if size > 0:
            best = max(best, float(x @ y) / size)
    return best


def _footage(one: Fingerprint, two: Fingerprint, framing: float, together: float) -> float:
    told = min(1.0, min(_strength(one), _strength(two)) / MOVED)
    return framing * (1 - COURSE_COUNTS * told * (1 - max(0.0, together)))


def _strength(one: Fingerprint) -> float:
    course = one.course.astype(np.float32)
    return float(np.abs(course - course.mean(axis=0)).mean()) if len(course) else 0.0


def _finer(course: NDArray[np.int8]) -> NDArray[np.float32]:
    """A course with steps put between its moments: two copies are seldom sampled at the same moments."""
    values = course.astype(np.float32)
    if len(values) < 2:
        return values
    places = np.arange((len(values) - 1) * FINER + 1) / FINER
    before = np.minimum(places.astype(int), len(values) - 2)
    part = (places - before)[:, None].astype(np.float32)
    return np.asarray(values[before] * (1 - part) + values[before + 1] * part, np.float32)


def _views(shots: Sequence[Fingerprint]) -> NDArray[np.float32]:
    """(n, views, 144) unit vectors: every shot's framing whole and cropped, at 16×9."""
    stack = np.stack([one.framing for one in shots]).astype(np.float32).reshape(len(shots), -1)
    weight = np.ones((GRID_HEIGHT, GRID_WIDTH), np.float32)
    weight[-TITLE_ROWS:] = TITLE_WEIGHT
    views = []
    for matrix in _crops():
        seen = stack @ matrix.T
        seen = seen * _small(weight).reshape(-1)
        size = np.linalg.norm(seen, axis=1, keepdims=True)
        views.append(seen / np.maximum(size, 1e-6))
    return np.stack(views, axis=1).astype(np.float32)


def _crops() -> list[NDArray[np.float32]]:
    """Matrices (144, 576): the whole picture first, then crops in the middle and towards each corner."""
    windows = []
    for crop in CROPS:
        middle = crop / 2
        windows.append((middle, middle, crop))
        if crop:
            windows += [(left, top, crop) for left in (0.0, crop) for top in (0.0, crop)]
    unit = np.eye(GRID_HEIGHT * GRID_WIDTH, dtype=np.float32).reshape(-1, GRID_HEIGHT, GRID_WIDTH)
    return [np.stack([_window(one, *window).reshape(-1) for one in unit], axis=1) for window in windows]


def _window(picture: NDArray[np.float32], left: float, top: float, crop: float) -> NDArray[np.float32]:
    """The part of a picture that is left, at the size of the whole, then at 16×9."""
    keep = 1 - crop
    move = np.array(
        [[keep, 0, left * GRID_WIDTH + 0.5 * keep - 0.5], [0, keep, top * GRID_HEIGHT + 0.5 * keep - 0.5]],
        np.float32,
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(
        picture, move, (GRID_WIDTH, GRID_HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return _small(np.asarray(seen, np.float32))


def _small(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(picture.reshape(SMALL_HEIGHT, 2, SMALL_WIDTH, 2).mean(axis=(1, 3)), np.float32)
