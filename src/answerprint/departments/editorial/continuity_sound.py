"""Sound beds: the tone of the room under the words, on both sides of a cut, by minimum statistics.

What a band of the spectrum falls to between words is the room (Martin 2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # samples a second
WINDOW, HOP = 1024, 512
QUIET = 10  # percentile of each band over time that is taken for the room
BANDS = 20  # thirds of octaves from LOWEST
LOWEST = 88.0  # Hz
DIGITAL_SILENCE = -100.0  # dBFS of a band under which there is no room to hear
LEAST = 24  # windows: three quarters of a second

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class BedChange:
    """level: dB louder; colour: dB that bands differ by beyond that, in the mean; silent: one side is digital
    silence and the other is not."""

    level: float
    colour: float
    silent: bool


def bed_change(before: Floats, after: Floats) -> BedChange | None:
    """From one side to the other, samples (n,) of RATE a second; None where either is too short."""
    one, other = bed_of(before), bed_of(after)
    if one is None or other is None:
        return None
    silent = [bool(np.all(bed <= DIGITAL_SILENCE)) for bed in (one, other)]
    if all(silent):
        return BedChange(0.0, 0.0, False)
    change = np.maximum(other, DIGITAL_SILENCE) - np.maximum(one, DIGITAL_SILENCE)
    level = float(np.median(change))
    return BedChange(level, float(np.mean(np.abs(change - level))), silent[0] != silent[1])


def bed_of(sound: Floats) -> NDArray[np.float64] | None:
    """(20,) dBFS in thirds of octaves of what sounds when nobody speaks; None under LEAST windows."""
    count = (len(sound) - WINDOW) // HOP + 1
    if count < LEAST:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP][:count]
    power = np.abs(np.fft.rfft(windows * np.hanning(WINDOW), axis=1)) ** 2 / (WINDOW * WINDOW / 16)
    at = np.fft.rfftfreq(WINDOW, 1 / RATE)
    edges = LOWEST * 2.0 ** (np.arange(BANDS + 1) / 3)
    bands = []
    for low, high in pairwise(edges):
        inside = (at >= low) & (at < high)
        inside[int(np.argmin(np.abs(at - np.sqrt(low * high))))] = True
        bands.append(np.percentile(power[:, inside].sum(1), QUIET))
    found: NDArray[np.float64] = 10 * np.log10(np.maximum(np.array(bands, np.float64), 1e-12))
    return found
