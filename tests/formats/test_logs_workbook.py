"""Logs as workbooks, and files that pretend to be one."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from answerprint.core.errors import FormatError
from answerprint.formats.logs import read_log


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "log.xlsx"
    path.write_bytes(data)
    return path


def test_every_sheet_with_takes_is_read_from_its_titles_on(tmp_path: Path) -> None:
    data = workbook(
        ("Crew", [["Name", "Phone"], ["Ann", 5550100]]),
        (
            "Day 1",
            [
                ["The Late Post"],
                [],
                ["Scene", "Take", "Circled", "Shot on"],
                [12, 3.0, True, datetime.date(2026, 5, 1)],
                ["12A", 4, False, None],
            ],
        ),
        ("Day 2", [["File", "Circle"], ["A002C001.mov", "x"]]),
    )
    first, second, third = read_log(write(tmp_path, data))
    assert (first.scene, first.take, first.circled, first.other, first.line) == (
        "12",
        "3",
        True,
        {"Shot on": "2026-05-01"},
        4,
    )
    assert (second.scene, second.take, second.circled) == ("12A", "4", False)
    assert (third.clip, third.circled) == ("A002C001.mov", True)


def test_a_mark_that_is_no_circle_names_its_sheet_and_row(tmp_path: Path) -> None:
    path = write(tmp_path, workbook(("Day 1", [["Clip", "Circle"], ["a.mov", "x"], ["b.mov", "maybe"]])))
    with pytest.raises(FormatError) as caught:
        read_log(path)
    assert (caught.value.code, caught.value.at) == ("AP-FORMAT-062", "sheet Day 1, row 3")


def test_a_take_written_inside_a_circle_is_circled(tmp_path: Path) -> None:
    path = write(tmp_path, workbook(("Log", [["Scene", "Take"], ["12A", "③"], ["12A", "4"]])))
    assert [(one.take, one.circled) for one in read_log(path)] == [("3", True), ("4", False)]


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(
                {"types": "[Content_Types].xml", "sheet": "xl/worksheets/sheet1.xml"}.get(name, name), data
            )
    return out.getvalue()


BILLION = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (workbook(("Sheet", [["Name", "Phone"], ["Ann", 1]])), "AP-FORMAT-064"),
        (workbook(("Sheet", [])), "AP-FORMAT-064"),
        (archive(readme=b"no workbook"), "AP-FORMAT-065"),
        (archive(types=b"<Types/>"), "AP-FORMAT-065"),
        (archive(types=b"<Types/>", sheet=BILLION), "AP-FORMAT-065"),
        (workbook(("Sheet", [["Clip"], ["a"]]))[:-300], "AP-FORMAT-065"),
        (archive(types=b"<Types/>", sheet=bytes(200 * 2**20)), "AP-FORMAT-066"),
        (b"PK\x03\x04 and then nothing", "AP-FORMAT-065"),
    ],
    ids=["no takes", "empty", "archive", "empty workbook", "entities", "cut short", "bomb", "four bytes"],
)
def test_what_is_no_log_is_refused_before_it_unpacks(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_log(write(tmp_path, data))
    assert caught.value.code == code
    assert caught.value.remedy
