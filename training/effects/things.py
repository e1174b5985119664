"""Glass, clocks, engines, whooshes: five or more ways of making each."""

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
    shots,
    slow,
    swell,
    through,
    tilted,
    tone,
    uniform,
)  # fmt: skip

Rng = np.random.Generator


def glass_pane(rng: Rng, n: int) -> np.ndarray:
    start = int(rng.uniform(0, 0.3) * n)
    m = n - start
    crash = passed(rng.standard_normal(m), between(rng, 800, 2500), None) * fading(m, uniform(rng, 0.15, 0.6))
    places = poisson(rng, between(rng, 40, 250) * fading(m, uniform(rng, 1, 4)), m)
    grains = [
        modes(between(rng, 2000, 13e3, 3), between(rng, 0.02, 0.25, 3), rng.uniform(0.2, 1, 3), 6000, rng)
        * rng.exponential(1)
        for _ in places
    ]
    out = np.zeros(n)
    out[start:] = uniform(rng, 0.3, 1) * rms_one(crash) + rms_one(laid(m, places, grains))
    return out


def glass_crack(rng: Rng, n: int) -> np.ndarray:
    start = int(rng.uniform(0, 0.4) * n)
    places = start + np.sort(
        np.abs(rng.exponential(uniform(rng, 0.1, 0.7), rng.integers(8, 60))) * RATE
    ).astype(int)
    grains = [
        modes(between(rng, 2500, 12e3, 4), between(rng, 0.05, 0.5, 4), rng.uniform(0, 1, 4), RATE // 2, rng)
        * rng.uniform(0.1, 1)
        for _ in places
    ]
    return laid(n, places, grains) + laid(n, [start], [2 * burst(rng, uniform(rng, 0.03, 0.15), 600, 15e3)])


def glass_bottle(rng: Rng, n: int) -> np.ndarray:
    start = int(rng.uniform(0, 0.4) * n)
    thump = modes(between(rng, 250, 1500, 4), between(rng, 0.03, 0.15, 4), [1] * 4, 6000, rng)
    shards = glass_crack(rng, n - start) if n - start > 4000 else np.zeros(n - start)
    out = laid(n, [start], [thump * uniform(rng, 0.3, 1.5)])
    out[start:] += shards
    return out


def glass_shower(rng: Rng, n: int) -> np.ndarray:
    """Single samples, thinning out, through a bank of high, ringing resonances."""
    start = int(rng.uniform(0, 0.25) * n)
    rate = np.zeros(n)
    rate[start:] = between(rng, 150, 2000) * fading(n - start, uniform(rng, 0.8, 3))
    out = np.zeros(n)
    for _ in range(10):
        places = poisson(rng, rate / 10, n)
        f = between(rng, 2000, 14e3, 3)
        answer = modes(f, between(rng, 0.02, 0.3, 3), rng.uniform(0.3, 1, 3), 8000, rng)
        out += through(shots(n, places, rng.exponential(1, len(places))), answer)
    return rms_one(out) + laid(n, [start], [uniform(rng, 2, 8) * burst(rng, 0.1, 1000, 15e3)])


def glass_bounces(rng: Rng, n: int) -> np.ndarray:
    start = int(rng.uniform(0, 0.3) * n)
    out = laid(n, [start], [burst(rng, uniform(rng, 0.04, 0.3), 900, 15e3)])
    for _ in range(rng.integers(6, 30)):
        f = between(rng, 1800, 11e3) * np.array([1, rng.uniform(1.4, 2.2), rng.uniform(2.3, 3.4)])
        gap, at, size = rng.uniform(0.03, 0.35), start / RATE + rng.uniform(0, 0.5), rng.uniform(0.1, 0.6)
        places, grains = [], []
        while gap > 0.01 and size > 0.01:
            places.append(int(at * RATE))
            grains.append(size * modes(f, between(rng, 0.03, 0.2, 3), [1, 0.6, 0.4], 5000, rng))
            at, gap, size = at + gap, gap * rng.uniform(0.5, 0.75), size * 0.6
        out += laid(n, places, grains)
    return out


def _ticks(rng: Rng, n: int, rate: float, grain: list[np.ndarray]) -> np.ndarray:
    period = RATE / rate
    places = ((np.arange(int(n / period) + 2) + rng.uniform()) * period).astype(int)
    return laid(n, places, [grain[k % len(grain)] for k in range(len(places))])


def clock_wall(rng: Rng, n: int) -> np.ndarray:
    f = between(rng, 1500, 7000, 5)
    pair = [
        modes(f * k, between(rng, 0.005, 0.04, 5), rng.uniform(0.2, 1, 5), 2000, rng)
        for k in (1, rng.uniform(0.8, 1.2))
    ]
    return _ticks(rng, n, rng.choice([1.0, 2.0]), pair)


def clock_watch(rng: Rng, n: int) -> np.ndarray:
    pair = [burst(rng, between(rng, 0.002, 0.012), 2000, 14e3) * k for k in (1, rng.uniform(0.4, 1))]
    return _ticks(rng, n, rng.choice([5.0, 6.0, 8.0, 4.0]), pair)


def clock_grandfather(rng: Rng, n: int) -> np.ndarray:
    pair = []
    for shift in (1, rng.uniform(0.75, 0.95)):
        body = modes(
            shift * between(rng, 250, 2500, 7), between(rng, 0.03, 0.15, 7), rng.uniform(0.2, 1, 7), 6000, rng
        )
        body[:300] += burst(rng, 300 / RATE, 1000, 9e3)[:300]
        pair.append(body)
    return _ticks(rng, n, between(rng, 0.9, 1.3), pair)


def clock_alarm(rng: Rng, n: int) -> np.ndarray:
    pair = []
    for _ in range(2):
        grain = np.zeros(3000)
        for at in (0, rng.integers(200, 900), rng.integers(900, 1800)):
            grain[at : at + 300] += burst(rng, 300 / RATE, 1200, 12e3)[:300] * rng.uniform(0.3, 1)
        pair.append(grain)
    return _ticks(rng, n, between(rng, 2, 4.5), pair)


def clock_bomb(rng: Rng, n: int) -> np.ndarray:
    m = int(between(rng, 0.003, 0.02) * RATE)
    f = between(rng, 1000, 5000)
    return _ticks(
        rng,
        n,
        rng.choice([1.0, 2.0, 4.0]),
        [np.sin(2 * np.pi * f * np.arange(m) / RATE) * fading(m, m / RATE)],
    )


def _revs(rng: Rng, n: int, low: float, high: float) -> np.ndarray:
    """A curve of frequency: steady, wandering, or revved."""
    f = between(rng, low, high)
    kind = rng.integers(0, 3)
    if kind == 0:
        return f * (1 + 0.02 * slow(rng, n, 4, -1, 1))
    if kind == 1:
        return f * (1 + uniform(rng, 0.1, 1.5) * slow(rng, n, between(rng, 0.3, 1.2)))
    return f * np.linspace(1, between(rng, 0.5, 2.5), n)


def engine_pulses(rng: Rng, n: int) -> np.ndarray:
    train = pulses(rng, _revs(rng, n, 18, 110), uniform(rng, 0.05, 0.4))
    grain = burst(rng, between(rng, 0.008, 0.05), 30, between(rng, 500, 5000))
    peaks = [(between(rng, 60, 1200), uniform(rng, 1.5, 7), rng.uniform(0.5, 2)) for _ in range(4)]
    return rms_one(ringing(through(train, grain), peaks)) + uniform(rng, 0.03, 0.3) * rms_one(
        tilted(rng, n, 5, 80, 8000)
    )


def engine_orders(rng: Rng, n: int) -> np.ndarray:
    f = _revs(rng, n, 20, 130)
    sizes = rng.uniform(0.1, 1, 40) / np.arange(1, 41) ** uniform(rng, 0.5, 1.4)
    cylinder = rng.integers(2, 7)
    sizes[cylinder - 1 :: cylinder] *= 3
    hum = tone(f, sizes)
    gate = 0.5 + 0.5 * np.sin(2 * np.pi * np.cumsum(f) / RATE)
    return rms_one(hum) + uniform(rng, 0.1, 0.6) * rms_one(tilted(rng, n, 3, 150, 10e3)) * gate


def engine_diesel(rng: Rng, n: int) -> np.ndarray:
    f = between(rng, 12, 45) * (1 + 0.02 * slow(rng, n, 6, -1, 1))
    train = pulses(rng, f, 0.3)
    knock = modes(
        between(rng, 600, 4500, 6), between(rng, 0.006, 0.025, 6), rng.uniform(0.2, 1, 6), 1500, rng
    )
    low = through(train, burst(rng, 0.06, 25, 250))
    return (
        rms_one(low)
        + uniform(rng, 0.15, 0.7) * rms_one(through(train, knock))
        + 0.1 * rms_one(tilted(rng, n, 4, 60))
    )


def engine_propeller(rng: Rng, n: int) -> np.ndarray:
    f = _revs(rng, n, 40, 160)
    hum = tone(f, 1 / np.arange(1, 30) ** uniform(rng, 0.3, 0.9)) + tone(
        f * rng.uniform(0.97, 1.03), 1 / np.arange(1, 20)
    )
    return rms_one(hum) * (0.7 + 0.3 * slow(rng, n, 3)) + uniform(rng, 0.05, 0.4) * rms_one(
        tilted(rng, n, 3, 100, 9000)
    )


def engine_two_stroke(rng: Rng, n: int) -> np.ndarray:
    f = _revs(rng, n, 60, 220)
    phase = np.cumsum(f) / RATE % 1
    wave = np.tanh(
        between(rng, 2, 12) * np.exp(-phase * between(rng, 3, 20)) * (1 + 0.2 * rng.standard_normal(n))
    )
    return ringing(wave - wave.mean(), [(between(rng, 200, 2500), uniform(rng, 1, 5), 1.0) for _ in range(3)])


def engine_pipe(rng: Rng, n: int) -> np.ndarray:
    """Uneven firings, a pattern over two turns, down a pipe that rings at odd multiples."""
    f, cylinders = _revs(rng, n, 6, 35), rng.integers(2, 9)
    offsets = (np.arange(cylinders) / cylinders + rng.uniform(-0.03, 0.03, cylinders)) % 1
    phase = np.cumsum(f) / RATE
    train = np.zeros(n)
    for offset, size in zip(offsets, rng.uniform(0.5, 1.2, cylinders), strict=True):
        turns = np.floor(phase + offset)
        train[np.diff(turns, prepend=turns[:1]) > 0] += size * rng.uniform(0.8, 1.2)
    quarter = between(rng, 35, 180)
    pipe = [(quarter * k, 4 + k, 1 / k**0.7) for k in (1, 3, 5, 7, 9) if quarter * k < 5e3]
    made = ringing(through(train, burst(rng, between(rng, 0.004, 0.02), 25, between(rng, 800, 7e3))), pipe)
    return rms_one(made) + uniform(rng, 0.03, 0.25) * rms_one(tilted(rng, n, 4, 100, 9e3))


def engine_whine(rng: Rng, n: int) -> np.ndarray:
    """Turbine or gears: a whine over a low drone that goes with it."""
    f = _revs(rng, n, 25, 80)
    drone = tone(f, 1 / np.arange(1, 16))
    whine = tone(f * uniform(rng, 9, 40), [1, 0.4, 0.15])
    return (
        rms_one(drone)
        + uniform(rng, 0.05, 0.6) * rms_one(whine)
        + uniform(rng, 0.1, 0.6) * rms_one(tilted(rng, n, 3, 80))
    )


def engine_muffled(rng: Rng, n: int) -> np.ndarray:
    """From inside, or far: low orders that throb, little above 500 Hz, the road under them."""
    f = _revs(rng, n, 14, 75)
    orders = rng.uniform(0.1, 1, 14) * np.exp(-np.arange(14) / uniform(rng, 1.5, 6))
    throb = 1 + uniform(rng, 0.1, 0.8) * np.sin(2 * np.pi * np.cumsum(f) / RATE / rng.choice([1, 2, 4]))
    low = passed(tone(f, orders) * throb, 20, between(rng, 150, 1500), 1)
    return rms_one(low) + between(rng, 0.05, 0.8) * rms_one(
        tilted(rng, n, between(rng, 4, 8), between(rng, 30, 90))
    )


def engine_exhaust(rng: Rng, n: int) -> np.ndarray:
    """Puffs of noise at the firing rate, and a note of the same rate under them."""
    f = _revs(rng, n, 15, 120)
    phase = np.cumsum(f) / RATE % 1
    puff = np.exp(-phase * between(rng, 2, 15)) * (
        0.7 + 0.3 * np.sin(2 * np.pi * np.cumsum(f) / RATE / rng.choice([2, 3, 4]))
    )
    air = passed(rng.standard_normal(n), between(rng, 40, 400), between(rng, 600, 7000), 1) * puff
    note = ringing(puff - puff.mean(), [(between(rng, 50, 600), uniform(rng, 1, 6), 1.0) for _ in range(3)])
    return uniform(rng, 0.2, 1) * rms_one(air) + rms_one(note)


def engine_buzz(rng: Rng, n: int) -> np.ndarray:
    """Hard, full of overtones, its half orders strong, wandering: scooters, generators, drones."""
    f = _revs(rng, n, 22, 160)
    phase = 2 * np.pi * np.cumsum(f * (1 + 0.004 * slow(rng, n, 15, -1, 1))) / RATE
    wave = np.sin(phase + uniform(rng, 0.5, 4) * np.sin(phase / 2 + 1)) + uniform(rng, 0, 0.5) * np.sin(
        1.5 * phase
    )
    wave = np.tanh(between(rng, 0.7, 8) * wave)
    rough = rms_one(tilted(rng, n, between(rng, 1, 5), 120)) * (0.3 + np.abs(np.sin(phase / 2)))
    return passed(rms_one(wave) + between(rng, 0.05, 0.7) * rough, None, between(rng, 900, 9000), 1)


def whoosh_sweep(rng: Rng, n: int) -> np.ndarray:
    out = np.zeros(n)
    long = min(n, int(between(rng, 0.25, 1.8) * RATE))
    for at in np.sort(rng.integers(0, max(n - long, 1), rng.integers(1, 4))):
        m = long // 128 + 1
        x = np.linspace(-1, 1, m)
        centre = between(rng, 300, 1500) * 2 ** (uniform(rng, 1, 3) * np.exp(-((x / 0.4) ** 2)))
        out[at : at + long] += painted(rng, long, hill(centre, uniform(rng, 0.3, 1))) * swell(
            long, uniform(rng, 0.3, 0.7), 0.4
        )
    return out


def whoosh_pass(rng: Rng, n: int) -> np.ndarray:
    long = min(n, int(between(rng, 0.5, 2.5) * RATE))
    at = int(rng.uniform(0, max(n - long, 1)))
    x = np.linspace(-1, 1, long)
    loud = 1 / (0.03 + (x - rng.uniform(-0.2, 0.2)) ** 2)
    out = np.zeros(n)
    out[at : at + long] = (
        tilted(rng, long, between(rng, 1, 6), 150) * loud / loud.max() * swell(long, 0.3, 0.3)
    )
    return out


def whoosh_riser(rng: Rng, n: int) -> np.ndarray:
    long = min(n, int(between(rng, 0.6, 3) * RATE))
    m = long // 128 + 1
    x = np.linspace(0, 1, m)
    centre = between(rng, 150, 600) * 2 ** (uniform(rng, 2, 5) * (x if rng.uniform() < 0.6 else 1 - x))
    out = np.zeros(n)
    out[:long] = painted(rng, long, hill(centre, uniform(rng, 0.3, 1.2))) * swell(
        long, uniform(rng, 0.5, 0.9), 0.1
    )
    return out


def whoosh_swish(rng: Rng, n: int) -> np.ndarray:
    places = np.sort(rng.integers(0, max(n - 8000, 1), rng.integers(1, 6)))
    grains = []
    for _ in places:
        m = int(between(rng, 0.08, 0.35) * RATE)
        grains.append(
            passed(rng.standard_normal(m), between(rng, 400, 3000), between(rng, 4e3, 14e3))
            * swell(m, 0.6, 0.4) ** 2
        )
    return laid(n, places, grains)


def whoosh_flutter(rng: Rng, n: int) -> np.ndarray:
    long = min(n, int(between(rng, 0.4, 1.5) * RATE))
    x = np.linspace(-1, 1, long)
    flap = 0.5 + 0.5 * np.sin(2 * np.pi * np.cumsum(between(rng, 8, 30) * (1 - 0.3 * x)) / RATE)
    out = np.zeros(n)
    out[:long] = (
        coloured(rng, long, [(80, -20), (500, 0), (2000, -4), (10e3, -20)]) * np.exp(-((x / 0.4) ** 2)) * flap
    )
    return out


FAMILIES = {
    "glass": [glass_pane, glass_crack, glass_bottle, glass_shower, glass_bounces],
    "clock": [clock_wall, clock_watch, clock_grandfather, clock_alarm, clock_bomb],
    "engine": [
        engine_pulses, engine_orders, engine_diesel, engine_propeller, engine_two_stroke, engine_pipe,
        engine_whine, engine_muffled, engine_exhaust, engine_buzz,
    ],
    "whoosh": [whoosh_sweep, whoosh_pass, whoosh_riser, whoosh_swish, whoosh_flutter],
}  # fmt: skip
