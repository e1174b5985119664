"""True peak by oversampling (ITU-R BS.1770-4 annex 2), and a limiter that keeps it under a ceiling."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d

OVERSAMPLING = 4  # the standard's least for 44.1 and 48 kHz
# Taps a phase. The standard's example has 12; 32 hold the passband within 0.01 dB up to 20 kHz at 48 kHz.
TAPS = 32
_KAISER = 8.0  # side lobes near −80 dB
_CHUNK = 4096

LOOKAHEAD = 0.005  # seconds over which the limiter comes down, before the peak
RELEASE = 40.0  # dB a second on the way back: 3 dB in 75 ms, slow enough to leave low voices clean
PASSES = 24
# Under the ceiling by this factor, so that rounding to float32 cannot lift a peak over it again.
_MARGIN = 1 - 1e-6

Floats = NDArray[np.floating[Any]]


def _phases() -> NDArray[np.float64]:
    """(OVERSAMPLING − 1, TAPS) windowed-sinc filters for the points between two samples.

    The sample itself is the phase left out: a Nyquist filter passes it unchanged.
    """
    at = np.arange(TAPS) - TAPS // 2 + 1
    fractions = np.arange(1, OVERSAMPLING)[:, None] / OVERSAMPLING
    offsets = at - fractions
    half = TAPS / 2
    window = np.i0(_KAISER * np.sqrt(np.maximum(1 - (offsets / half) ** 2, 0))) / np.i0(_KAISER)
    filters = np.sinc(offsets) * window
    scaled: NDArray[np.float64] = filters / filters.sum(1, keepdims=True)
    return scaled


_PHASES = _phases()
# No point between samples can exceed the largest sample by more than this.
_WORST = float(np.abs(_PHASES).sum(1).max())


class PeakMeter:
    """The highest true peak of a stream of blocks, linear (1 is full scale)."""

    def __init__(self, channels: int) -> None:
        self.peak = 0.0
        self._before = np.zeros((TAPS - 1, channels))

    def add(self, samples: Floats) -> None:
        """Take the next samples (n, channels)."""
        joined = np.concatenate([self._before, samples.astype(np.float64)])
        for start in range(0, len(samples), _CHUNK):
            part = joined[start : min(start + _CHUNK, len(samples)) + TAPS - 1]
            highest = float(np.abs(part).max())
            if highest * _WORST > self.peak:  # else nothing in here can be higher than what was met
                self.peak = max(self.peak, highest, float(_between(part).max(initial=0.0)))
        self._before = joined[len(joined) - (TAPS - 1) :]


def true_peak(samples: Floats) -> float:
    """The true peak of (n, channels), linear. The recording is taken to be silent before and after."""
    meter = PeakMeter(samples.shape[1])
    meter.add(samples)
    meter.add(np.zeros((TAPS, samples.shape[1])))
    return meter.peak


def limit_true_peak(samples: NDArray[np.float32], rate: int, ceiling_db: float) -> NDArray[np.float32]:
    """The same sound (n, channels) float32 with its true peak at or under ceiling_db (dBTP).

    Where no peak is too high every sample comes back as it was, and so does all sound further than the
    look-ahead and the release from one. One gain for all channels keeps the image. Of the result the
    peak is measured again, and passes are added until it holds; should they not suffice, the whole is
    turned down by what is left.
    """
    ceiling = 10 ** (ceiling_db / 20) * _MARGIN
    if true_peak(samples) <= ceiling:
        return samples
    limited = samples.copy()
    for start, end in _regions(samples, rate, ceiling):
        _limit_region(limited, start, end, rate, ceiling)
    left = true_peak(limited)
    if left > ceiling / _MARGIN:
        limited *= np.float32(ceiling / left * _MARGIN)
    return limited


def _regions(samples: NDArray[np.float32], rate: int, ceiling: float) -> list[tuple[int, int]]:
    """Stretches round the peaks that are too high, each with room to come down and back, none touching."""
    ahead = 2 * int(LOOKAHEAD * rate) + 2 * TAPS
    starts, ends = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start in range(0, len(samples), _CHUNK):
        end = min(start + _CHUNK, len(samples))
        if np.abs(samples[max(0, start - TAPS) : end + TAPS]).max() * _WORST <= ceiling:
            continue
        levels = _envelope(samples, start, end)
        over = np.flatnonzero(levels > ceiling)
        down = 20 * np.log10(levels[over] / ceiling) + 1  # a decibel more: passes may deepen it
        starts.append(start + over - ahead)
        ends.append(start + over + ahead + (down / RELEASE * rate).astype(np.int64))
    if not sum(map(len, starts)):
        return []  # the peak lies past the last sample: turning the whole down is what is left
    first = np.maximum(np.concatenate(starts), 0)
    last = np.minimum(np.maximum.accumulate(np.concatenate(ends)), len(samples))
    opens = np.flatnonzero(np.concatenate([[True], first[1:] > last[:-1] + TAPS]))
    closes = np.concatenate([opens[1:] - 1, [len(last) - 1]])
    return [(int(first[one]), int(last[two])) for one, two in zip(opens, closes, strict=True)]


def _limit_region(samples: NDArray[np.float32], start: int, end: int, rate: int, ceiling: float) -> None:
    original = samples[start:end].copy()
    needed = np.minimum(1.0, ceiling / np.maximum(_envelope(samples, start, end), 1e-12))
    for _ in range(PASSES):
        gain = _smooth(needed, rate)
        samples[start:end] = (original * gain[:, None]).astype(np.float32)
        levels = _envelope(samples, start, end)
        if levels.max() <= ceiling / _MARGIN:
            return
        # A gain that moves bends the wave between samples a little: ask for that much more there, twice
        # over, for asking moves the gain again.
        needed *= np.square(np.minimum(1.0, ceiling / np.maximum(levels, 1e-12)))


def _smooth(needed: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """A gain that is nowhere over `needed`, comes down within the look-ahead and returns at RELEASE.

    Held over ± the look-ahead, every value that the window below averages at a point is at most what
    that point needs, and so is their average.
    """
    reach = max(1, int(LOOKAHEAD * rate))
    held = 20 * np.log10(minimum_filter1d(needed, 2 * reach + 1, mode="nearest"))
    ramp = np.arange(len(held)) * (RELEASE / rate)
    released = np.minimum(np.minimum.accumulate(held - ramp) + ramp, 0.0)
    window = np.hanning(2 * reach + 3)[1:-1]
    padded = np.pad(10 ** (released / 20), reach, mode="edge")
    return np.minimum(np.convolve(padded, window / window.sum(), mode="valid"), needed)


def _envelope(samples: NDArray[np.float32], start: int, end: int) -> NDArray[np.float64]:
    """(end − start,) the highest of every channel at a sample and at the points on both sides of it."""
    first, last = start - TAPS // 2, end + TAPS // 2
    part = np.zeros((last - first, samples.shape[1]))
    inside = slice(max(first, 0), min(last, len(samples)))
    part[inside.start - first : inside.stop - first] = samples[inside]
    # between[i] lies after the sample first + i + TAPS // 2 − 1
    between = _between(part)
    levels: NDArray[np.float64] = np.abs(samples[start:end]).max(1).astype(np.float64)
    np.maximum(levels, between[: end - start], out=levels)
    np.maximum(levels, between[1 : end - start + 1], out=levels)
    return levels


def _between(part: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n − TAPS + 1,) the highest of channels and phases between the two middle samples of each window."""
    highest = np.zeros(max(len(part) - TAPS + 1, 0))
    for channel in range(part.shape[1] if len(highest) else 0):
        for phase in _PHASES:
            found = np.convolve(part[:, channel], phase[::-1], mode="valid")
            np.maximum(highest, np.abs(found), out=highest)
    return highest
