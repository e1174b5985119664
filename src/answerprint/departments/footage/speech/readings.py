"""Which lines of the screenplay were read, where, and how faithfully: readings, or speech off the script.

The words a recogniser heard are laid along the lines by the best path through them (Viterbi): on to the next
word, over dropped words, back to words said again, aside for words that do not belong, or off the script.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.speech.evidence import (
    LEAST_FIT,
    WORDS_ENOUGH,
    in_order,
    longest_run,
    sureness,
    sureness_of_words,
    telling,
)
from answerprint.departments.footage.speech.recogniser import HeardWord, Recogniser, utterances
from answerprint.formats.screenplays.model import Line, spoken_words

WordKind = Literal["match", "substituted", "inserted", "repeated"]

# What a step costs or gains, in words said right
SAID = 1.0
SUBSTITUTED = -0.3  # less than a missing word and one that does not belong
SUBSTITUTED_LATER = -0.7  # … unless a pause lies between it and the word before
INSERTED = -0.6
DROPPED = -0.5  # each word leapt over inside a line
UNSAID = -0.35  # each word missing at its start or end
BEGUN = -0.9  # so that a word in common with a line does not begin a reading; a line of one word just pays
RESTARTED = -0.6  # going back …
RESTARTED_LATE = -1.0  # … and so much more in proportion to how much of the line had been said
PAUSE = 16_000  # samples of silence after which going back is another take rather than a slip
PAUSED = -3.0

LEAST_SAID = 0.45  # share of a line said right for there to be a reading at all, common words counting less
LEAST_RUN = 2.0  # … or so many telling words in a row, of a reading that was broken off
FIT_FOR_REST = 1.5  # over the least fit: the less of the line was said, the better it has to fit
SURE_FIT = -3.0
WORST_FIT = -7.0  # … but enough telling words in the line's order are believed down to this …
WRONG_WORD = 0.5  # … less so much for every word heard between them that is not the line's
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
        first = lay_along(self._hear(samples, stretches), self._keys, self._words)
        found = {reading.line_key for reading in first.readings}
        spotless = not first.offscript and all(reading.fidelity == 1 for reading in first.readings)
        if not found or spotless or len(found) == len(self._keys):
            return first
        # Heard again with nothing but the lines that were found: words of other lines get out of the way.
        chosen = [place for place, key in enumerate(self._keys) if key in found]
        words = [self._words[place] for place in chosen]
        self._recogniser.follow(words)
        second = lay_along(self._hear(samples, stretches), [self._keys[place] for place in chosen], words)
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
    for run in _best_path(heard, lines):
        reading = None
        if run.line is not None:
            reading = _reading(run, keys[run.line], lines[run.line])
        if reading is None:
            loose.extend(heard[first] for first in run.places)
        else:
            readings.append(reading)
    loose.sort(key=lambda word: word.start_sample)
    return Heard(readings=tuple(readings), offscript=_stretches(loose, readings))


@dataclass
class _Run:
    """Heard words (by place) that the best path leaves on one line, with the line's word each stands for."""

    line: int | None
    places: list[int]
    words: list[HeardWord]
    indexes: list[int | None]  # of the line's word said or stood for; None: it does not belong
    right: list[bool]


