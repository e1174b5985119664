"""Whether subtitles lie on the speech: by how much they come early or late, and whether they drift."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

STEP = 100  # values a second
REACH = 90  # seconds either way that are searched
RATIOS = tuple(  # of the film's clock to the file's: frame rates taken for one another
    Fraction(one) for one in ("1", "1001/1000", "1000/1001", "25/24", "24/25", "25025/24000", "24000/25025")
)
NEAR = 0.8  # seconds: a cue and a voice that begin so near one another are one
LEAST = 5  # of such pairs, to be believed
CLEAR = 1.15  # times the next best place's likeness, for an offset to be sure

Spans = Sequence[tuple[float, float]]  # seconds


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """offset: seconds to add to every time of the file, after it is multiplied by `ratio`. confidence: 0 … 1;
    sure: whether to act on it. alike: how well speech and cues then fall together, −1 … 1."""

    offset: float
    ratio: Fraction
    confidence: float
    sure: bool
    alike: float


def sync_of(cues: Spans, voice: Spans) -> Sync | None:
    """How cues lie on the speech: the offset and clock at which both are on and off together the most.

    Cross-correlation of two step functions, as ffsubsync does it, over the frame rates that are mistaken for
    one another. None where there is nothing to compare.
    """
    if len(cues) < 3 or not voice:
        return None
    best: Sync | None = None
    for ratio in RATIOS:
        one = _at([(start * float(ratio), end * float(ratio)) for start, end in cues], voice, ratio)
        # Another clock has to be clearly better than the file's own.
        if best is None or one.alike > best.alike + 0.03:
            best = one
    return best


def _at(cues: Spans, voice: Spans, ratio: Fraction) -> Sync:
    length = int((max(cues[-1][1], voice[-1][1]) + 2 * REACH) * STEP) + 1
    said, heard = (_steps(one, length) for one in (cues, voice))
    size = 1 << (2 * length - 1).bit_length()
    alike = np.fft.irfft(np.fft.rfft(heard, size) * np.fft.rfft(said, size).conj(), size)
    reach = REACH * STEP
    around = np.concatenate([alike[-reach:], alike[: reach + 1]])
    around = around / max(float(np.linalg.norm(said) * np.linalg.norm(heard)), 1e-9)
    at = int(np.argmax(around))
    others = around.copy()
    others[max(0, at - 2 * STEP) : at + 2 * STEP + 1] = -1
    next_best = float(others.max())
    peak = float(around[at])
    confidence = float(np.clip((peak - max(next_best, 0)) / max(peak, 1e-9) * 2, 0, 1))
    return Sync(
        offset=round(_refined(cues, voice, (at - reach) / STEP), 3),
        ratio=ratio,
        confidence=round(confidence, 3),
        sure=peak > 0.2 and peak > CLEAR * max(next_best, 0),
        alike=round(peak, 4),
    )


def _refined(cues: Spans, voice: Spans, offset: float) -> float:
    """The offset by where cues and voices begin: cues outlast what is said, which draws the whole aside."""
    onsets = np.array([start for start, _ in voice])
    starts = np.array([start for start, _ in cues]) + offset
    after = np.clip(np.searchsorted(onsets, starts), 1, len(onsets) - 1) if len(onsets) > 1 else None
    if after is None:
        return offset
    near = np.where(
        np.abs(onsets[after] - starts) < np.abs(onsets[after - 1] - starts), onsets[after], onsets[after - 1]
    )
    off = (near - starts)[np.abs(near - starts) < NEAR]
    return offset + float(np.median(off)) if len(off) >= LEAST else offset


def _steps(spans: Spans, length: int) -> NDArray[np.float64]:
    """1 where a span is, less the mean."""
    made = np.zeros(length)
    for start, end in spans:
        made[max(0, round(start * STEP)) : max(0, round(end * STEP))] = 1
    made -= made.mean()
    return made
