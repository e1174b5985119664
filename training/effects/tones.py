"""Sirens, bells, birds, hums, beeps: five or more ways of making each."""

from __future__ import annotations

import numpy as np
from parts import (
    RATE,
    between,
    burst,
    fading,
    laid,
    level_one,
    modes,
    passed,
    poisson,
    ringing,
    rms_one,
    room,
    slow,
    swell,
    tilted,
    tone,
    uniform,
)  # fmt: skip

Rng = np.random.Generator


def _reedy(rng: Rng, count: int = 14) -> np.ndarray:
    sizes = rng.uniform(0.3, 1, count) / np.arange(1, count + 1) ** uniform(rng, 0.4, 2)
    if rng.uniform() < 0.3:
        sizes[1::2] *= 0.1
    return sizes


def _horn(rng: Rng, sound: np.ndarray) -> np.ndarray:
    return ringing(sound, [(between(rng, 600, 3000), uniform(rng, 1, 4), 1.0)], 0.6)


def siren_wail(rng: Rng, n: int) -> np.ndarray:
    period, low = between(rng, 1.5, 9), between(rng, 300, 800)
    x = (np.arange(n) / RATE / period + rng.uniform()) % 1
    shape = np.sin(np.pi * x) ** uniform(rng, 0.6, 2) if rng.uniform() < 0.5 else 1 - np.abs(2 * x - 1)
    return _horn(rng, tone(low * 2 ** (shape * uniform(rng, 0.7, 1.6)), _reedy(rng)))


def siren_yelp(rng: Rng, n: int) -> np.ndarray:
    x = (np.arange(n) / RATE * between(rng, 2, 12) + rng.uniform()) % 1
    shape = x if rng.uniform() < 0.5 else np.exp(-uniform(rng, 2, 6) * x)
    return _horn(rng, tone(between(rng, 400, 900) * 2 ** (shape * uniform(rng, 0.6, 1.4)), _reedy(rng)))


def siren_two_tone(rng: Rng, n: int) -> np.ndarray:
    x = (np.arange(n) / RATE / between(rng, 0.5, 2.2) + rng.uniform()) % 1
    high = passed((x < 0.5).astype(float), None, 60, 1)
    return _horn(rng, tone(between(rng, 350, 900) * (1 + uniform(rng, 0.15, 0.5) * high), _reedy(rng)))


def siren_raid(rng: Rng, n: int) -> np.ndarray:
    at = np.arange(n) / RATE
    top, rise = between(rng, 350, 750), between(rng, 1.5, 6)
    if rng.uniform() < 0.5:
        f = top * (1 - np.exp(-(at + rng.uniform(0, 3)) / rise))
    else:
        f = top * (0.75 + 0.25 * np.sin(2 * np.pi * at / between(rng, 3, 9) + rng.uniform(0, 6)))
    made = tone(f, _reedy(rng, 20)) + uniform(rng, 0, 1) * tone(
        f * rng.choice([1.2, 1.25, 1.333, 1.5]), _reedy(rng, 16)
    )
    return rms_one(made) + 0.05 * rms_one(tilted(rng, n, 3, 200))


def siren_sweep(rng: Rng, n: int) -> np.ndarray:
    """Square wave that a slower, rounded one drives; past the listener at times."""
    x = np.arange(n) / RATE
    rate = between(rng, 0.15, 6)
    drive = np.tanh(uniform(rng, 0.7, 4) * np.sin(2 * np.pi * rate * x + rng.uniform(0, 6)))
    f = between(rng, 500, 1300) * 2 ** (drive * uniform(rng, 0.3, 0.8))
    loud = np.ones(n)
    if rng.uniform() < 0.5:
        away = np.linspace(-1, 1, n) + rng.uniform(-0.5, 0.5)
        f = f * (1 - 0.06 * np.tanh(away / 0.3))
        loud = 1 / (0.2 + away**2)
    sizes = [1 / k if k % 2 else 0.05 for k in range(1, 18)]
    return _horn(rng, tone(f, sizes)) * loud / loud.max()


