"""A transcript: passages in order, each with its speaker, its text, and where known its words' times."""

from __future__ import annotations

import msgspec

from answerprint.core.time import Range


class TimedWord(msgspec.Struct, frozen=True, kw_only=True):
    """A word as written, punctuation and all. range: None where the file does not say when it is said."""

    text: str
    range: Range | None = None
    confidence: float | None = None
    speaker: str | None = None


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """What one person says without a break. words: of this text in order; empty where there are only cues."""

    range: Range
    text: str
    speaker: str | None = None
    words: tuple[TimedWord, ...] = ()


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """Passages in time order. language: a BCP 47 tag where the file gives one. source: the kind of file."""

    passages: tuple[Passage, ...]
    source: str = ""
    language: str | None = None


class PrintedPassage(msgspec.Struct, frozen=True, kw_only=True):
    """A passage as it is printed: its place as people write it (`01:00:04:12`), who speaks, what is said."""

    place: str
    text: str
    speaker: str | None = None
    note: str = ""  # "draft", "not found in the sound", …


class PrintedTranscript(msgspec.Struct, frozen=True, kw_only=True):
    """A transcript to be printed. about: lines under the title (the file, what it was made with)."""

    title: str
    about: tuple[str, ...] = ()
    passages: tuple[PrintedPassage, ...] = ()
