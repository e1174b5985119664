"""Versions: what a run changed goes to a new out/vNNN, whole or not at all; nothing there is overwritten."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.encoding import from_json, to_builtins, to_json
from answerprint.pipeline.summary import VersionSummary
from answerprint.store.catalogue import Catalogue
from answerprint.store.disk import coded_writing, sync_folder
from answerprint.store.objects import ObjectStore, hash_file
from answerprint.store.production import Production
from answerprint.store.rows import VersionRow

SUMMARY = "summary.json"
LATEST = "latest"
FOLDER = re.compile(r"v(\d{3,})")


def base_version(production: Production, catalogue: Catalogue, content: str) -> tuple[int | None, int]:
    """Which version a report compares with (None for the first), and the number this content has or gets.

    A folder in out/ keeps its number also where the catalogue, deleted and built again, has not heard of it.
    """
    versions = catalogue.versions()
    last = versions[-1] if versions else None
    if last is not None and last.digest == content:
        return (versions[-2].number if len(versions) > 1 else None), last.number
    before = last.number if last is not None else None
    return before, max(before or 0, _newest_folder(production)) + 1


def adopt(
    production: Production,
    catalogue: Catalogue,
    objects: ObjectStore,
    *,
    content: str,
    files: Mapping[str, str],
    summary: VersionSummary,
    cut: Cut,
) -> None:
    """Take the newest folder of out/ into a catalogue that was deleted since, if it holds this very version.

    That is: the same film's files (name → digest), and the same summary but for its number and its changes.
    """
    number = _newest_folder(production)
    versions = catalogue.versions()
    if not number or (versions and versions[-1].number >= number):
        return
    folder = production.out / f"v{number:03d}"
    if not _whole(folder, {**files, SUMMARY: ""}):
        return
    if any(hash_file(folder / name) != digest for name, digest in files.items()):
        return
    try:
        theirs = from_json((folder / SUMMARY).read_bytes(), VersionSummary)
    except msgspec.ValidationError:
        return  # written by another release: a version of its own
    if to_json(msgspec.structs.replace(theirs, version="", changes=())) != to_json(summary):
        return
    kept = {
        path.name: objects.put_file(path, move=False) for path in sorted(folder.iterdir()) if path.is_file()
    }
    catalogue.put_cut(number, cut, content)
    catalogue.put_version(VersionRow(number, content, kept))


def publish(
    production: Production,
    catalogue: Catalogue,
    objects: ObjectStore,
    *,
    number: int,
    content: str,
    outputs: Mapping[str, str],
    cut: Cut,
) -> Path:
    """Write a version's files (name → object digest) unless they are there. Returns the folder.

    The folder is filled aside and renamed; `out/latest` is moved to it last.
    """
    folder = production.out / f"v{number:03d}"
    known = next((one for one in catalogue.versions() if one.number == number), None)
    if known is None or not _whole(folder, outputs):
        with coded_writing(folder):
            production.out.mkdir(exist_ok=True)
            aside = production.out / f".{folder.name}.aside"
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            for name, digest in sorted(outputs.items()):
                shutil.copyfile(objects.path(digest), aside / name)
                with (aside / name).open("rb+") as file:
                    os.fsync(file.fileno())
            sync_folder(aside)
            if folder.exists():  # what is left of a version that was deleted in part
                shutil.rmtree(folder)
            aside.rename(folder)
            sync_folder(production.out)
        catalogue.put_cut(number, cut, content)
        catalogue.put_version(VersionRow(number, content, dict(outputs)))
    _point(production.out / LATEST, folder.name)
    return folder


def slot_frozen(production: Production, catalogue: Catalogue, slot: str) -> dict[str, Any] | None:
    """What a lock freezes of a slot besides its range: the gain and the grade it had, how its picture leads
    or follows its sound, the reaction over it. None when it was never made."""
    versions = catalogue.versions()
    if not versions or SUMMARY not in versions[-1].outputs:
        return None
    summary = msgspec.json.decode(production.objects().read(versions[-1].outputs[SUMMARY]))
    for one in summary["slots"]:
        if one["id"] == slot:
            level = {"gain_db": one["gain_db"]} if one["gain_db"] is not None else {}
            cut = catalogue.cut(versions[-1].number)
            more = {**_picture_of(cut, slot), **_parts_of(cut, slot), **_grade_of(cut, slot)} if cut else {}
            return {**level, **more}
    return None


def _parts_of(cut: Cut, slot: str) -> dict[str, Any]:
    """The parts of a slot that words were cut out of: seconds from its start, and frames."""
    clips = [
        clip
        for track in cut.tracks
        if not track.muted and track.kind == "audio"
        for clip in track.clips
        if clip.slot == slot and clip.lines
    ]
    if len(clips) < 2:
        return {}
    start = clips[0].source.start
    return {
        "parts": [
            [str((one.source.start - start).seconds), one.record.duration.frame(cut.rate)] for one in clips
        ]
    }


def _grade_of(cut: Cut, slot: str) -> dict[str, Any]:
    """The grade that a slot's picture had."""
    shown = [clip for track in cut.tracks_of("video") for clip in track.clips if clip.slot == slot]
    return next(({"grade": to_builtins(clip.cdl)} for clip in shown if clip.cdl is not None), {})


def _picture_of(cut: Cut, slot: str) -> dict[str, Any]:
    """Where a slot's picture differs from its sound, in frames, and the cutaway in the midst of it."""
    rate = cut.rate
    pictures = [clip for track in cut.tracks_of("video") for clip in track.clips if clip.slot == slot]
    sounds = [c for t in cut.tracks_of("audio") for c in t.clips if c.slot == slot and not t.muted]
    if not pictures or not sounds:
        return {}
    head = (pictures[0].record.start - sounds[0].record.start).frame(rate)
    tail = (pictures[-1].record.end - sounds[-1].record.end).frame(rate)
    frozen: dict[str, Any] = {name: frames for name, frames in (("head", head), ("tail", tail)) if frames}
    over = pictures[0].record.end
    for track in cut.tracks_of("video") if len(pictures) > 1 else ():
        for clip in track.clips:
            if clip.record.start == over and clip.slot != slot:
                frozen["cutaway"] = {
                    "asset": clip.asset,
                    "source": str(clip.source.start.seconds),
                    "start": (over - sounds[0].record.start).frame(rate),
                    "frames": clip.record.duration.frame(rate),
                }
    return frozen


def _newest_folder(production: Production) -> int:
    """The highest number among the folders of out/, 0 where there is none."""
    if not production.out.is_dir():
        return 0
    names = (path.name for path in production.out.iterdir() if path.is_dir() and not path.is_symlink())
    return max((int(name[1:]) for name in names if FOLDER.fullmatch(name)), default=0)


def _whole(folder: Path, outputs: Mapping[str, str]) -> bool:
    return all((folder / name).is_file() for name in outputs)


def _point(link: Path, target: str) -> None:
    if link.is_symlink() and link.readlink() == Path(target):
        return
    aside = link.with_name(f".{link.name}.aside")
    with coded_writing(link):
        aside.unlink(missing_ok=True)
        aside.symlink_to(target)
        aside.replace(link)
