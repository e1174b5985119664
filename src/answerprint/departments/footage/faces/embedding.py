"""A face as a vector, to tell people apart: a weak classical one, or a network the user names.

The classical one is the colours of skin, hair and collar with local binary patterns (Ahonen, Hadid and
Pietikäinen 2006) and gradient directions (Dalal and Triggs 2005) of the aligned face. All follow light, dress
and expression as well as the person: it groups faces that look alike on the day, and is no proof of who
somebody is.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError
from answerprint.departments.footage.faces.mesh import Mesh
from answerprint.models.runtimes.onnx import session

Floats = NDArray[np.float32]

CLASSICAL = "faces-classical@1"
SIDE = 72  # pixels of the aligned face
GRID = 6  # cells across it and down
BINS = 9  # directions of gradients
ALIKE = {CLASSICAL: 0.93}  # cosine from which on two faces are taken for one person: see bench/faces.py
ALIKE_NETWORK = 0.363  # SFace's own threshold for its cosine (Zhong et al. 2021)

# Middles of the eyes, tip of the nose and corners of the mouth in a square of side 1: ArcFace's template
# (Deng et al. 2019) over its 112 pixels, which networks for identity are trained on.
COLOUR_WORTH = 1.0  # of the colours together over texture
REGIONS = {  # rows and columns of the wide aligned square, in parts: eyes lie at .47, the mouth at .67
    "skin": ((0.45, 0.68), (0.36, 0.64)),
    "hair": ((0.06, 0.22), (0.35, 0.65)),
    "collar": ((0.88, 1.00), (0.30, 0.70)),
}
CHROMA_BINS = 12  # over each of two chroma axes
CHROMA_REACH = 0.25  # of r − g and of g − b over their sum
TEMPLATE = (
    np.array(
        [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
    )
    / 112.0
)
EYE_LEFT, EYE_RIGHT, NOSE, MOUTH_LEFT, MOUTH_RIGHT = (33, 133), (263, 362), (1,), (61,), (291,)


class ClassicalEmbedder:
    """The vector that needs no model."""

    name = CLASSICAL

    def vector(self, picture: NDArray[np.uint8], mesh: Mesh) -> Floats:
        """float32 of length 1 from a picture (h, w, 3) uint8 RGB."""
        grey = aligned(picture, mesh, SIDE).astype(np.float32).mean(2)
        even = cv2.GaussianBlur(grey, (0, 0), 1.0) - cv2.GaussianBlur(grey, (0, 0), 6.0)
        spread = np.sqrt(cv2.GaussianBlur(even**2, (0, 0), 10.0)) + 3.0
        flat = (even / spread).astype(np.float32)
        both = np.concatenate([_patterns(flat), _directions(flat), COLOUR_WORTH * _colours(picture, mesh)])
        unit: Floats = (both / max(float(np.linalg.norm(both)), 1e-6)).astype(np.float32)
        return unit


class NetworkEmbedder:
    """A network of the user's shelf: (1, 3, 112, 112) float32 RGB 0 … 255 in, one vector out, as SFace's."""

    SIDE = 112

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._session = session(path)
        if len(self._session.inputs) != 1:
            raise ModelError(
                "AP-MODEL-021",
                f"it takes {len(self._session.inputs)} inputs, not one picture",
                file=str(path),
            )

    def vector(self, picture: NDArray[np.uint8], mesh: Mesh) -> Floats:
        seen = aligned(picture, mesh, self.SIDE).astype(np.float32).transpose(2, 0, 1)[None]
        found = self._session.run({self._session.inputs[0]: np.ascontiguousarray(seen)})[0].ravel()
        length = float(np.linalg.norm(found))
        if not np.isfinite(length) or length == 0:
            raise ModelError("AP-MODEL-021", "its vector is not finite, or of length 0")
        unit: Floats = (found / length).astype(np.float32)
        return unit


def vectors_name(identity: str) -> str:
    """The name vectors of a back end go by: "classical", or a model of the shelf."""
    return CLASSICAL if identity == "classical" else identity


def alike(name: str) -> float:
    """The cosine from which on vectors of this name are of one person."""
    return ALIKE.get(name, ALIKE_NETWORK)


def aligned(picture: NDArray[np.uint8], mesh: Mesh, side: int, *, room: float = 1.0) -> NDArray[np.uint8]:
    """The face turned, moved and scaled so that eyes, nose and mouth lie where the template has them.

    room: how much more than the template's square is shown; black where there is no picture.
    """
    points = np.array(
        [mesh.points[list(one), :2].mean(0) for one in (EYE_LEFT, EYE_RIGHT, NOSE, MOUTH_LEFT, MOUTH_RIGHT)]
    )
    matrix = similarity(points, (0.5 + (TEMPLATE - 0.5) / room) * side)
    cut: NDArray[np.uint8] = cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR).astype(
        np.uint8, copy=False
    )
    return cut


def similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3): the turn, scale and shift that bring points nearest to others (Umeyama 1991)."""
    middle, goal = source.mean(0), target.mean(0)
    a, b = source - middle, target - goal
    u, scales, v = np.linalg.svd(b.T @ a)
    flip = np.diag([1.0, np.sign(np.linalg.det(u @ v))])
    turn = u @ flip @ v
    scale = float((scales * np.diag(flip)).sum() / max(float((a**2).sum()), 1e-9))
    return np.concatenate([scale * turn, (goal - scale * turn @ middle)[:, None]], 1)


