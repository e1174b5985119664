"""Footsteps, glass, engines, sirens, bells by physical models apart from training/effects. 48 kHz."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

RATE = 48_000
Rng = np.random.Generator


def _plate(rng: Rng, low: float, high: float, damping: float, long: float) -> np.ndarray:
    """Answer of a simply supported plate: f = low/2 (i² + (j r)²)."""
    t = np.arange(int(long * RATE)) / RATE
    out = np.zeros(len(t))
    side = rng.uniform(0.6, 1.6)
    spot = rng.uniform(0.1, 0.9, 2)
    for i in range(1, 12):
        for j in range(1, 12):
            f = low / 2 * (i * i + (j * side) ** 2)
            if f < high:
                size = np.sin(np.pi * i * spot[0]) * np.sin(np.pi * j * spot[1])
                out += size * np.exp(-t * damping * (1 + f / 1500)) * np.sin(2 * np.pi * f * t)
    return out


def _cadence(rng: Rng, seconds: float) -> list[float]:
    period, at, places = 1 / rng.uniform(1.4, 2.8), rng.uniform(0, 0.2), []
    while at < seconds:
        places.append(at)
        at += period * rng.uniform(0.93, 1.07)
    return places


def steps_hertz(rng: Rng, seconds: float) -> np.ndarray:
    """Hertz contacts of heel and ball (half-sines to 1.5) on a plate floor."""
    n = int(seconds * RATE)
    force = np.zeros(n + RATE)
    heel, ball = rng.uniform(0.001, 0.006), rng.uniform(0.003, 0.012)
    gap = rng.uniform(0.06, 0.15)
    for at in _cadence(rng, seconds):
        for after, long, size in ((0, heel, 1.0), (gap * rng.uniform(0.9, 1.1), ball, rng.uniform(0.3, 0.7))):
            m = max(4, int(long * rng.uniform(0.85, 1.2) * RATE))
            start = int((at + after) * RATE)
            force[start : start + m] += size * np.sin(np.pi * np.arange(m) / m) ** 1.5 / m
            scrape = int(0.02 * RATE)
            force[start : start + scrape] += (
                0.002 * size * rng.standard_normal(scrape) * np.linspace(1, 0, scrape)
            )
    floor = _plate(rng, rng.uniform(40, 140), 7000, rng.uniform(20, 70), 0.3)
    floor[0] += rng.uniform(0.5, 3)
    return fftconvolve(force, floor)[:n]


def steps_particles(rng: Rng, seconds: float) -> np.ndarray:
    """Cook's gait: a ground reaction force of two humps gives energy to grains that collide by chance."""
    n = int(seconds * RATE)
    energy = np.zeros(n)
    long = rng.uniform(0.2, 0.4)
    x = np.linspace(0, 1, int(long * RATE))
    grf = np.exp(-(((x - 0.2) / 0.1) ** 2)) + rng.uniform(0.4, 0.9) * np.exp(-(((x - 0.7) / 0.13) ** 2))
    for at in _cadence(rng, seconds):
        start = int(at * RATE)
        end = min(n, start + len(x))
        energy[start:end] += (grf * rng.uniform(0.7, 1))[: end - start]
    rate = rng.uniform(300, 3000)
    hits = (rng.uniform(size=n) < rate / RATE * energy) * energy * rng.standard_normal(n)
    body = np.zeros(n)
    for _ in range(2):
        f, r = rng.uniform(800, 5500), rng.uniform(0.93, 0.985)
        body += lfilter([1 - r], [1, -2 * r * np.cos(2 * np.pi * f / RATE), r * r], hits)
    weight = lfilter([0.01], [1, -0.99], energy * rng.standard_normal(n))
    return body / (body.std() + 1e-9) + rng.uniform(0.1, 0.8) * weight / (weight.std() + 1e-9)


