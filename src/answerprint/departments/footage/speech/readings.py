"""Which lines of the screenplay were read, where, and how faithfully: readings, or speech off the script."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.speech.alignment import AlignedWord
from answerprint.departments.footage.speech.evidence import (
    LEAST_FIT,
    WORDS_ENOUGH,
    in_order,
    longest_run,
    sureness,
    sureness_of_words,
    telling,
)
from answerprint.departments.footage.speech.path import PAUSE, Run, best_path
from answerprint.departments.footage.speech.recogniser import RATE, HeardWord, Recogniser, utterances
from answerprint.formats.screenplays.model import Line, spoken_words

WordKind = Literal["match", "substituted", "inserted", "repeated"]

LEAST_SAID = 0.45  # share of a line said right for there to be a reading at all, common words counting less
LEAST_RUN = 2.0  # … or so many telling words in a row, of a reading that was broken off
FIT_FOR_REST = 1.5  # over the least fit: the less of the line was said, the better it has to fit
SURE_FIT = -3.0
WORST_FIT = -7.0  # … but enough telling words in the line's order are believed down to this …
WRONG_WORD = 0.5  # … less so much for every word heard between them that is not the line's
BREATH = RATE // 5  # samples of silence after which what is said has to be the line's own words
LEAST_STRAY = RATE // 3  # samples of speech off the script that are told
NEAR = 2  # lines beside one that was found which may have been said too
SHORT = 3  # a line of so few words has to be said whole and to sound sure


class ReadWord(msgspec.Struct, frozen=True, kw_only=True):
    """A word in [start_sample, end_sample). script_index: of the line's word it is, or stands for. A word
    said again is "repeated" where it was given up, and a match the last time. fit: as of a HeardWord."""

    text: str
    start_sample: int
    end_sample: int
    kind: WordKind
    script_index: int | None
    fit: float = 0.0


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of one line. completeness: share of the line's words said, 0 … 1. fidelity: 1 less the
    words wrong (missing, substituted, inserted, repeated) in parts of the line, not below 0. missing: the
    indexes of the line's words never said."""

    line_key: str
    start_sample: int
    end_sample: int
    words: tuple[ReadWord, ...]
    missing: tuple[int, ...]
    completeness: float
    fidelity: float
    confidence: float


