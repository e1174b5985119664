"""The look of a picture that shows something else: how its axes stand apart from ours, within limits.

What a picture shows moves its axes as its look does: a white wall is bright, a wood is green. Limits keep the
difference of things from being taken for one of looks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from answerprint.departments.picture.looks import BLACK, Sight
from answerprint.departments.picture.looks_axes import AXES, shifts_between, unmeasurable

# No more than strong words of the vocabulary ask for
MOST = {"exposure": 8.0, "contrast": 25.0, "blacks": 4.0, "highlights": 6.0, "saturation": 30.0} | {
    axis: 5.0 if axis in ("temperature", "tint") else 2.0 for axis in AXES[5:]
}
AMOUNT = 0.5  # of the way, where nobody says


class Likeness(NamedTuple):
    """shifts: what is asked of the axes. capped: those that stand further apart than a look is believed to
    move them. left: those that one of the two has too little of."""

    shifts: dict[str, float]
    capped: tuple[str, ...]
    left: tuple[str, ...]


def likeness(ours: Sight, theirs: Sight, amount: float = AMOUNT) -> Likeness:
    """The shifts that lead `amount` (0 … 1) of the way from our axes to theirs."""
    left = set(unmeasurable(ours.axes)) | set(unmeasurable(theirs.axes))
    if theirs.axes[AXES.index("highlights")] < BLACK:
        left = set(AXES)
    apart = shifts_between(ours.axes, theirs.axes)
    shifts, capped = {}, []
    for place, axis in enumerate(AXES):
        if axis in left:
            continue
        if abs(apart[place]) > MOST[axis]:
            capped.append(axis)
        shifts[axis] = float(amount * np.clip(apart[place], -MOST[axis], MOST[axis]))
    return Likeness(shifts, tuple(capped), tuple(axis for axis in AXES if axis in left))
