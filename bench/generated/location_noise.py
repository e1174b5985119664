"""Noises of locations, a generator for each: what lies under a voice on its way to the sound department."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

RATE = 48_000
Sound = NDArray[np.float64]


def coloured(random: np.random.Generator, length: int, slope: float) -> Sound:
    """Noise that falls `slope` dB an octave."""
    spectrum = np.fft.rfft(random.normal(size=length))
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 20)
    return np.fft.irfft(spectrum * (hertz / 1000) ** (-slope / 6.02), length)


def passed(sound: Sound, kind: str, hertz: float | tuple[float, float], order: int = 2) -> Sound:
    found: Sound = sosfilt(butter(order, hertz, kind, fs=RATE, output="sos"), sound)
    return found


def slow(random: np.random.Generator, length: int, hertz: float) -> Sound:
    """A wandering strength around one, changing about `hertz` times a second."""
    knots = max(4, int(length / RATE * hertz) + 3)
    return np.interp(np.linspace(0, knots - 1, length), np.arange(knots), random.lognormal(0, 0.5, knots))


def hiss(random: np.random.Generator, length: int) -> Sound:
    return coloured(random, length, random.uniform(-1, 3))


def hum(random: np.random.Generator, length: int) -> Sound:
    """Mains hum with up to twelve harmonics over a little hiss."""
    at = np.arange(length) / RATE
    fundamental = random.choice([50.0, 60.0]) + random.uniform(-0.08, 0.08)
    made = np.zeros(length)
    for n in range(1, random.integers(5, 13)):
        strength = random.uniform(0.2, 1) / n
        made += strength * np.sin(2 * np.pi * fundamental * n * at + random.uniform(0, 2 * np.pi))
    return made + 0.05 * hiss(random, length)


def fan(random: np.random.Generator, length: int) -> Sound:
    """Air through a grille, and its blades."""
    at = np.arange(length) / RATE
    blades = random.uniform(90, 240)
    tone = sum(np.sin(2 * np.pi * blades * n * at + n) / n**1.5 for n in (1, 2, 3))
    return passed(coloured(random, length, 4), "lowpass", random.uniform(1500, 6000)) + 0.02 * tone


def traffic(random: np.random.Generator, length: int) -> Sound:
    """A road: low and steady, with cars that come and go."""
    road = passed(coloured(random, length, 6), "lowpass", 900)
    made = road / road.std()
    for _ in range(max(1, int(length / RATE / random.uniform(2, 5)))):
        centre, width = random.uniform(0, length), random.uniform(0.6, 1.6) * RATE
        shape = np.exp(-0.5 * ((np.arange(length) - centre) / width) ** 2)
        car = passed(coloured(random, length, 3), "bandpass", (200, random.uniform(1500, 3500)))
        made += random.uniform(0.3, 1.2) * shape * car / car.std()
    return made


def wind(random: np.random.Generator, length: int) -> Sound:
    """Gusts on a microphone: under 300 Hz, by fits."""
    gusts = slow(random, length, random.uniform(0.8, 2.0)) ** 2
    return passed(coloured(random, length, 9), "lowpass", random.uniform(200, 450)) * gusts


def engine(random: np.random.Generator, length: int) -> Sound:
    """A motor whose speed wanders: harmonics of its firing."""
    speed = random.uniform(25, 70) * slow(random, length, 0.3) ** 0.15
    phase = 2 * np.pi * np.cumsum(speed) / RATE
    made = sum(
        np.sin(n * phase + random.uniform(0, 6)) * random.uniform(0.3, 1) / n**0.8 for n in range(1, 25)
    )
    return made / np.std(made) + 0.4 * passed(random.normal(size=length), "lowpass", 2000)


def rain(random: np.random.Generator, length: int) -> Sound:
    """Thousands of drops, each a short ring."""
    drops = np.zeros(length)
    count = int(length / RATE * random.uniform(150, 500))
    drops[random.integers(0, length, count)] = random.lognormal(0, 1, count)
    ring = np.exp(-np.arange(600) / 60) * random.normal(size=600)
    made = fftconvolve(drops, ring)[:length]
    return made / made.std() + 0.5 * passed(random.normal(size=length), "highpass", 1500)


def clatter(random: np.random.Generator, length: int) -> Sound:
    """A kitchen: plates and cups over a room's noise."""
    made = 0.1 * coloured(random, length, 3) / 1.0
    for _ in range(max(2, int(length / RATE * random.uniform(1.5, 4)))):
        at, long = random.integers(0, length), int(random.uniform(0.03, 0.15) * RATE)
        time = np.arange(long) / RATE
        ring = sum(np.sin(2 * np.pi * random.uniform(1500, 7000) * time) for _ in range(4))
        made[at : at + long] += (random.lognormal(0, 0.4) * ring * np.exp(-time * 60))[: length - at]
    return made


def babble(random: np.random.Generator, length: int, voices: list[Sound]) -> Sound:
    """A room of people: seven voices and more, none to be understood."""
    made = np.zeros(length)
    for _ in range(random.integers(7, 12)):
        one = voices[random.integers(len(voices))]
        made += np.roll(np.resize(one, length), random.integers(length)) * random.uniform(0.5, 1)
    return made


NOISES: dict[str, Callable[[np.random.Generator, int], Sound]] = {
    "hiss": hiss,
    "hum": hum,
    "fan": fan,
    "traffic": traffic,
    "wind": wind,
    "engine": engine,
    "rain": rain,
    "clatter": clatter,
}
