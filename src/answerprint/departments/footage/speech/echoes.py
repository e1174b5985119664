"""Whether a stretch of speech is what a reading begins with, said before: a false start and its line.

One voice says the same words alike, whatever a recogniser makes of them. The stretch is laid along the start
of the reading (dynamic time warping of mel cepstra: Sakoe and Chiba 1978, Davis and Mermelstein 1980), and
along the starts of all others of the take: only what is much nearer to the one than to any other echoes it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from answerprint.departments.footage.speech.recogniser import RATE

WINDOW, HOP, SIZE = RATE // 40, RATE // 100, 512  # samples of a spectrum, between spectra, of the transform
BANDS, KEPT = 26, 12  # mel bands, and cepstra of them (without the level)
LOW, HIGH = 100.0, 7600.0  # Hz
AIR = RATE // 20  # samples around a stretch
NEARER = 0.7  # of the distance to the nearest other reading, at most (chosen on other voices than reported)
OTHERS = 2  # readings there have to be to compare with
SKEW = 2  # times as quick or as slow

Cepstra = NDArray[np.float64]


def echoes(
    samples: NDArray[np.int16], stretch: tuple[int, int], start: int, others: Sequence[int]
) -> int | None:
    """How many samples of the reading that begins at `start` a stretch is an echo of; None where it is none.

    samples: (n,) mono 16 kHz. others: where the take's other readings begin.
    """
    if len(others) < OTHERS:
        return None
    said = _cepstra(samples, stretch[0] - AIR, stretch[1] + AIR)
    length = SKEW * (stretch[1] - stretch[0]) + 2 * AIR
    distance, frames = _nearness(said, _cepstra(samples, start - AIR, start + length))
    rest = min(_nearness(said, _cepstra(samples, one - AIR, one + length))[0] for one in others)
    return frames * HOP - 2 * AIR if distance <= NEARER * rest else None


def _nearness(said: Cepstra, whole: Cepstra) -> tuple[float, int]:
    """The mean distance of cepstra (n, KEPT) along their best path into a beginning of others (m, KEPT), and
    how many frames of those it takes. Neither may stand still: a step is (1, 1), (1, 2) or (2, 1)."""
    if len(said) < 2 or len(whole) < 2:
        return np.inf, 0
    apart = np.linalg.norm(said[:, None] - whole[None], axis=2)
    beyond = np.full(2, np.inf)
    earlier = np.full(len(whole) + 2, np.inf)  # costs of the row before last, two columns of nothing first
    last = np.concatenate([beyond, apart[0, :1], np.full(len(whole) - 1, np.inf)])
    for row in range(1, len(said)):
        own = apart[row]
        two_along = last[:-2] + np.concatenate([beyond[:1], own[:-1]])
        two_down = earlier[1:-1] + apart[row - 1]
        step = own + np.minimum(np.minimum(last[1:-1], two_along), two_down)
        earlier, last = last, np.concatenate([beyond, step])
    mean = last[2:] / (len(said) + np.arange(1, len(whole) + 1))
    best = int(mean.argmin())
    return float(mean[best]), best + 1


def _cepstra(samples: NDArray[np.int16], start: int, end: int) -> Cepstra:
    """Mel cepstra of samples [start, end), a hundred a second, without their mean: (n, KEPT)."""
    sound = samples[max(0, start) : max(0, end)].astype(np.float64) / 32768
    if len(sound) < WINDOW:
        return np.zeros((0, KEPT))
    lifted = np.append(sound[:1], sound[1:] - 0.97 * sound[:-1])
    frames = np.lib.stride_tricks.sliding_window_view(lifted, WINDOW)[::HOP] * np.hamming(WINDOW)
    power = np.abs(np.fft.rfft(frames, SIZE)) ** 2
    cepstra = dct(np.log(power @ _bands().T + 1e-8), norm="ortho")[:, 1 : KEPT + 1]
    return np.asarray(cepstra - cepstra.mean(axis=0))


@lru_cache(maxsize=1)
def _bands() -> NDArray[np.float64]:
    """Triangles over the spectrum, even in mel (O'Shaughnessy 1987): (BANDS, SIZE // 2 + 1)."""
    low_mel, high_mel = (2595 * math.log10(1 + edge / 700) for edge in (LOW, HIGH))
    mel = np.linspace(low_mel, high_mel, BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1) / RATE * SIZE
    place = np.arange(SIZE // 2 + 1)
    low, middle, high = (edges[at : at + BANDS, None] for at in range(3))
    rising, falling = (place - low) / (middle - low), (high - place) / (high - middle)
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None), np.float64)
