"""Pictures and sound come out at their own timestamps, wherever reading begins."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from made_media import B_FRAMES, FILM, Made, make, number_shown, tone

from answerprint.core.errors import MediaError
from answerprint.core.time import Range, Time
from answerprint.media.decode import picture_at, read_pictures, read_sound
from answerprint.media.forms import PictureForm, SoundForm
from answerprint.media.frame_times import frame_times

VIDEOS = (
    "auto_editor_example.mp4",
    "big_buck_bunny_0_30.webm",
    "counter.mp4",
    "delayed_start.mp4",
    "man_on_green_screen.mp4",
)
GREY = PictureForm("grey")
SMALL = PictureForm("grey", 64, 36)

OPEN_GOP = {**B_FRAMES, "x264-params": "open-gop=1:keyint=12:min-keyint=12:scenecut=0"}
SEEKED = {
    "b_frames.mp4": Made("mp4", options=B_FRAMES, pictures=40),
    "open_gop.mp4": Made("mp4", options=OPEN_GOP, pictures=40),
    "film.mkv": Made("mkv", options=B_FRAMES, rate=FILM, pictures=40),
    "open_gop.ts": Made("ts", options=OPEN_GOP, pictures=40),
    "varying.mp4": Made("mp4", options=B_FRAMES, steps=(1, 3, 2, 7), pictures=40),
    "late.mp4": Made("mp4", options=B_FRAMES, start=27, pictures=40),
    "varying.mkv": Made("mkv", steps=(1, 4, 2), pictures=40),
    "long_gop.ts": Made("ts", video="mpeg2video", bit_rate=2_000_000, gop=30, pictures=40),
    "intra.mov": Made("mov", video="prores_ks", pixel_format="yuv422p10le", pictures=10),
    "parts.mp4": Made("mp4", mux={"movflags": "frag_keyframe+empty_moov"}, pictures=40),
    "camera.mxf": Made("mxf", video="mpeg2video", pixel_format="yuv422p", bit_rate=5_000_000, pictures=30),
    "tape.avi": Made("avi", video="mpeg4", options={"bf": "2"}, pictures=30),
}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    return {name: make(folder / name, made) for name, made in SEEKED.items()}


def plainly_decoded(path: Path) -> tuple[np.ndarray, list[np.ndarray]]:
    """Timestamps and luma of every picture, by PyAV alone, from the start to the end."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        luma = [np.frombuffer(f.planes[0], np.uint8).reshape(f.height, -1)[:, : f.width] for f in frames]
        return np.array([frame.pts for frame in frames], np.int64), luma


@pytest.mark.parametrize("name", VIDEOS)
def test_timestamps_without_decoding_are_those_of_the_decoded_pictures(shared_data: Path, name: str) -> None:
    path = shared_data / "video" / name
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        decoded = [frame.pts for frame in container.decode(video=0)]
    assert frame_times(path).pts.tolist() == decoded


@pytest.mark.parametrize("name", SEEKED)
def test_timestamps_without_decoding_are_right_for_every_container(films: dict[str, Path], name: str) -> None:
    pts, _ = plainly_decoded(films[name])
    assert frame_times(films[name]).pts.tolist() == pts.tolist()


@pytest.mark.parametrize("name", SEEKED)
def test_a_seek_to_any_picture_shows_that_picture(films: dict[str, Path], name: str) -> None:
    path = films[name]
    pts, luma = plainly_decoded(path)
    base = frame_times(path).time_base
    form = PictureForm("float", 64, 36) if name == "intra.mov" else GREY
    if form is GREY:
        assert [number_shown(one) for one in luma] == list(range(len(luma)))
    for index in range(len(pts)):
        pixels, shown = picture_at(path, Time(int(pts[index]), 1 / base), form, threads=1)
        assert shown == pts[index]
        if form is GREY:
            np.testing.assert_array_equal(pixels, luma[index])
    between = Time(2 * int(pts[5]) + 1, 2 / base)  # half a tick after picture 5
    assert picture_at(path, between, form, threads=1)[1] == pts[5]


