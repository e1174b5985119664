"""A cut of a length: first the pauses give, then shorter readings are preferred; no line is dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeVar

from answerprint.core.findings import Finding
from answerprint.departments.editorial.pieces import Piece

SLOWEST, QUICKEST = Fraction(3), Fraction(1, 8)  # pace: how many times the style's pauses
SHORTER = (0.02, 0.05, 0.1, 0.25, 0.5)  # score that a second of reading costs, tried in turn
HALVINGS = 7  # of the pace between too long and too short
CLOSE = Fraction(1, 200)  # of the length asked for: near enough

More = TypeVar("More")
Made = tuple[list[Piece], More]


def fit(
    made: Callable[[Fraction, float], Made[More]], target: int, rate: Fraction
) -> tuple[Made[More], list[Finding]]:
    """What `made` gives at the pace (and preference for short readings) that comes nearest to a length.

    target: frames. Where it is out of reach, the nearest cut and a finding that names both lengths.
    """
    usual = made(Fraction(1), 0.0)
    if _near(usual[0], target):
        return usual, []
    longer = _length(usual[0]) < target
    shorter = 0.0
    limit = SLOWEST if longer else QUICKEST
    edge = made(limit, shorter)
    for cost in () if longer else SHORTER:
        if _length(edge[0]) <= target:
            break
        shorter = cost
        edge = made(limit, shorter)
    if (_length(edge[0]) < target) if longer else (_length(edge[0]) > target):
        return edge, [] if _near(edge[0], target) else [_short_of_it(edge[0], target, rate, longer)]
    low, high = (Fraction(1), SLOWEST) if longer else (QUICKEST, Fraction(1))
    best = edge
    for _ in range(HALVINGS):
        pace = (low + high) / 2
        found = made(pace, shorter)
        best = min(best, found, key=lambda one: abs(_length(one[0]) - target))
        if _near(found[0], target):
            break
        low, high = (low, pace) if _length(found[0]) > target else (pace, high)
    return best, []


def _length(pieces: Sequence[Piece]) -> int:
    return sum(piece.frames for piece in pieces)


def _near(pieces: Sequence[Piece], target: int) -> bool:
    return abs(_length(pieces) - target) <= max(1, int(target * CLOSE))


def _short_of_it(pieces: Sequence[Piece], target: int, rate: Fraction, longer: bool) -> Finding:
    reached = _length(pieces)
    which, why = ("longest", "pauses as long as they go") if longer else ("shortest", "every line in it")
    return Finding(
        code="cut.length",
        message=f"the {which} cut with {why} lasts {float(reached / rate):.1f} s; asked for were "
        f"{float(target / rate):.1f} s",
        severity="problem",
        subject="production",
        needs_a_person=True,
    )
