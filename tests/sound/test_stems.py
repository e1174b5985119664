"""Stems: sorted by name and by ear, placed in their channels, music ridden, and one limiter for all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerprint.departments.sound.levels import LoudnessMeter, profiles
from answerprint.departments.sound.limiting import TruePeakLimiter
from answerprint.departments.sound.mixing import RATE
from answerprint.departments.sound.peaks import true_peak
from answerprint.departments.sound.stems.drawing import Lane, mix_svg
from answerprint.departments.sound.stems.ducking import (
    AHEAD,
    DEEPEST,
    break_points,
    gains_at,
    phrases,
    rides,
)
from answerprint.departments.sound.stems.placing import CHANNELS, placing
from answerprint.departments.sound.stems.printing import print_level, turned_by
from answerprint.departments.sound.stems.sorting import by_ear, by_name

Samples = NDArray[np.float32]


def noise(seconds: float, level: float, channels: int = 2, seed: int = 1) -> Samples:
    random = np.random.default_rng(seed)
    return random.normal(0, 10 ** (level / 20), (round(seconds * RATE), channels)).astype(np.float32)


@pytest.mark.parametrize(
    ("role", "names", "stem"),
    [
        ("dialogue", ["A1"], "dialogue"),
        ("", ["DX 1"], "dialogue"),
        ("music", ["SFX"], "music"),  # the role is said by whoever made the timeline: it comes first
        ("", ["A7", "MX_chase_v3", "mx_end"], "music"),
        ("", ["FX door"], "effects"),
        ("", ["A1", "boom_012", "score_3"], None),  # its clips do not agree
        ("", ["A1", "A003C012"], None),
        ("", ["Effexor"], None),  # a word inside another is no word
    ],
)
def test_a_track_is_sorted_by_what_it_is_called(role: str, names: list[str], stem: str | None) -> None:
    found = by_name(role, names)
    assert (found.stem if found else None) == stem


def test_what_only_the_ear_told_is_not_sure() -> None:
    assert by_ear(0.6, 0.1).stem == "dialogue"
    assert by_ear(0.6, 0.1).sure
    assert by_ear(0.1, 0.8).stem == "music"
    assert not by_ear(0.1, 0.8).sure
    assert by_ear(0.0, 0.0).stem == "effects"
    assert not by_ear(0.3, 0.0).sure


@pytest.mark.parametrize("channels", [1, 2, 3, 6])
@pytest.mark.parametrize("layout", ["stereo", "5.1"])
def test_no_placing_makes_a_sound_louder_than_it_was(channels: int, layout: str) -> None:
    for stem in ("dialogue", "music", "effects"):
        matrix = placing(channels, layout, stem)  # type: ignore[arg-type]
        assert matrix.shape == (channels, len(CHANNELS[layout]))  # type: ignore[index]
        assert np.square(matrix).sum(1).max() <= 1 + 1e-9
    centre = placing(1, "5.1", "dialogue")[0]
    assert centre.tolist() == [0, 0, 1, 0, 0, 0]


def test_music_goes_down_by_what_it_stands_too_near_and_no_more() -> None:
    meter_voice, meter_music = LoudnessMeter(RATE, 2), LoudnessMeter(RATE, 2)
    voice = np.zeros((20 * RATE, 2), np.float32)
    voice[5 * RATE : 10 * RATE] = noise(5, -25)
    meter_voice.add(voice)
    meter_music.add(noise(20, -29, seed=2))
    spoken = [(5.0, 7.0), (7.5, 10.0)]
    (one,) = rides(meter_voice.energies(), meter_music.energies(), spoken, 10.0)
    assert one.gain == pytest.approx(-6.0, abs=0.3)
    points = break_points([one], 20.0)
    gains = 20 * np.log10(gains_at(points, 0, 20 * RATE, RATE))
    assert gains[: 4 * RATE].min() == 0
    assert gains[round((5 - AHEAD) * RATE) + 1 : 10 * RATE].max() == pytest.approx(one.gain, abs=0.01)
    assert gains[-5 * RATE :].max() == pytest.approx(0.0, abs=1e-6)
    assert np.abs(np.diff(gains)).max() < 20 / RATE  # dB a sample: a ride, no jump
    assert not rides(meter_voice.energies(), meter_music.energies() * 1e-3, spoken, 10.0)
    assert not rides(meter_voice.energies(), meter_music.energies(), spoken, None)


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.05, 20)), max_size=12),
)
def test_rides_never_cross_one_another(drawn: list[tuple[float, float]]) -> None:
    spans, at = [], 0.0
    for gap, long in drawn:
        spans.append((at + gap, at + gap + long))
        at += gap + long
    energies = np.full(round((at + 1) * 10) + 1, 0.01)
    made = rides(energies, energies, spans, 10.0)
    points = break_points(made, at + 1)
    times = [second for second, _ in points]
    assert times == sorted(set(times))
    assert all(-DEEPEST <= gain <= 0 for _, gain in points)
    assert len(made) <= len(phrases(spans))


def test_a_limiters_gain_is_read_off_what_it_did() -> None:
    sound = noise(4, -20)
    sound[RATE : RATE + 4800] *= 6
    limiter = TruePeakLimiter(RATE, -6.0, 2)
    after = np.concatenate([limiter.push(sound), limiter.finish()])
    gain = turned_by(sound, after)
    assert gain.min() < 0.9
    assert np.abs(sound * gain[:, None] - after).max() < 1e-6
    assert (gain[: RATE // 2] == 1).all()


@pytest.mark.parametrize("name", ["ebu-r128", "netflix", "trailer", "web"])
def test_a_print_reaches_its_level_and_holds_its_peaks(name: str) -> None:
    profile = profiles()[name]
    mix = noise(12, -30)
    mix[3 * RATE : 3 * RATE + 2000] *= 30
    gains: list[Samples] = []

    def keep(blocks: object) -> None:
        gains[:] = list(blocks)  # type: ignore[call-overload]

    made = print_level(name, profile, lambda: iter(np.array_split(mix, 7)), 2, [(1.0, 3.0), (5.0, 9.0)], keep)
    wanted = profile.leq_m if profile.leq_m is not None else profile.integrated
    assert made.value == pytest.approx(wanted, abs=0.06)
    printed = mix * np.concatenate(gains)
    assert 20 * np.log10(true_peak(printed)) <= profile.true_peak
    assert made.gate == {"netflix": "dialogue", "trailer": "Leq(m)"}.get(name, "programme")


def test_the_picture_is_a_document_whatever_clips_are_called() -> None:
    from lxml import etree

    lane = Lane("music", np.full(100, 0.001), [(0.0, 8.0, "<script>&'\"")], [(0.0, 0.0), (10.0, -3.0)])
    picture = mix_svg("A & B <reel>", 10.0, [lane], [(1, 2)], [])
    assert etree.fromstring(picture).tag.endswith("svg")
