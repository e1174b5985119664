"""What past days say about the parameters: means of productions within the company, days within productions,
rates of what goes wrong; each shrunk towards its prior by how little was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from answerprint.departments.planning.money.history import PastDay, Production
from answerprint.departments.planning.money.priors import Beliefs, Rate

FEWEST_DAYS = 3  # of a production, for its mean to count
CAST_A_DAY = 4.0  # performers called on an average day: history counts who was missing, not who came
SPREAD = 1.5  # rates vary between productions more than one pooled count says
RATE_CAP = 40.0  # as if no more than this many events had been seen: next year is another year


def learn(productions: Sequence[Production], prior: Beliefs) -> Beliefs:
    """Beliefs after a history. Without day rows the pace stays as it was: what whole productions say of days
    and money enters through the calibration."""
    return _rates(productions, _pace(productions, prior))


def _pace(productions: Sequence[Production], prior: Beliefs) -> Beliefs:
    """Normal-inverse-gamma for the productions' means; pooled variance and lag-one correlation of days."""
    groups = [
        np.array([day.stretch for day in one.days if day.stretch is not None and _ordinary(day)])
        for one in productions
    ]
    groups = [one for one in groups if len(one) >= FEWEST_DAYS]
    if not groups:
        return prior
    means = np.array([one.mean() for one in groups])
    inside = sum(float(np.sum((one - one.mean()) ** 2)) for one in groups)
    freedom = sum(len(one) - 1 for one in groups)
    # A day's estimate carries its scenes' noise too; what the scenes explain is not counted twice.
    scale, weight = prior.day
    days = np.sqrt((weight * scale**2 + inside) / (weight + freedom))
    pairs = sum(float(np.sum((one[1:] - one.mean()) * (one[:-1] - one.mean()))) for one in groups)
    memory = pairs / inside * freedom / (freedom + 50) + prior.memory * 50 / (freedom + 50) if inside else 0.0
    return replace(
        prior,
        pace=normal_inverse_gamma(means, prior.pace),
        day=(max(float(days), 0.02), weight + freedom),
        memory=float(np.clip(memory, 0.0, 0.9)),
        scene_sd=min(prior.scene_sd, 2 * float(days)),
    )


def normal_inverse_gamma(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], prior: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """The conjugate posterior of a mean and a variance (Gelman et al., Bayesian Data Analysis, 3.3)."""
    mean, weight, scale, degrees = prior
    count = len(values)
    centre = float(values.mean())
    squares = float(np.sum((values - centre) ** 2))
    shift = weight * count / (weight + count) * (centre - mean) ** 2
    after = degrees + count
    variance = (degrees * scale**2 + squares + shift) / after
    return (
        (weight * mean + count * centre) / (weight + count),
        weight + count,
        float(np.sqrt(variance)),
        after,
    )


def _ordinary(day: PastDay) -> bool:
    """A day whose length says something about pace: nothing happened on it."""
    return not (day.weather_loss or day.illness or day.crew_loss or day.breakdown)


def _rates(productions: Sequence[Production], prior: Beliefs) -> Beliefs:
    days = [day for one in productions for day in one.days]
    wet, exteriors = _wet_days(productions, days)
    ill = [day.illness for day in days if day.illness is not None]
    ill_days = float(len(ill))
    ill_seen = float(sum(one > 0 for one in ill))  # an onset lasts days: several days of one are one
    ill_seen = ill_seen / 2 if ill else 0.0
    crew, crew_days = _seen([day.crew_loss for day in days])
    broken, broken_days = _seen([day.breakdown for day in days])
    for one in productions:
        length = one.actual_days or one.planned_days or 0.0
        if one.days or not length:
            continue
        if one.illness_days is not None:
            ill_seen, ill_days = ill_seen + one.illness_days / 3, ill_days + length
        if one.crew_days is not None:
            crew, crew_days = crew + one.crew_days, crew_days + length
        if one.breakdown_days is not None:
            broken, broken_days = broken + one.breakdown_days, broken_days + length
    odds, season = prior.wet_odds, prior.season_sd
    if exteriors:
        before = 1 - prior.dry
        share = (wet + 4 * before) / (exteriors + 4)
        share = min(max(share, 0.01), 0.99)
        odds = float(np.log(share / (1 - share)) - np.log(before / (1 - before)))
        odds *= exteriors / (exteriors + 20)
    return replace(
        prior,
        wet_odds=odds,
        season_sd=season,
        performer=_updated(prior.performer, ill_seen, ill_days * CAST_A_DAY),
        crew=_updated(prior.crew, crew, crew_days),
        breakdown=_updated(prior.breakdown, broken, broken_days),
    )


def _wet_days(productions: Sequence[Production], days: Sequence[PastDay]) -> tuple[float, float]:
    """Days lost to weather, and the days that could have been."""
    known = [day for day in days if day.weather_loss is not None and day.exterior is not False]
    wet, exteriors = float(sum((day.weather_loss or 0) > 0 for day in known)), float(len(known))
    for one in productions:
        if not one.days and one.weather_days is not None and one.exterior_days:
            wet += min(one.weather_days, one.exterior_days)
            exteriors += one.exterior_days
    return wet, exteriors


def _seen(losses: Sequence[float | None]) -> tuple[float, float]:
    known = [one for one in losses if one is not None]
    return float(sum(one > 0 for one in known)), float(len(known))


def _updated(prior: Rate, events: float, exposure: float) -> Rate:
    if not exposure:
        return prior
    events, exposure = prior.events + events / SPREAD, prior.exposure + exposure / SPREAD
    by = max(1.0, events / RATE_CAP)
    return Rate(events / by, exposure / by)
