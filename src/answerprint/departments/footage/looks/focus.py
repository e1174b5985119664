"""How sharp a picture is: the width of the edges in its sharpest parts, whatever their contrast.

As Zhuo and Sim 2011, "Defocus map estimation from a single image": an edge blurred again loses the less of
its slope the softer it already was. Here by parts of the picture: noise disturbs them less than single edges.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FIRST, SECOND = 1.0, 2.5  # pixels: the slight blur against noise, and the one compared with it
OWN = 0.6  # pixels of blur that taking slopes adds to both
TILES = 32  # across the picture: what is in focus fills some of them
FLATTEST = 5  # per cent of tiles that show what noise alone is
OF_NOISE = 4.0  # a tile is measured when it holds this many times that …
LEAST_SLOPE = 0.6  # … and this mean squared slope (codes a pixel)
FEWEST = 6  # tiles needed
SHARPEST = 15  # per cent of tiles that are taken: what is in focus, not the background
PIXEL_SHARP, SOFT = 0.8, 6.0  # pixels of blur that are called 1 and 0


def edge_blur(grey: NDArray[np.uint8]) -> float | None:
    """Blur of a picture's sharpest parts (h, w), as a Gaussian's deviation in pixels; None without edges.

    An edge's squared slope, summed across it, falls as one over its width: the sums before and after a known
    blur give the width. What the flattest parts hold is noise, and taken off.
    """
    if min(grey.shape) < 32:
        return None
    picture = grey.astype(np.float32)
    high, wide = grey.shape
    tiles = (TILES, max(4, round(TILES * high / wide)))
    one, two = (_energy(picture, deviation, tiles) for deviation in (FIRST, SECOND))
    noise_one, noise_two = np.percentile(one, FLATTEST), np.percentile(two, FLATTEST)
    told = (one > OF_NOISE * noise_one) & (one > LEAST_SLOPE)
    if int(told.sum()) < FEWEST:
        return None
    ratio = (one[told] - noise_one) / np.maximum(two[told] - noise_two, 1e-6)
    squared = np.maximum(ratio, 1.0001) ** 2
    first, second = FIRST**2 + OWN**2, SECOND**2 + OWN**2
    width = (second - squared * first) / (squared - 1)
    return float(np.sqrt(np.maximum(np.percentile(width, SHARPEST), 0.0)))


def focus(blur: float) -> float:
    """0 soft … 1 as sharp as the raster shows, evenly in octaves of blur (pixels)."""
    octaves = np.log2(max(blur, PIXEL_SHARP) / PIXEL_SHARP) / np.log2(SOFT / PIXEL_SHARP)
    return float(np.clip(1 - octaves, 0, 1))


def _energy(picture: NDArray[np.float32], deviation: float, tiles: tuple[int, int]) -> NDArray[np.float64]:
    """Mean squared slope in every tile of the picture after a blur."""
    smooth = cv2.GaussianBlur(picture, (0, 0), deviation)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    return np.asarray(
        cv2.resize(across * across + down * down, tiles, interpolation=cv2.INTER_AREA), np.float64
    )
