"""The boxes of an ISO media or QuickTime file (ISO/IEC 14496-12), walked without any library."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from answerprint.media.faults import Fault, FaultKind

MOST_BOXES = 20_000  # a file with more is not walked further
DEEPEST = 12
_CONTAINERS = frozenset(
    (
        b"moov",
        b"trak",
        b"mdia",
        b"minf",
        b"stbl",
        b"edts",
        b"dinf",
        b"mvex",
        b"moof",
        b"traf",
        b"mfra",
        b"gmhd",
    )
)


@dataclass(frozen=True)
class Box:
    """One box. path is the names from the top ("moov/trak/mdia"), data where its content starts."""

    path: str
    offset: int
    data: int
    end: int
    declared_end: int

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


def is_iso_media(head: bytes) -> bool:
    """Whether a file begins as ISO media or QuickTime does."""
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof")


def walk_boxes(path: Path) -> tuple[list[Box], list[Fault]]:
    """Every box down to the sample tables, and what contradicts itself (sizes, names)."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        walker = _Walker(file)
        walker.walk(0, size, "", 0)
    return walker.boxes, walker.faults


def read_box(path: Path, box: Box, limit: int = 1 << 24) -> bytes:
    """A box's content, at most `limit` bytes of it."""
    with path.open("rb") as file:
        file.seek(box.data)
        return file.read(min(limit, max(0, box.end - box.data)))


class _Walker:
    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.boxes: list[Box] = []
        self.faults: list[Fault] = []

    def walk(self, at: int, end: int, parent: str, depth: int) -> None:
        for box in self._children(at, end, parent):
            self.boxes.append(box)
            if len(self.boxes) > MOST_BOXES:
                return
            if box.name.encode("latin-1") in _CONTAINERS and depth < DEEPEST:
                self.walk(box.data, box.end, box.path, depth + 1)

    def _children(self, at: int, end: int, parent: str) -> Iterator[Box]:
        while at + 8 <= end:
            self.file.seek(at)
            head = self.file.read(16)
            size, name = struct.unpack(">I4s", head[:8])
            data = at + 8
            if size == 1 and len(head) == 16:
                size, data = struct.unpack(">Q", head[8:])[0], at + 16
            elif size == 0 and not parent:
                size = end - at  # to the end of the file
            elif size == 0:
                return  # QuickTime ends some lists with four zero bytes
            place = f"{parent or 'the file'}, byte {at}"
            if not all(32 <= byte < 127 or byte == 0xA9 for byte in name):
                self._fault("bad_header", at, f"{place}: {name!r} is no box name")
                return
            label = name.decode("latin-1")
            if size < data - at:
                self._fault("bad_header", at, f"{place}: box {label!r} says {size} bytes")
                return
            declared_end = at + size
            if declared_end > end:
                kind: FaultKind = "bad_header" if parent else "truncated"
                self._fault(kind, at, f"{place}: box {label!r} says {size} bytes, {end - at} are there")
            box = Box(
                f"{parent}/{label}" if parent else label, at, data, min(declared_end, end), declared_end
            )
            yield box
            at = declared_end
        if at < end and parent == "":
            self._fault("truncated", at, f"the file ends inside a box header, at byte {at}")

    def _fault(self, kind: FaultKind, at: int, reason: str) -> None:
        self.faults.append(Fault(kind, at, reason))
