"""Water, fire, thunder: six or more ways of making each."""

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
    level_one,
    modes,
    painted,
    passed,
    poisson,
    rms_one,
    shots,
    slow,
    swell,
    through,
    tilted,
    uniform,
)  # fmt: skip

Rng = np.random.Generator


def water_bubbles(rng: Rng, n: int) -> np.ndarray:
    places = poisson(rng, between(rng, 25, 180), n)
    grains = []
    for _ in places:
        f, long = between(rng, 300, 3000), between(rng, 0.015, 0.12)
        m = int(long * RATE)
        glide = f * (1 + rng.uniform(0, 0.8) * np.linspace(0, 1, m) ** 2)
        grains.append(np.sin(2 * np.pi * np.cumsum(glide) / RATE) * fading(m, long) * rng.exponential(1))
    bed = tilted(rng, n, between(rng, 1, 5), 300)
    return rms_one(laid(n, places, grains)) + between(rng, 0.05, 0.6) * rms_one(bed)


def water_stream(rng: Rng, n: int) -> np.ndarray:
    m = n // 128 + 1
    out = 0.2 * hill(np.full(m, between(rng, 500, 2500)), 1.5)
    for _ in range(10):
        out += (
            hill(between(rng, 300, 3000) * 2 ** slow(rng, m, 8, -0.5, 0.5), 0.1)
            * (slow(rng, m, 9) ** 3)[:, None]
        )
    return painted(rng, n, out)


def water_waves(rng: Rng, n: int) -> np.ndarray:
    at = np.arange(n) / RATE
    period = uniform(rng, 2.5, 9)
    phase = (at / period + rng.uniform()) % 1
    rise = uniform(rng, 0.2, 0.5)
    wave = np.where(phase < rise, (phase / rise) ** 2, np.exp(-3 * (phase - rise) / (1 - rise)))
    bed = coloured(rng, n, [(50, -12), (300, -4), (1500, 0), (12e3, -14)])
    return bed * (0.1 + wave) * slow(rng, n, 6, 0.8, 1)


def water_fall(rng: Rng, n: int) -> np.ndarray:
    bed = coloured(rng, n, [(40, -12), (150, uniform(rng, -6, 3)), (800, 0), (4000, -5), (14e3, -16)])
    return bed * slow(rng, n, 5, 0.8, 1)


def water_splash(rng: Rng, n: int) -> np.ndarray:
    places = np.sort(rng.integers(0, max(n - 8000, 1), rng.integers(1, 5)))
    grains = [
        burst(rng, uniform(rng, 0.3, 1), 300, between(rng, 2e3, 9e3), uniform(rng, 0.005, 0.05))
        for _ in places
    ]
    return rms_one(laid(n, places, grains)) + uniform(rng, 0.2, 0.8) * water_bubbles(rng, n)


def water_drip(rng: Rng, n: int) -> np.ndarray:
    places = np.cumsum(rng.uniform(0.25, 1.2, 40) * RATE).astype(int)
    grains = []
    for _ in places:
        f, long = between(rng, 600, 2500), between(rng, 0.03, 0.15)
        m = int(long * RATE)
        grains.append(
            np.sin(2 * np.pi * np.cumsum(f * np.linspace(1, rng.uniform(1.1, 1.9), m)) / RATE)
            * fading(m, long)
        )
    return laid(n, places, grains)


def _crackles(rng: Rng, n: int, rate: float | np.ndarray, tail: float = 1.6) -> np.ndarray:
    places = poisson(rng, rate, n)[:1500]
    sizes = np.minimum(rng.pareto(tail, len(places)) + 0.1, 25)
    grains = [
        burst(rng, between(rng, 0.001, 0.015), between(rng, 400, 4000), between(rng, 5e3, 15e3)) * size
        for size in sizes
    ]
    return laid(n, places, grains)


