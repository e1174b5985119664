"""Crowds, and what is no effect: voices, music, room tone. Five or more ways of making each."""

from __future__ import annotations

import numpy as np
from parts import (
    RATE,
    between,
    burst,
    coloured,
    fading,
    hill,
    laid,
    modes,
    painted,
    passed,
    poisson,
    pulses,
    ringing,
    rms_one,
    room,
    shots,
    slow,
    swell,
    through,
    tilted,
    tone,
    uniform,
)  # fmt: skip

Rng = np.random.Generator
VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
    (490, 1350, 1690),
)


def _syllable(rng: Rng, f0: float, long: float, tract: float) -> np.ndarray:
    m = max(400, int(long * RATE))
    f = f0 * (1 + uniform(rng, -0.2, 0.2) * np.linspace(0, 1, m)) * (1 + 0.01 * slow(rng, m, 30, -1, 1))
    source = passed(pulses(rng, f, 0.08), None, 900, 1) + 0.01 * rng.standard_normal(m)
    one, other = VOWELS[rng.integers(6)], VOWELS[rng.integers(6)]
    blend = np.linspace(0, 1, m)
    vowels = [
        ringing(
            source,
            [(k * tract * rng.uniform(0.95, 1.05), 8 + 3 * i, 1 / (1 + i)) for i, k in enumerate(v)],
            0.02,
        )
        for v in (one, other)
    ]
    return rms_one(vowels[0] * (1 - blend) + vowels[1] * blend) * swell(m, 0.15, 0.3)


def _consonant(rng: Rng) -> np.ndarray:
    if rng.uniform() < 0.5:
        m = int(uniform(rng, 0.05, 0.14) * RATE)
        return 0.35 * rms_one(passed(rng.standard_normal(m), between(rng, 1500, 5000))) * swell(m, 0.3, 0.3)
    return np.concatenate([np.zeros(int(uniform(rng, 0.02, 0.07) * RATE)), 0.5 * burst(rng, 0.02, 600, 8e3)])


def _speech(
    rng: Rng, n: int, rate: float = 4.5, f0: float | None = None, tract: float | None = None
) -> np.ndarray:
    f0 = f0 or between(rng, 80, 300)
    tract = tract or uniform(rng, 0.85, 1.25)
    parts: list[np.ndarray] = []
    total = 0
    while total < n:
        if rng.uniform() < 0.12:
            parts.append(np.zeros(int(uniform(rng, 0.15, 0.7) * RATE)))
        if rng.uniform() < 0.75:
            parts.append(_consonant(rng))
        parts.append(
            _syllable(rng, f0 * between(rng, 0.8, 1.3), uniform(rng, 0.5, 1.4) / rate, tract)
            * rng.uniform(0.4, 1)
        )
        total = sum(map(len, parts))
    return np.concatenate(parts)[:n]


def voice_speech(rng: Rng, n: int) -> np.ndarray:
    return _speech(rng, n, uniform(rng, 3, 6.5))


def voice_sung(rng: Rng, n: int) -> np.ndarray:
    f0 = between(rng, 110, 500)
    notes, total = [], 0
    while total < n:
        long = uniform(rng, 0.3, 1.2)
        m = int(long * RATE)
        f = f0 * 2 ** (rng.integers(-5, 8) / 12) * (1 + 0.012 * np.sin(2 * np.pi * 5.5 * np.arange(m) / RATE))
        source = tone(f, 1 / np.arange(1, 30) ** 1.2)
        v = VOWELS[rng.integers(6)]
        notes.append(rms_one(ringing(source, [(k, 9, 1.0) for k in v], 0.05)) * swell(m, 0.15, 0.2))
        total += m
    return np.concatenate(notes)[:n]


def voice_shout(rng: Rng, n: int) -> np.ndarray:
    grains = [
        np.tanh(2 * _syllable(rng, between(rng, 180, 600), uniform(rng, 0.3, 0.9), uniform(rng, 0.95, 1.3)))
        for _ in range(8)
    ]
    return laid(n, (np.cumsum(rng.uniform(0.4, 1.3, 8)) * RATE).astype(int) - int(0.4 * RATE), grains)


def voice_whisper(rng: Rng, n: int) -> np.ndarray:
    out, at = np.zeros(n), 0
    while at < n - 400:
        m = int(uniform(rng, 0.08, 0.3) * RATE)
        v = VOWELS[rng.integers(6)]
        grain = ringing(rng.standard_normal(m), [(k * 1.1, 7, 1.0) for k in v], 0.05) * swell(m, 0.3, 0.3)
        out[at : at + m] += grain[: n - at]
        at += m + int(rng.exponential(0.06) * RATE)
    return out


def voice_laugh(rng: Rng, n: int) -> np.ndarray:
    rate, f0 = uniform(rng, 4, 6.5), between(rng, 150, 450)
    places = (np.arange(int(n / RATE * rate)) / rate * RATE).astype(int)
    tract = uniform(rng, 0.9, 1.25)
    grains = [
        _syllable(rng, f0 * between(rng, 0.85, 1.2), 0.13, tract) * (0.3 + rng.uniform()) for _ in places
    ]
    return laid(n, places, grains)


