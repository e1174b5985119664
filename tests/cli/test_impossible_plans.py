"""Values that cannot be: rules nobody can keep, negative rates, dates that do not exist, sums without end."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_files import FILM, PLAN_FILES
from little_media import Command, Ran

from answerprint.cli.main import run

DONE, FAILED, USAGE, NEEDS_A_PERSON, NOT_AVAILABLE = range(5)
QUICK = ("--iterations", "40")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    file = tmp_path / "film.fountain"
    file.write_text(FILM)
    return file


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The film's schedule."""
    folder = tmp_path_factory.mktemp("made")
    folder.joinpath("film.fountain").write_text(FILM)
    line = ["plan", "schedule", folder / "film.fountain", "--out", folder / "schedule.json", *QUICK]
    assert run([str(one) for one in line]) == DONE
    return folder.joinpath("schedule.json").read_bytes()


@pytest.fixture
def schedule(made: bytes, tmp_path: Path) -> Path:
    out = tmp_path / "schedule.json"
    out.write_bytes(made)
    return out


def refused(ran: Ran, file: Path) -> dict[str, str | None]:
    """The error of a command that names the file, what is wrong with it, and what to do."""
    assert ran.code in (FAILED, USAGE), ran.out[:400]
    error = ran.error
    assert error["file"] == str(file) and error["message"] and error["remedy"], error
    assert str(error["code"]).startswith("AP-")
    return error


def scheduled(answerprint: Command, film: Path, plan: str) -> Ran:
    file = film.with_name("mine.toml")
    file.write_text(plan)
    ran = answerprint("plan", "schedule", film, "--plan", file, *QUICK, "--json")
    assert file.read_text() == plan
    return ran


@pytest.mark.parametrize(
    "plan",
    [
        '[[performers]]\nname = "BEN"\navailable = [{from = 2026-05-04, to = 2026-05-04}]\n'
        "unavailable = [{from = 2026-05-04, to = 2026-05-04}]\n",
        '[[locations]]\nname = "LOCK"\nsets = ["LOCK"]\nwindows = [{from = 2025-01-01, to = 2025-01-05}]\n',
        '[[performers]]\nname = "ZOË"\navailable = [{from = 2026-05-04, to = 2026-05-05}]\n'
        '[[performers]]\nname = "BEN"\navailable = [{from = 2026-05-06, to = 2026-05-07}]\n',
        '[[order]]\nfirst = "1"\nthen = "2"\n[[order]]\nfirst = "2"\nthen = "1"\n',
        '[[order]]\nfirst = "1"\nthen = "2"\n[[order]]\nfirst = "2"\nthen = "3"\n'
        '[[order]]\nfirst = "3"\nthen = "1"\n',
        "[production]\nstart = 2026-05-04\nend = 2026-05-04\n[day]\nmax_eighths = 1\n",
        "[production]\nend = 2026-05-04\n[day]\nmax_minutes = 60\nstandard_minutes = 60\n",
        '[production]\nstart = 2026-06-21\nend = 2026-06-21\ndays_off = ["Saturday"]\nlatitude = 78.2\n'
        'longitude = 15.6\ntimezone = "Arctic/Longyearbyen"\n',
    ],
    ids=[
        "never-available", "window-in-the-past", "never-together", "circle-of-two", "circle-of-three",
        "more-pages-than-days", "an-hour-a-day", "no-night-in-the-north",
    ],
)  # fmt: skip
def test_rules_that_cannot_all_hold_are_refused_or_named(answerprint: Command, film: Path, plan: str) -> None:
    ran = scheduled(answerprint, film, plan)
    if ran.code == FAILED:
        assert refused(ran, film.with_name("mine.toml"))
        return
    document = ran.document
    placed = [strip for day in document["days"] for strip in day["strips"]]
    assert sorted([*placed, *document["boneyard"]]) == sorted(one["id"] for one in document["strips"])
    assert ran.code == NEEDS_A_PERSON, document["violations"]
    assert all(one["message"] and one["conflict"] for one in document["violations"]), document["violations"]


def test_a_child_that_may_not_work_at_all(answerprint: Command, film: Path) -> None:
    packs = Path(__file__).parents[2] / "src/answerprint/departments/planning/rules"
    pack = packs.joinpath("non_union_2026.toml").read_text()
    assert "work_minutes" in pack or "minutes" in pack
    none = "\n".join(
        f"{line.split('=')[0]}= 0"
        if line.strip().startswith(("work_minutes", "school_day_minutes"))
        else line
        for line in pack.splitlines()
    )
    film.with_name("none.toml").write_text(none)
    ran = scheduled(
        answerprint, film, '[production]\nrules = "none.toml"\n[[performers]]\nname = "ZOË"\nage = 5\n'
    )
    if ran.code in (FAILED, USAGE):
        assert ran.error["message"] and ran.error["remedy"]
    else:
        assert ran.code == NEEDS_A_PERSON and ran.document["violations"]


