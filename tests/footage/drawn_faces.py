"""Faces rendered from a formula: a head in relief, lit and turned, whose eyes and mouth are known."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

DENSITY = 2.6  # texels for each pixel of the picture: no pixel stays empty
SKINS = ((224, 176, 148), (150, 102, 74), (238, 200, 176), (196, 146, 112), (106, 70, 52), (214, 168, 150))
HAIRS = ((60, 40, 28), (20, 16, 14), (150, 108, 60), (30, 24, 22), (16, 14, 14), (128, 60, 34))
LIPS = ((176, 84, 82), (128, 66, 62), (198, 100, 98), (160, 74, 70), (104, 54, 52), (190, 96, 90))


@dataclass(frozen=True)
class Face:
    """What a face does. Angles in degrees; openness, smile 0 … 1; gaze −1 (the picture's left) … 1."""

    x: float = 0.5  # of the picture's width
    y: float = 0.5
    height: float = 0.4  # chin to hairline, of the picture's height
    yaw: float = 0.0  # to the picture's right
    pitch: float = 0.0  # up
    roll: float = 0.0  # clockwise as seen
    eyes: float = 1.0
    mouth: float = 0.0
    smile: float = 0.0
    gaze: float = 0.0
    who: int = 0  # whose face: its colours and proportions


@dataclass(frozen=True)
class Person:
    """What tells two faces apart; lengths in the head's own unit (middle to chin)."""

    skin: tuple[float, ...]
    hair: tuple[float, ...]
    lips: tuple[float, ...]
    jaw: float  # half the width of the face at the eyes
    taper: float  # how much it narrows to the chin
    eyes: float  # half the distance between the eyes
    eye_width: float
    brow: float  # how high the brows lie over the eyes
    nose: float  # where its tip lies
    nose_width: float
    mouth: float  # where it lies
    mouth_width: float
    hairline: float


def person(who: int) -> Person:
    """A person by number: the same every time."""
    random = np.random.default_rng(1000 + who)

    def about(middle: float, spread: float) -> float:
        return float(middle + spread * (2 * random.random() - 1)) if who else middle

    return Person(
        skin=tuple(float(one) + about(0, 10) for one in SKINS[who % len(SKINS)]),
        hair=tuple(map(float, HAIRS[(who * 5 + who // 6) % len(HAIRS)])),
        lips=tuple(map(float, LIPS[who % len(LIPS)])),
        jaw=about(0.80, 0.06),
        taper=about(0.22, 0.07),
        eyes=about(0.335, 0.03),
        eye_width=about(0.165, 0.02),
        brow=about(0.21, 0.04),
        nose=about(0.24, 0.05),
        nose_width=about(0.11, 0.025),
        mouth=about(0.56, 0.05),
        mouth_width=about(0.27, 0.03),
        hairline=about(-0.82, 0.10),
    )


def draw(face: Face, width: int = 640, height: int = 360, backdrop: int = 90) -> np.ndarray:
    """(height, width, 3) uint8 RGB of a face before a plain, slightly uneven wall."""
    rows = np.linspace(0, 1, height)[:, None, None]
    wall = np.clip(backdrop + 25 * rows + np.zeros((height, width, 3)) + (6, 0, -6), 0, 255)
    picture = wall.astype(np.float64)
    paint(picture, face)
    return cv2.GaussianBlur(np.clip(picture, 0, 255).astype(np.uint8), (3, 3), 0.6)


def paint(picture: np.ndarray, face: Face) -> None:
    """Puts a face over a picture (height, width, 3) float64."""
    tall, wide, _ = picture.shape
    points, colours, normals = _head(face, max(60, int(face.height * tall * DENSITY)))
    turn = rotation(face.yaw, face.pitch, face.roll)
    points, normals = points @ turn.T, normals @ turn.T
    light = np.array([-0.35, -0.5, 0.8]) / np.linalg.norm([-0.35, -0.5, 0.8])
    shade = 0.42 + 0.62 * np.clip(normals @ light, 0, None)
    scale = face.height * tall / 2.1
    u = np.round(face.x * wide + points[:, 0] * scale).astype(int)
    v = np.round(face.y * tall + points[:, 1] * scale).astype(int)
    seen = (normals[:, 2] > 0.02) & (u >= 0) & (u < wide) & (v >= 0) & (v < tall)
    if not seen.any():
        return
    u, v, z, colour = u[seen], v[seen], points[seen, 2], (colours * shade[:, None])[seen]
    order = np.lexsort((z, v * wide + u))
    flat = (v * wide + u)[order]
    last = np.r_[flat[1:] != flat[:-1], True]  # the nearest of each pixel
    layer, cover = np.zeros((tall * wide, 3)), np.zeros(tall * wide, np.uint8)
    layer[flat[last]], cover[flat[last]] = colour[order][last], 1
    layer, cover = layer.reshape(tall, wide, 3), cover.reshape(tall, wide)
    closed = cv2.morphologyEx(cover, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    near = cv2.dilate(layer.astype(np.float32), np.ones((3, 3)))
    layer = np.where(cover[..., None] > 0, layer, near)
    picture[closed > 0] = layer[closed > 0]


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Turns x right, y down, z to the camera: first yaw, then pitch, then roll."""
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def _head(face: Face, grid: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points (n, 3), colours (n, 3) and normals (n, 3): a face one unit from its middle to its chin."""
    one = person(face.who)
    x, y = np.meshgrid(np.linspace(-1.05, 1.05, grid), np.linspace(-1.5, 1.15, int(grid * 1.26)))
    jaw = one.jaw - one.taper * np.clip(y, 0, 1.2) ** 1.6  # the face narrows to the chin
    across = x / jaw
    down = np.where(y > 0, y / 1.12, y / 1.45)
    inside = 1 - across**2 - down**2
    z = 0.85 * np.sqrt(np.clip(inside, 0, None))
    z += _bump(x, y, 0, one.nose - 0.02, one.nose_width, 0.16) * 0.22 + _ridge(x, y, one.nose) * 0.16
    side = np.abs(x)
    z += 0.05 * _bump(side, y, one.eyes, -0.30, 0.2, 0.07)  # brows
    z -= 0.07 * _bump(side, y, one.eyes, -0.12, 0.14, 0.09)  # sockets
    z += 0.06 * _bump(x, y, 0, one.mouth, 0.26, 0.10) + 0.06 * _bump(x, y, 0, 0.98, 0.2, 0.12)  # lips, chin
    colour = _skin(x, y, face, one)
    dy, dx = np.gradient(z, y[:, 0], x[0])
    normal = np.stack([-dx, -dy, np.ones_like(z)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    keep = inside > 0
    z = z - 0.35  # turned about an axis inside the head
    return np.stack([x, y, z], -1)[keep], colour[keep], normal[keep]


def _skin(x: np.ndarray, y: np.ndarray, face: Face, one: Person) -> np.ndarray:
    colour = np.broadcast_to(np.array(one.skin), (*x.shape, 3)).copy()
    hair, side = np.array(one.hair), np.abs(x)
    _blend(colour, np.clip((one.hairline - y + 0.25 * x**2 + 0.05 * np.sin(9 * x)) * 18, 0, 1), hair)
    dark = np.array(one.skin) * 0.45
    _blend(colour, 0.25 * _bump(side, y, 0.46, 0.30, 0.22, 0.18), np.array(one.lips))  # cheeks
    _blend(colour, 0.85 * _bump(side, y, 0.075, one.nose + 0.07, 0.045, 0.03), dark * 0.8)  # nostrils
    _blend(colour, 0.25 * _bump(side, y, 0.13, one.nose + 0.03, 0.03, 0.08), dark)
    arch = -0.12 - one.brow - 0.05 * np.cos((side - one.eyes) * 6)
    _blend(colour, 0.9 * _box(side, one.eyes + 0.025, 0.19) * _box(y, arch, 0.035), hair * 0.8)
    for sign in (-1, 1):
        _eye(colour, x - sign * one.eyes, y + 0.12, face, one)
    _mouth(colour, x, y - one.mouth, face, one)
    return colour


def _eye(colour: np.ndarray, x: np.ndarray, y: np.ndarray, face: Face, one: Person) -> None:
    half, dark = one.eye_width, np.array(one.skin) * 0.5
    lens = np.clip(1 - (x / half) ** 2, 0, None)
    upper = -0.085 * lens * face.eyes + 0.012 * (1 - face.eyes)
    lower = 0.05 * lens * (0.35 + 0.65 * face.eyes) + 0.015 * (1 - face.eyes)
    opened = np.clip(np.minimum(y - upper, lower - y) * 90, 0, 1) * (lens > 0) if face.eyes > 0.05 else 0 * x
    _blend(colour, 0.30 * _bump(x, y, 0, -0.10, 0.17, 0.05), dark)  # fold of the lid
    _blend(colour, opened, np.array((240, 236, 232.0)))
    away = np.hypot(x - 0.075 * face.gaze, y + 0.015)
    _blend(colour, opened * np.clip((0.072 - away) * 120, 0, 1), np.array((70, 52, 40.0)))
    _blend(colour, opened * np.clip((0.032 - away) * 120, 0, 1), np.array((8, 8, 8.0)))
    spark = np.hypot(x - 0.075 * face.gaze + 0.02, y + 0.04)
    _blend(colour, opened * np.clip((0.014 - spark) * 200, 0, 1), np.array((255, 255, 255.0)))
    lash = np.where(face.eyes > 0.05, upper, 0.5 * (upper + lower))
    _blend(colour, 0.9 * _box(y, lash, 0.016) * (lens > 0), np.array((30, 22, 18.0)))
    _blend(colour, 0.35 * _box(y, lower, 0.010) * (lens > 0), dark)


def _mouth(colour: np.ndarray, x: np.ndarray, y: np.ndarray, face: Face, one: Person) -> None:
    half = one.mouth_width + 0.10 * face.smile
    across = np.clip(1 - (x / half) ** 2, 0, None)
    line = -0.11 * face.smile * (x / half) ** 2 + 0.03 * face.smile  # corners go up
    gap = face.mouth * 0.15 * across
    top, bottom = line - gap * 0.35, line + gap * 0.65
    cupid = (0.055 - 0.018 * np.exp(-((x / 0.04) ** 2))) * across**0.5
    lips, seen = np.array(one.lips), across > 0
    _blend(colour, np.clip(np.minimum(y - top + cupid, top - y + 0.004) * 70, 0, 1) * seen, lips)
    lower = np.minimum(bottom + 0.075 * across**0.6 - y, y - bottom + 0.004)
    _blend(colour, np.clip(lower * 70, 0, 1) * seen, lips * 1.08)
    inside = np.clip(np.minimum(y - top, bottom - y) * 90, 0, 1) * seen
    _blend(colour, inside, np.array((52, 18, 20.0)))
    _blend(colour, inside * (y < top + 0.05) * (np.abs(x) < half * 0.7), np.array((236, 230, 220.0)))  # teeth
    if face.mouth < 0.1:
        _blend(colour, 0.8 * _box(y, line, 0.010) * seen, np.array((80, 32, 34.0)))


def _bump(x: np.ndarray, y: np.ndarray, at_x: float, at_y: float, wide: float, tall: float) -> np.ndarray:
    return np.exp(-(((x - at_x) / wide) ** 2) - ((y - at_y) / tall) ** 2)


def _ridge(x: np.ndarray, y: np.ndarray, nose: float) -> np.ndarray:
    along = np.clip((y + 0.2) / (nose + 0.18), 0, 1) * np.clip((nose + 0.1 - y) * 8, 0, 1)
    return np.exp(-((x / 0.085) ** 2)) * along


def _box(value: np.ndarray, middle: np.ndarray | float, half: float) -> np.ndarray:
    return np.clip((half - np.abs(value - middle)) / (0.4 * half), 0, 1)


def _blend(colour: np.ndarray, share: np.ndarray, paint: np.ndarray) -> None:
    colour += np.asarray(share)[..., None] * (paint - colour)
