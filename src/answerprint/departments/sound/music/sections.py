"""Sections of a piece: where bars begin to sound otherwise, and which of them are alike.

A checkerboard slid along the self-similarity of bars (Foote 2000) is highest where one kind of music ends and
another begins. Beside it four bars are laid over the four before, chord over chord: two sections often have
the same chords in another order. Sections whose bars are alike on the whole have the same letter.
"""

from __future__ import annotations

from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

LEAST = 4  # bars in a section, and on either side of a boundary that are compared: a phrase
PHRASE = 3.0  # of two phrases laid over one another, bar by bar, beside what each is on the whole
NOVEL = 0.4  # of the highest novelty: what less is no boundary
CHANGED = 0.4  # novelty under which a piece is all one section
CHROMA_WEIGHT, TIMBRE_WEIGHT, ONSET_WEIGHT = 0.5, 1.0, 1.0
ALIKE = 0.55  # of the distance across the boundaries that was heard as a change
NEAR = 0.12  # distance under which two sections are alike anyway


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """start, end: samples at 48 kHz; bars [first, last) of the piece; label: A, B …"""

    start: int
    end: int
    first_bar: int
    last_bar: int
    label: str


def boundaries(bars: NDArray[np.float64]) -> list[int]:
    """Indices of bars at which sections begin, the first 0. bars: (bars, k) features as `described`."""
    count = len(bars)
    if count < 2 * LEAST:
        return [0]
    novelty = np.zeros(count)
    for bar in range(LEAST, count - LEAST + 1):
        before, after = bars[bar - LEAST : bar], bars[bar : bar + LEAST]
        apart = np.linalg.norm(before.mean(axis=0) - after.mean(axis=0))  # the checkerboard, flat
        novelty[bar] = apart + PHRASE * np.linalg.norm(before - after, axis=1).mean()
    top = novelty[LEAST : count - LEAST + 1].max(initial=0.0)
    if top < CHANGED:
        return [0]
    found = [0]
    for bar in sorted(range(LEAST, count - LEAST + 1), key=lambda one: -novelty[one]):
        around = novelty[max(0, bar - 2) : bar + 3]
        if novelty[bar] < NOVEL * top or novelty[bar] < around.max():
            continue
        if all(abs(bar - other) >= LEAST for other in found):
            found.append(bar)
    return sorted(found)


def labels(bars: NDArray[np.float64], starts: list[int]) -> list[str]:
    """A letter for every section, the same for those that sound alike."""
    edges = [*starts, len(bars)]
    means = [bars[first:last].mean(axis=0) for first, last in pairwise(edges)]
    steps = [float(np.linalg.norm(one - other)) for one, other in pairwise(means)]
    limit = max(NEAR, ALIKE * float(np.median(steps))) if steps else NEAR
    kinds: list[list[NDArray[np.float64]]] = []
    found = []
    for mean in means:
        apart = [float(np.linalg.norm(mean - np.mean(kind, axis=0))) for kind in kinds]
        best = int(np.argmin(apart)) if apart else -1
        if best >= 0 and apart[best] <= limit:
            kinds[best].append(mean)
        else:
            kinds.append([mean])
            best = len(kinds) - 1
        found.append(chr(ord("A") + min(best, 25)))
    return found


def described(
    chroma: NDArray[np.float64], timbre: NDArray[np.float64], onsets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Features of bars (bars, k) from chroma (bars, 24), dB by band (bars, b), onset strengths (bars, 3)."""
    length = np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-6)
    parts = [CHROMA_WEIGHT * chroma / length]
    parts.append(TIMBRE_WEIGHT * (timbre - timbre.mean(axis=0)) / 12.0 / np.sqrt(timbre.shape[1]))
    whole = np.log1p(onsets)
    parts.append(ONSET_WEIGHT * (whole - whole.mean(axis=0)) / np.sqrt(whole.shape[1]))
    return np.concatenate(parts, axis=1)