@pytest.mark.parametrize(
    "plan",
    [
        "[production]\nstart = 2026-02-30\n",
        "[production]\nstart = 0001-01-01\n",
        "[production]\nstart = 9999-12-31\n",
        "[production]\nstart = 2026-05-04\nend = 2026-05-01\n",
        'days_off = ["Friday"]\n',
        '[production]\ndays_off = ["Monday","Tuesday","Wednesday","Thursday","Friday","Saturday","Sunday"]\n',
        "[costs]\nshoot_day = -1\n",
        "[costs]\nshoot_day = nan\n",
        "[costs]\nshoot_day = 1000000000000000000000000000000\n",
        "[costs]\nshoot_day = 1e400\n",
        "[day]\nmax_minutes = 0\n",
        '[day]\ncall = "25:99"\n',
        "[day]\nmax_eighths = -1\n",
        '[[performers]]\nname = "BEN"\nage = -3\n',
        '[[performers]]\nname = "BEN"\nrate = -5\n',
        '[[performers]]\nname = "BEN"\nrate = inf\n',
        '[[performers]]\nname = "BEN"\n[[performers]]\nname = "Ben"\n',
        '[[performers]]\nname = "NOBODY"\n',
        '[[performers]]\nname = "BEN"\navailable = [{from = 2026-05-09, to = 2026-05-04}]\n',
        '[[performers]]\nname = "BEN"\nunavailable = [{from = 2026-05-04, to = 9999-12-31}]\n',
        '[[performers]]\nname = "BEN"\navailable = [{from = 9999-12-31, to = 9999-12-31}]\n',
        '[[pins]]\nscene = "1"\ndate = 2099-01-01\n',
        '[[pins]]\nscene = "1"\ndate = 0001-01-01\n',
        '[[pins]]\nscene = "1"\ndate = 2026-05-09\n',
        '[[pins]]\nscene = "99"\ndate = 2026-05-04\n',
        '[[order]]\nfirst = "1"\nthen = "77"\n',
        '[[locations]]\nname = "LOCK"\nlatitude = 99.0\nlongitude = nan\n',
        '[[locations]]\nname = "LOCK"\n[locations.dry_probability]\n13 = 0.5\n',
        '[[locations]]\nname = "LOCK"\ndry_probability = {"5" = -0.1}\n',
        '[production]\ntimezone = "Atlantis/Capital"\n',
        '[production]\ntimezone = "../../etc/passwd"\n',
        '[production]\nrules = "/etc/passwd"\n',
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_place(answerprint: Command, film: Path, plan: str) -> None:
    ran = scheduled(answerprint, film, plan)
    assert ran.code == FAILED, ran.out[:300]
    assert ran.error["message"] and ran.error["remedy"]
    assert "rules" in plan or refused(ran, film.with_name("mine.toml"))


def tables(good: str) -> Iterator[tuple[str, str]]:
    """A CSV's last row with one cell after another made impossible, and rows too long and too short."""
    header, *rows = good.strip().split("\n")
    cells = rows[-1].split(",")
    for at, name in enumerate(header.split(",")):
        for wrong in ("-1", "nan", "1e999", "2026-02-30", "9" * 40, '"open', "\ud7ff", "a,b,c,d,e,f,g"):
            row = ",".join([*cells[:at], wrong, *cells[at + 1 :]])
            yield f"{name}={wrong[:12]}", "\n".join([header, *rows[:-1], row])
    yield "short", f"{header}\n{cells[0]}\n"
    yield "twice", f"{header},{header}\n{rows[-1]},{rows[-1]}\n"
    yield "header only", f"{header}\n"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("availability.csv", "plan schedule {film} --availability {file} --iterations 40"),
        ("weather.csv", "plan schedule {film} --weather {file} --iterations 40"),
        ("board.csv", "plan schedule {film} --board {file} --iterations 40"),
        (
            "actuals.csv",
            "plan documents {schedule} --actuals {file} --out {out} --only daily-reports --format csv",
        ),
        ("history.csv", "plan risk {schedule} --history {file} --runs 200"),
    ],
)
def test_a_table_with_one_bad_cell(
    answerprint: Command, film: Path, schedule: Path, tmp_path: Path, name: str, line: str
) -> None:
    seen = set()
    for at, (_, text) in enumerate(tables(PLAN_FILES[name])):
        file = tmp_path / name
        file.write_text(text)
        places = {"film": film, "schedule": schedule, "file": file, "out": tmp_path / f"out{at}"}
        ran = answerprint(*(one.format(**places) for one in line.split()), "--json")
        seen.add(ran.code)
        if ran.code in (FAILED, USAGE):
            assert refused(ran, file)
            assert not (tmp_path / f"out{at}").exists()
        else:
            assert ran.code in (DONE, NEEDS_A_PERSON) and "error" not in ran.document
        assert file.read_text() == text
    assert FAILED in seen


