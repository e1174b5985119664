"""A schedule played through: what must follow from what, whatever the numbers are."""

from __future__ import annotations

import datetime
import json
import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest
from money_boards import RATES, schedule

from answerprint.core.errors import PlanError, UsageError
from answerprint.departments.planning.money.board import board_of, prices_of, with_climates
from answerprint.departments.planning.money.forecast import Risk, risk_of
from answerprint.departments.planning.money.priors import Beliefs, Rate
from answerprint.departments.planning.money.rates_reading import parse_rates
from answerprint.departments.planning.money.report import risk_files, sparkline
from answerprint.departments.planning.money.simulation import Played, play
from answerprint.departments.planning.money.tornado import first_order, tornado
from answerprint.departments.planning.records import Location, Schedule, Window

NEVER = Rate(1.0, 1e12)
CALM = Beliefs(
    pace=(0.0, 1e12, 1e-9, 1e9),
    day=(1e-9, 1e9),
    scene_sd=0.0,
    dry=1.0,
    season_sd=0.0,
    performer=NEVER,
    crew=NEVER,
    breakdown=NEVER,
    price=(0.0, 0.0),
)


def played(board: Schedule, beliefs: Beliefs, dry: float = 1.0, runs: int = 2000, seed: int = 1) -> Played:
    rates = parse_rates(RATES)
    found = board_of(board, rates, default_dry=dry)
    return play(found, prices_of(board, rates), beliefs, runs=runs, seed=seed)


def forecast(**changed: object) -> Risk:
    return risk_of(schedule(10), parse_rates(RATES), runs=1000, **changed)  # type: ignore[arg-type]


def test_when_nothing_goes_wrong_the_plan_is_what_happens() -> None:
    found = played(schedule(10), CALM)
    budget = prices_of(schedule(10), parse_rates(RATES)).planned
    assert np.allclose(found.days, 10, atol=1e-3)
    assert set(found.whole_days.tolist()) == {10}
    assert np.allclose(found.money, budget, rtol=1e-4)


def test_twice_the_time_takes_twice_the_days_less_the_overtime() -> None:
    """Each day asks 1200 minutes and has 600 and 120 of overtime: 480 spill, ten times."""
    found = played(schedule(10, exterior=0), replace(CALM, pace=(math.log(2), 1e12, 1e-9, 1e9)))
    least = 10 + (10 * 480) / 600
    assert np.all(found.days > least) and np.all(found.days < least + 0.6)
    assert np.allclose(found.overtime, 20, atol=1e-2)


def test_a_day_lost_whole_is_a_day_more() -> None:
    """Nobody works on a day without its crew; half to all of it is lost."""
    found = played(schedule(10, exterior=0), replace(CALM, crew=Rate(1e12, 2e12)))
    lost = found.drivers["crew"] / 600
    assert 2 < lost.mean() < 5
    assert np.corrcoef(lost, found.days)[0, 1] > 0.9


def test_weather_harms_exteriors_only() -> None:
    inside, outside = (played(schedule(10, exterior=share), CALM, dry=0.5) for share in (0.0, 1.0))
    assert inside.days.max() <= 10.001
    assert outside.days.mean() > 12


def test_rain_is_softened_by_interiors_that_can_be_played_instead() -> None:
    """Half inside, half outside: the same rain on the same exteriors, with and without the cast for cover."""
    board = schedule(12, exterior=0.5, seed=4)
    covered = msgspec.structs.replace(
        board, days=tuple(msgspec.structs.replace(day, held=(1, 2, 3, 4)) for day in board.days)
    )
    assert played(covered, CALM, dry=0.4).days.mean() < played(board, CALM, dry=0.4).days.mean()


def test_drier_places_finish_sooner() -> None:
    means = [played(schedule(10, exterior=1), CALM, dry=dry).days.mean() for dry in (0.3, 0.6, 0.9)]
    assert means[0] > means[1] > means[2]


