"""Programmes: dialogue in the mix and alone, Leq(m), EBU's sharpest cases, what profiles ask, the picture."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.departments.sound.dialogue import dialogue_loudness, own_loudness, spoken_hops
from answerprint.departments.sound.leq_m import LeqMeter, bs_468, m_weighting
from answerprint.departments.sound.levels import LoudnessMeter, measure, profiles
from answerprint.departments.sound.loudness_picture import loudness_svg
from answerprint.departments.sound.programme import Programme, measured, verdicts

RATE = 48_000
Sound = NDArray[np.float64]


def tone(db: float, seconds: float, hertz: float = 1000.0, channels: int = 2) -> Sound:
    at = np.arange(round(seconds * RATE)) / RATE
    return np.repeat((10 ** (db / 20) * np.sin(2 * np.pi * hertz * at))[:, None], channels, axis=1)


def programme(samples: Sound, spoken: list[tuple[float, float]] | None = None) -> Programme:
    meter, leq = LoudnessMeter(RATE, samples.shape[1]), LeqMeter(RATE, samples.shape[1])
    for start in range(0, len(samples), 7000):  # in uneven blocks
        meter.add(samples[start : start + 7000])
        leq.add(samples[start : start + 7000])
    return measured(meter, leq, "stereo", spoken)


# EBU Tech 3341 cases 10, 12 and 13: bursts that begin between a meter's usual steps.
@pytest.mark.parametrize("number", [0, 1, 7, 13, 19])
def test_bursts_are_read_whole_wherever_they_begin(number: int) -> None:
    silence = np.zeros((round(0.02 * number * RATE), 2))
    burst = np.concatenate([silence, tone(-23, 0.4), np.zeros((RATE, 2))])
    assert measure(burst, RATE).max_momentary == pytest.approx(-23.0, abs=0.1)
    long = np.concatenate([np.zeros((round(0.15 * number * RATE), 2)), tone(-23, 3), np.zeros((RATE, 2))])
    assert measure(long, RATE).max_short_term == pytest.approx(-23.0, abs=0.1)


def test_dialogue_is_what_is_heard_while_somebody_speaks_and_alone_without_its_bed() -> None:
    random = np.random.default_rng(1)
    bed = np.repeat(random.normal(0, 0.02, (20 * RATE, 1)), 2, axis=1)
    voice = np.zeros_like(bed)
    spoken = [(3.0, 8.0), (11.0, 17.0)]
    for start, end in spoken:
        voice[round(start * RATE) : round(end * RATE)] = np.repeat(
            random.normal(0, 0.05, (round((end - start) * RATE), 1)), 2, axis=1
        )
    alone, mixed = programme(voice, spoken), programme(voice + bed, spoken)
    true = measure(voice[3 * RATE : 8 * RATE], RATE).integrated
    assert alone.dialogue_in_mix == pytest.approx(true, abs=0.1)
    assert mixed.dialogue_share == pytest.approx(11 / 20, abs=0.01)
    expected = 10 * np.log10(1 + (0.02 / 0.05) ** 2)
    assert mixed.dialogue_in_mix == pytest.approx(true + expected, abs=0.1)
    assert mixed.dialogue_integrated == pytest.approx(true, abs=0.1)


def test_nobody_speaking_is_no_dialogue_and_no_pause_takes_nothing_off() -> None:
    energies = np.full(100, 0.01)
    assert own_loudness(energies, []) is None
    assert dialogue_loudness(energies, spoken_hops([], 100)) is None
    throughout = own_loudness(energies, [(0.0, 10.0)])
    assert throughout == pytest.approx(-0.691 - 20, abs=0.01)
    assert not spoken_hops([(0.04, 0.07), (99.0, 120.0)], 100).any()


# ITU-R BS.468-4, table 1.
@pytest.mark.parametrize(
    ("hertz", "db"),
    [(63, -23.9), (200, -13.8), (1000, 0.0), (2000, 5.6), (6300, 12.2), (10000, 8.1), (20000, -22.2)],
)
def test_the_weighting_is_that_of_bs_468(hertz: float, db: float) -> None:
    assert bs_468(np.array([hertz]))[0] == pytest.approx(db, abs=0.2)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_leq_m_reads_a_tone_at_2_khz_as_it_is_at_every_rate(rate: int) -> None:
    at = np.arange(rate) / rate
    meter = LeqMeter(rate, 1)
    meter.add((0.1 * np.sin(2 * np.pi * 2000 * at))[:, None])
    # −20 dBFS in one screen channel; weighted by 0 dB at 2 kHz.
    assert meter.result() == pytest.approx(85.0, abs=0.1)
    assert len(m_weighting(rate)) % 2 == 1


def test_surrounds_are_3_db_lower_and_silence_has_no_level() -> None:
    sound = np.zeros((RATE, 6))
    sound[:, 4] = tone(-20, 1, 2000, 1)[:, 0]
    meter = LeqMeter(RATE, 6)
    meter.add(sound)
    assert meter.result() == pytest.approx(82.0, abs=0.1)
    assert LeqMeter(RATE, 2).result() is None


@dataclass
class _Asked:
    profile: str
    db: float
    met: dict[str, bool]


@pytest.mark.parametrize(
    "asked",
    [
        _Asked("ebu-r128", -23.0, {"loudness, programme": True, "true peak": True}),
        _Asked("ebu-r128", -20.0, {"loudness, programme": False, "true peak": True}),
        _Asked("ebu-r128", -0.5, {"loudness, programme": False, "true peak": False}),
        _Asked("trailer", -40.0, {"Leq(m)": True, "true peak": True}),
        _Asked("trailer", -10.0, {"Leq(m)": False, "true peak": True}),
    ],
)
def test_a_profile_is_met_or_not_by_what_it_asks(asked: _Asked) -> None:
    found = verdicts(programme(tone(asked.db, 5)), profiles()[asked.profile])
    assert {one.rule: one.met for one in found} == asked.met


def test_dialogue_gated_profiles_fall_back_to_the_programme_where_hardly_anybody_speaks() -> None:
    netflix = profiles()["netflix"]
    sound = tone(-27, 20)
    assert programme(sound, [(0.0, 15.0)]).by_gate(netflix)[0] == "dialogue"
    assert programme(sound, [(0.0, 1.0)]).by_gate(netflix)[0] == "programme"
    assert programme(sound).by_gate(netflix)[0] == "programme"


def test_silence_and_a_single_sample_are_measured_as_nothing() -> None:
    for samples in (np.zeros((RATE, 2)), np.zeros((1, 2))):
        found = programme(samples, [])
        assert found.integrated is None and found.true_peak is None and found.leq_m is None
        assert all(one.met is None for one in verdicts(found, profiles()["ebu-r128"]))


def test_the_picture_is_svg_with_the_curve_and_the_spoken_parts() -> None:
    found = programme(np.concatenate([tone(-30, 6), np.zeros((4 * RATE, 2)), tone(-20, 6)]), [(1.0, 4.0)])
    drawn = ElementTree.fromstring(loudness_svg(found, "a <film> & more.wav", profiles()["ebu-r128"]))
    assert len([one for one in drawn.iter() if one.tag.endswith("rect")]) == 3
    assert len(found.curve) == 16 and found.curve[:2] == (None, None)
    assert found.curve[5] == pytest.approx(-30, abs=0.1) and found.curve[-1] == pytest.approx(-20, abs=0.1)
    loudness_svg(programme(np.zeros((1, 1))), "nothing.wav")
