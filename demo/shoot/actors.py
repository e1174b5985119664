"""Tom and Ruth: painted once for a set-up, lit from one side, and moved by what they say.

A head is drawn facing right, three-quarter, in units of half its own height; a facing of -1 mirrors it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from shoot.painting import CANVAS, Colour, Image, Points, disc, smooth, soften, stencil

Name = Literal["TOM", "RUTH"]

FACE: Points = [
    (-0.62, -0.5), (-0.36, -0.9), (0.14, -1.0), (0.54, -0.82), (0.68, -0.42), (0.66, -0.12), (0.70, 0.14),
    (0.69, 0.38), (0.58, 0.68), (0.42, 0.90), (0.22, 0.99), (0.0, 0.93), (-0.28, 0.72), (-0.50, 0.42),
    (-0.62, 0.0),
]  # fmt: skip
EAR: Points = [(-0.50, -0.14), (-0.64, -0.20), (-0.70, -0.02), (-0.62, 0.20), (-0.50, 0.24)]
NOSE: Points = [(0.34, -0.16), (0.42, 0.02), (0.52, 0.22), (0.48, 0.30), (0.36, 0.31), (0.32, 0.26)]
NEAR_EYE, FAR_EYE = (0.05, -0.10), (0.47, -0.10)
MOUTH = (0.33, 0.56)


@dataclass(frozen=True)
class Light:
    """The key, the colour of the shadows, and the edge light; directions are where the light comes from."""

    key: Colour
    shadow: Colour
    edge: Colour
    edge_from: tuple[float, float]
    edge_width: float = 0.07


@dataclass
class Sprite:
    """A cut-out: its paint, how much of what is behind it stays (both in three bands), its head's centre."""

    paint: Image
    keep: Image
    x: float
    y: float


@dataclass
class Figure:
    """One painted person. The head is kept facing right, the body as it stands in the picture."""

    name: Name
    facing: int
    size: float  # half a head, in canvas pixels
    at: tuple[float, float]  # centre of the head in frame coordinates
    body: Sprite
    head: Sprite
    light: Light


HEAD_BOX = 3.4  # a head sprite is this many half-heads wide and high
BODY_BOX = (7.0, 7.6)
BODY_TOP = 1.0  # half-heads of the body sprite above the head's centre


def figure(
    name: Name, facing: int, size: float, at: tuple[float, float], light: Light, letter: bool
) -> Figure:
    """Paint a person for a set-up, down to the bottom of the frame."""
    head = _cut_out(_lit(_head(name, size), light, facing, size), HEAD_BOX * size / 2, HEAD_BOX * size / 2)
    body = _lit(_body(name, size, letter), light, facing, size)
    rows = int(CANVAS[1] - at[1] + (BODY_TOP + 0.2) * size)
    placed = _cut_out(body[:rows], BODY_BOX[0] * size / 2, BODY_TOP * size)
    return Figure(name, facing, size, at, placed if facing > 0 else _mirrored(placed), head, light)


SKIN: dict[str, Colour] = {"TOM": (0.80, 0.56, 0.43), "RUTH": (0.86, 0.66, 0.54)}


def perform(image: Image, who: Figure, opening: float, seconds: float, margin: tuple[int, int]) -> None:
    """Put a person into the picture at a moment: `opening` is how far the mouth is open, 0 to 1."""
    phase = 0.0 if who.name == "TOM" else 1.7
    sway = 0.018 * who.size * np.sin(seconds * 0.9 + phase)
    breath = 0.012 * who.size * np.sin(seconds * 1.6 + phase)
    nod = np.degrees(0.012 * np.sin(seconds * 1.1 + phase) + 0.05 * (opening - 0.25) * (opening > 0.02))
    x, y = who.at[0] + margin[0] + sway, who.at[1] + margin[1] + breath
    _place(image, who.body, x, y, 0.0, 0.0)
    head = Sprite(who.head.paint.copy(), who.head.keep, who.head.x, who.head.y)
    _features(head, who, opening, seconds)
    _place(
        image, head if who.facing > 0 else _mirrored(head), x, y + 0.3 * breath, float(nod), 0.9 * who.size
    )


