"""A budget is arithmetic that can be followed: every amount from its row, every row from the schedule."""

from __future__ import annotations

import csv
import io
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import msgspec
import openpyxl
import pypdfium2
from hypothesis import given
from hypothesis import strategies as st
from money_boards import RATES, schedule

from answerprint.departments.planning.money import currency
from answerprint.departments.planning.money.board import prices_of
from answerprint.departments.planning.money.budget import Budget, budget_of, complete
from answerprint.departments.planning.money.budget_pages import budget_csv, budget_document, top_sheet
from answerprint.departments.planning.money.quantities import quantities
from answerprint.departments.planning.money.rates import Rates
from answerprint.departments.planning.money.rates_reading import parse_rates
from answerprint.departments.planning.money.starter import starter_rates
from answerprint.departments.planning.money.workbook import budget_workbook


def rows(budget: Budget, name: str) -> list[int]:
    return [row.amount for row in budget.rows if row.name == name]


def test_a_day_line_costs_its_rate_for_every_shooting_day() -> None:
    budget = budget_of(schedule(7), parse_rates(RATES))
    assert rows(budget, "Crew") == [7 * 4000_00]
    assert budget.shoot_days == 7


def test_a_performer_is_paid_for_work_and_hold_as_the_day_out_of_days_counts_them() -> None:
    board = schedule(9, seed=3)
    work = sum(1 in day.cast for day in board.days)
    held = sum(1 in day.held for day in board.days)
    text = RATES + "hold_rate = 120.5\ntravel_days = 2\ntravel_rate = 90\n"
    budget = budget_of(board, parse_rates(text))
    assert work + held == 9 and held > 0
    assert rows(budget, "Mara") == [work * 500_00]
    assert rows(budget, "Mara: held") == [held * 120_50]
    assert rows(budget, "Mara: travel") == [180_00]


def test_overtime_is_the_hours_beyond_the_day_at_the_multiplier() -> None:
    budget = budget_of(schedule(4, minutes=690), parse_rates(RATES))  # an hour and a half more, each day
    assert rows(budget, "Crew: overtime 1.5×") == [int(4 * 1.5 * 4000 / 10 * 1.5) * 100]


def test_an_hour_is_paid_at_the_highest_step_it_reaches_and_only_once() -> None:
    steps = RATES.replace("[[account]]", "[[overtime]]\nafter_hours = 11\nmultiplier = 2\n[[account]]", 1)
    budget = budget_of(schedule(1, minutes=720), parse_rates(steps))
    assert rows(budget, "Crew: overtime 1.5×") == [600_00]
    assert rows(budget, "Crew: overtime 2×") == [800_00]


def test_a_fringe_stops_at_its_ceiling_for_each_person() -> None:
    fringe = '[[fringe]]\nid = "s"\npercent = 20\nceiling = 1000\n'
    line = '[[line]]\naccount = "2000"\nname = "Hands"\nrate = 700\nunit = "day"\nquantity = 2\n'
    line += 'times = 3\nfringes = ["s"]\n'
    budget = budget_of(schedule(), parse_rates(RATES + fringe + line))
    assert rows(budget, "Hands: s") == [600_00]  # a fifth of 3 × 1000, not of 3 × 1400


def test_a_week_of_shooting_is_its_working_days() -> None:
    line = '[[line]]\naccount = "2000"\nname = "Manager"\nrate = 1000\nunit = "week"\nperiod = "all"\n'
    budget = budget_of(schedule(7), parse_rates(RATES + line))
    assert rows(budget, "Manager: prep") == [4000_00]
    assert rows(budget, "Manager: shoot") == [1400_00]
    assert rows(budget, "Manager: wrap") == [1000_00]


def test_background_is_counted_once_a_day_and_by_the_number_its_name_says() -> None:
    line = '[[line]]\naccount = "1400"\nname = "Extras"\nrate = 100\nunit = "background_day"\n'
    assert rows(budget_of(schedule(), parse_rates(RATES + line)), "Extras") == [1200_00]


def test_contingency_bond_and_incentive_are_shares_of_what_they_name() -> None:
    text = (
        RATES
        + "[contingency]\npercent = 10\nof = ['production']\n"
        + "[bond]\npercent = 2\nof = ['production', 'contingency']\n"
        + "[[incentive]]\nname = 'Rebate'\npercent = 25\nof = ['2000']\ncap = 5000\n"
    )
    budget = budget_of(schedule(10), parse_rates(text))
    assert (budget.contingency, budget.bond, budget.incentives) == (4000_00, 880_00, 5000_00)
    assert budget.net == budget.planned + 4000_00 + 880_00 - 5000_00


