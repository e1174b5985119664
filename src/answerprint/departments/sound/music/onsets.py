"""What is kept of a piece while it is heard: onset strength a hundred times a second, its spectrum ten times.

Samples go by and are forgotten: a minute of music is about 700 kB of features, whatever its rate was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

RATE = 24_000  # Hz at which music is heard; half of the 48 kHz that positions are counted in
HOP = 240  # samples: 10 ms, which is 480 samples at 48 kHz
FRAMES = RATE // HOP  # a second
WINDOW, POINTS = 1024, 2048  # 43 ms for onsets, padded to 11.7 Hz a bin
LOWEST, HIGHEST = 40.0, 11_000.0  # Hz of the onset bands
PER_OCTAVE = 12  # onset bands an octave
LAGS = (2, 7)  # frames a rise is looked for over: struck notes, and bowed ones
COMPRESSION = 100.0  # log(1 + c x) after whitening
FORGET = 0.998  # a frame: whitening follows a band's own level within about five seconds
FLOOR = 3e-3  # of the loudest band: under it a band is not brought up
LOW, HIGH = 160.0, 3000.0  # Hz between the three groups of bands

SPECTRUM_HOP = 10  # frames between two spectra: ten a second
SPECTRUM_WINDOW = 8192  # samples: 341 ms, 2.9 Hz a bin
STEPS = 3  # bins a semitone
FIRST_PITCH, PITCHES = 33, 64  # MIDI: A1 (55 Hz) up to 2 kHz
TIMBRE = 16  # bands

Frames = NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """What was heard. Frame k of strength lies at k / 100 s, row k of pitches at k / 10 s.

    strength: (n,) onset strength, ≥ 0, its mean 1; groups: (n, 3) the same for low, middle and high bands.
    power: (n,) mean square of the samples. pitches: (m, PITCHES · STEPS) magnitudes by log frequency.
    timbre: (m, TIMBRE) dB by band; centroid: (m,) Hz. samples: heard, at RATE. moving: the share of all that
    rises which stands out of what rises all the time: 0.28 in noise, 0.37 in held strings, 0.7 in most music.
    """

    strength: NDArray[np.float64]
    groups: NDArray[np.float64]
    power: NDArray[np.float64]
    pitches: NDArray[np.float32]
    timbre: NDArray[np.float32]
    centroid: NDArray[np.float64]
    samples: int
    moving: float

    @property
    def seconds(self) -> float:
        return self.samples / RATE


class Listener:
    """Hears blocks (n, channels) at RATE, −1…1, however they are cut.

    Onset strength is the spectral flux of log bands: whitened by each band's running peak (Stowell & Plumbley
    2007), compressed, a rise over the loudest neighbour so that vibrato is none (Böck & Widmer 2013).
    """

    def __init__(self) -> None:
        self._waiting = np.zeros(
            SPECTRUM_WINDOW // 2, np.float32
        )  # frames lie in the middle of their windows
        self._bank, self._centres = _bank()
        self._pitch_bank = _pitch_bank()
        self._timbre_bank, _ = _bank(4.0, 60.0, 10_000.0, SPECTRUM_WINDOW)
        self._taper = np.hanning(WINDOW).astype(np.float32)
        self._spectrum_taper = np.hanning(SPECTRUM_WINDOW).astype(np.float32)
        self._peak = np.zeros(len(self._centres))
        self._before = np.zeros((max(LAGS), len(self._centres)))
        self._rises: list[NDArray[np.float64]] = []
        self._powers: list[NDArray[np.float64]] = []
        self._spectra: list[tuple[Frames, Frames, float]] = []
        self._frames = self.samples = 0
        self._ended = False

    def add(self, samples: NDArray[np.floating[Any]]) -> None:
        """Take the next samples (n, channels). Raises ValueError for another shape, or after the end."""
        if samples.ndim != 2 or self._ended:
            raise ValueError(f"{samples.shape} samples, where (n, channels) are heard before the end")
        for start in range(0, len(samples), RATE):
            part = np.nan_to_num(samples[start : start + RATE]).mean(axis=1).astype(np.float32)
            self.samples += len(part)
            self._take(part)

    def features(self) -> Features:
        """All that was heard; nothing can be added after it."""
        if not self._ended:
            self._take(np.zeros(SPECTRUM_WINDOW, np.float32))
            self._ended = True
        count = self.samples // HOP
        rises = np.concatenate(self._rises) if self._rises else np.zeros((0, len(LAGS), 4))
        # A rise over a lag lies in its middle: so a note struck and one bowed are both found at their start.
        late = [
            np.concatenate([rises[lag // 2 :, at], np.zeros((lag // 2, 4))]) for at, lag in enumerate(LAGS)
        ]
        joined = np.mean(late, axis=0)[:count]
        whole, groups = _settled(joined[:, 0]), np.stack([_settled(one) for one in joined[:, 1:].T], axis=1)
        rows = count // SPECTRUM_HOP
        kept = self._spectra[:rows]
        power = np.concatenate(self._powers)[:count] if self._powers else np.zeros(0)
        return Features(
            strength=whole,
            groups=groups,
            power=power,
            pitches=np.array([one[0] for one in kept], np.float32).reshape(rows, PITCHES * STEPS),
            timbre=np.array([one[1] for one in kept], np.float32).reshape(rows, self._timbre_bank.shape[1]),
            centroid=np.array([one[2] for one in kept]),
            samples=self.samples,
            moving=float(_standing(joined[:, 0]).mean() / max(float(joined[:, 0].mean()), 1e-9))
            if count
            else 0.0,
        )

    def _take(self, part: Frames) -> None:
        self._waiting = np.concatenate([self._waiting, part])
        ready = (len(self._waiting) - SPECTRUM_WINDOW) // HOP + 1
        if ready < 1:
            return
        inset = (SPECTRUM_WINDOW - WINDOW) // 2
        views = np.lib.stride_tricks.sliding_window_view(self._waiting[inset:], WINDOW)[: ready * HOP : HOP]
        bands = np.abs(np.fft.rfft(views * self._taper, POINTS)).astype(np.float64) @ self._bank
        self._rises.append(self._rise(bands))
        middle = self._waiting[SPECTRUM_WINDOW // 2 :][: ready * HOP].reshape(ready, HOP)
        self._powers.append(np.mean(np.square(middle.astype(np.float64)), axis=1))
        for frame in range(ready):
            if (self._frames + frame) % SPECTRUM_HOP == 0:
                self._spectra.append(self._spectrum(self._waiting[frame * HOP :][:SPECTRUM_WINDOW]))
        self._frames += ready
        self._waiting = self._waiting[ready * HOP :]

    def _rise(self, bands: NDArray[np.float64]) -> NDArray[np.float64]:
        """Whitened, compressed, and how much bands rose over each lag: (n, lags, 4), all and three groups."""
        followed = np.empty_like(bands)
        for number, row in enumerate(bands):
            self._peak = np.maximum(row, FORGET * self._peak)
            followed[number] = self._peak
        loudest = followed.max(axis=1, keepdims=True)
        level = np.log1p(COMPRESSION * bands / np.maximum(followed, np.maximum(FLOOR * loudest, 1e-4)))
        joined = np.concatenate([self._before, level])
        widened = maximum_filter1d(joined, 3, axis=1)
        reach = max(LAGS)
        edges = np.searchsorted(self._centres, [0.0, LOW, HIGH, np.inf])
        found = np.zeros((len(level), len(LAGS), 4))
        for number, lag in enumerate(LAGS):
            rise = np.maximum(0, level - widened[reach - lag : len(joined) - lag])
            found[:, number, 0] = rise.mean(axis=1)
            for group in range(3):
                found[:, number, 1 + group] = rise[:, edges[group] : edges[group + 1]].mean(axis=1)
        self._before = joined[-reach:]
        return found

    def _spectrum(self, samples: Frames) -> tuple[Frames, Frames, float]:
        found = np.abs(np.fft.rfft(samples * self._spectrum_taper)) * (4 / SPECTRUM_WINDOW)
        power = np.square(found)
        hertz = np.arange(len(found)) * (RATE / SPECTRUM_WINDOW)
        centroid = float(hertz @ power / power.sum()) if power.sum() > 1e-12 else 0.0
        timbre = 10 * np.log10(power @ self._timbre_bank + 1e-10)
        return (found @ self._pitch_bank).astype(np.float32), timbre.astype(np.float32), centroid


def _standing(rise: NDArray[np.float64]) -> NDArray[np.float64]:
    """What rises more than what is around it for a second."""
    found: NDArray[np.float64] = np.maximum(0, rise - 0.9 * uniform_filter1d(rise, FRAMES))
    return found


def _settled(rise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without its slow part, and in units of its own mean."""
    if not len(rise):
        return rise
    kept = _standing(rise)
    mean = kept.mean()
    if mean <= 1e-4:
        return np.zeros_like(kept)
    kept /= mean
    return kept


