"""Breakdown sheets as PDF: one scene a page, in the form a first assistant director hands out."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from answerprint.core.breakdown import Breakdown, SceneElement, SceneSheet
from answerprint.departments.script.breakdown.palette import MARKINGS, RGB, STRIPS, Marking, shown
from answerprint.formats.screenplays.pagination import in_eighths
from answerprint.formats.typefaces import SANS

WIDTH, HEIGHT = 612.0, 792.0  # points: US letter
MARGIN = 36.0
COLUMNS = 3
SIZE, LEADING = 8.5, 11.0
HEAD = 118.0  # points that the header takes
TITLE = 15.0  # points of a box's title bar
FOOT = 22.0


class _Line(NamedTuple):
    text: str
    bold: bool = False
    doubtful: bool = False


def write_sheets(breakdown: Breakdown) -> bytes:
    """Every scene's sheet, omitted scenes left out; what has no room goes on a second page.

    An element in bold was accepted or added by a person; one in italics with `?` is proposed with a
    confidence under .6; rejected ones are not printed. The same breakdown gives the same bytes.
    """
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle(f"{breakdown.title or 'Untitled'}: breakdown sheets")
    canvas.setCreator("Answerprint")
    numbers = {member.name: member.number for member in breakdown.cast}
    sheets = [sheet for sheet in breakdown.sheets if not sheet.omitted]
    for at, sheet in enumerate(sheets, start=1):
        boxes: dict[str, list[_Line]] = {one.category: _lines(sheet, one, numbers) for one in MARKINGS}
        part = 1
        while True:
            _header(canvas, breakdown, sheet, at, part)
            boxes = _boxes(canvas, boxes)
            _foot(canvas, at, len(sheets))
            canvas.showPage()
            if not any(boxes.values()):
                break
            part += 1
    if not sheets:
        _text(canvas, MARGIN, HEIGHT - MARGIN - 12, "No scenes.", 11)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _lines(sheet: SceneSheet, marking: Marking, numbers: Mapping[str, int]) -> list[_Line]:
    """A box's lines, wrapped to its width."""
    width = (WIDTH - 2 * MARGIN) / COLUMNS - 12
    found = []
    chosen = [one for one in sheet.elements if one.category == marking.category and one.answer != "rejected"]
    if marking.category == "cast":
        chosen.sort(key=lambda one: (not one.speaks, numbers.get(one.name, 0)))
    for one in chosen:
        sure = one.answer in ("accepted", "added")
        doubtful = not sure and one.confidence < 0.6
        text = _entry(one, numbers) + (" ?" if doubtful else "")
        found += [_Line(part, sure, doubtful) for part in _wrapped(text, width, bold=sure)]
    return found


def _entry(one: SceneElement, numbers: Mapping[str, int]) -> str:
    if one.category != "cast":
        return shown(one)
    number = f"{numbers[one.name]}. " if one.name in numbers else ""
    off = " (heard only)" if "only heard" in one.reason else "" if one.speaks else " (silent)"
    return f"{number}{shown(one)}{off}"


def _header(canvas: Any, breakdown: Breakdown, sheet: SceneSheet, at: int, part: int) -> None:
    left, right, top = MARGIN, WIDTH - MARGIN, HEIGHT - MARGIN
    title = breakdown.title or "Untitled"
    _text(canvas, left, top - 10, _cut(title.upper(), 330, 12, bold=True), 12, bold=True)
    _text(canvas, right - _wide("BREAKDOWN SHEET", 12, bold=True), top - 10, "BREAKDOWN SHEET", 12, bold=True)
    again = f"{at} (continued)" if part > 1 else str(at)
    _text(canvas, right - _wide(f"Sheet {again}", 8), top - 22, f"Sheet {again}", 8)
    y = top - 30
    day = sheet.day_or_night != "night" and sheet.day_or_night != "dusk"
    _, paper = STRIPS[(sheet.interior or not sheet.exterior, day)]
    place = {(True, True): "INT/EXT", (True, False): "INT", (False, True): "EXT"}
    hour = sheet.time_of_day.upper() or sheet.day_or_night.upper() or "–"
    if sheet.day_or_night and sheet.day_or_night.upper() not in hour:
        hour = f"{hour} ({sheet.day_or_night})"
    cells = (
        ("Scene", sheet.number, 0.11),
        ("I/E", place.get((sheet.interior, sheet.exterior), "–"), 0.11),
        ("Set", sheet.set or "–", 0.42),
        ("Day / night", hour, 0.17),
        ("Script day", str(sheet.script_day or "–"), 0.09),
        ("Pages", in_eighths(sheet.eighths), 0.10),
    )
    _row(canvas, cells, y, 34, paper, 13)
    location = sheet.location if sheet.location != sheet.set else ""
    _row(
        canvas,
        (
            ("Location", location, 0.42),
            ("Script page", str(sheet.page or "–"), 0.12),
            ("Heading", sheet.heading, 0.46),
        ),
        y - 34,
        24,
        (1.0, 1.0, 1.0),
        8.5,
    )
    _row(canvas, (("Synopsis", sheet.synopsis, 1.0),), y - 58, 24, (1.0, 1.0, 1.0), 8.5)


