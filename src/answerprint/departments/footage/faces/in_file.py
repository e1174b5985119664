"""Faces of one file without a production: what `answerprint faces FILE --consent` prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.logged import Probe
from answerprint.core.time import Time, TimeDocument
from answerprint.departments.footage.clock import PictureClock
from answerprint.departments.footage.faces.embedding import ClassicalEmbedder, NetworkEmbedder, alike
from answerprint.departments.footage.faces.identity import people_of
from answerprint.departments.footage.faces.marking import cue_marks, face_marks
from answerprint.departments.footage.faces.sightings import Embedder, FaceReaders, Sighting
from answerprint.departments.footage.faces.tracks import FaceTrack, face_tracks
from answerprint.departments.footage.faces.watching import FaceWatcher
from answerprint.departments.footage.shots.backends import backend
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, Wants, fan_out
from answerprint.media.probe import probe
from answerprint.models.shelf import Shelf

MODEL = "mediapipe-faces"


class CueDocument(msgspec.Struct, frozen=True):
    """A cue with its measure: `peak` against the thresholds `enter` and `leave`, or degrees and swings."""

    cue: str
    start: TimeDocument
    end: TimeDocument
    confidence: float
    value: dict[str, Any]


class FaceDocument(msgspec.Struct, frozen=True):
    """One face through a shot. seconds: how long it was seen. boxes: where, in parts of the picture."""

    person: str
    start: TimeDocument
    end: TimeDocument
    shot: int  # counted from 1
    seconds: str
    confidence: float
    frontal: float
    yaw: float
    pitch: float
    boxes: tuple[dict[str, Any], ...]
    cues: tuple[CueDocument, ...]


class FacesDocument(msgspec.Struct, frozen=True):
    backend: str
    identity: str | None
    shots: tuple[dict[str, TimeDocument], ...]
    faces: tuple[FaceDocument, ...]


@dataclass(frozen=True)
class FacesSeen:
    """The document, and the faces' small pictures for a contact sheet, in its order."""

    document: FacesDocument
    portraits: list[NDArray[np.uint8] | None]


def face_readers() -> FaceReaders:
    """The networks. Raises NotAvailableError AP-NEED-060 when they were not fetched."""
    shelf = Shelf()
    for file in shelf.card(MODEL).files:
        shelf.path(MODEL, file.name)  # each file's digest
    return FaceReaders(shelf.folder(MODEL))


def embedder_named(identity: str) -> Embedder:
    """What tells people apart: "classical", or a model of the user's shelf.

    Raises UsageError AP-USE-060 for a name the shelf has not, NotAvailableError AP-NEED-060, ModelError.
    """
    if identity == "classical":
        return ClassicalEmbedder()
    return NetworkEmbedder(identity, Shelf().path(identity))


def faces_of(
    file: Path,
    *,
    progress: Callable[[float], None] | None = None,
    identity: str = "",
) -> FacesSeen:
    """Faces and cues of a file, through its shots. Ask for consent before: this looks.

    identity: see `embedder_named`; without it every face of every shot is a person of its own.
    Raises MediaError AP-MEDIA-020 when it has no pictures, NotAvailableError AP-NEED-060 without the models.
    """
    embedder = embedder_named(identity) if identity else None
    asked, summary, time_base, tracks, intervals = _followed(file, progress, embedder)
    labels: dict[int, str] = {}
    if embedder is not None:
        people = people_of({"": (tracks, time_base)}, (), embedder.name, alike(embedder.name))
        labels = people.of("")
    clock = PictureClock(asked, summary)
    document = FacesDocument(
        backend=MODEL,
        identity=embedder.name if embedder else None,
        shots=tuple({"start": clock.at_tick(a), "end": clock.at_tick(b)} for a, b in intervals),
        faces=tuple(_face_documents(tracks, intervals, time_base, clock, labels)),
    )
    return FacesSeen(document, [one.portrait for one in tracks])


def tracks_in(
    file: Path, *, progress: Callable[[float], None] | None = None
) -> tuple[list[list[FaceTrack]], Fraction]:
    """The faces of a file shot by shot, and seconds a tick. Ask for consent before: this looks. Raises as
    `faces_of`."""
    _, _, time_base, tracks, _ = _followed(file, progress, None)
    shots = [list(those) for _, those in groupby(tracks, key=lambda one: one.shot)]
    return shots, time_base


def _followed(
    file: Path, progress: Callable[[float], None] | None, embedder: Embedder | None
) -> tuple[Probe, DecodeSummary, Fraction, list[FaceTrack], list[tuple[int, int]]]:
    """A file's faces through its shots, from one decode."""
    asked = probe(file)
    if asked.stream("video") is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(file))
    found: list[Sighting] = []
    watcher = FaceWatcher(asked, face_readers(), lambda those, _: found.extend(those), embedder)
    shots = _Shots()
    summary = fan_out(file, [watcher, shots], progress=progress, thorough=False)
    if summary.time_base is None or not summary.pictures:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(file))
    intervals = shots.intervals(summary)
    return asked, summary, summary.time_base, face_tracks(found, intervals, summary.time_base), intervals


def _face_documents(
    tracks: list[FaceTrack],
    shots: list[tuple[int, int]],
    time_base: Fraction,
    clock: PictureClock,
    labels: dict[int, str],
) -> list[FaceDocument]:
    numbers = {start: number for number, (start, _) in enumerate(shots, 1)}
    cues: dict[int, list[CueDocument]] = {}
    for one in cue_marks(tracks, time_base, labels):
        value = {key: what for key, what in one.value.items() if key not in ("person", "face")}
        place = CueDocument(
            one.label, clock.at_tick(one.start), clock.at_tick(one.end), one.confidence or 0.0, value
        )
        cues.setdefault(one.value["face"], []).append(place)
    documents = []
    for number, (track, mark) in enumerate(zip(tracks, face_marks(tracks, time_base, labels), strict=True)):
        seen = track.end - track.start - sum(end - start for start, end in track.gaps)
        length = seen * time_base
        documents.append(
            FaceDocument(
                person=mark.label,
                start=clock.at_tick(track.start),
                end=clock.at_tick(track.end),
                shot=numbers.get(track.shot, 1),
                seconds=f"{length.numerator}/{length.denominator}",
                confidence=mark.confidence or 0.0,
                frontal=mark.value["frontal"],
                yaw=mark.value["yaw"],
                pitch=mark.value["pitch"],
                boxes=tuple(
                    {
                        "time": "{0.numerator}/{0.denominator}".format(Time(tick, 1 / time_base).seconds),
                        "x": x,
                        "y": y,
                        "width": w,
                        "height": h,
                    }
                    for tick, x, y, w, h in mark.value["boxes"]
                ),
                cues=tuple(cues.get(number, ())),
            )
        )
    return documents


class _Shots:
    """The file's shots, found in the same decode."""

    def __init__(self) -> None:
        self._backend = backend()
        self.wants = Wants(picture=self._backend.form)
        self._detector: Any = None

    def picture(self, block: PictureBlock) -> None:
        if self._detector is None:
            self._detector = self._backend.make(block.time_base)
        self._detector.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Shots are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        """The list is asked for once the decode has ended."""

    def intervals(self, summary: DecodeSummary) -> list[tuple[int, int]]:
        if self._detector is None:
            return []
        return [(start, end) for start, end in self._detector.finish(summary.end_of_pictures).shots]
