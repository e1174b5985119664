"""Rain and wind: nine ways of making each."""

from __future__ import annotations

import numpy as np
from parts import (
    BINS,
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
    rms_one,
    shots,
    slow,
    through,
    tilted,
    uniform,
)  # fmt: skip

Rng = np.random.Generator


def rain_drops(rng: Rng, n: int) -> np.ndarray:
    out = np.zeros(n)
    for _ in range(4):
        grain = burst(rng, between(rng, 0.002, 0.02), between(rng, 800, 4000), between(rng, 5e3, 15e3))
        places = poisson(rng, between(rng, 20, 700), n)
        out += through(shots(n, places, rng.exponential(1, len(places)) ** 1.5), grain)
    bed = tilted(rng, n, between(rng, 0.3, 4), between(rng, 200, 1500))
    return rms_one(out) + between(rng, 0.1, 1.5) * rms_one(bed)


def rain_hiss(rng: Rng, n: int) -> np.ndarray:
    peak = between(rng, 1500, 8000)
    bed = coloured(
        rng, n, [(60, -40), (200, uniform(rng, -30, -8)), (peak, 0), (14e3, uniform(rng, -15, -2))]
    )
    fine = 1 + uniform(rng, 0.1, 0.5) * rng.exponential(1, n // 64 + 2).repeat(64)[:n]
    return bed * slow(rng, n, 0.3, 0.75, 1) * fine


def rain_roof(rng: Rng, n: int) -> np.ndarray:
    metal = rng.uniform() < 0.6
    f = between(rng, 250, 6000, 12)
    long = between(rng, 0.02, 0.25 if metal else 0.06, 12)
    out = np.zeros(n)
    for _ in range(4):
        answer = modes(f * rng.uniform(0.9, 1.1, 12), long, rng.uniform(0, 1, 12), 8000, rng)
        answer[:200] += burst(rng, 200 / RATE, 1500, 12e3)[:200] * uniform(rng, 0.5, 2)
        places = poisson(rng, between(rng, 15, 200), n)
        out += through(shots(n, places, rng.exponential(1, len(places))), answer)
    bed = tilted(rng, n, between(rng, 0.5, 3), 500)
    return rms_one(out) + between(rng, 0.1, 0.8) * rms_one(bed)


def rain_leaves(rng: Rng, n: int) -> np.ndarray:
    places = poisson(rng, between(rng, 12, 90), n)
    grains = [
        burst(rng, between(rng, 0.003, 0.03), between(rng, 500, 2500), between(rng, 3e3, 10e3))
        * rng.exponential(1)
        for _ in places
    ]
    soft = coloured(rng, n, [(100, -30), (800, -8), (3000, 0), (12e3, -12)])
    return rms_one(laid(n, places, grains)) + between(rng, 0.2, 1.5) * rms_one(soft)


def rain_puddles(rng: Rng, n: int) -> np.ndarray:
    out = np.zeros(n)
    for _ in range(8):
        m, f = 1600, between(rng, 1000, 7000)
        grain = np.sin(2 * np.pi * np.cumsum(f * (1 + np.linspace(0, rng.uniform(0, 0.3), m))) / RATE)
        grain *= fading(m, between(rng, 0.01, 0.05))
        places = poisson(rng, between(rng, 4, 50), n)
        out += through(shots(n, places, rng.exponential(1, len(places))), grain)
    hiss = tilted(rng, n, between(rng, 0.2, 2), 1500)
    return 0.7 * rms_one(out) + between(rng, 0.5, 2) * rms_one(hiss)


def rain_texture(rng: Rng, n: int) -> np.ndarray:
    """Noise whose bands flicker fast and each on its own."""
    frames = n // 128 + 1
    flicker = np.exp(uniform(rng, 0.3, 1.3) * rng.standard_normal((frames, 33))).repeat(8, axis=1)[:, :257]
    shape = np.interp(np.log2(BINS + 20), np.log2([100, 500, between(rng, 2e3, 9e3), 16e3]),
                      [-35, uniform(rng, -25, -8), 0, uniform(rng, -20, -3)])  # fmt: skip
    return painted(rng, n, flicker * 10 ** (shape / 20))


def wind_band(rng: Rng, n: int) -> np.ndarray:
    m = n // 128 + 1
    gust = slow(rng, m, between(rng, 0.15, 0.8)) ** 1.3
    centre = between(rng, 150, 600) * 2 ** (gust * uniform(rng, 0.5, 2))
    return painted(rng, n, hill(centre, uniform(rng, 0.4, 1.4)) * (0.1 + gust)[:, None])


def wind_low(rng: Rng, n: int) -> np.ndarray:
    return tilted(rng, n, between(rng, 5, 10), between(rng, 30, 90)) * (
        0.15 + slow(rng, n, between(rng, 0.2, 1)) ** 2
    )


def wind_howl(rng: Rng, n: int) -> np.ndarray:
    m = n // 128 + 1
    out = np.zeros((m, 257))
    gust = slow(rng, m, between(rng, 0.2, 0.7))
    for _ in range(rng.integers(1, 4)):
        centre = between(rng, 250, 1300) * 2 ** ((gust + slow(rng, m, 0.7, -0.3, 0.3)) * uniform(rng, 0.3, 1))
        out += hill(centre, uniform(rng, 0.04, 0.15)) * (gust**1.5)[:, None]
    bed = hill(np.full(m, between(rng, 150, 700)), 1.2) * (0.1 + gust)[:, None]
    return painted(rng, n, out + uniform(rng, 0.03, 0.3) * bed)


def wind_trees(rng: Rng, n: int) -> np.ndarray:
    high = coloured(rng, n, [(80, -25), (600, -8), (between(rng, 1200, 4000), 0), (14e3, -18)])
    low = tilted(rng, n, 8, 40)
    gust = slow(rng, n, between(rng, 0.2, 0.9))
    return rms_one(high) * (0.15 + gust**2) + uniform(rng, 0.1, 0.8) * rms_one(low) * gust


def wind_buffeting(rng: Rng, n: int) -> np.ndarray:
    knock = np.abs(passed(rng.standard_normal(n), None, between(rng, 3, 12), 1))
    return passed(rng.standard_normal(n), 20, between(rng, 80, 400), 1) * rms_one(
        knock
    ) ** 2 + 0.05 * wind_band(rng, n)


def wind_draught(rng: Rng, n: int) -> np.ndarray:
    """Air through a gap: hills at the harmonics of a hollow, following the gust."""
    m = n // 128 + 1
    gust = slow(rng, m, between(rng, 0.3, 1.2))
    f = between(rng, 200, 700)
    out = sum(hill(f * k * (1 + 0.15 * gust), 0.12) / k for k in range(1, 6))
    air = hill(np.full(m, between(rng, 600, 3000)), 1.2)
    return painted(rng, n, (out * gust[:, None] ** 2 + uniform(rng, 0.1, 0.5) * air * (0.2 + gust)[:, None]))


def rain_heavy(rng: Rng, n: int) -> np.ndarray:
    """Three layers of equal drops, the nearer the fewer and the lower, over the hiss of all the others."""
    out = np.zeros(n)
    for rate, low, high in ((3000, 1500, 15e3), (600, 700, 9e3), (90, 250, 5e3)):
        places = poisson(rng, rate * between(rng, 0.4, 2), n)
        train = shots(n, places, rng.choice([-1, 1], len(places)) * rng.exponential(1, len(places)))
        out += uniform(rng, 0.3, 1) * rms_one(passed(train, low, high, 1))
    return out + uniform(rng, 0, 1) * rms_one(tilted(rng, n, between(rng, 0.5, 3), between(rng, 100, 900)))


def rain_flicker(rng: Rng, n: int) -> np.ndarray:
    """Wide noise whose level jumps a hundred times a second and more, as drops near by have it."""
    gate = np.abs(passed(rng.standard_normal(n), None, between(rng, 60, 500), 1))
    wide = coloured(
        rng, n, [(100, uniform(rng, -25, -8)), (700, -6), (between(rng, 2e3, 7e3), 0), (15e3, -10)]
    )
    return wide * (rms_one(gate) ** uniform(rng, 0.5, 1.8) + uniform(rng, 0.1, 1))


def wind_whistle(rng: Rng, n: int) -> np.ndarray:
    """Wires, reeds, gaps: narrow tones, each of its own pitch, that rise and fall together over the roar."""
    m = n // 128 + 1
    gust = slow(rng, m, between(rng, 0.2, 1.5)) + 0.1 * slow(rng, m, 12)
    out = np.zeros((m, 257))
    for f in between(rng, 120, 2500, rng.integers(1, 5)):
        out += (
            hill(f * (1 + uniform(rng, 0.2, 1.2) * gust), uniform(rng, 0.03, 0.12))
            * (0.05 + gust[:, None]) ** 2
        )
    roar = tilted(rng, n, between(rng, 4, 7), between(rng, 25, 80)) * (0.2 + slow(rng, n, 1))
    return rms_one(painted(rng, n, out)) * between(rng, 0.2, 1) + rms_one(roar)


def wind_gusty(rng: Rng, n: int) -> np.ndarray:
    gust = (0.3 + slow(rng, n, between(rng, 0.3, 1)) + 0.4 * slow(rng, n, 5)) ** uniform(rng, 1, 2)
    air = coloured(
        rng, n, [(20, -3), (between(rng, 60, 400), 0), (2000, uniform(rng, -30, -12)), (14e3, -45)]
    )
    return air * gust


def wind_rough(rng: Rng, n: int) -> np.ndarray:
    """Gusts within gusts: loudness that is rough on every scale, low roar, rustling above it in step."""
    loud = np.exp(uniform(rng, 0.2, 0.6) * sum(slow(rng, n, rate, -1, 1) for rate in (0.4, 1, 2.5, 6, 15)))
    roar = coloured(
        rng, n, [(20, -4), (between(rng, 50, 300), 0), (1500, uniform(rng, -26, -10)), (14e3, -40)]
    )
    rustle = coloured(rng, n, [(200, -30), (between(rng, 900, 3500), 0), (9000, -8), (14e3, -20)])
    return (rms_one(roar) + between(rng, 0.02, 0.5) * rms_one(rustle) * loud) * loud


def rain_pattering(rng: Rng, n: int) -> np.ndarray:
    """Clicks of two shapes, one hard and short, one soft, at 100 to 4000 a second; no bed at all."""
    out = np.zeros(n)
    for _ in range(2):
        places = poisson(rng, between(rng, 50, 2000), n)
        sizes = rng.choice([-1, 1], len(places)) * rng.pareto(uniform(rng, 1.5, 3), len(places)).clip(max=12)
        out += through(
            shots(n, places, sizes), burst(rng, between(rng, 0.0008, 0.006), between(rng, 200, 2500), 15e3)
        )
    return out


FAMILIES = {
    "rain": [
        rain_drops,
        rain_hiss,
        rain_roof,
        rain_leaves,
        rain_puddles,
        rain_texture,
        rain_heavy,
        rain_flicker,
        rain_pattering,
    ],
    "wind": [
        wind_band,
        wind_low,
        wind_howl,
        wind_trees,
        wind_buffeting,
        wind_draught,
        wind_whistle,
        wind_gusty,
        wind_rough,
    ],
}