def siren_whoop(rng: Rng, n: int) -> np.ndarray:
    long = between(rng, 0.4, 3.5)
    x = np.arange(n) / RATE / long % 1
    rest = uniform(rng, 0, 0.15)
    f = between(rng, 300, 700) * 2 ** (np.clip(x / (1 - rest), 0, 1) * uniform(rng, 0.8, 1.8))
    return tone(f, _reedy(rng)) * (x < 1 - rest)


def siren_rotor(rng: Rng, n: int) -> np.ndarray:
    """Turned by a motor or a hand: from a growl up to its note and down again, breath in it."""
    at = np.arange(n) / RATE
    swing = 0.5 + 0.5 * np.sin(2 * np.pi * at / between(rng, 3, 14) + rng.uniform(0, 6.3))
    f = between(rng, 60, 250) + between(rng, 200, 600) * swing ** uniform(rng, 0.5, 1.2)
    sizes = 1 / np.arange(1, 25) ** uniform(rng, 0.6, 1.4)
    made = tone(f, sizes)
    if rng.uniform() < 0.6:
        made = made + uniform(rng, 0.4, 1) * tone(f * rng.choice([1.2, 1.25, 1.333, 1.5]), sizes)
    breath = 1 + uniform(rng, 0.02, 0.3) * rng.standard_normal(n)
    return passed(made * breath, between(rng, 80, 300), between(rng, 2e3, 9e3), 1)


def _strikes(rng: Rng, n: int, grain: np.ndarray, gap: float) -> np.ndarray:
    places = (
        (np.arange(60) * gap * (1 + 0.03 * rng.standard_normal(60)) + rng.uniform(0, min(gap, 0.6))) * RATE
    ).astype(int)
    places = np.abs(places[places < n])
    return laid(n, places, [grain * rng.uniform(0.6, 1) for _ in places])


def bell_church(rng: Rng, n: int) -> np.ndarray:
    f = between(rng, 110, 700)
    ratios = np.array([0.5, 1, 1.19, 1.5, 2, 2.5, 2.67, 3.01, 4.17, 5.4, 6.8]) * rng.uniform(0.985, 1.015, 11)
    long = uniform(rng, 3, 12) / ratios**0.8
    grain = modes(ratios * f, long, rng.uniform(0.2, 1, 11), n, rng) + modes(
        ratios * f * 1.002, long, rng.uniform(0, 0.5, 11), n, rng
    )
    return _strikes(rng, n, grain, between(rng, 0.8, 5))


def bell_hand(rng: Rng, n: int) -> np.ndarray:
    f = between(rng, 700, 3500)
    grain = modes(
        f * np.array([1, 2.7, 5.2, 8.1]) * rng.uniform(0.97, 1.03, 4),
        between(rng, 0.4, 3, 4),
        [1, 0.6, 0.4, 0.2],
        n,
        rng,
    )
    return _strikes(rng, n, grain, between(rng, 0.2, 3))


def bell_fm(rng: Rng, n: int) -> np.ndarray:
    f, ratio = between(rng, 150, 1500), rng.choice([1.4, 1.41, 2.76, 3.5, 1.73])
    at, long = np.arange(n) / RATE, uniform(rng, 1, 6)
    grain = np.sin(
        2 * np.pi * f * at + uniform(rng, 1, 6) * fading(n, long / 2) * np.sin(2 * np.pi * f * ratio * at)
    )
    return _strikes(rng, n, grain * fading(n, long), between(rng, 0.6, 4))


def bell_ringing(rng: Rng, n: int) -> np.ndarray:
    """Bicycle, alarm, school bell: struck many times a second."""
    f = between(rng, 800, 4000)
    ratios = np.sort(rng.uniform(1, 4.5, 5))
    grain = modes(f * ratios, between(rng, 0.15, 1.2, 5), rng.uniform(0.3, 1, 5), RATE, rng)
    grain[:200] += burst(rng, 200 / RATE, 2000, 14e3)[:200]
    return _strikes(rng, n, grain, 1 / between(rng, 8, 28)) * (slow(rng, n, 0.6) > rng.uniform(0, 0.3))


