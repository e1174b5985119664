"""Surfaces of two views that do not overlap, held to be the same by their texture and one shared change.

Superpixels (SLIC, Achanta et al. 2012) of both views, described by what a grade hardly moves: the energy of
their texture at four sizes, its directions, and how far they lie from the picture's own mean colour. Every
likely couple votes for the change of colour it asks for; the change with most votes is taken where it joins
more of the surfaces, each with its nearest both ways, than it does of two rooms that are not the same.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.pairs import Pairs, View

SIDE = 28  # pixels of a superpixel
LEAST = 12  # couples that agree
SHARED = 0.18  # of the smaller view's surfaces have a partner: of one room 0.22 … 0.43, of two 0.02 … 0.14
CLOSE = 0.35  # mean likeness of a surface and its nearest: of one room 0.39 … 0.75, of two 0.06 … 0.39
TEXTURE = 0.45  # deviation of the distance of descriptors
WIDE = 0.012  # of ACEScct: how near couples have to agree, a fifth of a stop
PRIOR = np.array((0.14, 0.04))  # deviations of exposure (2.5 stops), and of white balance (0.7 stops)


class Surfaces(NamedTuple):
    """Mean values (n, 3), descriptors (n, d) and shares of the picture (n,)."""

    colour: NDArray[np.float64]
    texture: NDArray[np.float64]
    share: NDArray[np.float64]


def surfaces(view: View) -> Surfaces:
    """The superpixels of a view."""
    values = np.nan_to_num(view.values)
    shown = np.clip(values / 0.6 * 255, 0, 255).astype(np.uint8)
    maker = cv2.ximgproc.createSuperpixelSLIC(
        cv2.cvtColor(shown, cv2.COLOR_RGB2Lab), cv2.ximgproc.SLICO, SIDE, 10.0
    )
    maker.iterate(6)
    maker.enforceLabelConnectivity(40)
    labels, count = maker.getLabels().ravel(), int(maker.getNumberOfSuperpixels())
    luma = values.mean(-1)
    layers = []
    for size in (1.0, 2.0, 4.0, 8.0):
        band = cv2.GaussianBlur(luma, (0, 0), size) - cv2.GaussianBlur(luma, (0, 0), 2 * size)
        layers.append(np.log(cv2.GaussianBlur(band * band, (0, 0), 2 * size) + 1e-7) / 2)
    across, down = cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1)
    power = np.abs(across) + np.abs(down) + 1e-3
    layers.append((np.abs(across) - np.abs(down)) / power)
    mean = np.median(values[view.usable], axis=0) if view.usable.any() else values.mean((0, 1))
    apart = values - mean
    layers += [3 * (apart[..., 0] - apart[..., 1]) / 0.1, 3 * (apart[..., 2] - apart[..., 1]) / 0.1]
    good = np.bincount(labels, view.usable.ravel(), count)
    total = np.maximum(np.bincount(labels, minlength=count), 1)

    def of(layer: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(labels, layer.ravel(), count) / total)

    colour = np.stack([of(values[..., one]) for one in range(3)], -1)
    texture = np.stack([of(np.asarray(one)) for one in layers], -1)
    keep = good / total > 0.9
    return Surfaces(colour[keep], texture[keep], (total / labels.size)[keep])


def pairs_by_surface(ours: Surfaces, theirs: Surfaces) -> Pairs | None:
    """Surfaces that one change of colour joins; None without them."""
    if min(len(ours.colour), len(theirs.colour)) < LEAST:
        return None
    scale = np.concatenate([ours.texture, theirs.texture]).std(axis=0) + 1e-6
    one, two = ours.texture / scale, theirs.texture / scale
    asked = theirs.colour[None] - ours.colour[:, None]
    even = asked.mean(-1)
    prior = np.exp(-0.5 * ((even / PRIOR[0]) ** 2 + ((asked - even[..., None]) ** 2).sum(-1) / PRIOR[1] ** 2))
    size = np.sqrt(ours.share[:, None] * theirs.share[None])
    votes = _likeness(one, two) * prior * size
    change = _mode(asked, votes)
    near = np.exp(-0.5 * (((asked - change) / (2 * WIDE)) ** 2).sum(-1)) * _likeness(one, two)
    best, back = near.argmax(1), near.argmax(0)
    rows = np.arange(len(best))
    keep = (back[best] == rows) & (near[rows, best] > 0.2)
    fewest = min(len(one), len(two))
    if keep.sum() < max(LEAST, SHARED * fewest) or near.max(axis=1).mean() < CLOSE:
        return None
    return Pairs(ours.colour[keep], theirs.colour[best[keep]], near[rows, best][keep], 0)


def _likeness(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    squared = (one**2).sum(1)[:, None] + (two**2).sum(1)[None] - 2 * one @ two.T
    return np.asarray(np.exp(-0.5 * np.maximum(squared, 0) / one.shape[1] / TEXTURE**2))


def _mode(asked: NDArray[np.float64], votes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The change of colour with most votes near it, by mean shift from the fullest cell."""
    flat, weight = asked.reshape(-1, 3), votes.ravel()
    heavy = np.argsort(-weight)[:4000]
    flat, weight = flat[heavy], weight[heavy]
    cells, place = np.unique(np.round(flat / (2 * WIDE)).astype(int), axis=0, return_inverse=True)
    now = cells[np.bincount(place.ravel(), weight).argmax()] * 2 * WIDE
    for _ in range(10):
        pull = weight * np.exp(-0.5 * (((flat - now) / WIDE) ** 2).sum(1))
        total = float(pull.sum())
        if total <= 0:
            break
        now = (pull[:, None] * flat).sum(0) / total
    return np.asarray(now, np.float64)
