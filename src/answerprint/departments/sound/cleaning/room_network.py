"""How long a room rings, heard in speech alone: a network of our own over the levels of bands.

Trained by training/reverberation on synthetic voices in rooms that are made up there: see room_network.toml.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

RATE = 16_000
WINDOW, HOP = 512, 128  # samples
BANDS = 24
LOWEST, HIGHEST = 200.0, 7500.0  # Hz
FLOOR = 80.0  # dB under the loudest
STRIDES = (1, 2, 2, 2)
LONG, STEP = 4.0, 2.0  # seconds of a window that the network hears, and between windows
SHORTEST = 1.5  # seconds in which nothing can be heard of a room
QUIET = 15.0  # dB under the loudest window from which on one tells nothing
UNSURE = 0.45  # spread of the logarithm over which nothing is told
# People fall silent slower than synthetic voices do: set on two LibriSpeech speakers, 1688 and 2033.
PEOPLE = 0.92

Floats = NDArray[np.float32]
Sound = NDArray[np.float64]


def reverberation_time(sound: Sound, rate: int) -> float | None:
    """RT60 (500 Hz to 4 kHz) in seconds of speech (n,) in a room; None where too little tells of it. Ask only
    where somebody speaks.

    Windows of 4 s are heard, and their answers joined, the surer the heavier. A dry voice tells 0.1 to 0.2.
    """
    if len(sound) < SHORTEST * rate or not np.any(sound):
        return None
    heard = resample_poly(sound, RATE, rate) if rate != RATE else sound
    long, step = round(LONG * RATE), round(STEP * RATE)
    starts = range(0, max(len(heard) - round(SHORTEST * RATE), 1), step)
    parts = [heard[start : start + long] for start in starts]
    levels = np.array([np.mean(np.square(part)) for part in parts])
    loud = levels > levels.max() / 10 ** (QUIET / 10)
    told = [_told(part) for part, speaks in zip(parts, loud, strict=True) if speaks]
    means, spreads = np.array(told).T
    weights = 1 / np.square(spreads)
    if np.sqrt(1 / weights.mean()) > UNSURE:
        return None
    return PEOPLE * float(np.exp(np.average(means, weights=weights)))


def _told(part: Sound) -> tuple[float, float]:
    """The logarithm of RT60, and its spread."""
    weights = _weights()
    held = log_bands(part)
    for number, stride in enumerate(STRIDES):
        kernel = weights[f"kernel{number}"]
        views = np.lib.stride_tricks.sliding_window_view(held, kernel.shape[2], axis=1)[:, ::stride]
        made = np.tensordot(kernel, views, axes=((1, 2), (0, 2))) + weights[f"bias{number}"][:, None]
        held = np.maximum(made, 0)
    pooled = np.concatenate([held.mean(1), held.std(1, ddof=1), held.max(1)])
    hidden = np.maximum(weights["hidden"] @ pooled + weights["hidden_bias"], 0)
    mean, spread = weights["out"] @ hidden + weights["out_bias"]
    return float(mean), float(np.exp(np.clip(spread, -4, 2)))


def log_bands(sound: Sound) -> Floats:
    """(BANDS, frames) decibels over FLOOR under the loudest, by 20, about each band's mean."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP] * window
    power = np.square(np.abs(np.fft.rfft(frames)))
    level = 10 * np.log10(np.maximum(power @ _band_matrix().T, 1e-14))
    level = np.maximum(level, level.max() - FLOOR)
    return np.asarray(((level - level.mean(0)) / 20).T, np.float32)


@cache
def _band_matrix() -> NDArray[np.float64]:
    """(BANDS, WINDOW // 2 + 1) triangles, evenly apart on the mel scale, each of sum 1."""
    low, high = (2595 * float(np.log10(1 + hertz / 700)) for hertz in (LOWEST, HIGHEST))
    mel = np.linspace(low, high, BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    hertz = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    rising = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    matrix = np.maximum(0, np.minimum(rising, falling))
    return np.asarray(matrix / matrix.sum(1, keepdims=True))


@cache
def _weights() -> dict[str, Floats]:
    data = files(__package__).joinpath("room_network.npz").read_bytes()
    with np.load(BytesIO(data), allow_pickle=False) as loaded:
        return {name: loaded[name].astype(np.float32) for name in loaded.files}
