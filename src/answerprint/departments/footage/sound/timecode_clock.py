"""How a file's clock runs against the timecode it recorded: what keeps sync over an hour without sound."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.core.timecode import parse_timecode
from answerprint.departments.footage.sound.listening import LISTENING_RATE
from answerprint.media.ltc import LtcFrame, decode_ltc, track_of

READ = 20 * LISTENING_RATE  # samples at each end that are read
APART = 60 * LISTENING_RATE  # samples the two ends have to lie apart
MOST_PPM = (
    500.0  # clocks that differ by more are none: the timecode was jammed anew, or runs at another speed
)

Floats = NDArray[np.float32]


class TimecodeClock:
    """Takes the timecode channel of a file block by block at 16 kHz; keeps its two ends only."""

    def __init__(self) -> None:
        self._head: list[Floats] = []
        self._tail: list[Floats] = []
        self._heard = 0

    def add(self, samples: Floats) -> None:
        """The next samples (n,)."""
        if self._heard < READ:
            self._head.append(samples[: READ - self._heard])
        self._tail.append(samples)
        self._heard += len(samples)
        while sum(len(one) for one in self._tail[1:]) >= READ:
            self._tail.pop(0)

    def ppm(self) -> float | None:
        """Millionths by which the timecode runs faster than the file's own clock; None where it cannot be
        told: too short, no timecode at one end, or one that was set anew in between."""
        if self._heard < APART:
            return None
        head, tail = np.concatenate(self._head), np.concatenate(self._tail)
        first, last = decode_ltc(head, LISTENING_RATE), decode_ltc(tail, LISTENING_RATE)
        found, ending = track_of(first, LISTENING_RATE), track_of(last, LISTENING_RATE)
        if found is None or ending is None or found.reverse or ending.reverse:
            return None
        early, start = _late(first, found.rate, found.drop, 0)
        late, end = _late(last, found.rate, found.drop, self._heard - len(tail))
        if end - start < APART:
            return None
        ppm = -(late - early) / (end - start) * 1e6
        return round(ppm, 2) if abs(ppm) <= MOST_PPM else None


def _late(frames: list[LtcFrame], rate: Fraction, drop: bool, first: int) -> tuple[float, float]:
    """Samples by which frames lie behind their labels, and where: medians over the frames."""
    labelled = np.array([parse_timecode(frame.label, rate, drop=drop) for frame in frames], np.float64)
    places = np.array([frame.position for frame in frames]) + first
    behind = places - labelled * float(LISTENING_RATE / rate)
    return float(np.median(behind)), float(np.median(places))
