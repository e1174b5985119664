"""Places that two differently framed views both show, and the colours there: local features, then flow.

Features (SIFT, Lowe 2004) are matched both ways and kept where a homography carries them (MAGSAC++, Barath et
al. 2020), one plane after another, so that cameras may stand apart. On each plane dense flow (DIS, Kroeger
et al. 2016) leads on to where nothing is textured; what does not lead back, or whose structure differs, is
left out. All of it sees brightness made even over the picture, so that a grade does not matter.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.spaces import Picture

FEATURES = 3000
RATIO = 0.8  # Lowe's: the best match this much nearer than the second
LEAST = 15  # features on one plane; by chance some eight agree
PLANES = 4
NEAR = 3.0  # pixels off the plane
STEP = 6  # pixels between places of one plane
FARTHEST = 24.0  # pixels of flow off a plane
BACK = 1.0  # pixels that flow there and back may miss by
WINDOW = 15  # pixels of the window that structure is compared in
ALIKE = 0.6  # its correlation
FLAT = 6.0  # deviation of even brightness, of 255, under which a window has no structure
BLUR = 2.0  # pixels; grain and what registration misses by
EDGE = 0.02  # of ACEScct a pixel: steeper places count less
MOST = 6000

_cv: Any = cv2  # its stubs do not know all of it


class View(NamedTuple):
    """One frame: values (h, w, 3) of the grading space, and where they can be used (not clipped, finite)."""

    values: Picture
    usable: NDArray[np.bool_]


class Pairs(NamedTuple):
    """Colours of the same places: ours and theirs (n, 3), and how much each is trusted, 0 … 1."""

    ours: NDArray[np.float64]
    theirs: NDArray[np.float64]
    weight: NDArray[np.float64]
    features: int  # that geometry agrees on


class Seen(NamedTuple):
    """A view made even, with its features."""

    view: View
    even: NDArray[np.uint8]
    places: NDArray[np.float32]
    descriptors: NDArray[np.float32]


def seen(view: View) -> Seen:
    """A view as features and flow see it."""
    luma = np.nan_to_num(view.values.mean(axis=-1))
    low, high = np.percentile(luma[view.usable], (1, 99)) if view.usable.any() else (0.0, 1.0)
    scaled = np.clip((luma - low) / max(high - low, 0.02) * 255, 0, 255).astype(np.uint8)
    even = np.asarray(cv2.createCLAHE(2.0, (8, 8)).apply(scaled), np.uint8)
    points, found = _cv.SIFT_create(FEATURES, contrastThreshold=0.02).detectAndCompute(even, None)
    places = np.array([one.pt for one in points], np.float32).reshape(-1, 2)
    descriptors = found if found is not None else np.zeros((0, 128), np.float32)
    return Seen(
        view, even, places, np.sqrt(descriptors / np.maximum(descriptors.sum(1, keepdims=True), 1e-6))
    )


def pairs_between(ours: Seen, theirs: Seen, chance: np.random.Generator) -> Pairs | None:
    """Colours of places that both views show; None where no plane carries enough features."""
    mine, other = _matched(ours, theirs)
    found: list[tuple[Any, ...]] = []
    features = 0
    for _ in range(PLANES):
        if len(mine) < LEAST:
            break
        cv2.setRNGSeed(1)
        plane, on = cv2.findHomography(other, mine, cv2.USAC_MAGSAC, NEAR, maxIters=5000, confidence=0.999)
        keep = on.ravel().astype(bool) if on is not None else np.zeros(len(mine), bool)
        if plane is None or keep.sum() < LEAST or not _sane(np.asarray(plane, np.float64), theirs.even.shape):
            break
        features += int(keep.sum())
        found.append(_on_plane(ours, theirs, np.asarray(plane, np.float64)))
        mine, other = mine[~keep], other[~keep]
    if not found:
        return None
    one, two, weight = (np.concatenate(each) for each in zip(*found, strict=True))
    if len(one) < LEAST:
        return None
    if len(one) > MOST:
        some = np.sort(chance.choice(len(one), MOST, replace=False))
        one, two, weight = one[some], two[some], weight[some]
    return Pairs(one, two, weight, features)


def _matched(ours: Seen, theirs: Seen) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if min(len(ours.places), len(theirs.places)) < LEAST:
        return np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)
    likeness = ours.descriptors @ theirs.descriptors.T  # Hellinger kernel: RootSIFT
    best, back = likeness.argmax(1), likeness.argmax(0)
    rows = np.arange(len(best))
    second = np.partition(likeness, -2, axis=1)[:, -2]
    apart = 2 - 2 * likeness[rows, best] < RATIO**2 * (2 - 2 * second)
    keep = (back[best] == rows) & apart
    return ours.places[keep], theirs.places[best[keep]]


def _sane(plane: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Whether a plane neither folds nor shrinks the picture to nothing."""
    high, wide = shape[:2]
    corners = np.array([[[0, 0]], [[wide, 0]], [[wide, high]], [[0, high]]], np.float32)
    moved = cv2.perspectiveTransform(corners, plane)
    area = float(cv2.contourArea(moved, oriented=True)) / -float(cv2.contourArea(corners, oriented=True))
    return bool(0.02 < abs(area) < 50 and cv2.isContourConvex(np.asarray(moved, np.float32)))


