"""Pictures as a model wants them: fitted, in its order of channels, in its range."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.things.cards import PictureInput


class Fit:
    """Where a fitted picture lies in the model's input, to find its places in the picture again."""

    def __init__(self, wide: int, high: int, given: PictureInput) -> None:
        across, down = given.width / wide, given.height / high
        if given.fit == "letterbox":
            across = down = min(across, down)
        elif given.fit == "crop":
            across = down = max(across, down)
        self.size = (max(1, round(wide * across)), max(1, round(high * down)))
        self.left = (given.width - self.size[0]) // 2
        self.top = (given.height - self.size[1]) // 2

    def shares(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Boxes (n, 4) of corners in pixels of the input as shares of the picture, held to it."""
        moved = boxes - np.array([self.left, self.top, self.left, self.top])
        scaled: NDArray[np.float64] = np.clip(moved / np.array([*self.size, *self.size]), 0.0, 1.0)
        return scaled


def fitted(pixels: NDArray[np.uint8], given: PictureInput) -> tuple[NDArray[np.float32], Fit]:
    """Pixels (h, w, 3) R'G'B' as the model's input of one picture, float32, and where they lie in it."""
    high, wide = pixels.shape[:2]
    fit = Fit(wide, high, given)
    shrinking = fit.size[0] < wide or fit.size[1] < high
    scaled = cv2.resize(pixels, fit.size, interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)
    canvas = np.full((given.height, given.width, 3), given.pad, np.uint8)
    left, top = max(fit.left, 0), max(fit.top, 0)
    from_left, from_top = max(-fit.left, 0), max(-fit.top, 0)
    wide = min(given.width - left, scaled.shape[1] - from_left)
    high = min(given.height - top, scaled.shape[0] - from_top)
    canvas[top : top + high, left : left + wide] = scaled[
        from_top : from_top + high, from_left : from_left + wide
    ]
    if given.channels == "bgr":
        canvas = canvas[..., ::-1]
    values: NDArray[np.float32] = canvas.astype(np.float32) * np.float32(given.scale)
    values = ((values - np.asarray(given.mean)) / np.asarray(given.std)).astype(np.float32)
    if given.layout == "nchw":
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values[None], np.float32), fit
