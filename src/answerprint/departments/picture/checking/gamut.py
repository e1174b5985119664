"""Legal signals of a broadcaster: EBU R 103 over Y′CbCr as coded, before anything is clipped."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.media.pixels import KR_KB

COMPONENTS = (-0.05, 1.05)  # of R′, G′, B′: EBU R 103 v3.0, −5 % to 105 %
LUMA = (-0.01, 1.03)  # of Y′, the same: −1 % to 103 %
DARK, LIGHT = 40, 215  # of 255: what is nearly black or white is no suspect by its colour
AREA = 0.01  # of the picture that may be outside


class Illegal(NamedTuple):
    """Shares of a picture that are outside; lowest, highest: of the components, but for one in a thousand."""

    components: float
    luma: float
    lowest: float
    highest: float


def illegal(planes: NDArray[np.uint16], matrix: int, *, full: bool = False) -> Illegal:
    """What is outside R 103 in (h, w, 3) Y′CbCr of 16 bits. matrix: its H.273 code. full: not limited range.

    The picture is smoothed as R 103 asks (overshoots of filters are left out): a mean of 3 by 3 pixels.
    """
    kr, kb = KR_KB[matrix]
    black, luma, chroma = (0, 65535, 65535) if full else (16 << 8, 219 << 8, 224 << 8)
    smooth = cv2.blur(planes, (3, 3)).astype(np.float32)
    y = (smooth[..., 0] - black) / np.float32(luma)
    cb, cr = ((smooth[..., number] - 32768) / np.float32(chroma) for number in (1, 2))
    red = y + np.float32(2 * (1 - kr)) * cr
    blue = y + np.float32(2 * (1 - kb)) * cb
    green = (y - np.float32(kr) * red - np.float32(kb) * blue) / np.float32(1 - kr - kb)
    least, most = np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)
    outside = (least < COMPONENTS[0]) | (most > COMPONENTS[1])
    beyond = (y < LUMA[0]) | (y > LUMA[1])
    return Illegal(
        float(outside.mean()),
        float(beyond.mean()),
        float(np.percentile(least, 0.1)),
        float(np.percentile(most, 99.9)),
    )


def suspect(rgb: NDArray[np.uint8]) -> float:
    """Share of an R′G′B′ picture (h, w, 3) uint8, clipped, that may be outside: a component at the end of the
    scale though the pixel is neither black nor white."""
    least, most = rgb.min(axis=2), rgb.max(axis=2)
    return float((((least == 0) & (most > DARK)) | ((most == 255) & (least < LIGHT))).mean())
