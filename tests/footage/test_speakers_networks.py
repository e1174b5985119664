"""The networks in NumPy do what their definitions say; PyTorch is held beside them in bench/speakers.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.core.errors import ModelError, NotAvailableError
from answerprint.models.pyannote_segmentation import FRAMES, SPEAKERS, WINDOW, Segmenter
from answerprint.models.recurrent import Lstm
from answerprint.models.resemblyzer import PARTIAL, WIDTH, VoiceEncoder, mel_frames
from answerprint.models.shelf import Shelf

RANDOM = np.random.default_rng(5)


def weights(name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    seed = int.from_bytes(name.encode()[-8:], "little")
    return np.random.default_rng(seed).normal(0, 0.4, shape).astype(np.float32)


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-x))


def by_definition(sequence: NDArray[Any], end: str, hidden: int) -> NDArray[np.float64]:
    """One layer, one way, one sample: the equations as they are printed."""
    width = sequence.shape[1]
    into, over = (
        weights(f"weight_ih{end}", (4 * hidden, width)),
        weights(f"weight_hh{end}", (4 * hidden, hidden)),
    )
    bias = weights(f"bias_ih{end}", (4 * hidden,)) + weights(f"bias_hh{end}", (4 * hidden,))
    state, cell, outputs = np.zeros(hidden), np.zeros(hidden), []
    for x in sequence.astype(np.float64):
        i, f, g, o = np.split(into @ x + over @ state + bias, 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        state = sigmoid(o) * np.tanh(cell)
        outputs.append(state)
    return np.array(outputs)


def test_an_lstm_follows_its_equations_both_ways_and_through_its_layers() -> None:
    sequence = RANDOM.normal(0, 1, (9, 3, 5)).astype(np.float32)
    found = Lstm(weights, 5, 4, layers=2, both_ways=True).run(sequence)
    assert found.shape == (9, 3, 8)
    for sample in range(3):
        state: NDArray[Any] = sequence[:, sample]
        for layer in range(2):
            forward = by_definition(state, f"_l{layer}", 4)
            back = by_definition(state[::-1], f"_l{layer}_reverse", 4)[::-1]
            state = np.concatenate([forward, back], axis=1)
        assert np.abs(found[:, sample] - state).max() < 1e-5


def test_a_tone_lies_in_the_mel_band_that_holds_it() -> None:
    time = np.arange(16_000) / 16_000
    # Slaney's scale: 42 edges from 0 to 8000 Hz, linear (73.6 Hz apart) below 1000 Hz.
    for band in (3, 7, 11):
        tone = np.sin(2 * np.pi * 73.57 * (band + 1) * time).astype(np.float32)
        assert (mel_frames(tone)[5:-5].argmax(axis=1) == band).all()


def test_mel_frames_are_the_same_from_16_bits_and_across_pieces() -> None:
    sound = RANDOM.normal(0, 0.1, 16_000 * 45).astype(np.float32)
    whole = mel_frames(sound)
    assert len(whole) == 1 + len(sound) // 160
    later = mel_frames(sound[160 * 4000 :])  # 40 s on: another piece, another phase
    assert np.allclose(whole[4010:4400], later[10:400], rtol=1e-4)
    coded = (sound * 32768).round().astype(np.int16)
    assert np.abs(mel_frames(coded) - whole).max() < 1e-3 * whole.max()


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    for name in ("pyannote-segmentation", "resemblyzer"):
        if not Shelf().fetched(name):
            pytest.skip(f"{name} is not here: answerprint models fetch {name}")
    return Shelf()


def test_what_runs_beside_a_window_does_not_touch_it(shelf: Shelf) -> None:
    windows = RANDOM.normal(0, 0.05, (3, WINDOW)).astype(np.float32)
    segmenter = Segmenter(shelf)
    together = segmenter.activities(windows)
    assert together.shape == (3, FRAMES, SPEAKERS)
    assert np.abs(segmenter.activities(windows[1:2])[0] - together[1]).max() < 1e-3


def test_a_voice_is_a_direction(shelf: Shelf) -> None:
    mels = mel_frames(RANDOM.normal(0, 0.03, 16_000 * 3).astype(np.float32))
    found = VoiceEncoder(shelf).embed(np.stack([mels[:PARTIAL], mels[50 : 50 + PARTIAL]]))
    assert found.shape == (2, WIDTH)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert (found >= 0).all()


def test_models_that_were_not_fetched_say_how_to_get_them(tmp_path: Any) -> None:
    empty = Shelf(tmp_path, tmp_path)
    for kind in (Segmenter, VoiceEncoder):
        with pytest.raises(NotAvailableError) as caught:
            kind(empty)
        assert "answerprint models fetch" in str(caught.value.remedy)


def test_weights_of_another_network_are_refused(shelf: Shelf) -> None:
    encoder = VoiceEncoder(shelf)
    with pytest.raises(ModelError) as caught:
        encoder._tensor("linear.weight", (1, 2))
    assert caught.value.code == "AP-MODEL-007"
