"""Footsteps and knocks: five or more ways of making each."""

from __future__ import annotations

import numpy as np
from parts import (
    RATE,
    between,
    burst,
    fading,
    hill,
    laid,
    modes,
    painted,
    passed,
    poisson,
    rms_one,
    room,
    shots,
    swell,
    through,
    uniform,
)  # fmt: skip

Rng = np.random.Generator


def _gait(rng: Rng, n: int, low: float = 1.2, high: float = 3.0) -> np.ndarray:
    period = 1 / between(rng, low, high)
    count = int(n / RATE / period) + 2
    steps = period * (1 + 0.05 * rng.standard_normal(count))
    steps[::2] *= 1 + rng.uniform(-0.06, 0.06)
    return ((np.cumsum(steps) - steps[0] * rng.uniform(0, 1)) * RATE).astype(int)


def _thud(rng: Rng, low: float, high: float, long: float) -> np.ndarray:
    m = int(long * RATE)
    f = between(rng, low, high)
    return np.sin(2 * np.pi * np.cumsum(f * (1 + fading(m, long / 3))) / RATE) * fading(m, long)


def steps_heel_toe(rng: Rng, n: int) -> np.ndarray:
    places = _gait(rng, n)
    gap, hard = uniform(rng, 0.05, 0.14), uniform(rng, 0.1, 1)
    low, top = between(rng, 60, 160), between(rng, 3e3, 12e3)
    grains = []
    for _ in places:
        grain = np.zeros(int(0.35 * RATE))
        for at, size in ((0, 1.0), (int(gap * RATE * rng.uniform(0.8, 1.2)), uniform(rng, 0.2, 0.8))):
            thud = _thud(rng, low, low * 1.3, 0.12)
            click = burst(rng, between(rng, 0.006, 0.03), 700, top) * hard
            grain[at : at + len(thud)] += size * thud[: len(grain) - at]
            grain[at : at + len(click)] += size * click[: len(grain) - at]
        grains.append(grain * rng.uniform(0.6, 1))
    return laid(n, places, grains)


def steps_gravel(rng: Rng, n: int) -> np.ndarray:
    places, long = _gait(rng, n), uniform(rng, 0.15, 0.35)
    low, high = between(rng, 500, 2500), between(rng, 6e3, 15e3)
    grains = []
    for _ in places:
        m = int(long * RATE * rng.uniform(0.8, 1.2))
        at = poisson(rng, between(rng, 200, 900), m)
        train = shots(m, at, rng.exponential(1, len(at)) ** 1.5)
        grains.append(through(train, burst(rng, 0.004, low, high)) * swell(m, 0.2, 0.6) * rng.uniform(0.6, 1))
    return rms_one(laid(n, places, grains)) + 0.5 * rms_one(
        laid(n, places, [_thud(rng, 50, 120, 0.1) for _ in places])
    )


def steps_wood(rng: Rng, n: int) -> np.ndarray:
    places = _gait(rng, n)
    f, long = between(rng, 70, 900, 9), between(rng, 0.04, 0.18, 9)
    grains = []
    for _ in places:
        body = modes(
            f * rng.uniform(0.97, 1.03, 9), long, rng.uniform(0.2, 1, 9) * (100 / f) ** 0.4, 6000, rng
        )
        body[:600] += 0.5 * burst(rng, 600 / RATE, 400, 5e3)[:600]
        grains.append(body * rng.uniform(0.5, 1))
    return laid(n, places, grains)


