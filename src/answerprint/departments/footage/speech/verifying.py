"""Whether a word heard in place of the written one was said, or only heard so: both are laid on the sound.

The recogniser chooses among all words at once and slips on voices it knows badly; where the written words fit
the same stretch about as well as what was heard, the actor is believed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.speech.alignment import AlignedWord, Aligner
from answerprint.departments.footage.speech.deviations import Gap, deviations_of, gaps_of
from answerprint.departments.footage.speech.readings import Heard, Reading, ReadWord
from answerprint.departments.footage.speech.recogniser import RATE

AIR = RATE // 10  # samples beside a gap at the end of a reading
SWAP_WIDTH = 3  # words of a line that slips may lie apart and still be one swap
BENEFIT = 40.0  # log likelihoods that the written words may fit worse (85 and more where others were said)


def verified(
    samples: NDArray[np.int16], heard: Heard, lines: Mapping[str, Sequence[str]], aligner: Aligner
) -> Heard:
    """The readings with the written word where it may as well have been said. lines: words of each by key."""
    readings = tuple(
        _swapped(
            samples,
            _verified(samples, reading, lines[reading.line_key], aligner),
            lines[reading.line_key],
            aligner,
        )
        for reading in heard.readings
    )
    return msgspec.structs.replace(heard, readings=readings)


def _verified(samples: NDArray[np.int16], reading: Reading, line: Sequence[str], aligner: Aligner) -> Reading:
    words = list(reading.words)
    for gap in gaps_of(reading, line):
        if not gap.heard or not gap.missing or len(gap.missing) > len(gap.heard) + 1:
            continue
        if not _together(words, gap):
            continue
        said = _as_written(samples, words, gap, line, aligner)
        if said is not None:
            at = next(n for n, word in enumerate(words) if word is gap.heard[0])
            words = [*words[:at], *said, *words[at + len(gap.heard) :]]
    if len(words) == len(reading.words) and all(a is b for a, b in zip(words, reading.words, strict=True)):
        return reading
    return _of_words(reading, words, line)


def _of_words(reading: Reading, words: Sequence[ReadWord], line: Sequence[str], wrong: int = 0) -> Reading:
    """The reading made of other words. wrong: slips that no single word shows."""
    said = {word.script_index for word in words if word.kind in ("match", "substituted")}
    missing = tuple(index for index in range(len(line)) if index not in said)
    wrong += len(missing) + sum(word.kind != "match" for word in words)
    return msgspec.structs.replace(
        reading,
        words=tuple(words),
        missing=missing,
        start_sample=words[0].start_sample,
        end_sample=words[-1].end_sample,
        completeness=round(1 - len(missing) / len(line), 4),
        fidelity=round(max(0.0, 1 - wrong / len(line)), 4),
    )


def _matches(words: Sequence[AlignedWord], indexes: Sequence[int]) -> list[ReadWord]:
    return [
        ReadWord(
            text=word.text,
            start_sample=word.start_sample,
            end_sample=word.end_sample,
            kind="match",
            script_index=index,
            fit=word.fit,
        )
        for word, index in zip(words, indexes, strict=True)
    ]


def _swapped(samples: NDArray[np.int16], reading: Reading, line: Sequence[str], aligner: Aligner) -> Reading:
    """The reading with two neighbouring words in each other's place, where that fits better than the slips
    heard there: the language model expects no such thing, and hears a word twice, or none, instead."""
    slips = deviations_of(reading, line)
    said = [word.script_index for word in reading.words if word.script_index is not None]
    if not slips or not said or any(one.kind == "swapped" for one in slips):
        return reading
    low = min(one.index for one in slips)
    high = min(max(one.index + max(one.count, 1) - 1 for one in slips), len(line) - 1)
    if high - low > SWAP_WIDTH:
        return reading
    first, last = min(*said, low), max(*said, high)
    start = max(0, reading.start_sample - AIR)
    sound = samples[start : reading.end_sample + AIR]
    if not aligner.align(sound, [word.text for word in reading.words], start):
        return reading
    best, best_order = aligner.total, None
    best_words: Sequence[AlignedWord] = ()
    for at in range(max(first, low - 2), min(last - 1, high + 1) + 1):
        if line[at] == line[at + 1]:
            continue
        order = list(range(first, last + 1))
        order[at - first], order[at - first + 1] = at + 1, at
        words = aligner.align(sound, [line[index] for index in order], start)
        if words and aligner.total > best:
            best, best_order, best_words = aligner.total, order, words
    if best_order is None:
        return reading
    return _of_words(reading, _matches(best_words, best_order), line, wrong=1)


def _together(words: Sequence[ReadWord], gap: Gap) -> bool:
    """Whether the words heard in a gap follow one another, no repetition between them."""
    at = next(n for n, word in enumerate(words) if word is gap.heard[0])
    return all(one is other for one, other in zip(words[at:], gap.heard, strict=False))


def _as_written(
    samples: NDArray[np.int16],
    words: Sequence[ReadWord],
    gap: Gap,
    line: Sequence[str],
    aligner: Aligner,
) -> list[ReadWord] | None:
    """The written words of a gap where they lie, if they fit it well enough; None: something else was said.

    The whole reading is laid on the sound both ways: what the aligner makes of a voice needs seconds of it.
    """
    start = max(0, words[0].start_sample - AIR)
    sound = samples[start : words[-1].end_sample + AIR]
    at = next(n for n, word in enumerate(words) if word is gap.heard[0])
    texts = [word.text for word in words]
    in_place = [line[index] for index in gap.missing]
    written = aligner.align(sound, [*texts[:at], *in_place, *texts[at + len(gap.heard) :]], start)
    as_written = aligner.total
    if not written or math.isinf(as_written):
        return None
    if not aligner.align(sound, texts, start) or as_written < aligner.total - BENEFIT:
        return None
    return _matches(written[at : at + len(in_place)], gap.missing)
