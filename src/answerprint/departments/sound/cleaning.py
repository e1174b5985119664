"""Cleans a recording: hum taken out, rumble rolled off, noise lowered to a floor, never to nothing.

Every step is measured by something else than what it was steered by, and undone where it did not help.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, sosfiltfilt
from scipy.special import exp1

from answerprint.departments.sound.diagnosis import (
    RUMBLE_TOP,
    SPEECH_BAND,
    Diagnosis,
    Hum,
    VoiceSpans,
    band,
    diagnose,
    level,
    room_level,
    spans_mask,
    steady_spectrum,
)

__all__ = ["Applied", "Diagnosis", "VoiceSpans", "clean", "diagnose"]

HUM_SMOOTHING = 0.4  # seconds over which hum's strength may change
HUM_UNDER_VOICE = 0.02  # weight of samples with voice: hum is learnt in the pauses and carried across
HUM_HELPS = 6.0  # dB the lines must fall
HIGH_PASS = 65.0  # Hz, −6 dB; the lowest men's voices begin at 80
RUMBLE_HELPS = 6.0  # dB the band under the voice must fall
GOOD_ENOUGH = 38.0  # dB of voice over room: a set this quiet is left alone
NOISE_HELPS = 3.0  # dB the room must fall: less is not worth touching a voice
VOICE_LOSS = 0.75  # dB that loud speech may lose; the ear notices about 1
WINDOW = 0.04  # seconds, to the nearest power of two samples: short against a syllable, long against a pitch
CHUNK = 256  # frames transformed at a time: memory stays bounded
PRIOR = 0.98  # decision-directed smoothing (Ephraim and Malah 1984)
PRIOR_LEAST = 10 ** (-25 / 10)  # a priori SNR floor: under it musical noise begins (Cappé 1994)
POSTERIOR_MOST = 10 ** (40 / 10)
# Noise tracking by speech presence (Gerkmann and Hendriks 2012, IEEE TASLP 20(4)): the paper's values.
PRESENT_PRIOR = 10 ** (15 / 10)
PRESENCE_SMOOTHING = 0.9
PRESENCE_MOST = 0.99
NOISE_SMOOTHING = 0.9

Samples = NDArray[np.float32]
Sound = NDArray[np.float64]


@dataclass(frozen=True)
class Applied:
    """A step that was kept, and what an independent measure said of it."""

    step: str  # "hum", "rumble", "noise"
    reason: str
    before_db: float
    after_db: float

    def __str__(self) -> str:
        return f"{self.step}: {self.reason}"


def clean(
    samples: Samples, rate: int, diagnosis: Diagnosis, *, floor_db: float = -12.0
) -> tuple[Samples, list[Applied]]:
    """The cleaned recording (n,) float32, sample for sample in its place, and the steps that were kept.

    floor_db: how far noise is lowered at most. Where no step helped the very samples come back.
    """
    applied: list[Applied] = []
    sound = samples.astype(np.float64)
    steps: list[tuple[bool, Callable[[Sound], Sound], Callable[[Sound, Sound], Applied | None]]] = [
        (
            diagnosis.hum is not None,
            lambda heard: _without_hum(heard, rate, diagnosis),
            lambda before, after: _judge_hum(before, after, rate, diagnosis),
        ),
        (
            diagnosis.rumble_db is not None,
            lambda heard: _without_rumble(heard, rate),
            lambda before, after: _judge_rumble(before, after, rate, diagnosis),
        ),
        (
            _noisy(diagnosis),
            lambda heard: _without_noise(heard, rate, diagnosis, floor_db),
            lambda before, after: _judge_noise(before, after, rate, diagnosis),
        ),
    ]
    for wanted, step, judge in steps:
        if not wanted:
            continue
        tried = step(sound)
        verdict = judge(sound, tried)
        if verdict is not None:
            applied.append(verdict)
            sound = tried
    return (sound.astype(np.float32), applied) if applied else (samples, [])


def _noisy(diagnosis: Diagnosis) -> bool:
    ratio = diagnosis.signal_to_noise
    return ratio is not None and ratio < GOOD_ENOUGH


def _without_hum(sound: Sound, rate: int, diagnosis: Diagnosis) -> Sound:
    """Each line's amplitude and phase are learnt mostly in the pauses, and the line is subtracted.

    Unlike a notch this leaves the voice's own energy at those frequencies where it is.
    """
    hum = diagnosis.hum
    if hum is None:
        return sound
    period = round(rate / hum.fundamental)  # over one period the other harmonics cancel
    count = -(-len(sound) // period)
    periods = np.zeros((count, period))
    periods.ravel()[: len(sound)] = sound
    weight = np.zeros((count, period))
    weight.ravel()[: len(sound)] = np.where(diagnosis.pauses, 1.0, HUM_UNDER_VOICE)
    weights = weight.mean(1)
    spread = HUM_SMOOTHING * rate / period
    trust = np.maximum(gaussian_filter1d(weights, spread, mode="nearest"), 1e-9)
    angle = 2 * np.pi * np.array([line.hertz for line in hum.lines]) / rate
    within = np.exp(1j * angle[:, None] * np.arange(period))  # (lines, period)
    starts = np.exp(1j * np.outer(np.arange(count) * period, angle))  # (periods, lines)
    heard = periods @ within.conj().T / period * starts.conj() * weights[:, None]
    strength = (
        gaussian_filter1d(heard.real, spread, axis=0, mode="nearest")
        + 1j * gaussian_filter1d(heard.imag, spread, axis=0, mode="nearest")
    ) / trust[:, None]
    # Straight from one edge of a period to the next: no step where two meet.
    edges = np.concatenate([strength[:1], (strength[1:] + strength[:-1]) / 2, strength[-1:]])
    ramp = np.arange(period) / period
    parts = [(edges[:-1] * starts, within * (1 - ramp)), (edges[1:] * starts, within * ramp)]
    hummed = sum(one.real @ wave.real - one.imag @ wave.imag for one, wave in parts)
    left: Sound = sound - 2 * np.ravel(hummed)[: len(sound)]
    return left


def _without_rumble(sound: Sound, rate: int) -> Sound:
    sections = butter(2, HIGH_PASS, "highpass", fs=rate, output="sos")
    passed: Sound = sosfiltfilt(sections, sound, padlen=min(len(sound) - 1, rate // 4))
    return passed


def _without_noise(sound: Sound, rate: int, diagnosis: Diagnosis, floor_db: float) -> Sound:
    """Log-spectral amplitude estimation (Ephraim and Malah 1985) with a floor under its gain."""
    window = 1 << round(np.log2(WINDOW * rate))
    hop = window // 4
    taper = np.sin(np.pi * np.arange(window) / window)  # the square root of a periodic Hann window
    # A window of silence before and after: every sample lies in four frames.
    frames = -(-(len(sound) + window) // hop) + 1
    padded = np.zeros((frames - 1) * hop + window)
    padded[window : window + len(sound)] = sound
    views = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    noise = _room(views, taper, diagnosis, len(sound))
    suppressor = _Suppressor(noise, 10 ** (floor_db / 20))
    cleaned = np.zeros_like(padded)
    for start in range(0, frames, CHUNK):
        spectra = np.fft.rfft(views[start : start + CHUNK] * taper)
        for spectrum in spectra:
            spectrum *= suppressor.gain(np.abs(spectrum) ** 2)
        # The squares of four square-root Hann windows a quarter apart add up to two.
        for offset, frame in enumerate(np.fft.irfft(spectra, window) * (taper / 2)):
            at = (start + offset) * hop
            cleaned[at : at + window] += frame
    return cleaned[window : window + len(sound)]


class _Suppressor:
    """The gain of every bin, frame by frame, while the noise is tracked."""

    def __init__(self, noise: Sound, floor: float) -> None:
        self._noise, self._floor = noise, floor
        self._kept = noise.copy()  # power of what was kept in the frame before
        self._presence = np.full(len(noise), 0.5)

    def gain(self, power: Sound) -> Sound:
        """(bins,) gain between the floor and 1 for a frame's power."""
        posterior = power / self._noise
        likely = 1 / (1 + (1 + PRESENT_PRIOR) * np.exp(-posterior * PRESENT_PRIOR / (1 + PRESENT_PRIOR)))
        self._presence = PRESENCE_SMOOTHING * self._presence + (1 - PRESENCE_SMOOTHING) * likely
        likely = np.where(self._presence > PRESENCE_MOST, np.minimum(likely, PRESENCE_MOST), likely)
        heard = likely * self._noise + (1 - likely) * power
        self._noise = NOISE_SMOOTHING * self._noise + (1 - NOISE_SMOOTHING) * heard
        posterior = np.minimum(power / self._noise, POSTERIOR_MOST)
        prior = PRIOR * self._kept / self._noise + (1 - PRIOR) * np.maximum(posterior - 1, 0)
        prior = np.maximum(prior, PRIOR_LEAST)
        share = prior / (1 + prior)
        gain = share * np.exp(0.5 * exp1(np.maximum(share * posterior, 1e-10)))
        self._kept = np.minimum(gain, 1) ** 2 * power
        bounded: Sound = np.clip(gain, self._floor, 1)
        return bounded


