"""The screenplay's pages with every element's words marked in its category's colour, and a key."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, NamedTuple

from answerprint.core.breakdown import Breakdown, Passage
from answerprint.departments.script.breakdown.breaking_down import scene_ids
from answerprint.departments.script.breakdown.palette import MARKINGS, SILENT, Marking, marking_of
from answerprint.formats.screenplays.blocks import PrintedLine, columns
from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.model import Element, Screenplay
from answerprint.formats.screenplays.page_style import LEADING, LETTER, PITCH, PageStyle
from answerprint.formats.screenplays.pagination import lay_out
from answerprint.formats.screenplays.pdf_writing import draw_sheet, sheet_of
from answerprint.formats.typefaces import SANS


class _Mark(NamedTuple):
    start: int  # characters of the element's visible text, half-open
    end: int
    marking: Marking


_Place = tuple[int, int]  # scene and element


def write_coloured_pages(screenplay: Screenplay, breakdown: Breakdown, style: PageStyle = LETTER) -> bytes:
    """The whole script as it is marked by hand: words behind colour, wardrobe circled, make-up starred.

    Where passages lie one on another the shorter is drawn over the longer. Rejected elements are not marked.
    """
    from reportlab.pdfgen.canvas import Canvas

    marks = _marks(screenplay, breakdown)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(style.width, style.height), invariant=1, pageCompression=1)
    canvas.setTitle(f"{screenplay.title or 'Untitled'}: coloured pages")
    canvas.setCreator("Answerprint")
    read: dict[_Place, int] = {}  # how much of an element's text was printed
    pages = lay_out(screenplay, style)
    for page in pages:
        used: set[str] = set()
        for row, line in sorted(page.rows.items()):
            place = (line.scene, line.element)
            for column, width, marking in _on_line(screenplay, line, marks.get(place, []), read):
                _draw(canvas, style, row, column, width, marking)
                used.add(marking.title)
        draw_sheet(canvas, sheet_of(page), style, numbers=True)
        _key(canvas, style, used)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _marks(screenplay: Screenplay, breakdown: Breakdown) -> dict[_Place, list[_Mark]]:
    """Where each passage lies in the visible text of its element."""
    scenes = {key: at for at, key in enumerate(scene_ids(screenplay.scenes))}
    by_line: dict[int, list[tuple[int, Element]]] = {}
    found: dict[_Place, list[_Mark]] = {}
    for sheet in breakdown.sheets:
        scene = scenes.get(sheet.scene)
        if scene is None:
            continue
        by_line = {}
        for at, element in enumerate(screenplay.scenes[scene].elements):
            last = element.span.last_line if element.span else element.line + element.text.count("\n")
            for line in range(element.line, min(last, element.line + 10_000) + 1):
                by_line.setdefault(line, []).append((at, element))
        for one in sheet.elements:
            if one.answer == "rejected":
                continue
            for passage in one.evidence:
                for at, mark in _placed(passage, by_line.get(passage.line, []), marking_of(one)):
                    found.setdefault((scene, at), []).append(mark)
    for held in found.values():
        held.sort(key=lambda mark: (mark.start - mark.end, mark.start, mark.marking.category))
    return found


def _placed(
    passage: Passage, elements: list[tuple[int, Element]], marking: Marking
) -> Iterator[tuple[int, _Mark]]:
    for at, element in elements:
        visible = "".join(run.text for run in runs(element.text))
        offset = _offset(passage, element)
        start = -1
        if offset is not None:
            seen = len("".join(run.text for run in runs(element.text[:offset])))
            near = max(seen - 8, 0)
            start = visible.find(passage.text, near)
            if start > seen + 8:
                start = -1
        if start < 0:
            start = visible.find(passage.text)
        if start >= 0:
            yield at, _Mark(start, start + len(passage.text), marking)
            return


def _offset(passage: Passage, element: Element) -> int | None:
    """Where a passage begins in its element's text, when the source says so."""
    if passage.start is None or element.span is None or element.raw is None:
        return None
    lead = element.raw.find(element.text)
    return passage.start - element.span.start - lead if lead >= 0 else None


def _on_line(
    screenplay: Screenplay, line: PrintedLine, marks: list[_Mark], read: dict[_Place, int]
) -> Iterator[tuple[float, float, Marking]]:
    """The stretches of a printed line that are marked: column and width in characters."""
    if line.element < 0 or len(line.pieces) != 1 or not marks:
        return
    column, pieces = line.pieces[0]
    said = "".join(run.text for run in pieces)
    element = screenplay.scenes[line.scene].elements[line.element]
    visible = "".join(run.text for run in runs(element.text)).upper()
    inset = element.kind == "parenthetical"
    if element.kind == "character":
        begin = 0
    else:
        begin = visible.find(
            said.upper().strip("()") if inset else said.upper(), read.get((line.scene, line.element), 0)
        )
        if begin < 0:
            return
        read[(line.scene, line.element)] = begin + len(said.strip("()"))
    lead = 1 if inset and said.startswith("(") else 0
    for mark in marks:
        start, end = max(mark.start - begin, 0), min(mark.end - begin, len(said) - lead)
        if start < end:
            before = columns(said[: start + lead])
            yield column + before, columns(said[start + lead : end + lead]), mark.marking


def _draw(canvas: Any, style: PageStyle, row: int, column: float, width: float, marking: Marking) -> None:
    x = style.left + column * PITCH
    y = style.height - style.top - (row + 1) * LEADING
    canvas.setFillColorRGB(*marking.tint)
    canvas.setStrokeColorRGB(*marking.ink)
    canvas.setLineWidth(0.8)
    if marking.manner == "circled":
        canvas.roundRect(x - 2, y + 0.5, width * PITCH + 4, LEADING - 1, 5, stroke=1, fill=0)
    elif marking.manner == "asterisk":
        canvas.setFillColorRGB(*marking.ink)
        canvas.setFont("Helvetica-Bold", 9)
        canvas.drawString(x + width * PITCH - 1, y + 6, "*")
        canvas.line(x, y + 1, x + width * PITCH, y + 1)
    else:
        canvas.rect(x - 1, y, width * PITCH + 2, LEADING, stroke=0, fill=1)
        canvas.line(x - 1, y, x + width * PITCH + 1, y)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setStrokeColorRGB(0, 0, 0)


def _key(canvas: Any, style: PageStyle, used: set[str]) -> None:
    """The key at the page's foot: only what the page has."""
    from reportlab.pdfbase import pdfmetrics

    x, y = style.left, 34.0
    for marking in (*MARKINGS, SILENT):
        if marking.title not in used:
            continue
        face, text = next(iter(SANS.pieces(marking.title)))
        width = float(pdfmetrics.stringWidth(text, face, 7))
        if x + width + 18 > style.width - 36:
            x, y = style.left, y - 11
        canvas.setFillColorRGB(*marking.tint)
        canvas.setStrokeColorRGB(*marking.ink)
        canvas.setLineWidth(0.7)
        if marking.manner != "asterisk":
            canvas.roundRect(x, y - 1, 9, 7, 3 if marking.manner == "circled" else 0, stroke=1, fill=1)
        canvas.setFillColorRGB(*marking.ink)
        canvas.setFont(face, 7)
        if marking.manner == "asterisk":
            canvas.drawString(x + 3, y, "*")
        canvas.drawString(x + 12, y, text)
        x += width + 24
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setStrokeColorRGB(0, 0, 0)
