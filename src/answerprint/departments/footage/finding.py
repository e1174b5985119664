"""One file looked through without a production: what `answerprint shots FILE` prints."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.records import StartTimecode
from answerprint.core.time import Time, TimeDocument, time_document
from answerprint.core.timecode import format_timecode, recount
from answerprint.departments.footage.shots import FORM, ShotDetector
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
    timecode = asked.timecode
    rate = next((one.rate for one in asked.streams if one.kind == "video"), None)
    watcher = _Watcher()
    summary = fan_out(file, [watcher])
    if watcher.detector is None or summary.time_base is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(file))
    found = watcher.detector.finish(end_of_pictures(summary))
    times = np.sort(summary.pts)

    def place(tick: int) -> TimeDocument:
        assert summary.time_base is not None
        frame = int(np.searchsorted(times, tick, side="left"))
        return time_document(Time(tick, 1 / summary.time_base), frame, _label(timecode, frame, rate))

    return ShotsDocument(
        boundaries=tuple(
            BoundaryDocument(one.type, place(one.start_pts), place(one.end_pts), round(one.confidence, 4))
            for one in found.boundaries
        ),
        shots=tuple(ShotDocument(place(start), place(end)) for start, end in found.shots),
    )


def end_of_pictures(summary: DecodeSummary) -> int:
    """The tick at which the last picture leaves the screen: one usual step after it appeared."""
    times: NDArray[np.int64] = np.sort(summary.pts)
    if len(times) < 2:
        return int(times[-1]) + 1
    return int(times[-1] + max(1, int(np.median(np.diff(times)))))


def _label(timecode: StartTimecode | None, frame: int, rate: Fraction | None) -> str | None:
    """A picture's label, counted in pictures also where the file's own timecode counts half of them."""
    if timecode is None:
        return None
    counted = rate or timecode.rate
    start, drop = recount(timecode.frame, timecode.rate, timecode.drop, counted)
    return format_timecode(start + frame, counted, drop=drop)


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
