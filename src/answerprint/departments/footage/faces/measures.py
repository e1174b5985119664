"""What the points of a face measure: the head's turn, how open eyes and mouth are, a smile, the gaze.

Left and right are the picture's. Angles are degrees: yaw to the picture's right, pitch up, roll clockwise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.faces.mesh import Mesh

Doubles = NDArray[np.float64]

# Points of the mesh by what they lie on.
OUTER_CORNERS = (33, 263)
INNER_CORNERS = (133, 362)
LIDS = (((160, 159, 158), (144, 145, 153)), ((387, 386, 385), (373, 374, 380)))  # upper, lower; left, right
MOUTH_CORNERS = (61, 291)
INNER_LIPS = (13, 14)
UPPER_LIP_SHARE = 0.2  # measured on drawn mouths that open: the upper lip's part of the opening
BROW = (10, 9)  # the forehead's top and the glabella: with the next two, points no expression moves much
UNDER_NOSE = (2, 164)

# The line between BROW and UNDER_NOSE leans this much in a face that looks straight ahead: the median of a
# hundred portraits (scikit-image's subset of LFW); people differ by some 4 degrees.
PITCH_ZERO = 2.2


class Measures(NamedTuple):
    """One face in one picture. Lengths are in parts of the distance between the eyes' outer corners."""

    yaw: float
    pitch: float
    roll: float
    eye_left: float  # opening over width (eye aspect ratio, Soukupová and Čech 2016): .33 open, .18 closed
    eye_right: float
    mouth: float  # between the inner lips
    mouth_width: float
    lift: float  # how much higher the mouth's corners lie than the lips' middle
    gaze: float  # irises between the eyes' corners: −1 left corner … 1 right corner; NaN where not read


def measure(mesh: Mesh, irises: Doubles | None = None) -> Measures:
    """The measures of a mesh, and of the irises (2, 3) where they were read."""
    points = mesh.points
    across = points[OUTER_CORNERS[1]] - points[OUTER_CORNERS[0]]
    unit = max(float(np.linalg.norm(across)), 1e-6)
    x, y, z = _axes(points, across)
    corners = (points[MOUTH_CORNERS[0]] + points[MOUTH_CORNERS[1]]) / 2
    return Measures(
        yaw=float(np.degrees(np.arctan2(-z[0], z[2]))),
        pitch=float(np.degrees(np.arcsin(np.clip(z[1], -1, 1)))) - PITCH_ZERO,
        roll=float(np.degrees(np.arctan2(x[1], x[0]))),
        eye_left=_opening(points, 0),
        eye_right=_opening(points, 1),
        mouth=_length(points[INNER_LIPS[0]] - points[INNER_LIPS[1]]) / unit,
        mouth_width=_length(points[MOUTH_CORNERS[0]] - points[MOUTH_CORNERS[1]]) / unit,
        lift=float((_lips_middle(points) - corners) @ y) / unit,
        gaze=float("nan") if irises is None else _gaze(points, irises),
    )


def _axes(points: Doubles, across: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """The face's own axes as unit vectors of the picture's: to the right, down, and back into the head."""
    x = across / max(float(np.linalg.norm(across)), 1e-9)
    down = points[list(UNDER_NOSE)].mean(0) - points[list(BROW)].mean(0)
    y = down - x * float(x @ down)
    y = y / max(float(np.linalg.norm(y)), 1e-9)
    return x, y, np.cross(x, y)


def _lips_middle(points: Doubles) -> Doubles:
    """A point between the lips that stays when the mouth opens: near the upper lip, which moves less."""
    upper, lower = points[list(INNER_LIPS)]
    middle: Doubles = upper + UPPER_LIP_SHARE * (lower - upper)
    return middle


def _opening(points: Doubles, eye: int) -> float:
    upper, lower = LIDS[eye]
    opened = np.linalg.norm(points[list(upper)] - points[list(lower)], axis=1).mean()
    return float(opened) / max(_length(points[OUTER_CORNERS[eye]] - points[INNER_CORNERS[eye]]), 1e-6)


def _gaze(points: Doubles, irises: Doubles) -> float:
    """The irises' mean place between the corners, along the eye, in the picture."""
    places = []
    for eye in range(2):
        corners = sorted(
            (points[OUTER_CORNERS[eye], :2], points[INNER_CORNERS[eye], :2]), key=lambda one: one[0]
        )
        along = corners[1] - corners[0]
        middle = (corners[0] + corners[1]) / 2
        places.append(float((irises[eye, :2] - middle) @ along) / max(float(along @ along) / 2, 1e-6))
    return float(np.clip(np.mean(places), -1, 1))


def _length(vector: Doubles) -> float:
    return float(np.linalg.norm(vector))
