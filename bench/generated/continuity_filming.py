"""A room filmed: framings, people who move, exposure, lens, grain, and the H.264 that it is kept in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import cv2
import numpy as np
from continuity_rooms import Dress, Figure, Light, Linear, Room, light_on, mired_gains, wall_of
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "footage"))

from drawn_faces import SKINS, Face, paint, person  # (the faces the tests are made of)

WIDTH, HEIGHT = 640, 360
PICTURES = 6  # of each side of a cut
STEP = Fraction(2, 25)  # seconds between them
HEAD_PIXELS = 84  # a head is drawn at most so large, and enlarged
Pictures = NDArray[np.uint8]


@dataclass(frozen=True)
class Camera:
    """A framing: the middle in wall pixels, how many wall pixels wide, and what lens and stop do."""

    wall: int
    x: float
    y: float
    wide: float
    roll: float = 0.0
    stops: float = 0.0
    mired: float = 0.0
    tint: float = 0.0  # stops of green
    vignette: float = 0.1
    soft: float = 0.0  # pixels of blur of what is behind
    shake: float = 0.5


@dataclass(frozen=True)
class Acting:
    """What somebody does: angles of the head, where the arms are, and walking in wall pixels a picture."""

    figure: Figure
    yaw: float = 0.0
    pitch: float = 0.0
    arms: tuple[float, float] = (0.2, 0.2)
    gesture: float = 0.0
    walk: float = 0.0


def film(place: Room, camera: Camera, light: Light, actors: list[Acting], seed: tuple[int, ...]) -> Pictures:
    """(6, 360, 640, 3) uint8 R'G'B' of a side of a cut, as it comes out of the decoder."""
    random = np.random.default_rng(seed)
    wall = _wall(place, camera.wall)
    lit, on_people = light_on(place, camera.wall, light)
    zoom = WIDTH / camera.wide
    drift = np.cumsum(random.normal(0, camera.shake, (PICTURES, 2)), axis=0)
    phases = random.uniform(0, 6.28, 8)
    gains = mired_gains(camera.mired) * np.array([1, 2.0**camera.tint, 1]) * 2.0**camera.stops
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    away = ((x - WIDTH / 2) ** 2 + (y - HEIGHT / 2) ** 2) / (WIDTH / 2) ** 2
    lens = (1 - camera.vignette * away)[..., None]
    frames = []
    for k in range(PICTURES):
        c, s = np.cos(camera.roll) * zoom, np.sin(camera.roll) * zoom
        at = WIDTH / 2 + drift[k, 0], HEIGHT / 2 + drift[k, 1]
        move = np.array(
            [[c, -s, at[0] - c * camera.x + s * camera.y], [s, c, at[1] - s * camera.x - c * camera.y]]
        )
        seen = _through(wall, move) * _through(lit, move @ np.diag([4.0, 4.0, 1.0]))
        if camera.soft > 0.3:
            seen = cv2.GaussianBlur(seen, (0, 0), camera.soft)
        bright = _through(on_people, move @ np.diag([4.0, 4.0, 1.0]))
        for number, one in enumerate(actors):
            if one.figure.wall == camera.wall:
                _person(seen, bright, one, move, zoom, k, phases[4 * (number % 2) :])
        frames.append(seen * lens * gains)
    exposed = np.asarray(frames, np.float32)
    noise = random.standard_normal(exposed.shape, np.float32) * np.float32(random.uniform(0.002, 0.006))
    exposed = exposed + noise * np.sqrt(np.clip(exposed, 0.02, 1))
    coded = 255 * _curve(exposed)
    return through_h264(np.clip(coded, 0, 255).astype(np.uint8), int(random.integers(18, 27)))


