"""The noise of a camera or stock, found out from pictures that show more than noise.

Two successive pictures are laid upon each other by whole pixels, so that their noise is not blurred: their
difference is noise alone wherever they show the same. Which blocks are flat is judged on their sum, whose
noise knows nothing of that of the difference: choosing them does not favour the quiet ones. Without a second
picture, blocks are chosen by their coarse half and measured by their fine one; coarse noise is believed only
where flat blocks are all equally strong.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import msgspec
import numpy as np
import scipy.fft
import scipy.optimize
from numpy.typing import NDArray

from answerprint.departments.picture.grain.profiles import PLANES, SIDE, Floats, NoiseProfile, Values, white
from answerprint.departments.picture.grain.spectra import block_power, sharpened, unit
from answerprint.departments.picture.grain.temporal import Grey, Motion, smooth_grey
from answerprint.departments.picture.windows import Pixels

BLOCK = 16  # pixels a side of a block whose strength is measured
FLAT = (0.08, 0.3)  # the share of blocks, of each level, that are held to be flat: of many, and of few
ENOUGH = 24  # flat blocks of a level are enough
STILL = 0.1  # the share of a single picture's blocks held to be flat
ALIKE = 0.35  # by which the strength of such blocks may scatter: where there is texture it scatters more
LEVELS = 24
EACH = 30  # blocks that a level needs at least
LINE = 2.0  # blocks that the straight line counts for, in each level
CLOSE = 0.02  # square pixels: whole pixels are preferred to parts of one, where there is texture
SLIP = 2.0  # times what a smoothed picture says that parts of a pixel make it differ
ROOM = 0.02  # between levels
BEYOND = 4.0  # times the line that a level's variance may be at most
CEILING = 1.3  # times the variance within the quietest blocks of a level that noise may have
QUIET = 0.15  # the share of blocks that counts as the quietest
LIKELY = (0.4, 1.8)  # the strength of a block against the curve that its spectrum is taken at
SPECTRA = 12  # blocks that a spectrum needs at least
SAME = 0.95  # the share of pixels, equal in two pictures, that makes them one picture shown twice
ROUNDS = 10
NOTHING = 0.5 / 255  # a deviation under it is hardly more than that of rounding to 8 bits (0.29)
NOTHING_LINEAR = 0.002  # of the level itself, in linear light


class _Blocks(NamedTuple):
    """Of blocks (n, …): level and variance by channel (n, 3), variance within the one picture (n, 3) and how
    much they vary beside noise (n,)."""

    level: Floats
    variance: Floats
    within: Floats
    texture: Floats


class _Fields(NamedTuple):
    """Differences (n, SIDE, SIDE, 3) that are noise where the block is flat, level (n, 3), texture (n,)."""

    noise: Floats
    level: Floats
    texture: Floats


class Measurer:
    """Takes in pictures, and tells what noise they have in common."""

    def __init__(self, *, linear: bool = False) -> None:
        self._linear = linear
        self._motion = Motion()
        self._pairs: list[_Blocks] = []
        self._singles: list[_Blocks] = []
        self._pair_fields: list[_Fields] = []
        self._single_fields: list[_Fields] = []
        self._height = 0
        self._repeated = False

    def add(self, pictures: list[Pixels]) -> None:
        """Successive pictures of one shot, (h, w, 3 or 4)."""
        rgb = [np.ascontiguousarray(np.nan_to_num(one[..., :3], posinf=0, neginf=0)) for one in pictures]
        self._height = rgb[0].shape[0]
        self._alone(rgb[0])
        greys = [self._grey(one) for one in rgb]
        for now, other, grey, its in zip(rgb, rgb[1:], greys, greys[1:], strict=False):
            if (now == other).all(axis=2).mean() >= SAME:
                self._repeated = True
                continue
            flow = self._motion.between(grey, its)
            for side in (BLOCK, SIDE):
                moved, off = _moved(other, flow, side)
                half, mean = (now - moved) * np.float32(0.5**0.5), (now + moved) * np.float32(0.5)
                if side == BLOCK:
                    self._pairs.append(_blocks(now, half, mean, off))
                else:
                    self._pair_fields.append(_fields(half, mean, off))

    def profile(self) -> NoiseProfile:
        """What was found out, by pictures in succession where there were any. Where nothing but repeated
        pictures was seen, or no whole block, there is no noise."""
        pairs = bool(self._pairs)
        if not pairs and self._repeated:
            return _none(self._linear, self._height, "pictures that repeat each other")
        found = self._pairs if pairs else self._singles
        if not found:
            return _none(self._linear, self._height, "no picture")
        blocks = _Blocks(*(np.concatenate(one) for one in zip(*found, strict=True)))
        if not len(blocks.level):
            return _none(self._linear, self._height, "too small a picture")
        levels = _levels(blocks)
        if not self._linear:  # the curve is told from black to white, by the line where nothing was seen
            inside = levels[(levels > ROOM) & (levels < 1 - ROOM)]
            levels = np.concatenate([[0.0], inside, [1.0]])
        curve = np.empty((3, len(levels)))
        lines = []
        for channel in range(3):
            curve[channel], line = _curve(blocks, channel, levels, ceiling=pairs)
            lines.append(line)
        made = NoiseProfile(
            levels=[float(one) for one in levels],
            variance=[[float(one) for one in each] for each in curve],
            gain=[line[0] for line in lines],
            offset=[line[1] for line in lines],
            correlation=np.eye(3).tolist(),
            spectrum=white(),
            linear=self._linear,
            height=self._height,
            measured="successive pictures" if pairs else "flat blocks of single pictures",
        )
        return _coloured(made, self._pair_fields) if pairs else _from_still(made, self._single_fields)

    def _alone(self, now: Floats) -> None:
        blocks = _cut(now, BLOCK)
        level = blocks.mean(axis=(1, 2))
        waves = scipy.fft.dctn(blocks, axes=(1, 2), norm="ortho")
        order = np.add.outer(np.arange(BLOCK), np.arange(BLOCK))
        coarse, fine = (order > 1) & (order < BLOCK // 2), order >= BLOCK // 2
        power = waves * waves
        texture = power[:, coarse].mean(axis=(1, 2))
        variance = power[:, fine].mean(axis=1)
        whole = power[:, order > 1].mean(axis=1)
        self._singles.append(_Blocks(level, variance, whole, texture))
        cells = _cut(now, SIDE)
        if len(cells):
            plain = cells - _planes_under(cells)
            small = cv2.blur(cells.reshape(-1, SIDE, 3), (1, 5)).reshape(cells.shape)
            texture = (np.diff(small, axis=1) ** 2).mean(axis=(1, 2, 3))
            self._single_fields.append(_Fields(plain, cells.mean(axis=(1, 2)), texture))

    def _grey(self, rgb: Floats) -> Grey:
        return smooth_grey(rgb.mean(axis=2), linear=self._linear)


def quiet(profile: NoiseProfile) -> bool:
    """Whether there is no noise to speak of."""
    deviation = np.sqrt(np.maximum(np.asarray(profile.variance), 0))
    if profile.linear:
        level = np.maximum(np.asarray(profile.levels), 1e-3)
        return bool(np.median(deviation / level) < NOTHING_LINEAR)
    return bool(np.median(deviation) < NOTHING)


def _none(linear: bool, height: int, why: str) -> NoiseProfile:
    return NoiseProfile(
        levels=[0.0],
        variance=[[0.0]] * 3,
        gain=[0.0] * 3,
        offset=[0.0] * 3,
        correlation=np.eye(3).tolist(),
        spectrum=white(),
        linear=linear,
        height=height,
        measured=why,
    )


def _cut(pixels: Floats, side: int) -> Floats:
    """Whole blocks of (h, w, c) → (n, side, side, c)."""
    high, wide = pixels.shape[0] // side, pixels.shape[1] // side
    some = pixels[: high * side, : wide * side].reshape(high, side, wide, side, pixels.shape[2])
    return np.ascontiguousarray(some.swapaxes(1, 2)).reshape(high * wide, side, side, pixels.shape[2])


def _moved(other: Floats, flow: Floats, side: int) -> tuple[Floats, Floats]:
    """Each block of that side fetched from where most of it went, by whole pixels; and (n, 2) the parts of a
    pixel by which whole blocks went further than that."""
    height, width = other.shape[:2]
    cells = -(-width // side), -(-height // side)
    exact = 2 * cv2.resize(flow, cells, interpolation=cv2.INTER_AREA)
    way = np.rint(exact)
    off = (exact - way)[: height // side, : width // side].reshape(-1, 2)
    way = np.repeat(np.repeat(way, side, axis=0), side, axis=1)[:height, :width]
    across = _mirrored(np.arange(width)[None] + way[..., 0].astype(int), width)
    down = _mirrored(np.arange(height)[:, None] + way[..., 1].astype(int), height)
    moved = other[down, across]
    return np.asarray(moved, np.float32), np.asarray(off, np.float32)


def _mirrored(at: NDArray[np.int_], size: int) -> NDArray[np.int_]:
    """Places beyond an edge, as many before it."""
    last = size - 1
    return np.asarray(np.clip(last - np.abs(last - np.abs(at)), 0, last))


def _texture(mean: Floats, side: int) -> Floats:
    smooth = cv2.blur(mean, (5, 5))
    slope = cv2.Sobel(smooth, -1, 1, 0) ** 2 + cv2.Sobel(smooth, -1, 0, 1) ** 2
    return np.asarray(_cut(slope, side).mean(axis=(1, 2, 3)))


def _blocks(now: Floats, half: Floats, mean: Floats, off: Floats) -> _Blocks:
    own, cells, smooth = _cut(half, BLOCK), _cut(now, BLOCK), cv2.blur(mean, (3, 3))
    # what a picture that is off by parts of a pixel differs by, beside noise
    slopes = [
        _cut(np.asarray(cv2.Sobel(smooth, -1, *way, scale=1 / 8), np.float32), BLOCK)
        for way in ((1, 0), (0, 1))
    ]
    slip = slopes[0] * off[:, None, None, None, 0] + slopes[1] * off[:, None, None, None, 1]
    variance = (own * own).mean(axis=(1, 2)) - np.float32(SLIP / 2) * (slip * slip).mean(axis=(1, 2))
    return _Blocks(
        _cut(mean, BLOCK).mean(axis=(1, 2)),
        np.maximum(variance, 0),
        cells.var(axis=(1, 2)),
        _texture(mean, BLOCK) * (np.float32(CLOSE) + (off * off).sum(axis=1)),
    )


def _fields(half: Floats, mean: Floats, off: Floats) -> _Fields:
    texture = _texture(mean, SIDE) * (np.float32(CLOSE) + (off * off).sum(axis=1))
    return _Fields(_cut(half, SIDE), _cut(mean, SIDE).mean(axis=(1, 2)), texture)


def _planes_under(cells: Floats) -> Floats:
    """The sloping plane that fits each block (n, s, s, c) best."""
    side = cells.shape[1]
    ramp = np.arange(side, dtype=np.float32) - np.float32((side - 1) / 2)
    norm = np.float32((ramp**2).sum() * side)
    across = np.einsum("nijc,j->nc", cells, ramp)[:, None, None] / norm * ramp[None, None, :, None]
    down = np.einsum("nijc,i->nc", cells, ramp)[:, None, None] / norm * ramp[None, :, None, None]
    return np.asarray(cells.mean(axis=(1, 2), keepdims=True) + across + down, np.float32)


def _levels(blocks: _Blocks) -> Values:
    """The levels a curve is told at: as many blocks lie between any two."""
    count = int(np.clip(len(blocks.level) // EACH, 1, LEVELS))
    shares = (np.arange(count) + 0.5) / count
    return np.unique(np.quantile(blocks.level.reshape(-1).astype(np.float64), shares).round(6))


def _curve(
    blocks: _Blocks, channel: int, levels: Values, *, ceiling: bool
) -> tuple[Values, tuple[float, float]]:
    """The variance at each level, and the gain and offset of the line through them."""
    level, variance = blocks.level[:, channel], blocks.variance[:, channel]
    edges = (levels[1:] + levels[:-1]) / 2
    bins = np.digitize(level, edges)
    found, counts = np.full(len(levels), np.nan), np.zeros(len(levels))
    for number in range(len(levels)):
        inside = np.flatnonzero(bins == number)
        if not len(inside):
            continue
        flat = inside[np.argsort(blocks.texture[inside])[: _flat(len(inside))]]
        found[number] = np.median(variance[flat])
        counts[number] = len(flat)
        if ceiling and len(inside) >= EACH:
            within = np.quantile(blocks.within[inside, channel], QUIET)
            found[number] = min(found[number], CEILING * within)
    there = counts > 0
    gain, offset = _line(levels[there], found[there], counts[there])
    line = np.maximum(gain * levels + offset, 0)
    bent = np.where(there, np.minimum(np.nan_to_num(found), BEYOND * line), line)
    return (counts * bent + LINE * line) / (counts + LINE), (gain, offset)


def _flat(count: int) -> int:
    """How many of so many blocks are held to be flat."""
    return max(4, int(FLAT[0] * count), min(ENOUGH, int(FLAT[1] * count)))


def _line(levels: Values, variance: Values, counts: Values) -> tuple[float, float]:
    """gain and offset, neither below 0, of what most levels agree on."""
    shift = max(0.0, -float(levels.min()))  # linear light may lie below 0
    basis = np.stack([levels + shift, np.ones(len(levels))], axis=1)
    scale = np.maximum(variance, np.median(variance) * 0.1 + 1e-16)
    trust = np.sqrt(counts) / scale
    answer = np.zeros(2)
    for _ in range(ROUNDS):
        answer, _rest = scipy.optimize.nnls(basis * trust[:, None], variance * trust)
        off = (basis @ answer - variance) / scale
        trust = np.sqrt(counts) / scale / (1 + (off / 0.2) ** 2) ** 0.5
    return float(answer[0]), float(answer[1] + answer[0] * shift)


def _strengths(made: NoiseProfile, fields: _Fields) -> tuple[Floats, Floats]:
    """Noise (n, SIDE, SIDE, 3) as if each level had the same, and its mean square by block (n,)."""
    deviation = np.sqrt(np.maximum(made.variances(fields.level), 1e-14))
    noise = fields.noise / deviation[:, None, None]
    return np.asarray(noise, np.float32), np.asarray((noise * noise).mean(axis=(1, 2, 3)))


def _coloured(made: NoiseProfile, found: list[_Fields]) -> NoiseProfile:
    """With the channels' correlation and the spectrum, where enough flat blocks tell them."""
    fields = _Fields(*(np.concatenate(one) for one in zip(*found, strict=True)))
    if not len(fields.texture):
        return made
    noise, strength = _strengths(made, fields)
    limit = np.quantile(fields.texture, max(FLAT[1], min(1.0, SPECTRA / len(strength))))
    chosen = (fields.texture <= limit) & (strength > LIKELY[0]) & (strength < LIKELY[1])
    return _with_spectrum(made, noise[chosen])


