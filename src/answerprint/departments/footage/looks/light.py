"""Light in a picture: exposure and contrast in stops, key, and the ratio of key to fill on a face.

Stops are of display light: what a reference monitor shows of the file's codes (ITU-R BT.1886, black at 0).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

GREY = 0.18  # of white: the mid grey stops are counted from
GAMMA = 2.4  # ITU-R BT.1886
FLOOR = -8.0  # stops below mid grey under which shadows are all black
BLACKEST, WHITEST = 3, 252  # codes at and beyond which a pixel holds no more detail
SHADOW, BRIGHT = -2.5, 0.5  # stops from mid grey

LOW_SHADOWS = 0.5  # of the picture in shadow: low key
HIGH_SHADOWS = 0.1  # at most, and half the picture bright: high key

BRIGHT_SIDE, DARK_SIDE = 75, 45  # percentiles of a face's sides that are taken for the light on them

WEIGHTS = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709
_LINEAR = (np.arange(256) / 255.0) ** GAMMA

Key = Literal["low", "normal", "high"]
Box = tuple[float, float, float, float]  # left, top, width, height in parts of the picture


class Light(msgspec.Struct, frozen=True, kw_only=True):
    """The light of one picture. mean: display luminance, 1 is white. middle: median, stops from mid grey.
    spread: mean and mean square of stops. clipped, crushed, shadows, bright: parts of the picture."""

    mean: float
    middle: float
    spread: tuple[float, float]
    clipped: float
    crushed: float
    shadows: float
    bright: float


class ShotLight(msgspec.Struct, frozen=True, kw_only=True):
    """The light of a shot. exposure and contrast in stops."""

    exposure: float
    contrast: float
    clipped: float
    crushed: float
    key: Key


def linear(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Display light 0 … 1 of 8-bit R'G'B', channel by channel."""
    return np.asarray(_LINEAR[pixels], np.float64)


def luminance(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(…) display luminance 0 … 1 of (…, 3) 8-bit R'G'B'."""
    return np.asarray(linear(pixels) @ WEIGHTS, np.float64)


def stops(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Stops from 18 % grey, not below FLOOR."""
    return np.asarray(np.log2(np.maximum(light / GREY, 2.0**FLOOR)), np.float64)


def light_of(pixels: NDArray[np.uint8]) -> Light:
    """The light of a picture (h, w, 3) uint8 R'G'B'."""
    light = luminance(pixels)
    level = stops(light)
    return Light(
        mean=float(light.mean()),
        middle=float(np.median(level)),
        spread=(float(level.mean()), float((level**2).mean())),
        clipped=float((pixels.max(axis=-1) >= WHITEST).mean()),
        crushed=float((pixels.max(axis=-1) <= BLACKEST).mean()),
        shadows=float((level < SHADOW).mean()),
        bright=float((level > BRIGHT).mean()),
    )


def shot_light(pictures: Sequence[Light]) -> ShotLight:
    """A shot's light from its pictures. Raises ValueError without any."""
    if not pictures:
        raise ValueError("light is measured in pictures")

    def mean(name: str) -> float:
        return float(np.mean([getattr(one, name) for one in pictures]))

    first, second = np.mean([one.spread for one in pictures], axis=0)
    shadows, bright = mean("shadows"), mean("bright")
    key: Key = "normal"
    if shadows >= LOW_SHADOWS:
        key = "low"
    elif shadows <= HIGH_SHADOWS and bright >= 0.5:
        key = "high"
    return ShotLight(
        exposure=float(np.log2(max(mean("mean") / GREY, 2.0**FLOOR))),
        contrast=float(np.sqrt(max(0.0, second - first**2))),
        clipped=mean("clipped"),
        crushed=mean("crushed"),
        key=key,
    )


def key_fill(pixels: NDArray[np.uint8], face: Box) -> float | None:
    """Light on the bright side of a face over its dark side, stops; None for a face of under 16 pixels.

    pixels (h, w, 3) uint8 R'G'B'. The sides are the outer quarters of an oval in the face's box; percentiles
    leave shine, eyes and brows out.
    """
    high, wide = pixels.shape[:2]
    left, top = max(0, round(face[0] * wide)), max(0, round(face[1] * high))
    right, bottom = min(wide, round((face[0] + face[2]) * wide)), min(high, round((face[1] + face[3]) * high))
    if right - left < 16 or bottom - top < 16:
        return None
    light = luminance(pixels[top:bottom, left:right])
    light = np.asarray(cv2.GaussianBlur(light, (0, 0), max(0.5, (right - left) / 40)), np.float64)
    y, x = np.mgrid[0 : light.shape[0], 0 : light.shape[1]].astype(np.float64)
    x = (x + 0.5) / light.shape[1] * 2 - 1
    y = (y + 0.5) / light.shape[0] * 2 - 1
    oval = (x / 0.85) ** 2 + (y / 0.9) ** 2 < 1
    sides = sorted(
        (light[oval & (sign * x > 0.5)] for sign in (-1, 1)), key=lambda one: float(np.median(one))
    )
    dark, bright = float(np.percentile(sides[0], DARK_SIDE)), float(np.percentile(sides[1], BRIGHT_SIDE))
    least = GREY * 2.0**FLOOR
    return float(np.log2(max(bright, least) / max(dark, least)))
