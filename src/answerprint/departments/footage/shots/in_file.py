"""One file looked through without a production: what `answerprint shots FILE` prints."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from answerprint.core.errors import MediaError
from answerprint.core.time import TimeDocument
from answerprint.departments.footage.clock import PictureClock
from answerprint.departments.footage.shots.detection import FORM, ShotDetector
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, Wants, fan_out
from answerprint.media.probe import probe


class BoundaryDocument(msgspec.Struct, frozen=True):
    type: str
    start: TimeDocument
    end: TimeDocument
    confidence: float


class ShotDocument(msgspec.Struct, frozen=True):
    start: TimeDocument
    end: TimeDocument


class ShotsDocument(msgspec.Struct, frozen=True):
    """Boundaries and shots of a file, at the stream's own times."""

    boundaries: tuple[BoundaryDocument, ...]
    shots: tuple[ShotDocument, ...]


def shots_of(file: Path) -> ShotsDocument:
    """Boundaries and shots of one file. Raises MediaError AP-MEDIA-020 when it has no pictures."""
    asked = probe(file)
    watcher = _Watcher()
    summary = fan_out(file, [watcher])
    if watcher.detector is None or summary.time_base is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(file))
    found = watcher.detector.finish(summary.end_of_pictures)
    place = PictureClock(asked, summary).at_tick
    return ShotsDocument(
        boundaries=tuple(
            BoundaryDocument(one.type, place(one.start_pts), place(one.end_pts), round(one.confidence, 4))
            for one in found.boundaries
        ),
        shots=tuple(ShotDocument(place(start), place(end)) for start, end in found.shots),
    )


class _Watcher:
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