def changes(document: Any) -> Iterator[tuple[str, Any]]:
    """A schedule that contradicts itself, or whose numbers no film has."""
    days, strips = document["days"], document["strips"]
    yield "a strip twice", {**document, "days": [{**days[0], "strips": days[0]["strips"] * 2}, *days[1:]]}
    yield "an unknown strip", {**document, "days": [{**days[0], "strips": ["gone"]}, *days[1:]]}
    yield "two days on a date", {**document, "days": [*days, days[0]]}
    yield "ids twice", {**document, "strips": [*strips, strips[0]]}
    for field, value in (
        ("minutes", -5), ("minutes", 10**30), ("eighths", -1), ("eighths", 10**12), ("call", -600),
        ("wrap", 10**9), ("date", "2026-02-30"), ("date", "9999-12-31"), ("date", "0001-01-01"),
        ("index", -1), ("cost", -(10**18)), ("starts", [1, 2, 3, 4, 5, 6, 7]), ("held", [99]),
        ("notes", ["x" * 30_000]), ("location", "A" * 30_000), ("sunrise", 10**9), ("strips", None),
    ):  # fmt: skip
        yield f"day {field} {str(value)[:12]}", {**document, "days": [{**days[0], field: value}, *days[1:]]}
    for field, value in (
        ("eighths", -1), ("eighths", 10**15), ("minutes", -9), ("minutes", 10**15), ("cast", [77]),
        ("cast", list(range(1, 3000))), ("set", "INT \u0000\u001b[2J"), ("set", "S" * 50_000),
        ("number", ""), ("day_or_night", "noon"), ("id", ""), ("synopsis", "w " * 20_000),
    ):  # fmt: skip
        changed = [{**strips[0], field: value}, *strips[1:]]
        yield f"strip {field} {str(value)[:12]}", {**document, "strips": changed}
    yield "nobody", {**document, "performers": []}
    yield "nothing", {**document, "days": [], "strips": []}
    yield "no days", {**document, "days": [], "boneyard": [one["id"] for one in strips]}
    first = datetime.date(1950, 1, 1)
    dated = [{**days[0], "date": str(first + datetime.timedelta(at)), "strips": []} for at in range(20_000)]
    yield "twenty thousand days", {**document, "days": dated}
    yield "a title without end", {**document, "title": "T" * 100_000}


@pytest.mark.parametrize(
    "line",
    [
        "plan documents {file} --out {out} --only stripboard,day-out-of-days --format pdf,html",
        pytest.param("plan documents {file} --out {out}", marks=pytest.mark.slow),
        "plan budget {file} --out {out}",
        "plan risk {file} --runs 200 --out {out}",
        "plan schedule {film} --published {file} --from 2026-05-05 --iterations 40 --out {out}",
    ],
    ids=["two documents", "documents", "budget", "risk", "re-planning"],
)
def test_a_schedule_that_contradicts_itself(
    answerprint: Command, film: Path, schedule: Path, tmp_path: Path, line: str
) -> None:
    document = json.loads(schedule.read_text())
    for at, (what, changed) in enumerate(changes(document)):
        file, out = tmp_path / "changed.json", tmp_path / f"out{at}"
        file.write_text(json.dumps(changed))
        ran = answerprint(*line.format(film=film, file=file, out=out).split(), "--json")
        if ran.code in (FAILED, USAGE):
            error = ran.error
            assert error["file"] == str(file) and error["remedy"], (what, error)
            assert not out.exists(), what
        else:
            assert ran.code in (DONE, NEEDS_A_PERSON) and "error" not in ran.document, what
        assert json.loads(file.read_text()) == changed
        if what in (
            "a strip twice",
            "an unknown strip",
            "two days on a date",
            "ids twice",
            "twenty thousand days",
        ):
            assert ran.code == FAILED, what


@pytest.mark.parametrize(
    "value", ["-1", "nan", "inf", "1e400", "9" * 40, '"many"', "[]", "true", "1900-01-01"]
)
@pytest.mark.parametrize("key", ["shoot_hours", "days_per_week", "percent", "rate", "quantity"])
def test_rates_that_cannot_be(
    answerprint: Command, schedule: Path, tmp_path: Path, key: str, value: str
) -> None:
    file = tmp_path / "rates.toml"
    assert answerprint("plan", "budget", schedule, "--write-rates", file).code == DONE
    lines = file.read_text().split("\n")
    at = next(at for at, line in enumerate(lines) if line.split("=")[0].strip() == key)
    lines[at] = f"{key} = {value}"
    file.write_text("\n".join(lines))
    for command in ("budget", "risk"):
        error = refused(answerprint("plan", command, schedule, "--rates", file, "--json"), file)
        assert error["at"]


