"""Shots drawn so that what matches is known: silhouettes of many things, over scenes of their own, moving."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

WIDTH, HEIGHT, RATE, SECONDS = 384, 216, 25, 2.6
FRAMES = int(RATE * SECONDS)
OVER = 2  # drawn so many times as large
MOVES = ("still", "drift", "pan", "follow")

# Silhouettes as (polygon | disc) parts in a unit square, y down.
DISC = tuple((0.5 + 0.5 * np.cos(a), 0.5 + 0.5 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 40))


def _ellipse(x: float, y: float, rx: float, ry: float) -> tuple[tuple[float, float], ...]:
    return tuple((x + 2 * rx * (px - 0.5), y + 2 * ry * (py - 0.5)) for px, py in DISC)


def _box(x0: float, y0: float, x1: float, y1: float) -> tuple[tuple[float, float], ...]:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


SILHOUETTES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "moon": (DISC,),
    "tower": (_box(0.38, 0.2, 0.62, 1.0), ((0.33, 0.2), (0.5, 0.0), (0.67, 0.2))),
    "standing": (
        _ellipse(0.5, 0.1, 0.07, 0.1),
        _box(0.4, 0.2, 0.6, 0.6),
        _box(0.41, 0.6, 0.485, 1),
        _box(0.515, 0.6, 0.59, 1),
    ),
    "arms out": (
        _ellipse(0.5, 0.1, 0.08, 0.1),
        _box(0.4, 0.2, 0.6, 0.65),
        _box(0.05, 0.23, 0.95, 0.33),
        _box(0.4, 0.6, 0.6, 1),
    ),
    "bust": (
        _ellipse(0.5, 0.3, 0.2, 0.27),
        ((0.05, 1.0), (0.15, 0.7), (0.5, 0.52), (0.85, 0.7), (0.95, 1.0)),
    ),
    "car": (
        _box(0, 0.45, 1, 0.72),
        ((0.2, 0.45), (0.32, 0.25), (0.68, 0.25), (0.82, 0.45)),
        _ellipse(0.23, 0.74, 0.09, 0.09),
        _ellipse(0.77, 0.74, 0.09, 0.09),
    ),
    "tree": (_box(0.44, 0.6, 0.56, 1.0), ((0.1, 0.7), (0.5, 0.0), (0.9, 0.7))),
    "bottle": (
        _box(0.35, 0.4, 0.65, 1),
        _box(0.44, 0.05, 0.56, 0.45),
        ((0.35, 0.42), (0.44, 0.3), (0.56, 0.3), (0.65, 0.42)),
    ),
    "dog": (
        _ellipse(0.45, 0.5, 0.32, 0.14),
        _ellipse(0.83, 0.35, 0.13, 0.1),
        _box(0.18, 0.5, 0.27, 0.88),
        _box(0.62, 0.5, 0.71, 0.88),
        ((0.15, 0.45), (0.0, 0.2), (0.06, 0.2), (0.22, 0.42)),
    ),
    "arch": (_box(0.1, 0.3, 0.3, 1), _box(0.7, 0.3, 0.9, 1), _box(0.1, 0.08, 0.9, 0.32)),
    "star": (
        tuple(
            (
                0.5 + (0.5 if k % 2 == 0 else 0.2) * np.sin(np.pi * k / 5),
                0.5 - (0.5 if k % 2 == 0 else 0.2) * np.cos(np.pi * k / 5),
            )
            for k in range(10)
        ),
    ),
    "bone": (
        _box(0.15, 0.43, 0.85, 0.57),
        *(_ellipse(x, y, 0.09, 0.11) for x in (0.12, 0.88) for y in (0.38, 0.62)),
    ),
    "lamp": (
        ((0.3, 0.0), (0.7, 0.0), (0.9, 0.35), (0.1, 0.35)),
        _box(0.46, 0.3, 0.54, 0.9),
        _box(0.25, 0.88, 0.75, 1),
    ),
    "house": (_box(0.12, 0.45, 0.88, 1), ((0, 0.47), (0.5, 0.05), (1, 0.47))),
    "key": (
        _ellipse(0.2, 0.5, 0.2, 0.2),
        _box(0.35, 0.44, 1, 0.56),
        _box(0.8, 0.5, 0.88, 0.75),
        _box(0.92, 0.5, 1, 0.7),
    ),
    "wedge": (((0.0, 1.0), (1.0, 1.0), (1.0, 0.1)),),
}


@dataclass(frozen=True)
class Shot:
    """A shot before it is drawn. x, y: the subject's middle at half time, size: its square's side, both in
    picture heights (x from the left); drift: the subject's way on the screen, pan: the scene's, widths a
    second; setup: shots of one show the same.
    """

    silhouette: str
    x: float
    y: float
    size: float
    turn: float
    drift: tuple[float, float]
    pan: tuple[float, float]
    seed: int
    setup: int
    copy: bool = False

    @property
    def pace(self) -> float:
        return float(max(np.hypot(*self.drift), np.hypot(*self.pan)))

    @property
    def moving(self) -> bool:
        return self.pace > 0.07

    @property
    def still(self) -> bool:
        return self.pace < 0.02


def outline(shot: Shot, seconds: float) -> np.ndarray:
    """(HEIGHT, WIDTH) float32 0 … 1: where the subject truly is."""
    field = np.zeros((HEIGHT * OVER, WIDTH * OVER), np.uint8)
    cos, sin = np.cos(shot.turn), np.sin(shot.turn)
    away = seconds - SECONDS / 2
    middle = np.array(
        [shot.x * HEIGHT + shot.drift[0] * away * WIDTH, shot.y * HEIGHT + shot.drift[1] * away * WIDTH]
    )
    for part in SILHOUETTES[shot.silhouette]:
        points = (np.array(part) - 0.5) * shot.size * HEIGHT
        turned = points @ np.array([[cos, sin], [-sin, cos]]) + middle
        cv2.fillPoly(field, [np.rint(turned * OVER * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return cv2.resize(field, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def pictures(shot: Shot) -> Iterator[np.ndarray]:
    """The shot's pictures, (HEIGHT, WIDTH, 3) uint8 R'G'B'."""
    random = np.random.default_rng(shot.seed)
    margin = int(WIDTH * 0.6)
    scene = _scene(random, WIDTH + 2 * margin, HEIGHT + 2 * margin)
    skin = _surface(random, WIDTH, HEIGHT, scene.mean(axis=(0, 1)))
    grade = random.uniform(0.9, 1.1, 3) if shot.copy else np.ones(3)
    grain = np.random.default_rng([shot.seed, shot.copy])
    for number in range(FRAMES):
        seconds = number / RATE
        away = (seconds - SECONDS / 2) * WIDTH
        back = _moved(scene, margin - shot.pan[0] * away, margin - shot.pan[1] * away)
        cover = outline(shot, seconds)[..., None]
        own = _rolled(skin, shot.drift[0] * away, shot.drift[1] * away)
        picture = (back * (1 - cover) + own * cover) * grade
        if shot.copy:  # a copy is cropped a little
            inner = picture[6:-6, 10:-10].astype(np.float32)
            picture = cv2.resize(inner, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        yield np.clip(picture + grain.normal(0, 2.5, picture.shape), 0, 255).astype(np.uint8)


def made_shots(seed: int, pairs: int, copies: int) -> list[Shot]:
    """Planted matches of silhouette and place, of shape alone, of movement alone, others, and copies."""
    random = np.random.default_rng(seed)
    shots: list[Shot] = []

    def add(**told: object) -> Shot:
        one = replace(_any(random, len(shots)), **told)
        shots.append(one)
        return one

    for _ in range(pairs):
        one = add()
        jitter = random.normal(0, 0.01, 2)
        add(
            silhouette=one.silhouette,
            x=one.x + jitter[0],
            y=one.y + jitter[1],
            size=one.size * random.uniform(0.96, 1.04),
            turn=one.turn,
        )
        one = add()
        add(silhouette=one.silhouette, size=one.size * random.uniform(0.72, 0.95), turn=one.turn)
        one = add(**_moves(random, str(random.choice(MOVES[1:]))))
        add(drift=one.drift, pan=one.pan)
        add()
    for _ in range(copies):
        one = shots[int(random.integers(len(shots)))]
        shots.append(replace(one, copy=True))
    return shots


def _any(random: np.random.Generator, setup: int) -> Shot:
    size = random.uniform(0.35, 0.75)
    return Shot(
        silhouette=str(random.choice(list(SILHOUETTES))),
        x=random.uniform(0.35 * size + 0.15, WIDTH / HEIGHT - 0.35 * size - 0.15),
        y=random.uniform(0.42, 0.58),
        size=size,
        turn=random.uniform(-0.35, 0.35) if random.random() < 0.3 else 0.0,
        seed=int(random.integers(1 << 40)),
        setup=setup,
        **_moves(random, str(random.choice(MOVES, p=(0.4, 0.25, 0.2, 0.15)))),
    )


def _moves(random: np.random.Generator, move: str) -> dict[str, tuple[float, float]]:
    angle, pace = random.uniform(0, 2 * np.pi), random.uniform(0.07, 0.2)
    way = (pace * np.cos(angle), pace * np.sin(angle) * 0.6)
    still = (0.0, 0.0)
    if move == "drift":
        return {"drift": way, "pan": still}
    if move == "pan":  # the camera moves over everything
        return {"drift": way, "pan": way}
    if move == "follow":  # … or keeps the subject where it is
        return {"drift": still, "pan": way}
    return {"drift": still, "pan": still}


def _scene(random: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A 1/f field about a colour of its own, with a horizon and a few large plain things."""
    picture = _surface(random, width, height, None)
    if random.random() < 0.6:
        at = int(height * random.uniform(0.45, 0.65))
        picture[at:] += random.uniform(-45, 45, 3).astype(np.float32)
    for _ in range(random.integers(3, 9)):
        x, y = random.uniform(0, width), random.uniform(0, height)
        w, h = random.uniform(20, 120), random.uniform(20, 120)
        area = picture[int(y) : int(y + h), int(x) : int(x + w)]
        area += random.uniform(-28, 28, 3).astype(np.float32)
    return np.clip(picture, 4, 250)


