"""Looking for a stretch of one recording in another: phase-transform correlation, coarse and then fine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import uniform_filter1d
from scipy.signal import firwin

FINE_RATE = 16_000
DECIMATE = 4
COARSE_RATE = FINE_RATE // DECIMATE

PROBE = 20 * COARSE_RATE  # samples of a stretch that is looked for
PROBES = 5  # stretches of a long recording
CHUNK = 1 << 18  # coarse samples correlated at once: about a minute
HOP = CHUNK // 2  # lags found at once: a probe is never longer than the rest
LEVELLING = COARSE_RATE // 2  # half a second over which loudness is evened out …
FLATTENING = COARSE_RATE // 20  # … and, once every frequency is as strong, 50 ms: two loud vowels that meet
# by chance otherwise correlate at up to 14 deviations, afterwards at 11
SILENT = 3.0e-4  # rms under which a stretch holds nothing to compare (-70 dBFS)
ASIDE = COARSE_RATE // 20  # a second peak is one more than 50 ms away: nearer ones are echoes
REFINE = FINE_RATE // 50  # 20 ms on either side of the coarse place
AGREED = 6.0  # deviations at which another stretch confirms the place
MOST_DRIFT = 200e-6  # parts by which two clocks may differ
TELLING_DRIFT = 10 * FINE_RATE  # samples apart two stretches have to lie before drift is told

_FILTER_HALF = 48
_FILTER = firwin(2 * _FILTER_HALF + 1, 0.9 / DECIMATE).astype(np.float32)

Floats = NDArray[np.float32]
Spectrum = NDArray[np.complex64]


@dataclass(frozen=True)
class Probe:
    """A stretch of a recording. start: of its first sample there, at 4 kHz."""

    start: int
    samples: Floats


@dataclass(frozen=True)
class Peak:
    """The best place. lag: of the short recording's first sample in the long one, at 4 kHz."""

    lag: int
    height: float  # deviations of the correlation
    distinct: float  # times the second highest peak
    probe: Probe


