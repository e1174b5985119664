"""Colour of a shot: the temperature its neutral things show, and its main colours."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.looks.light import WEIGHTS, linear

# Linear R'G'B' of ITU-R BT.709 to CIE XYZ (IEC 61966-2-1, D65).
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)

COLDEST_MIRED, WARMEST_MIRED = 50, 560  # 20 000 K and 1 786 K
BESIDE = 0.012  # how far from the black body's line (CIE 1960 u, v) a light may lie: lamps and skies do
WIDTH_MIRED = 12  # neutrals of one light lie this close together
DARKEST, LIGHTEST = 0.012, 0.9  # display luminance between which a pixel's colour can be trusted
FEWEST = 0.06  # of all pixels must be neutral under the light, or there is none to be named …
AROUND, PEAK = 60, 0.6  # … and be this part of those within so many mireds: colours make no peak
LEVELS = 8  # steps of luminance, a stop each, that neutrals are looked for in
FEW_LEVELS = 2.2  # neutral things come in several: one wall of one colour is no evidence

COLOURS = 5
LEAST_SHARE = 0.02
ROUNDS = 12


class Temperature(msgspec.Struct, frozen=True, kw_only=True):
    """Correlated colour temperature in kelvin, its distance from the black body's line in CIE 1960 u, v
    (above, greenish, is positive), and how sure, 0 … 1."""

    kelvin: float
    duv: float
    confidence: float


def planckian(mired: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) CIE 1960 u, v of black bodies of n mireds (Krystek 1985; 1 000 to 15 000 K within 9e-5)."""
    kelvin = 1e6 / mired
    u = (0.860117757 + 1.54118254e-4 * kelvin + 1.28641212e-7 * kelvin**2) / (
        1 + 8.42420235e-4 * kelvin + 7.08145163e-7 * kelvin**2
    )
    v = (0.317398726 + 4.22806245e-5 * kelvin + 4.20481691e-8 * kelvin**2) / (
        1 - 2.89741816e-5 * kelvin + 1.61456053e-7 * kelvin**2
    )
    return np.stack([u, v], axis=-1)


_MIREDS = np.arange(COLDEST_MIRED, WARMEST_MIRED + 1, dtype=np.float64)
_LINE = planckian(_MIREDS)
_ALONG = np.gradient(_LINE, axis=0)
_ALONG = _ALONG / np.linalg.norm(_ALONG, axis=1, keepdims=True)


def correlated(uv: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) mireds and distances Duv of (n, 2) CIE 1960 u, v: the nearest point of the black body's line."""
    nearest = ((uv[:, None] - _LINE[None]) ** 2).sum(axis=2).argmin(axis=1)
    off = uv - _LINE[nearest]
    along = (off * _ALONG[nearest]).sum(axis=1)
    step = np.linalg.norm(np.gradient(_LINE, axis=0)[nearest], axis=1)
    # Left of the line's direction (towards warmer) lies green.
    duv = _ALONG[nearest, 0] * off[:, 1] - _ALONG[nearest, 1] * off[:, 0]
    return _MIREDS[nearest] + along / step, duv


