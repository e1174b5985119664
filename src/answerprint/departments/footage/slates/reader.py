"""The reader of lines that is always there: a small network of our own.

Eight convolutions over 24 rows give a column of scores for every second column; CTC makes text of them
(Graves et al. 2006). Weights, training and held-out figures: training/slates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.models.runtimes.onnx import session

HIGH = 24  # rows of a line as it is read
WIDEST = 320  # columns; a longer line is read squeezed
ALPHABET = " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.:,'&#()+?!"  # class 0 is the blank, then these
NETWORK = Path(__file__).with_name("reader.onnx")
BEAM = 10
_PRUNE = 3e-3  # classes less probable than this in a column are not followed
_HOPELESS = 1e-4  # probability of the plainest reading
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
        self._session = session(NETWORK)

    def read(self, lines: Sequence[Grey]) -> list[Read]:
        """As `Reader.read`."""
        sized = [_sized(one) for one in lines]
        order = sorted(range(len(sized)), key=lambda at: sized[at].shape[1])
        found: list[Read] = [Read(())] * len(sized)
        for first in range(0, len(order), _BATCH):
            part = order[first : first + _BATCH]
            wide = -(-max(sized[at].shape[1] for at in part) // 4) * 4
            stack = np.zeros((len(part), 1, HIGH, wide), np.float32)
            for row, at in enumerate(part):
                stack[row, 0, :, : sized[at].shape[1]] = sized[at]
            (scores,) = self._session.run({self._session.inputs[0]: stack})
            for row, at in enumerate(part):
                found[at] = Read(ctc_texts(scores[row, : max(1, sized[at].shape[1] // 2)], ALPHABET))
        return found


def ctc_texts(
    probabilities: NDArray[np.float32], alphabet: str, beam: int = BEAM
) -> tuple[tuple[str, float], ...]:
    """The most probable texts of CTC columns (t, 1 + len(alphabet)), class 0 the blank, by beam search.

    Probabilities are of all the ways to write a text, so they add up to at most 1.
    """
    picked = probabilities.argmax(axis=1)
    likely = float(np.prod(probabilities[np.arange(len(picked)), picked], dtype=np.float64))
    if likely < _HOPELESS:  # leaves and stripes: no other way to read them is worth a search
        kept = picked[np.append(True, picked[1:] != picked[:-1])]
        return (("".join(alphabet[code - 1] for code in kept if code).strip(), likely),)
    beams: dict[tuple[int, ...], tuple[float, float]] = {
        (): (1.0, 0.0)
    }  # text → ends in blank, in its letter
    for column, bare in zip(probabilities, (probabilities[:, 0] > 1 - _PRUNE).tolist(), strict=True):
        if bare:
            share = float(column[0])
            beams = {text: (share * (blank + letter), 0.0) for text, (blank, letter) in beams.items()}
            continue
        follow = [(int(code), float(column[code])) for code in np.flatnonzero(column > _PRUNE)]
        nexts: dict[tuple[int, ...], list[float]] = {}
        for text, (blank, letter) in beams.items():
            for code, share in follow:
                if code == 0:
                    nexts.setdefault(text, [0.0, 0.0])[0] += share * (blank + letter)
                elif text and code == text[-1]:
                    nexts.setdefault(text, [0.0, 0.0])[1] += share * letter
                    if blank > 0:
                        nexts.setdefault((*text, code), [0.0, 0.0])[1] += share * blank
                else:
                    nexts.setdefault((*text, code), [0.0, 0.0])[1] += share * (blank + letter)
        best = sorted(nexts.items(), key=lambda one: -(one[1][0] + one[1][1]))[:beam]
        beams = {text: (ends[0], ends[1]) for text, ends in best}
    read: dict[str, float] = {}
    for codes, ends in beams.items():
        written = "".join(alphabet[code - 1] for code in codes).strip()
        read[written] = read.get(written, 0.0) + sum(ends)
    return tuple(sorted(read.items(), key=lambda one: -one[1]))


def _sized(line: Grey) -> Grey:
    """At the network's height, contrast as it was trained: the 5th percentile 0, the 99th 1."""
    width = int(np.clip(round(line.shape[1] * HIGH / max(1, line.shape[0])), 8, WIDEST))
    if line.shape != (HIGH, width):
        way = cv2.INTER_AREA if line.shape[0] > HIGH else cv2.INTER_LINEAR
        line = np.asarray(cv2.resize(line, (width, HIGH), interpolation=way), np.float32)
    low, high = np.percentile(line, (5, 99))
    stretched: Grey = np.clip((line - low) / max(1e-3, high - low), 0, 1.3).astype(np.float32)
    return stretched
