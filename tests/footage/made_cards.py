"""Cards as cameras lay them out, of tiny files; only where a header matters is it a real one."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np

from answerprint.media.encode import VideoSettings, write_pictures

FAST = VideoSettings(preset="ultrafast", gop=8, threads=1)


def lay(root: Path, *paths: str, data: bytes = b"x") -> Path:
    """Files of a few bytes under a folder."""
    for path in paths:
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return root


def clip(path: Path, frames: int = 10, rate: Fraction = Fraction(25), start: str | None = None) -> Path:
    """A real picture file, 64x36, with a start timecode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = [(number, np.full((36, 64, 3), 20 * (number % 10), np.uint8)) for number in range(frames)]
    made = path.with_name(f"{path.stem}.made.mov")
    write_pictures(made, pictures, rate, FAST, start_timecode=start)
    made.rename(path)
    return path


def playlist(*items: tuple[str, int, int, bool]) -> bytes:
    """A BDMV playlist: stream, in and out in 45 kHz ticks, whether it goes on without a break."""
    body = b""
    for stream, start, end, continues in items:
        fixed = stream.encode() + b"M2TS" + struct.pack(">HBII", 5 if continues else 1, 0, start, end)
        fixed += bytes(12)
        body += struct.pack(">H", len(fixed)) + fixed
    listed = struct.pack(">IHHH", 6 + len(body), 0, len(items), 0) + body
    return b"MPLS0100" + struct.pack(">III", 40, 40 + len(listed), 0) + bytes(20) + listed
