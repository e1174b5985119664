"""Music brought down under voices: a ride for every phrase, as break points, only as deep as it has to be.

How far a voice should stand over music: Torcoli, Freke-Morin, Paulus, Simon and Shirley, "Background ducking
to produce esthetically pleasing audio for TV with clear speech" (AES Convention 146, 2019): 10 LU and more
for a voice over music, 15 LU over ambience.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.dialogue import spoken_hops
from answerprint.departments.sound.levels import HOPS_A_SECOND, block_loudness

WANTED = 10.0  # LU between voice and music
DEEPEST = 18.0  # dB; more is heard as the music stopping
LEAST = 0.5  # dB under which nothing is ridden
# Seconds: down before the voice begins, there when it does, held after it, and back.
DOWN, AHEAD, HELD, BACK = 0.5, 0.1, 0.3, 1.0
TOGETHER = DOWN + AHEAD + HELD + BACK + 0.1  # phrases nearer than this are one: no ride overlaps another

Doubles = NDArray[np.float64]
Spans = Sequence[tuple[float, float]]


class Ride(msgspec.Struct, frozen=True, kw_only=True):
    """A phrase: [start, end) seconds of the mix, voice and bed in LUFS, and what the bed is turned by, dB."""

    start: float
    end: float
    voice: float
    bed: float
    gain: float


def phrases(spoken: Spans) -> list[tuple[float, float]]:
    """Stretches of speech, those that nearly touch made one."""
    found: list[tuple[float, float]] = []
    for start, end in spoken:
        if found and start - found[-1][1] < TOGETHER:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def rides(voice: Doubles, bed: Doubles, spoken: Spans, wanted: float | None = WANTED) -> tuple[Ride, ...]:
    """A ride for every phrase in which the bed is nearer than `wanted` LU under the voice; for None, none.

    voice, bed: weighted mean squares of every tenth of a second (`LoudnessMeter.energies`).
    """
    made = []
    hops = spoken_hops(spoken, len(voice))
    for start, end in phrases(spoken) if wanted is not None else ():
        compared = compare(voice, bed, hops, start, end)
        if compared is None or wanted is None:
            continue
        loud, under = compared
        gain = -min(max(under - (loud - wanted), 0.0), DEEPEST)
        if gain <= -LEAST:
            made.append(
                Ride(start=start, end=end, voice=round(loud, 1), bed=round(under, 1), gain=round(gain, 1))
            )
    return tuple(made)


def compare(
    voice: Doubles, bed: Doubles, hops: NDArray[np.bool_], start: float, end: float
) -> tuple[float, float] | None:
    """LUFS of voice and bed in a phrase: the voice while it speaks, the bed throughout. None where either is
    silent."""
    inside = slice(int(start * HOPS_A_SECOND), max(int(np.ceil(end * HOPS_A_SECOND)), 1))
    speaking = voice[inside][hops[inside]]
    beneath = bed[inside]
    if not len(speaking) or not len(beneath) or speaking.mean() <= 0 or beneath.mean() <= 0:
        return None
    loud, under = block_loudness(np.array([speaking.mean(), beneath.mean()]))
    return float(loud), float(under)


def break_points(made: Sequence[Ride], seconds: float) -> list[tuple[float, float]]:
    """(second, dB) between which the gain goes straight; begins at 0 and ends at the mix's end."""
    points = [(0.0, 0.0)]
    for one in made:
        for at, gain in (
            (one.start - AHEAD - DOWN, 0.0),
            (one.start - AHEAD, one.gain),
            (one.end + HELD, one.gain),
            (one.end + HELD + BACK, 0.0),
        ):
            if at <= points[-1][0]:  # it begins before the mix does
                points[-1] = (points[-1][0], gain)
            else:
                points.append((at, gain))
    points.append((max(seconds, points[-1][0] + 1e-3), points[-1][1]))
    return points


def gains_at(points: Sequence[tuple[float, float]], first: int, count: int, rate: int) -> Doubles:
    """(count,) factors for the samples from `first` on."""
    times, levels = np.array(points).T
    at = (first + np.arange(count)) / rate
    return np.asarray(10 ** (np.interp(at, times, levels) / 20))
