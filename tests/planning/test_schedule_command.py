"""`answerprint plan schedule` as people use it: the document, the files it writes, and what it refuses."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from answerprint.cli.main import run

QUICK = ["--iterations", "300"]


def document(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    capsys.readouterr()
    code = run(["plan", "schedule", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_document_has_cost_bound_days_violations_and_baselines(
    film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, made = document([str(film), *QUICK], capsys)
    assert code == 0
    assert 0 < made["bound"] <= made["cost"]
    assert made["violations"] == []
    assert {"script_order", "sort_by_set"} <= set(made["baselines"])
    assert sum(len(day["strips"]) for day in made["days"]) == 3
    # One day is enough: two people, two places, one change of set, one move, day before night.
    assert len(made["days"]) == 1 and made["cost"] >= 10_000 + 2 * 400 + 1_500 + 300


def test_a_written_schedule_is_the_same_bytes_again_and_is_not_overwritten(
    film: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    assert run(["plan", "schedule", str(film), *QUICK, "--out", str(first)]) == 0
    assert run(["plan", "schedule", str(film), *QUICK, "--out", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path) not in first.read_text()
    assert run(["plan", "schedule", str(film), *QUICK, "--out", str(first)]) == 2


def test_a_plan_beside_the_screenplay_is_used(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = film.with_name("plan.toml")
    assert run(["plan", "schedule", str(film), "--write-plan", str(plan)]) == 0
    text = plan.read_text().replace("shoot_day = 10000", "shoot_day = 77000")
    plan.write_text(text.replace("start = 2026-05-04", "start = 2026-09-07"))
    code, made = document([str(film), *QUICK], capsys)
    assert code == 0
    assert made["cost_parts"]["shoot_days"] == 77_000
    assert made["days"][0]["date"] == "2026-09-07"


def test_rules_that_cannot_hold_end_with_three_and_their_facts(
    film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = film.with_name("people.csv")
    people.write_text(
        "name,from,to,status\nADA,2026-05-04,2026-05-05,available\nBEN,2026-05-11,2026-05-12,available\n"
    )
    code, made = document([str(film), "--availability", str(people), *QUICK], capsys)
    assert code == 3
    facts = next(one["conflict"] for one in made["violations"] if one["rule"] == "availability")
    assert any(fact.startswith("ADA is available 4 May 2026 to 5 May 2026") for fact in facts)
    assert any(fact.startswith("BEN is available 11 May 2026") for fact in facts)
    assert any("scene 1 needs" in fact for fact in facts)
    assert len(facts) == 3


def test_the_shoot_goes_on_from_what_is_published(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    run(["plan", "schedule", str(film), *QUICK, "--out", str(out)])
    code, made = document([str(film), "--published", str(out), "--from", "2026-05-05", *QUICK], capsys)
    assert code == 0
    assert made["days"] == json.loads(out.read_text())["days"] or made["days"][0]["pinned"]
    assert made["settings"]["moved"] == []
    assert datetime.date.fromisoformat(made["days"][0]["date"]) == datetime.date(2026, 5, 4)


def test_the_board_in_text_names_days_scenes_cost_and_bound(
    film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["plan", "schedule", str(film), *QUICK]) == 0
    said = capsys.readouterr().out
    for part in (
        "day 1",
        "MILL - KITCHEN",
        "costs less than",
        "sort by set",
        "no hard rule is broken",
        "assumed",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("arguments", "code", "area"),
    [
        (["--published", "x.json"], 2, "AP-USE"),
        (["--from", "2026-05-04"], 2, "AP-USE"),
        (["--from", "tomorrow", "--published", "x.json"], 2, "AP-USE"),
        (["--improve", "small"], 2, "AP-USE"),
        (["--seconds", "0"], 2, "AP-USE"),
        (["--iterations", "-4"], 2, "AP-USE"),
        (["--plan", "none.toml"], 2, "AP-USE"),
        (["--board", "none.csv"], 2, "AP-USE"),
    ],
)
def test_wrong_use_is_said(
    film: Path, arguments: list[str], code: int, area: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, said = document([str(film), *arguments], capsys)
    assert found == code
    assert said["error"]["code"].startswith(area) and said["error"]["remedy"]


@pytest.mark.parametrize("name", ["schedule.json", "breakdown.json"])
def test_a_file_that_is_something_else_is_refused(
    film: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = film.with_name(name)
    wrong.write_text('{"days": "none"}')
    breakdown = name.startswith("breakdown")
    arguments = [str(wrong)] if breakdown else [str(film), "--published", str(wrong), "--from", "2026-05-04"]
    code, said = document(arguments, capsys)
    assert code == 1 and said["error"]["file"] == str(wrong)
