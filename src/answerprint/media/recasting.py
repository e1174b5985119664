"""A file's pictures drawn anew, one after another, each at its own time; its sound passed through."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.records import StartTimecode
from answerprint.core.timecode import can_drop, format_timecode
from answerprint.media.aside import written_aside
from answerprint.media.display import Display, display_of, upright
from answerprint.media.encode import CONTAINERS, LAYOUTS, VideoSettings, add_video, open_output, to_frame
from answerprint.media.forms import PictureForm
from answerprint.media.guard import decodable, open_media
from answerprint.media.pixels import PictureConverter
from answerprint.media.probe import probe
from answerprint.media.reading import demux, picture_stream

Pixels = NDArray[np.uint8]

MASTER = VideoSettings()
HIGHEST_RATE = 1000  # frames a second; above it the "rate" is that of a clock whose ticks lie unevenly
ANY_RATE = Fraction(30)  # what the encoder spends its bits by where a file names no rate
_PACKED = ("aac", "alac", "ac3", "eac3", "mp3", "flac", "opus")
_WAVES = ("pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le")
COPIED = {  # what each container carries as it is
    "mp4": frozenset(_PACKED),
    "mov": frozenset((*_PACKED[:5], *_WAVES, "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be")),
    "matroska": frozenset((*_PACKED, *_WAVES, "vorbis")),
}
OTHERWISE = {"mp4": "aac", "mov": "pcm_s24le", "matroska": "pcm_s24le"}  # what the rest becomes


class Recast(NamedTuple):
    """What was written: pictures, and by sound stream of the source how it was taken over."""

    pictures: int
    sound: dict[int, str]  # "copied", or the codec it was encoded as


def square_size(display: Display) -> tuple[int, int]:
    """Width and height of the upright picture with square pixels, no smaller than it is coded."""
    turned = display.rotation % 180 != 0
    wide, tall = (display.height, display.width) if turned else (display.width, display.height)
    if display.pixel_aspect == 1:
        return wide, tall
    return max(2, round(tall * display.aspect / 2) * 2), tall


def container_of(out: Path) -> str:
    """The container that a name asks for. Raises MediaError AP-MEDIA-051 for one that carries no pictures."""
    kind = CONTAINERS.get(out.suffix.lower())
    if kind not in COPIED or out.suffix.lower() == ".m4a":
        raise MediaError(
            "AP-MEDIA-051",
            f"no film is called {out.suffix!r}",
            file=str(out),
            remedy="name the file .mp4, .mov or .mkv",
        )
    return kind


def recast(
    path: Path,
    out: Path,
    draw: Callable[[int, Pixels], Pixels],
    size: tuple[int, int],
    settings: VideoSettings = MASTER,
    *,
    progress: Callable[[int], None] | None = None,
) -> Recast:
    """Writes what `draw` makes of each picture, whole or not at all.

    draw: is given a picture's tick and its pixels (h, w, 3) uint8 R'G'B', upright and square (`square_size`),
    and gives pixels of `size` (width, height). Every picture keeps its timestamp, and the start timecode is
    kept; one that damage gives out again, at a time that has passed, is left out. Sound is copied packet by
    packet where the container carries its codec. progress: told how many pictures are done.
    Raises MediaError AP-MEDIA-001…017, 050, 051.
    """
    kind = container_of(out)
    file = os.fspath(path)
    display = display_of(path)
    found = probe(path)
    picture = found.stream("video")
    rate = nominal_rate(picture.rate if picture else None, found.timecode)
    converter = PictureConverter(PictureForm("rgb", *display.coded(*square_size(display))))
    with open_media(path) as source:
        chosen = decodable(picture_stream(source, file), file)
        base = chosen.time_base
        assert base is not None
        clock = source.streams.audio[0].rate if source.streams.audio else None
        with (
            written_aside(out) as aside,
            open_output(aside, out, period=base, sound_rate=clock, faststart=True) as container,
        ):
            video = add_video(container, out, *size, rate, base, settings)
            label = timecode_label(found.timecode, rate)
            if label and kind != "matroska":
                video.metadata["timecode"] = label
            sounds = {one.index: CopiedSound(one, container, kind, file) for one in source.streams.audio}
            count, last = 0, None
            for packet in demux(source, [chosen, *source.streams.audio]):
                if packet.stream.index in sounds:
                    sounds[packet.stream.index].take(packet)
                    continue
                for frame in frames_in(packet):
                    if not isinstance(frame, VideoFrame) or frame.pts is None:
                        continue
                    if last is not None and frame.pts <= last:
                        continue
                    last = frame.pts
                    pixels = upright(converter.convert(frame).astype(np.uint8, copy=False), display.rotation)
                    drawn = to_frame(draw(frame.pts, pixels), settings.pixel_format, out)
                    drawn.pts, drawn.time_base = frame.pts, base
                    container.mux(video.encode(drawn))
                    count += 1
                    if progress is not None:
                        progress(count)
            if not count:
                raise MediaError("AP-MEDIA-017", "no picture in it could be decoded", file=file)
            container.mux(video.encode(None))
            for sound in sounds.values():
                sound.end()
    return Recast(count, {index: sound.how for index, sound in sounds.items()})


class CopiedSound:
    """One sound stream on its way into the new file."""

    def __init__(self, source: AudioStream, container: OutputContainer, kind: str, file: str) -> None:
        self._container = container
        self.how = "copied" if source.codec_context.name in COPIED[kind] else OTHERWISE[kind]
        if self.how == "copied":
            self._out = container.add_stream_from_template(source)
        else:
            decodable(source, file)
            made = container.add_stream(self.how, rate=source.rate)
            assert isinstance(made, AudioStream)
            made.codec_context.layout = LAYOUTS.get(source.channels, f"{source.channels} channels")
            made.codec_context.format = "fltp" if self.how == "aac" else "s32"
            self._out = made
        language = source.metadata.get("language")
        if language:
            self._out.metadata["language"] = language

    def take(self, packet: Packet[Stream]) -> None:
        if self.how != "copied":
            for frame in frames_in(packet):
                if isinstance(frame, AudioFrame):
                    self._container.mux(self._out.encode(frame))
        elif packet.size and packet.pts is not None:
            packet.stream = self._out
            self._container.mux_one(packet)

    def end(self) -> None:
        if self.how != "copied":
            self._container.mux(self._out.encode(None))


def frames_in(packet: Packet[Stream]) -> Iterator[object]:
    try:
        yield from packet.decode()
    except av.error.FFmpegError:
        return  # a damaged packet costs itself only, and is told by the damage report


def nominal_rate(rate: Fraction | None, timecode: StartTimecode | None) -> Fraction:
    if rate is not None and rate <= HIGHEST_RATE:
        return rate
    return timecode.rate if timecode else ANY_RATE


def timecode_label(timecode: StartTimecode | None, rate: Fraction) -> str | None:
    """The start timecode counted at the picture's rate."""
    if timecode is None:
        return None
    frame = round(timecode.frame / timecode.rate * rate)
    return format_timecode(frame, rate, drop=timecode.drop and can_drop(rate), wrap=True)
