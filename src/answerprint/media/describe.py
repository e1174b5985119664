"""The record of a stream as its container and its first picture describe it."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np
from av.audio.stream import AudioStream
from av.stream import Stream as AvStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.core.records import Stream
from answerprint.core.time import Time
from answerprint.media.colour_tags import colour_of
from answerprint.media.guard import has_decoder
from answerprint.media.rates import frame_rate

_FROM_ZERO = ("wav", "w64", "aiff")  # containers without timestamps: the first sample is at zero
_UNNAMED_LAYOUTS = {"1 channels": "mono", "2 channels": "stereo"}
_FIELD_ORDERS: dict[int, Literal["progressive", "top_first", "bottom_first"]] = {
    1: "progressive",
    2: "top_first",  # AV_FIELD_TT
    3: "bottom_first",  # AV_FIELD_BB
    4: "bottom_first",  # AV_FIELD_TB: top coded first, bottom shown first
    5: "top_first",  # AV_FIELD_BT
}


def picture_record(
    stream: VideoStream, pts: NDArray[np.int64], whole: bool, first: VideoFrame | None
) -> Stream:
    """The record of a picture stream. pts: its packets' timestamps, of all of them when `whole`."""
    context, base = stream.codec_context, stream.time_base
    rate, varies = (None, False)
    if base is not None:
        declared = (stream.base_rate, stream.average_rate, stream.guessed_rate)
        rate, varies = frame_rate(pts, base, declared)
    start = int(pts[0]) if len(pts) else stream.start_time
    frames = len(pts) if whole and len(pts) else (stream.frames or None)
    space = first or stream
    return Stream(
        index=stream.index,
        kind="video",
        codec=codec_name(stream),
        time_base=base,
        rate=rate,
        start=_time(start, base),
        duration=_picture_duration(stream, pts if whole else pts[:0], rate),
        frames=frames,
        language=_language(stream),
        width=stream.width or (first.width if first else None) or None,
        height=stream.height or (first.height if first else None) or None,
        pixel_aspect=stream.sample_aspect_ratio or None,
        pixel_format=stream.pix_fmt or (first.format.name if first else None),
        rotation=-first.rotation % 360 if first else 0,
        variable_rate=varies,
        field_order=_field_order(context.field_order, first),
        colour=colour_of(
            int(space.color_primaries),
            int(space.color_trc),
            int(space.colorspace),
            int(space.color_range),
            stream.pix_fmt,
        ),
    )


def sound_record(
    stream: AudioStream, wave_names: tuple[str, ...], ltc_channel: int | None, container: str
) -> Stream:
    """The record of a sound stream. wave_names: its channels' names from iXML, where it has them."""
    base = stream.time_base
    start = stream.start_time
    if start is None and stream.duration is not None and container in _FROM_ZERO:
        start = 0
    names = wave_names or _named(stream)
    samples = None
    if stream.duration is not None and base is not None and codec_name(stream).startswith("pcm_"):
        samples = int(stream.duration * base * stream.rate)
    return Stream(
        index=stream.index,
        kind="audio",
        codec=codec_name(stream),
        time_base=base,
        rate=Fraction(stream.rate) if stream.rate else None,
        start=_time(start, base),
        duration=_time(stream.duration, base) or _tagged_duration(stream),
        frames=samples,
        language=_language(stream),
        channels=stream.channels,
        layout=_UNNAMED_LAYOUTS.get(stream.layout.name, stream.layout.name),
        track_names=names,
        ltc_channel=ltc_channel,
        sample_format=stream.format.name if stream.format else None,
    )


def other_record(stream: AvStream) -> Stream:
    """The record of a stream that is neither picture nor sound, or that FFmpeg has no decoder for."""
    kind = stream.type if stream.type in ("video", "audio", "subtitle", "attachment") else "data"
    return Stream(
        index=stream.index,
        kind=kind,
        codec="tmcd" if "timecode" in stream.metadata else codec_name(stream),
        time_base=stream.time_base,
        start=_time(stream.start_time, stream.time_base),
        duration=_time(stream.duration, stream.time_base),
        language=_language(stream),
    )


def codec_name(stream: AvStream) -> str:
    """The decoder's name without the library it comes from: libdav1d is av1."""
    if not has_decoder(stream):
        return "unknown"
    name = stream.codec_context.name
    return {"libdav1d": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9", "mp3float": "mp3"}.get(name, name)


def _field_order(
    declared: int, first: VideoFrame | None
) -> Literal["progressive", "top_first", "bottom_first"] | None:
    if declared in _FIELD_ORDERS:
        return _FIELD_ORDERS[declared]
    if first is None or first.interlaced_frame:
        return None  # interlaced, and neither file nor decoder says which field comes first
    return "progressive"


def _picture_duration(stream: VideoStream, pts: NDArray[np.int64], rate: Fraction | None) -> Time | None:
    base = stream.time_base
    if stream.duration is not None:
        return _time(stream.duration, base)
    if len(pts) and base is not None and rate is not None:
        return Time(round((int(pts[-1]) - int(pts[0])) + 1 / (rate * base)), 1 / base)
    return _tagged_duration(stream)


def _tagged_duration(stream: AvStream) -> Time | None:
    """Matroska's DURATION tag, "00:00:30.003000000"."""
    text = stream.metadata.get("DURATION", "")
    parts = text.split(":")
    if len(parts) != 3 or not all(part.replace(".", "", 1).isdigit() for part in parts):
        return None
    hours, minutes, seconds = (Fraction(part) for part in parts)
    return Time.of_seconds(hours * 3600 + minutes * 60 + seconds)


def _time(ticks: int | None, base: Fraction | None) -> Time | None:
    return Time(ticks, 1 / base) if ticks is not None and base else None


def _language(stream: AvStream) -> str | None:
    return stream.language if stream.language and stream.language != "und" else None


def _named(stream: AudioStream) -> tuple[str, ...]:
    """A one-channel track's own name, as multi-track QuickTime and MXF files give it."""
    keys = ("title", "name", "track_name")
    name = next((stream.metadata[key] for key in keys if stream.metadata.get(key)), "")
    return (name,) if name and stream.channels == 1 else ()
