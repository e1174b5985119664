"""Slates and text of one file without a production: what `answerprint slates FILE` prints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from answerprint.core.errors import MediaError
from answerprint.core.findings import Finding
from answerprint.core.logged import Slate
from answerprint.core.time import Time, TimeDocument, time_document
from answerprint.core.timecode import format_timecode, recount
from answerprint.departments.footage.slates.agreement import (
    Disagreement,
    disagreement_finding,
    disagreements,
)
from answerprint.departments.footage.slates.finding import FoundSlate, find_slates
from answerprint.departments.footage.slates.hearing import heard_claps
from answerprint.departments.footage.slates.on_screen import FoundText, find_text
from answerprint.departments.footage.slates.places import picture_span
from answerprint.departments.footage.slates.reader import Reader
from answerprint.departments.footage.slates.voting import Value
from answerprint.media.display import display_of
from answerprint.media.frame_times import frame_times
from answerprint.media.probe import probe

UNREAD = "unread"


class SlateDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One slate. A value whose text is null is unread: its `others` are guesses."""

    start: TimeDocument
    end: TimeDocument
    read_at: TimeDocument
    label: str  # "scene 12A take 3", "slate 34 take unread"
    scene: Value
    take: Value
    values: dict[str, Value]  # every field that is written on it: roll, camera, fps, date, slate, sound
    upside_down: bool
    pictures_read: int
    disagrees: tuple[Disagreement, ...] = ()


class TextDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Text in the picture. box: left, top, right, bottom as shares of the picture seen upright."""

    start: TimeDocument
    end: TimeDocument
    text: str
    confidence: float
    box: tuple[float, float, float, float]


class FileDocument(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    slates: tuple[SlateDocument, ...]
    text: tuple[TextDocument, ...] | None  # null where it was not asked for
    logged: Slate | None  # what the log says of this clip
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Looked:
    """A file's document and the pictures behind it."""

    document: FileDocument
    slates: tuple[FoundSlate, ...]


def slates_of(
    file: Path,
    reader: Reader,
    *,
    second: Reader | None = None,
    logged: Slate | None = None,
    scenes: Collection[str] = (),
    text: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Looked:
    """The slates of one file, and its text where asked; second as in `find_slates`.

    Raises MediaError AP-MEDIA-020 without pictures.
    """
    asked = probe(file)
    stream = asked.stream("video")
    if stream is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(file))
    span = picture_span(file)
    if span is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(file))
    times = frame_times(file)
    display = display_of(file)
    claps = heard_claps(file) if asked.stream("audio") is not None else []
    found = find_slates(
        file, display, span, reader, second=second, claps=claps, scenes=scenes, progress=progress
    )
    texts = find_text(file, display, span, second or reader) if text else None

    def place(tick: int) -> TimeDocument:
        frame = int(np.searchsorted(times.pts, tick, side="left"))
        label = None
        if asked.timecode is not None:
            counted = stream.rate or asked.timecode.rate
            first, drop = recount(asked.timecode.frame, asked.timecode.rate, asked.timecode.drop, counted)
            label = format_timecode(first + frame, counted, drop=drop)
        return time_document(Time(tick, 1 / times.time_base), frame, label)

    slates = tuple(_document(one, place, logged) for one in found)
    document = FileDocument(
        file=str(file),
        slates=slates,
        text=None if texts is None else tuple(_text(one, place) for one in texts),
        logged=logged,
        findings=tuple(_findings(file.name, slates)),
    )
    return Looked(document, tuple(found))


def slate_label(scene: Value, take: Value, slate: Value) -> str:
    """`scene 12A take 3`, with `unread` for what is not known."""
    first = f"slate {slate.text}" if scene.text is None and slate.text else f"scene {scene.text or UNREAD}"
    return f"{first} take {take.text or UNREAD}"


def _document(one: FoundSlate, place: Callable[[int], TimeDocument], logged: Slate | None) -> SlateDocument:
    nothing = Value(None, 0.0)
    scene, take, slate = (one.values.get(name, nothing) for name in ("scene", "take", "slate"))
    return SlateDocument(
        start=place(one.start),
        end=place(one.end),
        read_at=place(one.read_at),
        label=slate_label(scene, take, slate),
        scene=scene,
        take=take,
        values={name: value for name, value in one.values.items() if name not in ("scene", "take")},
        upside_down=one.upside_down,
        pictures_read=one.pictures_read,
        disagrees=disagreements(one.values, logged) if logged is not None else (),
    )


def _text(one: FoundText, place: Callable[[int], TimeDocument]) -> TextDocument:
    return TextDocument(
        start=place(one.start), end=place(one.end), text=one.text, confidence=one.confidence, box=one.box
    )


def _findings(name: str, slates: Sequence[SlateDocument]) -> list[Finding]:
    found = []
    for one in slates:
        if one.disagrees:
            found.append(disagreement_finding(name, name, one.disagrees))
        slate = one.values.get("slate")
        named = one.scene.text or (slate.text if slate is not None else None)
        if named is None or one.take.text is None:
            missing = " and ".join(
                what for what, known in (("scene", named), ("take", one.take.text)) if known is None
            )
            found.append(
                Finding(
                    code="slates.unread",
                    message=f"{name}: a slate is seen whose {missing} cannot be read with certainty",
                    severity="warning",
                    subject=name,
                    confidence=max(one.scene.confidence, one.take.confidence),
                    needs_a_person=True,
                )
            )
    if not slates:
        found.append(
            Finding(code="slates.none", message=f"{name}: no slate is seen", severity="note", subject=name)
        )
    return found
