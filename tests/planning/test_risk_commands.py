"""`plan budget` and `plan risk` as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from money_boards import RATES, schedule

from answerprint.cli.main import run
from answerprint.core.encoding import to_json

HISTORY = "production,planned_days,actual_days,planned_cost,actual_cost\n" + "".join(
    f"film {at},20,{20 + at % 4},100,{100 + 2 * at}\n" for at in range(8)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schedule.json").write_bytes(to_json(schedule(8)))
    (tmp_path / "rates.toml").write_text(RATES)
    (tmp_path / "past.csv").write_text(HISTORY)
    return tmp_path


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    code = run(["plan", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_rates_file_is_written_read_back_and_not_written_over(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board, rates = str(folder / "schedule.json"), folder / "mine.toml"
    assert answer(capsys, "budget", board, "--write-rates", str(rates))[0] == 0
    code, document = answer(capsys, "budget", board, "--rates", str(rates))
    assert code == 3  # starter rates wait for a person
    rates.write_text(rates.read_text().replace("starter = true", ""))
    code, document = answer(capsys, "budget", board, "--rates", str(rates))
    assert code == 0 and float(str(document["total"])) > 0
    assert answer(capsys, "budget", board, "--write-rates", str(rates))[0] == 2


def test_budget_writes_its_four_files_the_same_each_time(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("budget", str(folder / "schedule.json"), "--rates", str(folder / "rates.toml"), "--out")
    made = []
    for name in ("a", "b"):
        assert answer(capsys, *words, str(folder / name))[0] == 0
        made.append({one.name: one.read_bytes() for one in (folder / name).iterdir()})
    assert made[0] == made[1]
    assert set(made[0]) == {"budget.xlsx", "budget.csv", "budget.json", "top-sheet.pdf"}


def test_risk_writes_page_numbers_and_tornado(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = answer(
        capsys, "risk", str(folder / "schedule.json"), "--rates", str(folder / "rates.toml"),
        "--history", str(folder / "past.csv"), "--runs", "500", "--out", str(folder / "risk"),
    )  # fmt: skip
    assert code == 0 and document["learned_from"] == 8
    names = {one.name for one in (folder / "risk").iterdir()}
    assert names == {"risk.html", "risk.json", "tornado.svg", "tornado.png"}


def test_without_a_history_the_text_says_where_its_widths_come_from(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["plan", "risk", str(folder / "schedule.json"), "--rates", str(folder / "rates.toml")]
    assert run([*words, "--runs", "500"]) == 3
    said = capsys.readouterr().out
    assert "from priors, not your productions" in said
    assert "P80" in said and "contingency" in said


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("budget", "nothing.json"), 2),
        (("budget", "schedule.json", "--rates", "past.csv"), 1),
        (("risk", "schedule.json", "--history", "rates.toml"), 1),
        (("risk", "schedule.json", "--runs", "1"), 2),
        (("risk", "schedule.json", "--seed", "-1"), 2),
        (("risk", "rates.json"), 1),
    ],
)
def test_wrong_files_are_refused_as_documents(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    (folder / "rates.json").write_text("{}" * 3)
    typed = [str(folder / one) if "." in one else one for one in words]
    found, document = answer(capsys, *typed)
    assert found == code
    assert "error" in document


def test_nothing_is_half_written_where_a_file_is_in_the_way(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "budget"
    out.mkdir()
    (out / "top-sheet.pdf").write_text("mine")
    code, _ = answer(
        capsys,
        "budget",
        str(folder / "schedule.json"),
        "--rates",
        str(folder / "rates.toml"),
        "--out",
        str(out),
    )
    assert code == 2
    assert [one.name for one in out.iterdir()] == ["top-sheet.pdf"]
