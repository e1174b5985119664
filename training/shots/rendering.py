"""Shots to train on, made up from nothing: sets, people-like figures, camera moves, light, noise.

Grey pictures (n, 72, 128) float32 in levels 0 … 255. No footage of anybody is in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 128, 72
Pictures = NDArray[np.float32]


@dataclass
class World:
    """A set that several shots may be taken in, and the look of its pictures."""

    field: Pictures  # (288, 512)
    light: float
    contrast: float


def world(random: np.random.Generator) -> World:
    """A set: fractal texture, walls and windows, stripes, a horizon, a flat backdrop."""
    height, width = 4 * HEIGHT, 4 * WIDTH
    kind = random.choice(["fractal", "walls", "horizon", "backdrop", "stripes", "mosaic"])
    field = _fractal(random, height, width, random.uniform(0.8, 2.2))
    if kind == "walls":
        for _ in range(int(random.integers(8, 60))):
            x, y = int(random.integers(-40, width)), int(random.integers(-40, height))
            w, h = (int(one) for one in random.integers(8, 160, 2))
            cv2.rectangle(field, (x, y), (x + w, y + h), float(random.normal(0, 1.5)), -1)
        field += 0.3 * _fractal(random, height, width, 1.0)
    elif kind == "horizon":
        line = int(random.uniform(0.3, 0.7) * height)
        field[:line] = 0.15 * field[:line] + np.linspace(1.5, 0.8, line, dtype=np.float32)[:, None]
        field[line:] = field[line:] * 0.8 - 0.6
        for _ in range(int(random.integers(0, 25))):
            x, w, h = (
                int(random.integers(0, width)),
                int(random.integers(4, 50)),
                int(random.integers(8, 110)),
            )
            cv2.rectangle(field, (x, line - h), (x + w, line + 10), float(random.normal(-0.5, 0.8)), -1)
    elif kind == "backdrop":
        field = np.float32(random.uniform(0.0, 0.25)) * field
        field += np.linspace(-1, 1, width, dtype=np.float32) * np.float32(random.uniform(-0.6, 0.6))
    elif kind == "stripes":
        period, tilt = random.uniform(6, 80), random.uniform(-1, 1)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        field = 0.5 * field + np.sign(np.sin((x + tilt * y) * np.float32(2 * np.pi / period)))
    elif kind == "mosaic":
        side = int(random.integers(6, 40))
        small = random.normal(size=(height // side + 2, width // side + 2)).astype(np.float32)
        field = 0.4 * field + cv2.resize(
            small, (width, height), interpolation=int(random.choice([cv2.INTER_NEAREST, cv2.INTER_CUBIC]))
        )
    dark = random.random() < 0.3
    light = random.uniform(22, 70) if dark else random.uniform(60, 190)
    contrast = random.uniform(4, 18) if dark else random.uniform(8, 55)
    return World(field.astype(np.float32), light, contrast)


def shot(random: np.random.Generator, length: int, place: World, unrest: float = 1.0) -> Pictures:
    """A shot of `length` pictures in a set. unrest: how much more often than usual things happen that look
    like a transition and are none."""
    frames = _camera(random, length, place)
    frames = frames * np.float32(place.contrast) + np.float32(place.light)
    for _ in range(int(random.choice([0, 0, 1, 1, 2, 3, 5]))):
        _figure(random, frames)
    if random.random() < 0.12 * unrest:
        _passer_by(random, frames)
    frames = _optics(random, frames, unrest)
    frames = _light(random, frames, unrest)
    held = int(random.choice([1, 1, 1, 1, 1, 1, 2, 2, 3]))
    if held > 1:  # drawn on twos, or 24 pictures shown at 60 a second
        phase = int(random.integers(held))
        index = np.maximum((np.arange(length) + phase) // held * held - phase, 0)
        frames = frames[index]
    if random.random() < 0.04 and length > 20:  # pictures lost by the camera
        at, lost = int(random.integers(4, length - 8)), int(random.integers(1, 5))
        frames[at:-lost] = frames[at + lost :].copy()
    return np.clip(frames, 0, 255)


def _fractal(random: np.random.Generator, height: int, width: int, slope: float) -> Pictures:
    fy = np.fft.fftfreq(height)[:, None] * height
    fx = np.fft.rfftfreq(width)[None, :] * width
    phase = np.exp(2j * np.pi * random.random((height, width // 2 + 1)))
    size = random.rayleigh(size=phase.shape) * (1 + np.hypot(fx, fy)) ** -slope
    size[0, 0] = 0
    field = np.fft.irfft2(size * phase, s=(height, width))
    return np.asarray(field / (field.std() + 1e-9), np.float32)


def _camera(random: np.random.Generator, length: int, place: World) -> Pictures:
    """What a camera sees of the set: still, panning, zooming, by hand, whipped."""
    kind = random.choice(["still", "still", "pan", "pan", "zoom", "hand", "hand", "whip", "fast"])
    tall, wide = place.field.shape
    zoom = float(random.uniform(0.45, 1.6)) * np.ones(length)
    x = float(random.uniform(0.3, 0.7)) * wide + np.zeros(length)
    y = float(random.uniform(0.3, 0.7)) * tall + np.zeros(length)
    turn = np.zeros(length)
    time = np.arange(length) - length / 2
    angle = random.choice([0, np.pi / 2, random.uniform(0, np.pi)], p=[0.5, 0.2, 0.3])
    speed = np.zeros(length)
    if kind == "pan":
        speed[:] = random.uniform(0.1, 3.0)
    elif kind == "fast":
        speed[:] = random.uniform(3.0, 14.0)
    elif kind == "whip":
        width = random.uniform(3, 12)
        middle = random.uniform(0.3, 0.7) * length
        speed = random.uniform(6, 45) * np.exp(-(((np.arange(length) - middle) / width) ** 2))
    elif kind == "zoom":
        zoom = zoom * np.exp(time / length * random.uniform(-1.5, 1.5))
    if random.random() < 0.5:  # a move begins and ends
        first, last = sorted(random.integers(0, length + 1, 2))
        speed[:first] = 0
        speed[last:] = 0
    travel = np.cumsum(speed) * random.choice([-1, 1])
    travel -= travel.mean()
    x, y = x + travel * np.cos(angle), y + travel * np.sin(angle)
    if kind == "hand" or random.random() < 0.2:
        shake = random.uniform(0.1, 1.6)
        for axis in (x, y):
            axis += _wander(random, length, shake)
        turn = _wander(random, length, shake * 0.004)
    frames = np.empty((length, HEIGHT, WIDTH), np.float32)
    for k in range(length):
        c, s = np.cos(turn[k]) / zoom[k], np.sin(turn[k]) / zoom[k]
        move = np.array(
            [
                [c, -s, x[k] - c * WIDTH / 2 + s * HEIGHT / 2],
                [s, c, y[k] - s * WIDTH / 2 - c * HEIGHT / 2],
            ]
        )
        frames[k] = cv2.warpAffine(
            place.field,
            move,
            (WIDTH, HEIGHT),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        smear = int(abs(speed[k]) * zoom[k] * 0.5)
        if smear > 1:
            across, down = abs(np.cos(angle)) * smear, abs(np.sin(angle)) * smear
            frames[k] = cv2.blur(frames[k], (max(1, int(across)), max(1, int(down))))
    return frames


def _wander(random: np.random.Generator, length: int, size: float) -> NDArray[np.float64]:
    walk = np.cumsum(random.normal(0, size, length + 8))
    return np.convolve(walk - walk.mean(), np.ones(5) / 5, "same")[4 : 4 + length]


def _figure(random: np.random.Generator, frames: Pictures) -> None:
    """A head and shoulders, or a thing, that moves about: ellipses with eyes and a mouth, or a polygon."""
    length = len(frames)
    size = random.uniform(4, 34)
    bright, dress = random.uniform(20, 230, 2)
    x = random.uniform(0, WIDTH) + np.arange(length) * random.normal(0, 0.5) + _wander(random, length, 0.3)
    y = random.uniform(0.2, 0.9) * HEIGHT + np.arange(length) * random.normal(0, 0.1)
    y = y + _wander(random, length, 0.2)
    if random.random() < 0.2:  # hurries through
        x = x + np.arange(length) * random.normal(0, 4)
    face = random.random() < 0.6
    shape = random.normal(0, size, (int(random.integers(3, 8)), 2))
    spin = random.normal(0, 0.03)
    for k in range(length):
        at = int(np.clip(x[k], -500, 700)), int(np.clip(y[k], -500, 700))
        picture = frames[k]
        if face:
            head = int(size * 0.6) + 1, int(size * 0.8) + 1
            cv2.ellipse(
                picture,
                (at[0], at[1] + int(size * 2)),
                (int(size * 1.6) + 1, int(size * 1.3) + 1),
                0,
                0,
                360,
                float(dress),
                -1,
                cv2.LINE_AA,
            )
            cv2.ellipse(picture, at, head, 0, 0, 360, float(bright), -1, cv2.LINE_AA)
            for side in (-1, 1):
                eye = at[0] + int(side * size * 0.25), at[1] - int(size * 0.15)
                cv2.circle(picture, eye, max(1, int(size * 0.1)), float(bright * 0.3), -1)
            mouth = max(1, int(size * 0.12 * (1 + np.sin(k * 0.9))))
            cv2.ellipse(
                picture,
                (at[0], at[1] + int(size * 0.4)),
                (max(1, int(size * 0.25)), mouth),
                0,
                0,
                360,
                float(bright * 0.4),
                -1,
            )
        else:
            c, s = np.cos(spin * k), np.sin(spin * k)
            corners = shape @ np.array([[c, -s], [s, c]]) + at
            cv2.fillPoly(picture, [corners.astype(np.int32)], float(bright), cv2.LINE_AA)


def _passer_by(random: np.random.Generator, frames: Pictures) -> None:
    """Something near the lens that crosses the whole picture."""
    length = len(frames)
    width = random.uniform(0.3, 1.3) * WIDTH
    took = random.uniform(5, 40)
    start = random.uniform(0, length)
    tone = random.uniform(5, 160)
    soft = int(random.uniform(1, 15)) * 2 + 1
    way = random.choice([-1, 1])
    for k in range(length):
        part = (k - start) / took
        if not 0 <= part <= 1:
            continue
        left = -width + part * (WIDTH + width)
        mask = np.zeros(WIDTH + 2 * soft, np.float32)
        mask[max(0, int(left) + soft) : max(0, int(left + width) + soft)] = 1
        mask = cv2.blur(mask[None], (soft, 1))[0, soft : soft + WIDTH][::way]
        frames[k] = frames[k] * (1 - mask) + tone * mask


def _optics(random: np.random.Generator, frames: Pictures, unrest: float) -> Pictures:
    """Focus that is pulled, a title that comes and goes, a frame's bars."""
    length = len(frames)
    if random.random() < 0.12 * unrest:
        first, last = sorted(random.uniform(0, length, 2))
        pulled = np.interp(np.arange(length), [first, last + 3], random.choice([[0, 5.0], [5.0, 0]]))
        for k in range(length):
            if pulled[k] > 0.4:
                frames[k] = cv2.GaussianBlur(frames[k], (0, 0), float(pulled[k]))
    if random.random() < 0.18 * unrest:
        drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
        for _ in range(int(random.integers(1, 4))):
            word = "".join(random.choice(list("ANSWERPTILOM "), int(random.integers(3, 14))))
            place = int(random.integers(-5, 50)), int(random.integers(12, HEIGHT))
            size, thick = random.uniform(0.3, 1.1), int(random.integers(1, 3))
            cv2.putText(drawn, word, place, int(random.integers(0, 4)), size, 255, thick)
        lettered = drawn.astype(np.float32) / 255
        tone = random.choice([255.0, 235.0, 0.0, random.uniform(0, 255)])
        if random.random() < 0.3:
            lettered[int(random.uniform(0.6, 0.9) * HEIGHT) :] = 0.7
        first = random.uniform(0, length)
        ramp = random.choice([0.01, random.uniform(1, 25)])
        stays = random.uniform(5, 80)
        shown = np.clip(
            np.minimum((np.arange(length) - first) / ramp, (first + stays - np.arange(length)) / ramp), 0, 1
        )
        alpha = shown.astype(np.float32)[:, None, None] * lettered
        frames = frames * (1 - alpha) + np.float32(tone) * alpha
    return frames


