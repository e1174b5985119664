"""OpenTimelineIO bundles, `.otioz`: a zip of `content.otio`, `version.txt` and the files under `media/`.

As OpenTimelineIO's own bundles (version 1.0.0): the document compressed, media stored as it is. Nothing is
unpacked in reading; of the media only the names in the document are believed.
"""

from __future__ import annotations

import io
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.errors import FormatError
from answerprint.formats.timelines.model import MediaLink, TimelineFile
from answerprint.formats.timelines.otio_file import read_otio_file, write_otio_file

VERSION = "1.0.0"
CONTENT, VERSION_FILE, MEDIA = "content.otio", "version.txt", "media"
LARGEST_CONTENT = 256 * 2**20  # bytes, unpacked; ten thousand clips take about 30 MiB
MOST_ENTRIES = 100_000
LONGEST_NAME = 200  # bytes of a file's name in a bundle; file systems hold 255
_MOMENT = (1980, 1, 1, 0, 0, 0)  # the same bundle for the same cut, whenever it is made
_CHUNK = 2**20


def read_otioz(
    data: bytes | BinaryIO, *, file: str | None = None, rate: Fraction | None = None
) -> TimelineFile:
    """The timeline of a bundle, from its bytes or from the open file (bundles with media are large).

    Media in the bundle has a URL under `media/`. Raises FormatError AP-FORMAT-662 when it is no bundle or
    damaged, AP-FORMAT-663 when it unpacks to more than a timeline, AP-FORMAT-664 for entries with names that
    lead out of it, or links, AP-FORMAT-665 for a newer version, and those of `read_otio_file`.
    """
    packed: BinaryIO = io.BytesIO(data) if isinstance(data, bytes) else data
    try:
        with zipfile.ZipFile(packed) as bundle:
            entries = _entries(bundle, file)
            _check_version(bundle, entries, file)
            content = _unpacked(bundle, entries[CONTENT], file)
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError),
        *(RuntimeError, ValueError),
    ) as error:
        raise _no_bundle(str(error), file) from error
    return read_otio_file(content, file=file, rate=rate)


