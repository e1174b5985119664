"""Writes poly-WAV files with bext and iXML, as a recorder does; the same input is the same bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.media.aside import written_aside
from answerprint.media.ixml import ProductionSound, write_ixml
from answerprint.media.wave import BEXT_FIXED, DS64_SIZE, EXTENSIBLE, FLOAT, PCM, UNKNOWN_SIZE

LARGEST_RIFF = 0xFFFFFFFE  # bytes after the first eight that a 32-bit size can still say
BEXT_VERSION = 1  # EBU Tech 3285 version 1: no loudness values
GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")  # KSDATAFORMAT_SUBTYPE_*, after the format tag


def write_wave(
    path: Path,
    samples: NDArray[np.float32] | Iterable[NDArray[np.float32]],
    rate: int,
    *,
    bits: Literal[16, 24, 32] = 24,
    time_reference: int | None = None,
    track_names: Sequence[str] = (),
    sound: ProductionSound | None = None,
    description: str = "",
    originator: str = "",
    date: str = "",
    time: str = "",
    coding_history: str = "",
) -> int:
    """Writes float32 samples (n, channels), whole or in blocks, as one wave file. Returns samples a channel.

    bits: 16 or 24 is PCM, 32 is float. time_reference: samples since midnight at the first one. bext is
    written when any of its values is given, iXML when there are track names or a `sound` (scene, take,
    timecode rate …). Over 4 GiB it becomes RF64 (EBU Tech 3306). Raises MediaError AP-MEDIA-050 when it
    cannot be written, AP-MEDIA-051 for blocks that do not fit together.
    """
    blocks = iter([samples] if isinstance(samples, np.ndarray) else samples)
    block = next(blocks, None)
    if block is None or block.ndim != 2 or not 0 < block.shape[1] <= 0xFFFF:
        raise MediaError("AP-MEDIA-051", "sound is written as (samples, channels)", file=str(path))
    channels = block.shape[1]
    if track_names:
        sound = (sound or ProductionSound()).with_tracks(track_names)
    frames = 0
    with written_aside(path) as aside, aside.open("wb") as file:
        file.write(b"RIFF\0\0\0\0WAVE")
        _write_chunk(file, b"JUNK", bytes(DS64_SIZE))  # becomes ds64 when the file outgrows RIFF
        _write_chunk(file, b"fmt ", _format_chunk(channels, rate, bits))
        if time_reference is not None or any((description, originator, date, time, coding_history)):
            texts = (description, originator, date, time, coding_history)
            _write_chunk(file, b"bext", _bext_chunk(time_reference or 0, *texts))
        if sound is not None:
            _write_chunk(file, b"iXML", write_ixml(sound, rate, bits, time_reference))
        file.write(b"data\0\0\0\0")
        start = file.tell()
        while block is not None:
            if block.ndim != 2 or block.shape[1] != channels:
                raise MediaError("AP-MEDIA-051", f"a block of {block.shape} is not {channels} channels")
            file.write(_stored(block, bits))
            frames += len(block)
            block = next(blocks, None)
        size = file.tell() - start
        file.write(b"\0" * (size % 2))
        _fill_in_sizes(file, start, size, channels * bits // 8)
    return frames


def _stored(samples: NDArray[np.float32], bits: int) -> bytes:
    if bits == 32:
        return bytes(samples.astype("<f4"))
    top = 1 << (bits - 1)
    whole = np.clip(np.rint(samples.astype(np.float64) * top), -top, top - 1).astype("<i4")
    if bits == 16:
        return bytes(whole.astype("<i2"))
    return bytes(np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :3])


def _write_chunk(file: BinaryIO, name: bytes, content: bytes) -> None:
    file.write(name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2))


def _format_chunk(channels: int, rate: int, bits: int) -> bytes:
    tag = FLOAT if bits == 32 else PCM
    block = channels * bits // 8
    plain = struct.pack("<HIIHH", channels, rate, rate * block, block, bits)
    if channels <= 2:
        return struct.pack("<H", tag) + plain
    # more than two channels want the extensible form; mask 0: tracks, not loudspeakers
    return struct.pack("<H", EXTENSIBLE) + plain + struct.pack("<HHIH", 22, bits, 0, tag) + GUID_TAIL


def _bext_chunk(
    reference: int, description: str, originator: str, date: str, time: str, history: str
) -> bytes:
    fixed = struct.pack(
        "<256s32s32s10s8sIIH",
        _cut_to(description, 256),
        _cut_to(originator, 32),
        b"",
        _cut_to(date, 10),
        _cut_to(time, 8),
        reference & 0xFFFFFFFF,
        reference >> 32,
        BEXT_VERSION,
    )
    return fixed.ljust(BEXT_FIXED, b"\0") + history.encode("utf-8")


def _cut_to(text: str, size: int) -> bytes:
    """At most `size` bytes of UTF-8, never ending inside a character."""
    return text.encode("utf-8")[:size].decode("utf-8", "ignore").encode("utf-8")


def _fill_in_sizes(file: BinaryIO, start: int, size: int, block: int) -> None:
    whole = file.tell() - 8
    if whole <= LARGEST_RIFF:
        for place, value in ((4, whole), (start - 4, size)):
            file.seek(place)
            file.write(struct.pack("<I", value))
        return
    file.seek(0)
    file.write(b"RF64" + struct.pack("<I", UNKNOWN_SIZE) + b"WAVE")
    file.write(b"ds64" + struct.pack("<IQQQI", DS64_SIZE, whole, size, size // block, 0))
    file.seek(start - 4)
    file.write(struct.pack("<I", UNKNOWN_SIZE))
