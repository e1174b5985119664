"""Clips in which people move as people do, with where they are in every picture: the truth for reframing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from answerprint.departments.editorial.subject_tracks import Detection

RATE = 25
KINDS = ("walk", "run", "stop", "turn", "hidden", "through", "panning", "pair")
GAIT = 1.9  # steps a second


@dataclass
class Clip:
    """boxes: (n, 4) left, top, right, bottom of the subject in parts of the picture (outside it too).

    visible: (n,) share of the subject to be seen. others: boxes of people it is not about. pan: (n,) how far
    the camera has turned, in widths. pillars: (left, width) of things before them, in widths of the world.
    """

    kind: str
    seed: int
    boxes: np.ndarray
    visible: np.ndarray
    others: list[np.ndarray]
    pan: np.ndarray
    pillars: list[tuple[float, float]]


def film(kind: str, seed: int) -> Clip:
    """A clip of 6 to 9 seconds."""
    random = np.random.default_rng(seed)
    count = int(random.integers(6 * RATE, 9 * RATE))
    t = np.arange(count) / RATE
    tall = float(random.uniform(0.3, 0.48) if kind == "pair" else random.uniform(0.35, 0.8))
    wide = tall * 9 / 16 * float(random.uniform(0.34, 0.42))
    way = _way(kind, random, t)
    pan = np.zeros(count)
    if kind == "panning":
        swing = random.uniform(0.15, 0.5) * random.choice([-1, 1])
        pan = swing * _eased(t / t[-1]) + 0.002 * _hands(random, t)
    pillars = []
    if kind == "hidden":
        for part in random.uniform(0.3, 0.7, int(random.integers(1, 3))):
            pillars.append(
                (float(way[int(part * count)] - wide * 0.7), float(wide * random.uniform(1.1, 1.8)))
            )
    boxes = _person(random, t, way - pan, wide, tall, moving=np.abs(np.gradient(way, t)))
    others = []
    if kind == "pair":
        beside = way + wide * float(random.uniform(1.1, 1.5)) * random.choice([-1, 1])
        beside = beside + 0.01 * _hands(random, t)
        second = _person(random, t, beside, wide * 0.95, tall * 0.95, moving=np.abs(np.gradient(beside, t)))
        others.append(second)
    elif random.random() < 0.4:  # somebody small passes in the background
        start, pace = random.uniform(-0.1, 1.1), random.uniform(0.03, 0.12) * random.choice([-1, 1])
        others.append(
            _person(random, t, start + pace * t - pan, wide * 0.35, tall * 0.35, np.full(count, 0.05))
        )
    visible = _inside(boxes)
    for left, width in pillars:
        visible = visible - _overlap(boxes, left - pan, left + width - pan)
    if kind == "pair":
        union = np.concatenate(
            [np.minimum(boxes[:, :2], others[0][:, :2]), np.maximum(boxes[:, 2:], others[0][:, 2:])], axis=1
        )
        return Clip(kind, seed, union, _inside(union), [boxes, others[0]], pan, pillars)
    return Clip(kind, seed, boxes, np.clip(visible, 0, 1), others, pan, pillars)


def people_of(clip: Clip) -> list[np.ndarray]:
    """The boxes of everybody in a clip, the smaller ones (farther away) first."""
    everybody = clip.others if clip.kind == "pair" else [*clip.others, clip.boxes]
    return sorted(everybody, key=lambda one: float((one[:, 3] - one[:, 1]).mean()))


def detections_of(clip: Clip) -> list[list[Detection]]:
    """What a detector says of every picture: 6 % of jitter, misses alone and in runs, finds of nothing."""
    random = np.random.default_rng(clip.seed + 7)
    found: list[list[Detection]] = [[] for _ in clip.boxes]
    for boxes in people_of(clip):
        visible = _inside(boxes)
        for left, width in clip.pillars:
            visible = visible - _overlap(boxes, left - clip.pan, left + width - clip.pan)
        asleep = 0
        for number, (x0, y0, x1, y1) in enumerate(boxes):
            if asleep == 0 and random.random() < 0.01:
                asleep = int(random.integers(5, 20))  # turned away, blurred: missed for a while
            asleep = max(0, asleep - 1)
            if asleep or random.random() > 0.92 * min(1.0, max(0.0, visible[number] * 2 - 0.5)):
                continue
            left, right = max(0.0, x0), min(1.0, x1)
            wide, tall = right - left, y1 - y0
            sigma = 0.06 if random.random() > 0.03 else 0.3  # now and then far off
            jitter = random.normal(0, sigma, 4) * [wide, tall, wide, tall]
            box = (left + jitter[0] / 2, y0 + jitter[1] / 2, wide + jitter[2], tall + jitter[3])
            sure = float(np.clip(random.normal(0.8, 0.12), 0.3, 1))
            if box[2] > 0.005 and box[3] > 0.005:
                found[number].append(Detection(tuple(float(one) for one in box), sure))  # type: ignore[arg-type]
    for number in range(len(found)):
        if random.random() < 0.05:
            size = random.uniform(0.05, 0.5)
            box = (random.uniform(0, 0.9), random.uniform(0, 0.6), size * 0.25, size)
            found[number].append(Detection(box, float(random.uniform(0.3, 0.8))))
    return found


def pictures_of(clip: Clip, width: int, height: int) -> Iterator[np.ndarray]:
    """The clip drawn: textured people before a textured place, with noise. (height, width, 3) uint8."""
    random = np.random.default_rng(clip.seed + 13)
    scale = 2
    w, h = width * scale, height * scale
    reach = 2.2
    place = _texture(random, int(reach * w), h)
    skins = [_texture(random, 96, 192, bright=True) for _ in people_of(clip)]
    cover = _figure(96, 192)
    pillar = _texture(random, w // 4, h)
    for number in range(len(clip.boxes)):
        offset = round(float(clip.pan[number] + (reach - 1) / 2) * w)
        picture = place[:, np.clip(np.arange(offset, offset + w), 0, place.shape[1] - 1)].copy()
        for boxes, skin in zip(people_of(clip), skins, strict=True):
            _lay(picture, skin, cover, boxes[number], w, h)
        for left, wide in clip.pillars:
            x0 = round((left - float(clip.pan[number])) * w)
            x1 = round((left + wide - float(clip.pan[number])) * w)
            a, b = max(0, x0), min(w, x1)
            if a < b:
                picture[:, a:b] = pillar[:, (np.arange(a, b) - x0) % pillar.shape[1]]
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        yield np.clip(small + random.normal(0, 2.5, small.shape), 0, 255).astype(np.uint8)


def _way(kind: str, random: np.random.Generator, t: np.ndarray) -> np.ndarray:
    """Where the subject's middle is, in widths of the world."""
    side = random.choice([-1, 1])
    seconds = t[-1]
    if kind == "run":
        pace = random.uniform(0.22, 0.4)
        speed = np.where(t < random.uniform(1, 2), 0.0, pace)
    elif kind == "stop":
        first, second = random.uniform(1.5, 2.5), random.uniform(4, 5.5)
        pace = random.uniform(0.1, 0.2)
        speed = np.where((t > first) & (t < second), 0.0, pace)
    elif kind == "turn":
        at = random.uniform(2.5, 4)
        speed = np.where(t < at, 1.0, -1.0) * random.uniform(0.1, 0.2)
    elif kind == "through":
        speed = np.full(len(t), 1.3 / seconds)
    elif kind == "pair":
        speed = np.where((t > 2) & (t < 4), random.uniform(0.05, 0.12), 0.0)
    else:
        speed = np.full(len(t), random.uniform(0.07, 0.11))
    kernel = np.hanning(int(0.7 * RATE) + 2)  # nobody starts, stops or turns at once
    speed = np.convolve(np.pad(speed, len(kernel), mode="edge"), kernel / kernel.sum(), "same")
    speed = speed[len(kernel) : -len(kernel)]
    way = np.concatenate([[0], np.cumsum(speed[:-1])]) / RATE
    if kind == "through":
        return 0.5 + side * (way - 0.65)
    return 0.5 + side * (way - (way.max() + way.min()) / 2) + random.uniform(-0.06, 0.06)


