"""Notes, the groups they fall into, and what was done with them."""

from __future__ import annotations

from typing import Literal

import msgspec

from answerprint.core.findings import Finding

Means = Literal["extractive", "endpoint"]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One remark of one reader. Empty where nothing was said of it."""

    text: str
    reader: str = ""
    file: str = ""  # name, as the user knows it
    line: int = 0
    scene: str = ""  # number as written
    page: str = ""
    context: str = ""  # what it is about: the heading, or the words it quotes
    subject: str = ""


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """A remark that one or more readers made: the fullest wording first."""

    note: Note
    same: tuple[Note, ...] = ()  # the others that say it too
    likeness: float = 1.0  # the lowest likeness within it
    readers: tuple[str, ...] = ()


class NoteGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Remarks on one scene (or the whole) and one subject."""

    scene: str  # empty for the whole script
    subject: str
    notes: tuple[Merged, ...]
    summary: str
    means: Means
    divided: bool = False  # readers want opposite things


class NotesReport(msgspec.Struct, frozen=True, kw_only=True):
    """All notes of some files."""

    files: tuple[str, ...]
    total: int  # as read
    distinct: int  # after the doubles were joined
    groups: tuple[NoteGroup, ...]
    summary: str
    means: Means
    meaning: str  # by what the doubles were found: "words", or "words and meaning (minilm)"
    findings: tuple[Finding, ...] = ()