class OffScript(msgspec.Struct, frozen=True, kw_only=True):
    """Speech in [start_sample, end_sample) that is no line, with a draft of what was said and its words."""

    start_sample: int
    end_sample: int
    draft: str
    words: tuple[HeardWord, ...] = ()


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """All speech of an asset, in order."""

    readings: tuple[Reading, ...] = ()
    offscript: tuple[OffScript, ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A word of free dictation: a draft, wrong every second to fourth word, for search and rough reading."""

    text: str
    start_sample: int
    end_sample: int
    confidence: float


class ScriptListener:
    """Hears recordings with a screenplay's lines in mind. Make one and use it for many recordings."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._keys: list[str] = []
        self._words: list[list[str]] = []
        for line in lines:
            words = spoken_words(line.text)
            if words:
                self._keys.append(line.key)
                self._words.append(words)
        self._recogniser = Recogniser(self._words) if self._words else None

    def listen(self, samples: NDArray[np.int16], voice: Sequence[tuple[int, int]]) -> Heard:
        """Readings and off-script speech of a recording (n,) mono 16 kHz, in its voice ranges (samples)."""
        if self._recogniser is None:
            return Heard()
        stretches = utterances(voice, len(samples))
        first = lay_along(within(self._hear(samples, stretches), voice), self._keys, self._words)
        found = {reading.line_key for reading in first.readings}
        spotless = not first.offscript and all(reading.fidelity == 1 for reading in first.readings)
        if not found or spotless or len(found) == len(self._keys):
            return first
        # Heard again with the lines that were found and their neighbours: other lines get out of the way.
        near = {
            place + step
            for place, key in enumerate(self._keys)
            if key in found
            for step in range(-NEAR, NEAR + 1)
        }
        chosen = [place for place in range(len(self._keys)) if place in near]
        words = [self._words[place] for place in chosen]
        self._recogniser.follow(words)
        again = within(self._hear(samples, stretches), voice)
        second = lay_along(again, [self._keys[place] for place in chosen], words)
        self._recogniser.follow(self._words)
        return second if _said_right(second) > _said_right(first) else first

    def _hear(self, samples: NDArray[np.int16], stretches: Sequence[tuple[int, int]]) -> list[HeardWord]:
        assert self._recogniser is not None
        heard: list[HeardWord] = []
        for start, end in stretches:
            heard.extend(self._recogniser.hear(np.asarray(samples[start:end]), start))
        return heard


def dictate(samples: NDArray[np.int16], voice: Sequence[tuple[int, int]]) -> tuple[Draft, ...]:
    """Draft words of a recording without a script, by the wheel's general English model."""
    recogniser = Recogniser()
    drafts: list[Draft] = []
    for start, end in utterances(voice, len(samples)):
        for word in recogniser.hear(np.asarray(samples[start:end]), start):
            drafts.append(
                Draft(
                    text=word.text,
                    start_sample=word.start_sample,
                    end_sample=word.end_sample,
                    confidence=round(sureness(word.fit), 3),
                )
            )
    return tuple(drafts)


def lay_along(heard: Sequence[HeardWord], keys: Sequence[str], lines: Sequence[Sequence[str]]) -> Heard:
    """Heard words along the lines' words: readings where they fit, off-script speech where they do not."""
    readings: list[Reading] = []
    loose: list[HeardWord] = []
    for run in best_path(heard, lines):
        reading = None
        if run.line is not None:
            reading = _reading(run, keys[run.line], lines[run.line])
        if reading is None:
            loose.extend(heard[first] for first in run.places)
        else:
            readings.append(reading)
            loose.extend(heard[place] for place in run.places[len(reading.words) :])
    loose.sort(key=lambda word: word.start_sample)
    return Heard(readings=tuple(readings), offscript=off_script(loose, readings))


def _reading(run: Run, key: str, line: Sequence[str]) -> Reading | None:
    """The run as a reading, or None where too little of the line was said or it does not sound like it."""
    last_place = {index: at for at, index in enumerate(run.indexes) if index is not None and run.right[at]}
    words: list[ReadWord] = []
    for at, (word, index, right) in enumerate(zip(run.words, run.indexes, run.right, strict=True)):
        kind: WordKind
        given_up = index is not None and last_place.get(index, at) > at
        if index is None or (given_up and not right):
            kind, index = "inserted", None  # another word, on the way back to one of the line
        elif given_up:
            kind = "repeated"
        else:
            kind = "match" if right else "substituted"
        words.append(
            ReadWord(
                text=word.text,
                start_sample=word.start_sample,
                end_sample=word.end_sample,
                kind=kind,
                script_index=index,
                fit=word.fit,
            )
        )
    while words and words[-1].kind == "inserted":
        words.pop()
    del words[_strayed(words) :]
    said = {word.script_index for word in words if word.kind in ("match", "substituted")}
    matched = {word.script_index for word in words if word.kind == "match" and word.script_index is not None}
    missing = tuple(index for index in range(len(line)) if index not in said)
    wrong = len(missing) + sum(word.kind != "match" for word in words)
    fits = [word.fit for word, right in zip(run.words, run.right, strict=True) if right]
    if not fits:
        return None
    fit = float(np.mean(fits))
    worth = [telling(word) for word in line]
    share = sum(worth[index] for index in matched) / sum(worth)
    run_worth = longest_run(matched, worth)
    said_right = [one.script_index for one in words if one.kind == "match" and one.script_index is not None]
    told = in_order(said_right, worth)
    told -= WRONG_WORD * sum(word.kind in ("inserted", "substituted") for word in words)
    least_fit = WORST_FIT if told >= WORDS_ENOUGH else LEAST_FIT + FIT_FOR_REST * (1 - share)
    if not (share >= LEAST_SAID or run_worth >= LEAST_RUN) or fit < least_fit:
        return None
    if len(line) <= SHORT and (len(matched) < len(line) or fit < SURE_FIT):
        return None
    return Reading(
        line_key=key,
        start_sample=words[0].start_sample,
        end_sample=words[-1].end_sample,
        words=tuple(words),
        missing=missing,
        completeness=round(1 - len(missing) / len(line), 4),
        fidelity=round(max(0.0, 1 - wrong / len(line)), 4),
        confidence=round(max(sureness(fit), sureness_of_words(told)) * (0.5 + 0.5 * share), 3),
    )


def _strayed(words: Sequence[ReadWord]) -> int:
    """Where other words begin that follow the line after a breath: they stand for none of its own."""
    at = len(words)
    while at and words[at - 1].kind != "match":
        at -= 1
        if at and words[at].start_sample - words[at - 1].end_sample >= BREATH:
            return at
    return len(words)


def as_read(key: str, words: Sequence[AlignedWord], line: Sequence[str], confidence: float) -> Reading:
    """A reading of the line's first words, as they were laid on the sound."""
    missing = tuple(range(len(words), len(line)))
    share = round(1 - len(missing) / len(line), 4)
    return Reading(
        line_key=key,
        start_sample=words[0].start_sample,
        end_sample=words[-1].end_sample,
        words=tuple(
            ReadWord(
                text=word.text,
                start_sample=word.start_sample,
                end_sample=word.end_sample,
                kind="match",
                script_index=index,
                fit=word.fit,
            )
            for index, word in enumerate(words)
        ),
        missing=missing,
        completeness=share,
        fidelity=share,
        confidence=confidence,
    )


def within(heard: Sequence[HeardWord], voice: Sequence[tuple[int, int]]) -> list[HeardWord]:
    """The words without what of them lies in the pauses: in noise a recogniser's words run on into them."""
    ranges = sorted(voice)
    ends = [end for _, end in ranges]
    kept = []
    for word in heard:
        best, most = (word.start_sample, word.end_sample), 0
        for start, end in ranges[bisect_right(ends, word.start_sample) :]:
            if start >= word.end_sample:
                break
            low, high = max(start, word.start_sample), min(end, word.end_sample)
            if high - low > most:
                best, most = (low, high), high - low
        kept.append(replace(word, start_sample=best[0], end_sample=best[1]))
    return kept


def _said_right(heard: Heard) -> int:
    return sum(word.kind == "match" for reading in heard.readings for word in reading.words)


def off_script(loose: Sequence[HeardWord], readings: Sequence[Reading]) -> tuple[OffScript, ...]:
    """Off-script words joined into stretches, broken by pauses and by readings. A shorter one is no speech:
    a breath, or the edge of a word."""
    stretches: list[list[HeardWord]] = []
    starts = sorted(reading.start_sample for reading in readings)
    for word in loose:
        if stretches:
            last = stretches[-1][-1]
            between = any(last.end_sample <= start < word.start_sample for start in starts)
            if word.start_sample - last.end_sample < PAUSE and not between:
                stretches[-1].append(word)
                continue
        stretches.append([word])
    return tuple(
        OffScript(
            start_sample=words[0].start_sample,
            end_sample=words[-1].end_sample,
            draft=" ".join(word.text for word in words),
            words=tuple(words),
        )
        for words in stretches
        if words[-1].end_sample - words[0].start_sample >= LEAST_STRAY
    )
