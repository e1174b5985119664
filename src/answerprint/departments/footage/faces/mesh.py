"""The 468 points of a face's surface, and the irises: MediaPipe's face mesh and iris networks.

Kartynnik et al. 2019, arXiv 1907.06724; Ablavatski et al. 2020, arXiv 2006.11341. Left and right are the
picture's, not the person's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.faces.detection import EYE_LEFT, EYE_RIGHT, Found
from answerprint.models.runtimes.tflite import load_tflite

MESH = "face_landmark.tflite"
IRIS = "iris_landmark.tflite"
POINTS = 468
MESH_SIDE = 192  # pixels the network sees
IRIS_SIDE = 64
ROOM = 1.5  # the square given to the mesh over the face's longer side, MediaPipe's own
EYE_ROOM = 2.3  # the square given to the iris network over the eye's width, MediaPipe's own
PRESENT = 0.5  # probability from which on the square holds a face

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

# Points of the mesh by what they lie on (its published topology).
EYE_CORNERS_LEFT = (33, 133)  # outer, inner
EYE_CORNERS_RIGHT = (263, 362)


@dataclass(frozen=True)
class Square:
    """A turned square of a picture: its middle, its side in pixels, and its turn clockwise in radians."""

    x: float
    y: float
    side: float
    angle: float


@dataclass(frozen=True)
class Mesh:
    """A face's surface. points: (468, 3) float64, pixels; z in the same measure, smaller is nearer."""

    points: Doubles
    presence: float


class MeshReader:
    """The mesh network. Not for two threads at a time."""

    def __init__(self, model: Path) -> None:
        self._model = load_tflite(model, ("conv2d_21", "conv2d_31"), (MESH_SIDE, MESH_SIDE))

    def read(self, picture: NDArray[np.uint8], square: Square) -> Mesh:
        """The mesh of the face in a square of a picture (h, w, 3) uint8 RGB."""
        seen = cut_square(picture, square, MESH_SIDE)
        points, presence = self._model.run(seen.astype(np.float32) / np.float32(255))
        flat = points.reshape(POINTS, 3).astype(np.float64)
        chance = 1 / (1 + np.exp(-float(np.clip(presence.reshape(-1)[0], -80, 80))))
        return Mesh(out_of_square(flat, square, MESH_SIDE), chance)


class IrisReader:
    """The iris network, which looks at one eye. Not for two threads at a time."""

    def __init__(self, model: Path) -> None:
        outputs = ("output_iris", "output_eyes_contours_and_brows")
        self._model = load_tflite(model, outputs, (IRIS_SIDE, IRIS_SIDE))

    def read(self, picture: NDArray[np.uint8], mesh: Mesh) -> tuple[Doubles, Doubles]:
        """Middles of the two irises, left then right (2, 3), and the eyes' contours (2, 16, 3): pixels.

        A contour runs from one corner along the lower lid (points 0 … 8) and along the upper (9 … 15).
        """
        irises, contours = [], []
        for corners, mirrored in ((EYE_CORNERS_LEFT, True), (EYE_CORNERS_RIGHT, False)):
            square = eye_square(mesh, corners)
            seen = cut_square(picture, square, IRIS_SIDE)
            if mirrored:  # the network knows one eye; the other is shown to it in a mirror
                seen = seen[:, ::-1]
            iris, contour = self._model.run(seen.astype(np.float32) / np.float32(255))
            both = np.concatenate([iris.reshape(5, 3)[:1], contour.reshape(71, 3)[:16]]).astype(np.float64)
            if mirrored:
                both[:, 0] = IRIS_SIDE - both[:, 0]
            placed = out_of_square(both, square, IRIS_SIDE)
            irises.append(placed[0])
            contours.append(placed[1:])
        return np.array(irises), np.array(contours)


def square_of_find(found: Found) -> Square:
    """Where the mesh looks first: round the detector's box, turned so that the eyes are level."""
    x, y, w, h = found.box
    across = found.points[EYE_RIGHT] - found.points[EYE_LEFT]
    angle = float(np.arctan2(across[1], across[0]))
    return Square(x + w / 2, y + h / 2, ROOM * max(w, h), angle)


def square_of_mesh(mesh: Mesh) -> Square:
    """Where the mesh looks in the next picture: round its points of this one."""
    flat = mesh.points[:, :2]
    across = flat[EYE_CORNERS_RIGHT[0]] - flat[EYE_CORNERS_LEFT[0]]
    angle = float(np.arctan2(across[1], across[0]))
    turned = flat @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    low, high = turned.min(0), turned.max(0)
    middle = (low + high) / 2 @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return Square(float(middle[0]), float(middle[1]), ROOM * float((high - low).max()), angle)


def eye_square(mesh: Mesh, corners: tuple[int, int]) -> Square:
    one, other = mesh.points[corners[0], :2], mesh.points[corners[1], :2]
    middle, across = (one + other) / 2, other - one
    if across[0] < 0:
        across = -across
    side = EYE_ROOM * max(float(np.hypot(*across)), 1.0)
    return Square(float(middle[0]), float(middle[1]), side, float(np.arctan2(across[1], across[0])))


def cut_square(picture: NDArray[np.uint8], square: Square, side: int) -> NDArray[np.uint8]:
    """The square as (side, side, 3) uint8; black where it lies outside the picture."""
    shrink = square.side / side
    if shrink > 2:  # bilinear reading would skip pixels: halve the picture's part first
        return _cut_shrunk(picture, square, side)
    inverse = _to_picture(square, side)
    cut: NDArray[np.uint8] = cv2.warpAffine(
        picture, inverse, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    ).astype(np.uint8, copy=False)
    return cut


def out_of_square(points: Doubles, square: Square, side: int) -> Doubles:
    """Points (n, 3) of a square seen as side × side pixels, put back into the picture; z scaled likewise."""
    inverse = _to_picture(square, side)
    flat = points[:, :2] @ inverse[:, :2].T + inverse[:, 2]
    return np.concatenate([flat, points[:, 2:] * (square.side / side)], 1)


def _to_picture(square: Square, side: int) -> Doubles:
    """(2, 3): from pixels of the cut square to pixels of the picture."""
    scale = square.side / side
    cos, sin = np.cos(square.angle) * scale, np.sin(square.angle) * scale
    half = (side - 1) / 2
    return np.array(
        [
            [cos, -sin, square.x - cos * half + sin * half],
            [sin, cos, square.y - sin * half - cos * half],
        ]
    )


def _cut_shrunk(picture: NDArray[np.uint8], square: Square, side: int) -> NDArray[np.uint8]:
    height, width, _ = picture.shape
    reach = square.side * 0.75
    left, right = max(0, int(square.x - reach)), min(width, int(square.x + reach) + 1)
    top, bottom = max(0, int(square.y - reach)), min(height, int(square.y + reach) + 1)
    if left >= right or top >= bottom:
        return np.zeros((side, side, 3), np.uint8)
    factor = 2 ** int(np.floor(np.log2(square.side / side)))
    part = picture[top:bottom, left:right]
    size = (max(1, part.shape[1] // factor), max(1, part.shape[0] // factor))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    x_scale, y_scale = size[0] / part.shape[1], size[1] / part.shape[0]
    inner = Square(
        (square.x - left + 0.5) * x_scale - 0.5,
        (square.y - top + 0.5) * y_scale - 0.5,
        square.side * (x_scale + y_scale) / 2,
        square.angle,
    )
    return cut_square(small, inner, side)
