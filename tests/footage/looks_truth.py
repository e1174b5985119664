"""Pictures whose light, colour and sharpness are known; shots that were copied, changed or taken twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from camera_scenes import Camera, Filmed, Studio

WIDTH, HEIGHT = 320, 180
TO_RGB = np.linalg.inv(
    np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
)


def daylight_or_lamp(kelvin: float) -> np.ndarray:
    """Linear BT.709 of a light of this colour temperature, luminance 1 (Kim et al. 2002, US patent 7024034).

    Another formula than the one that is tested.
    """
    t = kelvin
    if t <= 4000:
        x = -0.2661239e9 / t**3 - 0.2343589e6 / t**2 + 0.8776956e3 / t + 0.179910
    else:
        x = -3.0258469e9 / t**3 + 2.1070379e6 / t**2 + 0.2226347e3 / t + 0.240390
    if t <= 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif t <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    rgb = TO_RGB @ np.array([x / y, 1.0, (1 - x - y) / y])
    return np.clip(rgb, 0, None)


def shown(light: np.ndarray) -> np.ndarray:
    """(…, 3) uint8 codes of display light, BT.1886."""
    return np.rint(np.clip(light, 0, 1) ** (1 / 2.4) * 255).astype(np.uint8)


def patches(
    random: np.random.Generator, kelvin: float, neutral: float, level: float
) -> tuple[np.ndarray, float]:
    """Codes (180, 320, 3) of a wall of painted patches, `neutral` of them grey, under one light; and their
    mean display luminance. level: brightness of the light."""
    picture = np.zeros((HEIGHT, WIDTH, 3))
    cells = [(y, x) for y in range(0, HEIGHT, 18) for x in range(0, WIDTH, 20)]
    for y, x in cells:
        if random.random() < neutral:
            paint = np.full(3, np.exp(random.uniform(np.log(0.04), np.log(0.9)))) * random.normal(1, 0.015, 3)
        else:
            hue = random.uniform(0, 2 * np.pi)
            tint = 0.5 + 0.5 * np.cos(hue + np.array([0, 2.1, 4.2]))
            paint = random.uniform(0.1, 0.7) * (0.15 + 0.85 * tint)
        picture[y : y + 18, x : x + 20] = paint
    shade = cv2.resize(random.uniform(0.6, 1.0, (3, 4)), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    light = picture * shade[..., None] * daylight_or_lamp(kelvin) * level
    light = np.clip(light, 0, 1)
    return shown(light), float((light @ [0.2126, 0.7152, 0.0722]).mean())


def head(random: np.random.Generator, ratio: float) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """Codes (180, 320, 3) of a head lit from the side, key and fill over fill `ratio` stops; and its box."""
    high = random.uniform(60, 150)
    wide = high * random.uniform(0.72, 0.85)
    cx, cy = random.uniform(100, 220), random.uniform(80, 100)
    yy, xx = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    u, v = (xx - cx) / (wide / 2), (yy - cy) / (high / 2)
    inside = u**2 + v**2 < 1
    z = np.sqrt(np.clip(1 - u**2 - v**2, 0, 1))
    side = float(random.choice([-1, 1]))
    angle = np.radians(random.uniform(55, 80))
    key = np.clip(side * np.sin(angle) * u * 0.9 + np.cos(angle) * z, 0, 1) / np.sin(angle + 0.35)
    fill = 1.0
    light = fill + (2.0**ratio - 1) * np.clip(key, 0, 1)
    skin = np.array([0.5, 0.34, 0.26]) * random.uniform(0.4, 1.1)
    for ex in (-0.38, 0.38):  # eyes, and a mouth, are darker
        skin_dark = ((u - ex) / 0.2) ** 2 + ((v + 0.15) / 0.09) ** 2 < 1
        light = np.where(skin_dark, light * 0.35, light)
    light = np.where((u / 0.3) ** 2 + ((v - 0.5) / 0.08) ** 2 < 1, light * 0.5, light)
    level = random.uniform(0.25, 0.8) / (2.0**ratio)
    picture = np.where(inside[..., None], light[..., None] * skin * level, 0.05 * random.uniform(0.2, 2))
    picture = cv2.GaussianBlur(picture, (0, 0), 0.8)
    codes = shown(picture).astype(np.float64) + random.normal(0, 1.5, picture.shape)
    box = ((cx - wide / 2) / WIDTH, (cy - high / 2) / HEIGHT, wide / WIDTH, high / HEIGHT)
    return np.clip(codes, 0, 255).astype(np.uint8), box


def write(path: Path, pictures: list[np.ndarray], rate: Fraction, crf: int = 20) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        high, wide = pictures[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": str(crf), "threads": "1"}
        for picture in pictures:
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24"))
            )
        container.mux(stream.encode())


@dataclass
class Shot:
    """A shot on disk. setup: which set-up it was taken from. footage: which take it is a copy of."""

    name: str
    setup: int
    footage: int
    pictures: list[np.ndarray]
    rate: Fraction
    crf: int = 20


def shots_twice(seed: int, setups: int, stills: list[np.ndarray]) -> list[Shot]:
    """Of every set-up two takes and copies of the first; every other set-up is in the scene of the one
    before, photographed from elsewhere."""
    random = np.random.default_rng(seed)
    shots: list[Shot] = []
    footage = 0
    scene: tuple = ()
    for setup in range(setups):
        studio = Studio(seed + 31 * setup, stills)
        if setup % 2 == 0 or not scene:
            scene = studio.scene(str(random.choice(["room", "street", "field"])))
            view = Camera(np.zeros(3), 0.0, 0.0, 0.0, float(random.uniform(0.8, 1.6)))
        else:  # the same place, from another side or much closer
            turn = float(random.choice([-1, 1]) * random.uniform(0.35, 0.6))
            view = Camera(
                np.array([random.uniform(-0.3, 0.3) * scene[1], 0, 0.1 * scene[1]]),
                turn / view.focal,
                0.0,
                0.0,
                float(view.focal * random.uniform(0.8, 1.5)),
            )
        movement = str(random.choice(["static", "static", "handheld", "pan_right", "dolly_in"]))
        moves = studio.move(movement, int(random.integers(28, 44)), RATE, scene[1])
        first = _take(studio, moves, scene, view)
        shots.append(Shot(f"{setup} first", setup, footage, first, RATE))
        for name, change in CHANGES.items():
            copy, crf = change(first, random)
            shots.append(Shot(f"{setup} {name}", setup, footage, copy, RATE, crf))
        moved = Camera(
            view.place + random.normal(0, 0.006, 3) * scene[1],
            view.pan + float(random.normal(0, 0.008)),
            view.tilt + float(random.normal(0, 0.006)),
            0.0,
            view.focal * float(random.uniform(0.985, 1.015)),
        )
        late = int(random.integers(0, 5))
        again = _take(Studio(seed + 31 * setup + 7, stills), moves[late:], scene, moved)
        light = float(random.uniform(0.8, 1.15))
        again = [np.clip(one * light, 0, 255).astype(np.uint8) for one in again]
        shots.append(Shot(f"{setup} again", setup, footage + 1, again, RATE))
        footage += 2
    return shots


RATE = Fraction(12)


def _take(studio: Studio, moves: list[Camera], scene: tuple, view: Camera) -> list[np.ndarray]:
    planes, near = scene
    cameras = [
        Camera(
            one.place + view.place,
            one.pan + view.pan,
            one.tilt + view.tilt,
            one.roll,
            one.focal / moves[0].focal * view.focal,
        )
        for one in moves
    ]
    cast = [studio.figure(near) for _ in range(int(studio.random.integers(1, 3)))]
    seed = int(studio.random.integers(1 << 30))
    clip = Filmed("", RATE, cameras, [*planes, *cast], 2.0, False, seed, np.ones(len(cameras)))
    return list(clip.pictures())


Change = Callable[[list[np.ndarray], np.random.Generator], tuple[list[np.ndarray], int]]


def _encoded(pictures: list[np.ndarray], random: np.random.Generator) -> tuple[list[np.ndarray], int]:
    return pictures, 36


def _scaled(pictures: list[np.ndarray], random: np.random.Generator) -> tuple[list[np.ndarray], int]:
    return [cv2.resize(one, (192, 108), interpolation=cv2.INTER_AREA) for one in pictures], 24


def _cropped(pictures: list[np.ndarray], random: np.random.Generator) -> tuple[list[np.ndarray], int]:
    keep = 1 - random.uniform(0.04, 0.1)
    high, wide = round(HEIGHT * keep / 2) * 2, round(WIDTH * keep / 2) * 2
    top, left = int(random.integers(0, HEIGHT - high + 1)), int(random.integers(0, WIDTH - wide + 1))
    cut = [one[top : top + high, left : left + wide] for one in pictures]
    return [cv2.resize(one, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) for one in cut], 22


def _graded(pictures: list[np.ndarray], random: np.random.Generator) -> tuple[list[np.ndarray], int]:
    gamma, gain = random.uniform(0.7, 1.5), random.uniform(0.7, 1.25)
    tint, lift = random.uniform(0.8, 1.2, 3), random.uniform(0, 18)
    table = (np.arange(256) / 255.0) ** gamma * 255 * gain + lift
    return [np.clip(table[one] * tint, 0, 255).astype(np.uint8) for one in pictures], 22


def _titled(pictures: list[np.ndarray], random: np.random.Generator) -> tuple[list[np.ndarray], int]:
    words = ["and so we wait", "for the last ferry", "nobody came here", "it was never mine"]
    found = []
    for number, one in enumerate(pictures):
        one = one.copy()
        line = words[number // 14 % len(words)]
        for colour, thick in ((0, 4), (255, 2)):
            cv2.putText(
                one, line, (50, 160), cv2.FONT_HERSHEY_SIMPLEX, 0.75, (colour,) * 3, thick, cv2.LINE_AA
            )
        found.append(one)
    return found, 22


def _shifted(pictures: list[np.ndarray], random: np.random.Generator) -> tuple[list[np.ndarray], int]:
    first, last = (int(one) for one in random.integers(1, 5, 2))
    return pictures[first:-last], 26


def _everything(pictures: list[np.ndarray], random: np.random.Generator) -> tuple[list[np.ndarray], int]:
    for change in (_shifted, _cropped, _graded, _scaled):
        pictures, _ = change(pictures, random)
    return pictures, 30


CHANGES: dict[str, Change] = {
    "encoded again": _encoded,
    "scaled": _scaled,
    "cropped": _cropped,
    "graded": _graded,
    "titled": _titled,
    "shifted": _shifted,
    "all but titled": _everything,
}