def voice_speech_drawn(rng: Rng, n: int) -> np.ndarray:
    """Harmonics under moving formants, painted: smoother than pulses."""
    m = n // 128 + 1
    loud = np.clip(slow(rng, n, between(rng, 6, 12)) * 1.6 - 0.3, 0, 1)
    f = between(rng, 85, 280) * 2 ** slow(rng, n, 2.5, -0.3, 0.3)
    harmonics = tone(f, 1 / np.arange(1, 40) ** 0.6)
    out = sum(passed(harmonics, c / 1.3, c * 1.3, 1) * slow(rng, n, 8) for c in (500, 900, 1500, 2300, 3200))
    hiss = painted(rng, n, hill(np.full(m, between(rng, 4e3, 8e3)), 0.5)) * (slow(rng, n, 9) > 0.75)
    return rms_one(out) * loud + 0.3 * hiss * (1 - loud)


def crowd_applause(rng: Rng, n: int) -> np.ndarray:
    out = np.zeros(n)
    for _ in range(rng.integers(8, 30)):
        f = between(rng, 600, 3000)
        clap = ringing(burst(rng, between(rng, 0.01, 0.04), 400, 9e3), [(f, 3, 1.5)], 0.4)
        period = 1 / uniform(rng, 2.5, 5.5)
        places = (
            (np.arange(60) + rng.uniform()) * period * RATE + 0.02 * RATE * rng.standard_normal(60)
        ).astype(int)
        places = places[(places > 0) & (places < n)]
        out += through(shots(n, places, rng.uniform(0.3, 1, len(places))), clap) * rng.uniform(0.1, 1)
    return room(rng, out, uniform(rng, 0.5, 2), uniform(rng, 0.2, 1)) * (0.6 + 0.4 * slow(rng, n, 0.4))


def crowd_claps_dense(rng: Rng, n: int) -> np.ndarray:
    places = poisson(rng, between(rng, 100, 1200), n)
    clap = burst(rng, between(rng, 0.008, 0.03), between(rng, 300, 900), between(rng, 3e3, 8e3))
    out = through(shots(n, places, rng.exponential(1, len(places))), clap)
    return room(rng, rms_one(out), uniform(rng, 0.6, 2), uniform(rng, 0.3, 1)) + uniform(
        rng, 0, 0.4
    ) * rms_one(crowd_cheer(rng, n))


def crowd_babble(rng: Rng, n: int) -> np.ndarray:
    base = [_speech(rng, n) for _ in range(3)]
    out = np.zeros(n)
    for _ in range(rng.integers(6, 16)):
        one = np.roll(base[rng.integers(3)], rng.integers(0, n))
        step = between(rng, 0.75, 1.3)
        out += np.interp(np.arange(n) * step % (n - 1), np.arange(n), one) * between(rng, 0.2, 1)
    return room(
        rng, passed(out, 120, between(rng, 2500, 8e3), 1), uniform(rng, 0.5, 1.5), uniform(rng, 0.3, 1.2)
    )


def crowd_cheer(rng: Rng, n: int) -> np.ndarray:
    out = np.zeros(n)
    for _ in range(10):
        f = between(rng, 180, 800) * 2 ** slow(rng, n, between(rng, 0.5, 2), -0.4, 0.4)
        out += tone(f, 1 / np.arange(1, 9)) * slow(rng, n, 1.2) ** 2
    v = VOWELS[0]
    raw = ringing(out + 2 * rng.standard_normal(n), [(k, 3, 1.0) for k in v], 0.1)
    return rms_one(raw) * (0.3 + slow(rng, n, 0.5))


def crowd_murmur(rng: Rng, n: int) -> np.ndarray:
    m = n // 128 + 1
    out = np.zeros((m, 257))
    for c in (180, 350, 550, 900, 1500, 2400):
        out += (
            hill(c * 2 ** slow(rng, m, 6, -0.4, 0.4), 0.25)
            * slow(rng, m, 7)[:, None] ** 1.5
            * (300 / c) ** 0.4
        )
    return painted(rng, n, out)


def _note(rng: Rng, f: float, long: float, kind: int) -> np.ndarray:
    m = int(long * RATE)
    if kind == 0:
        return tone(np.full(m, f), 1 / np.arange(1, 9) ** 1.5) * fading(m, long * 1.5) * swell(m, 0.01, 0.1)
    if kind == 1:
        return tone(
            f * (1 + 0.005 * np.sin(2 * np.pi * 5.5 * np.arange(m) / RATE)), 1 / np.arange(1, 14)
        ) * swell(m, 0.2, 0.3)
    return tone(np.full(m, f), [1, 0.1, 0.35, 0.05, 0.15]) * swell(m, 0.05, 0.2)


