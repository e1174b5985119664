"""Lines of text rendered as a camera would see them on a slate: typed or by hand, at angles, blurred, noisy.

Bright letters on a dark ground always: the reader is told which of the two the ink is.
"""

from __future__ import annotations

import random
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from words import written

HIGH = 24  # rows of what the reader sees
WIDEST = 224  # columns
Grey = NDArray[np.float32]


class Typeface:
    """A font file at one size, its capitals CAPS pixels high."""

    CAPS = 48

    def __init__(self, path: Path) -> None:
        trial = ImageFont.truetype(str(path), 100)
        box = trial.getbbox("H")
        high = max(20, box[3] - box[1])
        self.font = ImageFont.truetype(str(path), round(100 * self.CAPS / high))
        self.path = path

    def whole(self) -> bool:
        """Whether it has letters and figures of its own, each of another shape."""
        seen = set()
        for letter in "ABCDEFGHJKLMNPQRSTUVWXYZ123456789":
            mask = np.asarray(self.font.getmask(letter, mode="L").convert("L"))
            if mask.size == 0 or not mask.any():
                return False
            seen.add(mask.tobytes())
        return len(seen) >= 32


def line(dice: random.Random, faces: list[Typeface]) -> tuple[Grey, str]:
    """Pixels (HIGH, w) float32 0 … 1 and what is written."""
    text = written(dice)
    face = dice.choice(faces)
    shown = text
    if dice.random() < 0.12:
        shown = text.title() if dice.random() < 0.7 else text.lower()
    by_hand = dice.random() < 0.35
    picture = _by_hand(dice, face, shown) if by_hand else _typed(dice, face, shown)
    picture = _surface(dice, _warped(dice, picture))
    return picture, text


def stretched(picture: Grey) -> Grey:
    """Contrast as the reader normalises it: the 5th percentile 0, the 99th 1."""
    low, high = np.percentile(picture, (5, 99))
    return np.clip((picture - low) / max(1e-3, high - low), 0, 1.3).astype(np.float32)


def _typed(dice: random.Random, face: Typeface, text: str) -> Grey:
    if dice.random() < 0.4:
        return _spaced(
            face, text, [(0.0, dice.uniform(-2, 9), 0.0, 1.0)] * len(text), dice.choice([0, 0, 1, 2])
        )
    box = face.font.getbbox(text)
    stroke = dice.choice([0, 0, 0, 1, 2, 3])
    image = Image.new("L", (box[2] + 24, Typeface.CAPS * 2 + 24))
    ImageDraw.Draw(image).text(
        (12, 12 + Typeface.CAPS * 1.4), text, fill=255, font=face.font, anchor="ls", stroke_width=stroke
    )
    return np.asarray(image, np.float32) / 255


def _by_hand(dice: random.Random, face: Typeface, text: str) -> Grey:
    """Each letter a little off: its height, place, lean and size."""
    wild = dice.uniform(0.3, 1.0)
    moves = [
        (
            dice.gauss(0, 3.5) * wild,
            dice.uniform(-3, 7),
            dice.gauss(0, 6) * wild,
            1 + dice.gauss(0, 0.09) * wild,
        )
        for _ in text
    ]
    return _spaced(face, text, moves, dice.choice([0, 1, 2, 3, 4]))


def _spaced(face: Typeface, text: str, moves: list[tuple[float, float, float, float]], stroke: int) -> Grey:
    caps = Typeface.CAPS
    canvas = np.zeros(
        (caps * 2 + 24, int(face.font.getlength(text) * 1.35 + 14 * len(text) + 60)), np.float32
    )
    x = 14.0
    for letter, (down, gap, lean, size) in zip(text, moves, strict=True):
        wide = face.font.getlength(letter)
        if letter.strip():
            glyph = Image.new("L", (int(wide) + 40, caps * 2 + 24))
            ImageDraw.Draw(glyph).text(
                (20, 12 + caps * 1.4), letter, fill=255, font=face.font, anchor="ls", stroke_width=stroke
            )
            pixels = np.asarray(glyph, np.float32) / 255
            if lean or size != 1 or down:
                turn = cv2.getRotationMatrix2D((20 + wide / 2, 12 + caps * 0.9), lean, size)
                turn[1, 2] += down
                pixels = cv2.warpAffine(pixels, turn, (pixels.shape[1], pixels.shape[0]))
            left = max(0, int(x) - 20)
            part = canvas[:, left : left + pixels.shape[1]]
            np.maximum(part, pixels[:, : part.shape[1]], out=part)
        x += wide * size + gap
    return canvas[:, : min(canvas.shape[1], int(x) + 20)]


