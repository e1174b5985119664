"""Known words laid on the sound they were said in: forced alignment, then edges moved to where sound begins.

The aligner is pocketsphinx's, word by word with silence allowed between (10 ms frames); the edges are then
set by the level of the sound itself, because a recogniser's words lean into the pauses around them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pocketsphinx
from numpy.typing import NDArray
from scipy.ndimage import percentile_filter

from answerprint.departments.footage.speech.pronouncing import pronounce
from answerprint.departments.footage.speech.recogniser import FRAME, NOISE_WORDS, RATE

HOP = 80  # samples between levels: 5 ms
WINDOW = 160
EMPHASIS = 0.97  # lifts fricatives to the level of vowels
OVER_FLOOR = 6.0  # dB over the place's own noise that count as sound
UNDER_PEAK = 32.0  # … and dB under the word's loudest moment that do not
FLOOR_SPAN = 4 * RATE // HOP  # levels around a place, of which the quietest tenth are its noise
STEADY = 3  # levels in a row that make sound or silence: 15 ms
PAUSE = 60 * RATE // 1000  # samples of silence between words that belong to neither
CLOSURE = 130 * RATE // 1000  # … unless the word begins with a stop, whose closure is silent
REACH = 200 * RATE // 1000  # how far an ending may be followed into a pause
EARLY = 80 * RATE // 1000  # … and a beginning
LEAST = -745.0  # log of the smallest a double holds
PATIENT = 1e-64  # of the likeliest path, that a path may be as unlikely as (pocketsphinx's own: 1e-48)
STOPS = frozenset(("B", "D", "G", "K", "P", "T", "CH", "JH"))


@dataclass(frozen=True)
class AlignedWord:
    """A word in [start_sample, end_sample). fit: as of a HeardWord. place: of the word among those given."""

    text: str
    start_sample: int
    end_sample: int
    fit: float
    place: int


class Aligner:
    """Lays known words along sound. Make one and use it for many stretches.

    total: the log likelihood of the whole sound aligned last, pauses and all, to weigh words against others.
    """

    total: float = -math.inf

    def __init__(self, *, patient: bool = False) -> None:
        """patient: words that fit badly for a while are not given up, as they are in noise."""
        pocketsphinx.set_loglevel("FATAL")
        beams = {"beam": PATIENT, "pbeam": PATIENT, "wbeam": PATIENT} if patient else {}
        self._decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL", **beams)

    def align(self, samples: NDArray[np.int16], words: Sequence[str], start: int = 0) -> list[AlignedWord]:
        """Every word (case-folded) somewhere in the samples (n,) at 16 kHz, in order; `start` is where the
        first sample lies. Empty when the words cannot be said in that time."""
        if not words or len(samples) < 10 * FRAME:
            return []
        for word in dict.fromkeys(words):
            if self._decoder.lookup_word(word) is None:
                self._decoder.add_word(word, pronounce(word, self._decoder.lookup_word), update=False)
        self._decoder.set_align_text(" ".join(words))
        self._decoder.reinit_feat()  # forgets the mean of what was heard before
        self._decoder.start_utt()
        self._decoder.process_raw(np.ascontiguousarray(samples, "<i2").tobytes(), full_utt=True)
        self._decoder.end_utt()
        segments = self._decoder.seg() if self._decoder.hyp() is not None else None
        segments = list(segments or ())
        # A word whose likelihood underflows fits nowhere; a silence may only be long.
        self.total = sum(_log(one.ascore, one.word.startswith(NOISE_WORDS)) for one in segments)
        found = [one for one in segments if not one.word.startswith(NOISE_WORDS)]
        if len(found) != len(words):
            return []
        aligned = []
        for place, (segment, word) in enumerate(zip(found, words, strict=True)):
            frames = segment.end_frame - segment.start_frame + 1
            likelihood = math.log(segment.ascore) if segment.ascore > 0 else LEAST
            aligned.append(
                AlignedWord(
                    word,
                    start + segment.start_frame * FRAME,
                    start + (segment.end_frame + 1) * FRAME,
                    likelihood / frames,
                    place,
                )
            )
        return aligned

    def first_phone(self, word: str) -> str:
        return pronounce(word, self._decoder.lookup_word).split()[0]


def _log(likelihood: float, silence: bool) -> float:
    if likelihood > 0:
        return math.log(likelihood)
    return LEAST if silence else -math.inf


def levels_of(samples: NDArray[np.int16]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Level and noise floor (dB) for every 5 ms of the samples (n,), heard with the treble lifted."""
    if len(samples) < WINDOW:
        return np.zeros(0), np.zeros(0)
    sound = np.asarray(samples, np.float64)
    lifted = np.append(sound[:1], sound[1:] - EMPHASIS * sound[:-1])
    total = np.concatenate([[0.0], np.cumsum(lifted**2)])
    starts = np.arange(0, len(sound) - WINDOW + 1, HOP)
    levels = 10 * np.log10((total[starts + WINDOW] - total[starts]) / WINDOW + 1e-3)
    floor = percentile_filter(levels, 10, size=min(FLOOR_SPAN, 2 * len(levels) - 1) | 1, mode="nearest")
    return levels, floor


