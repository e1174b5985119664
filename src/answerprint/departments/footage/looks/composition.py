"""Where the weight of a picture lies: thirds, centre, symmetry, headroom."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.looks.light import Box

SMOOTH = 1.5  # pixels of 128: detail finer than this weighs nothing
HAIR = 0.35  # heights of a face's box between the top of the box and the top of the head


class Composition(msgspec.Struct, frozen=True, kw_only=True):
    """thirds: weight of the nine fields, row by row, summing to 1. centre: of weight, from 0, 0 at top left
    to 1, 1. symmetry: 0 … 1, how alike the left is to the right seen in a mirror. headroom: part of the
    picture's height above the highest head, None where no face is known."""

    thirds: tuple[float, ...]
    centre: tuple[float, float]
    symmetry: float
    headroom: float | None = None


def weights(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(h, w) how much each place draws the eye: its colour against the picture's mean (Achanta et al. 2009,
    "Frequency-tuned salient region detection"), and its edges. pixels (h, w, 3) uint8 R'G'B'."""
    lab = cv2.cvtColor(pixels.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    smooth = cv2.GaussianBlur(lab, (0, 0), SMOOTH)
    colour = np.linalg.norm(smooth - lab.mean(axis=(0, 1)), axis=2)
    luma = np.ascontiguousarray(smooth[..., 0])
    edges = cv2.magnitude(cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1))
    return np.asarray(colour / (colour.mean() + 1e-3) + edges / (edges.mean() + 1e-3), np.float64)


def composition(pixels: NDArray[np.uint8]) -> Composition:
    """Of one picture (h, w, 3) uint8 R'G'B'."""
    weight = weights(pixels) + 1e-6  # an even field weighs the same everywhere
    weight = weight / float(weight.sum())
    high, wide = weight.shape
    rows = np.minimum(np.arange(high) * 3 // high, 2)
    columns = np.minimum(np.arange(wide) * 3 // wide, 2)
    thirds = np.zeros((3, 3))
    np.add.at(thirds, (rows[:, None], columns[None]), weight)
    across = float(weight.sum(axis=0) @ ((np.arange(wide) + 0.5) / wide))
    down = float(weight.sum(axis=1) @ ((np.arange(high) + 0.5) / high))
    return Composition(
        thirds=tuple(float(one) for one in thirds.reshape(-1)),
        centre=(across, down),
        symmetry=_symmetry(pixels),
    )


def shot_composition(pictures: Sequence[Composition], faces: Sequence[Box] = ()) -> Composition:
    """The mean of a shot's pictures; headroom above the highest of its faces. ValueError without pictures."""
    if not pictures:
        raise ValueError("composition is measured in pictures")
    thirds = np.mean([one.thirds for one in pictures], axis=0)
    centre = np.mean([one.centre for one in pictures], axis=0)
    tops = [max(0.0, top - HAIR * height) for _, top, _, height in faces]
    return Composition(
        thirds=tuple(round(float(one), 3) for one in thirds),
        centre=(round(float(centre[0]), 3), round(float(centre[1]), 3)),
        symmetry=round(float(np.mean([one.symmetry for one in pictures])), 3),
        headroom=round(min(tops), 3) if tops else None,
    )


def _symmetry(pixels: NDArray[np.uint8]) -> float:
    """Correlation of smoothed luma with its mirror image, 0 where it is none or negative."""
    luma = cv2.GaussianBlur(pixels.astype(np.float32).mean(axis=2), (0, 0), 2 * SMOOTH)
    luma = luma - luma.mean()
    power = float((luma * luma).sum())
    if power < 1e-3 * luma.size:
        return 1.0  # an even field is its own mirror image
    return max(0.0, float((luma * luma[:, ::-1]).sum()) / power)
