"""Timelines rendered: whole or not at all, a broken-off run goes on, missing media is a slate."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.errors import UsageError
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.model import MediaLink
from answerprint.formats.timelines.otio_file import write_otio_file
from answerprint.media.decode import read_sound
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.forms import SoundForm
from answerprint.pipeline import rendering
from answerprint.pipeline.rendering import Asked, render_timeline

RATE = Fraction(25)


def grey(number: int) -> int:
    """The grey of a picture of a.mov: far from its neighbours'."""
    return 10 + round(37 * number % 64 * 3.6)


@pytest.fixture
def timeline(tmp_path: Path) -> Path:
    """Two shots with sound, the second at half speed, and one whose media is not there."""
    folder = tmp_path / "media"
    folder.mkdir()
    settings = VideoSettings(encoder="prores_ks", pixel_format="yuv422p10le", profile="hq", threads=1)
    tone = (0.25 * np.sin(2 * np.pi * 440 * np.arange(4 * 48000) / 48000)).astype(np.float32)[:, None]
    pictures = ((k, np.full((90, 160, 3), grey(k), np.uint8)) for k in range(100))
    sound = Sound([tone], AudioSettings(codec="pcm_s24le", channels=1))
    write_pictures(folder / "a.mov", pictures, RATE, settings, sound=sound)

    def clip(asset: str, start: int, end: int, source: int, speed: Fraction = Fraction(1)) -> Clip:
        first = Time(source, RATE)
        length = Time.of_seconds(Fraction(end - start) / RATE * speed)
        return Clip(
            id=f"{asset}{start}",
            asset=asset,
            record=Range.of_ticks(start, end, RATE),
            source=Range(first, first + length),
            name=asset,
            speed=speed,
        )

    clips = (clip("a", 0, 30, 10), clip("a", 30, 60, 50, Fraction(1, 2)), clip("gone", 60, 70, 0))
    heard = (clip("a", 0, 30, 10), clip("a", 30, 60, 50, Fraction(1, 2)))
    cut = Cut(
        name="cut",
        rate=RATE,
        start_frame=90000,
        width=160,
        height=90,
        tracks=(
            CutTrack(name="V1", kind="video", clips=clips),
            CutTrack(name="A1", kind="audio", clips=heard),
        ),
    )
    link = MediaLink(name="a.mov", url="media/a.mov", rate=RATE, frames=100, channels=1, sample_rate=48000)
    media = {"a": link, "gone": msgspec.structs.replace(link, name="gone.mov", url="media/gone.mov")}
    file = tmp_path / "cut.otio"
    file.write_bytes(write_otio_file(cut, media))
    return file


def shows(picture: NDArray[np.uint8], number: int) -> bool:
    return abs(float(np.median(picture)) - grey(number)) <= 6


