"""Did the camera turn, or travel? A turn moves every point alike, whatever its distance; travel does not.

Over each span the ways of points are held against a camera that turns and zooms in one place (exact pinhole
projection, several focal lengths tried). What such a camera leaves unexplained is held against one that
travels: sideways, up, or along its axis, where nearer points go farther along one line of sight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.looks.tracking import WIDTH, consensus

FOCALS = (0.8, 1.2, 2.0, 6.0)  # picture widths: from a wide lens to a long one
NEAR = 0.45 / WIDTH  # a way explained to within this (parts of the width) …
NEAR_PART = 0.03  # … and this part of itself
ROUNDS = 5  # of the weighted fit
COLUMNS = 8  # of the picture, that say how spread out parallax is
LEAST_POINTS = 16

Points = NDArray[np.float32]
Kind = Literal[
    "across", "down", "along"
]  # "across", "down" or "along": the travel that would look like a pan, a tilt, a zoom


@dataclass(frozen=True)
class Parallax:
    """What a span's ways say.

    travelled: part of the points that only travel explains. columns: part of the picture's columns in which
    those lie. one_way: how far they agree on which way (0 … 1). amount: mean length of what travel explains,
    against the mean way.
    """

    travelled: float
    columns: float
    one_way: float
    amount: float

    def as_row(self) -> list[float]:
        return [self.travelled, self.columns, self.one_way, self.amount]


def parallax(starts: Points, ends: Points, kind: Kind) -> Parallax | None:
    """What travel of a kind explains over one span, or None where too few points were followed."""
    if len(starts) < LEAST_POINTS:
        return None
    one, two = starts.astype(np.float64), ends.astype(np.float64)
    near = NEAR + NEAR_PART * np.linalg.norm(two - one, axis=1)
    left = _left_by_turning(one, two, near)
    off = np.linalg.norm(left, axis=1)
    turned = off < near
    line = _lines(one, kind)
    along = (left * line).sum(axis=1)
    across = np.abs(left[:, 0] * line[:, 1] - left[:, 1] * line[:, 0])
    travelled = ~turned & (across < 1.5 * near)
    way = np.linalg.norm(two - one, axis=1)
    part = along[travelled]
    return Parallax(
        travelled=float(travelled.mean()),
        columns=_spread(one[:, 0], travelled),
        one_way=abs(float(part.sum())) / float(np.abs(part).sum()) if len(part) else 0.0,
        amount=float(np.abs(part).sum()) / len(way) / max(float(way.mean()), 1e-6),
    )


def mean_parallax(spans: Iterable[tuple[Points, Points]], kind: Kind) -> Parallax | None:
    """The mean over spans, each as much as it moved."""
    rows, weights = [], []
    for starts, ends in spans:
        found = parallax(starts, ends, kind)
        if found is not None:
            rows.append(found.as_row())
            weights.append(float(np.median(np.linalg.norm(ends - starts, axis=1))) + 1e-4)
    if not rows:
        return None
    return Parallax(*(float(one) for one in np.average(np.array(rows), axis=0, weights=weights)))


def _left_by_turning(
    one: NDArray[np.float64], two: NDArray[np.float64], near: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, 2) what the best turn and zoom leaves of every way."""
    random = np.random.default_rng(len(one))
    _, _, agree = consensus(_complex(one), _complex(two), 1.2 * NEAR, random)
    best, least = two - one, -1.0
    for focal in FOCALS:
        weight = agree.astype(np.float64)
        left = two - one
        turn = np.zeros(4)  # about x, about y, about the axis, logarithm of the zoom
        for _ in range(ROUNDS):
            seen, slopes = _turned(one, turn, focal)
            left = two - seen
            scaled = weight[:, None] * left
            design = weight[:, None, None] * slopes
            change, *_ = np.linalg.lstsq(design.reshape(-1, 4), scaled.reshape(-1), rcond=None)
            turn = turn + change
            left = two - _turned(one, turn, focal)[0]
            part = np.linalg.norm(left, axis=1) / (2 * near)
            weight = np.where(part < 1, (1 - part**2), 0.0)
            if weight.sum() < 4:
                break
        score = float(np.maximum(0, 1 - (np.linalg.norm(left, axis=1) / near) ** 2).sum())
        if score > least:
            best, least = left, score
    return best


def _turned(
    points: NDArray[np.float64], turn: NDArray[np.float64], focal: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where points are seen after a turn and a zoom (n, 2), and how that changes with both (n, 2, 4)."""
    x, y = points[:, 0] / focal, points[:, 1] / focal
    a, b, c, zoom = turn
    # Rodrigues to the second order: spans end before a turn is large.
    rays = np.stack([x, y, np.ones(len(x))], axis=1)
    axis = np.array([a, b, c])
    once = np.cross(axis[None], rays)
    rays = rays + once + 0.5 * np.cross(axis[None], once)
    depth = np.maximum(rays[:, 2], 0.2)
    scale = focal * np.exp(zoom)
    u, v = rays[:, 0] / depth, rays[:, 1] / depth
    seen = scale * np.stack([u, v], axis=1)
    slopes = scale * np.stack(
        [
            np.stack([-u * v, 1 + u * u, -v, u], axis=1),
            np.stack([-1 - v * v, u * v, u, v], axis=1),
        ],
        axis=1,
    )
    return seen, slopes


def _lines(points: NDArray[np.float64], kind: Kind) -> NDArray[np.float64]:
    """(n, 2) unit vectors along which travel moves each point."""
    if kind == "across":
        return np.tile([1.0, 0.0], (len(points), 1))
    if kind == "down":
        return np.tile([0.0, 1.0], (len(points), 1))
    size = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points / np.maximum(size, 1e-6), np.float64)


def _spread(places: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    """Part of the picture's columns, of those that hold points, where at least a fifth is chosen."""
    cell = np.clip(((places + 0.5) * COLUMNS).astype(int), 0, COLUMNS - 1)
    count = np.bincount(cell, minlength=COLUMNS)
    hits = np.bincount(cell, weights=chosen, minlength=COLUMNS)
    held = count >= 2
    return float((hits[held] >= np.maximum(2, 0.2 * count[held])).mean()) if held.any() else 0.0


def _complex(points: NDArray[np.float64]) -> NDArray[np.complex128]:
    return points[:, 0] + 1j * points[:, 1]
