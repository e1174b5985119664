"""Grain by name: drawn up for this program, after no particular stock."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from answerprint.departments.picture.grain.profiles import SIDE, NoiseProfile
from answerprint.departments.picture.grain.spectra import unit
from answerprint.departments.picture.grain.temporal import DISPLAY

LINES = 1080  # of the picture that the sizes are meant for


class Stock(NamedTuple):
    """strength: deviation in code values of 255, at the middle of the scale. size: pixels of 1080 lines, the
    deviation of a grain's bell. channels: of R, G and B against it. together: what the channels share."""

    strength: float
    size: float
    channels: tuple[float, float, float]
    together: float


STOCKS = {
    "fine": Stock(3.0, 0.55, (1.0, 0.9, 1.2), 0.35),
    "medium": Stock(5.0, 0.8, (1.0, 0.9, 1.25), 0.3),
    "coarse": Stock(8.0, 1.15, (1.0, 0.9, 1.3), 0.25),
}
LEVELS = (0.0, 0.1, 0.25, 0.45, 0.65, 0.85, 1.0)
TONES = (0.25, 0.7, 0.95, 1.0, 0.85, 0.5, 0.15)  # strength at each level: least where film is clear or dense
DARKEST = 0.05  # code value under which a step of linear light is no smaller
CHROMA = 1.15  # times the size: colour grains are seen as coarser


def stock_named(name: str, *, linear: bool = False) -> NoiseProfile:
    """The profile of a stock of STOCKS; raises KeyError for another name. linear: as it is seen in linear
    light, where the same step of code values is the larger, the lighter."""
    stock = STOCKS[name]
    levels, deviation = np.array(LEVELS), np.array(TONES) * stock.strength / 255
    if linear:
        deviation = deviation / DISPLAY * np.maximum(levels, DARKEST) ** (1 / DISPLAY - 1)
        levels = levels ** (1 / DISPLAY)
    correlation = np.full((3, 3), stock.together) + np.eye(3) * (1 - stock.together)
    sizes = (stock.size, stock.size * CHROMA, stock.size * CHROMA)
    return NoiseProfile(
        levels=levels.tolist(),
        variance=[((deviation * channel) ** 2).tolist() for channel in stock.channels],
        gain=[0.0] * 3,
        offset=[(channel * stock.strength / 255) ** 2 for channel in stock.channels],
        correlation=correlation.tolist(),
        spectrum=unit(np.stack([_bell(size) for size in sizes])).tolist(),
        linear=linear,
        height=LINES,
        measured=f"drawn up: {name}",
    )


def _bell(size: float) -> np.ndarray:
    """The power of noise blurred by a bell of that deviation."""
    down, across = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    return np.exp(-((2 * np.pi * size) ** 2) * (down**2 + across**2))
