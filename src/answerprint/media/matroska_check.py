"""Faults of a Matroska or WebM file (RFC 9559, RFC 8794): elements, sizes, and CRC-32 where it has them."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import BinaryIO

from answerprint.media.faults import Fault, FaultKind

EBML_HEAD = b"\x1a\x45\xdf\xa3"
SEGMENT, CLUSTER, CRC32, VOID, TIMESTAMP = 0x18538067, 0x1F43B675, 0xBF, 0xEC, 0xE7
SIMPLE_BLOCK, BLOCK_GROUP, BLOCK = 0xA3, 0xA0, 0xA1
UNKNOWN = -1  # an element whose size is not known (live recordings)
MOST_FAULTS = 50
LARGEST_CHECKED = 64 << 20  # an element larger than this has its CRC left unchecked

_TOP = {
    SEGMENT: "Segment",
    0x114D9B74: "SeekHead",
    0x1549A966: "Info",
    0x1654AE6B: "Tracks",
    CLUSTER: "Cluster",
    0x1C53BB6B: "Cues",
    0x1941A469: "Attachments",
    0x1043A770: "Chapters",
    0x1254C367: "Tags",
    VOID: "Void",
    CRC32: "CRC-32",
}
_IN_CLUSTER = frozenset((TIMESTAMP, 0xA7, 0xAB, SIMPLE_BLOCK, BLOCK_GROUP, 0xAF, VOID, CRC32, 0x5854))


def check_matroska(path: Path) -> list[Fault]:
    """Faults in order of their place: elements that run past their parent or the file, unknown ones, CRCs."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        return _Check(file, size).run()


class _Check:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size
        self.faults: list[Fault] = []

    def run(self) -> list[Fault]:
        head = self._element(0)
        if head is None:
            self._fault("bad_header", 0, "the EBML header cannot be read")
            return self.faults
        self._crc(head[1], head[1] + head[2], 0, "the EBML header")
        at = head[1] + head[2]
        while at < self.size and len(self.faults) < MOST_FAULTS:
            element = self._element(at)
            if element is None or element[0] not in (SEGMENT, VOID):
                self._fault("bad_header", at, "there is no Segment where one belongs")
                return self.faults
            name, data, length = element
            end = self.size if length == UNKNOWN else data + length
            if end > self.size:
                self._fault("truncated", at, f"the Segment says {length} bytes, {self.size - data} are there")
            if name == SEGMENT:
                self._segment(data, min(end, self.size), length == UNKNOWN)
            at = end
        return self.faults

    def _segment(self, at: int, end: int, open_ended: bool) -> None:
        while at < end and len(self.faults) < MOST_FAULTS:
            element = self._element(at)
            if element is None or element[0] not in _TOP:
                self._fault("corrupt_data", at, f"byte {at} begins no element of a Segment")
                at = self._next_cluster(at + 1, end)
                continue
            name, data, length = element
            if length == UNKNOWN:
                at = self._cluster(data, end) if name == CLUSTER else end
                continue
            stop = data + length
            if stop > end:
                self._fault(
                    "truncated", at, f"a {_TOP[name]} says {length} bytes, {end - data} are there", end
                )
            elif self._crc(data, stop, at, f"a {_TOP[name]}") and name == CLUSTER:
                self._cluster(data, stop)
            if name == CLUSTER and stop > end:
                following = self._next_cluster(data, end)
                at = following if following < end else end
            else:
                at = stop

    def _cluster(self, at: int, end: int) -> int:
        """Walk a cluster's children; where it ends (the next top element when its size is not known)."""
        while at < end:
            element = self._element(at)
            if element is not None and element[0] in _TOP and element[0] not in (VOID, CRC32):
                return at
            if element is None or element[0] not in _IN_CLUSTER:
                self._fault("corrupt_data", at, f"byte {at} begins no element of a Cluster", end)
                return end
            _, data, length = element
            if length == UNKNOWN or data + length > end:
                self._fault("corrupt_data", at, f"a block at byte {at} runs past its Cluster", end)
                return end
            at = data + length
        return at

    def _crc(self, data: int, end: int, at: int, what: str) -> bool:
        """Whether the element's own CRC-32, where it begins with one, fits its content."""
        first = self._element(data)
        if first is None or first[0] != CRC32 or first[2] != 4 or end - data > LARGEST_CHECKED:
            return True
        self.file.seek(first[1])
        stored = int.from_bytes(self.file.read(4), "little")
        content = self.file.read(max(0, end - first[1] - 4))
        if zlib.crc32(content) == stored:
            return True
        self._fault("corrupt_data", at, f"{what} at byte {at} does not match its own CRC-32", end)
        return False

    def _next_cluster(self, at: int, end: int) -> int:
        mark = CLUSTER.to_bytes(4, "big")
        window = 1 << 20
        while at < end:
            self.file.seek(at)
            found = self.file.read(min(window + 3, end - at)).find(mark)
            if found >= 0:
                return at + found
            at += window
        return end

    def _element(self, at: int) -> tuple[int, int, int] | None:
        """(id, where its data start, length) of the element at a byte; None when there is none."""
        self.file.seek(at)
        head = self.file.read(12)
        if not head or not head[0]:
            return None
        id_length = 9 - head[0].bit_length()
        if id_length > 4 or len(head) <= id_length or not head[id_length]:
            return None
        size_length = 9 - head[id_length].bit_length()
        raw = head[id_length : id_length + size_length]
        if len(raw) < size_length:
            return None
        value = int.from_bytes(raw, "big") & ((1 << 7 * size_length) - 1)
        length = UNKNOWN if value == (1 << 7 * size_length) - 1 else value
        return int.from_bytes(head[:id_length], "big"), at + id_length + size_length, length

    def _fault(self, kind: FaultKind, at: int, reason: str, end: int | None = None) -> None:
        self.faults.append(Fault(kind, at, reason, end))
