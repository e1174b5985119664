"""Avid Log Exchange as a table: camera metadata in and out, with exact timecodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import msgspec

from answerprint.core.errors import FormatError
from answerprint.formats.text import read_text

# What Avid expects first, in its order; further columns follow.
COLUMNS = ("Name", "Tracks", "Start", "End", "Duration", "Tape", "FPS", "Scene", "Take", "Camera", "Circled")
COLOUR = ("ASC_SOP", "ASC_SAT")
_RATES = {
    Fraction(24000, 1001): "23.976",
    Fraction(30000, 1001): "29.97",
    Fraction(48000, 1001): "47.952",
    Fraction(60000, 1001): "59.94",
    Fraction(120000, 1001): "119.88",
}
_HEIGHTS = {480: "NTSC", 486: "NTSC", 576: "PAL", 720: "720", 1080: "1080"}


class AvidLog(msgspec.Struct, frozen=True, kw_only=True):
    """A log: what its heading says, its columns in order, and its rows as written."""

    heading: Mapping[str, str]
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


def rate_label(rate: Fraction) -> str:
    """A rate as Avid writes it: 23.976, 25, 29.97."""
    if rate in _RATES:
        return _RATES[rate]
    return str(rate.numerator) if rate.denominator == 1 else f"{float(rate):.3f}"


def video_format(height: int | None) -> str:
    """VIDEO_FORMAT of the heading: CUSTOM for sizes that Avid has no name for."""
    return _HEIGHTS.get(height or 0, "CUSTOM")


def read_ale(path: Path) -> AvidLog:
    """A log as a table. Raises UsageError AP-USE-010, FormatError AP-FORMAT-001, 002, 063, AP-FORMAT-203."""
    text, _ = read_text(path)
    return parse_ale(text, file=str(path))


def parse_ale(text: str, *, file: str | None = None) -> AvidLog:
    """As `read_ale`, from text. A row longer than its columns is refused: its fields would shift."""
    heading: dict[str, str] = {}
    columns: list[str] = []
    rows: list[Mapping[str, str]] = []
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        word = line.strip().casefold()
        if word in ("heading", "column", "data"):
            section = word
        elif not line.strip():
            continue
        elif section == "heading":
            key, _, value = line.partition("\t")
            heading[key.strip()] = value.strip()
        elif section == "column" and not columns:
            columns = line.rstrip("\t").split("\t")
        elif section == "data":
            rows.append(_row(line.split("\t"), columns, number, file))
    if section != "data" or not columns:
        raise FormatError(
            "AP-FORMAT-063",
            f"this Avid log has no {'Data' if columns else 'Column'} section",
            file=file,
            remedy="export it again",
        )
    return AvidLog(heading=heading, columns=tuple(columns), rows=tuple(rows))


def write_ale(
    rows: Sequence[Mapping[str, str]],
    *,
    rate: Fraction,
    height: int | None = None,
    audio_rate: int | None = None,
) -> bytes:
    """A log with Avid's columns first and all other columns of the rows after them. UTF-8, Windows line ends.

    rate: of the heading, which Avid takes all timecodes to count in. Tabs and line ends inside a text become
    spaces: the format has no way to write them.
    """
    known = (*COLUMNS, *COLOUR)
    others = dict.fromkeys(name for row in rows for name in row if name not in known)
    columns = [*known, *others]
    heading = {
        "FIELD_DELIM": "TABS",
        "VIDEO_FORMAT": video_format(height),
        "AUDIO_FORMAT": "96khz" if audio_rate == 96_000 else "48khz",
        "FPS": rate_label(rate),
    }
    lines = ["Heading", *(f"{key}\t{value}" for key, value in heading.items()), "", "Column"]
    lines += ["\t".join(columns), "", "Data"]
    lines += ["\t".join(_flat(row.get(name, "")) for name in columns) for row in rows]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8", "backslashreplace")


def _row(fields: list[str], columns: list[str], number: int, file: str | None) -> Mapping[str, str]:
    if any(one.strip() for one in fields[len(columns) :]):
        raise FormatError(
            "AP-FORMAT-203",
            f"this row has {len(fields)} fields where the Column section names {len(columns)}",
            file=file,
            at=f"line {number}",
            remedy="take the tab out of the text that holds one",
        )
    return {name: field.strip() for name, field in zip(columns, fields, strict=False) if field.strip()}


def _flat(text: str) -> str:
    return " ".join(text.replace("\t", " ").split("\n")).replace("\r", "")
