"""What is handed out says what the schedule says."""

from __future__ import annotations

import csv
import datetime
import io
import re
from pathlib import Path

import msgspec
import pypdfium2
import pytest
from small_schedule import MONDAY, SCHEDULE

from answerprint.core.errors import AnswerprintError, PlanError, UsageError
from answerprint.departments.planning.documents.company import read_company
from answerprint.departments.planning.documents.daily_reports import daily_reports, read_actuals
from answerprint.departments.planning.documents.dood import day_out_of_days
from answerprint.departments.planning.documents.handing_out import DOCUMENTS, hand_out
from answerprint.departments.planning.documents.icalendar import to_icalendar
from answerprint.departments.planning.documents.paper import Grid, to_csv
from answerprint.departments.planning.documents.stripboard import stripboard
from answerprint.departments.planning.schedule_file import read_schedule, write_schedule

FILES = dict(hand_out(SCHEDULE))


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(document[at].get_textpage().get_text_range() for at in range(len(document)))


def codes(number: int) -> list[str]:
    row = next(row for row in day_out_of_days(SCHEDULE) if row.number == number)
    return [row.codes.get(day.date, "") for day in SCHEDULE.days]


def test_day_out_of_days_uses_the_trade_s_codes() -> None:
    assert codes(1) == ["SW", "W", "H", "WF"]  # held on day 3
    assert codes(2) == ["SWD", "", "", "PWF"]  # not held: dropped, picked up
    assert codes(3) == ["", "SW", "WF", ""]


def test_work_and_hold_are_counted() -> None:
    ruth = day_out_of_days(SCHEDULE)[0]
    assert (ruth.worked, ruth.held) == (3, 1)


def test_the_only_day_is_start_work_and_finish() -> None:
    alone = msgspec.structs.replace(SCHEDULE, days=SCHEDULE.days[:1])
    assert {code for row in day_out_of_days(alone) for code in row.codes.values()} == {"SWF"}


def test_the_board_shows_every_strip_once_in_shooting_order_and_the_boneyard_last() -> None:
    rows = [row for row in csv.reader(io.StringIO(FILES["stripboard.csv"].decode())) if row]
    numbers = [row[0] for row in rows if re.fullmatch(r"\d+", row[0])]
    assert numbers == ["1", "2", "3", "4", "5", "6"]
    assert sum("END OF DAY" in row[0] for row in rows) == 4
    assert rows.index(["Boneyard: not scheduled"]) > rows.index(next(row for row in rows if row[0] == "5"))


def test_strips_wear_the_board_s_colours() -> None:
    grid = stripboard(SCHEDULE).pages[0][0]
    assert isinstance(grid, Grid)
    by_scene = {row.cells[0]: row.fill for row in grid.rows}
    assert len({by_scene["1"], by_scene["2"], by_scene["4"]}) == 3
    assert by_scene["1"] == by_scene["3"]


@pytest.mark.parametrize("name", [one for one in DOCUMENTS if one != "calendar"])
def test_each_document_names_every_day_s_scenes_in_each_form(name: str) -> None:
    pdf, page = text_of(FILES[f"{name}.pdf"]), FILES[f"{name}.html"].decode()
    for said in (pdf, page):
        assert "The Late Ferry" in said
        assert "ÉVA" in said or name in ("stripboard", "one-liner")
    assert "<script" not in page and "http" not in page


def test_a_call_sheet_calls_people_for_their_own_first_scene() -> None:
    sheet = text_of(FILES["call-sheets.pdf"])
    assert "Day 1 of 4, Monday 2 March 2026" in sheet
    # day 1: scene 1 at 07:00 and scene 2 half an hour of the day's hour after two hours
    assert "06:00" in sheet and "09:30" in sheet
    assert "TOM is away on 10 March" in sheet
    assert "H (hold)" in sheet
    assert "12 years: minors' rules" in sheet


def test_documents_are_the_same_bytes_twice() -> None:
    assert dict(hand_out(SCHEDULE)) == FILES


def test_the_calendar_is_what_rfc_5545_asks_for() -> None:
    raw = to_icalendar(msgspec.structs.replace(SCHEDULE, title="Bö;t, " * 20))
    lines = raw.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = raw.replace("\r\n ", "")
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == 4
    assert f"DTSTART:{MONDAY:%Y%m%d}T070000" in whole
    assert "Bö\\;t\\, " in whole
    assert len(set(re.findall("UID:(.*)", whole))) == 4


def test_a_day_after_midnight_ends_on_the_next_date() -> None:
    late = msgspec.structs.replace(SCHEDULE.days[0], wrap=25 * 60 + 30)
    raw = to_icalendar(msgspec.structs.replace(SCHEDULE, days=(late,)))
    assert f"DTEND:{MONDAY + datetime.timedelta(days=1):%Y%m%d}T013000" in raw


def test_a_report_says_what_was_shot_and_how_far_behind_that_leaves_the_film(tmp_path: Path) -> None:
    record = tmp_path / "days.csv"
    record.write_text(
        "date,scene,status,setups,minutes,note\n2026-03-02,1,shot,9,140,rain\n2026-03-02,2,dropped,,,\n"
    )
    page = to_csv(daily_reports(SCHEDULE, read_actuals(record)))
    assert "shot,9,140,rain" in page and "dropped" in page
    facts = dict(daily_reports(SCHEDULE, read_actuals(record)).pages[0][0].pairs)  # type: ignore[union-attr]
    assert facts["Pages shot to date"] == "1 3/8"
    assert facts["Ahead or behind"] == "4/8 behind"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("date,scene\n", "row 1"),
        ("date,scene,status\n2026-13-02,1,shot\n", "row 2"),
        ("date,scene,status\n2026-03-02,1,filmed\n", "row 2"),
        ("date,scene,status,setups\n2026-03-02,1,shot,-4\n", "row 2"),
        ("", "row 1"),
    ],
)
def test_a_record_that_cannot_be_is_refused_by_row(tmp_path: Path, text: str, at: str) -> None:
    record = tmp_path / "days.csv"
    record.write_text(text)
    with pytest.raises(PlanError) as refused:
        read_actuals(record)
    assert (refused.value.code, refused.value.at) == ("AP-PLAN-080", at)


def test_a_schedule_written_is_the_schedule_read(tmp_path: Path) -> None:
    file = tmp_path / "schedule.json"
    file.write_bytes(write_schedule(SCHEDULE))
    assert read_schedule(file) == SCHEDULE


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "AP-PLAN-090"),
        (b"{}", "AP-PLAN-090"),
        (b"[1, 2]", "AP-PLAN-090"),
        (b"\x00\x01", "AP-FORMAT-001"),
        (
            write_schedule(SCHEDULE)
            .replace(b'"s6"]', b'"s5"]')
            .replace(b'"strips":["s5"]', b'"strips":["s1"]'),
            "AP-PLAN-091",
        ),
    ],
)
def test_a_file_that_is_no_schedule_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "schedule.json"
    file.write_bytes(content)
    with pytest.raises(AnswerprintError) as refused:
        read_schedule(file)
    assert refused.value.code == code


def test_an_unknown_document_and_an_unknown_key_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no document 'posters'"):
        dict(hand_out(SCHEDULE, only=["posters"]))
    file = tmp_path / "company.toml"
    file.write_text('hospitall = "St Mary"\n')
    with pytest.raises(PlanError, match="hospitall"):
        read_company(file)
