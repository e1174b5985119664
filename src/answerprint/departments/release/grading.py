"""An ASC CDL applied to a picture (ASC CDL 1.2): slope, offset, power, then saturation, clamped between.

The numbers are applied to the R'G'B' code values that are shown, scaled to 0 … 1. A grade made in a log space
is another picture here: which space a list was made in, it does not say.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Cdl

LUMA = np.array((0.2126, 0.7152, 0.0722), np.float32)  # ITU-R BT.709, as the standard has it


def graded(picture: NDArray[np.uint8], grade: Cdl) -> NDArray[np.uint8]:
    """The picture (h, w, 3) uint8 R'G'B' with a grade; identity gives the same bytes."""
    if grade == Cdl():
        return picture
    slope, offset, power = (np.array(one, np.float32) for one in (grade.slope, grade.offset, grade.power))
    values = np.clip(picture.astype(np.float32) / 255 * slope + offset, 0, 1) ** power
    if grade.saturation != 1:
        luma = (values @ LUMA)[..., None]
        values = luma + np.float32(grade.saturation) * (values - luma)
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
