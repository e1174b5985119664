"""What lies in a folder, by names alone: files with size and time, empty folders, and what is not read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from answerprint.core.errors import UsageError
from answerprint.core.findings import Finding
from answerprint.formats.cameras.roles import JUNK_NAMES
from answerprint.store.disk import display_name

Refused = Literal["symlink", "special", "unreadable"]


class Entry(NamedTuple):
    """One file. path: POSIX, relative to the folder."""

    path: str
    size: int
    modified: int  # nanoseconds

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass
class Listing:
    """A folder's files in the order of their paths, its folders, and what was refused with the reason."""

    root: Path
    files: list[Entry] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)  # every folder below the root
    refused: list[tuple[str, Refused, str]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(one.size for one in self.files)

    def findings(self) -> list[Finding]:
        return [
            Finding(
                code=f"ingest.{kind}",
                message=f"{display_name(path)}: {reason}",
                severity="problem",
                subject=display_name(path),
                needs_a_person=True,
            )
            for path, kind, reason in self.refused
        ]


def list_folder(
    root: Path, *, keep: Callable[[str], bool] = lambda name: name.casefold() not in JUNK_NAMES
) -> Listing:
    """The files under a folder (or the one file given), without opening any.

    Links are not followed and special files are not read: both are listed as refused, and so is a folder that
    cannot be opened. keep: which names are looked at; the litter of operating systems is not.
    Raises UsageError AP-USE-211 when there is nothing there, AP-USE-212 when it cannot be read.
    """
    try:
        mode = root.stat().st_mode
    except OSError as error:
        raise UsageError("AP-USE-211", "there is no such file or folder", file=display_name(root)) from error
    if stat.S_ISREG(mode):
        found = root.stat()
        return Listing(root.parent, [Entry(root.name, found.st_size, found.st_mtime_ns)])
    if not stat.S_ISDIR(mode):
        raise UsageError("AP-USE-211", "is neither a file nor a folder", file=display_name(root))
    listing = Listing(root)
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder if folder else root) as entries:
                below = _scan(entries, folder, listing, keep)
        except OSError as error:
            if not folder:
                raise UsageError(
                    "AP-USE-212", f"cannot be read: {error.strerror}", file=display_name(root)
                ) from error
            listing.refused.append((folder, "unreadable", f"the folder cannot be read: {error.strerror}"))
            continue
        waiting += below
    listing.files.sort()
    listing.folders.sort()
    listing.refused.sort()
    return listing


def _scan(
    entries: os._ScandirIterator[str], folder: str, listing: Listing, keep: Callable[[str], bool]
) -> list[str]:
    below: list[str] = []
    for one in entries:
        if not keep(one.name):
            continue
        path = f"{folder}/{one.name}" if folder else one.name
        try:
            if one.is_symlink():
                listing.refused.append((path, "symlink", "is a link, and links are not followed"))
            elif one.is_dir(follow_symlinks=False):
                listing.folders.append(path)
                below.append(path)
            elif one.is_file(follow_symlinks=False):
                found = one.stat(follow_symlinks=False)
                listing.files.append(Entry(path, found.st_size, found.st_mtime_ns))
            else:
                listing.refused.append((path, "special", "is no regular file (a pipe, a socket or a device)"))
        except OSError as error:
            listing.refused.append((path, "unreadable", f"cannot be read: {error.strerror}"))
    return below