def _curve(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear to coded: a gamma of 2.4 with a shoulder."""
    held = np.where(light > 0.7, 0.7 + 0.3 * np.tanh((light - 0.7) / 0.3), light)
    return np.asarray(np.clip(held, 0, 1) ** (1 / 2.4), np.float32)


@lru_cache(maxsize=8)
def _wall(place: Room, wall: int) -> Linear:
    return wall_of(place, wall)


def _through(field: Linear, move: NDArray[np.float64]) -> Linear:
    flags = cv2.INTER_AREA if np.hypot(*move[0, :2]) < 1 else cv2.INTER_LINEAR
    seen = cv2.warpAffine(field, move[:2], (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(seen, np.float32)


def _person(
    seen: Linear,
    bright: Linear,
    one: Acting,
    move: NDArray[np.float64],
    zoom: float,
    k: int,
    phases: NDArray[np.float64],
) -> None:
    """Puts somebody into a picture: body, arms, head, hair."""
    figure = one.figure
    sway = 2.0 * np.sin(k * 0.35 + phases[0])
    place = move @ np.array([figure.x + one.walk * k + sway, figure.y + np.sin(k * 0.5 + phases[1]), 1.0])
    x, y, h = float(place[0]), float(place[1]), figure.head * zoom
    if not -3 * h < x < WIDTH + 3 * h:
        return
    column, row = int(np.clip(x, 0, WIDTH - 1)), int(np.clip(y, 0, HEIGHT - 1))
    light = bright[row, column]
    skin = np.power(np.array(SKINS[figure.who % len(SKINS)]) / 255, 2.2) * 0.75
    body = _body(figure.dress, h)
    shoulders = y + 0.72 * h
    if figure.hair == "long":
        for side in (-1, 1):
            _blob(seen, [(x + side * 0.34 * h, y + 0.1 * h)], 0.26 * h, 0.75 * h, _hair(figure) * light)
    for side in (-1, 1):  # arms hang or are raised, and move a little
        angle = one.arms[(side + 1) // 2] + one.gesture * np.sin(k * 0.8 + phases[2 + (side > 0)])
        elbow = x + side * (1.0 + 0.35 * angle) * h, shoulders + (1.25 - 0.3 * angle) * h
        hand = elbow[0] - side * 0.5 * angle * h, elbow[1] + (1.1 - 1.6 * angle) * h
        points = np.array([[x + side * 0.95 * h, shoulders + 0.25 * h], elbow, hand])
        sleeve = np.array(figure.dress.other if figure.dress.jacket else figure.dress.tone)
        cv2.polylines(
            seen,
            [np.round(points).astype(np.int32)],
            False,
            (sleeve * light * 0.9).tolist(),
            max(1, int(0.4 * h)),
            cv2.LINE_AA,
        )
        cv2.circle(seen, _at(hand), max(1, int(0.2 * h)), (skin * light).tolist(), -1, cv2.LINE_AA)
    _lay(seen, body, x - body.shape[1] / 2, shoulders, light)
    across, down = np.array([-0.2, 0.2, 0.26, -0.26]), np.array([0.3, 0.3, 0.84, 0.84])
    neck = np.stack([x + across * h, y + down * h], 1)
    cv2.fillPoly(seen, [np.round(neck).astype(np.int32)], (skin * light * 0.7).tolist(), cv2.LINE_AA)
    head = _head(figure.who, round(one.yaw / 2) * 2, round(one.pitch / 2) * 2)
    side_px = max(8, round(head.shape[0] * h / HEAD_PIXELS))
    small = cv2.resize(
        head,
        (side_px, side_px),
        interpolation=cv2.INTER_AREA if side_px < head.shape[0] else cv2.INTER_LINEAR,
    )
    _lay(seen, small, x - side_px / 2, y - side_px / 2, light)
    if figure.hair == "cap":
        _blob(seen, [(x, y - 0.42 * h)], 0.44 * h, 0.24 * h, np.array(figure.dress.other) * light)
    elif figure.hair == "bun":
        _blob(seen, [(x, y - 0.62 * h)], 0.24 * h, 0.22 * h, _hair(figure) * light)
        _blob(seen, [(x, y - 0.48 * h)], 0.12 * h, 0.06 * h, np.array([0.5, 0.05, 0.05]) * light)
    elif figure.hair == "band":
        _blob(seen, [(x, y - 0.40 * h)], 0.42 * h, 0.09 * h, np.array(figure.dress.other) * light)


def _hair(figure: Figure) -> NDArray[np.float64]:
    return np.power(np.array(person(figure.who).hair) / 255, 2.2) * 0.8


def _at(point: tuple[float, float]) -> tuple[int, int]:
    return int(np.clip(point[0], -2000, 4000)), int(np.clip(point[1], -2000, 4000))


def _blob(
    seen: Linear, places: list[tuple[float, float]], w: float, h: float, tone: NDArray[np.float64]
) -> None:
    for place in places:
        cv2.ellipse(
            seen, _at(place), (max(1, int(w)), max(1, int(h))), 0, 0, 360, tone.tolist(), -1, cv2.LINE_AA
        )


@lru_cache(maxsize=256)
def _body(dress: Dress, h: float) -> NDArray[np.float32]:
    """(rows, columns, 4): shoulders to knees, linear light and cover; as people wear things, with folds."""
    wide, tall = max(8, int(2.4 * h)), max(8, int(4.6 * h))
    cover = np.zeros((tall, wide), np.uint8)
    shape = np.array(
        [[0.30, 0], [0.70, 0], [0.95, 0.06], [0.98, 0.2], [0.86, 1], [0.14, 1], [0.02, 0.2], [0.05, 0.06]]
    )
    cv2.fillPoly(cover, [(shape * (wide, tall)).astype(np.int32)], 255, cv2.LINE_AA)
    cloth = np.empty((tall, wide, 3), np.float32)
    cloth[:] = dress.tone
    step = max(3, int(0.16 * h))
    if dress.pattern in ("stripes", "checks"):
        for y in range(0, tall, 2 * step):
            cloth[y : y + step] = 0.6 * np.array(dress.tone) + 0.4 * np.array(dress.other)
    if dress.pattern == "checks":
        for x in range(0, wide, 2 * step):
            cloth[:, x : x + step] = 0.7 * cloth[:, x : x + step] + 0.3 * np.array(dress.other)
    if dress.jacket:
        cloth[:, : int(0.36 * wide)] = dress.other
        cloth[:, int(0.64 * wide) :] = dress.other
    random = np.random.default_rng(int(1000 * dress.tone[0] + 7 * h))
    folds = cv2.resize(
        random.normal(0, 1, (9, 5)).astype(np.float32), (wide, tall), interpolation=cv2.INTER_CUBIC
    )
    cloth *= (1 + 0.12 * folds)[..., None]
    return np.dstack([np.clip(cloth, 0.003, 1), cover.astype(np.float32) / 255])


@lru_cache(maxsize=2048)
def _head(who: int, yaw: int, pitch: int) -> NDArray[np.float32]:
    """A head on nothing, (side, side, 4): linear light and cover; its height is HEAD_PIXELS."""
    side = int(HEAD_PIXELS * 1.5)
    picture = np.full((side, side, 3), np.nan)
    paint(picture, Face(height=HEAD_PIXELS / side, yaw=yaw, pitch=pitch, who=who))
    cover = np.isfinite(picture[..., 0]).astype(np.float32)
    light = np.power(np.clip(np.nan_to_num(picture) / 255, 0.01, 1), 2.2)
    cover = cv2.GaussianBlur(cv2.erode(cover, np.ones((3, 3))), (3, 3), 0.7)
    return np.dstack([light, cover]).astype(np.float32)


def _lay(
    seen: Linear, layer: NDArray[np.float32], left: float, top: float, light: NDArray[np.float32]
) -> None:
    """Puts a layer (h, w, 4) over a picture at a place between pixels."""
    x, y = int(np.floor(left)), int(np.floor(top))
    shift = np.array([[1, 0, left - x], [0, 1, top - y]])
    moved = cv2.warpAffine(layer, shift, (layer.shape[1] + 1, layer.shape[0] + 1), flags=cv2.INTER_LINEAR)
    x0, y0, x1, y1 = max(0, x), max(0, y), min(WIDTH, x + moved.shape[1]), min(HEIGHT, y + moved.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = moved[y0 - y : y1 - y, x0 - x : x1 - x]
    cover = part[..., 3:]
    seen[y0:y1, x0:x1] = seen[y0:y1, x0:x1] * (1 - cover) + part[..., :3] * light * cover


def through_h264(pictures: Pictures, quality: int) -> Pictures:
    """Pictures as x264 at a quality (CRF) leaves them."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = STEP, 1 / STEP
    encoder.options = {"crf": str(quality), "preset": "veryfast", "threads": "1"}
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    out = []
    packets = []
    for pixels in pictures:
        packets += encoder.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24"))
    packets += encoder.encode(None)
    for packet in packets:
        out += decoder.decode(packet)
    out += decoder.decode(None)
    return np.stack([one.to_ndarray(format="rgb24") for one in out])
