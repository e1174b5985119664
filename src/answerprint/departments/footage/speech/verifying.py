"""Whether a word heard in place of the written one was said, or only heard so: both are laid on the sound.

The recogniser chooses among all words at once and slips on voices it knows badly; where the written words fit
the same stretch about as well as what was heard, the actor is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.speech.alignment import AlignedWord, Aligner
from answerprint.departments.footage.speech.deviations import Gap, gaps_of
from answerprint.departments.footage.speech.readings import Heard, Reading, ReadWord
from answerprint.departments.footage.speech.recogniser import FRAME, RATE

AIR = RATE // 10  # samples beside a gap at the end of a reading
BENEFIT = 40.0  # log likelihoods that the written words may fit worse (85 and more where others were said)


def verified(
    samples: NDArray[np.int16], heard: Heard, lines: Mapping[str, Sequence[str]], aligner: Aligner
) -> Heard:
    """The readings with the written word where it may as well have been said. lines: words of each by key."""
    readings = tuple(
        _verified(samples, reading, lines[reading.line_key], aligner) for reading in heard.readings
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
    said_words = {word.script_index for word in words if word.kind in ("match", "substituted")}
    missing = tuple(index for index in range(len(line)) if index not in said_words)
    wrong = len(missing) + sum(word.kind != "match" for word in words)
    return msgspec.structs.replace(
        reading,
        words=tuple(words),
        missing=missing,
        start_sample=words[0].start_sample,
        end_sample=words[-1].end_sample,
        completeness=round(1 - len(missing) / len(line), 4),
        fidelity=round(max(0.0, 1 - wrong / len(line)), 4),
    )


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
    other = aligner.align(sound, texts, start)
    if not written or not other:
        return None
    if _likelihood(written) < _likelihood(other) - BENEFIT:
        return None
    return [
        ReadWord(
            text=word.text,
            start_sample=word.start_sample,
            end_sample=word.end_sample,
            kind="match",
            script_index=index,
            fit=word.fit,
        )
        for word, index in zip(written[at : at + len(in_place)], gap.missing, strict=True)
    ]


def _likelihood(words: Sequence[AlignedWord]) -> float:
    return sum(word.fit * (word.end_sample - word.start_sample) / FRAME for word in words)
