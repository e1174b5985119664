"""What tells music, applause, laughter and silence apart: measures over 1.5 s, four times a second.

Music by partials that stay where they are (continuous frequency activation, Seyerlehner et al. 2007),
applause by dense noise with the grain of single claps, laughter by bursts alike and at equal intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

RATE = 16_000
WINDOW = 1024  # samples of a spectrum, 64 ms
HOP = 160  # samples between spectra, 10 ms
BLOCK = 150  # spectra a measure looks at
STEP = 25  # spectra between measures, a quarter second
PIECE = 3000  # spectra held at once: half a minute

_TONES = slice(12, 300)  # bins of 15.6 Hz looked at for partials: 190 to 4700 Hz
_NEAR = 21  # bins a partial must stand out of
_STANDS_OUT_DB = 6.0
_FLAT = slice(32, 450)  # 500 to 7000 Hz
_CLAPS = slice(64, 400)  # 1000 to 6200 Hz
_VOICE = slice(16, 190)  # 250 to 3000 Hz
_GRAIN = 40  # samples, 2.5 ms
_NORMAL_SPREAD = 1.68  # standard deviations between the 20th and 80th percentile
_BEATS = (15, 29)  # spectra between two bursts of laughter: 6.7 to 3.4 a second


@dataclass(frozen=True)
class Measures:
    """One value every quarter second; block k is about sample (k + 0.5) · 4000."""

    level: Doubles  # dBFS, the loudest fifth of a block's 10 ms
    quiet: Doubles  # dBFS, the loudest 10 ms within the quarter second itself
    partials: Doubles  # 0 … 5: how many lines stay in place, how steadily
    flatness: Doubles  # dB: geometric over arithmetic mean of the spectrum, 0 is white
    grain: Doubles  # spread of the 2.5 ms envelope between 1 and 6 kHz over its median; noise has 0.15
    swing: Doubles  # dB between loud and soft 100 ms of a block
    beat: Doubles  # 0 … 1: how well the voice's envelope repeats at a laugher's rate, twice over
    alike: Doubles  # 0 … 1: how alike the spectra of successive bursts are
    depth: Doubles  # dB between bursts and what lies between


def measure(samples: NDArray[np.int16] | Floats) -> Measures:
    """Measures of mono 16 kHz samples (n,), float32 or 16-bit. Held in memory: half a minute, and 300 bytes a
    second of sound."""
    blocks = len(samples) // (STEP * HOP)
    found = np.zeros((9, blocks))
    reach = BLOCK // 2
    per_piece = PIECE // STEP
    for first in range(0, blocks, per_piece):
        last = min(blocks, first + per_piece)
        start = first * STEP - reach  # spectra, with what the first and last blocks look back and on to
        count = (last - first) * STEP + 2 * reach
        found[:, first:last] = _piece(
            _cut(samples, start * HOP - WINDOW // 2, count * HOP + WINDOW), last - first
        )
    return Measures(*found)


def _cut(samples: NDArray[np.int16] | Floats, first: int, length: int) -> Doubles:
    cut = np.zeros(length)
    part = samples[max(0, first) : max(0, first + length)]
    scale = 1 / 32768 if samples.dtype == np.int16 else 1.0
    at = max(0, -first)
    cut[at : at + len(part)] = np.nan_to_num(part.astype(np.float64) * scale, posinf=0, neginf=0)
    return cut


def _piece(sound: Doubles, blocks: int) -> Doubles:
    strips = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP]
    count = blocks * STEP + BLOCK // 2 * 2
    power = np.square(np.abs(np.fft.rfft(strips[:count] * np.hanning(WINDOW)))) / (
        WINDOW * 0.375 * WINDOW / 2
    )
    log = 10 * np.log10(power + 1e-12)
    tones = log[:, _TONES]
    stands_out = (tones - uniform_filter1d(tones, _NEAR, axis=1) > _STANDS_OUT_DB).astype(np.float32)
    short = np.square(sound[WINDOW // 2 : WINDOW // 2 + count * HOP].reshape(count, HOP)).mean(axis=1)
    levels = 10 * np.log10(short + 1e-12)
    envelope = np.sqrt(power[:, _VOICE].sum(axis=1))
    voice = log[:, _VOICE]
    shapes = voice - voice.mean(axis=1, keepdims=True)
    flat = log[:, _FLAT].mean(axis=1) - 10 * np.log10(power[:, _FLAT].mean(axis=1) + 1e-12)
    grains = _grains(sound)[: count * HOP // _GRAIN]
    found = np.zeros((9, blocks))
    for k in range(blocks):
        here = slice(k * STEP, k * STEP + BLOCK)
        middle = slice(k * STEP + BLOCK // 2, k * STEP + BLOCK // 2 + STEP)
        tenths = 10 * np.log10(short[here].reshape(-1, 10).mean(axis=1) + 1e-12)
        beat, alike = _rhythm(envelope[here], shapes[here])
        bursts = 20 * np.log10(np.percentile(envelope[here], [15, 85]) + 1e-7)
        found[:, k] = (
            np.percentile(levels[here], 80),
            levels[middle].max(),
            _partials(stands_out[here].mean(axis=0)),
            float(np.mean(flat[here])),
            _spread(grains[here.start * 4 : here.stop * 4]),
            float(np.percentile(tenths, 90) - np.percentile(tenths, 10)),
            beat,
            alike,
            float(bursts[1] - bursts[0]),
        )
    return found


def _grains(sound: Doubles) -> Doubles:
    """The envelope between 1 and 6 kHz in steps of 2.5 ms, slow changes of loudness taken out."""
    spectrum = np.fft.rfft(sound)
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(frequencies < 1000) | (frequencies > 6200)] = 0
    band = np.fft.irfft(spectrum, len(sound))[WINDOW // 2 :]
    whole = len(band) // _GRAIN
    grains: Doubles = np.sqrt(np.square(band[: whole * _GRAIN].reshape(whole, _GRAIN)).mean(axis=1))
    slow: Doubles = uniform_filter1d(grains, 80)
    grains /= slow + 1e-6
    return grains


def _spread(grains: Doubles) -> float:
    """How far grains lie apart, over their median; a single knock does not move it."""
    low, middle, high = np.percentile(grains, [20, 50, 80])
    return float((high - low) / (_NORMAL_SPREAD * (middle + 1e-9)))


def _partials(share: NDArray[np.floating]) -> float:
    """How far the five steadiest lines stand out of their neighbours, each 0 … 1."""
    low = minimum_filter1d(share, 3)
    left, right = np.roll(low, 3), np.roll(low, -3)
    peak = (share >= np.roll(share, 1)) & (share >= np.roll(share, -1))
    stand = np.where(peak, share - np.maximum(left, right), 0)
    return float(np.sort(stand)[-5:].sum())


def _rhythm(envelope: Doubles, shapes: Doubles) -> tuple[float, float]:
    """The best repetition of an envelope at 3.4 to 6.7 a second, and how alike what repeats sounds."""
    loud = np.sqrt(envelope)
    loud = loud - uniform_filter1d(loud, 60)
    energy = float(loud @ loud)
    if energy < 1e-9:
        return 0.0, 0.0
    repeat = np.array([loud[:-lag] @ loud[lag:] / energy for lag in range(1, 2 * _BEATS[1] + 2)])
    best, at = 0.0, 0
    for lag in range(*_BEATS):
        valley = repeat[lag // 2 - 1]
        value = min(repeat[lag - 1], repeat[2 * lag - 1] * 1.3, -1.3 * valley)
        if repeat[lag - 1] >= repeat[lag - 2] and repeat[lag - 1] >= repeat[lag] and value > best:
            best, at = float(value), lag
    if not at:
        return 0.0, 0.0
    weight = np.minimum(envelope[:-at], envelope[at:])
    before, after = shapes[:-at], shapes[at:]
    close = (before * after).sum(axis=1) / (
        np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1) + 1e-9
    )
    return best, float(np.clip((close * weight).sum() / (weight.sum() + 1e-12), 0, 1))
