"""Learning from past productions: files of every condition, and what they do to the forecast."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from money_boards import RATES, schedule

from answerprint.core.errors import AnswerprintError, PlanError
from answerprint.departments.planning.money.calibration import wilson
from answerprint.departments.planning.money.forecast import Risk, risk_of
from answerprint.departments.planning.money.history import parse_history
from answerprint.departments.planning.money.learning import learn, normal_inverse_gamma
from answerprint.departments.planning.money.priors import Beliefs
from answerprint.departments.planning.money.rates_reading import parse_rates

HEAD = "production,planned_days,actual_days,planned_cost,actual_cost\n"


def record(ratios: list[float]) -> str:
    return HEAD + "".join(
        f"film {at},20,{20 * one:.3f},100000,{100000 * one:.0f}\n" for at, one in enumerate(ratios)
    )


def forecast(text: str) -> Risk:
    return risk_of(schedule(10), parse_rates(RATES), parse_history(text), runs=2000)


def over(risk: Risk) -> tuple[float, float]:
    """Median over plan, and P10 to P90, both in shares of the plan."""
    money = risk.money
    return money.p50.value / money.planned, (money.p90.value - money.p10.value) / money.planned


def test_a_company_that_always_goes_over_is_forecast_to() -> None:
    middle, _ = over(forecast(record([1.28, 1.3, 1.32, 1.29, 1.31, 1.3, 1.27, 1.33])))
    assert middle == pytest.approx(1.3, abs=0.03)


def test_a_longer_record_settles_the_answer() -> None:
    random = np.random.default_rng(2)

    def width(count: int) -> float:
        records = [list(np.exp(random.normal(0.1, 0.03, count))) for _ in range(4)]
        return float(np.mean([over(forecast(record(one)))[1] for one in records]))

    widths = [width(count) for count in (1, 3, 12)]
    assert widths[0] > widths[1] > widths[2]


def test_one_production_moves_the_answer_and_leaves_it_wide() -> None:
    found = forecast(record([1.5]))
    prior = risk_of(schedule(10), parse_rates(RATES), runs=2000)
    assert found.money.p50.value > prior.money.p50.value
    assert over(found)[1] > 0.1
    assert any(one.code == "history.few" for one in found.findings)
    assert not found.record_money.levels  # nothing to leave out


def test_a_constant_record_never_becomes_certainty() -> None:
    found = forecast(record([1.0] * 10))
    assert over(found)[0] == pytest.approx(1.0, abs=0.03)
    assert found.money.p10.value < found.money.p90.value


def test_an_outlier_is_kept_and_said() -> None:
    ratios = [1.02, 1.05, 1.04, 1.03, 1.06, 1.05, 1.04, 1.03, 1.05, 3.0]
    found, without = forecast(record(ratios)), forecast(record(ratios[:-1]))
    assert any(one.code == "history.outlier" and "film 9" in one.message for one in found.findings)
    assert found.money.p90.value > without.money.p90.value
    assert over(found)[0] == pytest.approx(over(without)[0], abs=0.08)


def test_missing_values_are_left_out_not_guessed() -> None:
    text = HEAD + "a,20,22,,\nb,20,,100,110\nc,,,100,120\nd,20,21,100,105\n"
    found = parse_history(text)
    assert [one.days_ratio is None for one in found.productions] == [False, True, True, False]
    assert [one.cost_ratio is None for one in found.productions] == [True, False, False, False]
    assert any("5 empty cells" in one.message for one in found.findings)
    assert forecast(text).record_money.levels[0].of == 3


def test_the_record_is_counted_without_the_film_it_judges() -> None:
    found = forecast(record([1.0, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 2.0]))
    worst = next(one for one in found.record_money.scores if one.actual == 2.0)
    assert worst.p90 < 1.5
    assert [one.of for one in found.record_money.levels] == [8, 8, 8, 8]


def test_days_teach_the_pace_its_spread_and_its_memory() -> None:
    random = np.random.default_rng(7)
    lines = ["production,day,planned_minutes,actual_minutes"]
    for film in range(60):
        mood, own = 0.0, random.normal(0.2, 0.05)
        for day in range(30):
            mood = 0.6 * mood + 0.8 * random.normal(0, 0.1)
            lines.append(f"f{film},{day + 1},600,{600 * math.exp(own + mood):.0f}")
    beliefs = learn(parse_history("\n".join(lines)).productions, Beliefs())
    assert beliefs.pace[0] == pytest.approx(0.2, abs=0.03)
    assert beliefs.day[0] == pytest.approx(0.1, abs=0.03)
    assert beliefs.memory == pytest.approx(0.5, abs=0.12)  # shrunk towards its prior


def test_rain_in_the_record_is_rain_in_the_forecast() -> None:
    def text(wet: int) -> str:
        rows = "".join(
            f"f{at},{day},600,600,1,{60 * (day <= wet)}\n" for at in range(6) for day in range(1, 21)
        )
        return "production,day,planned_minutes,actual_minutes,exterior,weather_loss\n" + rows

    rare, often = (learn(parse_history(text(wet)).productions, Beliefs()).wet_odds for wet in (1, 12))
    assert rare < 0 < often


def test_the_posterior_of_a_mean_is_the_textbook_one() -> None:
    values = np.array([1.0, 2.0, 3.0])
    mean, weight, scale, degrees = normal_inverse_gamma(values, (0.0, 1.0, 1.0, 2.0))
    assert (mean, weight, degrees) == (1.5, 4.0, 5.0)
    assert scale**2 == pytest.approx((2 * 1 + 2 + 0.75 * 4) / 5)


def test_a_share_of_few_is_a_wide_one() -> None:
    assert wilson(8, 10) == (0.4902, 0.9433)  # Brown, Cai and DasGupta 2001, table of the Wilson interval


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", "row 1"),
        ("a,b\n1,2\n", "row 1"),
        (HEAD, "row 1"),
        (HEAD + "a,20,22,100\n", "row 2"),
        (HEAD + "a,20,22,100,-5\n", "row 2, actual_cost"),
        (HEAD + "a,20,nan,100,5\n", "row 2, actual_days"),
        (HEAD + "a,20,1e400,100,5\n", "row 2, actual_days"),
        (HEAD + "a,0,22,100,5\n", "row 2, planned_days"),
        (HEAD + "a,20,twenty,100,5\n", "row 2, actual_days"),
        (HEAD + "a,20,22,100,90000\n", "row 2, actual_cost"),
        (HEAD + ",20,22,100,100\n", "row 2, production"),
        (HEAD + "a,20,22,100,100\na,20,22,100,100\n", "row 3"),
        ("production,planned_days\na,20\n", "row 1"),
        ("production,planned_days,actual_days,mood\na,20,22,3\n", "row 1"),
        ("production,day,planned_minutes,actual_minutes,planned_cost\na,1,600,600,5\na,2,600,600,6\n",
         "row 3, planned_cost"),
    ],
)  # fmt: skip
def test_a_history_that_cannot_be_is_refused_where_it_is_wrong(text: str, at: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse_history(text, file="past.csv")
    assert (caught.value.code, caught.value.at) == ("AP-PLAN-076", at)


def test_semicolons_and_marks_of_other_systems_are_read() -> None:
    text = "\ufeff" + HEAD.replace(",", ";") + "Der Kahn;20;22;100 000;110 000\n"
    found = parse_history(text.encode("utf-8-sig").replace(b"\n", b"\r\n"))
    assert found.productions[0].cost_ratio == pytest.approx(math.log(1.1))


@given(st.text(max_size=80), st.integers(0, 120))
def test_no_damage_gets_past_as_anything_but_an_error_or_a_history(more: str, at: int) -> None:
    text = record([1.1, 1.2, 1.0])
    try:
        parse_history(text[:at] + more + text[at:])
    except AnswerprintError as error:
        assert error.code in ("AP-PLAN-076", "AP-FORMAT-001")
