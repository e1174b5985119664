"""Damage a finished clip as a failing card does: a stretch of its picture data overwritten, nothing else."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from shoot.sound import RATE

SEED = 1977
KEEP_BYTES = 6  # of each picture packet: its length field and NAL header, so that the file stays well formed


def damage(path: Path, samples: tuple[int, int], rate: Fraction) -> dict[str, Any]:
    """Overwrite the picture packets shown during some samples; gives what was written over and what it cost.

    Sound packets between them are left whole. `frames_changed` counts presentation frames that decode
    differently from before; `frames_decoded` is how many come out at all.
    """
    before = _decode(path)
    first, last = (int(one * rate / RATE) for one in samples)
    stretches = []
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        for packet in file.demux(stream):
            if packet.size and packet.pts is not None and packet.pos is not None:
                frame = int(packet.pts * packet.time_base * rate)
                if first <= frame < last and packet.size > KEEP_BYTES:
                    stretches.append((packet.pos + KEEP_BYTES, packet.pos + packet.size))
    stretches.sort()
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(SEED)
    for start, end in stretches:
        content[start:end] = rng.integers(0, 256, end - start, dtype=np.uint8).tobytes()
    path.write_bytes(content)
    after = _decode(path)
    changed = sorted(number for number, picture in before.items() if after.get(number) != picture)
    return {
        "byte_ranges": [list(one) for one in stretches],
        "bytes": [stretches[0][0], stretches[-1][1]],
        "frames_overwritten": [first, last],
        "frames_changed": [changed[0], changed[-1] + 1],
        "frames_decoded": len(after),
        "frames_lost": len(before) - len(after),
    }


def _decode(path: Path) -> dict[int, int]:
    """Presentation frame number to a hash of the picture, for every frame that decodes."""
    pictures: dict[int, int] = {}
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        rate = stream.average_rate
        stream.thread_count = 1
        for packet in file.demux(stream):
            try:
                for frame in packet.decode():
                    number = round(frame.pts * frame.time_base * rate)
                    pictures[number] = hash(frame.to_ndarray().tobytes())
            except av.error.InvalidDataError:
                continue
    return pictures
