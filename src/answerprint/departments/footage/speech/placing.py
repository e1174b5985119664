"""Lines that were said and not made out, held against the sound where the script's order expects them.

A recogniser that chooses among all words slips on short lines, in noise, and on voices it knows badly. What
is said between readings of neighbouring lines is mostly the line between them, or the first words of the
next: a few candidates, each laid on the sound and weighed against what was heard there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from statistics import median

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.speech.alignment import AlignedWord, Aligner
from answerprint.departments.footage.speech.echoes import echoes
from answerprint.departments.footage.speech.readings import (
    Heard,
    Reading,
    ReadWord,
    as_read,
    off_script,
)
from answerprint.departments.footage.speech.recogniser import FRAME, RATE, HeardWord

JOINED = RATE // 4  # samples of silence under which speech is one breath
AIR = RATE // 10  # samples around a stretch in which its first and last words may lie
SHORTEST = RATE // 4  # samples of speech that may be a line
REACH = 2  # lines that may be left out, or swapped, between one reading and the next
BETWEEN = 8  # lines between two readings that may have been said there, at most
PACE = (0.6, 1.7)  # how much quicker or slower than the take's other lines one may be said
COVERED = 0.7  # of a stretch that the words laid on it have to fill …
COVERED_IN_NOISE = 0.45  # … and where the place's noise may pass for speech …
COVERED_BY_TWO = 0.55  # … and those of two lines, with the pause between them
WORSE = -0.9  # log likelihoods a frame that a line may fit worse than what was heard in its place …
WORSE_FITTING = -1.7  # … one that only is missing there and fits well …
FITTING = -2.8  # log likelihoods a frame of words that fit well
WORSE_BEGUN = -0.7  # … and the first words of one
UNHEARD = 1.0  # … and, where nothing was heard, worse than the take's other lines
BENEFIT = 90.0  # log likelihoods that a line may fit worse than what was heard for all of it to be said …
DOUBT = 40.0  # … where what was heard fits well, or words beside it in its breath are to be no others
IN_NOISE = 1.6  # times as much, where noise was lowered
BESIDE = 3  # so many of them at most
PASSES = 3  # what is found makes its neighbours expected
SOON = 3 * RATE  # samples after a false start in which its line begins
MOST = 0.7  # of a line's words, and of the words heard, that are the same in order
FEWEST = 2  # words that make a false start


@dataclass(frozen=True)
class Stretch:
    """Speech in [start, end) samples that is in no reading, and what was heard in it.

    alone: between pauses.
    """

    start: int
    end: int
    heard: tuple[HeardWord, ...]
    alone: bool


@dataclass(frozen=True)
class Laid:
    """A line, or the first words of one, laid on a stretch. gain: log likelihoods a frame more than what was
    heard there (less: negative)."""

    key: str
    words: tuple[AlignedWord, ...]
    gain: float


def placed(
    samples: NDArray[np.int16],
    voice: Sequence[tuple[int, int]],
    heard: Heard,
    lines: Mapping[str, Sequence[str]],
    aligner: Aligner,
    *,
    patient: Aligner | None = None,
) -> Heard:
    """The readings of a recording (n,) mono 16 kHz, with those that the script's order expects and the sound
    bears out. lines: the words of every line by key, in the order of the script. patient: where noise was
    lowered in it, an aligner that gives nothing up; words are heard less surely then."""
    noisy = patient is not None
    if not heard.readings:
        return heard
    order = {key: place for place, key in enumerate(lines)}
    keys = list(lines)
    breaths = _breaths(voice)
    loose = [word for stretch in heard.offscript for word in stretch.words]
    pace = _pace(heard.readings)
    readings = []
    for reading in heard.readings:
        own = _own(reading, breaths, heard.readings)
        beside = [word for word in loose if own[0] <= word.start_sample and word.end_sample <= own[1]]
        line = lines[reading.line_key]
        whole = None
        if (reading.missing or 0 < len(beside) <= BESIDE) and own[1] - own[0] >= PACE[0] * pace * sum(
            len(word) for word in line
        ):
            whole = _whole(samples, reading, own, beside, line, aligner, IN_NOISE if noisy else 1.0)
        if whole is not None:
            loose = [word for word in loose if word not in beside]
        readings.append(whole or reading)
    for _ in range(PASSES):
        found = False
        for stretch in list(_stretches(breaths, readings, loose)):
            likely = _expected(stretch, readings, order, len(keys))
            candidates = [keys[at] for at in likely]
            laid = _best(samples, stretch, readings, candidates, lines, aligner)
            if laid is None and patient is not None:
                laid = _best(samples, stretch, readings, candidates, lines, patient, noisy=True)
            both = [laid] if laid is not None else []
            if noisy and not both:
                read = {order[one.line_key] for one in readings}
                unread = [at for at in likely if at not in read]
                both = _two(samples, stretch, readings, unread, lines, aligner)
            for one in both:
                readings.append(as_read(one.key, one.words, lines[one.key], _confidence(one)))
                readings.sort(key=lambda one: one.start_sample)
                loose = [word for word in loose if word not in stretch.heard]
                found = True
        if not found:
            break
    return Heard(readings=tuple(readings), offscript=off_script(loose, readings))


def _confidence(laid: Laid) -> float:
    """A half at most: it is believed because it was expected."""
    return round(0.5 * math.exp(min(0.0, laid.gain)), 3)


def _own(
    reading: Reading, breaths: Sequence[tuple[int, int]], readings: Sequence[Reading]
) -> tuple[int, int]:
    """The breaths that a reading is in, up to the readings beside it."""
    start, end = reading.start_sample, reading.end_sample
    for first, last in breaths:
        if first < end and last > start:
            start, end = min(start, first), max(end, last)
    for one in readings:
        if one.end_sample <= reading.start_sample:
            start = max(start, one.end_sample)
        elif one.start_sample >= reading.end_sample:
            end = min(end, one.start_sample)
    return start, end


def _whole(
    samples: NDArray[np.int16],
    reading: Reading,
    own: tuple[int, int],
    beside: Sequence[HeardWord],
    line: Sequence[str],
    aligner: Aligner,
    lenient: float,
) -> Reading | None:
    """The reading with every word of the line, where some were not heard and all may well have been said."""
    start, end = max(0, own[0] - AIR), min(len(samples), own[1] + AIR)
    sound = samples[start:end]
    told = [(word.start_sample, word.text) for word in reading.words]
    told += [(word.start_sample, word.text) for word in beside]
    if not aligner.align(sound, [text for _, text in sorted(told)], start):
        return None
    weight = aligner.total
    words = aligner.align(sound, line, start)
    doubtful = reading.missing and (_mean_fit(reading.words) or 0.0) < FITTING
    if not words or aligner.total - weight < -lenient * (BENEFIT if doubtful else DOUBT):
        return None
    return as_read(reading.line_key, words, line, reading.confidence)


def _breaths(voice: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    breaths: list[tuple[int, int]] = []
    for start, end in sorted(voice):
        if breaths and start - breaths[-1][1] < JOINED:
            breaths[-1] = (breaths[-1][0], max(end, breaths[-1][1]))
        else:
            breaths.append((start, end))
    return breaths


def _stretches(
    breaths: Sequence[tuple[int, int]], readings: Sequence[Reading], loose: Sequence[HeardWord]
) -> Iterator[Stretch]:
    for start, end in breaths:
        free = [(start, end)]
        for one in readings:
            low, high = one.start_sample - AIR, one.end_sample + AIR
            free = [
                piece
                for first, last in free
                for piece in ((first, min(last, low)), (max(first, high), last))
                if piece[1] - piece[0] >= SHORTEST
            ]
        for first, last in free:
            words = tuple(
                word for word in loose if first <= (word.start_sample + word.end_sample) // 2 < last
            )
            yield Stretch(first, last, words, alone=(first, last) == (start, end))


def _expected(
    stretch: Stretch, readings: Sequence[Reading], order: Mapping[str, int], count: int
) -> list[int]:
    """Places of lines that may be said in a stretch, by the readings before and after it."""
    before = [order[one.line_key] for one in readings if one.end_sample <= stretch.start + AIR][-1:]
    after = [order[one.line_key] for one in readings if one.start_sample >= stretch.end - AIR][:1]
    likely: list[int] = []
    if before and after and after[0] > before[0]:
        likely += range(before[0] + 1, min(after[0], before[0] + 1 + BETWEEN))
    elif after and not before:
        likely += range(max(0, after[0] - BETWEEN), after[0])
    likely += after  # begun, and begun again
    for at in before:
        likely += [*range(at + 1, at + 1 + REACH), at, at - 1]
    for at in after:
        likely += [*range(at - REACH, at), at + 1]
    return [at for at in dict.fromkeys(likely) if 0 <= at < count]


def _best(
    samples: NDArray[np.int16],
    stretch: Stretch,
    readings: Sequence[Reading],
    keys: Sequence[str],
    lines: Mapping[str, Sequence[str]],
    aligner: Aligner,
    *,
    noisy: bool = False,
) -> Laid | None:
    start, end = max(0, stretch.start - AIR), min(len(samples), stretch.end + AIR)
    sound = samples[start:end]
    length = stretch.end - stretch.start
    pace = _pace(readings)
    covered, longest = (COVERED_IN_NOISE, PACE[1] / COVERED_IN_NOISE) if noisy else (COVERED, PACE[1])
    weight = -math.inf
    if stretch.heard and aligner.align(sound, [word.text for word in stretch.heard], start):
        weight = aligner.total
    usual = _mean_fit(stretch.heard)
    if usual is None:
        usual = median(word.fit for one in readings for word in one.words if word.kind == "match") - UNHEARD
    follows = next((one for one in readings if one.start_sample >= stretch.end - AIR), None)
    expected = next((key for key in keys if _paced(length, lines[key], pace, longest)), None)
    best: Laid | None = None
    for key in keys:
        line = lines[key]
        begun = stretch.alone and key in (follows and follows.line_key, keys[0])
        lengths = range(len(line) - 2, FEWEST - 1, -1) if begun else ()
        for said in (len(line), *lengths):
            texts = line[:said]
            if not _paced(length, texts, pace, longest):
                continue
            words = aligner.align(sound, texts, start)
            filled = sum(one.end_sample - one.start_sample for one in words)
            if not words or math.isinf(aligner.total) or filled < covered * length:
                continue
            if math.isinf(weight):
                gain = (_mean_fit(words) or 0.0) - usual
            else:
                gain = (aligner.total - weight) * FRAME / len(sound)
            fits = key == expected and (_mean_fit(words) or -math.inf) >= FITTING
            least = WORSE_BEGUN if said < len(line) else WORSE_FITTING if fits else WORSE
            if gain >= least and (best is None or gain > best.gain):
                best = Laid(key, tuple(words), gain)
            if gain >= least and said == len(line):
                break  # its first words alone always fit about as well
    if best is None and stretch.alone:
        if expected is not None:
            best = _by_words(stretch, expected, lines[expected])
        if best is None and follows is not None:
            best = _echo(samples, stretch, follows, readings, lines[follows.line_key])
    return best


def _two(
    samples: NDArray[np.int16],
    stretch: Stretch,
    readings: Sequence[Reading],
    likely: Sequence[int],
    lines: Mapping[str, Sequence[str]],
    aligner: Aligner,
) -> list[Laid]:
    """A line and the next, where both together are said in a stretch: noise fills the pause between them."""
    start, end = max(0, stretch.start - AIR), min(len(samples), stretch.end + AIR)
    sound, keys = samples[start:end], list(lines)
    pace, length = _pace(readings), stretch.end - stretch.start
    usual = median(word.fit for one in readings for word in one.words if word.kind == "match") - UNHEARD
    best: list[Laid] = []
    for at in sorted(likely):
        if at + 1 not in likely:
            continue
        first, second = keys[at], keys[at + 1]
        texts = [*lines[first], *lines[second]]
        if not _paced(length, texts, pace):
            continue
        words = aligner.align(sound, texts, start)
        filled = sum(one.end_sample - one.start_sample for one in words)
        if not words or math.isinf(aligner.total) or filled < COVERED_BY_TWO * length:
            continue
        count = len(lines[first])
        gain = (_mean_fit(words) or 0.0) - usual
        if gain >= WORSE and (not best or gain > best[0].gain):
            best = [
                Laid(first, tuple(words[:count]), gain),
                Laid(second, tuple(replace(one, place=one.place - count) for one in words[count:]), gain),
            ]
    return best


def _paced(length: int, words: Sequence[str], pace: float, longest: float = PACE[1]) -> bool:
    """Whether so many samples can be these words at the take's pace. longest: of it, at most."""
    usually = pace * sum(len(one) for one in words)
    return PACE[0] * usually <= length <= longest * usually