def _tune(rng: Rng, n: int, drums: float, voices: int) -> np.ndarray:
    beat = 60 / uniform(rng, 65, 165)
    root = between(rng, 50, 120)
    scale = np.array([0, 2, 4, 5, 7, 9, 11] if rng.uniform() < 0.5 else [0, 2, 3, 5, 7, 8, 10])
    out = np.zeros(n)
    for voice in range(voices):
        kind, step = int(rng.integers(3)), beat * rng.choice([0.5, 1, 2])
        octave = 2.0 ** rng.integers(0, 4)
        count = int(n / RATE / step) + 1
        places = (np.arange(count) * step * RATE).astype(int)
        hit = rng.uniform(size=count) < 0.8
        degree = np.cumsum(rng.integers(-2, 3, count))
        for at, d, on in zip(places, degree, hit, strict=True):
            if on:
                f = root * octave * 2 ** ((scale[d % 7] + 12 * ((d // 7) % 2)) / 12)
                for ratio in (1, 1.26, 1.498) if voice == 0 and rng.uniform() < 0.5 else (1,):
                    grain = _note(rng, f * ratio, step * uniform(rng, 0.8, 1.6), kind)
                    out[at : at + len(grain)] += grain[: n - at] * rng.uniform(0.3, 0.8)
    if drums:
        places = (np.arange(int(n / RATE / beat * 2) + 1) * beat / 2 * RATE).astype(int)
        for k, at in enumerate(places):
            grain = (
                np.sin(2 * np.pi * np.cumsum(50 + 100 * fading(6000, 0.1)) / RATE) * fading(6000, 0.2) * 2
                if k % 4 == 0
                else burst(rng, 0.15, 300, 9e3)
                if k % 4 == 2
                else 0.5 * burst(rng, 0.04, 6000, 15e3)
            )
            out[at : at + len(grain)] += drums * grain[: max(n - at, 0)]
    return out


def music_band(rng: Rng, n: int) -> np.ndarray:
    return _tune(rng, n, uniform(rng, 0.3, 1), int(rng.integers(2, 4)))


def music_melody(rng: Rng, n: int) -> np.ndarray:
    return room(rng, _tune(rng, n, 0, 1), uniform(rng, 0.3, 2), 0.3)


def music_chords(rng: Rng, n: int) -> np.ndarray:
    out, at = np.zeros(n), 0
    root = between(rng, 80, 260)
    while at < n:
        long = uniform(rng, 0.8, 2.5)
        for step in rng.choice([(0, 4, 7), (0, 3, 7), (0, 5, 9), (-1, 2, 7)]):
            grain = _note(rng, root * 2 ** (step / 12), long * 1.1, int(rng.integers(1, 3)))
            out[at : at + len(grain)] += grain[: n - at]
        at += int(long * RATE)
    return room(rng, out, 1.5, 0.4)


def music_plucked(rng: Rng, n: int) -> np.ndarray:
    out, at = np.zeros(n), 0
    step, root = uniform(rng, 0.12, 0.5), between(rng, 80, 200)
    while at < n:
        f = root * 2 ** (rng.choice([0, 3, 5, 7, 10, 12, 15, 17]) / 12)
        m = int(1.2 * RATE)
        k = np.arange(1, 25)
        grain = modes(f * k, 1.5 / k**0.6, 1 / k, m, rng)
        out[at : at + m] += grain[: n - at] * rng.uniform(0.5, 1)
        at += int(step * RATE)
    return out


def music_drums(rng: Rng, n: int) -> np.ndarray:
    return _tune(rng, n, 1, 1) * 0.3 + _tune(rng, n, 1, 0)


def room_quiet(rng: Rng, n: int) -> np.ndarray:
    return tilted(rng, n, between(rng, 2, 6), between(rng, 20, 80))


def room_white(rng: Rng, n: int) -> np.ndarray:
    return rng.standard_normal(n)


def room_fan(rng: Rng, n: int) -> np.ndarray:
    air = coloured(rng, n, [(30, -6), (150, 0), (800, uniform(rng, -14, -6)), (4000, -25), (14e3, -40)])
    return rms_one(air) + uniform(rng, 0, 0.25) * rms_one(
        tone(np.full(n, between(rng, 60, 240)), [1, 0.4, 0.2])
    )


def room_tape(rng: Rng, n: int) -> np.ndarray:
    return coloured(rng, n, [(50, -25), (500, -12), (between(rng, 3e3, 12e3), 0), (15e3, -6)])


def room_city(rng: Rng, n: int) -> np.ndarray:
    return tilted(rng, n, between(rng, 4, 8), 30) * slow(rng, n, 0.3, 0.8, 1)


def room_silence(rng: Rng, n: int) -> np.ndarray:
    return np.round(rng.standard_normal(n) * uniform(rng, 0, 1.2)) / 32768


FAMILIES = {
    "crowd": [crowd_applause, crowd_claps_dense, crowd_babble, crowd_cheer, crowd_murmur],
    "voice": [voice_speech, voice_sung, voice_shout, voice_whisper, voice_laugh, voice_speech_drawn],
    "music": [music_band, music_melody, music_chords, music_plucked, music_drums],
    "room": [room_quiet, room_white, room_fan, room_tape, room_city, room_silence],
}
