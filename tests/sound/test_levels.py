"""Loudness as the standards' own test material has it, whatever the blocks and the rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerprint.departments.sound.levels import (
    Loudness,
    LoudnessMeter,
    channel_weights,
    gain_to_target,
    k_weighting,
    measure,
    profiles,
)

RATE = 48_000


def tone(parts: list[tuple[float, float]], rate: int = RATE, channels: int = 2) -> NDArray[np.float64]:
    """1 kHz sine in phase in every channel: (peak dBFS, seconds) one after another."""
    level = np.concatenate([np.full(round(seconds * rate), 10 ** (db / 20)) for db, seconds in parts])
    wave = level * np.sin(2 * np.pi * 1000 * np.arange(len(level)) / rate)
    return np.repeat(wave[:, None], channels, axis=1)


@pytest.mark.parametrize(("name", "truth"), [("AbsGate", -69.5), ("RelGate", -10.0)])
def test_the_itu_s_gating_material_reads_what_the_itu_says(
    shared_data: Path, name: str, truth: float
) -> None:
    samples, rate = soundfile.read(shared_data / "loudness" / f"1770-2_Comp_{name}Test.wav")
    integrated = measure(samples, rate).integrated
    assert integrated == pytest.approx(truth, abs=0.1)
    assert integrated == pytest.approx(pyloudnorm.Meter(rate).integrated_loudness(samples), abs=0.1)


def loudness(samples: NDArray[np.float64]) -> Loudness:
    """Measured without its peaks, which a tone of a minute need not be searched for."""
    meter = LoudnessMeter(RATE, samples.shape[1], true_peak=False)
    meter.add(samples)
    return meter.result()


# EBU Tech 3341 (2016), table 1, cases 1 to 5: stereo tones and what a meter in EBU mode reads.
@pytest.mark.parametrize(
    ("parts", "integrated"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_ebu_tech_3341_tones_read_as_published(parts: list[tuple[float, float]], integrated: float) -> None:
    assert loudness(tone(parts)).integrated == pytest.approx(integrated, abs=0.1)


def test_surround_channels_weigh_more_and_the_lfe_nothing() -> None:
    # EBU Tech 3341 case 6: 5.0 tones of −28 (L, R), −24 (C) and −30 dBFS (Ls, Rs) read −23 LUFS.
    levels = 10 ** (np.array([-28, -28, -24, -30, -30]) / 20)
    five = tone([(0, 20)], channels=5) * levels
    assert loudness(five).integrated == pytest.approx(-23.0, abs=0.1)
    with_lfe = np.insert(five, 3, five[:, 0] * 10, axis=1)
    assert measure(with_lfe, RATE, "5.1(side)").integrated == pytest.approx(-23.0, abs=0.1)


def test_momentary_and_short_term_read_a_steady_tone() -> None:
    # EBU Tech 3341 cases 9 and 12: tones that alternate within the window read steadily −23.
    short = LoudnessMeter(RATE, 2, true_peak=False)
    short.add(tone([(-20, 1.34), (-30, 1.66)] * 5))
    assert short.short_term() == pytest.approx(-23.0, abs=0.1)
    momentary = LoudnessMeter(RATE, 2, true_peak=False)
    momentary.add(tone([(-20, 0.18), (-30, 0.22)] * 25))
    assert momentary.momentary() == pytest.approx(-23.0, abs=0.1)


# EBU Tech 3342 (2016), table 1, cases 1 to 4.
@pytest.mark.parametrize(
    ("levels", "spread"),
    [((-20, -30), 10), ((-20, -15), 5), ((-40, -20), 20), ((-50, -35, -20, -35, -50), 15)],
)
def test_ebu_tech_3342_tones_have_the_published_range(levels: tuple[int, ...], spread: int) -> None:
    found = loudness(tone([(level, 20) for level in levels])).range
    assert found == pytest.approx(spread, abs=1.0)


def test_the_filter_is_the_standard_s_at_48_khz() -> None:
    # BS.1770-4, tables 1 and 2.
    published = [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1, -1.99004745483398, 0.99007225036621],
    ]
    assert np.allclose(k_weighting(48_000), published, atol=1e-9)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000, 11_025])
def test_a_tone_reads_the_same_at_every_rate(rate: int) -> None:
    assert measure(tone([(-23, 5)], rate), rate).integrated == pytest.approx(-23.0, abs=0.1)


def test_speech_reads_as_pyloudnorm_reads_it(shared_data: Path) -> None:
    for name in ("cleanup/clean_freesound_33711.wav", "speech/jfk.flac"):
        samples, rate = soundfile.read(shared_data / name, always_2d=True)
        peer = pyloudnorm.Meter(rate).integrated_loudness(samples)
        assert measure(samples, rate).integrated == pytest.approx(peer, abs=0.1), name


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 3 * 44_100), max_size=6), rate=st.sampled_from([11_025, 44_100]))
def test_the_cutting_into_blocks_changes_nothing(cuts: list[int], rate: int) -> None:
    samples = np.random.default_rng(7).normal(0, 0.1, (3 * 44_100, 2)).astype(np.float32)
    samples[:70_000] *= 0.03
    whole, blocks = LoudnessMeter(rate, 2), LoudnessMeter(rate, 2)
    whole.add(samples)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(samples)], strict=True):
        blocks.add(samples[start:end])
    one, other = whole.result(), blocks.result()
    for field in Loudness.__struct_fields__:
        assert getattr(one, field) == pytest.approx(getattr(other, field), abs=1e-9), field


def test_silence_has_no_loudness_and_a_short_line_has() -> None:
    assert measure(np.zeros((RATE, 2)), RATE).integrated is None
    assert measure(np.zeros((0, 1)), RATE).integrated is None
    assert measure(np.zeros((0, 1)), RATE).true_peak is None
    short = measure(tone([(-23, 0.3)]), RATE)  # shorter than a gating block
    assert short.integrated == pytest.approx(-23.0, abs=0.2)
    assert short.range is None and short.max_momentary is None


def test_a_gain_lands_on_the_target() -> None:
    samples = tone([(-31, 4), (-28, 4)])
    plan = gain_to_target(measure(samples, RATE), -23.0, -1.0)
    after = measure(samples * 10 ** (plan.gain_db / 20), RATE)
    assert after.integrated == pytest.approx(-23.0, abs=0.01)
    assert after.true_peak == pytest.approx(plan.peak_after, abs=0.01)
    assert plan.limiting_db == 0
    assert gain_to_target(measure(tone([(-23, 4)]), RATE), -5.0, -6.0).limiting_db == pytest.approx(
        -5.0 + 6.0, abs=0.1
    )
    assert gain_to_target(measure(np.zeros((RATE, 2)), RATE), -23.0, -1.0).gain_db == 0


def test_every_profile_names_the_document_it_follows() -> None:
    assert {name: (one.integrated, one.true_peak) for name, one in profiles().items()} == {
        "ebu-r128": (-23.0, -1.0),
        "atsc-a85": (-24.0, -2.0),
        "netflix": (-27.0, -2.0),
        "web": (-14.0, -1.0),
        "theatrical": (-27.0, -1.0),
        "trailer": (-20.0, -1.0),
        "cinema-commercial": (-23.0, -1.0),
    }
    assert all(one.source for one in profiles().values())


def test_a_layout_of_another_count_is_refused() -> None:
    with pytest.raises(ValueError, match=r"5\.1"):
        channel_weights(2, "5.1")
    assert channel_weights(12) == (1.0,) * 12
    with pytest.raises(ValueError, match="channels"):
        LoudnessMeter(RATE, 2).add(np.zeros((10, 1)))
