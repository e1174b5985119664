"""Script supervisors' reports as PDF, laid out as several programs and hands do it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from answerprint.core.errors import FormatError
from answerprint.formats.logs import LogEntry, read_log

TITLES = ["Clip", "Scene", "Take", "Circled", "Camera", "Notes"]
NOTES = (
    "plane over the last line",
    "",
    "she picks the letter up with the left hand, and the cup stays on the table until he turns; match to 12A",
    "good for sound",
    "boom in at the end",
)
TAKES = [
    [
        f"A001C{number:03d}",
        f"{12 + number // 3}A",
        str(number % 3 + 1),
        "x" if number % 4 == 1 else "",
        "A",
        note,
    ]
    for number, note in enumerate(NOTES * 3, start=1)
]
NORMAL = getSampleStyleSheet()["Normal"]


def report(
    rows: list[list[str]], style: list[tuple[Any, ...]], *, wrapped: bool, page: Any = A4, width: float = 200
) -> bytes:
    cells = [TITLES] + [[*row[:-1], Paragraph(row[-1], NORMAL) if wrapped else row[-1]] for row in rows]
    out = io.BytesIO()
    table = Table(cells, repeatRows=1, colWidths=[70, 45, 40, 50, 50, width] if wrapped else None)
    table.setStyle(TableStyle(style))
    story = [
        Paragraph("The Late Post: daily editor's log, shooting day 4", getSampleStyleSheet()["Title"]),
        Paragraph(
            "Director and scene notes are on the take sheets. Weather: clear, camera truck late.", NORMAL
        ),
        Spacer(1, 20),
        table,
        Spacer(1, 60),
        Paragraph("Signed, the script supervisor", NORMAL),
    ]
    SimpleDocTemplate(out, pagesize=page, invariant=1).build(story, onLaterPages=_footer, onFirstPage=_footer)
    return out.getvalue()


def _footer(canvas: Canvas, document: Any) -> None:
    canvas.drawRightString(520, 30, f"Page {document.page} of 9")


def as_written(entries: tuple[LogEntry, ...]) -> list[list[str]]:
    return [
        [one.clip, one.scene, one.take, "x" if one.circled else "", one.camera, one.notes] for one in entries
    ]


def read(tmp_path: Path, data: bytes) -> tuple[LogEntry, ...]:
    path = tmp_path / "log.pdf"
    path.write_bytes(data)
    return read_log(path)


GRID = ("GRID", (0, 0), (-1, -1), 0.5, colors.black)


@pytest.mark.parametrize(
    "style",
    [
        [GRID],
        [],
        [GRID, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("ALIGN", (0, 0), (-1, -1), "CENTER")],
        [("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (0, 0), (-2, -1), "RIGHT")],
    ],
    ids=["grid", "no rules", "centred", "right, top"],
)
@pytest.mark.parametrize("wrapped", [False, True], ids=["one line", "wrapped notes"])
@pytest.mark.parametrize("page", [A4, landscape(A4)], ids=["upright", "landscape"])
def test_every_row_of_a_report_comes_back(tmp_path: Path, style: Any, wrapped: bool, page: Any) -> None:
    rows = [row if wrapped else [*row[:-1], row[-1][:40].strip()] for row in TAKES]
    found = read(tmp_path, report(rows, style, wrapped=wrapped, page=page))
    assert as_written(found) == rows
    assert [one.line for one in found] == list(range(1, len(rows) + 1))


def test_a_table_goes_on_over_pages_with_its_titles_again(tmp_path: Path) -> None:
    rows = [[f"B{number:03d}", str(number), "1", "", "B", "as planned"] for number in range(1, 121)]
    assert as_written(read(tmp_path, report(rows, [GRID], wrapped=False))) == rows


def drawn(
    rows: list[list[str]], places: list[int], *, circled: set[int], turn: int = 0, pages: int = 1
) -> bytes:
    """A report typed at tab stops, takes encircled by hand."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for page in range(pages):
        if turn:
            canvas.setPageRotation(turn)
        canvas.setFont("Courier", 9)
        y = 780
        if page == 0:
            for place, title in zip(places, ["SC", "TK", "CAM ROLL", "SOUND", "COMMENTS"], strict=True):
                canvas.drawString(place, y, title)
        for number, row in enumerate(rows):
            y -= 18
            for place, cell in zip(places, row, strict=True):
                canvas.drawString(place, y, cell)
            if number in circled:
                canvas.circle(places[1] + 3, y + 3, 8)
        canvas.rect(20, 20, 550, 790)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


DRAWN = [
    ["12A", "1", "A001", "SR01", "n.g., false start"],
    ["12A", "2", "A001", "SR01", ""],
    ["12B", "1", "A001", "", "MOS"],
]


@pytest.mark.parametrize("turn", [0, 90])
def test_a_circle_drawn_round_a_take_circles_it(tmp_path: Path, turn: int) -> None:
    found = read(tmp_path, drawn(DRAWN, [40, 90, 140, 220, 300], circled={1}, turn=turn))
    assert [(one.scene, one.take, one.circled) for one in found] == [
        ("12A", "1", False),
        ("12A", "2", True),
        ("12B", "1", False),
    ]
    assert [one.notes for one in found] == ["n.g., false start", "", "MOS"]


def test_a_table_goes_on_without_its_titles(tmp_path: Path) -> None:
    found = read(tmp_path, drawn(DRAWN, [40, 90, 140, 220, 300], circled=set(), pages=2))
    assert [one.scene for one in found] == ["12A", "12A", "12B"] * 2
    assert [one.line for one in found] == [1, 2, 3, 4, 5, 6]


def test_a_mark_that_is_no_circle_names_page_and_row(tmp_path: Path) -> None:
    rows = [list(row) for row in TAKES]
    rows[2][3] = "perhaps"
    with pytest.raises(FormatError) as caught:
        read(tmp_path, report(rows, [GRID], wrapped=True))
    assert (caught.value.code, caught.value.at) == ("AP-FORMAT-062", "page 1, row 3")


def plain(text: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.rect(20, 20, 550, 790)
    for number, line in enumerate(text.splitlines()):
        canvas.drawString(72, 700 - 14 * number, line)
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (plain("The scene was taken twice, and the clip was lost.\nTake care."), "AP-FORMAT-064"),
        (plain(""), "AP-FORMAT-182"),
        (b"%PDF-1.4\n%nothing more", "AP-FORMAT-180"),
        (report(TAKES, [GRID], wrapped=True)[:700], "AP-FORMAT-180"),
    ],
)
def test_a_pdf_without_a_table_is_refused_with_what_to_do(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(tmp_path, data)
    assert caught.value.code == code
    assert caught.value.remedy
    assert caught.value.file == str(tmp_path / "log.pdf")
