"""Versions: what a run changed goes to a new out/vNNN, whole or not at all; nothing there is overwritten."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.cut import Cut
from answerprint.store.catalogue import Catalogue
from answerprint.store.disk import coded_writing, sync_folder
from answerprint.store.objects import ObjectStore
from answerprint.store.production import Production
from answerprint.store.rows import VersionRow

SUMMARY = "summary.json"
LATEST = "latest"


def base_version(catalogue: Catalogue, content: str) -> tuple[int | None, int]:
    """Which version a report compares with (None for the first), and the number this content has or gets."""
    versions = catalogue.versions()
    if not versions:
        return None, 1
    last = versions[-1]
    if last.digest == content:
        return (versions[-2].number if len(versions) > 1 else None), last.number
    return last.number, last.number + 1


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


def slot_levels(production: Production, catalogue: Catalogue, slot: str) -> dict[str, Any] | None:
    """What a lock freezes of a slot besides its picture: the gain it had. None when it was never made."""
    versions = catalogue.versions()
    if not versions or SUMMARY not in versions[-1].outputs:
        return None
    summary = msgspec.json.decode(production.objects().read(versions[-1].outputs[SUMMARY]))
    for one in summary["slots"]:
        if one["id"] == slot:
            return {"gain_db": one["gain_db"]} if one["gain_db"] is not None else {}
    return None


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
