"""Who speaks when: real conversations and mixed ones, whose truth other people or the clean voices give."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conversations import RATE, Conversation, converse, utterances
from hypothesis import given
from hypothesis import strategies as st

from answerprint.departments.footage.sound.voice import Classical as ClassicalVoice
from answerprint.departments.footage.sound.voice import voice_ranges
from answerprint.departments.footage.speakers.classical import Classical
from answerprint.departments.footage.speakers.diarisation_error import Span, diarisation_error
from answerprint.departments.footage.speakers.neural import Neural
from answerprint.departments.footage.speakers.resegmentation import cheapest
from answerprint.departments.footage.speakers.rttm import read_rttm
from answerprint.departments.footage.speakers.turns import (
    Diarisation,
    Turn,
    overlapped,
    overlapping,
    turns_of,
)
from answerprint.models.pyannote_segmentation import Segmenter
from answerprint.models.resemblyzer import VoiceEncoder
from answerprint.models.shelf import Shelf


@pytest.fixture(scope="module")
def voices(shared_data: Path) -> dict[str, list[np.ndarray]]:
    return utterances(list((shared_data / "voices").glob("*.flac")))


@pytest.fixture(scope="module")
def neural() -> Neural:
    shelf = Shelf()
    for name in ("pyannote-segmentation", "resemblyzer"):
        if not shelf.fetched(name):
            pytest.skip(f"{name} is not here: answerprint models fetch {name}")
    return Neural(Segmenter(shelf), VoiceEncoder(shelf))


def classical(samples: np.ndarray, people: int | None = None) -> Diarisation:
    voice = tuple((one.start_sample, one.end_sample) for one in voice_ranges(samples, ClassicalVoice()))
    return Classical(voice).diarise(samples, people)


def spans(found: Diarisation) -> list[Span]:
    return [(turn.start, turn.end, str(turn.speaker)) for turn in found.turns]


def as_one(found: Diarisation) -> list[Span]:
    return [(turn.start, turn.end, "0") for turn in found.turns]


def error(one: Conversation, turns: list[Span]) -> float:
    return diarisation_error(one.truth, turns).rate


def sample(shared_data: Path) -> Conversation:
    samples, _ = soundfile.read(shared_data / "diarisation" / "sample.wav", dtype="float32")
    return Conversation(samples, read_rttm(shared_data / "diarisation" / "sample.rttm", RATE), 2)


def test_classical_tells_voices_apart_and_is_better_than_one_speaker(
    voices: dict[str, list[np.ndarray]],
) -> None:
    for names in combinations(voices, 2):
        one = converse({name: voices[name] for name in names}, 11)
        found = classical(one.samples)
        assert found.speakers == 2
        assert error(one, spans(found)) < 0.5 * error(one, as_one(found))
        assert sorted(found.voice_seconds, reverse=True)[1] > 3


def test_classical_leaves_one_voice_one(voices: dict[str, list[np.ndarray]]) -> None:
    for name, said in voices.items():
        assert classical(converse({name: said}, 12).samples).speakers == 1


def test_classical_on_a_real_conversation_is_better_than_one_speaker(shared_data: Path) -> None:
    one = sample(shared_data)
    found = classical(one.samples)
    assert error(one, spans(found)) < 0.7 * error(one, as_one(found))


def test_the_networks_follow_a_real_conversation_with_its_overlaps(shared_data: Path, neural: Neural) -> None:
    one = sample(shared_data)
    found = neural.diarise(one.samples)
    assert found.speakers == 2
    assert error(one, spans(found)) <= 0.12
    assert overlapped(found.turns) > 1.5 * RATE


def test_the_networks_tell_two_voices_apart_in_every_mixture(
    voices: dict[str, list[np.ndarray]], neural: Neural
) -> None:
    errors = []
    for names in combinations(voices, 2):
        one = converse({name: voices[name] for name in names}, 13)
        found = neural.diarise(one.samples)
        assert found.speakers == 2
        errors.append(error(one, spans(found)))
    assert np.mean(errors) <= 0.15


@pytest.mark.slow
def test_the_networks_on_mixtures_of_two_and_three(
    voices: dict[str, list[np.ndarray]], neural: Neural
) -> None:
    errors = []
    for seed in range(20, 24):
        for names in [*combinations(voices, 2), *combinations(voices, 3)]:
            one = converse({name: voices[name] for name in names}, seed)
            found = neural.diarise(one.samples)
            errors.append(error(one, spans(found)))
            assert errors[-1] < 0.7 * error(one, as_one(found))
    assert np.mean(errors) <= 0.15


def test_one_voice_stays_one_for_the_networks(voices: dict[str, list[np.ndarray]], neural: Neural) -> None:
    for name, said in voices.items():
        assert neural.diarise(converse({name: said}, 14).samples).speakers == 1


def test_as_many_people_as_somebody_says(voices: dict[str, list[np.ndarray]], neural: Neural) -> None:
    one = converse(voices, 15)
    for people in (1, 2, 3):
        assert neural.diarise(one.samples, people).speakers == people
        assert classical(one.samples, people).speakers == people


def test_16_bit_samples_are_heard_as_floats_are(voices: dict[str, list[np.ndarray]], neural: Neural) -> None:
    one = converse({name: voices[name][:2] for name in ("1998", "2033")}, 16)
    coded = (one.samples * 32768).round().astype(np.int16)
    assert diarisation_error(spans(neural.diarise(one.samples)), spans(neural.diarise(coded))).rate < 0.02


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.3, 1.0, 7.0])
@pytest.mark.parametrize("level", [0.0, 1e-4, 0.3])
def test_nobody_speaks_in_silence_or_noise(seconds: float, level: float, neural: Neural) -> None:
    samples = np.random.default_rng(3).normal(0, 1, int(seconds * RATE)).astype(np.float32) * np.float32(
        level
    )
    assert neural.diarise(samples).turns == ()
    assert classical(samples).turns == ()


def test_samples_that_are_no_numbers_are_silence(neural: Neural) -> None:
    samples = np.full(3 * RATE, np.nan, np.float32)
    samples[RATE : 2 * RATE] = np.inf
    assert neural.diarise(samples).turns == ()


def test_turns_are_numbered_as_people_first_speak() -> None:
    active = np.zeros((10, 3), bool)
    active[1:4, 2] = active[3:6, 0] = active[8:, 2] = True
    turns, order = turns_of(active, np.ones((10, 3)), np.arange(11) * 100, 100, 50)
    assert [(one.start, one.end, one.speaker) for one in turns] == [
        (100, 400, 0),
        (300, 600, 1),
        (800, 1000, 0),
    ]
    assert order == [2, 0]
    assert overlapping(turns) == [True, True, False]
    assert overlapped(turns) == 100


def test_short_pauses_are_kept_in_a_turn_and_slips_dropped() -> None:
    active = np.array([[1], [1], [0], [1], [0], [0], [0], [1]], bool)
    turns, _ = turns_of(active, np.ones((8, 1)), np.arange(9) * 100, 200, 150)
    assert [(one.start, one.end) for one in turns] == [(0, 400)]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20), st.integers(0, 2)), max_size=8))
def test_overlap_is_counted_once_however_many_speak(given: list[tuple[int, int, int]]) -> None:
    turns = [Turn(start, start + length, who, 1.0) for start, length, who in given]
    expected = sum(sum(one.start <= tick < one.end for one in turns) > 1 for tick in range(80))
    assert overlapped(turns) == expected


def test_a_change_of_speaker_has_to_be_worth_its_cost() -> None:
    scores = np.array([[1.0, 0.0]] * 10 + [[0.0, 1.0]] * 3 + [[1.0, 0.0]] * 10)
    assert cheapest(scores, np.full(23, 2.0)).tolist() == [0] * 23
    assert cheapest(scores, np.full(23, 1.0)).tolist() == [0] * 10 + [1] * 3 + [0] * 10
