"""A made-up wall of patches and textures, seen through crops and grades."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Cdl
from answerprint.departments.picture.operations import operation
from answerprint.departments.picture.skin import MONK, linear_of
from answerprint.departments.picture.spaces import GRADING, LINEAR_709, STILL, change

LOOK = Cdl((1.08, 1.04, 0.96), (-0.03, 0.0, 0.03), (1.04, 1.0, 0.97), 0.85)


@cache
def wall(seed: int, skin: bool = True) -> NDArray[np.float32]:
    """Linear light (720, 1280, 3): patches of chance colours with texture; the ten Monk tones among them."""
    chance = np.random.default_rng(seed)
    colours = np.exp(
        chance.uniform(np.log(0.03), np.log(0.6), (9 * 16, 1)) + chance.normal(0, 0.4, (9 * 16, 3))
    )
    if skin:
        colours[20:30] = [linear_of(one) * 0.9 for one in MONK]
        colours[84:94] = [linear_of(one) * 0.8 for one in MONK]
    plain = np.kron(colours.reshape(9, 16, 3), np.ones((80, 80, 1)))
    grain = sum(
        cv2.resize(
            chance.normal(0, 1, (720 // step, 1280 // step)), (1280, 720), interpolation=cv2.INTER_CUBIC
        )
        for step in (4, 10, 30)
    )
    return np.clip(plain * np.exp(0.07 * grain)[..., None], 0.001, 0.95).astype(np.float32)


def framed(light: NDArray[np.float32], top: int, left: int, part: float) -> NDArray[np.float32]:
    """A crop of a wall as a picture (360, 640, 3)."""
    high, wide = int(720 * part), int(1280 * part)
    cut = light[top : top + high, left : left + wide]
    return np.asarray(cv2.resize(cut, (640, 360), interpolation=cv2.INTER_AREA), np.float32)


def looked(light: NDArray[np.float32], grade: Cdl = LOOK) -> NDArray[np.float32]:
    return operation(LINEAR_709, grade, GRADING)(light)


def eight_bits(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """sRGB code values."""
    return np.rint(np.clip(change(LINEAR_709, STILL)(light), 0, 1) * 255).astype(np.uint8)
