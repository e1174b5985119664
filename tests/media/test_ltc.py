"""Linear timecode: what is written is read under every abuse, and nothing else is taken for it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfilt

from answerprint.core.errors import MediaError
from answerprint.core.timecode import format_timecode, parse_timecode
from answerprint.media.ltc import decode_ltc, encode_ltc, find_ltc

KINDS = [
    (Fraction(24000, 1001), False),
    (Fraction(24), False),
    (Fraction(25), False),
    (Fraction(30000, 1001), False),
    (Fraction(30000, 1001), True),
    (Fraction(30), False),
]
NTSC = Fraction(30000, 1001)


def by_hand(
    hours: int, minutes: int, seconds: int, frames: int, cell: int, level: float
) -> NDArray[np.float32]:
    """A frame drawn turn by turn from the table of ST 12-1, `cell` samples to a half bit, after a level."""
    fields = [
        *[(frames % 10, 4), (0, 4), (frames // 10, 2), (0, 2), (0, 4)],
        *[(seconds % 10, 4), (0, 4), (seconds // 10, 3), (0, 1), (0, 4)],
        *[(minutes % 10, 4), (0, 4), (minutes // 10, 3), (0, 1), (0, 4)],
        *[(hours % 10, 4), (0, 4), (hours // 10, 2), (0, 2), (0, 4)],
    ]
    bits = [value >> bit & 1 for value, size in fields for bit in range(size)]
    bits += [int(bit) for bit in "0011111111111101"]
    wave = []
    for bit in bits:
        level = -level
        wave += [level] * cell
        level = -level if bit else level
        wave += [level] * cell
    return np.array(wave, np.float32)


def test_a_frame_drawn_by_hand_is_read() -> None:
    wave = np.zeros(0, np.float32)
    for frame in range(25):
        drawn = by_hand(17, 48, 39, frame, 12, wave[-1] if frame else 1.0)
        wave = np.concatenate([wave, drawn])
    frames = decode_ltc(wave, 48000)
    assert [frame.label for frame in frames] == [f"17:48:39:{frame:02d}" for frame in range(25)]
    assert all(abs(frame.position - 1920 * n) < 1.5 for n, frame in enumerate(frames))


@pytest.mark.parametrize(("rate", "drop"), KINDS)
@pytest.mark.parametrize("sample_rate", [44100, 48000, 96000])
def test_every_frame_is_read_at_its_sample(rate: Fraction, drop: bool, sample_rate: int) -> None:
    start = parse_timecode("00:59:58:12", rate, drop=drop)
    wave = encode_ltc(start, 100, rate, drop, sample_rate)
    frames = decode_ltc(wave, sample_rate)
    assert [frame.label for frame in frames] == [
        format_timecode(start + n, rate, drop=drop) for n in range(100)
    ]
    length = float(sample_rate / rate)
    assert max(abs(frame.position - n * length) for n, frame in enumerate(frames)) < 1.5
    track = find_ltc(wave[:, None], sample_rate)
    assert track is not None
    assert (track.rate, track.drop, track.start_frame, track.position) == (rate, drop, start, 0)
    assert track.confidence == 1


def test_labels_drop_and_wrap_as_timecode_does() -> None:
    day = parse_timecode("23:59:59;29", NTSC, drop=True)
    assert decode_ltc(encode_ltc(day, 3, NTSC, True, 48000), 48000)[1].label == "00:00:00;00"
    minute = parse_timecode("00:00:59;29", NTSC, drop=True)
    assert decode_ltc(encode_ltc(minute, 3, NTSC, True, 48000), 48000)[1].label == "00:01:00;02"


@settings(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    start=st.integers(0, 24 * 3600 * 24),
    level=st.sampled_from([-0.9, -0.01, 0.002, 0.3]),
    cut=st.integers(0, 4000),
    speed=st.integers(-5, 5),
    seed=st.integers(0, 1000),
)
def test_noise_level_polarity_speed_and_a_cut_in_do_not_matter(
    kind: tuple[Fraction, bool], start: int, level: float, cut: int, speed: int, seed: int
) -> None:
    rate, drop = kind
    wave = encode_ltc(start, 40, rate, drop, 48000 * (100 - speed) // 100, level=level)[cut:]
    noise = np.random.default_rng(seed).normal(0, abs(level) / 10, len(wave))  # 20 dB under
    hum = abs(level) * np.sin(np.arange(len(wave)) * 2 * np.pi * 50 / 48000)
    frames = decode_ltc((wave + noise + hum).astype(np.float32), 48000)
    length = 48000 * (100 - speed) / 100 / rate
    lost = -(-cut // length)
    whole = [frame for frame in frames if frame.position > -1]
    expected = {format_timecode(start + n, rate, drop=drop, wrap=True): n for n in range(40)}
    assert {frame.label for frame in whole} <= set(expected)
    assert len(whole) >= 40 - lost - 2  # the first and the last touch an end
    assert all(abs(frame.position + cut - expected[frame.label] * length) < 3 for frame in whole)


def test_timecode_through_a_tape_machine_is_read() -> None:
    start = parse_timecode("10:00:00:00", Fraction(25))
    wave = encode_ltc(start, 50, Fraction(25), False, 48000)
    worn = sosfilt(butter(2, (100, 5000), "bandpass", fs=48000, output="sos"), wave)
    frames = decode_ltc(worn.astype(np.float32), 48000)
    assert [frame.label for frame in frames[1:-1]] == [
        format_timecode(start + n, Fraction(25)) for n in range(50)
    ][-len(frames) + 1 : -1]
    assert len(frames) >= 48


def test_timecode_recorded_at_16_khz_is_read() -> None:
    wave = encode_ltc(90000, 50, Fraction(25), False, 48000)
    frames = decode_ltc(resample_poly(wave, 1, 3).astype(np.float32), 16000)
    assert len(frames) >= 48


def test_timecode_played_backwards_counts_down() -> None:
    wave = encode_ltc(90000, 60, Fraction(25), False, 48000)[::-1]
    frames = decode_ltc(wave, 48000)
    assert all(frame.reverse for frame in frames)
    assert [frame.label for frame in frames] == [format_timecode(90059 - n, Fraction(25)) for n in range(60)]
    track = find_ltc(wave[:, None], 48000)
    assert track is not None and track.reverse and track.start_frame == 90059


def test_a_long_take_is_read_across_chunks_without_a_frame_twice() -> None:
    wave = encode_ltc(0, 24 * 65, Fraction(24), False, 16000)
    frames = decode_ltc(wave, 16000)
    assert [frame.label for frame in frames] == [format_timecode(n, Fraction(24)) for n in range(24 * 65)]


@pytest.mark.parametrize(("rate", "drop"), KINDS)
def test_24_is_told_from_23976_by_the_length_of_its_frames(rate: Fraction, drop: bool) -> None:
    wave = encode_ltc(86400, 48, rate, drop, 48000)
    noisy = wave + np.random.default_rng(1).normal(0, 0.05, len(wave)).astype(np.float32)
    silence = np.zeros((30000, 1), np.float32)
    voice = np.random.default_rng(2).normal(0, 0.1, (len(wave) + 30000, 2)).astype(np.float32)
    channel = np.concatenate([silence, noisy[:, None]])
    track = find_ltc(np.concatenate([voice, channel], axis=1), 48000)
    assert track is not None
    assert (track.channel, track.rate, track.drop) == (2, rate, drop)
    assert abs(float(track.measured / rate) - 1) < 1e-4
    assert abs(track.position - 30000) <= 2 + float(48000 / rate)
    before = -(-30000 * rate // 48000)  # frames from the first sample to the first frame
    assert abs(track.start_frame - (86400 - before)) <= 1


def test_speech_is_not_timecode(shared_data: Path) -> None:
    files = [*sorted((shared_data / "voices").glob("*.flac")), shared_data / "speech" / "jfk.flac"]
    files += sorted((shared_data / "speech" / "librivox").glob("*.wav"))
    assert len(files) > 10
    for path in files:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        assert decode_ltc(samples[:, 0], rate) == []
        assert find_ltc(samples, rate) is None


def test_noise_hum_tones_and_square_waves_are_not_timecode() -> None:
    time = np.arange(48000 * 5) / 48000
    noise = np.random.default_rng(0).normal(0, 0.2, len(time))
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220, 277.2, 329.6, 440)) / 8
    squares = [np.sign(np.sin(2 * np.pi * pitch * time)) for pitch in (960, 1000, 1200, 2000, 2400)]
    hum = np.sign(np.sin(2 * np.pi * 50 * time)) * 0.3
    channels = np.stack([noise, chord, hum, np.zeros_like(time), *squares], axis=1).astype(np.float32)
    assert find_ltc(channels, 48000) is None


@pytest.mark.parametrize("samples", [0, 1, 100, 4800])
def test_next_to_nothing_is_not_timecode(samples: int) -> None:
    assert find_ltc(np.ones((samples, 2), np.float32), 48000) is None


def test_linear_timecode_does_not_count_fifty_frames() -> None:
    with pytest.raises(MediaError) as refused:
        encode_ltc(0, 1, Fraction(50), False, 48000)
    assert refused.value.code == "AP-MEDIA-090"
