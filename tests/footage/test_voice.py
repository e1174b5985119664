"""Voice ranges find who speaks and leave noise, hum and silence alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerprint.departments.footage.sound.voice import (
    RATE,
    WINDOW,
    Classical,
    Segmentation,
    Silero,
    segment,
    voice_ranges,
)
from answerprint.models.shelf import Shelf

FRAME = RATE // 100


@pytest.fixture(scope="module")
def silero() -> Silero:
    if not Shelf().fetched("silero-vad"):
        pytest.skip("Silero VAD is not here: answerprint models fetch silero-vad")
    return Silero(Shelf().path("silero-vad"))


@pytest.fixture(params=["classical", "bundled"])
def backend(request: pytest.FixtureRequest) -> Classical | Silero:
    if request.param == "classical":
        return Classical()
    found: Silero = request.getfixturevalue("silero")
    return found


def marked(ranges: list[tuple[float, float]], length: int) -> NDArray[np.bool_]:
    frames = np.zeros(length // FRAME, bool)
    for start, end in ranges:
        frames[round(start / FRAME) : round(end / FRAME)] = True
    return frames


def conversation(folder: Path) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """30 s of two speakers and, frame by frame, whether anyone speaks (pyannote's own annotation)."""
    samples, _ = soundfile.read(folder / "diarisation" / "sample.wav", dtype="float32")
    lines = [line.split() for line in (folder / "diarisation" / "sample.rttm").read_text().splitlines()]
    spans = [(float(one[3]) * RATE, (float(one[3]) + float(one[4])) * RATE) for one in lines]
    return samples, marked(spans, len(samples))


def test_a_conversation_is_heard_where_people_marked_it(
    shared_data: Path, backend: Classical | Silero
) -> None:
    samples, truth = conversation(shared_data)
    ranges = voice_ranges(samples, backend)
    heard = marked([(one.start_sample, one.end_sample) for one in ranges], len(samples))
    assert np.mean(heard != truth) < 0.03
    assert all(one.confidence > 0.5 for one in ranges)


def test_a_conversation_is_heard_through_noise(shared_data: Path, backend: Classical | Silero) -> None:
    samples, truth = conversation(shared_data)
    hiss = np.random.default_rng(1).normal(size=len(samples))
    noisy = samples + (hiss * np.sqrt(np.mean(samples**2)) * 10 ** (-10 / 20)).astype(np.float32)
    ranges = voice_ranges(noisy, backend)
    heard = marked([(one.start_sample, one.end_sample) for one in ranges], len(samples))
    assert np.mean(heard != truth) < 0.10


def test_speech_is_heard_at_any_level(shared_data: Path) -> None:
    samples, truth = conversation(shared_data)
    for gain in (0.05, 0.3, 3.0):  # from −26 dB, a distant microphone, to clipping
        ranges = voice_ranges(np.clip(samples * np.float32(gain), -1, 1), Classical())
        heard = marked([(one.start_sample, one.end_sample) for one in ranges], len(samples))
        assert np.mean(heard != truth) < 0.03, gain


@pytest.mark.parametrize("kind", ["silence", "hiss", "hum", "clicks"])
def test_what_is_no_voice_is_not_taken_for_one(kind: str, backend: Classical | Silero) -> None:
    time = np.arange(10 * RATE) / RATE
    sound = {
        "silence": np.zeros(10 * RATE),
        "hiss": np.random.default_rng(2).normal(0, 0.05, 10 * RATE),
        "hum": 0.1 * sum(np.sin(2 * np.pi * 50 * n * time) / n for n in range(1, 6)),
        "clicks": np.where(np.arange(10 * RATE) % (2 * RATE) == 7000, 0.9, 0.0),
    }[kind]
    assert voice_ranges(sound.astype(np.float32), backend) == []


def test_silero_hears_what_its_own_program_hears(shared_data: Path, silero: Silero) -> None:
    # Printed by get_speech_timestamps of silero-vad 6.2.3 (its TorchScript model, torch 2.13).
    published = {
        "diarisation/sample.wav": [(108064, 115680), (121888, 286688), (288800, 345568), (348704, 480000)],
        "speech/librivox/sense_and_sensibility-0870.wav": [(5152, 110560)],
        "speech/librivox/sense_and_sensibility-0890.wav": [(4128, 82912)],
    }
    for name, ranges in published.items():
        samples, _ = soundfile.read(shared_data / name, dtype="float32")
        heard = voice_ranges(samples, silero)
        assert [(one.start_sample, one.end_sample) for one in heard] == ranges, name


@given(
    probabilities=st.lists(st.sampled_from([0.0, 0.3, 0.4, 0.6, 1.0]), max_size=80),
    cut=st.integers(0, WINDOW - 1),
    padding=st.integers(0, 3 * WINDOW),
)
def test_ranges_are_in_order_inside_the_recording_and_never_overlap(
    probabilities: list[float], cut: int, padding: int
) -> None:
    length = max(len(probabilities) * WINDOW - cut, 0)
    how = Segmentation(padding=padding)
    ranges = segment(np.array(probabilities, np.float32), length, how)
    edges = [edge for one in ranges for edge in (one.start_sample, one.end_sample)]
    assert edges == sorted(edges)
    assert all(one.start_sample < one.end_sample for one in ranges)
    assert not edges or (edges[0] >= 0 and edges[-1] <= length)
    for one in ranges:  # each holds a window that was speech
        inside = probabilities[one.start_sample // WINDOW : -(-one.end_sample // WINDOW)]
        assert max(inside) >= how.enter


def test_a_pause_shorter_than_the_limit_does_not_split_a_line() -> None:
    how = Segmentation(shortest_silence=4 * WINDOW, shortest_speech=WINDOW, padding=0)
    bridged = np.array([1] * 10 + [0] * 3 + [1] * 10, np.float32)
    split = np.array([1] * 10 + [0] * 6 + [1] * 10, np.float32)
    assert [(one.start_sample, one.end_sample) for one in segment(bridged, 23 * WINDOW, how)] == [
        (0, 23 * WINDOW)
    ]
    assert [(one.start_sample, one.end_sample) for one in segment(split, 26 * WINDOW, how)] == [
        (0, 10 * WINDOW),
        (16 * WINDOW, 26 * WINDOW),
    ]


def test_short_and_empty_recordings_have_no_voice(backend: Classical | Silero) -> None:
    for length in (0, 1, WINDOW - 1, WINDOW + 1):
        assert voice_ranges(np.zeros(length, np.float32), backend) == []
    with pytest.raises(ValueError, match="mono"):
        voice_ranges(np.zeros((100, 2), np.float32), backend)
