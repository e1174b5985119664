"""Rows of a log as entries: which column holds what, however crews and programs title it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from answerprint.core.errors import FormatError

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
    line: int = 0  # its line, or row of its sheet or of its PDF's tables, from 1
    other: Mapping[str, str] = {}  # columns of other names, as written


@dataclass(frozen=True)
class Row:
    """One row of a table as it was read."""

    fields: Sequence[str]
    line: int
    place: str  # for people: "line 3", "sheet Day 2, row 5", "page 1, row 7"
    circled: bool = False  # a circle is drawn round its take


@dataclass(frozen=True)
class Table:
    """A header and the rows under it."""

    header: Row
    rows: Sequence[Row]


def entries_of(tables: Iterable[Table], file: str | None) -> tuple[LogEntry, ...]:
    """The entries of every table, in written order; rows without anything in them are left out.

    Raises FormatError AP-FORMAT-060, 061 and 062 as `read_log` says.
    """
    found: list[LogEntry] = []
    for table in tables:
        columns = _columns(table.header, file)
        found += [
            _entry(row, table.header.fields, columns, file)
            for row in table.rows
            if any(map(str.strip, row.fields))
        ]
    return tuple(found)


def titles_known(titles: Sequence[str]) -> int:
    """How many fields of an entry these titles name; 0 when they name neither a clip nor a scene and take."""
    found = _fields(titles)
    return len(found) if "clip" in found or {"scene", "take"} <= set(found) else 0


def _fields(titles: Sequence[str]) -> dict[str, int]:
    """Which column holds which field: the first of its names, in the order of COLUMNS."""
    plain = [plain_title(title) for title in titles]
    found: dict[str, int] = {}
    for name, names in COLUMNS.items():
        places = [plain.index(title) for title in names if title in plain]
        free = [place for place in places if place not in found.values()]
        if free:
            found[name] = free[0]
    return found


def plain_title(title: str) -> str:
    """A title without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", title).casefold()


def _columns(header: Row, file: str | None) -> dict[str, int]:
    found = _fields(header.fields)
    if "clip" not in found and not {"scene", "take"} <= set(found):
        raise FormatError(
            "AP-FORMAT-060",
            "no column of this log names a clip, nor a scene and take",
            file=file,
            at=header.place,
            remedy="name the columns: clip, scene, slate, take, circled, camera, sound, notes",
        )
    return found


def _entry(row: Row, header: Sequence[str], columns: Mapping[str, int], file: str | None) -> LogEntry:
    fields = row.fields
    if any(field.strip() for field in fields[len(header) :]):
        raise FormatError(
            "AP-FORMAT-061",
            f"this row has {len(fields)} fields where the header has {len(header)}",
            file=file,
            at=row.place,
            remedy="put quotation marks around text that holds the separator",
        )

    def field(name: str) -> str:
        place = columns.get(name)
        return fields[place].strip() if place is not None and place < len(fields) else ""

    known = set(columns.values())
    take = field("take")
    encircled = any("\u2460" <= one <= "\u2473" or "\u24b6" <= one <= "\u24e9" for one in take)  # ③
    if encircled:
        take = unicodedata.normalize("NFKC", take)
    return LogEntry(
        clip=field("clip"),
        scene=field("scene"),
        slate=field("slate"),
        take=re.sub(r"^(?:take|tk|t)?[\s.]*0*(?=\d)", "", take, flags=re.IGNORECASE),
        circled=row.circled or encircled or _circled(field("circled"), file, row.place),
        camera=field("camera"),
        sound=field("sound"),
        notes=field("notes"),
        start=field("start"),
        end=field("end"),
        reel=field("reel"),
        line=row.line,
        other={
            title.strip(): fields[place].strip()
            for place, title in enumerate(header)
            if place not in known and place < len(fields) and fields[place].strip()
        },
    )


def _circled(written: str, file: str | None, place: str) -> bool:
    plain = re.sub(r"[\s.]+", "", written).casefold()
    if plain not in _YES and plain not in _NO:
        raise FormatError(
            "AP-FORMAT-062",
            f"{written!r} says neither that the take is circled nor that it is not",
            file=file,
            at=place,
            remedy="write x, or leave it empty",
        )
    return plain in _YES