def write_otioz(cut: Cut, media: Mapping[str, MediaLink]) -> bytes:
    """The cut as a bundle without media: its references stay as they are, and lead to where the media lies.

    Raises FormatError AP-FORMAT-026 for a clip without a MediaLink.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        _write_document(bundle, write_otio_file(cut, media))
    return out.getvalue()


def bundle_otioz(
    cut: Cut, media: Mapping[str, MediaLink], resolve: Callable[[str], Path], out: BinaryIO
) -> dict[str, str]:
    """The cut with the media it shows, written to an open file; each asset's name in the bundle.

    resolve: where an asset's file is. Files are copied in pieces and not compressed; two of the same name
    get different ones. Raises FormatError AP-FORMAT-026 for a clip without a MediaLink, AP-FORMAT-666 when a
    file cannot be read (what was written by then is no bundle: write to a file aside).
    """
    assets = sorted(set(_assets(cut)) & set(media))
    files = {asset: resolve(asset) for asset in assets}
    names = _names(files)
    inside = {
        asset: msgspec.structs.replace(media[asset], url=f"{MEDIA}/{name}") for asset, name in names.items()
    }
    with zipfile.ZipFile(out, "w") as bundle:
        _write_document(bundle, write_otio_file(cut, inside))
        for name, path in {names[asset]: files[asset] for asset in assets}.items():
            _write_media(bundle, f"{MEDIA}/{name}", path)
    return {asset: f"{MEDIA}/{name}" for asset, name in names.items()}


def _entries(bundle: zipfile.ZipFile, file: str | None) -> dict[str, zipfile.ZipInfo]:
    listed = bundle.infolist()
    if len(listed) > MOST_ENTRIES:
        raise _too_large(f"it holds {len(listed)} files", file)
    entries: dict[str, zipfile.ZipInfo] = {}
    for one in listed:
        name = one.filename
        parts = re.split(r"[/\\]", name)
        leads_out = not parts[0] or ":" in parts[0] or ".." in parts
        if leads_out or stat.S_ISLNK(one.external_attr >> 16):
            raise FormatError(
                "AP-FORMAT-664",
                f"this bundle holds {name[:80]!r}, which leads out of it",
                file=file,
                remedy="do not unpack it; ask where it comes from",
            )
        if name in entries:
            raise _no_bundle(f"{name[:80]!r} is in it twice", file)
        entries[name] = one
    if CONTENT not in entries:
        raise _no_bundle(f"there is no {CONTENT} in it", file)
    return entries


def _check_version(bundle: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], file: str | None) -> None:
    if VERSION_FILE not in entries:
        return
    with bundle.open(entries[VERSION_FILE]) as entry:
        written = entry.read(64).decode("ascii", "replace").strip()
    if written.split(".")[0] != VERSION.split(".")[0]:
        raise FormatError(
            "AP-FORMAT-665",
            f"this is a bundle of version {written!r}; {VERSION} is read",
            file=file,
            remedy="export it for an older version, or as .otio",
        )


def _unpacked(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo, file: str | None) -> bytes:
    if entry.file_size > LARGEST_CONTENT:
        raise _too_large(f"its {CONTENT} unpacks to more than {LARGEST_CONTENT // 2**20} MiB", file)
    with bundle.open(entry) as packed:  # which reads no more than the size above
        return packed.read()


def _write_document(bundle: zipfile.ZipFile, content: bytes) -> None:
    for name, data in ((VERSION_FILE, VERSION.encode()), (CONTENT, content)):
        bundle.writestr(_entry(name, zipfile.ZIP_DEFLATED), data)


def _write_media(bundle: zipfile.ZipFile, name: str, path: Path) -> None:
    try:
        entry = _entry(name, zipfile.ZIP_STORED)
        entry.file_size = path.stat().st_size  # decides whether the entry needs 64-bit sizes
        with path.open("rb") as source, bundle.open(entry, "w") as target:
            shutil.copyfileobj(source, target, _CHUNK)
    except OSError as error:
        raise FormatError(
            "AP-FORMAT-666",
            f"{path.name} cannot be put into the bundle: {error.strerror or error}",
            file=str(path),
            remedy="see that the footage is there, and that there is room for it",
        ) from error


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = compression
    entry.create_system = 3  # Unix, on every system
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def _assets(cut: Cut) -> Iterator[str]:
    for track in cut.tracks:
        for clip in track.clips:
            if clip.nested is None:
                yield clip.asset
            else:
                yield from _assets(clip.nested)


def _names(files: Mapping[str, Path]) -> dict[str, str]:
    """A name in the bundle for every asset's file: its own, numbered where another file has it already."""
    taken: dict[str, Path] = {}
    names: dict[str, str] = {}
    for asset, path in files.items():
        plain = re.sub(r'[\x00-\x1f\x7f\\/:*?"<>|\ud800-\udfff]', "_", path.name) or "_"
        stem, dot, suffix = plain.rpartition(".")
        stem, suffix = (stem, dot + suffix) if stem else (plain, "")
        while len(f"{stem}{suffix}".encode()) > LONGEST_NAME and len(stem) > 1:
            stem = stem[:-1]
        name, count = f"{stem}{suffix}", 1
        while taken.setdefault(name.casefold(), path) != path:
            count += 1
            name = f"{stem}_{count}{suffix}"
        names[asset] = name
    return names


def _no_bundle(why: str, file: str | None) -> FormatError:
    return FormatError(
        "AP-FORMAT-662",
        f"this is no OTIO bundle, or a damaged one: {why}",
        file=file,
        remedy="export it again",
    )


def _too_large(why: str, file: str | None) -> FormatError:
    return FormatError(
        "AP-FORMAT-663", f"this is no timeline: {why}", file=file, remedy="ask where it comes from"
    )
