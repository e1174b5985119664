"""The lined script: the screenplay's pages with a line down the text for every take.

A line is drawn straight over what was read in the take and broken over what the take runs past without it.
Script supervisors draw straight who is on camera and wavy who is not: of that nothing is known here.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from answerprint.departments.editorial.matrix import TakeMatrix
from answerprint.formats.screenplays.model import Screenplay
from answerprint.formats.screenplays.page_style import LEADING, LETTER, PageStyle
from answerprint.formats.screenplays.pagination import Page, lay_out
from answerprint.formats.screenplays.pdf_writing import draw_sheet, sheet_of

SPOKEN = ("character", "dialogue", "parenthetical", "lyric", "more")
LEAST_GAP = 9.0  # points between two lines; of more takes than fit, several share a place
LETTERS = 6.5
INKS = ((0.12, 0.35, 0.66), (0.75, 0.22, 0.17), (0.13, 0.49, 0.26), (0.55, 0.27, 0.6), (0.72, 0.45, 0.05))
LEGEND = (
    "straight: read in this take; broken: the take runs past it; ring: circled. Who is on camera is not told."
)

Place = tuple[int, int]  # page, row


@dataclass(frozen=True)
class TakeLine:
    """One take's line: label, and which lines of the script were read in it."""

    take: str
    circled: bool
    ink: tuple[float, float, float]
    read: frozenset[int]  # places of lines in the script's order


def lined_pdf(screenplay: Screenplay, matrix: TakeMatrix, *, style: PageStyle = LETTER) -> bytes:
    """The pages on which anything was read, as PDF; the same bytes for the same takes.

    Raises NotAvailableError AP-NEED-071 for letters that no typeface of this machine has.
    """
    from reportlab.pdfgen.canvas import Canvas

    pages = lay_out(screenplay, style)
    rows = spoken_rows(screenplay, pages)
    lines = take_lines(matrix)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(style.width, style.height), invariant=1, pageCompression=1)
    canvas.setTitle(f"{screenplay.title or 'Untitled'}: lined script")
    canvas.setCreator("Answerprint")
    for at, page in enumerate(pages):
        draw_sheet(canvas, sheet_of(page), style, numbers=True)
        shown = [one for one in lines if _runs_over(one, rows, at)]
        for number, one in enumerate(shown):
            _draw(canvas, one, number, len(shown), rows, at, style)
        if shown:
            canvas.setFont("Helvetica", LETTERS)
            canvas.setFillColorRGB(0.35, 0.35, 0.35)
            canvas.drawString(style.left, 24, LEGEND)
            canvas.setFillColorRGB(0, 0, 0)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def take_lines(matrix: TakeMatrix) -> list[TakeLine]:
    """The takes in the order of their set-ups, a set-up's in one ink."""
    read: dict[str, set[int]] = {}
    for place, line in enumerate(matrix.lines):
        for one in line.readings:
            if one.kind != "false_start":
                read.setdefault(one.asset, set()).add(place)
    return [
        TakeLine(take.take, take.circled, INKS[number % len(INKS)], frozenset(read[take.asset]))
        for number, setup in enumerate(matrix.setups)
        for take in setup.takes
        if take.asset in read
    ]


def spoken_rows(screenplay: Screenplay, pages: Sequence[Page]) -> dict[int, list[Place]]:
    """Where each line of the script stands: its cue, its words, and what goes on after a page's end."""
    first: dict[tuple[int, int], int] = {}
    place = 0
    for at, scene in enumerate(screenplay.scenes):
        cue: int | None = None
        for number, element in enumerate(scene.elements):
            if element.kind == "character":
                cue = number
            elif element.kind in ("dialogue", "lyric") and cue is not None:
                if (at, cue) not in first:
                    first[at, cue] = place
                    place += 1
            elif element.kind not in SPOKEN:
                cue = None
    rows: dict[int, list[Place]] = {}
    for number, page in enumerate(pages):
        for row, line in sorted(page.rows.items()):
            cues = [cue for scene, cue in first if scene == line.scene and cue <= line.element]
            if line.kind in SPOKEN and line.element >= 0 and cues:
                rows.setdefault(first[line.scene, max(cues)], []).append((number, row))
    return rows


def ends(one: TakeLine) -> tuple[int, int]:
    return min(one.read), max(one.read)


def _runs_over(one: TakeLine, rows: Mapping[int, Sequence[Place]], page: int) -> bool:
    first, last = ends(one)
    return rows[first][0][0] <= page <= rows[last][-1][0]


def _draw(
    canvas: Any,
    one: TakeLine,
    number: int,
    count: int,
    rows: Mapping[int, Sequence[Place]],
    page: int,
    style: PageStyle,
) -> None:
    wide = style.columns * 7.2
    x = style.left + wide * 0.18 + number * max(LEAST_GAP, min(26.0, wide * 0.78 / count)) % (wide * 0.8)
    first, last = ends(one)
    begins = rows[first][0]
    ends_at = rows[last][-1]
    top = begins[1] if begins[0] == page else 0
    bottom = ends_at[1] if ends_at[0] == page else style.rows - 1
    read = {row for line in one.read for at, row in rows[line] if at == page}
    canvas.saveState()
    canvas.setStrokeColorRGB(*one.ink)
    canvas.setFillColorRGB(*one.ink)
    canvas.setLineWidth(0.8)
    speech = {row for places in rows.values() for at, row in places if at == page}
    for row in range(top, bottom + 1):
        past = row in speech and row not in read
        canvas.setDash(*((1.5, 3) if past else ()))
        canvas.line(x, _y(style, row) + LEADING, x, _y(style, row))
    canvas.setDash()
    if begins[0] == page:
        y = _y(style, top) + LEADING + 3
        canvas.line(x - 3, y - 3, x + 3, y - 3)
        canvas.setFont("Helvetica", LETTERS)
        canvas.saveState()
        canvas.translate(x + 2, y + 1)
        canvas.rotate(55)
        canvas.drawString(0, 0, one.take.removeprefix("scene ").replace(" take ", "-"))  # 12A-3
        canvas.restoreState()
        if one.circled:
            canvas.circle(x, y - 3, 4.2, stroke=1, fill=0)
    if ends_at[0] == page:
        canvas.line(x - 3, _y(style, bottom), x + 3, _y(style, bottom))
    canvas.restoreState()


def _y(style: PageStyle, row: int) -> float:
    """The lower edge of a row, in points from the page's foot."""
    return math.floor(style.height - style.top - (row + 1) * LEADING)