def blink(seconds: float, name: str) -> float:
    """How far the eyes are shut: a blink of a fifth of a second every three or so."""
    cycle = 3.1 if name == "TOM" else 3.7
    since = (seconds + (0.6 if name == "TOM" else 1.9)) % cycle
    return float(np.clip(1 - abs(since - 0.1) / 0.1, 0, 1))


def _cut_out(sheet: Image, x: float, y: float) -> Sprite:
    """The painted part of a sheet, with room to move by a pixel; (x, y) is the head's centre in the sheet."""
    rows, columns = np.flatnonzero(sheet[..., 3].any(axis=1)), np.flatnonzero(sheet[..., 3].any(axis=0))
    top, left = max(0, int(rows[0]) - 12), max(0, int(columns[0]) - 12)
    part = sheet[top : rows[-1] + 12, left : columns[-1] + 12]
    keep = np.repeat(1 - part[..., 3:], 3, axis=2)
    return Sprite(np.ascontiguousarray(part[..., :3]), np.ascontiguousarray(keep), x - left, y - top)


def _mirrored(sprite: Sprite) -> Sprite:
    width = sprite.paint.shape[1]
    return Sprite(cv2.flip(sprite.paint, 1), cv2.flip(sprite.keep, 1), width - 1 - sprite.x, sprite.y)


def _place(image: Image, sprite: Sprite, x: float, y: float, degrees: float, below: float) -> None:
    """Lay a sprite over the picture with its head at (x, y), turned about a point so far below that."""
    column, row = int(np.floor(x - sprite.x)), int(np.floor(y - sprite.y))
    turn = cv2.getRotationMatrix2D((sprite.x, sprite.y + below), degrees, 1.0)
    turn[0, 2] += x - sprite.x - column
    turn[1, 2] += y - sprite.y - row
    size = (sprite.paint.shape[1], sprite.paint.shape[0])
    high, wide = image.shape[:2]
    y0, y1, x0, x1 = max(row, 0), min(row + size[1], high), max(column, 0), min(column + size[0], wide)
    part = (slice(y0 - row, y1 - row), slice(x0 - column, x1 - column))
    there = image[y0:y1, x0:x1]
    there *= cv2.warpAffine(sprite.keep, turn, size, borderValue=(1.0, 1.0, 1.0))[part]
    there += cv2.warpAffine(sprite.paint, turn, size)[part]


def _sheet(width: float, height: float) -> Image:
    return np.zeros((round(height), round(width), 4), np.float32)


def _paint(
    sheet: Image, points: Points, size: float, origin: tuple[float, float], colour: Colour,
    strength: float = 1.0, blur: float = 0.0, inside: bool = False, curve: bool = True,
) -> None:  # fmt: skip
    """Fill a shape given in half-heads; `inside` keeps it to what is painted already."""
    shape = smooth(points) if curve else points
    where = [(x * size + origin[0], y * size + origin[1]) for x, y in shape]
    mask = soften(stencil((sheet.shape[1], sheet.shape[0]), where), blur * size) * strength
    if inside:
        mask = mask * sheet[..., 3]
    sheet[..., :3] += mask[..., None] * (np.array(colour, np.float32) - sheet[..., :3])
    sheet[..., 3] = np.maximum(sheet[..., 3], mask)


