"""Coarse shots from keyframes: where two neighbours show different places, one shot ended between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

ACROSS, DOWN = 32, 18  # pixels a keyframe is compared by
BINS = 8  # of each colour plane
# Two seconds apart in one take the demonstration's and two other clips keep 0.81 of their colours and more;
# half of all pairs of takes, which often show the same set, keep less than 0.61.
OTHER_COLOURS = 0.65  # histogram intersection under which two pictures are of different places
OTHER_LAYOUT = 0.5  # correlation of the two layouts under which their colours decide
BLACK = 12.0  # mean code value under which a picture shows nothing


@dataclass(frozen=True)
class CoarseShot:
    """Keyframes [first, last) that show one place."""

    first: int
    last: int
    black: bool


def coarse_shots(pictures: Sequence[NDArray[np.uint8]]) -> list[CoarseShot]:
    """Runs of keyframes of one place. pictures: (h, w, 3) R'G'B' uint8 of any size, in order.

    Seconds lie between keyframes, so people and cameras have moved: colours tell two places apart where the
    layout does too (Swain and Ballard 1991, histogram intersection). A cut between two alike set-ups is
    missed, which the deep pass finds.
    """
    if not pictures:
        return []
    small = [_small(one) for one in pictures]
    black = [float(one.mean()) < BLACK for one in small]
    starts = [0]
    for index in range(1, len(small)):
        if black[index] != black[index - 1] or (
            not black[index] and _another_place(small[index - 1], small[index])
        ):
            starts.append(index)
    ends = [*starts[1:], len(small)]
    return [CoarseShot(first, last, black[first]) for first, last in zip(starts, ends, strict=True)]


def _another_place(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> bool:
    same = float(np.minimum(_colours(first), _colours(second)).sum())
    return same < OTHER_COLOURS and _correlation(first, second) < OTHER_LAYOUT


def _small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(picture, (ACROSS, DOWN), interpolation=cv2.INTER_AREA), np.uint8)


def _colours(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Shares of colours, (8³,): neighbours overlap by the blur, so a small change of light moves little."""
    levels = picture.astype(np.int64) * BINS // 256
    index = (levels[..., 0] * BINS + levels[..., 1]) * BINS + levels[..., 2]
    counts = np.bincount(index.ravel(), minlength=BINS**3).astype(np.float64).reshape(BINS, BINS, BINS)
    for axis in range(3):
        padded = np.pad(counts, [(1, 1) if one == axis else (0, 0) for one in range(3)], mode="edge")
        low, high = np.take(padded, range(BINS), axis), np.take(padded, range(2, BINS + 2), axis)
        counts = 0.5 * counts + 0.25 * (low + high)
    return np.asarray(counts.ravel() / counts.sum(), np.float64)


def _correlation(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    one, two = (each.astype(np.float64).mean(axis=2) for each in (first, second))
    one, two = one - one.mean(), two - two.mean()
    size = float(np.sqrt((one * one).sum() * (two * two).sum()))
    return float((one * two).sum()) / size if size > 0 else 0.0
