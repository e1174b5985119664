"""Sound laid to picture at offsets that are known, and refused where the two never heard the same."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from scipy.signal import butter, lfilter, resample_poly

from answerprint.core.records import StartTimecode
from answerprint.core.time import Range, Time
from answerprint.departments.footage.sync.matching import Stamp, SyncSide, match_sound, sync_offset

RATE = 16_000
MILLISECOND = Fraction(1, 1000)


@pytest.fixture(scope="module")
def voices(shared_data: Path) -> list[np.ndarray]:
    return [sf.read(path, dtype="float32")[0] for path in sorted((shared_data / "voices").glob("*.flac"))]


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(11)


def noise(seconds: float, seed: int) -> np.ndarray:
    """Bursts of coloured noise: something to hear where no recording is at hand."""
    random = np.random.default_rng(seed)
    count = int(seconds * RATE)
    level = np.repeat(random.uniform(0.02, 1.0, count // 1600 + 1), 1600)[:count]
    return (0.1 * level * lfilter([1], [1, -0.8], random.normal(size=count))).astype(np.float32)


def camera(sound: np.ndarray, random: np.random.Generator, snr_db: float) -> np.ndarray:
    """The same sound as a camera's microphone across the room hears it: band, level, echo, hiss."""
    narrow = lfilter(*butter(2, [250, 3500], "band", fs=RATE), sound) * 0.2
    tail = random.normal(size=4800) * np.exp(-np.arange(4800) / 700) * 0.06
    tail[0] = 1.0
    heard = np.convolve(narrow, tail)[: len(sound)]
    return (heard + random.normal(size=len(heard)) * heard.std() * 10 ** (-snr_db / 20)).astype(np.float32)


def stamp(label_frame: int, rate: Fraction, at: Time) -> Stamp:
    return Stamp(StartTimecode("", label_frame, rate, False, "tmcd"), at)


@pytest.mark.parametrize("snr_db", [20.0, 5.0])
def test_the_same_sound_is_placed_within_a_millisecond(
    voices: list[np.ndarray], random: np.random.Generator, snr_db: float
) -> None:
    for sound in voices:
        cut = int(random.integers(500, 12_000))
        picture = camera(sound, random, snr_db)[cut:]
        found = sync_offset(SyncSide(picture, start=320), SyncSide(sound, start=-160))
        assert found.method == "common audio", found.evidence
        assert found.offset is not None
        assert abs(found.offset.seconds - Fraction(cut - 320 - 160, RATE)) <= MILLISECOND


def test_different_recordings_are_refused(voices: list[np.ndarray]) -> None:
    for first, second in itertools.combinations(voices, 2):
        found = sync_offset(SyncSide(first), SyncSide(second))
        assert found.method == "none"
        assert found.offset is None
        assert found.evidence["reason"]


def test_the_same_mains_hum_is_not_the_same_sound(voices: list[np.ndarray]) -> None:
    time = np.arange(20 * RATE) / RATE
    hum = sum(0.02 / k * np.sin(2 * np.pi * 50 * k * time) for k in range(1, 9)).astype(np.float32)
    sides = [SyncSide(voice + hum[: len(voice)]) for voice in voices[:5]]
    for first, second in itertools.combinations(sides, 2):
        assert sync_offset(first, second).method == "none"


def test_silence_is_refused_not_matched() -> None:
    found = sync_offset(SyncSide(np.zeros(RATE * 4, np.int16)), SyncSide(noise(4, 1)))
    assert (found.method, found.offset) == ("none", None)
    empty = SyncSide(np.zeros(0, np.int16))
    assert sync_offset(empty, empty).method == "none"


def test_a_loop_is_refused_because_it_fits_in_several_places() -> None:
    bar = noise(2.0, 3)
    found = sync_offset(SyncSide(bar), SyncSide(np.tile(bar, 4)))
    assert found.method == "none"
    assert "more than once" in str(found.evidence["reason"])


def test_either_side_may_be_the_longer_and_they_may_overlap_in_part() -> None:
    whole = noise(40, 5)
    early, late = whole[: 25 * RATE], whole[13 * RATE :]
    for picture, sound, expected in ((early, late, -13), (late, early, 13), (whole, late, -13)):
        found = sync_offset(SyncSide(picture), SyncSide(sound))
        assert found.offset == Time(expected * RATE, Fraction(RATE)), found.evidence


