"""The risk of a schedule: days and money as distributions, their drivers, the contingency they ask for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from answerprint.core.errors import UsageError
from answerprint.core.findings import Finding
from answerprint.departments.planning.money import currency
from answerprint.departments.planning.money.board import Board, Prices, board_of, prices_of
from answerprint.departments.planning.money.budget import Budget, budget_of
from answerprint.departments.planning.money.calibration import (
    Calibrated,
    Calibration,
    Record,
    calibrate,
    wilson,
)
from answerprint.departments.planning.money.history import History
from answerprint.departments.planning.money.priors import DRY, SOURCE, Array, Beliefs
from answerprint.departments.planning.money.rates import Rates
from answerprint.departments.planning.money.simulation import Played, play
from answerprint.departments.planning.money.tornado import Driver, tornado
from answerprint.departments.planning.records import Schedule

RUNS = 10_000
FEWEST, MOST = 200, 200_000
LEVELS = (0.1, 0.5, 0.8, 0.9)
HISTOGRAM = 40  # bars


class Quantile(msgspec.Struct, frozen=True, kw_only=True):
    """A level of a distribution. low, high: what the number of runs leaves open about it (95 %)."""

    level: float
    value: float
    low: float
    high: float


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution: never one number without the others."""

    unit: str
    planned: float
    p10: Quantile
    p50: Quantile
    p80: Quantile
    p90: Quantile
    mean: float
    within_plan: float  # probability of no more than planned
    within_plan_low: float
    within_plan_high: float
    edges: tuple[float, ...]  # of the histogram
    shares: tuple[float, ...]  # of the runs in each bar
    beyond: float  # share of the runs above the last edge


