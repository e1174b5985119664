"""Bringing files into a production: recognised, sorted into its folders, linked (or copied), never moved."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from answerprint.core.errors import UsageError
from answerprint.departments.footage.ingest.grouping import CardFiles, group
from answerprint.departments.footage.ingest.listing import Entry, Listing
from answerprint.formats.cameras.structures import PLAIN

Kind = Literal["footage", "sound", "script"]

SOUND_SUFFIXES = frozenset(
    {".wav", ".bwf", ".rf64", ".flac", ".aif", ".aiff", ".mp3", ".m4a", ".ogg", ".opus", ".wv"}
)
SCRIPT_SUFFIXES = frozenset({".fountain", ".spmd", ".fdx", ".fadein", ".osf", ".csv", ".tsv", ".ale"})
TRANSCRIPT_SUFFIXES = frozenset({".srt", ".vtt"})
# A screenplay, or a transcript, when named by itself; cards carry others.
PAPER_SUFFIXES = frozenset({".pdf", ".txt", ".json"})
OTHER_SCREENPLAYS = {".celtx": "Celtx", ".highland": "Highland"}
PICTURE_SUFFIXES = frozenset(
    {
        *(".mp4", ".mov", ".m4v", ".mkv", ".webm", ".mxf", ".mts", ".m2ts", ".ts", ".avi", ".mpg", ".mpeg"),
        *(".vob", ".dv", ".3gp", ".wmv", ".flv", ".gif", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dpx"),
        *(".exr", ".avif", ".heic", ".heif", ".braw", ".r3d", ".ari", ".arx", ".crm", ".nev"),
    }
)

FRAME_SUFFIXES = frozenset({".dpx", ".exr", ".cin", ".ari", ".arx"})  # never a photograph


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """One file, and what was done with it."""

    file: str
    kind: Kind | None
    action: Literal["linked", "copied", "already there", "left on the card", "left out"]
    destination: str = ""  # relative to the production
    reason: str = ""


def kind_of(path: Path, *, named: bool = False) -> Kind | None:
    """Which folder of a production a file belongs in, or None when it is of no known kind.

    named: the file itself was given, not a folder that holds it.
    """
    suffix = path.suffix.casefold()
    if suffix in SCRIPT_SUFFIXES | TRANSCRIPT_SUFFIXES or (named and suffix in PAPER_SUFFIXES):
        return "script"
    if suffix in SOUND_SUFFIXES:
        return "sound"
    return "footage" if suffix in PICTURE_SUFFIXES else None


def bring(root: Path, paths: Sequence[Path], *, copy: bool = False, dry_run: bool = False) -> list[Brought]:
    """Sort files and folders into a production's folders. A folder keeps its name, as a card.

    Raises UsageError AP-USE-020 for a path that is not there, AP-USE-021 for one that lies inside the
    production already, AP-USE-022 for a folder without any file, AP-USE-023 for a single file of no known
    kind. What a camera writes beside its clips (thumbnails, indexes, sidecars, small copies of originals that
    can be decoded) is left on the card; numbered frames of a shot, and files of no known kind, are left out
    with the reason.
    """
    planned: list[Brought] = []
    taken: dict[Path, Path] = {}
    for path in paths:
        found = list(_files(root, path))
        beside, frames = _on_cards(path.absolute(), found) if path.is_dir() else ({}, {})
        for file, card in found:
            kind = kind_of(file, named=path.is_file())
            if kind != "script" and file in beside:
                planned.append(
                    Brought(file=str(file), kind=None, action="left on the card", reason=beside[file])
                )
                continue
            if file in frames:
                planned.append(Brought(file=str(file), kind=None, action="left out", reason=frames[file]))
                continue
            if kind is None:
                planned.append(
                    Brought(file=str(file), kind=None, action="left out", reason=_unknown(file)[0])
                )
                continue
            wanted = root / kind / (card if kind != "script" else Path()) / file.name
            destination, there = _free_place(wanted, file, taken)
            taken[destination] = file
            action: Literal["linked", "copied", "already there"] = "copied" if copy else "linked"
            planned.append(
                Brought(
                    file=str(file),
                    kind=kind,
                    action="already there" if there else action,
                    destination=destination.relative_to(root).as_posix(),
                )
            )
    if not dry_run:
        for one in planned:
            if one.action in ("linked", "copied"):
                _place(Path(one.file), root / one.destination, copy)
    return planned


def _on_cards(folder: Path, found: Sequence[tuple[Path, Path]]) -> tuple[dict[Path, str], dict[Path, str]]:
    """Of a folder's files: what belongs beside clips, and what is a frame of a shot, each with the reason."""
    entries = []
    for file, _ in found:
        try:
            size = file.stat().st_size
        except OSError:
            size = 0  # whoever reads it says why it cannot be read
        entries.append(Entry(file.relative_to(folder).as_posix(), size, 0))
    folders = {
        "/".join(one.path.split("/")[:at]) for one in entries for at in range(1, one.path.count("/") + 1)
    }
    beside: dict[Path, str] = {}
    frames: dict[Path, str] = {}
    for card in group(Listing(folder, sorted(entries), sorted(folders))):
        beside.update((folder / path, reason) for path, reason in _beside(card))
        for one in card.sequences:
            if one.tail.casefold() in FRAME_SUFFIXES:
                reason = f"a frame of {one.name} ({one.count} frames): make a movie of them, and add that"
                frames.update((folder / one.file(frame), reason) for frame in one.numbers())
    return beside, frames


