"""Fountain text as its printed lines, with what is not printed (boneyard, notes, tags) beside them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Literal

TAB_WIDTH = 4  # spaces, as the Fountain specification reads tabs

_BOTH, _BONEYARD, _NOTE = (re.compile(mark) for mark in (r"/\*|\[\[", r"/\*", r"\[\["))
_EMPTY_LINE = re.compile(r"\n ?(?=\n)")
_TAG = re.compile(r"\s#([^\s#]+)(?=\s|$)")


@dataclass(frozen=True)
class Aside:
    """A note or a boneyard: its text, and its place in the source, marks included."""

    kind: Literal["note", "boneyard"]
    text: str
    start: int
    end: int
    line: int  # from 1
    last_line: int


@dataclass
class SourceLine:
    """A line as printed. A boneyard or note that spans lines leaves one line, blank or not."""

    number: int  # of its first line in the source, from 1
    start: int  # characters of the source, half-open, without the line end
    end: int = 0
    last: int = 0  # number of its last line in the source
    text: str = ""
    asides: list[Aside] = field(default_factory=list)
    tags: tuple[str, ...] = ()
    empty: bool = True  # nothing at all stands on it, not even a boneyard

    @property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def held_open(self) -> bool:
        """Two spaces alone: a blank line that belongs to the dialogue."""
        return self.blank and len(self.text) >= 2


def source_lines(text: str, *, tags: bool = False) -> list[SourceLine]:
    """The printed lines of a text. A line that held only a note or a one-line boneyard was never printed:
    what it held stands beside the line above it.

    `tags` takes `#tags` at the end of a line (an extension of fountain-tools) out of what is printed.
    """
    scanner = _Scanner(text)
    lines = scanner.lines()
    for line in lines:
        line.text = line.text.expandtabs(TAB_WIDTH)
        if tags and "#" in line.text and (match := _TAG.search(line.text)):
            line.tags = tuple(_TAG.findall(line.text, match.start()))
            line.text = line.text[: match.start()].rstrip()
    return lines


class _Scanner:
    """One pass over the text. What closes what is looked up, so that marks never closed cost nothing."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.boneyard_ends = _places(text, "*/")
        self.note_ends = _places(text, "]]")
        self.note_starts = _places(text, "[[")
        self.empty_lines = [match.start() for match in _EMPTY_LINE.finditer(text)] if self.note_starts else []

    def lines(self) -> list[SourceLine]:
        text = self.text
        found: list[SourceLine] = []
        position, number = 0, 1
        line = SourceLine(1, 0)
        printed: list[str] = []
        removed = spanned = False
        stop = -1  # the end of the line that `position` is on
        while True:
            if stop < position:
                end_of_line = text.find("\n", position)
                stop = len(text) if end_of_line < 0 else end_of_line
            opening = self._opening(position)
            mark = opening.search(text, position, stop) if opening else None
            aside = self._aside(mark, number) if mark else None
            if mark and aside:
                printed.append(text[position : mark.start()])
                line.asides.append(aside)
                line.empty = False
                removed = True
                spanned = spanned or (aside.last_line > number and aside.kind == "boneyard")
                position, number = aside.end, aside.last_line
                continue
            if mark:  # never closed: ordinary characters
                printed.append(text[position : mark.end()])
                position = mark.end()
                continue
            printed.append(text[position:stop])
            line.text = "".join(printed)
            line.end, line.last = stop, number
            line.empty = line.empty and line.blank
            if removed and not spanned and line.blank and found:
                found[-1].asides += line.asides
            else:
                found.append(line)
            if stop == len(text):
                return found
            position, number = stop + 1, number + 1
            line, printed, removed, spanned = SourceLine(number, position), [], False, False

    def _opening(self, position: int) -> re.Pattern[str] | None:
        """What may still be opened here: a mark that nothing closes any more is not looked for."""
        boneyard = bool(self.boneyard_ends) and self.boneyard_ends[-1] > position
        note = bool(self.note_ends) and self.note_ends[-1] > position
        if boneyard and note:
            return _BOTH
        return _BONEYARD if boneyard else _NOTE if note else None

    def _aside(self, mark: re.Match[str], line: int) -> Aside | None:
        if mark[0] == "/*":
            end = _after(self.boneyard_ends, mark.end())
            if end is None:
                return None
            inside, end = self.text[mark.end() : end], end + 2
            return Aside("boneyard", inside, mark.start(), end, line, line + inside.count("\n"))
        end = _after(self.note_ends, mark.end())
        if end is None:
            return None
        # A blank line ends a note, as it ends a speech, unless two spaces hold it open.
        broken = _after(self.empty_lines, mark.start())
        if broken is not None and broken < end:
            again = _after(self.note_starts, mark.end())
            if again is not None and again < end:
                return None  # the mark further on closes another note: this one was never closed
            inside = self.text[mark.end() : broken]
            return Aside("note", inside.strip(), mark.start(), broken, line, line + inside.count("\n"))
        inside, end = self.text[mark.end() : end], end + 2
        return Aside("note", inside.strip(), mark.start(), end, line, line + inside.count("\n"))


def _places(text: str, mark: str) -> list[int]:
    """Where a mark stands, overlapping ones (`]]]`) included."""
    found: list[int] = []
    at = text.find(mark)
    while at >= 0:
        found.append(at)
        at = text.find(mark, at + 1)
    return found


def _after(places: list[int], position: int) -> int | None:
    at = bisect_left(places, position)
    return places[at] if at < len(places) else None
