"""Tempo: how strongly each of 30 to 300 beats a minute is in the onsets, over all and as it changes.

Two tempograms are multiplied (Peeters 2005): of the Fourier transform, which also answers to a tempo's
multiples (Grosche & Müller 2011), and of the autocorrelation, which also answers to its parts (Percival &
Tzanetakis 2014); only what is a pulse in both is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from answerprint.departments.sound.music.onsets import FRAMES

SLOWEST, FASTEST = 30.0, 300.0  # beats a minute
PER_OCTAVE = 60  # tempi looked at: 1.16 % apart
WINDOW = 8 * FRAMES  # frames a tempo is looked for in
STEP = FRAMES  # between two windows
USUAL, SPREAD = 100.0, 0.6  # what people tap (after van Noorden & Moelants 1999): beats a minute, octaves
SMOOTH = 2.0  # tempi: drift within a piece
KEPT = 5  # hypotheses
CHANGE = 20.0  # what it costs that the tempo changes by one part of the grid from a second to the next

RATIOS = (
    (1.0, "itself"),
    (2.0, "double"),
    (0.5, "half"),
    (3.0, "triple"),
    (1 / 3, "third"),
    (1.5, "three halves"),
    (2 / 3, "two thirds"),
)


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True):
    """A tempo that may be the right one. bpm: beats a minute; score: 0…1, the best has 1; relation: to the
    best ("double", "half", "triple" …), or "other"."""

    bpm: float
    score: float
    relation: str


@dataclass(frozen=True)
class Tempogram:
    """strength (windows, tempi): ≥ 0; tempi: beats a minute; times: seconds of the windows' middles."""

    strength: NDArray[np.float64]
    tempi: NDArray[np.float64]
    times: NDArray[np.float64]

    def mean(self) -> NDArray[np.float64]:
        """(tempi,) over all windows, a drifting tempo gathered, its highest 1."""
        spread: NDArray[np.float64] = gaussian_filter1d(self.strength, SMOOTH, axis=1).mean(axis=0)
        top = float(spread.max(initial=0.0))
        if top > 0:
            spread /= top
        return spread

    @property
    def clarity(self) -> float:
        """How clear a pulse is, 0 … 1: the strongest tempo of each window, the median of windows."""
        return float(np.median(self.strength.max(axis=1))) if len(self.strength) else 0.0


def tempogram(strength: NDArray[np.float64]) -> Tempogram:
    """Of an onset strength (n,), FRAMES a second. Shorter than a window: one window, what is there."""
    tempi = SLOWEST * 2 ** (np.arange(int(np.log2(FASTEST / SLOWEST) * PER_OCTAVE) + 1) / PER_OCTAVE)
    padded = np.pad(strength, WINDOW // 2)
    starts = np.arange(0, max(1, len(strength)), STEP)
    taper = np.hanning(WINDOW)
    at = np.arange(WINDOW) / FRAMES
    waves = np.exp(-2j * np.pi * np.outer(at, tempi / 60))
    lags = 60 / tempi * FRAMES
    rows = []
    for start in starts:
        piece = padded[start : start + WINDOW]
        piece = piece - piece.mean()
        energy = float(piece @ piece)
        if energy < 1e-9:
            rows.append(np.zeros(len(tempi)))
            continue
        fourier = np.abs((piece * taper) @ waves) / np.sqrt(energy * WINDOW)
        spectrum = np.abs(np.fft.rfft(piece * taper, 2 * WINDOW))
        related = np.fft.irfft(spectrum)[
            :WINDOW
        ]  # of magnitudes, not power: Percival & Tzanetakis' compression
        related = related / max(float(related[0]), 1e-12)
        comb = np.zeros(len(tempi))
        for times, weight in ((1, 1.0), (2, 0.5), (4, 0.25)):
            comb += weight * np.interp(
                lags * times, np.arange(WINDOW // 2), related[: WINDOW // 2], right=0.0
            )
        rows.append(fourier * np.maximum(0, comb))
    return Tempogram(np.array(rows), tempi, starts / FRAMES)


def hypotheses(gram: Tempogram) -> list[Hypothesis]:
    """The tempi that stand out, best first; none where nothing repeats."""
    plain = gram.mean()
    if not plain.max(initial=0.0):
        return []
    weighed = plain * np.exp(-0.5 * np.square(np.log2(gram.tempi / USUAL) / SPREAD))
    peaks = [
        at
        for at in range(1, len(weighed) - 1)
        if weighed[at] >= weighed[at - 1] and weighed[at] > weighed[at + 1]
    ]
    peaks = sorted(peaks, key=lambda at: -weighed[at])[:KEPT]
    if not peaks:
        return []
    best = gram.tempi[peaks[0]]
    return [
        Hypothesis(
            bpm=round(float(gram.tempi[at]), 2),
            score=round(float(weighed[at] / weighed[peaks[0]]), 3),
            relation=relation(float(gram.tempi[at]), float(best)),
        )
        for at in peaks
    ]


def relation(bpm: float, best: float) -> str:
    """How one tempo stands to another, within 4 %."""
    for ratio, name in RATIOS:
        if abs(bpm / best / ratio - 1) < 0.04:
            return name
    return "other"


def tempo_curve(gram: Tempogram, bpm: float, frames: int, reach: float = 0.2) -> NDArray[np.float64]:
    """Beats a minute at every frame (frames,): the path near one tempo that is strong and changes little.

    reach: octaves either way that it may go.
    """
    near = np.flatnonzero(np.abs(np.log2(gram.tempi / bpm)) <= reach)
    scores = gaussian_filter1d(gram.strength, 1.0, axis=1)[:, near]
    scores = scores / max(float(scores.max(initial=0.0)), 1e-12)
    steps = np.subtract.outer(np.arange(len(near)), np.arange(len(near))) / PER_OCTAVE
    cost = CHANGE * np.square(steps) * PER_OCTAVE / 2
    total = scores[0]
    back = []
    for row in scores[1:]:
        ways = total[:, None] - cost
        back.append(ways.argmax(axis=0))
        total = ways.max(axis=0) + row
    path = [int(total.argmax())]
    for ways in reversed(back):
        path.append(int(ways[path[-1]]))
    found = gram.tempi[near][path[::-1]]
    curve: NDArray[np.float64] = np.interp(np.arange(frames) / FRAMES, gram.times, found)
    return curve