def _person(
    random: np.random.Generator,
    t: np.ndarray,
    middle: np.ndarray,
    wide: float,
    tall: float,
    moving: np.ndarray,
) -> np.ndarray:
    phase = random.uniform(0, 2 * np.pi)
    gait = np.clip(moving / 0.08, 0, 1)
    bob = 0.012 * tall * np.abs(np.sin(np.pi * GAIT * t + phase)) * gait
    sway = 0.02 * wide * _hands(random, t)
    broad = wide * (1 + 0.18 * np.sin(2 * np.pi * GAIT * t / 2 + phase) * gait)  # arms and legs swing
    top = 0.95 - tall - bob
    return np.stack([middle + sway - broad / 2, top, middle + sway + broad / 2, top + tall], axis=1)


def _hands(random: np.random.Generator, t: np.ndarray) -> np.ndarray:
    frequencies = np.exp(random.uniform(np.log(0.2), np.log(2), 6))
    phases = random.uniform(0, 2 * np.pi, 6)
    waves = np.sin(2 * np.pi * frequencies * t[:, None] + phases) / frequencies**0.7
    return waves.sum(axis=1) / np.sqrt((0.5 / frequencies**1.4).sum())


def _eased(part: np.ndarray) -> np.ndarray:
    return part - np.sin(2 * np.pi * part) / (2 * np.pi)


