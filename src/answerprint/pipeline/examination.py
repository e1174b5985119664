"""What this machine has for the main job, and what it lacks."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
from importlib import metadata
from typing import Literal

import msgspec

from answerprint.core.errors import AnswerprintError
from answerprint.media.abilities import encoder_available, ffmpeg_version
from answerprint.models.shelf import Shelf, default_cache

LIBRARIES = ("av", "numpy", "scipy", "opencv-contrib-python-headless", "onnxruntime", "pocketsphinx")
ENCODERS = {"libx264": True, "aac": True, "prores_ks": False}  # needed by a production's defaults?
LITTLE_SPACE = 5 << 30  # bytes; a day's proxies and objects


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at. optional: absent, and the main job goes without."""

    name: str
    state: Literal["has", "optional", "missing"]
    found: str
    remedy: str = ""


def examine() -> list[Check]:
    """Every check, what the main job needs first."""
    return [_python(), *_libraries(), *_encoders(), _text_search(), _cores(), _space(), *_models()]


def _python() -> Check:
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Check(
        name="Python",
        state="has" if fits else "missing",
        found=f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        remedy="" if fits else "use Python 3.11, 3.12 or 3.13",
    )


def _libraries() -> list[Check]:
    checks = []
    for name in LIBRARIES:
        try:
            checks.append(Check(name=name, state="has", found=metadata.version(name)))
        except metadata.PackageNotFoundError:
            remedy = "install answerprint again: pip install answerprint"
            checks.append(Check(name=name, state="missing", found="not installed", remedy=remedy))
    return checks


def _encoders() -> list[Check]:
    checks = [Check(name="FFmpeg", state="has", found=f"{ffmpeg_version()} inside PyAV")]
    for name, needed in ENCODERS.items():
        there = encoder_available(name)
        remedy = "" if there else "set another in production.toml: [render] encoder"
        absent: Literal["missing", "optional"] = "missing" if needed else "optional"
        checks.append(
            Check(
                name=f"encoder {name}",
                state="has" if there else absent,
                found="there" if there else "not in this FFmpeg",
                remedy=remedy,
            )
        )
    return checks


def _text_search() -> Check:
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("pragma compile_options")}
    connection.close()
    there = "ENABLE_FTS5" in options
    return Check(
        name="SQLite",
        state="has" if there else "missing",
        found=sqlite3.sqlite_version + (" with FTS5" if there else " without FTS5"),
        remedy="" if there else "use a Python whose SQLite has FTS5",
    )


def _cores() -> Check:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return Check(name="machine", state="has", found=f"{os.cpu_count()} cores, {memory:.0f} GiB of memory")


def _space() -> Check:
    cache = default_cache()
    place = next(one for one in (cache, *cache.parents) if one.exists())
    free = shutil.disk_usage(place).free
    enough = free > LITTLE_SPACE
    return Check(
        name="disk",
        state="has" if enough else "optional",
        found=f"{free / (1 << 30):.0f} GiB free",
        remedy="" if enough else "make space before a long job",
    )


def _models() -> list[Check]:
    shelf = Shelf()
    checks = []
    for card in shelf.list():
        try:
            shelf.verify(card.name)
            checks.append(Check(name=f"model {card.name}", state="has", found=card.capability))
        except AnswerprintError as error:
            checks.append(
                Check(
                    name=f"model {card.name}",
                    state="optional",
                    found=f"{card.capability}: {error.message}",
                    remedy=f"answerprint models fetch {card.name}",
                )
            )
    return checks
