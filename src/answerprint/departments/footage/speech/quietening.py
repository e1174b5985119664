"""Noise of the place taken out of speech before it is recognised, where it is loud enough to hide words.

A Wiener filter with decision-directed estimates (Ephraim and Malah, 1984); the noise is what the quietest
moments of every half minute have in common. It costs clear voices more than it gives them, so words are heard
in it only under `LOUD`; what it makes is for recognising, never for listening.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import istft, lfilter, stft

from answerprint.departments.footage.speech.recogniser import RATE

LOUD = 15.0  # dB of the voice over the place under which words are hidden (chosen on other voices) …
EDGES = 30.0  # … and under which it hides where they begin and end
PIECE = 30 * RATE  # samples treated at a time
OVERLAP = RATE  # … and shared by two pieces
WINDOW, HOP, SIZE = 400, 160, 512  # samples of a spectrum, between spectra, of the transform
QUIET = 0.15  # share of the moments that are the noise alone
SMOOTH = 0.7  # of one spectrum that the next one's level keeps
OVER_QUIET = 1.3  # the mean of noise over its quiet moments
KEPT = 0.15  # the least that is left of anything
CARRIED = 0.95  # of the estimate before


def quietened(
    samples: NDArray[np.int16], voice: Sequence[tuple[int, int]], under: float = LOUD
) -> NDArray[np.int16]:
    """The samples (n,) mono 16 kHz with the place's noise lowered, or as they are where the voice is `under`
    dB over it and more. voice: where somebody speaks."""
    if over_noise(samples, voice) >= under:
        return samples
    out = np.zeros(len(samples), np.int16)
    for start in range(0, len(samples), PIECE):
        low, high = max(0, start - OVERLAP), min(len(samples), start + PIECE + OVERLAP)
        clean = _filtered(np.asarray(samples[low:high], np.float64))
        end = min(len(samples), start + PIECE)
        out[start:end] = np.clip(np.round(clean[start - low : end - low]), -32768, 32767)
    return out


def over_noise(samples: NDArray[np.int16], voice: Sequence[tuple[int, int]]) -> float:
    """dB of the speech over the place's own noise; infinite where nothing tells."""
    spoken = np.zeros(len(samples), bool)
    for start, end in voice:
        spoken[start:end] = True
    if spoken.all() or not spoken.any():
        return float("inf")
    loud = _power(samples, spoken)
    quiet = _power(samples, ~spoken)
    return float(10 * np.log10(max(loud - quiet, 1e-3) / max(quiet, 1e-3)))


def _power(samples: NDArray[np.int16], where: NDArray[np.bool_]) -> float:
    total, count = 0.0, 0
    for start in range(0, len(samples), PIECE):
        part = np.asarray(samples[start : start + PIECE], np.float64)[where[start : start + PIECE]]
        total += float(np.sum(part**2))
        count += len(part)
    return total / count


def _filtered(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(sound) < SIZE:
        return sound
    _, _, spectra = stft(sound, RATE, nperseg=WINDOW, noverlap=WINDOW - HOP, nfft=SIZE)
    power = np.abs(spectra) ** 2
    smooth = lfilter([1 - SMOOTH], [1, -SMOOTH], power, axis=1)
    noise = np.maximum(OVER_QUIET * np.quantile(smooth, QUIET, axis=1), 1e-9)
    gains = np.empty_like(power)
    before = np.zeros(len(noise))
    for at in range(power.shape[1]):
        ratio = power[:, at] / noise
        expected = CARRIED * before + (1 - CARRIED) * np.maximum(ratio - 1, 0)
        gain = np.maximum(expected / (1 + expected), KEPT)
        gains[:, at] = gain
        before = gain**2 * ratio
    _, clean = istft(spectra * gains, RATE, nperseg=WINDOW, noverlap=WINDOW - HOP, nfft=SIZE)
    return np.asarray(clean[: len(sound)])