def glass_shards(rng: Rng, seconds: float) -> np.ndarray:
    """A pane divides by chance; each shard falls, bounces as physics has it, rings with its own size."""
    n = int(seconds * RATE)
    out = np.zeros(n + RATE)
    start, height = rng.uniform(0.02, 0.2), rng.uniform(0.3, 1.8)
    shards = [1.0]
    while len(shards) < rng.integers(30, 90):
        one = shards.pop(int(np.argmax(shards)))
        part = rng.uniform(0.2, 0.8)
        shards += [one * part, one * (1 - part)]
    thick = rng.uniform(0.6, 1.6)
    m = int(0.25 * RATE)
    crack = sosfilt(butter(1, 1200, "high", fs=RATE, output="sos"), rng.standard_normal(m)) * np.exp(
        -np.arange(m) / RATE * rng.uniform(15, 50)
    )
    out[int(start * RATE) : int(start * RATE) + m] += crack * rng.uniform(0.5, 2)
    for size in shards:
        f = min(1500 * thick / size**0.4 * rng.uniform(0.7, 1.4) / 2, 15_000)
        fall = height * rng.uniform(0.3, 1)
        at, speed = start + np.sqrt(2 * fall / 9.81), np.sqrt(2 * 9.81 * fall)
        for _ in range(rng.integers(1, 5)):
            place = int(at * RATE)
            if place < n:
                t = np.arange(int(0.12 * RATE)) / RATE
                for ratio, part in ((1, 1), (1.73, 0.6), (2.33, 0.5), (3.91, 0.3)):
                    if f * ratio < 18_000:
                        out[place : place + len(t)] += (
                            size**0.4
                            * speed
                            * 0.12
                            * part
                            * np.exp(-t * (25 + f * ratio / 150))
                            * np.sin(2 * np.pi * f * ratio * t + rng.uniform(0, 6))
                        )
            speed *= rng.uniform(0.2, 0.5)
            at += 2 * speed / 9.81
    return out[:n]


def glass_waveguides(rng: Rng, seconds: float) -> np.ndarray:
    """Short, bright delay loops struck by an impulse shower whose rate and force die away."""
    n = int(seconds * RATE)
    at = np.arange(n) / RATE
    start = rng.uniform(0.02, 0.25)
    life = rng.uniform(0.25, 0.9)
    after = np.clip(at - start, 0, None)
    out = np.zeros(n)
    for _ in range(14):
        rate = rng.uniform(15, 120) * np.exp(-after / life) * (at >= start)
        hits = (rng.uniform(size=n) < rate / RATE) * rng.exponential(1, n) * np.exp(-after / (life * 1.5))
        delay = int(RATE / rng.uniform(2200, 9000)) + 1
        g = rng.uniform(0.95, 0.992)
        a = np.zeros(delay + 2)
        a[0], a[delay], a[delay + 1] = 1, -g * 0.75, -g * 0.25
        out += lfilter([1.0, -0.7], a, hits)
    crash = rng.standard_normal(n) * np.exp(-after / rng.uniform(0.03, 0.12)) * (at >= start)
    crash = sosfilt(butter(2, [1500, 14_000], "band", fs=RATE, output="sos"), crash)
    return out / np.abs(out).max(initial=1e-9) + rng.uniform(0.4, 1.2) * crash / np.abs(crash).max(
        initial=1e-9
    )


def engine_cylinders(rng: Rng, seconds: float) -> np.ndarray:
    """Cylinders on a crank: valve pulses sent into exhaust pipes that are delay lines open at one end."""
    n = int(seconds * RATE)
    cylinders = rng.choice([1, 2, 3, 4, 6, 8])
    turn = np.exp(rng.uniform(np.log(11), np.log(70)))
    turns = turn * (1 + 0.03 * np.cumsum(rng.standard_normal(n)) / np.sqrt(RATE))
    if rng.uniform() < 0.5:
        turns = turns * np.linspace(1, rng.uniform(0.6, 2.2), n)
    crank = np.cumsum(np.clip(turns, 5, 160)) / RATE / 2
    pressure = np.zeros(n)
    for k in range(cylinders):
        angle = (crank + k / cylinders) % 1
        valve = np.clip(np.sin(np.pi * np.clip(angle / 0.28, 0, 1)), 0, None) ** 2 * np.exp(
            -angle * rng.uniform(8, 20)
        )
        pressure += valve * rng.uniform(0.8, 1.2)
    pressure *= 1 + 0.25 * lfilter([0.05], [1, -0.95], rng.standard_normal(n))
    pipe = int(RATE * 2 * rng.uniform(0.5, 2.5) / 450)
    a = np.zeros(pipe + 2)
    a[0], a[pipe], a[pipe + 1] = 1, 0.5 * rng.uniform(0.5, 0.9), 0.4 * rng.uniform(0.5, 0.9)
    sound = np.diff(lfilter([1], a, pressure), prepend=0)
    intake = lfilter([1], [1, -0.9], rng.standard_normal(n)) * (0.2 + pressure)
    return sound / sound.std() + rng.uniform(0.05, 0.35) * intake / intake.std()


