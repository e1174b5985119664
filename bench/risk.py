"""Does P80 mean 80 per cent? Forecasts of unseen productions from the records of imaginary companies.

The companies shoot by other rules than the model: gamma and Weibull scene lengths, working days that remember
each other or switch between regimes, rain as a Markov chain, illness that spreads, scenes that are cut,
standstills, and money that follows none of the budget's formulas. Every outcome is unseen. Beside it: ten
per cent on top, a PERT estimate, and the plain quantiles of the company's past overruns.

Run: python bench/risk.py [WORLDS_OF_EACH_FAMILY]
"""

from __future__ import annotations

import datetime
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from answerprint.departments.planning.money.board import board_of, prices_of
from answerprint.departments.planning.money.forecast import LEVELS, learned_from, outcomes_of
from answerprint.departments.planning.money.history import parse_history
from answerprint.departments.planning.money.priors import DRY, Beliefs
from answerprint.departments.planning.money.quantities import quantities
from answerprint.departments.planning.money.rates import Rates
from answerprint.departments.planning.money.rates_reading import parse_rates
from answerprint.departments.planning.money.simulation import play
from answerprint.departments.planning.money.starter import starter_rates
from answerprint.departments.planning.records import Performer, Schedule, ShootDay, Strip

WORLDS = 170  # of each family
UNSEEN = 4  # productions of each world that the forecast does not know
RUNS = 2000
PLACES = ("Harbour", "Flat", "School", "Street")
Random = np.random.Generator


@dataclass(frozen=True)
class Film:
    """A production as the generator plans it and as it went."""

    schedule: Schedule
    exterior: tuple[bool, ...]
    days: int
    cost: float  # over plan
    rows: tuple[
        tuple[float, float, bool, float, int, float], ...
    ]  # planned, actual, exterior, rain, ill, broken


@dataclass(frozen=True)
class Company:
    """How a company works. Each family draws one of its own kind."""

    scene: Callable[[Random, int], np.ndarray]  # factors on the estimates
    mood: Callable[[Random, int], np.ndarray]  # factors of the days
    whole: Callable[[Random], float]  # the production's own factor
    rain: tuple[float, float]  # dry → wet, wet → wet
    illness: tuple[float, float]  # a day's chance, and how much one case adds for the next days
    breakdown: float
    cuts: float  # share of what is behind that is cut from the script rather than shot
    strike: float  # chance of a standstill of days
    spending: Callable[[Random], float]  # factor on everything that is not days


def gamma_memory(world: Random) -> Company:
    """Gamma scenes; days that remember the day before."""
    bias, shape, rho = world.uniform(0.9, 1.15), world.uniform(3, 9), world.uniform(0.4, 0.8)
    spread, price = world.uniform(20, 120), world.uniform(0.98, 1.05)

    def mood(random: Random, days: int) -> np.ndarray:
        values, now = [], 0.0
        for _ in range(days):
            now = rho * now + random.gamma(2.0, 0.07) - 0.14
            values.append(1 + now)
        return np.maximum(values, 0.4)

    return Company(
        scene=lambda random, count: random.gamma(shape, 1 / shape, count),
        mood=mood,
        whole=lambda random: bias * random.gamma(spread, 1 / spread),
        rain=(0.15, 0.55),
        illness=(0.02, 0.15),
        breakdown=0.06,
        cuts=0.1,
        strike=0.0,
        spending=lambda random: price * random.gamma(400, 1 / 400),
    )


def regimes(world: Random) -> Company:
    """Weibull scenes; a crew that is in form, tired, or in crisis, for days on end."""
    form, tired, crisis = 0.92, world.uniform(1.05, 1.2), world.uniform(1.3, 1.7)
    stay, k = world.uniform(0.8, 0.93), world.uniform(1.6, 3.0)
    trouble = world.uniform(0.05, 0.25)

    def mood(random: Random, days: int) -> np.ndarray:
        levels, state, values = (form, tired, crisis), 0, []
        for _ in range(days):
            if random.random() > stay:
                state = int(random.choice(3, p=(0.6 - trouble / 2, 0.4 - trouble / 2, trouble)))
            values.append(levels[state])
        return np.array(values)

    return Company(
        scene=lambda random, count: random.weibull(k, count) / 0.89,
        mood=mood,
        whole=lambda random: random.uniform(0.93, 1.07),
        rain=(0.1, 0.7),
        illness=(0.015, 0.3),
        breakdown=0.08,
        cuts=0.25,
        strike=0.0,
        spending=lambda random: 1.0 + 0.08 * (random.weibull(1.5) - 0.75),
    )


