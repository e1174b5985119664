"""No peak leaves the limiter over its ceiling, between samples either; what needs nothing is untouched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import resample

from answerprint.departments.sound.limiting import LOOKAHEAD, limit_true_peak
from answerprint.departments.sound.peaks import TAPS, PeakMeter, true_peak

RATE = 48_000


def db(value: float) -> float:
    return 20 * float(np.log10(value))


def fade(length: int) -> NDArray[np.float64]:
    return np.sin(np.pi * np.arange(length) / length)


# EBU Tech 3341 (2016), cases 15 to 19: tones at a quarter, sixth and eighth of the rate whose crests fall
# between samples; +0.2 and −0.4 dB are allowed.
@pytest.mark.parametrize(
    ("divisor", "phase", "level"), [(4, 0, 0.5), (4, 45, 0.5), (6, 60, 0.5), (8, 67.5, 0.5), (4, 45, 1.41)]
)
def test_a_crest_between_samples_is_found(divisor: int, phase: float, level: float) -> None:
    at = np.arange(RATE)
    wave = level * np.sin(2 * np.pi * at / divisor + np.deg2rad(phase)) * fade(RATE)
    assert -0.4 < db(true_peak(wave[:, None]) / level) < 0.2


@pytest.mark.parametrize("hertz", [100, 1000, 7000, 15_000, 19_000])
def test_true_peak_agrees_with_the_wave_itself(hertz: int) -> None:
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE + 1.0) * fade(RATE)
    # Four points a sample miss a crest by at most cos(π f / 4 rate): BS.1770-4 annex 2, attachment 1.
    worst = db(np.cos(np.pi * hertz / (4 * RATE)))
    assert worst - 0.01 < db(true_peak(wave[:, None]) / 0.5) < 0.01


def test_the_peak_meter_does_not_care_how_the_sound_is_cut() -> None:
    sound = np.random.default_rng(3).normal(0, 0.2, (20_000, 2))
    sound[11_111] = 0.9
    for cut in (1, 777, 11_110, 11_112, 19_999):
        meter = PeakMeter(2)
        meter.add(sound[:cut])
        meter.add(sound[cut:])
        meter.add(np.zeros((TAPS, 2)))
        assert meter.peak == true_peak(sound)


def test_sound_under_the_ceiling_comes_back_bit_for_bit() -> None:
    sound = (0.3 * np.random.default_rng(4).normal(0, 0.3, (RATE, 2))).clip(-0.5, 0.5).astype(np.float32)
    assert np.array_equal(limit_true_peak(sound, RATE, -1.0), sound)


def test_only_the_surroundings_of_a_peak_are_touched() -> None:
    sound = (0.1 * np.sin(np.arange(4 * RATE) / 20)).astype(np.float32)[:, None]
    sound[2 * RATE : 2 * RATE + 30] *= 11
    limited = limit_true_peak(sound, RATE, -3.0)
    before, after = 2 * RATE - int(2 * LOOKAHEAD * RATE) - 3 * TAPS, 2 * RATE + RATE // 2
    assert np.array_equal(limited[:before], sound[:before])
    assert np.array_equal(limited[after:], sound[after:])
    assert true_peak(limited) <= 10 ** (-3 / 20)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    channels=st.integers(1, 3),
    length=st.integers(1, 9000),
    ceiling=st.floats(-20, 0),
    drive=st.floats(0.1, 8),
    kind=st.sampled_from(["noise", "clicks", "tone", "square"]),
)
def test_the_true_peak_never_passes_the_ceiling(
    seed: int, channels: int, length: int, ceiling: float, drive: float, kind: str
) -> None:
    random = np.random.default_rng(seed)
    at = np.arange(length)[:, None] + random.integers(0, 9, channels)
    sound = {
        "noise": random.normal(0, 0.3, (length, channels)),
        "clicks": np.where(random.random((length, channels)) < 0.002, 1.0, 0.01),
        "tone": np.sin(at * random.uniform(0.01, 3)),
        "square": np.sign(np.sin(at * random.uniform(0.01, 0.5))),
    }[kind]
    given_sound = (drive * sound).astype(np.float32)
    limited = limit_true_peak(given_sound, RATE, ceiling)
    assert limited.shape == given_sound.shape and limited.dtype == np.float32
    assert true_peak(limited) <= 10 ** (ceiling / 20)
    assert np.array_equal(limit_true_peak(given_sound, RATE, ceiling), limited)
    # It turns down and never up, by one gain for every channel.
    assert np.all(np.abs(limited) <= np.abs(given_sound))


def test_speech_driven_hard_stays_under_the_ceiling_by_an_independent_measure(shared_data: Path) -> None:
    speech, rate = soundfile.read(shared_data / "speech" / "jfk.flac", dtype="float32", always_2d=True)
    part = speech[: 4 * rate] * np.float32(4)
    part[:100] *= np.linspace(0, 1, 100, dtype=np.float32)[:, None]
    part[-100:] *= np.linspace(1, 0, 100, dtype=np.float32)[:, None]
    limited = limit_true_peak(part, rate, -1.0)
    assert true_peak(part) > 1
    # Eight times by Fourier: the true wave, within 0.17 dB; four points a sample may miss 0.1 of it.
    assert db(np.abs(resample(limited.astype(np.float64), 8 * len(limited))).max()) < -1.0 + 0.15
    loud = np.abs(part).max(1) > 0.05
    gain = db(float(np.sqrt(np.mean(limited[loud] ** 2) / np.mean(part[loud] ** 2))))
    assert gain > -1.0 - db(true_peak(part)) + 2.0  # turning the whole down would cost 2 dB more
