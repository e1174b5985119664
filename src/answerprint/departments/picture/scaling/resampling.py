"""Pictures of another size by Lanczos' windowed sinc, as wide as the coarser of the two grids asks for."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from answerprint.departments.picture.windows import Pixels

LOBES = 3
LEAST_ALPHA = 1e-4  # below it a pixel has no colour to tell


def resampled(pixels: Pixels, width: int, height: int) -> Pixels:
    """(height, width, 3 or 4) float32 from (h, w, 3 or 4). Colour is weighted by alpha, which is straight in
    and out, and kept within 0 … 1; colour is not clipped. Edges continue past the picture."""
    if pixels.shape[2] == 3:
        return _both_ways(pixels, width, height)
    alpha = pixels[..., 3:]
    if alpha.min() == alpha.max():
        colour = _both_ways(pixels[..., :3], width, height)
        return np.dstack([colour, np.full((height, width), alpha.flat[0], np.float32)])
    made = _both_ways(np.concatenate([pixels[..., :3] * alpha, alpha], axis=-1), width, height)
    plain = _both_ways(pixels[..., :3], width, height)  # where nothing covers, colour stays what it was
    seen = made[..., 3:] > LEAST_ALPHA
    colour = np.where(seen, made[..., :3] / np.where(seen, made[..., 3:], 1), plain)
    low, high = pixels[..., :3].min(), pixels[..., :3].max()
    return np.concatenate([np.clip(colour, low, high), np.clip(made[..., 3:], 0, 1)], axis=-1)


def doubled(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """(2h, 2w) from (h, w)."""
    high, wide = plane.shape
    return _both_ways(plane[..., None], 2 * wide, 2 * high)[..., 0]


def taps(phase: float, lobes: int = LOBES) -> NDArray[np.float64]:
    """Weights of the 2·lobes samples about a point that lies `phase` past the middle two's first."""
    x = phase - np.arange(1 - lobes, lobes + 1)
    weights = np.sinc(x) * np.sinc(x / lobes)
    return np.asarray(weights / weights.sum())


def _both_ways(pixels: Pixels, width: int, height: int) -> Pixels:
    high, wide, channels = pixels.shape
    made = pixels
    if height != high:
        made = (_weights(high, height) @ made.reshape(high, -1)).reshape(height, wide, channels)
    if width != wide:
        turned = np.ascontiguousarray(made.transpose(1, 0, 2)).reshape(wide, -1)
        made = (_weights(wide, width) @ turned).reshape(width, made.shape[0], channels).transpose(1, 0, 2)
    return np.ascontiguousarray(made, np.float32)


@lru_cache(maxsize=16)
def _weights(length: int, wanted: int) -> csr_array:
    """(wanted, length) what each sample gives to each wanted one; the middles of the outer edges agree."""
    step = length / wanted
    wider = max(1.0, step)
    at = (np.arange(wanted) + 0.5) * step - 0.5
    reach = int(np.ceil(LOBES * wider))
    columns = np.floor(at).astype(int)[:, None] + np.arange(-reach, reach + 1)
    x = (at[:, None] - columns) / wider
    weights = np.where(np.abs(x) < LOBES, np.sinc(x) * np.sinc(x / LOBES), 0)
    weights /= weights.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(wanted), columns.shape[1])
    found = csr_array(
        (weights.astype(np.float32).ravel(), (rows, np.clip(columns, 0, length - 1).ravel())),
        shape=(wanted, length),
    )
    found.sum_duplicates()
    return found
