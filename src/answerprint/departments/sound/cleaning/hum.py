"""Mains hum learnt in the pauses and subtracted; the rumble under the voice rolled off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, sosfiltfilt

from answerprint.departments.sound.diagnosis import Diagnosis

HUM_SMOOTHING = 0.4  # seconds over which hum's strength may change
HUM_UNDER_VOICE = 0.02  # weight of samples with voice: hum is learnt in the pauses and carried across
HIGH_PASS = 65.0  # Hz, −6 dB; the lowest men's voices begin at 80

Sound = NDArray[np.float64]


def without_hum(sound: Sound, rate: int, diagnosis: Diagnosis) -> Sound:
    """Each line's amplitude and phase are learnt mostly in the pauses, and the line is subtracted.

    Unlike a notch this leaves the voice's own energy at those frequencies where it is.
    """
    hum = diagnosis.hum
    if hum is None:
        return sound
    period = round(rate / hum.fundamental)  # over one period the other harmonics cancel
    count = -(-len(sound) // period)
    periods = np.zeros((count, period))
    periods.ravel()[: len(sound)] = sound
    weight = np.zeros((count, period))
    weight.ravel()[: len(sound)] = np.where(diagnosis.pauses, 1.0, HUM_UNDER_VOICE)
    weights = weight.mean(1)
    spread = HUM_SMOOTHING * rate / period
    trust = np.maximum(gaussian_filter1d(weights, spread, mode="nearest"), 1e-9)
    angle = 2 * np.pi * np.array([line.hertz for line in hum.lines]) / rate
    within = np.exp(1j * angle[:, None] * np.arange(period))  # (lines, period)
    starts = np.exp(1j * np.outer(np.arange(count) * period, angle))  # (periods, lines)
    heard = periods @ within.conj().T / period * starts.conj() * weights[:, None]
    strength = (
        gaussian_filter1d(heard.real, spread, axis=0, mode="nearest")
        + 1j * gaussian_filter1d(heard.imag, spread, axis=0, mode="nearest")
    ) / trust[:, None]
    # Straight from one edge of a period to the next: no step where two meet.
    edges = np.concatenate([strength[:1], (strength[1:] + strength[:-1]) / 2, strength[-1:]])
    ramp = np.arange(period) / period
    parts = [(edges[:-1] * starts, within * (1 - ramp)), (edges[1:] * starts, within * ramp)]
    hummed = sum(one.real @ wave.real - one.imag @ wave.imag for one, wave in parts)
    left: Sound = sound - 2 * np.ravel(hummed)[: len(sound)]
    return left


def without_rumble(sound: Sound, rate: int) -> Sound:
    """High-passed forwards and backwards: no delay, no phase."""
    sections = butter(2, HIGH_PASS, "highpass", fs=rate, output="sos")
    passed: Sound = sosfiltfilt(sections, sound, padlen=min(len(sound) - 1, rate // 4))
    return passed
