"""Notes in rows: Premiere's markers, Avid's marker text, and comments of review pages as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.time import Rounding, Time
from answerprint.core.timecode import can_drop, frames_a_day
from answerprint.formats.timelines.conforming import nearest
from answerprint.formats.timelines.markers_notes import (
    LONGEST,
    Note,
    NoteClock,
    is_label,
    one_line,
    read_colour,
    written_colour,
)

AVID_COLOURS = {
    one.upper(): one
    for one in (
        *("Red", "Green", "Blue", "Cyan", "Magenta", "Yellow", "Black", "White"),
        *("Pink", "Forest", "Denim", "Violet", "Purple", "Orange", "Grey", "Gold"),
    )
}
_FIRST_EIGHT = {  # of a newer colour: the one that older versions show for it
    **{"PINK": "Magenta", "FOREST": "Green", "DENIM": "Blue", "VIOLET": "Magenta", "PURPLE": "Magenta"},
    **{"ORANGE": "Yellow", "GREY": "White", "GOLD": "Yellow"},
}
_COLUMNS = {  # what a column is called, in small letters; the first that is there counts
    "place": ("in", "timecode", "timecode in", "source timecode", "start", "tc"),
    "end": ("out", "timecode out", "end"),
    "length": ("duration",),
    "frame": ("frame", "frame number"),
    "name": ("commenter", "author", "owner", "marker name", "name", "user"),
    "comment": ("comment", "description", "comment text", "text", "notes", "note"),
    "colour": ("color", "colour"),
}
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:[.,]\d{1,9})?)", re.ASCII)
_PREMIERE = ("Marker Name", "Description", "In", "Out", "Duration", "Marker Type")
_LONGEST_TITLES = 10_000  # letters
_COMMENTS = ("Timecode", "Frame", "Duration", "Comment", "Commenter", "Color")


def avid_colours(colour: str) -> tuple[str, str]:
    """One of Avid's first eight colours, and its newer name."""
    newer = written_colour(colour, AVID_COLOURS, "Red")
    return _FIRST_EIGHT.get(newer.upper(), newer), newer


def has_avid_rows(text: str) -> bool:
    rows = [line.split("\t") for line in text.split("\n") if line.strip()]
    return bool(rows) and len(rows[0]) >= 5 and is_label(rows[0][1])


def read_avid_rows(text: str, clock: NoteClock) -> list[Note]:
    """User, timecode, track, colour, comment, length, –, newer colour. A line of fewer fields goes on with
    the comment above it."""
    notes: list[Note] = []
    for number, line in enumerate(text.split("\n"), start=1):
        fields = line.split("\t")
        if len(fields) < 5:
            if notes and line.strip():
                comment = f"{notes[-1].comment}\n{line.strip()}"
                notes[-1] = msgspec.structs.replace(notes[-1], comment=comment)
            continue
        place = f"line {number}"
        user, label, _, colour, comment, *more = fields
        newer = more[2].strip() if len(more) > 2 else ""
        notes.append(
            Note(
                count=clock.count(label, place),
                frames=clock.frames(more[0], place) if more and more[0].strip() else 1,
                name=user.strip(),
                comment=comment.strip(),
                colour=read_colour(newer or colour, AVID_COLOURS),
            )
        )
    return notes


def write_avid_rows(notes: list[Note], clock: NoteClock, cut: Cut) -> bytes:
    """Marker text as Media Composer imports it, UTF-8. The note's name stands where the user's does."""
    lines = []
    for note in notes:
        first, newer = avid_colours(note.colour)
        words = (one_line(note.name), clock.label(note.frame or 0), "V1", first.casefold())
        lines.append("\t".join((*words, one_line(note.comment), str(note.frames), "", newer)))
    return "".join(f"{line}\r\n" for line in lines).encode()


def has_note_columns(text: str) -> bool:
    columns = _columns(_titles(text)[1])
    return ("place" in columns or "frame" in columns) and ("comment" in columns or "name" in columns)


def read_note_table(text: str, clock: NoteClock) -> list[Note]:
    """Rows under a line of titles, in any order of columns."""
    delimiter, titles = _titles(text)
    columns = _columns(titles)
    plain = "GREEN" if _PREMIERE[0] in titles else "RED"  # as Premiere makes markers
    rows = _tabbed(text, columns) if delimiter == "\t" else _quoted(text, delimiter, clock)
    notes: list[Note] = []
    for number, row in rows:
        fields = {key: row[at].strip() for key, at in columns.items() if at < len(row)}
        if any(fields.values()):
            notes.append(_note(fields, clock, f"line {number}", plain))
    return notes