TALENT = PLAN_FILES["talent.dat"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "x\n",
        "3\n",
        "3 2\n",
        "0 0\n",
        "-3 2\n1 1 0 4\n0 1 1 6\n1 2 1\n",
        "3 2\n1 1 0 4\n0 1 1 6\n1 2\n",
        TALENT + "7 7 7\n",
        TALENT.replace("4", "-4"),
        TALENT.replace("4", "nan"),
        TALENT.replace("4", "9" * 400),
        TALENT.replace("1 2 1", f"1 2 {10**30}"),
        TALENT.replace("1 2 1", "0 0 0"),
        TALENT.replace("1 2 1", "1 -2 1"),
        TALENT.replace("1 1 0", "1 2 0"),
        "2000000000 2\n1 1\n",
        f"3 2\n1 1 0 1e{'9' * 300}\n0 1 1 6\n1 2 1\n",
        "1e3 2\n1 1\n",
        "²  ²\n1 1\n",
    ],
)
def test_talent_files_that_cannot_be(answerprint: Command, tmp_path: Path, text: str) -> None:
    file = tmp_path / "film.dat"
    file.write_text(text)
    ran = answerprint("plan", "talent", file, "--limit", "1", "--json")
    if "0 0 0" in text and ran.code == DONE:
        assert ran.document["cost"] == 0
    else:
        assert refused(ran, file)


def test_two_thousand_scenes_are_planned_or_refused(answerprint: Command, tmp_path: Path) -> None:
    rows = [
        " ".join("1" if (at * 7 + who) % 5 == 0 else "0" for at in range(2000)) + " 3" for who in range(8)
    ]
    file = tmp_path / "long.dat"
    file.write_text("2000 8\n" + "\n".join(rows) + "\n" + " ".join(["1"] * 2000) + "\n")
    ran = answerprint("plan", "talent", file, "--limit", "1", "--json")
    if ran.code == DONE:
        assert ran.document["bound"] <= ran.document["cost"]
    else:
        assert refused(ran, file)


@pytest.mark.parametrize(
    "line",
    [
        "script read {film} --scene 99",
        "script sides {film} --out {out} --scenes 99",
        "script sides {film} --out {out}",
        "script sides {film} --out {out} --character NOBODY",
        "script print {film} --out {out} --paper a0",
        "script pages {film} {film} --out {out} --colour plaid",
        "script analyse {film} --genre cookery",
        "script breakdown {film} --accept none",
        "script breakdown {film} --undo",
        "script breakdown {film} --add x",
        "script convert {film} {out}.docx",
        "script notes {film} --timeout -1",
        "script notes {film} --timeout nan",
        "script diff {film} {film} --picture {out}.bmp",
        "script compare {film} {film}",
        "plan schedule {film} --seconds nan",
        "plan schedule {film} --seconds 1e99",
        "plan schedule {film} --seconds -1",
        "plan schedule {film} --iterations 0",
        "plan schedule {film} --iterations 99999999999999999999",
        "plan schedule {film} --seed -1 --iterations 40",
        "plan schedule {film} --from 2026-02-30",
        "plan schedule {film} --improve small",
        "plan schedule {film} --published {film}",
        "plan schedule {film} --board {film} --improve much",
        "plan schedule {film} --board {film} --at-most 0",
        "plan risk {schedule} --runs 0",
        "plan risk {schedule} --runs 1000000000",
        "plan risk {schedule} --seed -1",
        "plan talent {film} --limit nan",
        "plan talent {film} --limit 1e9",
        "plan talent {film} --seed -1",
        "plan documents {schedule} --out {out} --only menu",
        "plan documents {schedule} --out {out} --format docx",
        "plan shots {film} --scenes 99 --out {out}",
        "plan moodboard {film}",
        "plan moodboard {empty}",
        "plan budget {film} --plan {film}",
        "plan schedule . --iterations 40",
        "plan schedule / --iterations 40",
        "script read .",
        "script convert . {out}.fdx",
        "script breakdown /",
    ],
)
def test_options_that_cannot_be(
    answerprint: Command, film: Path, schedule: Path, tmp_path: Path, line: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    (tmp_path / "empty").mkdir()
    places = {"film": film, "schedule": schedule, "out": tmp_path / "out", "empty": tmp_path / "empty"}
    ran = answerprint(*(one.format(**places) for one in line.split()), "--json")
    assert ran.code in (FAILED, USAGE) or ("--seed" in line and ran.code == DONE), ran.out[:300]
    if ran.code != DONE:
        assert ran.error["message"] and ran.error["remedy"]
    assert sorted(one for one in tmp_path.rglob("*") if one.name != "empty") == before
    assert film.read_text() == FILM
