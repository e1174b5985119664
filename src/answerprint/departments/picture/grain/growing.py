"""Grain put on: a random field of the wanted spectrum and colour, as strong as each level wants it.

Every picture has a field of its own, drawn from the seed and the picture's number: grain never stands still,
and the same run gives the same grain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
import scipy.fft

from answerprint.departments.picture.grain.profiles import PLANES, Floats, NoiseProfile, Values
from answerprint.departments.picture.grain.spectra import at_size, unit
from answerprint.departments.picture.windows import Pixels, Window

LITTLE = 0.05  # of the wanted variance: less missing than that is nothing missing


class Stretch(NamedTuple):
    """Pictures first … last, half-open, and the grain they get; None for none."""

    first: int
    last: int
    profile: NoiseProfile | None


class Regrainer:
    """Puts grain on pictures by their number. coarser: times the size of the profile's grain."""

    before = 0
    after = 0

    def __init__(
        self, stretches: Sequence[Stretch], *, amount: float = 1.0, coarser: float = 1.0, seed: int = 0
    ) -> None:
        self._stretches = [
            one._replace(profile=one.profile.scaled(amount**2)) if one.profile is not None else one
            for one in stretches
        ]
        self._coarser = coarser
        self._seed = seed
        self._fields: dict[int, Field] = {}

    def picture(self, window: Window) -> Pixels:
        for place, (first, last, profile) in enumerate(self._stretches):
            if first <= window.number < last and profile is not None:
                height, width = window.now.shape[:2]
                if place not in self._fields:
                    self._fields = {place: Field(profile, height, width, self._coarser)}
                return self._grown(window, profile, self._fields[place])
        return window.now

    def _grown(self, window: Window, profile: NoiseProfile, field: Field) -> Pixels:
        rgb = np.ascontiguousarray(window.now[..., :3])
        strength = np.sqrt(np.maximum(profile.variances(np.asarray(cv2.blur(rgb, (3, 3)), np.float32)), 0))
        made = np.asarray(rgb + strength * field.drawn(self._seed, window.number), np.float32)
        if window.now.shape[2] == 3:
            return made
        return np.asarray(np.dstack([made, window.now[..., 3]]), np.float32)


class Field:
    """Grain of a profile for pictures of one size, each of its channels of variance 1."""

    def __init__(self, profile: NoiseProfile, height: int, width: int, coarser: float = 1.0) -> None:
        self._shape = height, width
        high, wide = (scipy.fft.next_fast_len(one, real=True) for one in (height, width))
        self._drawn = high, wide
        self._gain = [np.sqrt(at_size(one, high, wide, coarser)) for one in profile.power]
        self._mix = _mixed(np.asarray(profile.correlation, np.float64))

    def drawn(self, seed: int, number: int) -> Floats:
        """(h, w, 3), for the picture of that number."""
        draw = np.random.default_rng([seed, number])
        planes = np.empty((*self._shape, 3), np.float32)
        for plane, gain in enumerate(self._gain):
            seen = scipy.fft.rfft2(draw.standard_normal(self._drawn, np.float32))
            seen *= gain
            whole = scipy.fft.irfft2(seen, self._drawn)
            planes[..., plane] = whole[: self._shape[0], : self._shape[1]]
        return np.asarray(cv2.transform(planes, self._mix), np.float32)


def missing(have: NoiseProfile, want: NoiseProfile) -> NoiseProfile | None:
    """The grain that makes `have` into `want`; None where there is enough. What there is too much of
    stays."""
    levels = np.asarray(want.levels)
    there = np.stack([np.interp(levels, have.levels, one) for one in have.variance])
    wanted = np.asarray(want.variance)
    lacks = np.maximum(wanted - there, 0)
    strong, weak = float(wanted.mean()), float(np.minimum(there, wanted).mean())
    if lacks.mean() <= LITTLE * strong:
        return None
    covariance = strong * np.asarray(want.correlation) - weak * np.asarray(have.correlation)
    power = strong * _plane_power(want) - weak * _plane_power(have)
    power = np.maximum(power, 0.02 * strong * _plane_power(want))
    own = np.sqrt(np.maximum(np.diag(covariance), 1e-3 * strong))
    return msgspec.structs.replace(
        want,
        variance=lacks.tolist(),
        gain=[max(one - other, 0.0) for one, other in zip(want.gain, have.gain, strict=True)],
        offset=[max(one - other, 0.0) for one, other in zip(want.offset, have.offset, strict=True)],
        correlation=np.clip(covariance / np.outer(own, own), -1, 1).tolist(),
        spectrum=unit(power).tolist(),
    )


def _plane_power(profile: NoiseProfile) -> Values:
    """The spectrum of each plane times what it has of the channels' mean variance."""
    planes = PLANES.astype(np.float64)
    share = np.diag(planes @ np.asarray(profile.correlation) @ planes.T)
    return np.asarray(profile.power * share[:, None, None], np.float64)


def _mixed(correlation: Values) -> Floats:
    """Independent planes → channels of variance 1 so correlated, (3, 3)."""
    planes = PLANES.astype(np.float64)
    values, vectors = np.linalg.eigh(planes @ correlation @ planes.T)
    covariance = (vectors * np.maximum(values, 1e-9)) @ vectors.T
    mix = planes.T @ np.linalg.cholesky(covariance)
    return np.asarray(mix / np.linalg.norm(mix, axis=1, keepdims=True), np.float32)
