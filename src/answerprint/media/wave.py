"""Wave files as recorders write them: RIFF, RF64 and BW64 chunks, bext (EBU Tech 3285) and iXML.

Read without any library, so that what a damaged header claims can be set against what is there.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.records import StartTimecode
from answerprint.core.time import Time
from answerprint.core.timecode import can_drop, format_timecode
from answerprint.media.ixml import ProductionSound, read_ixml

PCM, FLOAT, EXTENSIBLE = 0x0001, 0x0003, 0xFFFE  # mmreg.h
UNKNOWN_SIZE = 0xFFFFFFFF  # a 32-bit size that stands in ds64 instead, or was never filled in
BEXT_FIXED = 602  # bytes before the coding history, EBU Tech 3285
DS64_SIZE = 28  # EBU Tech 3306, without a table
HIGHEST_RATE = 768_000  # samples a second of the fastest converter sold
LARGEST_TEXT = 16 << 20  # bytes of bext or iXML that are read
BLOCK = 1 << 16  # samples a channel read at a time
_KNOWN = (  # chunks that follow one another in real files
    *(b"fmt ", b"data", b"bext", b"iXML", b"LIST", b"fact", b"JUNK", b"junk", b"PAD ", b"FLLR", b"cue "),
    *(b"smpl", b"umid", b"axml", b"chna", b"levl", b"minf", b"elm1", b"regn", b"id3 ", b"ID3 "),
)


@dataclass(frozen=True)
class WaveFormat:
    """The fmt chunk."""

    kind: Literal["pcm", "float", "other"]
    tag: int
    channels: int
    rate: int  # samples a second
    bits: int  # of one sample as stored
    block: int  # bytes of one sample of every channel
    valid_bits: int
    channel_mask: int = 0


@dataclass(frozen=True)
class BroadcastExtension:
    """The bext chunk, EBU Tech 3285."""

    description: str
    originator: str
    originator_reference: str
    date: str
    time: str
    time_reference: int  # samples since midnight at the first sample
    version: int
    umid: str  # hexadecimal, empty when absent
    coding_history: str


@dataclass(frozen=True)
class WaveFault:
    """Something in the file that contradicts itself or the file's length."""

    kind: Literal["truncated", "bad_header", "unfinished"]
    at: int  # byte
    reason: str


@dataclass(frozen=True)
class WaveChunk:
    id: str
    offset: int  # of its content
    size: int  # as declared


@dataclass(frozen=True)
class WaveChunks:
    """What a wave file says of itself, and where that is not so."""

    container: Literal["RIFF", "RF64", "BW64"]
    format: WaveFormat
    data_offset: int
    data_declared: int  # bytes
    data_actual: int  # bytes that are there
    chunks: tuple[WaveChunk, ...]
    bext: BroadcastExtension | None = None
    ixml: ProductionSound | None = None
    faults: tuple[WaveFault, ...] = ()

    @property
    def frames(self) -> int:
        """Whole samples a channel that are there."""
        return self.data_actual // self.format.block

    @property
    def track_names(self) -> tuple[str, ...]:
        """One name a channel, from iXML; empty when it names none. Unnamed channels are empty strings."""
        if self.ixml is None or not any(self.ixml.track_names):
            return ()
        names = self.ixml.track_names[: self.format.channels]
        return names + ("",) * (self.format.channels - len(names))

    @property
    def time_reference(self) -> int | None:
        """Samples since midnight at the first sample: bext's, else iXML's."""
        if self.bext is not None and (self.bext.time_reference or self.ixml is None):
            return self.bext.time_reference
        return self.ixml.timestamp if self.ixml else None


def read_wave_chunks(path: Path) -> WaveChunks:
    """The chunks of a wave file. Faults are listed; what leaves nothing to read is raised.

    Raises MediaError AP-MEDIA-040 (cannot be read), 041 (no wave file), 042 (no usable fmt chunk), 043 (no
    data chunk).
    """
    try:
        with path.open("rb") as file:
            return _Reader(file, path).read()
    except OSError as error:
        raise MediaError("AP-MEDIA-040", f"cannot be read: {error.strerror}", file=str(path)) from error


