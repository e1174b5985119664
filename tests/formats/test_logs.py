"""Script supervisors' logs: any order of columns, several programs' tables, and Avid's."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint.core.errors import FormatError
from answerprint.formats.logs import parse_log, read_log


def test_columns_are_found_by_name_in_any_order() -> None:
    text = (
        "Notes,Circled?,File Name,TAKE,Sc.,Slate No,Cam,Sound Roll,Start TC,Lens\n"
        '"good, but\nlow",x,A001C003.mov,02,1,1A,A,S01,01:00:00:00,50mm\n'
        ",,A001C004.mov,Take 3,1,1A,A,S01,,\n"
    )
    first, second = parse_log(text)
    assert first.clip == "A001C003.mov"
    assert (first.scene, first.slate, first.take, first.circled) == ("1", "1A", "2", True)
    assert (first.camera, first.sound, first.start) == ("A", "S01", "01:00:00:00")
    assert first.notes == "good, but\nlow"
    assert first.other == {"Lens": "50mm"}
    assert (second.take, second.circled, second.line) == ("3", False, 4)


@pytest.mark.parametrize("mark", ["x", "X", " yes", "TRUE", "1", "*", "○", "C", "circled", "Print"])
def test_a_circled_take_is_circled_however_it_is_written(mark: str) -> None:
    assert parse_log(f"clip,circle\na.mov,{mark}\n")[0].circled


@pytest.mark.parametrize("mark", ["", "no", "0", "false", "NG", "N.G.", "-"])
def test_what_is_not_circled_is_not(mark: str) -> None:
    assert not parse_log(f"clip,circle\na.mov,{mark}\n")[0].circled


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
def test_separators_are_told_apart(delimiter: str) -> None:
    rows = [["clip", "scene", "take", "notes"], ["a b.mov", "12A", "3 PU", "ok"]]
    text = "\n\n" + "\r\n".join(delimiter.join(row) for row in rows)
    (entry,) = parse_log(text.replace("\r\n", "\n"))
    assert (entry.clip, entry.scene, entry.take, entry.notes) == ("a b.mov", "12A", "3 PU", "ok")


def test_an_avid_log_is_read() -> None:
    text = (
        "Heading\nFIELD_DELIM\tTABS\nVIDEO_FORMAT\t1080\nAUDIO_FORMAT\t48khz\nFPS\t23.976\n\n"
        "Column\nName\tTape\tStart\tEnd\tScene\tTake\tCircled\tSoundroll\tComments\t\n\n"
        "Data\n1A-2\tA001C003\t01:00:00:00\t01:00:10:00\t1A\t2\tTrue\tS01\tquick, dry\t\n"
        "1A-3\tA001C004\t01:00:10:00\t01:00:20:00\t1A\t3\t\tS01\t\t\n"
    )
    first, second = parse_log(text)
    assert (first.clip, first.reel, first.start, first.end) == (
        "1A-2",
        "A001C003",
        "01:00:00:00",
        "01:00:10:00",
    )
    assert (first.scene, first.take, first.circled, first.sound, first.notes) == (
        "1A",
        "2",
        True,
        "S01",
        "quick, dry",
    )
    assert (second.circled, second.line) == (False, 12)


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("", "AP-FORMAT-060", None),
        ("lens,filter\n50,ND\n", "AP-FORMAT-060", "line 1"),
        ("scene,slate\n1,1A\n", "AP-FORMAT-060", "line 1"),
        ("clip,take\na.mov,1\nb.mov,2,3,4\n", "AP-FORMAT-061", "line 3"),
        ('clip,notes\na.mov,"open\n', "AP-FORMAT-061", "line 2"),
        ("clip,circled\na.mov,x\nb.mov,maybe\n", "AP-FORMAT-062", "line 3"),
        ("Heading\nFPS\t24\n\nColumn\nName\tTake\n", "AP-FORMAT-063", None),
        ("Heading\nFPS\t24\n\nData\nx\t1\n", "AP-FORMAT-063", None),
    ],
)
def test_a_broken_log_names_the_line(text: str, code: str, at: str | None) -> None:
    with pytest.raises(FormatError) as caught:
        parse_log(text, file="log.csv")
    assert (caught.value.code, caught.value.at, caught.value.file) == (code, at, "log.csv")


def test_a_log_from_a_windows_program_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("clip;scene;notes\r\nA1.mov;3;Zoë late\r\n".encode("cp1252"))
    assert read_log(path)[0].notes == "Zoë late"


cells = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12).map(str.strip)


@given(st.lists(st.tuples(cells.filter(bool), cells, cells), min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_whatever_a_spreadsheet_writes_comes_back(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["clip", "scene", "comments"])
    writer.writerows(rows)
    entries = parse_log(out.getvalue())
    assert [(one.clip, one.scene, one.notes) for one in entries] == rows
