"""Noise of known strength, colour and spectrum laid over clean pictures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Noise:
    """variance = offset + gain · level of R'G'B' 0 … 1. grain: deviation in pixels of the blur that makes it
    coarse, 0 for none. together: what the channels share of it, 0 … 1."""

    name: str
    offset: float = 0.0
    gain: float = 0.0
    grain: float = 0.0
    together: float = 0.0

    def field(self, shape: tuple[int, int], seed: int, number: int) -> np.ndarray:
        """(h, w, 3) of variance 1."""
        draw = np.random.default_rng([seed, number])
        own = draw.standard_normal((*shape, 3), np.float32)
        shared = draw.standard_normal((*shape, 1), np.float32)
        made = own * np.float32((1 - self.together) ** 0.5) + shared * np.float32(self.together**0.5)
        if self.grain:
            spread = 2 * int(4 * self.grain) + 1
            kernel = cv2.getGaussianKernel(spread, self.grain)
            made = cv2.GaussianBlur(made, (spread, spread), self.grain, borderType=cv2.BORDER_REFLECT)
            made /= np.float32((kernel**2).sum())
        return np.asarray(made, np.float32)

    def over(self, clean: np.ndarray, seed: int, number: int, *, eight_bits: bool = True) -> np.ndarray:
        """The picture with its noise: clipped and rounded to 8 bits, as (h, w, 3) float32, or neither."""
        deviation = np.sqrt(self.offset + self.gain * clean)
        noisy = clean + deviation * self.field(clean.shape[:2], seed, number)
        if not eight_bits:
            return np.asarray(noisy, np.float32)
        return (np.rint(np.clip(noisy, 0, 1) * 255) / 255).astype(np.float32)


def gaussian(deviation: float) -> Noise:
    """White, of that deviation of 255."""
    return Noise(f"gaussian {deviation:g}", offset=(deviation / 255) ** 2)


KINDS = (
    gaussian(5),
    gaussian(10),
    gaussian(20),
    Noise("poisson-gaussian", offset=(3 / 255) ** 2, gain=0.004),
    Noise("coarse 10", offset=(10 / 255) ** 2, grain=0.8, together=0.5),
)
