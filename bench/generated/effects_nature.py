"""Rain, wind, fire, thunder, birds by physical models apart from training/effects. 48 kHz."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

RATE = 48_000
Rng = np.random.Generator


def rain_impacts(rng: Rng, seconds: float) -> np.ndarray:
    """Drops of the Marshall & Palmer sizes at terminal speed: an impact pulse as long as the drop is wide
    over its speed, and for the sizes that trap air a bubble at its Minnaert frequency."""
    n = int(seconds * RATE)
    out = np.zeros(n + 4000)
    rain = np.exp(rng.uniform(np.log(4), np.log(80)))  # mm an hour
    slope = 4.1 * rain**-0.21
    count = int(min(9000, 150 * rain**0.6) * seconds)
    wide = np.clip(rng.exponential(1 / slope, count) + 0.4, 0.4, 6)  # mm
    speed = 9.65 - 10.3 * np.exp(-0.6 * wide)
    away = np.sqrt(rng.uniform(0.3, 60, count))
    wet = rng.uniform() < 0.6
    hard = rng.uniform(0.6, 3.0)
    places = rng.integers(0, n, count)
    for at, d, v, r in zip(places, wide, speed, away, strict=True):
        m = max(2, int(hard * d / v / 1000 * RATE))
        out[at : at + m] += rng.choice([-1, 1]) * d**2 * v / r * np.hanning(m + 2)[1:-1] / m
        if wet and 0.8 < d < 1.1:
            f, t = 3000 / rng.uniform(0.3, 0.9) / 1.0, np.arange(700) / RATE
            out[at : at + 700] += 0.15 * d**2 * v / r * np.sin(2 * np.pi * f * t) * np.exp(-t * 400)
    return np.diff(out, prepend=0)[:n]


def rain_bands(rng: Rng, seconds: float) -> np.ndarray:
    """A texture after McDermott & Simoncelli: bands of noise, each with a heavy-tailed envelope of its own
    that its neighbours share in part."""
    n = int(seconds * RATE)
    edges = np.geomspace(200, 15_000, 19)
    common = np.abs(sosfilt(butter(1, 120, fs=RATE, output="sos"), rng.standard_normal(n)))
    out = np.zeros(n)
    peak = rng.uniform(8, 16)
    for number in range(18):
        band = sosfilt(
            butter(2, edges[number : number + 2], "band", fs=RATE, output="sos"), rng.standard_normal(n)
        )
        own = np.abs(sosfilt(butter(1, rng.uniform(60, 300), fs=RATE, output="sos"), rng.standard_normal(n)))
        envelope = (own / own.mean()) ** rng.uniform(1, 1.8) + 0.4 * common / common.mean()
        out += band * envelope * 10 ** (-abs(number - peak) * rng.uniform(0.6, 1.6) / 20) / band.std()
    return out


def wind_wires(rng: Rng, seconds: float) -> np.ndarray:
    """Aeolian tones (Strouhal 0.2) of a few obstacles in a turbulent stream, and the stream's own roar."""
    n = int(seconds * RATE)
    steps = n // 480 + 2
    speed = np.zeros(steps)
    mean, now = rng.uniform(4, 12), 0.0
    for k in range(steps):
        now += -now * 0.01 / rng.uniform(0.6, 1.5) + rng.standard_normal() * 0.03 * mean
        speed[k] = max(0.8, mean + now)
    u = np.interp(np.arange(n), np.arange(steps) * 480, speed)
    out = np.zeros(n)
    for d in np.exp(rng.uniform(np.log(0.002), np.log(0.012), rng.integers(1, 5))):
        phase = 2 * np.pi * np.cumsum(0.2 * u / d) / RATE
        carry = lfilter([0.004], [1, -0.996], rng.standard_normal((2, n)), axis=1)
        out += (carry[0] * np.cos(phase) + carry[1] * np.sin(phase)) * (u / mean) ** 3
    roar = lfilter([1], [1, -0.985], rng.standard_normal(n)) * (u / mean) ** 2
    return out / out.std() * rng.uniform(0.3, 1) + roar / roar.std()


def wind_cascade(rng: Rng, seconds: float) -> np.ndarray:
    """Intermittent turbulence: a multiplicative cascade modulates noise of a −5/3 spectrum; leaves above
    it."""
    n = int(seconds * RATE)
    power = np.ones(1)
    while len(power) < seconds * 64:
        power = np.repeat(power, 2) * rng.lognormal(0, 0.22, 2 * len(power))
    envelope = np.interp(np.linspace(0, len(power) - 1, n), np.arange(len(power)), power)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hertz = np.fft.rfftfreq(n, 1 / RATE)
    corner = rng.uniform(60, 500)
    spectrum *= (1 + (hertz / corner) ** 2) ** (-5 / 12 * rng.uniform(1, 2)) * (hertz > 20)
    flow = np.fft.irfft(spectrum, n)
    leaves = sosfilt(
        butter(1, [rng.uniform(800, 2500), 8000], "band", fs=RATE, output="sos"), rng.standard_normal(n)
    )
    return flow / flow.std() * np.sqrt(envelope) + rng.uniform(0, 0.4) * leaves / leaves.std() * envelope


