"""Dirt and dust: blobs that one picture shows and its neighbours, led along the motion, do not.

The spike detection index with sign (SDIp) and the rank-ordered difference of Kokaram, Motion Picture
Restoration, 1998, over places; each place is then asked whether motion explains it.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.restoring.motion import Floats, Mask

LARGEST = 0.02  # of the picture: more is no dirt
AT_MOST = 0.06  # of the picture in all: more, and something else has happened
AROUND = 25  # pixels across that say how well the neighbours fit, at least
THINGS = 160  # places that are looked for in the neighbours, the largest ones
MOST_MISFIT = 0.3
TRUSTED = 0.7  # share of the motion around a place
FITS = 0.02  # R'G'B' at most between a picture and a neighbour led to it, where it fits
SPOILT = 13  # pixels across around a place's pixels where it spoils the flow, at least
FAR = (16, 0.12)  # pixels, and share of the width, that things are looked for in at least and at most
SAME = 0.2  # share of what a place differs by that it differs by from a thing that is the same
SMALL = 9  # pixels; smaller places are not looked for


class Measure(NamedTuple):
    """From what contrast on (R'G'B', 0 … 1) a place is dirt, and how many times the misfit around it."""

    seed: float
    grow: float
    misfit: float


STRENGTHS = {
    "gentle": Measure(0.10, 0.05, 5.0),
    "usual": Measure(0.055, 0.03, 3.5),
    "strong": Measure(0.035, 0.02, 2.5),
}


class Neighbours(NamedTuple):
    """Two neighbours led to the picture: greys (h, w), where each can be trusted, their flows, and the
    greys as they were seen."""

    one: Floats
    other: Floats
    one_trusted: Mask
    other_trusted: Mask
    one_flow: Floats
    other_flow: Floats
    one_seen: Floats
    other_seen: Floats


def candidates(now: Floats, one: Floats, other: Floats, measure: Measure) -> tuple[Mask, Mask]:
    """(seeds, all that may belong to them): both neighbours differ from the picture, the same way, and agree
    with one another."""
    square = np.ones((3, 3), np.uint8)
    above = now - np.maximum(cv2.dilate(one, square), cv2.dilate(other, square))
    below = np.minimum(cv2.erode(one, square), cv2.erode(other, square)) - now
    excess = np.maximum(above, below)
    first, second = now - one, now - other
    spike = np.where(first * second > 0, np.minimum(np.abs(first), np.abs(second)), np.float32(0))
    agree = np.abs(one - other) < np.maximum(0.6 * spike, 0.02)
    return np.asarray((excess > measure.seed) & agree), np.asarray((spike > measure.grow) & agree)


def stricter(measure: Measure) -> Measure:
    """For neighbours that say less: more contrast is asked."""
    return Measure(2.0 * measure.seed, 1.5 * measure.grow, 2.0 * measure.misfit)


def dirt(now: Floats, near: Neighbours, measure: Measure, one_sided: bool = False) -> Mask:
    """Where there is dirt: (h, w). one_sided: both neighbours lie on one side in time, and what they agree on
    may be something that came or went: more contrast is asked."""
    if one_sided:
        measure = stricter(measure)
    seeds, low = candidates(now, near.one, near.other, measure)
    none = np.zeros(now.shape, np.bool_)
    if not seeds.any():
        return none
    count, marked, boxes, _ = cv2.connectedComponentsWithStats(low.astype(np.uint8), connectivity=8)
    labels = np.asarray(marked, np.int32)
    seeded = np.bincount(labels[seeds], minlength=count) > 0
    seeded[0] = False
    area = boxes[:, cv2.CC_STAT_AREA].astype(np.float64)
    keep = seeded & (area <= LARGEST * now.size)
    keep &= _stands_out(now, near, labels, low, area, measure)
    keep &= _motion_is_known(now, near, labels, spoilt(seeds, low), count)
    for number in np.flatnonzero(keep)[np.argsort(-area[keep])][:THINGS]:
        if area[number] >= SMALL and _moves(now, near, labels == number, boxes[number], one_sided):
            keep[number] = False
    found = keep[labels]
    return none if found.mean() > AT_MOST else np.asarray(found)


def _stands_out(
    now: Floats,
    near: Neighbours,
    labels: NDArray[np.int32],
    low: Mask,
    area: NDArray[np.float64],
    measure: Measure,
) -> NDArray[np.bool_]:
    """Whether a place differs far more from its neighbours in time than what lies around it does."""
    worse = np.minimum(np.maximum(np.abs(now - near.one), np.abs(now - near.other)), MOST_MISFIT)
    misfit = around(worse, cv2.dilate(low.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, MOST_MISFIT)
    spike = np.minimum(np.abs(now - near.one), np.abs(now - near.other))
    return np.asarray(_sums(labels, spike, len(area)) > measure.misfit * _sums(labels, misfit, len(area)))


def _motion_is_known(
    now: Floats, near: Neighbours, labels: NDArray[np.int32], touched: Mask, count: int
) -> NDArray[np.bool_]:
    """Whether the motion around a place, beyond what the place itself spoils, is trusted both ways, or does
    not matter: in a clear sky any flow leads to the same."""
    known = np.ones(count, np.bool_)
    area = np.maximum(np.bincount(labels.ravel(), minlength=count), 1)
    for mask, led_there in ((near.one_trusted, near.one), (near.other_trusted, near.other)):
        fits = mask | (np.abs(now - led_there) < FITS)
        share = around(fits.astype(np.float32), touched, 0.0)
        known &= _sums(labels, share, count) / area > TRUSTED
    return known


def around(values: Floats, but: Mask, unknown: float) -> Floats:
    """The mean of what lies around each pixel, but for the pixels of a mask; `unknown` where nothing does."""
    reach = max(AROUND, values.shape[1] // 12) | 1
    rest = (~but).astype(np.float32)
    weight = cv2.boxFilter(rest, -1, (reach, reach), borderType=cv2.BORDER_REFLECT)
    total = cv2.boxFilter(values * rest, -1, (reach, reach), borderType=cv2.BORDER_REFLECT)
    return np.where(weight > 0.05, total / np.maximum(weight, 0.05), np.float32(unknown))


def _sums(labels: NDArray[np.int32], values: Floats, count: int) -> NDArray[np.float64]:
    return np.asarray(np.bincount(labels.ravel(), weights=values.ravel(), minlength=count), np.float64)


def spoilt(seeds: Mask, low: Mask) -> Mask:
    """Where flow cannot be trusted because candidates lie there or near."""
    count, labels = cv2.connectedComponents(low.astype(np.uint8), connectivity=8)
    seeded = np.bincount(labels[seeds], minlength=count) > 0
    seeded[0] = False
    size = max(SPOILT, low.shape[1] // 32) | 1
    reach = np.ones((size, size), np.uint8)
    return np.asarray(cv2.dilate(seeded[labels].astype(np.uint8), reach) > 0)


def _moves(now: Floats, near: Neighbours, mask: Mask, box: NDArray[np.int32], one_sided: bool) -> bool:
    """Whether the same thing lies aside in both neighbours, one way in the one and the other in the other: a
    ball, a bird, too fast for the flow."""
    left, top, wide, high = (int(one) for one in box[:4])
    size = max(wide, high)
    tall, broad = now.shape
    rows = slice(max(0, top - 3), min(tall, top + high + 3))
    columns = slice(max(0, left - 3), min(broad, left + wide + 3))
    patch = np.ascontiguousarray(now[rows, columns])
    own = mask[rows, columns]
    beside = ~(cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    if not beside.any():
        return False
    contrast = float(patch[own].mean() - patch[beside].mean())
    places = []
    for fits, seen, flow in (
        (near.one, near.one_seen, near.one_flow),
        (near.other, near.other_seen, near.other_flow),
    ):
        carried = float(np.abs(flow[rows, columns]).mean(axis=(0, 1)).max())
        reach = int(np.clip(4 * size + carried, FAR[0], FAR[1] * broad))
        above, aside = max(0, rows.start - reach), max(0, columns.start - reach)
        area = np.s_[above : min(tall, rows.stop + reach), aside : min(broad, columns.stop + reach)]
        energy = float(((patch - fits[rows, columns])[own] ** 2).mean())
        field = np.ascontiguousarray(seen[area])
        unlike = cv2.matchTemplate(field, patch, cv2.TM_SQDIFF, mask=own.astype(np.float32)) / own.sum()
        least, _, at, _ = cv2.minMaxLoc(unlike)
        there = field[at[1] : at[1] + patch.shape[0], at[0] : at[0] + patch.shape[1]]
        alike = float(there[own].mean() - there[beside].mean()) / contrast if contrast else 0.0
        if least > SAME * energy or alike < 0.5:  # part of something larger is no thing
            return False
        places.append(np.array([at[0] - (columns.start - aside), at[1] - (rows.start - above)], np.float64))
    gap = 2 * places[0] - places[1] if one_sided else places[0] + places[1]
    return bool(np.hypot(*gap) <= 3 + 0.35 * np.hypot(*places[0]))
