"""`answerprint takes` over files of the demonstration: the matrix, a table, and what is asked in vain."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from productions import begin_demo, little_production

from answerprint.cli.main import run

FILES = ("A001/A001C004.mp4", "A001/A001C006.mp4", "A001/A001C007.mp4")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin_demo(tmp_path_factory.mktemp("takes") / "film", FILES)


def takes(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict]:
    capfd.readouterr()
    code = run(["takes", *(str(one) for one in arguments), "--workers", "0", "--json"])
    return code, json.loads(capfd.readouterr().out)


def test_readings_are_found_scored_and_written_as_a_table(
    film: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "takes.csv"
    code, found = takes(capfd, film, "--scene", "1", "--csv", out)
    assert code == 3  # three clips hold no reading of some lines
    by_label = {one["label"]: one for one in found["lines"]}
    circled, other = by_label["1.2 RUTH"]["readings"]
    assert (circled["file"], circled["circled"], circled["complete"]) == ("A001C006.mp4", True, True)
    assert other["file"] == "A001C007.mp4" and circled["start"]["timecode"].startswith("01:00:5")
    (partial,) = by_label["1.1 TOM"]["readings"]
    assert (partial["kind"], partial["file"]) == ("partial", "A001C004.mp4")
    assert "1.3 TOM" in found["missing"] and "1.2 RUTH" not in found["missing"]
    assert [one["setup"] for one in found["setups"]] == ["1b", "1c"]
    rows = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
    assert rows[0][:2] == ["line", "text"] and len(rows) == 1 + len(found["lines"])
    assert "circled" in rows[2][rows[0].index("scene 1C take 1")]


def test_nothing_is_done_twice_and_what_is_asked_in_vain_is_said(
    film: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, found = takes(capfd, film, "--scene", "99")
    assert code == 2 and found["error"]["code"] == "AP-USE-521"
    bare = little_production(tmp_path / "bare")
    code, found = takes(capfd, bare)
    assert code == 2 and found["error"]["code"] in ("AP-USE-040", "AP-USE-520")
