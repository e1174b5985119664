"""What lies in a production's input folders, always in the same order whatever the file system says."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

from answerprint.store.disk import not_readable

if TYPE_CHECKING:
    from answerprint.store.production import Production

INPUT_FOLDERS = ("footage", "sound", "script", "music", "references")
# What systems and archivers leave behind. AppleDouble (`._name`) is hidden by its dot.
LITTER = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information"})
_BYTES = "bytes:"


def find_inputs(production: Production) -> list[Path]:
    """Every file in the input folders, folder by folder, names in byte order.

    Links are followed, each folder once however often it is linked. Hidden files, AppleDouble and systems'
    litter are left out, and so are sockets, pipes and devices. A link to nothing is listed: the footage is
    off-line, and whoever opens it says so. Names that are not UTF-8 keep their bytes (surrogateescape).
    Raises StoreError AP-STORE-010 for a folder that cannot be read: rushes are never left out in silence.
    """
    seen: set[tuple[int, int]] = set()
    return [file for name in INPUT_FOLDERS for file in _files(production.root / name, seen)]


def path_text(path: Path) -> str:
    """A path as a record can keep it: itself, or `bytes:` and percent-escapes when it is not UTF-8."""
    text = os.fspath(path)
    raw = os.fsencode(path)
    if text.startswith(_BYTES) or b"\x00" in raw or not _is_utf8(raw):
        return _BYTES + quote_from_bytes(raw, safe="/ ()+,@~")
    return text


def path_of_text(text: str) -> Path:
    """The path that `path_text` wrote."""
    if text.startswith(_BYTES):
        return Path(os.fsdecode(unquote_to_bytes(text.removeprefix(_BYTES))))
    return Path(text)


def _files(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    try:
        found = folder.stat()
        if not stat.S_ISDIR(found.st_mode) or (found.st_dev, found.st_ino) in seen:
            return
        seen.add((found.st_dev, found.st_ino))
        names = sorted(os.listdir(folder), key=os.fsencode)  # noqa: PTH208  # names, before paths are made
    except FileNotFoundError:
        return
    except OSError as error:
        raise not_readable(folder, error) from error
    for name in names:
        if name.startswith(".") or name in LITTER:
            continue
        path = folder / name
        try:
            mode = path.stat().st_mode
        except OSError:  # a link to nothing, or in a circle
            yield path
            continue
        if stat.S_ISDIR(mode):
            yield from _files(path, seen)
        elif stat.S_ISREG(mode):
            yield path


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