def _bank(
    per_octave: float = PER_OCTAVE, lowest: float = LOWEST, highest: float = HIGHEST, points: int = POINTS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Triangles by log frequency, none narrower than two bins: (bins, bands), and their centres in Hz."""
    count = int(np.log2(highest / lowest) * per_octave)
    edges = lowest * 2 ** (np.arange(count + 2) / per_octave)
    step = RATE / points
    kept = [edges[0]]
    for edge in edges[1:]:
        if edge - kept[-1] >= step:
            kept.append(edge)
    centres = np.array(kept)
    hertz = np.arange(points // 2 + 1) * step
    rising = (hertz[:, None] - centres[None, :-2]) / (centres[1:-1] - centres[:-2])
    falling = (centres[None, 2:] - hertz[:, None]) / (centres[2:] - centres[1:-1])
    bank = np.maximum(0, np.minimum(rising, falling))
    return bank / np.maximum(bank.sum(axis=0), 1e-9), centres[1:-1]


def _pitch_bank() -> NDArray[np.float64]:
    """Magnitudes to log-frequency bins, STEPS a semitone: what a constant-Q transform of bounded Q gives."""
    hertz = np.maximum(np.arange(SPECTRUM_WINDOW // 2 + 1) * (RATE / SPECTRUM_WINDOW), 1.0)
    pitch = 69 + 12 * np.log2(hertz / 440)
    at = FIRST_PITCH + (np.arange(PITCHES * STEPS) - (STEPS - 1) / 2) / STEPS
    spread = np.maximum(0.25, 12 * np.log2(1 + RATE / SPECTRUM_WINDOW / (440 * 2 ** ((at - 69) / 12))) * 0.7)
    bank: NDArray[np.float64] = np.exp(-0.5 * np.square((pitch[:, None] - at) / spread))
    bank /= bank.sum(axis=0)
    return bank