def _colours(picture: NDArray[np.uint8], mesh: Mesh) -> Floats:
    """What colour skin, hair and collar are, free of brightness; and how dark hair is beside skin."""
    wide = aligned(picture, mesh, SIDE, room=2.0).astype(np.float32)
    found, levels = [], {}
    for name, (rows, columns) in REGIONS.items():
        top, bottom = int(rows[0] * SIDE), int(rows[1] * SIDE)
        left, right = int(columns[0] * SIDE), int(columns[1] * SIDE)
        part = wide[top:bottom, left:right].reshape(-1, 3)
        total = part.sum(1) + 12.0
        levels[name] = float(np.median(total))
        places = np.stack([part[:, 0] - part[:, 1], part[:, 1] - part[:, 2]], 1) / total[:, None]
        found.append(_soft(np.clip(np.median(places, axis=0) / CHROMA_REACH, -1, 1)))
    dark = np.log2(levels["hair"] / levels["skin"])
    found.append(_soft(np.clip(np.array([dark / 3, 0.0]), -1, 1)))
    joined: Floats = np.concatenate(found)
    return joined / max(float(np.linalg.norm(joined)), 1e-6)


def _soft(place: NDArray[np.float64]) -> Floats:
    """A place in −1 … 1 by −1 … 1 as a bump over a grid: near places have near vectors."""
    grid = np.linspace(-1, 1, CHROMA_BINS)
    near = np.exp(-(((grid[:, None] - place) / 0.16) ** 2))
    bump: Floats = np.outer(near[:, 0], near[:, 1]).astype(np.float32).ravel()
    return bump / max(float(np.linalg.norm(bump)), 1e-6)


def _patterns(flat: Floats) -> Floats:
    """Square roots of the shares of the 8 rotation-free uniform local binary patterns, cell by cell."""
    tall, wide = len(flat) - 2, len(flat[0]) - 2
    codes = np.zeros((tall, wide), np.uint8)
    turns = np.zeros_like(codes)
    places = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
    bits = [flat[y : y + tall, x : x + wide] >= flat[1:-1, 1:-1] for y, x in places]
    for index, bit in enumerate(bits):
        codes += bit.astype(np.uint8)
        turns += (bit != bits[index - 1]).astype(np.uint8)
    labels = np.where(turns <= 2, np.minimum(codes, 7), 7)
    return _by_cell(np.eye(8, dtype=np.float32)[labels])


def _directions(flat: Floats) -> Floats:
    dx, dy = cv2.Sobel(flat, cv2.CV_32F, 1, 0), cv2.Sobel(flat, cv2.CV_32F, 0, 1)
    strength = np.hypot(dx, dy)
    angle = (np.arctan2(dy, dx) % np.pi) / np.pi * BINS
    low = angle.astype(int) % BINS
    part = (angle - np.floor(angle)).astype(np.float32)
    votes = np.eye(BINS, dtype=np.float32)[low] * ((1 - part) * strength)[..., None]
    votes += np.eye(BINS, dtype=np.float32)[(low + 1) % BINS] * (part * strength)[..., None]
    return _by_cell(votes)


def _by_cell(votes: Floats) -> Floats:
    """Square roots of each cell's shares, (GRID · GRID · kinds,), of length 1."""
    tall, wide, _ = votes.shape
    rows, columns = np.linspace(0, tall, GRID + 1).astype(int), np.linspace(0, wide, GRID + 1).astype(int)
    cells = np.add.reduceat(np.add.reduceat(votes, rows[:-1], axis=0), columns[:-1], axis=1)
    shares: Floats = np.sqrt(cells / np.maximum(cells.sum(2, keepdims=True), 1e-6)).reshape(-1)
    unit: Floats = shares / max(float(np.linalg.norm(shares)), 1e-6)
    return unit
