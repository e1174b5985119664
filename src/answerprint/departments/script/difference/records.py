"""What differs between two revisions, scene by scene and in sum."""

from __future__ import annotations

from typing import Literal

import msgspec

Status = Literal["same", "changed", "added", "removed", "split", "merged"]


class SceneEnd(msgspec.Struct, frozen=True, kw_only=True):
    """A scene of one revision. `index` counts from 0; `start` and `end` are shares of the script's length."""

    index: int
    id: str
    number: str
    heading: str
    line: int
    eighths: int
    start: float
    end: float


class WordChange(msgspec.Struct, frozen=True, kw_only=True):
    """A run of words: kept, taken out or put in."""

    change: Literal["same", "out", "in"]
    text: str


class TextChange(msgspec.Struct, frozen=True, kw_only=True):
    """A speech or paragraph of action that is not as it was. A text that is gone or new has one side."""

    what: Literal["dialogue", "action"]
    who: str = ""
    line_before: int | None = None
    line_after: int | None = None
    words: tuple[WordChange, ...] = ()


class SceneChange(msgspec.Struct, frozen=True, kw_only=True):
    """A scene of either revision and what became of it."""

    status: Status
    before: tuple[SceneEnd, ...] = ()
    after: tuple[SceneEnd, ...] = ()
    similarity: float = 0.0  # cosine of the words, 0 to 1
    moved: bool = False
    renumbered: bool = False
    story: tuple[str, ...] = ()  # in words
    production: tuple[str, ...] = ()
    texts: tuple[TextChange, ...] = ()


class Rename(msgspec.Struct, frozen=True, kw_only=True):
    """A character or a set that goes on under another name, and in how many places that shows."""

    kind: Literal["character", "set"]
    before: str
    after: str
    places: int


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of both revisions."""

    name: str
    before: float
    after: float


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that differs between two revisions."""

    before: str  # file names
    after: str
    summary: tuple[str, ...]
    story: tuple[str, ...]
    production: tuple[str, ...]
    renames: tuple[Rename, ...]
    totals: tuple[Total, ...]
    scenes: tuple[SceneChange, ...]