class Listener:
    """A recording at 4 kHz with its loudness evened out, and its whitened spectra chunk by chunk."""

    def __init__(self, samples: NDArray[np.int16] | Floats) -> None:
        self.fine = samples
        self.coarse = _evened(_decimated(samples))
        self.heard = bool(len(self.coarse)) and bool(np.any(self.coarse))
        self._spectra: dict[int, Spectrum] = {}  # by first lag, on the grid

    def find(self, probe: Probe, around: int | None = None, within: int = 0) -> Peak:
        """The best place of a probe anywhere, or with its recording's first sample `within` of `around`
        (16 kHz samples)."""
        length = len(probe.samples)
        first_lag, last_lag = -length + 1, len(self.coarse) - 1  # of the probe's own first sample
        if around is not None:
            centre, reach = around // DECIMATE + probe.start, within // DECIMATE
            first_lag, last_lag = max(first_lag, centre - reach), min(last_lag, centre + reach)
        tops: list[tuple[float, int]] = []
        if last_lag - first_lag + length <= CHUNK:
            strength = self._correlate(probe.samples, first_lag, last_lag - first_lag + 1, keep=False)
            tops.extend(_tops(strength, first_lag))
        else:
            # On a grid of its own, so that one recording's spectra serve probes of every length.
            for lag in range(first_lag // HOP * HOP, last_lag + 1, HOP):
                strength = self._correlate(probe.samples, lag, HOP, keep=True)
                low, high = max(first_lag - lag, 0), min(last_lag - lag + 1, HOP)
                tops.extend(_tops(strength[low:high], lag + low))
        tops.sort(reverse=True)
        if not tops:
            return Peak(0, 0.0, 0.0, probe)
        height, where = tops[0]
        second = next((other for other, place in tops[1:] if abs(place - where) > ASIDE), 0.0)
        return Peak(where - probe.start, height, height / max(second, 1.0), probe)

    def _correlate(self, probe: Floats, first: int, count: int, keep: bool) -> Floats:
        """Correlation in deviations at lags first … first + count − 1."""
        span = CHUNK if keep else count + len(probe) - 1
        size = next_fast_len(span, real=True)
        spectrum = self._spectra.get(first) if keep else None
        if spectrum is None:
            low, high = max(first, 0), min(first + span, len(self.coarse))
            stretch = np.zeros(span, np.float32)
            if high > low:
                stretch[low - first : high - first] = self.coarse[low:high]
            spectrum = _whitened(rfft(stretch, size))
            if keep:
                self._spectra[first] = spectrum
        values = irfft(spectrum * np.conj(_whitened(rfft(probe, size))), size)
        # The energy lies where the two overlap at all: an almost empty chunk must not look more certain.
        filled = min(first + span, len(self.coarse)) - max(first, 0) + len(probe) - 1
        power = float(np.square(values, dtype=np.float64).sum()) / max(1, min(filled, size))
        return np.asarray(values[:count] / max(np.sqrt(power), 1e-12), np.float32)


def probes_of(recording: Listener) -> list[Probe]:
    """Stretches to look for, the one with most going on first. A short recording is one stretch."""
    total = len(recording.coarse)
    if total <= PROBE * 3 // 2:
        return [Probe(0, recording.coarse)] if recording.heard else []
    starts = np.linspace(0, total - PROBE, max(2, min(PROBES, total // PROBE + 1))).astype(int)
    probes = [Probe(int(start), recording.coarse[start : start + PROBE]) for start in starts]
    return sorted(
        (probe for probe in probes if np.any(probe.samples)),
        key=lambda probe: (-float(np.abs(probe.samples).std()), probe.start),
    )


@dataclass(frozen=True)
class Place:
    """Where the short recording lies in the long one, to the sample.

    lag: of its first sample, at 16 kHz (in the middle of what they share, when the clocks drift). drift: how
    many parts per million the long one's clock is faster, where stretches far enough apart tell. agreeing,
    asked: stretches of what they share that were found at this place, of how many. centre: the sample of the
    short one, at 16 kHz, at which the lag holds.
    """

    lag: int
    centre: int
    drift: float | None
    agreeing: int
    asked: int


def place_to_the_sample(short: Listener, long: Listener, peak: Peak) -> Place:
    """The peak's exact place, confirmed by stretches of the shared part that are looked at one by one."""
    start = max(0, -peak.lag)
    shared = min(len(short.coarse), len(long.coarse) - peak.lag) - start
    count = min(PROBES, max(2, shared // PROBE))
    length = min(PROBE, shared // count)
    starts = np.linspace(start, start + shared - length, count).astype(int)
    near = _fine_lag(short, long, peak.probe.start, len(peak.probe.samples), peak.lag * DECIMATE, REFINE)[0]
    middle = peak.probe.start + len(peak.probe.samples) / 2
    places: list[tuple[float, int]] = []
    for first in starts:
        centre = first + length / 2
        reach = REFINE // 4 + int(abs(centre - middle) * DECIMATE * MOST_DRIFT)
        lag, height = _fine_lag(short, long, int(first), length, near, reach)
        if height >= AGREED:
            places.append((centre * DECIMATE, lag))
    if len(places) < 2 or max(places)[0] - min(places)[0] < TELLING_DRIFT:
        return Place(near, round(middle * DECIMATE), None, len(places), count)
    centres = np.array([one[0] for one in places])
    lags = np.array([one[1] for one in places], np.float64)
    slope, level = np.polyfit(centres - centres.mean(), lags, 1)
    return Place(
        round(float(level)), round(float(centres.mean())), round(float(slope) * 1e6, 2), len(places), count
    )


def _fine_lag(
    short: Listener, long: Listener, start: int, length: int, near: int, reach: int
) -> tuple[int, float]:
    """The lag at 16 kHz within reach of `near` of a stretch (4 kHz samples), and its height in deviations."""
    one = _as_float(short.fine[start * DECIMATE : (start + length) * DECIMATE])
    first = start * DECIMATE + near - reach
    span = len(one) + 2 * reach
    other = np.zeros(span, np.float32)
    low, high = max(first, 0), min(first + span, len(long.fine))
    if high <= low:
        return near, 0.0
    other[low - first : high - first] = _as_float(long.fine[low:high])
    size = next_fast_len(span, real=True)
    cross = _whitened(rfft(other, size)) * np.conj(_whitened(rfft(one, size)))
    values = irfft(cross, size)
    deviation = max(float(np.sqrt(np.mean(np.square(values, dtype=np.float64)))), 1e-12)
    at = int(np.argmax(values[: 2 * reach + 1]))
    return near - reach + at, float(values[at]) / deviation


def _tops(strength: Floats, first: int) -> list[tuple[float, int]]:
    """The highest value, and the highest one aside of it, with their lags."""
    at = int(strength.argmax())
    found = [(float(strength[at]), first + at)]
    rest = np.concatenate([strength[: max(0, at - ASIDE)], strength[at + ASIDE + 1 :]])
    if len(rest):
        other = int(rest.argmax())
        place = other if other < max(0, at - ASIDE) else other - max(0, at - ASIDE) + at + ASIDE + 1
        found.append((float(rest[other]), first + place))
    return found


def _whitened(spectrum: NDArray[np.complex64]) -> Spectrum:
    """Every frequency at one strength; those far below the usual (nothing was recorded there) left small."""
    size = np.abs(spectrum)
    floor = 0.05 * float(np.median(size)) + 1e-12
    return np.asarray(spectrum / np.maximum(size, floor), np.complex64)


def _decimated(samples: NDArray[np.int16] | Floats) -> Floats:
    """16 kHz to 4 kHz, a block at a time: an hour never lies in memory as floats."""
    block = 1 << 20
    parts = []
    for start in range(0, len(samples), block):
        low, high = max(0, start - _FILTER_HALF), min(len(samples), start + block + _FILTER_HALF)
        piece = _as_float(samples[low:high])
        smooth = np.convolve(piece, _FILTER, mode="same")
        parts.append(smooth[start - low : min(start + block, len(samples)) - low : DECIMATE])
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)


def _evened(samples: Floats) -> Floats:
    """Loudness evened out, every frequency brought to one strength, loudness evened out again."""
    parts = []
    for start in range(0, len(samples), CHUNK):
        piece = _levelled(samples[start : start + CHUNK], LEVELLING)
        size = next_fast_len(2 * len(piece), real=True)
        white = irfft(_whitened(rfft(piece, size)), size)[: len(piece)]
        spread = float(white.std())
        parts.append(_levelled(white / spread, FLATTENING) if np.any(piece) and spread > 0 else piece)
    return np.concatenate(parts).astype(np.float32) if parts else samples


def _levelled(samples: Floats, window: int) -> Floats:
    """Loudness evened out over a window; silence stays silent."""
    power = uniform_filter1d(np.square(samples), window, mode="nearest")
    return np.asarray(samples / (np.sqrt(np.maximum(power, 0.0)) + SILENT), np.float32)


def _as_float(samples: NDArray[np.int16] | Floats) -> Floats:
    if samples.dtype == np.int16:
        return samples.astype(np.float32) / np.float32(32768)
    return samples.astype(np.float32, copy=False)
