"""Pictures of another size: finer by what their neighbours show between their pixels, coarser by Lanczos."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.flow import flow_to
from answerprint.departments.picture.scaling.fusing import Fusion
from answerprint.departments.picture.scaling.registering import (
    Plane,
    joined,
    parted,
    seen_by_flow,
)
from answerprint.departments.picture.scaling.resampling import LEAST_ALPHA, doubled, resampled
from answerprint.departments.picture.windows import Pixels, Window

REACH = 2  # neighbours on each side
CURVE, TOE = 1 / 2.4, 0.001  # scene-linear light is scaled as code values
FADE = 1.2, 1.6  # code values from which on nothing is added, and all of it is left out


class Scaler:
    """Makes pictures `width` by `height`.

    fusion: None for Lanczos alone. linear: pictures are scene-linear light. A picture is made twice as fine
    with its neighbours, and brought from there to the size asked for; what is to be coarser is resampled.
    """

    def __init__(self, width: int, height: int, *, fusion: Fusion | None, linear: bool = False) -> None:
        self.size = width, height
        self._fusion, self._linear = fusion, linear
        self._known: dict[int, tuple[Plane, NDArray[np.uint8]]] = {}

    @property
    def before(self) -> int:
        return REACH if self._fusion is not None else 0

    @property
    def after(self) -> int:
        return self.before

    def picture(self, window: Window) -> Pixels:
        now = window.now
        high, wide = now.shape[:2]
        if self.size == (wide, high):
            return now
        finer = self.size[0] > wide or self.size[1] > high
        if not finer:
            return resampled(now, *self.size)
        coded = _coded(now, self._linear)
        if self._fusion is not None:
            coded = self._fused(window, coded, self._fusion)
        return _uncoded(resampled(coded, *self.size), self._linear)

    def _fused(self, window: Window, coded: Pixels, fusion: Fusion) -> Pixels:
        base = resampled(coded, 2 * coded.shape[1], 2 * coded.shape[0])
        first = window.number - window.at
        self._known = {
            number: self._known.get(number) or self._part(window.pictures[number - first])
            for number in range(first, first + len(window.pictures))
        }
        ours, seen = self._known[window.number]
        neighbours: list[tuple[Plane, Plane] | None] = []
        for step in (-2, -1, 1, 2):
            there = self._known.get(window.number + step)
            neighbours.append((there[0], flow_to(seen, there[1])) if there is not None else None)
        added = joined(fusion.added(ours, doubled(ours[0]), neighbours))
        added *= np.clip((FADE[1] - base[..., :3].max(axis=-1, keepdims=True)) / (FADE[1] - FADE[0]), 0, 1)
        if base.shape[2] == 3:
            return base + added
        alpha = base[..., 3:]  # neighbours were seen over black
        shown = alpha > LEAST_ALPHA
        return np.concatenate(
            [base[..., :3] + np.where(shown, added / np.where(shown, alpha, 1), 0), alpha], -1
        )

    def _part(self, pixels: Pixels) -> tuple[Plane, NDArray[np.uint8]]:
        coded = _coded(pixels, self._linear)
        if coded.shape[2] == 4:
            coded = coded[..., :3] * coded[..., 3:]
        parts = parted(np.minimum(coded[..., :3], np.float32(FADE[1])))
        return parts, seen_by_flow(parts[0])


def _coded(pixels: Pixels, linear: bool) -> Pixels:
    """Scene-linear light as code values, its sign kept; alpha as it is."""
    if not linear:
        return pixels
    light = pixels[..., :3]
    made = np.copysign((np.abs(light) + TOE) ** CURVE - TOE**CURVE, light).astype(np.float32)
    return made if pixels.shape[2] == 3 else np.concatenate([made, pixels[..., 3:]], -1)


def _uncoded(pixels: Pixels, linear: bool) -> Pixels:
    if not linear:
        return pixels
    values = pixels[..., :3]
    made = np.copysign((np.abs(values) + TOE**CURVE) ** (1 / CURVE) - TOE, values).astype(np.float32)
    return made if pixels.shape[2] == 3 else np.concatenate([made, pixels[..., 3:]], -1)
