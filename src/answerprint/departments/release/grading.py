"""An ASC CDL applied to a picture (ASC CDL 1.2): slope, offset, power, then saturation, clamped between.

The numbers of a grade that names no space are applied to the R'G'B' code values that are shown, scaled to
0 … 1. One that names its space is put on through a table over those code values, which whoever made it gives.
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


class Table:
    """A look-up table (n, n, n, 3) float32 indexed by red, green, blue over 0 … 1, put on pictures (h, w, 3)
    uint8 R'G'B' by tetrahedral interpolation."""

    def __init__(self, nodes: NDArray[np.float32]) -> None:
        import PyOpenColorIO as ocio

        lut = ocio.Lut3DTransform(gridSize=nodes.shape[0], interpolation=ocio.INTERP_TETRAHEDRAL)
        lut.setData(np.ascontiguousarray(nodes, np.float32).reshape(-1))
        processor = ocio.Config.CreateRaw().getProcessor(lut)
        self._apply = processor.getDefaultCPUProcessor().applyRGB

    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        values = np.ascontiguousarray(picture, np.float32) / np.float32(255)
        self._apply(values.reshape(-1, 3))
        made: NDArray[np.uint8] = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
        return made
