"""What made-up sounds are built of: noises, grains, modes, harmonics. Mono, at 32 kHz, arrays of (n,)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import butter, fftconvolve, iirpeak, istft, lfilter, sosfilt, stft

RATE = 32_000
HOP = 128  # of painted noise
BINS = np.fft.rfftfreq(512, 1 / RATE)


def coloured(rng: np.random.Generator, n: int, points: Sequence[tuple[float, float]]) -> np.ndarray:
    """Noise whose spectrum goes through (Hz, dB); peak about one."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hertz = np.maximum(np.fft.rfftfreq(n, 1 / RATE), 1.0)
    at, level = np.array(points, float).T
    spectrum *= 10 ** (np.interp(np.log2(hertz), np.log2(at), level) / 20)
    spectrum[hertz < 12] = 0
    return level_one(np.fft.irfft(spectrum, n))


def tilted(rng: np.random.Generator, n: int, slope: float, low: float = 20, high: float = 15e3) -> np.ndarray:
    """Noise that falls by `slope` dB an octave between two ends, and fast outside them."""
    octaves = np.log2(high / low)
    end = -slope * octaves
    return coloured(rng, n, [(low / 4, -50), (low, 0), (high, end), (min(high * 1.6, 16e3), end - 40)])


def level_one(sound: np.ndarray) -> np.ndarray:
    peak = np.abs(sound).max(initial=0)
    return sound / peak if peak > 0 else sound


def rms_one(sound: np.ndarray) -> np.ndarray:
    level = np.sqrt(np.mean(np.square(sound))) if len(sound) else 0.0
    return sound / level if level > 0 else sound


