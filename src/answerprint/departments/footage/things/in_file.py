"""One file looked through without a production: what `answerprint things FILE` prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from answerprint.core.errors import MediaError
from answerprint.core.time import TimeDocument
from answerprint.departments.footage.clock import PictureClock
from answerprint.departments.footage.things.cards import Model
from answerprint.departments.footage.things.detecting import Detector
from answerprint.departments.footage.things.watching import ThingsWatcher
from answerprint.media.fanout import fan_out
from answerprint.media.probe import probe


class ThingDocument(msgspec.Struct, frozen=True):
    label: str
    start: TimeDocument
    end: TimeDocument
    confidence: float
    box: tuple[float, float, float, float]  # left, top, right, bottom: shares of the picture, upright


class ThingsDocument(msgspec.Struct, frozen=True):
    """Things of a file, at the stream's own times."""

    backend: str  # the model's name
    digest: str  # of its card and files
    pictures: int  # looked at
    things: tuple[ThingDocument, ...]


def things_of(
    file: Path, model: Model, *, progress: Callable[[float], None] | None = None, threads: int = 0
) -> ThingsDocument:
    """Things of one file. Raises MediaError AP-MEDIA-020 when it has no pictures, and as `Detector` does."""
    detector = Detector(model, max(1, threads))
    asked = probe(file)
    if asked.stream("video") is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(file))
    watcher = ThingsWatcher(asked, detector, lambda _: None)
    summary = fan_out(file, [watcher], progress=progress, thorough=False)
    if summary.time_base is None or not summary.pictures:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(file))
    place = PictureClock(asked, summary).at_tick
    return ThingsDocument(
        backend=model.card.name,
        digest=model.digest,
        pictures=watcher.looked_at,
        things=tuple(
            ThingDocument(
                one.label, place(one.start), place(one.end), one.confidence or 0.0, tuple(one.value["box"])
            )
            for one in watcher.marks
        ),
    )
