"""Laughter, applause, music and silence between real speech, all made from arithmetic at known times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from conversations import utterances
from scipy.signal import resample_poly
from sound_scenes import RATE, applause, laughter, music, room

from answerprint.core.footage import SOUNDS
from answerprint.departments.footage.sound.events import SoundEvent, sound_events
from answerprint.departments.footage.sound.voice import Classical, voice_ranges

MAKERS = {"laughter": laughter, "applause": applause, "music": music}


def heard(samples: np.ndarray) -> list[SoundEvent]:
    voice = [(one.start_sample, one.end_sample) for one in voice_ranges(samples, Classical())]
    return sound_events(samples, voice)


def of(found: list[SoundEvent], sound: str) -> list[SoundEvent]:
    return [one for one in found if one.sound == sound]


@pytest.fixture(scope="module")
def speech(shared_data: Path) -> list[np.ndarray]:
    voices = utterances(list((shared_data / "voices").glob("*.flac")))
    return [np.concatenate(said) for _, said in sorted(voices.items())]


@pytest.mark.parametrize("sound", sorted(MAKERS))
@pytest.mark.parametrize("seed", [31, 32])
def test_a_sound_between_speech_is_found_where_it_is(sound: str, seed: int, speech: list[np.ndarray]) -> None:
    before, made = room(2, seed), MAKERS[sound](5.0, seed)
    after = np.concatenate([room(1, seed), speech[seed % 3][: 8 * RATE], room(2, seed + 1)])
    samples = np.concatenate([before, made, after])
    (found,) = of(heard(samples), sound)
    assert abs(found.start / RATE - 2) <= 0.8
    assert abs(found.end / RATE - 7) <= 0.8
    assert 0.5 <= found.confidence <= 1


def test_real_speech_is_neither_laughter_nor_applause_nor_music(
    speech: list[np.ndarray], shared_data: Path
) -> None:
    sample, _ = soundfile.read(shared_data / "diarisation" / "sample.wav", dtype="float32")
    for samples in [*speech, sample]:
        assert {one.sound for one in heard(samples)} <= {"silence"}


def test_real_noise_is_no_event(shared_data: Path) -> None:
    noise, rate = soundfile.read(shared_data / "cleanup" / "noise_freesound_573577.wav", dtype="float32")
    assert heard(resample_poly(noise, RATE, rate).astype(np.float32)) == []


def test_hiss_hum_and_a_clap_are_no_event() -> None:
    random = np.random.default_rng(2)
    hiss = random.normal(0, 0.05, 8 * RATE).astype(np.float32)
    assert heard(hiss) == []
    clap = hiss * 0.05
    clap[4 * RATE : 4 * RATE + 300] += random.normal(0, 0.5, 300).astype(np.float32)
    assert heard(clap) == [] or {one.sound for one in heard(clap)} == {"silence"}


def test_silence_is_what_is_as_quiet_as_the_room(speech: list[np.ndarray]) -> None:
    samples = np.concatenate([speech[2][: 5 * RATE] + room(5, 1), room(3, 2), speech[2][5 * RATE : 9 * RATE]])
    found = of(heard(samples), "silence")
    assert any(abs(one.start / RATE - 5) < 0.8 and abs(one.end / RATE - 8) < 0.8 for one in found)


def test_silence_from_end_to_end_is_one_silence() -> None:
    (found,) = heard(np.zeros(20 * RATE + 123, np.float32))
    assert (found.start, found.end, found.sound) == (0, 20 * RATE + 123, "silence")


def test_loud_noise_from_end_to_end_is_no_silence() -> None:
    assert of(heard(np.random.default_rng(1).normal(0, 0.2, 10 * RATE).astype(np.float32)), "silence") == []


@pytest.mark.parametrize("length", [0, 1, 3999, 4000, 9000])
def test_short_sounds_and_no_numbers_are_borne(length: int) -> None:
    assert all(one.sound in SOUNDS for one in heard(np.full(length, 0.1, np.float32)))
    assert sound_events(np.full(length, np.nan, np.float32), []) in (
        [],
        [SoundEvent(0, length, "silence", 1.0)],
    )


def test_events_are_the_same_from_16_bits_and_across_pieces() -> None:
    """Half a minute is held at once: what lies across its end is heard as if it did not."""
    samples = np.concatenate([room(27, 1), music(6, 3), room(30, 2)])
    (found,) = of(sound_events(samples, []), "music")
    assert abs(found.start / RATE - 27) <= 0.8
    assert abs(found.end / RATE - 33) <= 0.8
    coded = (samples * 32768).round().astype(np.int16)
    (again,) = of(sound_events(coded, []), "music")
    assert (again.start, again.end) == (found.start, found.end)
