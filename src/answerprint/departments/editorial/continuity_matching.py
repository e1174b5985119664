"""The same surfaces in two pictures: an earlier one laid onto a later one of the same set-up or wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.editorial.continuity_framing import (
    TIGHT,
    guesses,
    moves_by_pattern,
    not_background,
)
from answerprint.departments.editorial.continuity_looking import Floats, Look, SeenFace

RATIO = 0.8  # nearest sign against the second nearest (Lowe 2004)
NEAR = 3.0  # pixels off at most, of points that agree
ENOUGH = 7  # points that must agree
PLENTY = 40  # points: where so many agree nothing better is looked for
AGREE = 0.85  # share of the patterned places that must then look alike; wallpaper laid wrongly has 0.6 to 0.8
AGREE_SUPPOSED = 0.4  # … where the set-up is known to be the same, and the framing nearly is
REFRAMED = 0.15  # of the picture's width, and of its scale, that takes of a set-up may differ by
FARTHEST = 400.0  # between two signs of 128 numbers up to 255: beyond it nothing is the same
ABOUT = 45.0  # pixels that a guessed framing may be off
LARGEST = 4.0  # scale between the framings, or its inverse
LEAN = 0.15  # radians of roll between them: cameras stand level
DARK, BRIGHT = 0.002, 0.93  # linear light outside which the sensor says nothing
PATTERNED = 0.012  # variance of log light from which on there is a pattern to compare
LEAST_PATTERNED = 2500  # pixels
CELL = 16  # pixels of the cells that light is compared in
MARGIN = 21  # pixels: so near the other picture's edge nothing is compared
PATTERN = 21  # pixels of the windows in which a pattern is compared

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Surfaces:
    """An earlier picture laid onto a later one. earlier, later: (h, w, 3) linear; seen: (h, w) where both
    show something that is not people, does not move, and is neither black nor burnt; like: (h, w) −1 … 1, how
    alike their patterns are; to_later: (2, 3); points: how many agreed, 0 where the framing was only
    supposed to be the same; faced: whether it is known where people stand."""

    earlier: Floats
    later: Floats
    seen: Mask
    like: Floats
    to_later: NDArray[np.float64]
    points: int
    faced: bool


def same_surfaces(earlier: Look, later: Look, *, same_setup: bool) -> Surfaces | None:
    """The earlier look on the later one; None where they share no surfaces that can be told.

    same_setup: where points are too few, the framings are taken to be the same unless the patterns say no.
    """
    best: Surfaces | None = None
    for move, points in _moves(earlier, later):
        if best is not None and points <= best.points:
            continue
        found = _laid_on(earlier, later, move, points)
        if _agree(found, AGREE_SUPPOSED if same_setup and _near(move, later) else AGREE):
            best = found
            if points >= PLENTY:
                break
    if best is not None:
        return best
    for move in moves_by_pattern(earlier, later):
        found = _laid_on(earlier, later, move, 0)
        if _agree(found):
            return found
    if not same_setup or earlier.grey.shape != later.grey.shape:
        return None
    supposed = _laid_on(earlier, later, np.eye(2, 3), 0)
    return supposed if _agree(supposed, AGREE_SUPPOSED, untold=True) else None


def _near(move: NDArray[np.float64], later: Look) -> bool:
    """Whether a move is what one set-up differs by from take to take."""
    height, width = later.grey.shape
    middle = np.array([width / 2, height / 2])
    off = move[:, :2] @ middle + move[:, 2] - middle
    scale = float(np.hypot(move[0, 0], move[0, 1]))
    return bool(np.hypot(*off) < REFRAMED * width and abs(np.log(scale)) < REFRAMED)


def _laid_on(earlier: Look, later: Look, move: NDArray[np.float64], points: int) -> Surfaces:
    size = later.grey.shape[1], later.grey.shape[0]
    light = cv2.warpAffine(
        earlier.light, move, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32, copy=False)
    there = np.full(earlier.grey.shape, 255, np.uint8)
    there[0], there[-1], there[:, 0], there[:, -1] = 0, 0, 0, 0
    inside = cv2.warpAffine(there, move, size) > 250
    seen = cv2.erode(inside.astype(np.uint8), np.ones((MARGIN, MARGIN), np.uint8), borderValue=1) > 0
    still = (~not_background(earlier)).astype(np.uint8) * 255
    seen &= cv2.warpAffine(still, move, size) > 250
    seen &= ~not_background(later)
    for one in (light, later.light):
        luma = cv2.blur(luma_of(one), (5, 5))
        seen &= (luma > DARK) & (cv2.blur(one.max(2), (5, 5)) < BRIGHT)
    faced = earlier.side.faces is not None and later.side.faces is not None
    like = _likeness(light, later.light)
    return Surfaces(light, later.light, np.asarray(seen, np.bool_), like, move, points, faced)


def _agree(surfaces: Surfaces, least: float = AGREE, *, untold: bool = False) -> bool:
    """Whether what has a pattern has the same in both pictures: points alone can agree by chance. untold: the
    answer where hardly anything has a pattern."""
    patterned = np.maximum(pattern_of(surfaces.earlier), pattern_of(surfaces.later)) > PATTERNED
    told = surfaces.seen & patterned
    if int(told.sum()) < LEAST_PATTERNED:
        return untold
    return float((surfaces.like[told] > 0.5).mean()) >= least


def luma_of(light: Floats) -> Floats:
    found: Floats = light @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return found


def pattern_of(light: Floats) -> Floats:
    """(h, w): variance of log light in a window around each place."""
    log = np.log(np.maximum(luma_of(light), 1e-3)).astype(np.float32)
    mean = cv2.blur(log, (PATTERN, PATTERN))
    found: Floats = np.maximum(cv2.blur(log * log, (PATTERN, PATTERN)) - mean * mean, 0)
    return found


def laid(surfaces: Surfaces, face: SeenFace) -> tuple[float, float, float, float]:
    """Where a face of the earlier picture would stand in the later one: x, y, width, height."""
    x, y, w, h = face.box
    corners = np.array([[x, y, 1], [x + w, y + h, 1]]) @ surfaces.to_later.T
    low, far = corners.min(0), corners.max(0)
    return float(low[0]), float(low[1]), float(far[0] - low[0]), float(far[1] - low[1])


def cells(values: Floats, seen: Mask, weight: Floats | None = None) -> tuple[Floats, Floats]:
    """Means of (h, w) or (h, w, k) values over cells of CELL pixels, and the share of each that was seen."""
    height, width = (one // CELL for one in seen.shape)
    given = seen.astype(np.float32) if weight is None else seen * weight
    size = (width, height)

    def mean(field: Floats) -> Floats:
        cut = field[: height * CELL, : width * CELL]
        return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.float32)

    share = mean(given.astype(np.float32))
    weighted = mean((values * (given[..., None] if values.ndim == 3 else given)).astype(np.float32))
    scale = np.maximum(share, 1e-6)
    means: Floats = (weighted / (scale[..., None] if values.ndim == 3 else scale)).astype(np.float32)
    return means, share


def _likeness(one: Floats, other: Floats) -> Floats:
    """(h, w): correlation of the two pictures' log light in a window around each place, at its best within a
    pixel or two of where it should be; 0 where there is no pattern."""
    first, second = (np.log(np.maximum(luma_of(light), 1e-3)).astype(np.float32) for light in (one, other))
    first, second = (np.asarray(cv2.GaussianBlur(one, (0, 0), 1.0), np.float32) for one in (first, second))
    best = np.full(first.shape, -1.0, np.float32)
    for dx, dy in ((0, 0), (2, 0), (-2, 0), (0, 2), (0, -2)):
        moved = np.roll(first, (dy, dx), (0, 1))
        best = np.maximum(best, _correlation(moved, second))
    return best


def _correlation(one: Floats, other: Floats) -> Floats:
    window = (PATTERN, PATTERN)
    mean_one, mean_other = cv2.blur(one, window), cv2.blur(other, window)
    shared = cv2.blur(one * other, window) - mean_one * mean_other
    own = np.maximum(cv2.blur(one * one, window) - mean_one * mean_one, 0)
    own_other = np.maximum(cv2.blur(other * other, window) - mean_other * mean_other, 0)
    quiet = np.float32(4e-4)  # variance of log light that grain and coding leave
    found: Floats = (shared / np.sqrt((own + quiet) * (own_other + quiet))).astype(np.float32)
    return found


def _moves(earlier: Look, later: Look) -> Iterator[tuple[NDArray[np.float64], int]]:
    """(2, 3) from the earlier picture to the later, and how many points agree, of every guess that holds:
    points that are alike anywhere, the same framing, and the framing that lays one face on another."""
    first, second = (~not_background(one, TIGHT)[_rows_columns(one)] for one in (earlier, later))
    here, there = earlier.points[first], later.points[second]
    if min(len(here), len(there)) < ENOUGH:
        return
    one, other = earlier.signs[first], later.signs[second]
    away = np.sqrt(np.maximum((one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T, 0))
    anywhere = _fitted(here, there, away)
    if anywhere is not None:
        yield anywhere
    for guess in guesses(earlier, later):
        placed = here @ guess[:, :2].T + guess[:, 2]
        far = np.hypot(*(placed[:, None] - there[None]).transpose(2, 0, 1)) > ABOUT
        near = _fitted(here, there, np.where(far, np.inf, away))
        if near is not None:
            yield near


def _fitted(here: Floats, there: Floats, away: Floats) -> tuple[NDArray[np.float64], int] | None:
    """The move that most pairs of nearest points agree on. away: (n, m), infinite where no pair may be."""
    order = np.argpartition(away, 1, axis=1)[:, :2] if away.shape[1] > 1 else np.zeros((len(away), 2), int)
    nearest = np.sort(np.take_along_axis(away, order, 1), axis=1)
    chosen = np.argmin(away, axis=1)
    sure = np.isfinite(nearest[:, 0]) & (nearest[:, 0] < RATIO * nearest[:, 1]) & (nearest[:, 0] < FARTHEST)
    if int(sure.sum()) < ENOUGH:
        return None
    cv2.setRNGSeed(1)
    move: Any
    agree: Any
    move, agree = cv2.estimateAffinePartial2D(
        here[sure], there[chosen[sure]], ransacReprojThreshold=NEAR, maxIters=4000
    )
    if move is None or agree is None:
        return None
    scale = float(np.hypot(move[0, 0], move[0, 1]))
    count = int(agree.sum())
    lean = abs(float(np.arctan2(move[1, 0], move[0, 0])))
    if count < ENOUGH or lean > LEAN or not 1 / LARGEST < scale < LARGEST:
        return None
    return np.asarray(move, np.float64), count


def _rows_columns(look: Look) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where a look's points lie, as an index of its pictures."""
    height, width = look.grey.shape
    places = np.round(look.points).astype(np.intp).clip(0, (width - 1, height - 1)).reshape(-1, 2)
    return places[:, 1], places[:, 0]
