"""Moving pictures whose every point is known at any time: textured layers with parallax, and subjects of
their own ways, seen by a camera that may stand, pan or push in.

The scene is a function of time, so that pictures between two pictures, shaken ones and finer ones are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

DENSITY = 4  # points of a texture to a pixel, small pictures
LARGE = 1000  # pixels across from which on half of it must do
BEYOND = 0.35  # of the picture's size that the background reaches past each edge


@dataclass(frozen=True)
class Camera:
    """Where it looks: dx, dy in pixels of the unscaled picture (right, down), degrees clockwise, and zoom."""

    dx: float = 0.0
    dy: float = 0.0
    angle: float = 0.0
    zoom: float = 1.0


class _Layer(NamedTuple):
    texture: np.ndarray  # (h, w, 4) uint8, alpha last
    parallax: float
    middle: tuple[float, float]
    way: tuple[float, float, float, float, float]  # reach x, y; turns a picture; phase; spin


class MovingScene:
    """A scene of one seed. Pictures are R'G'B' (h, w, 3) float32, 0 … 1."""

    def __init__(self, seed: int, width: int, height: int, *, subjects: int = 4) -> None:
        self.width, self.height = width, height
        self._density = DENSITY if width < LARGE else DENSITY // 2
        draw = np.random.default_rng(seed)
        wide, high = round(width * (1 + 2 * BEYOND)), round(height * (1 + 2 * BEYOND))
        middle = (width / 2, height / 2)
        self._layers = [_Layer(self._leaves(draw, wide, high), 1.0, middle, (0, 0, 0, 0, 0))]
        for _ in range(3):  # things that stand nearer
            at = (draw.uniform(-0.1, 1.1) * width, draw.uniform(0.5, 1.0) * height)
            size = draw.uniform(0.2, 0.4) * height
            self._layers.append(_Layer(self._thing(draw, size), draw.uniform(1.2, 1.6), at, (0, 0, 0, 0, 0)))
        for _ in range(subjects):
            at = (draw.uniform(0.2, 0.8) * width, draw.uniform(0.25, 0.75) * height)
            reach = draw.uniform(0.08, 0.22) * width, draw.uniform(0.03, 0.12) * height
            speed = draw.uniform(1.0, 5.0) / reach[0]  # pixels a picture at its fastest
            way = (*reach, speed, draw.uniform(0, 6.28), draw.uniform(-0.6, 0.6))
            self._layers.append(_Layer(self._thing(draw, draw.uniform(0.15, 0.35) * height), 1.1, at, way))

    def picture(
        self,
        t: float,
        camera: Camera = Camera(),
        *,
        scale: int = 1,
        fast: float = 0.0,
        shutter: float = 0.0,
    ) -> np.ndarray:
        """The picture at time t (in pictures), `scale` times as fine. fast: subjects are 1 + fast times as
        quick. shutter: the share of a picture's time that light is gathered for (motion blur of subjects)."""
        if shutter > 0:
            times = t + shutter * (np.arange(5) - 2) / 5
            return np.mean(
                [self.picture(float(one), camera, scale=scale, fast=fast) for one in times], axis=0
            )
        fine = self._density
        wide, high = self.width * fine, self.height * fine
        made: np.ndarray | None = None
        for layer in self._layers:
            matrix = self._matrix(layer, t * (1 + fast), camera)
            flat = cv2.warpAffine(
                layer.texture,
                matrix,
                (wide, high),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REFLECT if made is None else cv2.BORDER_CONSTANT,
                borderValue=(0, 0, 0, 0),
            )
            if made is None:
                made = flat[..., :3].astype(np.float32)
                continue
            there = np.flatnonzero(flat[..., 3].any(axis=1))
            if len(there):
                rows = slice(there[0], there[-1] + 1)
                alpha = flat[rows, :, 3:].astype(np.float32) / 255
                made[rows] += alpha * (flat[rows, :, :3] - made[rows])
        assert made is not None
        size = self.width * scale, self.height * scale
        return np.clip(cv2.resize(made, size, interpolation=cv2.INTER_AREA) / np.float32(255), 0, 1)

    def path(self, kind: str, frames: int) -> list[Camera]:
        """The camera's intended way: "locked", "pan", "tilt", "push" or "turn", eased at both ends."""
        share = np.linspace(0, 1, frames)
        eased = share * share * (3 - 2 * share)
        far = eased - 0.5
        reach = BEYOND * 0.8
        ways = {
            "locked": [Camera() for _ in far],
            "pan": [Camera(dx=float(one * reach * self.width)) for one in far],
            "tilt": [Camera(dy=float(one * reach * self.height)) for one in far],
            "push": [Camera(zoom=float(1 + 0.3 * one)) for one in eased],
            "turn": [Camera(angle=float(8 * one)) for one in far],
        }
        return ways[kind]

    def _matrix(self, layer: _Layer, t: float, camera: Camera) -> np.ndarray:
        """Pixels of the fine picture → points of the layer's texture."""
        fine = self._density
        turned = np.deg2rad(camera.angle)
        look = np.array([[np.cos(turned), -np.sin(turned)], [np.sin(turned), np.cos(turned)]]) / camera.zoom
        centre = np.array([self.width, self.height]) / 2
        reach_x, reach_y, speed, phase, spin = layer.way
        move = np.array([reach_x * np.sin(speed * t + phase), reach_y * np.sin(1.3 * speed * t + 2 * phase)])
        at = np.array(layer.middle) + move
        own = spin * np.sin(0.7 * speed * t + phase)
        back = np.array([[np.cos(own), np.sin(own)], [-np.sin(own), np.cos(own)]])
        high, wide = layer.texture.shape[:2]
        # texture = back · (look · (pixel − centre) + centre + parallax · d − at) · fine + its middle
        matrix = back @ look
        shift = centre + layer.parallax * np.array([camera.dx, camera.dy]) - at
        half = np.array([0.5, 0.5]) / fine  # the middle of a fine pixel
        moved = back @ shift + matrix @ (half - centre)
        offset = moved * fine + np.array([wide, high]) / 2 - 0.5
        return np.concatenate([matrix, offset[:, None]], axis=1).astype(np.float64)

    def _leaves(self, draw: np.random.Generator, wide: int, high: int) -> np.ndarray:
        """Dead leaves (Lee, Mumford and Huang 2001) over a slope of light, with grain of all sizes."""
        fine = self._density
        size = wide * fine, high * fine
        base = np.zeros((size[1], size[0], 3), np.float32)
        base[:] = draw.uniform(60, 150, 3)
        for number in range(220):
            share = 1 - number / 220
            radius = max(3, int((0.02 + 0.16 * share * draw.random()) * size[1]))
            at = int(draw.integers(0, size[0])), int(draw.integers(0, size[1]))
            colour = tuple(float(one) for one in draw.uniform(20, 235, 3))
            if number % 3:
                axes = radius, max(2, int(radius * draw.uniform(0.3, 1)))
                cv2.ellipse(base, at, axes, float(draw.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
            else:
                points = cv2.boxPoints((at, (radius, radius * draw.uniform(0.2, 1)), draw.uniform(0, 180)))
                cv2.fillPoly(base, [points.astype(np.int32)], colour, cv2.LINE_AA)
        return self._finished(draw, base, np.full(base.shape[:2], 255, np.uint8))

    def _thing(self, draw: np.random.Generator, size: float) -> np.ndarray:
        """A subject: a rounded shape with stripes or spots."""
        fine = self._density
        edge = max(16, int(size * fine))
        base = np.zeros((edge, edge, 3), np.float32)
        base[:] = draw.uniform(30, 225, 3)
        for _ in range(12):
            at = int(draw.integers(0, edge)), int(draw.integers(0, edge))
            colour = tuple(float(one) for one in draw.uniform(10, 245, 3))
            if draw.random() < 0.5:
                cv2.circle(base, at, max(2, int(edge * draw.uniform(0.02, 0.12))), colour, -1, cv2.LINE_AA)
            else:
                to = int(draw.integers(0, edge)), int(draw.integers(0, edge))
                cv2.line(base, at, to, colour, max(1, edge // 30), cv2.LINE_AA)
        alpha = np.zeros((edge, edge), np.uint8)
        angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        reach = 0.36 + 0.1 * np.sin(angles * draw.integers(2, 5) + draw.uniform(0, 6))
        points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (reach * edge)[:, None] + edge / 2
        cv2.fillPoly(alpha, [points.astype(np.int32)], 255, cv2.LINE_AA)
        return self._finished(draw, base, alpha)

    def _finished(self, draw: np.random.Generator, base: np.ndarray, alpha: np.ndarray) -> np.ndarray:
        high, wide = alpha.shape
        for coarse in (1, 2, 4, 8, 16, 32):
            shape = max(2, high // (coarse * self._density)), max(2, wide // (coarse * self._density))
            noise = draw.normal(0, 1, shape).astype(np.float32)
            depth = 6.0 if coarse <= 2 else 4.0
            base += depth * cv2.resize(noise, (wide, high), interpolation=cv2.INTER_CUBIC)[..., None]
        slope = np.linspace(draw.uniform(0.75, 1), draw.uniform(0.75, 1), wide, dtype=np.float32)
        base *= slope[None, :, None]
        colour = np.clip(cv2.GaussianBlur(base, (0, 0), 0.8), 0, 255).astype(np.uint8)
        return np.dstack([colour, cv2.GaussianBlur(alpha, (0, 0), 1.0)])
