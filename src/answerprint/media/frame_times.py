"""The presentation timestamps of a file's pictures, by reading its packets without decoding them."""

from __future__ import annotations

import os
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from av.packet import Packet
from av.stream import Stream
from numpy.typing import NDArray

from answerprint.core.frames import rounds_a_grid
from answerprint.media.guard import open_media
from answerprint.media.rates import frame_rate
from answerprint.media.reading import demux, picture_stream

_REMEMBERED = 8  # files whose times are kept in memory: a cut reads the same few again and again


class FrameTimes(NamedTuple):
    """pts: (pictures,) int64, presentation order, in ticks of time_base. Seconds are pts × time_base."""

    pts: NDArray[np.int64]
    time_base: Fraction
    rounded: bool  # pts are a constant rate's, rounded to ticks (core/frames.py)


def frame_times(path: Path | str, stream: int | None = None) -> FrameTimes:
    """Every picture's timestamp, as decoding the file gives them (edit lists and hidden frames left out).

    Raises MediaError AP-MEDIA-001…009, 013.
    """
    status = Path(path).stat() if Path(path).exists() else None
    version = (status.st_size, status.st_mtime_ns, status.st_ino) if status else None
    return _read(os.path.abspath(path), stream, version)  # noqa: PTH100


@lru_cache(maxsize=_REMEMBERED)
def _read(path: str, index: int | None, version: tuple[int, int, int] | None) -> FrameTimes:
    with open_media(path) as container:
        stream = picture_stream(container, path, index)
        codec = stream.codec_context.name if stream.codec_context else ""
        found = [
            packet.pts if packet.pts is not None else packet.dts
            for packet in demux(container, [stream])
            if packet.size and not packet.is_discard and shown(codec, packet)
        ]
        pts = np.array(sorted(one for one in found if one is not None), np.int64)
        pts.flags.writeable = False
        assert stream.time_base is not None
        declared = (stream.base_rate, stream.average_rate, stream.guessed_rate)
        rate, _ = frame_rate(pts, stream.time_base, declared)
        step = 1 / (rate * stream.time_base) if rate is not None else Fraction(0)
        return FrameTimes(pts, stream.time_base, rounds_a_grid(pts.tolist(), step))


def shown(codec: str, packet: Packet[Stream]) -> bool:
    """Whether a packet puts a picture on the screen: VP8's alternate frames may not (RFC 6386, 9.1)."""
    return codec not in ("vp8", "libvpx") or bool(bytes(packet)[:1] and bytes(packet)[0] & 0x10)
