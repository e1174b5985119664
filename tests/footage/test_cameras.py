"""Several cameras and one recorder on one moment; drifting clocks; what channels are called."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from answerprint.core.logged import SoundMatch
from answerprint.core.records import StartTimecode
from answerprint.core.time import Range, Time
from answerprint.departments.footage.sound.roles import roles_of, unheard
from answerprint.departments.footage.sound.timecode_clock import TimecodeClock
from answerprint.departments.footage.sync.cameras import link_cameras
from answerprint.departments.footage.sync.fingerprints import candidates, landmarks
from answerprint.departments.footage.sync.matching import Stamp, SyncSide, match_sound
from answerprint.media.ltc import encode_ltc

RATE = 16_000


def babble(seconds: float, seed: int) -> np.ndarray:
    """Voiced bursts of changing pitch: what makes peaks in a spectrogram, as speech does."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    pitch = np.interp(
        time,
        np.arange(0, seconds + 1, 0.15)[: int(seconds / 0.15) + 2],
        random.uniform(110, 260, int(seconds / 0.15) + 2),
    )
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    loud = np.repeat(random.uniform(0, 1, int(seconds / 0.12) + 1) > 0.35, int(0.12 * RATE))[: len(time)]
    strength = random.uniform(0.2, 1.0, 12)
    voice = sum(strength[k] / (k + 1) * np.sin((k + 1) * phase) for k in range(12))
    return (0.1 * loud * voice).astype(np.float32)


