"""Writing that survives: fsync, rename into place, and a full disk told as what it is."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from answerprint.core.errors import StoreError

FULL = (errno.ENOSPC, errno.EDQUOT)
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)


def display_name(path: str | os.PathLike[str]) -> str:
    """A path as it can be printed: bytes that are not UTF-8 as `\\xff`, control characters escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


@contextmanager
def coded_writing(path: Path) -> Iterator[None]:
    """Turns a full disk (AP-STORE-009) and a refused write (AP-STORE-010) into coded errors.

    Other OSErrors pass through: they are not about the place.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise disk_full(path) from error
        if error.errno in REFUSED:
            raise not_writable(path, error) from error
        raise


def disk_full(path: Path) -> StoreError:
    return StoreError(
        "AP-STORE-009",
        "the disk is full",
        file=display_name(path),
        remedy="free some space and run the same command again: what was finished is kept",
    )


def not_writable(path: Path, error: OSError) -> StoreError:
    reason = (error.strerror or type(error).__name__).lower()
    return StoreError(
        "AP-STORE-010",
        f"cannot be written: {reason}",
        file=display_name(path),
        remedy="check the folder's owner and permissions",
    )


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces a file at once: a reader, and a power cut, see the old bytes or the new ones.

    Raises StoreError AP-STORE-009 when the disk is full; the old file is then untouched.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.aside")
    with coded_writing(path):
        try:
            with aside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes renames and new names in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def free_space_check(path: Path, needed_bytes: int) -> None:
    """Raises StoreError AP-STORE-008 when the disk that holds (or would hold) path has less free space."""
    existing = path
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    free = shutil.disk_usage(existing).free
    if free < needed_bytes:
        raise StoreError(
            "AP-STORE-008",
            f"not enough free space: about {_amount(needed_bytes)} needed, {_amount(free)} free",
            file=display_name(path),
            remedy="free some space, or put the production on a larger disk",
        )


def _amount(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def not_readable(path: Path, error: OSError) -> StoreError:
    reason = (error.strerror or type(error).__name__).lower()
    return StoreError(
        "AP-STORE-010",
        f"cannot be read: {reason}",
        file=display_name(path),
        remedy="check the owner and permissions, and that the disk is there",
    )
