"""One side of a cut made ready to be compared: linear light, points to know it again by, what moves in it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

WIDE = 640  # pixels of the pictures that are compared
GAMMA = 2.4  # of display light, ITU-R BT.1886
FEATURES = 1200  # SIFT points of a picture (Lowe 2004)
MOVES = 0.6  # pixels a picture beyond the camera's own motion, from which on something moves
CHANGES = 2.5  # levels of 255 that a picture must change there too: on a bare wall flow is noise
LEAST_MOVING = 0.004  # share of the picture that must move to count

Floats = NDArray[np.float32]
Pictures = NDArray[np.uint8]


@dataclass(frozen=True)
class SeenFace:
    """A face in the picture at the cut. box: x, y, width, height in pixels, from chin to forehead as the mesh
    has it; yaw in degrees, positive to the picture's right."""

    box: tuple[float, float, float, float]
    yaw: float


@dataclass(frozen=True)
class SeenText:
    """Text in the picture at the cut. box: left, top, right, bottom in pixels; sure: 0 … 1."""

    text: str
    box: tuple[float, float, float, float]
    sure: float


@dataclass(frozen=True)
class Side:
    """A side of a cut: pictures (n, h, w, 3) uint8 R'G'B' in order, n ≥ 2, `step` seconds apart; the one at
    the cut is the last of a tail and the first of a head. faces, texts: of the picture at the cut, None where
    nobody looked. sound: samples (n,) float32 of 16 000 a second, None without."""

    pictures: Pictures
    step: Fraction
    tail: bool
    faces: tuple[SeenFace, ...] | None = None
    texts: tuple[SeenText, ...] | None = None
    sound: Floats | None = None


@dataclass(frozen=True)
class Motion:
    """What moves against its background. across, down: widths of the picture a second; coherence: 0 all ways
    … 1 one way; share: of the picture; colours: (192,) of what moves, summing to 1."""

    across: float
    down: float
    coherence: float
    share: float
    colours: Floats


@dataclass(frozen=True)
class Look:
    """A side made ready. light: (h, w, 3) linear, 0 … 1; moving: (h, w) bool; points, signs: of SIFT."""

    side: Side
    coded: Pictures
    light: Floats
    grey: NDArray[np.uint8]
    moving: NDArray[np.bool_]
    motion: Motion | None
    points: Floats
    signs: Floats


def look_at(side: Side) -> Look:
    """Raises ValueError for pictures that are no (n ≥ 2, h ≥ 48, w ≥ 48, 3) uint8."""
    pictures = side.pictures
    if pictures.ndim != 4 or pictures.shape[3] != 3 or pictures.dtype != np.uint8:
        raise ValueError(f"a side is (n, height, width, 3) uint8, not {pictures.shape} {pictures.dtype}")
    if len(pictures) < 2 or min(pictures.shape[1:3]) < 48:
        raise ValueError(f"a side needs two pictures of 48 pixels and more, not {pictures.shape}")
    coded = pictures[-1] if side.tail else pictures[0]
    grey = _grey(coded)
    moving, motion = _motion(side)
    points, signs = _points(grey)
    return Look(side, coded, linear(coded), grey, moving, motion, points, signs)


def linear(coded: NDArray[np.uint8]) -> Floats:
    """Display light of R'G'B', 0 … 1."""
    found: Floats = _LINEAR[coded]
    return found


def lab(light: Floats) -> Floats:
    """CIE L*a*b* (D65) of linear light (…, 3)."""
    flat = np.clip(light, 0, 1).reshape(-1, 1, 3)
    coded = np.where(flat <= 0.0031308, flat * 12.92, 1.055 * flat ** (1 / 2.4) - 0.055)  # IEC 61966-2-1
    found: Floats = cv2.cvtColor(coded.astype(np.float32), cv2.COLOR_RGB2Lab).astype(np.float32, copy=False)
    return found.reshape(light.shape)


def colours_of(light: Floats) -> Floats:
    """(192,): how often each of 64 pairs of a*, b* and each third of L* is met in linear light (n, 3)."""
    if not len(light):
        return np.full(192, 1 / 192, np.float32)
    seen = lab(light)
    a, b = (np.clip((seen[:, k] + 64) / 16, 0, 7).astype(int) for k in (1, 2))
    tone = np.clip(seen[:, 0] / 33.4, 0, 2).astype(int)
    counted = np.bincount((tone * 8 + a) * 8 + b, minlength=192).astype(np.float32)
    spread = cv2.GaussianBlur(counted.reshape(3, 8, 8).transpose(1, 2, 0), (3, 3), 0.7).transpose(2, 0, 1)
    found: Floats = (spread.ravel() / max(float(spread.sum()), 1e-9)).astype(np.float32)
    return found


