"""Stems brought to a delivery's level together: one trim and one limiter for all, so that they still add up.

The limiter hears the sum. What it turned every sample by is kept as a signal of its own, and every stem is
multiplied with it: the stems added are the printmaster, and each stem is what is heard of it there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.departments.sound.dialogue import LEAST_SHARE, dialogue_loudness, spoken_hops
from answerprint.departments.sound.leq_m import LeqMeter
from answerprint.departments.sound.levels import LoudnessMeter, Profile
from answerprint.departments.sound.limiting import TruePeakLimiter
from answerprint.departments.sound.mixing import RATE, Samples

CLOSE = 0.05  # LU from the target at which it is done
PASSES = 5
MARGIN = 0.05  # dB under the ceiling at which peaks are held: the file's 24 bits round
_TELLS = 1e-4  # a sample this large says exactly enough by what it was turned

Blocks = Callable[[], Iterator[Samples]]
Spans = Sequence[tuple[float, float]]


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """trim: dB on every stem. gate: what its level was measured by; value: that level of the printmaster,
    LUFS (dB for Leq(m)). limited: whether peaks were held; deepest: by how much at most, dB."""

    profile: str
    trim: float
    gate: str
    value: float
    limited: bool
    deepest: float


def print_level(
    name: str,
    profile: Profile,
    mix: Blocks,
    channels: int,
    spoken: Spans,
    keep: Callable[[Iterator[Samples]], object],
) -> Printed:
    """Finds the trim that brings the limited sum of all stems to a profile's level.

    mix: makes the sum, untrimmed, anew at every call: blocks (n, channels) float32, 48 kHz. spoken: seconds
    in which somebody speaks, as the dialogue stem tells. keep: takes the gains, trim and limiter together,
    one a sample, as blocks (n, 1); what it is given last is the print's. Raises MediaError AP-MEDIA-019 for a
    mix that is silent.
    """
    found = _Level(profile, channels, spoken)
    for block in mix():
        found.add(block)
    gate, value = found.result()
    if value is None:
        raise MediaError(
            "AP-MEDIA-019", "the mix is silent: it has no level", remedy="lay sound in the timeline"
        )
    target = profile.leq_m if profile.leq_m is not None else profile.integrated
    trim = target - value
    for left in reversed(range(PASSES)):
        run = _Run(mix, channels, trim, profile.true_peak - MARGIN)
        found = _Level(profile, channels, spoken)
        keep(run.gains(found))
        if run.limiter.turn_down < 1:
            run = _Run(mix, channels, trim, profile.true_peak - MARGIN, run.limiter.turn_down)
            found = _Level(profile, channels, spoken)
            keep(run.gains(found))
        gate, reached = found.result()
        value = reached if reached is not None else value
        if abs(target - value) <= CLOSE or not left or not run.limiter.limited:
            break
        trim += target - value
    return Printed(
        profile=name,
        trim=round(trim, 3),
        gate=gate,
        value=round(value, 2),
        limited=run.limiter.limited,
        deepest=round(20 * float(np.log10(run.deepest)), 2),
    )


class _Run:
    """One pass of the limiter over the trimmed sum."""

    def __init__(self, mix: Blocks, channels: int, trim: float, ceiling: float, turned: float = 1.0) -> None:
        self.limiter = TruePeakLimiter(RATE, ceiling, channels)
        self.deepest = 1.0
        self._mix, self._factor, self._turned = mix, 10 ** (trim / 20), turned

    def gains(self, level: _Level) -> Iterator[Samples]:
        """Trim and limiter together; `level` hears what they make of the sum."""
        trimmed = ((block * self._factor).astype(np.float32) for block in self._mix())
        for before, after in _through(self.limiter, trimmed):
            level.add(after * np.float32(self._turned))
            gain = turned_by(before, after) * self._turned
            self.deepest = min(self.deepest, float(gain.min(initial=1.0)))
            yield (gain * self._factor).astype(np.float32)[:, None]


class _Level:
    """What a profile measures, of a stream of blocks."""

    def __init__(self, profile: Profile, channels: int, spoken: Spans) -> None:
        self._profile, self._spoken = profile, spoken
        self._leq = LeqMeter(RATE, channels) if profile.gate == "leq-m" else None
        self._meter = LoudnessMeter(RATE, channels, true_peak=False)

    def add(self, block: Samples) -> None:
        (self._leq or self._meter).add(block)

    def result(self) -> tuple[str, float | None]:
        """What it is called, and its value."""
        if self._leq is not None:
            return "Leq(m)", self._leq.result()
        energies = self._meter.energies()
        hops = spoken_hops(self._spoken, len(energies))
        if self._profile.gate == "dialogue" and len(hops) and hops.mean() >= LEAST_SHARE:
            return "dialogue", dialogue_loudness(energies, hops)
        return "programme", self._meter.result().integrated


def turned_by(before: Samples, after: Samples) -> NDArray[np.float64]:
    """(n,) what a limiter multiplied each sample with; between samples too small to tell, straight."""
    at = np.arange(len(before))
    loudest = np.abs(before).argmax(axis=1)
    one, other = before[at, loudest].astype(np.float64), after[at, loudest].astype(np.float64)
    tells = np.abs(one) > _TELLS
    if not tells.any():
        return np.ones(len(before))
    return np.asarray(np.interp(at, at[tells], other[tells] / one[tells]))


def _through(limiter: TruePeakLimiter, blocks: Iterator[Samples]) -> Iterator[tuple[Samples, Samples]]:
    """Pairs of what went in and what came out, sample for sample."""
    waiting: deque[Samples] = deque()
    for block in blocks:
        waiting.append(block)
        yield from _paired(waiting, limiter.push(block))
    yield from _paired(waiting, limiter.finish())


def _paired(waiting: deque[Samples], ready: Samples) -> Iterator[tuple[Samples, Samples]]:
    while len(ready):
        block = waiting.popleft()
        count = min(len(block), len(ready))
        yield block[:count], ready[:count]
        if count < len(block):
            waiting.appendleft(block[count:])
        ready = ready[count:]
