"""Pictures at moments between those that were taken."""

from __future__ import annotations

from typing import Literal

import numpy as np

from answerprint.departments.picture.retiming.between import between
from answerprint.departments.picture.retiming.following import Motion, levels, motion
from answerprint.departments.picture.windows import Pixels, Window

LEAST_ALPHA = 1e-4


class Interpolator:
    """Makes what is seen a share of the way to the next picture: along the motion, or both mixed.

    unfollowed: numbers of pictures from which the way to the next is not followed: the nearer of the two is
    shown. linear: pictures are scene-linear light.
    """

    before, after = 0, 1

    def __init__(
        self,
        how: Literal["interpolate", "blend"] = "interpolate",
        *,
        unfollowed: frozenset[int] = frozenset(),
        linear: bool = False,
    ) -> None:
        self._how, self._unfollowed, self._linear = how, unfollowed, linear
        self._known: tuple[int, Motion] | None = None

    def picture(self, window: Window) -> Pixels:
        if window.phase <= 0 or window.at + 1 >= len(window.pictures):
            return window.now
        first, second = window.now, window.pictures[window.at + 1]
        if self._how == "interpolate" and window.number in self._unfollowed:
            return first if window.phase < 0.5 else second
        share = np.float32(window.phase)
        one, two = _covered(first), _covered(second)
        if self._how == "blend":
            return _bare((1 - share) * one + share * two)
        times = levels(one, two)
        if self._known is None or self._known[0] != window.number:
            level = first if times is None else first * times
            self._known = window.number, motion(level, second, linear=self._linear)
        if times is not None:  # both as bright as they are by then
            one, two = one * times**share, two * times ** (share - 1)
        return _bare(between(one, two, self._known[1], window.phase))


def _covered(pixels: Pixels) -> Pixels:
    """Colour times alpha, so that what cannot be seen does not come in."""
    if pixels.shape[2] == 3:
        return pixels
    return np.concatenate([pixels[..., :3] * pixels[..., 3:], pixels[..., 3:]], axis=-1)


def _bare(pixels: Pixels) -> Pixels:
    if pixels.shape[2] == 3:
        return pixels
    alpha = np.clip(pixels[..., 3:], 0, 1)
    shown = alpha > LEAST_ALPHA
    colour = np.where(shown, pixels[..., :3] / np.where(shown, alpha, 1), 0)
    return np.concatenate([colour, alpha], axis=-1)
