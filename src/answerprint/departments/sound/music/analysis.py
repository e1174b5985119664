"""A piece of music heard once: tempo, beats, bars, sections, key, and measures of its mood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from answerprint.departments.sound.music.beats import Bars, at_beats, bars_of, begun, track
from answerprint.departments.sound.music.keys import Key, chroma, key_of, tuning
from answerprint.departments.sound.music.mood import Measure, measures
from answerprint.departments.sound.music.onsets import (
    FRAMES,
    RATE,
    SPECTRUM_HOP,
    Features,
    Listener,
)
from answerprint.departments.sound.music.sections import Section, boundaries, described, labels
from answerprint.departments.sound.music.tempo import (
    Hypothesis,
    Tempogram,
    hypotheses,
    tempo_curve,
    tempogram,
)

PLACES = 48_000  # positions are whole samples of this rate
CLEAR = 1.0  # pulse under which beats are no beats: noise and talk stay under it, nearly all music is over it
SCALE = 2.1  # what makes that one
BREATH = 0.03  # of a beat: how much beats of people playing differ from one to the next
LEAST = 5.0  # seconds in which no beat is called clear
SHORT, LONG = 8.0, 24.0  # seconds after which a beat is believed, and in sound that is as steady as noise
STEADY = 0.32  # of `Features.moving`
HEARD = 0.2  # mean strengths under which there is nothing on a beat
AROUND = 3  # frames on either side of a beat that are its own
CURVE = 10  # points a second of the onset curve that is drawn


class Metre(msgspec.Struct, frozen=True, kw_only=True):
    """name: "3/4"; beats in a bar; parts of a beat; whether eighths swing; clarity: standard deviations that
    first beats stand out by."""

    name: str
    beats: int
    parts: int
    swung: bool
    clarity: float


class Music(msgspec.Struct, frozen=True, kw_only=True):
    """A piece. Positions are samples at 48 kHz.

    samples: its length. tempo: beats a minute, the median of beats; tempi: what else it may be, best first.
    pulse: how clear (`CLEAR` and more is music with beats; under it beats are empty). downbeats: indices of
    beats. sounds: by beat, twelve chroma, twelve of the bass, dB by band: what cuts are judged by.
    onsets: strength ten times a second.
    """

    samples: int
    tempo: float | None
    tempi: tuple[Hypothesis, ...]
    pulse: float
    metre: Metre | None
    beats: tuple[int, ...]
    downbeats: tuple[int, ...]
    sections: tuple[Section, ...]
    key: Key | None
    measures: tuple[Measure, ...]
    onsets: tuple[float, ...]
    sounds: tuple[tuple[float, ...], ...]
    peak: float

    @property
    def beat_seconds(self) -> tuple[float, ...]:
        return tuple(round(one / PLACES, 4) for one in self.beats)


def analyse(blocks: Iterable[NDArray[np.floating[Any]]], rate: int = RATE) -> Music:
    """What music says of itself. blocks: samples (n, channels) −1…1 at 24 kHz, however they are cut.

    Raises ValueError for another rate: the pipeline reads files at this one.
    """
    if rate != RATE:
        raise ValueError(f"music is heard at {RATE} Hz, not {rate}")
    listener, peak = Listener(), 0.0
    for block in blocks:
        listener.add(block)
        peak = max(peak, float(np.abs(np.nan_to_num(block)).max(initial=0.0)))
    return described_music(listener.features(), peak)


def described_music(heard: Features, peak: float) -> Music:
    """The record of what was heard; peak: of the samples, 0…1."""
    gram = tempogram(heard.strength)
    tempi = hypotheses(gram)
    tuned = tuning(heard.pitches)
    classes = chroma(heard.pitches, tuned)
    key = key_of(classes, tuned)
    beats, pulse = _beats(heard, gram, tempi)
    bars = bars_of(beats, heard, classes) if pulse >= CLEAR else None
    if bars is None:
        beats = beats[:0]
    tempo = round(60 / float(np.median(np.diff(beats))), 2) if len(beats) > 1 else None
    sounds = np.concatenate(
        [at_beats(beats, rows, FRAMES / SPECTRUM_HOP) for rows in (classes, heard.timbre.astype(np.float64))],
        axis=1,
    )
    length = heard.samples * (PLACES // RATE)
    return Music(
        samples=length,
        tempo=tempo,
        tempi=tuple(tempi),
        pulse=round(pulse, 3),
        metre=None
        if bars is None
        else Metre(
            name=bars.name,
            beats=bars.beats,
            parts=bars.parts,
            swung=bars.swung,
            clarity=round(bars.clear, 2),
        ),
        beats=tuple(int(one) for one in np.clip(np.round(beats * PLACES), 0, length)),
        downbeats=() if bars is None else tuple(int(one) for one in bars.first),
        sections=() if bars is None else _sections(heard, beats, bars, classes, length),
        key=key,
        measures=measures(heard, key, tempo, pulse),
        onsets=_curve(heard.strength),
        sounds=tuple(tuple(round(float(one), 2) for one in row) for row in sounds),
        peak=peak,
    )


def _beats(heard: Features, gram: Tempogram, tempi: list[Hypothesis]) -> tuple[NDArray[np.float64], float]:
    """Beats in seconds, and how clear their pulse is.

    Clarity: onsets on beats over onsets at large, less for beats that stagger, less where the tempo of each
    moment is not that of the whole or nothing is heard on beats,
    less in little sound: a few seconds of noise have a beat by chance.
    """
    if not tempi or not gram.strength.any():
        return np.zeros(0), 0.0
    beats = track(heard.strength, tempo_curve(gram, tempi[0].bpm, len(heard.strength)))
    if len(beats) < 4:
        return beats[:0], 0.0
    soft = gaussian_filter1d(heard.strength, 2.0)
    near = np.zeros(len(soft), bool)
    frames = np.clip(np.round(beats * FRAMES).astype(int), 0, len(soft) - 1)
    for frame in frames:
        near[max(0, frame - AROUND) : frame + AROUND + 1] = True
    gathered = float(soft[near].sum() / max(float(soft.sum()), 1e-9) / near.mean())
    stagger = 1.48 * float(np.median(np.abs(np.diff(np.log(np.diff(beats))))))
    each = float(gram.strength.max(axis=1).mean())
    common = float(gram.strength.mean(axis=0).max()) / max(each, 1e-9)
    common *= float((maximum_filter1d(soft, 2 * AROUND + 1)[frames] > HEARD).mean())
    steady = heard.moving < STEADY
    enough = min(1.0, heard.seconds / (LONG if steady else SHORT)) ** (3 if steady else 2)
    if heard.seconds < LEAST:
        enough = 0.0
    clear = enough * (gathered * common) ** 2 / (1 + (stagger / BREATH) ** 2) / SCALE
    return begun(beats, heard.strength), clear


def _sections(
    heard: Features, beats: NDArray[np.float64], bars: Bars, classes: NDArray[np.float64], length: int
) -> tuple[Section, ...]:
    firsts = beats[bars.first]
    if not len(firsts):
        return ()
    rows = described(
        at_beats(firsts, classes, FRAMES / SPECTRUM_HOP),
        at_beats(firsts, heard.timbre.astype(np.float64), FRAMES / SPECTRUM_HOP),
        at_beats(firsts, heard.groups, FRAMES),
    )
    starts = boundaries(rows)
    edges = [0, *(round(float(firsts[one]) * PLACES) for one in starts[1:]), length]
    bounds = [*starts, len(firsts)]
    return tuple(
        Section(
            start=edges[number],
            end=edges[number + 1],
            first_bar=bounds[number],
            last_bar=bounds[number + 1],
            label=label,
        )
        for number, label in enumerate(labels(rows, starts))
    )


def _curve(strength: NDArray[np.float64]) -> tuple[float, ...]:
    """The highest strength of each tenth of a second."""
    each = FRAMES // CURVE
    whole = len(strength) // each
    return tuple(round(float(one), 2) for one in strength[: whole * each].reshape(whole, each).max(axis=1))
