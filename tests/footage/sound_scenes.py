"""Laughter, applause, music and rooms made from arithmetic, to be heard between real speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

RATE = 16_000
Floats = NDArray[np.float32]


def applause(seconds: float, seed: int, people: int = 40) -> Floats:
    """Everybody claps on their own, three to five times a second, each with hands of their own, in a room.

    A clap is a burst of noise of a few milliseconds through a resonance of 1 to 3 kHz (Repp 1987).
    """
    random = np.random.default_rng(seed)
    length = int(seconds * RATE)
    total = np.zeros(length + RATE)
    for _ in range(people):
        rate = random.uniform(3.0, 5.0)
        centre, width = random.uniform(1000, 3000), random.uniform(300, 900)
        band = butter(2, [centre - width / 2, centre + width / 2], "bandpass", fs=RATE, output="sos")
        at = random.uniform(0, 1 / rate)
        loud = random.uniform(0.2, 1.0)
        while at < seconds:
            decay = random.uniform(0.003, 0.008)
            clap = random.normal(0, 1, 640) * np.exp(-np.arange(640) / (decay * RATE))
            start = int(at * RATE)
            total[start : start + 640] += loud * sosfilt(band, clap)
            at += (1 / rate) * random.normal(1, 0.06)
    return _levelled(_roomy(total[:length], random, 0.5), 0.06)


def music(seconds: float, seed: int) -> Floats:
    """Chords of struck and bowed notes over a bass, at 80 to 130 beats a minute, in equal temperament."""
    random = np.random.default_rng(seed)
    length = int(seconds * RATE)
    total = np.zeros(length + 4 * RATE)
    beat = 60 / random.uniform(80, 130)
    root = random.integers(45, 57)
    scale = np.array([0, 2, 4, 5, 7, 9, 11])
    bowed = random.random() < 0.5
    at = 0.0
    while at < seconds:
        degree = int(random.integers(0, 7))
        held = beat * random.choice([1, 2])
        notes = [root - 12 + scale[degree]]
        notes += [root + scale[(degree + step) % 7] + 12 * ((degree + step) // 7) for step in (0, 2, 4)]
        notes.append(root + 12 + int(random.choice(scale)))
        for note in notes:
            frequency = 440 * 2 ** ((note - 69) / 12)
            time = np.arange(int(held * 1.1 * RATE)) / RATE
            tone = sum(
                np.sin(2 * np.pi * frequency * k * time + random.uniform(0, 6)) / k
                for k in range(1, 7)
                if frequency * k < 7000
            )
            shape = np.minimum(time / 0.08, 1) if bowed else np.exp(-2.5 * time / held)
            fall = np.minimum(1, (time[-1] - time) / 0.05)
            start = int(at * RATE)
            total[start : start + len(time)] += tone * shape * fall
        at += held
    return _levelled(_roomy(total[:length], random, 0.4), 0.06)


def laughter(seconds: float, seed: int) -> Floats:
    """One person: bouts of 5 to 9 voiced bursts, four to six a second, each breathy before its vowel, the
    pitch falling through the bout; a breath drawn in between (Bachorowski et al. 2001)."""
    random = np.random.default_rng(seed)
    length = int(seconds * RATE)
    total = np.zeros(length + 2 * RATE)
    at = 0.05
    formants = [(random.uniform(550, 800), 90), (random.uniform(1100, 1500), 120), (2600, 180)]
    while at < seconds:
        pitch = random.uniform(160, 380)
        interval = 1 / random.uniform(4.2, 5.8)
        for burst in range(int(random.integers(5, 10))):
            start = int(at * RATE)
            voiced = int(random.uniform(0.45, 0.6) * interval * RATE)
            bend = pitch * (1 - 0.04 * burst) * (1 + 0.08 * np.sin(np.linspace(0, np.pi, voiced)))
            phase = np.cumsum(bend / RATE)
            source = np.diff(np.floor(phase), prepend=0) + random.normal(0, 0.05, voiced)
            source *= np.hanning(voiced)
            for frequency, width in formants:
                radius = np.exp(-np.pi * width / RATE)
                angle = 2 * np.pi * frequency / RATE
                source = lfilter([1], [1, -2 * radius * np.cos(angle), radius**2], source)
            source /= np.abs(source).max() + 1e-9
            loud = 0.85**burst
            total[start : start + voiced] += loud * source
            breath = int(0.35 * interval * RATE)
            noise = random.normal(0, 0.03, breath) * np.hanning(breath)
            total[start + voiced : start + voiced + breath] += loud * noise
            at += interval * random.normal(1, 0.05)
        at += random.uniform(0.3, 0.6)
    return _levelled(_roomy(total[:length], random, 0.2), 0.05)


def room(seconds: float, seed: int, level: float = 5e-4) -> Floats:
    """A quiet room: noise that falls with frequency."""
    random = np.random.default_rng(seed)
    noise = lfilter([1], [1, -0.9], random.normal(0, 1, int(seconds * RATE)))
    return _levelled(noise, level)


def _roomy(dry: NDArray[np.float64], random: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    tail = random.normal(0, 1, int(seconds * RATE)) * np.exp(
        -6.9 * np.arange(int(seconds * RATE)) / (seconds * RATE)
    )
    wet = fftconvolve(dry, tail)[: len(dry)]
    return dry + 0.3 * wet * np.std(dry) / (np.std(wet) + 1e-12)


def _levelled(samples: NDArray[np.float64], level: float) -> Floats:
    return (samples * level / (np.sqrt(np.mean(np.square(samples))) + 1e-12)).astype(np.float32)