def write_premiere_table(notes: list[Note], clock: NoteClock, cut: Cut) -> bytes:
    """As Premiere exports markers: tab-separated, UTF-16 with its mark. A note of one frame has no length."""
    lines = ["\t".join(_PREMIERE)]
    for note in notes:
        frame, frames = note.frame or 0, note.frames if note.frames > 1 else 0
        times = (clock.label(frame), clock.label(frame + frames), clock.length(frames))
        lines.append("\t".join((one_line(note.name), one_line(note.comment), *times, "Comment")))
    return "".join(f"{line}\n" for line in lines).encode("utf-16")


def write_comment_table(notes: list[Note], clock: NoteClock, cut: Cut) -> bytes:
    """Comments as CSV (RFC 4180), UTF-8. Frames count from the cut's first."""
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(_COMMENTS)
    for note in notes:
        frame = note.frame or 0
        table.writerow(
            (clock.label(frame), frame, clock.length(note.frames), note.comment, note.name, note.colour)
        )
    return out.getvalue().encode("utf-8", "replace")


def _note(fields: Mapping[str, str], clock: NoteClock, place: str, colour: str) -> Note:
    written = fields.get("place", "")
    count, frame = None, None
    if fields.get("frame"):
        frame = clock.frames(fields["frame"], place)
    elif is_label(written):
        count = clock.count(written, place)
    elif written:
        frame = _of_clock(written, clock, place)
    frames = 1
    if count is not None and is_label(fields.get("end", "")):
        day = frames_a_day(clock.rate, bool(clock.drop) and can_drop(clock.rate))
        frames = nearest(clock.count(fields["end"], place) - count, day)
    elif is_label(fields.get("length", "")):
        frames = clock.count(fields["length"], place)
    if not 0 <= frames <= LONGEST:
        raise clock.unread(f"it ends at {fields.get('end')}, before it begins at {written}", place)
    return Note(
        count=count,
        frame=frame,
        frames=frames,
        name=fields.get("name", ""),
        comment=fields.get("comment", ""),
        colour=fields.get("colour", "").upper() or colour,
    )


def _of_clock(text: str, clock: NoteClock, place: str) -> int:
    """A time by the clock from the beginning, `1:02.5`: the frame on screen then."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise clock.unread(f"{text[:20]!r} is no time", place)
    hours, minutes, seconds = (Fraction((one or "0").replace(",", ".")) for one in match.groups())
    return Time.of_seconds(hours * 3600 + minutes * 60 + seconds).frame(clock.rate, Rounding.FLOOR)


def _columns(titles: list[str]) -> dict[str, int]:
    """Which column says what."""
    written = [one.strip().casefold() for one in titles]
    found: dict[str, int] = {}
    for key, names in _COLUMNS.items():
        known = [written.index(name) for name in names if name in written]
        if known:
            found[key] = known[0]
    return found


def _titles(text: str) -> tuple[str, list[str]]:
    """What separates the fields of a table, and its titles."""
    first = next((line for line in text.split("\n") if line.strip()), "")[:_LONGEST_TITLES]
    delimiter = max("\t,;", key=first.count)
    return delimiter, [one.strip() for one in next(csv.reader([first], delimiter=delimiter), [])]


def _quoted(text: str, delimiter: str, clock: NoteClock) -> Iterator[tuple[int, list[str]]]:
    """The rows of CSV under its titles, each with the line it ends on."""
    reader = csv.reader(io.StringIO(text.lstrip("\n"), newline=""), delimiter=delimiter)
    try:
        next(reader, None)
        yield from ((reader.line_num, row) for row in reader)
    except csv.Error as error:
        raise clock.unread(f"a field has no end: {error}", f"line {reader.line_num}") from error


def _tabbed(text: str, columns: Mapping[str, int]) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table without quotes, each with the line it begins on. Premiere writes line breaks in
    texts as they are: a row goes on until its place is told."""
    lines = text.split("\n")
    above = next(number for number, line in enumerate(lines) if line.strip())
    place = columns.get("place", columns.get("frame", 0))
    begun, held = 0, ""
    for number, line in enumerate(lines[above + 1 :], start=above + 2):
        if not held and not line.strip():
            continue
        begun, held = (begun, f"{held}\n{line}") if held else (number, line)
        fields = held.split("\t")
        if len(fields) > place:
            yield begun, fields
            held = ""
    if held.strip():
        yield begun, held.split("\t")