def _light(random: np.random.Generator, frames: Pictures, unrest: float) -> Pictures:
    """Light that rises, is switched, flickers, flashes, strobes, or burns."""
    length = len(frames)
    gain = np.ones(length)
    lift = np.zeros(length)
    if random.random() < 0.12 * unrest:
        first = random.uniform(-10, length)
        over = random.choice([0.01, random.uniform(1, 60)])
        gain *= np.interp(np.arange(length), [first, first + over], [1.0, random.uniform(0.35, 2.2)])
    if random.random() < 0.12 * unrest:
        gain *= 1 + random.uniform(0.02, 0.15) * np.sin(np.arange(length) * random.uniform(0.2, 3.0))
    if random.random() < 0.06 * unrest:
        gain *= np.exp(_wander(random, length, 0.06))
    if random.random() < 0.16 * unrest:
        for _ in range(int(random.integers(1, 4))):
            at, long = int(random.integers(0, length)), int(random.integers(1, 5))
            fall = np.exp(-np.arange(long) * random.uniform(0, 1.0)) * random.uniform(0.3, 1.0)
            lift[at : at + long] = fall[: length - at]
    if random.random() < 0.06 * unrest:
        period, on = int(random.integers(2, 14)), int(random.integers(1, 4))
        first, last = sorted(random.integers(0, length + 1, 2))
        beat = (np.arange(length) % period < on) & (np.arange(length) >= first) & (np.arange(length) < last)
        lift[beat] = random.uniform(0.3, 0.95)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    away = np.hypot(x - random.uniform(0, WIDTH), y - random.uniform(0, HEIGHT)) / random.uniform(60, 400)
    falls = np.exp(-away * away) if random.random() < 0.5 else np.ones_like(away)
    white = 255.0 if random.random() < 0.9 else 0.0  # now and then the light fails for a moment
    out = frames * (1 + (gain.astype(np.float32)[:, None, None] - 1) * falls)
    if lift.any():
        if random.random() < 0.4:  # a flash that multiplies what is there rather than covering it
            out = out * (1 + lift.astype(np.float32)[:, None, None] * np.float32(3.5) * falls)
        else:
            part = lift.astype(np.float32)[:, None, None] * falls
            out = out * (1 - part) + np.float32(white) * part
    return np.asarray(out, np.float32)