def _beside(card: CardFiles) -> Iterator[tuple[str, str]]:
    """What a card holds beside its clips. Proxies of camera raw are brought: they are what can be decoded."""
    for clip in card.clips:
        yield from ((one.path, f"belongs to {clip.name}") for one in clip.sidecars)
        yield from ((one.path, f"a small picture of {clip.name}") for one in clip.thumbnails)
        if clip.medium != "raw" and card.structure is not PLAIN:
            yield from ((one.path, f"a small copy of {clip.name}") for one in clip.proxies)
    if card.structure is not PLAIN:
        yield from ((one.path, f"the card's index ({card.structure.name})") for one in card.indexes)


def _files(root: Path, path: Path) -> Iterator[tuple[Path, Path]]:
    """The files under a path with the folder (card) each belongs in."""
    absolute = path.absolute()
    if not absolute.exists():
        raise UsageError("AP-USE-020", "there is no such file or folder", file=str(path))
    if absolute.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            "AP-USE-021", "is inside the production already", file=str(path), remedy="run answerprint make"
        )
    if absolute.is_file():
        kind = kind_of(absolute, named=True)
        if kind is None:
            raise UsageError(
                "AP-USE-023",
                _unknown(absolute)[0],
                file=str(path),
                remedy=_unknown(absolute)[1],
            )
        card = absolute.parent.name if kind != "script" else ""
        yield absolute, Path(card)
        return
    if not absolute.is_dir():
        raise UsageError("AP-USE-020", "is neither a file nor a folder", file=str(path))
    found = False
    for folder, folders, names in os.walk(absolute):
        folders.sort()
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(names):
            if not name.startswith("."):
                found = True
                here = Path(folder)
                yield here / name, Path(absolute.name) / here.relative_to(absolute)
    if not found:
        raise UsageError("AP-USE-022", "the folder is empty", file=str(path))


def _unknown(file: Path) -> tuple[str, str]:
    """Why a file is left out, and what to do about it."""
    program = OTHER_SCREENPLAYS.get(file.suffix.casefold())
    if program is not None:
        return f"{program} screenplays are not read", "export it as Fountain (.fountain)"
    return (
        f"a file of an unknown kind ({file.suffix or 'no suffix'})",
        "add picture, sound, a screenplay (.fountain, .fdx, .fadein, .pdf, .txt), a .csv or .ale log, "
        "or a transcript (.srt, .vtt, .json)",
    )


def _free_place(wanted: Path, file: Path, taken: dict[Path, Path]) -> tuple[Path, bool]:
    """Where to put a file, and whether that very file is there already."""
    place, number = wanted, 2
    while place in taken or place.is_symlink() or place.exists():
        if taken.get(place) == file or (place.exists() and _same_file(place, file)):
            return place, place not in taken
        place = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        number += 1
    return place, False


def _same_file(first: Path, second: Path) -> bool:
    if first.samefile(second):
        return True
    ours, theirs = first.stat(), second.stat()
    return (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)


def _place(file: Path, destination: Path, copy: bool) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    if not copy:
        destination.symlink_to(file)
        return
    aside = destination.with_name(f".{destination.name}.aside")
    try:
        shutil.copy2(file, aside)
        aside.replace(destination)
    finally:
        aside.unlink(missing_ok=True)
