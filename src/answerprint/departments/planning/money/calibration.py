"""How the simulation has to be shifted and stretched to have been right about the user's past productions.

Each past production is played as it was planned, with parameters learned from the others; where its outcome
lay in what was played is its score. The scores' mean and spread, with what a few scores leave open about
them, are a normal-inverse-gamma; a forecast is the simulation moved by draws from it, so that a short record
widens and a long one settles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from answerprint.departments.planning.money.board import Board, Day, Prices, Scene
from answerprint.departments.planning.money.history import Production
from answerprint.departments.planning.money.learning import learn, normal_inverse_gamma
from answerprint.departments.planning.money.priors import DRY, Array, Beliefs, inverse_chi_square, stream
from answerprint.departments.planning.money.simulation import play

REPLAYS = 1000  # runs of each past production
LEVELS = (0.1, 0.5, 0.8, 0.9)
# Before any score: the simulation is right, with the weight of half a production for its middle and of two
# for its width.
PRIOR = (0.0, 0.5, 1.0, 2.0)
# A Dirichlet process (Ferguson 1973) around that belief: the unseen production is as one more among the past
# ones, as distribution-free prediction asks of n + 1 exchangeable outcomes (Vovk, Gammerman, Shafer 2005).
NEW = 1.0
BLUR = 0.3  # of the scores' width, money: no film costs what another did; whole days are a grid already
FINEST = 0.01  # log: no simulation is believed to be narrower than this


@dataclass(frozen=True)
class Calibration:
    """What past outcomes were over what was played, in `width`s, and the posterior of their mean and variance
    (normal-inverse-gamma). The company's habit is taken over as it is; how far single productions stray from
    it is taken in the width of the production at hand."""

    scores: tuple[float, ...] = ()
    width: float = 1.0  # log: of the past simulations, their root mean square
    parameters: tuple[float, float, float, float] = PRIOR
    blur: float = BLUR

    def moved(self, log_ratio: Array, seed: int, name: str) -> tuple[Array, Array]:
        """A simulation's log ratios moved to where past outcomes lie, and the shifts that were drawn. Without
        history: as they are. A run that was worse than another stays worse."""
        runs = len(log_ratio)
        if not self.scores:
            return log_ratio, np.zeros(runs)
        middle, width = _middle_and_width(log_ratio)
        mean, weight, scale, degrees = self.parameters
        random = stream(seed, f"calibration {name}")
        variance = inverse_chi_square(random, scale, degrees, runs)
        shift = mean + np.sqrt(variance / weight) * random.standard_normal(runs)
        believed = self.width * shift + np.sqrt(variance) * (log_ratio - middle)
        known = np.array(self.scores)
        habit = float(known.mean())
        strayed = known[random.integers(len(known), size=runs)] - habit
        strayed = strayed + self.blur * scale * random.standard_normal(runs)
        new = random.random(runs) < NEW / (NEW + len(known))
        drawn = np.sort(np.where(new, believed, self.width * habit + width * strayed))
        moved = np.empty(runs)
        moved[np.argsort(believed, kind="stable")] = drawn
        return middle + moved, shift

    @property
    def productions(self) -> int:
        return len(self.scores)


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """How often past outcomes lay below a forecast that did not know them."""

    level: float
    below: int
    of: int
    low: float  # of the true share, 95 % (Wilson 1927)
    high: float


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A past production and the forecast from the others: actual over planned, and the forecast's levels."""

    production: str
    actual: float
    p10: float
    p50: float
    p80: float
    p90: float


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Leave-one-production-out: what the forecast would have said of each, and how often it held."""

    scores: tuple[Score, ...] = ()
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True)
class Calibrated:
    """Everything learned from a history."""

    beliefs: Beliefs
    days: Calibration
    money: Calibration
    days_record: Record
    money_record: Record


@dataclass(frozen=True)
class _Replay:
    name: str
    actual: float  # log ratio
    middle: float
    width: float
    runs: Array  # log ratios that were played


def calibrate(
    productions: Sequence[Production], prior: Beliefs, prices: Prices, days: float, *, seed: int
) -> Calibrated:
    """Learn from past productions. prices, days: those of the schedule at hand; a past production is taken to
    spend its budget in the same shares."""
    replays: dict[str, list[_Replay]] = {"days": [], "money": []}
    for at, one in enumerate(productions):
        if one.days_ratio is None and one.cost_ratio is None:
            continue
        others = [other for number, other in enumerate(productions) if number != at]
        planned = one.planned_days or float(len(one.days)) or days
        cost = one.planned_cost or prices.planned
        board = past_board(one, planned)
        shares = prices.scaled(cost, planned, days)
        played = play(board, shares, learn(others, prior), runs=REPLAYS, seed=seed)
        for kind, actual, ratios in (
            ("days", one.days_ratio, played.days / board.main_days),
            ("money", one.cost_ratio, played.money / shares.planned if shares.planned else None),
        ):
            if actual is not None and ratios is not None:
                log = np.log(ratios)
                middle, width = _middle_and_width(log)
                replays[kind].append(_Replay(one.name, actual, middle, width, log))
    return Calibrated(
        beliefs=learn(productions, prior),
        days=_fitted(replays["days"], 0.0),
        money=_fitted(replays["money"], BLUR),
        days_record=_record(replays["days"], seed, 0.0),
        money_record=_record(replays["money"], seed, BLUR),
    )


def past_board(one: Production, planned_days: float) -> Board:
    """A past production as its rows describe it: days of one length at one place, exteriors where they were
    counted, else on two days of five."""
    count = max(1, round(planned_days))
    exterior = [day.exterior for day in one.days[:count]]
    share = 0.4 if one.exterior_days is None else min(1.0, one.exterior_days / count)
    days = []
    for at in range(count):
        outside = exterior[at] if at < len(exterior) and exterior[at] is not None else None
        if outside is None:
            outside = math.floor((at + 1) * share) > math.floor(at * share)
        scenes = tuple(
            Scene(minutes=150.0, exterior=bool(outside) and scene < 3, cast=(1 + scene,))
            for scene in range(4)
        )
        days.append(
            Day(
                unit="main", place="", capacity=600.0, moves=0.0, dry=DRY, scenes=scenes, cast=(1, 2, 3, 4),
                cover=150.0 if at + 1 < count else 0.0, gap=1,
            )
        )  # fmt: skip
    return Board(days=tuple(days), cast=(1, 2, 3, 4), shoot_minutes=600.0)


def _fitted(replays: Sequence[_Replay], blur: float) -> Calibration:
    if not replays:
        return Calibration()
    width = math.sqrt(sum(one.width**2 for one in replays) / len(replays))
    scores = np.array([(one.actual - one.middle) / width for one in replays])
    return Calibration(tuple(scores.tolist()), width, normal_inverse_gamma(scores, PRIOR), blur)


def _record(replays: Sequence[_Replay], seed: int, blur: float) -> Record:
    if len(replays) < 2:
        return Record()
    scores, below = [], dict.fromkeys(LEVELS, 0)
    for at, one in enumerate(replays):
        others = _fitted([other for number, other in enumerate(replays) if number != at], blur)
        runs, _ = others.moved(one.runs, seed, "record")
        quantiles = np.quantile(runs, LEVELS)
        for level, value in zip(LEVELS, quantiles, strict=True):
            below[level] += int(one.actual <= value)
        p10, p50, p80, p90 = (round(math.exp(value), 4) for value in quantiles)
        actual = round(math.exp(one.actual), 4)
        scores.append(Score(production=one.name, actual=actual, p10=p10, p50=p50, p80=p80, p90=p90))
    levels = tuple(
        Level(level=level, below=count, of=len(replays), low=low, high=high)
        for level, count in below.items()
        for low, high in [wilson(count, len(replays))]
    )
    return Record(scores=tuple(scores), levels=levels)


def wilson(successes: float, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, JASA 22, 1927)."""
    z = 1.959964
    share = successes / trials
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    reach = z / (1 + z**2 / trials) * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return round(max(0.0, middle - reach), 4), round(min(1.0, middle + reach), 4)


def _middle_and_width(log_ratio: Array) -> tuple[float, float]:
    return float(np.mean(log_ratio)), max(float(np.std(log_ratio)), FINEST)