def _warped(dice: random.Random, picture: Grey) -> Grey:
    """Cropped with some room, leaning, at the reader's height."""
    lean = dice.gauss(0, 0.10)
    turn = dice.gauss(0, 0.018)
    squeeze = dice.choice([1.0, dice.uniform(0.6, 1.0), dice.uniform(0.8, 1.3)])
    high, wide = picture.shape
    move = np.array([[squeeze, lean, abs(lean) * high], [turn * squeeze, 1.0, 0.0]], np.float32)
    picture = cv2.warpAffine(picture, move, (int(wide * squeeze + abs(lean) * high * 2), high + 12))
    rows = np.flatnonzero(picture.max(axis=1) > 0.3)
    columns = np.flatnonzero(picture.max(axis=0) > 0.3)
    if len(rows) == 0:
        return np.zeros((HIGH, 16), np.float32)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    least = round(Typeface.CAPS * 0.8)
    if bottom - top < least:  # a dash or a point has the height of its line
        middle = high // 2
        top, bottom = min(top, middle - least // 2), max(bottom, middle + least // 2)
    body = bottom - top
    share = dice.uniform(0.62, 0.92)
    room = body / share - body
    up = dice.uniform(0.25, 0.75)
    side = body * dice.uniform(0.10, 0.35)
    top, bottom = round(top - room * up), round(bottom + room * (1 - up))
    left, right = round(columns[0] - side), round(columns[-1] + side)
    padded = np.pad(picture, 60)
    cut = padded[top + 60 : bottom + 60, max(0, left + 60) : right + 60]
    _scars(dice, cut)
    scale = HIGH / max(1, cut.shape[0])
    width = int(np.clip(round(cut.shape[1] * scale), 8, WIDEST))
    seen = dice.choice([1.0, 1.0, dice.uniform(0.45, 1.0), dice.uniform(0.32, 0.7)])  # resolution lost
    if seen < 1:
        cut = cv2.resize(
            cut, (max(4, round(width * seen)), max(6, round(HIGH * seen))), interpolation=cv2.INTER_AREA
        )
    return np.asarray(
        cv2.resize(cut, (width, HIGH), interpolation=cv2.INTER_LINEAR if seen < 1 else cv2.INTER_AREA),
        np.float32,
    )


def _scars(dice: random.Random, cut: Grey) -> None:
    """Rules of the board at the edges, bits of neighbours, smears."""
    high, wide = cut.shape
    if dice.random() < 0.15:
        at = dice.choice([0, 1, 2, high - 3, high - 2])
        cut[at : at + dice.randint(1, 4)] = dice.uniform(0.3, 1.0)
    if dice.random() < 0.08:
        at = dice.choice([0, max(0, wide - 4)])
        cut[:, at : at + dice.randint(1, 4)] = dice.uniform(0.3, 1.0)
    if dice.random() < 0.10:
        for _ in range(dice.randint(1, 4)):
            x, y, size = dice.randrange(wide), dice.randrange(high), dice.randint(1, 4)
            cut[y : y + size, x : x + size] = dice.uniform(0, 0.8)
    if dice.random() < 0.06:  # a stroke across
        y = dice.randrange(high)
        cv2.line(cut, (0, y), (wide, y + dice.randint(-6, 6)), dice.uniform(0.0, 0.5), dice.randint(1, 2))


def _surface(dice: random.Random, picture: Grey) -> Grey:
    """Light, chalk, blur, noise and compression."""
    grain = np.random.default_rng(dice.getrandbits(32))
    if dice.random() < 0.3:  # uneven ink
        patches = cv2.resize(
            grain.random((4, max(2, picture.shape[1] // 10)), np.float32), picture.shape[::-1]
        )
        picture = picture * (1 - dice.uniform(0.1, 0.6) * patches)
    blur = dice.choice([0.0, 0.0, dice.uniform(0.3, 1.2), dice.uniform(0.5, 2.0)])
    if blur:
        picture = cv2.GaussianBlur(picture, (0, 0), blur)
    if dice.random() < 0.2:
        length = dice.randint(3, 7)
        kernel = np.zeros((length, length), np.float32)
        half = length // 2
        angle = dice.uniform(0, np.pi)
        across, down = np.cos(angle) * half, np.sin(angle) * half
        cv2.line(
            kernel,
            (round(half - across), round(half - down)),
            (round(half + across), round(half + down)),
            1.0,
        )
        picture = cv2.filter2D(picture, -1, kernel / max(1e-6, kernel.sum()))
    contrast = dice.uniform(0.12, 1.0)
    base = dice.uniform(0, 1 - contrast)
    slope = np.linspace(
        dice.uniform(-0.25, 0.25), dice.uniform(-0.25, 0.25), picture.shape[1], dtype=np.float32
    )
    picture = base + contrast * (picture + slope * dice.choice([0, 0.4, 1]))
    picture = picture + grain.normal(
        0, dice.choice([0.004, 0.02, 0.05]) * dice.uniform(0.2, 1.2), picture.shape
    )
    picture = np.clip(picture, 0, 1)
    if dice.random() < 0.3:
        done, data = cv2.imencode(
            ".jpg", (picture * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, dice.randint(18, 70)]
        )
        if done:
            picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)[:, : picture.shape[1]].astype(np.float32) / 255
    return stretched(picture.astype(np.float32))