WANTED = [10 + k for k in range(30)] + [50 + k // 2 for k in range(30)]  # pictures of a.mov


@pytest.mark.parametrize(("out", "preset"), [("film.mov", "prores-hq"), ("film.mp4", "h264")])
def test_every_frame_is_the_one_the_timeline_says(timeline: Path, out: str, preset: str) -> None:
    made = render_timeline(timeline, timeline.parent / out, Asked(preset=preset, workers=1))
    assert made.offline == ("gone.mov",)
    with av.open(str(timeline.parent / out)) as file:
        found = [one.to_ndarray(format="rgb24") for one in file.decode(video=0)]
    assert len(found) == 70
    assert all(shows(picture, number) for picture, number in zip(found, WANTED, strict=False))
    with av.open(str(timeline.parent / out)) as file:
        assert "01:00:00:00" in [stream.metadata.get("timecode") for stream in file.streams]
    read = read_sound(timeline.parent / out, SoundForm(rate=48_000))
    heard = np.concatenate([block.samples[:, 0] for block in read]).astype(np.float64)

    def tone(part: NDArray[np.float64]) -> float:
        return float(np.argmax(np.abs(np.fft.rfft(part * np.hanning(len(part))))) * 48000 / len(part))

    assert abs(tone(heard[4800:52800]) - 440) <= 2
    assert abs(tone(heard[60000:84000]) - 220) <= 2


def test_a_run_that_was_broken_off_goes_on_and_gives_the_same_bytes(
    timeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = timeline.parent / "whole.mov", timeline.parent / "film.mov"
    render_timeline(timeline, whole, Asked(workers=1))
    drawn: list[Path] = []
    real = rendering._draw

    def breaks(job: object, file: Path) -> None:
        if len(drawn) == 1:
            raise KeyboardInterrupt
        real(job, file)  # type: ignore[arg-type]
        drawn.append(file)

    monkeypatch.setattr(rendering, "_draw", breaks)
    with pytest.raises(KeyboardInterrupt):
        render_timeline(timeline, out, Asked(workers=1))
    assert not out.exists()
    monkeypatch.setattr(rendering, "_draw", real)
    made = render_timeline(timeline, out, Asked(workers=1))
    assert (made.kept, made.segments) == (1, 3)
    assert out.read_bytes() == whole.read_bytes()
    assert not [one for one in timeline.parent.iterdir() if one.name.endswith(".parts")]


@pytest.mark.parametrize(("preset", "suffix"), [("png", "png"), ("tiff", "tif"), ("dpx", "dpx")])
def test_a_sequence_is_numbered_as_the_timecode_counts(timeline: Path, preset: str, suffix: str) -> None:
    out = timeline.parent / "pictures"
    render_timeline(timeline, out, Asked(preset=preset, range_=(28, 33), workers=1))
    assert sorted(one.name for one in out.iterdir()) == [f"{90000 + at:07d}.{suffix}" for at in range(28, 33)]
    with av.open(str(out / f"0090029.{suffix}")) as file:
        picture = next(file.decode(video=0)).to_ndarray(format="rgb24")
    assert shows(picture, WANTED[29])
    if suffix != "dpx":
        assert cv2.imread(str(out / f"0090029.{suffix}")) is not None


def test_burnt_in_text_is_in_its_corner_only(timeline: Path) -> None:
    plain, burnt = timeline.parent / "plain.mov", timeline.parent / "burnt.mov"
    render_timeline(timeline, plain, Asked(range_=(0, 2), workers=1))
    render_timeline(timeline, burnt, Asked(range_=(0, 2), workers=1, burn=["timecode"]))
    with av.open(str(plain)) as one, av.open(str(burnt)) as other:
        before = next(one.decode(video=0)).to_ndarray(format="rgb24").astype(int)
        after = next(other.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    rows = np.flatnonzero(np.abs(after - before).max(axis=(1, 2)) > 12)
    assert rows.min() > 60


def test_media_is_found_in_a_folder_and_a_proxy_gives_way(timeline: Path, tmp_path: Path) -> None:
    originals = tmp_path / "originals" / "card"
    originals.mkdir(parents=True)
    (tmp_path / "media" / "a.mov").rename(originals / "A.MOV")
    assert render_timeline(timeline, tmp_path / "x.mov", Asked(dry_run=True)).offline == ("a.mov", "gone.mov")
    found = render_timeline(timeline, tmp_path / "x.mov", Asked(media=[tmp_path / "originals"], workers=1))
    assert found.offline == ("gone.mov",)


def test_what_cannot_be_is_refused(timeline: Path) -> None:
    out = timeline.parent / "film.mov"
    for asked, file, code in (
        (Asked(preset="vhs"), out, "AP-USE-650"),
        (Asked(preset="prores-hq"), out.with_suffix(".mp4"), "AP-USE-651"),
        (Asked(preset="png"), out, "AP-USE-651"),
        (Asked(burn=["weather"]), out, "AP-USE-652"),
        (Asked(range_=(60, 900)), out, "AP-USE-654"),
    ):
        with pytest.raises(UsageError) as caught:
            render_timeline(timeline, file, asked)
        assert caught.value.code == code
    out.write_bytes(b"mine")
    with pytest.raises(UsageError, match="there already"):
        render_timeline(timeline, out, Asked())
    assert out.read_bytes() == b"mine"
