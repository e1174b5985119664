"""Pairs of moments of different shots that would cut together by likeness: the match cut.

Masks compared by how much they cover one another, and movement by optical flow, as in Chen, Xiao and Bhat
2022 (arXiv 2210.05766), after shots that show the same were taken out. Likeness of places and shapes is the
Jaccard index of soft masks (Tanimoto); of movement twice the product over the sum of squares, so that
another pace counts as well as another direction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.editorial.match_cuts.moments import FIELD, FULL, PLACE, SHAPE, Moments

Kind = Literal["mask", "shape", "motion"]
KINDS: tuple[Kind, ...] = ("mask", "shape", "motion")

LEAST: dict[Kind, float] = {"mask": 0.78, "shape": 0.88, "motion": 0.9}  # likeness told without asking
MOTION = 2 * FIELD[0] * FIELD[1]  # numbers that movement is told by
LEAD = 0.5  # seconds a shot goes on before it is left and after it is come into
AGAIN = 0.9  # likeness of a moment to the one before it of which only one is kept
STILL = 0.035  # widths a second (root mean square): what moves less is not movement
LARGEST_ZOOM = 1.5  # a shot is enlarged to lay its shape on the other's
MISPLACED = 0.03  # of the picture's width that may be left between two shapes laid on one another
ROWS = 128  # moments compared with all others at a time
LOOKED_AT = 40  # pairs looked at exactly for each that is told
BLOCK = 4096

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ShotMoments:
    """A shot's moments, near-repeats left out. pts: ticks; the rest as in Moments, movement as rows of floats
    in widths a second.
    """

    pts: NDArray[np.int64]
    place: NDArray[np.uint8]  # (n, 288)
    shape: NDArray[np.uint8]  # (n, 288)
    middle: Floats  # (n, 2)
    size: Floats  # (n,)
    motion: Floats  # (n, 120)


class Zoom(msgspec.Struct, frozen=True):
    """How the second shot (or with `first` the first) is enlarged so that its shape lies on the other's:
    by `scale`, the window's upper left corner at x, y (parts of its picture).
    """

    scale: float
    x: float
    y: float
    first: bool = False


class Match(msgspec.Struct, frozen=True):
    """Two shots by their places in the list, and a moment of each, in ticks. likeness 0 … 1."""

    kind: Kind
    first: int
    second: int
    at: tuple[int, int]
    likeness: float
    zoom: Zoom | None = None


def shot_moments(moments: Moments, start: int, end: int, second: float) -> ShotMoments:
    """The moments of one shot [start, end) ticks that leave room for a cut. second: ticks of a second."""
    inside = (moments.pts >= start + LEAD * second) & (moments.pts <= end - LEAD * second)
    numbers = np.flatnonzero(inside)
    place = _cells(moments.place[numbers])
    motion = moments.motion[numbers].reshape(len(numbers), MOTION).astype(np.float32) * np.float32(FULL / 127)
    kept: list[int] = []
    for one in range(len(numbers)):
        here, last = [one], kept[-1:]
        if (
            last
            and _covered(place[here], place[last])[0, 0] >= AGAIN
            and np.abs(motion[one] - motion[last]).max() < STILL
        ):
            continue
        kept.append(one)
    chosen = numbers[kept]
    return ShotMoments(
        pts=moments.pts[chosen],
        place=moments.place[chosen],
        shape=moments.shape[chosen],
        middle=moments.middle[chosen],
        size=moments.size[chosen],
        motion=motion[kept],
    )


def match_cuts(
    shots: Sequence[ShotMoments],
    aspects: Sequence[float],
    *,
    apart: Collection[tuple[int, int]] = (),
    kinds: Collection[Kind] = KINDS,
    only: Collection[int] | None = None,
    most: int = 50,
    least: float | None = None,
) -> list[Match]:
    """The best moment of every pair of shots that match, the likest first, at most `most` a kind.

    aspects: width over height of each shot's picture. apart: pairs never told (first before second), as takes
    of one set-up are. only: shots of which one is in every pair. least: likeness from which on one is told.
    """
    found: list[Match] = []
    counts = [len(one.pts) for one in shots]
    starts = np.concatenate([[0], np.cumsum(counts)])
    if len(shots) < 2 or not starts[-1]:
        return found
    every = ShotMoments(
        *(np.concatenate([getattr(one, name) for one in shots]) for name in ShotMoments.__dataclass_fields__)
    )
    ratios = np.repeat(np.asarray(aspects, np.float32), counts)
    told = np.triu(np.ones((len(shots), len(shots)), np.bool_), 1)
    for one, two in apart:
        told[one, two] = False
    if only is not None:
        chosen = np.isin(np.arange(len(shots)), list(only))
        told &= chosen[:, None] | chosen[None]
    for kind in (one for one in KINDS if one in kinds):
        floor = LEAST[kind] if least is None else least
        best = _best(kind, every, ratios, starts, floor)
        pairs = np.argwhere(told & (best > 0) & (best >= floor)).tolist()
        likeliest = sorted(pairs, key=lambda pair: (-float(best[pair[0], pair[1]]), pair))[: LOOKED_AT * most]
        of_kind = [_match(kind, every, ratios, starts, one, two) for one, two in likeliest]
        good = [one for one in of_kind if one.likeness >= floor]
        found += sorted(good, key=lambda one: (-one.likeness, one.first, one.second))[:most]
    return found


def _match(
    kind: Kind, every: ShotMoments, ratios: Floats, starts: NDArray[np.int64], one: int, two: int
) -> Match:
    """The likest moments of two shots, exactly."""
    rows, columns = slice(*starts[[one, one + 1]]), slice(*starts[[two, two + 1]])
    if kind == "motion":
        alike = _moved(every.motion[rows], every.motion[columns])
    elif kind == "mask":
        alike = _covered(_cells(every.place[rows]), _cells(every.place[columns]))
    else:
        alike = _covered(_cells(every.shape[rows]), _cells(every.shape[columns]))
        ones, twos = np.nonzero(alike > 0)
        bad = _unreachable(every, ratios, ones + rows.start, twos + columns.start)
        alike[ones[bad], twos[bad]] = -1
    a, b = (int(at) for at in np.unravel_index(int(np.argmax(alike)), alike.shape))
    zoom = _zoom(every, starts[one] + a, starts[two] + b) if kind == "shape" and alike[a, b] > 0 else None
    at = int(every.pts[starts[one] + a]), int(every.pts[starts[two] + b])
    return Match(kind, one, two, at, round(float(alike[a, b]), 4), zoom)


def _best(kind: Kind, every: ShotMoments, ratios: Floats, starts: NDArray[np.int64], floor: float) -> Floats:
    """(shots, shots) the likeness of the likest moments, places and shapes seen coarsely, which is seldom
    less than they are; exact only from `floor` on."""
    count = len(starts) - 1
    best = np.full((count, count), -1, np.float32)
    filled = np.flatnonzero(np.diff(starts))  # reduceat has no empty stretches
    if kind == "mask":
        coarse = _coarse(every.place, PLACE)
    elif kind == "shape":
        coarse = _coarse(every.shape, (SHAPE, SHAPE))
    else:
        coarse = every.motion
    compare = _moved if kind == "motion" else _covered
    first = 0
    while first < count:
        last = first + 1
        while last < count and starts[last + 1] - starts[first] <= ROWS:
            last += 1
        rows = slice(starts[first], starts[last])
        alike = compare(coarse[rows], coarse)
        if kind == "shape":
            ones, twos = np.nonzero(alike >= max(floor, 0.1))
            bad = _unreachable(every, ratios, ones + starts[first], twos)
            alike[ones[bad], twos[bad]] = -1
        by_shot = np.maximum.reduceat(alike, starts[filled], axis=1)
        for one in filled[(filled >= first) & (filled < last)]:
            own = slice(starts[one] - starts[first], starts[one + 1] - starts[first])
            best[one, filled] = by_shot[own].max(axis=0)
        first = last
    return best


def _cells(bits: NDArray[np.uint8]) -> Floats:
    """(n, 2304) 0 or 1."""
    return np.unpackbits(bits, axis=1).astype(np.float32)


def _coarse(bits: NDArray[np.uint8], size: tuple[int, int]) -> Floats:
    """(n, cells / 16) 0 … 1: the share of four by four cells that is covered."""
    high, wide = size[0] // 4, size[1] // 4
    found = np.empty((len(bits), high * wide), np.float32)
    for start in range(0, len(bits), BLOCK):
        cells = np.unpackbits(bits[start : start + BLOCK], axis=1).reshape(-1, high, 4, wide, 4)
        found[start : start + BLOCK] = cells.mean(axis=(2, 4), dtype=np.float32).reshape(len(cells), -1)
    return found


def _covered(one: Floats, two: Floats) -> Floats:
    """Jaccard index of masks, soft or not; 0 where either is empty."""
    both = one @ two.T
    sizes = np.einsum("ij,ij->i", one, one)[:, None] + np.einsum("ij,ij->i", two, two)[None]
    found: Floats = both / np.maximum(sizes - both, np.float32(1e-6))
    return found


def _moved(one: Floats, two: Floats) -> Floats:
    """−1 … 1 how alike movement is in direction and pace; −1 where either hardly moves."""
    power = [np.einsum("ij,ij->i", side, side) for side in (one, two)]
    found: Floats = 2 * (one @ two.T) / np.maximum(power[0][:, None] + power[1][None], np.float32(1e-9))
    still = [side < STILL**2 * one.shape[1] / 2 for side in power]
    found[still[0]] = -1
    found[:, still[1]] = -1
    return found


def _unreachable(
    every: ShotMoments, ratios: Floats, ones: NDArray[np.int64], twos: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether enlarging the one with the smaller subject does not lay it on the other's place, nearly."""
    scale = every.size[ones] / every.size[twos]  # of the second, or below 1 of the first
    second = scale >= 1
    scale = np.maximum(scale, 1 / scale)
    bad = scale > LARGEST_ZOOM
    for axis in (0, 1):
        one, two = every.middle[ones, axis], every.middle[twos, axis]
        corner = np.where(second, two - one / scale, one - two / scale)
        off = np.abs(corner - np.clip(corner, 0, 1 - 1 / scale)) * scale
        bad |= off / (1 if axis == 0 else ratios[ones]) > MISPLACED
    return np.asarray(bad, np.bool_)


def _zoom(every: ShotMoments, one: int, two: int) -> Zoom:
    scale = float(every.size[one] / every.size[two])
    first = scale < 1
    fixed, moved, size = (
        (every.middle[two], every.middle[one], 1 / scale)
        if first
        else (every.middle[one], every.middle[two], scale)
    )
    corner = np.clip(moved - fixed / size, 0, 1 - 1 / size)
    return Zoom(round(size, 4), round(float(corner[0]), 4), round(float(corner[1]), 4), first)
