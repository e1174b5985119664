"""What listening to a file leaves for the production: turns on its clock, and each speaker's voice."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.records import Annotation
from answerprint.departments.footage.speakers.naming import label
from answerprint.departments.footage.speakers.turns import Diarisation, Turn, overlapping
from answerprint.store.vectors import VectorRow

Floats = NDArray[np.float32]


class HeardTurn(msgspec.Struct, frozen=True):
    start: int  # ticks of 16 000 a second on the file's clock
    end: int
    speaker: int
    confidence: float


class HeardVoice(msgspec.Struct, frozen=True):
    """vector: of length 1, empty where the back end has none; seconds: the speech it was made from."""

    vector: tuple[float, ...]
    seconds: float


class HeardSpeakers(msgspec.Struct, frozen=True, kw_only=True):
    backend: str
    turns: tuple[HeardTurn, ...]
    voices: tuple[HeardVoice, ...]  # by speaker

    def first_tick(self, speaker: int) -> int:
        """Where a speaker is first heard: his place in the file, which outlives his number."""
        return min(turn.start for turn in self.turns if turn.speaker == speaker)


def heard_speakers(found: Diarisation, start: int) -> HeardSpeakers:
    """A diarisation as a record. start: the sound's first sample on the file's clock."""
    return HeardSpeakers(
        backend=found.backend,
        turns=tuple(
            HeardTurn(start + turn.start, start + turn.end, turn.speaker, round(turn.confidence, 4))
            for turn in found.turns
        ),
        voices=tuple(
            HeardVoice(tuple(round(float(x), 6) for x in voice) if np.any(voice) else (), seconds)
            for voice, seconds in zip(found.voices, found.voice_seconds, strict=True)
        ),
    )


def speaker_marks(
    heard: HeardSpeakers, names: Mapping[int, str], voices: Mapping[int, str]
) -> list[Annotation]:
    """The annotations of `speakers.1`. names: speaker → name; voices: speaker → id across files."""
    turns = [Turn(one.start, one.end, one.speaker, one.confidence) for one in heard.turns]
    return [
        Annotation(
            start=one.start,
            end=one.end,
            label=names.get(one.speaker, label(one.speaker)),
            confidence=one.confidence,
            value={"voice": voices.get(one.speaker, ""), "overlap": over, "speaker": label(one.speaker)},
        )
        for one, over in zip(heard.turns, overlapping(turns), strict=True)
    ]


def voice_rows(asset: str, track: str, heard: HeardSpeakers) -> list[VectorRow]:
    """The voices of a file for the production's vectors, each at its speaker's first turn. track: the digest
    of its `speakers.1`."""
    return [
        VectorRow(asset, track, heard.first_tick(speaker), np.array(voice.vector, np.float32))
        for speaker, voice in enumerate(heard.voices)
        if voice.vector
    ]