def chromaticity(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) CIE 1960 u, v of (n, 3) linear BT.709."""
    xyz = light @ XYZ.T
    under = np.maximum(xyz[:, 0] + 15 * xyz[:, 1] + 3 * xyz[:, 2], 1e-9)
    return np.stack([4 * xyz[:, 0] / under, 6 * xyz[:, 1] / under], axis=1)


def temperature(pixels: NDArray[np.uint8]) -> Temperature | None:
    """The light that neutral things show, from (n, 3) uint8 R'G'B', or None where nothing is neutral.

    Neutral things of all brightnesses share one chromaticity near the black body's line; coloured things do
    not. The narrow stretch of the line with the most pixels over the most steps of brightness is taken.
    6 500 K is the display's own white: a picture balanced to neutral.
    """
    light = linear(pixels)
    bright = light @ WEIGHTS
    usable = (bright > DARKEST) & (bright < LIGHTEST) & (pixels.max(axis=1) < 250) & (pixels.min(axis=1) > 2)
    if usable.sum() < FEWEST * len(pixels) or not len(pixels):
        return None
    light, bright = light[usable], bright[usable]
    mired, duv = correlated(chromaticity(light))
    beside = (np.abs(duv) < BESIDE) & (mired >= COLDEST_MIRED) & (mired <= WARMEST_MIRED)
    if beside.sum() < FEWEST * len(pixels):
        return None
    mired, duv, bright = mired[beside], duv[beside], bright[beside]
    level = np.clip((np.log2(bright) + LEVELS).astype(int), 0, LEVELS - 1)
    grid = np.zeros((WARMEST_MIRED + 2, LEVELS))
    np.add.at(grid, (np.clip(mired, 0, WARMEST_MIRED + 1).astype(int), level), 1)
    sums = np.cumsum(
        np.vstack([np.zeros((2 * WIDTH_MIRED + 1, LEVELS)), grid, np.zeros((WIDTH_MIRED, LEVELS))]), axis=0
    )
    near = (sums[2 * WIDTH_MIRED + 1 :] - sums[: -(2 * WIDTH_MIRED + 1)])[WIDTH_MIRED:]
    share = near / len(pixels)
    # Square roots count many steps of brightness higher than many pixels of one.
    score = np.sqrt(share).sum(axis=1)
    score = score[: WARMEST_MIRED + 1]
    best = round(float(np.flatnonzero(score > 0.999 * score.max()).mean()))
    spread = float(np.sqrt(share[best]).sum() ** 2 / max(share[best].sum(), 1e-9))
    total = float(share[best].sum())
    around = float((np.abs(mired - best) <= AROUND).sum()) / len(pixels)
    if total < FEWEST or total < PEAK * around or spread < FEW_LEVELS:
        return None
    chosen = np.abs(mired - best) <= WIDTH_MIRED
    middle = float(np.median(mired[chosen]))
    sure = min(1.0, total / 0.25) * min(1.0, spread / 4)
    return Temperature(
        kelvin=1e6 / middle, duv=float(np.median(duv[chosen])), confidence=round(float(np.sqrt(sure)), 4)
    )


def palette(pixels: NDArray[np.uint8], colours: int = COLOURS) -> list[tuple[str, float]]:
    """The main colours of (n, 3) uint8 R'G'B' as ("#rrggbb", share), largest first; shares sum to 1 or less.

    k-means in Oklab (Ottosson 2020), begun at the colours farthest from one another: the same pixels give the
    same palette. Colours under two per cent are left out.
    """
    if not len(pixels):
        return []
    lab = oklab(pixels)
    centres = [lab.mean(axis=0)]
    far = np.full(len(lab), np.inf)
    for _ in range(min(colours, len(np.unique(pixels, axis=0))) - 1):
        far = np.minimum(far, ((lab - centres[-1]) ** 2).sum(axis=1))
        centres.append(lab[int(far.argmax())])
    middle = np.stack(centres)
    nearest = np.zeros(len(lab), int)
    for _ in range(ROUNDS):
        nearest = ((lab[:, None] - middle[None]) ** 2).sum(axis=2).argmin(axis=1)
        count = np.bincount(nearest, minlength=len(middle))
        sums = np.stack([np.bincount(nearest, lab[:, c], len(middle)) for c in range(3)], axis=1)
        middle = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], middle)
    share = np.bincount(nearest, minlength=len(middle)) / len(lab)
    order = sorted(range(len(middle)), key=lambda one: -share[one])
    return [(_hex(middle[one]), round(float(share[one]), 4)) for one in order if share[one] >= LEAST_SHARE]


def oklab(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(n, 3) Oklab of 8-bit sRGB."""
    values = pixels / 255.0
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(light @ _TO_LMS.T) @ _TO_LAB.T, np.float64)


_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _hex(lab: NDArray[np.float64]) -> str:
    light = np.clip(np.linalg.inv(_TO_LMS) @ (np.linalg.inv(_TO_LAB) @ lab) ** 3, 0, 1)
    values = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    red, green, blue = (int(one) for one in np.rint(values * 255))
    return f"#{red:02x}{green:02x}{blue:02x}"
