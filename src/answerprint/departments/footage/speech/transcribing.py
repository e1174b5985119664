"""A clip's transcript as annotations: an imported one laid on its sound, or its readings and drafts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from answerprint.core.logged import Listening, SoundMatch
from answerprint.core.records import Annotation, Track
from answerprint.departments.footage.speech.alignment import Aligner
from answerprint.departments.footage.speech.marking import heard_part
from answerprint.departments.footage.speech.passages import draft_passages
from answerprint.departments.footage.speech.retiming import retime
from answerprint.departments.footage.tracks import SOUND_RATE
from answerprint.formats.screenplays.model import Line
from answerprint.formats.transcripts.model import Transcript


def transcribe_clip(
    samples: NDArray[np.int16],
    listening: Listening,
    voice: Track,
    readings: Sequence[Annotation],
    lines: Sequence[Line],
    match: SoundMatch | None,
    imported: Transcript | None,
) -> list[Annotation]:
    """Passages of a clip in 16 kHz samples of its own clock: the speaker as label (or ""), what is said as
    text, and in the value `draft`, `source`, and of an imported passage `found` (0 … 1, its share of words
    that were found in the sound).

    imported: its times are the clip's own. match: as of `hear_lines`.
    """
    part = heard_part(samples, listening, voice, match)
    if imported is not None:
        found = retime(
            part.samples,
            part.spans,
            imported.passages,
            lambda time: time.frame(SOUND_RATE) - part.start,
            Aligner(),
        )
        return [
            Annotation(
                start=part.start + one.words[0].start_sample,
                end=part.start + max(word.end_sample for word in one.words),
                label=one.passage.speaker or "",
                text=one.passage.text,
                confidence=round(one.share, 4),
                value={"draft": False, "source": imported.source, "found": round(one.share, 4)},
            )
            for one in found.passages
            if one.words
        ]
    speakers = {line.key: line.character for line in lines}
    read = [one for one in readings if one.label in speakers]
    marks = [
        Annotation(
            start=one.start,
            end=one.end,
            label=speakers[one.label],
            text=one.text,
            confidence=one.confidence,
            value={"draft": False, "source": "script"},
        )
        for one in read
    ]
    taken = [(one.start - part.start, one.end - part.start) for one in read]
    marks += [
        Annotation(
            start=part.start + one.start_sample,
            end=part.start + one.end_sample,
            text=one.text,
            confidence=one.confidence,
            value={"draft": True, "source": "dictation"},
        )
        for one in draft_passages(part.samples, free_of(part.spans, taken), taken)
    ]
    return sorted(marks, key=lambda one: (one.start, one.end))


def free_of(spans: Sequence[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans without what is taken out of them, scraps of less than a tenth of a second left out."""
    left: list[tuple[int, int]] = []
    for start, end in spans:
        at = start
        for first, last in sorted(taken):
            if last <= at or first >= end:
                continue
            left.append((at, first))
            at = last
        left.append((at, end))
    return [(start, end) for start, end in left if end - start >= SOUND_RATE / 10]
