"""How sharp a picture is: the width of its sharpest edges, whatever their contrast.

After Zhuo and Sim 2011, "Defocus map estimation from a single image": an edge blurred again loses the less of
its slope the softer it already was.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FIRST, SECOND = 0.8, 1.8  # pixels: the slight blur against noise, and the one compared with it
LEAST_SLOPE = 3.0  # codes a pixel: weaker edges are not measured
OF_NOISE = 5.0  # nor those under this many times the noise
FEWEST = 60  # edge pixels needed
SHARPEST = 20  # per cent of edges that are taken: what is in focus, not the background
PIXEL_SHARP, SOFT = 0.6, 5.0  # pixels of blur that are called 1 and 0


def edge_blur(grey: NDArray[np.uint8]) -> float | None:
    """Blur of a picture's sharpest edges (h, w), as a Gaussian's deviation in pixels; None without edges."""
    if min(grey.shape) < 16:
        return None
    picture = grey.astype(np.float32)
    one, two = _slope(picture, FIRST), _slope(picture, SECOND)
    rest = picture - cv2.GaussianBlur(picture, (0, 0), 1.0)
    noise = 1.4826 * float(np.median(np.abs(rest)))
    peak = one >= cv2.dilate(one, np.ones((3, 3), np.uint8))
    edges = peak & (one > max(LEAST_SLOPE, OF_NOISE * 0.25 * noise))
    edges[:4] = edges[-4:] = False
    edges[:, :4] = edges[:, -4:] = False
    if int(edges.sum()) < FEWEST:
        return None
    strong = edges & (one >= np.percentile(one[edges], 50))
    ratio = np.maximum(one[strong] / np.maximum(two[strong], 1e-6), 1.0001).astype(np.float64)
    width = (SECOND**2 - ratio**2 * FIRST**2) / (ratio**2 - 1)
    return float(np.sqrt(np.maximum(np.percentile(width, SHARPEST), 0.0)))


def focus(blur: float) -> float:
    """0 soft … 1 as sharp as the raster shows, evenly in octaves of blur (pixels)."""
    octaves = np.log2(max(blur, PIXEL_SHARP) / PIXEL_SHARP) / np.log2(SOFT / PIXEL_SHARP)
    return float(np.clip(1 - octaves, 0, 1))


def _slope(picture: NDArray[np.float32], deviation: float) -> NDArray[np.float32]:
    smooth = cv2.GaussianBlur(picture, (0, 0), deviation)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    return np.asarray(cv2.magnitude(across, down), np.float32)
