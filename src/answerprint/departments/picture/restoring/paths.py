"""Paths over a shot's pictures, measured between pairs of them, and what in them was meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded
from scipy.ndimage import median_filter

Doubles = NDArray[np.float64]

SHORTEST = 8  # pictures of a stretch of steady or steadily changing light
LONGEST_LOOK = 480  # pictures that one stretch has at most
WANDERS = 0.25  # turns a picture of what flickers, at least; noise turns 2/3 of the time


class Link(NamedTuple):
    """value(end) − value(start) as measured, with a weight."""

    start: int
    end: int
    value: float
    weight: float


def path_of(count: int, links: Sequence[Link], widest: int) -> Doubles:
    """The values, from 0 on the mean, that fit all links best: (count,). widest: pictures of the longest."""
    bands = np.zeros((widest + 1, count))
    right = np.zeros(count)
    bands[0] += 1e-9
    for start, end, value, weight in links:
        bands[0, start] += weight
        bands[0, end] += weight
        bands[end - start, start] -= weight
        right[end] += weight * value
        right[start] -= weight * value
    made = solveh_banded(bands, right, lower=True)
    return np.asarray(made - made.mean())


def noise_of(path: Doubles) -> float:
    """The deviation of what changes from picture to picture, by the median of second differences."""
    if len(path) < 5:
        return 0.0
    return float(1.4826 * np.median(np.abs(np.diff(path, 2))) / np.sqrt(6))


def meant(path: Doubles, noise: float) -> Doubles:
    """A path without its noise: level, ramping and bent stretches, as few as explain it.

    Steps (a lamp) and ramps (a fade) stay; by dynamic programming over a Bayesian information criterion.
    """
    count = len(path)
    if count < SHORTEST or noise <= 0:
        return path.copy()
    # a single flash is no light: it must not draw a stretch after it
    near = median_filter(path, 5, mode="nearest")
    clean = np.where(np.abs(path - near) > 6 * noise, near, path)
    place = np.arange(count) / LONGEST_LOOK
    powers = [np.concatenate([[0.0], np.cumsum(place**power)]) for power in range(5)]
    products = [np.concatenate([[0.0], np.cumsum(clean * place**power)]) for power in range(3)]
    squares = np.concatenate([[0.0], np.cumsum(clean**2)])
    price = 2.0 * np.log(count)
    best = np.full(count + 1, np.inf)
    best[0] = 0.0
    came: list[tuple[int, int]] = [(0, 1)] * (count + 1)
    for end in range(SHORTEST, count + 1):
        starts = np.arange(max(0, end - LONGEST_LOOK), end - SHORTEST + 1)
        starts = starts[np.isfinite(best[starts])]
        if not len(starts):
            continue
        costs = [
            _misfit([one[end] - one[starts] for one in (*powers, *products, squares)], terms) / noise**2
            + (terms + 1) * price
            for terms in (1, 2, 3)
        ]
        least = np.min(costs, axis=0) + best[starts]
        chosen = int(np.argmin(least))
        best[end] = least[chosen]
        came[end] = int(starts[chosen]), 1 + int(np.argmin([one[chosen] for one in costs]))
    made = np.zeros(count)
    end = count
    while end > 0:
        start, terms = came[end]
        here = np.arange(end - start) - (end - start) / 2
        made[start:end] = np.polyval(np.polyfit(here, clean[start:end], terms - 1), here)
        end = start
    return made


def _misfit(sums: Sequence[Doubles], terms: int) -> Doubles:
    """Sums of squares that a polynomial leaves, of each of many stretches.

    sums: of t⁰ … t⁴, y, yt, yt², y².
    """
    powers, products, squares = sums[:5], sums[5:8], sums[8]
    if terms == 1:
        return np.asarray(np.maximum(squares - products[0] ** 2 / powers[0], 0))
    table = np.stack(
        [np.stack([powers[row + column] for column in range(terms)], -1) for row in range(terms)], -2
    )
    right = np.stack(products[:terms], -1)
    scale = np.sqrt(np.einsum("...ii->...i", table))  # the columns made alike, so that the solution is exact
    table = table / (scale[..., None] * scale[..., None, :]) + 1e-12 * np.eye(terms)
    solved = np.linalg.solve(table, (right / scale)[..., None])[..., 0] / scale
    return np.asarray(np.maximum(squares - (solved * right).sum(axis=-1), 0))


def turns(path: Doubles) -> float:
    """How often, a picture, a path turns round."""
    steps = np.diff(path)
    return float((steps[1:] * steps[:-1] < 0).mean()) if len(steps) > 1 else 0.0


def smooth(path: Doubles, period: float) -> Doubles:
    """A path without what swings faster than about `period` pictures (Whittaker 1923, third differences):
    eased pans stay. Single outliers do not draw it after them."""
    count = len(path)
    if count < 6:
        return np.full(count, path.mean()) if count else path.copy()
    stiff = (period / (2 * np.pi)) ** 6
    trust = np.ones(count)
    made = path.copy()
    for _ in range(3):
        bands = _third_differences(count) * stiff
        bands[0] += trust
        made = np.asarray(solveh_banded(bands, trust * path, lower=True))
        rest = np.abs(path - made)
        spread = 5 * max(float(np.median(rest)), 1e-9)
        trust = np.maximum((1 - np.minimum(rest / spread, 1) ** 2) ** 2, 1e-3)
    return made


def _third_differences(count: int) -> Doubles:
    """The bands of DᵀD, D taking third differences."""
    taps = np.array([-1.0, 3.0, -3.0, 1.0])
    bands = np.zeros((4, count))
    for first in range(count - 3):
        for one in range(4):
            for other in range(one + 1):
                bands[one - other, first + other] += taps[one] * taps[other]
    return bands


def roughness(path: Doubles) -> float:
    """The deviation of what changes from picture to picture, by fourth differences: no eased pan has them."""
    if len(path) < 8:
        return 0.0
    return float(1.4826 * np.median(np.abs(np.diff(path, 4))) / np.sqrt(70))
