"""Opens the compound file (Microsoft MS-CFB) an AAF is, once it is seen to be whole and no trap."""

from __future__ import annotations

import os
import struct
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aaf2.exceptions import AAFError
from aaf2.file import AAFFile

from answerprint.core.errors import FormatError

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA  # MAXREGSECT: above it are marks, not sectors
_END = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_ENTRY = 128  # bytes of a directory entry; its stream's size are the last eight
_IN_HEADER = 109  # places of sectors of the allocation table
_REMEDY = "copy or export it again"

# What the library raises over bytes that are no AAF: it checks little, and fails wherever it meets them.
_BROKEN = (
    AAFError, ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError,
    NotImplementedError, OSError, RecursionError, TypeError, ValueError, struct.error,
)  # fmt: skip


@contextmanager
def opened(data: bytes, file: str | None) -> Iterator[Any]:
    """The file in these bytes, to be read inside the block.

    Raises FormatError AP-FORMAT-640 for bytes that are no AAF, 641 for a file that is cut off, 642 for one
    that is damaged.
    """
    check(data, file)
    with tempfile.TemporaryFile() as copy:  # the library reads from files alone
        copy.write(data)
        copy.flush()
        found = AAFFile.__new__(AAFFile)
        try:
            found.__init__(os.dup(copy.fileno()), "r")
            yield found
        except _BROKEN as error:
            raise FormatError(
                "AP-FORMAT-642",
                f"this AAF is damaged: {type(error).__name__} {error}".rstrip(),
                file=file,
                remedy=_REMEDY,
            ) from error
        finally:  # it does not close what it could not read
            if hasattr(found, "f"):
                found.f.close()


def check(data: bytes, file: str | None) -> None:
    """Raises FormatError AP-FORMAT-640, 641 or 642 where the container is none, or not whole: the library
    fills up what is missing with zeros, and takes as much memory as a stream says it is long."""
    if len(data) < 512 or not data.startswith(_MAGIC):
        raise FormatError("AP-FORMAT-640", "this is no AAF file: no compound file begins it", file=file)
    order, shift = struct.unpack_from("<2H", data, 28)
    if order != 0xFFFE or shift not in (9, 12):
        raise _damaged(f"sectors of 2^{shift} bytes", file)
    size = 1 << shift
    sectors = -(-len(data) // size) - 1
    directory, allocation = struct.unpack_from("<2I", data, 40)
    minis, _, tables = struct.unpack_from("<3I", data, 64)
    if max(directory, allocation, minis, tables) > sectors:
        raise _cut_off(f"its header counts more sectors than its {sectors}", file)
    table = _table(data, size, sectors, tables, file)
    used = next((at for at in range(len(table) - 1, -1, -1) if table[at] != _FREE), -1)
    if used >= sectors:
        raise _cut_off(f"it ends in sector {sectors} of {used + 1}", file)
    _check_directory(data, size, table, file)


def _table(data: bytes, size: int, sectors: int, tables: int, file: str | None) -> array[int]:
    """The allocation table: for every sector the next of its chain."""
    places = list(struct.unpack_from(f"<{_IN_HEADER}I", data, 76))
    (more,) = struct.unpack_from("<I", data, 68)
    for _ in range(tables):
        if more > _LAST_SECTOR:
            break
        here = struct.unpack_from(f"<{size // 4}I", _sector(data, size, more, file))
        places += here[:-1]
        more = here[-1]
    table = array("I")
    for place in places:
        if place <= _LAST_SECTOR:
            table.frombytes(_sector(data, size, place, file))
    if not table or len(table) > (sectors + 1) * size:
        raise _damaged("its allocation table", file)
    if struct.pack("=I", 1) != struct.pack("<I", 1):
        table.byteswap()
    return table


def _check_directory(data: bytes, size: int, table: array[int], file: str | None) -> None:
    (at,) = struct.unpack_from("<I", data, 48)
    seen = 0
    while at != _END:
        if at >= len(table) or seen > len(table):
            raise _damaged("its directory", file)
        sector = _sector(data, size, at, file)
        for place in range(0, size, _ENTRY):
            kind, (length,) = sector[place + 66], struct.unpack_from("<Q", sector, place + 120)
            if kind and length > len(data):
                raise _damaged(f"a stream of {length} bytes in a file of {len(data)}", file)
        at = table[at]
        seen += 1


def _sector(data: bytes, size: int, sector: int, file: str | None) -> bytes:
    found = data[(sector + 1) * size : (sector + 2) * size]
    if len(found) < size:
        raise _cut_off(f"sector {sector} is not there", file)
    return found


def _damaged(what: str, file: str | None) -> FormatError:
    return FormatError("AP-FORMAT-642", f"this AAF is damaged: {what}", file=file, remedy=_REMEDY)


def _cut_off(what: str, file: str | None) -> FormatError:
    return FormatError("AP-FORMAT-641", f"this AAF is cut off: {what}", file=file, remedy=_REMEDY)
