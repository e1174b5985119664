"""Files known by the BLAKE3 hash of their bytes, under `.answerprint/objects`.

An object appears by rename after its bytes are on the disk, so whatever is there is whole. Objects are
read-only; the same bytes are kept once.
"""

from __future__ import annotations

import errno
import itertools
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

from answerprint.core.errors import StoreError
from answerprint.store.disk import coded_writing, display_name, sync_folder

BLOCK = 4 << 20  # bytes read at a time: enough for BLAKE3 to use several threads
FAN_OUT = 2  # leading hex digits that name the folder: 256 folders
READ_ONLY = 0o444
_DIGEST = re.compile("[0-9a-f]{64}")


def hash_bytes(data: bytes) -> str:
    """The BLAKE3 hash, 64 hex digits."""
    return blake3(data).hexdigest()


def hash_file(path: Path) -> str:
    """The BLAKE3 hash of a file's bytes, 64 hex digits. Raises OSError.

    Read in blocks, not mapped: a card pulled out or a file cut short while mapped would kill the process.
    """
    with path.open("rb", buffering=0) as file:
        return _hash_stream(file, None)


class ObjectStore:
    """The objects of a production. root: its `.answerprint` folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._objects = root / "objects"
        self._aside = root / "aside"
        self._counter = itertools.count(1)

    def path(self, digest: str) -> Path:
        """Where the object lies. Raises StoreError AP-STORE-011 when it is not there."""
        place = self._place(digest)
        if not place.is_file():
            raise StoreError(
                "AP-STORE-011",
                f"object {digest} is missing",
                file=display_name(place),
                remedy="delete the .answerprint folder and run again: it is rebuilt",
            )
        return place

    def has(self, digest: str) -> bool:
        # Asked thousands of times when nothing changed: a string, not a Path (four times the cost).
        return os.access(self._name(digest), os.F_OK)

    def read(self, digest: str) -> bytes:
        """The object's bytes. Raises StoreError AP-STORE-011 when it is not there."""
        try:
            with open(self._name(digest), "rb") as file:  # noqa: PTH123  # as in has(): read by the thousand
                return file.read()
        except FileNotFoundError:
            return self.path(digest).read_bytes()  # which says what is missing

    def verify(self, digest: str) -> None:
        """Reads the object through. Raises StoreError AP-STORE-012 when its bytes have changed."""
        place = self.path(digest)
        if hash_file(place) != digest:
            raise StoreError(
                "AP-STORE-012",
                f"object {digest} has changed on the disk",
                file=display_name(place),
                remedy="delete that file and run again; if it comes back, the disk is failing",
            )

    def put_bytes(self, data: bytes) -> str:
        """Keeps the bytes; their digest. Raises StoreError AP-STORE-009 when the disk is full."""
        digest = hash_bytes(data)
        if not self.has(digest):
            with coded_writing(self.root):
                folder = self.temporary()
                try:
                    aside = folder / "bytes"
                    with aside.open("wb") as file:
                        file.write(data)
                    self._settle(aside, digest)
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
        return digest

    def put_file(self, path: Path, move: bool = True) -> str:
        """Keeps a file; its digest. With move the file itself is taken (a rename on the same disk).

        Raises StoreError AP-STORE-009 when the disk is full; the file then stays where it was.
        """
        with coded_writing(self.root):
            if move:
                digest = hash_file(path)
                if self.has(digest):
                    path.unlink()
                    return digest
                try:
                    self._settle(path, digest)
                    return digest
                except OSError as error:
                    if error.errno != errno.EXDEV:
                        raise
            digest = self._copy(path)
            if move:
                path.unlink()
            return digest

    def temporary(self) -> Path:
        """A new empty folder to write in, `aside/<pid>-<n>`: the sweeper knows whose it was."""
        with coded_writing(self.root):
            self._aside.mkdir(parents=True, exist_ok=True)
            for number in self._counter:
                folder = self._aside / f"{os.getpid()}-{number}"
                try:
                    folder.mkdir()
                except FileExistsError:  # left by an earlier process of the same number
                    continue
                return folder
        raise AssertionError("itertools.count ended")

    def digests(self) -> Iterator[tuple[str, int]]:
        """Every object and its size in bytes, sorted by digest."""
        if not self._objects.is_dir():
            return
        for folder in sorted(self._objects.iterdir()):
            for file in sorted(folder.iterdir()):
                yield folder.name + file.name, file.stat().st_size

    def remove(self, digest: str) -> None:
        """Forgets an object; nothing happens when it is not there."""
        self._place(digest).unlink(missing_ok=True)

    def abandoned(self) -> list[Path]:
        """Folders aside whose process is gone."""
        if not self._aside.is_dir():
            return []
        folders = sorted(self._aside.iterdir())
        return [folder for folder in folders if not _alive(folder.name.partition("-")[0])]

    def _place(self, digest: str) -> Path:
        return Path(self._name(digest))

    def _name(self, digest: str) -> str:
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is not a BLAKE3 digest")
        return f"{self._objects}{os.sep}{digest[:FAN_OUT]}{os.sep}{digest[FAN_OUT:]}"

    def _copy(self, path: Path) -> str:
        folder = self.temporary()
        try:
            aside = folder / "copy"
            with path.open("rb", buffering=0) as source, aside.open("wb") as copy:
                digest = _hash_stream(source, copy)
            if not self.has(digest):
                self._settle(aside, digest)
            return digest
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _settle(self, aside: Path, digest: str) -> None:
        """Bytes to the disk, then the name, then the folder: the order that makes a name mean whole bytes."""
        handle = os.open(aside, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        place = self._place(digest)
        if not place.parent.is_dir():
            place.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(self._objects)
        aside.chmod(READ_ONLY)
        aside.rename(place)
        sync_folder(place.parent)


def _hash_stream(source: BinaryIO, copy: BinaryIO | None) -> str:
    hasher = blake3(max_threads=blake3.AUTO)
    buffer = bytearray(BLOCK)
    view = memoryview(buffer)
    while count := source.readinto(view):  # type: ignore[attr-defined]  # raw files have it
        hasher.update(view[:count])
        if copy is not None:
            copy.write(view[:count])
    return hasher.hexdigest()


def _alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # someone else's, alive
        return True
    return True
