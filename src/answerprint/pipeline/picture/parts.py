"""What an operator has done so far, kept beside the file it becomes: a run that was broken off goes on."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.windows import Pixels
from answerprint.media.aside import written_aside

Arrays = dict[str, NDArray[np.generic]]


class PartNotes(msgspec.Struct, frozen=True):
    """Of a part: pictures written, and pixels that were no numbers and stayed as they were."""

    pictures: int
    not_numbers: int = 0


class Parts:
    """A folder beside `out`. Parts of another key are thrown away."""

    def __init__(self, out: Path, key: str) -> None:
        self.folder = folder_of(out)
        mark = self.folder / "key"
        if self.folder.is_dir() and not (mark.is_file() and mark.read_text() == key):
            for one in self.folder.glob("part-*"):
                shutil.rmtree(one) if one.is_dir() else one.unlink()
        self.folder.mkdir(exist_ok=True)
        mark.write_text(key)

    def place(self, number: int) -> Path:
        return self.folder / f"part-{number:05d}"

    def notes(self, number: int) -> PartNotes | None:
        """What is known of a part that is whole; None for one that is yet to be made."""
        place = self.place(number).with_suffix(".json")
        return msgspec.json.decode(place.read_bytes(), type=PartNotes) if place.is_file() else None

    def whole(self, number: int, notes: PartNotes) -> None:
        with written_aside(self.place(number).with_suffix(".json")) as aside:
            aside.write_bytes(msgspec.json.encode(notes))

    def keep_pair(self, place: int, before: Pixels, after: Pixels) -> None:
        """A picture before and after, small, for the sheet."""
        with written_aside(self.folder / f"part-sheet-{place:08d}.npz") as aside, aside.open("wb") as file:
            np.savez(file, before=before, after=after)

    def pairs(self) -> list[tuple[int, Pixels, Pixels]]:
        found = []
        for one in sorted(self.folder.glob("part-sheet-*.npz")):
            with np.load(one) as arrays:
                found.append((int(one.stem.rpartition("-")[2]), arrays["before"], arrays["after"]))
        return found

    def forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def folder_of(out: Path) -> Path:
    return out.with_name(f".{out.name}.picture")


def kept(out: Path, key: bytes, make: Callable[[], Arrays]) -> Arrays:
    """What `make` finds out, by name, kept beside `out` until it is written: a run that goes on reads it.

    key: all that the finding depends on, file and parameters.
    """
    folder = folder_of(out)
    place = folder / f"survey-{hashlib.sha256(key).hexdigest()[:24]}.npz"
    if not place.is_file():
        found = make()
        folder.mkdir(exist_ok=True)
        with written_aside(place) as aside, aside.open("wb") as file:
            np.savez(file, **found)  # type: ignore[arg-type]
    with np.load(place, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