def _inside(boxes: np.ndarray) -> np.ndarray:
    wide = np.clip(boxes[:, 2], 0, 1) - np.clip(boxes[:, 0], 0, 1)
    return np.clip(wide / (boxes[:, 2] - boxes[:, 0]), 0, 1)


def _overlap(boxes: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    wide = np.minimum(boxes[:, 2], right) - np.maximum(boxes[:, 0], left)
    return np.clip(wide / (boxes[:, 2] - boxes[:, 0]), 0, 1)


def _texture(random: np.random.Generator, width: int, height: int, bright: bool = False) -> np.ndarray:
    """(height, width, 3) float32: a 1/f field about a colour of its own."""
    fy = np.fft.fftfreq(height)[:, None] * height
    fx = np.fft.rfftfreq(width)[None, :] * width
    slope = (2 + np.hypot(fx, fy)) ** -random.uniform(0.9, 1.4)
    planes = []
    for _ in range(3):
        noise = np.fft.irfft2(slope * np.fft.rfft2(random.normal(size=(height, width))), (height, width))
        planes.append(noise / noise.std())
    mean = random.uniform(90, 200, 3) if bright else random.uniform(60, 150, 3)
    contrast = random.uniform(12, 26)
    rgb = [mean[c] + contrast * planes[0] + 0.5 * contrast * planes[c] for c in range(3)]
    return np.clip(np.stack(rgb, axis=-1), 4, 250).astype(np.float32)


def _figure(width: int, height: int) -> np.ndarray:
    """(height, width, 1) float32 0 … 1: head, body and legs, as wide and tall as the box."""
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (xx + 0.5) / width * 2 - 1, (yy + 0.5) / height
    head = (x / 0.36) ** 2 + ((y - 0.09) / 0.09) ** 2 < 1
    body = (np.abs(x) / 1.0) ** 3 + (np.abs(y - 0.37) / 0.22) ** 3 < 1
    legs = (y > 0.5) & (np.abs(np.abs(x) - 0.38) < 0.3)
    return cv2.GaussianBlur((head | body | legs).astype(np.float32), (0, 0), 1.0)[..., None]


def _lay(picture: np.ndarray, skin: np.ndarray, cover: np.ndarray, box: np.ndarray, w: int, h: int) -> None:
    """A figure over a picture, to a part of a pixel."""
    x0, y0, x1, y1 = box[0] * w, box[1] * h, box[2] * w, box[3] * h
    left, top = int(np.floor(x0)), int(np.floor(y0))
    wide, tall = int(np.ceil(x1)) - left + 1, int(np.ceil(y1)) - top + 1
    matrix = np.array(
        [[(x1 - x0) / skin.shape[1], 0, x0 - left], [0, (y1 - y0) / skin.shape[0], y0 - top]], np.float32
    )
    alpha = cv2.warpAffine(cover, matrix, (wide, tall))[..., None]
    colour = cv2.warpAffine(skin, matrix, (wide, tall), borderMode=cv2.BORDER_REPLICATE)
    a, b, c, d = max(0, left), min(w, left + wide), max(0, top), min(h, top + tall)
    if a >= b or c >= d:
        return
    part = (slice(c - top, d - top), slice(a - left, b - left))
    picture[c:d, a:b] = picture[c:d, a:b] * (1 - alpha[part]) + colour[part] * alpha[part]