def through_a_room(sound: np.ndarray, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    tail = random.normal(size=2400) * np.exp(-np.arange(2400) / 500) * 0.1
    tail[0] = 1.0
    heard = np.convolve(sound, tail)[: len(sound)]
    return (0.3 * heard + random.normal(0, 0.002, len(heard))).astype(np.float32)


def test_three_cameras_are_laid_on_one_clock() -> None:
    scene = babble(60, 1)
    clips = {
        "a": SyncSide(through_a_room(scene[: 40 * RATE], 1)),
        "b": SyncSide(through_a_room(scene[12 * RATE : 55 * RATE], 2)),
        "c": SyncSide(through_a_room(scene[30 * RATE :], 3)),
        "elsewhere": SyncSide(babble(30, 9)),
    }
    (group,) = link_cameras(clips)
    assert {one.first for one in group} == {"a"}
    places = {one.second: float(one.offset.seconds) for one in group}
    assert places == {"b": pytest.approx(-12, abs=0.002), "c": pytest.approx(-30, abs=0.002)}


def test_clips_of_one_card_are_never_of_one_moment() -> None:
    line = babble(12, 4)
    clips = {"a": SyncSide(through_a_room(line, 1)), "b": SyncSide(through_a_room(line, 2))}
    assert link_cameras(clips, cards={"a": "A001", "b": "B001"})
    assert link_cameras(clips, cards={"a": "A001", "b": "A001"}) == ()


def test_what_timecodes_contradict_is_not_believed() -> None:
    line = babble(12, 4)

    def clip(seed: int, frame: int) -> SyncSide:
        stamp = Stamp(StartTimecode("", frame, Fraction(24), False, "tmcd"), Time(0, Fraction(24)))
        return SyncSide(through_a_room(line, seed), timecode=stamp)

    assert link_cameras({"a": clip(1, 90_000), "b": clip(2, 90_000)})
    assert link_cameras({"a": clip(1, 90_000), "b": clip(2, 95_000)}) == ()


def test_a_recording_under_two_clips_links_them() -> None:
    def under(picture: str, offset: int) -> SoundMatch:
        return SoundMatch(
            picture=picture,
            sound="recorder",
            offset=Time(offset, Fraction(1)),
            method="timecode",
            confidence=0.9,
            heard=Range.of_ticks(0, 20, Fraction(1)),
        )

    ((link,),) = link_cameras({}, [under("a", 100), under("b", 105)])
    assert (link.first, link.second, link.offset) == ("a", "b", Time(-5, Fraction(1)))
    assert link_cameras({}, [under("a", 100), under("b", 200)]) == ()


def test_fingerprints_are_surest_of_the_same_sound_through_another_room() -> None:
    scenes = [babble(25, seed) for seed in range(6)]
    heard = {f"recorder {index}": landmarks(scene) for index, scene in enumerate(scenes)}
    for index, scene in enumerate(scenes):
        heard[f"camera {index}"] = landmarks(through_a_room(scene[5 * RATE :], index))
    surest = candidates(heard)[:6]
    assert {(one.first, one.second) for one in surest} == {
        (f"recorder {index}", f"camera {index}") for index in range(6)
    }
    assert all(one.lag == pytest.approx(5.0, abs=0.1) for one in surest)


def test_silence_has_no_landmarks() -> None:
    assert len(landmarks(np.zeros(60 * RATE, np.int16)).pairs) == 0
    assert candidates({}) == []


def test_a_drifting_clock_is_followed() -> None:
    match = SoundMatch(
        picture="p",
        sound="s",
        offset=Time(1, Fraction(1)),
        method="ltc",
        confidence=0.99,
        heard=Range.of_ticks(0, 3600, Fraction(1)),
        drift_ppm=30.0,
        reference=Time(1800, Fraction(1)),
    )
    assert match.offset_at(Time(1800, Fraction(1))).seconds == 1
    last = match.offset_at(Time(3600, Fraction(1))).seconds
    assert abs(last - 1 - Fraction(54, 1000)) <= Fraction(1, 96_000)


@pytest.mark.slow
def test_after_an_hour_of_drift_and_noise_the_sound_lies_within_half_a_frame() -> None:
    hour = np.concatenate([babble(60, seed) for seed in range(60)])
    fast = 1 + 30e-6
    places = np.arange(int(len(hour) / fast)) * fast  # the recorder's clock gains 30 millionths
    slow = np.interp(places, np.arange(len(hour)), hour).astype(np.float32)
    random = np.random.default_rng(5)
    noisy = through_a_room(hour, 7) + random.normal(0, 0.02, len(hour)).astype(np.float32)
    (match,) = match_sound({"p": SyncSide(noisy)}, {"s": SyncSide(slow)}).matches
    for minute in (0, 15, 30, 45, 60):
        picture = Time(minute * 60, Fraction(1))
        true = picture.seconds / Fraction(fast) - picture.seconds
        assert abs(match.offset_at(picture).seconds - true) <= Fraction(1, 50)


def test_track_names_tell_the_mix_from_boom_and_lavaliers() -> None:
    names = ("MixL", "MixR", "Boom", "ANNA", "LAV 2", "LTC")
    assert roles_of(names, 6) == ("mix", "mix", "boom", "lavalier", "lavalier", "timecode")
    assert unheard(names, 6) == frozenset({2, 3, 4, 5})
    assert roles_of(("Track 1", "Track 2"), 2) == ("", "")
    assert unheard((), 2, timecode=1) == frozenset({1})


def test_recorded_timecode_tells_how_the_clock_runs() -> None:
    hour = encode_ltc(90_000, 24 * 130, Fraction(24), False, 48_000)
    fast = 1 + 40e-6  # the file's clock gains 40 millionths: the timecode seems slow by as many
    places = np.arange(int(len(hour) * fast / 3)) * 3 / fast
    channel = np.interp(places, np.arange(len(hour)), hour).astype(np.float32)
    clock = TimecodeClock()
    for start in range(0, len(channel), 16_000):
        clock.add(channel[start : start + 16_000])
    assert clock.ppm() == pytest.approx(-40.0, abs=2.0)


def test_a_short_or_silent_channel_tells_nothing() -> None:
    short, silent = TimecodeClock(), TimecodeClock()
    short.add(encode_ltc(0, 240, Fraction(24), False, 16_000))
    silent.add(np.zeros(100 * 16_000, np.float32))
    assert short.ppm() is None
    assert silent.ppm() is None


def test_without_a_sound_in_common_timecode_alone_follows_the_drift() -> None:
    def stamp(source: str) -> Stamp:
        timecode = StartTimecode("", 0, Fraction(24), False, source)  # type: ignore[arg-type]
        return Stamp(timecode, Time(0, Fraction(24)))

    hour = Range.of_ticks(0, 3600, Fraction(1))
    nothing = np.zeros(0, np.int16)
    picture = SyncSide(nothing, ltc=stamp("ltc"), extent=hour, timecode_ppm=30.0)
    sound = SyncSide(nothing, timecode=stamp("bwf"), extent=hour)
    (match,) = match_sound({"p": picture}, {"s": sound}).matches
    assert match.method == "ltc"
    late = match.offset_at(Time(3600, Fraction(1))).seconds
    assert abs(late - Fraction(108, 1000)) < Fraction(1, 10_000)
