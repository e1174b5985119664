"""A grade that follows the light of a shot: as few keyframes as keep within a tolerance, and what lies
between.

Simplified by Douglas and Peucker 1973 over all three channels at once.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Cdl
from answerprint.formats.colour.keyframes import Keyframes, grade_of

HOLDS_STILL = 0.1  # stops of light within which it holds still
TOLERANCE = 0.05  # stops that what lies between keyframes may be off

Values = NDArray[np.float64]


def reference(light: Values) -> int:
    """The picture whose light most of a shot, (n, 3), has: nearest to the median."""
    middle = np.median(light, axis=0)
    return int(np.abs(light - middle).max(axis=1).argmin())


def moves(light: Values, stop: float) -> float:
    """Stops between the lowest and the highest light, of the channel that moves most."""
    return float((light.max(axis=0) - light.min(axis=0)).max() / stop)


def chosen(light: Values, stop: float) -> list[int]:
    """The pictures of a shot that are keyframes: none where its light, (n, 3) of a log space, holds still.

    stop: what a stop is in that space.
    """
    away = np.abs(light - light[reference(light)]).max()
    if len(light) < 2 or away <= HOLDS_STILL * stop:
        return []
    return simplified(light, TOLERANCE * stop)


def simplified(values: Values, tolerance: float) -> list[int]:
    """Places of as few of (n, c) values as keep those between, on straight lines, within a tolerance."""
    kept = {0, len(values) - 1}
    waiting = [(0, len(values) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        share = np.linspace(0, 1, last - first + 1)[1:-1, None]
        line = values[first] + share * (values[last] - values[first])
        off = np.abs(values[first + 1 : last] - line).max(axis=1)
        worst = int(off.argmax())
        if off[worst] > tolerance:
            middle = first + 1 + worst
            kept.add(middle)
            waiting += [(first, middle), (middle, last)]
    return sorted(kept)


def following(grade: Cdl, undone: Values) -> Cdl:
    """A grade after a change of light, (3,) of the grading space, is undone: one CDL of the two."""
    slope = np.asarray(grade.slope)
    offset = tuple(float(one) for one in np.asarray(grade.offset) + slope * undone)
    return msgspec.structs.replace(grade, offset=cast("tuple[float, float, float]", offset))


def grade_at(made: Keyframes, number: int) -> Cdl:
    """The grade of a picture."""
    place = bisect_right(made.shots, number, key=lambda shot: shot.first) - 1
    keys = made.shots[place].keyframes if place >= 0 and number < made.shots[place].last else ()
    if not keys:
        return grade_of(made, made.space)
    after = bisect_right(keys, number, key=lambda key: key.number)
    if after in (0, len(keys)):
        return grade_of(keys[min(after, len(keys) - 1)], made.space)
    one, two = keys[after - 1], keys[after]
    share = (number - one.number) / (two.number - one.number)

    def between(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, float, float]:
        return cast(
            "tuple[float, float, float]", tuple(x + share * (y - x) for x, y in zip(a, b, strict=True))
        )

    return Cdl(
        between(one.slope, two.slope),
        between(one.offset, two.offset),
        between(one.power, two.power),
        one.saturation + share * (two.saturation - one.saturation),
        made.space,
    )
