"""A screenplay as PDF in the industry's layout, the same bytes for the same script."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from answerprint.formats.screenplays.blocks import PrintedLine, columns, wrap
from answerprint.formats.screenplays.emphasis import Run, runs
from answerprint.formats.screenplays.model import Screenplay
from answerprint.formats.screenplays.page_style import LEADING, LETTER, PITCH, POINTS, PageStyle
from answerprint.formats.screenplays.pagination import Page, lay_out
from answerprint.formats.typefaces import SCREENPLAY

SIZE = 12.0  # points
# The order in which revised pages are coloured (Writers Guild of America), with tints that print as paper.
COLOURS: dict[str, tuple[float, float, float]] = {
    "white": (1.0, 1.0, 1.0),
    "blue": (0.80, 0.90, 1.0),
    "pink": (1.0, 0.85, 0.90),
    "yellow": (1.0, 1.0, 0.78),
    "green": (0.83, 0.96, 0.83),
    "goldenrod": (0.98, 0.88, 0.60),
    "buff": (0.96, 0.90, 0.78),
    "salmon": (1.0, 0.82, 0.75),
    "cherry": (1.0, 0.75, 0.78),
    "tan": (0.89, 0.80, 0.68),
}
CENTRED = ("title", "credit", "author", "authors", "source")


@dataclass(frozen=True)
class Sheet:
    """A page to print: its label (`12A`), what stands on it, and how its paper is tinted."""

    label: str
    rows: Mapping[int, PrintedLine]
    header: str = ""
    colour: str = ""
    struck: frozenset[int] = frozenset()  # scenes (by index) that are crossed out
    marked: frozenset[str] = frozenset()  # cues whose speeches are highlighted


def write_pdf(
    screenplay: Screenplay,
    *,
    style: PageStyle = LETTER,
    numbers: bool = False,
    title_page: bool = True,
    header: str = "",
) -> bytes:
    """The whole screenplay: title page when there is one, then numbered pages.

    `numbers` prints scene numbers in both margins, as shooting scripts have them. Raises NotAvailableError
    AP-NEED-071 for letters that no typeface of this machine has.
    """
    sheets = [sheet_of(page, header=header) for page in lay_out(screenplay, style)]
    return print_sheets(
        sheets,
        screenplay,
        style=style,
        numbers=numbers,
        title_page=title_page and bool(screenplay.title_page),
    )


def sheet_of(page: Page, *, header: str = "", colour: str = "") -> Sheet:
    """A page of the layout as a sheet with its own number."""
    return Sheet(label=str(page.number), rows=page.rows, header=header, colour=colour)


def print_sheets(
    sheets: Sequence[Sheet],
    screenplay: Screenplay,
    *,
    style: PageStyle = LETTER,
    numbers: bool = False,
    title_page: bool = False,
) -> bytes:
    """Sheets as one PDF."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(style.width, style.height), invariant=1, pageCompression=1)
    canvas.setTitle(screenplay.title or "Untitled")
    canvas.setCreator("Answerprint")
    if title_page:
        _title(canvas, screenplay.title_page, style)
        canvas.showPage()
    for sheet in sheets:
        draw_sheet(canvas, sheet, style, numbers=numbers)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def draw_sheet(canvas: Any, sheet: Sheet, style: PageStyle, *, numbers: bool) -> None:
    """Draw a sheet on a reportlab canvas whose page is `style` large."""
    if sheet.colour and sheet.colour != "white":
        canvas.setFillColorRGB(*COLOURS[sheet.colour])
        canvas.rect(0, 0, style.width, style.height, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
    if sheet.label != "1":
        _write(canvas, style, style.columns - 2, -3, (Run(f"{sheet.label}."),))
    if sheet.header:
        _write(canvas, style, max((style.columns - columns(sheet.header)) // 2, 0), -3, (Run(sheet.header),))
    speaking = ""
    for row, line in sorted(sheet.rows.items()):
        if line.kind == "character":
            speaking = line.text.split("(")[0].strip()
        elif line.kind not in ("dialogue", "parenthetical", "lyric", "more"):
            speaking = ""
        if speaking and speaking in sheet.marked:
            _highlight(canvas, style, row, line)
        for column, pieces in line.pieces:
            _write(canvas, style, column, row, pieces)
        if line.number and numbers:
            _write(canvas, style, -2 - len(line.number), row, (Run(line.number),))
            _write(canvas, style, style.columns + 2, row, (Run(line.number),))
        if line.revised:
            _write(canvas, style, style.columns + 2 + 7 * bool(line.number and numbers), row, (Run("*"),))
    _strike(canvas, style, sheet)


def _write(canvas: Any, style: PageStyle, column: float, row: int, pieces: Sequence[Run]) -> None:
    from reportlab.pdfbase import pdfmetrics

    y = style.height - style.top - (row + 1) * LEADING + 3
    for run in pieces:
        start = column
        for face, text in SCREENPLAY.pieces(run.text, bold=run.bold, italic=run.italic):
            width = columns(text) * PITCH
            natural = pdfmetrics.stringWidth(text, face, SIZE)
            canvas.setFont(face, SIZE)
            spread = (width - natural) / len(text)  # other faces are a hair wider or narrower
            canvas.drawString(style.left + column * PITCH, y, text, charSpace=spread)
            column += columns(text)
        if run.underline:
            canvas.setLineWidth(0.6)
            canvas.line(style.left + start * PITCH, y - 1.5, style.left + column * PITCH, y - 1.5)


def _highlight(canvas: Any, style: PageStyle, row: int, line: PrintedLine) -> None:
    first = line.pieces[0][0] if line.pieces else 0
    y = style.height - style.top - (row + 1) * LEADING
    canvas.setFillColorRGB(1.0, 0.95, 0.45)
    width = (columns(line.text) - first) * PITCH
    canvas.rect(style.left + first * PITCH - 2, y, width + 4, LEADING, stroke=0, fill=1)
    canvas.setFillColorRGB(0, 0, 0)


def _strike(canvas: Any, style: PageStyle, sheet: Sheet) -> None:
    """A cross over every run of rows whose scene is not shot."""
    rows = sorted(row for row, line in sheet.rows.items() if line.scene in sheet.struck)
    others = {row for row, line in sheet.rows.items() if line.scene not in sheet.struck}
    while rows:
        start = end = rows.pop(0)
        while rows and not any(start < other < rows[0] for other in others):
            end = rows.pop(0)
        left, right = style.left - 0.3 * POINTS, style.left + style.columns * PITCH + 0.2 * POINTS
        top = style.height - style.top - start * LEADING
        bottom = style.height - style.top - (end + 1) * LEADING
        canvas.setStrokeColorRGB(0.35, 0.35, 0.35)
        canvas.setLineWidth(1.2)
        canvas.line(left, top, right, bottom)
        canvas.line(left, bottom, right, top)
        canvas.setStrokeColorRGB(0, 0, 0)


def _title(canvas: Any, values: Mapping[str, str], style: PageStyle) -> None:
    """Title and credits centred a third down; contact, draft and copyright at the foot."""
    centred = [(key, text) for key, text in values.items() if key.casefold() in CENTRED]
    row = style.rows // 3
    for key, text in sorted(centred, key=lambda pair: CENTRED.index(pair[0].casefold())):
        for line in text.split("\n"):
            pieces = runs(line.strip().upper() if key.casefold() == "title" else line.strip())
            visible = sum(columns(run.text) for run in pieces)
            _write(canvas, style, (style.columns - visible) / 2, row, pieces)
            row += 1
        row += 2 if key.casefold() == "title" else 1
    foot: list[str] = []
    for key, text in values.items():
        if key.casefold() not in CENTRED and text.strip():
            for line in text.split("\n"):
                foot += [line[start:end] for start, end in wrap(line.strip(), style.columns)]
    for at, line in enumerate(foot):
        _write(canvas, style, 0, style.rows - len(foot) + at, runs(line))