def bell_chimes(rng: Rng, n: int) -> np.ndarray:
    base = between(rng, 400, 2000) * np.array([1, 1.125, 1.25, 1.5, 1.667, 2])
    places = poisson(rng, between(rng, 1, 7), n)
    if not len(places):
        places = np.array([n // 8])
    grains = []
    for _ in places:
        m = int(uniform(rng, 1, 3) * RATE)
        f = rng.choice(base) * np.array([1, 2.756, 5.404, 8.93])
        grains.append(
            modes(f, m / RATE / np.array([1, 2, 4, 6]), [1, 0.5, 0.25, 0.1], m, rng) * rng.uniform(0.2, 1)
        )
    return laid(n, places, grains)


def bell_dispersed(rng: Rng, n: int) -> np.ndarray:
    """Chance partials, dense above, each a beating pair: gongs, cups, plates."""
    count = rng.integers(8, 30)
    f = between(rng, 150, 1200) * np.sort(rng.uniform(1, 9, count)) ** uniform(rng, 0.8, 1.2)
    long = uniform(rng, 1.5, 8) / (f / f[0]) ** uniform(rng, 0.3, 1)
    size = rng.uniform(0.1, 1, count) / (f / f[0]) ** uniform(rng, 0, 0.7)
    grain = modes(f, long, size, n, rng) + modes(
        f + rng.uniform(0.3, 6, count), long, size * rng.uniform(0.2, 1, count), n, rng
    )
    return _strikes(rng, n, grain, between(rng, 0.5, 6))


def bell_door(rng: Rng, n: int) -> np.ndarray:
    f = between(rng, 400, 1100)
    places = [int(rng.uniform(0, 0.2) * n)]
    places.append(places[0] + int(uniform(rng, 0.4, 0.9) * RATE))
    grains = [
        modes(one * np.array([1, 2.01, 3.98, 5.4]), [2, 1.2, 0.6, 0.3], [1, 0.4, 0.2, 0.1], 2 * RATE, rng)
        for one in (f, f * 0.8)
    ]
    return laid(n, places, grains)


def _chirp(rng: Rng, low: float, high: float, long: float) -> np.ndarray:
    m = max(64, int(long * RATE))
    knots = between(rng, low, high, 4)
    f = np.exp(np.interp(np.linspace(0, 3, m), np.arange(4), np.log(knots)))
    sizes = [1, rng.uniform(0, 0.3), rng.uniform(0, 0.1)]
    return tone(f, sizes) * swell(m, uniform(rng, 0.1, 0.5), uniform(rng, 0.2, 0.6))


def _song(rng: Rng, n: int, gap: tuple[float, float], grain) -> np.ndarray:
    places = (np.cumsum(rng.uniform(*gap, 80)) * RATE - gap[0] * RATE * rng.uniform()).astype(int)
    places = places[(places >= 0) & (places < n)]
    return laid(n, places, [grain() * rng.uniform(0.4, 1) for _ in places])


def bird_chirps(rng: Rng, n: int) -> np.ndarray:
    low = between(rng, 1500, 4000)
    high = low * uniform(rng, 1.2, 2.2)
    return _song(
        rng, n, (0.1, uniform(rng, 0.3, 1)), lambda: _chirp(rng, low, high, between(rng, 0.04, 0.25))
    )


def bird_trill(rng: Rng, n: int) -> np.ndarray:
    f, rate = between(rng, 2000, 7000), between(rng, 8, 45)

    def trill() -> np.ndarray:
        m = int(uniform(rng, 0.3, 1.4) * RATE)
        at = np.arange(m) / RATE
        wobble = f * (1 + uniform(rng, 0.03, 0.3) * np.sin(2 * np.pi * rate * at))
        return (
            tone(wobble, [1, 0.15])
            * swell(m, 0.1, 0.2)
            * (0.5 + 0.5 * np.sin(2 * np.pi * rate * at)) ** rng.uniform(0, 2)
        )

    return _song(rng, n, (0.4, 2.2), trill)


def bird_motif(rng: Rng, n: int) -> np.ndarray:
    notes = [_chirp(rng, 1200, 5500, between(rng, 0.06, 0.3)) for _ in range(rng.integers(2, 6))]
    rest = [np.zeros(int(uniform(rng, 0.01, 0.12) * RATE)) for _ in notes]
    motif = np.concatenate([part for pair in zip(notes, rest, strict=True) for part in pair])
    return _song(rng, n, (len(motif) / RATE + 0.1, len(motif) / RATE + 1.2), lambda: motif)


def bird_caw(rng: Rng, n: int) -> np.ndarray:
    f0 = between(rng, 350, 1100)

    def caw() -> np.ndarray:
        m = int(between(rng, 0.15, 0.6) * RATE)
        f = (
            f0
            * (1 + 0.15 * np.sin(np.pi * np.linspace(0, 1, m)))
            * (1 + uniform(rng, 0.01, 0.06) * slow(rng, m, 60, -1, 1))
        )
        raw = tone(f, np.ones(14)) + 0.3 * rng.standard_normal(m)
        return ringing(raw, [(between(rng, 1000, 2500), 3, 2.0)], 0.2) * swell(m, 0.15, 0.3)

    return _song(rng, n, (0.3, 1.2), caw)


def bird_chorus(rng: Rng, n: int) -> np.ndarray:
    parts = [bird_chirps, bird_trill, bird_motif]
    made = sum(
        rms_one(parts[rng.integers(3)](rng, n)) * between(rng, 0.1, 1) for _ in range(rng.integers(3, 8))
    )
    return room(rng, made, uniform(rng, 0.5, 1.5), uniform(rng, 0.1, 0.5)) + 0.02 * tilted(rng, n, 3, 100)


def bird_coo(rng: Rng, n: int) -> np.ndarray:
    f = between(rng, 350, 900)

    def coo() -> np.ndarray:
        m = int(between(rng, 0.2, 0.6) * RATE)
        return tone(
            f * (1 + 0.1 * np.sin(np.pi * np.linspace(0, 1, m)) + 0.02 * slow(rng, m, 25, -1, 1)), [1, 0.12]
        ) * swell(m, 0.3, 0.4)

    return _song(rng, n, (0.35, 1.1), coo)


def bird_warble(rng: Rng, n: int) -> np.ndarray:
    """One long song of fast, unlike notes, buzzes between them."""
    out, at = np.zeros(n), int(rng.uniform(0, 0.2) * RATE)
    while at < n - 4000:
        note = _chirp(rng, 1800, 8500, between(rng, 0.02, 0.15))
        if rng.uniform() < 0.25:
            note = note * np.sign(np.sin(2 * np.pi * between(rng, 60, 300) * np.arange(len(note)) / RATE))
        out[at : at + len(note)] += note[: n - at] * rng.uniform(0.3, 1)
        at += len(note) + int(rng.exponential(0.06 if rng.uniform() < 0.9 else 0.8) * RATE)
    return out


def hum_mains(rng: Rng, n: int) -> np.ndarray:
    f = np.full(n, rng.choice([50.0, 60.0]))
    return tone(
        f, rng.uniform(0, 1, 20) / np.arange(1, 21) ** uniform(rng, 0.3, 2)
    ) + 0.01 * rng.standard_normal(n)


def hum_transformer(rng: Rng, n: int) -> np.ndarray:
    f = np.full(n, rng.choice([100.0, 120.0]))
    return tone(f, rng.uniform(0.1, 1, 12) / np.arange(1, 13) ** uniform(rng, 0.2, 1.5)) + 0.03 * tilted(
        rng, n, 2
    )


def hum_neon(rng: Rng, n: int) -> np.ndarray:
    at = np.arange(n) / RATE
    gate = np.abs(np.sin(2 * np.pi * rng.choice([50, 60]) * at)) ** between(rng, 2, 20)
    return passed(rng.standard_normal(n), between(rng, 800, 4000)) * gate + uniform(
        rng, 0.05, 0.5
    ) * hum_mains(rng, n)


def hum_spark(rng: Rng, n: int) -> np.ndarray:
    f = rng.choice([50.0, 60.0, 100.0, 120.0])
    wave = np.sign(np.sin(2 * np.pi * f * np.arange(n) / RATE)) * (0.7 + 0.3 * rng.standard_normal(n))
    gate = slow(rng, n, between(rng, 0.5, 8)) > rng.uniform(0, 0.5)
    return passed(wave, between(rng, 100, 1500)) * passed(gate.astype(float), None, 100, 1)


def hum_fridge(rng: Rng, n: int) -> np.ndarray:
    f = np.full(n, rng.choice([50.0, 60.0])) * rng.uniform(0.95, 1)
    return rms_one(tone(f, [1, 0.8, 0.2, 0.4, 0.1, 0.1])) * (
        0.9 + 0.1 * np.sin(np.arange(n) / RATE * between(rng, 1, 12))
    ) + uniform(rng, 0.02, 0.2) * rms_one(tilted(rng, n, 5, 100, 4000))


def _gated(n: int, rng: Rng, on: float, off: float) -> np.ndarray:
    x = (np.arange(n) / RATE + rng.uniform(0, on + off)) % (on + off)
    return passed((x < on).astype(float), None, 400, 1)


def beep_tones(rng: Rng, n: int) -> np.ndarray:
    return np.sin(2 * np.pi * between(rng, 400, 4000) * np.arange(n) / RATE) * _gated(
        n, rng, between(rng, 0.05, 0.6), between(rng, 0.05, 1)
    )


def beep_dtmf(rng: Rng, n: int) -> np.ndarray:
    out, at = np.zeros(n), 0
    while at < n:
        m = int(uniform(rng, 0.06, 0.25) * RATE)
        t = np.arange(m) / RATE
        pair = np.sin(2 * np.pi * rng.choice([697, 770, 852, 941]) * t) + np.sin(
            2 * np.pi * rng.choice([1209, 1336, 1477]) * t
        )
        out[at : at + m] = pair[: n - at]
        at += m + int(uniform(rng, 0.03, 0.3) * RATE)
    return out


def beep_ringback(rng: Rng, n: int) -> np.ndarray:
    t = np.arange(n) / RATE
    f = rng.choice([(440, 480), (400, 450), (425, 425), (480, 620), (350, 440)])
    return (np.sin(2 * np.pi * f[0] * t) + np.sin(2 * np.pi * f[1] * t)) * _gated(
        n, rng, uniform(rng, 0.25, 2), uniform(rng, 0.25, 3)
    )


def beep_warble(rng: Rng, n: int) -> np.ndarray:
    """An electronic telephone: two tones in turn, many times a second, in rings."""
    t = np.arange(n) / RATE
    low = between(rng, 500, 2000)
    f = np.where((t * between(rng, 10, 25)) % 1 < 0.5, low, low * uniform(rng, 1.15, 1.5))
    return tone(f, [1, 0, rng.uniform(0, 0.4), 0, rng.uniform(0, 0.2)]) * _gated(
        n, rng, uniform(rng, 0.4, 2), uniform(rng, 0.3, 2)
    )


def beep_square(rng: Rng, n: int) -> np.ndarray:
    f = between(rng, 400, 3000)
    sizes = [1 / k if k % 2 else 0 for k in range(1, 12)]
    count = rng.integers(1, 5)
    x = (np.arange(n) / RATE) % uniform(rng, 0.8, 2)
    gate = (x < 0.2 * count) & (x % 0.2 < 0.1)
    return tone(np.full(n, f), sizes) * passed(gate.astype(float), None, 500, 1)


def beep_mobile(rng: Rng, n: int) -> np.ndarray:
    notes = between(rng, 600, 3000, rng.integers(3, 9))
    out, at, k = np.zeros(n), 0, 0
    step = between(rng, 0.07, 0.16)
    while at < n:
        m = int(step * RATE)
        grain = tone(np.full(m, notes[k % len(notes)]), [1, 0.2, 0.3]) * swell(m, 0.05, 0.2)
        out[at : at + m] = grain[: n - at]
        at, k = at + m, k + 1
    return level_one(out) * _gated(n, rng, uniform(rng, 1, 3), uniform(rng, 0, 1))


FAMILIES = {
    "siren": [siren_wail, siren_yelp, siren_two_tone, siren_raid, siren_sweep, siren_whoop, siren_rotor],
    "bell": [bell_church, bell_hand, bell_fm, bell_ringing, bell_chimes, bell_dispersed, bell_door],
    "birds": [bird_chirps, bird_trill, bird_motif, bird_caw, bird_chorus, bird_coo, bird_warble],
    "hum": [hum_mains, hum_transformer, hum_neon, hum_spark, hum_fridge],
    "beep": [beep_tones, beep_dtmf, beep_ringback, beep_warble, beep_square, beep_mobile],
}