def _on_plane(
    ours: Seen, theirs: Seen, plane: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    high, wide = ours.even.shape
    way = np.linalg.inv(plane)
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    there = cv2.perspectiveTransform(np.stack([x, y], -1).reshape(1, -1, 2), way).reshape(high, wide, 2)
    even = cv2.remap(theirs.even, there[..., 0], there[..., 1], cv2.INTER_LINEAR)
    flow_maker = _cv.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    flow = flow_maker.calc(ours.even, even, None)
    back = flow_maker.calc(even, ours.even, None)
    at_x, at_y = x + flow[..., 0], y + flow[..., 1]
    returned = cv2.remap(back, at_x, at_y, cv2.INTER_LINEAR) + flow
    to = cv2.remap(there, at_x, at_y, cv2.INTER_LINEAR)
    tall, broad = theirs.even.shape
    inside = (to[..., 0] > 2) & (to[..., 1] > 2) & (to[..., 0] < broad - 3) & (to[..., 1] < tall - 3)
    inside &= (at_x > 1) & (at_y > 1) & (at_x < wide - 2) & (at_y < high - 2)
    good = inside & (np.hypot(returned[..., 0], returned[..., 1]) < BACK)
    good &= np.hypot(flow[..., 0], flow[..., 1]) < FARTHEST
    moved = np.asarray(cv2.remap(theirs.even, to[..., 0], to[..., 1], cv2.INTER_LINEAR), np.uint8)
    correlation, structured = _alike(ours.even, moved)
    good &= ~structured | (correlation > ALIKE)
    mine = cv2.GaussianBlur(np.nan_to_num(ours.view.values), (0, 0), BLUR)
    soft = cv2.GaussianBlur(np.nan_to_num(theirs.view.values), (0, 0), BLUR)
    other = cv2.remap(soft, to[..., 0], to[..., 1], cv2.INTER_LINEAR)
    usable = cv2.remap(_eroded(theirs.view.usable), to[..., 0], to[..., 1], cv2.INTER_NEAREST)
    good &= (_eroded(ours.view.usable) > 0) & (usable > 0)
    steep = np.hypot(*(np.asarray(one) for one in np.gradient(mine.mean(-1))))
    weight = np.where(structured, np.clip(correlation, 0, 1), 0.5) / (1 + (steep / EDGE) ** 2)
    grid = np.zeros_like(good)
    grid[STEP // 2 :: STEP, STEP // 2 :: STEP] = True
    chosen = good & grid
    return (
        mine[chosen].astype(np.float64),
        other[chosen].astype(np.float64),
        weight[chosen].astype(np.float64),
    )


def _alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    a, b = one.astype(np.float32), other.astype(np.float32)

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.boxFilter(values, -1, (WINDOW, WINDOW)), np.float32)

    ma, mb = mean(a), mean(b)
    va, vb = np.maximum(mean(a * a) - ma**2, 0), np.maximum(mean(b * b) - mb**2, 0)
    both = (mean(a * b) - ma * mb) / np.sqrt(np.maximum(va * vb, 1.0))
    return both.astype(np.float32), (va > FLAT**2) | (vb > FLAT**2)


def _eroded(usable: NDArray[np.bool_]) -> NDArray[np.uint8]:
    side = int(4 * BLUR) | 1
    return np.asarray(cv2.erode(usable.astype(np.uint8), np.ones((side, side), np.uint8)), np.uint8)
