"""The same sound again: at another level, in another format, trimmed, shifted.

Words of 32 bits a hundred times a second, after Haitsma & Kalker (2002): whether the step from one band to
the next grew over the last 50 ms. Gain and slow equalisation do not change it; a shift only moves it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.effects.bands import Floats

FIRST = 8  # band: about 300 Hz; 33 bands from it end at about 5.5 kHz, which every coder keeps
SMOOTH = 8  # frames: 80 ms
BACK = 5  # frames
QUIET = 1e-5  # of the loudest frame: 50 dB under it nothing is the sound's own
LONGEST = 12_000  # frames kept: two minutes
SAME = 0.23  # share of bits that differ, under which two are one sound (chance: 0.5)
LEAST = 15  # frames that are compared
ASKED, KEPT = 300, 3000  # words of a sound that are looked up, and that are kept to be found
COMMON = 300  # places over which half a word says nothing
VOTES = 2  # equal halves at one shift, from which on two sounds are held bit by bit
TRIED = 6  # shifts of a pair that are held
SPAN = 4 * LONGEST
SHARED = 0.5  # of the shorter one that must be compared

Words = NDArray[np.uint32]


class Pair(NamedTuple):
    """Two sounds that are one. shift: seconds of `one` at which `other` begins; differ: share of bits."""

    one: str
    other: str
    shift: float
    differ: float


def words(power: Floats) -> Words:
    """(frames,) of powers (frames, 64); 0 where it is too quiet to tell."""
    kept = power[:LONGEST, FIRST : FIRST + 33]
    if len(kept) < SMOOTH + BACK:
        return np.zeros(0, np.uint32)
    total = np.cumsum(np.vstack([np.zeros((1, 33)), kept.astype(np.float64)]), axis=0)
    mean = (total[SMOOTH:] - total[:-SMOOTH]) / SMOOTH
    log = np.log(np.maximum(mean, mean.max() * 1e-9 + 1e-30))
    step = np.diff(log, axis=1)
    grew = step[BACK:] > step[:-BACK]
    made: Words = (grew.astype(np.uint32) << np.arange(32, dtype=np.uint32)).sum(axis=1, dtype=np.uint32)
    level = mean.sum(axis=1)[BACK:]
    made[level < QUIET * level.max()] = 0
    return made


def same(prints: Mapping[str, Words]) -> list[Pair]:
    """Pairs of sounds that are one, found by equal halves of words and held bit by bit."""
    names = list(prints)
    halves, owners, places = _entries([prints[name] for name in names])
    pairs: list[Pair] = []
    for number, name in enumerate(names):
        own = prints[name]
        loud = np.flatnonzero(own)
        asked = loud[:: max(1, len(loud) // ASKED)]
        keys = np.concatenate([own[asked] & 0xFFFF, 0x10000 | (own[asked] >> 16)])
        first, last = np.searchsorted(halves, keys, "left"), np.searchsorted(halves, keys, "right")
        counts = np.where(last - first <= COMMON, last - first, 0)
        if not counts.sum():
            continue
        spread = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        earlier = owners[spread] < number
        spread = spread[earlier]
        shift = places[spread] - np.repeat(np.tile(asked, 2), counts)[earlier]
        votes, weight = np.unique(owners[spread] * SPAN + shift + SPAN // 2, return_counts=True)
        best: dict[int, list[int]] = defaultdict(list)
        enough = weight >= VOTES
        votes, weight = votes[enough], weight[enough]
        for vote in votes[np.argsort(-weight, kind="stable")]:
            shifts = best[int(vote) // SPAN]
            if len(shifts) < TRIED:
                shifts.append(int(vote) % SPAN - SPAN // 2)
        for other, shifts in sorted(best.items()):
            found = _held(prints[names[other]], own, shifts)
            if found is not None:
                pairs.append(Pair(names[other], name, round(found[0] / 100, 2), round(found[1], 3)))
    return pairs


def groups(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Those that hang together, each group sorted, groups by their first."""
    head: dict[str, str] = {}

    def root(name: str) -> str:
        while head.setdefault(name, name) != name:
            name = head[name]
        return name

    for one, other in pairs:
        head[root(one)] = root(other)
    made: dict[str, list[str]] = defaultdict(list)
    for name in head:
        made[root(name)].append(name)
    return sorted(tuple(sorted(one)) for one in made.values())


def _entries(
    prints: Sequence[Words],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Halves of words in their order, whose they are, and where."""
    halves, owners, places = [], [], []
    for number, own in enumerate(prints):
        loud = np.flatnonzero(own)
        loud = loud[:: max(1, len(loud) // KEPT)]
        halves += [own[loud] & 0xFFFF, 0x10000 | (own[loud] >> 16)]
        owners.append(np.full(2 * len(loud), number))
        places += [loud, loud]
    if not halves:
        none = np.zeros(0, np.int64)
        return none, none, none
    every = np.concatenate(halves).astype(np.int64)
    order = np.argsort(every, kind="stable")
    return every[order], np.concatenate(owners)[order], np.concatenate(places)[order].astype(np.int64)


def _held(one: Words, other: Words, shifts: Sequence[int]) -> tuple[int, float] | None:
    """The shift at which fewest bits differ, and their share; None where they are not the same."""
    best: tuple[int, float] | None = None
    for shift in sorted({near for each in shifts for near in (each - 1, each, each + 1)}):
        a, b = (one[shift:], other) if shift >= 0 else (one, other[-shift:])
        size = min(len(a), len(b))
        if size < LEAST or size < SHARED * min(len(one), len(other)):
            continue
        a, b = a[:size], b[:size]
        told = (a != 0) & (b != 0)
        if told.sum() < LEAST:
            continue
        differ = float(np.unpackbits((a[told] ^ b[told]).view(np.uint8)).mean())
        if differ < SAME and (best is None or differ < best[1]):
            best = (shift, differ)
    return best
