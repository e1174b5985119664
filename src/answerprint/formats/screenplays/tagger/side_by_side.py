"""Two speeches in two columns of the same lines, taken apart."""

from __future__ import annotations

import msgspec

from answerprint.formats.screenplays.model import Element, ElementKind
from answerprint.formats.screenplays.tagger.elements import (
    PARTED,
    OpenElement,
    SourceLine,
    bare,
    is_name,
    name_and_extension,
)

_REACH = 14  # columns that the gap of a line may lie before the second name


class Pair:
    """Reads the lines under two cues that stand side by side."""

    def __init__(self, cues: SourceLine, names: list[str], edge: int) -> None:
        self.edge = edge  # column of the second name
        self.sides: tuple[list[SourceLine], list[SourceLine]] = ([], [])
        self.cues = []
        for at, written in enumerate(names):
            name, extension = name_and_extension(written)
            self.cues.append(OpenElement("character", [cues], name, name, extension, dual=at == 1))

    @classmethod
    def opened_by(cls, line: SourceLine, text: str) -> Pair | None:
        """The pair that a cue line opens, if two names stand on it."""
        names = PARTED.split(text)
        gap = PARTED.search(text)
        if gap is None or len(names) != 2 or not all(map(is_name, names)):
            return None
        return cls(line, names, line.column + gap.end())

    def take(self, line: SourceLine, usual: int) -> bool:
        """Takes a line of the two columns. False when a blank line above it says that they have ended."""
        if line.above > usual and self.sides[0]:
            return False
        text = line.tagged.text
        start = self.edge - line.column - _REACH
        cut = next((gap.end() for gap in PARTED.finditer(text) if gap.end() >= start), None)
        if line.column >= self.edge - _REACH + 4:
            pieces = ("", text)
        elif cut is None:
            pieces = (text, "")
        else:
            pieces = (text[:cut].rstrip(), text[cut:])
        for side, piece in zip(self.sides, pieces, strict=True):
            if piece:
                tagged = msgspec.structs.replace(line.tagged, text=piece)
                side.append(SourceLine(tagged, line.start, line.end, line.above, line.column))
        return True

    def elements(self) -> list[Element]:
        """The left speaker's elements, then the right one's, which are dual."""
        found: list[Element] = []
        for side, cue in zip(self.sides, self.cues, strict=True):
            found.append(cue.element())
            part: OpenElement | None = None
            for line in side:
                text = bare(line.tagged.text)
                bracketed = text.startswith("(") and text.endswith(")")
                kind: ElementKind = "parenthetical" if bracketed else "dialogue"
                if part is not None and part.kind == kind == "dialogue":
                    part.text = f"{part.text} {text}"
                    part.lines.append(line)
                    continue
                if part is not None:
                    found.append(part.element())
                shown = text[1:-1] if bracketed else text
                part = OpenElement(kind, [line], shown, cue.character, cue.extension, dual=cue.dual)
            if part is not None:
                found.append(part.element())
        return found
