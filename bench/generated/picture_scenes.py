"""Rooms with boxes, a chart, and heads of ten tones, seen by cameras that stand apart: a small ray caster.

Scene-linear light of Rec. 709 primaries, without noise. The skins are the ten colours of the Monk Skin Tone
Scale taken as reflectances, with mottling, lips and cheeks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

MONK = ("f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96", "a07e56", "825c43", "604134", "3a312a", "292420")
CHART = (  # X-Rite ColorChecker, sRGB as published
    *("735244", "c29682", "627a9d", "576c43", "8580b1", "67bdaa", "d67e2c", "505ba6"),
    *("c15a63", "5e3c6c", "9dbc40", "e0a32e", "383d96", "469449", "af363c", "e7c71f"),
    *("bb5695", "0885a1", "f3f3f2", "c8c8c8", "a0a0a0", "7a7a79", "555555", "343434"),
)
KINDS = ("noise", "bricks", "stripes", "spots", "checks", "planks")


def linear_of(name: str) -> np.ndarray:
    code = np.array([int(name[place : place + 2], 16) / 255 for place in (0, 2, 4)])
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


@dataclass
class Surface:
    """A pattern of two colours."""

    kind: str
    one: np.ndarray
    two: np.ndarray
    scale: float
    seed: int


@dataclass
class Scene:
    """A room 8 wide, 3 high, 6 deep, its back wall at z = 6."""

    wall: Surface
    floor: Surface
    side: Surface
    boxes: list[tuple[np.ndarray, np.ndarray, Surface]]
    heads: list[tuple[np.ndarray, float, int]]  # centre, height, Monk tone 0 … 9
    chart: tuple[float, float]
    light: np.ndarray
    ambient: float
    seed: int
    hair: list[np.ndarray] = field(default_factory=list)


@dataclass
class Camera:
    place: np.ndarray
    at: np.ndarray
    angle: float  # degrees across


def noise(points: np.ndarray, seed: int) -> np.ndarray:
    """Value noise 0 … 1 at points (n, 3), two octaves."""
    total = np.zeros(len(points))
    for octave, part in ((1.0, 0.65), (2.7, 0.35)):
        at = points * octave
        low = np.floor(at).astype(np.int64)
        way = at - low
        way = way * way * (3 - 2 * way)
        value = np.zeros(len(points))
        for corner in range(8):
            step = np.array([(corner >> axis) & 1 for axis in range(3)])
            key = (low + step) @ np.array([73856093, 19349663, 83492791]) + seed * 2654435761
            key = (key ^ (key >> 13)) * 1274126177 & 0x7FFFFFFF
            key = (key ^ (key >> 15)) & 0xFFFF
            weight = np.prod(np.where(step, way, 1 - way), axis=1)
            value += weight * key / 65535
        total += part * value
    return total


def albedo(surface: Surface, points: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """Reflectance (n, 3) at points of the room; flat: (n, 2) along the surface."""
    u, v = (flat * surface.scale).T
    fine = noise(points * surface.scale * 6, surface.seed)
    if surface.kind == "noise":
        part = np.clip(noise(points * surface.scale * 2, surface.seed + 1) * 2 - 0.5, 0, 1)
    elif surface.kind == "bricks":
        row = np.floor(v * 2)
        edge = (np.abs((u + row / 2) % 1 - 0.5) > 0.46) | (np.abs((v * 2) % 1 - 0.5) > 0.44)
        tint = noise(np.stack([np.floor(u + row / 2), row, row * 0], 1) * 3.3, surface.seed)
        part = np.where(edge, 1.0, 0.6 * tint)
    elif surface.kind == "stripes":
        part = (np.sin(u * 6) > 0.2).astype(float)
    elif surface.kind == "spots":
        part = (np.hypot(u % 1 - 0.5, v % 1 - 0.5) < 0.3).astype(float)
    elif surface.kind == "checks":
        part = ((np.floor(u) + np.floor(v)) % 2).astype(float)
    else:
        plank = np.floor(u * 2)
        grain = noise(np.stack([u * 14, v * 1.2, plank * 7], 1), surface.seed)
        part = np.clip(0.8 * grain + 0.3 * ((plank * 0.618) % 1), 0, 1)
    return (surface.one + (surface.two - surface.one) * part[:, None]) * (0.75 + 0.5 * fine[:, None])


def scene(seed: int) -> Scene:
    chance = np.random.default_rng(seed)

    def colour(low: float = 0.04, high: float = 0.7) -> np.ndarray:
        base = np.exp(chance.uniform(np.log(low), np.log(high)))
        return np.clip(base * np.exp(chance.normal(0, 0.45, 3)), 0.02, 0.9)

    def surface(kind: str | None = None) -> Surface:
        kind = kind or str(chance.choice(KINDS))
        return Surface(kind, colour(), colour(), float(chance.uniform(0.9, 2.4)), int(chance.integers(1e6)))

    boxes = []
    for _ in range(6):
        size = chance.uniform((0.3, 0.3, 0.3), (0.9, 1.3, 0.8))
        low = np.array([chance.uniform(-3.2, 2.4), 0.0, chance.uniform(3.4, 5.0)])
        boxes.append((low, low + size, surface()))
    tones = chance.permutation(10)[:5]
    heads = []
    for number, tone in enumerate(tones):
        across = -1.9 + 0.95 * number + chance.uniform(-0.2, 0.2)
        place = np.array([across, chance.uniform(1.35, 1.75), chance.uniform(3.0, 4.2)])
        heads.append((place, 0.30, int(tone)))
    light = np.array([chance.uniform(-2.5, 2.5), 2.8, chance.uniform(-0.5, 1.5)])
    return Scene(
        surface(str(chance.choice(("bricks", "planks", "noise", "spots")))),
        surface(str(chance.choice(("planks", "checks")))),
        surface(),
        boxes,
        heads,
        (float(chance.uniform(-1.6, 0.6)), float(chance.uniform(2.0, 2.2))),
        light,
        float(chance.uniform(0.25, 0.5)),
        seed,
    )


def cameras(seed: int) -> tuple[Camera, Camera]:
    """Two cameras: at most a metre apart, differently framed."""
    chance = np.random.default_rng(seed + 7)
    first = Camera(
        np.array([chance.uniform(-0.6, 0.6), 1.5, 0.0]),
        np.array([chance.uniform(-0.5, 0.5), 1.4, 4.5]),
        float(chance.uniform(46, 58)),
    )
    apart = np.array([chance.uniform(-0.5, 0.5), chance.uniform(-0.15, 0.2), chance.uniform(-0.3, 0.5)])
    look = first.at + np.array([chance.uniform(-0.7, 0.7), chance.uniform(-0.2, 0.2), 0])
    return first, Camera(first.place + apart, look, float(chance.uniform(30, 56)))


def render(
    scene: Scene, camera: Camera, width: int = 640, height: int = 360
) -> tuple[np.ndarray, np.ndarray]:
    """Linear light (h, w, 3), and the tone of the head each pixel shows (h, w), −1 elsewhere."""
    ahead = camera.at - camera.place
    ahead = ahead / np.linalg.norm(ahead)
    right = np.cross((0, 1, 0), ahead)
    right /= np.linalg.norm(right)
    up = np.cross(ahead, right)
    half = np.tan(np.radians(camera.angle) / 2)
    x = (np.arange(width) + 0.5) / width * 2 - 1
    y = (1 - (np.arange(height) + 0.5) / height * 2) * height / width
    gx, gy = np.meshgrid(x * half, y * half)
    rays = (ahead + gx[..., None] * right + gy[..., None] * up).reshape(-1, 3)
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    far, which, normal = _hit(scene, camera.place, rays)
    points = camera.place + rays * far[:, None]
    colour, tone = _colours(scene, points, which, normal)
    to_light = scene.light - points
    distance = np.linalg.norm(to_light, axis=1)
    to_light /= distance[:, None]
    shadow, _, _ = _hit(scene, points + normal * 1e-3, to_light)
    lit = np.maximum((normal * to_light).sum(1), 0) * (shadow > distance - 2e-3) * 9 / (1 + distance**2) * 1.6
    sky = scene.ambient * (0.75 + 0.25 * normal[:, 1])
    half_way = to_light - rays
    half_way /= np.linalg.norm(half_way, axis=1, keepdims=True)
    gloss = np.where(which >= 100, 0.03, 0.0) * np.maximum((normal * half_way).sum(1), 0) ** 25 * (lit > 0)
    light = colour * (lit + sky)[:, None] + gloss[:, None]
    return light.reshape(height, width, 3) * 0.55, tone.reshape(height, width)


def _hit(scene: Scene, start: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distance, what (0 wall, 1 floor, 2 side, 3 ceiling, 10+ boxes, 100+ heads), and the normal."""
    far = np.full(len(rays), 1e9)
    which = np.zeros(len(rays), int)
    normal = np.zeros((len(rays), 3))
    start = np.broadcast_to(start, rays.shape)
    safe = np.where(np.abs(rays) < 1e-9, 1e-9, rays)

    def take(mask: np.ndarray, distance: np.ndarray, number: int, to: np.ndarray) -> None:
        mask = mask & (distance > 1e-4) & (distance < far)
        far[mask], which[mask] = distance[mask], number
        normal[mask] = to[mask] if to.ndim == 2 else to

    walls = (
        (2, 6.0, 0, -1),
        (1, 0.0, 1, 1),
        (0, -4.0, 2, 1),
        (0, 4.0, 2, -1),
        (1, 3.0, 3, -1),
        (2, -1.0, 3, 1),
    )
    for axis, place, number, sign in walls:
        to = np.zeros(3)
        to[axis] = sign
        take(np.ones(len(rays), bool), (place - start[:, axis]) / safe[:, axis], number, to)
    for number, (low, high, _) in enumerate(scene.boxes):
        one, two = (low - start) / safe, (high - start) / safe
        near, end = np.minimum(one, two), np.maximum(one, two)
        axis = near.argmax(1)
        distance = near.max(1)
        to = np.zeros_like(rays)
        to[np.arange(len(rays)), axis] = -np.sign(rays[np.arange(len(rays)), axis])
        take((distance < end.min(1)), distance, 10 + number, to)
    for number, (centre, tall, _) in enumerate(scene.heads):
        shape = np.array((0.36, 0.5, 0.42)) * tall / 0.5
        o, d = (start - centre) / shape, rays / shape
        b, c, a = (o * d).sum(1), (o * o).sum(1) - 1, (d * d).sum(1)
        inside = b * b - a * c
        distance = (-b - np.sqrt(np.maximum(inside, 0))) / a
        to = (o + d * distance[:, None]) / shape
        to /= np.maximum(np.linalg.norm(to, axis=1, keepdims=True), 1e-9)
        take(inside > 0, distance, 100 + number, to)
    return far, which, normal


