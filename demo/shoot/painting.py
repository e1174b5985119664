"""Paint on a canvas twice the size of the film frame, with a margin for the camera to drift in.

Colours are RGB, float32, 0 to 1. Coordinates are those of a 1280 x 720 frame; the margin lies outside it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Colour = tuple[float, float, float]
Points = list[tuple[float, float]]

FRAME = (1280, 720)
MARGIN = (40, 32)
CANVAS = (FRAME[0] + 2 * MARGIN[0], FRAME[1] + 2 * MARGIN[1])
SUBPIXEL = 4  # fractional bits of polygon corners


def canvas() -> Image:
    """A black canvas `(height, width, 3)`."""
    return np.zeros((CANVAS[1], CANVAS[0], 3), np.float32)


def smooth(points: Points, closed: bool = True, steps: int = 10) -> Points:
    """A Catmull-Rom curve through the points."""
    given = np.array(points, np.float64)
    count = len(given)
    curve: list[tuple[float, float]] = []
    for index in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (given[(index + shift) % count] for shift in (-1, 0, 1, 2))
        else:
            a, b, c, d = (given[min(max(index + shift, 0), count - 1)] for shift in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            point = 0.5 * (
                2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
            )
            curve.append((float(point[0]), float(point[1])))
    if not closed:
        curve.append((float(given[-1][0]), float(given[-1][1])))
    return curve


def stencil(size: tuple[int, int], points: Points, origin: tuple[float, float] = (0.0, 0.0)) -> Image:
    """How much of each pixel a polygon covers, `(height, width)`, 0 to 1."""
    mask = np.zeros((size[1], size[0]), np.uint8)
    corners = np.round((np.array(points) + np.array(origin)) * (1 << SUBPIXEL)).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, SUBPIXEL)
    return mask.astype(np.float32) / 255.0


def soften(image: Image, radius: float) -> Image:
    """Gaussian blur; a radius of nothing gives the image back."""
    return cv2.GaussianBlur(image, (0, 0), radius) if radius > 0 else image


def fill(
    image: Image,
    points: Points,
    colour: Colour,
    below: Colour | None = None,
    blur: float = 0.0,
    strength: float = 1.0,
    glow: bool = False,
) -> None:
    """Lay a polygon on the canvas: one colour, or a gradient down to `below`; `glow` adds light instead."""
    mask = soften(stencil(CANVAS, points, MARGIN), blur) * strength
    paint: Image = np.array(colour, np.float32)
    if below is not None:
        rows = np.array([y for _, y in points])
        span = np.arange(CANVAS[1], dtype=np.float32) - MARGIN[1]
        share = np.clip((span - rows.min()) / max(1.0, rows.max() - rows.min()), 0, 1)[:, None, None]
        paint = paint * (1 - share) + np.array(below, np.float32) * share
    if glow:
        image += mask[..., None] * paint
    else:
        image += mask[..., None] * (paint - image)


def box(left: float, top: float, right: float, bottom: float) -> Points:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def disc(x: float, y: float, width: float, height: float | None = None, corners: int = 48) -> Points:
    """An ellipse of half-axes `width` and `height`."""
    height = width if height is None else height
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return [(x + width * float(np.cos(a)), y + height * float(np.sin(a))) for a in turn]


def ramp(stops: list[tuple[float, Colour]], top: float, bottom: float) -> Image:
    """A vertical gradient for the whole canvas, `(height, 1, 3)`: each stop a share of top … bottom."""
    rows = (np.arange(CANVAS[1], dtype=np.float32) - MARGIN[1] - top) / (bottom - top)
    where = [share for share, _ in stops]
    bands = [np.interp(rows, where, [colour[band] for _, colour in stops]) for band in range(3)]
    return np.stack(bands, axis=-1).astype(np.float32)[:, None, :]


def halo(image: Image, x: float, y: float, radius: float, colour: Colour, power: float = 2.0) -> None:
    """Add a round light that falls off from its centre."""
    rows, columns = np.mgrid[0 : CANVAS[1], 0 : CANVAS[0]].astype(np.float32)
    distance = np.hypot(columns - MARGIN[0] - x, rows - MARGIN[1] - y) / radius
    image += (1.0 / (1.0 + (distance * 2.2) ** 2) ** power)[..., None] * np.array(colour, np.float32)


def clouded(seed: int, size: tuple[int, int], grain: float) -> Image:
    """Soft noise of mean 0 and unit spread, `(height, width)`: `grain` is the size of a blotch in pixels."""
    noise = np.random.default_rng(seed).standard_normal((size[1], size[0])).astype(np.float32)
    noise = soften(noise, grain)
    return (noise - noise.mean()) / noise.std()


def write(
    image: Image,
    text: str,
    x: float,
    y: float,
    size: int,
    colour: Colour,
    weight: int = 400,
    face: str = "sans",
) -> None:
    """Write a line of text with its baseline at y, starting at x, in a face that OpenCV carries."""
    page = np.zeros((*image.shape[:2], 3), np.uint8)
    cv2.putText(page, text, (round(x), round(y)), (255, 255, 255), cv2.FontFace(face), size, weight)
    mask = page[..., :1].astype(np.float32) / 255.0
    image += mask * (np.array(colour, np.float32) - image)