def _by_words(stretch: Stretch, key: str, line: Sequence[str]) -> Laid | None:
    """A line of which most words were heard in order, though it sounds unlike them: some voices always do."""
    heard = [word.text for word in stretch.heard]
    matcher = SequenceMatcher(None, line, heard, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks())
    if shared < MOST * len(line) or shared < MOST * len(heard):
        return None
    return Laid(key, _spread(stretch, line), WORSE)


def _spread(stretch: Stretch, words: Sequence[str]) -> tuple[AlignedWord, ...]:
    """Words over a stretch, each as long as its letters: refining lays them exactly where it can."""
    share = (stretch.end - stretch.start) / sum(len(word) for word in words)
    at, found = float(stretch.start), []
    for place, word in enumerate(words):
        found.append(AlignedWord(word, round(at), round(at + share * len(word)), FITTING, place))
        at += share * len(word)
    return tuple(found)


def _echo(
    samples: NDArray[np.int16],
    stretch: Stretch,
    follows: Reading,
    readings: Sequence[Reading],
    line: Sequence[str],
) -> Laid | None:
    """The first words of the reading that follows, where the stretch sounds like their being said before."""
    if follows.start_sample - stretch.end > SOON:
        return None
    others = [one.start_sample for one in readings if one.line_key != follows.line_key]
    length = echoes(samples, (stretch.start, stretch.end), follows.start_sample, others)
    if length is None:
        return None
    said = [word for word in follows.words if word.end_sample <= follows.start_sample + length + AIR]
    count = max((one.script_index + 1 for one in said if one.script_index is not None), default=0)
    if not 0 < count < len(line):
        return None
    return Laid(follows.line_key, _spread(stretch, line[:count]), 0.0)


def _pace(readings: Sequence[Reading]) -> float:
    """Samples a letter, in the middle of the readings."""
    return median(
        (one.end_sample - one.start_sample) / sum(len(word.text) for word in one.words) for one in readings
    )


def _mean_fit(words: Sequence[HeardWord] | Sequence[AlignedWord] | Sequence[ReadWord]) -> float | None:
    frames = sum(one.end_sample - one.start_sample for one in words)
    if not frames:
        return None
    return sum(one.fit * (one.end_sample - one.start_sample) for one in words) / frames