def test_illness_of_a_performer_holds_up_their_scenes() -> None:
    found = played(schedule(10, exterior=0), replace(CALM, performer=Rate(1e12, 2.5e13)))
    assert found.drivers["illness"].mean() > 0
    assert np.corrcoef(found.drivers["illness"], found.money)[0, 1] > 0.5


def test_calling_back_somebody_who_has_left_costs_more() -> None:
    slow = replace(CALM, pace=(math.log(1.5), 1e12, 1e-9, 1e9))
    board = schedule(10, exterior=0)
    last = board.days[-1].date
    gone = Window(first=last, last=last + datetime.timedelta(days=60))
    busy = tuple(msgspec.structs.replace(one, unavailable=(gone,)) for one in board.performers)
    away = msgspec.structs.replace(board, performers=busy)
    assert played(away, slow).money.mean() > played(board, slow).money.mean()
    assert any(one.code == "risk.not_free" for one in risk_of(away, parse_rates(RATES), runs=500).findings)


def test_what_is_not_known_about_the_pace_widens_the_answer() -> None:
    sure, unsure = (
        played(schedule(10), replace(Beliefs(), pace=(0.02, weight, 0.12, 1e9))) for weight in (1e9, 1.0)
    )
    assert np.std(unsure.days) > 1.15 * np.std(sure.days)


def test_two_units_do_not_make_the_main_unit_longer() -> None:
    board = schedule(6, exterior=0)
    second = msgspec.structs.replace(board.days[0], unit="second", index=7, strips=(), minutes=0, cast=())
    assert np.allclose(
        played(msgspec.structs.replace(board, days=(*board.days, second)), CALM).days, 6, atol=1e-3
    )


def test_the_same_seed_is_the_same_bytes_and_another_seed_is_not() -> None:
    first, again, other = (risk_files(forecast(seed=seed)) for seed in (5, 5, 6))
    assert first == again
    assert first["risk.json"] != other["risk.json"]


def test_the_number_of_cores_does_not_matter() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from money_boards import *;"
        "from answerprint.departments.planning.money.forecast import risk_of;"
        "from answerprint.departments.planning.money.rates_reading import parse_rates;"
        "from answerprint.core.encoding import to_json;"
        "print(to_json(risk_of(schedule(8), parse_rates(RATES), runs=500)).decode())"
    )
    said = set()
    for threads in ("1", "4"):
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        folder = os.path.dirname(__file__)  # noqa: PTH120
        run = subprocess.run(
            [sys.executable, "-c", code, folder], capture_output=True, text=True, env=environment, check=True
        )
        said.add(run.stdout)
    assert len(said) == 1


def test_a_driver_draws_the_same_whatever_the_others_do() -> None:
    still, moved = (
        played(schedule(10), replace(Beliefs(), breakdown=Rate(4.0, exposure))) for exposure in (1e9, 20)
    )
    assert np.array_equal(still.drivers["pace"], moved.drivers["pace"])


def test_levels_rise_and_every_one_has_a_width() -> None:
    found = forecast()
    for spread in (found.days, found.money):
        levels = [spread.p10, spread.p50, spread.p80, spread.p90]
        assert [one.value for one in levels] == sorted(one.value for one in levels)
        assert all(one.low <= one.value <= one.high for one in levels)
        assert sum(spread.shares) + spread.beyond == pytest.approx(1, abs=1e-3)
        assert spread.within_plan_low <= spread.within_plan <= spread.within_plan_high
    assert found.source == "from priors, not your productions"


def test_the_contingency_of_a_level_pays_for_that_level() -> None:
    found = forecast()
    p80 = next(one for one in found.contingencies if one.level == 0.8)
    assert found.money.planned * (1 + p80.percent / 100) == pytest.approx(found.money.p80.value, rel=1e-4)


def test_enough_put_aside_is_enough() -> None:
    aside = RATES + "[contingency]\npercent = 100\nof = ['above', 'production']\n"
    assert risk_of(schedule(10), parse_rates(aside), runs=1000).within_budget > 0.99
    assert forecast().within_budget == forecast().money.within_plan


