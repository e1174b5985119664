"""The index of a library: what was heard, by content; files known again by size and time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from blake3 import blake3

from answerprint.core.errors import UsageError
from answerprint.departments.sound.effects.network import digest
from answerprint.departments.sound.effects.records import Heard
from answerprint.media.aside import written_aside
from answerprint.models.shelf import default_cache

MARK = b"answerprint sounds 1\n"
ANALYSIS = 1  # raised when what is heard changes
# fmt: off
ENDINGS = frozenset((
    ".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".flac", ".mp3", ".ogg",
    ".oga", ".opus", ".m4a", ".aac", ".caf", ".wma",
))
# fmt: on


class Seen(msgspec.Struct, frozen=True):
    """A file as it was when it was hashed."""

    size: int
    modified: int  # ns
    digest: str


class Index(msgspec.Struct):
    """version: of the analysis and its model. files: by path in the library, bytes as the system has them."""

    version: str
    files: dict[bytes, Seen] = {}
    sounds: dict[str, Heard] = {}


def version(tagger: str = "") -> str:
    """Of the analysis. tagger: digest of a user's own model."""
    return f"{ANALYSIS}-{digest()[:16]}" + (f"-{tagger[:16]}" if tagger else "")


def default_index(folder: Path) -> Path:
    """The file in the user's cache that is a folder's index."""
    name = blake3(os.fsencode(folder.resolve())).hexdigest()[:24]
    return default_cache().parent / "sounds" / f"{name}.index"


def read_index(path: Path, wanted: str) -> Index:
    """The index at a path; an empty one where there is none, or one of another version.

    Raises UsageError AP-USE-780 for a file that is no index: it is not written over.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Index(version=wanted)
    except OSError as error:
        raise _no_index(path, error.strerror or str(error)) from error
    if not data.startswith(MARK):
        raise _no_index(path, "this is no index of sounds")
    try:
        found = msgspec.msgpack.decode(data[len(MARK) :], type=Index)
    except msgspec.DecodeError as error:
        raise _no_index(path, f"this index is damaged: {error}") from error
    return found if found.version == wanted else Index(version=wanted)


def write_index(path: Path, index: Index) -> None:
    """Whole or not at all. Raises MediaError AP-MEDIA-050 where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_index(path, error.strerror or str(error)) from error
    with written_aside(path) as aside:
        aside.write_bytes(MARK + msgspec.msgpack.encode(index))


def sound_files(folder: Path) -> Iterator[Path]:
    """Files with a sound's ending, at any depth, in order of their names. Folders that are links are not
    followed, so that there is no circle; hidden ones are left out."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.casefold() in ENDINGS:
                yield Path(root, name)


def _no_index(path: Path, why: str) -> UsageError:
    return UsageError("AP-USE-780", why, file=str(path), remedy="name another --index, or remove it")
