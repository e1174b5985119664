"""A rates file that cannot be right is refused, and the key that is wrong is named."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from money_boards import RATES, schedule

from answerprint.core.errors import AnswerprintError, FormatError, PlanError
from answerprint.departments.planning.money.budget import budget_of
from answerprint.departments.planning.money.rates_reading import parse_rates

LINE = '[[line]]\naccount = "2000"\nname = "Van"\n'


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        (RATES.replace("rate = 4000", "rate = -4000"), "AP-PLAN-070", "line[1].rate"),
        (RATES.replace("rate = 4000", "rate = nan"), "AP-PLAN-070", "line[1].rate"),
        (RATES.replace("rate = 4000", "rate = inf"), "AP-PLAN-070", "line[1].rate"),
        (RATES.replace("rate = 4000", "rate = 1e30"), "AP-PLAN-070", "line[1].rate"),
        (RATES.replace("rate = 4000", "rate = 1e-30"), "AP-PLAN-070", "line[1].rate"),
        (RATES.replace("rate = 4000", "rate = true"), "AP-PLAN-070", "line[1].rate"),
        (RATES.replace("rate = 4000", 'rate = "4000"'), "AP-PLAN-070", "line[1].rate"),
        (RATES.replace('"shoot_day"', '"fortnight"'), "AP-PLAN-071", "line[1].unit"),
        (RATES.replace('"EUR"', '"EURO"'), "AP-PLAN-071", "currency"),
        (RATES.replace('currency = "EUR"', ""), "AP-PLAN-070", "currency"),
        (RATES.replace('name = "Mara"', 'name = ""'), "AP-PLAN-070", "line[2].name"),
        (RATES.replace('name = "Mara"\n', ""), "AP-PLAN-070", "line[2].name"),
        (RATES.replace('account = "1400"', 'account = "1401"'), "AP-PLAN-072", "line[2].account"),
        (RATES.replace("cast = 1", "cast = 1.5"), "AP-PLAN-070", "line[2].cast"),
        (RATES.replace("cast = 1", ""), "AP-PLAN-070", "line[2].cast"),
        (RATES.replace("overtime = true", "overtme = true"), "AP-PLAN-072", "line[1].overtme"),
        (RATES.replace("overtime = true", "overtime = 1"), "AP-PLAN-070", "line[1].overtime"),
        (RATES.replace('number = "1400"', 'number = "2000"'), "AP-PLAN-073", "account[2]"),
        (RATES.replace('number = "1400"', 'number = "above"'), "AP-PLAN-070", "account[1].number"),
        (RATES + 2 * (LINE + 'rate = 1\nunit = "flat"\n'), "AP-PLAN-073", "line[4]"),
        (RATES + LINE + 'rate = 101\nunit = "percent"\nof = ["1400"]\n', "AP-PLAN-070", "line[3].rate"),
        (RATES + LINE + 'rate = 1\nunit = "percent"\nof = ["elsewhere"]\n', "AP-PLAN-072", "line[3].of"),
        (RATES + LINE + 'rate = 1\nunit = "percent"\nof = ["production"]\n', "AP-PLAN-074", "line[3].of"),
        (RATES + LINE + 'rate = 1\nunit = "week"\n', "AP-PLAN-070", "line[3]"),
        (RATES + LINE + 'rate = 1\nunit = "hour"\n', "AP-PLAN-070", "line[3].quantity"),
        (RATES + LINE + 'rate = 1\nunit = "flat"\ncast = 1\n', "AP-PLAN-072", "line[3].cast"),
        (RATES + '[[fringe]]\nid = "s"\npercent = 120\n', "AP-PLAN-070", "fringe[1].percent"),
        (RATES + LINE + 'rate = 1\nunit = "flat"\nfringes = ["s"]\n', "AP-PLAN-072", "line[3].fringes"),
        (RATES + "[contingency]\npercent = 200\n", "AP-PLAN-070", "contingency.percent"),
        (RATES + "[contingency]\npercent = 5\nof = ['bond']\n[bond]\npercent = 5\nof = ['contingency']\n",
         "AP-PLAN-074", "contingency.of"),
        (RATES.replace("shoot_hours = 10", "shoot_hours = 0"), "AP-PLAN-070", "globals.shoot_hours"),
        (RATES.replace("multiplier = 1.5", "multiplier = 0.5"), "AP-PLAN-070", "overtime[1].multiplier"),
        (RATES + "[[location]]\nname = 'Quay'\ndry_probability = { 13 = 0.5 }\n", "AP-PLAN-070",
         "location[1].dry_probability.13"),
        ("line = 3\n" + RATES.split("[[line]]")[0], "AP-PLAN-070", "line"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_key(text: str, code: str, key: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse_rates(text, file="rates.toml")
    assert (caught.value.code, caught.value.at) == (code, key)
    assert caught.value.file == "rates.toml"


def test_a_circle_is_shown_all_the_way_round() -> None:
    line = '[[line]]\naccount = "{}"\nname = "{}"\nrate = 1\nunit = "percent"\nof = ["{}"]\n'
    with pytest.raises(PlanError, match="1400 → 2000 → 1400"):
        parse_rates(RATES + line.format("1400", "a", "2000") + line.format("2000", "b", "1400"))


@pytest.mark.parametrize("text", ["[[line", "currency = ", "a = [" + "[" * 4000, "x = 1" * 3])
def test_what_is_no_toml_is_said_to_be_none(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_rates(text)
    assert caught.value.code == "AP-FORMAT-170"


@given(st.text(max_size=60), st.integers(0, len(RATES)))
def test_no_damage_to_a_rates_file_gets_past_as_anything_but_an_error_or_a_file(more: str, at: int) -> None:
    try:
        parse_rates(RATES[:at] + more + RATES[at:])
    except AnswerprintError as error:
        assert error.code.startswith(("AP-PLAN-07", "AP-FORMAT-170"))


def test_an_empty_schedule_has_no_budget() -> None:
    with pytest.raises(PlanError, match="no shooting days"):
        budget_of(msgspec.structs.replace(schedule(), days=()), parse_rates(RATES))


def test_a_schedule_that_pays_below_nothing_has_no_budget() -> None:
    board = schedule()
    worst = msgspec.structs.replace(board.performers[2], day_rate=-5)
    with pytest.raises(PlanError) as caught:
        budget_of(msgspec.structs.replace(board, performers=(worst,)), parse_rates(RATES))
    assert caught.value.at == "performer 3"


def test_a_day_that_shoots_what_is_no_strip_has_no_budget() -> None:
    board = schedule()
    with pytest.raises(PlanError, match="no strip"):
        budget_of(msgspec.structs.replace(board, strips=board.strips[1:]), parse_rates(RATES))


def test_broken_rules_and_a_boneyard_are_said_beside_the_total() -> None:
    board = msgspec.structs.replace(schedule(), boneyard=("9.9",))
    assert any(one.code == "budget.boneyard" for one in budget_of(board, parse_rates(RATES)).findings)
