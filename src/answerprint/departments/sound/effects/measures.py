"""What can be measured of a sound effect: onsets, how it goes on, spectrum, pitch."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from answerprint.departments.sound.effects.bands import BANDS, HIGHEST, LOWEST, RATE

Kind = Literal["one-shot", "continuous", "rhythmic", "events", "silent"]
ONSET = 6.0  # dB over the running level of the last 100 ms, in the mean over bands
APART = 8  # frames between onsets: 80 ms
DECAYED = 25.0  # dB under its peak at which a one-shot is over
EVEN = 0.15  # deviation of the gaps over their mean, under which onsets are rhythmic
TONAL = 0.55  # of the autocorrelation at the period: as clear a pitch as a held vowel
SILENT = 1e-10  # mean power: −100 dBFS
LOWEST_PITCH, HIGHEST_PITCH = 50.0, 4000.0  # Hz

Floats = NDArray[np.float32]


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """onsets: how many. centroid: Hz. flatness: 0 a tone … 1 noise. pitch: Hz where it is tonal."""

    kind: Kind
    onsets: int
    centroid: float | None
    flatness: float | None
    pitch: float | None


def measured(sound: Floats, power: Floats) -> Measures:
    """sound (n,) at 32 kHz; power (frames, 64), as `bands.powers` has it of the same sound."""
    level = power.sum(axis=1)
    if not len(level) or float(level.mean()) < SILENT:
        return Measures(kind="silent", onsets=0, centroid=None, flatness=None, pitch=None)
    places = onsets(power)
    spectrum = power.mean(axis=0)
    centres = _centres()
    loud = np.maximum(spectrum, spectrum.max() * 1e-8)
    return Measures(
        kind=_kind(level, places),
        onsets=len(places),
        centroid=round(float(np.sum(centres * spectrum) / np.sum(spectrum)), 1),
        flatness=round(float(np.exp(np.log(loud).mean()) / loud.mean()), 4),
        pitch=pitch(sound),
    )


def onsets(power: Floats) -> NDArray[np.int64]:
    """Frames (100 a second) where something begins: rises of the bands' levels, in the mean."""
    decibels = 10 * np.log10(np.maximum(power, power.max() * 1e-7))
    before = np.vstack([np.repeat(decibels.min(axis=0, keepdims=True), 10, axis=0), decibels])
    held = np.cumsum(np.vstack([np.zeros((1, BANDS), np.float32), before]), axis=0)
    running = (held[10:-1] - held[:-11]) / 10
    rise = np.clip(decibels - running[: len(decibels)], 0, None).mean(axis=1)
    peaks, _ = find_peaks(np.pad(rise, 1), height=ONSET, distance=APART, prominence=ONSET / 2)
    found: NDArray[np.int64] = peaks - 1
    return found


def pitch(sound: Floats) -> float | None:
    """Hz of the loudest half second where it is clear, by the autocorrelation (Boersma 1993), else None."""
    size = RATE // 2
    if len(sound) < RATE // 20:
        return None
    steps = range(0, max(len(sound) - size, 0) + 1, size // 2)
    start = max(steps, key=lambda at: float(np.sum(np.square(sound[at : at + size]))))
    part = sound[start : start + size].astype(np.float64)
    part = part - part.mean()
    window = np.hanning(len(part))
    spectrum = np.fft.rfft(part * window, 2 * len(part))
    shape = np.fft.irfft(np.square(np.abs(spectrum)))[: len(part)]
    own = np.fft.irfft(np.square(np.abs(np.fft.rfft(window, 2 * len(part)))))[: len(part)]
    if shape[0] <= 0:
        return None
    alike = (shape / shape[0]) / np.maximum(own / own[0], 1e-3)
    first, last = int(RATE / HIGHEST_PITCH), min(int(RATE / LOWEST_PITCH), len(part) // 2)
    peaks, _ = find_peaks(alike[: last + 1])
    peaks = peaks[peaks >= first]
    if not len(peaks) or alike[peaks].max() < TONAL:
        return None
    best = int(peaks[np.flatnonzero(alike[peaks] >= 0.92 * alike[peaks].max())[0]])
    left, middle, right = alike[best - 1 : best + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend else 0.0
    return round(float(RATE / (best + shift)), 1)


def _kind(level: Floats, places: NDArray[np.int64]) -> Kind:
    decibels = 10 * np.log10(np.maximum(level, level.max() * 1e-10))
    gaps = np.diff(places)
    if len(places) >= 4 and np.std(gaps) < EVEN * np.mean(gaps):
        return "rhythmic"
    top = int(np.argmax(decibels))
    smooth = np.convolve(decibels, np.ones(10) / 10, "same")
    after = smooth[top + 5 :]
    ended = len(after) and after.min() < decibels.max() - DECAYED
    loud = np.mean(decibels > decibels.max() - DECAYED)
    if len(places) <= 2 and (ended or len(level) < 100) and loud < 0.8:
        return "one-shot"
    if loud > 0.8 and len(places) < 4 + len(level) / 200:
        return "continuous"
    return "one-shot" if len(level) < 100 else "continuous" if loud > 0.6 else "events"


def _centres() -> NDArray[np.float64]:
    top, low = (2595 * np.log10(1 + one / 700) for one in (HIGHEST, LOWEST))
    return np.asarray(700 * (10 ** (np.linspace(low, top, BANDS + 2)[1:-1] / 2595) - 1))
