"""Logs as Excel workbooks: sheets that hold a table of takes."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from answerprint.core.errors import FormatError
from answerprint.formats.logs.entries import Row, Table, titles_known
from answerprint.formats.text import read_head

SIZE_LIMIT = 32 * 2**20  # bytes, packed; a season's log is under one
UNPACKED_LIMIT = 128 * 2**20  # bytes
MEMBER_LIMIT = 2_000
ROW_LIMIT = 50_000
COLUMN_LIMIT = 200
HEADER_WITHIN = 60  # rows: titles, crew and weather stand above the table
_KNOWN_TITLES = 2  # columns a header names at least


def workbook_tables(path: Path) -> list[Table]:
    """The tables of takes in a workbook, sheet by sheet.

    Raises FormatError AP-FORMAT-064 when no sheet has one, 065 when the workbook cannot be read, 066 when it
    unpacks to more than a log holds.
    """
    data = read_head(path, SIZE_LIMIT + 1)
    _guard(data, path)
    from openpyxl import load_workbook

    tables: list[Table] = []
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                table = _table(sheet.title, _rows(sheet))
                if table is not None:
                    tables.append(table)
        finally:
            book.close()
    except FormatError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise: KeyError, TypeError, ParseError …
        raise _damaged(path, f"{type(error).__name__}: {error}") from error
    if not tables:
        raise FormatError(
            "AP-FORMAT-064",
            "no sheet of this workbook holds a table of takes",
            file=str(path),
            remedy="give a sheet a row of titles: clip, or scene and take; circled, camera, sound, notes",
        )
    return tables


def _guard(data: bytes, path: Path) -> None:
    """Before anything is unpacked: sizes as declared, which zipfile holds members to, and no entities."""
    if len(data) > SIZE_LIMIT:
        raise _bomb(path, f"larger than {SIZE_LIMIT // 2**20} MiB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MEMBER_LIMIT:
                raise _bomb(path, f"{len(members)} parts")
            if sum(one.file_size for one in members) > UNPACKED_LIMIT:
                raise _bomb(path, f"more than {UNPACKED_LIMIT // 2**20} MiB unpacked")
            if "[Content_Types].xml" not in archive.namelist():
                raise _damaged(path, "a zip archive, but no workbook")
            for one in members:
                if one.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(one)[:4096]:
                    raise _damaged(path, f"{one.filename} declares a document type, which no workbook does")
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise _damaged(path, str(error)) from error


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what a sheet says of its own size is not believed
    for cells in sheet.iter_rows(max_row=ROW_LIMIT, max_col=COLUMN_LIMIT, values_only=True):
        yield [_text(one) for one in cells]


def _table(sheet: str, rows: Iterator[list[str]]) -> Table | None:
    header: Row | None = None
    found: list[Row] = []
    for number, fields in enumerate(rows, start=1):
        row = Row(fields, number, f"sheet {sheet}, row {number}")
        if header is None:
            if number > HEADER_WITHIN:
                return None
            if titles_known(fields) >= _KNOWN_TITLES:
                while fields and not fields[-1].strip():
                    fields.pop()
                header = row
        elif fields[: len(header.fields)] != list(header.fields):  # a header printed again on the next page
            found.append(Row(fields[: len(header.fields)], number, row.place))
    return Table(header, found) if header is not None else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()  # a workbook has no dates without a time of day
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _damaged(path: Path, why: str) -> FormatError:
    return FormatError(
        "AP-FORMAT-065",
        f"this workbook cannot be read: {why}",
        file=str(path),
        remedy="save it again as .xlsx, or export the sheet as CSV",
    )


def _bomb(path: Path, what: str) -> FormatError:
    return FormatError(
        "AP-FORMAT-066",
        f"{what}: more than a log holds",
        file=str(path),
        remedy="export the sheet with the takes as CSV",
    )
