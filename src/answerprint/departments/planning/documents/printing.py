"""Documents as PDF: a heading on every sheet, tables that go on with their headings, page n of m."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from answerprint.departments.planning.documents.paper import Facts, Grid, Paper, Part, Remark
from answerprint.formats.typefaces import SANS

MARGIN = 36.0  # points
HEAD = 30.0  # points kept for the title line
MOST_LINES = 36  # of a cell: a row does not break across sheets, so more would fit on none
_ALIGN = {"left": 0, "centre": 1, "right": 2}


def to_pdf(paper: Paper, *, a4: bool = False) -> bytes:
    """The document on US letter, or A4; the same bytes for the same document."""
    from reportlab.lib.pagesizes import A4, LETTER, landscape
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate

    size = A4 if a4 else LETTER
    if paper.landscape:
        size = landscape(size)
    width, height = size
    out = io.BytesIO()
    document = BaseDocTemplate(
        out, pagesize=size, title=paper.title, creator="Answerprint", invariant=1, author=""
    )
    frame = Frame(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN - HEAD, 0, 0, 0, 0, id="body")
    document.addPageTemplates([PageTemplate(id="sheet", frames=[frame])])
    story: list[Any] = []
    for at, page in enumerate(paper.pages):
        if at:
            story.append(PageBreak())
        for part in page:
            story += _flowables(part, width - 2 * MARGIN, paper.small)
    if not story:
        story = _flowables(Remark("Nothing to show."), width - 2 * MARGIN, paper.small)

    class Numbered(Canvas):  # type: ignore[misc]
        """Draws heading and page number once the number of pages is known."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.finished: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self.finished.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for at, state in enumerate(self.finished, start=1):
                self.__dict__.update(state)
                _frame_of(self, paper, width, height, f"{at} / {len(self.finished)}")
                super().showPage()
            super().save()

    document.build(story, canvasmaker=Numbered)
    return out.getvalue()


def styled(text: str, *, bold: bool = False) -> str:
    """Text as reportlab's markup, each part in a face that has its letters."""
    return "".join(
        f'<font name="{face}">{escape(part)}</font>'.replace("\n", "<br/>")
        for face, part in SANS.pieces(text, bold=bold)
    )


def _frame_of(canvas: Any, paper: Paper, width: float, height: float, page: str) -> None:
    x = MARGIN
    for face, part in SANS.pieces(paper.title, bold=True):
        canvas.setFont(face, 13)
        canvas.drawString(x, height - MARGIN - 8, part)
        x += canvas.stringWidth(part, face, 13)
    x = MARGIN
    canvas.setFillColorRGB(0.35, 0.35, 0.35)
    for face, part in SANS.pieces(paper.subtitle):
        canvas.setFont(face, 8.5)
        canvas.drawString(x, height - MARGIN - 20, part)
        x += canvas.stringWidth(part, face, 8.5)
    canvas.setFont("Helvetica", 8)
    canvas.drawRightString(width - MARGIN, height - MARGIN - 8, page)
    canvas.setFillColorRGB(0, 0, 0)


def _flowables(part: Part, width: float, small: bool) -> list[Any]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, Spacer

    size = 6.6 if small else 8.5
    if isinstance(part, Remark):
        style = ParagraphStyle("remark", fontName="Helvetica", fontSize=size + 0.5, leading=size + 3)
        if part.loud:
            style = ParagraphStyle("loud", style, textColor="#a01010")
        return [Paragraph(styled(part.text, bold=part.loud), style), Spacer(0, 6)]
    if isinstance(part, Facts):
        return [_facts(part, width, size), Spacer(0, 8)]
    heading = []
    if part.title:
        title = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=10, leading=14, spaceBefore=4)
        title.keepWithNext = 1
        heading = [Paragraph(styled(part.title, bold=True), title)]
    return [*heading, _table(part, width, size), Spacer(0, 8)]


def _facts(part: Facts, width: float, size: float) -> Any:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, Table, TableStyle

    style = ParagraphStyle("fact", fontName="Helvetica", fontSize=size, leading=size + 2.5)
    room = width / part.across - 12  # a table's own padding, both sides
    cells = [
        Paragraph(f"{styled(name, bold=True)}<br/>{styled(_fitting(value, room, style))}", style)
        for name, value in part.pairs
    ]
    rows = [cells[at : at + part.across] for at in range(0, len(cells), part.across)]
    rows[-1] += [""] * (part.across - len(rows[-1]))
    table = Table(rows, colWidths=[width / part.across] * part.across)
    table.setStyle(
        TableStyle(
            [
                ("BOX", (0, 0), (-1, -1), 0.6, "#444444"),
                ("INNERGRID", (0, 0), (-1, -1), 0.3, "#bbbbbb"),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return table


def _table(part: Grid, width: float, size: float) -> Any:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import LongTable, Paragraph, TableStyle

    total = sum(column.weight for column in part.columns)
    widths = [width * column.weight / total for column in part.columns]
    base = ParagraphStyle("cell", fontName="Helvetica", fontSize=size, leading=size + 2)
    styles = [ParagraphStyle(column.align, base, alignment=_ALIGN[column.align]) for column in part.columns]
    heads = [
        Paragraph(styled(column.title, bold=True), style)
        for column, style in zip(part.columns, styles, strict=True)
    ]
    rows: list[list[Any]] = [heads]
    commands: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("BACKGROUND", (0, 0), (-1, 0), "#e4e4e4"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    if part.ruled:
        commands.append(("GRID", (0, 0), (-1, -1), 0.35, "#777777"))
    for at, row in enumerate(part.rows, start=1):
        rooms = [width - 6] if row.band else [one - 6 for one in widths]
        texts = [_fitting(*cell) for cell in zip(row.cells, rooms, styles, strict=False)]
        rows.append(_cells(texts, styles, row.bold, row.ink, row.band))
        if row.band:
            commands.append(("SPAN", (0, at), (-1, at)))
        if row.fill:
            commands.append(("BACKGROUND", (0, at), (-1, at), f"#{row.fill}"))
        commands += [("BACKGROUND", (cell, at), (cell, at), f"#{fill}") for cell, fill in row.fills.items()]
    table = LongTable(rows, colWidths=widths, repeatRows=1)
    table.setStyle(TableStyle(commands))
    return table


def _fitting(text: str, width: float, style: Any) -> str:
    """A cell's text, cut with an ellipsis where it is longer than a sheet; HTML and CSV have all of it."""
    from reportlab.platypus import Paragraph

    em = 1.2 * style.fontSize  # no letter is wider; two lines one after another hold a full one
    while text.count("\n") + 2 + 2 * len(text) * em / max(width, em) > MOST_LINES:
        _, height = Paragraph(styled(text, bold=True), style).wrap(width, 1e9)
        lines = height / style.leading
        if lines <= MOST_LINES:
            break
        text = text[: int(0.9 * len(text) * MOST_LINES / lines)].rstrip() + "…"
    return text


def _cells(cells: Sequence[str], styles: Sequence[Any], bold: bool, ink: str, band: bool) -> list[Any]:
    from reportlab.platypus import Paragraph

    made = []
    for text, style in zip(cells, styles, strict=False):
        colour = f'<font color="#{ink}">{styled(text, bold=bold)}</font>'
        made.append(Paragraph(colour, style))
    filled = made + [""] * (len(styles) - len(made))
    return filled[:1] + [""] * (len(styles) - 1) if band else filled
