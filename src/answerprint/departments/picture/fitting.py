"""An ASC CDL fitted to pairs of colours: robust, drawn towards no change, with what it may be off by.

Iteratively reweighted least squares (Cauchy weights; Holland and Welsch 1977) over slope, offset, power and
saturation. What is weighed is how unlike colours look: differences are carried through the slope of
L*, a*, b* at the colour wanted, divided by the weights of CIEDE2000 there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Cdl
from answerprint.departments.picture.difference import delta_e
from answerprint.departments.picture.operations import graded

ROUNDS = 14
STEPS = 2  # of Gauss and Newton in a round
TINY = 1e-5
MOST = 3000  # pairs a fit is made of
WORTH = 400  # pairs that count as independent of one another at most: neighbours repeat each other
NOISE = 1.0  # ΔE that two cameras differ by on one surface when nothing is wrong
CELL = 10.0  # L*a*b* units of a cell; full cells count by the root of their pairs
NO_CHANGE = np.array([1.0] * 3 + [0.0] * 3 + [1.0] * 3 + [1.0])
# How far from no change is nothing unusual: slopes, offsets (0.057 is a stop in ACEScct), powers, saturation
SPREAD = np.array([0.25] * 3 + [0.15] * 3 + [0.08] * 3 + [0.25])
CONTRASTS = 0.06  # by which channels' slopes differ; white balance is offsets
SMALLEST = np.array([0.2] * 3 + [-0.8] * 3 + [0.4] * 3 + [0.0])
LARGEST = np.array([4.0] * 3 + [0.8] * 3 + [2.5] * 3 + [4.0])

Values = NDArray[np.float64]
ToLab = Callable[[Values], Values]


class Fitted(NamedTuple):
    """grade; trust: the weight (n,) each pair ended with; error: ΔE that the grade itself may be off by,
    one standard deviation over the colours of the pairs."""

    grade: Cdl
    trust: Values
    error: float


def fit(
    ours: Values,
    theirs: Values,
    weight: Values,
    to_lab: ToLab,
    *,
    worth: int = WORTH,
    ways: Values | None = None,
) -> Fitted:
    """The grade that brings ours to theirs, (n, 3) values of the grading space.

    to_lab: values to L*, a*, b*. worth: how many independent pairs they count as at most. ways: (10, k),
    those in which the grade may leave no change; without, all ten.
    """
    ways = np.eye(10) if ways is None else ways
    lab = to_lab(theirs)
    chosen = np.linspace(0, len(ours) - 1, min(MOST, len(ours))).astype(int)
    metric = _metric(theirs[chosen], lab[chosen], to_lab)
    balance = weight[chosen] * _balance(lab[chosen])
    one, two = ours[chosen], theirs[chosen]
    worth = min(worth, len(chosen))
    now, trust = NO_CHANGE.copy(), balance / max(balance.sum(), 1e-9)
    off, curved, steps = np.zeros(len(one)), np.eye(ways.shape[1]), np.zeros((len(one), 3, 10))
    now[3:6] = np.clip(np.median(two - one, axis=0), -0.3, 0.3)
    now = _within(now, ways)
    for turn in range(ROUNDS):
        before = now
        for _ in range(STEPS):
            now, curved, steps = _nearer(now, one, two, metric, trust * worth / NOISE**2, ways)
        moved = float(np.abs((now - before) / SPREAD).max())
        off = np.linalg.norm(np.einsum("nij,nj->ni", metric, graded(one, cdl_of(now)) - two), axis=1)
        scale = max(NOISE, 1.5 * _weighted_median(off, balance)) if turn < 6 else NOISE * 1.5
        trust = balance / (1 + (off / scale) ** 2)
        agreed = float(trust.sum() / max(balance.sum(), 1e-9))
        trust = trust / max(trust.sum(), 1e-9) * agreed  # pairs that disagree leave more to the prior
        if turn > 7 and moved < 1e-3:
            break
    grade = cdl_of(now)
    # what is left over beyond the noise that was reckoned with makes the grade less certain
    left = float(np.sqrt(max(1.0, np.average(off**2, weights=trust + 1e-12) / NOISE**2)))
    spread = ways @ np.linalg.inv(curved) @ ways.T
    variance = np.einsum("nik,kl,nil->n", steps, spread, steps)
    error = left * float(np.sqrt(np.average(np.maximum(variance, 0), weights=balance + 1e-12)))
    unlike = delta_e(to_lab(graded(ours, grade)), lab)
    return Fitted(grade, 1 / (1 + (unlike / (2 * NOISE)) ** 2), error)


def _nearer(
    at: Values, one: Values, two: Values, metric: Values, weight: Values, ways: Values
) -> tuple[Values, Values, Values]:
    """One step of Gauss and Newton: where it leads, the curvature (k, k) along the ways, and the slopes
    (n, 3, 10)."""
    here = graded(one, cdl_of(at))
    off = np.einsum("nij,nj->ni", metric, here - two)
    bent = [(graded(one, cdl_of(at + TINY * unit)) - here) / TINY for unit in np.eye(10, dtype=np.float64)]
    steps = np.asarray(np.einsum("nij,njk->nik", metric, np.stack(bent, axis=-1)), np.float64)
    flat = steps.reshape(-1, 10)
    heavy = np.repeat(weight, 3)
    drawn = np.zeros((13, 10))  # the ten towards no change, the three slopes towards one another
    drawn[:10] = np.diag(1 / SPREAD)
    drawn[10:, :3] = (np.eye(3) - 1 / 3) / CONTRASTS
    missed = drawn @ (at - NO_CHANGE)
    curved = flat.T @ (flat * heavy[:, None]) + drawn.T @ drawn
    slope = flat.T @ (heavy * off.ravel()) + drawn.T @ missed
    curved = ways.T @ curved @ ways
    led = np.clip(at - ways @ np.linalg.solve(curved, ways.T @ slope), SMALLEST, LARGEST)
    return _within(led, ways), curved, steps


def _within(at: Values, ways: Values) -> Values:
    """The nearest grade that the ways lead to."""
    if ways.shape[1] == len(at):
        return at
    return np.asarray(NO_CHANGE + ways @ np.linalg.lstsq(ways, at - NO_CHANGE, rcond=None)[0], np.float64)


def cdl_of(at: Values) -> Cdl:
    """Ten numbers as a grade."""
    slope, offset, power = (tuple(float(one) for one in at[place : place + 3]) for place in (0, 3, 6))
    return Cdl(slope, offset, power, float(at[9]))  # type: ignore[arg-type]  # three each


def _metric(values: Values, lab: Values, to_lab: ToLab) -> Values:
    """(n, 3, 3): small steps of the grading space to L*, C*, H* divided by CIEDE2000's weights."""
    step = 1e-3
    slopes = np.stack(
        [
            (to_lab(values + step * unit) - to_lab(values - step * unit)) / (2 * step)
            for unit in np.eye(3, dtype=np.float64)
        ],
        axis=-1,
    )
    chroma, hue = np.hypot(lab[:, 1], lab[:, 2]), np.arctan2(lab[:, 2], lab[:, 1])
    turn = np.zeros((len(lab), 3, 3))
    middle = (np.clip(lab[:, 0], 0, 100) - 50) ** 2
    turn[:, 0, 0] = 1 / (1 + 0.015 * middle / np.sqrt(20 + middle))
    turn[:, 1, 1], turn[:, 1, 2] = np.cos(hue), np.sin(hue)
    turn[:, 2, 1], turn[:, 2, 2] = -np.sin(hue), np.cos(hue)
    turn[:, 1] /= (1 + 0.045 * chroma)[:, None]
    turn[:, 2] /= (1 + 0.015 * chroma)[:, None]
    return np.asarray(np.einsum("nij,njk->nik", turn, slopes), np.float64)


def _balance(lab: Values) -> Values:
    """Weights that let small surfaces speak beside large ones."""
    cells = np.floor(lab / CELL).astype(np.int64)
    _, place, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(1 / np.sqrt(counts[place.ravel()]))


def _weighted_median(values: Values, weight: Values) -> float:
    order = np.argsort(values)
    total = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