@pytest.mark.parametrize("name", SEEKED)
def test_a_range_is_the_same_pictures_as_in_the_whole(films: dict[str, Path], name: str) -> None:
    path = films[name]
    whole = list(read_pictures(path, SMALL))
    pts = np.concatenate([block.pts for block in whole])
    pixels = np.concatenate([block.pixels for block in whole])
    base = whole[0].time_base
    for first, last in ((0, 3), (4, 9), (len(pts) - 3, len(pts) - 1)):
        asked = Range.of_ticks(int(pts[first]), int(pts[last]), 1 / base)
        blocks = list(read_pictures(path, SMALL, range=asked, block=2))
        assert blocks[0].first == first
        assert [len(block.pts) for block in blocks[:-1]] == [2] * (len(blocks) - 1)
        np.testing.assert_array_equal(np.concatenate([b.pts for b in blocks]), pts[first:last])
        np.testing.assert_array_equal(np.concatenate([b.pixels for b in blocks]), pixels[first:last])


def test_the_counter_shows_its_thirty_pictures_at_a_tenth_of_a_second(shared_data: Path) -> None:
    path = shared_data / "video" / "counter.mp4"
    blocks = list(read_pictures(path, PictureForm("rgb", 192, 108)))
    pts = np.concatenate([block.pts for block in blocks])
    assert [Fraction(int(one)) * blocks[0].time_base for one in pts] == [Fraction(n, 10) for n in range(30)]
    pictures = np.concatenate([block.pixels for block in blocks])
    changes = np.abs(np.diff(pictures.astype(int), axis=0)).reshape(29, -1).max(axis=1)
    assert (changes > 50).all()  # every picture shows another number
    for number in (0, 9, 10, 29):
        shown, _ = picture_at(path, Time(number, Fraction(10)), PictureForm("rgb", 192, 108))
        np.testing.assert_array_equal(shown, pictures[number])


def test_a_late_start_stays_late(shared_data: Path) -> None:
    path = shared_data / "video" / "delayed_start.mp4"
    first = next(read_pictures(path, SMALL))
    assert first.pts[0] * first.time_base == Fraction(13760, 12800)
    with pytest.raises(MediaError) as caught:
        picture_at(path, Time(1, Fraction(1)), SMALL)
    assert caught.value.code == "AP-MEDIA-016"


def test_an_edit_list_hides_what_it_cuts_off(tmp_path: Path) -> None:
    """Copying from inside a GOP makes a file whose first pictures are decoded and not shown."""
    source = make(tmp_path / "source.mp4", Made("mp4", options=B_FRAMES, pictures=40))
    trimmed = tmp_path / "trimmed.mp4"
    with av.open(str(source)) as given, av.open(str(trimmed), "w") as written:
        stream = given.streams.video[0]
        copy = written.add_stream_from_template(stream)
        offset = 5 * 512  # five pictures before time zero
        for packet in given.demux(stream):
            if packet.dts is None:
                continue
            packet.pts -= offset
            packet.dts -= offset
            packet.stream = copy
            written.mux(packet)
    pts, luma = plainly_decoded(trimmed)
    numbers = [number_shown(one) for one in luma]
    assert numbers[-1] == 39
    assert frame_times(trimmed).pts.tolist() == pts.tolist()
    for index in (0, 7, len(pts) - 1):
        pixels, _ = picture_at(trimmed, Time(int(pts[index]), 1 / frame_times(trimmed).time_base), GREY)
        assert number_shown(pixels) == numbers[index]


