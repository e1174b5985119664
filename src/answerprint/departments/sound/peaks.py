"""True peak by oversampling (ITU-R BS.1770-4 annex 2), of a whole recording or of a stream of blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

OVERSAMPLING = 4  # the standard's least for 44.1 and 48 kHz
# Taps a phase. The standard's example has 12; 32 hold the passband within 0.01 dB up to 20 kHz at 48 kHz.
TAPS = 32
_KAISER = 8.0  # side lobes near −80 dB
_CHUNK = 4096

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
WORST = float(np.abs(_PHASES).sum(1).max())


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
            if highest * WORST > self.peak:  # else nothing in here can be higher than what was met
                self.peak = max(self.peak, highest, float(between(part).max(initial=0.0)))
        self._before = joined[len(joined) - (TAPS - 1) :]


def true_peak(samples: Floats) -> float:
    """The true peak of (n, channels), linear. The recording is taken to be silent before and after."""
    meter = PeakMeter(samples.shape[1])
    meter.add(samples)
    meter.add(np.zeros((TAPS, samples.shape[1])))
    return meter.peak


def levels(part: Floats, opens: bool = False, closes: bool = False) -> NDArray[np.float64]:
    """(n,) the highest of every channel at a sample and at the points on both sides of it.

    part: (n + 2 TAPS, channels), TAPS samples of what lies on either side, silence outside of a recording.
    opens, closes: the recording begins or ends here; its first or last sample then also answers for how the
    wave swings in the silence beyond.
    """
    half = TAPS // 2
    points = between(part)  # the one at i lies after part[i + half − 1]
    inner = slice(TAPS, len(part) - TAPS)
    found: NDArray[np.float64] = np.abs(part[inner]).max(1).astype(np.float64)
    np.maximum(found, points[half : half + len(found)], out=found)
    np.maximum(found, points[half + 1 : half + 1 + len(found)], out=found)
    if opens:
        found[0] = max(found[0], points[:half].max())
    if closes:
        found[-1] = max(found[-1], points[half + 1 + len(found) :].max())
    return found


def between(part: Floats) -> NDArray[np.float64]:
    """(n − TAPS + 1,) the highest of channels and phases between the two middle samples of each window."""
    highest = np.zeros(max(len(part) - TAPS + 1, 0))
    for channel in range(part.shape[1] if len(highest) else 0):
        for phase in _PHASES:
            found = np.convolve(part[:, channel], phase[::-1], mode="valid")
            np.maximum(highest, np.abs(found), out=highest)
    return highest
