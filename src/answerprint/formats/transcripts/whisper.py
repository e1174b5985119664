"""The JSON that Whisper, faster-whisper's command lines, whisperX and whisper.cpp write."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import msgspec

from answerprint.core.errors import FormatError
from answerprint.core.time import Range
from answerprint.formats.transcripts.model import Passage, TimedWord, Transcript

RATE = Fraction(1000)  # these programs give no finer times than milliseconds that mean anything
LONGEST = 30 * 24 * 3600  # seconds: no recording is longer than a month


class _Word(msgspec.Struct):
    """Whisper: word, probability. whisperX: word, score, speaker; a number may have no times."""

    word: str = ""
    text: str = ""
    start: float | None = None
    end: float | None = None
    probability: float | None = None
    score: float | None = None
    speaker: str | None = None


class _Offsets(msgspec.Struct):
    from_: int = msgspec.field(name="from")
    to: int = 0


class _Segment(msgspec.Struct):
    text: str = ""
    start: float | None = None
    end: float | None = None
    speaker: str | None = None
    words: list[_Word] | None = None
    offsets: _Offsets | None = None  # whisper.cpp: milliseconds


class _File(msgspec.Struct):
    segments: list[_Segment] | None = None
    transcription: list[_Segment] | None = None  # whisper.cpp
    language: str | None = None


def read_whisper(text: str, *, file: str | None = None) -> Transcript:
    """The transcript in a JSON text. Raises FormatError AP-FORMAT-240 when it is no JSON, AP-FORMAT-241 when
    it is not of this family, AP-FORMAT-242 for a time that cannot be."""
    remedy = "whisper --output_format json, whisperx --output_format json or whisper.cpp -oj write such files"
    try:
        held: Any = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise FormatError("AP-FORMAT-240", f"this is no JSON: {error}", file=file) from error
    if isinstance(held, list):
        held = {"segments": held}
    try:
        read = msgspec.convert(held, _File, strict=False)
    except msgspec.ValidationError as error:
        raise FormatError(
            "AP-FORMAT-241", f"no transcript of Whisper's: {error}", file=file, remedy=remedy
        ) from error
    segments = read.segments if read.segments is not None else read.transcription
    if segments is None:
        raise FormatError("AP-FORMAT-241", "there are no segments in it", file=file, remedy=remedy)
    passages = [one for at, segment in enumerate(segments) for one in _passages(segment, at, file)]
    own = any(one.speaker or one.words for one in segments)
    source = "whisper.cpp" if read.segments is None else "whisper words" if own else "whisper"
    return Transcript(passages=tuple(passages), source=source, language=read.language)


def _passages(segment: _Segment, at: int, file: str | None) -> list[Passage]:
    text = " ".join(segment.text.split())
    if not text:
        return []
    if segment.offsets is not None:
        segment.start, segment.end = segment.offsets.from_ / 1000, segment.offsets.to / 1000
    whole = _range(segment.start, segment.end, f"segment {at + 1}", file)
    if whole is None:
        raise FormatError(
            "AP-FORMAT-242", "a segment has a start and an end", file=file, at=f"segment {at + 1}"
        )
    words = tuple(
        TimedWord(
            text=(word.word or word.text).strip(),
            range=_range(word.start, word.end, f"segment {at + 1}", file),
            confidence=_share(word.probability if word.probability is not None else word.score),
            speaker=word.speaker or segment.speaker,
        )
        for word in segment.words or ()
        if (word.word or word.text).strip()
    )
    if len({word.speaker for word in words}) > 1:  # two people in one segment: a passage for each turn
        return _turns(words, whole)
    speaker = segment.speaker or next((word.speaker for word in words if word.speaker), None)
    return [Passage(range=whole, text=text, speaker=speaker, words=words)]


def _turns(words: tuple[TimedWord, ...], whole: Range) -> list[Passage]:
    turns: list[list[TimedWord]] = []
    for word in words:
        if turns and turns[-1][-1].speaker == word.speaker:
            turns[-1].append(word)
        else:
            turns.append([word])
    passages = []
    for turn in turns:
        ranges = [word.range for word in turn if word.range is not None]
        start = min((one.start for one in ranges), default=whole.start)
        end = max((one.end for one in ranges), default=whole.end)
        text = " ".join(word.text for word in turn)
        passages.append(
            Passage(range=Range(start, end), text=text, speaker=turn[0].speaker, words=tuple(turn))
        )
    return passages


def _range(start: float | None, end: float | None, at: str, file: str | None) -> Range | None:
    if start is None or end is None:
        return None
    if not (math.isfinite(start) and math.isfinite(end) and -LONGEST < start <= end < LONGEST):
        raise FormatError("AP-FORMAT-242", f"{start} … {end} is no stretch of time", file=file, at=at)
    return Range.of_ticks(round(start * 1000), round(end * 1000), RATE)


def _share(value: float | None) -> float | None:
    return min(1.0, max(0.0, value)) if value is not None and math.isfinite(value) else None
