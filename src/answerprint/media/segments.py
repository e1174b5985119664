"""The renderer's core: segments encoded once each, and joined by copying their packets, never re-encoded.

A segment is a closed group of pictures of its own with the same headers as every other segment of the same
settings. A segment that did not change is byte for byte the same inside the joined file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.media.aside import written_aside
from answerprint.media.encode import (
    AudioSettings,
    Sound,
    VideoSettings,
    add_audio,
    add_video,
    open_output,
    sound_frames,
    to_frame,
)
from answerprint.media.guard import open_media
from answerprint.media.languages import iso_639_2
from answerprint.media.wave import read_wave_blocks, read_wave_chunks

WITHOUT_REMARKS = "filter_units=remove_types=6"  # SEI: x264 writes its version and options there


def encode_segment(
    pictures: Iterable[NDArray[Any]],
    rate: Fraction,
    settings: VideoSettings,
    out: Path,
) -> int:
    """Encodes successive pictures, (h, w, 3) uint8 R'G'B', as one segment (.mp4). Returns their number.

    Raises as encode.write_pictures.
    """
    feed = iter(pictures)
    first = next(feed, None)
    if first is None:
        raise MediaError("AP-MEDIA-051", "there are no pictures to encode", file=str(out))
    height, width = first.shape[:2]
    with written_aside(out) as aside, open_output(aside, out, period=1 / rate) as container:
        stream = add_video(container, out, width, height, rate, 1 / rate, settings)
        remarks = BitStreamFilterContext(WITHOUT_REMARKS, stream) if settings.encoder == "libx264" else None
        count = 0
        for pixels in _chain(first, feed):
            frame = to_frame(pixels, settings.pixel_format, out)
            frame.pts, frame.time_base = count, 1 / rate
            for packet in stream.encode(frame):
                container.mux(remarks.filter(packet) if remarks else packet)
            count += 1
        for packet in stream.encode(None):
            container.mux(remarks.filter(packet) if remarks else packet)
    return count


def join_segments(
    segments: Sequence[Path],
    sound: Path | None,
    out: Path,
    *,
    rate: Fraction,
    start_timecode: str | None = None,
    language: str = "und",
    audio: AudioSettings | None = None,
) -> int:
    """Copies segments one after another into an .mp4 or .mov, with a WAV as its sound. Returns its frames.

    Frame n of the whole is shown at exactly n / rate and sample 0 of the sound is heard with frame 0: the
    decoder's delay and AAC's priming are taken off by edit lists. `start_timecode` ("01:00:00:00", with ";"
    for drop-frame) becomes a timecode track. audio: how the sound is encoded; AAC at the WAV's own rate and
    channels when not given. Raises MediaError AP-MEDIA-060 for segments that do not belong together, those
    of encode.write_pictures, and those of wave.read_wave_chunks.
    """
    if not segments:
        raise MediaError("AP-MEDIA-060", "there are no segments to join", file=str(out))
    track = _sound_of(sound, audio, language) if sound else None
    clock = track.settings.rate if track else None
    with (
        written_aside(out) as aside,
        open_output(aside, out, period=1 / rate, sound_rate=clock, faststart=True) as container,
    ):
        with open_media(segments[0]) as first:
            headers = _Headers.of(_pictures_of(first.streams.video, segments[0]))
            video = container.add_stream_from_template(first.streams.video[0])
        video.time_base = 1 / rate
        video.codec_context.framerate = rate  # without it a .mov gets no timecode track
        video.metadata["language"] = iso_639_2(language)
        if start_timecode:
            video.metadata["timecode"] = start_timecode
        heard = _sound_packets(container, out, track)
        pending = next(heard, None)
        frames = 0
        for path in segments:
            length = 0
            for packet, shown, decoded in _segment_packets(path, headers, rate):
                packet.stream = video
                packet.time_base = 1 / rate
                packet.pts, packet.dts, packet.duration = frames + shown, frames + decoded, 1
                while pending is not None and _seconds(pending) <= packet.dts / rate:
                    container.mux_one(pending)
                    pending = next(heard, None)
                container.mux_one(packet)
                length += 1
            frames += length
        while pending is not None:
            container.mux_one(pending)
            pending = next(heard, None)
    return frames


@dataclass(frozen=True)
class _Headers:
    """What segments must share to be one stream."""

    codec: str
    width: int
    height: int
    extradata: bytes
    reorder: int  # frames the decoder waits before it gives the first one out

    @classmethod
    def of(cls, stream: VideoStream) -> _Headers:
        context = stream.codec_context
        return cls(
            context.name,
            context.width,
            context.height,
            bytes(context.extradata or b""),
            context.reorder_depth,
        )


def _segment_packets(path: Path, headers: _Headers, rate: Fraction) -> Iterator[tuple[Packet[Any], int, int]]:
    """Packets of a segment in decode order, with their presentation and decode places in frames.

    Decode places are counted here and not taken from the file: x264 gives a segment of one or two frames no
    delay, and its times would then run into those of the segment before.
    """
    with open_media(path) as container:
        stream = _pictures_of(container.streams.video, path)
        if _Headers.of(stream) != headers:
            raise MediaError(
                "AP-MEDIA-060",
                "this segment was encoded with other settings than the first",
                file=str(path),
                remedy="encode every segment with the same settings and raster",
            )
        origin: int | None = None
        count = 0
        for packet in container.demux(stream):
            if packet.size == 0 or packet.pts is None or stream.time_base is None:
                continue
            origin = packet.pts if origin is None else origin  # the first to be decoded is the first shown
            place = (packet.pts - origin) * stream.time_base * rate
            if place.denominator != 1:
                raise MediaError(
                    "AP-MEDIA-060",
                    f"a frame of this segment lies between two frames of {rate} a second",
                    file=str(path),
                )
            yield packet, place.numerator, count - headers.reorder
            count += 1


def _pictures_of(streams: Sequence[VideoStream], path: Path) -> VideoStream:
    if not streams:
        raise MediaError("AP-MEDIA-060", "this segment has no pictures", file=str(path))
    return streams[0]


def _sound_of(path: Path, audio: AudioSettings | None, language: str) -> Sound:
    wave = read_wave_chunks(path)
    settings = audio or AudioSettings(rate=wave.format.rate, channels=wave.format.channels)
    if (settings.rate, settings.channels) != (wave.format.rate, wave.format.channels):
        raise MediaError(
            "AP-MEDIA-060",
            f"the sound is {wave.format.channels} channels at {wave.format.rate} Hz, "
            f"not {settings.channels} at {settings.rate}",
            file=str(path),
        )
    return Sound(read_wave_blocks(path, wave), settings, language)


def _sound_packets(container: OutputContainer, out: Path, sound: Sound | None) -> Iterator[Packet[Any]]:
    if sound is None:
        return iter(())
    stream = add_audio(container, out, sound.settings, sound.language)  # before anything is written

    def packets() -> Iterator[Packet[Any]]:
        for frame in sound_frames(sound):
            yield from stream.encode(frame)
        yield from stream.encode(None)

    return packets()


def _seconds(packet: Packet[Any]) -> Fraction:
    return (packet.dts or 0) * packet.time_base


def _chain(first: NDArray[Any], rest: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    yield first
    yield from rest
