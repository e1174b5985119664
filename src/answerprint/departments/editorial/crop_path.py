"""The path of a crop window through a shot: the fewest, straightest and softest moves that keep the subject.

Grundmann, Kwatra, Essa 2011, "Auto-directed video stabilization with robust L1 optimal camera paths": the L1
norms of speed, acceleration and jerk are minimised together, which makes paths of rests, straight pans and
parabolic eases between them; the subject is a constraint. Here the path is a cubic B-spline over time: it has
no corner, costs the same at every frame rate, and variable rates need no other treatment.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack, vstack

from answerprint.core.errors import AnswerprintError

Floats = NDArray[np.float64]
Sparse = Any  # a scipy sparse array: its stubs tell more of them than they hold

KNOT = 0.16  # seconds between the spline's knots: a move starts and ends softly over about four of them
WINDOW, OVERLAP = 400, 100  # spline coefficients solved together (about a minute), and looked ahead
# What a path costs. Lengths are the crop window's, times seconds; tuned on seeds bench/reframe.py leaves out.
OFF_CENTRE = 2.5  # being off the middle of the subject, for a second
SPEED = 10.0  # moving by one window
ACCELERATION = 0.6
JERK = 0.25
OUTSIDE = 400.0  # the subject out of its safe area by one window, for a second: exact, so nothing else pays


@dataclass(frozen=True)
class Wanted:
    """What the window's middle should do, in lengths of the window. Each (n,), for n pictures at `times`.

    low, high: between which it keeps the subject safe; target: on the subject's middle; weight: how much the
    subject counts there, 0 where there is none (low, high and target are ignored then).
    """

    times: Floats  # seconds, rising
    low: Floats
    high: Floats
    target: Floats
    weight: Floats


def crop_path(wanted: Wanted, least: float, most: float) -> Floats:
    """(n,) where the window's middle is in every picture, never outside [least, most].

    Long shots are solved in overlapping windows, each going on exactly where the one before it ended.
    """
    count = len(wanted.times)
    if most <= least or not count:
        return np.full(count, (least + most) / 2)
    if not wanted.weight.any():
        return np.full(count, float(np.clip((least + most) / 2, least, most)))
    start, end = float(wanted.times[0]), float(wanted.times[-1])
    intervals = max(1, int(np.ceil((end - start) / KNOT)))
    knots: Floats = start + KNOT * np.arange(-3, intervals + 4, dtype=np.float64)
    basis: Sparse = csr_array(BSpline.design_matrix(wanted.times, knots, 3))
    coefficients = np.zeros(intervals + 3)
    edges = [*range(0, max(1, len(coefficients) - OVERLAP), WINDOW - OVERLAP), len(coefficients)]
    for number, (first, following) in enumerate(pairwise(edges)):
        last = min(len(coefficients), first + WINDOW)
        fixed = coefficients[first : first + 3] if number else np.zeros(0)
        part = _solve(wanted, basis, knots, (first, last), fixed, (least, most))
        # the next window starts on three coefficients of this one: place, speed and acceleration go on
        coefficients[first : min(last, following + 3)] = part[: min(last, following + 3) - first]
    return np.asarray(np.clip(basis @ coefficients, least, most), np.float64)


def _solve(
    wanted: Wanted,
    basis: Sparse,
    knots: Floats,
    part: tuple[int, int],
    fixed: Floats,
    limits: tuple[float, float],
) -> Floats:
    """The coefficients [first, last) of the best path, by a linear programme (HiGHS)."""
    first, last = part
    size = last - first
    columns = basis[:, first:last]
    inside = np.asarray(columns.sum(axis=1)) > 1 - 1e-9
    rows = np.flatnonzero(inside & (wanted.weight > 0))
    seen: Sparse = csr_array(columns[rows])
    shown = _seconds_each(wanted.times)[rows]
    counted = shown * wanted.weight[rows]
    # Where a subject is only supposed it may be missed, but is still what the window is about.
    target, pull = _at_coefficients(seen, shown * np.sqrt(wanted.weight[rows]), wanted.target[rows])

    one: Sparse = eye_array(size, format="csr")
    differences = [csr_array(_difference(order, size)) for order in (1, 2, 3) if order < size]
    prices = [SPEED, ACCELERATION / KNOT, JERK / KNOT**2]
    blocks: list[tuple[Sparse, Floats, Floats]] = [(one, target, OFF_CENTRE * pull)]
    blocks += [
        (each, np.zeros(each.shape[0]), np.full(each.shape[0], price))
        for each, price in zip(differences, prices, strict=False)
    ]
    # |A c − b| ≤ slack for every block, then low − slack ≤ B c ≤ high + slack
    matrix: Sparse = vstack([each for each, _, _ in blocks])
    offset = np.concatenate([each for _, each, _ in blocks])
    slack = eye_array(matrix.shape[0], format="csr")
    unsafe = eye_array(len(rows), format="csr")
    none: Sparse = csr_array((matrix.shape[0], len(rows)))
    nothing: Sparse = csr_array((len(rows), matrix.shape[0]))
    constraints: Sparse = vstack(
        [
            hstack([matrix, -slack, none]),
            hstack([-matrix, -slack, none]),
            hstack([-seen, nothing, -unsafe]),
            hstack([seen, nothing, -unsafe]),
        ]
    )
    right = np.concatenate([offset, -offset, -wanted.low[rows], wanted.high[rows]])
    cost = np.concatenate([np.zeros(size), *(price for _, _, price in blocks), OUTSIDE * counted])
    bounds = np.zeros((len(cost), 2))
    bounds[:, 1] = np.inf
    bounds[:size] = limits
    bounds[: len(fixed)] = fixed[:, None]
    solve: Any = linprog  # its stubs know no sparse constraints
    done = solve(cost, A_ub=constraints, b_ub=right, bounds=bounds, method="highs")
    if done.x is None:
        raise AnswerprintError("AP-EDIT-001", f"no path was found for the crop window: {done.message}")
    return np.asarray(done.x[:size], np.float64)


def _difference(order: int, size: int) -> Sparse:
    """The matrix of differences of that order of `size` numbers."""
    matrix: Sparse = eye_array(size, format="csr")
    for taken in range(order):
        rows = size - taken - 1
        step: Sparse = eye_array(rows, rows + 1, k=1) - eye_array(rows, rows + 1)
        matrix = step @ matrix
    return matrix


def _at_coefficients(seen: Sparse, counted: Floats, target: Floats) -> tuple[Floats, Floats]:
    """The target and how long it counts at each coefficient: of the pictures it shapes, by their share."""
    pull = np.asarray(seen.T @ counted, np.float64)
    mean = np.asarray(seen.T @ (counted * target), np.float64) / np.maximum(pull, 1e-12)
    return np.where(pull > 1e-12, mean, 0.0), pull


def _seconds_each(times: Floats) -> Floats:
    """How long each picture is shown."""
    if len(times) < 2:
        return np.ones(len(times))
    steps = np.diff(times)
    return np.append(steps, np.median(steps))