def set_edges(
    samples: NDArray[np.int16],
    words: Sequence[AlignedWord],
    aligner: Aligner,
    *,
    start: int = 0,
    within: tuple[int, int] | None = None,
) -> list[AlignedWord]:
    """The words with their edges where their sound begins and ends. `start` is where the first sample lies;
    within: no edge is moved out of this stretch.

    Edges between two words that run into one another stay where the aligner put them.
    """
    levels, floor = levels_of(samples)
    low, high = (start, start + len(samples)) if within is None else within
    edged = [
        replace(word, start_sample=word.start_sample - start, end_sample=word.end_sample - start)
        for word in words
    ]
    for at, word in enumerate(edged):
        first, last = word.start_sample // HOP, min(word.end_sample // HOP, len(levels))
        if last - first < 2 * STEADY:
            continue
        limit = np.maximum(floor, levels[first:last].max() - UNDER_PEAK - OVER_FLOOR) + OVER_FLOOR
        loud = levels >= limit
        before = edged[at - 1].end_sample if at else low - start
        after = edged[at + 1].start_sample if at + 1 < len(edged) else high - start
        begins = _beginning(loud, word, before, aligner.first_phone(word.text) in STOPS)
        ends = _ending(loud, word, after)
        if ends - begins >= 2 * FRAME:
            edged[at] = replace(word, start_sample=begins, end_sample=ends)
    return [
        replace(word, start_sample=word.start_sample + start, end_sample=word.end_sample + start)
        for word in edged
    ]


def _beginning(loud: NDArray[np.bool_], word: AlignedWord, before: int, stop: bool) -> int:
    first, middle = word.start_sample // HOP, (word.start_sample + word.end_sample) // 2 // HOP
    if not _steady(loud, first):
        onset = next((one for one in range(first, middle) if _steady(loud, one)), None)
        if onset is None:
            return word.start_sample
        quiet_since = first
        while quiet_since * HOP > before and not loud[quiet_since - 1]:
            quiet_since -= 1
        silent = (onset - quiet_since) * HOP
        apart = silent >= (CLOSURE if stop else PAUSE)
        return onset * HOP + WINDOW // 2 if apart else word.start_sample
    at = first
    while at * HOP > max(before, word.start_sample - EARLY) and at > 0 and loud[at - 1]:
        at -= 1
    return max(before, min(word.start_sample, at * HOP))


def _ending(loud: NDArray[np.bool_], word: AlignedWord, after: int) -> int:
    last = min(word.end_sample // HOP, len(loud)) - 1
    middle = (word.start_sample + word.end_sample) // 2 // HOP
    if not _steady(loud, last - STEADY + 1):
        fell = next((one for one in range(last, middle, -1) if _steady(loud, one - STEADY + 1)), None)
        if fell is None or (last - fell) * HOP < PAUSE // 2:
            return word.end_sample
        return min(word.end_sample, fell * HOP + WINDOW // 2 + HOP)
    at = last
    while (at + 1) * HOP < min(after, word.end_sample + REACH) and at + 1 < len(loud) and loud[at + 1]:
        at += 1
    return min(after, max(word.end_sample, (at + 1) * HOP))


def _steady(loud: NDArray[np.bool_], first: int) -> bool:
    part = loud[max(first, 0) : first + STEADY]
    return len(part) == STEADY and bool(part.all())
