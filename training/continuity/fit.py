"""Fits `continuity.toml`: a logistic a kind on made-up cuts, and from which confidence each kind is said.

Run: python training/continuity/fit.py [--clean 480] [--each 60] [--workers 2] [--keep FILE]
Needs `answerprint models fetch mediapipe-faces` (and rapidocr-ppocrv6). --keep: measured cuts are kept there,
and read again. Seeds begin at 1 000 000; those of bench/continuity.py at 1.
"""

from __future__ import annotations

import argparse
import math
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from measures import Told, cases, of_kind, told
from numpy.typing import NDArray
from scipy.optimize import minimize

from answerprint.departments.editorial.continuity_calibration import (
    CONDITIONS,
    KINDS,
    TABLE,
    Curve,
    transformed,
)

FIRST_SEED = 1_000_000
PRIOR = 0.05  # share of cuts that a script supervisor would call wrong in one way: a supposition
BUDGET = 0.025  # share of clean cuts of which something may be said: half of what is promised
CALM = 2e-3  # of the squared weights
LEAST, MOST = 0.08, 0.98  # of the confidence from which a kind is said
# Measures of each kind, and the value at which each is plainly more than what two takes differ by.
SCALES: Mapping[str, Mapping[str, float]] = {
    "light": {"patchy": 0.1, "uneven": 0.1, "mixed": 5.0},
    "exposure": {"stops": 0.1},
    "colour": {"mired": 5.0, "green": 0.03},
    "wardrobe": {"wardrobe": 3.0, "spread": 0.05},
    "hair": {"hair": 8.0, "locks": 5.0},
    "direction": {"speed": 0.03, "coherence": 0.5, "same": 0.3},
    "eyeline": {"degrees": 6.0, "two": 0.2},
    "things": {"share": 0.002, "strength": 0.2, "noise": 0.003},
    "text": {"unlike": 0.2, "certain": 0.2},
    "sound": {"level": 1.5, "colour": 1.0},
}
STATES: Mapping[str, tuple[str, ...]] = {
    "direction": (),
    "eyeline": (),
    "sound": ("other",),
    "hair": ("other", "few", "turned", "small"),
}
EITHER_SIGN = {*CONDITIONS, "noise"}
# What one error also shows as; such cuts are neither for nor against the other kind.
KIN: Mapping[str, set[str]] = {
    "light": {"exposure", "colour"},
    "exposure": {"light", "colour"},
    "colour": {"light", "exposure"},
    "things": {"text", "hair", "wardrobe", "light"},
    "text": {"things"},
    "hair": {"wardrobe"},
    "wardrobe": {"hair"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clean", type=int, default=480)
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--out", type=Path, default=TABLE)
    asked = parser.parse_args()
    if asked.keep and asked.keep.exists():
        cuts: list[Told] = pickle.loads(asked.keep.read_bytes())
    else:
        cuts = told(cases(FIRST_SEED, asked.clean, asked.each), asked.workers)
        if asked.keep:
            asked.keep.write_bytes(pickle.dumps(cuts))
    fitted = {kind: fit(kind, cuts) for kind in KINDS}
    report = thresholds(fitted, cuts)
    asked.out.write_text(written(fitted, report, cuts), "utf-8")
    print(f"{asked.out.name} written")


def examples(kind: str, cuts: Sequence[Told]) -> list[tuple[Mapping[str, float], bool]]:
    """Features with whether they are of an error; of several people in a cut with one, the most changed."""
    found = []
    for cut in cuts:
        if cut.error != kind and cut.error in KIN.get(kind, set()):
            continue
        measured = of_kind(cut.measured, kind)
        if cut.error == kind and measured:
            measured = [max(measured, key=lambda one: one.value)]
        found += [(one.features, cut.error == kind) for one in measured]
    return found


def fit(kind: str, cuts: Sequence[Told]) -> Curve:
    """The logistic of a kind, errors weighted to their prior."""
    given = examples(kind, cuts)
    scales = SCALES[kind]
    names = [*scales, *STATES.get(kind, ("other", "few"))]
    x = np.array([[transformed(one.get(name, 0.0), scales.get(name)) for name in names] for one, _ in given])
    wrong = np.array([is_error for _, is_error in given])
    weight = np.where(wrong, PRIOR / wrong.sum(), (1 - PRIOR) / (~wrong).sum())

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logit = values[0] + x @ values[1:]
        lost = (
            np.logaddexp(0, np.where(wrong, -logit, logit)) @ weight + CALM * PRIOR * values[1:] @ values[1:]
        )
        off = (1 / (1 + np.exp(-np.clip(logit, -60, 60))) - wrong) * weight
        slope = np.r_[off.sum(), x.T @ off + 2 * CALM * PRIOR * values[1:]]
        return float(lost), slope

    bounds = [(None, None), *((None, None) if name in EITHER_SIGN else (0, None) for name in names)]
    start = np.r_[math.log(PRIOR / (1 - PRIOR)), np.zeros(len(names))]
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = {name: round(float(value), 4) for name, value in zip(names, best[1:], strict=True)}
    return Curve(bias=round(float(best[0]), 4), report=MOST, weights=weights, scales=scales)


def thresholds(fitted: Mapping[str, Curve], cuts: Sequence[Told]) -> dict[str, float]:
    """The confidence from which each kind is said: first so that no clean cut is accused, then, one accused
    clean cut at a time up to the budget, where that finds the most errors."""
    clean = {kind: sorted(_best(kind, fitted[kind], cuts, ""), reverse=True) for kind in KINDS}
    wrong = {kind: np.array(_best(kind, fitted[kind], cuts, kind)) for kind in KINDS}
    spent: dict[str, int] = dict.fromkeys(KINDS, 0)
    for _ in range(int(BUDGET * sum(cut.error == "" for cut in cuts))):
        gains = {kind: _gain(clean[kind], wrong[kind], spent[kind]) for kind in KINDS}
        chosen = max(gains, key=lambda kind: gains[kind])
        if gains[chosen] <= 0:
            break
        spent[chosen] += 1
    report = {kind: round(_level(clean[kind], spent[kind]), 3) for kind in KINDS}
    for kind in KINDS:
        found = f"{(wrong[kind] >= report[kind]).mean():.2f} of {len(wrong[kind])}"
        print(f"{kind:10} from {report[kind]:.3f}: found {found}, {spent[kind]} clean accused")
    return report


def _best(kind: str, curve: Curve, cuts: Sequence[Told], error: str) -> list[float]:
    """The best confidence of a kind in each cut with an error; 0 where it was not measured."""
    return [
        max((curve.confidence(one.features) for one in of_kind(cut.measured, kind)), default=0.0)
        for cut in cuts
        if cut.error == error
    ]


def _level(clean: Sequence[float], accused: int) -> float:
    """Half way, as logits, between the clean cut that is not to be accused and the next one up."""
    under = clean[accused] if accused < len(clean) else 0.0
    return min(MOST, max(LEAST, under + 0.15 * (1 - under) * under + 1e-3))


def _gain(clean: Sequence[float], wrong: NDArray[np.float64], spent: int) -> float:
    now, then = _level(clean, spent), _level(clean, spent + 1)
    return float(((wrong >= then) & (wrong < now)).mean())


def written(fitted: Mapping[str, Curve], report: Mapping[str, float], cuts: Sequence[Told]) -> str:
    clean = sum(cut.error == "" for cut in cuts)
    lines = [
        "# Continuity: from measures to confidence. Written by training/continuity/fit.py, on made-up cuts:",
        f"# {clean} clean, {len(cuts) - clean} with an error. Confidence supposes that one cut in",
        f"# {round(1 / PRIOR)} has an error of the kind. report: the confidence from which it is said.",
        "",
    ]
    for kind, curve in fitted.items():
        lines += [f"[kinds.{kind}]", f"bias = {curve.bias}", f"report = {report[kind]}"]
        for name, table in (("weights", curve.weights), ("scales", curve.scales)):
            lines.append(f"{name} = {{ {', '.join(f'{key} = {value}' for key, value in table.items())} }}")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
