"""A take stretched along an alignment at its own pitch, its formants where they were.

Waveform similarity overlap-add (Verhelst and Roelands 1993, ICASSP): pieces of the take itself are laid where
they belong, each moved by at most 8 ms so that it goes on from the one before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.replacement.alignment import Alignment

WINDOW = 1920  # samples at 48 kHz: 40 ms
HOP = WINDOW // 2
REACH = 384  # samples a piece may be moved: 8 ms

Samples = NDArray[np.float32]


def warped(take: Samples, alignment: Alignment, length: int) -> Samples:
    """The take (m, channels) in exactly `length` samples, each moment where the alignment has it.

    All channels are moved alike. Where the guide has what the take has not there is silence.
    """
    padded = np.pad(take.astype(np.float64), ((WINDOW, 3 * WINDOW), (0, 0)))
    mono = padded.mean(axis=1)
    taper = np.hanning(WINDOW + 1)[:-1][:, None]
    made = np.zeros((length + 2 * WINDOW, take.shape[1]))
    natural = -1  # where the piece before would go on
    for at in range(0, length + HOP, HOP):
        wanted = round(float(alignment.at(min(at, length))[0])) + WINDOW - HOP
        wanted = min(max(wanted, 0), len(padded) - WINDOW)  # before the take and after it lies silence
        place = wanted
        if natural >= 0:
            low = max(0, wanted - REACH)
            around = mono[low : wanted + REACH + WINDOW]
            ours = mono[natural : natural + WINDOW]
            if len(ours) == WINDOW and len(around) > WINDOW:
                place = low + _most_alike(around, ours)
        piece = padded[place : place + WINDOW]
        made[at : at + len(piece)] += piece * taper[: len(piece)]
        natural = place + HOP
    return made[HOP : HOP + length].astype(np.float32)


def _most_alike(around: NDArray[np.float64], ours: NDArray[np.float64]) -> int:
    size = 1 << (len(around) + len(ours) - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(around, size) * np.fft.rfft(ours, size).conj(), size)
    count = len(around) - len(ours) + 1
    running = np.concatenate([[0.0], np.cumsum(around**2)])
    energy = running[len(ours) :] - running[: -len(ours)]
    return int(np.argmax(products[:count] / np.sqrt(energy[:count] + 1e-9)))
