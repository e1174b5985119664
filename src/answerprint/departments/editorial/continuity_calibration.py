"""How sure a measured difference is an error: a logistic a kind, its figures as data (`continuity.toml`).

P(error) = 1 / (1 + exp(−(bias + Σ weight · log(1 + measure / scale)))), fitted on made-up cuts by
`training/continuity/fit.py`. The weights of measures are never negative: more of a difference is never less
of a finding. `other` (compared with another set-up),
`few` (few points agreed), `turned` (a head) and `small` (a face) are 0 or 1.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import msgspec

TABLE = Path(__file__).with_name("continuity.toml")
Kind = Literal[
    "light",
    "exposure",
    "colour",
    "wardrobe",
    "hair",
    "direction",
    "eyeline",
    "things",
    "text",
    "sound",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
CONDITIONS = ("other", "few", "turned", "small")


class Curve(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind's logistic. report: the confidence from which it is said."""

    bias: float
    report: float
    weights: Mapping[str, float]
    scales: Mapping[str, float]

    def logit(self, features: Mapping[str, float]) -> float:
        return self.bias + sum(
            weight * transformed(features.get(name, 0.0), self.scales.get(name))
            for name, weight in self.weights.items()
        )

    def confidence(self, features: Mapping[str, float]) -> float:
        """0 … 1, for features by name; one that is left out is 0."""
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, self.logit(features)))))

    def threshold(self, features: Mapping[str, float], name: str) -> float | None:
        """The value of one measure from which it would be said, all else as it is; None where it has no say,
        0 where it would be said without it."""
        weight, scale = self.weights.get(name, 0.0), self.scales.get(name)
        if weight <= 0 or scale is None:
            return None
        wanted = math.log(self.report / (1 - self.report))
        rest = self.logit(features) - weight * transformed(features.get(name, 0.0), scale)
        return scale * math.expm1(min(50.0, max(0.0, (wanted - rest) / weight)))


def transformed(value: float, scale: float | None) -> float:
    """A measure as the logistic takes it: log(1 + value / scale); a condition as it is."""
    return value if scale is None else math.log1p(max(0.0, value) / scale)


@lru_cache(maxsize=1)
def curves() -> dict[str, Curve]:
    """Every kind's curve."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    return {kind: msgspec.convert(one, Curve) for kind, one in table["kinds"].items()}
