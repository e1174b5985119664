"""Encoded files: the right colours, exact times, and the same bytes every time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.core.errors import MediaError, NotAvailableError
from answerprint.media.encode import (
    FAITHFUL,
    PCM,
    PRORES,
    AudioSettings,
    Sound,
    VideoSettings,
    to_frame,
    write_pictures,
    write_sound,
)

RATE = Fraction(24000, 1001)
FAST = VideoSettings(preset="veryfast")
# 100 % and 75 % bars, greys, and two colours far from any of them
BARS = [
    *[(255, 255, 255), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0)],
    *[(0, 0, 191), (0, 0, 0), (128, 128, 128), (235, 16, 64), (20, 90, 200), (0, 255, 0)],
]


def bars(height: int = 96, width: int = 384) -> NDArray[np.uint8]:
    picture = np.zeros((height, width, 3), np.uint8)
    step = width // len(BARS)
    for index, colour in enumerate(BARS):
        picture[:, index * step : (index + 1) * step] = colour
    return picture


def patches(picture: NDArray[np.uint8]) -> NDArray[np.int64]:
    step = picture.shape[1] // len(BARS)
    centres = [index * step + step // 2 for index in range(len(BARS))]
    return picture[picture.shape[0] // 2, centres].astype(np.int64)


def bt709_limited(colour: tuple[int, int, int]) -> tuple[float, float, float]:
    """ITU-R BT.709-6 items 3.2 to 3.4, in 8 bits."""
    red, green, blue = (value / 255 for value in colour)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 16 + 219 * luma, 128 + 224 * (blue - luma) / 1.8556, 128 + 224 * (red - luma) / 1.5748


def moving(frames: int, seed: int = 0, height: int = 96, width: int = 160) -> list[NDArray[np.uint8]]:
    noise = np.random.default_rng(seed).integers(0, 200, (height // 8, width // 8, 3), np.uint8)
    base = noise.repeat(8, 0).repeat(8, 1)
    return [np.roll(base, 3 * index, axis=1) for index in range(frames)]


def test_colour_bars_become_the_code_values_of_bt709() -> None:
    frame = to_frame(bars(), "yuv420p", Path("bars.mp4"))
    planes = [
        np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    ]
    step = 384 // len(BARS)
    for index, colour in enumerate(BARS):
        x = index * step + step // 2
        coded = (planes[0][48, x], planes[1][24, x // 2], planes[2][24, x // 2])
        assert np.allclose(coded, bt709_limited(colour), atol=1)


@pytest.mark.parametrize(
    ("name", "settings"), [("b.mp4", VideoSettings(crf=10, preset="veryfast")), ("b.mov", PRORES)]
)
def test_colour_bars_survive_a_round_trip_within_two_code_values(
    tmp_path: Path, name: str, settings: VideoSettings
) -> None:
    out = tmp_path / name
    assert write_pictures(out, enumerate([bars()] * 3), RATE, settings) == 3
    with av.open(str(out)) as container:
        context = container.streams.video[0].codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace) == (1, 1, 1)
        assert context.color_range == 1
        frames = list(container.decode(video=0))
    for frame in frames:
        back = frame.reformat(
            format="rgb24",
            src_colorspace="ITU709",
            src_color_range="MPEG",
            dst_color_range="JPEG",
            interpolation=FAITHFUL,
        ).to_ndarray()
        assert np.abs(patches(back) - np.array(BARS)).max() <= 2


@pytest.mark.parametrize("rate", [Fraction(24), RATE, Fraction(25), Fraction(30000, 1001), Fraction(60)])
def test_every_picture_is_shown_at_exactly_its_frame(tmp_path: Path, rate: Fraction) -> None:
    out = tmp_path / "film.mp4"
    write_pictures(out, enumerate(moving(19)), rate, FAST)
    with av.open(str(out)) as container:
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]
        assert container.streams.video[0].average_rate == rate
    assert times == [Fraction(index) / rate for index in range(19)]


def test_pictures_keep_uneven_times(tmp_path: Path) -> None:
    ticks = [0, 3000, 3001, 9000, 9750, 30000]
    out = tmp_path / "uneven.mov"
    pictures = zip(ticks, moving(6), strict=True)
    write_pictures(out, pictures, Fraction(30), FAST, time_base=Fraction(1, 90000))
    with av.open(str(out)) as container:
        shown = [frame.pts * frame.time_base * 90000 for frame in container.decode(video=0)]
    assert shown == ticks


@pytest.mark.parametrize("name", ["film.mp4", "film.mov"])
def test_the_same_film_is_the_same_bytes_and_names_no_program(tmp_path: Path, name: str) -> None:
    tone = np.sin(np.arange(40000) / 20).astype(np.float32)[:, None].repeat(2, 1) * np.float32(0.5)
    settings = FAST if name.endswith("mp4") else PRORES
    audio = AudioSettings() if name.endswith("mp4") else PCM
    written = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        out = tmp_path / folder / name
        pieces = [tone[:777], tone[777:]] if folder == "one" else [tone[:30000], tone[30000:]]
        write_pictures(
            out,
            enumerate(moving(12)),
            RATE,
            settings,
            sound=Sound(pieces, audio),
            start_timecode="10:00:00:00",
        )
        written.append(out.read_bytes())
    assert written[0] == written[1]
    assert b"Lavf" not in written[0] and b"Lavc" not in written[0]
    assert [path.name for path in (tmp_path / "one").iterdir()] == [name]  # nothing left aside


def test_sizes_no_multiple_of_16_are_the_same_bytes_whatever_memory_held(tmp_path: Path) -> None:
    rows, columns = np.mgrid[:120, :216]
    ramp = np.stack([columns, 2 * rows, (rows + columns) // 2], axis=-1).astype(np.uint8)
    pictures = []
    for index in range(60):
        picture = ramp.copy()
        picture[40:70, 2 * index : 2 * index + 40] = 240 - index
        pictures.append(picture)
    settings, made = VideoSettings(preset="veryfast", gop=24), set()
    for count in range(24):
        other = [bytes([7 * count]) * (200_000 + 137 * count) for _ in range(20)]
        write_pictures(tmp_path / "a.mov", enumerate(pictures), RATE, settings)
        made.add((tmp_path / "a.mov").read_bytes())
        del other
    assert len(made) == 1


def test_start_timecode_and_language_are_written(tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    sound = Sound([np.zeros((4800, 1), np.float32)], AudioSettings(channels=1), "fr-CA")
    write_pictures(
        out,
        enumerate(moving(5)),
        Fraction(30000, 1001),
        FAST,
        sound=sound,
        start_timecode="00:59:58;00",
        language="fr",
    )
    with av.open(str(out)) as container:
        assert container.streams.video[0].metadata["timecode"] == "00:59:58;00"
        assert container.streams.audio[0].metadata["language"] == "fra"


@pytest.mark.parametrize(("codec", "bits"), [("pcm_s16le", 16), ("pcm_s24le", 24), ("pcm_f32le", 24)])
@pytest.mark.parametrize("name", ["s.wav", "s.mov"])
def test_pcm_comes_back_within_half_a_step(tmp_path: Path, codec: str, bits: int, name: str) -> None:
    samples = np.random.default_rng(3).uniform(-0.999, 0.999, (9001, 6)).astype(np.float32)
    out = tmp_path / name
    settings = AudioSettings(codec=codec, channels=6)
    assert write_sound(out, Sound([samples[:5000], samples[5000:]], settings)) == 9001
    with av.open(str(out)) as container:
        frames = [frame.to_ndarray().reshape(-1, 6) for frame in container.decode(audio=0)]
    whole = np.concatenate(frames)
    scale = {"int16": 2.0**15, "int32": 2.0**31, "float32": 1.0}[whole.dtype.name]
    assert np.abs(whole / scale - samples).max() <= 2.0**-bits * 1.01


def test_odd_pictures_are_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as refused:
        write_pictures(tmp_path / "odd.mp4", [(0, np.zeros((45, 81, 3), np.uint8))], RATE, FAST)
    assert refused.value.code == "AP-MEDIA-051"
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_is_not_there_is_not_available(tmp_path: Path) -> None:
    settings = VideoSettings(encoder="no_such_encoder")
    with pytest.raises(NotAvailableError) as refused:
        write_pictures(tmp_path / "film.mp4", enumerate(moving(1)), RATE, settings)
    assert refused.value.code == "AP-NEED-051"


def test_a_folder_that_is_not_there_is_a_coded_error(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as refused:
        write_pictures(tmp_path / "none" / "film.mp4", enumerate(moving(1)), RATE, FAST)
    assert refused.value.code == "AP-MEDIA-050"
