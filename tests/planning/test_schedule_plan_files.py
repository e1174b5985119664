"""A plan that cannot be is refused with the key, the row and a remedy; what is written can be read."""

from __future__ import annotations

import datetime
from importlib import resources
from pathlib import Path

import pytest

from answerprint.core.errors import PlanError, UsageError
from answerprint.departments.planning.plan_file import (
    need_plan,
    parse_plan,
    read_availability,
    read_plan,
    read_weather,
)
from answerprint.departments.planning.plan_writing import write_plan
from answerprint.departments.planning.records import Window
from answerprint.departments.planning.rules import load_rules
from answerprint.departments.planning.scheduling import Effort, plan_of, schedule
from answerprint.departments.planning.settings import PlanSettings
from answerprint.departments.planning.strips import make_strips
from answerprint.pipeline.planning import breakdown_of


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("[production", "AP-PLAN-100", None),
        ("[costs]\nshoot_dy = 3", "AP-PLAN-101", "costs"),
        ("[costs]\nshoot_day = 3.5", "AP-PLAN-101", "costs.shoot_day"),
        ("[costs]\nshoot_day = nan", "AP-PLAN-101", "costs.shoot_day"),
        ("[costs]\nshoot_day = -1", "AP-PLAN-102", "costs.shoot_day"),
        ("[costs]\nlocation_move = 99999999999", "AP-PLAN-102", "costs.location_move"),
        ("[production]\nstart = 2026-02-30", "AP-PLAN-100", None),
        ("[production]\nstart = 2026-05-04\nend = 2026-05-01", "AP-PLAN-102", "production.end"),
        ("[production]\nlatitude = nan\nlongitude = 1.0", "AP-PLAN-102", "production.latitude"),
        ("[production]\nlatitude = 91.0\nlongitude = 1.0", "AP-PLAN-102", "production.latitude"),
        ("[production]\nlatitude = 50.0", "AP-PLAN-102", "production.latitude"),
        ('[production]\ntimezone = "Mars/Base"', "AP-PLAN-102", "production.timezone"),
        ('[production]\ndays_off = ["Funday"]', "AP-PLAN-102", "production.days_off"),
        ("[day]\nstandard_minutes = 700", "AP-PLAN-102", "day.standard_minutes"),
        ('[day]\ncall = "8 o\'clock"', "AP-PLAN-102", "day.call"),
        ('[day]\ncall = "04:00"', "AP-PLAN-102", "day.call"),
        ("[estimates]\ninterior = 0", "AP-PLAN-102", "estimates.interior"),
        ('[[performers]]\nname = "ADA"\nrate = -3', "AP-PLAN-102", "performers[1] (ADA).rate"),
        ('[[performers]]\nname = " "', "AP-PLAN-102", "performers[1].name"),
        ('[[performers]]\nname = "A"\n[[performers]]\nname = "a"', "AP-PLAN-102", "performers[2].name"),
        (
            '[[performers]]\nname = "A"\navailable = [{from = 2026-05-09, to = 2026-05-01}]',
            "AP-PLAN-102",
            "performers[1] (A).available",
        ),
        (
            '[[locations]]\nname = "A"\ndry_probability = {"5" = 1.5}',
            "AP-PLAN-102",
            "locations[1] (A).dry_probability.5",
        ),
        (
            '[[locations]]\nname = "A"\ndry_probability = {"13" = 0.5}',
            "AP-PLAN-102",
            "locations[1] (A).dry_probability",
        ),
        (
            '[[pinned_days]]\ndate = 2026-05-05\nscenes = ["1"]\nunit = "x"',
            "AP-PLAN-102",
            "pinned_days[1].unit",
        ),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_place(text: str, code: str, place: str | None) -> None:
    with pytest.raises(PlanError) as caught:
        parse_plan(text, "plan.toml")
    assert caught.value.code == code
    assert caught.value.file == "plan.toml"
    assert caught.value.remedy
    if place is not None:
        assert caught.value.at == place


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('[[performers]]\nname = "ADDA"', "ADA"),
        ('[[locations]]\nname = "X"\nsets = ["MILL - KITCHN"]', "KITCHEN"),
        ('[[pins]]\nscene = "31"\ndate = 2026-05-05', "did you mean"),
        ('[[units]]\nname = "second"\nscenes = ["9"]', "take it out"),
    ],
)
def test_names_the_screenplay_lacks_are_refused_with_the_nearest(film: Path, text: str, word: str) -> None:
    settings = parse_plan(text, "plan.toml")
    with pytest.raises(PlanError) as caught:
        make_strips(breakdown_of(film), settings)
    assert caught.value.code == "AP-PLAN-103"
    assert word in (caught.value.remedy or "")


