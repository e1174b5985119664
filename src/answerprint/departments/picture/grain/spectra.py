"""Power of noise by frequency: measured in blocks, carried to other sizes and to the tiles of a shrinkage."""

from __future__ import annotations

from functools import cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from answerprint.departments.picture.grain.profiles import SIDE, Floats, Values

TILE = 8
SHARPENINGS = 8  # rounds in which what the blocks' window smears is undone


@cache
def window() -> Floats:
    """Hann's, (SIDE, SIDE), of mean square 1."""
    one = np.hanning(SIDE + 2)[1:-1]
    made = np.outer(one, one)
    return np.asarray(made / np.sqrt((made**2).mean()), np.float32)


def block_power(blocks: Floats) -> Values:
    """Periodograms of blocks (n, SIDE, SIDE) → (n, SIDE, SIDE // 2 + 1); those of white noise of variance 1
    are 1."""
    seen = scipy.fft.rfft2(blocks * window())
    return np.asarray((seen.real**2 + seen.imag**2) / SIDE**2, np.float64)


def sharpened(power: Values) -> Values:
    """A mean periodogram without the smear of its window (Richardson 1972, Lucy 1974)."""
    smear = _smear()
    made = power
    for _ in range(SHARPENINGS):
        ratio = power / np.maximum(_smeared(made, smear), 1e-9)
        made = made * np.maximum(_smeared(ratio, smear), 0)
    return made


def unit(power: Values) -> Values:
    """Power (…, SIDE, SIDE // 2 + 1) of mean 1 over all SIDE x SIDE frequencies."""
    mean = whole(power).mean(axis=(-2, -1), keepdims=True)
    return np.asarray(np.where(mean > 0, power / np.maximum(mean, 1e-30), 1.0), np.float64)


def whole(power: Values) -> Values:
    """Both halves of a real field's power, (…, SIDE, SIDE)."""
    rest = power[..., 1 : SIDE // 2]
    turned = np.concatenate([rest[..., :1, :], rest[..., :0:-1, :]], axis=-2)[..., ::-1]
    return np.concatenate([power, turned], axis=-1)


def at_size(power: Values, height: int, width: int, coarser: float = 1.0) -> Floats:
    """Of one plane, for fields of another size, that many times as coarse: (height, width // 2 + 1), such
    that the field's variance is 1."""
    centred = np.fft.fftshift(whole(power))
    centred = np.pad(centred, [(1, 2), (1, 2)], mode="wrap").astype(np.float32)
    rows, columns = (
        np.clip(one * SIDE * coarser, -SIDE // 2, SIDE // 2) + SIDE // 2 + 1
        for one in (np.fft.fftfreq(height), np.fft.rfftfreq(width))
    )
    made = np.maximum(_between(np.asarray(centred, np.float32), rows, columns), 0)
    both = 2 * made.sum() - made[:, 0].sum() - (made[:, -1].sum() if width % 2 == 0 else 0)
    return np.asarray(made * np.float32(height * width / max(float(both), 1e-9)), np.float32)


def cosine_power(power: Values) -> Floats:
    """Expected square of each coefficient of an orthonormal TILE x TILE cosine transform, (TILE²,), of noise
    of that power and variance 1."""
    return np.asarray(np.maximum(_cosine_map() @ whole(power).reshape(-1), 1e-4), np.float32)


def radial(power: Values) -> Values:
    """The mean of a plane's power over rings of frequency, (SIDE // 2 + 1,)."""
    rows, columns = np.fft.fftfreq(SIDE) * SIDE, np.fft.fftfreq(SIDE) * SIDE
    ring = np.rint(np.hypot(rows[:, None], columns[None])).astype(int)
    both = whole(power)
    inside = ring <= SIDE // 2
    total = np.bincount(ring[inside], both[inside], SIDE // 2 + 1)
    return np.asarray(total / np.bincount(ring[inside], minlength=SIDE // 2 + 1), np.float64)


def _between(table: Floats, rows: Values, columns: Values) -> Floats:
    """A table's values between its places, linearly."""
    for axis, at in ((0, rows), (1, columns)):
        first = np.floor(at).astype(int)
        part = (at - first).astype(np.float32)
        part = part[:, None] if axis == 0 else part[None]
        low = np.take(table, first, axis=axis)
        table = np.asarray(low + part * (np.take(table, first + 1, axis=axis) - low), np.float32)
    return table


@cache
def cosines() -> Floats:
    """The orthonormal cosine transform of a row of TILE pixels, (TILE, TILE)."""
    return np.asarray(scipy.fft.dct(np.eye(TILE), axis=0, norm="ortho"), np.float32)


@cache
def _cosine_map() -> NDArray[np.float64]:
    one = np.abs(np.fft.fft(cosines().astype(np.float64), SIDE, axis=1)) ** 2 / SIDE
    return np.asarray(np.einsum("if,jg->ijfg", one, one).reshape(TILE**2, SIDE**2), np.float64)


@cache
def _smear() -> NDArray[np.complex128]:
    kernel = np.abs(np.fft.fft2(window().astype(np.float64))) ** 2
    return np.asarray(np.fft.rfft2(kernel / kernel.sum()), np.complex128)


def _smeared(power: Values, smear: NDArray[np.complex128]) -> Values:
    full = np.fft.irfft2(np.fft.rfft2(whole(power)) * smear, (SIDE, SIDE))
    return np.asarray(full[..., : SIDE // 2 + 1], np.float64)
