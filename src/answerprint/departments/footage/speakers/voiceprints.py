"""Stretches of one person's speech as vectors of the speaker encoder."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from answerprint.models.resemblyzer import PARTIAL, WIDTH, VoiceEncoder

Floats = NDArray[np.float32]
Span = tuple[int, int]  # positions among the moments at which one person speaks, half-open

LEVEL = 1e-3  # mean square (−30 dBFS) that speech is brought to before it is encoded, as in training
LEAST = 40  # frames of 10 ms: a shorter stretch says too little of a voice
STEP = 24  # frames between the stretches of a long one
ROUND = 8  # frames: short stretches are cut to multiples, so that equal ones are encoded together


def stretches(islands: list[Span]) -> list[Span]:
    """The stretches to be encoded, of 0.4 to 1.6 s, within islands of speech."""
    found: list[Span] = []
    for first, last in islands:
        length = last - first
        if length > PARTIAL:
            count = 1 + -(-(length - PARTIAL) // STEP)
            starts = np.linspace(first, last - PARTIAL, count).astype(int)
            found += [(int(start), int(start) + PARTIAL) for start in starts]
        elif length >= LEAST:
            kept = length // ROUND * ROUND
            start = first + (length - kept) // 2
            found.append((start, start + kept))
    return found


def voiceprints(
    spans: list[Span],
    mels: Floats,
    powers: Floats,
    encoder: VoiceEncoder,
    progress: Callable[[float], None] | None = None,
) -> Floats:
    """(spans, 256) float32, rows of length 1 (or 0 where the encoder has nothing to say).

    mels, powers: (moments, 40) mel frames and (moments,) mean squares of the moments spans count in.
    """
    prints = np.zeros((len(spans), WIDTH), np.float32)
    by_length: dict[int, list[int]] = {}
    for i, (first, last) in enumerate(spans):
        by_length.setdefault(last - first, []).append(i)
    done = 0
    for _, members in sorted(by_length.items()):
        for at in range(0, len(members), 256):  # 256 stretches of mel frames are 6.5 MB
            group = members[at : at + 256]
            block = np.stack([_levelled(mels, powers, *spans[i]) for i in group])
            prints[group] = encoder.embed(block)
            done += len(group)
            if progress is not None:
                progress(done / len(spans))
    return prints


def _levelled(mels: Floats, powers: Floats, first: int, last: int) -> Floats:
    levelled: Floats = mels[first:last] * np.float32(LEVEL / max(float(powers[first:last].mean()), 1e-12))
    return levelled
