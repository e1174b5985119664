"""Whether speech and lips agree: how far the sound lies from the mouth that speaks it, and how sure that is.

A mouth opens as its voice grows louder; the two are most alike two to seven times a second (Chandrasekaran
and others, "The Natural Statistics of Audiovisual Speech", PLoS Computational Biology 5, 2009). The lag at
which they are most alike is the offset; lags at which they cannot belong together tell how alike chance
makes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt, sosfiltfilt

GRID = 100  # values a second that both are compared at
VOICE = (300.0, 3400.0)  # Hz
SLOW, FAST = 1.0, 8.0  # Hz between which lips and loudness are compared
REACH = 0.8  # seconds either way that an offset is looked for
APART = 1.2  # seconds from which on nothing belongs together
FARTHEST = 4.0
SHORTEST = 2.0  # seconds of a face that are compared
HEARD = 3.0  # dB over the floor of `loudness_curve` from which on something is heard
SURE, CHANCE = 5.0, 3.0  # times chance's spread at which a likeness is sure, and under which nothing is told
EARLY, LATE = 0.040, 0.060  # seconds that sound may be before and after the picture: EBU R 37 (2007)

Doubles = NDArray[np.float64]


class Lips(NamedTuple):
    """A face through a shot: seconds of its samples, and how open the mouth is (NaN where not told)."""

    seconds: Doubles
    opening: Doubles


class LipSync(msgspec.Struct, frozen=True, kw_only=True):
    """offset: seconds by which the sound lies after the lips (before them, if negative); None where nothing
    can be told. alike: correlation at that offset; confidence: 0 … 1; seconds: of lips seen while something
    was heard."""

    start: float
    end: float
    offset: float | None
    alike: float
    confidence: float
    seconds: float

    @property
    def within(self) -> bool | None:
        """Whether EBU R 37 allows it."""
        return None if self.offset is None else -EARLY <= self.offset <= LATE


@dataclass(frozen=True)
class _Likeness:
    lags: Doubles
    values: Doubles
    weight: float  # seconds in which lips were seen and something was heard


def loudness_curve(blocks: Iterable[NDArray[np.float32]], rate: int) -> Doubles:
    """GRID values a second: the level of the voice's band, dB over 40 dB under its loudest. blocks: (n,)."""
    sections = butter(2, VOICE, "bandpass", fs=rate, output="sos")
    memory = np.zeros((len(sections), 2))
    step, rest, powers = rate // GRID, np.zeros(0), [np.zeros(0)]
    for block in blocks:
        voice, memory = sosfilt(sections, np.nan_to_num(block).astype(np.float64), zi=memory)
        voice = np.concatenate([rest, voice])
        count = len(voice) // step
        powers.append(np.square(voice[: count * step]).reshape(count, step).mean(1))
        rest = voice[count * step :]
    power = np.concatenate(powers)
    if not power.any():
        return np.zeros(len(power))
    return np.asarray(10 * np.log10(np.maximum(power / power.max(), 1e-4)) + 40)


def lip_syncs(
    shots: Sequence[Sequence[Lips]], loudness: Doubles
) -> tuple[LipSync | None, tuple[LipSync, ...]]:
    """One offset by the faces of all shots, for an offset is the same throughout; and one for every shot by
    itself. In each the face that speaks is believed: the most alike.

    loudness: of the sound from second 0 on, see `loudness_curve`. None, and no offset of a shot, where no
    face is seen for long enough.
    """
    heard = _band(loudness)
    chosen: list[_Likeness] = []
    alone: list[LipSync] = []
    for faces in shots:
        likenesses = [(face, one) for face in faces if (one := _likeness(face, loudness, heard)) is not None]
        if likenesses:
            face, one = max(likenesses, key=lambda pair: _standing(pair[1])[1])
            chosen.append(one)
            alone.append(_told([one], float(face.seconds[0]), float(face.seconds[-1])))
    if not chosen:
        return None, ()
    seconds = [float(face.seconds[at]) for faces in shots for face in faces for at in (0, -1)]
    return _told(chosen, min(seconds), max(seconds)), tuple(alone)


def _likeness(face: Lips, loudness: Doubles, heard: Doubles) -> _Likeness | None:
    """How alike lips and loudness are at every lag of the sound. heard: the loudness's `_band`."""
    known = np.isfinite(face.opening)
    if known.sum() < 8 or face.seconds[known][-1] - face.seconds[known][0] < SHORTEST:
        return None
    first = int(np.ceil(face.seconds[known][0] * GRID))
    last = int(face.seconds[known][-1] * GRID)
    at = np.arange(first, last)
    lips = _band(np.interp(at / GRID, face.seconds[known], face.opening[known]))
    reach = round(FARTHEST * GRID)
    lags = np.arange(-reach, reach + 1)
    line = np.concatenate([np.zeros(reach), heard, np.zeros(reach + max(0, last - len(heard)))])
    values = np.empty(len(lags))
    norm = float(np.sqrt(np.square(lips).sum()))
    for number, lag in enumerate(lags):
        part = line[first + lag + reach : last + lag + reach]
        size = float(np.sqrt(np.square(part).sum()))
        values[number] = float(lips @ part) / (norm * size) if norm > 0 and size > 0 else 0.0
    audible = float((loudness[first:last] > HEARD).sum()) / GRID
    return _Likeness(lags / GRID, values, audible)


def _band(values: Doubles) -> Doubles:
    """What moves SLOW to FAST times a second."""
    if len(values) < 2 * GRID:
        return values - values.mean() if len(values) else values
    sections = butter(2, (SLOW, FAST), "bandpass", fs=GRID, output="sos")
    return np.asarray(sosfiltfilt(sections, values))


def _standing(one: _Likeness) -> tuple[int, float]:
    """Where it is most alike within reach, and by how many times chance's spread."""
    near = np.abs(one.lags) <= REACH
    chance = one.values[np.abs(one.lags) >= APART]
    best = int(np.flatnonzero(near)[np.argmax(one.values[near])])
    # Two unrelated curves of this bandwidth differ from 0 by so much; a long silence beside would hide it.
    spread = max(float(np.std(chance)), 1 / float(np.sqrt(2 * (FAST - SLOW) * max(one.weight, 0.1))))
    return best, float((one.values[best] - chance.mean()) / spread)


def _told(likenesses: Sequence[_Likeness], start: float, end: float) -> LipSync:
    weights = np.array([max(one.weight, 1e-3) for one in likenesses])
    values = np.average([one.values for one in likenesses], axis=0, weights=weights)
    whole = _Likeness(likenesses[0].lags, values, float(weights.sum()))
    best, standing = _standing(whole)
    confidence = float(np.clip((standing - CHANCE) / (SURE - CHANCE), 0, 1))
    edge = abs(whole.lags[best]) >= REACH - 1.5 / GRID  # the likeness goes on rising: no peak
    told = None if confidence == 0 or edge else round(_peak(whole, best), 4)
    return LipSync(
        start=round(start, 3),
        end=round(end, 3),
        offset=told,
        alike=round(float(values[best]), 3),
        confidence=0.0 if told is None else round(confidence, 2),
        seconds=round(whole.weight, 2),
    )


def _peak(one: _Likeness, best: int) -> float:
    """Between the grid's values, by the parabola through three."""
    before, at, after = one.values[best - 1 : best + 2]
    bend = before - 2 * at + after
    shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(one.lags[best] + np.clip(shift, -0.5, 0.5) / GRID)
