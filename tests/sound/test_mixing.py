"""The mix puts every clip on its sample, reaches its loudness, and leaves locked gains alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerprint.departments.sound import limiting
from answerprint.departments.sound.levels import measure
from answerprint.departments.sound.mixing import (
    CENTRE,
    MOST_CUT,
    MOST_LIFT,
    MixClip,
    master,
    mix_blocks,
    plan_gains,
    programme_trim,
    render_mix,
)
from answerprint.departments.sound.peaks import true_peak

RATE = 48_000


def babble(seconds: float, level: float, seed: int) -> NDArray[np.float32]:
    """Noise that comes and goes like syllables, mono, at roughly level dBFS."""
    at = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).normal(0, 10 ** (level / 20), len(at))
    return (noise * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at)))[:, None].astype(np.float32)


def test_every_clip_is_brought_to_the_target_within_its_limits() -> None:
    planned = plan_gains(
        {"near": -18.0, "far": -35.0, "very far": -60.0, "shout": 3.0, "silent": None, "kept": -40.0},
        -23.0,
        {"kept": 2.5},
    )
    gains = {name: one.gain_db for name, one in planned.items()}
    assert gains == {
        "near": -5.0,
        "far": 12.0,
        "very far": MOST_LIFT,
        "shout": -MOST_CUT,
        "silent": 0.0,
        "kept": 2.5,
    }
    assert planned["kept"].locked and not planned["far"].locked
    assert "held" in planned["very far"].reason and "held" not in planned["far"].reason


def levelled(seed: int, locked_gain: float | None) -> tuple[list[MixClip], list[bool], int]:
    """Three lines with pauses; the second one locked when a gain for it is given."""
    clips, at = [], RATE
    for index, level in enumerate((-20, -42, -31)):
        sound = babble(2.0 + index, level, seed + index)
        heard = measure(sound, RATE).integrated
        assert heard is not None
        gain = locked_gain if index == 1 and locked_gain is not None else -23.0 - heard
        clips.append(MixClip(sound, at, gain))
        at += len(sound) + RATE // 2
    return clips, [False, locked_gain is not None, False], at


@pytest.mark.parametrize("locked_gain", [None, 0.0, 16.0])
@pytest.mark.parametrize("target", [-23.0, -14.0, -27.0])
def test_the_trim_brings_the_whole_mix_to_the_target_around_locked_clips(
    target: float, locked_gain: float | None
) -> None:
    clips, locked, total = levelled(5, locked_gain)
    trim = programme_trim(clips, locked, total, target)
    trimmed = [
        clip if held else MixClip(clip.samples, clip.start, clip.gain_db + trim.gain_db)
        for clip, held in zip(clips, locked, strict=True)
    ]
    mix = render_mix(trimmed, total)
    integrated = measure(mix, RATE).integrated
    assert integrated == pytest.approx(target, abs=0.1)
    assert integrated == pytest.approx(trim.integrated, abs=0.01)
    if locked_gain is not None:
        held = clips[1]
        inside = slice(held.start + held.fade_in, held.end - held.fade_out)
        played = held.samples[held.fade_in : -held.fade_out] * 10 ** (locked_gain / 20) * CENTRE
        assert np.allclose(mix[inside], played, rtol=1e-6)


def test_overlapping_clips_add_up_to_the_predicted_loudness() -> None:
    sound = babble(3, -20, 1)
    clips = [MixClip(sound, 0), MixClip(sound, RATE // 1000), MixClip(-sound, RATE)]  # far from unrelated
    trim = programme_trim(clips, [False, True, True], 5 * RATE, -12.0)
    louder = [MixClip(sound, 0, trim.gain_db), *clips[1:]]
    integrated = measure(render_mix(louder, 5 * RATE), RATE).integrated
    assert integrated == pytest.approx(trim.integrated, abs=0.01)
    assert integrated == pytest.approx(-12.0, abs=0.1)


def test_the_master_reaches_its_target_with_its_peaks_held() -> None:
    clips, locked, total = levelled(5, 12.0)
    mixes: list[NDArray[np.float32]] = []
    # Noise peaks 12 dB over its level: much to hold.
    done = master(
        clips, locked, total, -14.0, -6.0, lambda blocks: mixes.append(np.concatenate(list(blocks)))
    )
    assert done.limited and done.loudness.true_peak is not None
    assert done.loudness.true_peak <= -6.0
    assert len(mixes) > 1 and done.loudness == measure(mixes[-1], RATE)
    assert true_peak(mixes[-1]) <= 10 ** (-6 / 20)
    assert done.loudness.integrated == pytest.approx(-14.0, abs=0.1)
    easy = master(
        clips, locked, total, -27.0, -1.0, lambda blocks: mixes.append(np.concatenate(list(blocks)))
    )
    assert not easy.limited and easy.loudness.integrated == pytest.approx(-27.0, abs=0.1)


def test_a_peak_the_limiter_cannot_hold_turns_the_whole_mix_down(monkeypatch: pytest.MonkeyPatch) -> None:
    # So short a look-ahead bends the wave at every peak, and one pass leaves it so.
    monkeypatch.setattr(limiting, "LOOKAHEAD", 1 / RATE)
    monkeypatch.setattr(limiting, "PASSES", 1)
    clips, locked, total = levelled(5, 12.0)
    mix = render_mix(clips, total)
    limiter = limiting.TruePeakLimiter(RATE, -20.0, 2)
    held = np.concatenate([limiter.push(mix), limiter.finish()])
    assert true_peak(held) > 10 ** (-20 / 20) and limiter.turn_down < 1
    mixes: list[NDArray[np.float32]] = []
    done = master(
        clips, locked, total, -23.0, -20.0, lambda blocks: mixes.append(np.concatenate(list(blocks)))
    )
    assert true_peak(mixes[-1]) <= 10 ** (-20 / 20)
    assert done.loudness == measure(mixes[-1], RATE)


def test_what_cannot_be_reached_beside_locked_clips_is_said() -> None:
    loud, soft = babble(3, -12, 2), babble(3, -40, 3)
    trim = programme_trim([MixClip(loud, 0), MixClip(soft, 4 * RATE)], [True, False], 8 * RATE, -30.0)
    assert "cannot be reached" in trim.reason
    all_locked = programme_trim([MixClip(loud, 0)], [True], 4 * RATE, -30.0)
    assert all_locked.gain_db == 0 and "locked" in all_locked.reason
    silent = programme_trim([MixClip(np.zeros((RATE, 1), np.float32), 0)], [False], RATE, -30.0)
    assert silent.gain_db == 0 and silent.integrated is None


@settings(max_examples=50, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, 900), st.integers(1, 100)), max_size=5),
    block=st.integers(1, 1200),
)
def test_a_clip_lies_on_its_sample_whatever_the_block_length(
    places: list[tuple[int, int]], block: int
) -> None:
    # Impulses: clip k is ones of weight 2**k without fades, so each sample says exactly who sounds there.
    clips = [
        MixClip(np.full((length, 2), 2.0**index, np.float32), start, fade_in=0, fade_out=0)
        for index, (start, length) in enumerate(places)
    ]
    expected = np.zeros((1000, 2), np.float32)
    for index, (start, length) in enumerate(places):
        expected[start : start + length] += 2.0**index
    assert np.array_equal(render_mix(clips, 1000), expected)
    joined = np.concatenate([part for _, part in mix_blocks(clips, 1000, 2, block)])
    assert np.array_equal(joined, expected)


@pytest.mark.parametrize("shape", ["linear", "equal_power"])
def test_fades_lie_inside_the_clip_and_leave_its_middle_alone(shape: str) -> None:
    ones = np.ones((1000, 2), np.float32)
    clip = MixClip(ones, 100, fade_in=200, fade_out=100, shape=shape)  # type: ignore[arg-type]
    mix = render_mix([clip], 1200)[:, 0]
    assert not mix[:100].any() and not mix[1100:].any()
    assert np.all(np.diff(mix[100:300]) > 0) and mix[100] < 0.01
    assert np.all(mix[300:1000] == 1)
    assert np.all(np.diff(mix[1000:1100]) < 0) and mix[1099] < 0.01


def test_two_clips_that_overlap_by_their_fades_keep_the_level() -> None:
    fade = 480
    first, second = np.ones((5000, 1), np.float32), np.ones((5000, 1), np.float32)
    same = [MixClip(first, 0, fade_out=fade, fade_in=0), MixClip(second, 5000 - fade, fade_in=fade)]
    mix = render_mix(same, 10_000)[:, 0]
    assert np.allclose(mix[:9000], CENTRE, atol=1e-6)  # linear: related sound adds to one
    power = [
        MixClip(one.samples, one.start, fade_in=one.fade_in, fade_out=one.fade_out, shape="equal_power")
        for one in same
    ]
    one, other = (render_mix([clip], 10_000)[:, 0] for clip in power)
    crossing = slice(5000 - fade, 5000)
    assert np.allclose(one[crossing] ** 2 + other[crossing] ** 2, CENTRE**2, atol=1e-6)


def test_a_mono_line_reads_as_loud_in_the_mix_as_alone() -> None:
    line = babble(4, -25, 9)
    alone = measure(line, RATE).integrated
    mixed = measure(render_mix([MixClip(line, 0, fade_in=0, fade_out=0)], len(line)), RATE).integrated
    assert mixed == pytest.approx(alone, abs=0.01)


def test_a_clip_outside_of_the_mix_or_of_other_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        render_mix([MixClip(np.ones((10, 1), np.float32), 95)], 100)
    with pytest.raises(ValueError, match="outside"):
        render_mix([MixClip(np.ones((10, 1), np.float32), -1)], 100)
    with pytest.raises(ValueError, match="channels"):
        render_mix([MixClip(np.ones((10, 6), np.float32), 0)], 100)
