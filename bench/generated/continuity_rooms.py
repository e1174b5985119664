"""Rooms, people and light to be filmed: what a script supervisor would write down, made up from a seed.

A room has two walls (the second is seen in reverse angles), things that stand before them, a clock that shows
figures, two people, and light from a window beside the steady light of the room. No footage of anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

WALL = (900, 1600)  # rows, columns of a wall, in its own pixels
Linear = NDArray[np.float32]  # (h, w, 3) linear light of Rec. 709 primaries
CLOCK_X, CLOCK_Y = 0.60, 0.17  # where the clock hangs, in parts of the wall
PATTERNS = ("plain", "plain", "stripes", "checks")
HAIR = ("as it is", "as it is", "long")
LATER_HAIR = ("long", "cap", "bun", "band")


@dataclass(frozen=True)
class Thing:
    """Something that stands in a room: where on the wall, how large, what it is, its colours."""

    wall: int
    x: float
    y: float
    size: float
    shape: str
    tones: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Dress:
    """What somebody wears: colour and second colour in linear light, a pattern, and whether it is open."""

    tone: tuple[float, float, float]
    other: tuple[float, float, float]
    pattern: str
    jacket: bool


@dataclass(frozen=True)
class Figure:
    """Somebody: whose head (tests/footage/drawn_faces.py), what they wear, their hair, where they stand."""

    who: int
    dress: Dress
    hair: str
    wall: int
    x: float
    y: float
    head: float  # height of the head in wall pixels


@dataclass(frozen=True)
class Light:
    """ambient and window: gains; warm: of the window's light, mired against the room's; sun: where its patch
    lies on the wall, in wall pixels, and how strong it is."""

    ambient: float
    window: float
    warm: float
    side: int  # −1 the window is on the left
    sun_x: float
    sun: float


@dataclass(frozen=True)
class Room:
    seed: int
    figures: tuple[Figure, Figure]
    things: tuple[Thing, ...]
    light: Light
    clock: str  # what the clock shows
    tone: tuple[float, ...]  # room tone: dB in 24 bands
    tone_db: float


def room(seed: int) -> Room:
    """A room by its number: the same every time."""
    random = np.random.default_rng([seed, 1])
    side = int(random.choice([-1, 1]))
    people = []
    for number in range(2):
        people.append(
            Figure(
                who=int(random.integers(0, 400)),
                dress=dress(random),
                hair=str(random.choice(HAIR)),
                wall=number,
                x=float(random.uniform(0.38, 0.62) * WALL[1]),
                y=float(random.uniform(0.40, 0.46) * WALL[0]),
                head=float(random.uniform(100, 125)),
            )
        )
    spots = [thing(random, wall, k) for wall in range(2) for k in range(int(random.integers(6, 10)))]
    return Room(
        seed=seed,
        figures=(people[0], people[1]),
        things=tuple(spots),
        light=Light(
            ambient=float(random.uniform(0.3, 0.8)),
            window=float(random.uniform(0.5, 1.3)),
            warm=float(random.uniform(-60, 40)),
            side=side,
            sun_x=float(random.uniform(0.15, 0.85) * WALL[1]),
            sun=float(random.uniform(0.3, 1.2)) * float(random.random() < 0.6),
        ),
        clock=time_of_day(random),
        tone=room_tone(random),
        tone_db=float(random.uniform(-62, -46)),
    )


def dress(random: np.random.Generator, unlike: Dress | None = None) -> Dress:
    """Something to wear; not to be taken for another."""
    while True:
        tone = colour(random)
        pattern = str(random.choice(PATTERNS))
        made = Dress(tone, colour(random), pattern, bool(random.random() < 0.35))
        if unlike is None or _apart(made.tone, unlike.tone) > 0.25:
            return made


def colour(random: np.random.Generator) -> tuple[float, float, float]:
    """A dyed or painted thing's colour, linear."""
    hue, saturation, value = random.uniform(0, 360), random.uniform(0.05, 0.75), random.uniform(0.12, 0.85)
    pixel = np.array([[[hue, saturation, value]]], np.float32)
    rgb = cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0] ** 2.2
    return float(rgb[0]), float(rgb[1]), float(rgb[2])


def _apart(one: Sequence[float], other: Sequence[float]) -> float:
    """How far two linear colours lie apart as they are seen, 0 … 1.7."""
    return float(np.linalg.norm(np.power(one, 1 / 2.2) - np.power(other, 1 / 2.2)))


