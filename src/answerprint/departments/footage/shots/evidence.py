"""What is kept of every picture, and what the network is shown of it: a few numbers, cheap enough for all.

Everything kept is a sum of whole numbers, so it is the same however the pictures came in blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

WIDTH, HEIGHT = 64, 36
CELL = 4  # pixels of a side of a cell
CELLS_X, CELLS_Y = WIDTH // CELL, HEIGHT // CELL
CELLS = CELLS_X * CELLS_Y
QUANTILES = 16  # of a picture's luma
STILL = 4.0  # levels of difference up to which nothing moved enough to be looked for

LAGS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)  # frames back that a picture is compared with
SPANS = (1, 2, 4, 8, 16, 32)  # frames on either side that it may lie between
REACH = max(*LAGS, *SPANS)
FEATURES = 6 + 3 * len(LAGS) + 6 * len(SPANS)

BLOCK_Y, BLOCK_X = 3, 4  # of the picture at half size: what may have moved on its own
REACH_Y, REACH_X = 3, 5
_OUTSIDE = 2500  # worse than any real difference (1020), so that nothing is found off the picture's edge
_SIDE_BY_SIDE = np.repeat(np.eye(WIDTH // 2 // BLOCK_X, dtype=np.float32), BLOCK_X, axis=0)

_FLAT = np.float32(16.0)  # levels × cells: keeps the correlation of two empty pictures from being noise

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Kept:
    """Pictures as the detector remembers them, in order.

    cells (n, 144) uint16: sums of 4×4 pixels. levels (n, 3) float32: luma's mean, deviation, detail (mean
    squared step between neighbours). quantiles (n, 16) uint8. steps (n, 2) float32: mean difference from the
    picture before, as it is and with every block looked for in its surroundings.
    """

    cells: NDArray[np.uint16]
    levels: Floats
    quantiles: NDArray[np.uint8]
    steps: Floats

    def __len__(self) -> int:
        return len(self.cells)

    def part(self, first: int, last: int) -> Kept:
        one = slice(first, last)
        return Kept(self.cells[one], self.levels[one], self.quantiles[one], self.steps[one])


def joined(parts: list[Kept]) -> Kept:
    return Kept(
        np.concatenate([one.cells for one in parts]),
        np.concatenate([one.levels for one in parts]),
        np.concatenate([one.quantiles for one in parts]),
        np.concatenate([one.steps for one in parts]),
    )


def keep(pictures: NDArray[np.uint8], before: NDArray[np.uint8] | None) -> Kept:
    """What is kept of pictures (n, 36, 64) uint8 luma; `before` (36, 64) came right before the first."""
    count = len(pictures)
    tall = pictures.reshape(count, CELLS_Y, CELL, WIDTH).sum(axis=2, dtype=np.uint16)
    cells = tall.reshape(count, CELLS_Y, CELLS_X, CELL).sum(axis=3, dtype=np.uint16)
    flat = pictures.reshape(count, -1)
    size = flat.shape[1]
    wide = flat.astype(np.int32)
    total = wide.sum(axis=1)
    squares = np.einsum("ij,ij->i", wide, wide)
    mean = total / size
    across = np.diff(pictures.astype(np.int16), axis=2).astype(np.int32).reshape(count, -1)
    down = np.diff(pictures.astype(np.int16), axis=1).astype(np.int32).reshape(count, -1)
    detail = np.einsum("ij,ij->i", across, across) / across.shape[1]
    detail = detail + np.einsum("ij,ij->i", down, down) / down.shape[1]
    levels = np.stack([mean, np.sqrt(np.maximum(squares / size - mean * mean, 0)), detail], axis=1)
    return Kept(
        cells.reshape(count, CELLS),
        levels.astype(np.float32),
        _quantiles(flat),
        _steps(pictures, before),
    )


def features(kept: Kept, first: int, last: int) -> Floats:
    """(last − first, FEATURES) float32 for pictures [first, last), which may lie outside the stream: there
    its first and its last picture stand still."""
    count = len(kept)
    reach = np.clip(np.arange(first - REACH, last + REACH), 0, count - 1)
    cells = kept.cells[reach].astype(np.float32) / np.float32(CELL * CELL)
    levels = kept.levels[reach]
    quantiles = kept.quantiles[reach].astype(np.float32)
    here = slice(REACH, REACH + last - first)
    steps = kept.steps[reach[here]]
    inside = np.arange(first, last)
    steps = np.where(((inside > 0) & (inside < count))[:, None], steps, np.float32(0))

    centred = cells - cells.mean(axis=1, keepdims=True)
    norms = np.sqrt(_dot(centred, centred))
    details = np.log1p(levels[:, 2])
    columns = [
        levels[here, 0] / np.float32(128),
        levels[here, 1] / np.float32(64),
        details[here],
        _soft(steps[:, 0]),
        _soft(steps[:, 1]),
        steps[:, 1] / (steps[:, 0] + 1),
    ]
    now, now_centred, now_quantiles = cells[here], centred[here], quantiles[here]
    for lag in LAGS:
        back = slice(REACH - lag, REACH - lag + last - first)
        columns.append(_soft(np.abs(now - cells[back]).mean(axis=1)))
        alike = _dot(now_centred, centred[back]) / (norms[here] * norms[back] + _FLAT)
        columns.append(np.float32(1) - alike)
        columns.append(_soft(np.abs(now_quantiles - quantiles[back]).mean(axis=1)))
    for span in SPANS:
        back = slice(REACH - span, REACH - span + last - first)
        ahead = slice(REACH + span, REACH + span + last - first)
        columns.extend(_between(now, cells[back], cells[ahead]))
        columns.append(details[here] - (details[back] + details[ahead]) / 2)
    return np.stack(columns, axis=1).astype(np.float32)


def _between(now: Floats, before: Floats, after: Floats) -> list[Floats]:
    """How a picture lies between two others: how far apart they are, how far off their straight line it is,
    how far along, how much of it is neither the one nor the other, and how much of the picture changes."""
    step, here = after - before, now - before
    size = _dot(step, step)
    share = _dot(here, step) / (size + CELLS)
    off = np.maximum(_dot(here, here) - share * share * size, 0)
    root = np.sqrt(size) + np.float32(np.sqrt(CELLS))
    neither = np.minimum(np.abs(here), np.abs(now - after)).sum(axis=1)
    squared = step * step
    spread = size * size / (CELLS * _dot(squared, squared) + 1)
    return [
        _soft(np.sqrt(size / CELLS)),
        np.sqrt(off) / root,
        np.clip(share, -1, 2),
        neither / (np.abs(step).sum(axis=1) + CELLS),
        spread,
    ]


def _soft(levels: Floats) -> Floats:
    return np.asarray(np.log1p(levels / np.float32(4)), np.float32)


def _dot(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", one, other), np.float32)


def _quantiles(flat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ordered = np.sort(flat, axis=1, kind="stable")
    share = flat.shape[1] // QUANTILES
    return ordered[:, share // 2 :: share][:, :QUANTILES]


def _steps(pictures: NDArray[np.uint8], before: NDArray[np.uint8] | None) -> Floats:
    """(n, 2): plain and moved difference from the picture before; nothing before the first of a stream."""
    row = pictures[:1] if before is None else before[None]
    whole = np.concatenate([row, pictures]).astype(np.int16)
    count = len(pictures)
    size = pictures[0].size
    plain = np.abs(whole[1:] - whole[:-1]).reshape(count, -1).sum(axis=1, dtype=np.int32) / size
    moved = plain.copy()
    looked = np.flatnonzero(plain > STILL)
    if len(looked):
        half = whole.reshape(count + 1, HEIGHT // 2, 2, WIDTH // 2, 2).sum(axis=(2, 4), dtype=np.int16)
        for index in looked:
            moved[index] = min(plain[index], _moved(half[index], half[index + 1]))
    return np.stack([plain, moved], axis=1).astype(np.float32)


def _moved(first: NDArray[np.int16], second: NDArray[np.int16]) -> float:
    """The difference left when every block of the second was looked for around its place in the first.

    Both (18, 32), sums of four pixels; the answer in levels of one.
    """
    room = np.pad(first, ((REACH_Y, REACH_Y), (REACH_X, REACH_X)), constant_values=_OUTSIDE)
    error = sliding_window_view(room, second.shape) - second
    np.abs(error, out=error)
    places, height, width = error.shape[0] * error.shape[1], *second.shape
    lines = error.reshape(places, height // BLOCK_Y, BLOCK_Y, width)
    rows = lines[:, :, 0] + lines[:, :, 1]
    rows += lines[:, :, 2]
    blocks = rows.reshape(-1, width).astype(np.float32) @ _SIDE_BY_SIDE  # whole numbers: exact
    best = blocks.reshape(places, -1).min(axis=0)
    left = int(best.sum())
    return left / int(height * width * 4)
