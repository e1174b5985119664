"""Beats, bars and metre from onset strength, a tempo curve, and where the harmony changes.

Beats: dynamic programming (Ellis 2007) whose period follows the piece's own tempo curve. Bars: every metre
and phase is tried, and the one kept whose first beats stand out most in low onsets and changes of harmony
(after Goto 2001; Davies & Plumbley 2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from answerprint.departments.sound.music.onsets import FRAMES, SPECTRUM_HOP, Features

TIGHT = 100.0  # what a beat off its period costs: times the square of the log of the ratio (Ellis 2007)
SOFTEN = 2.0  # frames that onsets are spread by while beats are looked for
NEAR = 5  # frames around a beat in which its onset's highest point is looked for
PULL = 0.8  # how far a beat goes to its onset; less to a soft one, which is not sharp to see
LATE = 0.012  # seconds by which the strength of a struck note is highest before the note: measured
STRUCK = 0.0185  # seconds that the onset of a struck note is wide (one deviation): measured
SOFT = 2.6  # seconds that a soft note is found late for each its onset is wider: measured
BESIDE = 9  # frames either side that an onset's width is taken over
METRES = (2, 3, 4)  # beats in a bar
SLIP = 8.0  # what it costs that a bar has another length than the rest, in deviations of a first beat
PLAYED = 0.05  # of the beat's own onset: what less is no note between beats
SWUNG = 3.2  # the last third over the first: swing, and no metre in threes
WEIGHTS = (0.7, 0.5, 1.0, 0.7)  # of low onsets, of all onsets, of a change of harmony, of one of the bass

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Bars:
    """beats in a bar, parts of a beat (2, or 3 in compound metres), whether eighths swing; first: indices of
    the beats that begin bars; clear: how much these stand out, in standard deviations of chance."""

    beats: int
    parts: int
    swung: bool
    first: NDArray[np.int64]
    clear: float

    @property
    def name(self) -> str:
        """As it is written: 4/4, 3/4, 2/4, 6/8, 9/8, 12/8."""
        return f"{self.beats * 3}/8" if self.parts == 3 else f"{self.beats}/4"


def track(strength: Curve, tempi: Curve) -> Curve:
    """Where beats are strongest, in seconds (beats,), given onset strength and beats a minute at every frame
    (n,) each. `begun` says when their notes begin."""
    if len(strength) < FRAMES // 4 or not strength.max(initial=0.0):
        return np.zeros(0)
    soft = gaussian_filter1d(strength, SOFTEN)
    soft = soft / max(float(soft.std()), 1e-9)
    periods = 60 / tempi * FRAMES
    total, back = soft.copy(), np.full(len(soft), -1)
    for at in range(len(soft)):
        period = float(periods[at])
        first, last = at - round(2 * period), at - round(period / 2)
        if last < 0:
            continue
        before = np.arange(max(first, 0), last + 1)
        ways = total[before] - TIGHT * np.square(np.log((at - before) / period))
        best = int(ways.argmax())
        if ways[best] > 0:
            total[at] += ways[best]
            back[at] = before[best]
    at = _last(total, soft, periods)
    path = []
    while at >= 0:
        path.append(at)
        at = int(back[at])
    frames = np.array(path[::-1], dtype=np.float64)
    frames = _trimmed(frames, soft)
    if len(frames) < 2:
        return np.zeros(0)
    exact = _refined(frames, strength, PULL)
    wider = max(1.0, _width(exact, strength) / STRUCK)
    return (_refined(frames, strength, PULL / wider**2) if wider > 1 else exact) / FRAMES


def begun(beats: Curve, strength: Curve) -> Curve:
    """When the notes of beats begin (beats,): soft ones before their onset is strongest, struck ones then."""
    if not len(beats):
        return beats
    late = LATE - SOFT * max(0.0, _width(beats * FRAMES, strength) - STRUCK)
    return np.maximum(0, beats + late)


def bars_of(beats: Curve, heard: Features, pitches: NDArray[np.float64]) -> Bars | None:
    """The bars that beats in seconds make; None for fewer than four beats. pitches: (m, 12) chroma and
    (m, 12) bass chroma beside it, as (m, 24), ten rows a second."""
    if len(beats) < 4:
        return None
    marks = _evidence(beats, heard, pitches)
    best: tuple[float, int, int] | None = None
    for length in METRES:
        if len(beats) < 2 * length:
            continue
        for phase in range(length):
            firsts = np.zeros(len(beats), bool)
            firsts[phase::length] = True
            apart = marks[firsts].mean() - marks[~firsts].mean()
            share = firsts.mean()
            clear = float(apart * np.sqrt(len(beats) * share * (1 - share)) / max(float(marks.std()), 1e-9))
            if best is None or clear > best[0]:
                best = clear, length, phase
    assert best is not None
    clear, length, _ = best
    parts, swung = _division(beats, heard.strength)
    first = _firsts(marks, length)
    return Bars(length, parts, swung, first, clear)


def at_beats(beats: Curve, rows: NDArray[np.float64], a_second: float) -> NDArray[np.float64]:
    """Means of rows (m, k) over every beat to the next, the last to the end: (beats, k)."""
    edges = np.clip(np.round(np.append(beats, np.inf) * a_second), 0, len(rows)).astype(int)
    found = np.zeros((len(beats), rows.shape[1]))
    for number in range(len(beats)):
        first, last = edges[number], max(edges[number] + 1, edges[number + 1])
        if first < len(rows):
            found[number] = rows[first:last].mean(axis=0)
    return found


def _last(total: Curve, soft: Curve, periods: Curve) -> int:
    """Where the way back begins: the best within the last beat and a half."""
    reach = int(1.5 * periods[-1])
    tail = total[-reach:] if reach < len(total) else total
    return len(total) - len(tail) + int(tail.argmax())


def _trimmed(frames: Curve, soft: Curve) -> Curve:
    """Without the beats before the first sound and after the last."""
    around = maximum_filter1d(soft, 2 * NEAR + 1)[frames.astype(int)]
    loud = np.flatnonzero(around > 0.25 * np.median(around[around > 0]) if (around > 0).any() else around > 0)
    return frames[loud[0] : loud[-1] + 1] if len(loud) else frames[:0]


def _refined(frames: Curve, strength: Curve, pull: float) -> Curve:
    """Each beat drawn to the highest point of the onset beside it, between frames by a parabola."""
    sharp = gaussian_filter1d(strength, 1.0)
    typical = float(np.median(sharp[frames.astype(int)]))
    found = frames.copy()
    for number, frame in enumerate(frames.astype(int)):
        first, last = max(1, frame - NEAR), min(len(sharp) - 1, frame + NEAR + 1)
        if last - first < 3:
            continue
        top = first + int(np.argmax(sharp[first:last]))
        if not first < top < last - 1 or sharp[top] < 0.3 * typical:
            continue
        left, middle, right = sharp[top - 1 : top + 2]
        bend = left - 2 * middle + right
        exact = top + (0.5 * (left - right) / bend if bend < 0 else 0.0)
        found[number] += pull * (exact - frame)
    return found


def _width(frames: Curve, strength: Curve) -> float:
    """How wide the onsets at beats are on the whole, in seconds: soft notes begin over a longer time."""
    across = np.arange(-1.5 * BESIDE, BESIDE, 0.5)
    places = np.arange(len(strength))
    shape = np.mean([np.interp(frame + across, places, strength) for frame in frames], axis=0)
    shape = np.maximum(0, shape - np.percentile(shape, 20)) * (np.abs(across) < BESIDE)
    whole = float(shape.sum())
    if whole <= 0:
        return 0.0
    centre = float(shape @ across) / whole
    return float(np.sqrt(shape @ np.square(across - centre) / whole)) / FRAMES


def _evidence(beats: Curve, heard: Features, pitches: NDArray[np.float64]) -> Curve:
    """How much each beat looks like the first of a bar (beats,), mean 0."""
    frames = np.clip(np.round(beats * FRAMES).astype(int), 0, len(heard.strength) - 1)
    low = maximum_filter1d(heard.groups[:, 0], 7)[frames]
    whole = maximum_filter1d(heard.strength, 7)[frames]
    rows = at_beats(beats, pitches, FRAMES / SPECTRUM_HOP)
    changes = [_change(rows[:, :12]), _change(rows[:, 12:])]
    told = np.zeros(len(beats))
    for weight, values in zip(WEIGHTS, (low, whole, *changes), strict=True):
        spread = float(values.std())
        if spread > 1e-6:
            told += weight * np.clip((values - values.mean()) / spread, -3, 3)
    return told


def _change(rows: NDArray[np.float64]) -> Curve:
    """How unlike each beat's notes are those of the beat before (0 … 1)."""
    length = np.linalg.norm(rows, axis=1)
    alike = np.sum(rows[1:] * rows[:-1], axis=1) / np.maximum(length[1:] * length[:-1], 1e-9)
    found: Curve = np.concatenate([[0.0], np.where(length[1:] * length[:-1] > 0, 1 - alike, 0.0)])
    found[0] = found[1:].mean()
    return found


