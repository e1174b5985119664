"""The exact frame rate that timestamps keep, or that they keep none."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.core.timecode import snap_rate

HIGHEST_RATE = 1000  # pictures a second; above it a "rate" is the time base speaking


def frame_rate(
    pts: NDArray[np.int64], time_base: Fraction, declared: Sequence[Fraction | None]
) -> tuple[Fraction | None, bool]:
    """The rate, and whether it varies.

    pts: timestamps in presentation order. declared: what the file says, most trusted first. A rate is
    constant when every timestamp lies within one tick of it (containers round to their time base). When it
    varies the rate is the nominal one: the commonest distance between pictures.
    """
    said = [snap_rate(one) for one in declared if one is not None and 0 < one <= HIGHEST_RATE]
    if len(pts) < 2:
        return (said[0] if said else None), False
    steps = np.diff(pts)
    span = int(pts[-1] - pts[0])
    mean = Fraction(len(steps), 1) / (span * time_base) if span > 0 else None
    values, counts = np.unique(steps[steps > 0], return_counts=True)
    usual = Fraction(1) / (int(values[np.argmax(counts)]) * time_base) if len(values) else None
    candidates = [*said, *(snap_rate(one) for one in (usual, mean) if one is not None)]
    for rate in dict.fromkeys(candidates):
        if _keeps(pts, time_base, rate):
            return rate, False
    nominal = snap_rate(usual) if usual is not None else (said[0] if said else None)
    return _nearest_declared(nominal, said), True


def _keeps(pts: NDArray[np.int64], time_base: Fraction, rate: Fraction) -> bool:
    """Whether every timestamp is within one tick of first + n / rate."""
    step = 1 / (rate * time_base)
    if step < 1:
        return False
    numbers = np.arange(len(pts), dtype=object) * step.numerator
    ideal = (numbers // step.denominator).astype(np.int64) + int(pts[0])
    off = pts - ideal
    return bool((off >= -1).all() and (off <= 2).all())


def _nearest_declared(rate: Fraction | None, said: Sequence[Fraction]) -> Fraction | None:
    """The declared rate that a rounded one stands for (1 ms ticks make 24 look like 23.8), else the rate."""
    if rate is None:
        return None
    near = [one for one in said if abs(one - rate) <= rate / 20]
    return near[0] if near else rate
