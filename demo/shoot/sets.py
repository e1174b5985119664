"""The two sets: the harbour office at dusk and by night, and the quay under the moon."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from shoot.painting import (
    CANVAS,
    MARGIN,
    Image,
    Points,
    box,
    canvas,
    clouded,
    disc,
    fill,
    halo,
    ramp,
    smooth,
    soften,
    write,
)

WINDOW = (452.0, 54.0, 792.0, 452.0)
HORIZON = 372.0  # of the office window
SEA = 402.0  # the horizon seen from the quay
MOON = (392.0, 128.0)


@cache
def office(night: bool) -> Image:
    """The office seen wide: door on the left, window in the middle, pigeonholes and counter on the right."""
    room = canvas()
    room += ramp([(0, (0.10, 0.075, 0.07)), (0.55, (0.225, 0.15, 0.115)), (1, (0.13, 0.085, 0.07))], -32, 752)
    for board in range(-1, 24):
        left = board * 58.0
        fill(room, box(left, -40, left + 2.5, 760), (0.05, 0.035, 0.03), blur=0.8, strength=0.55)
        tint = 0.018 * float(np.sin(board * 2.4))
        fill(room, box(left, -40, left + 58, 760), (0.5 + tint, 0.34, 0.24), strength=0.05 + tint)
    fill(room, box(-60, 590, 1340, 780), (0.085, 0.055, 0.045), (0.04, 0.03, 0.028))
    _door(room, night)
    _pigeonholes(room)
    _view(room, night)
    _clock(room, 862, 150)
    if night:
        room *= np.array([0.46, 0.52, 0.66], np.float32)
        _lamp(room, lit=True)
    else:
        _daylight(room)
        _lamp(room, lit=False)
    grain = clouded(5, CANVAS, 1.2)[..., None]
    return np.clip(room * (1 + 0.018 * grain), 0, 1)


@cache
def counter(night: bool) -> tuple[Image, Image]:
    """What stands in front of Ruth: the counter with its lamp side, as paint and coverage."""
    front = canvas()
    top = [(640.0, 566.0), (1360.0, 548.0), (1360.0, 588.0), (640.0, 606.0)]
    body = [(640.0, 606.0), (1360.0, 588.0), (1360.0, 790.0), (640.0, 790.0)]
    cover = canvas()
    for shape in (top, body):
        fill(cover, shape, (1, 1, 1))
    fill(front, body, (0.15, 0.085, 0.06), (0.05, 0.032, 0.028))
    for panel in range(5):
        left = 672 + panel * 140
        fill(front, box(left, 634, left + 112, 800), (0.07, 0.042, 0.035), blur=2.0)
        fill(front, box(left, 632, left + 112, 635), (0.30, 0.18, 0.12), blur=1.0, strength=0.6)
    fill(front, top, (0.42, 0.25, 0.15), (0.26, 0.15, 0.095))
    fill(front, [(640, 602), (1360, 584), (1360, 588), (640, 606)], (0.62, 0.42, 0.26), strength=0.7)
    if night:
        front *= np.array([0.42, 0.44, 0.52], np.float32)
        halo(front, 1150, 566, 330, (0.50, 0.30, 0.11), 2.2)
    else:
        fill(front, [(640, 566), (900, 560), (840, 601), (640, 606)], (0.55, 0.28, 0.10), blur=14, glow=True)
    return np.clip(front, 0, 1), cover[..., :1]


def _door(room: Image, night: bool) -> None:
    fill(room, box(70, 88, 282, 700), (0.085, 0.11, 0.105), (0.05, 0.06, 0.06))
    fill(room, box(70, 88, 76, 700), (0.30, 0.26, 0.20), blur=1, strength=0.5)
    sky = ((0.05, 0.08, 0.17), (0.16, 0.22, 0.34)) if night else ((0.30, 0.28, 0.38), (0.62, 0.40, 0.30))
    fill(room, box(104, 122, 248, 330), *sky)
    fill(room, box(173, 122, 179, 330), (0.07, 0.085, 0.08))
    fill(room, box(104, 374, 248, 560), (0.06, 0.078, 0.075), blur=1)
    fill(room, box(104, 372, 248, 375), (0.20, 0.22, 0.20), blur=1, strength=0.6)
    fill(room, disc(266, 408, 7), (0.72, 0.52, 0.26))
    fill(room, [(176, 186), (178, 186), (232, 232), (122, 232)], (0.16, 0.13, 0.11), strength=0.9)
    fill(room, box(114, 232, 240, 280), (0.80, 0.74, 0.62), (0.66, 0.58, 0.46))
    write(room, "CLOSED", 127 + MARGIN[0], 264 + MARGIN[1], 23, (0.42, 0.10, 0.08), 700)


def _pigeonholes(room: Image) -> None:
    fill(room, box(926, 74, 1262, 396), (0.30, 0.185, 0.12), (0.20, 0.12, 0.08))
    rng = np.random.default_rng(11)
    for row in range(4):
        for column in range(6):
            left, top = 938 + column * 54, 86 + row * 77
            fill(room, box(left, top, left + 46, top + 67), (0.055, 0.035, 0.03), (0.095, 0.06, 0.048))
            for _ in range(int(rng.integers(0, 4))):
                lean = float(rng.uniform(-7, 7))
                x = left + 8 + float(rng.uniform(0, 28))
                high = float(rng.uniform(26, 48))
                paper = float(rng.uniform(0.45, 0.8))
                base = top + 66
                letter = [(x, base), (x + 5, base), (x + 5 + lean, base - high), (x + lean, base - high)]
                fill(
                    room, letter, (paper, paper * 0.9, paper * 0.72), (paper * 0.6, paper * 0.5, paper * 0.4)
                )
    fill(room, box(918, 394, 1272, 408), (0.36, 0.22, 0.14), (0.18, 0.11, 0.075))


def _view(room: Image, night: bool) -> None:
    left, top, right, bottom = WINDOW
    fill(room, box(left - 22, top - 22, right + 22, bottom + 26), (0.24, 0.155, 0.105), (0.13, 0.08, 0.06))
    outside = canvas()
    if night:
        outside += ramp([(0, (0.025, 0.045, 0.11)), (1, (0.13, 0.20, 0.33))], top, HORIZON)
        _stars(outside, 90, WINDOW)
        halo(outside, 700, 130, 200, (0.30, 0.36, 0.46))
        fill(outside, disc(700, 130, 25), (0.96, 0.95, 0.88), blur=1)
        fill(outside, box(0, HORIZON, 1280, 720), (0.07, 0.12, 0.21), (0.03, 0.05, 0.10))
        _island(outside, 560, HORIZON, 0.75, (0.03, 0.05, 0.09))
        halo(outside, 566, HORIZON - 21, 26, (1.0, 0.72, 0.32), 1.6)
        _glitter(outside, 700, HORIZON, bottom, (0.50, 0.58, 0.68), 3)
    else:
        outside += ramp(
            [
                (0, (0.29, 0.30, 0.50)),
                (0.4, (0.66, 0.42, 0.46)),
                (0.75, (0.97, 0.60, 0.33)),
                (1, (1.0, 0.80, 0.47)),
            ],
            top,
            HORIZON,
        )
        for band in range(7):
            y = 130 + band * 31
            x = 470 + 260 * float(np.sin(band * 1.9) ** 2)
            cloud = disc(x, y, 120 - band * 7, 6 - band * 0.4)
            fill(outside, cloud, (1.0, 0.63, 0.45), blur=5, strength=0.5)
        halo(outside, 566, HORIZON - 20, 190, (0.75, 0.46, 0.16))
        fill(outside, disc(566, HORIZON - 15, 29), (1.0, 0.95, 0.78), blur=1.2)
        fill(outside, box(0, HORIZON, 1280, 720), (0.72, 0.46, 0.36), (0.20, 0.19, 0.29))
        _island(outside, 712, HORIZON, 0.8, (0.33, 0.22, 0.30))
        _glitter(outside, 566, HORIZON, bottom, (1.0, 0.80, 0.46), 3)
    pane = canvas()
    middle, third = (left + right) / 2, (bottom - top) / 3
    for column in ((left, middle - 5), (middle + 5, right)):
        for row in range(3):
            y = top + row * third
            fill(pane, box(column[0], y, column[1], y + third - 9), (1, 1, 1))
    boost = 1.55 if night else 1.0  # the room is darkened after this; the night outside is not
    room += pane * (outside * boost - room)
    fill(room, box(left - 34, bottom + 16, right + 34, bottom + 34), (0.40, 0.26, 0.16), (0.19, 0.12, 0.085))


def _daylight(room: Image) -> None:
    shade = canvas() + 0.62
    halo(shade, 600, 300, 520, (0.62, 0.50, 0.40), 1.4)
    room *= np.clip(shade, 0, 1.25)
    for column in range(2):
        x = 466 + column * 172
        beam: Points = [(x, 90), (x + 150, 80), (x - 130, 730), (x - 400, 760)]
        fill(room, beam, (0.34, 0.185, 0.075), (0.10, 0.05, 0.02), blur=16, glow=True)
    halo(room, 622, 270, 330, (0.16, 0.095, 0.05), 1.5)


def _lamp(room: Image, lit: bool) -> None:
    x = 1190.0
    fill(room, box(x - 5, 436, x + 5, 580), (0.34, 0.24, 0.11) if lit else (0.30, 0.21, 0.11))
    shade = smooth([(x - 78, 462), (x - 44, 412), (x, 398), (x + 44, 412), (x + 78, 462)], closed=False)
    glass = ((0.13, 0.36, 0.26), (0.42, 0.62, 0.36)) if lit else ((0.06, 0.15, 0.12), (0.09, 0.21, 0.16))
    fill(room, shade, *glass)
    if lit:
        fill(room, box(x - 76, 460, x + 76, 468), (1.0, 0.88, 0.58), blur=2)
        cone: Points = [(x - 70, 466), (x + 70, 466), (x + 330, 800), (x - 430, 800)]
        fill(room, cone, (0.32, 0.19, 0.07), (0.05, 0.03, 0.01), blur=24, glow=True)
        halo(room, x, 476, 420, (0.52, 0.31, 0.12), 1.5)
        halo(room, x, 470, 90, (0.7, 0.5, 0.25), 1.5)


def _clock(room: Image, x: float, y: float) -> None:
    fill(room, disc(x, y, 40), (0.10, 0.065, 0.05))
    fill(room, disc(x, y, 34), (0.80, 0.74, 0.62), (0.62, 0.55, 0.44))
    for hour in range(12):
        turn = hour * np.pi / 6
        fill(room, disc(x + 28 * float(np.sin(turn)), y - 28 * float(np.cos(turn)), 2), (0.15, 0.1, 0.08))
    for turn, length, thick in ((3.62, 17, 2.4), (0.55, 26, 1.7)):
        along = np.array([np.sin(turn), -np.cos(turn)])
        side = np.array([along[1], -along[0]]) * thick
        tip, start = np.array([x, y]) + along * length, np.array([x, y]) - along * 4
        hand = [tuple(start - side), tuple(start + side), tuple(tip + side * 0.4), tuple(tip - side * 0.4)]
        fill(room, hand, (0.12, 0.08, 0.07))


@cache
def quay() -> Image:
    """The sea by night from the quay: sky, moon, island with its one light, a moored boat, the stones."""
    night = canvas()
    night += ramp(
        [(0, (0.018, 0.032, 0.085)), (0.55, (0.055, 0.10, 0.20)), (1, (0.16, 0.24, 0.35))], -32, SEA
    )
    _stars(night, 260, (-40, -32, 1320, SEA - 50))
    for band in range(6):
        cloud = disc(170 + band * 225, 150 + 52 * float(np.sin(band * 2.1)), 210, 9 + 3 * (band % 3))
        fill(night, cloud, (0.30, 0.37, 0.48), blur=16, strength=0.38)
    halo(night, *MOON, 330, (0.34, 0.40, 0.50), 1.7)
    fill(night, disc(*MOON, 37), (0.97, 0.96, 0.90), blur=1.2)
    for x, y, size in ((-10, -8, 9), (9, 6, 12), (-6, 14, 6), (14, -14, 5)):
        fill(night, disc(MOON[0] + x, MOON[1] + y, size), (0.83, 0.83, 0.80), blur=3, strength=0.6)
    fill(night, box(-60, SEA, 1340, 780), (0.125, 0.195, 0.29), (0.015, 0.03, 0.06))
    _island(night, 1062, SEA, 1.7, (0.028, 0.048, 0.085))
    halo(night, 1074, SEA - 48, 60, (1.0, 0.70, 0.30), 1.6)
    fill(night, disc(1074, SEA - 48, 4), (1.0, 0.93, 0.72), blur=0.8)
    for step in range(6):
        y = SEA + 6 + step * 9
        fill(night, disc(1074 + 3 * (step % 2), y, 13 - step, 2.2), (0.9, 0.6, 0.25), blur=2, strength=0.5)
    return np.clip(night, 0, 1)


@cache
def stones() -> tuple[Image, Image]:
    """The edge of the quay in front of the sea, with a bollard and a moored boat: paint and coverage."""
    front, cover = canvas(), canvas()
    hull = smooth([(34, 556), (90, 572), (240, 574), (322, 548), (296, 604), (110, 612), (62, 600)])
    mast = [(176.0, 560.0), (183.0, 560.0), (181.0, 330.0), (178.0, 330.0)]
    rope: Points = [(181, 332), (322, 548), (320, 549), (179, 334)]
    ground: Points = [(-60, 628), (1340, 610), (1340, 790), (-60, 790)]
    bollard = smooth(
        [
            (1148, 628),
            (1152, 570),
            (1138, 556),
            (1160, 544),
            (1196, 544),
            (1214, 556),
            (1202, 570),
            (1206, 628),
        ]
    )
    for shape in (hull, mast, rope, ground, bollard):
        fill(cover, shape, (1, 1, 1))
    fill(front, hull, (0.035, 0.055, 0.085), (0.012, 0.02, 0.035))
    fill(front, mast, (0.02, 0.035, 0.06))
    fill(front, rope, (0.03, 0.05, 0.08))
    fill(
        front,
        smooth([(60, 560), (120, 573), (240, 575), (318, 552), (240, 580), (120, 578)]),
        (0.34, 0.44, 0.56),
        blur=1,
    )
    fill(front, ground, (0.075, 0.10, 0.14), (0.018, 0.026, 0.042))
    rng = np.random.default_rng(3)
    for row in range(4):
        y = 634 + row * 40
        x = -60.0 - row * 30
        while x < 1340:
            wide = float(rng.uniform(110, 210)) * (1 + row * 0.3)
            tone = float(rng.uniform(0.8, 1.25))
            stone = box(x + 3, y, x + wide - 3, y + 34)
            fill(front, stone, (0.10 * tone, 0.135 * tone, 0.185 * tone), (0.04, 0.055, 0.08), blur=1.5)
            fill(
                front,
                box(x + 6, y, x + wide - 6, y + 2),
                (0.42, 0.52, 0.63),
                blur=1,
                strength=0.55 - row * 0.1,
            )
            x += wide
    fill(front, bollard, (0.05, 0.065, 0.09), (0.02, 0.028, 0.04))
    fill(
        front,
        smooth([(1142, 556), (1160, 546), (1196, 546), (1190, 550), (1162, 551)]),
        (0.45, 0.55, 0.66),
        blur=1,
    )
    return np.clip(front, 0, 1), cover[..., :1]


def shimmer(seconds: float, seed: int = 21, dashes: int = 150) -> tuple[int, Image]:
    """The moon on the water at a moment, each dash swelling in its own time: light to add from a row on."""
    first = round(SEA) + MARGIN[1] - 8
    light = np.zeros((CANVAS[1] - first, CANVAS[0]), np.uint8)
    rng = np.random.default_rng(seed)
    for _ in range(dashes):
        depth = float(rng.uniform(0, 1)) ** 1.5
        y = SEA + 4 + depth * 215
        spread = 16 + depth * 120
        x = MOON[0] + float(rng.normal(0, 1)) * spread * 0.55
        pace, phase = float(rng.uniform(1.2, 2.6)), float(rng.uniform(0, 6.28))
        swell = max(0.0, float(np.sin(seconds * pace + phase)))
        half = (5 + depth * 24) * (0.35 + swell)
        at = (round((x + MARGIN[0]) * 16), round((y + MARGIN[1] - first) * 16))
        axes = (round(half * 16), round((0.9 + depth * 1.6) * 16))
        cv2.ellipse(light, at, axes, 0, 0, 360, int(40 + 205 * swell), -1, cv2.LINE_AA, 4)
    glow = soften(light.astype(np.float32) / 255.0, 1.4)
    return first, cv2.merge([glow * 0.60, glow * 0.66, glow * 0.70])


def closer(plate: Image, centre: tuple[float, float], times: float, blur: float) -> Image:
    """The part of a set behind a close-up: enlarged about a point and out of focus."""
    x, y = centre[0] + MARGIN[0], centre[1] + MARGIN[1]
    move = np.array([[times, 0, CANVAS[0] / 2 - times * x], [0, times, CANVAS[1] / 2 - times * y]])
    near = cv2.warpAffine(plate, move, CANVAS, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return soften(near, blur)


def _stars(image: Image, count: int, area: tuple[float, float, float, float]) -> None:
    rng = np.random.default_rng(17)
    for _ in range(count):
        x, y = float(rng.uniform(area[0], area[2])), float(rng.uniform(area[1], area[3]))
        light = float(rng.uniform(0.15, 0.75)) ** 1.6
        row, column = int(y + MARGIN[1]), int(x + MARGIN[0])
        image[row : row + 2, column : column + 2] += light


def _island(image: Image, x: float, y: float, size: float, colour: tuple[float, float, float]) -> None:
    rock = [
        (-130, 2),
        (-96, -8),
        (-58, -13),
        (-24, -22),
        (12, -27),
        (40, -20),
        (74, -12),
        (118, -5),
        (140, 2),
    ]
    fill(image, smooth([(x + a * size, y + b * size) for a, b in rock], closed=False), colour)
    house = [(0, -24), (0, -32), (7, -38), (14, -32), (14, -24)]
    fill(image, [(x + a * size, y + b * size) for a, b in house], colour)


def _glitter(
    image: Image, x: float, top: float, bottom: float, colour: tuple[float, float, float], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(60):
        depth = float(rng.uniform(0, 1))
        y = top + 3 + depth * (bottom - top - 6)
        across = x + float(rng.normal(0, 1)) * (8 + 34 * depth)
        fill(image, disc(across, y, 5 + 12 * depth, 1 + depth, 16), colour, strength=0.75)