def _row(
    canvas: Any, cells: Sequence[tuple[str, str, float]], top: float, height: float, paper: RGB, size: float
) -> None:
    x = MARGIN
    for label, value, share in cells:
        width = share * (WIDTH - 2 * MARGIN)
        canvas.setFillColorRGB(*paper)
        canvas.setStrokeColorRGB(0.3, 0.3, 0.3)
        canvas.setLineWidth(0.7)
        canvas.rect(x, top - height, width, height, stroke=1, fill=1)
        canvas.setFillColorRGB(0.35, 0.35, 0.35)
        _text(canvas, x + 4, top - 8, label, 6.5)
        canvas.setFillColorRGB(0, 0, 0)
        fitted = size
        while fitted > 7.5 and _wide(value, fitted, bold=size > 10) > width - 8:
            fitted -= 0.5
        value = _cut(value, width - 8, fitted, bold=size > 10)
        _text(canvas, x + 4, top - height + 5, value, fitted, bold=size > 10)
        x += width


def _boxes(canvas: Any, boxes: Mapping[str, list[_Line]]) -> dict[str, list[_Line]]:
    """Draw every box as high as its row needs; gives back what had no room."""
    top = HEIGHT - MARGIN - HEAD - 4
    room = top - MARGIN - FOOT
    rows = [MARKINGS[at : at + COLUMNS] for at in range(0, len(MARKINGS), COLUMNS)]
    needs = [TITLE + 6 + LEADING * max(2, *(len(boxes[one.category]) for one in row)) for row in rows]
    spare = room - sum(needs)
    if spare >= 0:
        heights = [need + spare / len(rows) for need in needs]
    else:
        least = TITLE + 6 + 2 * LEADING
        share = (room - least * len(rows)) / sum(need - least for need in needs)
        heights = [least + (need - least) * share for need in needs]
    left_over: dict[str, list[_Line]] = {}
    for row, height in zip(rows, heights, strict=True):
        width = (WIDTH - 2 * MARGIN) / COLUMNS
        fits = max(int((height - TITLE - 6) / LEADING), 1)
        for at in range(COLUMNS):
            x = MARGIN + at * width
            if at < len(row):
                lines = boxes[row[at].category]
                _box(canvas, row[at], lines[:fits], x, top, width, height)
                left_over[row[at].category] = lines[fits:]
            else:
                _frame(canvas, x, top, width, height)
        top -= height
    return left_over


def _box(
    canvas: Any, marking: Marking, lines: Sequence[_Line], x: float, top: float, width: float, height: float
) -> None:
    canvas.setFillColorRGB(*marking.tint)
    canvas.rect(x, top - TITLE, width, TITLE, stroke=0, fill=1)
    canvas.setFillColorRGB(*marking.ink)
    _text(canvas, x + 5, top - TITLE + 4.5, marking.title, 8.5, bold=True)
    if marking.manner == "asterisk":
        _text(canvas, x + 7 + _wide(marking.title, 8.5, bold=True), top - TITLE + 4.5, "*", 8.5, bold=True)
    if marking.manner == "circled":
        canvas.setStrokeColorRGB(*marking.ink)
        canvas.setLineWidth(0.8)
        canvas.roundRect(
            x + 2, top - TITLE + 2, _wide(marking.title, 8.5, bold=True) + 6, TITLE - 4, 5, fill=0
        )
    canvas.setFillColorRGB(0, 0, 0)
    _frame(canvas, x, top, width, height)
    y = top - TITLE - LEADING + 1
    for line in lines:
        _text(canvas, x + 6, y, line.text, SIZE, bold=line.bold, italic=line.doubtful)
        y -= LEADING


def _frame(canvas: Any, x: float, top: float, width: float, height: float) -> None:
    canvas.setStrokeColorRGB(0.3, 0.3, 0.3)
    canvas.setLineWidth(0.7)
    canvas.rect(x, top - height, width, height, stroke=1, fill=0)


def _foot(canvas: Any, at: int, count: int) -> None:
    canvas.setFillColorRGB(0.35, 0.35, 0.35)
    said = (
        "Bold: decided by a person. Others are proposed; italics with ? are doubtful. Paper of the first row:"
    )
    said += " white day interior, yellow day exterior, blue night interior, green night exterior."
    _text(canvas, MARGIN, MARGIN - 2, said, 6.5)
    place = f"{at} / {count}"
    _text(canvas, WIDTH - MARGIN - _wide(place, 7), MARGIN - 2, place, 7)
    canvas.setFillColorRGB(0, 0, 0)


def _text(
    canvas: Any, x: float, y: float, text: str, size: float, *, bold: bool = False, italic: bool = False
) -> None:
    from reportlab.pdfbase import pdfmetrics

    for face, part in SANS.pieces(text, bold=bold, italic=italic):
        canvas.setFont(face, size)
        canvas.drawString(x, y, part)
        x += pdfmetrics.stringWidth(part, face, size)


def _wide(text: str, size: float, *, bold: bool = False) -> float:
    from reportlab.pdfbase import pdfmetrics

    return sum(float(pdfmetrics.stringWidth(part, face, size)) for face, part in SANS.pieces(text, bold=bold))


def _cut(text: str, width: float, size: float, *, bold: bool = False) -> str:
    if _wide(text, size, bold=bold) <= width:
        return text
    text = text[:300]
    while text and _wide(text + " …", size, bold=bold) > width:
        text = text[:-1]
    return text.rstrip() + " …"


def _wrapped(text: str, width: float, *, bold: bool = False) -> list[str]:
    lines: list[str] = []
    for word in text[:400].split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _wide(longer, SIZE, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(_cut(word if not lines else f"  {word}", width, SIZE, bold=bold))
    return lines
