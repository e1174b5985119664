"""Joined segments: picture and sound together to the sample, and nothing unchanged touched."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.media.encode import VideoSettings
from answerprint.media.segments import encode_segment, join_segments
from answerprint.media.wave_writing import write_wave

SETTINGS = VideoSettings(preset="veryfast")
WHITE = 200


def shot(frames: int, seed: int, flash: int | None = None, width: int = 160) -> Iterator[NDArray[np.uint8]]:
    noise = np.random.default_rng(seed).integers(0, 90, (12, width // 8, 3), np.uint8)
    base = noise.repeat(8, 0).repeat(8, 1)
    for index in range(frames):
        yield np.full_like(base, 255) if index == flash else np.roll(base, 2 * index, axis=1)


def segment(folder: Path, rate: Fraction, frames: int, seed: int, flash: int | None = None) -> Path:
    path = folder / f"{frames}-{seed}-{flash}.mp4"
    assert encode_segment(shot(frames, seed, flash), rate, SETTINGS, path) == frames
    return path


def packets(path: Path, kind: str) -> list[bytes]:
    with av.open(str(path)) as container:
        stream = next(one for one in container.streams if one.type == kind)
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(50)])
def test_click_and_flash_meet_and_every_frame_has_its_time(tmp_path: Path, rate: Fraction) -> None:
    parts = [segment(tmp_path, rate, *one) for one in [(30, 1), (1, 2), (2, 3), (41, 4, 20)]]
    flash = 33 + 20
    length = int(74 / rate * 48000)
    click = round(flash / rate * 48000)
    samples = np.random.default_rng(0).normal(0, 1e-3, (length, 2)).astype(np.float32)
    samples[click : click + 40] += np.float32(0.8)
    write_wave(tmp_path / "sound.wav", samples, 48000)
    out = tmp_path / "film.mp4"
    assert join_segments(parts, tmp_path / "sound.wav", out, rate=rate, language="en") == 74

    with av.open(str(out)) as container:
        pictures = list(container.decode(video=0))
    assert [one.pts * one.time_base for one in pictures] == [Fraction(n) / rate for n in range(74)]
    bright = [n for n, one in enumerate(pictures) if one.to_ndarray(format="gray").mean() > WHITE]
    assert bright == [flash]

    with av.open(str(out)) as container:
        sounds = list(container.decode(audio=0))
    assert sounds[0].pts == 0
    heard = np.concatenate([one.to_ndarray() for one in sounds], axis=1)[0]
    around = slice(click - 1000, click + 1000)
    correlation = np.correlate(heard[around], samples[around, 0], "full")
    assert abs(int(correlation.argmax()) - 1999) <= 1  # a sample: 0.02 ms


def test_the_opening_stays_byte_identical_when_a_later_segment_changes(tmp_path: Path) -> None:
    rate = Fraction(24000, 1001)
    opening = segment(tmp_path, rate, 48, 1)
    voice = np.random.default_rng(5).normal(0, 0.1, (2002 * 78, 2)).astype(np.float32)
    other = voice.copy()
    change = 2002 * 48  # the sample at which the second segment begins
    other[change:] = np.random.default_rng(6).normal(0, 0.2, other[change:].shape)
    joined = []
    for name, seed, sound in (("a", 2, voice), ("b", 3, other)):
        write_wave(tmp_path / f"{name}.wav", sound, 48000)
        out = tmp_path / f"{name}.mp4"
        tail = segment(tmp_path, rate, 30, seed)
        join_segments([opening, tail], tmp_path / f"{name}.wav", out, rate=rate)
        joined.append(out)
    pictures = [packets(out, "video") for out in joined]
    assert pictures[0][:48] == pictures[1][:48] == packets(opening, "video")
    assert pictures[0][48:] != pictures[1][48:]
    sounds = [packets(out, "audio") for out in joined]
    # an AAC frame overlaps the next by half and the psychoacoustic model looks one frame ahead
    same = change // 1024 - 2
    assert same > 80
    assert sounds[0][:same] == sounds[1][:same]
    assert sounds[0][same + 4 :] != sounds[1][same + 4 :]


def test_joining_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    rate = Fraction(25)
    parts = [segment(tmp_path, rate, 5, 1), segment(tmp_path, rate, 7, 2)]
    for name in ("a.mp4", "b.mp4"):
        join_segments(parts, None, tmp_path / name, rate=rate, start_timecode="01:00:00:00")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    again = tmp_path / "again.mp4"
    encode_segment(shot(5, 1), rate, SETTINGS, again)
    assert again.read_bytes() == parts[0].read_bytes()


def test_start_timecode_becomes_a_timecode_track(tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    out = tmp_path / "film.mp4"
    join_segments([segment(tmp_path, rate, 9, 1)], None, out, rate=rate, start_timecode="01:00:00;00")
    with av.open(str(out)) as container:
        assert container.streams.video[0].metadata["timecode"] == "01:00:00;00"
        assert [one.type for one in container.streams] == ["video", "data"]
    assert b"tmcd" in out.read_bytes()


def test_the_index_comes_first_so_that_a_browser_can_start(tmp_path: Path) -> None:
    rate = Fraction(24)
    out = tmp_path / "film.mp4"
    join_segments([segment(tmp_path, rate, 9, 1)], None, out, rate=rate)
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_segment_of_another_raster_is_refused(tmp_path: Path) -> None:
    rate = Fraction(24)
    wide = tmp_path / "wide.mp4"
    encode_segment(shot(4, 1, width=240), rate, SETTINGS, wide)
    with pytest.raises(MediaError) as refused:
        join_segments([segment(tmp_path, rate, 4, 1), wide], None, tmp_path / "film.mp4", rate=rate)
    assert refused.value.code == "AP-MEDIA-060"
    assert not (tmp_path / "film.mp4").exists()


def test_a_segment_of_another_rate_is_refused(tmp_path: Path) -> None:
    other = segment(tmp_path, Fraction(25), 4, 1)
    with pytest.raises(MediaError) as refused:
        join_segments([other], None, tmp_path / "film.mp4", rate=Fraction(24))
    assert refused.value.code == "AP-MEDIA-060"
