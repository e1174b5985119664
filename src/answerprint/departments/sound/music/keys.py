"""The key: how well what is played fits each of the 24, and how it is tuned.

Chroma by log frequency after the piece's own tuning; held against three sets of key profiles: Krumhansl &
Kessler 1982, Temperley 2007 (from the Kostka–Payne corpus), Albrecht & Shanahan 2013.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.music.onsets import FIRST_PITCH, PITCHES, STEPS

NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
PROFILES = {
    "Krumhansl & Kessler 1982": (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    ),
    "Temperley 2007": (
        (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
        (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
    ),
    "Albrecht & Shanahan 2013": (
        (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
        (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
    ),
}
BASS_TOP = 52  # MIDI: under it is the bass (E3, 165 Hz)
BASS_SHARE = 0.3  # of the bass in what is held against the profiles
CLOSE_SHARE = 0.12  # of the last chord's: pieces end on their tonic
OPEN_SHARE = 0.1  # of the first chord's
ENDING, OPENING = 20, 10  # rows: two seconds, and one
TONAL = 0.72  # a correlation under which nothing is called a key
PEAKED = 0.12  # how unlike a flat spectrum, 0 … 1, the chroma must be on the whole
KEPT = 4


class KeyChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A key ("Eb minor") and the correlation with its profiles, −1 … 1."""

    name: str
    score: float


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """name: the best; alternates: the next, best first; clarity: how much better it is than the second.
    tuning: cents from A = 440 Hz; majorness: best major less best minor correlation."""

    name: str
    score: float
    clarity: float
    tuning: float
    majorness: float
    alternates: tuple[KeyChoice, ...]


def tuning(pitches: NDArray[np.floating[Any]]) -> float:
    """Semitones, −0.5 … 0.5, that a piece is tuned above A = 440 Hz; from magnitudes (m, PITCHES · STEPS)."""
    loud = _standing_out(np.asarray(pitches, np.float64))
    turn = np.exp(2j * np.pi * (np.arange(loud.shape[1]) - (STEPS - 1) / 2) / STEPS)
    return float(np.angle((loud @ turn).sum()) / (2 * np.pi)) if loud.any() else 0.0


def chroma(pitches: NDArray[np.floating[Any]], tuned: float) -> NDArray[np.float64]:
    """(m, 24): twelve pitch classes from C of all that sounds, then twelve of the bass; each row's highest
    is 1, silence 0. pitches: magnitudes (m, PITCHES · STEPS)."""
    loud = _standing_out(np.asarray(pitches, np.float64))
    grid = (np.arange(PITCHES) + tuned) * STEPS + (STEPS - 1) / 2
    semitones = np.zeros((len(loud), PITCHES))
    for shift, weight in ((-1, 0.5), (0, 1.0), (1, 0.5)):
        at = np.clip(grid + shift, 0, loud.shape[1] - 1)
        below = np.floor(at).astype(int)
        above = np.minimum(below + 1, loud.shape[1] - 1)
        part = at - below
        semitones += weight * (loud[:, below] * (1 - part) + loud[:, above] * part)
    folded = np.zeros((len(loud), 24))
    for number in range(PITCHES):
        pitch = FIRST_PITCH + number
        folded[:, pitch % 12] += semitones[:, number] * (1.0 if pitch < 84 else 0.5)
        if pitch < BASS_TOP:
            folded[:, 12 + pitch % 12] += semitones[:, number]
    for half in (folded[:, :12], folded[:, 12:]):
        top = half.max(axis=1, keepdims=True)
        half /= np.where(top > 0, top, 1.0)
    return folded


def key_of(classes: NDArray[np.float64], tuned: float) -> Key | None:
    """The key of chroma (m, 24) as `chroma` gives it; None where nothing is tonal."""
    sounding = classes[classes[:, :12].max(axis=1, initial=0.0) > 0]
    if len(sounding) < 5:
        return None
    whole = sounding[:, :12].mean(axis=0)
    if 1 - whole.mean() / max(float(whole.max()), 1e-9) < PEAKED:
        return None
    ending = sounding[-ENDING:]
    mixed = _unit(whole) + BASS_SHARE * _unit(sounding[:, 12:].mean(axis=0))
    closing = _unit(ending[:, :12].mean(axis=0) + ending[:, 12:].mean(axis=0))
    opening = _unit(sounding[:OPENING, :12].mean(axis=0) + sounding[:OPENING, 12:].mean(axis=0))
    scores = _fits(mixed) + CLOSE_SHARE * _chord_fits(closing) + OPEN_SHARE * _chord_fits(opening)
    order = np.argsort(-scores)
    if _fits(mixed).max() < TONAL:
        return None
    return Key(
        name=key_name(int(order[0])),
        score=round(float(scores[order[0]]), 3),
        clarity=round(float(scores[order[0]] - scores[order[1]]), 3),
        tuning=round(100 * tuned, 1),
        majorness=round(float(scores[:12].max() - scores[12:].max()), 3),
        alternates=tuple(
            KeyChoice(name=key_name(int(one)), score=round(float(scores[one]), 3)) for one in order[1:KEPT]
        ),
    )


def key_name(number: int) -> str:
    """0 … 11 are the major keys from C, 12 … 23 the minor ones."""
    return f"{NAMES[number % 12]} {'major' if number < 12 else 'minor'}"


def _standing_out(pitches: NDArray[np.float64]) -> NDArray[np.float64]:
    """What rises over its neighbourhood of three semitones, compressed: drums and noise are flat there."""
    if not len(pitches):
        return pitches
    width = 6 * STEPS + 1
    padded = np.pad(pitches, ((0, 0), (width // 2, width // 2)), mode="reflect")
    running = np.cumsum(np.pad(padded, ((0, 0), (1, 0))), axis=1)
    mean = (running[:, width:] - running[:, :-width]) / width
    loudest = pitches.max(axis=1, keepdims=True)
    raised = np.maximum(0, pitches - 1.5 * mean - 0.01 * loudest)
    found: NDArray[np.float64] = np.where(loudest > 1e-4, np.sqrt(raised), 0.0)
    return found


def _fits(classes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(24,) mean correlations with every set of profiles."""
    total = np.zeros(24)
    for major, minor in PROFILES.values():
        for tonic in range(12):
            total[tonic] += np.corrcoef(classes, np.roll(major, tonic))[0, 1]
            total[12 + tonic] += np.corrcoef(classes, np.roll(minor, tonic))[0, 1]
    return np.nan_to_num(total / len(PROFILES))


def _chord_fits(classes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(24,) correlations with the tonic triad of every key."""
    found = np.zeros(24)
    for tonic in range(12):
        for first, third in ((0, 4), (12, 3)):
            triad = np.zeros(12)
            triad[[tonic, (tonic + third) % 12, (tonic + 7) % 12]] = 1.0, 0.7, 0.8
            found[first + tonic] = np.corrcoef(classes, triad)[0, 1]
    return np.nan_to_num(found)


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = values / max(float(np.linalg.norm(values)), 1e-9)
    return found
