"""How pictures look, and which of a scene the others are brought to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.difference import lab_of
from answerprint.departments.picture.records import Appearance

BANDS = (10, 30, 50, 70, 90)  # percentiles of L*


def appearance(linear: NDArray[np.float32]) -> Appearance:
    """Of pictures (…, 3) in linear Rec. 709 light, together."""
    lab = lab_of(np.clip(linear.reshape(-1, 3), 0, None))
    middle = np.median(lab[:, 1:], axis=0)
    return Appearance(
        lightness=tuple(float(one) for one in np.percentile(lab[:, 0], BANDS)),
        a=float(middle[0]),
        b=float(middle[1]),
        chroma=float(np.median(np.hypot(lab[:, 1], lab[:, 2]))),
    )


def apart(one: Appearance, other: Appearance) -> float:
    """How far two looks stand apart, in units of CIE L*a*b*."""
    light = np.mean(np.abs(np.subtract(one.lightness, other.lightness)))
    return float(np.hypot(light, np.hypot(one.a - other.a, one.b - other.b)))


def middle_of(looks: Sequence[Appearance], weights: Sequence[float]) -> int:
    """The look that the others, by their weights, stand nearest to: a scene's consensus is one of its own
    pictures (the medoid). Of several the first."""
    far = np.array([[apart(one, other) for other in looks] for one in looks])
    return int((far @ np.asarray(weights, float)).argmin())
