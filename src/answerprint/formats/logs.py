"""Script supervisors' logs: CSV and tab-separated tables with columns in any order, and Avid Log Exchange."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from answerprint.core.errors import FormatError
from answerprint.formats.text import read_text

# Column titles as crews write them, without case, spaces and punctuation.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "clip": ("clip", "file", "name", "filename", "clipname", "videofile", "picture", "sourcefile"),
    "scene": ("scene", "sc", "scn", "sceneno", "scenenumber"),
    "slate": ("slate", "slateno", "setup", "shot", "slatenumber"),
    "take": ("take", "tk", "takeno", "takenumber"),
    "circled": ("circled", "circle", "print", "good", "circletake", "circledtake"),
    "camera": ("camera", "cam", "cameraid", "camroll", "cameraroll"),
    "sound": ("soundroll", "soundfile", "sound", "audiofile", "audio", "wav", "soundclip", "auxtc1"),
    "notes": ("notes", "note", "comments", "comment", "remarks", "description"),
    "start": ("start", "starttc", "tcin", "in", "starttimecode", "timecode", "tc"),
    "end": ("end", "endtc", "tcout", "out", "endtimecode"),
    "reel": ("reel", "tape", "roll", "reelname", "card"),
}
_YES = frozenset(
    "x|y|yes|true|1|*|○|◯|⭕|●|✓|✔|c|circled|circle|p|print|printed|good|ok".split("|")  # noqa: SIM905
)
_NO = frozenset("|n|no|false|0|-|–|ng|bad|none".split("|"))  # noqa: SIM905


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One row: what somebody on the floor wrote of one take. Empty where nothing was written."""

    clip: str = ""  # file or clip name as written, with or without suffix
    scene: str = ""
    slate: str = ""
    take: str = ""  # "2", or as written: "3 PU"
    circled: bool = False
    camera: str = ""
    sound: str = ""  # sound roll or sound file
    notes: str = ""
    start: str = ""  # timecode label as written
    end: str = ""
    reel: str = ""
    line: int = 0  # in the file, from 1
    other: Mapping[str, str] = {}  # columns of other names, as written


def read_log(path: Path) -> tuple[LogEntry, ...]:
    """The rows of a log, in written order. Commas, semicolons and tabs are told apart; ALE by its heading.

    Raises FormatError AP-FORMAT-060 when no column names a clip, or a scene, slate and take; AP-FORMAT-061
    for a row that does not fit its header; AP-FORMAT-062 for a circle that is neither yes nor no;
    AP-FORMAT-063 for an Avid log without its Column or Data section.
    """
    text, _ = read_text(path)
    return parse_log(text, file=str(path))


def parse_log(text: str, *, file: str | None = None) -> tuple[LogEntry, ...]:
    """As `read_log`, from text."""
    if re.match(r"\s*heading\b", text, re.IGNORECASE):
        header, header_line, rows = _ale(text, file)
    else:
        header, header_line, rows = _table(text, file)
    columns = _columns(header, header_line, file)
    return tuple(_entry(row, line, header, columns, file) for line, row in rows if any(map(str.strip, row)))


Rows = list[tuple[int, list[str]]]


def _table(text: str, file: str | None) -> tuple[list[str], int, Rows]:
    lines = text.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip(" \t,;")), None)
    if first is None:
        raise FormatError("AP-FORMAT-060", "this log is empty", file=file)
    counts = {mark: lines[first].count(mark) for mark in ("\t", ";", ",")}
    delimiter = max(counts, key=lambda mark: counts[mark])
    rest = (f"{line}\n" for line in lines[first:])
    reader = csv.reader(rest, delimiter=delimiter, skipinitialspace=True, strict=True)
    rows: Rows = []
    before = first
    try:
        for row in reader:
            rows.append((before + 1, row))
            before = first + reader.line_num
    except csv.Error as error:
        raise FormatError(
            "AP-FORMAT-061",
            f"this row cannot be read: {error}",
            file=file,
            at=f"line {before + 1}",
            remedy="check its quotation marks",
        ) from error
    line, header = rows.pop(0)
    return header, line, rows


def _ale(text: str, file: str | None) -> tuple[list[str], int, Rows]:
    """Avid Log Exchange: Heading, Column and Data sections, fields between tabs."""
    header: list[str] | None = None
    header_line = 0
    rows: Rows = []
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        word = line.strip().casefold()
        if word in ("heading", "column", "data"):
            section = word
        elif section == "column" and line.strip() and header is None:
            header, header_line = line.split("\t"), number
        elif section == "data" and line.strip():
            rows.append((number, line.split("\t")))
    if header is None or section != "data":
        raise FormatError(
            "AP-FORMAT-063",
            f"this Avid log has no {'Column' if header is None else 'Data'} section",
            file=file,
            remedy="export it again",
        )
    while header and not header[-1].strip():  # Avid ends its lines with a tab
        header.pop()
    return header, header_line, rows


def _columns(header: list[str], line: int, file: str | None) -> dict[str, int]:
    """Which column holds which field: the first of its names, in the order of COLUMNS."""
    plain = [re.sub(r"[\W_]+", "", title).casefold() for title in header]
    found: dict[str, int] = {}
    for name, titles in COLUMNS.items():
        places = [plain.index(title) for title in titles if title in plain]
        free = [place for place in places if place not in found.values()]
        if free:
            found[name] = free[0]
    if "clip" not in found and not {"scene", "take"} <= set(found):
        raise FormatError(
            "AP-FORMAT-060",
            "no column of this log names a clip, nor a scene and take",
            file=file,
            at=f"line {line}",
            remedy="name the columns: clip, scene, slate, take, circled, camera, sound, notes",
        )
    return found


def _entry(
    row: list[str], line: int, header: list[str], columns: Mapping[str, int], file: str | None
) -> LogEntry:
    if any(field.strip() for field in row[len(header) :]):
        raise FormatError(
            "AP-FORMAT-061",
            f"this row has {len(row)} fields where the header has {len(header)}",
            file=file,
            at=f"line {line}",
            remedy="put quotation marks around text that holds the separator",
        )

    def field(name: str) -> str:
        place = columns.get(name)
        return row[place].strip() if place is not None and place < len(row) else ""

    known = set(columns.values())
    return LogEntry(
        clip=field("clip"),
        scene=field("scene"),
        slate=field("slate"),
        take=re.sub(r"^(?:take|tk|t)?[\s.]*0*(?=\d)", "", field("take"), flags=re.IGNORECASE),
        circled=_circled(field("circled"), file, line),
        camera=field("camera"),
        sound=field("sound"),
        notes=field("notes"),
        start=field("start"),
        end=field("end"),
        reel=field("reel"),
        line=line,
        other={
            title.strip(): row[place].strip()
            for place, title in enumerate(header)
            if place not in known and place < len(row) and row[place].strip()
        },
    )


def _circled(written: str, file: str | None, line: int) -> bool:
    plain = re.sub(r"[\s.]+", "", written).casefold()
    if plain not in _YES and plain not in _NO:
        raise FormatError(
            "AP-FORMAT-062",
            f"{written!r} says neither that the take is circled nor that it is not",
            file=file,
            at=f"line {line}",
            remedy="write x, or leave it empty",
        )
    return plain in _YES