def _best_path(heard: Sequence[HeardWord], lines: Sequence[Sequence[str]]) -> list[_Run]:
    """The path of most words said right. A state is (line, words of it behind us); the last is off-script."""
    if not heard or not lines:
        return []
    sizes = np.array([len(line) for line in lines])
    line_of = np.repeat(np.arange(len(lines)), sizes)
    index_of = np.concatenate([np.arange(size) for size in sizes])  # 0-based word just said
    script = np.array([word for line in lines for word in line])
    states, off = len(script), len(script)
    first_of = (np.cumsum(sizes) - sizes)[line_of]
    size_of = sizes[line_of]
    enter = BEGUN + UNSAID * index_of
    leave = UNSAID * (size_of - 1 - index_of)

    score = np.full(states + 1, -np.inf)
    score[off] = 0.0
    back = np.zeros((len(heard), states + 1), np.int64)
    how = np.zeros((len(heard), states + 1), np.int8)  # 0 off, 1 entered, 2 on, 3 stayed, 4 back
    for place, word in enumerate(heard):
        gap = word.start_sample - heard[place - 1].end_sample if place else 0
        emit = np.where(script == word.text, SAID, SUBSTITUTED if gap < PAUSE else SUBSTITUTED_LATER)
        new = np.full(states + 1, -np.inf)
        # leaving whatever line we are on, to off-script or straight into another reading
        left = np.concatenate([score[:states] + leave, score[off:]])
        best_left = int(left.argmax())
        new[off], back[place, off] = left[best_left], best_left
        new[:states] = left[best_left] + enter + emit
        back[place, :states], how[place, :states] = best_left, 1
        # on along the line: the next word, or a leap over some
        for leap in range(1, int(sizes.max())):
            came = score[: states - leap] + emit[leap:] + DROPPED * (leap - 1)
            _take(new, back, how, place, np.arange(leap, states), came, line_of, -leap, 2)
            if leap > 6:
                break
        # a word that does not belong
        stayed = score[:states] + INSERTED
        better = stayed > new[:states]
        new[:states][better] = stayed[better]
        back[place, :states][better], how[place, :states][better] = np.flatnonzero(better), 3
        # back to a word already said
        for state in np.flatnonzero(script == word.text):
            last = int(first_of[state] + size_of[state])
            later = score[state:last]
            if not np.isfinite(later).any():
                continue
            done = (np.arange(state, last) - first_of[state] + 1) / size_of[state]
            cost = RESTARTED + RESTARTED_LATE * done + (PAUSED if gap > PAUSE else 0.0)
            came_back = later + cost + SAID
            best = int(came_back.argmax())
            if came_back[best] > new[state]:
                new[state], back[place, state], how[place, state] = came_back[best], state + best, 4
        score = new
    return _trace(heard, script, line_of, index_of, leave, score, back, how)


def _take(
    new: NDArray[np.float64],
    back: NDArray[np.int64],
    how: NDArray[np.int8],
    place: int,
    targets: NDArray[np.intp],
    came: NDArray[np.float64],
    line_of: NDArray[np.intp],
    step: int,
    kind: int,
) -> None:
    """Keep a way into states where it is better and stays on the same line."""
    better = (came > new[targets]) & (line_of[targets] == line_of[targets + step])
    chosen = targets[better]
    new[chosen] = came[better]
    back[place, chosen], how[place, chosen] = chosen + step, kind


def _trace(
    heard: Sequence[HeardWord],
    script: NDArray[np.str_],
    line_of: NDArray[np.intp],
    index_of: NDArray[np.intp],
    leave: NDArray[np.float64],
    score: NDArray[np.float64],
    back: NDArray[np.int64],
    how: NDArray[np.int8],
) -> list[_Run]:
    off = len(script)
    state = int(np.concatenate([score[:off] + leave, score[off:]]).argmax())
    runs: list[_Run] = []
    open_run: _Run | None = None
    for place in range(len(heard) - 1, -1, -1):
        line = None if state == off else int(line_of[state])
        if open_run is None or line is None or open_run.line != line:
            open_run = _Run(line, [], [], [], [])
            runs.append(open_run)
        kind = int(how[place, state])
        belongs = line is not None and kind != 3
        open_run.places.append(place)
        open_run.words.append(heard[place])
        open_run.indexes.append(int(index_of[state]) if belongs else None)
        open_run.right.append(belongs and bool(script[state] == heard[place].text))
        if kind in (0, 1):  # before this word we were off the script or on another reading
            open_run = None
        state = int(back[place, state])
    for run in runs:
        for column in (run.places, run.words, run.indexes, run.right):
            column.reverse()
    return runs[::-1]


def _reading(run: _Run, key: str, line: Sequence[str]) -> Reading | None:
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


def _said_right(heard: Heard) -> int:
    return sum(word.kind == "match" for reading in heard.readings for word in reading.words)


def _stretches(loose: Sequence[HeardWord], readings: Sequence[Reading]) -> tuple[OffScript, ...]:
    """Off-script words joined into stretches, broken by pauses and by readings."""
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
    )