def thing(random: np.random.Generator, wall: int, place: int) -> Thing:
    """A thing at one of twelve places of a wall: on shelves at its sides, on the table below."""
    column = (0.08, 0.2, 0.3, 0.7, 0.8, 0.92)[place % 6]
    row = (0.42, 0.68)[place // 6 % 2]
    return Thing(
        wall=wall,
        x=float((column + random.normal(0, 0.012)) * WALL[1]),
        y=float((row + random.normal(0, 0.02)) * WALL[0]),
        size=float(random.uniform(60, 120)),
        shape=str(random.choice(["vase", "frame", "books", "lamp", "cup", "ball"])),
        tones=tuple(colour(random) for _ in range(4)),
    )


def time_of_day(random: np.random.Generator) -> str:
    return f"{int(random.integers(0, 24)):02d}:{int(random.integers(0, 60)):02d}"


def wall_of(place: Room, wall: int) -> Linear:
    """What a wall of the room reflects, (900, 1600, 3)."""
    random = np.random.default_rng([place.seed, 2, wall])
    tall, wide = WALL
    paint = np.array(colour(random), np.float32) * 0.5 + 0.12
    picture = np.empty((tall, wide, 3), np.float32)
    picture[:] = paint
    grain = cv2.resize(random.normal(0, 1, (tall // 6, wide // 6)).astype(np.float32), (wide, tall))
    slow = cv2.resize(
        random.normal(0, 1, (9, 16)).astype(np.float32), (wide, tall), interpolation=cv2.INTER_CUBIC
    )
    picture *= (1 + 0.05 * grain + 0.10 * slow)[..., None]
    if random.random() < 0.6:  # wallpaper
        step = int(random.integers(40, 110))
        ink = (paint * random.uniform(0.4, 1.7)).tolist()
        for y in range(step // 2, tall, step):
            for x in range(step // 2 + (y // step % 2) * step // 2, wide, step):
                cv2.circle(picture, (x, y), step // 7, ink, 2 if step > 60 else -1, cv2.LINE_AA)
    floor = int(tall * random.uniform(0.76, 0.82))
    picture[floor:] = np.array(colour(random), np.float32) * 0.5 + 0.05
    for x in range(0, wide, int(random.integers(50, 120))):
        cv2.line(
            picture,
            (x, floor),
            (int((x - wide / 2) * 1.6 + wide / 2), tall),
            (0.03, 0.03, 0.03),
            2,
            cv2.LINE_AA,
        )
    for _ in range(int(random.integers(2, 5))):  # pictures, a door, a window frame
        x, y = int(random.uniform(0, wide - 200)), int(random.uniform(30, tall * 0.35))
        w, h = int(random.uniform(90, 260)), int(random.uniform(90, 300))
        cv2.rectangle(picture, (x, y), (x + w, y + h), colour(random), -1)
        cv2.rectangle(picture, (x, y), (x + w, y + h), (0.04, 0.035, 0.03), 8)
        for _ in range(12):
            a, b = random.uniform(0.1, 0.9, 2), random.uniform(0.1, 0.9, 2)
            ends = (int(x + a[0] * w), int(y + a[1] * h)), (int(x + b[0] * w), int(y + b[1] * h))
            cv2.line(picture, *ends, colour(random), int(random.integers(2, 8)), cv2.LINE_AA)
    for row in (0.42, 0.68):  # the shelves that things stand on
        y = int((row + 0.07) * tall)
        for left, right in ((0.02, 0.36), (0.64, 0.98)):
            cv2.rectangle(picture, (int(left * wide), y), (int(right * wide), y + 14), (0.06, 0.04, 0.03), -1)
    for one in place.things:
        if one.wall == wall:
            _stand(picture, one)
    _clock(picture, place.clock)
    return np.clip(picture, 0.004, 1)


def _stand(picture: Linear, one: Thing) -> None:
    x, y, s = int(one.x), int(one.y), one.size
    foot = y + int(0.07 * WALL[0])
    top = foot - int(s)
    half = int(s * 0.35)
    tones = one.tones
    if one.shape == "vase":
        cv2.ellipse(
            picture, (x, foot - int(s * 0.35)), (half, int(s * 0.35)), 0, 0, 360, tones[0], -1, cv2.LINE_AA
        )
        cv2.rectangle(picture, (x - half // 3, top), (x + half // 3, foot - int(s * 0.5)), tones[0], -1)
        cv2.ellipse(
            picture, (x, foot - int(s * 0.35)), (half, int(s * 0.1)), 0, 0, 360, tones[1], -1, cv2.LINE_AA
        )
    elif one.shape == "frame":
        cv2.rectangle(picture, (x - half, top), (x + half, foot), tones[0], -1)
        cv2.rectangle(picture, (x - half + 8, top + 8), (x + half - 8, foot - 8), tones[1], -1)
        cv2.circle(picture, (x, (top + foot) // 2), half // 2, tones[2], -1, cv2.LINE_AA)
    elif one.shape == "books":
        for k in range(4):
            left = x - half + k * half // 2
            cv2.rectangle(picture, (left, top + k * 5), (left + half // 2 - 2, foot), tones[k], -1)
    elif one.shape == "lamp":
        shade = np.array(
            [[x - half // 2, top], [x + half // 2, top], [x + half, top + half], [x - half, top + half]]
        )
        cv2.rectangle(picture, (x - 4, top + half), (x + 4, foot), tones[1], -1)
        cv2.fillPoly(picture, [shade], tones[0], cv2.LINE_AA)
    elif one.shape == "cup":
        cv2.rectangle(picture, (x - half, foot - int(s * 0.6)), (x + half, foot), tones[0], -1)
        cv2.circle(picture, (x + half, foot - int(s * 0.3)), int(s * 0.2), tones[0], 7, cv2.LINE_AA)
        cv2.rectangle(
            picture, (x - half, foot - int(s * 0.4)), (x + half, foot - int(s * 0.25)), tones[1], -1
        )
    else:
        cv2.circle(picture, (x, foot - half), half, tones[0], -1, cv2.LINE_AA)
        cv2.ellipse(picture, (x, foot - half), (half, half // 3), 30, 0, 360, tones[1], -1, cv2.LINE_AA)


def _clock(picture: Linear, figures: str) -> None:
    """A panel with figures, high on the wall: over the heads."""
    x, y = int(CLOCK_X * WALL[1]), int(CLOCK_Y * WALL[0])
    cv2.rectangle(picture, (x, y - 66), (x + 176, y + 16), (0.012, 0.012, 0.014), -1)
    lit = np.zeros(WALL, np.uint8)
    cv2.putText(lit, figures, (x + 8, y), cv2.FONT_HERSHEY_SIMPLEX, 1.75, 255, 7, cv2.LINE_AA)
    glow = lit[..., None].astype(np.float32) / 255
    picture += glow * (np.array([0.75, 0.62, 0.5], np.float32) - picture)


def mired_gains(mired: float) -> NDArray[np.float32]:
    """Linear R, G, B gains of light that is warmer by so many mired: a straight line through the daylight and
    tungsten whites, as a gel shifts them."""
    return np.array([2.0 ** (0.0058 * mired), 1.0, 2.0 ** (-0.0062 * mired)], np.float32)


def light_on(place: Room, wall: int, light: Light) -> tuple[Linear, Linear]:
    """Light on the wall and on who stands before it, (225, 400, 3) each."""
    tall, wide = WALL[0] // 4, WALL[1] // 4
    x = np.linspace(0, 1, wide, dtype=np.float32)[None]
    y = np.linspace(0, 1, tall, dtype=np.float32)[:, None]
    side = light.side if wall == 0 else -light.side
    far = x if side < 0 else 1 - x
    falls = np.exp(-1.6 * far) * (1 - 0.25 * np.abs(y - 0.45))
    tint = mired_gains(light.warm)
    room_light = light.ambient * (1 - 0.3 * y)
    people = room_light[..., None] + light.window * falls[..., None] * tint
    patch = np.zeros((tall, wide), np.float32)
    at, lean = light.sun_x / 4, 40 * side
    quad = np.array([[at, 40], [at + 55, 40], [at + 55 + lean, 150], [at + lean, 150]], np.int32)
    cv2.fillPoly(patch, [quad], 1.0, cv2.LINE_AA)
    patch = cv2.GaussianBlur(patch, (0, 0), 3)
    wall_light = people + light.sun * light.window * patch[..., None] * mired_gains(light.warm + 25)
    return wall_light.astype(np.float32), people.astype(np.float32)


def another_hour(light: Light, random: np.random.Generator) -> Light:
    """The light of another time of day: the window stronger or weaker, its sun elsewhere and of another
    colour; what the room itself gives stays."""
    stops = float(random.uniform(0.7, 1.8) * random.choice([-1, 1]))
    moved = light.sun_x + float(random.uniform(150, 500) * random.choice([-1, 1]))
    return replace(
        light,
        window=light.window * 2.0**stops,
        warm=light.warm + float(random.uniform(10, 60) * random.choice([-1, 1])),
        sun_x=moved,
        sun=float(random.uniform(0.0, 1.4)),
    )


def room_tone(random: np.random.Generator) -> tuple[float, ...]:
    """A room's own sound: dB in 24 bands, falling towards the treble."""
    bands = np.cumsum(random.normal(0, 1.6, 24)) - np.linspace(0, random.uniform(8, 22), 24)
    return tuple(float(one) for one in bands)
