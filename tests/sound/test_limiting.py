"""A programme limited as it streams is the programme limited whole, however it is cut, and however long."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d

from answerprint.departments.sound.limiting import (
    LOOKAHEAD,
    PIECE,
    RELEASE,
    TruePeakLimiter,
    limit_true_peak,
)
from answerprint.departments.sound.peaks import levels, true_peak

RATE = 48_000


def streamed(
    sound: NDArray[np.float32], ceiling_db: float, cuts: list[int]
) -> tuple[NDArray[np.float32], TruePeakLimiter, int]:
    """The sound pushed through in blocks cut at `cuts`; and the most that was held back between two."""
    limiter = TruePeakLimiter(RATE, ceiling_db, sound.shape[1])
    made, given_back, held = [], 0, 0
    edges = [0, *sorted(cut for cut in cuts if cut < len(sound)), len(sound)]
    for first, last in pairwise(edges):
        made.append(limiter.push(sound[first:last]))
        given_back += len(made[-1])
        held = max(held, last - given_back)
    made.append(limiter.finish())
    return np.concatenate(made), limiter, held


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 1000),
    length=st.integers(1, 60_000),
    channels=st.integers(1, 2),
    ceiling=st.floats(-15, 0),
    clicks=st.sampled_from([0.0, 0.0001, 0.002]),
    cuts=st.lists(st.integers(0, 60_000), max_size=12),
)
def test_how_the_stream_is_cut_changes_no_sample(
    seed: int, length: int, channels: int, ceiling: float, clicks: float, cuts: list[int]
) -> None:
    random = np.random.default_rng(seed)
    sound = random.normal(0, 0.05, (length, channels))
    sound[random.random(length) < clicks] *= 60
    sound = sound.astype(np.float32)
    whole = limit_true_peak(sound, RATE, ceiling)
    made, limiter, _ = streamed(sound, ceiling, cuts)
    assert made.shape == sound.shape
    assert np.array_equal(made * np.float32(limiter.turn_down), whole)
    assert true_peak(whole) <= 10 ** (ceiling / 20)
    assert np.array_equal(whole, sound) or limiter.limited


def test_separate_peaks_are_limited_as_each_would_be_alone() -> None:
    random = np.random.default_rng(8)
    parts = [random.normal(0, 0.02, (2 * RATE, 2)).astype(np.float32) for _ in range(4)]
    for number, part in enumerate(parts):
        part[RATE : RATE + 50 * number] *= 40
        part[:200] = part[-200:] = 0  # no wave of one part swings into the next
    alone = [limit_true_peak(part, RATE, -6.0) for part in parts]
    together, limiter, held = streamed(np.concatenate(parts), -6.0, list(range(0, 8 * RATE, 1000)))
    assert limiter.limited and limiter.turn_down == 1
    assert np.array_equal(together, np.concatenate(alone))
    assert held < RATE  # it keeps a region and not the programme


def test_a_peak_that_swings_past_the_last_sample_turns_down_its_surroundings_only() -> None:
    sound = np.full((RATE, 1), 0.1, np.float32)
    sound[-8:, 0] = np.float32(0.99) * (-1.0) ** np.arange(8)
    sound[:8, 0] = sound[-8:, 0]
    assert true_peak(sound) > 1.1
    limited = limit_true_peak(sound, RATE, -0.1)
    assert true_peak(limited) <= 10 ** (-0.1 / 20)
    middle = slice(RATE // 2, RATE // 2 + 1000)
    assert np.array_equal(limited[middle], sound[middle])


def test_a_stretch_longer_than_a_piece_is_limited_without_a_seam() -> None:
    # Every 50 ms a click up to 18 dB over: from the first to the last the gain never quite comes back.
    random = np.random.default_rng(2)
    sound = random.normal(0, 0.02, ((2 * PIECE + 8) * RATE, 1))
    clicks = np.arange(RATE // 3, len(sound) - RATE, RATE // 20)
    sound[clicks, 0] = random.uniform(2, 8, len(clicks))
    sound = sound.astype(np.float32)
    made, limiter, held = streamed(sound, 0.0, list(range(0, len(sound), 1 << 16)))
    assert limiter.turn_down == 1 and true_peak(made) <= 1
    assert held < (PIECE + 3) * RATE
    # The gain by its definition, over the whole in one: held over the look-ahead, released, averaged.
    reach = int(LOOKAHEAD * RATE)
    needed = np.minimum(1, (1 - 1e-6) / levels(np.pad(sound, ((32, 32), (0, 0)))))
    down = 20 * np.log10(minimum_filter1d(needed, 2 * reach + 1))
    for at in range(1, len(down)):
        down[at] = min(down[at], down[at - 1] + RELEASE / RATE)
    window = np.hanning(2 * reach + 3)[1:-1]
    gain = np.convolve(10 ** (np.pad(down, reach, mode="edge") / 20), window / window.sum(), mode="valid")
    assert (down[RATE // 3 : clicks[-1]] < 0).all()
    assert np.abs(made[:, 0] - sound[:, 0] * np.minimum(gain, needed)).max() < 1e-6


@pytest.mark.parametrize("length", [0, 1, 5])
def test_the_shortest_sounds_come_back_as_long_as_they_were(length: int) -> None:
    limiter = TruePeakLimiter(RATE, -1.0, 2)
    made = np.concatenate([limiter.push(np.ones((length, 2), np.float32)), limiter.finish()])
    assert made.shape == (length, 2) and made.dtype == np.float32
