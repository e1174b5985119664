"""Faults of an ISO media or QuickTime file's sample tables (ISO/IEC 14496-12, 8.6 to 8.8), cross-checked."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.media.boxes import Box, read_box, walk_boxes
from answerprint.media.faults import Fault, FaultKind

LARGEST_TABLE = 256 << 20  # bytes of one table that are read
MOST_TIMED = 4_000_000  # samples whose times are laid out one by one: 18 hours at 60 a second
TIMES_APART = 0.02  # a track's declared length and the sum of its samples may differ by this share

_ENTRY = {"stts": 8, "ctts": 8, "stsc": 12, "stco": 4, "co64": 8, "stss": 4}
_REQUIRED = (
    *((name,) for name in ("tkhd", "mdhd", "hdlr", "stsd", "stts", "stsc", "stsz")),
    ("stco", "co64"),
)
_HANDLERS = {"vmhd": (b"vide", b"pict", b"auxv"), "smhd": (b"soun",)}

Table = NDArray[np.int64]


@dataclass
class _Track:
    """One trak's boxes and the tables read from them."""

    number: int
    boxes: dict[str, Box] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    samples: int | None = None
    each: int = 0  # bytes of every sample, when all are of one size
    sizes: Table | None = None  # bytes of each sample otherwise
    timescale: int = 0
    duration: int = 0

    def at(self, name: str) -> int:
        box = self.boxes.get(name, self.boxes.get("trak"))
        return box.offset if box else 0


def check_sample_tables(path: Path) -> list[Fault]:
    """Faults of the boxes and of the tables, in order of their place (a fragmented file has none)."""
    boxes, box_faults = walk_boxes(path)
    faults = list(box_faults)
    if not any(box.name == "moov" for box in boxes):
        if not any(box.name in ("moof", "meta") for box in boxes):
            faults.append(Fault("truncated", 0, "it has no moov box: the recording was never closed"))
        return sorted(faults, key=lambda fault: fault.at)
    fragmented = any(box.name == "mvex" for box in boxes)
    media = [(box.data, box.end) for box in boxes if box.path == "mdat"]
    chunks: list[NDArray[np.int64]] = []
    for track in _tracks(boxes):
        reader = _Reader(path, track, faults)
        reader.read()
        if not fragmented and track.samples is not None:
            reader.counts()
            reader.times()
            chunks.append(reader.chunks())
    if chunks:
        _places(np.concatenate(chunks), media, faults)
    return sorted(faults, key=lambda fault: fault.at)


def media_length(path: Path, track_id: int) -> Fraction | None:
    """How long a track's media header says that all its samples last, in seconds; None where it does not."""
    for track in _tracks(walk_boxes(path)[0]):
        header = read_box(path, track.boxes["tkhd"], 24) if "tkhd" in track.boxes else b""
        at = 20 if header[:1] == b"\1" else 12  # after times of 8 or of 4 bytes
        if int.from_bytes(header[at : at + 4], "big") != track_id:
            continue
        reader = _Reader(path, track, [])
        reader.media_header()
        return Fraction(track.duration, track.timescale) if track.timescale else None
    return None


def _tracks(boxes: Sequence[Box]) -> list[_Track]:
    tracks: list[_Track] = []
    for box in boxes:
        if box.path == "moov/trak":
            tracks.append(_Track(len(tracks), {"trak": box}))
        elif box.path.startswith("moov/trak/") and tracks:
            tracks[-1].boxes.setdefault(box.name, box)
    return tracks


