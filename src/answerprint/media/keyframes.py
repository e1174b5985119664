"""Keyframes spread over a file: what can be seen of it without decoding the rest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av.error
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.media.display import Display, upright
from answerprint.media.forms import PictureForm
from answerprint.media.guard import decodable, open_media
from answerprint.media.pixels import PictureConverter
from answerprint.media.reading import decode, picture_stream

UNDISPLAYED = 8  # keyframes in a row that cannot be decoded, after which the rest of a seekable file is left


class Keyframe(NamedTuple):
    """A keyframe, upright and with square pixels."""

    pts: int  # ticks of time_base
    time_base: Fraction  # seconds a tick
    pixels: NDArray[np.uint8]  # (h, w, 3) R'G'B'


def spread_keyframes(path: Path | str, every: Fraction, most: int, width: int) -> Iterator[Keyframe]:
    """Keyframes at least `every` seconds apart and at most `most` of them, `width` pixels wide, in order.

    A file that says how long it is is sought in, so that what lies between is not even read; any other is
    read through. A keyframe that cannot be decoded is left out. Raises MediaError AP-MEDIA-001…013, 015.
    """
    file = os.fspath(path)
    with open_media(path) as container:
        stream = picture_stream(container, file)
        decodable(stream, file, threads=1, frame_threads=False)
        stream.codec_context.skip_frame = "NONKEY"
        base = stream.time_base
        assert base is not None
        frames = _sought(container, stream, every, most) if stream.duration else _read(container, stream)
        small: PictureConverter | None = None
        shape: tuple[int, int, int] | None = None
        wait: int | None = None
        count = 0
        for frame in frames:
            pts = frame.pts
            if pts is None or (wait is not None and pts < wait):
                continue
            turn = round(-frame.rotation / 90) * 90 % 360
            if small is None or shape != (frame.width, frame.height, turn):
                shape = (frame.width, frame.height, turn)
                small = _small(frame, stream, turn, width)
            pixels = small.convert(frame).astype(np.uint8, copy=False)
            yield Keyframe(pts, base, upright(pixels, turn))
            wait = pts + int(every / base)
            count += 1
            if count >= most:
                return


def _small(frame: VideoFrame, stream: VideoStream, turn: int, width: int) -> PictureConverter:
    aspect = stream.sample_aspect_ratio or Fraction(1)
    display = Display(frame.width, frame.height, turn, aspect)
    height = max(1, round(width / float(display.aspect)))
    return PictureConverter(PictureForm("rgb", *display.coded(*display.within(width, height + 2))))


def _sought(
    container: InputContainer, stream: VideoStream, every: Fraction, most: int
) -> Iterator[VideoFrame]:
    """One keyframe at or before each place; a file that cannot be sought in is read through instead."""
    base = stream.time_base
    assert base is not None and stream.duration is not None
    start, end = stream.start_time or 0, (stream.start_time or 0) + stream.duration
    stride = max(1, int(every / base), -(-stream.duration // most))
    target, last, lost = start, None, 0
    while target < end and lost < UNDISPLAYED:
        try:
            container.seek(target, stream=stream, backward=True)
        except av.error.FFmpegError:
            if last is None:
                yield from _read(container, stream)
            return
        frame = _first(container, stream)
        if frame is None or frame.pts is None:
            lost, target = lost + 1, target + stride
            continue
        lost = 0
        if last is None or frame.pts > last:
            yield frame
            last = frame.pts
        target = max(target, frame.pts) + stride


def _first(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """The next keyframe alone: the decoder is drained after its packet, and waits for no other picture."""
    try:
        for packet in container.demux(stream):
            if packet.size and not packet.is_keyframe:
                continue
            frames = [*packet.decode(), *(stream.codec_context.decode(None) if packet.size else ())]
            found = next((one for one in frames if isinstance(one, VideoFrame)), None)
            if found is not None or not packet.size:
                return found
            stream.codec_context.flush_buffers()
    except (av.error.FFmpegError, OSError, ValueError):
        return None
    return None


def _read(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for _, frame in decode(container, [stream]):
        if isinstance(frame, VideoFrame):
            yield frame
