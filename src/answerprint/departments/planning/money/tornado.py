"""Which driver moves the outcome: its swing from a good case to a bad one, and its share of the variance."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import msgspec
import numpy as np

from answerprint.departments.planning.money.priors import Array
from answerprint.departments.planning.money.simulation import DRIVERS

BINS = 40  # of equal numbers of runs, for the variance that one driver explains


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """A bar of the tornado: the mean outcome over the tenth of the runs in which the driver was kindest, and
    over the tenth in which it was hardest, all others as they come.

    variance: the first-order share of the outcome's variance (Sobol 1993), 0 to 1, estimated over runs
    grouped by the driver; the shares need not add up to 1. rank: Spearman's correlation.
    """

    name: str
    label: str
    low: float
    high: float
    variance: float
    rank: float


def tornado(outcome: Array, drivers: Mapping[str, Array]) -> tuple[Driver, ...]:
    """The drivers of an outcome, the widest swing first."""
    found = []
    for name, hits in drivers.items():
        low, high = np.quantile(hits, (0.1, 0.9))
        if hits.min() == hits.max():
            continue  # it cannot happen in this schedule
        kind, hard = outcome[hits <= low], outcome[hits >= high] if high > low else outcome[hits > low]
        found.append(
            Driver(
                name=name,
                label=DRIVERS.get(name, name),
                low=float(kind.mean()),
                high=float(hard.mean()),
                variance=round(first_order(outcome, hits), 4),
                rank=round(_spearman(outcome, hits), 4),
            )
        )
    return tuple(sorted(found, key=lambda one: (-abs(one.high - one.low), one.name)))


def first_order(outcome: Array, hits: Array) -> float:
    """The share of the outcome's variance that the driver alone explains, with the estimate's bias off."""
    total = float(np.var(outcome))
    if total == 0:
        return 0.0
    order = np.argsort(hits, kind="stable")
    edges = [0]
    for at in np.linspace(0, len(hits), BINS + 1)[1:]:
        # Equal hits stay in one group: nothing tells those runs apart.
        end = int(at)
        while end < len(hits) and hits[order[end]] == hits[order[end - 1]]:
            end += 1
        if end > edges[-1]:
            edges.append(end)
    groups = [outcome[order[start:end]] for start, end in pairwise(edges)]
    between = sum(len(one) * (float(one.mean()) - float(outcome.mean())) ** 2 for one in groups)
    inside = sum(float(np.sum((one - one.mean()) ** 2)) for one in groups)
    count = len(outcome)
    noise = (len(groups) - 1) * inside / max(count - len(groups), 1)
    return min(1.0, max(0.0, (between - noise) / (count * total)))


def _spearman(outcome: Array, hits: Array) -> float:
    one, other = _ranks(outcome), _ranks(hits)
    one, other = one - one.mean(), other - other.mean()
    under = float(np.sqrt(np.sum(one**2) * np.sum(other**2)))
    return float(np.sum(one * other)) / under if under else 0.0


def _ranks(values: Array) -> Array:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Array = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return ranks
