"""A limiter that keeps the true peak of a programme under a ceiling, and holds seconds of it at a time.

What needs nothing passes bit for bit. Round every peak that is too high lies a region with room to come
down and back; regions do not touch, so that each is settled alone, and long ones piece by piece.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d

from answerprint.departments.sound.peaks import TAPS, WORST, between, levels

LOOKAHEAD = 0.005  # seconds over which the limiter comes down, before the peak
RELEASE = 40.0  # dB a second on the way back: 3 dB in 75 ms, slow enough to leave low voices clean
PASSES = 24
# A region longer than this is settled in pieces, each from what lies BEFORE it on: by its first sample the
# gain has forgotten where it was begun, for in that time it returns from 120 dB down.
PIECE = 10  # seconds
BEFORE = 3  # seconds
# Under the ceiling by this factor, so that rounding to float32 cannot lift a peak over it again.
_MARGIN = 1 - 1e-6
_CHUNK = 4096  # samples looked through at a time, on a grid from the first: no push moves it

Samples = NDArray[np.float32]


@dataclass
class _Region:
    start: int
    end: int
    settled: int  # up to here its pieces have come out


class TruePeakLimiter:
    """Limits a stream of blocks (n, channels) float32 to a true peak of ceiling_db (dBTP).

    Blocks come out later than they go in and of other lengths, but every sample in its order; how the
    stream is cut changes none of them. One gain for all channels keeps the image. Peaks are measured again
    in what comes out, and passes are added until they hold. Should they not suffice, turn_down says, after
    the last block, by how much the whole has to be turned down as well.
    """

    def __init__(self, rate: int, ceiling_db: float, channels: int) -> None:
        self.limited = False  # whether anything was too high
        self._rate = rate
        self._ceiling = 10 ** (ceiling_db / 20) * _MARGIN
        self._left = 0.0  # the highest peak that came out all the same
        self._reach = max(1, int(LOOKAHEAD * rate))
        self._room = 2 * self._reach + 2 * TAPS
        self._waiting: list[Samples] = []
        self._kept = np.zeros((TAPS, channels), np.float32)  # as it came in; before the first is silence
        self._first = -TAPS  # where what is kept begins
        self._searched = 0  # every peak before this is in a region
        self._out = 0  # samples that have come out
        self._last = np.zeros((TAPS - 1, channels), np.float32)  # of them
        self._total: int | None = None  # known at the end
        self._regions: list[_Region] = []

    @property
    def turn_down(self) -> float:
        """What the whole has to be multiplied with: 1 where every peak is held."""
        return self._ceiling / self._left * _MARGIN if self._left else 1.0

    def push(self, block: Samples) -> Samples:
        """Take the next samples (n, channels); returns those that are finished, which may be none."""
        self._waiting.append(block)
        if sum(map(len, self._waiting)) < _CHUNK:
            return self._kept[:0]
        self._take()
        return self._advance()

    def finish(self) -> Samples:
        """The samples not given back yet. After this the limiter takes no more."""
        self._take()
        self._total = self._first + len(self._kept)
        self._kept = np.pad(self._kept, ((0, TAPS), (0, 0)))
        return self._advance()

    def _take(self) -> None:
        self._kept = np.concatenate([self._kept, *self._waiting])
        self._waiting = []

    def _advance(self) -> Samples:
        finished = [self._kept[:0]]
        there = self._first + len(self._kept) - TAPS
        while self._searched < there and (self._total is not None or self._searched + _CHUNK <= there):
            self._search(min(self._searched + _CHUNK, there))
            finished += self._settle()
        return np.concatenate(finished)

    def _search(self, end: int) -> None:
        """Find the peaks up to `end`, and add their regions, none touching the one before."""
        start, self._searched = self._searched, end
        part = self._part(start - TAPS, end + TAPS)
        if np.abs(part).max() * WORST <= self._ceiling:
            return
        heard = levels(part, start == 0, end == self._total)
        over = np.flatnonzero(heard > self._ceiling)
        if not len(over):
            return
        self.limited = True
        down = 20 * np.log10(heard[over] / self._ceiling) + 1  # a decibel more: passes may deepen it
        first = np.maximum(start + over - self._room, 0)
        last = start + over + self._room + (down / RELEASE * self._rate).astype(np.int64)
        last = np.maximum.accumulate(last)
        opens = np.flatnonzero(np.concatenate([[True], first[1:] > last[:-1] + TAPS]))
        closes = np.concatenate([opens[1:] - 1, [len(last) - 1]])
        for begin, stop in zip(first[opens].tolist(), last[closes].tolist(), strict=True):
            if self._regions and begin <= self._regions[-1].end + TAPS:
                self._regions[-1].end = max(self._regions[-1].end, stop)
            else:
                self._regions.append(_Region(begin, stop, begin))

    def _settle(self) -> list[Samples]:
        """What can come out now: regions that grow no more, pieces of long ones, all that lies between."""
        finished = []
        ended = self._searched == self._total
        # no region still to be found begins before this
        clear = self._searched if ended else self._searched - self._room
        while self._regions:
            region = self._regions[0]
            finished.append(self._pass_on(region.start))
            piece_end = region.settled + PIECE * self._rate
            known = piece_end + self._beyond
            if known < min(region.end, clear - TAPS):
                finished.append(self._piece(region, piece_end, known))
            elif ended or clear > region.end + TAPS:
                end = min(region.end, self._searched)
                finished.append(self._piece(region, end, end))
                self._regions.pop(0)
            else:
                return finished
        finished.append(self._pass_on(clear))
        return finished

    @property
    def _beyond(self) -> int:
        """How far after a piece its samples depend on, over all passes."""
        return PASSES * (2 * self._reach + TAPS)

    def _pass_on(self, end: int) -> Samples:
        """What lies before `end`, as it came."""
        return self._come_out(self._part(self._out, max(end, self._out)))

    def _piece(self, region: _Region, end: int, known: int) -> Samples:
        """A region from where it is settled to `end`, its surroundings heard up to `known`."""
        first = max(region.start, region.settled - BEFORE * self._rate)
        made, peaks = self._limit(first, known, first > region.start, known > end)
        inside = slice(region.settled - first, end - first)
        joint = between(np.concatenate([self._last, made[inside][: TAPS - 1]])).max(initial=0.0)
        highest = max(float(peaks[inside].max()), float(joint))
        if highest > self._ceiling / _MARGIN:
            self._left = max(self._left, highest)
        region.settled = end
        return self._come_out(made[inside])

    def _limit(
        self, start: int, end: int, cut_before: bool, cut_after: bool
    ) -> tuple[Samples, NDArray[np.float64]]:
        """Samples start … end limited, and their levels. Where a stretch is cut out of its region, what its
        edge does beside samples not limited with it means nothing, and is not corrected."""
        part = self._part(start - TAPS, end + TAPS).copy()
        inside = part[TAPS : len(part) - TAPS]
        original = inside.copy()
        opens, closes = start == 0, end == self._total
        needed = np.minimum(1.0, self._ceiling / np.maximum(levels(part, opens, closes), 1e-12))
        watched = slice(TAPS if cut_before else 0, len(inside) - (TAPS if cut_after else 0))
        for _ in range(PASSES):
            inside[:] = original * _smooth(needed, self._reach, RELEASE / self._rate)[:, None]
            heard = levels(part, opens, closes)
            over = np.zeros(len(heard), bool)
            over[watched] = heard[watched] > self._ceiling / _MARGIN
            if not over.any():
                break
            # A gain that moves bends the wave between samples a little: ask for that much more there,
            # twice over, for asking moves the gain again.
            needed[over] *= np.square(self._ceiling / heard[over])
        return inside, heard

    def _part(self, start: int, end: int) -> Samples:
        return self._kept[start - self._first : end - self._first]

    def _come_out(self, samples: Samples) -> Samples:
        """Count what comes out, and let go of what nothing will ask for again."""
        self._out += len(samples)
        self._last = np.concatenate([self._last, samples[1 - TAPS :]])[1 - TAPS :]
        needed = self._out - TAPS
        if self._regions:
            region = self._regions[0]
            needed = min(needed, max(region.start, region.settled - BEFORE * self._rate) - TAPS)
        drop = max(0, needed - self._first)
        self._kept, self._first = self._kept[drop:], self._first + drop
        return samples


def limit_true_peak(samples: Samples, rate: int, ceiling_db: float) -> Samples:
    """A whole recording (n, channels) float32 with its true peak at or under ceiling_db (dBTP).

    Where no peak is too high it comes back itself. All sound further than the look-ahead and the release
    from a peak is bit for bit what it was.
    """
    limiter = TruePeakLimiter(rate, ceiling_db, samples.shape[1])
    limited = np.concatenate([limiter.push(samples), limiter.finish()])
    return limited * np.float32(limiter.turn_down) if limiter.limited else samples


def _smooth(needed: NDArray[np.float64], reach: int, release: float) -> NDArray[np.float64]:
    """A gain that is nowhere over `needed`, comes down within the reach and returns by `release` dB a sample.

    Held over ± the reach, every value that the window below averages at a point is at most what that point
    needs, and so is their average.
    """
    held = 20 * np.log10(minimum_filter1d(needed, 2 * reach + 1, mode="nearest"))
    ramp = np.arange(len(held)) * release
    released = np.minimum(np.minimum.accumulate(held - ramp) + ramp, 0.0)
    window = np.hanning(2 * reach + 3)[1:-1]
    padded = np.pad(10 ** (released / 20), reach, mode="edge")
    return np.minimum(np.convolve(padded, window / window.sum(), mode="valid"), needed)
