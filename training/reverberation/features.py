"""The bands that the network hears, in torch: as `departments/sound/cleaning/room_network.py` makes them."""

from __future__ import annotations

import numpy as np
import torch

RATE = 16_000
WINDOW, HOP = 512, 128
BANDS = 24
LOWEST, HIGHEST = 200.0, 7500.0  # Hz
FLOOR = 80.0  # dB under the loudest


def band_matrix() -> np.ndarray:
    """(BANDS, WINDOW // 2 + 1) triangles, evenly apart on the mel scale, each of sum 1."""
    mel = np.linspace(*(2595 * np.log10(1 + np.array([LOWEST, HIGHEST]) / 700)), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    hertz = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    rising = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    matrix = np.maximum(0, np.minimum(rising, falling))
    return matrix / matrix.sum(1, keepdims=True)


def log_bands(sound: torch.Tensor) -> torch.Tensor:
    """(count, BANDS, frames) decibels over FLOOR under the loudest, by 20, about each band's mean."""
    window = torch.hann_window(WINDOW, periodic=True, device=sound.device)
    frames = sound.unfold(1, WINDOW, HOP) * window
    power = torch.fft.rfft(frames).abs() ** 2
    matrix = torch.from_numpy(band_matrix().astype(np.float32)).to(sound.device)
    level = 10 * torch.log10((power @ matrix.T).clamp(min=1e-14))
    level = torch.maximum(level, level.amax((1, 2), keepdim=True) - FLOOR)
    return ((level - level.mean(1, keepdim=True)) / 20).transpose(1, 2)