def slow(rng: np.random.Generator, n: int, hertz: float, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """A smooth random curve, about `hertz` turns a second."""
    knots = max(4, int(n / RATE * hertz) + 4)
    curve = CubicSpline(np.arange(knots), rng.uniform(0, 1, knots))(np.linspace(0.5, knots - 1.5, n))
    return low + (high - low) * np.clip(curve, 0, 1)


def painted(rng: np.random.Generator, n: int, gains: np.ndarray) -> np.ndarray:
    """Noise painted by gains (frames, 257), each 4 ms."""
    _, _, grid = stft(rng.standard_normal(n + 1024), RATE, nperseg=512, noverlap=512 - HOP)
    frames = grid.shape[1]
    rows = np.clip(np.linspace(0, len(gains) - 1, frames).round().astype(int), 0, len(gains) - 1)
    _, made = istft(grid * gains[rows].T, RATE, nperseg=512, noverlap=512 - HOP)
    return made[512 : 512 + n]


def hill(centre: np.ndarray, width: float | np.ndarray) -> np.ndarray:
    """Gains of a hill at `centre` Hz (frames,), `width` octaves wide."""
    away = np.log2(np.maximum(BINS, 20)[None] / np.asarray(centre)[:, None])
    return np.exp(-0.5 * np.square(away / np.broadcast_to(np.asarray(width), np.shape(centre))[:, None]))


def poisson(rng: np.random.Generator, rate: float | np.ndarray, n: int) -> np.ndarray:
    """Places of chance events: `rate` a second, or a curve of it."""
    if np.ndim(rate) == 0:
        return np.sort(rng.integers(0, n, rng.poisson(float(rate) * n / RATE)))
    return np.flatnonzero(rng.uniform(size=n) < np.asarray(rate) / RATE)


def laid(n: int, places: Sequence[int] | np.ndarray, grains: Sequence[np.ndarray]) -> np.ndarray:
    out = np.zeros(n)
    for at, grain in zip(places, grains, strict=False):
        at = int(at)
        if 0 <= at < n:
            out[at : at + len(grain)] += grain[: n - at]
    return out


def shots(n: int, places: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """A train of single samples; convolve it to make many equal grains cheaply."""
    out = np.zeros(n)
    np.add.at(out, places, sizes)
    return out


def through(train: np.ndarray, answer: np.ndarray) -> np.ndarray:
    return fftconvolve(train, answer)[: len(train)]


def fading(n: int, seconds: float) -> np.ndarray:
    """An exponential that falls by 60 dB in `seconds`."""
    return np.exp(-6.908 * np.arange(n) / RATE / max(seconds, 1e-4))


def swell(n: int, rise: float, fall: float) -> np.ndarray:
    """Up in `rise` of its length, down in `fall`."""
    at = np.linspace(0, 1, n)
    up = np.clip(at / max(rise, 1e-3), 0, 1)
    down = np.clip((1 - at) / max(fall, 1e-3), 0, 1)
    return np.sin(0.5 * np.pi * up) ** 2 * np.sin(0.5 * np.pi * down) ** 2


def modes(
    hertz: Sequence[float] | np.ndarray,
    seconds: Sequence[float] | np.ndarray,
    sizes: Sequence[float] | np.ndarray,
    n: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Decaying sines of random phase."""
    at = np.arange(n) / RATE
    out = np.zeros(n)
    for f, long, size in zip(hertz, seconds, sizes, strict=False):
        if 20 < f < RATE / 2 - 500:
            m = min(n, int(long * RATE) + 64)
            out[:m] += (
                size * np.exp(-6.908 * at[:m] / long) * np.sin(2 * np.pi * f * at[:m] + rng.uniform(0, 6.28))
            )
    return out


def tone(hertz: np.ndarray, sizes: Sequence[float]) -> np.ndarray:
    """Harmonics over a curve of frequency; none above 15 kHz."""
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    out = np.zeros(len(hertz))
    for number, size in enumerate(sizes, start=1):
        if size:
            out += size * np.sin(number * phase) * (hertz * number < 15e3)
    return out


def pulses(rng: np.random.Generator, hertz: np.ndarray, uneven: float = 0.0) -> np.ndarray:
    """One sample each turn; sizes differ by `uneven`."""
    turns = np.floor(np.cumsum(hertz) / RATE)
    places = np.flatnonzero(np.diff(turns, prepend=turns[:1]) > 0)
    return shots(len(hertz), places, 1 + uneven * rng.standard_normal(len(places)))


def ringing(
    sound: np.ndarray, peaks: Sequence[tuple[float, float, float]], direct: float = 0.3
) -> np.ndarray:
    """Through resonances of (Hz, Q, gain), beside the sound itself."""
    out = direct * sound
    for f, q, gain in peaks:
        b, a = iirpeak(min(max(f, 25), 15e3), q, RATE)
        out = out + gain * lfilter(b, a, sound)
    return out


def passed(
    sound: np.ndarray, low: float | None = None, high: float | None = None, order: int = 2
) -> np.ndarray:
    """Without what is under `low` and over `high` Hz."""
    if low:
        sound = sosfilt(butter(order, min(low, 15e3), "high", fs=RATE, output="sos"), sound)
    if high and high < 15.5e3:
        sound = sosfilt(butter(order, high, "low", fs=RATE, output="sos"), sound)
    return sound


def burst(rng: np.random.Generator, seconds: float, low: float, high: float, rise: float = 0.0) -> np.ndarray:
    """A short noise that fades."""
    n = max(16, int(seconds * RATE))
    out = passed(rng.standard_normal(n), low, high) * fading(n, seconds)
    m = int(rise * RATE)
    if m > 1:
        out[:m] *= np.linspace(0, 1, m)[: len(out)]
    return out


def room(rng: np.random.Generator, sound: np.ndarray, seconds: float, wet: float) -> np.ndarray:
    """In a room: a decaying noise, its highs shorter."""
    n = max(64, int(seconds * RATE))
    tail = rng.standard_normal(n) * fading(n, seconds)
    tail = passed(tail, 80, rng.uniform(2500, 9000), 1)
    return sound + wet * rms_one(through(sound, tail)) * np.sqrt(np.mean(sound**2) + 1e-12)


def uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def between(rng: np.random.Generator, low: float, high: float, size: int | None = None) -> float | np.ndarray:
    """Chance on a logarithmic scale."""
    drawn = np.exp(rng.uniform(np.log(low), np.log(high), size))
    return float(drawn) if size is None else drawn