class _Reader:
    def __init__(self, path: Path, track: _Track, faults: list[Fault]) -> None:
        self.path, self.track, self.faults = path, track, faults

    def read(self) -> None:
        """Read every table of the track; a count that does not fit its box is a fault."""
        track = self.track
        for names in _REQUIRED:
            if not any(name in track.boxes for name in names):
                self._fault("bad_header", names[0], "is missing")
        for name, width in _ENTRY.items():
            box = track.boxes.get(name)
            if box is None:
                continue
            raw = read_box(self.path, box, LARGEST_TABLE)
            count = int.from_bytes(raw[4:8], "big")
            if len(raw) < 8 or 8 + count * width != len(raw):
                self._fault("bad_header", name, f"says {count} entries in {max(0, len(raw) - 8)} bytes")
                count = max(0, min(count, (len(raw) - 8) // width))
            kind = ">i8" if name == "co64" else ">u4"
            table = np.frombuffer(raw, kind, count * width // np.dtype(kind).itemsize, 8)
            track.tables[name] = table.astype(np.int64).reshape(
                count, max(1, width // np.dtype(kind).itemsize)
            )
        self._sizes()
        self.media_header()
        for header, handlers in _HANDLERS.items():
            if header in track.boxes and "hdlr" in track.boxes:
                kind_of = read_box(self.path, track.boxes["hdlr"], 12)[8:12]
                if kind_of not in handlers:
                    self._fault("bad_header", "hdlr", f"says {kind_of!r} over a {header} header")

    def _sizes(self) -> None:
        box = self.track.boxes.get("stsz")
        if box is None:
            return
        raw = read_box(self.path, box, LARGEST_TABLE)
        if len(raw) < 12:
            self._fault("bad_header", "stsz", "is too short")
            return
        each, count = struct.unpack(">II", raw[4:12])
        if each == 0 and 12 + 4 * count != len(raw):
            self._fault("bad_header", "stsz", f"says {count} samples in {len(raw) - 12} bytes")
            count = min(count, (len(raw) - 12) // 4)
        self.track.samples, self.track.each = count, each
        if not each:
            self.track.sizes = np.frombuffer(raw, ">u4", count, 12).astype(np.int64)

    def media_header(self) -> None:
        """Read the track's time scale and length."""
        box = self.track.boxes.get("mdhd")
        raw = read_box(self.path, box, 32) if box else b""
        if len(raw) >= 20 and raw[0] == 0:
            self.track.timescale, self.track.duration = struct.unpack(">II", raw[12:20])
        elif len(raw) >= 32 and raw[0] == 1:
            self.track.timescale, self.track.duration = struct.unpack(">IQ", raw[20:32])
        if not self.track.timescale:
            self._fault("bad_header", "mdhd", "has no time scale")

    def counts(self) -> None:
        """The tables must speak of the same number of samples."""
        track, tables = self.track, self.track.tables
        samples = track.samples
        for name in ("stts", "ctts"):
            if name in tables and int(tables[name][:, 0].sum()) != samples:
                total = int(tables[name][:, 0].sum())
                self._fault("bad_header", name, f"times {total} samples; there are {samples}")
        keys = tables.get("stss")
        if keys is not None and len(keys):
            ascending = (np.diff(keys[:, 0]) > 0).all()
            if not ascending or keys[0, 0] < 1 or keys[-1, 0] > samples:
                self._fault("bad_header", "stss", "does not list samples of this track in order")
        runs, offsets = tables.get("stsc"), self._offsets()
        if runs is None or offsets is None or not len(runs):
            return
        described = read_box(self.path, track.boxes["stsd"], 8) if "stsd" in track.boxes else b""
        if (
            len(described) == 8
            and not ((runs[:, 2] >= 1) & (runs[:, 2] <= int.from_bytes(described[4:], "big"))).all()
        ):
            self._fault("bad_header", "stsc", "names a sample description that is not there")
        firsts = runs[:, 0]
        if firsts[0] != 1 or (np.diff(firsts) <= 0).any() or firsts[-1] > len(offsets):
            self._fault("bad_header", "stsc", "does not list this track's chunks in order")
        elif int((np.diff(np.append(firsts, len(offsets) + 1)) * runs[:, 1]).sum()) != samples:
            self._fault("bad_header", "stsc", f"does not share {samples} samples among {len(offsets)} chunks")

    def times(self) -> None:
        """Durations must add up, and no two pictures may be shown at once."""
        track, tables = self.track, self.track.tables
        steps = tables.get("stts")
        if steps is None or not len(steps):
            return
        total = int((steps[:, 0] * steps[:, 1]).sum())
        usual = int(steps[np.argmax(steps[:, 0]), 1])
        # The last picture's length is the writer's guess, as long as any that comes more than once.
        lengths, times = np.unique(steps[:, 1], return_counts=True)
        guess = int(lengths[times > 1].max(initial=0))
        if abs(total - track.duration) > max(2 * usual, guess, TIMES_APART * track.duration):
            reason = f"its samples last {total} ticks, the track says {track.duration}"
            self._fault("bad_timestamps", "stts", reason)
        shifts = tables.get("ctts")
        if shifts is None or track.samples is None or track.samples > MOST_TIMED:
            return
        if {int(steps[:, 0].sum()), int(shifts[:, 0].sum())} != {track.samples}:
            return  # told already: nothing can be laid against anything
        decode = np.cumsum(np.repeat(steps[:, 1], steps[:, 0])) - np.repeat(steps[:, 1], steps[:, 0])
        signed = np.where(shifts[:, 1] > 0x7FFFFFFF, shifts[:, 1] - (1 << 32), shifts[:, 1])
        shown = decode + np.repeat(signed, shifts[:, 0])
        if len(np.unique(shown)) < len(shown):
            self._fault("bad_timestamps", "ctts", "shows two pictures at the same time")
        elif len(steps) == 1 and usual and ((shown - shown[0]) % usual).any():
            self._fault("bad_timestamps", "ctts", "shows pictures between the frames of a constant rate")

    def chunks(self) -> NDArray[np.int64]:
        """(chunks, 2) first and last byte of each chunk, where the tables agree well enough to tell."""
        track, runs, offsets = self.track, self.track.tables.get("stsc"), self._offsets()
        none = np.zeros((0, 2), np.int64)
        if runs is None or offsets is None or not len(runs):
            return none
        firsts = np.append(runs[:, 0], len(offsets) + 1)
        lengths = np.diff(firsts)
        if (lengths <= 0).any() or int((lengths * runs[:, 1]).sum()) != track.samples:
            return none
        per_chunk = np.repeat(runs[:, 1], lengths)
        ends = np.cumsum(per_chunk)
        if track.sizes is None:
            return np.stack([offsets, offsets + per_chunk * track.each], axis=1)
        bytes_before = np.concatenate([[0], np.cumsum(track.sizes)])
        sizes = bytes_before[ends] - bytes_before[ends - per_chunk]
        return np.stack([offsets, offsets + sizes], axis=1)

    def _offsets(self) -> NDArray[np.int64] | None:
        table = self.track.tables.get("stco", self.track.tables.get("co64"))
        return table[:, 0] if table is not None and len(table) else None

    def _fault(self, kind: FaultKind, name: str, reason: str) -> None:
        text = f"track {self.track.number + 1}, table {name!r}: {reason}"
        self.faults.append(Fault(kind, self.track.at(name), text))


def _places(chunks: NDArray[np.int64], media: Sequence[tuple[int, int]], faults: list[Fault]) -> None:
    """Every chunk must lie inside an mdat, and none over another."""
    chunks = chunks[np.argsort(chunks[:, 0], kind="stable")]
    inside = np.zeros(len(chunks), bool)
    for start, end in media:
        inside |= (chunks[:, 0] >= start) & (chunks[:, 1] <= end)
    if media and not inside.all():
        at, end = (int(one) for one in chunks[np.argmin(inside)])
        count = int((~inside).sum())
        faults.append(Fault("truncated", at, f"{count} chunks of samples lie outside the media data", end))
    over = np.flatnonzero(chunks[1:, 0] < chunks[:-1, 1])
    distinct = over[(chunks[over + 1] != chunks[over]).any(axis=1)]  # a chunk used twice is no fault
    if len(distinct):
        at = int(chunks[distinct[0] + 1, 0])
        faults.append(Fault("bad_header", at, f"{len(distinct)} chunks of samples lie over one another"))
