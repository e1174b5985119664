"""AVCHD playlists (.MPL, .MPLS): which streams were recorded without a break, and how long each is."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import msgspec

from answerprint.core.errors import FormatError
from answerprint.core.time import Time
from answerprint.formats.text import read_head

TICKS = Fraction(45_000)  # a second
LIMIT = 4 * 2**20  # bytes; a playlist of a full card is some kilobytes
_SEAMLESS = (5, 6)  # connection_condition: this stream goes on where the one before it ended
_ITEM = struct.Struct(">H5s4sHBII")


class PlayItem(msgspec.Struct, frozen=True):
    """One stream of a playlist."""

    stream: str  # "00003": STREAM/00003.MTS
    start: Time
    duration: Time
    continues: bool  # without a break from the item before


def read_playlist(path: Path) -> tuple[PlayItem, ...]:
    """The items of a playlist. Raises UsageError AP-USE-010, FormatError AP-FORMAT-202 for a damaged one."""
    return parse_playlist(read_head(path, LIMIT), file=str(path))


def parse_playlist(data: bytes, *, file: str = "") -> tuple[PlayItem, ...]:
    """As `read_playlist`, from bytes (the layout of BDMV playlists, version 0100 to 0300)."""
    if data[:4] != b"MPLS" or len(data) < 12:
        raise _damaged(file, 0)
    at = int.from_bytes(data[8:12], "big")
    if at + 10 > len(data):
        raise _damaged(file, at)
    count = int.from_bytes(data[at + 6 : at + 8], "big")
    at += 10
    items: list[PlayItem] = []
    for _ in range(count):
        if at + _ITEM.size > len(data):
            raise _damaged(file, at)
        length, name, _codec, flags, _clock, start, end = _ITEM.unpack_from(data, at)
        if end < start or not name.isdigit() or length < _ITEM.size - 2:
            raise _damaged(file, at)
        items.append(
            PlayItem(name.decode(), Time(start, TICKS), Time(end - start, TICKS), flags & 15 in _SEAMLESS)
        )
        at += 2 + length
    return tuple(items)


def _damaged(file: str, at: int) -> FormatError:
    return FormatError(
        "AP-FORMAT-202",
        "is no AVCHD playlist, or a damaged one",
        file=file,
        at=f"byte {at}",
        remedy="copy it from the card again; the streams themselves can still be used",
    )
