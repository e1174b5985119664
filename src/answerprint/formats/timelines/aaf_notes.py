"""Notes in AAF as Media Composer has its markers: DescriptiveMarkers on event slots, one slot for a track."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec

from answerprint.core.cut import Clip, Cut, Marker
from answerprint.core.time import Rounding
from answerprint.formats.timelines.aaf_effects import exact
from answerprint.formats.timelines.aaf_media import rational
from answerprint.formats.timelines.aaf_own import attributes, plain
from answerprint.formats.timelines.model import record_frames

EVENTS = 1001  # the first event slot, as Media Composer has it
AUTHOR = "Answerprint"
_COLOURS = {  # red, green and blue of 65 535, as Media Composer writes them
    "RED": (41471, 12134, 6564),
    "GREEN": (13107, 52428, 13107),
    "BLUE": (13107, 13107, 52428),
    "CYAN": (13107, 52428, 52428),
    "MAGENTA": (52428, 13107, 52428),
    "YELLOW": (52428, 52428, 13107),
    "BLACK": (0, 0, 0),
    "WHITE": (65535, 65535, 65535),
}


class Note(msgspec.Struct, frozen=True):
    """A marker as a file has it. place, frames: edit units of its event slot, which has rate of them."""

    slot: int  # of the track it is on; 0 where it does not say
    place: int
    frames: int
    text: str
    colour: str
    rate: Fraction


class NoteSlots:
    """The event slots of a composition."""

    def __init__(self, file: Any, cut: Cut) -> None:
        self._make = file.create.from_name
        self._cut = cut
        self._tracks: dict[int, tuple[int, list[Any]]] = {}  # by slot of the track: its number, its markers

    def on_clip(self, clip: Clip, slot: int, number: int) -> None:
        """A clip's notes on its track, where they are seen; slot: the track's. Every track is told of."""
        held = self._tracks.setdefault(slot, (number, []))[1]
        for marker in clip.markers:
            place = note_place(clip, marker, self._cut.rate)
            if place is not None:
                held.append(self._marker(marker, place, 1, slot))

    def on_cut(self, marker: Marker) -> None:
        """A note on the cut stands on its first track."""
        slot = min(self._tracks, default=0)
        start = marker.range.start.frame(self._cut.rate, Rounding.EXACT)
        frames = marker.range.end.frame(self._cut.rate, Rounding.EXACT) - start
        held = self._tracks.setdefault(slot, (1, []))[1]
        held.append(self._marker(marker, start, frames, slot))

    def slots(self, free: int) -> list[Any]:
        """free: the first slot that no track has."""
        first = max(EVENTS, free)
        made: list[Any] = []
        for number, markers in self._tracks.values():
            if not markers:
                continue
            sequence = self._make("Sequence", "DescriptiveMetadata")
            sequence.components.value = sorted(markers, key=lambda one: one["Position"].value)
            slot = self._make("EventMobSlot", first + len(made), "", sequence)
            slot.edit_rate = rational(self._cut.rate)
            slot["PhysicalTrackNumber"].value = number
            made.append(slot)
        return made

    def _marker(self, marker: Marker, place: int, frames: int, slot: int) -> Any:
        made = self._make("DescriptiveMarker")
        text = said(marker)
        red, green, blue = _COLOURS.get(marker.colour, _COLOURS["RED"])
        made.length = frames
        for name, value in (
            ("Position", place),
            ("Comment", text),
            ("DescribedSlots", {slot} if slot else None),
            ("CommentMarkerUser", AUTHOR),
            ("CommentMarkerColor", {"red": red, "green": green, "blue": blue}),
        ):
            made[name].value = value
        made["CommentMarkerAttributeList"].extend(
            [
                self._make("TaggedValue", name, value)
                for name, value in (
                    ("_ATN_CRM_USER", AUTHOR),
                    ("_ATN_CRM_COLOR", plain(marker.colour.capitalize())),
                    ("_ATN_CRM_COM", text),
                    ("_ATN_CRM_LENGTH", min(frames, 2**31 - 1)),
                )
            ]
        )
        return made


def said(marker: Marker) -> str:
    """A note's name and comment in one line, as there is one."""
    return plain(": ".join(part for part in (marker.name, marker.comment) if part))


def note_place(clip: Clip, marker: Marker, rate: Fraction) -> int | None:
    """The record frame of a clip that shows where a note in its source is; None where none does."""
    start, end = record_frames(clip, rate)
    if not clip.speed:
        return None
    seconds = (marker.range.start.seconds - clip.source.start.seconds) / clip.speed
    place = start + math.ceil(seconds * rate)
    return place if start <= place < end else None


def notes_of(mob: Any) -> list[Note]:
    """The markers of a mob's event slots."""
    found = []
    for slot in mob.slots:
        rate = slot.getvalue("EditRate") if type(slot).__name__ == "EventMobSlot" else None
        if not rate or rate <= 0:
            continue
        segment = slot.segment
        for one in segment.components if hasattr(segment, "components") else [segment]:
            if type(one).__name__ in ("DescriptiveMarker", "CommentMarker"):
                found.append(_note(one, exact(rate)))
    return found


def _note(event: Any, rate: Fraction) -> Note:
    slots = event.getvalue("DescribedSlots")
    listed = attributes(event, "CommentMarkerAttributeList")
    text = event.getvalue("Comment") or listed.get("_ATN_CRM_COM") or ""
    length = event.getvalue("Length")
    if length is None:
        length = listed.get("_ATN_CRM_LENGTH", 1)
    colour = listed.get("_ATN_CRM_COLOR")
    return Note(
        slot=min(slots) if slots else 0,
        place=int(event.getvalue("Position") or 0),
        frames=max(length, 0) if isinstance(length, int) else 1,
        text=str(text),
        colour=str(colour).upper() if colour else _colour(event.getvalue("CommentMarkerColor")),
        rate=rate,
    )


def _colour(rgb: Mapping[str, int] | None) -> str:
    """The name nearest to what is drawn."""
    if not rgb:
        return "RED"
    values = (rgb.get("red", 0), rgb.get("green", 0), rgb.get("blue", 0))
    return min(
        _COLOURS, key=lambda one: sum((a - b) ** 2 for a, b in zip(_COLOURS[one], values, strict=True))
    )