def read_wave_blocks(
    path: Path, wave: WaveChunks | None = None, *, start: int = 0, end: int | None = None, block: int = BLOCK
) -> Iterator[NDArray[np.float32]]:
    """Samples [start, end) as float32 blocks (n, channels), −1…1. Raises as read_wave_chunks, and MediaError
    AP-MEDIA-044 for samples that are neither PCM nor float."""
    wave = wave or read_wave_chunks(path)
    shape = wave.format
    convert = _converter(shape, path)
    last = wave.frames if end is None else min(end, wave.frames)
    with path.open("rb") as file:
        file.seek(wave.data_offset + start * shape.block)
        for place in range(start, last, block):
            data = file.read(min(block, last - place) * shape.block)
            yield convert(data).reshape(-1, shape.channels)


def start_timecode(
    wave: WaveChunks, rate: Fraction | None = None, drop: bool = False
) -> StartTimecode | None:
    """The timecode of the first sample, at iXML's rate, else at `rate`; None when the file gives neither.

    Samples since midnight count real time, so the frame is that time times the exact frame rate; a first
    sample between two frames has the label of the frame it lies in.
    """
    reference = wave.time_reference
    if wave.ixml is not None and wave.ixml.timecode_rate is not None:
        rate, drop = wave.ixml.timecode_rate, bool(wave.ixml.drop)
    if reference is None or rate is None:
        return None
    drop = drop and can_drop(rate)
    samples = wave.ixml.timestamp_rate if wave.ixml and wave.ixml.timestamp_rate else wave.format.rate
    # one sample's grace: a frame of 29.97 is 1601.6 samples of 48 kHz, so that recorders round its start
    frame = math.floor(Time(reference + 1, Fraction(samples)).seconds * rate)
    return StartTimecode(format_timecode(frame, rate, drop=drop), frame, rate, drop, "bwf")


