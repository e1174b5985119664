"""Where a sound can go round: two places that sound the same before and after, on zero-crossings."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

HOP = 0.010  # seconds between places that are compared
AROUND = 12  # hops on either side that must be alike
BANDS = 24
SHORTEST = 0.4  # seconds of a loop
BLEND = 0.060  # seconds that are blended when it is written
SEARCH = 0.012  # seconds in which the two waves are laid on one another
MATCHED = 0.004  # seconds of wave that are compared there
GOOD = 0.6  # seam score from which on a sound is said to loop

Sound = NDArray[np.float32]


class Loop(msgspec.Struct, frozen=True, kw_only=True):
    """start, end: samples of the file; sample `end` is followed by `start`. seam: 0 … 1, 1 where nobody could
    tell it from the sound's own going on."""

    start: int
    end: int
    seam: float


def best_loop(sound: Sound, rate: int) -> Loop | None:
    """The best loop of mono sound (n,); None where it is too short, or silent. The longer of two as good."""
    hop = max(1, round(HOP * rate))
    spectra = _spectra(sound, rate, hop)
    count = len(spectra)
    least = max(round(SHORTEST / HOP), round(0.4 * count))
    if count < least + 2 * AROUND or not np.any(sound):
        return None
    firsts = np.arange(AROUND, max(AROUND + 1, round(0.35 * count)))
    lasts = np.arange(round(0.65 * count), count - AROUND)
    if not len(lasts):
        return None
    firsts, lasts = firsts[:: 1 + len(firsts) // 400], lasts[:: 1 + len(lasts) // 400]
    around = np.arange(-AROUND, AROUND)
    one = spectra[firsts[:, None] + around].reshape(len(firsts), -1)
    other = spectra[lasts[:, None] + around].reshape(len(lasts), -1)
    away = np.square(one).sum(1)[:, None] + np.square(other).sum(1)[None] - 2 * one @ other.T
    away = np.sqrt(np.maximum(away, 0) / one.shape[1])
    long = (lasts[None] - firsts[:, None]) / count
    away = np.where(lasts[None] - firsts[:, None] >= least, away * (1.35 - 0.35 * long), np.inf)
    if not np.isfinite(away).any():
        return None
    first, last = np.unravel_index(int(np.argmin(away)), away.shape)
    start, end = _laid(sound, rate, int(firsts[first]) * hop, int(lasts[last]) * hop)
    return Loop(start=start, end=end, seam=round(seam(sound, rate, start, end), 3))


def seam(sound: Sound, rate: int, start: int, end: int) -> float:
    """How well `start` follows on `end`, 0 … 1: the jump of the wave beside its own steps, and the change of
    the spectrum over 40 ms beside the changes that the sound has anyway."""
    steps = np.abs(np.diff(sound.astype(np.float64)))
    own = float(np.percentile(steps, 90)) + 1e-7
    jump = abs(float(sound[start]) - float(sound[end - 1]))
    hop = max(1, round(HOP * rate))
    size = 4 * hop
    before, after = sound[max(end - size, 0) : end], sound[start : start + size]
    change = _distance(before, after, rate)
    places = np.linspace(size, len(sound) - size, 40).astype(int)
    usual = [_distance(sound[at - size : at], sound[at : at + size], rate) for at in places if at >= size]
    typical = float(np.median(usual)) + 0.5 if usual else 1.0
    clicks = np.exp(-max(0.0, jump / own - 1))
    return float(clicks * np.exp(-max(0.0, change / typical - 1)))


def looped(sound: Sound, rate: int, loop: Loop) -> Sound:
    """The seamless loop of (n, channels): its last 60 ms are blended into what comes before its start, by
    gains that hold the level however alike the two are."""
    made = sound[loop.start : loop.end].copy()
    size = min(round(BLEND * rate), loop.start, len(made) // 2)
    if size < 2:
        return made
    out, lead = made[-size:], sound[loop.start - size : loop.start]
    up = np.linspace(0, 1, size, dtype=np.float32)[:, None]
    alike = float(np.sum(out * lead) / (np.sqrt(np.sum(out**2) * np.sum(lead**2)) + 1e-12))
    alike = float(np.clip(alike, 0, 1))
    hold = np.sqrt((1 - up) ** 2 + up**2 + 2 * alike * up * (1 - up))
    made[-size:] = (out * (1 - up) + lead * up) / np.maximum(hold, 1e-3)
    return made


def _laid(sound: Sound, rate: int, start: int, end: int) -> tuple[int, int]:
    """Both brought to rising zero-crossings, the end where the wave is most like that at the start."""
    reach, size = round(SEARCH * rate), max(8, round(MATCHED * rate))
    start = _crossing(sound, start, reach)
    want = sound[max(start - size, 0) : start + size].astype(np.float64)
    lead = min(start, size)
    best, found = -np.inf, end
    for at in _crossings(sound, end - reach, end + reach):
        have = sound[max(at - lead, 0) : at - lead + len(want)].astype(np.float64)
        if at - lead < 0 or len(have) < len(want):
            continue
        alike = -float(np.sum(np.square(have - want)))
        if alike > best:
            best, found = alike, at
    return start, found


def _crossings(sound: Sound, first: int, last: int) -> list[int]:
    part = sound[max(first, 1) - 1 : last]
    return [int(one) + max(first, 1) for one in np.flatnonzero((part[:-1] < 0) & (part[1:] >= 0))]


def _crossing(sound: Sound, near: int, reach: int) -> int:
    found = _crossings(sound, near - reach, near + reach)
    return min(found, key=lambda at: abs(at - near)) if found else near


def _spectra(sound: Sound, rate: int, hop: int) -> NDArray[np.float32]:
    """(hops, 24) dB of bands even on a logarithmic scale, of windows of 4 hops."""
    size = 4 * hop
    if len(sound) < size:
        return np.zeros((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop]
    window, shape = np.hanning(size).astype(np.float32), _bands(size, rate)
    made = np.empty((len(frames), BANDS), np.float32)
    for at in range(0, len(frames), 256):
        power = np.square(np.abs(np.fft.rfft(frames[at : at + 256] * window, axis=1)))
        made[at : at + 256] = power @ shape
    top = made.max(initial=1e-20)
    decibels: NDArray[np.float32] = (10 * np.log10(np.maximum(made, top * 1e-7))).astype(np.float32)
    return decibels


def _bands(size: int, rate: int) -> NDArray[np.float32]:
    hertz = np.fft.rfftfreq(size, 1 / rate)
    edges = np.geomspace(60, min(rate / 2, 16_000), BANDS + 1)
    place = np.clip(np.digitize(hertz, edges) - 1, -1, BANDS)
    rows = [(place == band) / max(1, int((place == band).sum())) for band in range(BANDS)]
    made: NDArray[np.float32] = np.stack(rows, 1).astype(np.float32)
    return made


def _distance(one: Sound, other: Sound, rate: int) -> float:
    """dB between two stretches, the mean over bands."""
    levels = []
    for part in (one, other):
        if len(part) < 16:
            return 0.0
        power = np.square(np.abs(np.fft.rfft(part * np.hanning(len(part)))))
        levels.append(power @ _bands(len(part), rate))
    floor = max(float(levels[0].max()), float(levels[1].max())) * 1e-6 + 1e-20
    return float(np.mean(np.abs(10 * np.log10(np.maximum(levels[0], floor) / np.maximum(levels[1], floor)))))
