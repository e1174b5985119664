"""Cleaning takes hum and hiss away, leaves clean speech alone, and moves no sample in time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerprint.departments.sound.cleaning.chain import Applied, Heard
from answerprint.departments.sound.cleaning.chain import clean as clean_heard
from answerprint.departments.sound.diagnosis import Diagnosis, clipping, diagnose

RATE = 48_000
Sound = NDArray[np.float64]


def si_sdr(truth: Sound, heard: Sound) -> float:
    """Scale-invariant signal-to-distortion ratio in dB (Le Roux et al. 2019)."""
    target = truth * (heard @ truth) / (truth @ truth)
    return 10 * float(np.log10(np.sum(target**2) / np.sum((heard - target) ** 2)))


def hum(length: int, fundamental: float, lines: int = 8) -> Sound:
    at = np.arange(length) / RATE
    sound = sum(np.sin(2 * np.pi * fundamental * n * at + n * n) / n for n in range(1, lines + 1))
    scaled: Sound = sound / np.sqrt(np.mean(np.square(sound)))
    return scaled


def hiss(length: int) -> Sound:
    return np.random.default_rng(6).normal(size=length)


@pytest.fixture(scope="module")
def voice(shared_data: Path) -> Sound:
    """Five seconds of a clean recording with a second of nothing before and after."""
    samples, rate = soundfile.read(shared_data / "cleanup" / "clean_freesound_33711.wav")
    assert rate == RATE
    return np.pad(samples[: 5 * RATE], RATE)


def spoken(voice: Sound) -> list[tuple[int, int]]:
    """Where the clean recording is loud: what a perfect listener would hear through any noise."""
    frame = RATE // 50
    power = np.square(voice[: len(voice) // frame * frame]).reshape(-1, frame).mean(1)
    loud = np.convolve(power > power.max() * 1e-4, np.ones(9), mode="same") > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
    return [(int(start) * frame, int(end) * frame) for start, end in edges.reshape(-1, 2)]


def mixed(voice: Sound, noise: Sound, snr: float) -> Sound:
    return voice + noise * np.sqrt(np.mean(voice[RATE:-RATE] ** 2)) * 10 ** (-snr / 20)


def clean(
    samples: NDArray[np.float32], rate: int, diagnosis: Diagnosis
) -> tuple[NDArray[np.float32], list[Applied]]:
    """With the floor that was always there; only what was kept."""
    after, tried = clean_heard(samples, rate, Heard.of(samples, rate, diagnosis), floor_db=-12.0)
    return after, [one for one in tried if one.kept]


def run(sound: Sound, ranges: list[tuple[int, int]]) -> tuple[Sound, list[str]]:
    samples = sound.astype(np.float32)
    after, applied = clean(samples, RATE, diagnose(samples, RATE, ranges))
    assert after.shape == samples.shape and after.dtype == np.float32
    return after.astype(np.float64), [one.step for one in applied]


@pytest.mark.parametrize("snr", [0, 10, 20])
def test_hum_and_hiss_are_lowered_and_the_voice_comes_out_closer_to_itself(voice: Sound, snr: int) -> None:
    noise = (hum(len(voice), 50.03) + hiss(len(voice))) / np.sqrt(2)
    mix = mixed(voice, noise, snr)
    after, steps = run(mix, spoken(voice))
    assert steps == ["hum", "noise"]
    assert si_sdr(voice, after) > si_sdr(voice, mix) + (4 if snr == 20 else 8)


@pytest.mark.parametrize("mains", [50.0, 49.93, 60.0, 60.07])
def test_hum_alone_is_all_but_gone_at_either_mains(voice: Sound, mains: float) -> None:
    mix = mixed(voice, hum(len(voice), mains), 5)
    diagnosis = diagnose(mix.astype(np.float32), RATE, spoken(voice))
    assert diagnosis.hum is not None
    assert diagnosis.hum.fundamental == pytest.approx(mains, abs=0.02)
    assert [round(line.hertz / mains) for line in diagnosis.hum.lines] == list(range(1, 9))
    after, steps = run(mix, spoken(voice))
    assert "hum" in steps
    assert si_sdr(voice, after) > si_sdr(voice, mix) + 15


def test_no_hum_is_found_where_there_is_none(voice: Sound) -> None:
    for sound in (voice, mixed(voice, hiss(len(voice)), 10)):
        assert diagnose(sound.astype(np.float32), RATE, spoken(voice)).hum is None


def test_a_voice_that_holds_a_note_beside_the_mains_is_not_hum() -> None:
    at = np.arange(6 * RATE) / RATE
    # Five seconds sung at 155 Hz with a singer's vibrato, and its harmonics.
    phase = 2 * np.pi * 155 * at + 2.5 * np.sin(2 * np.pi * 5.5 * at)
    note = sum(np.sin(n * phase) / n for n in range(1, 7)) * 0.1 * ((at > 0.5) & (at < 5.5))
    sound = (note + 1e-4 * hiss(len(at))).astype(np.float32)
    assert diagnose(sound, RATE, [(RATE // 2, 5 * RATE + RATE // 2)]).hum is None


def test_a_clean_recording_comes_back_bit_for_bit(voice: Sound) -> None:
    samples = voice.astype(np.float32)
    after, applied = clean(samples, RATE, diagnose(samples, RATE, spoken(voice)))
    assert applied == []
    assert np.array_equal(after, samples)


@pytest.mark.parametrize("snr", [10, 20, 30])
def test_the_voice_itself_keeps_its_level(voice: Sound, snr: int) -> None:
    mix = mixed(voice, hiss(len(voice)), snr)
    after, _ = run(mix, spoken(voice))
    frame = RATE // 50
    count = len(voice) // frame
    powers = [np.square(one[: count * frame]).reshape(count, frame).mean(1) for one in (voice, after)]
    loud = powers[0] > np.percentile(powers[0], 80)
    change = 10 * np.log10(powers[1][loud].mean() / powers[0][loud].mean())
    assert abs(change) < 0.5


def test_noise_is_lowered_to_its_floor_and_not_to_nothing(voice: Sound) -> None:
    mix = mixed(voice, hiss(len(voice)), 10)
    noise = mix - voice
    after, _ = run(mix, spoken(voice))
    # The second before the voice starts: the room goes down by the floor, and stays a room.
    room = 10 * np.log10(np.mean(after[5000:40_000] ** 2) / np.mean(noise[5000:40_000] ** 2))
    assert room == pytest.approx(-12, abs=1.0)


def test_rumble_is_rolled_off_and_the_voice_left(voice: Sound) -> None:
    at = np.arange(len(voice)) / RATE
    rumble = np.convolve(hiss(len(voice)), np.ones(1600) / 1600, mode="same") + 0.02 * np.sin(
        2 * np.pi * 11 * at
    )
    mix = mixed(voice, rumble / np.sqrt(np.mean(rumble**2)), 10)
    after, steps = run(mix, spoken(voice))
    assert "rumble" in steps
    assert si_sdr(voice, after) > si_sdr(voice, mix) + 5


@settings(max_examples=6, deadline=None)
@given(at=st.integers(60_000, 180_000), seed=st.integers(0, 99))
def test_no_sample_is_moved_in_time(at: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    sound = random.normal(0, 1e-3, 5 * RATE) + 0.002 * np.sin(2 * np.pi * 50 * np.arange(5 * RATE) / RATE)
    burst = 0.5 * random.normal(0, 1, 4000) * np.hanning(4000)
    sound[at : at + 4000] += burst
    samples = sound.astype(np.float32)
    after, applied = clean(samples, RATE, diagnose(samples, RATE, [(at, at + 4000)]))
    assert applied
    reach = 200
    around = after[at - reach : at + 4000 + reach].astype(np.float64)
    match = np.correlate(around, burst, mode="valid")
    assert int(np.argmax(match)) == reach


def test_the_same_recording_is_cleaned_the_same_way(voice: Sound) -> None:
    mix = mixed(voice, hiss(len(voice)) + hum(len(voice), 60), 8)
    first, second = (run(mix, [(RATE, 3 * RATE)]) for _ in range(2))
    assert np.array_equal(first[0], second[0]) and first[1] == second[1]


def test_padding_with_digital_silence_is_not_taken_for_the_room(voice: Sound) -> None:
    mix = mixed(voice, hiss(len(voice)), 10)
    padded = np.concatenate([np.zeros(4 * RATE), mix])
    moved = [(start + 4 * RATE, end + 4 * RATE) for start, end in spoken(voice)]
    levels = [
        diagnose(sound.astype(np.float32), RATE, ranges).noise_db
        for sound, ranges in ((mix, spoken(voice)), (padded, moved))
    ]
    assert levels[1] == pytest.approx(levels[0], abs=0.2)


def test_speech_without_a_pause_is_cleaned_from_its_quietest_moments(voice: Sound) -> None:
    mix = mixed(voice, hiss(len(voice)), 10)
    after, steps = run(mix, [(0, len(mix))])
    assert "noise" in steps
    assert si_sdr(voice, after) > si_sdr(voice, mix) + 4


def test_clipping_is_counted_where_samples_stick_to_the_rail(voice: Sound) -> None:
    assert clipping(voice.astype(np.float32)) == (0, 0.0)
    at = np.arange(RATE) / RATE
    clipped = np.clip(1.5 * np.sin(2 * np.pi * 100 * at), -1, 1).astype(np.float32)
    runs, share = clipping(clipped)
    assert runs == 200  # two a period
    # Of a sine, 1 − 2 asin(1/1.5)/π of the time is over two thirds of its crest.
    assert share == pytest.approx(1 - 2 * np.arcsin(1 / 1.5) / np.pi, abs=0.01)


@pytest.mark.parametrize("length", [0, 1, 63, 1000, 30_000])
def test_a_recording_of_any_length_goes_through(length: int) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, length).astype(np.float32)
    for ranges in ([], [(0, length)], [(length // 2, length + 50)]):
        after, _ = clean(sound, RATE, diagnose(sound, RATE, ranges))
        assert len(after) == length and np.isfinite(after).all()
    nothing = np.zeros(length, np.float32)
    after, applied = clean(nothing, RATE, diagnose(nothing, RATE, []))
    assert applied == [] and not after.any()