def test_a_plan_written_to_begin_with_changes_nothing(film: Path, tmp_path: Path) -> None:
    breakdown = breakdown_of(film)
    file = tmp_path / "plan.toml"
    file.write_text(write_plan(breakdown))
    read, bare = read_plan(file), PlanSettings()
    for name in ("day", "estimates", "costs", "hold", "pins", "units", "order"):
        assert getattr(read, name) == getattr(bare, name)
    assert [one.name for one in read.performers] == ["ADA", "BEN"]
    assert {one.name for one in read.locations} == {"MILL", "QUAY"}
    assert make_strips(breakdown, read) == make_strips(breakdown, bare)


def test_a_missing_plan_is_a_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        need_plan(tmp_path / "none.toml")


def test_every_bad_row_of_availability_is_named(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "name,from,to,status\nADA,2026-05-04,2026-05-06,available\n,2026-05-04,2026-05-05,available\n"
        "BEN,2026-05-40,2026-05-05,available\nBEN,2026-05-09,2026-05-05,unavailable\nBEN,2026-05-04,2026-05-05,maybe\n"
    )
    with pytest.raises(PlanError) as caught:
        read_availability(file, PlanSettings())
    assert all(f"line {n}" in caught.value.message for n in (3, 4, 5, 6))
    assert "line 2" not in caught.value.message


def test_availability_is_joined_to_what_the_plan_says(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("to;name;from;available\n2026-05-06;Ada;2026-05-04;no\n")
    settings = parse_plan('[[performers]]\nname = "ADA"\nrate = 900')
    ada = read_availability(file, settings).performers[0]
    assert ada.day_rate == 900
    assert ada.unavailable == (Window(first=datetime.date(2026, 5, 4), last=datetime.date(2026, 5, 6)),)


def test_weather_costs_what_the_days_lost_to_rain_cost(film: Path, tmp_path: Path) -> None:
    """One exterior of a given length, dry three days in four: a quarter of its share of a shooting day."""
    file = tmp_path / "weather.csv"
    file.write_text("month,location,dry\n" + "".join(f"{m},QUAY,0.75\n" for m in range(1, 13)))
    settings = read_weather(file, PlanSettings())
    plan = plan_of(breakdown_of(film), settings, load_rules("non_union_2026"))
    made = schedule(plan, Effort(moves=500, processes=1, alternatives=0))
    exterior = next(one for one in made.strips if one.exterior)
    assert made.cost_parts["weather"] == exterior.minutes * 250 * 10_000 // (600 * 1000)
    assert not made.violations


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n1,2\n", 'name,from,to,status\n"ADA,2026'])
def test_tables_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "people.csv"
    file.write_text(text)
    with pytest.raises(PlanError):
        read_availability(file, PlanSettings())


def test_a_rule_pack_of_ones_own_is_read_beside_the_plan(tmp_path: Path) -> None:
    text = (
        resources.files("answerprint.departments.planning.rules").joinpath("uk_2015.toml").read_text("utf-8")
    )
    (tmp_path / "ours.toml").write_text(text.replace("daily_rest = 660", "daily_rest = 690"))
    assert load_rules("ours.toml", tmp_path).daily_rest == 690
    for name in ("none", "../none.toml"):
        with pytest.raises(PlanError):
            load_rules(name, tmp_path)