def engine_modulated(rng: Rng, seconds: float) -> np.ndarray:
    """Frequency modulation at half orders, folded over: no pulses, no pipes."""
    n = int(seconds * RATE)
    f = np.exp(rng.uniform(np.log(28), np.log(110)))
    load = np.interp(np.linspace(0, 5, n), np.arange(6), rng.uniform(0.9, 1.25, 6))
    phase = 2 * np.pi * np.cumsum(f * load) / RATE
    index = rng.uniform(1.5, 5)
    wave = np.sin(phase + index * np.sin(phase / 2) + rng.uniform(0.3, 2) * np.sin(3 * phase + 1))
    wave = np.arctan(rng.uniform(2, 9) * wave) * (1 + 0.3 * np.sin(phase / 2))
    gears = np.sin(phase * rng.integers(7, 19)) * rng.uniform(0, 0.15)
    rattle = rng.standard_normal(n) * np.clip(np.sin(phase), 0, None) ** 6
    rattle = sosfilt(butter(1, [300, 5000], "band", fs=RATE, output="sos"), rattle)
    out = wave + gears + rng.uniform(0.1, 0.8) * rattle
    return sosfilt(butter(1, rng.uniform(1200, 6000), fs=RATE, output="sos"), out)


def siren_circuit(rng: Rng, seconds: float) -> np.ndarray:
    """A timer charges and discharges a capacitor that drives a square oscillator; horn; a car that goes
    by."""
    n = int(seconds * RATE)
    charge, leak = rng.uniform(0.06, 2.0, 2)
    volt, up = 0.35, True
    volts = np.zeros(n // 48 + 1)
    for k in range(len(volts)):
        volt += ((1 - volt) / charge if up else -volt / leak) * 0.001
        if volt > 0.667:
            up = False
        elif volt < 0.333:
            up = True
        volts[k] = volt
    drive = np.interp(np.arange(n), np.arange(len(volts)) * 48, volts)
    f = rng.uniform(900, 1700) * (drive / 0.5) ** rng.uniform(0.9, 1.7)
    t = np.arange(n) / RATE
    if rng.uniform() < 0.6:
        x = (t - rng.uniform(0.2, 0.8) * seconds) * rng.uniform(8, 25)
        r = np.sqrt(x * x + rng.uniform(5, 25) ** 2)
        f = f * (1 - np.gradient(r) * RATE / 340)
        loud = 10 / r
    else:
        loud = np.ones(n)
    phase = np.cumsum(f) / RATE
    square = np.tanh(6 * np.sin(2 * np.pi * phase))
    low = rng.uniform(400, 900)
    return sosfilt(butter(1, [low, low * rng.uniform(3, 7)], "band", fs=RATE, output="sos"), square) * loud


def siren_disk(rng: Rng, seconds: float) -> np.ndarray:
    """A disk chops air through two rows of ports; a motor with inertia turns it up and lets it run down."""
    n = int(seconds * RATE)
    ports = rng.choice([[8, 10], [9, 12], [10, 12], [12, 0], [6, 9]])
    top, inertia = rng.uniform(35, 62), rng.uniform(0.8, 3)
    period = rng.uniform(2, 6)
    speed, speeds = rng.uniform(0.2, 1) * top, np.zeros(n // 480 + 2)
    offset = rng.uniform(0, period)
    for k in range(len(speeds)):
        on = ((k * 0.01 + offset) % period) < period * 0.6
        speed += ((top if on else top * 0.3) - speed) / inertia * 0.01
        speeds[k] = speed
    turns = np.cumsum(np.interp(np.arange(n), np.arange(len(speeds)) * 480, speeds)) / RATE
    out = np.zeros(n)
    for count in ports:
        if count:
            x = turns * count % 1
            opened = np.clip(1 - np.abs(x - 0.5) * rng.uniform(2.2, 5), 0, 1)
            out += opened * (1 + 0.08 * rng.standard_normal(n))
    return sosfilt(butter(1, [150, rng.uniform(2500, 8000)], "band", fs=RATE, output="sos"), out - out.mean())


def bell_shell(rng: Rng, seconds: float) -> np.ndarray:
    """A shell: f ~ m² to m^1.7, every mode a pair split by its flaws, struck at an angle with a soft
    hammer."""
    n = int(seconds * RATE)
    t = np.arange(n) / RATE
    base = np.exp(rng.uniform(np.log(180), np.log(1600)))
    power, loss = rng.uniform(1.4, 2), rng.uniform(0.3, 1.6)
    hammer = rng.uniform(2000, 9000)
    strike = np.zeros(n)
    for m in range(2, 10):
        f = base * (m / 2) ** power
        if f > 16_000:
            break
        angle = rng.uniform(0, 1.57)
        for part, shift in ((np.cos(angle), 0.0), (np.sin(angle), rng.uniform(0.2, 4))):
            strike += (
                part
                * np.exp(-f / hammer)
                * np.exp(-t * loss * (f / base) ** 0.7)
                * np.sin(2 * np.pi * (f + shift) * t)
            )
    out = np.zeros(n)
    gap = rng.uniform(0.5, 3)
    at = rng.uniform(0.01, 0.2)
    while at < seconds:
        start = int(at * RATE)
        out[start:] += strike[: n - start] * rng.uniform(0.6, 1)
        at += gap * rng.uniform(0.9, 1.1)
    return out


def bell_stretched(rng: Rng, seconds: float) -> np.ndarray:
    """A delay loop with an all-pass in it: its partials stretch apart; struck by a short noise."""
    n = int(seconds * RATE)
    out = np.zeros(n)
    delay, g = int(RATE / np.exp(rng.uniform(np.log(300), np.log(1500)))), rng.uniform(0.994, 0.9992)
    c = rng.uniform(-0.75, -0.35)
    chain_top, chain_low = np.array([1.0]), np.array([1.0])
    for _ in range(rng.integers(2, 5)):
        chain_top, chain_low = np.convolve(chain_top, [c, 1.0]), np.convolve(chain_low, [1.0, c])
    loop = np.convolve(np.r_[np.zeros(delay), g * np.array([0.04, 0.92, 0.04])], chain_top)
    a = np.zeros(max(len(loop), len(chain_low)))
    a[: len(chain_low)] += chain_low
    a[: len(loop)] -= loop
    at = rng.uniform(0.01, 0.2)
    gap = rng.uniform(0.35, 2.5)
    hits = np.zeros(n)
    while at < seconds:
        start, m = int(at * RATE), rng.integers(20, 120)
        end = min(n, start + m)
        hits[start:end] += (rng.standard_normal(m) * np.hanning(m))[: end - start] * rng.uniform(0.6, 1)
        at += gap * rng.uniform(0.9, 1.1)
    out = lfilter(chain_low, a, hits)
    return out if np.isfinite(out).all() and np.abs(out).max() < 1e6 else bell_shell(rng, seconds)


FAMILIES = {
    "footsteps": (steps_hertz, steps_particles),
    "glass": (glass_shards, glass_waveguides),
    "engine": (engine_cylinders, engine_modulated),
    "siren": (siren_circuit, siren_disk),
    "bell": (bell_shell, bell_stretched),
}
