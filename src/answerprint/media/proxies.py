"""Proxies: small, easily decoded copies that keep every picture's exact time and every channel."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from answerprint.core.errors import MediaError
from answerprint.media.aside import written_aside
from answerprint.media.display import display_of, upright
from answerprint.media.encode import LAYOUTS, VideoSettings, add_video, open_output, to_frame
from answerprint.media.forms import PictureForm
from answerprint.media.guard import decodable, open_media
from answerprint.media.pixels import PictureConverter
from answerprint.media.probe import probe
from answerprint.media.reading import demux, picture_stream
from answerprint.media.recasting import nominal_rate, timecode_label

PROXY = VideoSettings(crf=23, preset="veryfast", gop=24)
HIGHEST_RATE = 1000  # frames a second; above it the "rate" is that of a clock whose ticks lie unevenly
COPIED = frozenset(
    ("aac", "alac", "ac3", "eac3", "mp3", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le")
    + ("pcm_s32be", "pcm_f32le", "pcm_f32be")
)  # what a QuickTime file may carry as it is


def make_proxy(
    path: Path, out: Path, height: int = 540, settings: VideoSettings = PROXY, reel: str = ""
) -> int:
    """Writes a .mov of the pictures at `height` lines, upright, square pixels, BT.709. Returns their number.

    Every picture keeps the timestamp it has in the file (variable rates and late starts included); the start
    timecode is kept, with `reel` as its tape; a picture that damage gives out again, at a time that has
    passed, is left out; every audio stream is copied packet by packet, or as 24-bit PCM of all its channels
    where QuickTime cannot carry its codec. Raises MediaError AP-MEDIA-001…017, 050, 051, and 080 when `out`
    is no .mov.
    """
    if out.suffix.lower() != ".mov":
        raise MediaError("AP-MEDIA-080", "a proxy is a QuickTime file", file=str(out), remedy="name it .mov")
    file = os.fspath(path)
    display = display_of(path)
    found = probe(path)
    picture = found.stream("video")
    rate = nominal_rate(picture.rate if picture else None, found.timecode)
    width, lines = display.within(2 * round(height * display.aspect / 2) + 2, height - height % 2)
    form = PictureForm("rgb", *display.coded(width, lines))
    converter = PictureConverter(form)
    with open_media(path) as source:
        chosen = decodable(picture_stream(source, file), file)
        base = chosen.time_base
        assert base is not None
        with written_aside(out) as aside, open_output(aside, out, period=base, faststart=True) as container:
            video = add_video(container, out, width, lines, rate, base, settings)
            label = timecode_label(found.timecode, rate)
            if label:
                video.metadata["timecode"] = label
                if reel:
                    video.metadata["reel_name"] = reel
            sounds = {one.index: _Sound.of(one, container, file) for one in source.streams.audio}
            count, last = 0, None
            for packet in demux(source, [chosen, *source.streams.audio]):
                if packet.stream.index in sounds:
                    sounds[packet.stream.index].take(packet)
                    continue
                for frame in _frames(packet):
                    if not isinstance(frame, VideoFrame) or frame.pts is None:
                        continue
                    if last is not None and frame.pts <= last:
                        continue
                    last = frame.pts
                    pixels = upright(converter.convert(frame).astype(np.uint8, copy=False), display.rotation)
                    small = to_frame(pixels, settings.pixel_format, out)
                    small.pts, small.time_base = frame.pts, base
                    container.mux(video.encode(small))
                    count += 1
            container.mux(video.encode(None))
            for sound in sounds.values():
                sound.end()
    return count


class _Sound:
    """One audio stream on its way into the proxy."""

    def __init__(self, out: AudioStream, container: OutputContainer, copied: bool) -> None:
        self.out, self.container, self.copied = out, container, copied

    @classmethod
    def of(cls, source: AudioStream, container: OutputContainer, file: str) -> _Sound:
        if source.codec_context.name in COPIED:
            out = container.add_stream_from_template(source)
            copied = True
        else:
            decodable(source, file)
            made = container.add_stream("pcm_s24le", rate=source.rate)
            assert isinstance(made, AudioStream)
            out, copied = made, False
            out.codec_context.layout = LAYOUTS.get(source.channels, f"{source.channels} channels")
            out.codec_context.format = "s32"
        language = source.metadata.get("language")
        if language:
            out.metadata["language"] = language
        return cls(out, container, copied)

    def take(self, packet: Packet[Stream]) -> None:
        if not self.copied:
            for frame in _frames(packet):
                if isinstance(frame, AudioFrame):
                    self.container.mux(self.out.encode(frame))
        elif packet.size and packet.pts is not None:
            packet.stream = self.out
            self.container.mux_one(packet)

    def end(self) -> None:
        if not self.copied:
            self.container.mux(self.out.encode(None))


def _frames(packet: Packet[Stream]) -> Sequence[object]:
    try:
        return packet.decode()
    except av.error.FFmpegError:
        return ()  # a damaged packet costs itself only, and is told by the damage report
