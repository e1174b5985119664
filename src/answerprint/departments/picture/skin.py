"""Skin of every tone, by its chromaticity: an estimate that wood, sand and leather share.

Melanin and blood both take more green than red and more blue than green (Tsumura et al. 1999), so that skin
from the lightest to the darkest lies in one wedge of log R/G and log G/B of linear light.
Nothing here depends on
how light it is; groups are told on the ten tones of the Monk Skin Tone Scale (2022) by lightness alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.difference import delta_e, lab_of

# The scale's ten colours, sRGB; tone 1 is the lightest
MONK = ("f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96", "a07e56", "825c43", "604134", "3a312a", "292420")
LEAST_RATIO, MOST_RATIO = 0.035, 1.3  # of log R/G and of log G/B: the lightest tone's, and deep blood's
LEAST_TURN, MOST_TURN = 10.0, 80.0  # degrees between the two
GROUP = 25  # colours that make a group


def linear_of(name: str) -> NDArray[np.float64]:
    """Linear light (3,) of an sRGB colour `rrggbb` (IEC 61966-2-1)."""
    code = np.array([int(name[place : place + 2], 16) / 255 for place in (0, 2, 4)])
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


MONK_LAB = lab_of(np.stack([linear_of(one) for one in MONK]))


def is_skin(linear: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(…, 3) linear light of Rec. 709 primaries → whether it has the chromaticity of skin."""
    light = np.log(np.maximum(np.asarray(linear, np.float64), 1e-4))
    red, blue = light[..., 0] - light[..., 1], light[..., 1] - light[..., 2]
    turn = np.degrees(np.arctan2(blue, red))
    inside = (red > LEAST_RATIO) & (blue > LEAST_RATIO) & (red < MOST_RATIO) & (blue < MOST_RATIO)
    return np.asarray(inside & (turn > LEAST_TURN) & (turn < MOST_TURN) & (np.min(linear, axis=-1) > 1e-3))


def tone_of(lab: NDArray[np.float64]) -> NDArray[np.int64]:
    """The Monk tone, 1 … 10, nearest in lightness: (n, 3) → (n,)."""
    return np.asarray(np.abs(lab[:, :1] - MONK_LAB[None, :, 0]).argmin(axis=1) + 1, np.int64)


def by_tone(
    before: NDArray[np.float64], after: NDArray[np.float64], wanted: NDArray[np.float64]
) -> list[tuple[int, int, float, float]]:
    """(tone, colours, ΔE00 before, ΔE00 after), medians, of L*, a*, b* (n, 3) of skin: groups of GROUP up."""
    told = []
    tones = tone_of(wanted)
    unlike = delta_e(before, wanted), delta_e(after, wanted)
    for tone in np.unique(tones):
        here = tones == tone
        if here.sum() >= GROUP:
            told.append(
                (
                    int(tone),
                    int(here.sum()),
                    float(np.median(unlike[0][here])),
                    float(np.median(unlike[1][here])),
                )
            )
    return told
