"""Readings and words as annotations on the asset's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from answerprint.core.logged import Listening, SoundMatch
from answerprint.core.records import Annotation, Track
from answerprint.departments.footage.speech.alignment import Aligner
from answerprint.departments.footage.speech.placing import placed
from answerprint.departments.footage.speech.quietening import EDGES, quietened
from answerprint.departments.footage.speech.readings import Heard, Reading, ScriptListener
from answerprint.departments.footage.speech.refining import refined
from answerprint.departments.footage.speech.verifying import verified
from answerprint.departments.footage.tracks import SOUND_RATE
from answerprint.formats.screenplays.model import Line, spoken_words


def hear_lines(
    samples: NDArray[np.int16],
    listening: Listening,
    voice: Track,
    lines: Sequence[Line],
    match: SoundMatch | None,
) -> tuple[list[Annotation], list[Annotation]]:
    """Readings and words of a clip, in 16 kHz samples of its own clock.

    match: the recording is separate sound; it is heard only where it covers the clip, and its times are put
    on the picture's clock.
    """
    part = heard_part(samples, listening, voice, match)
    texts = {line.key: spoken_words(line.text) for line in lines}
    heard = closely_heard(part.samples, part.spans, lines, _listener(tuple(lines)))
    at = part.start
    readings = [reading_mark(one, at, texts[one.line_key]) for one in heard.readings]
    readings += [
        Annotation(start=at + one.start_sample, end=at + one.end_sample, text=one.draft)
        for one in heard.offscript
    ]
    words = [
        Annotation(
            start=at + word.start_sample,
            end=at + word.end_sample,
            label=one.line_key,
            text=word.text,
            confidence=one.confidence,
            value={"kind": word.kind, "index": word.script_index},
        )
        for one in heard.readings
        for word in one.words
    ]
    return readings, words


@dataclass(frozen=True)
class HeardPart:
    """What of a recording is heard for a clip: its samples, where they start on the clip's clock, and the
    voice ranges among them."""

    samples: NDArray[np.int16]
    start: int
    spans: tuple[tuple[int, int], ...]


def heard_part(
    samples: NDArray[np.int16], listening: Listening, voice: Track, match: SoundMatch | None
) -> HeardPart:
    """A clip's own sound, or of separate sound what covers the clip."""
    start, first, last = listening.start, 0, len(samples)
    if match is not None:
        start -= match.offset.frame(SOUND_RATE)
        first = min(max(match.heard.start.frame(SOUND_RATE) - start, 0), last)
        last = min(max(match.heard.end.frame(SOUND_RATE) - start, first), last)
    spans = tuple(
        (max(one.start - listening.start, first) - first, min(one.end - listening.start, last) - first)
        for one in voice.annotations
        if one.start - listening.start < last and one.end - listening.start > first
    )
    return HeardPart(samples[first:last], start + first, spans)


def closely_heard(
    samples: NDArray[np.int16],
    voice: Sequence[tuple[int, int]],
    lines: Sequence[Line],
    listener: ScriptListener | None = None,
) -> Heard:
    """Everything said in a recording (n,) mono 16 kHz, held against the lines: doubtful words weighed on the
    sound, and the times of all set anew."""
    words = {line.key: spoken_words(line.text) for line in lines}
    aligner = _aligner()
    clear = quietened(samples, voice)
    heard = (listener or ScriptListener(lines)).listen(clear, voice)
    patient = _patient_aligner() if clear is not samples else None
    heard = placed(clear, voice, verified(clear, heard, words, aligner), words, aligner, patient=patient)
    return refined(quietened(samples, voice, EDGES), heard, aligner)


@lru_cache(maxsize=1)
def _aligner() -> Aligner:
    """Made once per process: its dictionary takes a third of a second."""
    return Aligner()


@lru_cache(maxsize=1)
def _patient_aligner() -> Aligner:
    return Aligner(patient=True)


@lru_cache(maxsize=1)
def _listener(lines: tuple[Line, ...]) -> ScriptListener:
    """Made once per process and script: its language model takes most of a second."""
    return ScriptListener(lines)


def reading_mark(one: Reading, at: int, written: list[str]) -> Annotation:
    """A reading as an annotation: its line's key as the label, what differs from the script as words."""
    by_kind = {
        kind: [word.text for word in one.words if word.kind == kind]
        for kind in ("repeated", "inserted", "substituted")
    }
    return Annotation(
        start=at + one.start_sample,
        end=at + one.end_sample,
        label=one.line_key,
        text=" ".join(word.text for word in one.words),
        confidence=round(one.confidence, 4),
        value={
            "completeness": round(one.completeness, 4),
            "fidelity": round(one.fidelity, 4),
            "missing": [written[index] for index in one.missing],
            **by_kind,
        },
    )
