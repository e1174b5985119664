"""A moodboard on paper: pictures with their palettes, by look and by scene."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from answerprint.departments.planning.boards.moodboard import Moodboard, light_words
from answerprint.departments.planning.boards.pictures import Picture
from answerprint.formats.typefaces import SANS

MARGIN, GAP, ACROSS = 36.0, 12.0, 4
CAPTION, STRIP = 22.0, 9.0  # points


def contact_sheets(board: Moodboard, pictures: Sequence[Picture], title: str) -> bytes:
    """The board as PDF, landscape letter, four pictures in a row; the same bytes for the same pictures."""
    from reportlab.lib.pagesizes import LETTER, landscape
    from reportlab.pdfgen.canvas import Canvas

    by_name = {picture.name: picture for picture in pictures}
    out = io.BytesIO()
    size = landscape(LETTER)
    canvas = Canvas(out, pagesize=size, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("Answerprint")
    page = _Page(canvas, size, title)
    for group in board.groups:
        page.heading(group.look)
        page.row([(by_name[name], light_words(by_name[name])) for name in group.pictures])
    for scene in board.scenes:
        if scene.matches:
            page.heading(f"{scene.number}  {scene.heading}")
            page.row([(by_name[one.picture], f"{one.fit:.2f} {one.reason}") for one in scene.matches])
    canvas.showPage()
    canvas.save()
    return out.getvalue()


class _Page:
    """Where the next row of pictures goes."""

    def __init__(self, canvas: Any, size: tuple[float, float], title: str) -> None:
        self.canvas, self.title = canvas, title
        self.width, self.height = size
        self.cell = (self.width - 2 * MARGIN - (ACROSS - 1) * GAP) / ACROSS
        self.images: dict[str, Any] = {}
        self._begin()

    def heading(self, text: str) -> None:
        if self.y - 18 - self._row_height() < MARGIN:
            self.canvas.showPage()
            self._begin()
        self._write(text, MARGIN, self.y - 12, 10, bold=True)
        self.y -= 18

    def row(self, cells: Sequence[tuple[Picture, str]]) -> None:
        for start in range(0, len(cells), ACROSS):
            if self.y - self._row_height() < MARGIN:
                self.canvas.showPage()
                self._begin()
            for at, (picture, caption) in enumerate(cells[start : start + ACROSS]):
                self._cell(picture, caption, MARGIN + at * (self.cell + GAP))
            self.y -= self._row_height() + GAP / 2

    def _row_height(self) -> float:
        return self.cell * 9 / 16 + STRIP + CAPTION

    def _begin(self) -> None:
        self.y = self.height - MARGIN
        self._write(self.title, MARGIN, self.y - 10, 13, bold=True)
        self.y -= 24

    def _cell(self, picture: Picture, caption: str, x: float) -> None:
        from reportlab.lib.utils import ImageReader

        high = self.cell * 9 / 16
        if picture.name not in self.images:
            self.images[picture.name] = ImageReader(io.BytesIO(picture.jpeg))
        self.canvas.setFillColorRGB(0.12, 0.12, 0.12)
        self.canvas.rect(x, self.y - high, self.cell, high, stroke=0, fill=1)
        self.canvas.drawImage(
            self.images[picture.name], x, self.y - high, self.cell, high, preserveAspectRatio=True, anchor="c"
        )
        at = x
        for swatch in picture.palette:
            wide = self.cell * swatch.share
            red, green, blue = (int(swatch.colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
            self.canvas.setFillColorRGB(red, green, blue)
            self.canvas.rect(at, self.y - high - STRIP, wide, STRIP, stroke=0, fill=1)
            at += wide
        self.canvas.setFillColorRGB(0, 0, 0)
        self._write(picture.name, x, self.y - high - STRIP - 8, 6.5, bold=True, room=self.cell)
        self._write(caption, x, self.y - high - STRIP - 16, 6, room=self.cell)

    def _write(
        self, text: str, x: float, y: float, size: float, *, bold: bool = False, room: float = 1e9
    ) -> None:
        for face, part in SANS.pieces(text, bold=bold):
            while part and self.canvas.stringWidth(part, face, size) > room:
                part = part[:-2] + "…" if len(part) > 2 else ""
            self.canvas.setFont(face, size)
            self.canvas.drawString(x, y, part)
            used = self.canvas.stringWidth(part, face, size)
            x, room = x + used, room - used
