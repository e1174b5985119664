"""Notes in edit lists: Resolve's marker lists, where every event is a note, and locators (`* LOC:`)."""

from __future__ import annotations

import re

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
_TAGS = re.compile(
    r"(?P<note>.*?)\s*\|C:(?:ResolveColor)?(?P<colour>\w*)\s*\|M:(?P<name>.*?)\s*\|D:(?P<frames>\d+)\s*"
)
_COLOURS = {
    **{one.upper(): one for one in ("Blue", "Cyan", "Green", "Yellow", "Red", "Pink", "Purple")},
    **{one.upper(): one for one in ("Rose", "Lavender", "Sky", "Mint", "Lemon")},
    **{"MAGENTA": "Fuchsia", "ORANGE": "Sand", "BLACK": "Cocoa", "WHITE": "Cream"},
}


def has_resolve_markers(text: str) -> bool:
    return "|C:" in text and any(_EVENT.fullmatch(line) for line in text.split("\n"))


def read_resolve_markers(text: str, clock: NoteClock) -> list[Note]:
    """A note for every event with Resolve's tags: its text, then colour, name and frames."""
    notes: list[Note] = []
    drop = clock.drop
    count: int | None = None
    said: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        event, tags = _EVENT.fullmatch(line), _TAGS.fullmatch(line)
        if line.startswith("FCM:") and clock.drop is None:
            drop = True if "NON" not in line and can_drop(clock.rate) else None
        elif event is not None:
            counted = NoteClock(rate=clock.rate, start_frame=0, drop=drop, file=clock.file)
            count, said = counted.count(event["at"], f"line {number}"), []
        elif tags is not None and count is not None:
            words = "\n".join(part for part in (*said, tags["note"].strip()) if part)
            notes.append(
                Note(
                    count=count,
                    frames=clock.frames(tags["frames"], f"line {number}"),
                    name=tags["name"].strip(),
                    comment=words,
                    colour=read_colour(tags["colour"], _COLOURS),
                )
            )
            count = None
        elif count is not None:
            said.append(line.strip())
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
    return [
        Note(count=one.frame, name=one.text, colour=one.colour)
        for event in document.events
        for one in event.markers
    ]