def fire_crackle(rng: Rng, n: int) -> np.ndarray:
    roar = tilted(rng, n, between(rng, 4, 8), between(rng, 40, 120)) * (0.4 + slow(rng, n, 6))
    return rms_one(_crackles(rng, n, between(rng, 8, 60))) + between(rng, 0.1, 1.2) * rms_one(roar)


def fire_pops(rng: Rng, n: int) -> np.ndarray:
    places = poisson(rng, between(rng, 3, 15), n)
    grains = [
        modes(between(rng, 400, 4000, 5), between(rng, 0.005, 0.04, 5), rng.uniform(0, 1, 5), 2000, rng)
        * (rng.pareto(2) + 0.2)
        for _ in places
    ]
    hiss = coloured(rng, n, [(60, -10), (300, 0), (2000, -10), (12e3, -16)]) * slow(rng, n, 8, 0.3, 1)
    return (
        rms_one(laid(n, places, grains))
        + 0.6 * rms_one(_crackles(rng, n, 25))
        + between(rng, 0.1, 0.7) * rms_one(hiss)
    )


def fire_clusters(rng: Rng, n: int) -> np.ndarray:
    rate = 1 + 200 * slow(rng, n, between(rng, 1, 5)) ** 5
    lap = tilted(rng, n, 6, 60, 3000) * (slow(rng, n, between(rng, 3, 10)) ** 2 + 0.1)
    return rms_one(_crackles(rng, n, rate, 1.3)) + between(rng, 0.2, 1.2) * rms_one(lap)


def fire_blaze(rng: Rng, n: int) -> np.ndarray:
    flutter = 0.4 + slow(rng, n, between(rng, 6, 18))
    roar = coloured(rng, n, [(30, -8), (90, 0), (500, -8), (3000, -18), (14e3, -30)]) * flutter
    return rms_one(roar) + between(rng, 0.15, 0.6) * rms_one(_crackles(rng, n, between(rng, 10, 80), 1.2))


def fire_fizz(rng: Rng, n: int) -> np.ndarray:
    hiss = passed(rng.standard_normal(n), between(rng, 1500, 5000)) * slow(rng, n, 12, 0.3, 1) ** 2
    return between(rng, 0.05, 0.35) * rms_one(hiss) + rms_one(_crackles(rng, n, between(rng, 6, 30), 1.2))


def fire_shots(rng: Rng, n: int) -> np.ndarray:
    """Single-sample snaps of every size through one body, over a low breath."""
    places = poisson(rng, 1 + between(rng, 20, 150) * slow(rng, n, 2) ** 2, n)
    train = shots(n, places, rng.choice([-1, 1], len(places)) * np.minimum(rng.pareto(1.1, len(places)), 40))
    body = modes(between(rng, 300, 6000, 6), between(rng, 0.002, 0.02, 6), rng.uniform(0, 1, 6), 1000, rng)
    body[:1] += between(rng, 0.5, 4)
    breath = passed(rng.standard_normal(n), 30, between(rng, 150, 700), 1) * (0.3 + slow(rng, n, 7))
    return rms_one(through(train, body)) + between(rng, 0.1, 1) * rms_one(breath)


def thunder_clap(rng: Rng, n: int) -> np.ndarray:
    start = int(rng.uniform(0, 0.25) * n)
    m = n - start
    crack = (
        passed(rng.standard_normal(m), 150, None)
        * fading(m, uniform(rng, 0.1, 0.6))
        * (0.3 + slow(rng, m, 40) ** 2)
    )
    rumble = (
        tilted(rng, m, between(rng, 5, 10), 30, 4000)
        * (0.2 + slow(rng, m, 4))
        * fading(m, uniform(rng, 2, 9))
    )
    out = np.zeros(n)
    out[start:] = uniform(rng, 0.1, 1) * rms_one(crack) + rms_one(rumble)
    return out


