"""Leq(m), the level that trailers and commercials in cinemas are held to: ISO 21727.

The M-weighting is that of ITU-R BS.468-4, 0 dB at 2 kHz; the level is calibrated as a cinema is (SMPTE ST
202): pink noise at −20 dBFS, of which a full-scale sine is 0, in one screen channel makes 85 dB, in one
surround channel 82 dB.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin2, oaconvolve

from answerprint.departments.sound.levels import channel_weights

REFERENCE = 85.0 + 20.0 + 10 * np.log10(2.0)  # dB of a mean square of 1: a full-scale sine's is a half
SURROUND = 0.5  # −3 dB
AT_2_KHZ = 5.629  # dB of BS.468 over 0 dB at 1 kHz, at 2 kHz
TAPS = 0.02  # seconds of the filter's response


class LeqMeter:
    """Measures a stream of blocks (n, channels), −1 … 1."""

    def __init__(self, rate: int, channels: int, layout: str | None = None) -> None:
        weights = channel_weights(channels, layout)
        # BS.1770 raises surrounds and leaves out the LFE; a cinema lowers them and plays it.
        self._weights = np.array([SURROUND if one > 1 else 1.0 for one in weights])
        self._response = m_weighting(rate)
        self._tail = np.zeros((len(self._response) - 1, channels))
        self._sum, self._count = 0.0, 0

    def add(self, samples: NDArray[np.floating[Any]]) -> None:
        if not len(samples):
            return
        heard = np.concatenate([self._tail, samples.astype(np.float64)])
        weighted = oaconvolve(heard, self._response[:, None], mode="valid", axes=0)
        self._tail = heard[-(len(self._response) - 1) :]
        self._sum += float((np.square(weighted) @ self._weights).sum())
        self._count += len(samples)

    def result(self) -> float | None:
        """dB, of the whole programme, pauses and all; None for silence."""
        if not self._sum:
            return None
        return float(REFERENCE + 10 * np.log10(self._sum / self._count))


def m_weighting(rate: int) -> NDArray[np.float64]:
    """(n,) the response of the M-weighting at a rate: a linear-phase filter with BS.468-4's amplitudes."""
    taps = round(TAPS * rate) | 1
    at = np.concatenate([[0.0], np.geomspace(10.0, rate / 2, 1024)])
    gains = 10 ** ((bs_468(at) - AT_2_KHZ) / 20)
    gains[0] = 0.0
    return np.asarray(firwin2(taps, at, gains, fs=rate, window="hamming"), np.float64)


def bs_468(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """dB of ITU-R BS.468-4's weighting network, 0 at 1 kHz (its published transfer function)."""
    f = np.maximum(hertz, 1e-3)
    even = -4.737338981378384e-24 * f**6 + 2.043828333606125e-15 * f**4 - 1.363894795463638e-7 * f**2 + 1
    odd = 1.306612257412824e-19 * f**5 - 2.118150887518656e-11 * f**3 + 5.559488023498642e-4 * f
    gain = 1.246332637532143e-4 * f / np.hypot(even, odd)
    return np.asarray(18.2 + 20 * np.log10(gain), np.float64)
