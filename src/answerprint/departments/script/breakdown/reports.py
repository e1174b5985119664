"""Element reports: which scenes need a thing, and who plays where; as PDF and as a workbook."""

from __future__ import annotations

import io
from typing import Any

from answerprint.core.breakdown import Breakdown, Category, SceneElement, SceneSheet
from answerprint.departments.script.breakdown.palette import MARKINGS, Marking, shown
from answerprint.formats.screenplays.pagination import in_eighths
from answerprint.formats.spreadsheet import Table, write_tables

Used = dict[str, list[tuple[SceneSheet, SceneElement]]]


def elements_by_name(breakdown: Breakdown, category: Category) -> Used:
    """Every element of a category with the scenes that need it, in the order they first appear."""
    found: Used = {}
    for sheet in breakdown.sheets:
        for one in sheet.elements:
            if one.category == category and one.answer != "rejected" and not sheet.omitted:
                found.setdefault(one.name, []).append((sheet, one))
    return found


def write_workbook(breakdown: Breakdown) -> bytes:
    """A workbook: scenes, one sheet for each category that has elements, and the cast with its eighths."""
    sheets = [sheet for sheet in breakdown.sheets if not sheet.omitted]
    tables = [
        Table(
            "Scenes",
            (
                "Scene",
                "I/E",
                "Set",
                "Day/night",
                "Script day",
                "Eighths",
                "Pages",
                "Page",
                "Cast",
                "Synopsis",
                "Id",
            ),
            [
                (
                    sheet.number,
                    _place(sheet),
                    sheet.set,
                    sheet.day_or_night,
                    sheet.script_day,
                    sheet.eighths,
                    in_eighths(sheet.eighths),
                    sheet.page or None,
                    _cast_numbers(breakdown, sheet),
                    sheet.synopsis,
                    sheet.scene,
                )
                for sheet in sheets
            ],
        ),
        Table(
            "Cast",
            ("No.", "Name", "Also called", "Speeches", "Scenes", "Eighths", "Child", "In scenes"),
            [
                (
                    member.number,
                    member.name,
                    ", ".join(member.aliases),
                    member.speeches,
                    len(member.scenes),
                    sum(sheet.eighths for sheet in sheets if sheet.scene in set(member.scenes)),
                    "yes" if member.child else "",
                    ", ".join(sheet.number for sheet in sheets if sheet.scene in set(member.scenes)),
                )
                for member in breakdown.cast
            ],
        ),
        Table(
            "Sets",
            ("Set", "I/E", "Scenes", "Eighths", "In scenes"),
            [
                (
                    name,
                    "/".join(sorted({_place(one) for one in sheets if one.set == name} - {""})),
                    sum(one.set == name for one in sheets),
                    sum(one.eighths for one in sheets if one.set == name),
                    ", ".join(one.number for one in sheets if one.set == name),
                )
                for name in breakdown.sets
            ],
        ),
    ]
    for marking in MARKINGS:
        used = elements_by_name(breakdown, marking.category)
        if used and marking.category != "cast":
            tables.append(_element_table(marking, used))
    return write_tables(tables)