def disasters(world: Random) -> Company:
    """Mostly to plan; now and then a standstill, and money that goes with it."""
    chance, shape = world.uniform(0.04, 0.15), world.uniform(4, 8)
    return Company(
        scene=lambda random, count: random.uniform(0.6, 1.4, count),
        mood=lambda random, days: random.triangular(0.85, 0.98, 1.25, days),
        whole=lambda random: 0.95 + 0.1 * random.beta(2, 5) * 3,
        rain=(0.12, 0.4),
        illness=(0.01, 0.1),
        breakdown=0.03,
        cuts=0.0,
        strike=chance,
        spending=lambda random: 0.97 + 0.05 * random.pareto(shape),
    )


def disciplined(world: Random) -> Company:
    """Cuts scenes rather than go over; estimates are padded; surprises are in the prices."""
    pad, loose = world.uniform(0.82, 1.0), world.uniform(0.05, 0.15)
    return Company(
        scene=lambda random, count: random.beta(2, 3, count) * 2.5,
        mood=lambda random, days: 1 + 0.25 * (random.beta(2, 4, days) - 1 / 3),
        whole=lambda random: pad * (1 + loose * (random.random() + random.random() - 1)),
        rain=(0.2, 0.45),
        illness=(0.02, 0.05),
        breakdown=0.04,
        cuts=0.6,
        strike=0.0,
        spending=lambda random: 1.02 + 0.1 * (random.beta(2, 2) - 0.5),
    )


FAMILIES = {
    "gamma, AR(1)": gamma_memory,
    "regimes": regimes,
    "disasters": disasters,
    "disciplined": disciplined,
}


