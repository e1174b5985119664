"""Media made for the tests: a moving, textured picture and a tone with noise, in any codec and container."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Made:
    """What to make. video and audio are encoders' names; None leaves the stream out."""

    container: str
    video: str | None = "libx264"
    audio: str | None = None
    rate: Fraction = Fraction(25)
    pictures: int = 50
    size: tuple[int, int] = (320, 180)
    pixel_format: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)
    sound_rate: int = 48000
    layout: str = "stereo"
    sample_format: str | None = None
    start: int = 0  # ticks of 1/rate before the first picture
    steps: Sequence[int] | None = None  # distance between pictures in ticks of 1/rate, for a varying rate
    timecode: str | None = None
    rotation: int = 0  # degrees counter-clockwise
    gop: int = 12
    bit_rate: int | None = None
    sound_options: dict[str, str] = field(default_factory=dict)
    mux: dict[str, str] = field(default_factory=dict)

    def name(self) -> str:
        parts = (self.video, self.audio, f"{self.rate.numerator}-{self.rate.denominator}", str(self.pictures))
        extra = "vfr" if self.steps else "", f"start{self.start}" if self.start else "", self.pixel_format
        return "_".join(part for part in (*parts, *extra) if part) + "." + self.container


def picture(number: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """(h, w, 3) picture of a number: moving bars, a still grain, and blocks that tell the number."""
    width, height = size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    grain = np.random.default_rng(7).integers(0, 8, (height, width))
    luma = (np.sin((x + 3 * number) / 17) + np.cos((y - 2 * number) / 11)) * 50 + 120 + grain
    rgb = np.stack([luma, np.roll(luma, number, 1), 255 - luma], axis=-1).clip(0, 255).astype(np.uint8)
    for bit in range(10):  # the number, in blocks of 8 × 8 along the top
        rgb[:8, 8 * bit : 8 * bit + 8] = 255 if number >> bit & 1 else 0
    return rgb


def number_shown(grey: NDArray[np.uint8]) -> int:
    """The number of a picture, read from its luma at coded size."""
    return sum(1 << bit for bit in range(10) if grey[1:7, 8 * bit + 1 : 8 * bit + 7].mean() > 128)


def tone(samples: int, channels: int, rate: int) -> NDArray[np.float32]:
    """(samples, channels) of a swept tone with noise under it."""
    time = np.arange(samples) / rate
    noise = np.random.default_rng(3).normal(0, 0.02, (samples, channels))
    sweep = 0.3 * np.sin(2 * np.pi * (220 * time + 40 * time**2))
    return (sweep[:, None] + noise).astype(np.float32)


def make(path: Path, made: Made) -> Path:
    """Write the file and return its path."""
    with av.open(str(path), "w", options=made.mux) as container:
        video = _add_video(container, made) if made.video else None
        audio = None
        if made.audio:
            audio = container.add_stream(made.audio, rate=made.sound_rate, layout=made.layout)
            audio.options = made.sound_options
            if made.sample_format:
                audio.codec_context.format = made.sample_format
        packets = []
        seconds = made.pictures / made.rate
        if video is not None:
            steps = made.steps or [1] * made.pictures
            pts = made.start
            for number in range(made.pictures):
                frame = av.VideoFrame.from_ndarray(picture(number, made.size), format="rgb24")
                frame = frame.reformat(format=made.pixel_format)
                frame.pts, frame.time_base = pts, 1 / made.rate
                pts += steps[number % len(steps)]
                packets += video.encode(frame)
            packets += video.encode(None)
            seconds = Fraction(pts - made.start) / made.rate
        if audio is not None:
            packets += _sound(audio, made, seconds)
        packets.sort(key=lambda one: one.dts * one.time_base if one.dts is not None else Fraction(0))
        for packet in packets:
            container.mux(packet)
    return path


def _add_video(container: av.container.OutputContainer, made: Made) -> av.VideoStream:
    video = container.add_stream(made.video, rate=made.rate)
    video.width, video.height = made.size
    video.pix_fmt = made.pixel_format
    video.codec_context.time_base = 1 / made.rate
    video.codec_context.gop_size = made.gop
    video.codec_context.thread_count = 1
    if made.bit_rate:
        video.codec_context.bit_rate = made.bit_rate
    video.options = made.options
    if made.timecode:
        video.metadata["timecode"] = made.timecode
        container.metadata["timecode"] = made.timecode
    if made.rotation:
        video.set_display_rotation(made.rotation)
    return video


def _sound(audio: av.AudioStream, made: Made, seconds: Fraction) -> list[av.Packet]:
    channels = audio.codec_context.layout.nb_channels
    samples = tone(int(seconds * made.sound_rate), channels, made.sound_rate)
    step = audio.codec_context.frame_size or 1024
    resampler = av.AudioResampler(audio.codec_context.format, made.layout, made.sound_rate, frame_size=step)
    packets = []
    for at in range(0, len(samples), 8192):
        part = np.ascontiguousarray(samples[at : at + 8192].T)
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=made.layout)
        frame.sample_rate, frame.pts, frame.time_base = made.sound_rate, at, Fraction(1, made.sound_rate)
        for ready in resampler.resample(frame):
            packets += audio.encode(ready)
    for ready in resampler.resample(None):
        packets += audio.encode(ready)
    return packets + audio.encode(None)


