"""Avid logs of cards: what is written reads back, and the department's other reader agrees."""

from __future__ import annotations

from fractions import Fraction

import pytest

from answerprint.core.errors import FormatError
from answerprint.formats.cameras.ale import parse_ale, rate_label, write_ale
from answerprint.formats.logs import parse_log

ROWS = [
    {"Name": "A001C001", "Start": "01:00:00:00", "End": "01:00:10:00", "Tape": "A001", "Scene": "12A",
     "Take": "3", "Camera": "A", "Circled": "Y", "FPS": "25", "Lens": "a\ttab and\na line"},
    {"Name": "A001C002", "Start": "01:00:10:00", "End": "01:00:12:05", "Tape": "A001"},
]  # fmt: skip


def test_a_log_reads_back_as_written() -> None:
    data = write_ale(ROWS, rate=Fraction(30000, 1001), height=1080)
    found = parse_ale(data.decode().replace("\r\n", "\n"))
    assert found.heading == {
        "FIELD_DELIM": "TABS", "VIDEO_FORMAT": "1080", "AUDIO_FORMAT": "48khz", "FPS": "29.97",
    }  # fmt: skip
    assert found.columns[:6] == ("Name", "Tracks", "Start", "End", "Duration", "Tape")
    assert {"ASC_SOP", "ASC_SAT"} <= set(found.columns)
    assert found.rows[0] == {**ROWS[0], "Lens": "a tab and a line"}
    assert found.rows[1] == ROWS[1]


def test_a_script_supervisor_s_reader_takes_it_too() -> None:
    first, second = parse_log(write_ale(ROWS, rate=Fraction(25)).decode().replace("\r\n", "\n"))
    assert (first.clip, first.scene, first.take, first.circled, first.reel) == (
        "A001C001", "12A", "3", True, "A001",
    )  # fmt: skip
    assert (second.clip, second.circled, second.start) == ("A001C002", False, "01:00:10:00")


@pytest.mark.parametrize(
    ("rate", "label"),
    [(Fraction(24000, 1001), "23.976"), (Fraction(25), "25"), (Fraction(60000, 1001), "59.94")],
)
def test_rates_are_written_as_avid_writes_them(rate: Fraction, label: str) -> None:
    assert rate_label(rate) == label


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Heading\nFPS\t25\n\nColumn\nName\tStart\n\nData\na\tb\tc\n", "AP-FORMAT-203"),
        ("Heading\nFPS\t25\n", "AP-FORMAT-063"),
        ("", "AP-FORMAT-063"),
        ("Heading\n\nColumn\nName\n", "AP-FORMAT-063"),
    ],
)
def test_a_log_that_does_not_hold_together_is_refused(text: str, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_ale(text, file="x.ale")
    assert caught.value.code == code
