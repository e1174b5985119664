"""Stretches of a clip coded one by one, each kept in a file of its own, and joined without coding them again.

A stretch is a closed group of pictures: coded in any order, by any thread, it gives the same packets.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import msgspec
import numpy as np
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.media.aside import written_aside
from answerprint.media.encode import open_output
from answerprint.media.guard import open_media
from answerprint.media.reading import demux
from answerprint.media.recasting import CopiedSound, container_of
from answerprint.media.recoding import Coding
from answerprint.media.segments import WITHOUT_REMARKS

Pixels = NDArray[np.float32]


class CodedPart(msgspec.Struct, frozen=True):
    """Packets in decoding order: timestamps, which are keyframes, their lengths; the pictures' shape."""

    pts: list[int]
    keys: list[bool]
    lengths: list[int]
    shape: tuple[int, ...]


class Joined(NamedTuple):
    """size: width and height. sound: by stream of the source, copied or the codec it became."""

    size: tuple[int, int]
    sound: dict[int, str]


class CodedTarget(NamedTuple):
    """The clip that parts become: rate, ticks, start timecode, and whose sound it is given."""

    rate: Fraction
    base: Fraction
    timecode: str | None
    sound_of: Path | None


def write_part(
    place: Path,
    pictures: Iterable[tuple[int, Pixels]],
    coding_for: Callable[[tuple[int, ...]], Coding],
    target: CodedTarget,
) -> int:
    """Codes pictures at their ticks into a part at `place`; returns their number.

    coding_for: how pictures of a shape are coded. Raises MediaError AP-MEDIA-050, 051.
    """
    found: list[tuple[int, bool, bytes]] = []
    shape: tuple[int, ...] = ()
    with av.open(io.BytesIO(), "w", format="matroska") as nowhere:
        video: VideoStream | None = None
        remarks: BitStreamFilterContext | None = None

        def take(packets: Iterable[Packet[VideoStream]]) -> None:
            for packet in packets:
                for one in remarks.filter(packet) if remarks else [packet]:
                    assert one.pts is not None
                    found.append((one.pts, one.is_keyframe, bytes(one)))

        for tick, pixels in pictures:
            if video is None:
                shape, coding = pixels.shape, coding_for(pixels.shape)
                size = shape[1], shape[0]
                video = coding.stream(nowhere, place.with_suffix(".mkv"), size, target.rate, target.base)
                if coding.settings.encoder == "libx264":
                    remarks = BitStreamFilterContext(WITHOUT_REMARKS, video)
            frame = coding.frame(pixels)
            frame.pts, frame.time_base = tick, target.base
            take(video.encode(frame))
        if video is not None:
            take(video.encode(None))
    pts, keys, coded = [one[0] for one in found], [one[1] for one in found], [one[2] for one in found]
    head = msgspec.msgpack.encode(CodedPart(pts, keys, [len(one) for one in coded], shape))
    with written_aside(place) as aside, aside.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        file.writelines(coded)
    return len(found)


def join_parts(
    parts: Sequence[Path],
    coding_for: Callable[[tuple[int, ...]], Coding],
    out: Path,
    target: CodedTarget,
) -> Joined:
    """Writes the parts, one after another, as one clip, whole or not at all.

    Raises MediaError AP-MEDIA-050, 051, and those of opening the file whose sound it is given.
    """
    kind = container_of(out)
    heads = [_head(part)[0] for part in parts]
    shown = sorted(tick for head in heads for tick in head.pts)
    step = shown[1] - shown[0] if len(shown) > 1 else 1
    late = max(_late(head.pts) for head in heads)
    times = [shown[0] - (late - number) * step for number in range(late)] + shown
    with ExitStack() as stack:
        source = stack.enter_context(open_media(target.sound_of)) if target.sound_of is not None else None
        heard: list[AudioStream] = list(source.streams.audio) if source is not None else []
        aside = stack.enter_context(written_aside(out))
        container = stack.enter_context(
            open_output(
                aside,
                out,
                period=target.base,
                sound_rate=heard[0].rate if heard else None,
                faststart=kind != "matroska",
            )
        )
        shape = next(head.shape for head in heads if head.pts)
        size = shape[1], shape[0]
        video = coding_for(shape).stream(container, out, size, target.rate, target.base)
        if target.timecode and kind != "matroska":
            video.metadata["timecode"] = target.timecode
        file = os.fspath(target.sound_of) if target.sound_of else ""
        sounds = {one.index: CopiedSound(one, container, kind, file) for one in heard}
        video.codec_context.open(strict=False)
        packets = _packets(parts, video, target.base, times)
        waiting = next(packets, None)
        for packet in demux(source, heard) if source is not None and heard else ():
            at = _seconds(packet)
            while waiting is not None and at is not None and (_seconds(waiting) or 0) <= at:
                container.mux_one(waiting)
                waiting = next(packets, None)
            sounds[packet.stream.index].take(packet)
        while waiting is not None:
            container.mux_one(waiting)
            waiting = next(packets, None)
        for sound in sounds.values():
            sound.end()
    return Joined(size, {index: one.how for index, one in sounds.items()})


def _packets(
    parts: Sequence[Path], video: VideoStream, base: Fraction, times: Sequence[int]
) -> Iterator[Packet[Stream]]:
    """The parts' packets, decoded at `times`: those shown, and before them as many as wait for their turn."""
    number = 0
    for part in parts:
        head, start = _head(part)
        with part.open("rb") as file:
            file.seek(start)
            for tick, key, length in zip(head.pts, head.keys, head.lengths, strict=True):
                packet: Packet[Stream] = Packet(file.read(length))
                packet.stream, packet.time_base = video, base
                packet.pts, packet.dts, packet.is_keyframe = tick, times[number], key
                number += 1
                yield packet


def _head(part: Path) -> tuple[CodedPart, int]:
    with part.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        return msgspec.msgpack.decode(file.read(length), type=CodedPart), 8 + length


def _late(pts: Sequence[int]) -> int:
    """How many pictures the decoder must hold back so that none is shown before it is decoded."""
    place = {tick: number for number, tick in enumerate(sorted(pts))}
    return max((number - place[tick] for number, tick in enumerate(pts)), default=0)


def _seconds(packet: Packet[Stream]) -> Fraction | None:
    at = packet.dts if packet.dts is not None else packet.pts
    return at * packet.time_base if at is not None else None
