"""Faded dyes: each channel's black, white and middle brought back to those of the others, shot by shot."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.restoring.motion import Floats

ENDS = (0.5, 99.5)  # per cent of pixels that black and white are taken from
BLACK = 0.02  # R'G'B' that the darkest is brought to, where it was lifted
MOST_GAIN = 2.5  # of a channel
MOST_BEND = 1.6  # exponent of a channel's middle, or one over it
HALF = 0.7  # of the way that middles are brought together: a sunset is not grey
ACROSS = 160  # pixels that are looked at


class Dyes(NamedTuple):
    """Of each channel: value → ((value − black) · gain) ** bend. (3,) each."""

    black: NDArray[np.float64]
    gain: NDArray[np.float64]
    bend: NDArray[np.float64]


class FadingSurvey:
    def __init__(self) -> None:
        self._seen: list[NDArray[np.float64]] = []

    def add(self, picture: Floats) -> None:
        """A picture of a shot, (h, w, 3 or 4) R'G'B'."""
        high, wide = picture.shape[:2]
        size = min(ACROSS, wide), max(1, round(min(ACROSS, wide) * high / wide))
        small = cv2.resize(np.nan_to_num(picture[..., :3]), size, interpolation=cv2.INTER_AREA)
        self._seen.append(np.percentile(small.reshape(-1, 3), [ENDS[0], 50, ENDS[1]], axis=0))

    def dyes(self) -> Dyes:
        """What brings the shot's channels back; nothing where it has no contrast to go by."""
        if not self._seen:
            return none()
        low, middle, high = np.median(self._seen, axis=0)
        if (high - low).max() < 0.15:
            return none()
        black = np.where(low > BLACK, low - BLACK, 0)
        white = max(float(high.max()), float((high - black).max()))
        gain = np.clip(white / np.maximum(high - black, 1e-3), 1, MOST_GAIN)
        levelled = np.clip((middle - black) * gain, 0.02, 0.98)
        aim = float(np.exp(np.log(levelled).mean()))
        bend = np.clip((np.log(aim) / np.log(levelled)) ** HALF, 1 / MOST_BEND, MOST_BEND)
        return Dyes(black, gain, bend)


def none() -> Dyes:
    return Dyes(np.zeros(3), np.ones(3), np.ones(3))


def brought_back(picture: Floats, dyes: Dyes) -> Floats:
    """The picture with the dyes' loss undone; alpha as it was."""
    made = picture.copy()
    for channel in range(3):
        value = (made[..., channel] - np.float32(dyes.black[channel])) * np.float32(dyes.gain[channel])
        if dyes.bend[channel] != 1:
            value = np.sign(value) * np.abs(value) ** np.float32(dyes.bend[channel])
        made[..., channel] = value
    return made
