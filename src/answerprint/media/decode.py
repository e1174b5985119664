"""Pictures and sound of one stream by exact source time: whole, a range of it, or the picture at an instant.

Places are the stream's own timestamps. A seek goes to a keyframe at or before the place and decodes
forward; what the decoder gives before it is left out, so B-frames, open GOPs, edit lists, late starts and
variable rates come out as they do when the file is decoded from its start.
"""

from __future__ import annotations

import math
import os
from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.time import Range, Time
from answerprint.media.forms import PictureBlock, PictureForm, SoundBlock, SoundForm
from answerprint.media.frame_times import frame_times
from answerprint.media.guard import decodable, open_media
from answerprint.media.pixels import PictureBatch, PictureConverter
from answerprint.media.reading import decode, demux, picture_stream, sound_stream, stream_end
from answerprint.media.samples import SoundLine, silence

# Containers whose seeks land where they say; the rest are decoded from their start.
SEEKABLE_PICTURE = ("mov", "matroska", "mpegts", "mxf")
# Matroska rounds sound timestamps to 1 ms: only counting from the start gives the exact sample.
SEEKABLE_SOUND = ("mov", "mpegts", "mxf", "wav", "w64", "aiff", "flac")
SEEK_BACK_SECONDS = (0, 1, 3, 10, 30)  # how much earlier each further seek aims when one lands too late
SOUND_RUN_UP = Fraction(1)  # decoded before a range: bit reservoirs and overlaps settle well within it


def read_pictures(
    path: Path | str,
    form: PictureForm,
    *,
    stream: int | None = None,
    range: Range | None = None,
    block: int = 16,
    threads: int = 0,
    numbered: bool = True,
) -> Generator[PictureBlock, None, None]:
    """The pictures whose timestamp lies in `range` (all without one), in presentation order, in blocks.

    stream: its index; the first picture stream by default. block: the most pictures in one (fewer when they
    are large). numbered: `first` counts from the file's first picture, which for a range reads the timestamps
    of the whole file once; False counts from the range's first. Rotation is not applied.
    Raises MediaError AP-MEDIA-001…013, 015.
    """
    file = os.fspath(path)
    with open_media(path) as container:
        chosen = decodable(picture_stream(container, file, stream), file, threads=threads)
        base = chosen.time_base
        assert base is not None
        first_pts, end_pts = _ticks(range, base)
        key = _seek_to(path, chosen, container, first_pts)
        counted = first_pts is None
        batch = PictureBatch(form, base, block)
        for frame, pts in _pictures_from(container, chosen, key):
            if first_pts is not None and pts < first_pts:
                continue
            if end_pts is not None and pts >= end_pts:
                break
            if not counted:
                counted = True
                if numbered:
                    times = frame_times(path, chosen.index)
                    batch = PictureBatch(form, base, block, first=int(np.searchsorted(times.pts, pts)))
            yield from batch.push(frame, pts)
        yield from batch.flush()


def read_frames(
    path: Path | str, first: int | None = None, end: int | None = None, *, threads: int = 0
) -> Generator[tuple[VideoFrame, int], None, None]:
    """Decoded frames of the first picture stream, and their timestamps, those in [first, end) of its ticks.

    Raises MediaError AP-MEDIA-001…013, 015.
    """
    file = os.fspath(path)
    with open_media(path) as container:
        chosen = decodable(picture_stream(container, file), file, threads=threads)
        key = _seek_to(path, chosen, container, first)
        for frame, pts in _pictures_from(container, chosen, key):
            if end is not None and pts >= end:
                return
            if first is None or pts >= first:
                yield frame, pts


def picture_at(
    path: Path | str, time: Time, form: PictureForm, *, stream: int | None = None, threads: int = 0
) -> tuple[NDArray[np.uint8] | NDArray[np.float32], int]:
    """The picture on screen at a source time, and its timestamp: the largest one at or before the time.

    Raises MediaError AP-MEDIA-016 before the first picture, else as `read_pictures`.
    """
    file = os.fspath(path)
    with open_media(path) as container:
        chosen = decodable(picture_stream(container, file, stream), file, threads=threads)
        assert chosen.time_base is not None
        target = math.floor(time.seconds / chosen.time_base)
        key = _seek_to(path, chosen, container, target)
        shown: tuple[VideoFrame, int] | None = None
        for frame, pts in _pictures_from(container, chosen, key):
            if pts > target:
                break
            shown = frame, pts
        if shown is None:
            raise MediaError(
                "AP-MEDIA-016",
                "there is no picture yet at that time",
                file=file,
                at=f"{float(time.seconds):.3f} s",
                remedy="ask for a time at or after the stream's start",
            )
        return PictureConverter(form).convert(shown[0]), shown[1]