def test_a_performer_without_a_line_is_paid_what_the_schedule_knows_and_it_is_said() -> None:
    budget = budget_of(schedule(), parse_rates(RATES))
    assert [row for row in budget.rows if row.line == "cast 2"]
    assert any(one.code == "budget.rate_from_schedule" for one in budget.findings)


def test_every_total_is_the_sum_of_its_rows() -> None:
    board = schedule(12, minutes=700)
    rates = parse_rates(starter_rates(board, quantities(board, Rates(currency="EUR"))))
    budget = budget_of(board, rates)
    for account in budget.accounts:
        assert account.amount == sum(row.amount for row in budget.rows if row.account == account.number)
    assert budget.planned == sum(one.amount for one in budget.accounts)
    assert any(one.code == "budget.starter_rates" for one in budget.findings)


@given(st.decimals(0, 10**6, places=4), st.integers(0, 400), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_amounts_are_exact_and_rounded_half_up(rate: Decimal, count: int, code: str) -> None:
    places = currency.digits(code)
    expected = (rate * count).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert Decimal(currency.exact(currency.minor(Fraction(rate) * count, code), code)) == expected


def test_one_more_day_costs_what_the_budget_of_one_more_day_costs() -> None:
    board, rates = schedule(10), parse_rates(RATES)
    assert prices_of(board, rates).shoot_day == 4000
    assert prices_of(board, rates).cast_day[1] == 500
    assert prices_of(board, rates).overtime_hour == 600


def test_a_schedule_with_one_more_day_is_dearer_by_that_day() -> None:
    shorter, longer = (budget_of(schedule(days), parse_rates(RATES)).planned for days in (10, 11))
    assert longer - shorter >= 4000_00


def test_the_workbook_calculates_and_is_the_same_bytes_each_time() -> None:
    board = schedule(8, minutes=650)
    rates = parse_rates(starter_rates(board, quantities(board, Rates(currency="EUR"))))
    budget = budget_of(board, rates)
    completed, _ = complete(rates, board, quantities(board, rates))
    data = budget_workbook(budget, completed)
    assert data == budget_workbook(budget, completed)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Top sheet", "Accounts", "Detail", "Counts"]
    amounts = [cell.value for cell in book["Detail"]["H"][1:]]
    assert len(amounts) == len(budget.rows) and all(str(one).startswith("=") for one in amounts)
    total = book["Top sheet"]["B10"].value
    assert total == "=SUM(B4:B9)"


def test_a_name_that_looks_like_a_formula_stays_text() -> None:
    text = RATES.replace('name = "Crew"\nrate', 'name = "=1+1"\nrate')
    board, rates = schedule(), parse_rates(text)
    budget = budget_of(board, rates)
    book = openpyxl.load_workbook(
        io.BytesIO(budget_workbook(budget, complete(rates, board, quantities(board, rates))[0]))
    )
    named = [cell for cell in book["Detail"]["B"] if cell.value == "=1+1"]
    assert named and all(cell.data_type == "s" for cell in named)
    assert "'=1+1" in budget_csv(budget)


def test_csv_json_and_top_sheet_say_the_same_total() -> None:
    budget = budget_of(schedule(), parse_rates(RATES), title="Nachtfähre")
    table = list(csv.DictReader(io.StringIO(budget_csv(budget))))
    total = sum(Decimal(row["amount"]) for row in table)
    document = budget_document(budget)
    assert Decimal(document["planned"]) == total
    page = top_sheet(budget)
    assert page == top_sheet(budget)
    text = pypdfium2.PdfDocument(page)[0].get_textpage().get_text_range()
    assert "Nachtfähre" in text
    assert f"{int(total):,}".replace(",", "\u00a0") in text.replace(" ", "\u00a0")


def test_a_starter_file_is_read_back_and_names_the_cast_and_the_places() -> None:
    board = schedule()
    text = starter_rates(board, quantities(board, Rates(currency="EUR")), title='The "Ferry"')
    rates = parse_rates(text)
    assert rates.title == 'The "Ferry"'
    assert {line.cast for line in rates.lines if line.unit == "cast_day"} == {1, 2, 3, 4}
    assert {line.location for line in rates.lines if line.unit == "location_day"} == {
        "Harbour",
        "Flat",
        "School",
    }
    assert parse_rates(text) == rates == msgspec.structs.replace(rates)
