"""Neighbouring pictures laid upon one along the motion, and what they have in common kept.

A neighbour counts, place by place, by how well it fits: the square of the difference over a patch, less what
noise alone puts there, is what it would falsify; it is weighed as the best linear estimate weighs it, noise
against falsification. Wrong motion, what was covered, and another scene weigh nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.grain.profiles import Floats

SMOOTHING = 0.6  # deviation of the blur, in half pixels, before motion is looked for
PATCH = 3  # half pixels across the patch a fit is judged on
FIT = 1.75  # expected square of the difference of two noisy pictures, one of them moved by parts of a pixel
DOUBT = 2.0  # how much heavier falsification weighs than noise
DISPLAY = 1 / 2.4  # power by which linear light is made lightness, for the motion
LEAST = 0.15  # a weight under it is none


Grey = NDArray[np.uint8]


class Prepared(NamedTuple):
    """planes: (h, w, 3) as PLANES; grey: (h / 2, w / 2) uint8, smooth, for the motion."""

    planes: Floats
    grey: Grey


class Fused(NamedTuple):
    """planes: (h, w, 3). left: the share of the noise's variance that is left, (h, w), 1 where no neighbour
    fits."""

    planes: Floats
    left: Floats


def smooth_grey(lightness: Floats, *, linear: bool = False) -> Grey:
    """What motion is looked for in: from the channels' mean (h, w), of linear light or code values."""
    if linear:
        lightness = np.maximum(lightness, 0) ** np.float32(DISPLAY)
    height, width = lightness.shape
    half = cv2.resize(lightness, _half(height, width), interpolation=cv2.INTER_AREA)
    half = cv2.GaussianBlur(half, (0, 0), SMOOTHING)
    return np.asarray(np.clip(half * 255 + 0.5, 0, 255), np.uint8)


class Motion:
    """Dense optical flow (Kroeger et al. 2016) at half the size."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def between(self, now: Grey, other: Grey) -> Floats:
        """(h, w, 2): where each pixel of `now` lies in `other`, less where it is; (h, w) half sizes."""
        if min(now.shape) < 16:  # patches of the method are of 8 pixels, on half the size again
            return np.zeros((*now.shape, 2), np.float32)
        return np.asarray(self._flow.calc(now, other, np.zeros((*now.shape, 2), np.float32)), np.float32)


def fused(
    now: Prepared, others: Sequence[Prepared], motion: Motion, noise: Floats, share: float = 1.0
) -> Fused:
    """What `now` and its neighbours show together.

    noise: variance of each plane (h / 2, w / 2, 3). share: of their weight that neighbours are given.
    """
    height, width = now.planes.shape[:2]
    small = _half(height, width)
    total = now.planes.copy()
    weight, squares = np.ones((height, width), np.float32), np.ones((height, width), np.float32)
    certain = 1 / np.maximum(noise, np.float32(1e-12))
    grid = _grid(height, width)
    scale = np.array((width / small[0], height / small[1]), np.float32)
    for other in others:
        flow = motion.between(now.grey, other.grey) * scale
        way = _resized(flow, (width, height)) + grid
        across, down = cv2.split(way)
        moved = _floats(
            cv2.remap(other.planes, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        )
        apart = cv2.subtract(moved, now.planes)
        apart = cv2.resize(cv2.multiply(apart, apart), small, interpolation=cv2.INTER_AREA)
        unlike = cv2.transform(cv2.multiply(apart, certain), _MEAN)
        unlike = cv2.boxFilter(unlike, -1, (PATCH, PATCH), borderType=cv2.BORDER_REPLICATE)
        false = np.maximum(_floats(unlike) - np.float32(FIT), 0)
        fit = _floats(np.float32(share) / (1 + np.float32(DOUBT) * false))
        fit[fit < np.float32(LEAST * share)] = 0
        fit = _resized(fit, (width, height))
        weight += fit
        squares += fit * fit
        total += _floats(cv2.multiply(moved, cv2.merge([fit, fit, fit])))
    squares /= weight * weight
    weight = _floats(1 / weight)
    return Fused(_floats(cv2.multiply(total, cv2.merge([weight, weight, weight]))), squares)


_MEAN = np.full((1, 3), 1 / 3, np.float32)


def _resized(values: Floats, size: tuple[int, int]) -> Floats:
    return _floats(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR))


def _floats(values: NDArray[Any]) -> Floats:
    return np.asarray(values, np.float32)


def _half(height: int, width: int) -> tuple[int, int]:
    return max(1, -(-width // 2)), max(1, -(-height // 2))


def _grid(height: int, width: int) -> Floats:
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.dstack([across, down])
