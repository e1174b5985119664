"""Readings with the times of their words as exact as the sound allows: aligned anew, edges set by level."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.speech.alignment import Aligner, set_edges
from answerprint.departments.footage.speech.readings import Heard, Reading, ReadWord
from answerprint.departments.footage.speech.recogniser import RATE

AIR = RATE * 4 // 10  # samples around a reading in which its first and last words may lie
AROUND = 2 * RATE  # … and in which the place's own noise is measured
TRUSTED = RATE  # samples that the aligner may move a word; further, and it went wrong


def refined(samples: NDArray[np.int16], heard: Heard, aligner: Aligner) -> Heard:
    """The same readings of a recording (n,) mono 16 kHz with the times of their words set anew."""
    spans = [(one.start_sample, one.end_sample) for one in heard.readings]
    spans += [(one.start_sample, one.end_sample) for one in heard.offscript]
    readings = []
    for reading in heard.readings:
        before = max((end for _, end in spans if end <= reading.start_sample), default=0)
        after = min((start for start, _ in spans if start >= reading.end_sample), default=len(samples))
        readings.append(_refined(samples, reading, (before, after), aligner))
    return msgspec.structs.replace(heard, readings=tuple(readings))


def _refined(
    samples: NDArray[np.int16], reading: Reading, free: tuple[int, int], aligner: Aligner
) -> Reading:
    first = max(free[0], reading.start_sample - AIR, 0)
    last = min(free[1], reading.end_sample + AIR, len(samples))
    aligned = aligner.align(samples[first:last], [word.text for word in reading.words], first)
    words: Sequence[ReadWord] = reading.words
    if len(aligned) == len(words) and all(
        abs(new.start_sample - old.start_sample) < TRUSTED and abs(new.end_sample - old.end_sample) < TRUSTED
        for new, old in zip(aligned, words, strict=True)
    ):
        low, high = max(0, first - AROUND), min(len(samples), last + AROUND)
        edged = set_edges(samples[low:high], aligned, aligner, start=low, within=(first, last))
        words = [
            msgspec.structs.replace(
                old, start_sample=new.start_sample, end_sample=new.end_sample, fit=new.fit
            )
            for new, old in zip(edged, words, strict=True)
        ]
    return msgspec.structs.replace(
        reading, words=tuple(words), start_sample=words[0].start_sample, end_sample=words[-1].end_sample
    )
