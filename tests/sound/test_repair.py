"""Clicks, clipped peaks and holes are filled in with what was there; a room's ring is told and lowered."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import fftconvolve, resample_poly

from answerprint.departments.sound.cleaning.repair import (
    clipped_spans,
    filled,
    find_clicks,
    find_damage,
    find_dropouts,
)
from answerprint.departments.sound.cleaning.reverberation import (
    modulation_ratio,
    without_late_reverberation,
)
from answerprint.departments.sound.cleaning.room_network import reverberation_time

RATE = 48_000
Sound = NDArray[np.float64]


@pytest.fixture(scope="module")
def voice(shared_data: Path) -> Sound:
    samples, rate = soundfile.read(shared_data / "voices" / "1998-15444-0001.flac")
    return resample_poly(samples, RATE, rate)


def error(truth: Sound, made: Sound, spans: list[tuple[int, int]]) -> float:
    """Of the filled places: what is wrong over what was there."""
    at = np.concatenate([np.arange(*one) for one in spans])
    return float(np.sum((truth[at] - made[at]) ** 2) / np.sum(truth[at] ** 2))


def test_clicks_are_found_where_they_are_and_taken_out(voice: Sound) -> None:
    random = np.random.default_rng(3)
    struck, at = voice.copy(), random.choice(np.arange(RATE, len(voice) - RATE, 2000), 40, replace=False)
    for one in at:
        struck[one : one + random.integers(1, 30)] += random.choice([-1, 1]) * random.uniform(0.2, 0.6)
    spans = find_clicks(struck, RATE)
    found = sum(any(start <= one < end for start, end in spans) for one in at)
    assert found >= 35 and len(spans) <= 45
    made = filled(struck, RATE, spans)
    assert np.sum((made - voice) ** 2) < 0.15 * np.sum((struck - voice) ** 2)
    untouched = np.ones(len(voice), bool)
    for start, end in spans:
        untouched[start:end] = False
    assert np.array_equal(made[untouched], struck[untouched])


def test_a_voice_has_no_clicks_to_speak_of(voice: Sound) -> None:
    assert len(find_clicks(voice, RATE)) <= 2


def test_clipped_peaks_become_round_again(voice: Sound) -> None:
    loud = voice / np.abs(voice).max()
    clipped = np.clip(loud, -0.5, 0.5)
    spans = clipped_spans(clipped)
    made = filled(clipped, RATE, spans, beyond_rails=True)
    assert np.sum((made - loud) ** 2) < 0.2 * np.sum((clipped - loud) ** 2)
    assert np.abs(made).max() > 0.6
    for start, end in spans:
        assert (np.abs(made[start:end]) >= 0.5 - 1e-12).all()


def test_holes_are_filled_with_what_was_there(voice: Sound) -> None:
    loud = np.convolve(voice**2, np.ones(960) / 960, "same")
    at = [int(one) for one in np.flatnonzero(loud > np.percentile(loud, 85))[::9000]]
    holed = voice.copy()
    for one in at:
        holed[one : one + 96] = 0
    spans = find_dropouts(holed, RATE)
    assert len(spans) >= len(at) - 1
    assert error(voice, filled(holed, RATE, spans), spans) < 0.3


def test_a_recording_that_is_clipped_throughout_is_left_as_it_is() -> None:
    sound = np.repeat(np.sign(np.random.default_rng(1).normal(size=RATE // 20)), 20)
    made = filled(sound, RATE, clipped_spans(sound), beyond_rails=True)
    assert np.array_equal(made, sound)


@pytest.mark.parametrize("length", [0, 1, 5, 100, 2000])
def test_short_recordings_have_no_damage_or_are_mended(length: int) -> None:
    sound = np.random.default_rng(2).normal(0, 0.1, length)
    damage = find_damage(sound, RATE)
    for spans in (damage.clicks, damage.clipped, damage.dropouts):
        assert len(filled(sound, RATE, spans)) == length


def ringing(voice: Sound, seconds: float) -> Sound:
    random = np.random.default_rng(int(seconds * 100))
    size = int(1.3 * seconds * RATE)
    ring = random.normal(size=size) * 10 ** (-3 * np.arange(size) / (seconds * RATE))
    ring[:150] = 0
    ring *= 1 / np.sqrt(np.sum(ring**2))
    ring[0] = 1
    wet: Sound = fftconvolve(np.pad(voice, (RATE // 2, RATE)), ring)[: len(voice) + RATE * 3 // 2]
    return wet + random.normal(0, 1e-4, len(wet))


def test_the_network_is_the_one_on_its_card() -> None:
    folder = files("answerprint.departments.sound.cleaning")
    card = tomllib.loads(folder.joinpath("room_network.toml").read_text("utf-8"))
    data = folder.joinpath(card["file"]).read_bytes()
    assert len(data) == card["size"]
    assert sha256(data).hexdigest() == card["sha256"]


def test_too_little_tells_nothing_of_a_room(voice: Sound) -> None:
    assert reverberation_time(voice[: RATE // 2], RATE) is None
    assert reverberation_time(np.zeros(5 * RATE), RATE) is None


def test_longer_rooms_are_told_as_longer_ones_and_lowered(shared_data: Path) -> None:
    samples, rate = soundfile.read(shared_data / "voices" / "2033-164914-0003.flac")
    voice = resample_poly(samples, RATE, rate)
    told = []
    for seconds in (0.3, 0.7):
        wet = ringing(np.concatenate([voice, voice]), seconds)
        found = reverberation_time(wet, RATE)
        assert found is not None and found == pytest.approx(seconds, rel=0.2)
        told.append(found)
    assert told == sorted(told)
    drier = without_late_reverberation(wet, RATE, 0.7)
    assert len(drier) == len(wet)
    before, after = modulation_ratio(wet, RATE), modulation_ratio(drier, RATE)
    assert before is not None and after is not None and after > before + 2
