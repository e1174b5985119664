"""The fast look: coarse shots between keyframes, voices from samples of the sound, plain faults."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.departments.footage.glance.coarse import coarse_shots
from answerprint.departments.footage.glance.looking import look_at
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.keyframes import spread_keyframes
from answerprint.media.probe import probe

RATE = Fraction(25)


def place(seed: int, moved: int = 0, light: float = 1.0) -> NDArray[np.uint8]:
    """A wall of coloured patches, each seed another place, seen from a little aside and in other light."""
    random = np.random.default_rng(seed)
    base = ((200, 90, 60), (60, 140, 80), (70, 80, 190))[seed % 3]
    patches = np.clip(np.array(base) + random.normal(0, 30, (9, 16, 3)), 0, 255)
    wall = np.kron(patches, np.ones((10, 10, 1))) * light
    return np.roll(np.clip(wall, 0, 255), moved, axis=1).astype(np.uint8)


def test_other_places_part_and_the_same_place_stays_whole() -> None:
    pictures = [place(1), place(1, 6), place(1, 9, 0.9), place(2), place(2, 4), place(3)]
    assert [(one.first, one.last) for one in coarse_shots(pictures)] == [(0, 3), (3, 5), (5, 6)]


def test_black_is_a_stretch_of_its_own() -> None:
    nothing = np.zeros((90, 160, 3), np.uint8)
    found = coarse_shots([nothing, place(1), place(1, 3), nothing])
    assert [one.black for one in found] == [True, False, True]


def test_no_pictures_are_no_shots() -> None:
    assert coarse_shots([]) == []


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three places of eight seconds, keyframes every two; the sound silent."""
    out = tmp_path_factory.mktemp("glance") / "film.mp4"
    pictures = (place(1 + index // 200, index % 7) for index in range(600))
    silent = (np.zeros((48000, 1), np.float32) for _ in range(24))
    sound = Sound(silent, AudioSettings(channels=1))
    write_pictures(out, enumerate(pictures), RATE, VideoSettings(preset="veryfast", gop=50), sound=sound)
    return out


def test_coarse_shots_lie_within_a_keyframe_of_the_cuts(film: Path) -> None:
    look = look_at(film, probe(film))
    assert look.rate is not None
    starts = [one.start / look.rate for one in look.marks if one.label == "shot"]
    assert len(starts) == 3
    for start, cut in zip(starts, (0, 8, 16), strict=True):
        assert cut <= start < cut + 2


def test_silence_is_not_speech(film: Path) -> None:
    glance = look_at(film, probe(film)).glance
    assert glance.silent
    assert not glance.speaks


def test_speech_is_heard(shared_data: Path) -> None:
    file = shared_data / "speech" / "jfk.flac"
    glance = look_at(file, probe(file)).glance
    assert glance.speaks
    assert glance.keyframes == 0


def test_keyframes_are_as_far_apart_as_asked_and_no_more_than_asked(film: Path) -> None:
    close = list(spread_keyframes(film, Fraction(1), 100, 64))
    assert len(close) == 12
    far = [one.pts * one.time_base for one in spread_keyframes(film, Fraction(5), 100, 64)]
    assert all(later - sooner >= 5 for sooner, later in itertools.pairwise(far))
    assert len(list(spread_keyframes(film, Fraction(0), 3, 64))) <= 3


def test_a_cut_short_file_is_told_at_once(film: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.mp4"
    data = film.read_bytes()
    moov = data.index(b"moov")
    assert moov < len(data) // 2, "the index comes first: the file opens although its end is missing"
    short.write_bytes(data[: len(data) * 2 // 3])
    assert look_at(short, probe(short)).glance.faults