def _head(name: Name, size: float) -> Image:
    sheet = _sheet(HEAD_BOX * size, HEAD_BOX * size)
    at = (HEAD_BOX * size / 2, HEAD_BOX * size / 2)
    skin = SKIN[name]
    dark: Colour = (skin[0] * 0.62, skin[1] * 0.52, skin[2] * 0.48)
    if name == "RUTH":  # the knot of hair sits behind the head
        _paint(sheet, disc(-0.78, -0.62, 0.34), size, at, (0.56, 0.55, 0.56), curve=False)
        _paint(sheet, disc(-0.84, -0.68, 0.2), size, at, (0.68, 0.67, 0.68), 0.5, 0.06, True, False)
    _paint(sheet, FACE, size, at, skin)
    _paint(sheet, EAR, size, at, dark)
    _paint(sheet, [(a * 0.8 - 0.125, b * 0.7) for a, b in EAR], size, at, skin, 0.7, 0.03)
    _paint(sheet, disc(-0.02, 0.34, 0.24, 0.2), size, at, (0.86, 0.40, 0.32), 0.25, 0.1, True, False)
    _paint(sheet, disc(0.6, 0.34, 0.1, 0.18), size, at, (0.86, 0.40, 0.32), 0.22, 0.08, True, False)
    _paint(sheet, NOSE, size, at, dark, 0.85, 0.025, True)
    _paint(
        sheet, [(0.36, -0.14), (0.41, -0.14), (0.50, 0.17), (0.44, 0.21)], size, at, skin, 0.75, 0.02, True
    )
    for eye, wide in ((NEAR_EYE, 0.2), (FAR_EYE, 0.13)):
        _paint(sheet, disc(eye[0], eye[1] - 0.02, wide * 1.15, 0.15), size, at, dark, 0.45, 0.06, True, False)
    if name == "RUTH":
        hair: Colour = (0.62, 0.61, 0.62)
        _paint(sheet, [(-0.66, 0.16), (-0.76, -0.35), (-0.62, -0.86), (-0.2, -1.12), (0.24, -1.12),
                       (0.58, -0.92),
                       (0.70, -0.52), (0.52, -0.66), (0.20, -0.74), (-0.14, -0.62), (-0.40, -0.34),
                       (-0.50, 0.0)],
               size, at, hair)  # fmt: skip
        for strand in range(4):
            shift = strand * 0.12
            lock = [
                (-0.6 + shift, -0.2 - shift),
                (-0.5 + shift, -0.75),
                (0.1 + shift, -1.0),
                (-0.4 + shift, -0.7),
            ]
            _paint(sheet, lock, size, at, (0.80, 0.79, 0.79), 0.5, 0.03, True)
        for side in (-0.06, 0.58):
            _paint(sheet, disc(side, 0.16, 0.12, 0.012), size, at, dark, 0.5, 0.02, True, False)
        _paint(
            sheet,
            [(-0.10, -0.33), (0.06, -0.37), (0.20, -0.31), (0.06, -0.34)],
            size,
            at,
            (0.42, 0.38, 0.37),
            0.9,
        )
        _paint(
            sheet,
            [(0.42, -0.31), (0.52, -0.36), (0.60, -0.32), (0.52, -0.335)],
            size,
            at,
            (0.42, 0.38, 0.37),
            0.9,
        )
    else:
        hair = (0.17, 0.10, 0.07)
        _paint(sheet, [(-0.62, 0.20), (-0.72, -0.2), (-0.66, -0.6), (-0.1, -0.62), (-0.42, -0.4),
                       (-0.50, -0.05)],
               size, at, hair)  # fmt: skip
        _paint(sheet, [(0.30, 0.80), (0.0, 0.72), (-0.34, 0.42), (-0.5, 0.1), (-0.56, 0.36), (-0.3, 0.78),
                       (0.1, 1.0), (0.4, 0.95),
                       (0.62, 0.66), (0.56, 0.64)], size, at,
                       (0.30, 0.20, 0.16), 0.5, 0.06, True)  # fmt: skip
        cap: Colour = (0.10, 0.17, 0.27)
        _paint(sheet, [(-0.74, -0.42), (-0.86, -0.72), (-0.66, -1.12), (-0.1, -1.32), (0.46, -1.24),
                       (0.80, -0.92),
                       (0.74, -0.56), (0.2, -0.66), (-0.3, -0.58)], size, at, cap)  # fmt: skip
        _paint(sheet, [(-0.72, -0.46), (-0.2, -0.66), (0.3, -0.74), (0.74, -0.64), (0.74, -0.50),
                       (0.3, -0.58),
                       (-0.2, -0.52), (-0.68, -0.34)], size, at, (0.05, 0.08, 0.13))  # fmt: skip
        _paint(sheet, [(0.1, -0.62), (0.5, -0.66), (0.82, -0.54), (0.98, -0.36), (0.7, -0.44), (0.4, -0.48)],
               size, at, (0.04, 0.05, 0.08))  # fmt: skip
        _paint(sheet, disc(0.44, -0.83, 0.1, 0.1), size, at, (0.80, 0.62, 0.28), curve=False)
        _paint(sheet, [(-0.14, -0.27), (0.06, -0.33), (0.24, -0.25), (0.06, -0.27)], size, at, hair)
        _paint(sheet, [(0.42, -0.26), (0.53, -0.32), (0.62, -0.27), (0.53, -0.28)], size, at, hair)
    return sheet


