"""What is believed before any production of the user's is known, and draws of it.

These are judgements, wide on purpose, in the ranges that completion guarantors and line producers' handbooks
speak of (a contingency of a tenth is their usual answer to them); they are no measurement of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SOURCE = "from priors, not your productions"

PACE = 0.02  # log of actual over estimated shooting time, an average production
PACE_UNSURE = 0.06  # how sure we are of that average
PACE_SD = 0.12  # between productions
PACE_SD_UNSURE = 0.25  # log
DAY_SD = 0.18  # between days of one production, log
DAY_MEMORY = 0.2  # correlation of a day with the day before
SCENE_SD = 0.3  # between scenes of one day, log
DRY = 0.8  # share of days fit for exteriors, where the plan has no climate
SEASON_SD = 0.5  # a season's odds of rain against the climate, log
RAIN_LOSS = (0.3, 1.0)  # of a wet day's exteriors
PERFORMER_ILL = 0.004  # onsets for each performer and work day
ILL_DAYS = 3.0  # mean length
CREW_ILL = 0.008  # days on which somebody indispensable is missing; half to all of the day is lost
BREAKDOWN = 0.05  # days with a loss of equipment or place
BREAKDOWN_MINUTES = 90.0  # mean loss on such a day
RATE_SHAPE = 4.0  # gamma shape of every rate: half its size is its uncertainty
PRICE = 0.015  # log of actual over budgeted, prices alone
PRICE_SD = 0.04


@dataclass(frozen=True)
class Rate:
    """A rate as a gamma distribution: `events` in `exposure`."""

    events: float
    exposure: float

    def draw(self, random: np.random.Generator, runs: int) -> Array:
        return np.minimum(random.gamma(self.events, 1 / self.exposure, runs), 0.5)


@dataclass(frozen=True)
class Beliefs:
    """What is known of a production-to-be: the priors, or what history made of them.

    A mean and a variance are normal-inverse-gamma: mean, its weight, the variance's scale and weight.
    """

    pace: tuple[float, float, float, float] = (PACE, (PACE_SD / PACE_UNSURE) ** 2, PACE_SD, 8.0)
    day: tuple[float, float] = (DAY_SD, 12.0)  # scale and weight
    memory: float = DAY_MEMORY
    scene_sd: float = SCENE_SD
    dry: float = DRY
    wet_odds: float = 0.0  # log odds of rain against the climate, from history
    season_sd: float = SEASON_SD
    performer: Rate = Rate(RATE_SHAPE, RATE_SHAPE / PERFORMER_ILL)
    crew: Rate = Rate(RATE_SHAPE, RATE_SHAPE / CREW_ILL)
    breakdown: Rate = Rate(RATE_SHAPE, RATE_SHAPE / BREAKDOWN)
    price: tuple[float, float] = (PRICE, PRICE_SD)


@dataclass(frozen=True)
class Draws:
    """One value of every parameter for each run, shape (runs,)."""

    pace: Array
    day_sd: Array
    wet_odds: Array
    performer: Array
    crew: Array
    breakdown: Array
    price: Array


def stream(seed: int, name: str) -> np.random.Generator:
    """Random numbers of one driver: its own stream, so that one driver's draws never move another's."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *name.encode()])))


def draw(beliefs: Beliefs, runs: int, seed: int) -> Draws:
    """Parameters for `runs` runs: unsureness about them is part of the width of what comes out."""
    random = stream(seed, "pace")
    mean, weight, scale, degrees = beliefs.pace
    variance = inverse_chi_square(random, scale, degrees, runs)
    centre = mean + np.sqrt(variance / weight) * random.standard_normal(runs)
    season = stream(seed, "season").standard_normal(runs)
    price, price_sd = beliefs.price
    return Draws(
        pace=centre + np.sqrt(variance) * random.standard_normal(runs),
        day_sd=np.sqrt(inverse_chi_square(stream(seed, "day sd"), *beliefs.day, runs)),
        wet_odds=beliefs.wet_odds + beliefs.season_sd * season,
        performer=beliefs.performer.draw(stream(seed, "performer rate"), runs),
        crew=beliefs.crew.draw(stream(seed, "crew rate"), runs),
        breakdown=beliefs.breakdown.draw(stream(seed, "breakdown rate"), runs),
        price=price + price_sd * stream(seed, "price").standard_normal(runs),
    )


def inverse_chi_square(random: np.random.Generator, scale: float, degrees: float, runs: int) -> Array:
    """Draws of a variance, scaled inverse chi square (Gelman et al., Bayesian Data Analysis, ch. 3)."""
    return degrees * scale**2 / random.chisquare(degrees, runs)
