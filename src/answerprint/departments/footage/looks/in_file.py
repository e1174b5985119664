"""Files looked at without a production: what `answerprint looks FILE…` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from answerprint.core.errors import FootageError
from answerprint.core.time import TimeDocument
from answerprint.departments.footage.clock import PictureClock
from answerprint.departments.footage.looks.alike import pairs_of
from answerprint.departments.footage.looks.by_shot import LookedAt, ShotLook, look_at_shots
from answerprint.departments.footage.looks.passing import DetailWatcher, SightWatcher
from answerprint.departments.footage.looks.tracking import Motion
from answerprint.departments.footage.shots.detection import FORM, ShotDetector
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, Wants, fan_out
from answerprint.media.probe import probe


class MovementDocument(msgspec.Struct, frozen=True):
    movement: str
    start: TimeDocument
    end: TimeDocument
    speed: float
    shake: float
    parallax: float
    confidence: float


class ShotDocument(msgspec.Struct, frozen=True):
    """A shot of a file and how it was taken: what could not be seen is null."""

    file: str
    start: TimeDocument
    end: TimeDocument
    look: ShotLook | None
    movements: tuple[MovementDocument, ...]
    fingerprint: str | None


class AlikeDocument(msgspec.Struct, frozen=True):
    """Two shots, by their places in `shots`: a duplicate (the same footage) or alike (one set-up)."""

    first: int
    second: int
    kind: str
    likeness: float


@dataclass(frozen=True)
class LookedThrough:
    """A file looked through: its shots, the movement of every picture, and the clock of both."""

    file: Path
    shots: list[LookedAt]
    motion: Motion
    clock: PictureClock


def look_through(file: Path, progress: Callable[[float], None] | None = None) -> LookedThrough:
    """Look at every shot of one file, in one read. progress is told 0 … 1.

    Raises FootageError AP-FOOTAGE-010 when it has no pictures, and what `probe` and `fan_out` raise.
    """
    asked = probe(file)
    if asked.stream("video") is None:
        raise _no_pictures(file)
    shots, details, sights = _Shots(), DetailWatcher(asked), SightWatcher(asked)
    summary = fan_out(file, [shots, details, sights], progress=progress, thorough=False)
    if shots.detector is None or summary.time_base is None:
        raise _no_pictures(file)
    listed = shots.detector.finish(summary.end_of_pictures).shots
    motion, sharpness = details.found()
    looked = look_at_shots(listed, motion, sharpness, sights.found(), summary.time_base)
    return LookedThrough(file, looked, motion, PictureClock(asked, summary))


def shot_documents(looked: LookedThrough) -> list[ShotDocument]:
    """Every shot of a file, for people and programs."""
    place = looked.clock.at_tick
    ends = np.append(looked.motion.pts, looked.shots[-1].end if looked.shots else 0)
    found = []
    for shot in looked.shots:
        moves = tuple(
            MovementDocument(
                one.movement,
                place(int(ends[one.first])),
                place(min(int(ends[one.last]), shot.end)),
                round(one.speed, 4),
                round(one.shake, 5),
                one.parallax,
                one.confidence,
            )
            for one in shot.movements
        )
        known = shot.known_by.hash if shot.known_by is not None else None
        found.append(
            ShotDocument(str(looked.file), place(shot.start), place(shot.end), shot.look, moves, known)
        )
    return found


def alike_documents(shots: Sequence[LookedAt]) -> list[AlikeDocument]:
    """Which of these shots show the same, the likest first."""
    known = [(number, shot.known_by) for number, shot in enumerate(shots) if shot.known_by is not None]
    prints = [one for _, one in known if one is not None]
    return [
        AlikeDocument(known[one.first][0], known[one.second][0], one.kind, one.likeness)
        for one in pairs_of(prints)
    ]


def flat(document: ShotDocument) -> dict[str, Any]:
    """A shot as one level of names: place, then the look's own values (null where no picture was seen)."""
    values: dict[str, Any] = msgspec.to_builtins(document)
    look = values.pop("look") or dict.fromkeys(ShotLook.__struct_fields__)
    movements, known = values.pop("movements"), values.pop("fingerprint")
    return {**values, **look, "movements": movements, "fingerprint": known}


def _no_pictures(file: Path) -> FootageError:
    return FootageError(
        "AP-FOOTAGE-010",
        "there are no pictures in it",
        file=str(file),
        remedy="looks are of picture files; answerprint probe says what this one holds",
    )


class _Shots:
    wants = Wants(picture=FORM)

    def __init__(self) -> None:
        self.detector: ShotDetector | None = None

    def picture(self, block: PictureBlock) -> None:
        if self.detector is None:
            self.detector = ShotDetector(block.time_base)
        self.detector.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Shots are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        """The list is asked for by whoever made the watcher."""
