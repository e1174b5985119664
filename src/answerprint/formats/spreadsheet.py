"""Excel workbooks (Office Open XML), the same bytes for the same content."""

from __future__ import annotations

import datetime
import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from answerprint.core.errors import FormatError

if TYPE_CHECKING:
    from openpyxl import Workbook

WIDEST = 60  # characters; longer text wraps
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a cell begins with that a spreadsheet would compute
_MOMENT = datetime.datetime(2000, 1, 1)  # a workbook says when it was made: always this
_UNALLOWED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|[\ud800-\udfff]|[\ufffe\uffff]")


@dataclass(frozen=True)
class Table:
    """One sheet: a heading row, then rows of text, numbers and dates."""

    name: str  # at most 31 characters, none of []:*?/\\
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    fills: dict[int, str] = field(default_factory=dict)  # row from 0 → RRGGBB behind the whole row


def write_tables(tables: Sequence[Table]) -> bytes:
    """A workbook of tables: headings bold and frozen, columns as wide as what they hold, filters on.

    Text is always text: a cell that begins with `=` is no formula.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", table.name)[:31])
        sheet.append([clean(one) for one in table.columns])
        for row in table.rows:
            sheet.append([clean(one) for one in row])
        for at, name in enumerate(table.columns, start=1):
            longest = max([len(str(name)), *(len(str(row[at - 1])) for row in table.rows)], default=8)
            sheet.column_dimensions[get_column_letter(at)].width = min(longest + 2, WIDEST)
        for cells in sheet.iter_rows():
            for cell in cells:
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                if cell.data_type == "f":
                    cell.data_type = "s"
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for at, colour in table.fills.items():
            for cell in sheet[at + 2]:
                cell.fill = PatternFill("solid", fgColor=colour)
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = sheet.dimensions
    return finished(book)


def clean(value: Any) -> Any:
    """A cell's value without the control characters that XML cannot hold."""
    return _UNALLOWED.sub("", value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """Text for a cell of a CSV that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def finished(book: Workbook) -> bytes:
    """An openpyxl workbook as bytes without the moment it was saved at.

    Raises FormatError AP-FORMAT-191 when there is no room for the files that openpyxl works with.
    """
    from lxml.etree import SerialisationError

    book.properties.creator = "Answerprint"
    book.properties.created = book.properties.modified = _MOMENT
    raw = io.BytesIO()
    try:
        book.save(raw)
    except (OSError, SerialisationError) as error:
        raise FormatError(
            "AP-FORMAT-191",
            f"a spreadsheet cannot be put together in {tempfile.gettempdir()}: {error}",
            remedy="make room there, or name another folder in TMPDIR",
        ) from error
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fixed:
        for entry in made.infolist():
            data = made.read(entry)
            if entry.filename == "docProps/core.xml":
                data = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + _MOMENT.isoformat().encode() + b"Z", data
                )
            fixed.writestr(
                zipfile.ZipInfo(entry.filename, date_time=_MOMENT.timetuple()[:6]),
                data,
                zipfile.ZIP_DEFLATED,
            )
    return out.getvalue()
