"""Sound as the levels of 64 bands a hundred times a second: what the network of effects hears. NumPy only."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 32_000
WINDOW, HOP = 1024, 320  # samples
BANDS = 64
LOWEST, HIGHEST = 40.0, 15_500.0  # Hz
FLOOR = 80.0  # dB under the loudest cell of a window, where its levels end
FRAMES = 400  # of a window: 4 s

Floats = NDArray[np.float32]


@cache
def filters() -> Floats:
    """(513, 64): triangles that are even on the mel scale (O'Shaughnessy: 2595 log10(1 + f / 700))."""

    def mel(hertz: float) -> float:
        return float(2595 * np.log10(1 + hertz / 700))

    edges = 700 * (10 ** (np.linspace(mel(LOWEST), mel(HIGHEST), BANDS + 2) / 2595) - 1)
    hertz = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, None]
    up = (hertz - edges[:-2]) / np.maximum(np.diff(edges)[:-1], RATE / WINDOW)
    down = (edges[2:] - hertz) / np.maximum(np.diff(edges)[1:], RATE / WINDOW)
    shape: Floats = np.clip(np.minimum(up, down), 0, None).astype(np.float32)
    empty = shape.sum(axis=0) == 0
    nearest = np.argmin(np.abs(hertz - edges[1:-1]), axis=0)
    shape[nearest[empty], np.flatnonzero(empty)] = 1
    even: Floats = shape / shape.sum(axis=0)
    return even


def powers(sound: NDArray[np.floating]) -> Floats:
    """(frames, 64) power by band of sound (n,) at 32 kHz; frame k is centred on sample 320 k."""
    count = len(sound) // HOP + 1
    padded = np.zeros((count - 1) * HOP + WINDOW, np.float32)
    kept = sound[: len(padded) - WINDOW // 2]
    padded[WINDOW // 2 : WINDOW // 2 + len(kept)] = kept
    window = np.hanning(WINDOW).astype(np.float32)
    out = np.empty((count, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    for start in range(0, count, 512):  # a few MB at a time
        spectra = np.fft.rfft(frames[start : start + 512] * window, axis=1)
        out[start : start + 512] = (np.square(spectra.real) + np.square(spectra.imag)) @ filters()
    return out / np.float32(np.sum(window) ** 2 / 4)


def levels(power: Floats) -> Floats:
    """0 … 1 over 80 dB, 1 at the loudest cell: level-proof."""
    decibels = 10 * np.log10(np.maximum(power, 1e-16))
    scaled: Floats = np.clip((decibels - decibels.max() + FLOOR) / FLOOR, 0, 1).astype(np.float32)
    return scaled
