"""Encoding: pictures and sound to H.264, ProRes, AAC and PCM files that are the same bytes every time.

Pictures come as display R'G'B' and are stored as BT.709, limited range (ITU-R BT.709-6, H.273 codes 1).
Nothing written holds a clock time or a program's version, and the encoder's threads are a fixed number:
x264 gives the same bytes only at the same thread count. Nor does x264 run its AVX-512 code: its macroblock
tree reads memory it never wrote when a picture is no multiple of 16 wide and high (seen with 214x120 and
480x270, 12 different files of 24; its AVX2 code gives one).
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.core.errors import MediaError, NotAvailableError
from answerprint.media.aside import written_aside
from answerprint.media.languages import iso_639_2

BT709 = 1  # ITU-T H.273 primaries, transfer and matrix code
LIMITED = 1  # FFmpeg's AVCOL_RANGE_MPEG
AAC_FRAME = 1024  # samples of one AAC-LC frame, ISO/IEC 14496-3
PCM_FRAME = 4096
FASTEST_CLOCK = 1_000_000  # ticks a second; a 32-bit duration then still holds more than an hour
LOWEST_TIMESCALE = 10_000  # ticks a second; what FFmpeg's own mov muxer keeps at least
FAITHFUL = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.BITEXACT
)
CONTAINERS = {".mp4": "mp4", ".m4a": "mp4", ".mov": "mov", ".wav": "wav", ".mkv": "matroska"}
LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


@dataclass(frozen=True)
class VideoSettings:
    """How pictures are encoded. The same settings and pictures give the same bytes on one FFmpeg build."""

    encoder: str = "libx264"
    crf: int = 20  # x264's constant rate factor, 0…51; unused by ProRes
    preset: str = "medium"
    gop: int = 48  # frames between keyframes at most
    threads: int = 2  # part of the result, so never "automatic"
    pixel_format: str = "yuv420p"
    profile: str | None = None  # ProRes: proxy, lt, standard, hq, 4444


@dataclass(frozen=True)
class AudioSettings:
    """How sound is encoded: codec aac, pcm_s16le, pcm_s24le or pcm_f32le."""

    codec: str = "aac"
    bitrate: int = 256_000  # bits a second, AAC only
    rate: int = 48_000
    channels: int = 2


PRORES = VideoSettings(encoder="prores_ks", pixel_format="yuv422p10le", profile="hq")
PCM = AudioSettings(codec="pcm_s24le")


@dataclass(frozen=True)
class Sound:
    """Sound to be written: float32 blocks (n, channels), −1…1, one after another from the first picture."""

    blocks: Iterable[NDArray[np.float32]]
    settings: AudioSettings = AudioSettings()
    language: str = "und"


def write_pictures(
    out: Path,
    pictures: Iterable[tuple[int, NDArray[Any]]],
    rate: Fraction,
    settings: VideoSettings = VideoSettings(),
    *,
    time_base: Fraction | None = None,
    sound: Sound | None = None,
    start_timecode: str | None = None,
    language: str = "und",
    pixel_aspect: Fraction = Fraction(1),
    faststart: bool = True,
) -> int:
    """Encodes pictures, and sound with them, into .mp4, .mov or .mkv. Returns the number of pictures.

    pictures: (tick, pixels) in presentation order; tick counts `time_base` (1 / rate when not given: frame
    numbers), pixels (h, w, 3) uint8 or uint16 R'G'B' of full scale, or (h, w) for neutral grey.
    Raises MediaError AP-MEDIA-050 when it cannot be written, AP-MEDIA-051 for pictures that cannot be
    encoded, NotAvailableError AP-NEED-051 when this FFmpeg has no such encoder.
    """
    feed = iter(pictures)
    first = next(feed, None)
    if first is None:
        raise MediaError("AP-MEDIA-051", "there are no pictures to encode", file=str(out))
    base = time_base or 1 / rate
    height, width = first[1].shape[:2]
    clock = sound.settings.rate if sound else None
    with (
        written_aside(out) as aside,
        open_output(aside, out, period=base, sound_rate=clock, faststart=faststart) as container,
    ):
        video = add_video(container, out, width, height, rate, base, settings, pixel_aspect=pixel_aspect)
        video.metadata["language"] = iso_639_2(language)
        if start_timecode:
            video.metadata["timecode"] = start_timecode
        audio = add_audio(container, out, sound.settings, sound.language) if sound else None
        count = 0
        pending = sound_frames(sound) if sound else iter(())
        heard = next(pending, None)

        def write_sound_before(seconds: Fraction | None) -> None:
            nonlocal heard
            while audio is not None and heard is not None:
                if seconds is not None and Fraction(heard.pts or 0, heard.sample_rate) > seconds:
                    return
                container.mux(audio.encode(heard))
                heard = next(pending, None)

        for tick, pixels in _chain(first, feed):
            write_sound_before(tick * base)
            frame = to_frame(pixels, settings.pixel_format, out)
            frame.pts, frame.time_base = tick, base
            container.mux(video.encode(frame))
            count += 1
        write_sound_before(None)
        container.mux(video.encode(None))
        if audio is not None:
            container.mux(audio.encode(None))
    return count


def write_sound(out: Path, sound: Sound) -> int:
    """Encodes sound alone into .m4a, .mov, .mkv or .wav. Returns samples a channel. Raises as write_pictures.

    AAC's priming is declared, so that a decoder gives back the first sample at time 0.
    """
    count = 0
    with written_aside(out) as aside, open_output(aside, out, sound_rate=sound.settings.rate) as container:
        audio = add_audio(container, out, sound.settings, sound.language)
        for frame in sound_frames(sound):
            count += frame.samples
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return count


def to_frame(pixels: NDArray[Any], pixel_format: str, out: Path) -> av.VideoFrame:
    """A picture as an FFmpeg frame: BT.709 limited range when the format is Y'CbCr."""
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    source = {"uint8": "rgb24", "uint16": "rgb48le"}.get(pixels.dtype.name)
    if source is None or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise MediaError(
            "AP-MEDIA-051", f"a picture of {pixels.dtype} {pixels.shape} cannot be encoded", file=str(out)
        )
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), source)
    return frame.reformat(
        format=pixel_format,
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=FAITHFUL,
        threads=1,
    )


