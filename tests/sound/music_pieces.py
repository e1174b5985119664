"""Pieces of music made up from a seed, with everything about them known: beats, bars, key, sections.

Played as people play: the tempo drifts and breathes, notes are a few milliseconds early or late, eighths
swing, and some pieces slow down at their end. Numpy only; the same seed is the same samples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
STYLES = ("drums", "pad and drums", "piano", "waltz", "strings", "band", "compound")
METRES = {"4/4": (4, 2), "3/4": (3, 2), "6/8": (2, 3)}  # beats in a bar, parts of a beat
# Chords by degree of the scale; each progression is four bars long.
MAJOR = ((0, 3, 4, 0), (0, 4, 5, 3), (0, 5, 3, 4), (0, 1, 4, 0), (0, 3, 0, 4), (0, 5, 1, 4))
MINOR = ((0, 5, 6, 0), (0, 3, 4, 0), (0, 5, 2, 6), (0, 3, 0, 4), (0, 6, 5, 4), (0, 5, 3, 4))
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}

Sound = NDArray[np.float64]
Voice = Callable[[float, float, int, np.random.Generator], Sound]  # hertz, seconds, rate, chance


@dataclass(frozen=True)
class Piece:
    """samples: (n, 2) float32. beats, downbeats, sections: seconds. tempo: beats a minute, the median."""

    samples: NDArray[np.float32]
    rate: int
    style: str
    metre: str
    tempo: float
    beats: NDArray[np.float64]
    downbeats: NDArray[np.float64]
    key: str | None
    sections: tuple[tuple[float, str], ...]


def ring(hertz: float, seconds: float, rate: int, weights: Sequence[float], fall: float) -> Sound:
    """A struck string: harmonics that die away, the higher the sooner, slightly out of tune."""
    at = np.arange(int(min(seconds + 0.3, 2.5) * rate)) / rate
    out = np.zeros(len(at))
    for number, weight in enumerate(weights, 1):
        pitch = hertz * number * np.sqrt(1 + 3e-4 * number * number)
        if pitch < rate * 0.45:
            out += weight * np.exp(-fall * (0.6 + 0.4 * number) * at) * np.sin(2 * np.pi * pitch * at)
    rise = np.minimum(1, at / 0.004)
    return out * rise * np.minimum(1, np.maximum(0, (seconds + 0.3 - at) / 0.1))


def piano(hertz: float, seconds: float, rate: int, chance: np.random.Generator) -> Sound:
    return ring(hertz, seconds, rate, (1, 0.6, 0.4, 0.25, 0.15, 0.1), 1.6)


def bass(hertz: float, seconds: float, rate: int, chance: np.random.Generator) -> Sound:
    return ring(hertz, seconds, rate, (1, 0.7, 0.3, 0.15), 2.2)


def bowed(
    hertz: float,
    seconds: float,
    rate: int,
    chance: np.random.Generator,
    rise: float = 0.07,
    shake: float = 0.004,
) -> Sound:
    """A bowed or held note: a soft start, harmonics, vibrato, a short tail."""
    at = np.arange(int((seconds + 0.12) * rate)) / rate
    wobble = shake / (2 * np.pi * 5.5) * np.sin(2 * np.pi * 5.5 * at + chance.uniform(0, 6))
    phase = 2 * np.pi * hertz * (at + wobble)
    out = np.zeros(len(at))
    for number in range(1, 9):
        if hertz * number < rate * 0.45:
            out += np.sin(number * phase + chance.uniform(0, 6)) / number**1.2
    return out * np.minimum(1, at / rise) * np.minimum(1, np.maximum(0, (seconds + 0.12 - at) / 0.12))


def pad(hertz: float, seconds: float, rate: int, chance: np.random.Generator) -> Sound:
    return bowed(hertz * 1.003, seconds, rate, chance, 0.15, 0.0) + bowed(
        hertz / 1.003, seconds, rate, chance, 0.15, 0.0
    )


def drum(kind: str, rate: int, chance: np.random.Generator) -> Sound:
    at = np.arange(int(0.25 * rate)) / rate
    noise = chance.normal(size=len(at))
    if kind == "kick":
        return np.sin(2 * np.pi * (48 * at + 6 * (1 - np.exp(-30 * at)))) * np.exp(-14 * at)
    if kind == "snare":
        return (0.7 * noise + np.sin(2 * np.pi * 190 * at)) * np.exp(-22 * at) * 0.6
    return np.diff(noise, prepend=0.0) * np.exp(-70 * at) * 0.3  # hat


@dataclass
class Score:
    """What is being played: a canvas, and the clock of beats that everybody follows."""

    rate: int
    chance: np.random.Generator
    clock: NDArray[np.float64]  # seconds of every beat, and of the one after the last
    beats: int  # in a bar
    parts: int  # of a beat
    swing: float
    canvas: NDArray[np.float64] = field(init=False)
    known: dict[tuple[str, int, int], Sound] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.canvas = np.zeros((int((self.clock[-1] + 3) * self.rate), 2))

    def when(self, beat: float) -> float:
        """Seconds of a place counted in beats: eighths swung where they are."""
        whole = int(beat)
        part = beat - whole
        if self.parts == 2 and part >= 0.5:
            part = self.swing + (part - 0.5) * 2 * (1 - self.swing)
        elif self.parts == 2:
            part = part * 2 * self.swing
        whole = min(whole, len(self.clock) - 2)
        return float(self.clock[whole] + part * (self.clock[whole + 1] - self.clock[whole]))

    def put(self, sound: Sound, beat: float, level: float, side: float = 0.0) -> None:
        when = self.when(beat) + self.chance.normal() * 0.005
        first = max(0, round(when * self.rate))
        room = min(len(sound), len(self.canvas) - first)
        level *= 1 + 0.12 * self.chance.normal()
        self.canvas[first : first + room, 0] += sound[:room] * level * (1 - side)
        self.canvas[first : first + room, 1] += sound[:room] * level * (1 + side)

    def note(
        self, voice: Voice, pitch: float, beat: float, length: float, level: float, side: float = 0
    ) -> None:
        seconds = self.when(beat + length) - self.when(beat)
        key = (repr(voice), round(pitch * 10), round(seconds * 50))
        if key not in self.known:
            hertz = 440.0 * 2 ** ((pitch - 69) / 12)
            self.known[key] = voice(hertz, round(seconds * 50) / 50, self.rate, self.chance)
        self.put(self.known[key], beat, level, side)


def clock(chance: np.random.Generator, beats: int, tempo: float, slowing: int) -> NDArray[np.float64]:
    """Seconds of beats: a slow drift, a breath from beat to beat, and the end slowed over so many beats."""
    at = np.arange(beats)
    drift = chance.uniform(0.005, 0.035) * np.sin(
        2 * np.pi * at / chance.uniform(24, 64) + chance.uniform(0, 6)
    )
    breath = np.convolve(chance.normal(size=beats + 2), np.ones(3) / 3, "valid") * chance.uniform(
        0.003, 0.018
    )
    lengths = 60 / tempo * (1 + drift + breath)
    if slowing:
        lengths[-slowing:] *= np.linspace(1, chance.uniform(1.1, 1.3), slowing)
    return chance.uniform(0.1, 1.2) + np.concatenate([[0.0], np.cumsum(lengths)])


def piece(
    seed: int,
    style: str | None = None,
    *,
    seconds: float = 40.0,
    rate: int = 24_000,
    key: int | None = None,
    lead: Voice | None = None,
    chords: Voice | None = None,
    steady: bool = False,
) -> Piece:
    """A piece. key: 0 … 11 major from C, 12 … 23 minor. lead, chords: other instruments than the style's.

    steady: a clock without drift, breath or end.
    """
    chance = np.random.default_rng(seed)
    style = style or STYLES[seed % len(STYLES)]
    metre = {"waltz": "3/4", "compound": "6/8"}.get(style) or str(
        chance.choice(["4/4", "4/4", "4/4", "3/4", "6/8"])
    )
    beats, parts = METRES[metre]
    low, high = {"4/4": (64, 172), "3/4": (84, 184), "6/8": (46, 92)}[metre]
    tempo = float(np.exp(chance.uniform(np.log(low), np.log(high))))
    if style == "strings":
        tempo = min(tempo, 132.0)
    bars = max(8, round(seconds * tempo / 60 / beats / 4) * 4)
    slowing = beats * 2 if chance.random() < 0.4 else 0
    ticks = clock(chance, bars * beats, tempo, slowing)
    if steady:
        ticks = 0.5 + np.arange(bars * beats + 1) * 60 / tempo
    swing = float(chance.uniform(0.56, 0.66)) if metre == "4/4" and chance.random() < 0.3 else 0.5
    score = Score(rate, chance, ticks, beats, parts, swing)
    key = int(chance.integers(24)) if key is None else key
    mode = "major" if key < 12 else "minor"
    form = "ABA" if bars < 32 else "AABA"
    span = max(4, bars // len(form) // 4 * 4)
    starts = [at * span for at in range(len(form)) if at * span < bars]
    tunes = {
        letter: (
            (MAJOR if mode == "major" else MINOR)[chance.integers(6)],
            chance.integers(0, 1000),
        )
        for letter in "AB"
    }
    for bar in range(bars):
        letter = form[min(sum(start <= bar for start in starts) - 1, len(form) - 1)]
        tune, seed_of = tunes[letter]
        degree = 0 if bar == bars - 1 else tune[bar % 4]
        last = bar == bars - 1
        _bar(score, style, bar, letter, degree, key, int(seed_of) + bar % 4, last, lead, chords)
    sounding = score.canvas + chance.normal(size=score.canvas.shape) * 1e-4
    samples = (sounding / np.abs(sounding).max() * 0.7).astype(np.float32)
    told = tuple((float(ticks[bar * beats]), form[number]) for number, bar in enumerate(starts))
    return Piece(
        samples=samples,
        rate=rate,
        style=style,
        metre=metre,
        tempo=60 / float(np.median(np.diff(ticks))),
        beats=ticks[:-1],
        downbeats=ticks[:-1:beats],
        key=None if style == "drums" else f"{NAMES[key % 12]} {mode}",
        sections=told,
    )


def chord(degree: int, key: int) -> list[int]:
    """MIDI pitches of a triad on a degree, near middle C; the dominant of a minor key has its major third."""
    mode = "major" if key < 12 else "minor"
    scale = SCALES[mode]
    found = []
    for step in (0, 2, 4):
        at = degree + step
        pitch = 48 + key % 12 + scale[at % 7] + 12 * (at // 7)
        if mode == "minor" and degree == 4 and step == 2:
            pitch += 1
        found.append(pitch if pitch < 68 else pitch - 12)
    return sorted(found)


def _bar(
    score: Score,
    style: str,
    bar: int,
    letter: str,
    degree: int,
    key: int,
    seed: int,
    last: bool,
    lead: Voice | None,
    chords: Voice | None,
) -> None:
    beats, parts, at = score.beats, score.parts, bar * score.beats
    triad = chord(degree, key)
    root = 36 + (triad[0] if degree == 0 else _root(degree, key)) % 12
    tune = np.random.default_rng(seed)
    if style in ("drums", "pad and drums", "band"):
        _drums(score, at, letter, bar, last)
    if style in ("pad and drums", "strings"):
        voice = chords or (pad if style == "pad and drums" else bowed)
        for pitch in triad:
            score.note(voice, pitch, at, beats, 0.16, 0.1)
        score.note(voice, root + 12, at, beats, 0.2)
    if style == "strings":
        place = 0.0
        while place < beats:
            length = float(min(tune.choice([1, 1, 2]), beats - place)) if not last else float(beats)
            score.note(lead or bowed, _step(tune, triad, key), at + place, length, 0.3, -0.2)
            place += length
    if style in ("piano", "compound"):
        order = [*triad, triad[1] + 12, triad[2], triad[1]]
        count = 1 if last else beats * parts
        for number in range(count):
            pitch = triad[0] if not number else order[number % len(order)]
            score.note(
                chords or piano, pitch, at + number / parts, 1.0, 0.3 if number % parts else 0.42, 0.15
            )
        score.note(piano, root, at, beats, 0.4)
        if letter == "B" or style == "compound":
            for beat in range(beats if not last else 1):
                score.note(lead or piano, _step(tune, triad, key) + 12, at + beat, 1.0, 0.3, -0.2)
    if style == "waltz":
        score.note(bass, root, at, 1.0, 0.55)
        for beat in range(1, beats if not last else 1):
            for pitch in triad:
                score.note(chords or piano, pitch, at + beat, 0.6, 0.2)
        place = 0.0
        while place < beats:
            length = float(min(tune.choice([1, 1, 2, 3]), beats - place)) if not last else float(beats)
            score.note(lead or piano, _step(tune, triad, key) + 12, at + place, length, 0.3, 0.2)
            place += length
    if style == "band":
        for beat in range(beats if not last else 1):
            score.note(bass, root if beat % 2 == 0 else root + 7, at + beat, 0.9, 0.4)
        for beat in range(beats if not last else 1):
            if letter == "A" or beat % 2 == 0:
                for pitch in triad:
                    score.note(chords or piano, pitch, at + beat, 0.8, 0.14, 0.2)
        place = 0.0
        while place < beats and letter == "B":
            length = float(tune.choice([1 / parts, 1, 1]))
            score.note(lead or piano, _step(tune, triad, key) + 12, at + place, length, 0.24, -0.2)
            place += length


def _drums(score: Score, at: int, letter: str, bar: int, last: bool) -> None:
    beats, parts = score.beats, score.parts
    for kind in ("kick", "snare", "hat"):
        if (kind, 0, 0) not in score.known:
            score.known[kind, 0, 0] = drum(kind, score.rate, score.chance)
    kick, snare, hat = (score.known[kind, 0, 0] for kind in ("kick", "snare", "hat"))
    score.put(kick, at, 0.8)
    if last:
        return
    if beats == 4:
        score.put(kick, at + 2, 0.6)
        if letter == "B":
            score.put(kick, at + 2.5, 0.45)
    for beat in {4: (1, 3), 3: (1, 2), 2: (1,)}[beats]:
        score.put(snare, at + beat, 0.5)
    for number in range(beats * parts):
        score.put(hat, at + number / parts, 0.35 if number % parts == 0 else 0.25)
    if bar % 4 == 3:  # a fill
        for number in range(1, parts + 1):
            score.put(snare, at + beats - number / parts, 0.35)


def _root(degree: int, key: int) -> int:
    return key % 12 + SCALES["major" if key < 12 else "minor"][degree]


def _step(tune: np.random.Generator, triad: list[int], key: int) -> int:
    """A note of a tune: mostly of the chord, else of the scale."""
    if tune.random() < 0.7:
        return int(tune.choice(triad)) + 12
    scale = SCALES["major" if key < 12 else "minor"]
    return 60 + key % 12 + int(tune.choice(scale))