def _room(views: Sound, taper: Sound, diagnosis: Diagnosis, length: int) -> Sound:
    """(bins,) the room's mean power: over the quieter half of the frames that lie in pauses."""
    window = len(taper)
    mask = np.zeros(len(views) * window // 4 + window)
    mask[window : window + length] = diagnosis.pauses
    share = np.array([mask[at * window // 4 : at * window // 4 + window].mean() for at in range(len(views))])
    # Pauses shorter than a window leave no frame whole: those that hold most of one stand in.
    enough = min(1.0, float(np.sort(share)[-max(4, len(share) // 20) :][0]))
    chosen = np.flatnonzero(share >= enough)
    levels = np.array([float(np.mean(np.square(views[at]))) for at in chosen])
    quiet = chosen[levels <= np.median(levels)]
    total = np.zeros(window // 2 + 1)
    for start in range(0, len(quiet), CHUNK):
        total += (np.abs(np.fft.rfft(views[quiet[start : start + CHUNK]] * taper)) ** 2).sum(0)
    mean: Sound = total / len(quiet) + 1e-12
    return mean


def _judge_hum(before: Sound, after: Sound, rate: int, diagnosis: Diagnosis) -> Applied | None:
    """By a spectrum of twice the resolution that found it, and by the voice that must stay."""
    hum = diagnosis.hum
    if hum is None or _voice_change(before, after, rate, diagnosis) < -VOICE_LOSS - _hum_share(
        hum, diagnosis
    ):
        return None
    window = min(rate, len(before))
    (was, hertz), (now, _) = (steady_spectrum(one, rate, window) for one in (before, after))
    bins = [int(np.argmin(np.abs(hertz - line.hertz))) for line in hum.lines]
    first, second = (10 * np.log10(np.sum(10 ** (one[bins] / 10))) for one in (was, now))
    if first - second < HUM_HELPS:
        return None
    count = len(hum.lines)
    what = f"{count} line{'s' if count > 1 else ''} of {hum.fundamental:.2f} Hz"
    reason = f"{what}, {first:.0f} dBFS to {second:.0f}"
    return Applied("hum", reason, float(first), float(second))


def _hum_share(hum: Hum, diagnosis: Diagnosis) -> float:
    """How much of the level measured under the voice is the hum's own, in dB."""
    if diagnosis.voice_db is None:
        return 0.0
    inside = [line for line in hum.lines if SPEECH_BAND[0] <= line.hertz <= SPEECH_BAND[1]]
    share = sum(10 ** (line.level_db / 10) / 2 for line in inside) / 10 ** (diagnosis.voice_db / 10)
    return float(-10 * np.log10(max(1 - share, 0.1)))


def _judge_rumble(before: Sound, after: Sound, rate: int, diagnosis: Diagnosis) -> Applied | None:
    first, second = (level(band(one, rate, None, RUMBLE_TOP)[diagnosis.pauses]) for one in (before, after))
    if first is None or second is None or first - second < RUMBLE_HELPS:
        return None
    if _voice_change(before, after, rate, diagnosis) < -VOICE_LOSS:
        return None
    return Applied("rumble", f"under {RUMBLE_TOP:.0f} Hz, {first:.0f} dBFS to {second:.0f}", first, second)


def _judge_noise(before: Sound, after: Sound, rate: int, diagnosis: Diagnosis) -> Applied | None:
    first, second = (
        room_level(band(one, rate, *SPEECH_BAND), rate, diagnosis.pauses) for one in (before, after)
    )
    if first is None or second is None or first - second < NOISE_HELPS:
        return None
    if _voice_change(before, after, rate, diagnosis) < -VOICE_LOSS:
        return None
    return Applied("noise", f"the room from {first:.0f} dBFS to {second:.0f}", first, second)


def _voice_change(before: Sound, after: Sound, rate: int, diagnosis: Diagnosis) -> float:
    """dB by which the loud half of the speech changed in its band, the room's share taken off both."""
    speaking = spans_mask(len(before), diagnosis.voice) & ~diagnosis.pauses
    was, now = (band(one, rate, *SPEECH_BAND) for one in (before, after))
    frame = int(0.02 * rate)
    count = len(before) // frame
    if not count:
        return 0.0
    powers = [np.square(one[: count * frame]).reshape(count, frame).mean(1) for one in (was, now)]
    inside = speaking[: count * frame].reshape(count, frame).all(1)
    if not inside.any():
        return 0.0
    loud = inside & (powers[0] >= np.median(powers[0][inside]))
    rooms = [10 ** ((room_level(one, rate, diagnosis.pauses) or -200.0) / 10) for one in (was, now)]
    first, second = (
        max(float(power[loud].mean()) - room, 1e-15) for power, room in zip(powers, rooms, strict=True)
    )
    return 10 * float(np.log10(second / first))
