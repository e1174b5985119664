"""Exposure, colour and the light itself, between two pictures of the same surfaces.

Cells that show the same pattern speak; those that do not (something else stands there) are hardly heard. What
all share is exposure and colour; what differs from place to place is light that came from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.editorial.continuity_looking import Floats
from answerprint.departments.editorial.continuity_matching import Surfaces, cells, luma_of

LEAST_SEEN = 0.4  # share of a cell
LEAST_CELLS = 24
UNLIKE = 0.06  # what a cell without a common pattern still counts
# stops of red over blue a mired: the ratio of linear R and B of Planckian light around 4 500 K, Rec. 709
STOPS_A_MIRED = 0.012
NOMINAL = 5600.0  # kelvin that a change in mired is told at


@dataclass(frozen=True)
class LightChange:
    """From the earlier picture to the later. stops: brighter; mired: warmer; green: stops of green over
    magenta; uneven: stops between the places that gained most and least; mixed: the same in mired; patchy:
    stops between patches; gains: linear R, G, B of what all share."""

    stops: float
    mired: float
    green: float
    uneven: float
    mixed: float
    patchy: float
    gains: tuple[float, float, float]


def light_change(surfaces: Surfaces) -> LightChange | None:
    """None where too little of the same surfaces is seen."""
    heard = np.clip(surfaces.like, UNLIKE, 1).astype(np.float32)
    (earlier, share), (later, _) = (
        cells(one, surfaces.seen, heard) for one in (surfaces.earlier, surfaces.later)
    )
    _, seen = cells(surfaces.earlier, surfaces.seen)
    told = seen > LEAST_SEEN
    if int(told.sum()) < LEAST_CELLS:
        return None
    ratio: Floats = np.log2(np.maximum(later[told], 1e-4) / np.maximum(earlier[told], 1e-4))
    weight = share[told]
    stops = _middle(luma_of(ratio), weight)
    warm: Floats = ratio[:, 0] - ratio[:, 2]
    green: Floats = (ratio[:, 1] - (ratio[:, 0] + ratio[:, 2]) / 2).astype(np.float32)
    gains = [2.0 ** _middle(ratio[:, k], weight) for k in range(3)]
    place = np.stack(np.nonzero(told), 1).astype(np.float32)
    uneven = _spread(place, ratio[:, 1], weight, told.shape)
    mixed = _spread(place, warm, weight, told.shape) / STOPS_A_MIRED
    return LightChange(
        stops=stops,
        mired=_middle(warm, weight) / STOPS_A_MIRED,
        green=_middle(green, weight),
        uneven=uneven,
        mixed=mixed,
        patchy=_patches(told, ratio[:, 1], weight),
        gains=(gains[0], gains[1], gains[2]),
    )


def kelvin(mired: float) -> float:
    """A change of so many mired as kelvin, from NOMINAL: negative is warmer light."""
    return 1e6 / max(1e6 / NOMINAL + mired, 40.0) - NOMINAL


def _middle(values: Floats, weight: Floats) -> float:
    return _percentile(values, weight, 0.5)


def _percentile(values: Floats, weight: Floats, at: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weight[order])
    return float(values[order][min(int(np.searchsorted(reached, at * reached[-1])), len(values) - 1)])


def _spread(place: Floats, values: Floats, weight: Floats, shape: tuple[int, ...]) -> float:
    """What a smooth field through the values spans from its 5th to its 95th percentile: a surface of the
    second order over the picture, fitted so that odd cells do not draw it, and what patches leave of it."""
    y, x = (2 * place[:, k] / max(shape[k] - 1, 1) - 1 for k in (0, 1))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)
    heard = weight.astype(np.float64)
    fitted = np.zeros(6)
    for _ in range(4):  # reweighted least squares
        scaled = terms * heard[:, None]
        fitted = np.linalg.solve(
            scaled.T @ terms + 1e-3 * weight.sum() * np.diag([0, 1, 1, 1, 1, 1]), scaled.T @ values
        )
        off = np.abs(values - terms @ fitted)
        heard = weight / (1 + (off / 0.15) ** 2)
    smooth = (terms @ fitted).astype(np.float32)
    return _percentile(smooth, weight, 0.95) - _percentile(smooth, weight, 0.05)


def _patches(told: NDArray[np.bool_], values: Floats, weight: Floats) -> float:
    """What the values span from patch to patch of three cells by three, without the outermost."""
    field, heard = (np.zeros(told.shape, np.float32) for _ in range(2))
    field[told], heard[told] = values * weight, weight
    summed, known = cv2.blur(field, (3, 3)), cv2.blur(heard, (3, 3))
    firm = known > 0.25 * float(np.median(known[told]))
    patches = summed[firm] / known[firm]
    return float(np.percentile(patches, 97) - np.percentile(patches, 3)) if len(patches) else 0.0