class _Reader:
    """Walks the chunks of one file, keeping what contradicts itself."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.file, self.path = file, path
        self.length = file.seek(0, 2)
        self.faults: list[WaveFault] = []
        self.chunks: list[WaveChunk] = []
        self.sizes: dict[bytes, int] = {}  # 64-bit sizes of ds64

    def read(self) -> WaveChunks:
        head = self._at(0, 12)
        container = {b"RIFF": "RIFF", b"RF64": "RF64", b"BW64": "BW64"}.get(head[:4])
        if container is None or head[8:12] != b"WAVE":
            raise MediaError("AP-MEDIA-041", "this is no wave file", file=str(self.path), at="byte 0")
        self._walk()
        found = {chunk.id: chunk for chunk in reversed(self.chunks)}
        shape = self._format(found.get("fmt "))
        data = found.get("data")
        if data is None:
            raise MediaError(
                "AP-MEDIA-043",
                f"there is no sound in it: the header of {self.length} bytes holds "
                f"{', '.join(repr(chunk.id) for chunk in self.chunks)} and no data",
                file=str(self.path),
                remedy="copy it from the recorder again",
            )
        declared, actual = self._data(data, shape)
        declared_length = self.sizes.get(b"RIFF", struct.unpack("<I", head[4:8])[0]) + 8
        if declared_length > self.length + 1 and declared_length != UNKNOWN_SIZE + 8:
            self._fault("truncated", 4, f"the file says it has {declared_length} bytes and has {self.length}")
        elif declared_length + 1 < self.length:
            self._fault("bad_header", 4, f"{self.length - declared_length} bytes follow the file's own end")
        return WaveChunks(
            container=container,  # type: ignore[arg-type]  # one of the three keys above
            format=shape,
            data_offset=data.offset,
            data_declared=declared,
            data_actual=actual,
            chunks=tuple(self.chunks),
            bext=self._bext(found.get("bext")),
            ixml=self._ixml(found.get("iXML")),
            faults=tuple(self.faults),
        )

    def _walk(self) -> None:
        place = 12
        while place + 8 <= self.length:
            name, size = struct.unpack("<4sI", self._at(place, 8))
            if name == b"ds64":
                self._ds64(place + 8, size)
            size = self.sizes.get(name, size) if size == UNKNOWN_SIZE else size
            if not all(32 <= byte < 127 for byte in name):
                self._fault("bad_header", place, f"{name!r} is no chunk name; the rest is not read")
                return
            self.chunks.append(WaveChunk(name.decode("ascii"), place + 8, size))
            if name != b"data" and place + 8 + size > self.length:
                reason = f"chunk {name.decode()!r} says {size} bytes; {self.length - place - 8} are there"
                self._fault("bad_header", place, reason)
                return
            if name == b"data" and self._unfinished(place + 8, size):
                return  # what follows are samples
            after = place + 8 + size + size % 2
            if size % 2 and after < self.length and self._at(after - 1, 4) in _KNOWN:
                after -= 1  # written without its padding byte
            place = after

    def _format(self, chunk: WaveChunk | None) -> WaveFormat:
        if chunk is None or chunk.size < 16 or chunk.offset + chunk.size > self.length:
            reason = "it has no fmt chunk" if chunk is None else f"its fmt chunk says {chunk.size} bytes"
            raise MediaError(
                "AP-MEDIA-042",
                f"what its samples are cannot be known: {reason}",
                file=str(self.path),
                at=f"byte {chunk.offset - 8}" if chunk else None,
                remedy="copy it from the recorder again",
            )
        raw = self._at(chunk.offset, min(chunk.size, 40))
        tag, channels, rate, byte_rate, block, bits = struct.unpack("<HHIIHH", raw[:16])
        valid, mask, real_tag = bits, 0, tag
        if tag == EXTENSIBLE and len(raw) == 40:
            valid, mask, real_tag = struct.unpack("<HIH", raw[18:26])
        kind = {PCM: "pcm", FLOAT: "float"}.get(real_tag, "other")
        whole = channels * ((bits + 7) // 8)
        if not channels or not rate or not block or (kind != "other" and not bits):
            raise MediaError(
                "AP-MEDIA-042",
                f"what its samples are cannot be known: {channels} channels of {bits} bits at {rate} Hz",
                file=str(self.path),
                at=f"byte {chunk.offset}",
                remedy="copy it from the recorder again",
            )
        if rate > HIGHEST_RATE:
            self._fault("bad_header", chunk.offset + 4, f"no recorder samples at {rate} Hz")
        if kind != "other" and block != whole:
            self._fault(
                "bad_header",
                chunk.offset + 12,
                f"{channels} channels of {bits} bits take {whole} bytes, not {block}",
            )
            block = whole
        if kind != "other" and byte_rate != rate * block:
            reason = f"{rate} Hz × {block} bytes is not the {byte_rate} bytes a second it says"
            self._fault("bad_header", chunk.offset + 8, reason)
        return WaveFormat(kind, tag, channels, rate, bits, block, valid, mask)  # type: ignore[arg-type]

    def _data(self, chunk: WaveChunk, shape: WaveFormat) -> tuple[int, int]:
        there = self.length - chunk.offset
        if self._unfinished(chunk.offset, chunk.size):
            reason = "the recording was not finished: its length was never filled in"
            self._fault("unfinished", chunk.offset - 4, reason)
            return chunk.size, there
        if chunk.size > there:
            lost = (chunk.size - there + shape.block - 1) // shape.block
            self._fault(
                "truncated",
                chunk.offset - 4,
                f"the data says {chunk.size} bytes and {there} are there: {lost} samples are missing",
            )
        actual = min(chunk.size, there)
        if actual % shape.block:
            self._fault("bad_header", chunk.offset + actual, "the data ends inside a sample")
        return chunk.size, actual

    def _unfinished(self, offset: int, size: int) -> bool:
        """Whether the length of the data was never filled in: not given, or zero with samples after it."""
        if size == 0:
            return offset < self.length and self._at(offset, 4) not in _KNOWN
        return size == UNKNOWN_SIZE

    def _ds64(self, offset: int, size: int) -> None:
        raw = self._at(offset, min(size, DS64_SIZE))
        if len(raw) < 16:
            self._fault("bad_header", offset, "the ds64 chunk is too short to hold the sizes")
            return
        self.sizes[b"RIFF"], self.sizes[b"data"] = struct.unpack("<QQ", raw[:16])
        if len(raw) < DS64_SIZE:
            return
        entries = min(struct.unpack("<I", raw[24:28])[0], (size - DS64_SIZE) // 12, 1024)
        for index in range(entries):
            entry = self._at(offset + DS64_SIZE + 12 * index, 12)
            if len(entry) == 12:
                name, wide = struct.unpack("<4sQ", entry)
                self.sizes[name] = wide

    def _bext(self, chunk: WaveChunk | None) -> BroadcastExtension | None:
        if chunk is None:
            return None
        raw = self._at(chunk.offset, min(chunk.size, LARGEST_TEXT))
        if len(raw) < BEXT_FIXED:
            self._fault("bad_header", chunk.offset, f"the bext chunk has {len(raw)} of {BEXT_FIXED} bytes")
            return None
        low, high, version = struct.unpack("<IIH", raw[338:348])
        return BroadcastExtension(
            description=_text(raw[0:256]),
            originator=_text(raw[256:288]),
            originator_reference=_text(raw[288:320]),
            date=_text(raw[320:330]),
            time=_text(raw[330:338]),
            time_reference=high << 32 | low,
            version=version,
            umid=raw[348:412].rstrip(b"\0").hex() if version else "",
            coding_history=_text(raw[BEXT_FIXED:]),
        )

    def _ixml(self, chunk: WaveChunk | None) -> ProductionSound | None:
        if chunk is None:
            return None
        sound, reason = read_ixml(self._at(chunk.offset, min(chunk.size, LARGEST_TEXT)))
        if reason:
            self._fault("bad_header", chunk.offset, reason)
        return sound

    def _at(self, place: int, size: int) -> bytes:
        self.file.seek(place)
        return self.file.read(size)

    def _fault(self, kind: Literal["truncated", "bad_header", "unfinished"], at: int, reason: str) -> None:
        self.faults.append(WaveFault(kind, at, reason))


def _converter(shape: WaveFormat, path: Path) -> Callable[[bytes], NDArray[np.float32]]:
    width = shape.block // shape.channels
    if shape.kind == "float" and width in (4, 8):
        return lambda data: np.frombuffer(data, f"<f{width}").astype(np.float32)
    if shape.kind == "pcm" and width == 1:  # the one size that is unsigned
        return lambda data: (np.frombuffer(data, np.uint8).astype(np.float32) - 128) * np.float32(2**-7)
    if shape.kind == "pcm" and width == 2:
        return lambda data: np.frombuffer(data, "<i2").astype(np.float32) * np.float32(2**-15)
    if shape.kind == "pcm" and width == 3:
        return _from_24_bits
    if shape.kind == "pcm" and width == 4:
        return lambda data: (np.frombuffer(data, "<i4") * 2.0**-31).astype(np.float32)
    raise MediaError(
        "AP-MEDIA-044",
        f"samples of format {shape.tag:#06x} with {shape.bits} bits are neither PCM nor float",
        file=str(path),
        remedy="give it as a PCM wave file",
    )


def _from_24_bits(data: bytes) -> NDArray[np.float32]:
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
    return (wide.view("<i4").ravel() * 2.0**-31).astype(np.float32)


def _text(raw: bytes) -> str:
    """Text up to its first zero byte: UTF-8 where it is that, else Latin-1, which any byte is."""
    raw = raw.split(b"\0", 1)[0]
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip()
