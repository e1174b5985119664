"""How unlike two colours are to the eye: CIEDE2000 (Sharma, Wu and Dalal 2005) over CIE L*a*b* of D65."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WHITE = np.array((0.95047, 1.0, 1.08883))  # D65, 2°
XYZ_OF_709 = np.array(
    ((0.4123908, 0.3575843, 0.1804808), (0.2126390, 0.7151687, 0.0721923), (0.0193308, 0.1191948, 0.9505322))
)
_DEGREE = np.pi / 180

Colours = NDArray[np.float64]


def lab_of(linear: NDArray[np.floating]) -> Colours:
    """(…, 3) linear light of Rec. 709 primaries, 1 is white, → (…, 3) L*, a*, b*."""
    xyz = np.asarray(linear, np.float64) @ XYZ_OF_709.T / WHITE
    small = 216 / 24389
    root = np.where(xyz > small, np.cbrt(np.maximum(xyz, small)), (24389 / 27 * xyz + 16) / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def delta_e(one: Colours, other: Colours) -> Colours:
    """ΔE00 of colours (…, 3) L*, a*, b*; kL, kC and kH are 1."""
    lightness, chroma = (one[..., 0], other[..., 0]), [np.hypot(c[..., 1], c[..., 2]) for c in (one, other)]
    mean7 = ((chroma[0] + chroma[1]) / 2) ** 7
    grey = 0.5 * (1 - np.sqrt(mean7 / (mean7 + 25.0**7)))
    a1, a2 = (1 + grey) * one[..., 1], (1 + grey) * other[..., 1]
    c1, c2 = np.hypot(a1, one[..., 2]), np.hypot(a2, other[..., 2])
    h1 = np.degrees(np.arctan2(one[..., 2], a1)) % 360
    h2 = np.degrees(np.arctan2(other[..., 2], a2)) % 360
    neutral = c1 * c2 == 0
    turn = h2 - h1
    turn = np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn))
    turn = np.where(neutral, 0, turn)
    step_l, step_c = lightness[1] - lightness[0], c2 - c1
    step_h = 2 * np.sqrt(c1 * c2) * np.sin(turn / 2 * _DEGREE)
    mean_l, mean_c = (lightness[0] + lightness[1]) / 2, (c1 + c2) / 2
    far, total = np.abs(h1 - h2) > 180, h1 + h2
    mean_h = np.where(far, np.where(total < 360, total + 360, total - 360), total) / 2
    mean_h = np.where(neutral, total, mean_h)
    t = (
        1
        - 0.17 * np.cos((mean_h - 30) * _DEGREE)
        + 0.24 * np.cos(2 * mean_h * _DEGREE)
        + 0.32 * np.cos((3 * mean_h + 6) * _DEGREE)
        - 0.20 * np.cos((4 * mean_h - 63) * _DEGREE)
    )
    around = 30 * np.exp(-(((mean_h - 275) / 25) ** 2))
    turned = -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)) * np.sin(2 * around * _DEGREE)
    middle = (mean_l - 50) ** 2
    part_l = step_l / (1 + 0.015 * middle / np.sqrt(20 + middle))
    part_c = step_c / (1 + 0.045 * mean_c)
    part_h = step_h / (1 + 0.015 * mean_c * t)
    squared = part_l**2 + part_c**2 + part_h**2 + turned * part_c * part_h
    return np.asarray(np.sqrt(np.maximum(squared, 0)), np.float64)
