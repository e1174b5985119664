"""The breakdown as it is asked for, answered and handed out."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from openpyxl import load_workbook
from script_commands import script

from answerprint.formats.screenplays.fdx import read_fdx

SCRIPT = """INT. HALL - DAY #1#

ANNA takes a key.

ANNA
Mine.

EXT. YARD - NIGHT #2#

A dog barks at the van.
"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    file = tmp_path / "film.fountain"
    file.write_text(SCRIPT)
    return file


def test_nothing_is_written_unless_an_answer_is_given(capfd: pytest.CaptureFixture[str], film: Path) -> None:
    done = script(capfd, "breakdown", film, "--json")
    assert done.code == 0 and done.document["sheets"][0]["set"] == "HALL"
    assert [one.name for one in film.parent.iterdir()] == ["film.fountain"]


def test_an_answer_is_kept_shown_and_taken_back(capfd: pytest.CaptureFixture[str], film: Path) -> None:
    def answers() -> dict[str, str]:
        sheet = script(capfd, "breakdown", film, "--json").document["sheets"][0]
        return {one["name"]: one["answer"] for one in sheet["elements"]}

    script(capfd, "breakdown", film, "--reject", "1: props: key")
    assert answers()["key"] == "rejected"
    script(capfd, "breakdown", film, "--add", "1: props: lantern")
    assert answers()["lantern"] == "added"
    script(capfd, "breakdown", film, "--undo")
    assert "lantern" not in answers() and answers()["key"] == "rejected"
    script(capfd, "breakdown", film, "--undo")
    assert answers()["key"] == "proposed"
    assert script(capfd, "breakdown", film, "--undo", "--json").document["error"]["code"] == "AP-USE-143"


def test_what_is_handed_out_holds_the_elements_and_is_the_same_twice(
    capfd: pytest.CaptureFixture[str], film: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    for out in (first, second):
        assert script(capfd, "breakdown", film, "--out", out).code == 0
    names = [
        "breakdown-sheets.pdf",
        "breakdown.xlsx",
        "coloured-pages.pdf",
        "element-report.pdf",
        "tagged.fdx",
    ]
    assert sorted(one.name for one in first.iterdir()) == names
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes()
    sheets = pypdfium2.PdfDocument(first / "breakdown-sheets.pdf")
    assert len(sheets) == 2
    assert "key" in sheets[0].get_textpage().get_text_range()
    assert "van" in sheets[1].get_textpage().get_text_range()
    book = load_workbook(io.BytesIO((first / "breakdown.xlsx").read_bytes()))
    assert [cell.value for cell in book["Scenes"]["C"]][1:] == ["HALL", "YARD"]
    tags = {
        tag.name
        for scene in read_fdx(first / "tagged.fdx").scenes
        for one in scene.elements
        for tag in one.tags
    }
    assert {"key", "dog", "van"} <= tags
    assert (
        script(capfd, "breakdown", film, "--out", first, "--json").document["error"]["code"] == "AP-USE-074"
    )