def thunder_far(rng: Rng, n: int) -> np.ndarray:
    rumble = tilted(rng, n, between(rng, 8, 14), between(rng, 25, 50), 2000)
    return (
        rumble
        * (0.05 + slow(rng, n, between(rng, 1, 5)) ** 2)
        * swell(n, uniform(rng, 0.05, 0.4), uniform(rng, 0.3, 0.7))
    )


def explosion(rng: Rng, n: int) -> np.ndarray:
    start = int(rng.uniform(0, 0.3) * n)
    m = n - start
    low = passed(rng.standard_normal(m), 20, between(rng, 80, 400), 1) * fading(m, uniform(rng, 0.6, 5))
    wide = passed(rng.standard_normal(m), 60, between(rng, 1500, 10e3), 1) * fading(m, uniform(rng, 0.2, 1.5))
    debris = np.zeros(m)
    if rng.uniform() < 0.5:
        debris = _crackles(rng, m, between(rng, 10, 60) * fading(m, 3)) * 0.15
    out = np.zeros(n)
    out[start:] = rms_one(low) + uniform(rng, 0.2, 1) * rms_one(wide) + debris
    return np.tanh(out * between(rng, 0.4, 3))


def thunder_roll(rng: Rng, n: int) -> np.ndarray:
    count = rng.integers(4, 25)
    places = np.sort(rng.integers(0, n, count))
    grains = [
        passed(rng.standard_normal(m), 20, between(rng, 80, 900), 1)
        * fading(m, uniform(rng, 0.4, 2))
        * rng.exponential(1)
        for m in rng.integers(RATE // 2, 2 * RATE, count)
    ]
    return laid(n, places, grains) * fading(n, uniform(rng, 5, 15)) + 0.05 * tilted(
        rng, n, 6, 30, 500
    ) * fading(n, 8)


def thunder_train(rng: Rng, n: int) -> np.ndarray:
    """Many small shocks, dense at first, each lower the later it comes."""
    start = int(rng.uniform(0, 0.2) * n)
    rate = np.zeros(n)
    rate[start:] = (
        between(rng, 200, 2000) * fading(n - start, uniform(rng, 1.5, 6)) * slow(rng, n - start, 6) ** 2
    )
    places = poisson(rng, rate, n)
    train = shots(n, places, rng.standard_normal(len(places)))
    near = passed(train, 40, between(rng, 600, 6000), 1) * fading(n, uniform(rng, 0.8, 3))
    return rms_one(near) * uniform(rng, 0.1, 1) + rms_one(passed(train, 25, between(rng, 80, 250)))


def blast_far(rng: Rng, n: int) -> np.ndarray:
    start = int(rng.uniform(0, 0.4) * n)
    m = n - start
    thump = np.sin(2 * np.pi * np.cumsum(between(rng, 25, 80) * (0.5 + fading(m, 0.4))) / RATE) * fading(
        m, uniform(rng, 0.3, 1.2)
    )
    out = np.zeros(n)
    out[start:] = thump + uniform(rng, 0.2, 0.8) * level_one(tilted(rng, m, 9, 30, 3000)) * fading(
        m, uniform(rng, 1, 4)
    )
    return out


def fire_hearth(rng: Rng, n: int) -> np.ndarray:
    """A loud, low draught, and over it few, sharp, wide snaps that come in threes and fours."""
    first = poisson(rng, between(rng, 1.5, 9), n)
    places = np.concatenate(
        [first, *(first + rng.integers(40, 3000, len(first)) for _ in range(rng.integers(1, 5)))]
    )
    places = places[places < n]
    train = shots(
        n, places, rng.choice([-1, 1], len(places)) * (rng.pareto(1.4, len(places)) + 0.1).clip(max=20)
    )
    snap = burst(rng, between(rng, 0.001, 0.006), between(rng, 300, 2000), 15e3)
    draught = tilted(rng, n, between(rng, 2.5, 6), between(rng, 30, 150)) * (
        0.5 + slow(rng, n, between(rng, 4, 14))
    )
    return rms_one(through(train, snap)) + between(rng, 0.2, 1.3) * rms_one(draught)


def fire_near_noise(rng: Rng, n: int) -> np.ndarray:
    return rms_one(fire_shots(rng, n)) + between(rng, 0.2, 1) * rms_one(
        tilted(rng, n, between(rng, 3, 7), 40)
    ) * (0.5 + slow(rng, n, 6))


def thunder_peals(rng: Rng, n: int) -> np.ndarray:
    """Low single waves, thick as hail, in peals that swell and break; each peal comes back from hills."""
    rate = np.zeros(n)
    for _ in range(rng.integers(1, 7)):
        at = rng.integers(0, max(1, int(0.8 * n)))
        rate[at:] += rng.uniform(0.2, 1) * fading(n - at, uniform(rng, 0.5, 5))
    places = poisson(rng, between(rng, 60, 600) * rate, n)
    train = shots(
        n, places, rng.standard_normal(len(places)) * (1 + rng.pareto(2.5, len(places)).clip(max=6))
    )
    m = int(between(rng, 0.003, 0.02) * RATE)
    out = through(train, np.sin(2 * np.pi * np.arange(m) / m))
    for _ in range(4):
        lag = int(uniform(rng, 0.2, 2) * RATE)
        out[lag:] += (
            0.4 * passed(out[: n - lag] if lag < n else out[:0], None, between(rng, 100, 600), 1)
            if lag < n
            else 0
        )
    return passed(out, 20, between(rng, 150, 3000), 1)


def thunder_crackling(rng: Rng, n: int) -> np.ndarray:
    """A near stroke: a tearing of clicks that grows into the boom, then a rumble that rolls away."""
    boom = int(uniform(rng, 0.02, 0.3) * n)
    tear = np.zeros(n)
    tear[:boom] = np.linspace(0, 1, boom) ** 2
    tear[boom:] = fading(n - boom, uniform(rng, 0.3, 1.5))
    places = poisson(rng, between(rng, 100, 1200) * tear, n)
    clicks = passed(
        shots(n, places, rng.standard_normal(len(places))), between(rng, 60, 400), between(rng, 2e3, 9e3), 1
    )
    low = np.zeros(n)
    low[boom:] = (
        tilted(rng, n - boom, between(rng, 6, 11), 25, 2000)
        * fading(n - boom, uniform(rng, 2, 10))
        * (0.2 + slow(rng, n - boom, between(rng, 1.5, 6)))
    )
    return uniform(rng, 0.1, 0.8) * rms_one(clicks) + rms_one(low)


def thunder_low(rng: Rng, n: int) -> np.ndarray:
    """Far: one long roll under 250 Hz, its strokes and echoes run together, dying away unevenly."""
    at = int(rng.uniform(0, 0.3) * n)
    shape = np.zeros(n)
    shape[at:] = fading(n - at, uniform(rng, 3, 12)) * (0.1 + slow(rng, n - at, between(rng, 2, 7)) ** 3)
    rise = int(uniform(rng, 0.01, 0.5) * RATE)
    shape[at : at + rise] *= np.linspace(0, 1, rise)[: max(0, n - at)]
    return passed(rng.standard_normal(n), 18, between(rng, 60, 250), 2) * shape


FAMILIES = {
    "water": [water_bubbles, water_stream, water_waves, water_fall, water_splash, water_drip],
    "fire": [
        fire_crackle,
        fire_pops,
        fire_clusters,
        fire_blaze,
        fire_fizz,
        fire_shots,
        fire_hearth,
        fire_near_noise,
    ],
    "thunder": [
        thunder_clap,
        thunder_far,
        explosion,
        thunder_roll,
        thunder_train,
        blast_far,
        thunder_peals,
        thunder_crackling,
        thunder_low,
    ],
}