NTSC = Fraction(30000, 1001)
FILM = Fraction(24000, 1001)
B_FRAMES = {"bf": "3", "b-pyramid": "normal", "refs": "4"}

# Fifty sound files, unlike one another: none of them may be called damaged.
CLEAN: tuple[Made, ...] = (
    Made("mp4"),
    Made("mp4", audio="aac"),
    Made("mp4", rate=FILM, options=B_FRAMES),
    Made("mp4", rate=NTSC, audio="aac", timecode="01:00:00;00"),
    Made("mp4", rate=Fraction(60), options={"bf": "0"}),
    Made("mp4", pictures=1),
    Made("mp4", pictures=2, audio="aac"),
    Made("mp4", steps=(1, 3, 2, 7)),
    Made("mp4", steps=(1, 1, 5), options={"bf": "0"}, rate=Fraction(30)),
    Made("mp4", start=27, audio="aac"),
    Made("mp4", rotation=90),
    Made("mp4", video="mpeg4"),
    Made("mp4", video="mpeg4", rate=Fraction(30), options={"bf": "2"}, audio="aac"),
    Made("mp4", video="libx265", pictures=20, options={"x265-params": "log-level=none"}),
    Made("mp4", video=None, audio="aac"),
    Made("m4a", video=None, audio="aac", layout="mono", sound_rate=44100),
    Made("m4a", video=None, audio="alac", sample_format="s16p"),
    Made("mp4", options={"flags": "+ildct+ilme", "tff": "1", "x264-params": "tff=1"}, pictures=40),
    Made("mp4", pixel_format="yuv422p", options={"profile": "high422"}),
    Made("mp4", audio="aac", mux={"movflags": "+faststart"}),
    Made("mp4", audio="aac", mux={"movflags": "frag_keyframe+empty_moov"}, pictures=60),
    Made("mov", video="prores_ks", pixel_format="yuv422p10le", pictures=12),
    Made("mov", video="prores_ks", audio="pcm_s24le", pixel_format="yuv422p10le", pictures=12, rate=FILM),
    Made("mov", video="mjpeg", pixel_format="yuvj422p", pictures=15),
    Made("mov", video=None, audio="pcm_s16le"),
    Made("mov", video="libx264", audio="pcm_s16le", timecode="10:00:00:00"),
    Made("mov", video="dnxhd", pixel_format="yuv422p", size=(1920, 1080), pictures=3, bit_rate=120_000_000),
    Made("mov", video="qtrle", pixel_format="rgb24", pictures=8),
    Made("mkv"),
    Made("mkv", audio="aac", rate=FILM, options=B_FRAMES),
    Made("mkv", audio="flac", rate=NTSC),
    Made("mkv", steps=(1, 4, 2)),
    Made("mkv", video="ffv1", pictures=10),
    Made("mkv", video="mpeg4", audio="libmp3lame", sample_format="s16p"),
    Made("mkv", video=None, audio="libopus", sound_rate=48000),
    Made("mkv", video=None, audio="pcm_s24le"),
    Made("mkv", start=40, audio="libopus"),
    Made("webm", video="libvpx", bit_rate=400_000, pictures=40, audio="libopus"),
    Made("webm", video="libvpx-vp9", bit_rate=300_000, pictures=15, audio="libopus"),
    Made("ts"),
    Made("ts", audio="aac", rate=FILM, options=B_FRAMES),
    Made("ts", video="mpeg2video", audio="mp2", bit_rate=2_000_000),
    Made("ts", rate=NTSC, audio="ac3"),
    Made("ts", video=None, audio="aac"),
    Made("ts", start=30),
    Made("wav", video=None, audio="pcm_s16le"),
    Made("wav", video=None, audio="pcm_s24le", layout="5.1"),
    Made("wav", video=None, audio="pcm_f32le", layout="mono", sound_rate=44100),
    Made("flac", video=None, audio="flac"),
    Made("mp3", video=None, audio="libmp3lame", sample_format="s16p"),
    Made("ogg", video=None, audio="libopus"),
    Made("mxf", video="mpeg2video", pixel_format="yuv422p", bit_rate=5_000_000),
    Made("avi", video="mpeg4", audio="pcm_s16le"),
    Made("avi", video="mjpeg", pixel_format="yuvj420p", pictures=15),
)
