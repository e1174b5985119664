"""Waveforms: how far sound swings in each column of a picture, and that picture as PNG or SVG path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerprint.media.stills import image_bytes

FINEST = 64  # samples of the smallest piece whose swing is kept
SPARE = 16  # pieces kept for a column before they are merged: a column's edge is within 1/8 of its width
PAPER, INK, MIDDLE = (250, 250, 250), (52, 92, 140), (200, 200, 200)


@dataclass(frozen=True)
class Peaks:
    """The lowest and highest sample of every column, over all channels, −1…1."""

    low: NDArray[np.float32]  # (columns,)
    high: NDArray[np.float32]
    samples: int  # read in all


def waveform_peaks(blocks: Iterable[NDArray[np.float32]], columns: int) -> Peaks:
    """The swing of sound (n, channels) or (n,), in blocks, as `columns` columns of equal length.

    The length need not be known before: pieces are merged as it grows, in memory that only columns set.
    """
    low, high = _Pieces(np.minimum, columns), _Pieces(np.maximum, columns)
    samples = 0
    for block in blocks:
        if len(block):
            flat = block.reshape(len(block), -1)
            low.add(flat.min(axis=1))
            high.add(flat.max(axis=1))
            samples += len(flat)
    return Peaks(low.columns(), high.columns(), samples)


def waveform_picture(peaks: Peaks, height: int) -> bytes:
    """A PNG, a pixel wide for each column, full scale from bottom to top."""
    picture = np.full((height, len(peaks.low), 3), PAPER, np.uint8)
    top, bottom = _rows(peaks, height)
    rows = np.arange(height)[:, None]
    picture[height // 2] = MIDDLE
    picture[(rows >= top) & (rows <= bottom)] = INK
    return image_bytes(picture, "png")


def waveform_path(peaks: Peaks, width: int, height: int) -> str:
    """The outline as the `d` of an SVG path: along the tops, back along the bottoms. Empty without sound."""
    if not len(peaks.low):
        return ""
    across = (np.arange(len(peaks.low)) + 0.5) * width / len(peaks.low)
    upper = (1 - np.clip(peaks.high, -1, 1)) / 2 * height
    lower = (1 - np.clip(peaks.low, -1, 1)) / 2 * height
    points = [*zip(across, upper, strict=True), *zip(across[::-1], lower[::-1], strict=True)]
    return "M" + "L".join(f"{x:.4g} {y:.4g}" for x, y in points) + "Z"


def _rows(peaks: Peaks, height: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    scale = (height - 1) / 2
    top = np.rint((1 - np.clip(peaks.high, -1, 1)) * scale).astype(np.int64)
    bottom = np.rint((1 - np.clip(peaks.low, -1, 1)) * scale).astype(np.int64)
    return top, bottom


class _Pieces:
    """The least or greatest value of successive pieces of equal length, merged in pairs when too many."""

    def __init__(self, least_or_greatest: np.ufunc, columns: int) -> None:
        self.extreme = least_or_greatest
        self.wanted = columns
        self.length = FINEST
        self.done: list[NDArray[np.float32]] = []
        self.count = 0
        self.rest = np.zeros(0, np.float32)

    def add(self, samples: NDArray[np.float32]) -> None:
        self.rest = np.concatenate([self.rest, samples])
        whole = len(self.rest) // self.length
        if whole:
            pieces = self.rest[: whole * self.length].reshape(whole, self.length)
            self.done.append(self.extreme.reduce(pieces, axis=1))
            self.count += whole
            self.rest = self.rest[whole * self.length :]
        while self.count >= SPARE * self.wanted:
            self._merge()

    def columns(self) -> NDArray[np.float32]:
        pieces = np.concatenate([*self.done, np.zeros(0, np.float32)])
        if len(self.rest):
            pieces = np.append(pieces, self.extreme.reduce(self.rest)).astype(np.float32)
        if not len(pieces):
            return np.zeros(0, np.float32)
        edges = np.arange(self.wanted) * len(pieces) // self.wanted
        # reduceat gives the piece itself where two edges coincide: short sound repeats its pieces
        return np.asarray(self.extreme.reduceat(pieces, edges), np.float32)

    def _merge(self) -> None:
        pieces = np.concatenate(self.done)
        if len(pieces) % 2:  # the odd one waits; its extreme stands for all its samples
            self.rest = np.concatenate([np.full(self.length, pieces[-1], np.float32), self.rest])
            pieces = pieces[:-1]
        pieces = self.extreme.reduce(pieces.reshape(-1, 2), axis=1)
        self.done, self.count, self.length = [pieces], len(pieces), self.length * 2
