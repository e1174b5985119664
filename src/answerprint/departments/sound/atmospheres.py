"""An atmosphere of any length from recordings: their steady part made anew, nothing of it copied.

The colour is the mean spectrum of the stillness; how it swells is the modulation of eight bands, their
spectra and what they have in common kept (after McDermott & Simoncelli 2011, Neuron 71:926); left and right
are noise of their own. Events are left out, or laid in at random.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_dilation, uniform_filter1d

from answerprint.departments.sound.cleaning.repair import spans_of

RATE = 48_000
SIZE, HOP = 4096, 1024  # samples of a frame; its spectrum is 11.7 Hz apart
EDGES = (0, 90, 180, 355, 710, 1400, 2800, 5600, 24_000)  # Hz, octaves about
EVENT = 8.0  # dB by which a band stands over what is usual, for a moment to be an event
USUAL = 4.0  # seconds over which what is usual is taken
BESIDE = 3  # frames beside an event that still ring of it
LEAST = 1.0  # seconds of stillness that are needed
MODULATION = 256  # frames of an envelope's spectrum: 5.5 s
MOST_SWELL = 6.0  # dB, standard deviation of a band's swell at most
EVENT_LONGEST = 4.0  # seconds; what lasts longer is no event
FADE = 0.03  # seconds at an event's ends
SEARCHED = 120 * RATE  # samples in which a loop is looked for
LAG = RATE // 2  # the shortest loop that is looked for

Sound = NDArray[np.float64]


@dataclass(frozen=True)
class Texture:
    """What a recording's stillness is like. spectrum: (bins,) mean power; swell: (bands, n) power
    spectra of the bands' levels in dB; common: (bands, bands) the square root of their correlation; events:
    mono sounds; events_a_minute; still: seconds that it was read from."""

    spectrum: Sound
    swell: Sound
    common: Sound
    events: tuple[Sound, ...]
    events_a_minute: float
    still: float


def texture_of(recordings: Sequence[Sound]) -> Texture:
    """What mono recordings (n,) at 48 kHz have in common. Raises ValueError under one still second."""
    powers, quiets, events = [], [], []
    seconds = 0.0
    for sound in recordings:
        if len(sound) < SIZE:
            continue
        power = _power(sound)
        still = still_frames(power)
        powers.append(power)
        quiets.append(still)
        seconds += len(sound) / RATE
        events += _events(sound, ~still)
    whole = np.concatenate(powers) if powers else np.zeros((0, SIZE // 2 + 1))
    kept = np.concatenate(quiets) if quiets else np.zeros(0, bool)
    if kept.sum() * HOP < LEAST * RATE or whole[kept].sum() <= 0:
        raise ValueError(f"{kept.sum() * HOP / RATE:.1f} s of stillness, {LEAST:g} s are needed")
    spectrum = whole[kept].mean(axis=0)
    random = np.random.default_rng(0)
    plain = np.concatenate(list(_frames(spectrum, None, min(max(len(whole), 600), 4000), random)))
    swell, common = _modulation([_levels(power[still]) for power, still in zip(powers, quiets, strict=True)])
    own, _ = _modulation([_levels(_power(plain))])  # noise swells by itself: that is not added again
    return Texture(
        spectrum=spectrum,
        swell=np.maximum(swell - own, 0.0),
        common=common,
        events=tuple(events),
        events_a_minute=60 * len(events) / seconds,
        still=float(kept.sum() * HOP / RATE),
    )


def still_frames(power: Sound) -> NDArray[np.bool_]:
    """(frames,) whether nothing happens: no band stands 8 dB over its usual level, nor beside that."""
    levels = _levels(power)
    usual = np.median(levels, axis=0) if len(levels) * HOP < 2 * USUAL * RATE else _running(levels)
    loud = np.asarray((uniform_filter1d(levels, 3, axis=0) - usual > EVENT).any(axis=1), bool)
    moved = np.asarray(binary_dilation(binary_closing(loud, iterations=4), iterations=BESIDE), bool)
    return np.asarray(~moved & (power.sum(axis=1) > 0), bool)


def atmosphere(
    texture: Texture, length: int, *, scatter: bool = False, seed: int = 1
) -> Iterator[NDArray[np.float32]]:
    """Blocks (n, 2) float32, `length` samples at 48 kHz in all. scatter: lay the events in, as often as they
    came, each at a place and side of its own. The same seed gives the same atmosphere."""
    random = np.random.default_rng(seed)
    count = -(-length // HOP) + SIZE // HOP
    gains = _swells(texture, count, random)
    sides = [_frames(texture.spectrum, gains, count, np.random.default_rng([seed, side])) for side in (1, 2)]
    places = _scattered(texture, length, random) if scatter else []
    made = 0
    for left, right in zip(*sides, strict=True):
        block = np.stack([left, right], axis=1)
        for at, event, pan in places:
            low, high = max(at, made), min(at + len(event), made + len(block))
            if low < high:
                block[low - made : high - made] += event[low - at : high - at, None] * pan
        block = block[: length - made]
        made += len(block)
        if len(block):
            yield block.astype(np.float32)


def repeats(sound: Sound) -> float:
    """How much a sound (n,) is like itself later on: the highest autocorrelation from half a second on, of
    1 at no lag. A loop gives nearly 1."""
    part = sound[:SEARCHED] - sound[:SEARCHED].mean()
    if len(part) <= 2 * LAG:
        return 0.0
    size = 1 << (2 * len(part) - 1).bit_length()
    curve = np.fft.irfft(np.abs(np.fft.rfft(part, size)) ** 2)[: len(part) // 2]
    overlap = np.cumsum(part[::-1] ** 2)[::-1][: len(curve)] + 1e-20
    ahead = np.cumsum(part**2)[len(part) - 1 - np.arange(len(curve))] + 1e-20
    return float(np.max(curve[LAG:] / np.sqrt(overlap * ahead)[LAG:]))


def _power(sound: Sound) -> Sound:
    window = np.hanning(SIZE)
    count = 1 + (len(sound) - SIZE) // HOP
    frames = np.lib.stride_tricks.sliding_window_view(sound, SIZE)[::HOP][:count]
    return np.concatenate(
        [
            np.abs(np.fft.rfft(frames[at : at + 256] * window, axis=1)) ** 2 / np.sum(window**2)
            for at in range(0, count, 256)
        ]
    )


def _bins() -> list[slice]:
    places = [round(edge * SIZE / RATE) for edge in EDGES]
    return [slice(low, high) for low, high in zip(places, [*places[1:-1], SIZE // 2 + 1], strict=False)]


def _levels(power: Sound) -> Sound:
    """(frames, bands) in dB."""
    return 10 * np.log10(np.stack([power[:, one].sum(axis=1) for one in _bins()], axis=1) + 1e-14)


def _running(levels: Sound) -> Sound:
    """The median of each stretch of four seconds, drawn through."""
    step = int(USUAL * RATE / HOP)
    middles = np.arange(step // 2, len(levels), step)
    medians = np.stack([np.median(levels[max(0, at - step) : at + step], axis=0) for at in middles])
    columns = [np.interp(np.arange(len(levels)), middles, column) for column in medians.T]
    return np.stack(columns, axis=1)


def _modulation(parts: Sequence[Sound]) -> tuple[Sound, Sound]:
    """The spectra of the bands' levels, and the square root of the levels' correlation."""
    whole = np.concatenate([part - part.mean(axis=0) for part in parts if len(part)])
    long = min(MODULATION, len(whole))
    window = np.hanning(long + 2)[1:-1, None]
    starts = range(0, len(whole) - long + 1, max(1, long // 2))
    spectra = [np.abs(np.fft.rfft(whole[at : at + long] * window, MODULATION, axis=0)) ** 2 for at in starts]
    smooth = uniform_filter1d(whole, 12, axis=0)
    deviation = smooth.std(axis=0) + 1e-9
    correlation = (smooth.T @ smooth) / len(smooth) / np.outer(deviation, deviation)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
    return np.mean(spectra, axis=0).T / np.sum(window**2), root


def _swells(texture: Texture, count: int, random: np.random.Generator) -> Sound:
    """(frames, bands) in dB: noise of the bands' modulation spectra, as alike as the bands are."""
    size = max(MODULATION, 1 << (count - 1).bit_length())
    noise = texture.common @ random.standard_normal((len(texture.swell), size))
    at = np.linspace(0, 1, size // 2 + 1)
    own = np.linspace(0, 1, texture.swell.shape[1])
    shape = np.stack([np.interp(at, own, np.sqrt(band)) for band in texture.swell])
    made = np.fft.irfft(np.fft.rfft(noise, axis=1) * shape, size, axis=1)[:, :count]
    deviation = made.std(axis=1, keepdims=True)
    made *= np.minimum(1, MOST_SWELL / np.maximum(deviation, 1e-9))
    power = np.mean(10 ** (made / 10), axis=1, keepdims=True)
    return np.asarray((made - 10 * np.log10(power)).T)


def _frames(spectrum: Sound, gains: Sound | None, count: int, random: np.random.Generator) -> Iterator[Sound]:
    """Blocks of HOP samples of noise with that spectrum, its bands moved by gains (frames, bands) in dB."""
    window = np.sqrt(np.hanning(SIZE + 1)[:SIZE] / (SIZE / HOP / 2))
    amplitude = np.sqrt(spectrum)
    bands = np.zeros(len(spectrum), int)
    for number, one in enumerate(_bins()):
        bands[one] = number
    held = np.zeros(SIZE)
    # Noise of unit variance has SIZE as the mean power of a bin; `_power` divides by the window's.
    for frame in range(count + SIZE // HOP - 1):
        white = np.fft.rfft(random.standard_normal(SIZE))
        moved = amplitude if gains is None else amplitude * 10 ** (gains[min(frame, count - 1)] / 20)[bands]
        held += np.fft.irfft(white * moved, SIZE) * window
        done, held = held[:HOP], np.concatenate([held[HOP:], np.zeros(HOP)])
        if frame >= SIZE // HOP - 1:  # before that not all of its frames overlap
            yield done


def _events(sound: Sound, loud: NDArray[np.bool_]) -> list[Sound]:
    found = []
    fade = int(FADE * RATE)
    ramp = np.sin(np.linspace(0, np.pi / 2, fade)) ** 2
    for first, end in spans_of(loud):
        part = sound[first * HOP : (end - 1) * HOP + SIZE].copy()
        if 2 * fade < len(part) <= EVENT_LONGEST * RATE:
            part[:fade] *= ramp
            part[-fade:] *= ramp[::-1]
            found.append(part)
    return found


def _scattered(texture: Texture, length: int, random: np.random.Generator) -> list[tuple[int, Sound, Sound]]:
    """Where events lie: as many a minute as there were, none twice in a row where there is another."""
    found: list[tuple[int, Sound, Sound]] = []
    if not texture.events:
        return found
    mean = 60 * RATE / texture.events_a_minute
    at, before = random.exponential(mean), -1
    while at < length:
        chosen = int(random.integers(len(texture.events)))
        if chosen == before and len(texture.events) > 1:
            chosen = (chosen + 1) % len(texture.events)
        angle = random.uniform(0, np.pi / 2)
        found.append((int(at), texture.events[chosen], np.array([np.cos(angle), np.sin(angle)])))
        at, before = at + random.exponential(mean), chosen
    return found
