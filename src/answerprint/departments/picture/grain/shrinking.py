"""Noise taken out of one picture: overlapping cosine tiles, shrunk by what noise puts into each coefficient.

Two passes (Dabov, Foi, Katkovnik and Egiazarian 2007, without their search for like tiles): small
coefficients are dropped first; what that leaves says how much of each coefficient is picture, and the second
pass keeps that share (Wiener). Tiles that lose more count for more, as their own noise is smaller.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from answerprint.departments.picture.grain.profiles import Floats
from answerprint.departments.picture.grain.spectra import TILE, cosines

STEP = TILE // 2
THRESHOLD = 2.5  # standard deviations under which a coefficient is dropped
ROWS = 16  # of tiles at a time: they stay in the processor's cache


def shrunk(planes: Floats, noise: Floats, power: Floats) -> Floats:
    """(p, h, w) without its noise. noise: its variance in each plane and tile (p, rows, columns) as
    `tile_grid` says; power: (p, TILE²) by coefficient, in mean 1."""
    made = np.empty_like(planes)
    for plane in range(len(planes)):
        padded = _padded(planes[plane])
        pilot = _pass(padded, None, noise[plane], power[plane])
        final = _pass(padded, _refilled(pilot, planes.shape[1:]), noise[plane], power[plane])
        made[plane] = final[STEP : STEP + planes.shape[1], STEP : STEP + planes.shape[2]]
    return made


def tile_grid(height: int, width: int) -> tuple[int, int]:
    """How many tiles lie down and across a picture: even numbers."""
    return 2 * (-(-(height + STEP) // TILE)), 2 * (-(-(width + STEP) // TILE))


def by_tile(values: Floats) -> Floats:
    """The mean over each tile of values (h, w, c) → (rows, columns, c)."""
    height, width = values.shape[:2]
    rows, columns = tile_grid(height, width)
    padded = np.pad(values, [*_padding(height, width), (0, 0)], mode="edge")
    size = columns + 1, rows + 1
    parts = np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_AREA)).reshape(*size[::-1], -1)
    return np.asarray((parts[:-1, :-1] + parts[1:, :-1] + parts[:-1, 1:] + parts[1:, 1:]) / 4, np.float32)


def _padding(height: int, width: int) -> list[tuple[int, int]]:
    rows, columns = tile_grid(height, width)
    return [(STEP, (rows + 1) * STEP - height - STEP), (STEP, (columns + 1) * STEP - width - STEP)]


def _padded(plane: Floats) -> Floats:
    return np.pad(plane, _padding(*plane.shape), mode="symmetric")


def _refilled(padded: Floats, shape: tuple[int, ...]) -> Floats:
    return _padded(padded[STEP : STEP + shape[0], STEP : STEP + shape[1]])


def _pass(padded: Floats, pilot: Floats | None, noise: Floats, power: Floats) -> Floats:
    rows, columns = noise.shape
    forward = _transform()
    shaping = forward * _window().reshape(-1)
    total, weight = np.zeros_like(padded), np.zeros_like(padded)
    for first in range(0, rows, ROWS):
        count = min(ROWS, rows - first)
        own = noise[first : first + count].reshape(-1, 1) * power
        seen = np.asarray(_tiles(padded, first, count) @ forward.T, np.float32)
        if pilot is None:
            share = (seen * seen > np.float32(THRESHOLD**2) * own).astype(np.float32)
            share[:, 0] = 1
        else:
            known = _tiles(pilot, first, count) @ forward.T
            known *= known
            share = np.asarray(known / (known + own + np.float32(1e-20)), np.float32)
            share[:, 0] = 1
        seen *= share
        share *= share
        trust = np.asarray(1 / (share @ power + np.float32(0.5)), np.float32)
        seen *= trust[:, None]
        back = np.asarray(seen @ shaping, np.float32)
        _add(total, back.reshape(count, columns, TILE, TILE), first)
        shaped = np.asarray(trust.reshape(count, columns, 1, 1) * _window(), np.float32)
        _add(weight, shaped, first)
    return np.asarray(total / np.maximum(weight, np.float32(1e-20)), np.float32)


def _tiles(padded: Floats, first: int, count: int) -> Floats:
    strip = padded[first * STEP : (first + count + 1) * STEP]
    view = np.lib.stride_tricks.sliding_window_view(strip, (TILE, TILE))[::STEP, ::STEP]
    return view.reshape(-1, TILE * TILE)


def _add(total: Floats, tiles: Floats, first: int) -> None:
    """Tiles (rows, columns, TILE, TILE) added where they lie; every other one touches no other."""
    for down in range(2):
        for across in range(2):
            some = tiles[down::2, across::2]
            high, wide = some.shape[0] * TILE, some.shape[1] * TILE
            top, left = (first + down) * STEP, across * STEP
            total[top : top + high, left : left + wide] += some.swapaxes(1, 2).reshape(high, wide)


@cache
def _transform() -> Floats:
    return np.ascontiguousarray(np.kron(cosines(), cosines()))


@cache
def _window() -> Floats:
    one = np.kaiser(TILE, 2.0)
    return np.asarray(np.outer(one, one), np.float32)
