"""One file read once and written to several places at the same time, hashed on the way; and read back."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from answerprint.departments.footage.ingest.hashing import Checksums
from answerprint.departments.footage.ingest.listing import Entry

BLOCK = 4 << 20  # bytes read at a time
MANY = 8  # files that are worth a flush of the whole file system
_FOLLOW_NOTHING = getattr(os, "O_NOFOLLOW", 0)


class SourceChanged(Exception):
    """The source is not what it was when it was listed, or became another file while it was read."""


class Place(NamedTuple):
    """Where a copy goes: under a name of its own until it is whole and read back."""

    final: Path
    aside: Path


@dataclass
class Result:
    """What became of one place: written aside, the same bytes already there, or another file."""

    state: Literal["written", "same", "conflict"]
    error: OSError | None = None


class Outcome(NamedTuple):
    """The source's checksums, and what became of each place."""

    values: dict[str, str]
    results: list[Result]


def copy_file(
    source: Path,
    entry: Entry,
    places: Sequence[Place],
    formats: Sequence[str],
    passed: Callable[[int], None],
) -> Outcome:
    """Reads a file once; writes it aside wherever it is not yet, and compares it wherever it is.

    What an earlier run left aside is compared with the source as it is read, and gone on from its first
    difference or its end. passed: told of bytes read. Raises SourceChanged, and OSError of the source; an
    OSError of a place is in its result.
    """
    handle = os.open(source, os.O_RDONLY | _FOLLOW_NOTHING)
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise SourceChanged("is no regular file any more")
        if (before.st_size, before.st_mtime_ns) != (entry.size, entry.modified):
            raise SourceChanged("changed since it was listed")
        sums = Checksums(formats)
        writers = [_Writer(one, entry.size) for one in places]
        try:
            count = _stream(handle, entry.size, sums, writers, passed)
            after = os.fstat(handle)
            same = (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
            if count != entry.size or not same:
                raise SourceChanged("changed while it was read")
        except BaseException as error:
            for one in writers:
                one.give_up(keep=not isinstance(error, SourceChanged))
            raise
        results = [one.finish() for one in writers]
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        return Outcome(sums.values(), results)
    finally:
        os.close(handle)


def make_durable(paths: Sequence[Path]) -> None:
    """Waits until files of one disk are on it. Raises OSError.

    Many small ones by one flush of their file system where there is such a call (Linux): a wait for each
    would take a hundred times as long.
    """
    flush = _syncfs() if len(paths) >= MANY else None
    for one in paths[:1] if flush is not None else paths:
        handle = os.open(one, os.O_RDONLY)
        try:
            if flush is None:
                os.fsync(handle)
            elif flush(handle):
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number))
        finally:
            os.close(handle)


def read_back(path: Path, sums: Checksums, passed: Callable[[int], None]) -> None:
    """Feeds a file to checksums, from the disk and not from memory where the system can be told to forget it
    (not on macOS, which may still have it). Raises OSError."""
    with path.open("rb", buffering=0) as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := file.read(BLOCK):
            sums.update(block)
            passed(len(block))


@cache
def _syncfs() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):
        return None
    return found


def _stream(
    handle: int, size: int, sums: Checksums, writers: Sequence[_Writer], passed: Callable[[int], None]
) -> int:
    """Reads to the end. Large files: hashing and writing one block go on while the next is read."""
    if size <= BLOCK:
        block = bytearray(size + 1)
        count = os.readv(handle, [block]) if size else 0
        view = memoryview(block)[:count]
        sums.update(view)
        for one in writers:
            one.take(view)
        passed(count)
        return count
    total = 0
    blocks = [bytearray(BLOCK), bytearray(BLOCK)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        waiting: list = []  # type: ignore[type-arg]
        at = 0
        while True:
            block = blocks[at]
            count = os.readv(handle, [block])
            for one in waiting:
                one.result()
            if not count:
                return total
            view = memoryview(block)[:count]
            waiting = [pool.submit(sums.update, view), pool.submit(_take_all, writers, view)]
            total += count
            passed(count)
            at = 1 - at


def _take_all(writers: Sequence[_Writer], view: memoryview) -> None:
    for one in writers:
        one.take(view)


class _Writer:
    """One place being written or compared."""

    def __init__(self, place: Place, size: int) -> None:
        self.place = place
        self.result = Result("written")
        self._handle = -1
        self._compared = False  # against what is already there under its final name
        self._resumed = False  # against what an earlier run left aside
        try:
            self._open(size)
        except OSError as error:
            self.result.error = error

    def _open(self, size: int) -> None:
        try:
            there = self.place.final.lstat()
        except FileNotFoundError:
            flags = os.O_RDWR | os.O_CREAT | _FOLLOW_NOTHING
            self._handle = os.open(self.place.aside, flags, 0o644)
            left = os.fstat(self._handle).st_size
            self._resumed = 0 < left <= size
            if left > size:
                os.ftruncate(self._handle, 0)
            return
        if not stat.S_ISREG(there.st_mode) or there.st_size != size:
            self.result.state = "conflict"
            return
        self._handle = os.open(self.place.final, os.O_RDONLY | _FOLLOW_NOTHING)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._handle, 0, 0, os.POSIX_FADV_DONTNEED)
        self._compared = True
        self.result.state = "same"

    def take(self, view: memoryview) -> None:
        if self.result.error is not None or self.result.state == "conflict":
            return
        try:
            if self._compared:
                if self._differs(view):
                    self.result.state = "conflict"
                return
            if self._resumed:
                view = self._go_on(view)
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as error:
            self.result.error = error

    def _differs(self, view: memoryview) -> bool:
        return bytes(view) != self._read(len(view))

    def _go_on(self, view: memoryview) -> memoryview:
        """What of a block is not yet there: after the end of what was left, or from a difference on."""
        at = os.lseek(self._handle, 0, os.SEEK_CUR)
        left = self._read(len(view))
        if left == view[: len(left)]:
            self._resumed = len(left) == len(view)
            return view[len(left) :]
        self._resumed = False
        os.lseek(self._handle, at, os.SEEK_SET)
        os.ftruncate(self._handle, at)
        return view

    def _read(self, count: int) -> bytes:
        parts = []
        while count and (block := os.read(self._handle, count)):
            parts.append(block)
            count -= len(block)
        return b"".join(parts)

    def finish(self) -> Result:
        if self._handle >= 0:
            try:
                if not self._compared and self.result.error is None:
                    os.ftruncate(self._handle, os.lseek(self._handle, 0, os.SEEK_CUR))
                os.close(self._handle)
            except OSError as error:
                self.result.error = self.result.error or error
            self._handle = -1
        if self.result.error is not None:
            self._remove()
        return self.result

    def give_up(self, *, keep: bool) -> None:
        if self._handle >= 0:
            with suppress(OSError):
                os.close(self._handle)
            self._handle = -1
        if not keep:
            self._remove()

    def _remove(self) -> None:
        """What is aside is ours; what stands under the final name is not."""
        if not self._compared:
            with suppress(OSError):
                self.place.aside.unlink()