def fire_avalanche(rng: Rng, seconds: float) -> np.ndarray:
    """Wood that cracks: energies by a power law, each with aftershocks after Omori; combustion noise
    below."""
    n = int(seconds * RATE)
    out = np.zeros(n + 4000)
    for at in rng.integers(0, n, max(3, rng.poisson(rng.uniform(2, 8) * seconds))):
        main = (1 - rng.uniform()) ** (-1 / 1.2)
        times = [0.0, *np.cumsum(0.004 * (rng.pareto(0.9, rng.integers(0, 18)) + 0.2))]
        for after in times:
            place = at + int(after * RATE)
            size = min(main, 15) * (1 if after == 0 else rng.uniform(0.05, 0.7))
            if place < n:
                t = np.arange(1500) / RATE
                tau = rng.uniform(0.0003, 0.003)
                f = rng.uniform(700, 5000)
                shape = (np.exp(-t / tau) - np.exp(-t / tau * 6)) * (
                    np.cos(2 * np.pi * f * t) + 0.7 * rng.standard_normal(1500)
                )
                out[place : place + 1500] += size * shape
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hertz = np.fft.rfftfreq(n, 1 / RATE)
    spectrum *= (hertz > 25) / (1 + (hertz / rng.uniform(80, 400)) ** 2) ** (2.5 / 4)
    breath = np.fft.irfft(spectrum, n)
    puff = 1 + 0.6 * np.sin(
        2
        * np.pi
        * np.cumsum(rng.uniform(5, 13) + lfilter([0.001], [1, -0.999], rng.standard_normal(n)) * 40)
        / RATE
    )
    return out[:n] / (out[:n].std() + 1e-9) + rng.uniform(0.2, 1.1) * breath / breath.std() * puff


def fire_intermittent(rng: Rng, seconds: float) -> np.ndarray:
    """The Pomeau & Manneville map says when it snaps: long calm, then chaos; snaps drive a bark resonance."""
    n = int(seconds * RATE)
    steps = n // 64
    x, z = rng.uniform(0.1, 0.9), rng.uniform(1.6, 2.1)
    train = np.zeros(n)
    for k in range(steps):
        x = (x + x**z) % 1
        if x > 0.80 and rng.uniform() < 0.35:
            train[k * 64 + rng.integers(0, 64)] += rng.exponential() ** 2.5
    low, high = rng.uniform(800, 1500), rng.uniform(4000, 12_000)
    snaps = sosfilt(butter(2, [low, high], "band", fs=RATE, output="sos"), train)
    noise = rng.standard_normal(n)
    roar = lfilter([1], [1, -rng.uniform(0.96, 0.99)], noise) * (
        1 + 0.5 * np.abs(lfilter([0.002], [1, -0.998], rng.standard_normal(n))) * 30
    )
    return snaps / (snaps.std() + 1e-9) + rng.uniform(0.15, 0.9) * roar / roar.std()


def thunder_channel(rng: Rng, seconds: float) -> np.ndarray:
    """After Ribner & Roy: a tortuous channel of shocks, each an N-wave, late and weak as its distance has
    it."""
    n = int(seconds * RATE)
    out = np.zeros(n)
    away = np.exp(rng.uniform(np.log(200), np.log(4000)))
    step = rng.standard_normal((1500, 3)) * 6 + np.array([rng.uniform(-3, 3), rng.uniform(-3, 3), 3.5])
    points = np.cumsum(step, axis=0) + np.array([away, 0, 0])
    r = np.linalg.norm(points, axis=1)
    facing = 1 - np.abs(np.sum(step * points, axis=1)) / (np.linalg.norm(step, axis=1) * r)
    delay = (r - r.min()) / 340
    for d, distance, size in zip(delay, r, facing, strict=True):
        at = int((d + 0.05) * RATE)
        if at < n:
            long = int(RATE * 0.004 * (distance / 300) ** 0.25)
            wave = np.linspace(1, -1, long) * size * 300 / distance
            end = min(n, at + long)
            out[at:end] += wave[: end - at]
    air = 12_000 / (1 + away / 250)
    out = sosfilt(butter(1, max(air, 150), fs=RATE, output="sos"), out)
    for k in range(6):  # hills send it back
        lag = int(rng.uniform(0.2, 2.5) * RATE)
        if lag < n:
            out[lag:] += (
                0.45
                / (1 + k * 0.4)
                * sosfilt(butter(1, max(air / 3, 100), fs=RATE, output="sos"), out[: n - lag])
            )
    return out


