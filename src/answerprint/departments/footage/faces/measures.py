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
    turn = _turn(points, across)
    yaw, pitch, roll = angles_of(turn)
    down = turn[:, 1] * (1, 1, -1)
    corners = (points[MOUTH_CORNERS[0]] + points[MOUTH_CORNERS[1]]) / 2
    return Measures(
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        eye_left=_opening(points, 0),
        eye_right=_opening(points, 1),
        mouth=_length(points[INNER_LIPS[0]] - points[INNER_LIPS[1]]) / unit,
        mouth_width=_length(points[MOUTH_CORNERS[0]] - points[MOUTH_CORNERS[1]]) / unit,
        lift=float((_lips_middle(points) - corners) @ down) / unit,
        gaze=float("nan") if irises is None else _gaze(points, irises),
    )


def angles_of(turn: Doubles) -> tuple[float, float, float]:
    """yaw, pitch and roll of a turn (3, 3) of x right, y down, z to the camera: first yaw, then pitch, then
    roll, each about the axes of the picture."""
    yaw = np.degrees(np.arctan2(-turn[2, 0], turn[2, 2]))
    pitch = np.degrees(np.arcsin(np.clip(turn[2, 1], -1, 1)))
    roll = np.degrees(np.arctan2(-turn[0, 1], turn[1, 1]))
    return float(yaw), float(pitch), float(roll)


def _turn(points: Doubles, across: Doubles) -> Doubles:
    """The face's turn (3, 3): its axes across, down and forwards, in x right, y down, z to the camera."""
    flip = np.array([1, 1, -1])  # the mesh's z grows away from the camera
    x = across * flip / max(float(np.linalg.norm(across)), 1e-9)
    down = (points[list(UNDER_NOSE)].mean(0) - points[list(BROW)].mean(0)) * flip
    y = down - x * float(x @ down)
    y = y / max(float(np.linalg.norm(y)), 1e-9)
    leaning = np.stack([x, y, np.cross(x, y)], axis=1)
    angle = np.radians(-PITCH_ZERO)
    straight = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    turn: Doubles = leaning @ straight
    return turn


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
