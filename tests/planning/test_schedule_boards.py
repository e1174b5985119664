"""The assistant director's own board is costed as it stands; a shoot under way is planned anew with care."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec
import pytest
from schedule_instances import instance

from answerprint.core.errors import PlanError
from answerprint.departments.planning.board_import import read_board
from answerprint.departments.planning.records import Location, Performer, Strip, Window
from answerprint.departments.planning.replanning import on_board, replan
from answerprint.departments.planning.rules import load_rules
from answerprint.departments.planning.scheduling import Effort, Plan, schedule
from answerprint.departments.planning.settings import DayLimits, Pin, PlanSettings, Precedence, Production

QUICK = Effort(moves=1500, processes=1, alternatives=0)
MONDAY = datetime.date(2026, 5, 4)


def film(**settings: object) -> Plan:
    """Six scenes of two people at two places, two hours each; three fill a short day."""
    strips = tuple(
        Strip(
            id=f"s{n}",
            number=str(n),
            set=f"{place} - ROOM",
            location=place,
            interior=True,
            minutes=120,
            cast=cast,
        )
        for n, (place, cast) in enumerate(
            [("MILL", (1,)), ("QUAY", (2,)), ("MILL", (1,)), ("QUAY", (2,)), ("MILL", (1,)), ("QUAY", (2,))],
            start=1,
        )
    )
    plan = PlanSettings(
        production=Production(start=MONDAY),
        day=DayLimits(max_minutes=480, standard_minutes=480),
        **settings,  # type: ignore[arg-type]
    )
    people = (Performer(number=1, name="ADA", day_rate=1000), Performer(number=2, name="BEN", day_rate=1000))
    return Plan(
        plan, load_rules("non_union_2026"), strips, people, (Location(name="MILL"), Location(name="QUAY"))
    )


CSV = """\
Scene,Set,Shoot Day
1,MILL,1
2,QUAY,1
3,MILL,1
END OF DAY 1 - Monday 4 May 2026
4,QUAY,2
5,MILL,2
6,QUAY,2
END OF DAY 2
"""


def test_a_board_is_costed_in_its_own_order(tmp_path: Path) -> None:
    file = tmp_path / "board.csv"
    file.write_text(CSV)
    made = on_board(film(), read_board(file), QUICK)
    assert [day.strips for day in made.days] == [("s1", "s2", "s3"), ("s4", "s5", "s6")]
    assert made.days[0].date == MONDAY
    # Two days, four moves between the places, two people on both days.
    assert made.cost == 2 * 10_000 + 4 * 1_500 + 4 * 1_000
    assert made.baselines["imported_board"] == made.cost
    assert not made.violations


def test_a_plain_text_board_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "board.txt"
    file.write_text("1 INT MILL\n2 INT QUAY\n3. MILL\n--- END OF DAY 1 ---\nScene 4\n5\n6\nEND OF DAY 2\n")
    made = on_board(film(), read_board(file), QUICK)
    assert [day.strips for day in made.days] == [("s1", "s2", "s3"), ("s4", "s5", "s6")]


def test_small_moves_are_few_listed_and_add_up(tmp_path: Path) -> None:
    file = tmp_path / "board.csv"
    file.write_text(CSV)
    before = on_board(film(), read_board(file), QUICK)
    one = on_board(film(), read_board(file), QUICK, small=1)
    more = on_board(film(), read_board(file), QUICK, small=4)
    assert len(one.settings["moves"]) == 1 and len(more.settings["moves"]) <= 4
    assert before.cost - one.cost == one.settings["moves"][0]["saves"] > 0
    assert before.cost - more.cost == sum(move["saves"] for move in more.settings["moves"])
    assert more.cost <= one.cost
    full = on_board(film(), read_board(file), QUICK, full=True)
    assert full.cost == 2 * 10_000 + 2 * 1_000 and full.baselines["imported_board"] == before.cost


def test_what_a_board_leaves_out_is_said(tmp_path: Path) -> None:
    file = tmp_path / "board.csv"
    file.write_text("scene,day\n1,1\n2,1\n3,2\n4,2\nBONEYARD,\n5,\n")
    made = on_board(film(), read_board(file), QUICK)
    assert made.boneyard == ("s5", "s6")
    assert made.settings["left_out"] == ["s6"]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("scene,day\n1,1\n99,1\n", "AP-PLAN-114", "line 3: there is no scene 99"),
        ("scene,day\n1,1\n1,2\n", "AP-PLAN-114", "line 3: scene 1 stands on line 2"),
        ("scene,day\n", "AP-PLAN-112", "no strip"),
        ("nothing here\n", "AP-PLAN-112", "no strip"),
        ("scene,date\n1,2026-02-31\n", "AP-PLAN-113", "no date"),
    ],
)
def test_a_board_that_cannot_be_is_refused(tmp_path: Path, text: str, code: str, said: str) -> None:
    file = tmp_path / "board.csv"
    file.write_text(text)
    with pytest.raises(PlanError) as caught:
        on_board(film(), read_board(file), QUICK)
    assert caught.value.code == code and said in caught.value.message


def test_a_board_that_breaks_a_rule_is_told_and_not_mended(tmp_path: Path) -> None:
    file = tmp_path / "board.csv"
    file.write_text("scene,day\n" + "".join(f"{n},1\n" for n in range(1, 7)))
    made = on_board(film(), read_board(file), QUICK)
    assert [one.rule for one in made.violations] == ["day_length"]
    assert len(made.days) == 1


def test_days_that_are_shot_stay_as_they_were_and_the_rest_moves_only_for_a_reason() -> None:
    plan = film()
    out = schedule(plan, QUICK)
    second = out.days[1].date
    same = replan(plan, out, second, QUICK)
    assert [day.strips for day in same.days] == [day.strips for day in out.days]
    assert same.settings["moved"] == [] and same.cost == out.cost
    # Whoever works on the second day falls ill on it: the second day moves, the first does not.
    ill = tuple(
        msgspec.structs.replace(one, unavailable=(Window(first=second, last=second),))
        if one.number in out.days[1].cast
        else one
        for one in plan.performers
    )
    changed = replan(Plan(plan.settings, plan.rules, plan.strips, ill, plan.locations), out, second, QUICK)
    assert changed.days[0].strips == out.days[0].strips and changed.days[0].date == out.days[0].date
    assert second not in [day.date for day in changed.days]
    assert not changed.violations
    assert {move["strip"] for move in changed.settings["moved"]} == set(out.days[1].strips)
    assert all("not available" in move["why"] for move in changed.settings["moved"])
    assert changed.cost_parts["changes"] == 200 * len(out.days[1].strips)


def test_replanning_random_productions_keeps_the_days_before() -> None:
    for seed in range(6):
        plan = instance(seed, strips=18)
        out = schedule(plan, QUICK)
        if len(out.days) < 3:
            continue
        start = out.days[len(out.days) // 2].date
        new = replan(plan, out, start, QUICK)
        before = {(day.unit, day.date): day.strips for day in out.days if day.date < start}
        after = {(day.unit, day.date): day.strips for day in new.days if day.date < start}
        assert before == after, seed
        assert not {one.rule for one in new.violations} & {"cost", "complete"}


def test_impossible_rules_end_in_the_smallest_set_of_facts() -> None:
    plan = film()
    ada = Window(first=MONDAY, last=MONDAY + datetime.timedelta(2))
    open_later = Window(first=MONDAY + datetime.timedelta(7), last=MONDAY + datetime.timedelta(8))
    people = (msgspec.structs.replace(plan.performers[0], available=(ada,)), plan.performers[1])
    places = (msgspec.structs.replace(plan.locations[0], windows=(open_later,)), plan.locations[1])
    made = schedule(Plan(plan.settings, plan.rules, plan.strips, people, places), QUICK)
    mill = [one for one in made.violations if "s1" in one.strips]
    assert mill
    assert set(mill[0].conflict) == {
        "ADA is available 4 May 2026 to 6 May 2026",
        "location MILL is open 11 May 2026 to 12 May 2026",
        "scene 1 needs ADA at MILL for 120 minutes",
    }


def test_too_much_work_for_the_dates_names_the_work_and_the_dates() -> None:
    settings = msgspec.structs.replace(film().settings, production=Production(start=MONDAY, end=MONDAY))
    plan = film()
    made = schedule(Plan(settings, plan.rules, plan.strips, plan.performers, plan.locations), QUICK)
    over = next(one for one in made.violations if one.rule == "day_length")
    assert "a shooting day has at most 480 minutes" in over.conflict
    assert sum("needs" in fact for fact in over.conflict) == 5  # five of six scenes are already too many
    assert any("4 May 2026" in fact for fact in over.conflict)


def test_scenes_in_a_circle_are_named() -> None:
    order = (Precedence(first="1", then="2"),)
    pins = (Pin(scene="1", date=MONDAY + datetime.timedelta(2)), Pin(scene="2", date=MONDAY))
    plan = film(order=order, pins=pins)
    made = schedule(plan, QUICK)
    wrong = next(one for one in made.violations if one.rule == "order")
    assert {"scene 1 is pinned to 6 May 2026", "scene 2 is pinned to 4 May 2026"} < set(wrong.conflict)
    assert "scene 1 comes before scene 2" in wrong.conflict
