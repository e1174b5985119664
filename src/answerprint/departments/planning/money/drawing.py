"""Flat drawings: rectangles, lines and text, written as SVG, as PDF and as PNG from one description."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from xml.sax.saxutils import escape, quoteattr

from answerprint.formats.typefaces import SANS

INK, SOFT, LINE, PAPER = "#1c1a17", "#6c665c", "#ddd6c8", "#ffffff"
FAMILY = "system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    fill: str
    title: str = ""  # shown by a browser when pointed at


@dataclass(frozen=True)
class Stroke:
    points: Sequence[tuple[float, float]]
    colour: str = LINE
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    radius: float
    fill: str
    title: str = ""


@dataclass(frozen=True)
class Words:
    x: float
    y: float  # of the baseline
    text: str
    size: float = 12.0
    anchor: Literal["start", "middle", "end"] = "start"
    colour: str = INK
    bold: bool = False


@dataclass
class Drawing:
    """A drawing in points, y downwards. `label` says in words what it shows."""

    width: float
    height: float
    label: str
    parts: list[Box | Stroke | Dot | Words] = field(default_factory=list)

    def add(self, *parts: Box | Stroke | Dot | Words) -> None:
        self.parts += parts

    def svg(self) -> str:
        """A self-contained SVG picture."""
        size = f"{_short(self.width)} {_short(self.height)}"
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" '
            f"aria-label={quoteattr(self.label)} font-family={quoteattr(FAMILY)}>",
            f'<rect width="{_short(self.width)}" height="{_short(self.height)}" fill="{PAPER}"/>',
            *(_svg(part) for part in self.parts),
            "</svg>",
        ]
        return "\n".join(lines) + "\n"

    def draw_on(self, canvas: Any, left: float, bottom: float, scale: float = 1.0) -> None:
        """Draw it on a page of reportlab's, its lower left corner at (left, bottom) points."""
        canvas.saveState()
        canvas.translate(left, bottom)
        canvas.scale(scale, scale)
        for part in self.parts:
            _page(canvas, part, self.height)
        canvas.restoreState()

    def pdf(self) -> bytes:
        """A page of the drawing's size; the same drawing is the same bytes."""
        from reportlab.pdfgen.canvas import Canvas

        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(self.width, self.height), invariant=1)
        self.draw_on(canvas, 0, 0)
        canvas.save()
        return out.getvalue()

    def png(self, scale: float = 2.0) -> bytes:
        """The page as pixels, `scale` of them for each point."""
        import cv2
        import numpy as np
        import pypdfium2

        document = pypdfium2.PdfDocument(self.pdf())
        try:
            pixels = document[0].render(scale=scale).to_numpy()
            done, data = cv2.imencode(".png", np.ascontiguousarray(pixels[:, :, :3]))
        finally:
            document.close()
        if not done:
            raise ValueError(f"no picture of {pixels.shape}")
        return bytes(data.tobytes())


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Points that a text takes in a PDF."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(sum(stringWidth(piece, face, size) for face, piece in SANS.pieces(text, bold=bold)))


def write(canvas: Any, part: Words, height: float) -> None:
    """Set text on a page, each letter in a face that has it."""
    canvas.setFillColor(part.colour)
    x = part.x
    if part.anchor != "start":
        width = text_width(part.text, part.size, part.bold)
        x -= width if part.anchor == "end" else width / 2
    for face, piece in SANS.pieces(part.text, bold=part.bold):
        canvas.setFont(face, part.size)
        canvas.drawString(x, height - part.y, piece)
        x += canvas.stringWidth(piece, face, part.size)


def _page(canvas: Any, part: Box | Stroke | Dot | Words, height: float) -> None:
    if isinstance(part, Words):
        write(canvas, part, height)
    elif isinstance(part, Box):
        canvas.setFillColor(part.fill)
        canvas.rect(part.x, height - part.y - part.height, part.width, part.height, stroke=0, fill=1)
    elif isinstance(part, Dot):
        canvas.setFillColor(part.fill)
        canvas.circle(part.x, height - part.y, part.radius, stroke=0, fill=1)
    else:
        canvas.setStrokeColor(part.colour)
        canvas.setLineWidth(part.width)
        canvas.setDash([4, 3] if part.dashed else [])
        path = canvas.beginPath()
        for at, (x, y) in enumerate(part.points):
            (path.lineTo if at else path.moveTo)(x, height - y)
        canvas.drawPath(path, stroke=1, fill=0)


def _svg(part: Box | Stroke | Dot | Words) -> str:
    if isinstance(part, Words):
        bold = ' font-weight="600"' if part.bold else ""
        return (
            f'<text x="{_short(part.x)}" y="{_short(part.y)}" font-size="{_short(part.size)}" '
            f'text-anchor="{part.anchor}" fill="{part.colour}"{bold}>{escape(part.text)}</text>'
        )
    if isinstance(part, Stroke):
        points = " ".join(f"{_short(x)},{_short(y)}" for x, y in part.points)
        dashes = ' stroke-dasharray="4 3"' if part.dashed else ""
        return (
            f'<polyline points="{points}" fill="none" stroke="{part.colour}" '
            f'stroke-width="{_short(part.width)}"{dashes}/>'
        )
    title = f"<title>{escape(part.title)}</title>" if part.title else ""
    if isinstance(part, Dot):
        shape = f'circle cx="{_short(part.x)}" cy="{_short(part.y)}" r="{_short(part.radius)}"'
        return f'<{shape} fill="{part.fill}">{title}</circle>'
    shape = (
        f'rect x="{_short(part.x)}" y="{_short(part.y)}" width="{_short(max(part.width, 0))}" '
        f'height="{_short(max(part.height, 0))}"'
    )
    return f'<{shape} fill="{part.fill}">{title}</rect>'


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
