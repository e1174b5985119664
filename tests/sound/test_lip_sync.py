"""Lips against speech: the offset is found, to less than a frame, and none is told where none is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from answerprint.departments.sound.replacement.lip_sync import (
    EARLY,
    GRID,
    LATE,
    Lips,
    LipSync,
    lip_syncs,
    loudness_curve,
)

RATE = 16_000
Doubles = NDArray[np.float64]


def voice(shared_data: Path, number: int) -> Doubles:
    paths = sorted((shared_data / "voices").glob("*.flac"))
    heard = [soundfile.read(paths[2 * number]), soundfile.read(paths[2 * number + 1])]
    return np.concatenate([resample_poly(samples, RATE, rate) for samples, rate in heard])[: 10 * RATE]


def curve(sound: Doubles) -> Doubles:
    return loudness_curve(np.array_split(sound.astype(np.float32), 7), RATE)


def lip_sync(faces: list[Lips], loudness: Doubles) -> LipSync | None:
    """Of one shot."""
    whole, alone = lip_syncs([faces], loudness)
    assert (whole is None) == (not alone)
    return alone[0] if alone else None


def lips_of(sound: Doubles, offset: float = 0.0, fps: int = 25, seed: int = 1) -> Lips:
    """A mouth that moves with a voice that lies `offset` seconds later in the sound: smoothed, and unsure."""
    level = curve(sound)
    smooth = np.convolve(level, np.hanning(15) / np.hanning(15).sum(), mode="same")
    seconds = np.arange(0, len(sound) / RATE, 1 / fps)
    opening = np.interp(seconds + offset, np.arange(len(smooth)) / GRID, smooth) / 40
    return Lips(seconds, 0.3 * opening + np.random.default_rng(seed).normal(0, 0.02, len(seconds)))


@pytest.mark.parametrize("frames", [-12, -5, -1, 0, 2, 7, 15])
def test_an_offset_is_found_to_less_than_a_frame(shared_data: Path, frames: int) -> None:
    sound = voice(shared_data, 0)
    found = lip_sync([lips_of(sound, frames / 25)], curve(sound))
    assert found is not None
    assert found.offset == pytest.approx(frames / 25, abs=0.02)
    assert found.confidence > 0.8
    assert found.within == (-EARLY <= frames / 25 <= LATE)


def test_of_two_faces_the_one_that_speaks_is_believed(shared_data: Path) -> None:
    sound, other = voice(shared_data, 0), voice(shared_data, 3)
    found = lip_sync([lips_of(other, 0.3), lips_of(sound, 0.08)], curve(sound))
    assert found is not None
    assert found.offset == pytest.approx(0.08, abs=0.02)


def test_lips_that_speak_something_else_tell_nothing_sure(shared_data: Path) -> None:
    sure = 0
    for number in range(1, 6):
        found = lip_sync([lips_of(voice(shared_data, number), seed=number)], curve(voice(shared_data, 0)))
        sure += found is not None and found.confidence > 0.5
    assert sure <= 1


def test_shots_together_tell_more_than_each(shared_data: Path) -> None:
    sound = voice(shared_data, 0)
    whole = lips_of(sound, 0.12, seed=5)
    noisy = Lips(whole.seconds, whole.opening + np.random.default_rng(2).normal(0, 0.06, len(whole.seconds)))
    parts = [np.array_split(one, 3) for one in noisy]
    shots = [[Lips(*part)] for part in zip(*parts, strict=True)]
    found = lip_syncs(shots, curve(sound))[0]
    assert found is not None
    assert found.offset == pytest.approx(0.12, abs=0.03)


def test_nothing_is_told_of_faces_too_short_unread_or_of_silence(shared_data: Path) -> None:
    sound = voice(shared_data, 0)
    lips = lips_of(sound)
    assert lip_sync([Lips(lips.seconds[:30], lips.opening[:30])], curve(sound)) is None
    assert lip_sync([Lips(lips.seconds, np.full(len(lips.seconds), np.nan))], curve(sound)) is None
    assert lip_sync([], curve(sound)) is None
    silent = lip_sync([lips], curve(np.zeros(10 * RATE)))
    assert silent is not None and silent.offset is None and silent.confidence == 0
    short = lip_sync([lips], curve(sound[: RATE // 2]))
    assert short is None or short.confidence < 0.5
