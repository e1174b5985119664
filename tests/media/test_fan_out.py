"""One decode gives every consumer what it would have had from a decode of its own."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from made_media import Made, make

from answerprint.media.damage import inspect
from answerprint.media.decode import read_pictures, read_sound
from answerprint.media.fanout import (
    DecodeSummary,
    PictureBlock,
    PictureForm,
    SoundBlock,
    SoundForm,
    Wants,
    fan_out,
)
from answerprint.media.frame_times import frame_times

SMALL = PictureForm("grey", 64, 36)
COLOUR = PictureForm("rgb", 80, 45)
SPEECH = SoundForm(16_000, mono=True)


class Ear:
    """Keeps what it is given, and on which thread."""

    def __init__(self, wants: Wants, *, slow: float = 0) -> None:
        self.wants = wants
        self.pictures: list[PictureBlock] = []
        self.sounds: list[SoundBlock] = []
        self.summary: DecodeSummary | None = None
        self.threads: set[int] = set()
        self._slow = slow

    def picture(self, block: PictureBlock) -> None:
        time.sleep(self._slow)
        self.threads.add(threading.get_ident())
        self.pictures.append(block)

    def sound(self, block: SoundBlock) -> None:
        self.threads.add(threading.get_ident())
        self.sounds.append(block)

    def finish(self, summary: DecodeSummary) -> None:
        self.threads.add(threading.get_ident())
        self.summary = summary


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("fan") / "clip.mp4", Made("mp4", audio="aac", pictures=75))


def test_every_consumer_gets_what_a_decode_of_its_own_gives(clip: Path) -> None:
    wants = [Wants(SMALL), Wants(COLOUR, SPEECH), Wants(SMALL, SoundForm()), Wants(None, SPEECH), Wants()]
    ears = [Ear(one) for one in wants]
    summary = fan_out(clip, ears)
    for ear in ears:
        assert ear.summary is summary
        assert len(ear.threads) == 1
        if ear.wants.picture:
            own = list(read_pictures(clip, ear.wants.picture))
            for field in ("pixels", "pts"):
                np.testing.assert_array_equal(
                    np.concatenate([getattr(block, field) for block in ear.pictures]),
                    np.concatenate([getattr(block, field) for block in own]),
                )
            assert [block.first for block in ear.pictures] == [block.first for block in own]
        else:
            assert not ear.pictures
        if ear.wants.sound:
            own_sound = list(read_sound(clip, ear.wants.sound))
            np.testing.assert_allclose(
                np.concatenate([block.samples for block in ear.sounds]),
                np.concatenate([block.samples for block in own_sound]),
                atol=0.05,  # an AAC decoder draws its noise bands anew
            )
        else:
            assert not ear.sounds
    assert len({ear.threads.pop() for ear in ears} | {threading.get_ident()}) == 6


def test_the_summary_counts_everything_met(clip: Path) -> None:
    summary = fan_out(clip, [])
    times = frame_times(clip)
    assert summary.pictures == 75
    assert summary.time_base == times.time_base
    np.testing.assert_array_equal(summary.pts, times.pts)
    assert abs(summary.samples[1] - 3 * 48_000) <= 1024
    assert summary.damage == ()


def test_a_decode_that_is_not_thorough_reads_what_is_wanted_and_nothing_else(clip: Path) -> None:
    whole, eye, ear = Ear(Wants(SMALL)), Ear(Wants(SMALL)), Ear(Wants(None, SPEECH))
    fan_out(clip, [whole])
    seen = fan_out(clip, [eye], thorough=False)
    heard = fan_out(clip, [ear], thorough=False)
    assert (seen.pictures, seen.samples) == (75, {})
    assert heard.pictures == 0 and abs(heard.samples[1] - 3 * 48_000) <= 1024
    for one, other in zip(whole.pictures, eye.pictures, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)
    nothing = Ear(Wants())
    assert fan_out(clip, [nothing], thorough=False).pictures == 0 and nothing.summary is not None


def test_one_form_is_converted_once_and_shared_read_only(clip: Path) -> None:
    first, second = Ear(Wants(SMALL, SPEECH)), Ear(Wants(SMALL, SPEECH))
    fan_out(clip, [first, second])
    for kind in ("pictures", "sounds"):
        for one, other in zip(getattr(first, kind), getattr(second, kind), strict=True):
            assert one is other
    with pytest.raises(ValueError, match="read-only"):
        first.pictures[0].pixels[:] = 0
    with pytest.raises(ValueError, match="read-only"):
        first.sounds[0].samples[:] = 0


def test_a_slow_consumer_holds_the_decode_back_and_loses_nothing(clip: Path) -> None:
    slow, quick = Ear(Wants(SMALL), slow=0.05), Ear(Wants(SMALL))
    fan_out(clip, [slow, quick])
    assert sum(len(block.pts) for block in slow.pictures) == 75
    assert sum(len(block.pts) for block in quick.pictures) == 75


@pytest.mark.parametrize("where", ["picture", "sound", "finish"])
def test_a_failing_consumer_is_named_and_stops_the_others(clip: Path, where: str) -> None:
    class Fails(Ear):
        pass

    def fail(*_: object) -> None:
        raise ZeroDivisionError("no such take")

    culprit, other = Fails(Wants(SMALL, SPEECH)), Ear(Wants(SMALL))
    setattr(culprit, where, fail)
    with pytest.raises(ZeroDivisionError, match="no such take") as caught:
        fan_out(clip, [other, culprit])
    assert caught.value.consumer is culprit
    assert not [one for one in threading.enumerate() if one.name in ("Fails", "Ear")]


def test_progress_rises_to_the_end(clip: Path) -> None:
    told: list[float] = []
    fan_out(clip, [], progress=told.append)
    assert told == sorted(set(told))
    assert told[-1] == 1.0


def test_sound_alone_and_picture_alone_are_files_too(tmp_path: Path) -> None:
    sound = make(tmp_path / "sound.wav", Made("wav", video=None, audio="pcm_s16le"))
    ear = Ear(Wants(SMALL, SPEECH))
    summary = fan_out(sound, [ear])
    assert (summary.pictures, summary.time_base, summary.samples) == (0, None, {0: 96_000})
    assert sum(len(block.samples) for block in ear.sounds) == 32_000
    silent = make(tmp_path / "silent.mp4", Made("mp4", pictures=1))
    ear = Ear(Wants(SMALL, SPEECH))
    assert fan_out(silent, [ear]).samples == {}
    assert [len(block.pts) for block in ear.pictures] == [1]


def test_every_sound_stream_is_given_under_its_own_number(tmp_path: Path) -> None:
    import av

    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=48_000, layout="mono") for _ in range(2)]
        for level, stream in zip((4096, 8192), streams, strict=True):
            data = np.full((1, 48_000), level, np.int16)
            frame = av.AudioFrame.from_ndarray(data, format="s16", layout="mono")
            frame.sample_rate = 48_000
            container.mux(stream.encode(frame))
    ear = Ear(Wants(None, SoundForm()))
    assert fan_out(path, [ear]).samples == {0: 48_000, 1: 48_000}
    levels = {block.stream: float(block.samples.max()) for block in ear.sounds}
    assert levels == {0: 0.125, 1: 0.25}


def test_large_pictures_come_in_smaller_blocks(tmp_path: Path) -> None:
    path = make(tmp_path / "big.mp4", Made("mp4", pictures=8, size=(1920, 1080)))
    ear = Ear(Wants(PictureForm("float")))
    fan_out(path, [ear])
    assert {len(block.pts) for block in ear.pictures} == {1}
    assert [block.first for block in ear.pictures] == list(range(8))


def test_damage_met_on_the_way_is_in_the_summary_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = make(tmp_path / "clip.ts", Made("ts", audio="aac", pictures=75))
    data = bytearray(path.read_bytes())
    del data[len(data) // 2 : len(data) // 2 + 5 * 188]
    path.write_bytes(data)
    ear = Ear(Wants(SMALL))
    summary = fan_out(path, [ear])
    assert summary.damage == inspect(path).damage
    assert summary.damage[0].range is not None
    assert summary.pictures >= 70
    assert sum(len(block.pts) for block in ear.pictures) == summary.pictures
