"""A file is described by what it says and holds, exactly."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from made_media import CLEAN, FILM, NTSC, Made, make

from answerprint.core.time import Time
from answerprint.media.colour_tags import MATRICES, PRIMARIES, TRANSFERS
from answerprint.media.ltc import encode_ltc
from answerprint.media.probe import probe
from answerprint.media.rates import frame_rate


@pytest.mark.parametrize(
    "rate", [FILM, Fraction(24), Fraction(25), NTSC, Fraction(50), 2 * NTSC, Fraction(60)]
)
@pytest.mark.parametrize("container", ["mp4", "mov", "mkv", "ts", "mxf"])
def test_the_rate_is_exact_in_every_container(tmp_path: Path, container: str, rate: Fraction) -> None:
    if container == "mxf":
        made = Made("mxf", video="mpeg2video", pixel_format="yuv422p", bit_rate=5_000_000, rate=rate)
    else:
        made = Made(container, rate=rate, pictures=50, size=(160, 96))
    stream = probe(make(tmp_path / f"clip.{container}", made)).stream("video")
    assert stream is not None
    assert (stream.rate, stream.variable_rate, stream.frames) == (rate, False, 50)
    assert stream.duration is not None
    # Matroska rounds to milliseconds and transport streams to 1/90000
    assert abs(stream.duration.seconds - 50 / rate) <= Fraction(1, 1000)


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts"])
def test_a_varying_rate_is_seen_and_named_by_its_usual_step(tmp_path: Path, container: str) -> None:
    made = Made(container, rate=Fraction(30), steps=(1, 1, 1, 3), pictures=40)
    stream = probe(make(tmp_path / f"clip.{container}", made)).stream("video")
    assert stream is not None
    assert stream.variable_rate
    assert stream.rate == 30


def test_timestamps_rounded_to_milliseconds_still_keep_a_rate() -> None:
    for rate in (FILM, NTSC, Fraction(60000, 1001), Fraction(24), Fraction(30)):
        pts = np.array([round(1000 * n / rate) for n in range(5000)], np.int64)
        assert frame_rate(pts, Fraction(1, 1000), [rate]) == (rate, False)
        assert frame_rate(np.delete(pts, 40), Fraction(1, 1000), [rate]) == (rate, True)


def test_start_and_duration_are_those_of_the_timestamps(shared_data: Path) -> None:
    stream = probe(shared_data / "video" / "delayed_start.mp4").stream("video")
    assert stream is not None
    assert stream.start == Time(13760, Fraction(12800))
    assert (stream.rate, stream.frames, stream.variable_rate) == (25, 24, False)
    counter = probe(shared_data / "video" / "counter.mp4").stream("video")
    assert counter is not None
    assert (counter.rate, counter.frames, counter.start) == (10, 30, Time(0, Fraction(10)))
    assert counter.duration == Time(3, Fraction(1))
    film = probe(shared_data / "video" / "big_buck_bunny_0_30.webm").stream("video")
    assert film is not None
    assert (film.rate, film.frames, film.codec) == (24, 720, "vp8")


@pytest.mark.parametrize(
    ("container", "label", "rate", "frame", "drop", "source"),
    [
        ("mov", "01:00:00;00", NTSC, 107_892, True, "tmcd"),
        ("mp4", "10:00:00:00", Fraction(25), 900_000, False, "tmcd"),
        ("mov", "00:59:59:23", FILM, 86_399, False, "tmcd"),
        ("mkv", "01:02:03:04", Fraction(25), 93_079, False, "metadata"),
        ("mxf", "01:02:03:04", Fraction(25), 93_079, False, "metadata"),
    ],
)
def test_the_start_timecode_is_found_and_counted(
    tmp_path: Path, container: str, label: str, rate: Fraction, frame: int, drop: bool, source: str
) -> None:
    codec = {"mxf": "mpeg2video"}.get(container, "libx264")
    made = Made(container, video=codec, rate=rate, pictures=5, timecode=label)
    found = probe(make(tmp_path / f"clip.{container}", made)).timecode
    assert found is not None
    assert (found.label, found.frame, found.rate, found.drop) == (label, frame, rate, drop)
    assert found.source == source


def test_linear_timecode_on_a_channel_is_found(tmp_path: Path) -> None:
    path = tmp_path / "sync.wav"
    code = encode_ltc(90_000, 250, Fraction(25), False, 48_000)
    noise = np.random.default_rng(0).normal(0, 0.1, len(code)).astype(np.float32)
    soundfile.write(path, np.stack([noise, code], axis=1), 48_000, subtype="PCM_24")
    found = probe(path)
    stream = found.stream("audio")
    assert stream is not None
    assert stream.ltc_channel == 1
    assert found.timecode is not None
    assert (found.timecode.label, found.timecode.source) == ("01:00:00:00", "ltc")


def test_no_linear_timecode_is_heard_in_speech(shared_data: Path) -> None:
    stream = probe(shared_data / "speech" / "jfk.flac").stream("audio")
    assert stream is not None
    assert stream.ltc_channel is None
    assert (stream.rate, stream.channels, stream.layout) == (44_100, 2, "stereo")


# Track header matrices of phones (QuickTime File Format, "Matrices"), and what they do to the picture.
MATRIX = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_rotation_is_the_clockwise_turn_for_display(tmp_path: Path, clockwise: int) -> None:
    path = make(tmp_path / "phone.mp4", Made("mp4", pictures=3))
    if clockwise:
        data = bytearray(path.read_bytes())
        at = data.index(b"tkhd") + 4 + 40  # version 0: the matrix follows 40 bytes of fields
        a, b, c, d = MATRIX[clockwise]
        data[at : at + 36] = struct.pack(">9i", *(v << 16 for v in (a, b, 0, c, d, 0, 0, 0)), 1 << 30)
        path.write_bytes(data)
    stream = probe(path).stream("video")
    assert stream is not None
    assert stream.rotation == clockwise
    assert (stream.width, stream.height) == (320, 180)  # as coded: nothing is turned


def test_colour_tags_are_h273_names(shared_data: Path) -> None:
    found = probe(shared_data / "containers" / "video_colr_nclx_two_colr.mp4").stream("video")
    assert found is not None
    colour = found.colour
    assert (colour.primaries, colour.transfer, colour.matrix) == ("bt2020", "arib-std-b67", "bt2020nc")
    assert colour.range == "limited"
    untagged = probe(shared_data / "video" / "counter.mp4").stream("video")
    assert untagged is not None
    assert (untagged.colour.primaries, untagged.colour.matrix, untagged.colour.range) == (None, None, None)
    assert (PRIMARIES[9], TRANSFERS[16], MATRICES[14]) == ("bt2020", "smpte2084", "ictcp")


@pytest.mark.parametrize(("flag", "order"), [("tff=1", "top_first"), ("bff=1", "bottom_first")])
def test_the_field_order_is_read(tmp_path: Path, flag: str, order: str) -> None:
    options = {"flags": "+ildct+ilme", "x264-params": flag}
    stream = probe(make(tmp_path / "tape.mov", Made("mov", options=options))).stream("video")
    assert stream is not None
    assert stream.field_order == order


def test_sound_tells_its_layout_and_length(tmp_path: Path) -> None:
    path = make(tmp_path / "mix.wav", Made("wav", video=None, audio="pcm_s24le", layout="5.1"))
    stream = probe(path).stream("audio")
    assert stream is not None
    assert (stream.channels, stream.layout, stream.frames) == (6, "5.1", 96_000)
    assert stream.start == Time(0, Fraction(48_000))


def test_a_still_is_a_still_and_cover_art_is_no_film(tmp_path: Path, shared_data: Path) -> None:
    still = make(tmp_path / "still.png", Made("png", video="png", pictures=1, pixel_format="rgb24"))
    assert probe(still).kind == "still"
    assert probe(shared_data / "containers" / "no-pixi.avif").kind == "still"
    assert probe(shared_data / "containers" / "metadata_gnre.mp4").kind == "picture"
    assert probe(shared_data / "speech" / "jfk.flac").kind == "sound"


def test_a_codec_that_is_not_decoded_is_told(shared_data: Path) -> None:
    found = probe(shared_data / "containers" / "bipbop_cbcs_video_init.mp4")
    assert found.stream("video") is not None
    assert found.timecode is None


@pytest.mark.slow
@pytest.mark.parametrize("made", CLEAN, ids=lambda made: made.name())
def test_what_was_made_is_what_is_probed(tmp_path: Path, made: Made) -> None:
    found = probe(make(tmp_path / made.name(), made))
    stream = found.stream("video")
    assert (stream is not None) == (made.video is not None)
    if stream is not None:
        assert (stream.rate, stream.frames) == (made.rate, made.pictures)
        assert stream.variable_rate == (made.steps is not None)
        assert stream.rotation == (-made.rotation) % 360
    sound = found.stream("audio")
    assert (sound is not None) == (made.audio is not None)
    if sound is not None:
        assert sound.channels == av.AudioLayout(made.layout).nb_channels
