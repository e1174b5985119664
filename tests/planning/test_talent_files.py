"""Instance files as people write them, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from answerprint.cli.main import run
from answerprint.core.errors import PlanError
from answerprint.departments.planning.talent import read_instance, read_text, solve

GOOD = "hotel\n4\n3\n\n1 0 1 0   1\n1 1 0 1   2\n0 1 1 0   3\n\n1 2 3 1\n"


def test_layouts_do_not_matter() -> None:
    expected = read_text(GOOD)
    for text in (
        GOOD.replace("\n", "\r\n"),
        GOOD.replace(" ", "\t"),
        "\ufeff".lstrip("\ufeff") + GOOD.replace("\n\n", "\n\n\n  \n"),
        GOOD.replace("hotel\n4\n3\n", "hotel\n4 3\n"),
        GOOD.replace("1 0 1 0   1", "1,0,1,0,1"),
        GOOD.replace("1 0 1 0   1", "1 0\n1 0   1"),
        GOOD.replace("1 2 3 1\n", "1 2\n3 1"),
        GOOD.replace("hotel\n", "hotel # the first draft\n"),
    ):
        read = read_text(text)
        assert read.name == "hotel"
        assert (read.works == expected.works).all()
        assert read.rates.tolist() == [1, 2, 3] and read.days.tolist() == [1, 2, 3, 1]


def test_a_name_may_be_missing_or_a_number() -> None:
    assert read_text(GOOD.replace("hotel\n", "")).name == ""
    assert read_text(GOOD.replace("hotel", "1917")).name == "1917"
    assert read_text(GOOD.replace("hotel", "The Grand Hotel, v2")).scenes == 4


def test_half_days_and_cents_are_exact() -> None:
    film = read_text(GOOD.replace("   1\n", "   1.10\n").replace("1 2 3 1", "0.5 2 3 1"))
    assert film.in_money(film.working_cost) == pytest.approx(1.1 * 3.5 + 2 * 3.5 + 3 * 5, abs=1e-12)
    assert solve(film).proved


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", "AP-PLAN-131", "empty"),
        ("hotel\n", "AP-PLAN-131", "missing"),
        (GOOD.replace("0 1 1 0   3", "0 1 1 0"), "AP-PLAN-131", "actor row 3"),
        (GOOD.replace("1 1 0 1   2", "1 1 0 1 1  2"), "AP-PLAN-131", "actor row 2"),
        (GOOD.replace("1 0 1 0   1", "1 0 1   1").replace("1 1 0 1", "1 1 1 0 1"), "AP-PLAN-131", "row 1"),
        (GOOD.replace("1 2 3 1\n", ""), "AP-PLAN-131", "durations"),
        (GOOD.replace("1 2 3 1\n", "1 2 3\n"), "AP-PLAN-131", "3 numbers"),
        (GOOD + "9 9\n", "AP-PLAN-131", "6 numbers"),
        (GOOD.replace("4\n3\n", "0\n3\n"), "AP-PLAN-131", "scenes"),
        (GOOD.replace("4\n3\n", "4\n-3\n"), "AP-PLAN-131", "actors"),
        (GOOD.replace("4\n3\n", "4\nx\n"), "AP-PLAN-131", "actors"),
        (GOOD.replace("4\n3\n", "999999999\n3\n"), "AP-PLAN-133", "at most"),
        (GOOD.replace("1 0 1 0   1", "1 0 2 0   1"), "AP-PLAN-132", "row 1, scene 3"),
        (GOOD.replace("0 1 1 0   3", "0 1 1 0   -3"), "AP-PLAN-132", "actor row 3"),
        (GOOD.replace("0 1 1 0   3", "0 1 1 0   nan"), "AP-PLAN-132", "actor row 3"),
        (GOOD.replace("0 1 1 0   3", "0 1 1 0   inf"), "AP-PLAN-132", "actor row 3"),
        (GOOD.replace("0 1 1 0   3", "0 1 1 0   1e400"), "AP-PLAN-132", "actor row 3"),
        (GOOD.replace("0 1 1 0   3", "0 1 1 0   " + "9" * 18), "AP-PLAN-133", "actor row 3"),
        (GOOD.replace("0 1 1 0   3", "0 1 1 0   " + "9" * 5000), "AP-PLAN-132", "actor row 3"),
        (GOOD.replace("1 2 3 1", "1 2 -3 1"), "AP-PLAN-132", "scene 3"),
        (GOOD.replace("1 2 3 1", "1 2 ３ 1"), "AP-PLAN-132", "scene 3"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_row(text: str, code: str, said: str) -> None:
    with pytest.raises(PlanError) as raised:
        read_text(text, file="hotel.dat")
    assert raised.value.code == code
    assert said in str(raised.value)
    assert raised.value.file == "hotel.dat" and raised.value.remedy


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\xff\xfe", b"hotel\0\n4\n", b"1" * 9_000_000])
def test_bytes_that_are_no_instance_are_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "film.dat"
    file.write_bytes(data)
    with pytest.raises(PlanError):
        read_instance(file)


def test_one_line_of_five_megabytes_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "film.dat"
    file.write_bytes(b"1 " * 2_500_000)
    with pytest.raises(PlanError):
        read_instance(file)


def test_a_missing_file_is_an_error_with_a_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "talent", str(tmp_path / "none.dat"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "AP-PLAN-130"


def test_the_command_says_cost_bound_and_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "film.dat"
    file.write_text(GOOD)
    assert run(["plan", "talent", str(file), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["cost"] == document["bound"] == 29
    assert document["proved"] is True and document["seconds"] >= 0
    assert sorted(document["order"]) == [1, 2, 3, 4]
    assert run(["plan", "talent", str(file), "--limit", "0"]) == 2


def test_the_picture_holds_whoever_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = read_text(GOOD)
    solution = solve(film)
    file = tmp_path / "film.dat"
    file.write_text(GOOD)
    assert run(["plan", "talent", str(file)]) == 0
    out = capsys.readouterr().out
    rows = [line.split()[2] for line in out.splitlines() if line.startswith("actor")]
    for row, actor in zip(rows, solution.actors, strict=True):
        assert len(row) == 7  # days
        assert row.count("X") == actor.days_working and row.count("-") == actor.days_held
    assert "proved" in out and "no order costs less" in out
