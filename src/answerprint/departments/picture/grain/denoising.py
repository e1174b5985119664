"""An operator that takes noise away: along the motion first, then within the picture what is left."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from answerprint.departments.picture.grain.profiles import PLANES, Floats, NoiseProfile
from answerprint.departments.picture.grain.shrinking import by_tile, shrunk
from answerprint.departments.picture.grain.spectra import cosine_power
from answerprint.departments.picture.grain.temporal import Fused, Motion, Prepared, fused, smooth_grey
from answerprint.departments.picture.windows import Pixels, Window

REACH = 3  # pictures each way


class Dose(NamedTuple):
    """strength: times the measured noise. temporal, spatial: how much of each part is done, 0 … 1. keep: the
    share of what was taken away that is put back. reach: neighbours each way."""

    strength: float = 1.0
    temporal: float = 1.0
    spatial: float = 1.0
    keep: float = 0.0
    reach: int = REACH


PLAIN = Dose()


class Denoiser:
    """Takes the noise of a profile from pictures of a shot."""

    def __init__(self, profile: NoiseProfile, dose: Dose = PLAIN) -> None:
        self._profile = profile.scaled(dose.strength**2)
        self._dose = dose
        self._power = np.stack([cosine_power(one) for one in profile.power])
        self._motion = Motion()
        self._known: dict[int, Prepared] = {}

    @property
    def before(self) -> int:
        return self._dose.reach if self._dose.temporal > 0 else 0

    @property
    def after(self) -> int:
        return self.before

    def picture(self, window: Window) -> Pixels:
        made, left = self._fused(window)
        if self._dose.spatial > 0:
            noise = self._profile.plane_variances(by_tile(_turned(made, PLANES.T)))
            noise *= by_tile(left[..., None])
            within = shrunk(made.transpose(2, 0, 1), noise.transpose(2, 0, 1), self._power)
            made = made + np.float32(self._dose.spatial) * (within.transpose(1, 2, 0) - made)
        clean = _turned(made, PLANES.T)
        clean += np.float32(self._dose.keep) * (window.now[..., :3] - clean)
        if window.now.shape[2] == 3:
            return clean
        return np.asarray(np.dstack([clean, window.now[..., 3]]), np.float32)

    def joined(self, window: Window) -> float:
        """How many pictures, itself counted, a picture is made of along the motion, in the mean."""
        return float((1 / self._fused(window).left).mean())

    def _fused(self, window: Window) -> Fused:
        first = window.number - window.at
        numbers = range(first, first + len(window.pictures))
        self._known = {number: one for number, one in self._known.items() if number in numbers}
        for number, pixels in zip(numbers, window.pictures, strict=True):
            if number not in self._known:
                self._known[number] = self._prepared(pixels)
        now = self._known[window.number]
        others = [self._known[number] for number in numbers if number != window.number]
        half = cv2.resize(window.now[..., :3], now.grey.shape[::-1], interpolation=cv2.INTER_AREA)
        noise = self._profile.plane_variances(np.asarray(cv2.blur(half, (3, 3)), np.float32))
        return fused(now, others, self._motion, noise, self._dose.temporal)

    def _prepared(self, pixels: Pixels) -> Prepared:
        rgb = np.ascontiguousarray(pixels[..., :3])
        planes = _turned(rgb, PLANES)
        lightness = planes[..., 0] / np.float32(3**0.5)
        return Prepared(planes, smooth_grey(lightness, linear=self._profile.linear))


def _turned(pixels: Floats, matrix: Floats) -> Floats:
    return np.asarray(cv2.transform(np.ascontiguousarray(pixels), matrix), np.float32)