def write_report(breakdown: Breakdown) -> bytes:
    """The element report as PDF: by category, each element with its scenes and the first words naming it."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612.0, 792.0), invariant=1, pageCompression=1)
    canvas.setTitle(f"{breakdown.title or 'Untitled'}: element report")
    canvas.setCreator("Answerprint")
    page = _Report(canvas, breakdown.title or "Untitled")
    numbers = {member.name: f"{member.number}. " for member in breakdown.cast}
    for marking in MARKINGS:
        used = elements_by_name(breakdown, marking.category)
        if not used:
            continue
        page.heading(marking, len(used))
        names = sorted(used, key=lambda name: (-len(used[name]), name.casefold()))
        if marking.category == "cast":
            order = {member.name: member.number for member in breakdown.cast}
            names = sorted(used, key=lambda name: order.get(name, 0))
        for name in names:
            scenes = ", ".join(sheet.number for sheet, _ in used[name])
            first = next((one for _, one in used[name] if one.reason), used[name][0][1])
            label = numbers.get(name, "") + name if marking.category == "cast" else shown(used[name][0][1])
            page.row(label, str(len(used[name])), scenes, "" if marking.category == "cast" else first.reason)
    page.close()
    canvas.save()
    return out.getvalue()


class _Report:
    """Where the next row of the report goes."""

    left, right, top, bottom = 40.0, 572.0, 740.0, 48.0
    columns = (40.0, 190.0, 214.0, 350.0)  # name, count, scenes, reason

    def __init__(self, canvas: Any, title: str) -> None:
        self.canvas, self.title, self.page, self.y = canvas, title, 0, self.top
        self._begin()

    def heading(self, marking: Marking, count: int) -> None:
        if self.y < self.bottom + 60:
            self._next()
        self.y -= 10
        self.canvas.setFillColorRGB(*marking.tint)
        self.canvas.rect(self.left, self.y - 5, self.right - self.left, 16, stroke=0, fill=1)
        self.canvas.setFillColorRGB(*marking.ink)
        self._write(self.left + 4, f"{marking.title} ({count})", 9.5, bold=True)
        self.canvas.setFillColorRGB(0, 0, 0)
        self.y -= 19

    def row(self, *cells: str) -> None:
        """Name, count, scenes and reason, each wrapped in its column."""
        widths = [
            end - start - 6 for start, end in zip(self.columns, (*self.columns[1:], self.right), strict=True)
        ]
        wrapped = [_wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
        lines = max(len(one) for one in wrapped)
        for at in range(lines):
            if self.y < self.bottom:
                self._next()
            for column, one in zip(self.columns, wrapped, strict=True):
                if at < len(one):
                    self._write(column + 4 * (column == self.left), one[at], 8, bold=column == self.left)
            self.y -= 10.5
        self.canvas.setStrokeColorRGB(0.85, 0.85, 0.85)
        self.canvas.setLineWidth(0.4)
        self.canvas.line(self.left, self.y + 7.5, self.right, self.y + 7.5)
        self.y -= 1.5

    def close(self) -> None:
        self.canvas.showPage()

    def _next(self) -> None:
        self.canvas.showPage()
        self._begin()

    def _begin(self) -> None:
        self.page += 1
        self.y = self.top
        self._write(self.left, f"{self.title.upper()[:60]}: ELEMENT REPORT", 11, bold=True)
        self._write(self.right - 20, str(self.page), 8)
        self.y -= 8
        for column, name in zip(
            self.columns, ("Element", "Sc.", "Scenes", "Why (first passage)"), strict=True
        ):
            self.canvas.setFillColorRGB(0.4, 0.4, 0.4)
            self.y -= 6
            self._write(column + 4 * (column == self.left), name, 7)
            self.y += 6
        self.canvas.setFillColorRGB(0, 0, 0)
        self.y -= 14

    def _write(self, x: float, text: str, size: float, *, bold: bool = False) -> None:
        from reportlab.pdfbase import pdfmetrics

        from answerprint.formats.typefaces import SANS

        for face, part in SANS.pieces(text, bold=bold):
            self.canvas.setFont(face, size)
            self.canvas.drawString(x, self.y, part)
            x += pdfmetrics.stringWidth(part, face, size)


def _wrap(text: str, width: float) -> list[str]:
    """A text in lines of a width in points at 8 points, measured in an average letter."""
    from reportlab.lib.utils import simpleSplit

    return simpleSplit(text[:600], "Helvetica-Bold", 8, width) or [""]


def _element_table(marking: Marking, used: Used) -> Table:
    rows = []
    for name, where in used.items():
        best = max((one for _, one in where), key=lambda one: one.confidence)
        answers = {one.answer for _, one in where}
        rows.append(
            (
                name,
                next((one.quantity for _, one in where if one.quantity), ""),
                len(where),
                ", ".join(sheet.number for sheet, _ in where),
                best.confidence,
                "decided" if answers & {"accepted", "added"} else "proposed",
                best.reason,
            )
        )
    return Table(
        marking.title, ("Element", "Quantity", "Scenes", "In scenes", "Confidence", "Answer", "Reason"), rows
    )


def _place(sheet: SceneSheet) -> str:
    return "/".join(word for word, here in (("INT", sheet.interior), ("EXT", sheet.exterior)) if here)


def _cast_numbers(breakdown: Breakdown, sheet: SceneSheet) -> str:
    numbers = {member.name: member.number for member in breakdown.cast}
    return ", ".join(
        str(one) for one in sorted(numbers[name] for name in sheet.names("cast") if name in numbers)
    )