class Contingency(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be put aside to finish within the money at a level, in per cent of the plan."""

    level: float
    percent: float
    low: float  # from the number of runs, 95 %
    high: float
    money: float


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer. Money is in the currency's units, days are shooting days of the main unit."""

    title: str
    currency: str
    runs: int
    seed: int
    source: str  # where the width comes from
    learned_from: int  # past productions
    days: Spread
    money: Spread
    budget_contingency: float  # what the budget has put aside, money
    within_budget: float  # probability that plan and contingency are enough
    within_budget_low: float
    within_budget_high: float
    contingencies: tuple[Contingency, ...]
    drivers: tuple[Driver, ...]  # of money
    days_drivers: tuple[Driver, ...]
    over_plan: dict[str, float]  # mean money over the plan by cause, before calibration
    record_days: Record
    record_money: Record
    findings: tuple[Finding, ...] = ()


class Outcomes(msgspec.Struct, frozen=True):
    """Every run's days (whole and exact) and money, for those who want the arrays."""

    whole_days: Array
    days: Array
    money: Array
    days_shift: Array  # what the record left open, drawn
    money_shift: Array


def risk_of(
    schedule: Schedule,
    rates: Rates,
    history: History | None = None,
    *,
    runs: int = RUNS,
    seed: int = 1,
    title: str = "",
) -> Risk:
    """The risk of a schedule under a rates file.

    Raises UsageError AP-USE-170 for a number of runs or a seed out of range, PlanError AP-PLAN-072, 075.
    """
    _check(runs, seed)
    budget = budget_of(schedule, rates, title=title)
    board, prices = board_of(schedule, rates, default_dry=DRY), prices_of(schedule, rates)
    learned = learned_from(history, prices, board, seed=seed)
    played = play(board, prices, learned.beliefs if learned else Beliefs(), runs=runs, seed=seed)
    outcomes = outcomes_of(played, board, prices, learned, seed=seed)
    return _risk(budget, board, prices, history, learned, played, outcomes, seed)


def learned_from(history: History | None, prices: Prices, board: Board, *, seed: int) -> Calibrated | None:
    """What a history says, for schedules like this one; None without a history."""
    if history is None:
        return None
    return calibrate(history.productions, Beliefs(), prices, float(board.main_days), seed=seed)


def outcomes_of(
    played: Played, board: Board, prices: Prices, learned: Calibrated | None, *, seed: int
) -> Outcomes:
    """The simulation's runs, moved to where past productions say that they belong."""
    planned = float(board.main_days)
    settled = learned or Calibrated(Beliefs(), Calibration(), Calibration(), Record(), Record())
    log_days, days_shift = settled.days.moved(np.log(played.days / planned), seed, "days")
    days = planned * np.exp(log_days)
    money, money_shift = played.money, np.zeros(len(days))
    if prices.planned > 0:
        ratio = np.log(np.maximum(money / prices.planned, 1e-3))
        moved, money_shift = settled.money.moved(ratio, seed, "money")
        money = prices.planned * np.exp(moved)
    whole = np.maximum(np.rint(days), 1.0) if settled.days.productions else played.whole_days.astype(float)
    return Outcomes(whole, days, money, days_shift, money_shift)


def _risk(
    budget: Budget,
    board: Board,
    prices: Prices,
    history: History | None,
    learned: Calibrated | None,
    played: Played,
    outcomes: Outcomes,
    seed: int,
) -> Risk:
    runs = len(outcomes.money)
    contingency = budget.contingency / 10 ** currency.digits(budget.currency)
    money = spread(outcomes.money, prices.planned, budget.currency, whole=False)
    enough = float(np.mean(outcomes.money <= prices.planned + contingency))
    low, high = wilson(enough * runs, runs)
    number = len(history.productions) if history else 0
    speaks = max(learned.days.productions, learned.money.productions) if learned else 0
    source = SOURCE
    if number:
        films = "production" if number == 1 else "productions"
        source = f"from {number} past {films} of yours, and from priors where they say nothing"
    return Risk(
        title=budget.title,
        currency=budget.currency,
        runs=runs,
        seed=seed,
        source=source,
        learned_from=number,
        days=spread(outcomes.whole_days, float(board.main_days), "days", whole=True),
        money=money,
        budget_contingency=round(contingency, 2),
        within_budget=round(enough, 4),
        within_budget_low=low,
        within_budget_high=high,
        contingencies=tuple(_contingency(level, money, outcomes.money) for level in (0.5, 0.7, 0.8, 0.9)),
        drivers=tornado(outcomes.money, {**played.drivers, "record": outcomes.money_shift}),
        days_drivers=tornado(outcomes.days, {**played.drivers, "record": outcomes.days_shift}),
        over_plan={name: round(value, 2) for name, value in played.parts.items()},
        record_days=learned.days_record if learned else Record(),
        record_money=learned.money_record if learned else Record(),
        findings=(*budget.findings, *_findings(board, history, speaks, prices)),
    )


def spread(values: Array, planned: float, unit: str, *, whole: bool) -> Spread:
    """A distribution of runs. whole: values are whole numbers, one bar of the histogram each."""
    ordered = np.sort(values)
    p10, p50, p80, p90 = (_quantile(ordered, level, whole) for level in LEVELS)
    within = float(np.mean(values <= planned + 1e-9))
    low, high = wilson(within * len(values), len(values))
    if whole:
        last = int(np.ceil(np.quantile(values, 0.995)))
        edges = np.arange(int(values.min()), last + 2) - 0.5
        step = max(1, math.ceil(len(edges) / 60))
        edges = edges[0] + step * np.arange(math.ceil((len(edges) - 1) / step) + 1)
    else:
        first, last = np.quantile(values, (0.001, 0.995))
        last = last if last > first else first + max(abs(first) * 0.01, 1.0)
        edges = np.linspace(first, last, HISTOGRAM + 1)
    counts = np.histogram(values, edges)[0]
    counts[0] += int(np.sum(values < edges[0]))
    return Spread(
        unit=unit,
        planned=round(planned, 2),
        p10=p10,
        p50=p50,
        p80=p80,
        p90=p90,
        mean=round(float(np.mean(values)), 2),
        within_plan=round(within, 4),
        within_plan_low=low,
        within_plan_high=high,
        edges=tuple(round(float(one), 2) for one in edges),
        shares=tuple(round(float(one) / len(values), 6) for one in counts),
        beyond=round(float(np.mean(values > edges[-1])), 6),
    )


def _quantile(ordered: Array, level: float, whole: bool) -> Quantile:
    """A quantile and, from the order statistics around it, the interval that the number of runs leaves."""
    count = len(ordered)
    reach = 1.96 * math.sqrt(count * level * (1 - level))
    places = (level * count, level * count - reach, level * count + reach)
    value, low, high = (float(ordered[min(max(math.ceil(at) - 1, 0), count - 1)]) for at in places)
    return Quantile(level=level, value=round(value, 2), low=round(low, 2), high=round(high, 2))


def _contingency(level: float, money: Spread, values: Array) -> Contingency:
    one = _quantile(np.sort(values), level, False)
    planned = money.planned

    def percent(value: float) -> float:
        return round(max(0.0, 100 * (value / planned - 1)), 2) if planned else 0.0

    return Contingency(
        level=level,
        percent=percent(one.value),
        low=percent(one.low),
        high=percent(one.high),
        money=round(max(0.0, one.value - planned), 2),
    )


def _findings(board: Board, history: History | None, speaks: int, prices: Prices) -> Sequence[Finding]:
    found = list(history.findings) if history else []
    if history is None:
        message = f"the widths are {SOURCE}: give --history to learn from them"
        found.append(Finding(code="risk.priors", message=message, severity="warning", needs_a_person=True))
    elif not speaks:
        message = "the history compares no planned and actual days or cost: nothing could be calibrated"
        found.append(
            Finding(code="risk.uncalibrated", message=message, severity="warning", needs_a_person=True)
        )
    if board.assumed_dry:
        message = f"no climate for a place with exteriors: {DRY:.0%} of its days are taken to be dry"
        found.append(Finding(code="risk.climate", message=message))
    if board.gone:
        listed = ", ".join(str(one) for one in sorted(board.gone))
        message = f"cast {listed} are not free after the last day: what they miss costs them twice"
        found.append(Finding(code="risk.not_free", message=message))
    if prices.planned == 0:
        message = "the budget comes to nothing: there is no money to be at risk"
        found.append(Finding(code="risk.no_money", message=message, severity="warning", needs_a_person=True))
    return found


def _check(runs: int, seed: int) -> None:
    if not FEWEST <= runs <= MOST:
        raise UsageError(
            "AP-USE-170", f"{runs} runs", at="--runs", remedy=f"from {FEWEST} to {MOST}, 10000 is plenty"
        )
    if not 0 <= seed < 2**63:
        raise UsageError("AP-USE-170", f"seed {seed}", at="--seed", remedy="a whole number from 0")
