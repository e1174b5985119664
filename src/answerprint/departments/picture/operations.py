"""A grade as an operation: an ASC CDL in a space that is named, over pictures of any other space.

The style is without clamps (ASC CDL 1.2 clamps at 0 and 1, which a log space has no reason for): negative
values skip the power, as OpenColorIO's CDL_NO_CLAMP has it.
"""

from __future__ import annotations

import numpy as np
import PyOpenColorIO as ocio
from numpy.typing import NDArray

from answerprint.core.cut import Cdl
from answerprint.departments.picture.spaces import Change, Picture

LUMA = np.array((0.2126, 0.7152, 0.0722))  # the standard's, whatever the primaries


def graded(values: NDArray[np.float64], grade: Cdl) -> NDArray[np.float64]:
    """(…, 3) values of the grade's own space with it."""
    made = values * grade.slope + np.asarray(grade.offset)
    made = np.where(made > 0, np.maximum(made, 1e-12) ** np.asarray(grade.power), made)
    luma = (made @ LUMA)[..., None]
    return np.asarray(luma + grade.saturation * (made - luma))


def operation(space: str, grade: Cdl, grading: str) -> Change:
    """Pictures of `space`, graded in `grading`, and back."""
    node = ocio.CDLTransform(
        slope=list(grade.slope), offset=list(grade.offset), power=list(grade.power), sat=grade.saturation
    )
    node.setStyle(ocio.CDL_NO_CLAMP)
    return Change(
        space,
        space,
        ocio.ColorSpaceTransform(space, grading),
        node,
        ocio.ColorSpaceTransform(grading, space),
    )


def table(space: str, grade: Cdl, grading: str, nodes: Picture) -> Picture:
    """What `operation` makes of the nodes of a table, (n, n, n, 3) code values 0 … 1.

    What leaves 0 … 1 is kept: clipped nodes would bend what lies between.
    """
    return operation(space, grade, grading)(nodes)


def from_file(path: str, start: str, before: str | None, after: str | None) -> Change:
    """A colour file (.cube, .clf, .ctf …) read by OpenColorIO, over pictures of `start`.

    before and after: the spaces that the file works from and to; None is the pictures' own. Raises what
    OpenColorIO raises: `ocio.Exception`.
    """
    ocio.ClearAllCaches()
    file = ocio.FileTransform(path, interpolation=ocio.INTERP_BEST)
    between = [file]
    if before is not None:
        between.insert(0, ocio.ColorSpaceTransform(start, before))
    if after is not None:
        between.append(ocio.ColorSpaceTransform(after, start))
    return Change(start, start, *between)
