"""Logs as text: CSV and tab-separated tables with columns in any order, and Avid Log Exchange."""

from __future__ import annotations

import csv
import re

from answerprint.core.errors import FormatError
from answerprint.formats.logs.entries import Row, Table


def written_tables(text: str, file: str | None) -> Table:
    """The table in a text. Raises FormatError AP-FORMAT-060, 061 and 063 as `read_log` says."""
    return _ale(text, file) if re.match(r"\s*heading\b", text, re.IGNORECASE) else _separated(text, file)


def _separated(text: str, file: str | None) -> Table:
    lines = text.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip(" \t,;")), None)
    if first is None:
        raise FormatError("AP-FORMAT-060", "this log is empty", file=file)
    counts = {mark: lines[first].count(mark) for mark in ("\t", ";", ",")}
    delimiter = max(counts, key=lambda mark: counts[mark])
    rest = (f"{line}\n" for line in lines[first:])
    reader = csv.reader(rest, delimiter=delimiter, skipinitialspace=True, strict=True)
    rows: list[Row] = []
    before = first
    try:
        for fields in reader:
            rows.append(_row(before + 1, fields))
            before = first + reader.line_num
    except csv.Error as error:
        raise FormatError(
            "AP-FORMAT-061",
            f"this row cannot be read: {error}",
            file=file,
            at=f"line {before + 1}",
            remedy="check its quotation marks",
        ) from error
    return Table(rows[0], rows[1:])


def _ale(text: str, file: str | None) -> Table:
    """Avid Log Exchange: Heading, Column and Data sections, fields between tabs."""
    header: list[str] | None = None
    header_line = 0
    rows: list[Row] = []
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        word = line.strip().casefold()
        if word in ("heading", "column", "data"):
            section = word
        elif section == "column" and line.strip() and header is None:
            header, header_line = line.split("\t"), number
        elif section == "data" and line.strip():
            rows.append(_row(number, line.split("\t")))
    if header is None or section != "data":
        raise FormatError(
            "AP-FORMAT-063",
            f"this Avid log has no {'Column' if header is None else 'Data'} section",
            file=file,
            remedy="export it again",
        )
    while header and not header[-1].strip():  # Avid ends its lines with a tab
        header.pop()
    return Table(_row(header_line, header), rows)


def _row(line: int, fields: list[str]) -> Row:
    return Row(fields, line, f"line {line}")