def _from_still(made: NoiseProfile, found: list[_Fields]) -> NoiseProfile:
    """As `_coloured`, and stronger by what coarse noise the flat blocks of a single picture hold."""
    fields = _Fields(*(np.concatenate(one) for one in zip(*found, strict=True)))
    count = int(STILL * len(fields.texture))
    if count < SPECTRA:
        return made
    noise, strength = _strengths(made, fields)
    flat = np.argsort(fields.texture)[:count]
    middle = float(np.median(strength[flat]))
    if float(np.std(strength[flat])) > ALIKE * middle:
        return made
    return _with_spectrum(made.scaled(max(1.0, middle)), noise[flat])


def _with_spectrum(made: NoiseProfile, noise: Floats) -> NoiseProfile:
    if len(noise) < SPECTRA:
        return made
    covariance = np.einsum("nijc,nijd->cd", noise, noise) / noise[..., 0].size
    own = np.sqrt(np.maximum(np.diag(covariance), 1e-9))
    planes = noise @ PLANES.T
    power = np.stack([sharpened(block_power(planes[..., plane]).mean(axis=0)) for plane in range(3)])
    return msgspec.structs.replace(
        made,
        correlation=np.clip(covariance / np.outer(own, own), -1, 1).tolist(),
        spectrum=unit(power).tolist(),
    )