def steps_soft(rng: Rng, n: int) -> np.ndarray:
    """Snow, leaves, grass: a swell of noise under each foot."""
    places, long = _gait(rng, n), uniform(rng, 0.18, 0.45)
    centre, width = between(rng, 700, 5000), uniform(rng, 0.6, 1.5)
    grains = []
    for _ in places:
        m = int(long * RATE)
        rough = rng.exponential(1, m // 100 + 2).repeat(100)[:m]
        noise = painted(rng, m, hill(np.full(m // 128 + 1, centre * rng.uniform(0.85, 1.2)), width))
        grains.append(noise * rough * swell(m, uniform(rng, 0.1, 0.4), 0.6) * rng.uniform(0.6, 1))
    return laid(n, places, grains)


def steps_hard(rng: Rng, n: int) -> np.ndarray:
    places = _gait(rng, n, 1.4, 2.6)
    f = between(rng, 900, 5000, 4)
    grains = [
        modes(f, between(rng, 0.01, 0.05, 4), rng.uniform(0.3, 1, 4), 2000, rng)
        + np.pad(burst(rng, 0.02, 1000, 10e3), (0, 2000))[:2000]
        for _ in places
    ]
    return room(rng, laid(n, places, grains), uniform(rng, 0.4, 1.8), uniform(rng, 0.1, 0.6))


def steps_stairs(rng: Rng, n: int) -> np.ndarray:
    """Noise pulses with two humps: the foot comes down, rolls, pushes off."""
    places, m = _gait(rng, n, 1.2, 3.6), int(uniform(rng, 0.15, 0.3) * RATE)
    at = np.linspace(0, 1, m)
    humps = np.exp(-(((at - 0.12) / 0.07) ** 2)) + uniform(rng, 0.3, 0.9) * np.exp(
        -(((at - 0.6) / 0.13) ** 2)
    )
    low, high = between(rng, 60, 300), between(rng, 1500, 9e3)
    grains = [passed(rng.standard_normal(m), low, high, 1) * humps * rng.uniform(0.5, 1) for _ in places]
    return laid(n, places, grains)


def steps_shuffle(rng: Rng, n: int) -> np.ndarray:
    places = _gait(rng, n, 1.0, 2.2)
    grains = []
    for _ in places:
        m = int(uniform(rng, 0.12, 0.3) * RATE)
        slide = passed(rng.standard_normal(m), 800, between(rng, 3e3, 9e3)) * swell(m, 0.4, 0.5)
        grains.append(np.concatenate([_thud(rng, 60, 140, 0.08) * 2, 0.6 * slide]))
    return laid(n, places, grains)


def knock_wood(rng: Rng, n: int) -> np.ndarray:
    count, gap = rng.integers(2, 6), between(rng, 0.13, 0.33)
    places = (
        (uniform(rng, 0, 0.4) + gap * np.arange(count) * (1 + 0.05 * rng.standard_normal(count))) * RATE
    ).astype(int)
    f = between(rng, 120, 1500, 10)
    grains = [
        modes(f, between(rng, 0.03, 0.12, 10), rng.uniform(0.2, 1, 10), 6000, rng) * rng.uniform(0.7, 1)
        for _ in places
    ]
    return laid(n, np.abs(places), grains)


def knock_slam(rng: Rng, n: int) -> np.ndarray:
    start = int(rng.uniform(0, 0.3) * n)
    m = n - start
    thump = passed(rng.standard_normal(m), 30, between(rng, 200, 1200), 1) * fading(
        m, uniform(rng, 0.15, 0.5)
    )
    rattle = np.zeros(m)
    at = (np.cumsum(rng.uniform(0.01, 0.06, 8)) * RATE).astype(int)
    for number, place in enumerate(at[at < m - 2000]):
        rattle[place : place + 2000] += (
            modes(between(rng, 800, 5000, 4), [0.03] * 4, [1] * 4, 2000, rng) * 0.6**number
        )
    out = np.zeros(n)
    out[start:] = rms_one(thump) + uniform(rng, 0, 0.4) * rms_one(rattle)
    return room(rng, out, uniform(rng, 0.2, 1), uniform(rng, 0, 0.4))


def knock_metal(rng: Rng, n: int) -> np.ndarray:
    places = np.sort(rng.integers(0, max(1, n // 2), rng.integers(1, 4)))
    f = between(rng, 200, 5000, 14)
    grains = [
        modes(f, between(rng, 0.05, 0.6, 14), rng.uniform(0.1, 1, 14), RATE, rng)
        + np.pad(burst(rng, 0.03, 300, 9e3), (0, RATE))[:RATE]
        for _ in places
    ]
    return laid(n, places, grains)


def knock_thud(rng: Rng, n: int) -> np.ndarray:
    places = np.sort(rng.integers(0, max(1, int(n * 0.7)), rng.integers(1, 4)))
    grains = [_thud(rng, 45, 150, uniform(rng, 0.1, 0.35)) for _ in places]
    slap = [burst(rng, uniform(rng, 0.02, 0.08), 200, between(rng, 1e3, 7e3)) for _ in places]
    return laid(n, places, grains) + uniform(rng, 0.1, 0.8) * laid(n, places, slap)


def knock_latch(rng: Rng, n: int) -> np.ndarray:
    first = int(rng.uniform(0, 0.4) * n)
    places = first + (np.cumsum(rng.uniform(0.02, 0.25, rng.integers(2, 5))) * RATE).astype(int)
    grains = [
        modes(between(rng, 400, 6000, 6), between(rng, 0.01, 0.06, 6), rng.uniform(0.2, 1, 6), 3000, rng)
        for _ in places
    ]
    return laid(n, places, grains) + 0.3 * laid(n, places[-1:], [_thud(rng, 80, 200, 0.1)])


FAMILIES = {
    "footsteps": [
        steps_heel_toe,
        steps_gravel,
        steps_wood,
        steps_soft,
        steps_hard,
        steps_stairs,
        steps_shuffle,
    ],
    "impact": [knock_wood, knock_slam, knock_metal, knock_thud, knock_latch],
}