def _body(name: Name, size: float, letter: bool) -> Image:
    sheet = _sheet(BODY_BOX[0] * size, BODY_BOX[1] * size)
    at = (BODY_BOX[0] * size / 2, BODY_TOP * size)
    skin = SKIN[name]
    neck: Colour = (skin[0] * 0.66, skin[1] * 0.58, skin[2] * 0.55)
    coat: Colour = (0.13, 0.20, 0.30) if name == "TOM" else (0.42, 0.20, 0.19)
    _paint(
        sheet, [(-0.46, 0.3), (0.26, 0.6), (0.24, 1.3), (0.5, 1.7), (-0.8, 1.7), (-0.5, 1.2)], size, at, neck
    )
    trunk = [(-0.52, 1.16), (-1.1, 1.42), (-1.52, 1.82), (-1.72, 3.0), (-1.84, 6.9), (1.5, 6.9), (1.42, 3.0),
             (1.24, 1.86), (0.86, 1.46), (0.36, 1.2), (0.0, 1.62)]  # fmt: skip
    _paint(sheet, trunk, size, at, coat)
    fold: Colour = (coat[0] * 0.55, coat[1] * 0.55, coat[2] * 0.55)
    _paint(
        sheet,
        [(-1.02, 2.3), (-0.92, 4.2), (-1.0, 6.9), (-1.1, 6.9), (-1.08, 4.2)],
        size,
        at,
        fold,
        0.9,
        0.03,
        True,
    )
    _paint(
        sheet,
        [(0.16, 1.7), (0.30, 4.0), (0.26, 6.9), (0.20, 6.9), (0.18, 4.0)],
        size,
        at,
        fold,
        0.9,
        0.02,
        True,
    )
    if name == "TOM":
        _paint(
            sheet,
            [(-0.56, 1.1), (-0.2, 1.5), (0.14, 1.74), (-0.2, 2.5), (-0.8, 1.6)],
            size,
            at,
            (0.17, 0.25, 0.37),
        )
        _paint(
            sheet,
            [(0.40, 1.14), (0.28, 1.5), (0.14, 1.74), (0.5, 2.4), (0.74, 1.5)],
            size,
            at,
            (0.17, 0.25, 0.37),
        )
        strap = [(-1.2, 1.45), (-0.98, 1.36), (1.42, 4.3), (1.42, 4.72)]
        _paint(sheet, strap, size, at, (0.34, 0.21, 0.12), inside=True, curve=False)
        for button in range(4):
            _paint(sheet, disc(0.36, 2.7 + 0.62 * button, 0.07), size, at, (0.78, 0.60, 0.28), curve=False)
    else:
        _paint(sheet, [(-0.5, 1.12), (0.0, 1.5), (0.38, 1.18), (0.52, 1.5), (0.14, 2.2),
                       (-0.66, 1.5)], size, at,
               (0.80, 0.75, 0.68))  # fmt: skip
        _paint(sheet, disc(0.13, 1.72, 0.085), size, at, (0.52, 0.66, 0.68), curve=False)
        shawl = [(-0.6, 1.2), (-1.25, 1.5), (-1.72, 2.3), (-1.6, 3.6), (-0.5, 3.1), (0.14, 2.3), (-0.3, 1.8)]
        _paint(sheet, shawl, size, at, (0.26, 0.33, 0.33))
        _paint(sheet, [(0.44, 1.24), (0.9, 1.46), (1.3, 2.0), (1.3, 3.2), (0.7, 3.0), (0.2, 2.3),
                       (0.5, 1.8)], size, at,
               (0.26, 0.33, 0.33))  # fmt: skip
    if letter:
        _paint(sheet, [(0.6, 3.5), (1.28, 3.2), (1.62, 3.7), (1.3, 4.3), (0.7, 4.4)], size, at, fold)
        _paint(sheet, disc(1.5, 3.42, 0.26, 0.22), size, at, skin, curve=False)
        _paint(
            sheet,
            [(1.36, 3.44), (1.72, 2.52), (2.72, 2.86), (2.36, 3.78)],
            size,
            at,
            (0.90, 0.85, 0.72),
            curve=False,
        )
        _paint(sheet, [(1.72, 2.52), (2.10, 3.18), (2.72, 2.86)], size, at, (0.74, 0.68, 0.55), curve=False)
        _paint(sheet, disc(1.62, 3.44, 0.12, 0.09), size, at, skin, curve=False)
    return sheet


