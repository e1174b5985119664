"""Laughter, applause, music and silence in a recording, as far as their measures tell, with a confidence.

Every measure was set on sounds made from arithmetic and on real speech and noise; the department's README
says how far that goes. Confidence is a scale, not a probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerprint.core.footage import Sound
from answerprint.departments.footage.sound.event_measures import HOP, STEP, Measures, measure

Doubles = NDArray[np.float64]

BLOCK_SAMPLES = STEP * HOP  # 4000: a quarter second
BRIDGED: dict[Sound, int] = {
    "laughter": 3,
    "applause": 3,
    "music": 3,
    "silence": 0,
}  # blocks: a gap up to that is closed
SHORTEST: dict[Sound, int] = {"laughter": 4, "applause": 4, "music": 8, "silence": 4}  # blocks

# Silence: as quiet as the recording's own floor, and far under its loud parts, or quiet by any standard.
FLOOR_PERCENTILE, LOUD_PERCENTILE = 5.0, 95.0
OVER_FLOOR_DB = 5.0
UNDER_LOUD_DB = 25.0
ALWAYS_SILENT_DB = -60.0
NEVER_SILENT_DB = -42.0
SURE_DB = 3.0  # so far under the limit is as sure as 0.73
# Of the five steadiest lines: speech 1 to 2.3, noise 0.6, chords 3.1 to 5.
MUSIC_PARTIALS, MUSIC_SLOPE = 2.7, 4.0
# Applause: grain over noise's 0.15, steadier than speech, no partials, neither white nor dark.
APPLAUSE_GRAIN, APPLAUSE_SWING, APPLAUSE_PARTIALS, APPLAUSE_FLATNESS = 0.27, 9.0, 1.6, -25.0
APPLAUSE_OVER_FLOOR_DB = 8.0
# Laughter: bursts that return evenly (speech 0 to 0.2), alike, with a gap between.
LAUGHTER_BEAT, LAUGHTER_ALIKE, LAUGHTER_DEPTH = 0.33, 0.35, 8.0


@dataclass(frozen=True)
class SoundEvent:
    """Something heard in [start, end), in samples of 16 kHz from the first one heard."""

    start: int
    end: int
    sound: Sound
    confidence: float


def sound_events(
    samples: NDArray[np.int16] | NDArray[np.float32], voice: Sequence[tuple[int, int]]
) -> list[SoundEvent]:
    """Events in mono 16 kHz samples (n,), in order, to a quarter second. voice: half-open ranges of speech:
    nothing in them is silence or applause."""
    measures = measure(samples)
    if not len(measures.level):
        return []
    spoken = _spoken(voice, len(measures.level))
    likely: dict[Sound, Doubles] = {
        "silence": _silence(measures) * (spoken == 0),
        "music": _rising(measures.partials, MUSIC_PARTIALS, MUSIC_SLOPE),
        "applause": _applause(measures) * (spoken < 0.5),
        "laughter": _laughter(measures),
    }
    quiet = likely["silence"] > 0.5
    found: list[SoundEvent] = []
    for sound, values in likely.items():
        if sound != "silence":
            values = np.where(quiet, 0, values)
        for first, last in _runs(values > 0.5, BRIDGED[sound]):
            if last - first >= SHORTEST[sound]:
                confidence = float(values[first:last][values[first:last] > 0.5].mean())
                end = len(samples) if last == len(values) else last * BLOCK_SAMPLES
                found.append(SoundEvent(first * BLOCK_SAMPLES, end, sound, confidence))
    return sorted(found, key=lambda one: (one.start, one.end, one.sound))


def _silence(measures: Measures) -> Doubles:
    floor = float(np.percentile(measures.quiet, FLOOR_PERCENTILE))
    loud = float(np.percentile(measures.level, LOUD_PERCENTILE))
    limit = min(max(min(floor + OVER_FLOOR_DB, loud - UNDER_LOUD_DB), ALWAYS_SILENT_DB), NEVER_SILENT_DB)
    return _rising(limit - measures.quiet, 0.0, 1 / SURE_DB)


def _applause(measures: Measures) -> Doubles:
    floor = float(np.percentile(measures.quiet, FLOOR_PERCENTILE))
    alone = np.ptp(measures.level) < 3  # applause from end to end has no floor of its own to stand over
    over = np.ones(len(measures.level)) if alone else measures.level - floor - APPLAUSE_OVER_FLOOR_DB
    return _all_of(
        _rising(measures.grain, APPLAUSE_GRAIN, 30.0),
        _rising(-measures.swing, -APPLAUSE_SWING, 1.0),
        _rising(-measures.partials, -APPLAUSE_PARTIALS, 8.0),
        _rising(measures.flatness, APPLAUSE_FLATNESS, 0.5),
        _rising(over, 0.0, 1.0),
        _rising(-measures.beat, -LAUGHTER_BEAT, 20.0),
    )


def _laughter(measures: Measures) -> Doubles:
    return _all_of(
        _rising(measures.beat, LAUGHTER_BEAT, 20.0),
        _rising(measures.alike, LAUGHTER_ALIKE, 15.0),
        _rising(measures.depth, LAUGHTER_DEPTH, 0.5),
        _rising(-measures.partials, -MUSIC_PARTIALS, MUSIC_SLOPE),
    )


def _rising(values: Doubles, middle: float, slope: float) -> Doubles:
    """0 … 1, a half at `middle`."""
    return 1 / (1 + np.exp(-np.clip(slope * (values - middle), -60, 60)))


def _all_of(*parts: Doubles) -> Doubles:
    """As likely as the least likely of what has to hold."""
    least: Doubles = np.minimum.reduce(parts)
    return least


def _spoken(voice: Sequence[tuple[int, int]], blocks: int) -> Doubles:
    """(blocks,): the share of each block in which somebody speaks."""
    found = np.zeros(blocks)
    for start, end in voice:
        for block in range(start // BLOCK_SAMPLES, min(blocks, -(-end // BLOCK_SAMPLES))):
            shared = min(end, (block + 1) * BLOCK_SAMPLES) - max(start, block * BLOCK_SAMPLES)
            found[block] += shared / BLOCK_SAMPLES
    return found


def _runs(held: NDArray[np.bool_], bridged: int) -> list[tuple[int, int]]:
    """Half-open ranges of True, gaps up to `bridged` closed."""
    spans: list[list[int]] = []
    for at in np.flatnonzero(held):
        if spans and at - spans[-1][1] <= bridged:
            spans[-1][1] = int(at) + 1
        else:
            spans.append([int(at), int(at) + 1])
    return [(first, last) for first, last in spans]