def _firsts(marks: Curve, length: int) -> NDArray[np.int64]:
    """Indices of the beats that begin bars: most are `length` beats, and a slip has its price."""
    scale = marks / max(float(marks.std()), 1e-9)
    total = np.where(np.arange(length) == 0, scale[0], 0.0)
    back = []
    for mark in scale[1:]:
        plain = np.roll(total, 1)
        jumped = total.max() - SLIP
        came = np.where(plain >= jumped, (np.arange(length) - 1) % length, int(total.argmax()))
        total = np.maximum(plain, jumped)
        total[0] += mark
        back.append(came)
    at = int(total.argmax())
    places = [at]
    for came in reversed(back):
        at = int(came[at])
        places.append(at)
    return np.flatnonzero(np.array(places[::-1]) == 0)


def _division(beats: Curve, strength: Curve) -> tuple[int, bool]:
    """Into how many parts beats fall, and whether two of them are swung."""
    around = maximum_filter1d(strength, 5)

    def between(part: float) -> float:
        at = np.round((beats[:-1] + part * np.diff(beats)) * FRAMES).astype(int)
        return float(around[np.clip(at, 0, len(around) - 1)].mean())

    whole, half, early, late = (between(part) for part in (0, 1 / 2, 1 / 3, 2 / 3))
    if late <= max(half, PLAYED * whole):
        return 2, False
    if late > SWUNG * early:
        return 2, True
    return (3, False) if early > half else (2, False)