def test_a_budget_of_nothing_has_no_money_at_risk() -> None:
    text = RATES.split("[[line]]")[0]
    board = msgspec.structs.replace(schedule(4), performers=())
    found = risk_of(board, parse_rates(text), runs=500)
    assert found.money.p90.value == 0
    assert any(one.code == "risk.no_money" for one in found.findings)


def test_a_plans_climate_is_used_where_the_rates_say_nothing() -> None:
    rates = parse_rates(RATES + "[[location]]\nname = 'Flat'\ndry_probability = { 5 = 0.2 }\n")
    plan = (
        Location(name="Harbour", dry_probability={"5": 0.9}),
        Location(name="Flat", dry_probability={"5": 0.8}),
    )
    board = board_of(schedule(6), with_climates(rates, plan), default_dry=0.5)
    assert {day.place: day.dry for day in board.days} == {"Harbour": 0.9, "Flat": 0.2, "School": 0.5}


@pytest.mark.parametrize(("runs", "seed"), [(0, 1), (10**9, 1), (-5, 1), (1000, -1), (1000, 2**70)])
def test_runs_and_seeds_out_of_range_are_wrong_usage(runs: int, seed: int) -> None:
    with pytest.raises(UsageError) as caught:
        risk_of(schedule(3), parse_rates(RATES), runs=runs, seed=seed)
    assert caught.value.code == "AP-USE-170"


def test_an_impossible_schedule_is_refused() -> None:
    board = schedule(3)
    endless = msgspec.structs.replace(board.days[0], minutes=5000)
    for days in ((board.days[0], board.days[0]), (endless,), ()):
        wrong = msgspec.structs.replace(board, days=days)
        with pytest.raises(PlanError) as caught:
            risk_of(wrong, parse_rates(RATES), runs=500)
        assert caught.value.code == "AP-PLAN-075"


def test_one_day_and_a_day_without_scenes_are_schedules() -> None:
    board = schedule(1)
    empty = msgspec.structs.replace(board.days[0], strips=(), minutes=0, cast=())
    for one in (board, msgspec.structs.replace(board, days=(empty,))):
        found = risk_of(one, parse_rates(RATES), runs=500)
        assert math.isfinite(found.money.p90.value) and found.days.p50.value >= 1


def test_first_order_shares_are_those_of_a_linear_model() -> None:
    random = np.random.default_rng(3)
    one, other, idle = random.standard_normal((3, 20_000))
    outcome = 2 * one + other
    assert first_order(outcome, one) == pytest.approx(0.8, abs=0.02)
    assert first_order(outcome, other) == pytest.approx(0.2, abs=0.02)
    assert first_order(outcome, idle) < 0.01
    bars = tornado(outcome, {"weather": other, "pace": one})
    assert [bar.name for bar in bars] == ["pace", "weather"]
    # The mean of a standard normal beyond its ninetieth percentile is 1.755.
    assert bars[0].high == pytest.approx(2 * 1.755, abs=0.1)


def test_what_cannot_happen_is_no_bar_of_the_tornado() -> None:
    found = risk_of(schedule(8, exterior=0), parse_rates(RATES), runs=1000)
    assert "weather" not in {one.name for one in found.drivers}


def test_the_page_stands_alone_and_its_pictures_are_drawings() -> None:
    files = risk_files(forecast())
    page = files["risk.html"].decode()
    assert not re.search(r'(src|href)\s*=\s*"', page) and "<script" not in page
    for picture in re.findall(r"<svg.*?</svg>", page, re.S):
        ElementTree.fromstring(picture)
    assert files["tornado.png"].startswith(b"\x89PNG")
    assert json.loads(files["risk.json"])["runs"] == 1000


def test_a_title_is_text_on_the_page() -> None:
    page = risk_files(forecast(title="<b>&"))["risk.html"].decode()
    assert "&lt;b&gt;&amp;" in page and "<b>&" not in page


def test_a_sparkline_is_as_high_as_its_shares() -> None:
    assert sparkline([0.0, 0.5, 1.0]) == " ▅█"
    assert sparkline([0.0, 0.0]) == ""