def test_luma_comes_as_coded_and_white_is_one(tmp_path: Path) -> None:
    levels = tmp_path / "levels.mkv"
    codes = (16, 81, 126, 180, 235)
    with av.open(str(levels), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for code in codes:
            plane = np.full((96, 64), 128, np.uint8)
            plane[:64] = code
            container.mux(stream.encode(av.VideoFrame.from_ndarray(plane, format="yuv420p")))
        container.mux(stream.encode(None))
    grey = np.concatenate([block.pixels for block in read_pictures(levels, GREY)])
    assert [int(one[0, 0]) for one in grey] == list(codes)
    small = np.concatenate([block.pixels for block in read_pictures(levels, PictureForm("grey", 16, 16))])
    assert [int(one[0, 0]) for one in small] == list(codes)
    linear = np.concatenate([block.pixels for block in read_pictures(levels, PictureForm("float"))])
    expected = [(code - 16) / 219 for code in codes]  # ITU-T H.273, limited range, eight bits
    np.testing.assert_allclose(linear[:, 0, 0], np.repeat(expected, 3).reshape(-1, 3), atol=1e-6)
    rgb = np.concatenate([block.pixels for block in read_pictures(levels, PictureForm("rgb"))])
    assert np.abs(rgb[:, 0, 0].astype(float) / 255 - np.array(expected)[:, None]).max() < 1 / 255


@pytest.mark.parametrize("name", ["still.png", "still.tiff", "still.bmp"])
def test_a_still_keeps_every_code(tmp_path: Path, name: str) -> None:
    suffix = name.rsplit(".", 1)[1]
    form = {"bmp": "bgr24"}.get(suffix, "rgb24")
    truth = np.random.default_rng(5).integers(0, 256, (48, 64, 3), np.uint8)
    path = tmp_path / name
    with av.open(str(path), "w", options={"update": "1"}) as container:
        stream = container.add_stream(suffix, rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 48, form
        frame = av.VideoFrame.from_ndarray(truth, format="rgb24").reformat(format=form)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    np.testing.assert_array_equal(next(read_pictures(path, PictureForm("rgb"))).pixels[0], truth)
    shown = next(read_pictures(path, PictureForm("float"))).pixels[0]
    np.testing.assert_array_equal(shown, truth / np.float32(255))


@pytest.mark.parametrize(("tag", "kr", "kb"), [(1, 0.2126, 0.0722), (6, 0.299, 0.114), (9, 0.2627, 0.0593)])
def test_colour_follows_the_matrix_the_file_names(tmp_path: Path, tag: int, kr: float, kb: float) -> None:
    """Red, green and blue coded by the closed form of ITU-T H.273 come back as red, green and blue."""
    path = tmp_path / "patches.mkv"
    patches = ((0.9, 0.1, 0.1), (0.1, 0.8, 0.2), (0.2, 0.1, 0.9))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv444p10le"
        stream.codec_context.colorspace, stream.codec_context.color_range = tag, 1
        for red, green, blue in patches:
            luma = kr * red + (1 - kr - kb) * green + kb * blue
            cb, cr = (blue - luma) / (2 * (1 - kb)), (red - luma) / (2 * (1 - kr))
            codes = (64 + 876 * luma, 512 + 896 * cb, 512 + 896 * cr)
            frame = av.VideoFrame(64, 64, "yuv444p10le")
            for plane, code in zip(frame.planes, codes, strict=True):
                plane.update(np.full(plane.buffer_size // 2, round(code), np.uint16).tobytes())
            frame.colorspace, frame.color_range = tag, 1
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    shown = np.concatenate([block.pixels for block in read_pictures(path, PictureForm("float"))])
    np.testing.assert_allclose(shown[:, 5, 5], patches, atol=2 / 876)


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_s24le", "pcm_f32le", "flac"])
def test_sound_without_loss_comes_back_as_it_was(tmp_path: Path, codec: str) -> None:
    made = Made("mkv" if codec == "flac" else "wav", video=None, audio=codec, pictures=50)
    path = make(tmp_path / f"tone.{made.container}", made)
    samples = np.concatenate([block.samples for block in read_sound(path, SoundForm())])
    truth = tone(96_000, 2, 48_000)
    assert samples.shape == truth.shape
    assert np.abs(samples - truth).max() <= {"pcm_s24le": 2**-23, "pcm_f32le": 0}.get(codec, 2**-15)


@pytest.mark.parametrize("form", [SoundForm(), SoundForm(16_000, mono=True), SoundForm(44_100)])
@pytest.mark.parametrize("container", ["mp4", "mkv", "ts", "wav", "flac", "mov"])
def test_a_range_of_sound_is_the_same_samples_as_in_the_whole(
    tmp_path: Path, container: str, form: SoundForm
) -> None:
    codec = {"wav": "pcm_s16le", "flac": "flac", "mov": "pcm_s24le"}.get(container, "aac")
    # Noise substitution is left out: an AAC decoder draws that noise anew wherever it begins.
    plain = {"aac_pns": "0"} if codec == "aac" else {}
    made = Made(container, video=None, audio=codec, pictures=150, sound_options=plain)
    path = make(tmp_path / f"tone.{container}", made)
    whole = list(read_sound(path, form))
    rate, start = whole[0].rate, whole[0].start
    samples = np.concatenate([block.samples for block in whole])
    assert not any(block.gap for block in whole)
    for first, last in (
        (Fraction(1, 3), Fraction(2)),
        (Fraction(-1), Fraction(1)),
        (Fraction(5), Fraction(8)),
    ):
        asked = Range(Time.of_seconds(first), Time.of_seconds(last))
        blocks = list(read_sound(path, form, range=asked, block_samples=5000))
        got = np.concatenate([block.samples for block in blocks])
        begin, end = -(-first * rate // 1), -(-last * rate // 1)
        assert blocks[0].start == begin
        assert len(got) == end - begin
        expected = np.zeros_like(got)
        low, high = max(begin, start), min(end, start + len(samples))
        expected[low - begin : high - begin] = samples[low - start : high - start]
        np.testing.assert_array_equal(got, expected)
        filled = sum(len(block.samples) for block in blocks if block.gap)
        assert filled == len(got) - (high - low)


def test_resampled_sound_is_exactly_as_long_and_in_place(tmp_path: Path) -> None:
    path = make(
        tmp_path / "t.wav", Made("wav", video=None, audio="pcm_f32le", pictures=50, sound_rate=44_100)
    )
    for rate in (8_000, 16_000, 48_000):
        samples = np.concatenate([block.samples for block in read_sound(path, SoundForm(rate, mono=True))])
        assert len(samples) == 2 * rate
        time = np.arange(len(samples)) / rate
        sweep = 0.3 * np.sin(2 * np.pi * (220 * time + 40 * time**2))
        shift = np.correlate(samples[4000:12000, 0], sweep[3990:12010], "valid").argmax() - 10
        assert shift == 0


def test_a_hole_in_the_sound_is_filled_and_marked(tmp_path: Path) -> None:
    path = tmp_path / "hole.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for start in (0, 48_000 + 24_000):
            data = np.full((1, 48_000), 8192, np.int16)
            frame = av.AudioFrame.from_ndarray(data, format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
            container.mux(stream.encode(frame))
    blocks = list(read_sound(path, SoundForm()))
    gap = [block for block in blocks if block.gap]
    assert [(block.start, len(block.samples)) for block in gap] == [(48_000, 24_000)]
    samples = np.concatenate([block.samples[:, 0] for block in blocks])
    assert len(samples) == 120_000
    assert set(samples[48_000:72_000]) == {0.0}
    assert set(samples[72_000:]) == {0.25}


def test_twelve_channels_are_read_and_resampled(tmp_path: Path) -> None:
    path = tmp_path / "poly.wav"
    import soundfile

    samples = np.outer(np.ones(48_000), np.arange(12) / 24).astype(np.float32)
    soundfile.write(path, samples, 48_000, subtype="PCM_24")
    got = np.concatenate([block.samples for block in read_sound(path, SoundForm(16_000))])
    assert got.shape == (16_000, 12)
    np.testing.assert_allclose(got[200:-200], samples[200 : 16_000 - 200], atol=1e-4)


def test_what_is_not_there_is_said_not_to_be(shared_data: Path) -> None:
    with pytest.raises(MediaError, match="no sound") as caught:
        next(read_sound(shared_data / "video" / "counter.mp4", SoundForm()))
    assert caught.value.code == "AP-MEDIA-014"
    with pytest.raises(MediaError, match="no picture") as caught:
        next(read_pictures(shared_data / "speech" / "jfk.flac", GREY))
    assert caught.value.code == "AP-MEDIA-013"