def test_clocks_that_drift_are_told(random: np.random.Generator) -> None:
    sound = noise(120, 7)
    slower = resample_poly(sound, 20_001, 20_000).astype(np.float32)  # +50 ppm more samples
    found = sync_offset(SyncSide(sound), SyncSide(slower))
    assert found.drift_ppm == pytest.approx(50.0, abs=3.0)
    still = sync_offset(SyncSide(sound), SyncSide(camera(sound, random, 20.0)))
    assert still.drift_ppm == pytest.approx(0.0, abs=1.0)


RATE_2997 = Fraction(30000, 1001)


def test_timecode_alone_syncs_exactly_where_there_is_no_sound() -> None:
    silent = SyncSide(
        np.zeros(0, np.int16),
        timecode=stamp(107_892, RATE_2997, Time(0, RATE_2997)),
        extent=Range.of_ticks(0, 3000, RATE_2997),
    )
    sound = SyncSide(noise(120, 2), timecode=stamp(107_792, RATE_2997, Time(0, Fraction(RATE))))
    found = sync_offset(silent, sound)
    assert found.method == "timecode"
    assert found.offset == Time(100, RATE_2997)


def test_audio_refines_a_timecode_that_is_half_a_frame_off() -> None:
    whole = noise(30, 9)
    picture = SyncSide(whole[5 * RATE :], timecode=stamp(125, Fraction(25), Time(0, Fraction(25))))
    sound = SyncSide(whole, timecode=stamp(0, Fraction(25), Time(-300, Fraction(RATE))))
    found = sync_offset(picture, sound)
    assert found.method == "timecode"
    assert found.offset == Time(5, Fraction(1))
    assert found.confidence > 0.95


def test_timecode_that_the_audio_contradicts_is_not_believed() -> None:
    whole = noise(30, 10)
    picture = SyncSide(whole[5 * RATE :], timecode=stamp(250, Fraction(25), Time(0, Fraction(25))))
    sound = SyncSide(whole, timecode=stamp(0, Fraction(25), Time(0, Fraction(RATE))))
    found = sync_offset(picture, sound)
    assert found.method == "common audio"
    assert found.offset == Time(5, Fraction(1))
    assert found.evidence["timecode_contradicted_by_seconds"] == pytest.approx(-5.0)


def test_ltc_outranks_the_file_timecode() -> None:
    picture = SyncSide(
        np.zeros(0, np.int16),
        ltc=stamp(100, Fraction(25), Time(0, Fraction(25))),
        timecode=stamp(0, Fraction(25), Time(0, Fraction(25))),
        extent=Range.of_ticks(0, 250, Fraction(25)),
    )
    sound = SyncSide(
        noise(20, 4), ltc=stamp(0, Fraction(25), Time(0, Fraction(25))), timecode=picture.timecode
    )
    found = sync_offset(picture, sound)
    assert found.method == "ltc"
    assert found.offset == Time(4, Fraction(1))


def test_timecodes_that_never_meet_sync_nothing() -> None:
    early = SyncSide(noise(10, 20), timecode=stamp(0, Fraction(25), Time(0, Fraction(25))))
    late = SyncSide(noise(10, 21), timecode=stamp(90_000, Fraction(25), Time(0, Fraction(25))))
    found = sync_offset(early, late)
    assert (found.method, found.offset) == ("none", None)


def test_one_long_recording_covers_several_clips_and_a_stranger_none(
    voices: list[np.ndarray], random: np.random.Generator
) -> None:
    room = random.normal(size=90 * RATE).astype(np.float32) * 0.002
    places = {}
    at = 3 * RATE
    for number, voice in enumerate(voices[:8]):
        room[at : at + len(voice)] += voice
        places[f"clip{number}"] = at
        at += len(voice) + 2 * RATE
    pictures = {
        name: SyncSide(camera(room[first - 8000 : first + 40_000], random, 15.0), start=1000)
        for name, first in places.items()
    }
    pictures["other"] = SyncSide(camera(voices[9], random, 15.0))
    sounds = {"day": SyncSide((room * 20_000).astype(np.int16)), "stranger": SyncSide(voices[11])}
    found = match_sound(pictures, sounds)
    assert {match.picture for match in found.matches} == set(places)
    assert {match.sound for match in found.matches} == {"day"}
    for match in found.matches:
        true = Fraction(places[match.picture] - 8000 - 1000, RATE)
        assert abs(match.offset.seconds - true) <= MILLISECOND
        assert match.heard == Range.of_ticks(1000, 49_000, Fraction(RATE))
    assert [one.sound for one in found.unmatched] == ["stranger"]
    assert found.unmatched[0].reason
