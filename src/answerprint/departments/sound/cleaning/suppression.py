"""Noise lowered in every band, to a floor: by log-spectral amplitude, alone or together with a network.

The network (RNNoise, or a model of the user's) and the estimator err at different places: the mean of their
gains is worn by the recording itself, whose phase stays its own, so that dry and wet always fit together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import exp1

from answerprint.departments.sound.diagnosis import Diagnosis

WINDOW = 0.04  # seconds, to the nearest power of two samples: short against a syllable, long against a pitch
CHUNK = 256  # frames transformed at a time: memory stays bounded
PRIOR = 0.98  # decision-directed smoothing (Ephraim and Malah 1984)
PRIOR_LEAST = 10 ** (-25 / 10)  # a priori SNR floor: under it musical noise begins (Cappé 1994)
POSTERIOR_MOST = 10 ** (40 / 10)
# Noise tracking by speech presence (Gerkmann and Hendriks 2012, IEEE TASLP 20(4)): the paper's values.
PRESENT_PRIOR = 10 ** (15 / 10)
PRESENCE_SMOOTHING = 0.9
PRESENCE_MOST = 0.99
NOISE_SMOOTHING = 0.9
BESIDE_A_NETWORK = 10 ** (-30 / 20)  # the least gain of the estimator where a network speaks too
QUIET_ENOUGH = 42.0  # dB between voice and room that the floor aims at
SHALLOWEST, DEEPEST = -12.0, -24.0  # dB, between which it is chosen

Sound = NDArray[np.float64]


def chosen_floor(distance: float) -> float:
    """dB by which noise is lowered at most: as much as brings it 42 dB under the voice, −12 to −24.

    distance: dB between voice and noise.
    """
    return float(np.clip(distance - QUIET_ENOUGH, DEEPEST, SHALLOWEST))


def suppressed(
    sound: Sound,
    rate: int,
    diagnosis: Diagnosis,
    floor_db: float,
    network: Sound | None = None,
    clear_from: float | None = None,
) -> Sound:
    """The recording (n,) with its noise lowered by at most `floor_db`.

    network: the same recording as a network left it, sample by sample in its place. clear_from: Hz from which
    on nothing is touched. Log-spectral amplitude estimation: Ephraim and Malah 1985.
    """
    window = 1 << round(np.log2(WINDOW * rate))
    hop = window // 4
    taper = np.sin(np.pi * np.arange(window) / window)  # the square root of a periodic Hann window
    frames = -(-(len(sound) + window) // hop) + 1
    views = _frames(sound, frames, window)
    left = _frames(network, frames, window) if network is not None else None
    floor = 10 ** (floor_db / 20)
    estimator = _Estimator(
        _room(views, taper, diagnosis, len(sound)), floor if left is None else BESIDE_A_NETWORK
    )
    cleaned = np.zeros((frames - 1) * hop + window)
    clear = slice(window, None) if clear_from is None else slice(int(clear_from * window / rate) + 1, None)
    for start in range(0, frames, CHUNK):
        spectra = np.fft.rfft(views[start : start + CHUNK] * taper)
        power = np.abs(spectra) ** 2
        gains = np.array([estimator.gain(one) for one in power])
        if left is not None:
            kept = np.abs(np.fft.rfft(left[start : start + CHUNK] * taper))
            gains = (gains + np.clip(kept / np.sqrt(power + 1e-24), 0, 1)) / 2
        gains[:, clear] = 1
        spectra *= np.clip(gains, floor, 1)
        # The squares of four square-root Hann windows a quarter apart add up to two.
        for offset, frame in enumerate(np.fft.irfft(spectra, window) * (taper / 2)):
            at = (start + offset) * hop
            cleaned[at : at + window] += frame
    return cleaned[window : window + len(sound)]


def _frames(sound: Sound, frames: int, window: int) -> Sound:
    """(frames, window), a quarter apart, silence before and after: every sample is in four of them."""
    padded = np.zeros((frames - 1) * (window // 4) + window)
    padded[window : window + len(sound)] = sound
    return np.lib.stride_tricks.sliding_window_view(padded, window)[:: window // 4]


class _Estimator:
    """The gain of every bin, frame by frame, while the noise is tracked."""

    def __init__(self, noise: Sound, floor: float) -> None:
        self._noise, self._floor = noise, floor
        self._kept = noise.copy()  # power of what was kept in the frame before
        self._presence = np.full(len(noise), 0.5)

    def gain(self, power: Sound) -> Sound:
        """(bins,) gain between the floor and 1 for a frame's power."""
        posterior = power / self._noise
        likely = 1 / (1 + (1 + PRESENT_PRIOR) * np.exp(-posterior * PRESENT_PRIOR / (1 + PRESENT_PRIOR)))
        self._presence = PRESENCE_SMOOTHING * self._presence + (1 - PRESENCE_SMOOTHING) * likely
        likely = np.where(self._presence > PRESENCE_MOST, np.minimum(likely, PRESENCE_MOST), likely)
        heard = likely * self._noise + (1 - likely) * power
        self._noise = NOISE_SMOOTHING * self._noise + (1 - NOISE_SMOOTHING) * heard
        posterior = np.minimum(power / self._noise, POSTERIOR_MOST)
        prior = PRIOR * self._kept / self._noise + (1 - PRIOR) * np.maximum(posterior - 1, 0)
        prior = np.maximum(prior, PRIOR_LEAST)
        share = prior / (1 + prior)
        gain = share * np.exp(0.5 * exp1(np.maximum(share * posterior, 1e-10)))
        self._kept = np.minimum(gain, 1) ** 2 * power
        bounded: Sound = np.clip(gain, self._floor, 1)
        return bounded


def _room(views: Sound, taper: Sound, diagnosis: Diagnosis, length: int) -> Sound:
    """(bins,) the room's mean power: over the quieter half of the frames that lie in pauses."""
    window = len(taper)
    mask = np.zeros(len(views) * window // 4 + window)
    mask[window : window + length] = diagnosis.pauses
    share = np.array([mask[at * window // 4 : at * window // 4 + window].mean() for at in range(len(views))])
    # Pauses shorter than a window leave no frame whole: those that hold most of one stand in.
    enough = min(1.0, float(np.sort(share)[-max(4, len(share) // 20) :][0]))
    chosen = np.flatnonzero(share >= enough)
    levels = np.array([float(np.mean(np.square(views[at]))) for at in chosen])
    quiet = chosen[levels <= np.median(levels)]
    total = np.zeros(window // 2 + 1)
    for start in range(0, len(quiet), CHUNK):
        total += (np.abs(np.fft.rfft(views[quiet[start : start + CHUNK]] * taper)) ** 2).sum(0)
    mean: Sound = total / len(quiet) + 1e-12
    return mean
