"""Proxies: the same pictures at the same times, every channel, the same timecode."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.proxies import make_proxy

FAST = VideoSettings(preset="veryfast")


def picture_times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def sound(path: Path, stream: int = 0) -> tuple[Fraction, NDArray[np.float64]]:
    """The time of the first sample, and the samples (n, channels)."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=stream))
    arrays = []
    for frame in frames:
        data = frame.to_ndarray()
        scale = {"int16": 2.0**15, "int32": 2.0**31}.get(data.dtype.name, 1.0)
        planar = data if frame.format.is_planar else data.reshape(-1, frame.layout.nb_channels).T
        arrays.append(planar.T / scale)
    return frames[0].pts * frames[0].time_base, np.concatenate(arrays)


def test_every_real_film_keeps_its_times_and_its_sound(shared_data: Path, tmp_path: Path) -> None:
    for name in ("counter.mp4", "delayed_start.mp4"):
        film, out = shared_data / "video" / name, tmp_path / f"{name}.mov"
        count = make_proxy(film, out, 180)
        times = picture_times(film)
        assert count == len(times)
        assert picture_times(out) == times
        with av.open(str(film)) as source, av.open(str(out)) as proxy:
            assert proxy.streams.video[0].height == 180
            assert len(proxy.streams.audio) == len(source.streams.audio)


def test_copied_sound_starts_and_sounds_the_same(tmp_path: Path) -> None:
    film, out = tmp_path / "film.mp4", tmp_path / "p.mov"
    noise = np.random.default_rng(1).normal(0, 0.1, (40000, 2)).astype(np.float32)
    pictures = enumerate(np.full((120, 200, 3), 5 * n, np.uint8) for n in range(20))
    write_pictures(film, pictures, Fraction(24), FAST, sound=Sound([noise], AudioSettings()))
    make_proxy(film, out, 60)
    (start, samples), (proxy_start, proxy_samples) = sound(film), sound(out)
    assert start == proxy_start == 0
    assert np.array_equal(samples, proxy_samples)


@pytest.mark.slow
def test_a_long_real_film_keeps_its_times_and_its_sound(shared_data: Path, tmp_path: Path) -> None:
    film, out = shared_data / "video" / "auto_editor_example.mp4", tmp_path / "p.mov"
    make_proxy(film, out, 90)
    assert picture_times(out) == picture_times(film)
    (start, samples), (proxy_start, proxy_samples) = sound(film), sound(out)
    assert start == proxy_start
    assert np.array_equal(samples, proxy_samples)


def test_sound_quicktime_cannot_carry_becomes_pcm_of_every_channel(tmp_path: Path) -> None:
    film, out = tmp_path / "film.mkv", tmp_path / "p.mov"
    rng = np.random.default_rng(0)
    with av.open(str(film), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        audio = container.add_stream("flac", rate=48000)
        audio.codec_context.layout, audio.codec_context.format = "5.1", "s16"
        container.start_encoding()
        for index in range(10):
            frame = av.VideoFrame.from_ndarray(rng.integers(0, 255, (96, 160, 3), np.uint8), "rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(video.encode(frame))
        tone = rng.integers(-9000, 9000, (1, 6 * 19200), np.int16)
        heard = av.AudioFrame.from_ndarray(tone, format="s16", layout="5.1")
        heard.sample_rate, heard.pts = 48000, 0
        container.mux(audio.encode(heard))
        container.mux([*video.encode(None), *audio.encode(None)])
    assert make_proxy(film, out, 90) == 10
    start, samples = sound(out)
    assert start == 0
    assert np.array_equal(np.rint(samples * 2**15), tone.reshape(-1, 6))


def test_uneven_times_a_late_start_and_the_timecode_are_kept(tmp_path: Path) -> None:
    ticks = [4500, 7500, 7501, 15000, 15750, 60000]
    film, out = tmp_path / "film.mov", tmp_path / "p.mov"
    pictures = [(tick, np.full((120, 200, 3), 40 * n, np.uint8)) for n, tick in enumerate(ticks)]
    write_pictures(
        film,
        pictures,
        Fraction(30000, 1001),
        FAST,
        time_base=Fraction(1, 90000),
        start_timecode="01:02:03;04",
        sound=Sound([np.zeros((48000, 2), np.float32)], AudioSettings()),
    )
    assert [time * 90000 for time in picture_times(film)] == ticks
    assert make_proxy(film, out, 60) == 6
    assert [time * 90000 for time in picture_times(out)] == ticks
    with av.open(str(out)) as container:
        assert container.streams.video[0].metadata["timecode"] == "01:02:03;04"
        grey = [frame.to_ndarray(format="gray").mean() for frame in container.decode(video=0)]
    assert grey == sorted(grey) and grey[-1] - grey[0] > 100


def test_the_same_file_makes_the_same_proxy(shared_data: Path, tmp_path: Path) -> None:
    for name in ("a.mov", "b.mov"):
        make_proxy(shared_data / "video" / "counter.mp4", tmp_path / name, 120)
    assert (tmp_path / "a.mov").read_bytes() == (tmp_path / "b.mov").read_bytes()


def test_sound_alone_has_no_proxy(shared_data: Path, tmp_path: Path) -> None:
    with pytest.raises(MediaError) as refused:
        make_proxy(shared_data / "speech" / "jfk.flac", tmp_path / "p.mov")
    assert refused.value.code == "AP-MEDIA-013"
    assert list(tmp_path.iterdir()) == []
