"""Operators over reels: windows that keep to their shot, depth and alpha, going on where a run broke off."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.core.errors import MediaError, UsageError
from answerprint.departments.picture.windows import Pixels, Window
from answerprint.media.clip_pictures import clip_pictures
from answerprint.media.encode import PCM, Sound, VideoSettings, write_pictures
from answerprint.media.exact_stills import Still, read_still, write_still
from answerprint.media.probe import probe
from answerprint.pipeline.picture.operating import Operated, Recipe, Schedule, operate, sidecar_of
from answerprint.pipeline.picture.parts import folder_of, kept
from answerprint.pipeline.picture.reels import Reel, reel_of

RECIPE = Recipe(operator="trial", back_end="classical", parameters={"strength": 1})


@dataclass
class Mean:
    """The mean of a window; remembers which windows it saw."""

    before: int = 2
    after: int = 1
    seen: list[tuple[int, int, int, float]] = field(default_factory=list)

    def picture(self, window: Window) -> Pixels:
        first = window.number - window.at
        self.seen.append((window.number, first, first + len(window.pictures), window.phase))
        made = np.mean([one[..., :3] for one in window.pictures], axis=0, dtype=np.float32)
        return made if window.now.shape[2] == 3 else np.dstack([made, window.now[..., 3]])


class Breaks(Mean):
    def picture(self, window: Window) -> Pixels:
        if window.number == 70:
            raise KeyboardInterrupt
        return super().picture(window)


def pictured(number: int, scene: int, high: int = 72, wide: int = 96) -> NDArray[np.uint8]:
    draw = np.random.default_rng(scene)
    base = draw.integers(20, 230, (9, 12, 3)).repeat(high // 8 + 1, 0)[:high].repeat(wide // 11 + 1, 1)
    return np.roll(base[:, :wide], number, axis=1).astype(np.uint8)


def clip(path: Path, lengths: tuple[int, ...] = (40, 40, 40), **settings: object) -> Path:
    pictures = (
        (sum(lengths[:scene]) + number, pictured(number, scene))
        for scene, length in enumerate(lengths)
        for number in range(length)
    )
    rate = Fraction(24000, 1001)
    sound = Sound([np.zeros((48000 * sum(lengths) // 24, 2), np.float32)], PCM)
    write_pictures(
        path,
        pictures,
        rate,
        VideoSettings(**settings),  # type: ignore[arg-type]
        sound=sound,
        start_timecode="01:00:00:00",
    )
    return path


def ran(reel: Reel, out: Path, make: type[Mean] = Mean, **more: object) -> tuple[Operated, list[Mean]]:
    made: list[Mean] = []

    def fresh() -> Mean:
        made.append(make())
        return made[-1]

    return operate(reel, out, fresh, RECIPE, **more), made  # type: ignore[arg-type]


def test_a_window_never_reaches_across_a_cut(tmp_path: Path) -> None:
    reel = reel_of(clip(tmp_path / "in.mov"))
    assert reel.shots == ((0, 40), (40, 80), (80, 120))
    told, made = ran(reel, tmp_path / "out.mov")
    seen = sorted(one for operator in made for one in operator.seen)
    assert [one[0] for one in seen] == list(range(120)) and told.pictures == 120
    for number, first, end, _ in seen:
        start, over = reel.shot_of(number)
        assert first == max(start, number - 2) and end == min(over, number + 2)


def test_a_clip_keeps_its_times_sound_and_timecode(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mov", crf=8)
    reel = reel_of(source)
    told, _ = ran(reel, tmp_path / "out.mov")
    there, was = probe(tmp_path / "out.mov"), probe(source)
    assert there.timecode is not None and there.timecode == was.timecode
    assert told.sound == {"1": "copied"}
    assert reel_of(tmp_path / "out.mov").ticks == reel.ticks
    for (_, mine), number in zip(clip_pictures(tmp_path / "out.mov"), range(120), strict=True):
        first, end = max(reel.shot_of(number)[0], number - 2), min(reel.shot_of(number)[1], number + 2)
        wanted = np.mean([pixels for _, pixels in reel.pictures(first, end)], axis=0)
        assert np.abs(mine.mean(axis=-1) - wanted.mean(axis=-1)).mean() < 0.02


def test_a_run_that_broke_off_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    reel = reel_of(clip(tmp_path / "in.mov"))
    ran(reel, tmp_path / "whole.mov")
    out = tmp_path / "out.mov"
    with pytest.raises(KeyboardInterrupt):
        ran(reel, out, Breaks)
    assert not out.exists() and folder_of(out).is_dir()
    told, made = ran(reel, out)
    assert told.resumed >= 1
    assert len({number for operator in made for number, *_ in operator.seen}) < 120
    assert out.read_bytes() == (tmp_path / "whole.mov").read_bytes()
    assert not folder_of(out).exists()


def test_parts_of_another_recipe_are_not_gone_on_with(tmp_path: Path) -> None:
    reel = reel_of(clip(tmp_path / "in.mov"))
    with pytest.raises(KeyboardInterrupt):
        ran(reel, tmp_path / "out.mov", Breaks)
    other = Recipe(operator="trial", back_end="classical", parameters={"strength": 2})
    assert operate(reel, tmp_path / "out.mov", Mean, other).resumed == 0


def test_ten_bits_stay_ten_and_sixteen_sixteen(tmp_path: Path) -> None:
    ten = clip(tmp_path / "ten.mov", (30,), encoder="prores_ks", pixel_format="yuv422p10le", profile="hq")
    assert ran(reel_of(ten), tmp_path / "ten-out.mov")[0].coded == "yuv422p10le"
    with av.open(str(tmp_path / "ten-out.mov")) as file:
        assert file.streams.video[0].codec_context.name == "prores"
    deep = clip(tmp_path / "deep.mkv", (30,), encoder="ffv1", pixel_format="yuv444p16le")
    assert ran(reel_of(deep), tmp_path / "deep-out.mkv")[0].coded == "yuv444p16le"


def test_alpha_goes_with_the_pictures(tmp_path: Path) -> None:
    path = tmp_path / "alpha.mov"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("prores_ks", rate=24, options={"profile": "4444", "alpha_bits": "16"})
        stream.width, stream.height, stream.pix_fmt = 96, 72, "yuva444p10le"
        for number in range(6):
            alpha = np.zeros((72, 96), np.uint8)
            alpha[:, number * 10 :] = 200
            pixels = np.dstack([pictured(number, 1), alpha])
            frame = av.VideoFrame.from_ndarray(pixels, "rgba").reformat(format="yuva444p10le")
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    reel = reel_of(path)
    assert reel.channels == 4
    told, _ = ran(reel, tmp_path / "out.mov")
    assert told.coded == "yuva444p10le"
    back = reel_of(tmp_path / "out.mov")
    for (_, was), (_, now) in zip(reel.pictures(), back.pictures(), strict=True):
        assert np.abs(was[..., 3] - now[..., 3]).max() < 0.01
    with pytest.raises(MediaError, match="AP-MEDIA-088"):
        ran(reel, tmp_path / "out.mp4")


def test_a_folder_of_floats_keeps_its_names_depth_and_what_is_no_number(tmp_path: Path) -> None:
    folder = tmp_path / "plates"
    folder.mkdir()
    for number in range(5):
        pixels = pictured(number, 2).astype(np.float32) / 64
        if number == 2:
            pixels[10, 20] = np.nan
        write_still(folder / f"plate.{number + 1001}.exr", Still(pixels, None, "float"))
    reel = reel_of(folder)
    assert reel.linear and reel.kind == "stills" and reel.count == 5
    told, _ = ran(reel, tmp_path / "done", sheet=tmp_path / "sheet.png")
    assert told.not_numbers == 1 and told.coded == "float"
    assert sorted(one.name for one in (tmp_path / "done").iterdir()) == sorted(
        one.name for one in folder.iterdir()
    )
    there = read_still(tmp_path / "done" / "plate.1003.exr").pixels
    assert np.isnan(there[10, 20]).all() and np.isfinite(there).sum() == there.size - 3
    beside = read_still(tmp_path / "done" / "plate.1004.exr").pixels
    assert np.isfinite(beside).all() and beside.max() > 1
    assert read_still(tmp_path / "sheet.png").pixels.shape[1] > 190


def test_a_preview_is_a_stretch_without_sound(tmp_path: Path) -> None:
    reel = reel_of(clip(tmp_path / "in.mov"))
    told, _ = ran(reel, tmp_path / "out.mov", between=(Fraction(1), Fraction(2)))
    there = probe(tmp_path / "out.mov")
    assert told.pictures == 24 and there.stream("audio") is None
    assert there.timecode is not None and there.timecode.frame == 24 * 3600 + 24
    with pytest.raises(MediaError, match="AP-MEDIA-081"):
        ran(reel, tmp_path / "none.mov", between=(Fraction(60), Fraction(61)))


def test_a_schedule_writes_pictures_at_a_rate_of_its_own(tmp_path: Path) -> None:
    reel = reel_of(clip(tmp_path / "in.mov", (30,)))
    places = [(place // 2, 0.5 * (place % 2)) for place in range(60)]
    told, made = ran(reel, tmp_path / "out.mov", schedule=Schedule(Fraction(25), places))
    again = reel_of(tmp_path / "out.mov")
    assert told.pictures == again.count == 60 and again.rate == 25
    seconds = [tick * again.base for tick in again.ticks]
    assert seconds == [Fraction(place, 25) for place in range(60)]
    assert sorted((one[0], one[3]) for operator in made for one in operator.seen) == places


def test_a_name_of_another_kind_is_refused(tmp_path: Path) -> None:
    reel = reel_of(clip(tmp_path / "in.mov", (30,)))
    for name in ("out.png", "out"):
        with pytest.raises(UsageError, match="AP-USE-807"):
            ran(reel, tmp_path / name)


def test_the_sidecar_says_what_was_done(tmp_path: Path) -> None:
    reel = reel_of(clip(tmp_path / "in.mov", (30,)))
    ran(reel, tmp_path / "out.mov")
    text = sidecar_of(tmp_path / "out.mov").read_text()
    assert '"operator": "trial"' in text and '"source": "in.mov"' in text and str(tmp_path) not in text


def test_a_survey_is_made_once(tmp_path: Path) -> None:
    calls = []

    def make() -> dict[str, NDArray[np.generic]]:
        calls.append(1)
        return {"path": np.arange(5.0)}

    for key in (b"one", b"one", b"two"):
        assert kept(tmp_path / "out.mov", key, make)["path"].tolist() == [0, 1, 2, 3, 4]
    assert len(calls) == 2