def open_output(
    aside: Path,
    out: Path,
    *,
    period: Fraction | None = None,
    sound_rate: int | None = None,
    faststart: bool = False,
) -> OutputContainer:
    """A container to write, of the kind that `out` is named for, without times, versions or chance in it."""
    kind = CONTAINERS.get(out.suffix.lower())
    if kind is None:
        raise MediaError(
            "AP-MEDIA-051",
            f"no container is called {out.suffix!r}",
            file=str(out),
            remedy="name the file .mp4, .mov, .mkv, .m4a or .wav",
        )
    options = {"fflags": "+bitexact"}
    if kind in ("mp4", "mov"):
        if period is not None:
            options["video_track_timescale"] = str(timescale(period))
        # edit lists count this clock; at the default of a thousandth of a second they would cut samples off
        clock = math.lcm(timescale(period) if period else 1, sound_rate or 1)
        options["movie_timescale"] = str(clock if 1 < clock <= FASTEST_CLOCK else LOWEST_TIMESCALE)
        if faststart:
            options["movflags"] = "+faststart"
    return av.open(str(aside.absolute()), "w", format=kind, container_options=options)


def timescale(period: Fraction) -> int:
    """Ticks a second of which a period is a whole number: 24000 for the frame of 1001/24000 seconds."""
    return period.denominator * max(1, -(-LOWEST_TIMESCALE // period.denominator))


def add_video(
    container: OutputContainer,
    out: Path,
    width: int,
    height: int,
    rate: Fraction,
    time_base: Fraction,
    settings: VideoSettings,
    *,
    pixel_aspect: Fraction = Fraction(1),
) -> VideoStream:
    """A video stream with its encoder set up. Raises MediaError AP-MEDIA-051, NotAvailableError."""
    if settings.pixel_format.startswith("yuv42") and (
        width % 2 or (height % 2 and "420" in settings.pixel_format)
    ):
        raise MediaError(
            "AP-MEDIA-051",
            f"{width}x{height} pictures cannot be encoded as {settings.pixel_format}",
            file=str(out),
            remedy="use an even width and height",
        )
    stream = _add_stream(container, settings.encoder, rate, encoder_options(settings), out)
    if not isinstance(stream, VideoStream):
        raise MediaError("AP-MEDIA-051", f"{settings.encoder} encodes no pictures", file=str(out))
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = width, height, settings.pixel_format
    context.framerate, context.time_base = rate, time_base
    stream.time_base = time_base
    context.sample_aspect_ratio = pixel_aspect
    context.thread_count = settings.threads
    context.flags |= Flags.bitexact
    context.color_primaries = context.color_trc = context.colorspace = BT709
    context.color_range = LIMITED
    return stream


def add_audio(
    container: OutputContainer, out: Path, settings: AudioSettings, language: str = "und"
) -> AudioStream:
    """An audio stream with its encoder set up. Raises MediaError AP-MEDIA-051, NotAvailableError."""
    layout = LAYOUTS.get(settings.channels)
    if settings.codec == "aac" and layout is None:
        raise MediaError(
            "AP-MEDIA-051",
            f"AAC has no layout of {settings.channels} channels",
            file=str(out),
            remedy="write PCM in a .mov or .wav",
        )
    stream = _add_stream(container, settings.codec, settings.rate, {}, out)
    if not isinstance(stream, AudioStream):
        raise MediaError("AP-MEDIA-051", f"{settings.codec} encodes no sound", file=str(out))
    context = stream.codec_context
    context.layout = layout or f"{settings.channels} channels"
    context.format = _sample_format(settings.codec)
    if settings.codec == "aac":
        context.bit_rate = settings.bitrate
    context.flags |= Flags.bitexact
    stream.metadata["language"] = iso_639_2(language)
    return stream


def encoder_options(settings: VideoSettings) -> dict[str, str]:
    """FFmpeg's private options for an encoder of ours."""
    if settings.encoder in ("libx264", "libx265"):
        kind = settings.encoder.removeprefix("lib")
        parameters = f"keyint={settings.gop}:open-gop=0"
        if kind == "x264":  # headers that do not depend on what is in the picture: segments join
            parameters += ":stitchable=1" + (":asm=avx2" if _has_avx512() else "")
        return {
            "crf": str(settings.crf),
            "preset": settings.preset,
            f"{kind}-params": parameters,
            **({"profile": settings.profile} if settings.profile else {}),
        }
    if settings.encoder == "prores_ks":
        return {"profile": settings.profile or "hq", "vendor": "apl0"}
    return {"profile": settings.profile} if settings.profile else {}


@cache
def _has_avx512() -> bool:
    found = importlib.import_module("numpy._core._multiarray_umath")  # what NumPy itself chooses its code by
    return bool(getattr(found, "__cpu_features__", {}).get("AVX512F"))


def sound_frames(sound: Sound) -> Iterator[av.AudioFrame]:
    """Sound in frames of the encoder's own length, whatever the lengths of the blocks it came in."""
    settings = sound.settings
    length = AAC_FRAME if settings.codec == "aac" else PCM_FRAME
    start = 0
    for samples in _reblocked(sound.blocks, settings.channels, length):
        frame = _audio_frame(samples, settings)
        frame.pts, frame.time_base = start, Fraction(1, settings.rate)
        start += len(samples)
        yield frame


def _audio_frame(samples: NDArray[np.float32], settings: AudioSettings) -> av.AudioFrame:
    layout = LAYOUTS.get(settings.channels, f"{settings.channels} channels")
    kind = _sample_format(settings.codec)
    if kind == "fltp":
        data: NDArray[Any] = np.ascontiguousarray(samples.T, np.float32)
    elif kind == "flt":
        data = samples.reshape(1, -1)
    else:
        bits = 16 if kind == "s16" else 24
        scaled = np.rint(samples.astype(np.float64) * 2 ** (bits - 1))
        scaled = np.clip(scaled, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1).reshape(1, -1)
        # FFmpeg keeps 24 bits in the upper part of 32
        data = scaled.astype(np.int16) if bits == 16 else scaled.astype(np.int32) << 8
    frame = av.AudioFrame.from_ndarray(data, format=kind, layout=layout)
    frame.sample_rate = settings.rate
    return frame


def _sample_format(codec: str) -> str:
    kinds = {"aac": "fltp", "pcm_s16le": "s16", "pcm_s24le": "s32", "pcm_f32le": "flt"}
    if codec not in kinds:
        raise MediaError("AP-MEDIA-051", f"sound is not written as {codec}", remedy="use " + ", ".join(kinds))
    return kinds[codec]


def _reblocked(
    blocks: Iterable[NDArray[np.float32]], channels: int, length: int
) -> Iterator[NDArray[np.float32]]:
    kept = np.zeros((0, channels), np.float32)
    for block in blocks:
        if block.ndim != 2 or block.shape[1] != channels:
            raise MediaError("AP-MEDIA-051", f"a block of {block.shape} is not {channels} channels of sound")
        kept = np.concatenate([kept, block.astype(np.float32, copy=False)])
        whole = len(kept) // length * length
        for start in range(0, whole, length):
            yield kept[start : start + length]
        kept = kept[whole:]
    if len(kept):
        yield kept


def _add_stream(
    container: OutputContainer, name: str, rate: Fraction | int, options: Mapping[str, str], out: Path
) -> Any:
    try:
        av.Codec(name, "w")
    except av.codec.codec.UnknownCodecError:
        raise NotAvailableError(
            "AP-NEED-051",
            f"this FFmpeg has no encoder called {name}",
            file=str(out),
            remedy="choose another encoder: libx264 and prores_ks are in PyAV's wheels",
        ) from None
    return container.add_stream(name, rate=rate, options=dict(options))


def _chain(
    first: tuple[int, NDArray[Any]], rest: Iterator[tuple[int, NDArray[Any]]]
) -> Iterator[tuple[int, NDArray[Any]]]:
    yield first
    yield from rest