def planned(random: Random) -> tuple[Schedule, tuple[bool, ...]]:
    """A schedule of 12 to 40 days, a third to a half of the days outside."""
    count = int(random.integers(12, 41))
    share = random.uniform(0.25, 0.5)
    strips, days, outside = [], [], []
    date = datetime.date(2026, 4, 13)
    for at in range(count):
        place = PLACES[at * len(PLACES) // count]
        outside.append(bool(random.random() < share))
        lengths = random.dirichlet(np.full(4, 6.0)) * random.uniform(540, 620)
        ids, cast = [], set()
        for scene, minutes in enumerate(lengths):
            who = tuple(sorted({int(one) for one in random.integers(1, 7, 2)}))
            cast.update(who)
            exterior = outside[-1] and scene < 3
            ids.append(f"{at}.{scene}")
            strips.append(
                Strip(
                    id=ids[-1], number=str(len(strips) + 1), set=place, location=place,
                    interior=not exterior, exterior=exterior, eighths=max(1, round(minutes / 15)),
                    minutes=round(minutes), cast=who,
                )
            )  # fmt: skip
        days.append(
            ShootDay(
                index=at + 1, date=date, unit="main", strips=tuple(ids), location=place, locations=(place,),
                minutes=round(float(lengths.sum())), cast=tuple(sorted(cast)),
            )
        )  # fmt: skip
        date += datetime.timedelta(days=3 if date.weekday() == 4 else 1)
    performers = tuple(Performer(number=one, name=f"Part {one}", day_rate=900 // one) for one in range(1, 7))
    schedule = Schedule(cost=0, bound=0, days=tuple(days), strips=tuple(strips), performers=performers)
    return schedule, tuple(outside)


def shot(company: Company, schedule: Schedule, exterior: tuple[bool, ...], random: Random) -> Film:
    """How the production went: a queue of work through days of ten to twelve hours until nothing is left."""
    lengths = {one.id: one.minutes for one in schedule.strips}
    count = len(schedule.days)
    mood = company.mood(random, count * 3)
    whole, wet, sick, queue, over = company.whole(random), False, 0.0, 0.0, 0.0
    rows, at = [], 0
    strike = int(random.integers(3, 9)) if random.random() < company.strike else 0
    lag = 0.0
    while at < count or queue > 45:
        wet = random.random() < company.rain[wet]
        sick = 0.6 * sick + (1.0 if random.random() < company.illness[0] + company.illness[1] * sick else 0.0)
        broken = float(random.weibull(0.8) * 60) if random.random() < company.breakdown else 0.0
        plan = [lengths[one] for one in schedule.days[at].strips] if at < count else []
        factors = company.scene(random, len(plan)) * mood[min(at, len(mood) - 1)] * whole
        work = float(np.sum(np.array(plan) * factors)) if plan else 0.0
        outside = at < count and exterior[at]
        rain = 0.6 * work * random.random() if wet and outside else 0.0
        missing = 0.3 * work * random.random() if sick > 0.5 else 0.0
        doable = work - rain - missing + queue
        hours = 600 - min(broken, 500)
        most = hours + (90 if random.random() < 0.6 else 0)
        done = min(doable, most)
        over += max(0.0, done - hours)
        queue = doable - done + rain + missing
        queue -= company.cuts * max(0.0, queue - 120)
        if plan:
            rows.append((float(sum(plan)), max(work, 30.0), outside, rain, int(sick > 0.5), broken))
        at += 1
        lag += 1
        if at > 3 * count:
            break
    days = at + strike
    # Finished early: the last day was hardly needed.
    if queue <= 0 and days == count and rows and rows[-1][1] < 120:
        days -= 1
    per_day = random.uniform(0.5, 0.62) / count
    cost = company.spending(random) + per_day * (days - count) * random.uniform(0.8, 1.2) + 0.004 * over / 60
    return Film(schedule, exterior, days, float(cost), tuple(rows))


def history_text(films: list[Film], budgets: list[float], by_day: bool) -> str:
    """The company's record as its line producer keeps it: a row a day, or a row a production."""
    if not by_day:
        head = "production,planned_days,actual_days,planned_cost,actual_cost,exterior\n"
        return head + "".join(
            f"film {at},{len(one.exterior)},{one.days},{money:.0f},{money * one.cost:.0f},"
            f"{sum(one.exterior)}\n"
            for at, (one, money) in enumerate(zip(films, budgets, strict=True))
        )
    head = (
        "production,day,planned_minutes,actual_minutes,exterior,weather_loss,illness,breakdown,"
        "planned_days,actual_days,planned_cost,actual_cost\n"
    )
    lines = []
    for at, (one, money) in enumerate(zip(films, budgets, strict=True)):
        for day, (plan, actual, outside, rain, ill, broken) in enumerate(one.rows, 1):
            lines.append(
                f"film {at},{day},{plan:.0f},{actual:.0f},{int(outside)},{rain:.0f},{ill},{broken:.0f},"
                f"{len(one.exterior)},{one.days},{money:.0f},{money * one.cost:.0f}\n"
            )
    return head + "".join(lines)


@dataclass
class Tally:
    """Coverage at each level, width, and quantile loss, of one way to forecast one thing."""

    covered: list[np.ndarray]
    width: list[float]
    loss: list[float]

    def add(self, actual: float, values: np.ndarray, covered: np.ndarray) -> None:
        levels = np.array(LEVELS)
        self.covered.append(covered)
        self.width.append(float(values[3] - values[0]))
        self.loss.append(float(np.mean(np.where(actual > values, levels, levels - 1) * (actual - values))))


WAYS = ("answerprint", "as printed", "past quantiles", "PERT", "+10 %", "priors only")


def study(worlds: int, seed: int = 1906) -> Iterator[tuple[str, str, str, Tally]]:
    """Family, what is forecast, way, and its tally."""
    templates = [_template(np.random.default_rng([seed, 7, at])) for at in range(24)]
    for number, (family, make) in enumerate(FAMILIES.items()):
        tallies = {(what, way): Tally([], [], []) for what in ("days", "money") for way in WAYS}
        for world in range(worlds):
            _world(make, np.random.default_rng([seed, number, world]), templates, tallies, world)
        for (what, way), tally in tallies.items():
            if tally.covered:
                yield family, what, way, tally


def _template(random: Random):
    schedule, exterior = planned(random)
    starter = parse_rates(starter_rates(schedule, quantities(schedule, Rates(currency="EUR"))))
    return schedule, exterior, board_of(schedule, starter, default_dry=DRY), prices_of(schedule, starter)


def _world(make, random: Random, templates, tallies, world: int) -> None:
    company = make(random)
    count = int(random.integers(6, 21))
    past = [shot(company, *planned(random), random) for _ in range(count)]
    budgets = [float(random.uniform(2e5, 2e6)) for _ in past]
    history = parse_history(history_text(past, budgets, by_day=world % 2 == 0))
    schedule, exterior, board, prices = templates[int(random.integers(len(templates)))]
    learned = learned_from(history, prices, board, seed=world)
    days_plan = len(exterior)
    past_ratios = {
        "days": np.array([one.days / len(one.exterior) for one in past]),
        "money": np.array([one.cost for one in past]),
    }
    forecasts = {}
    for name, what in (("answerprint", learned), ("priors only", None)):
        beliefs = what.beliefs if what else Beliefs()
        played = play(board, prices, beliefs, runs=RUNS, seed=world)
        outcomes = outcomes_of(played, board, prices, what, seed=world)
        forecasts[name] = {
            "days": outcomes.whole_days / days_plan,
            "money": outcomes.money / prices.planned,
        }
    for _ in range(UNSEEN):
        film = shot(company, schedule, exterior, random)
        for what, actual in (("days", film.days / days_plan), ("money", film.cost)):
            for name in ("answerprint", "priors only"):
                runs = forecasts[name][what]
                values = np.quantile(runs, LEVELS, method="inverted_cdf")
                tallies[what, name].add(actual, values, _covered(runs, actual))
                if name == "answerprint" and what == "days":
                    tallies[what, "as printed"].add(actual, values, (actual <= values + 1e-9).astype(float))
            for name, values in _peers(past_ratios[what]).items():
                tallies[what, name].add(actual, values, (actual <= values + 1e-9).astype(float))


def _covered(runs: np.ndarray, actual: float) -> np.ndarray:
    """Whether the outcome lies below each level; on a step of a whole-day forecast, the part of it that does
    (the non-randomised transform of Czado, Gneiting and Held, Biometrics 65, 2009)."""
    below, upto = np.mean(runs < actual - 1e-9), np.mean(runs <= actual + 1e-9)
    return np.clip((np.array(LEVELS) - below) / max(upto - below, 1e-12), 0.0, 1.0)


def _peers(ratios: np.ndarray) -> dict[str, np.ndarray]:
    """Past quantiles as a spreadsheet has them; PERT of −5, 0, +20 per cent; ten per cent on top, as P80, and
    plan as P50."""
    low, mode, high = 0.95, 1.0, 1.2
    a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
    return {
        "past quantiles": np.quantile(ratios, LEVELS),
        "PERT": low + (high - low) * beta.ppf(LEVELS, a, b),
        "+10 %": np.array([1.0, 1.0, 1.1, 1.1]),
    }


def summary(
    rows: list[tuple[str, str, str, Tally]],
) -> list[tuple[str, str, str, int, np.ndarray, float, float]]:
    """Family ("all" last), what, way, outcomes, coverage at each level, mean width, mean loss."""
    found = []
    for family in (*FAMILIES, "all"):
        for what in ("days", "money"):
            for way in WAYS:
                some = [
                    one
                    for kind, thing, name, one in rows
                    if (thing, name) == (what, way) and family in (kind, "all")
                ]
                if not some:
                    continue
                covered = np.concatenate([np.array(one.covered) for one in some])
                width = float(np.mean(np.concatenate([one.width for one in some])))
                loss = float(np.mean(np.concatenate([one.loss for one in some])))
                found.append((family, what, way, len(covered), covered.mean(axis=0), width, loss))
    return found


def main() -> None:
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else WORLDS
    began = time.perf_counter()
    found = summary(list(study(worlds)))
    print("coverage of unseen outcomes, per cent; width P10 to P90 and quantile loss in per cent of the plan")
    print(
        f"{'family':<14}{'what':<7}{'way':<16}{'N':>6}{'P10':>7}{'P50':>7}{'P80':>7}{'P90':>7}{'width':>8}{'loss':>7}"
    )
    for family, what, way, count, covered, width, loss in found:
        shares = "".join(f"{100 * one:>7.1f}" for one in covered)
        print(f"{family:<14}{what:<7}{way:<16}{count:>6}{shares}{100 * width:>8.1f}{100 * loss:>7.2f}")
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
