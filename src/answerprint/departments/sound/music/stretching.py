"""Music made a little longer or shorter at its own pitch, to the exact sample.

Waveform similarity overlap-add (Verhelst & Roelands 1993): sound is copied as it is until it would be up to
REACH away from where it belongs, then joined to itself where both sides are most alike, and where no note is
struck. One place is chosen for all channels, so that they stay in phase. For changes of a few percent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

RATE = 48_000
STEP = 640  # samples written at a time: 13 ms
OVERLAP = 1280  # of two pieces that are joined
REACH = 480  # samples that sound may lie beside its time: 10 ms
GRAIN = 80  # samples a blow is looked for in
SUDDEN, JUMP = 4.0, 30.0  # times the mean, and the least, that a blow has in power
MOST = 0.10  # of its length that anything is stretched by

Samples = NDArray[np.float32]
Read = Callable[[int, int], Samples]


def stretched(source: Samples, length: int) -> Samples:
    """`source` (n, channels) in exactly `length` samples. Raises ValueError for a change over MOST."""
    blocks = stretch(lambda first, last: source[first:last], len(source), length)
    made = [np.zeros((0, source.shape[1]), np.float32), *blocks]
    return np.concatenate(made)


def stretch(read: Read, available: int, length: int) -> Iterator[Samples]:
    """The same in blocks. read: samples first … last of `available`, (n, channels); never asked for others.

    The first and last samples are the source's own.
    """
    if length < 0 or available < 0 or (length and not available):
        raise ValueError(f"{available} samples do not become {length}")
    if abs(length - available) > MOST * available:
        raise ValueError(f"{available} samples to {length} is more than {MOST:.0%}")
    at, done = 0, 0  # in the source, in what is made
    if length == available or available < 4 * STEP:
        yield from _short(read, available, length)
        return
    rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(OVERLAP) + 0.5) / OVERLAP)).astype(np.float32)[:, None]
    while done < length:
        count = min(STEP, length - done)
        due = _due(done, available, length)
        # The end is met exactly: from here on nothing else fits.
        closing = length - done <= 2 * STEP + OVERLAP
        wanted = available - (length - done) if closing else due
        if at != wanted and (closing or abs(at - wanted) > REACH // 2) and done:
            to = wanted if closing else _alike(read, at, wanted, available)
            fits = to != at and max(at, to) + OVERLAP <= available
            waits = not closing and abs(at - wanted) < REACH - STEP // 16 and fits and _struck(read, at, to)
            if fits and not waits:
                joined = read(at, at + OVERLAP) * (1 - rise) + read(to, to + OVERLAP) * rise
                joined = joined[: length - done]
                yield joined.astype(np.float32)
                done += len(joined)
                at = to + len(joined)
                continue
        yield read(at, at + count)
        at += count
        done += count


def _due(done: int, available: int, length: int) -> int:
    return round(done * available / length)


def _alike(read: Read, at: int, wanted: int, available: int) -> int:
    """Where, near `wanted`, the source is most like what would follow at `at`; past `wanted`, so that the
    next join is as far away as can be."""
    ahead = int(np.sign(wanted - at)) * (REACH // 2)
    low = max(0, wanted + min(0, ahead) - REACH // 4)
    high = min(available - OVERLAP, wanted + max(0, ahead) + REACH // 4)
    if high <= low:
        return at
    ours = read(at, min(at + OVERLAP, available)).astype(np.float64)
    theirs = read(low, high + len(ours)).astype(np.float64)
    products = np.zeros(high - low + 1)
    energy = np.zeros(high - low + 1)
    for channel in range(ours.shape[1]):
        products += fftconvolve(theirs[:, channel], ours[::-1, channel], mode="valid")[: len(products)]
        running = np.concatenate([[0.0], np.cumsum(np.square(theirs[:, channel]))])
        energy += (running[len(ours) :] - running[: -len(ours)])[: len(energy)]
    return low + int(np.argmax(products / np.sqrt(energy + 1e-9)))


def _struck(read: Read, at: int, to: int) -> bool:
    """Whether a note is struck where two places would be joined: it would be heard twice, or not at all."""
    for place in (at, to):
        power = np.square(read(place, place + OVERLAP).astype(np.float64)).sum(axis=1)
        parts = power.reshape(-1, GRAIN).mean(axis=1)
        if parts.max() > SUDDEN * (parts.mean() + 1e-9) or parts[1:].max() > JUMP * (np.min(parts) + 1e-7):
            return True
    return False


def _short(read: Read, available: int, length: int) -> Iterator[Samples]:
    """As it is, or too short to be joined to itself: interpolated."""
    if length == available:
        for first in range(0, length, RATE):
            yield read(first, min(first + RATE, length))
        return
    sound = read(0, available)
    at = np.linspace(0, available - 1, length)
    columns = [np.interp(at, np.arange(available), sound[:, one]) for one in range(sound.shape[1])]
    yield np.stack(columns, axis=1).astype(np.float32)