def _lit(sheet: Image, light: Light, facing: int, size: float) -> Image:
    """Shade a flat drawing: volume from its outline, key and shadow colours, an edge light. Premultiplied."""
    cover = sheet[..., 3]
    side = (light.edge_from[0] * facing, light.edge_from[1])

    def shifted(by: float) -> Image:
        move = np.array([[1, 0, -side[0] * by * size], [0, 1, -side[1] * by * size]], np.float32)
        return cv2.warpAffine(cover, move, (sheet.shape[1], sheet.shape[0]))

    away = np.clip(cover - soften(shifted(0.55), 0.28 * size), 0, 1) * cover
    near = soften(np.clip(cover - shifted(light.edge_width), 0, 1), 0.02 * size) * cover
    toward = 0.45 + 0.55 * np.clip(away * 1.6, 0, 1)
    tone = np.array(light.shadow, np.float32) + toward[..., None] * (
        np.array(light.key, np.float32) - np.array(light.shadow, np.float32)
    )
    colour = sheet[..., :3] * tone + near[..., None] * np.array(light.edge, np.float32)
    return np.dstack([np.clip(colour, 0, 1) * cover[..., None], cover]).astype(np.float32)


def _features(sprite: Sprite, who: Figure, opening: float, seconds: float) -> None:
    """Draw eyes and mouth onto a head that faces right, lit like the rest of it."""
    size = who.size
    head, x, y = sprite.paint, sprite.x, sprite.y
    scale = 16.0

    def oval(cx: float, cy: float, wide: float, high: float, colour: Colour, strength: float = 1.0) -> None:
        left, top = int(x + (cx - wide) * size) - 2, int(y + (cy - high) * size) - 2
        part = head[top : top + int(2 * high * size) + 6, left : left + int(2 * wide * size) + 6, :3]
        at = (round((x + cx * size - left) * scale), round((y + cy * size - top) * scale))
        axes = (max(1, round(wide * size * scale)), max(1, round(high * size * scale)))
        mask = np.zeros(part.shape[:2], np.uint8)
        cv2.ellipse(mask, at, axes, 0, 0, 360, 255, -1, cv2.LINE_AA, 4)
        part += (
            mask.astype(np.float32)[..., None] * (strength / 255.0) * (np.array(colour, np.float32) - part)
        )

    tone = np.array(who.light.key) * 0.75 + np.array(who.light.shadow) * 0.25

    def in_light(colour: Colour) -> Colour:
        r, g, b = (float(c * t) for c, t in zip(colour, tone, strict=True))
        return (r, g, b)

    shut = blink(seconds, who.name)
    glance = 0.02 * float(np.sin(seconds * 0.7))
    for (cx, cy), wide in ((NEAR_EYE, 0.135), (FAR_EYE, 0.085)):
        if shut < 0.6:
            oval(cx, cy, wide, 0.068 * (1 - shut), in_light((0.93, 0.91, 0.86)))
            oval(cx + 0.035 + glance, cy, 0.062, 0.066 * (1 - shut), in_light((0.16, 0.11, 0.09)))
            oval(cx + 0.055 + glance, cy - 0.022, 0.016, 0.016, (0.9, 0.9, 0.85))
        oval(cx, cy - 0.066 * (1 - shut), wide * 1.08, 0.022, in_light((0.18, 0.11, 0.09)))
    mouth = in_light((0.66, 0.30, 0.27) if who.name == "RUTH" else (0.60, 0.34, 0.28))
    high = 0.02 + 0.115 * opening
    wide = 0.19 - 0.045 * opening
    low = MOUTH[1] + high * 0.6
    oval(MOUTH[0], low, wide + 0.03, high + 0.04, mouth)
    oval(MOUTH[0], low, wide, high, in_light((0.22, 0.07, 0.07)))
    if opening > 0.25:
        oval(MOUTH[0], low - high * 0.62, wide * 0.72, high * 0.24, in_light((0.92, 0.90, 0.84)))
