"""Faults of an MPEG transport stream (ISO/IEC 13818-1): sync bytes, continuity counters, table CRCs, PES."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from answerprint.media.faults import Fault, FaultKind

SYNC = 0x47
PACKET_SIZES = (188, 192, 204)  # plain, with a 4-byte time code before it (M2TS), with parity after it
NULL_PID, PAT_PID, SDT_PID = 0x1FFF, 0x0000, 0x0011
MOST_FAULTS = 50
CHUNK_PACKETS = 20_000
RESYNC_PACKETS = 3  # sync bytes in a row that are believed

_UNTIMED_PES = (0xBC, 0xBE, 0xBF, 0xF0, 0xF1, 0xF2, 0xF8, 0xFF)  # stream ids without the PES header fields


def packet_size(head: bytes) -> tuple[int, int] | None:
    """(packet size, place of the first sync byte) when a file begins as a transport stream does."""
    for size in PACKET_SIZES:
        lead = 4 if size == 192 else 0
        marks = head[lead : lead + 8 * size : size]
        if len(marks) >= RESYNC_PACKETS and set(marks) == {SYNC}:
            return size, lead
    return None


def check_transport(path: Path, size: int, lead: int) -> list[Fault]:
    """Faults in order of their place, for a stream of packets of `size` bytes from byte `lead` on."""
    with path.open("rb") as file:
        check = _Check(file, size)
        check.run(lead)
    return sorted(check.faults, key=lambda fault: fault.at)


class _Check:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size
        self.length = file.seek(0, 2)
        self.faults: list[Fault] = []
        self._counters: dict[int, int] = {}
        self._tables: set[int] = {PAT_PID, SDT_PID}
        self._streams: set[int] = set()
        self._units: dict[
            int, tuple[int, int, int]
        ] = {}  # pid → where its unit began, bytes said, bytes seen

    def run(self, at: int) -> None:
        while at < self.length and len(self.faults) < MOST_FAULTS:
            self.file.seek(at)
            data = np.frombuffer(self.file.read(CHUNK_PACKETS * self.size), np.uint8)
            whole = len(data) // self.size
            if whole == 0:
                # An M2TS packet's time code comes before its sync byte, so the last one ends early.
                if len(data) < 184:
                    self._fault("truncated", at, f"the file ends {len(data)} bytes into a packet")
                return
            block = data[: whole * self.size].reshape(whole, self.size)
            synced = block[:, 0] == SYNC
            good = whole if synced.all() else int(np.argmin(synced))
            self._packets(block[:good, :188], at)
            at += good * self.size
            if good < whole:
                found = self._resynchronise(at)
                self._fault("corrupt_data", at, "a packet does not begin with its sync byte", found)
                at = found

    def _resynchronise(self, at: int) -> int:
        """The next place from which sync bytes follow one another."""
        while at < self.length:
            self.file.seek(at + 1)
            window = self.file.read(64 * self.size)
            reach = len(window) - (RESYNC_PACKETS - 1) * self.size
            for place in range(max(0, reach)):
                if all(window[place + n * self.size] == SYNC for n in range(RESYNC_PACKETS)):
                    return at + 1 + place
            if reach <= 0:
                return self.length
            at += reach
        return self.length

    def _packets(self, packets: NDArray[np.uint8], at: int) -> None:
        if not len(packets):
            return
        heads = packets[:, 1:4].astype(np.int64)
        pids = (heads[:, 0] & 0x1F) << 8 | heads[:, 1]
        control, counters = heads[:, 2] >> 4 & 3, heads[:, 2] & 15
        adapted = control >= 2
        # payload begins after the four header bytes and the adaptation field with its length byte
        begins = np.where(adapted, 5 + packets[:, 4].astype(np.int64), 4)
        limit = np.where(control == 2, 188, 187)
        jumps = adapted & (packets[:, 4] > 0) & (packets[:, 5] & 0x80 != 0)
        for wrong, reason in (
            (heads[:, 0] & 0x80 != 0, "a packet is marked as received wrong"),
            (control == 0, "a packet says that it holds nothing"),
            (adapted & (begins > limit), "an adaptation field is longer than its packet"),
        ):
            for index in np.flatnonzero(wrong & (pids != NULL_PID))[:MOST_FAULTS].tolist():
                self._fault("corrupt_data", at + index * self.size, reason)
        filled = (control & 1 == 1) & (begins < 188)
        lengths = np.where(filled, 188 - begins, 0)
        starts = filled & (heads[:, 0] & 0x40 != 0)
        used = [pid for pid in np.unique(pids).tolist() if pid != NULL_PID]
        # Tables first: they say which of the others are streams.
        for pid in sorted(used, key=lambda one: (one not in self._tables, one)):
            rows = np.flatnonzero(pids == pid)
            self._continuity(pid, rows, counters[rows], filled[rows], jumps[rows], at)
            totals = np.cumsum(lengths[rows])
            before = 0
            for number in np.flatnonzero(starts[rows]).tolist():
                row = int(rows[number])
                payload = packets[row, begins[row] :].tobytes()
                reached = int(totals[number]) - len(payload)
                self._start(pid, payload, reached - before, at + row * self.size)
                before = reached + len(payload)
                if len(self.faults) >= MOST_FAULTS:
                    return
            self._add(pid, int(totals[-1]) - before)

    def _continuity(
        self,
        pid: int,
        rows: NDArray[np.int64],
        counters: NDArray[np.int64],
        filled: NDArray[np.bool_],
        jumps: NDArray[np.bool_],
        at: int,
    ) -> None:
        """A counter goes up by one with every payload; a packet may come twice (2.4.3.3)."""
        last = self._counters.get(pid)
        before = np.concatenate([[counters[0] if last is None else last], counters[:-1]])
        self._counters[pid] = int(counters[-1])
        right = jumps | (counters == before) | (filled & (counters == (before + 1) % 16))
        for number in np.flatnonzero(~right)[:MOST_FAULTS].tolist():
            lost = (int(counters[number]) - int(before[number]) - 1) % 16
            reason = f"{lost} packets of stream {pid:#x} are missing or out of order"
            self._fault("missing_frames", at + int(rows[number]) * self.size, reason)

    def _start(self, pid: int, payload: bytes, carried: int, place: int) -> None:
        """A packet that begins a table or a unit; `carried`: bytes of the one before since its own start."""
        if pid in self._tables:
            self._table(pid, payload, place)
        elif pid in self._streams:
            self._add(pid, carried)
            self._unit_ended(pid, place)
            self._unit(pid, payload, place)
        elif payload[:3] != b"\0\0\1":
            self._fault("corrupt_data", place, f"stream {pid:#x} is in no table")

    def _add(self, pid: int, count: int) -> None:
        if pid in self._units:
            began, said, seen = self._units[pid]
            self._units[pid] = began, said, seen + count

    def _table(self, pid: int, payload: bytes, place: int) -> None:
        section = payload[1 + payload[0] :] if payload else b""
        if len(section) < 3:
            self._fault("bad_header", place, f"table {pid:#x} does not begin where it says")
            return
        length = 3 + (int.from_bytes(section[1:3], "big") & 0xFFF)
        if length > len(section):
            if length > 1024 + 3:
                self._fault("bad_header", place, f"table {pid:#x} says {length} bytes")
            return  # goes on in the next packet: FFmpeg joins and checks it
        section = section[:length]
        if _crc32_mpeg(section) != 0:
            self._fault("bad_header", place, f"table {pid:#x} does not match its own CRC-32")
        elif section[0] == 0:  # programme association
            for at in range(8, length - 4, 4):
                number, table = (int.from_bytes(section[at + n : at + n + 2], "big") for n in (0, 2))
                if number:
                    self._tables.add(table & 0x1FFF)
        elif section[0] == 2:  # programme map
            at = 12 + (int.from_bytes(section[10:12], "big") & 0xFFF)
            while at + 5 <= length - 4:
                self._streams.add(int.from_bytes(section[at + 1 : at + 3], "big") & 0x1FFF)
                at += 5 + (int.from_bytes(section[at + 3 : at + 5], "big") & 0xFFF)

    def _unit(self, pid: int, payload: bytes, place: int) -> None:
        """A PES packet's header (2.4.3.6): start code, length, and the marker bits of its timestamps."""
        if payload[:3] != b"\0\0\1" or len(payload) < 9:
            self._fault("corrupt_data", place, f"a unit of stream {pid:#x} does not begin with a start code")
            self._units.pop(pid, None)
            return
        said = int.from_bytes(payload[4:6], "big")
        self._units[pid] = place, said, len(payload) - 6
        if payload[3] in _UNTIMED_PES:
            return
        flags, length = payload[7] >> 6, payload[8]
        stamps = payload[9 : 9 + (0, 0, 5, 10)[flags]]
        prefixes = {0: (), 1: (), 2: (2,), 3: (3, 1)}[flags]
        right = payload[6] >> 6 == 2 and flags != 1 and length >= len(stamps)
        for index, prefix in enumerate(prefixes):
            stamp = stamps[5 * index : 5 * index + 5]
            right = right and len(stamp) == 5 and stamp[0] >> 4 == prefix
            right = right and all(stamp[n] & 1 for n in (0, 2, 4))
        if not right:
            self._fault("bad_timestamps", place, f"the header of a unit of stream {pid:#x} is not one")

    def _unit_ended(self, pid: int, place: int) -> None:
        began, said, seen = self._units.pop(pid, (0, 0, 0))
        if said and said != seen:
            self._fault(
                "corrupt_data", began, f"a unit of stream {pid:#x} says {said} bytes and has {seen}", place
            )

    def _fault(self, kind: FaultKind, at: int, reason: str, end: int | None = None) -> None:
        self.faults.append(Fault(kind, at, reason, end))


def _crc32_mpeg(data: bytes) -> int:
    """CRC-32 of 13818-1 annex A (not reflected); 0 over a section with its own CRC at the end."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _CRC_TABLE[crc >> 24 ^ byte]
    return crc


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 & 0xFFFFFFFF) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value)
    return tuple(table)


_CRC_TABLE = _crc_table()
