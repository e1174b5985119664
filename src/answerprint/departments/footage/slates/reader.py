"""The reader of lines that is always there: a small network of our own, run in NumPy.

Eight convolutions over 24 rows give a column of scores for every second column; CTC makes text of them
(Graves et al. 2006). Weights, training and held-out figures: training/slates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

HIGH = 24  # rows of a line as it is read
WIDEST = 320  # columns; a longer line is read squeezed
ALPHABET = " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.:,'&#()+?!"  # class 0 is the blank, then these
WEIGHTS = Path(__file__).with_name("reader.npz")
BEAM = 10
_PRUNE = 3e-3  # classes less probable than this in a column are not followed
_BATCH = 16

Grey = NDArray[np.float32]


@dataclass(frozen=True)
class Read:
    """What a line may say: texts in capitals with their probability, most probable first."""

    texts: tuple[tuple[str, float], ...]
    as_written: str = ""  # with small letters and marks, where the reader knows them

    @property
    def best(self) -> str:
        return self.texts[0][0] if self.texts else ""

    @property
    def confidence(self) -> float:
        return self.texts[0][1] if self.texts else 0.0


class Reader(Protocol):
    """Turns lines cut out of a picture into text."""

    name: str

    def read(self, lines: Sequence[Grey]) -> list[Read]:
        """lines: (h, w) float32 0 … 1, bright letters on dark, a line of text with a little room around."""


class OwnReader:
    """Capitals, figures and a few marks; small letters are read as capitals."""

    name = "own"

    def __init__(self) -> None:
        self._weights = _weights()

    def read(self, lines: Sequence[Grey]) -> list[Read]:
        """As `Reader.read`."""
        sized = [_sized(one) for one in lines]
        order = sorted(range(len(sized)), key=lambda at: sized[at].shape[1])
        found: list[Read] = [Read(())] * len(sized)
        for first in range(0, len(order), _BATCH):
            part = order[first : first + _BATCH]
            wide = -(-max(sized[at].shape[1] for at in part) // 4) * 4
            stack = np.zeros((len(part), HIGH, wide, 1), np.float32)
            for row, at in enumerate(part):
                stack[row, :, : sized[at].shape[1], 0] = sized[at]
            scores = _scores(stack, self._weights)
            for row, at in enumerate(part):
                found[at] = Read(ctc_texts(scores[row, : max(1, sized[at].shape[1] // 2)], ALPHABET))
        return found


def ctc_texts(
    probabilities: NDArray[np.float32], alphabet: str, beam: int = BEAM
) -> tuple[tuple[str, float], ...]:
    """The most probable texts of CTC columns (t, 1 + len(alphabet)), class 0 the blank, by beam search.

    Probabilities are of all the ways to write a text, so they add up to at most 1.
    """
    beams: dict[tuple[int, ...], tuple[float, float]] = {
        (): (1.0, 0.0)
    }  # text → ends in blank, in its letter
    for column in probabilities:
        follow = [int(one) for one in np.flatnonzero(column > _PRUNE)]
        nexts: dict[tuple[int, ...], list[float]] = {}
        for text, (blank, letter) in beams.items():
            for code in follow:
                share = float(column[code])
                if code == 0:
                    nexts.setdefault(text, [0.0, 0.0])[0] += share * (blank + letter)
                elif text and code == text[-1]:
                    nexts.setdefault(text, [0.0, 0.0])[1] += share * letter
                    nexts.setdefault((*text, code), [0.0, 0.0])[1] += share * blank
                else:
                    nexts.setdefault((*text, code), [0.0, 0.0])[1] += share * (blank + letter)
        kept = sorted(nexts.items(), key=lambda one: -(one[1][0] + one[1][1]))[:beam]
        beams = {text: (ends[0], ends[1]) for text, ends in kept}
    read: dict[str, float] = {}
    for codes, ends in beams.items():
        written = "".join(alphabet[code - 1] for code in codes).strip()
        read[written] = read.get(written, 0.0) + sum(ends)
    return tuple(sorted(read.items(), key=lambda one: -one[1]))


@cache
def _weights() -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]:
    with np.load(WEIGHTS) as file:
        kernels = [file[f"w{at}"].astype(np.float32) for at in range(9)]
        biases = [file[f"b{at}"].astype(np.float32) for at in range(9)]
    # (out, in, kh, kw) as torch keeps them → (kh, kw, in, out)
    return [np.ascontiguousarray(one.transpose(2, 3, 1, 0)) for one in kernels], biases


def _scores(
    x: Grey, weights: tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]
) -> NDArray[np.float32]:
    """(n, 24, w, 1) → (n, w // 2, classes), probabilities."""
    kernels, biases = weights

    def convolved(x: Grey, at: int, down: int, across: int, spread: int = 1) -> Grey:
        return _convolved(x, kernels[at], biases[at], down, across, spread)

    x = _pooled(np.maximum(convolved(x, 0, 1, 1), 0), 2, 2)
    x = np.maximum(convolved(x, 1, 1, 1), 0)
    x = _pooled(np.maximum(convolved(x, 2, 1, 1), 0), 2, 1)
    x = np.maximum(convolved(x, 3, 1, 1), 0)
    x = _pooled(np.maximum(convolved(x, 4, 1, 1), 0), 2, 1)
    x = np.maximum(convolved(x, 5, 0, 1), 0)
    x = x + np.maximum(convolved(x, 6, 0, 2), 0)
    x = x + np.maximum(convolved(x, 7, 0, 4, 2), 0)
    x = convolved(x, 8, 0, 0)[:, 0]
    x = np.exp(x - x.max(axis=2, keepdims=True))
    scores: NDArray[np.float32] = x / x.sum(axis=2, keepdims=True)
    return scores


def _convolved(x: Grey, kernel: Grey, bias: Grey, down: int, across: int, spread: int) -> Grey:
    """A convolution with zeros around: kernel (kh, kw, in, out), `spread` its dilation across."""
    high, wide, into, out = kernel.shape
    x = np.pad(x, ((0, 0), (down, down), (across, across), (0, 0)))
    rows = x.shape[1] - high + 1
    columns = x.shape[2] - (wide - 1) * spread
    total: Grey = np.broadcast_to(bias, (x.shape[0], rows, columns, out)).astype(np.float32)
    if into * high * wide <= 1024 and into < 32:
        windows = [
            x[:, i : i + rows, j * spread : j * spread + columns] for i in range(high) for j in range(wide)
        ]
        return total + np.concatenate(windows, axis=3) @ kernel.reshape(-1, out)
    for i in range(high):
        for j in range(wide):
            total += x[:, i : i + rows, j * spread : j * spread + columns] @ kernel[i, j]
    return total


def _pooled(x: Grey, down: int, across: int) -> Grey:
    n, high, wide, channels = x.shape
    high, wide = high // down * down, wide // across * across
    parts = x[:, :high, :wide].reshape(n, high // down, down, wide // across, across, channels)
    pooled: Grey = parts.max(axis=(2, 4))
    return pooled


def _sized(line: Grey) -> Grey:
    """At the network's height, contrast as it was trained: the 5th percentile 0, the 99th 1."""
    width = int(np.clip(round(line.shape[1] * HIGH / max(1, line.shape[0])), 8, WIDEST))
    if line.shape != (HIGH, width):
        way = cv2.INTER_AREA if line.shape[0] > HIGH else cv2.INTER_LINEAR
        line = np.asarray(cv2.resize(line, (width, HIGH), interpolation=way), np.float32)
    low, high = np.percentile(line, (5, 99))
    stretched: Grey = np.clip((line - low) / max(1e-3, high - low), 0, 1.3).astype(np.float32)
    return stretched
