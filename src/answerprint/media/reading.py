"""The one loop over a container: packets in, frames out, going on after errors, everything told."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from answerprint.core.errors import MediaError

READ_ERRORS = 50  # demuxer errors in a row, without a packet between them, before the rest is given up

Frame = VideoFrame | AudioFrame


class Listener(Protocol):
    """Who is told of every packet, frame and error, in order (media/evidence.py)."""

    def packet(self, packet: Packet[Stream]) -> None: ...

    def frames(self, packet: Packet[Stream], frames: Sequence[Frame]) -> None: ...

    def decode_error(self, packet: Packet[Stream], error: Exception) -> None: ...

    def read_error(self, error: Exception) -> None: ...


class Decoded(NamedTuple):
    stream: Stream
    frame: Frame


def decode(
    container: InputContainer, streams: Sequence[Stream], listener: Listener | None = None
) -> Iterator[Decoded]:
    """Every frame of the streams in presentation order per stream. A packet that fails costs itself only.

    After damage a decoder may give a picture too early: it waits for its turn, and one that comes after its
    turn is left out, so that timestamps always rise.
    """
    waiting = {stream.index: _InOrder() for stream in streams if stream.type == "video"}
    for packet in demux(container, streams, listener):
        if packet.size == 0 and packet.dts is not None:
            continue  # an empty sample: "show the last picture again"
        try:
            frames = [one for one in packet.decode() if isinstance(one, VideoFrame | AudioFrame)]
        except (av.error.FFmpegError, ValueError, OSError) as error:
            if listener is not None:
                listener.decode_error(packet, error)
            continue
        if listener is not None:
            listener.frames(packet, frames)
        order = waiting.get(packet.stream.index)
        for frame in frames:
            if order is None or not isinstance(frame, VideoFrame) or frame.pts is None:
                yield Decoded(packet.stream, frame)
            else:
                for ready in order.push(frame, frame.pts):
                    yield Decoded(packet.stream, ready)
    for stream in streams:
        if stream.index in waiting:
            for ready in waiting[stream.index].flush():
                yield Decoded(stream, ready)


def rising(stamps: Sequence[int]) -> list[int]:
    """The timestamps of the pictures that `decode` gives, from those a decoder gave, in its order."""
    order = _InOrder()
    given = [stamp for one in stamps for stamp in order.push(one, one)]
    return given + list(order.flush())


class _InOrder:
    """A picture or two held back, so that one that came early can wait for its turn."""

    DEPTH = 2

    def __init__(self) -> None:
        self._held: list[tuple[int, int, Any]] = []
        self._count = 0
        self._last: int | None = None

    def push(self, frame: Any, pts: int) -> Iterator[Any]:
        self._count += 1
        heapq.heappush(self._held, (pts, self._count, frame))
        while len(self._held) > self.DEPTH:
            yield from self._pop()

    def flush(self) -> Iterator[Any]:
        while self._held:
            yield from self._pop()

    def _pop(self) -> Iterator[Any]:
        pts, _, frame = heapq.heappop(self._held)
        if self._last is None or pts > self._last:
            self._last = pts
            yield frame


def demux(
    container: InputContainer, streams: Sequence[Stream], listener: Listener | None = None
) -> Iterator[Packet[Stream]]:
    """Every packet of the streams, then one flush packet each, reading on after errors."""
    wanted = {stream.index for stream in streams}
    for stream in container.streams:
        if stream.index not in wanted:
            stream.discard = Discard.all
    errors = 0
    while errors < READ_ERRORS:
        try:
            for packet in container.demux(*streams):
                errors = 0
                if listener is not None:
                    listener.packet(packet)
                yield packet
            return
        except (av.error.FFmpegError, OSError, ValueError) as error:
            errors += 1
            if listener is not None:
                listener.read_error(error)


def picture_stream(container: InputContainer, file: str, index: int | None = None) -> VideoStream:
    """The picture stream asked for, or the first that is not cover art. Raises MediaError AP-MEDIA-013."""
    found = [one for one in container.streams.video if index is None or one.index == index]
    moving = [one for one in found if not one.disposition & Disposition.attached_pic]
    if not (moving or (index is not None and found)):
        raise MediaError("AP-MEDIA-013", "there is no picture in this file", file=file)
    return (moving or found)[0]


def sound_stream(container: InputContainer, file: str, index: int | None = None) -> AudioStream:
    """The sound stream asked for, or the first. Raises MediaError AP-MEDIA-014."""
    found = [one for one in container.streams.audio if index is None or one.index == index]
    if not found:
        raise MediaError("AP-MEDIA-014", "there is no sound in this file", file=file)
    return found[0]


def stream_end(container: InputContainer, stream: Stream) -> Fraction | None:
    """Where the stream says it ends, in seconds on the file's clock."""
    assert stream.time_base is not None
    if stream.duration is not None:
        return (stream.duration + (stream.start_time or 0)) * stream.time_base
    if container.duration is not None:
        return Fraction(container.duration + (container.start_time or 0), 1_000_000)
    return None
