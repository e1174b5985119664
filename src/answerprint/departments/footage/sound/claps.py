"""Claps of a slate by ear: short, sudden, loud against what was before, and gone at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WINDOW = 80  # samples at 16 kHz: 5 ms, about as long as a clap's attack
CLAP_SAMPLES = 480  # 30 ms: how long a clap is marked
LEAST_DB = -38.0  # dBFS; quieter knocks are no clap near a microphone
RISE_DB = 18.0  # over the level of the tenth of a second before
FALL_DB = 14.0  # under the peak by 80 to 160 ms later: a vowel would still be sounding
BEFORE = (24, 4)  # windows before the peak that say what was there
AFTER = (16, 32)  # windows after it by which it must be gone
APART = 20  # windows between two claps: its echo is not another


def find_claps(samples: NDArray[np.float32]) -> list[int]:
    """Where claps begin in mono 16 kHz samples (n,), in order. Hard consonants pass for claps: only those
    outside of speech mean anything."""
    count = len(samples) // WINDOW
    if count <= BEFORE[0] + AFTER[1]:
        return []
    power = np.square(samples[: count * WINDOW].reshape(count, WINDOW)).mean(axis=1)
    level = 10 * np.log10(np.maximum(power, 1e-10))
    found: list[int] = []
    for place in np.flatnonzero(level > LEAST_DB):
        at = int(place)
        if at < BEFORE[0] or at + AFTER[1] > count:
            continue
        nearby = level[at - BEFORE[1] : at + APART]
        if level[at] < nearby.max():
            continue
        before = float(np.median(level[at - BEFORE[0] : at - BEFORE[1]]))
        after = float(np.median(level[at + AFTER[0] : at + AFTER[1]]))
        sudden = level[at] - before >= RISE_DB and level[at] - after >= FALL_DB
        if sudden and (not found or at * WINDOW - found[-1] > APART * WINDOW):
            found.append(at * WINDOW)
    return found
