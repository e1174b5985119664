"""A transcript as PDF on A4, the same bytes for the same content."""

from __future__ import annotations

import io
from typing import Any

from answerprint.formats.transcripts.model import PrintedTranscript
from answerprint.formats.typefaces import SANS

PAGE = (595.28, 841.89)  # A4 in points
MARGIN = 64.0
BODY, SMALL, TITLE = 10.5, 9.0, 18.0
LEADING = 1.4
GREY = 0.4


def write_pdf(transcript: PrintedTranscript) -> bytes:
    """The transcript, pages numbered; a passage's place and speaker never stand alone at the foot of a page.

    Raises NotAvailableError AP-NEED-071 for letters that no typeface of this machine has.
    """
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=PAGE, invariant=1)
    canvas.setTitle(transcript.title)
    canvas.setCreator("Answerprint")
    page = _Page(canvas)
    page.lines(transcript.title, TITLE, bold=True)
    for about in transcript.about:
        page.lines(about, SMALL, grey=True)
    for passage in transcript.passages:
        page.room(3 * BODY * LEADING + 8)
        page.space(8)
        parts = [passage.place, passage.speaker or "", f"({passage.note})" if passage.note else ""]
        page.lines("   ".join(part for part in parts if part), SMALL, bold=True, grey=True)
        page.lines(passage.text, BODY)
    page.finish()
    canvas.save()
    return out.getvalue()


class _Page:
    """Where the next line stands."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._number = 1
        self._y = PAGE[1] - MARGIN

    def room(self, height: float) -> None:
        if self._y - height < MARGIN:
            self._foot()
            self._canvas.showPage()
            self._number += 1
            self._y = PAGE[1] - MARGIN

    def space(self, height: float) -> None:
        self._y -= height

    def lines(self, text: str, size: float, *, bold: bool = False, grey: bool = False) -> None:
        for line in _wrapped(text, size, bold):
            self.room(size * LEADING)
            self._y -= size * LEADING
            self._draw(line, MARGIN, self._y, size, bold, grey)

    def finish(self) -> None:
        self._foot()
        self._canvas.showPage()

    def _foot(self) -> None:
        self._draw(str(self._number), PAGE[0] - MARGIN - 12, MARGIN / 2, SMALL, False, True)

    def _draw(self, text: str, x: float, y: float, size: float, bold: bool, grey: bool) -> None:
        self._canvas.setFillGray(GREY if grey else 0.0)
        for face, part in SANS.pieces(text, bold=bold):
            self._canvas.setFont(face, size)
            self._canvas.drawString(x, y, part)
            x += self._canvas.stringWidth(part, face, size)


def _wrapped(text: str, size: float, bold: bool) -> list[str]:
    """The text in lines that fit the page; a word wider than the page is divided."""
    width = PAGE[0] - 2 * MARGIN
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if _width(longer, size, bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while _width(word, size, bold) > width:
            fits = next(n for n in range(len(word), 0, -1) if n == 1 or _width(word[:n], size, bold) <= width)
            lines.append(word[:fits])
            word = word[fits:]
        line = word
    return [*lines, line] if line else lines


def _width(text: str, size: float, bold: bool) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(sum(stringWidth(part, face, size) for face, part in SANS.pieces(text, bold=bold)))
