"""Held-out sound effects: ten classes, two ways each that training/effects has no part in, as files come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import effects_nature
import effects_things
import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

RATE = effects_nature.RATE
FAMILIES = {**effects_nature.FAMILIES, **effects_things.FAMILIES}
CLASSES = tuple(FAMILIES)
SEED = 710


class Effect(NamedTuple):
    kind: str
    family: str
    sound: np.ndarray  # (n,) at 48 kHz, −1 … 1


def held_out(each: int = 48) -> Iterator[Effect]:
    """`each` sounds of every class, half of either family: 1 to 8 s, some in rooms, with noise under them,
    with highs taken off as coders do, at −3 to −30 dB."""
    for kind, ways in FAMILIES.items():
        for number in range(each):
            rng = np.random.default_rng([SEED, CLASSES.index(kind), number])
            way = ways[number % len(ways)]
            sound = way(rng, float(np.exp(rng.uniform(np.log(1.0), np.log(8.0)))))
            yield Effect(kind, way.__name__, worn(rng, sound))


def worn(rng: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    n = len(sound)
    sound = sound / (np.abs(sound).max(initial=0) or 1.0)
    if rng.uniform() < 0.3:
        long = int(rng.uniform(0.2, 1.2) * RATE)
        tail = rng.standard_normal(long) * np.exp(-6.9 * np.arange(long) / long)
        wet = fftconvolve(sound, tail)[:n]
        sound = sound + rng.uniform(0.05, 0.4) * wet / (np.abs(wet).max(initial=0) or 1.0)
    if rng.uniform() < 0.5:
        noise = np.cumsum(rng.standard_normal(n)) if rng.uniform() < 0.3 else rng.standard_normal(n)
        noise = sosfilt(butter(1, 30, "high", fs=RATE, output="sos"), noise)
        level = np.sqrt(np.mean(sound**2)) / (np.sqrt(np.mean(noise**2)) or 1.0)
        sound = sound + noise * level * 10 ** (-rng.uniform(15, 40) / 20)
    if rng.uniform() < 0.3:
        sound = sosfilt(butter(6, rng.uniform(7000, 16_000), fs=RATE, output="sos"), sound)
    return sound / (np.abs(sound).max(initial=0) or 1.0) * 10 ** (-rng.uniform(3, 30) / 20)