def thunder_blast(rng: Rng, seconds: float) -> np.ndarray:
    """A Friedlander blast wave, its echoes from chance faces, dust and pressure rumbling after it."""
    n = int(seconds * RATE)
    out = np.zeros(n)
    t = np.arange(int(0.5 * RATE)) / RATE
    tau = np.exp(rng.uniform(np.log(0.008), np.log(0.06)))
    wave = (1 - t / tau) * np.exp(-t / tau)
    start = rng.uniform(0.02, 0.15)
    for k in range(rng.integers(5, 40)):
        at = int((start + (rng.exponential(0.5) if k else 0)) * RATE)
        if at < n:
            end = min(n, at + len(wave))
            out[at:end] += (1.0 if not k else rng.uniform(-0.4, 0.4)) * wave[: end - at]
    noise = lfilter([1], [1, -rng.uniform(0.95, 0.998)], rng.standard_normal(n))
    after = np.clip(np.arange(n) / RATE - start, 0, None)
    noise *= after**0.2 * np.exp(-after / rng.uniform(0.4, 1.8)) * (after > 0)
    return out + rng.uniform(0.2, 0.9) * noise / np.abs(noise).max()


def birds_syrinx(rng: Rng, seconds: float) -> np.ndarray:
    """The syrinx after Laje & Mindlin: x″ = a + b x + … of labia under pressure and tension gestures, all
    syllables integrated side by side, then put one after another."""
    n, kinds = int(seconds * RATE), rng.integers(1, 4)
    steps = int(0.25 * RATE)
    clock = np.linspace(0, 1, steps)
    base = np.exp(rng.uniform(np.log(1800), np.log(5000), kinds))
    bend = rng.uniform(-0.5, 0.6, kinds)
    curl = rng.uniform(-0.3, 0.3, kinds)
    tension = base[:, None] * (
        1 + bend[:, None] * clock + curl[:, None] * np.sin(2 * np.pi * rng.integers(1, 4) * clock)
    )
    pressure = np.sin(np.pi * clock) ** 0.6
    x, y = np.full(kinds, 0.01), np.zeros(kinds)
    made = np.zeros((kinds, steps))
    for k in range(steps):
        w = 2 * np.pi * tension[:, k] / RATE
        for _ in range(2):  # half steps keep it stable
            y += 0.5 * (-w * w * x + w * (0.35 * pressure[k] - 0.1 - 0.9 * x * x) * y)
            x += 0.5 * y
        made[:, k] = y / w
    out, at = np.zeros(n), int(rng.uniform(0.01, 0.2) * RATE)
    long = int(rng.uniform(0.05, 0.25) * RATE)
    while at < n:
        phrase = rng.integers(2, 9)
        kind = rng.integers(kinds)
        for _ in range(phrase):
            grain = np.interp(np.linspace(0, steps - 1, steps), np.arange(steps), made[kind])[:long]
            grain = grain * np.hanning(len(grain)) ** 0.5
            end = min(n, at + len(grain))
            if end > at:
                out[at:end] += grain[: end - at]
            at += long + int(rng.uniform(0.01, 0.1) * RATE)
        at += int(rng.uniform(0.1, 0.8) * RATE)
    return out


def birds_two_voices(rng: Rng, seconds: float) -> np.ndarray:
    """Two sources that beat against one another, their contours ellipses of pressure and tension; far and
    near."""
    n = int(seconds * RATE)
    out = np.zeros(n)
    for _ in range(rng.integers(1, 4)):
        centre, wide = np.exp(rng.uniform(np.log(2000), np.log(5500))), rng.uniform(0.08, 0.35)
        phase0, lean, near = rng.uniform(0, 6.28), rng.uniform(0, 6.28), rng.uniform(0.2, 1)
        long, gap = rng.uniform(0.06, 0.4), rng.uniform(0.04, 0.5)
        at = rng.uniform(0, 0.3)
        while at < seconds:
            m = int(long * RATE)
            turn = 2 * np.pi * np.arange(m) / m
            f = centre * (1 + wide * np.cos(turn + phase0))
            loud = np.clip(np.sin(turn / 2) * (1 + 0.5 * np.sin(turn + lean)), 0, None)
            one = np.sin(2 * np.pi * np.cumsum(f) / RATE)
            other = np.sin(2 * np.pi * np.cumsum(f * 1.02 + 90) / RATE)
            grain = near * loud * (one + 0.6 * other + 0.3 * one * other)
            start = int(at * RATE)
            end = min(n, start + m)
            out[start:end] += grain[: end - start]
            at += long + gap * (1 if rng.uniform() < 0.7 else 4)
    return out + 0.002 * rng.standard_normal(n)


FAMILIES = {
    "rain": (rain_impacts, rain_bands),
    "wind": (wind_wires, wind_cascade),
    "fire": (fire_avalanche, fire_intermittent),
    "thunder": (thunder_channel, thunder_blast),
    "birds": (birds_syrinx, birds_two_voices),
}
