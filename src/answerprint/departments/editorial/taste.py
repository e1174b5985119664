"""Taste: what the replacements on this production say about the weights that takes are scored with.

A pairwise ranking model (logistic, as Bradley and Terry 1952): whenever a person put one reading in place of
the others, its parts should have scored higher. The production's own weights are where it starts, and what it
stays near while there are few decisions.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.optimize import minimize

from answerprint.core.proposals import Decision
from answerprint.departments.editorial.takes import TakeTable

SLOPE = 10.0  # a score that is 0.1 greater is preferred 73 times in 100
CAUTION = 0.5  # how strongly the production's own weights hold
LEAST = 3  # decisions before anything is learned


def learned_weights(
    table: TakeTable, decisions: Mapping[str, Decision], weights: Mapping[str, float]
) -> dict[str, float]:
    """The weights by which the person's own choices would mostly have won; those given, after too few.

    Weights are never negative, and their sum stays what it was.
    """
    names = list(weights)
    pairs = _preferences(table, decisions, names)
    start = np.array([weights[name] for name in names], float)
    if len(pairs) == 0 or not start.sum():
        return dict(weights)
    scale = start.sum()

    def loss(share: np.ndarray) -> tuple[float, np.ndarray]:
        margin = SLOPE * pairs @ share
        missed = 1 / (1 + np.exp(np.clip(margin, -500, 500)))
        away = share - start / scale
        worth = np.logaddexp(0, -margin).sum() + CAUTION * len(share) * (away**2).sum() * SLOPE
        slope = -SLOPE * pairs.T @ missed + 2 * CAUTION * len(share) * away * SLOPE
        return float(worth), slope

    found = minimize(loss, start / scale, jac=True, bounds=[(0, None)] * len(names), method="L-BFGS-B").x
    total = found.sum()
    if not total:
        return dict(weights)
    return {name: round(float(one / total * scale), 4) for name, one in zip(names, found, strict=True)}


def _preferences(table: TakeTable, decisions: Mapping[str, Decision], names: list[str]) -> np.ndarray:
    """Differences of parts (n, len(names)): the reading a person chose, less each that could have been."""
    rows = []
    made = 0
    for line, candidates in table.candidates.items():
        decision = decisions.get(f"take:{line}")
        if decision is None or decision.answer != "replace":
            continue
        liked = next((one for one in candidates if one.asset == decision.asset), None)
        if liked is None:
            continue
        made += 1
        for other in candidates:
            if other.asset != liked.asset:
                rows.append([liked.parts.get(name, 0.0) - other.parts.get(name, 0.0) for name in names])
    return np.array(rows if made >= LEAST else [], float).reshape(-1, len(names))