def read_sound(
    path: Path | str,
    form: SoundForm,
    *,
    stream: int | None = None,
    range: Range | None = None,
    block_samples: int | None = None,
    threads: int = 0,
) -> Generator[SoundBlock, None, None]:
    """The sound of one stream in blocks (a second each by default), on the file's clock.

    With a range, exactly the samples k with start ≤ k / rate < end: silence, marked, where the stream has
    nothing. Without one, from its first sample to its last. An AAC stream's noise bands are drawn anew in
    every decode; all else is the same wherever reading begins. Raises MediaError AP-MEDIA-001…012, 014, 015.
    """
    file = os.fspath(path)
    with open_media(path) as container:
        chosen = decodable(sound_stream(container, file, stream), file, threads=threads)
        line = sound_line(form, chosen, container, block_samples)
        if range is None:
            yield from _sound(container, chosen, line, None)
            return
        rate = form.rate or chosen.rate
        start, end = (math.ceil(at.seconds * rate) for at in (range.start, range.end))
        _seek_sound(path, chosen, container, range.start.seconds - SOUND_RUN_UP)
        channels = 1 if form.mono else chosen.channels
        reach = block_samples or rate
        at = start
        for block in _sound(container, chosen, line, range.end.seconds):
            piece = _within(block, at, end)
            if piece is None:
                continue
            yield from silence(at, piece.start, channels, rate, chosen.index, reach)
            yield piece
            at = piece.start + len(piece.samples)
        yield from silence(at, end, channels, rate, chosen.index, reach)


def sound_line(
    form: SoundForm, stream: AudioStream, container: InputContainer, block_samples: int | None = None
) -> SoundLine:
    """The layout of a stream's sound on the file's clock."""
    assert stream.time_base is not None
    return SoundLine(
        form,
        stream.index,
        stream.rate,
        stream.channels,
        stream.time_base,
        codec=stream.codec_context.name,
        end=stream_end(container, stream),
        block_samples=block_samples,
    )


class _Keyframe(NamedTuple):
    seek: int  # where the seek that reached it was aimed
    pts: int


def _ticks(range: Range | None, base: Fraction) -> tuple[int | None, int | None]:
    """Timestamps t with start ≤ t < end are those in the range."""
    if range is None:
        return None, None
    return math.ceil(range.start.seconds / base), math.ceil(range.end.seconds / base)


def _pictures_from(
    container: InputContainer, stream: Stream, key: _Keyframe | None
) -> Iterator[tuple[VideoFrame, int]]:
    """Frames with their timestamps from the keyframe on (from the start without one)."""
    for decoded in decode(container, [stream]):
        frame = decoded.frame
        if not isinstance(frame, VideoFrame) or frame.pts is None:
            continue
        if key is None or frame.pts >= key.pts:
            yield frame, frame.pts


def _seek_to(
    path: Path | str, stream: Stream, container: InputContainer, target: int | None
) -> _Keyframe | None:
    """Put the container before a keyframe at or before a timestamp; None leaves it at its start."""
    if target is None or not container.format.name.startswith(SEEKABLE_PICTURE):
        return None
    key = _keyframe_before(path, stream.index, target)
    if key is not None:
        container.seek(key.seek, stream=stream)
    return key


def _keyframe_before(path: Path | str, index: int, target: int) -> _Keyframe | None:
    """The keyframe to decode from so that the picture shown at `target` comes out right."""
    with open_media(path) as container:
        stream = container.streams[index]
        assert stream.time_base is not None
        start = stream.start_time
        for back in SEEK_BACK_SECONDS:
            aim = target - math.ceil(back / stream.time_base)
            if start is not None and aim <= start:
                return None
            try:
                container.seek(aim, stream=stream)
            except av.error.FFmpegError:
                return None  # nothing to seek by: decoding from the start is always right
            for packet in demux(container, [stream]):
                if packet.is_keyframe and packet.pts is not None:
                    if packet.pts <= target:
                        return _Keyframe(aim, packet.pts)
                    break
    return None


def _seek_sound(path: Path | str, stream: Stream, container: InputContainer, to: Fraction) -> None:
    assert stream.time_base is not None
    aim = math.floor(to / stream.time_base)
    late = aim > (stream.start_time or 0)
    if late and container.format.name.startswith(SEEKABLE_SOUND):
        container.seek(aim, stream=stream)


def _sound(
    container: InputContainer, stream: Stream, line: SoundLine, until: Fraction | None
) -> Iterator[SoundBlock]:
    for decoded in decode(container, [stream]):
        frame = decoded.frame
        if not isinstance(frame, AudioFrame):
            continue
        yield from line.push(frame)
        if until is not None and frame.pts is not None and stream.time_base is not None:
            past = frame.pts * stream.time_base - until
            if past > SOUND_RUN_UP:  # the resampler's tail and overlaps are inside it
                break
    yield from line.flush()


def _within(block: SoundBlock, start: int, end: int) -> SoundBlock | None:
    """The part of a block inside [start, end), or None."""
    first, last = max(start, block.start), min(end, block.start + len(block.samples))
    if first >= last:
        return None
    if (first, last) == (block.start, block.start + len(block.samples)):
        return block
    samples = block.samples[first - block.start : last - block.start]
    return SoundBlock(start=first, samples=samples, rate=block.rate, stream=block.stream, gap=block.gap)
