"""How a picture looks on eleven axes: light, contrast, ends, colourfulness, and the colour of its thirds.

Parts of a picture are told by the rank of their lightness, and stay the same pixels when it is graded: what
is measured moves smoothly with a grade. a* and b* are taken as at L* 50 (times 66 / (L* + 16)): exposure
leaves them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

AXES = (
    "exposure",
    "contrast",
    "blacks",
    "highlights",
    "saturation",
    "temperature",
    "tint",
    "shadow_temperature",
    "shadow_tint",
    "highlight_temperature",
    "highlight_tint",
)
RELATIVE = ("contrast", "saturation")  # asked for in per cent of what is there
UNITS = {
    axis: "%" if axis in RELATIVE else "b*" if "temperature" in axis else "a*" for axis in AXES
} | dict.fromkeys(("exposure", "blacks", "highlights"), "L*")
# The most that is asked of an axis
LIMITS = {"exposure": 22.0, "contrast": 50.0, "blacks": 12.0, "highlights": 18.0, "saturation": 100.0} | {
    axis: 14.0 if axis in ("temperature", "tint") else 10.0 for axis in AXES[5:]
}
# Shares of the pixels by lightness, from the darkest
DARKEST, SHADOWS, LOWER, MIDS = (0.0, 0.06), (0.05, 0.3), (0.1, 0.25), (0.3, 0.7)
UPPER, HIGHLIGHTS, LIGHTEST = (0.75, 0.9), (0.72, 0.96), (0.95, 1.0)
NEAR = 8.0  # chroma about a part's own middle within which colours tell of the light rather than of things
LEAST_CHROMA = 1.0  # mean distance from the middle under which there is no colour to speak of
LEAST_CONTRAST = 3.0  # L*

Values = NDArray[np.float64]


class Parts(NamedTuple):
    """Weights (n,) of the pixels, each summing to 1: of parts by lightness, and of those near their
    middle."""

    darkest: Values
    lower: Values
    mids: Values
    upper: Values
    lightest: Values
    shadow_light: Values
    mid_light: Values
    highlight_light: Values


def parts_of(lab: Values) -> Parts:
    """The parts of a picture (n, 3) L*, a*, b* as it is before any grade."""
    count = len(lab)
    rank = np.empty(count)
    rank[np.argsort(lab[:, 0], kind="stable")] = (np.arange(count) + 0.5) / count

    def band(ends: tuple[float, float]) -> Values:
        inside = ((rank >= ends[0]) & (rank <= ends[1])).astype(float)
        return np.asarray(inside / max(inside.sum(), 1.0))

    colour = _as_at_50(lab)

    def light(ends: tuple[float, float]) -> Values:
        weight = band(ends)
        middle = weight @ colour
        near = weight
        for _ in range(6):
            near = weight / (1 + ((colour - middle) ** 2).sum(axis=1) / NEAR**2) ** 2
            near = near / max(near.sum(), 1e-12)
            middle = near @ colour
        return near

    return Parts(
        band(DARKEST),
        band(LOWER),
        band(MIDS),
        band(UPPER),
        band(LIGHTEST),
        light(SHADOWS),
        light(MIDS),
        light(HIGHLIGHTS),
    )


def measured(lab: Values, parts: Parts) -> Values:
    """The axes (11,) in the order of AXES: L*, a*, b*; contrast in L*, saturation as mean distance from the
    mids' colour."""
    light, colour = lab[:, 0], _as_at_50(lab)
    mids, shadows, highlights = (
        weight @ colour for weight in (parts.mid_light, parts.shadow_light, parts.highlight_light)
    )
    away = np.sqrt(((colour - mids) ** 2).sum(axis=1) + 1e-6)
    spread = (parts.lower + parts.mids + parts.upper) @ away / 3
    low, high = shadows - mids, highlights - mids
    return np.array(
        [
            parts.mids @ light,
            parts.upper @ light - parts.lower @ light,
            parts.darkest @ light,
            parts.lightest @ light,
            spread,
            mids[1],
            mids[0],
            low[1],
            low[0],
            high[1],
            high[0],
        ]
    )


def shifts_between(before: Values, after: Values) -> Values:
    """(11,) how far two measurements stand apart, in the units in which shifts are asked for."""
    found = after - before
    for axis in RELATIVE:
        place = AXES.index(axis)
        found[place] = 100 * (after[place] / max(before[place], 1e-6) - 1)
    return np.asarray(found, np.float64)


def unmeasurable(now: Values) -> tuple[str, ...]:
    """Axes that a picture has too little of to be moved on."""
    found = []
    if now[AXES.index("contrast")] < LEAST_CONTRAST:
        found.append("contrast")
    if now[AXES.index("saturation")] < LEAST_CHROMA:
        found.append("saturation")
    return tuple(found)


def _as_at_50(lab: Values) -> Values:
    return np.asarray(lab[:, 1:] * (66 / (np.maximum(lab[:, :1], 0) + 16)))
