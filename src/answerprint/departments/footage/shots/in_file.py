"""One file looked through without a production: what `answerprint shots FILE` prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from answerprint.core.errors import MediaError
from answerprint.core.time import TimeDocument
from answerprint.departments.footage.clock import PictureClock
from answerprint.departments.footage.shots.backends import DEFAULT, Backend, Detector, backend
from answerprint.departments.footage.shots.boundaries import ShotList
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
    """Boundaries and shots of a file, at the stream's own times, and the back end that found them."""

    boundaries: tuple[BoundaryDocument, ...]
    shots: tuple[ShotDocument, ...]
    backend: str = DEFAULT


def shots_of(
    file: Path, name: str = DEFAULT, progress: Callable[[float], None] | None = None
) -> ShotsDocument:
    """Boundaries and shots of one file by the back end of that name. progress: told 0 … 1.

    Raises MediaError AP-MEDIA-020 when it has no pictures, and what `backend` and `fan_out` raise.
    """
    asked = probe(file)
    chosen = backend(name)
    watcher = ShotWatcher(chosen)
    summary = fan_out(file, [watcher], progress=progress, thorough=False)
    found = watcher.shots(summary)
    if found is None or summary.time_base is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(file))
    place = PictureClock(asked, summary).at_tick
    return ShotsDocument(
        boundaries=tuple(
            BoundaryDocument(one.type, place(one.start_pts), place(one.end_pts), round(one.confidence, 4))
            for one in found.boundaries
        ),
        shots=tuple(ShotDocument(place(start), place(end)) for start, end in found.shots),
        backend=chosen.name,
    )


class ShotWatcher:
    """A consumer of a decode that finds its shots."""

    def __init__(self, chosen: Backend) -> None:
        self.wants = Wants(picture=chosen.form)
        self.detector: Detector | None = None
        self._make = chosen.make

    def picture(self, block: PictureBlock) -> None:
        if self.detector is None:
            self.detector = self._make(block.time_base)
        self.detector.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Shots are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        """The list is asked for by whoever made the watcher."""

    def shots(self, summary: DecodeSummary) -> ShotList | None:
        """The list, once the decode is at its end; None where there were no pictures."""
        return self.detector.finish(summary.end_of_pictures) if self.detector is not None else None
