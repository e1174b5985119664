"""A slate's clap is heard, and hum, hiss, silence and slow sounds are none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.sound.claps import WINDOW, find_claps

RATE = 16_000


def room(seconds: float, level: float = 0.002) -> NDArray[np.float32]:
    return np.random.default_rng(3).normal(0, level, int(seconds * RATE)).astype(np.float32)


def with_clap(sound: NDArray[np.float32], at: float, peak: float = 0.5) -> NDArray[np.float32]:
    """A board: two thousandths of a second of noise that dies within thirty."""
    decay = np.exp(-np.arange(RATE // 20) / (RATE * 0.006)).astype(np.float32)
    struck = np.random.default_rng(5).normal(0, peak, len(decay)).astype(np.float32) * decay
    first = round(at * RATE)
    sound[first : first + len(struck)] += struck
    return sound


def test_a_clap_is_found_where_it_is() -> None:
    found = find_claps(with_clap(room(4), 1.25))
    assert len(found) == 1
    assert abs(found[0] - 1.25 * RATE) <= WINDOW


def test_two_boards_are_two_claps() -> None:
    found = find_claps(with_clap(with_clap(room(6), 1.0), 4.0))
    assert [round(place / RATE) for place in found] == [1, 4]


def test_room_silence_hum_and_a_swelling_tone_hold_no_clap() -> None:
    time = np.arange(4 * RATE) / RATE
    hum = (0.2 * np.sin(2 * np.pi * 50 * time)).astype(np.float32)
    swell = (0.4 * np.sin(2 * np.pi * 300 * time) * np.minimum(1, time / 2)).astype(np.float32)
    for sound in (room(4), np.zeros(4 * RATE, np.float32), hum, swell, np.zeros(10, np.float32)):
        assert find_claps(sound) == []


def test_a_word_that_begins_hard_and_goes_on_is_no_clap() -> None:
    sound = room(3)
    time = np.arange(RATE // 2) / RATE
    sound[RATE : RATE + len(time)] += (0.4 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)
    assert find_claps(sound) == []
