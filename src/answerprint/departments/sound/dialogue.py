"""The loudness of the dialogue in a programme: what is heard while somebody speaks.

ITU-R BS.1770-1 over the stretches with speech, no gate by level: what ATSC A/85 and Netflix ask for. Which
stretches those are, they leave to Dolby's gate; ours is an estimate of it, from a voice detector. Music and
effects beneath the voices are part of that; `own_loudness` takes off what lies beneath them, as far as the
pauses beside tell, and estimates the level of the dialogue's own stem.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.levels import HOPS_A_SECOND, block_loudness

LEAST_SHARE = 0.15  # of the programme with speech, under which the programme itself is measured (Netflix)
SPOKEN = 0.5  # of 100 ms that is spoken for it to count
BESIDE = 0.2  # seconds about speech that are no pause
AROUND = 4 * HOPS_A_SECOND  # tenths of a second to either side in which the pauses tell what lies beneath


def spoken_hops(spoken: Sequence[tuple[float, float]], hops: int) -> NDArray[np.bool_]:
    """(hops,) which tenths of a second are spoken. spoken: [start, end) seconds from the first sample."""
    share = np.zeros(hops)
    for start, end in spoken:
        first, last = max(0.0, start * HOPS_A_SECOND), min(float(hops), end * HOPS_A_SECOND)
        if last <= first:
            continue
        low, high = int(first), min(int(last), hops - 1)
        if low == high:
            share[low] += last - first
            continue
        share[low] += low + 1 - first
        share[high] += last - high
        share[low + 1 : high] += 1
    return np.asarray(share >= SPOKEN, np.bool_)


def dialogue_loudness(energies: NDArray[np.float64], spoken: NDArray[np.bool_]) -> float | None:
    """LKFS over the spoken tenths of a second; energies: (hops,) weighted mean squares. None without any."""
    heard = energies[: len(spoken)][spoken[: len(energies)]]
    if not len(heard) or not heard.mean() > 0:
        return None
    return float(block_loudness(np.array([heard.mean()]))[0])


def own_loudness(energies: NDArray[np.float64], spoken: Sequence[tuple[float, float]]) -> float | None:
    """LKFS of the dialogue alone, estimated: powers add, so the mean of the pauses near is taken off.

    Where no pause is near, nothing is. None where nobody speaks.
    """
    heard = spoken_hops(spoken, len(energies))
    if not heard.any():
        return None
    pauses = ~spoken_hops([(start - BESIDE, end + BESIDE) for start, end in spoken], len(energies))
    sums = np.concatenate([[0.0], np.cumsum(np.where(pauses, energies, 0.0))])
    counts = np.concatenate([[0], np.cumsum(pauses)])
    at = np.flatnonzero(heard)
    low, high = np.maximum(at - AROUND, 0), np.minimum(at + AROUND + 1, len(energies))
    number = counts[high] - counts[low]
    beneath = np.where(number > 0, (sums[high] - sums[low]) / np.maximum(number, 1), 0.0)
    own = float(energies[heard].mean() - beneath.mean())
    return float(block_loudness(np.array([own]))[0]) if own > 0 else None
