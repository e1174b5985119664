"""Notes in edit lists: Resolve's marker lists, where every event is a note, and locators (`* LOC:`)."""

from __future__ import annotations

import re

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.errors import FormatError
from answerprint.core.timecode import can_drop
from answerprint.formats.timelines.edl_document import read_edl
from answerprint.formats.timelines.markers_notes import (
    TIMECODE,
    Note,
    NoteClock,
    one_line,
    read_colour,
    written_colour,
)

_EVENT = re.compile(rf"\s*\d+\s+\S+\s+\S+\s+C\s+(?:{TIMECODE}\s+){{2}}(?P<at>{TIMECODE})\s+{TIMECODE}\s*")
_TAGS = re.compile(r"(?:ResolveColor)?(?P<colour>\w*)\s*\|M:(?P<name>.*)\|D:(?P<frames>\d+)\s*")
_COLOURS = {
    **{one.upper(): one for one in ("Blue", "Cyan", "Green", "Yellow", "Red", "Pink", "Purple")},
    **{one.upper(): one for one in ("Rose", "Lavender", "Sky", "Mint", "Lemon")},
    **{"MAGENTA": "Fuchsia", "ORANGE": "Sand", "BLACK": "Cocoa", "WHITE": "Cream"},
}


def has_resolve_markers(text: str) -> bool:
    return "|C:" in text and any(_EVENT.fullmatch(line) for line in text.split("\n"))


def read_resolve_markers(text: str, clock: NoteClock) -> list[Note]:
    """A note for every event: its text, then colour, name and frames as Resolve's tags say them."""
    notes: list[Note] = []
    drop = clock.drop
    for number, line in enumerate(text.split("\n"), start=1):
        place = f"line {number}"
        event = _EVENT.fullmatch(line)
        words, bar, rest = line.rpartition("|C:")
        tags = _TAGS.fullmatch(rest) if bar else None
        if line.startswith("FCM:") and clock.drop is None:
            drop = True if "NON" not in line and can_drop(clock.rate) else None
        elif event is not None:
            counted = NoteClock(rate=clock.rate, start_frame=0, drop=drop, file=clock.file)
            notes.append(Note(count=counted.count(event["at"], place)))
        elif notes and line.strip():
            said = "\n".join(part for part in (notes[-1].comment, (words if tags else line).strip()) if part)
            notes[-1] = msgspec.structs.replace(notes[-1], comment=said)
            if tags is not None:
                notes[-1] = msgspec.structs.replace(
                    notes[-1],
                    frames=clock.frames(tags["frames"], place),
                    name=tags["name"].strip(),
                    colour=read_colour(tags["colour"], _COLOURS),
                )
    return notes


def write_resolve_markers(notes: list[Note], clock: NoteClock, cut: Cut) -> bytes:
    """As Resolve writes `Timeline Markers to EDL`. A bar inside a text becomes a space."""
    lines = [f"TITLE: {one_line(cut.name)}", f"FCM: {'DROP FRAME' if cut.drop else 'NON-DROP FRAME'}", ""]
    for number, note in enumerate(notes, start=1):
        frame = note.frame or 0
        at, after = clock.label(frame), clock.label(frame + 1)
        colour = written_colour(note.colour, _COLOURS, "Blue")
        words, name = (one_line(part, "|") for part in (note.comment, note.name))
        lines += [
            f"{number:03d}  001      V     C        {at} {after} {at} {after}  ",
            f"{words} |C:ResolveColor{colour} |M:{name} |D:{note.frames}",
            "",
        ]
    return "\n".join(lines).encode()


def has_locators(text: str) -> bool:
    return re.search(rf"^\*\s*LOC\s*:\s*{TIMECODE}", text, re.MULTILINE) is not None


def read_locators(text: str, clock: NoteClock) -> list[Note]:
    """The locators of a CMX 3600 list; one without events is a list of nothing else."""
    try:
        document = read_edl(text, clock.rate, file=clock.file)
    except FormatError as error:
        raise clock.unread(error.message, error.at or "") from error
    if document.rate != clock.rate:
        raise clock.unread(f"the list counts {document.rate} frames a second", "")
    return [
        Note(count=one.frame, name=one.text, colour=one.colour)
        for event in document.events
        for one in event.markers
    ]
