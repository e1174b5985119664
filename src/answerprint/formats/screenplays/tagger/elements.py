"""Lines with their places, and elements that are being put together of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answerprint.formats.screenplays.identity import is_continuation
from answerprint.formats.screenplays.model import Element, ElementKind, Span
from answerprint.formats.screenplays.tagger import words
from answerprint.formats.screenplays.tagger.tagging import TaggedLine

PARTED = re.compile(r"\s{3,}")


@dataclass(frozen=True)
class SourceLine:
    """A tagged line with its place: characters `start` to `end` of the text, blank lines above it."""

    tagged: TaggedLine
    start: int
    end: int
    above: int
    column: int  # of its first letter

    @property
    def tag(self) -> str:
        return self.tagged.tag


def source_lines(lines: Sequence[str], tagged: Sequence[TaggedLine]) -> list[SourceLine]:
    """Tagged lines with their places in the lines' text, joined by newlines."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found, last = [], 0
    for one in tagged:
        line = lines[one.number - 1]
        column = max(0, line.find(one.text))  # marks of a web page may stand before it
        start = starts[one.number - 1] + column
        found.append(SourceLine(one, start, start + len(one.text), one.number - 1 - last, column))
        last = one.number
    return found


@dataclass
class OpenElement:
    """An element being read."""

    kind: ElementKind
    lines: list[SourceLine]
    text: str
    character: str | None = None
    extension: str | None = None
    dual: bool = False
    revision: str = ""
    number: str = ""  # headings: the number at both margins

    def element(self) -> Element:
        first, last = self.lines[0], self.lines[-1]
        return Element(
            kind=self.kind,
            text=self.text,
            line=first.tagged.number,
            character=self.character,
            extension=self.extension,
            dual=self.dual,
            revision=self.revision,
            confidence=min(one.tagged.confidence for one in self.lines),
            span=Span(
                start=first.start,
                end=last.end,
                line=first.tagged.number,
                last_line=last.tagged.number,
                page=first.tagged.page,
            ),
        )


def name_and_extension(text: str) -> tuple[str, str | None]:
    """A cue's name and its extensions without (CONT'D)."""
    kept = [part.strip() for part in re.findall(r"\(([^()]*)\)?", text)]
    said = [part for part in kept if part and not is_continuation(part)]
    name = re.sub(r"\([^()]*\)?", "", text).strip().rstrip(":：^ ").strip()
    return (name or text.strip()), (", ".join(said) or None)


def is_name(text: str) -> bool:
    return 0 < len(text) < 32 and text.upper() == text and any(one.isalpha() for one in text)


def bare(text: str) -> str:
    """Without revision asterisks and marks of emphasis around the whole line."""
    text = text.rstrip("* \t") if text.endswith((" *", "\t*", " **")) else text
    return words.EMPHASIS.sub("", text).strip() if text[:1] in "*_<" else text


def is_revised(one: SourceLine) -> bool:
    """Whether an asterisk in the margin marks the line as changed."""
    return one.tagged.text.endswith((" *", "\t*", " **"))