def alike(one: Floats, other: Floats) -> float:
    """Bhattacharyya coefficient of two distributions: 1 the same, 0 nothing shared."""
    return float(np.sqrt(one * other).sum())


def _grey(coded: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey: NDArray[np.uint8] = cv2.cvtColor(np.ascontiguousarray(coded), cv2.COLOR_RGB2GRAY).astype(
        np.uint8, copy=False
    )
    return grey


def _points(grey: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """SIFT points (n, 2) and their signs (n, 128), of the picture with its contrast evened out."""
    evened = cv2.createCLAHE(2.0, (8, 8)).apply(grey)
    signs: Any
    found, signs = cv2.SIFT.create(FEATURES, contrastThreshold=0.02).detectAndCompute(evened, None)
    if signs is None:
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    return np.array([one.pt for one in found], np.float32), np.asarray(signs, np.float32)


def _motion(side: Side) -> tuple[NDArray[np.bool_], Motion | None]:
    """Where something moves against the background, and how: dense flow (Kroeger et al. 2016) between
    pictures, less the camera's own motion."""
    height, width = side.pictures.shape[1:3]
    size = (width // 2, height // 2)
    small = [cv2.resize(_grey(one), size, interpolation=cv2.INTER_AREA) for one in side.pictures]
    flow_of: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    flows = []
    changes = np.zeros(small[0].shape, np.float32)
    for one, other in pairwise(small):
        changed = cv2.blur(cv2.absdiff(one, other).astype(np.float32), (5, 5))
        changes = np.maximum(changes, np.asarray(changed, np.float32))
        flow = np.asarray(flow_of.calc(one, other, None), np.float32)
        flows.append(flow - _of_camera(flow))
    mean = np.mean(flows, axis=0)
    speed = np.hypot(mean[..., 0], mean[..., 1]) * 2
    most = np.max([np.hypot(one[..., 0], one[..., 1]) for one in flows], axis=0) * 2
    somewhere = ((most > MOVES) & (changes > CHANGES)).astype(np.uint8)
    moving = cv2.resize(somewhere, (width, height), interpolation=cv2.INTER_NEAREST) > 0
    onward = ((speed > MOVES) & (changes > CHANGES)).astype(np.uint8)
    steady = cv2.morphologyEx(onward, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0
    share = float(steady.mean())
    if share < LEAST_MOVING:
        return moving, None
    vectors = mean[steady]
    length = np.hypot(vectors[:, 0], vectors[:, 1])
    way = np.average(vectors, axis=0, weights=length)  # flow ebbs at what is flat: the quick parts tell
    coherence = float(np.hypot(*vectors.mean(0)) / max(float(length.mean()), 1e-6))
    a_second = 2 / width / float(side.step)
    coded = side.pictures[-1] if side.tail else side.pictures[0]
    shown = cv2.resize(coded, size, interpolation=cv2.INTER_AREA)[steady]
    colours = colours_of(linear(np.asarray(shown, np.uint8)))
    return moving, Motion(float(way[0]) * a_second, float(way[1]) * a_second, coherence, share, colours)


def _of_camera(flow: Floats) -> Floats:
    """The part of a flow (h, w, 2) that a moving camera makes: affine in place, fitted to what agrees."""
    height, width = flow.shape[:2]
    y, x = np.mgrid[8 : height - 8 : 12, 8 : width - 8 : 12]
    here = np.stack([x.ravel(), y.ravel()], 1).astype(np.float32)
    there = here + flow[y.ravel(), x.ravel()]
    cv2.setRNGSeed(1)
    found: Any
    found, _ = cv2.estimateAffinePartial2D(here, there, ransacReprojThreshold=0.5, maxIters=400)
    if found is None:
        return np.broadcast_to(np.median(flow.reshape(-1, 2), axis=0), flow.shape).astype(np.float32)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    places = np.stack([columns, rows, np.ones_like(rows)], 2)
    moved: Floats = (places @ found.T - places[..., :2]).astype(np.float32)
    return moved


_LINEAR: Floats = ((np.arange(256) / 255.0) ** GAMMA).astype(np.float32)
