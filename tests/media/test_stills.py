"""Stills, thumbnails, contact sheets and waveforms: the right picture, upright, of the size asked for."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerprint.core.time import Time
from answerprint.media.display import Display, letterboxed, upright
from answerprint.media.encode import VideoSettings, write_pictures
from answerprint.media.stills import (
    contact_sheet,
    fitted,
    image_bytes,
    keyframe_thumbnails,
    shortened,
    still,
    text_width,
)
from answerprint.media.waveform import waveform_path, waveform_peaks, waveform_picture

RATE = Fraction(24)


def opened(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1], np.uint8)


def quarters(height: int = 96, width: int = 160) -> NDArray[np.uint8]:
    """Red at the top left, green at the top right, blue at the bottom left, white at the bottom right."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = (200, 0, 0)
    picture[: height // 2, width // 2 :] = (0, 200, 0)
    picture[height // 2 :, : width // 2] = (0, 0, 200)
    picture[height // 2 :, width // 2 :] = 200
    return picture


def turned_film(path: Path, clockwise: int, **options: Fraction) -> None:
    """A film whose container says it must be turned clockwise to be seen upright."""
    plain = path.with_name("plain.mov")
    write_pictures(plain, enumerate([quarters()] * 8), RATE, VideoSettings(gop=2, crf=5), **options)
    with av.open(str(plain)) as source, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(-clockwise)  # FFmpeg counts counter-clockwise
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)


def corners(picture: NDArray[np.uint8]) -> list[str]:
    """The colours clockwise from the top left."""
    high, wide = picture.shape[:2]
    names = []
    for y, x in ((0.25, 0.25), (0.25, 0.75), (0.75, 0.75), (0.75, 0.25)):
        red, green, blue = (int(value) > 100 for value in picture[int(y * high), int(x * wide)])
        names.append({(1, 0, 0): "R", (0, 1, 0): "G", (0, 0, 1): "B", (1, 1, 1): "W"}[red, green, blue])
    return names


@pytest.mark.parametrize(("clockwise", "seen"), [(0, "RGWB"), (90, "BRGW"), (180, "WBRG"), (270, "GWBR")])
def test_stills_and_thumbnails_stand_upright(tmp_path: Path, clockwise: int, seen: str) -> None:
    film = tmp_path / "film.mov"
    turned_film(film, clockwise)
    shape = (200, 120) if clockwise % 180 else (72, 120)
    for data in (still(film, Time(3, RATE), 120), *keyframe_thumbnails(film, 2, 120)):
        picture = opened(data)
        assert picture.shape[:2] == shape
        assert "".join(corners(picture)) == seen


def test_anamorphic_pictures_are_seen_wide(tmp_path: Path) -> None:
    film = tmp_path / "film.mov"
    write_pictures(
        film, enumerate([quarters()] * 2), RATE, VideoSettings(preset="veryfast"), pixel_aspect=Fraction(2)
    )
    assert opened(still(film, Time(0, RATE), 400)).shape == (120, 400, 3)


def test_still_is_the_frame_that_shows_its_number(shared_data: Path) -> None:
    film = shared_data / "video" / "counter.mp4"
    with av.open(str(film)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    small = [cv2.resize(frame, (320, 180), interpolation=cv2.INTER_AREA).astype(int) for frame in frames]
    for number in (0, 7, 29):
        picture = opened(still(film, Time(number * 10 + 9, Fraction(100)), 320)).astype(int)
        closest = min(range(30), key=lambda index: np.abs(small[index] - picture).mean())
        assert closest == number


def test_png_keeps_every_pixel_and_the_same_pixels_are_the_same_bytes() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (31, 47, 3), np.uint8)
    assert np.array_equal(opened(image_bytes(picture, "png")), picture)
    assert image_bytes(picture, "jpeg") == image_bytes(picture.copy(), "jpeg")


def test_thumbnails_are_keyframes_spread_over_the_film(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    pictures = [np.full((96, 160, 3), 8 * index, np.uint8) for index in range(32)]
    write_pictures(film, enumerate(pictures), RATE, VideoSettings(gop=4, preset="veryfast"))
    found = [opened(data).mean() / 8 for data in keyframe_thumbnails(film, 4, 80)]
    assert [round(value) for value in found] == [4, 12, 20, 28]  # the keyframes at or before each eighth
    assert len(keyframe_thumbnails(film, 1, 80)) == 1
    assert len(keyframe_thumbnails(film, 50, 80)) == 8


def test_thumbnails_of_a_file_that_does_not_say_how_long_it_is(tmp_path: Path) -> None:
    film = tmp_path / "film.h264"
    pictures = [np.full((96, 160, 3), 8 * index, np.uint8) for index in range(32)]
    plain = tmp_path / "film.mp4"
    write_pictures(plain, enumerate(pictures), RATE, VideoSettings(gop=2, preset="veryfast"))
    with av.open(str(plain)) as source, av.open(str(film), "w", format="h264") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    found = [opened(data).mean() / 8 for data in keyframe_thumbnails(film, 3, 80)]
    assert len(found) == 3
    assert found == sorted(found) and found[0] < 12 < found[1] < 20 < found[2]


def test_every_real_film_gives_thumbnails(shared_data: Path) -> None:
    for film in sorted((shared_data / "video").iterdir()):
        for data in keyframe_thumbnails(film, 3, 160):
            assert opened(data).shape[1] == 160


def test_contact_sheet_has_a_cell_for_every_picture() -> None:
    pictures = [(np.full((90, 160, 3), 30 * n, np.uint8), f"Szene {n} – Größe") for n in range(1, 8)]
    sheet = opened(contact_sheet(pictures, 3, width=160, kind="png"))
    gap, foot = 4, 18
    assert sheet.shape == (3 * (90 + foot) + gap, 3 * (160 + gap) + gap, 3)
    for index, (picture, _) in enumerate(pictures):
        row, column = divmod(index, 3)
        top, left = gap + row * (90 + foot), gap + column * (160 + gap)
        assert np.array_equal(sheet[top : top + 90, left : left + 160], picture)
        caption = sheet[top + 90 : top + 90 + foot, left : left + 160]
        assert caption.max() > 150  # letters were drawn


@settings(max_examples=30, deadline=None)
@given(text=st.text(max_size=80), width=st.integers(40, 300))
def test_captions_never_run_over(text: str, width: int) -> None:
    assert text_width(shortened(text, 12, width), 12) <= width


@given(
    display=st.builds(
        Display,
        st.integers(16, 8192),
        st.integers(16, 8192),
        st.sampled_from([0, 90, 180, 270]),
        st.sampled_from([Fraction(1), Fraction(4, 3), Fraction(2), Fraction(10, 11)]),
    ),
    raster=st.sampled_from([(1920, 1080), (1280, 720), (2048, 858), (1080, 1920)]),
)
def test_a_picture_fills_one_side_of_the_raster_and_keeps_its_shape(
    display: Display, raster: tuple[int, int]
) -> None:
    width, height = display.within(*raster)
    assert width <= raster[0] and height <= raster[1]
    assert width == raster[0] or height == raster[1]
    assert width % 2 == height % 2 == 0
    if min(width, height) > 50:
        assert abs(width / height / float(display.aspect) - 1) < 0.05


def test_turning_upright_is_clockwise() -> None:
    picture = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert upright(picture, 90).tolist() == [[3, 0], [4, 1], [5, 2]]
    assert letterboxed(np.full((2, 2, 3), 9, np.uint8), 4, 2)[0, :, 0].tolist() == [0, 9, 9, 0]
    assert fitted(np.full((10, 20, 3), 9, np.uint8), 10, 10)[:, 0, 0].tolist() == [0, 0, *[9] * 5, 0, 0, 0]


@settings(max_examples=40, deadline=None)
@given(
    length=st.integers(1, 200_000),
    columns=st.integers(1, 40),
    pieces=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_peaks_hold_every_extreme(length: int, columns: int, pieces: int, seed: int) -> None:
    samples = np.random.default_rng(seed).uniform(-1, 1, (length, 2)).astype(np.float32)

    def blocks() -> Iterator[NDArray[np.float32]]:
        yield from np.array_split(samples, pieces)

    peaks = waveform_peaks(blocks(), columns)
    assert peaks.samples == length
    assert len(peaks.low) == len(peaks.high) == columns
    assert peaks.low.min() == samples.min() and peaks.high.max() == samples.max()
    assert (peaks.low <= peaks.high).all()


def test_a_burst_is_drawn_where_it_is() -> None:
    samples = np.zeros((96000, 1), np.float32)
    samples[48000:60000:2] = 0.5
    samples[60000:72000:2] = -0.5
    peaks = waveform_peaks([samples[:50001], samples[50001:]], 80)
    assert np.flatnonzero(peaks.high > 0.4).tolist() == list(range(40, 51))[: int((peaks.high > 0.4).sum())]
    assert abs(int((peaks.high > 0.4).sum()) - 10) <= 1
    picture = opened(waveform_picture(peaks, 101))
    assert picture.shape == (101, 80, 3)
    blue = (picture == (52, 92, 140)).all(axis=2)
    assert blue[25:51, 45].all() and not blue[:25, 45].any() and not blue[51:, 45].any()
    assert blue[50:76, 56].all() and not blue[:50, 56].any()
    path = waveform_path(peaks, 800, 100)
    svg = ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg"><path d="{path}"/></svg>')
    assert len(svg) == 1 and path.count("L") == 159


def test_no_sound_is_an_empty_waveform() -> None:
    peaks = waveform_peaks([], 10)
    assert peaks.samples == 0 and waveform_path(peaks, 10, 10) == ""
