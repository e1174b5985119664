"""What diarisation gives: turns, and the voice of each speaker as a vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Turn:
    """One person speaks in [start, end), in samples of 16 kHz from the first one heard."""

    start: int
    end: int
    speaker: int  # 0 …, in the order in which they first speak
    confidence: float


@dataclass(frozen=True)
class Diarisation:
    """Who spoke when. voices: (speakers, dimensions) float32, rows of length 1; a row of a speaker who was
    never heard alone is 0. voice_seconds: how much speech each row was made from."""

    backend: str
    turns: tuple[Turn, ...]
    voices: Floats
    voice_seconds: tuple[float, ...]

    @property
    def speakers(self) -> int:
        return len(self.voices)


def turns_of(
    active: Bools, sure: NDArray[np.float64], edges: NDArray[np.int64], shortest: int, bridged: int
) -> tuple[list[Turn], list[int]]:
    """Turns from who is active when. active, sure: (frames, speakers); edges: (frames + 1,) samples.

    Pauses up to `bridged` samples within one speaker's turn are kept in it, turns under `shortest` dropped.
    Speakers are numbered anew as they first speak; second result: the column each was.
    """
    found: list[tuple[int, int, int, float]] = []
    for column in range(active.shape[1]):
        spans: list[list[int]] = []
        for first, last in runs(active[:, column]):
            if spans and edges[first] - edges[spans[-1][1]] <= bridged:
                spans[-1][1] = last
            else:
                spans.append([first, last])
        for first, last in spans:
            if edges[last] - edges[first] >= shortest:
                mean = float(sure[first:last, column].mean())
                found.append((int(edges[first]), int(edges[last]), column, mean))
    found.sort()
    order = list(dict.fromkeys(column for _, _, column, _ in found))
    number = {column: i for i, column in enumerate(order)}
    return [Turn(start, end, number[column], confidence) for start, end, column, confidence in found], order


def runs(mask: Bools) -> list[tuple[int, int]]:
    """Half-open ranges of True."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(first), int(last)) for first, last in zip(steps[::2], steps[1::2], strict=True)]


def overlapping(turns: Sequence[Turn]) -> list[bool]:
    """For each turn whether anybody else speaks during a part of it."""
    return [
        any(one.speaker != turn.speaker and one.start < turn.end and turn.start < one.end for one in turns)
        for turn in turns
    ]


def overlapped(turns: Sequence[Turn]) -> int:
    """Samples during which two or more people speak."""
    edges = sorted([(turn.start, 1) for turn in turns] + [(turn.end, -1) for turn in turns])
    total = speaking = before = 0
    for at, change in edges:
        if speaking > 1:
            total += at - before
        speaking += change
        before = at
    return total
