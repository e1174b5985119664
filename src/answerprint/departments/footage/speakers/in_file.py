"""One file listened to without a production: what `answerprint speakers FILE` prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from answerprint.core.errors import UsageError
from answerprint.core.time import TimeDocument
from answerprint.departments.footage.sound.events import SoundEvent, sound_events
from answerprint.departments.footage.speakers.backends import diariser
from answerprint.departments.footage.speakers.diarisation_error import Span, diarisation_error
from answerprint.departments.footage.speakers.naming import labels
from answerprint.departments.footage.speakers.rttm import read_rttm, rttm
from answerprint.departments.footage.speakers.turns import Diarisation, overlapped, overlapping
from answerprint.departments.footage.speech.sound_in_file import FileSound, sound_in

RATE = 16_000
MOST_PEOPLE = 100


class TurnDocument(msgspec.Struct, frozen=True, kw_only=True):
    start: TimeDocument
    end: TimeDocument
    speaker: str
    overlap: bool  # somebody else speaks during a part of it
    confidence: float


class SpeakerDocument(msgspec.Struct, frozen=True, kw_only=True):
    """seconds: what this person says, as "numerator/denominator"; share: of everybody's talk together."""

    speaker: str
    turns: int
    seconds: str
    share: float


class SoundDocument(msgspec.Struct, frozen=True, kw_only=True):
    start: TimeDocument
    end: TimeDocument
    sound: str
    confidence: float


class ErrorDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Against a truth: parts of the time spoken. names: speaker → who it is in the truth."""

    rate: float
    missed: float
    false: float
    confused: float
    names: dict[str, str]


class SpeakersDocument(msgspec.Struct, frozen=True, kw_only=True):
    backend: str
    voice: str
    speakers: tuple[SpeakerDocument, ...]
    turns: tuple[TurnDocument, ...]
    overlap_seconds: str  # "numerator/denominator"
    sounds: tuple[SoundDocument, ...] | None = None  # null where they were not asked for
    error: ErrorDocument | None = None


class Speakers(msgspec.Struct, frozen=True, kw_only=True):
    """The document, and what is written out: RTTM, and the turns in samples for the picture."""

    document: SpeakersDocument
    rttm: str
    spans: tuple[Span, ...]
    sounds: tuple[SoundEvent, ...]
    samples: int


def speakers_of(
    file: Path,
    *,
    people: int | None = None,
    names: Mapping[str, str] | None = None,
    backend: str | None = None,
    sounds: bool = False,
    truth: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Speakers:
    """Who speaks when in a file. people: how many, if known. names: speaker_1 → ANNA. truth: an RTTM file to
    be compared with. progress: told what is done, and 0…1.

    Raises UsageError AP-USE-350 for a number of people that cannot be, AP-USE-351 for a name of somebody who
    does not speak; what `sound_in`, `diariser` and `read_rttm` raise.
    """
    if people is not None and not 1 <= people <= MOST_PEOPLE:
        raise UsageError("AP-USE-350", f"{people} people: give 1 to {MOST_PEOPLE}", file=str(file))
    expected = read_rttm(truth, RATE) if truth is not None else None
    with sound_in(file, _stage(progress, "reading the sound")) as sound:
        listener = diariser(backend, sound.voice)
        found = listener.diarise(sound.samples, people, _stage(progress, "listening"))
        heard = tuple(sound_events(sound.samples, sound.voice)) if sounds else ()
        return _document(file, sound, found, names or {}, heard if sounds else None, expected)


def _document(
    file: Path,
    sound: FileSound,
    found: Diarisation,
    names: Mapping[str, str],
    heard: tuple[SoundEvent, ...] | None,
    expected: list[Span] | None,
) -> Speakers:
    plain = labels(found.speakers, {})
    for name in names:
        if name not in plain:
            raise UsageError(
                "AP-USE-351",
                f"nobody is {name!r} here",
                file=str(file),
                remedy=f"who speaks: {', '.join(plain) or 'nobody'}",
            )
    called = labels(found.speakers, names)
    spans = tuple((turn.start, turn.end, called[turn.speaker]) for turn in found.turns)
    spoken = [0] * found.speakers
    for turn in found.turns:
        spoken[turn.speaker] += turn.end - turn.start
    total = max(1, sum(spoken))
    document = SpeakersDocument(
        backend=found.backend,
        voice=sound.voice_backend,
        speakers=tuple(
            SpeakerDocument(
                speaker=name,
                turns=sum(turn.speaker == i for turn in found.turns),
                seconds=f"{spoken[i]}/{RATE}",
                share=round(spoken[i] / total, 4),
            )
            for i, name in enumerate(called)
        ),
        turns=tuple(
            TurnDocument(
                start=sound.place(turn.start),
                end=sound.place(turn.end),
                speaker=called[turn.speaker],
                overlap=over,
                confidence=round(turn.confidence, 4),
            )
            for turn, over in zip(found.turns, overlapping(found.turns), strict=True)
        ),
        overlap_seconds=f"{overlapped(found.turns)}/{RATE}",
        sounds=None
        if heard is None
        else tuple(
            SoundDocument(
                start=sound.place(one.start),
                end=sound.place(one.end),
                sound=one.sound,
                confidence=round(one.confidence, 4),
            )
            for one in heard
        ),
        error=None if expected is None else _error(expected, spans, sound.listening.start),
    )
    text = rttm(
        file.stem, [(sound.listening.start + a, sound.listening.start + b, who) for a, b, who in spans], RATE
    )
    return Speakers(document=document, rttm=text, spans=spans, sounds=heard or (), samples=len(sound.samples))


def _error(expected: list[Span], spans: tuple[Span, ...], start: int) -> ErrorDocument:
    """The truth's times are on the file's clock, ours on that of the sound."""
    compared = diarisation_error(expected, [(start + a, start + b, who) for a, b, who in spans])
    spoken = max(1, compared.spoken)
    return ErrorDocument(
        rate=round((compared.missed + compared.false + compared.confused) / spoken, 4),
        missed=round(compared.missed / spoken, 4),
        false=round(compared.false / spoken, 4),
        confused=round(compared.confused / spoken, 4),
        names=dict(compared.names),
    )


def _stage(progress: Callable[[str, float], None] | None, what: str) -> Callable[[float], None] | None:
    if progress is None:
        return None
    told = progress
    return lambda done: told(what, done)