def _surface(random: np.random.Generator, width: int, height: int, beside: np.ndarray | None) -> np.ndarray:
    fy = np.fft.fftfreq(height)[:, None] * height
    fx = np.fft.rfftfreq(width)[None, :] * width
    slope = (2 + np.hypot(fx, fy)) ** -random.uniform(0.9, 1.4)
    planes = []
    for _ in range(3):
        noise = np.fft.irfft2(slope * np.fft.rfft2(random.normal(size=(height, width))), (height, width))
        planes.append(noise / noise.std())
    mean = random.uniform(50, 205, 3)
    while beside is not None and np.abs(mean - beside).max() < 60:
        mean = random.uniform(30, 225, 3)
    contrast = random.uniform(6, 20)
    rgb = [mean[c] + contrast * planes[0] + 0.4 * contrast * planes[c] for c in range(3)]
    return np.clip(np.stack(rgb, axis=-1), 4, 250).astype(np.float32)


def _moved(scene: np.ndarray, x: float, y: float) -> np.ndarray:
    move = np.array([[1, 0, -x], [0, 1, -y]])
    return cv2.warpAffine(scene, move, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)


def _rolled(skin: np.ndarray, x: float, y: float) -> np.ndarray:
    move = np.array([[1, 0, x], [0, 1, y]])
    return cv2.warpAffine(skin, move, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