def _colours(
    scene: Scene, points: np.ndarray, which: np.ndarray, normal: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    colour = np.full((len(points), 3), 0.6)
    tone = np.full(len(points), -1)
    axes = np.abs(normal).argmax(1)
    others = np.array([(2, 1), (0, 2), (0, 1)])[axes]
    flat = np.stack([points[np.arange(len(points)), others[:, k]] for k in (0, 1)], 1)
    surfaces = [(0, scene.wall), (1, scene.floor), (2, scene.side)]
    surfaces += [(10 + number, box[2]) for number, box in enumerate(scene.boxes)]
    for number, surface in surfaces:
        here = which == number
        colour[here] = albedo(surface, points[here], flat[here])
    left, low = scene.chart
    u, v = (points[:, 0] - left) / 0.2, (low + 0.5 - points[:, 1]) / 0.2
    board = (which == 0) & (u > -0.2) & (u < 6.2) & (v > -0.2) & (v < 4.2)
    colour[board] = 0.03
    patch = board & (u > 0) & (u < 6) & (v > 0) & (v < 4) & (u % 1 > 0.08) & (u % 1 < 0.92)
    patch &= (v % 1 > 0.08) & (v % 1 < 0.92)
    values = np.stack([linear_of(one) for one in CHART])
    colour[patch] = values[(v[patch].astype(int) * 6 + u[patch].astype(int))]
    for number, (centre, tall, monk) in enumerate(scene.heads):
        here = which == 100 + number
        at = (points[here] - centre) / tall * 0.5
        skin = linear_of(MONK[monk]) * 0.8
        seed = scene.seed + number
        mottle = (noise(at * 30, seed) - 0.5) * 0.25
        blood = np.array((-0.15, -0.7, -0.5))
        made = skin * np.exp(mottle[:, None] * np.array((0.7, 1.0, 1.2)))
        cheeks = np.exp(-((np.abs(at[:, 0]) - 0.16) ** 2 + (at[:, 1] + 0.05) ** 2) / 0.006) * 0.25
        lips = ((at[:, 0] / 0.1) ** 2 + ((at[:, 1] + 0.2) / 0.03) ** 2 < 1) * 0.7
        made = made * np.exp(np.maximum(cheeks, lips)[:, None] * blood)
        hair = at[:, 1] > 0.22 + 0.06 * noise(at * 9, seed + 5)
        eyes = ((np.abs(at[:, 0]) - 0.13) / 0.05) ** 2 + ((at[:, 1] - 0.06) / 0.025) ** 2 < 1
        made[hair | eyes] = np.array((0.05, 0.035, 0.025)) * (0.5 + noise(at * 60, seed)[hair | eyes, None])
        colour[here] = np.clip(made, 0.005, 0.95)
        tone[np.flatnonzero(here)[~(hair | eyes)]] = monk
    return colour, tone
