"""Elements as blocks of printed lines: wrapped to their columns, speeches of two side by side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from answerprint.formats.screenplays.emphasis import Run, runs
from answerprint.formats.screenplays.model import Element, Scene, normalise
from answerprint.formats.screenplays.page_style import Measure, PageStyle

UNPRINTED = frozenset(("note", "boneyard", "section", "synopsis"))
_WORD = re.compile(r"[^\S\n]*[^\s-]*-*|[^\S\n]+")
_SPOKEN = ("dialogue", "parenthetical", "lyric")


@dataclass(frozen=True)
class PrintedLine:
    """One line of a page: pieces of text at columns from the left edge."""

    pieces: tuple[tuple[int, tuple[Run, ...]], ...]
    kind: str
    scene: int  # index of its scene
    element: int = -1  # index within the scene; -1 for what the page itself adds
    revised: bool = False
    number: str = ""  # on a heading's first line: the scene's number

    @property
    def text(self) -> str:
        """The line without styles, padded to its columns."""
        said = ""
        for column, pieces in self.pieces:
            said = said.ljust(column) + "".join(run.text for run in pieces)
        return said


@dataclass
class Block:
    """Lines that belong together, and how they may be divided by a page's end."""

    lines: list[PrintedLine]
    above: int
    kind: str
    scene: int
    cue: str = ""  # speeches: the name that is repeated after a page's end
    cue_column: int = 22
    breaks_before: bool = False  # a page begins here, whatever room there is
    fixed: bool = False  # never divided
    starts: list[bool] = field(default_factory=list)  # a sentence or element begins on the line


def blocks_of(scenes: Sequence[Scene], style: PageStyle, *, continued: bool = True) -> Iterator[Block]:
    """Every printed block in order. With `continued`, a speaker who goes on after action is (CONT'D)."""
    break_next = False
    for index, scene in enumerate(scenes):
        before: str | None = None
        at = 0
        elements = scene.elements
        while at < len(elements):
            element = elements[at]
            if element.kind == "page_break":
                break_next, at = True, at + 1
                continue
            if element.kind in UNPRINTED:
                at += 1
                continue
            if element.kind == "character":
                end = _speech_end(elements, at)
                other = _next_printed(elements, end)
                both = other is not None and elements[other].kind == "character" and elements[other].dual
                if both and other is not None:
                    stop = _speech_end(elements, other)
                    block = _side_by_side(elements, (at, end), (other, stop), index, style)
                    before, at = None, stop
                else:
                    name = normalise(element.character or element.text)
                    block = _speech(elements, (at, end), index, style, again=continued and name == before)
                    before, at = name, end
            else:
                before = None if element.kind in ("heading", "transition") else before
                block = _plain(element, at, index, scene, style)
                at += 1
            block.breaks_before, break_next = break_next, False
            yield block


def wrap(text: str, width: int) -> list[tuple[int, int]]:
    """Where each line of a text begins and ends (characters, half-open), at most `width` columns wide.

    Lines break at spaces and after hyphens; a word longer than a line is divided. A full-width character
    takes two columns.
    """
    found: list[tuple[int, int]] = []
    offset = 0
    for paragraph in text.split("\n"):
        found += [(a + offset, b + offset) for a, b in _wrap_paragraph(paragraph, width)]
        offset += len(paragraph) + 1
    return found


def columns(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def _wrap_paragraph(text: str, width: int) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    start = end = used = 0
    for match in _WORD.finditer(text):
        word = match[0]
        if not word:
            continue
        size = columns(word)
        if used and used + size > width:
            lines.append((start, end))
            gap = len(word) - len(word.lstrip())
            start = match.start() + gap
            used, size = 0, size - gap
        used += size
        end = match.end()
        while used > width:
            cut = start + _fits(text[start : min(end, start + 4 * width)], width)
            lines.append((start, cut))
            used -= columns(text[start:cut])
            start = cut
    lines.append((start, max(end, start)))
    return lines


def _fits(text: str, width: int) -> int:
    """How many characters of a text fit, at least one."""
    if text.isascii():
        return max(width, 1)
    used = 0
    for at, one in enumerate(text):
        used += columns(one)
        if used > width:
            return max(at, 1)
    return len(text)


def _speech_end(elements: Sequence[Element], at: int) -> int:
    end = at + 1
    while end < len(elements) and (elements[end].kind in _SPOKEN or elements[end].kind in UNPRINTED):
        if elements[end].kind in _SPOKEN and not elements[end].character:
            break
        end += 1
    while end > at + 1 and elements[end - 1].kind in UNPRINTED:
        end -= 1
    return end


def _next_printed(elements: Sequence[Element], at: int) -> int | None:
    while at < len(elements) and elements[at].kind in UNPRINTED:
        at += 1
    return at if at < len(elements) else None


def _plain(element: Element, at: int, index: int, scene: Scene, style: PageStyle) -> Block:
    measure = style.measures.get(element.kind, style.measures["action"])
    text = element.text
    if element.kind in ("heading", "shot", "transition"):
        text = text.upper()
    lines = _lines(text, measure, element, at, index, align=element.kind)
    if element.kind == "heading" and lines:
        first = lines[0]
        lines[0] = PrintedLine(first.pieces, first.kind, index, at, first.revised, scene.number)
    return Block(lines, measure.above, element.kind, index, fixed=element.kind == "heading")


def _speech(
    elements: Sequence[Element], span: tuple[int, int], index: int, style: PageStyle, *, again: bool
) -> Block:
    cue = elements[span[0]]
    name = _cue(cue)
    lines = _speech_lines(elements, span, index, style, f"{name} (CONT'D)" if again else name, None)
    return Block(
        lines,
        style.measures["character"].above,
        "speech",
        index,
        cue=name,
        cue_column=style.measures["character"].column,
    )


def _speech_lines(
    elements: Sequence[Element],
    span: tuple[int, int],
    index: int,
    style: PageStyle,
    cue: str,
    narrow: int | None,
) -> list[PrintedLine]:
    """Cue and everything said under it. `narrow`: the column of one of two speakers side by side."""
    lines: list[PrintedLine] = []
    for at in range(*span):
        element = elements[at]
        if element.kind in UNPRINTED:
            continue
        text = cue if element.kind == "character" else element.text
        if element.kind == "parenthetical":
            text = f"({text})"
        measure = style.measures[element.kind]
        if narrow is not None:
            inset = {"character": 8, "parenthetical": 3}.get(element.kind, 0)
            measure = Measure(narrow + inset, style.dual_width - inset)
        lines += _lines(text, measure, element, at, index)
    return lines


def _side_by_side(
    elements: Sequence[Element],
    left: tuple[int, int],
    right: tuple[int, int],
    index: int,
    style: PageStyle,
) -> Block:
    one = _speech_lines(elements, left, index, style, _cue(elements[left[0]]), 0)
    other = _speech_lines(elements, right, index, style, _cue(elements[right[0]]), style.dual_column)
    lines = []
    for row in range(max(len(one), len(other))):
        pair = [side[row] for side in (one, other) if row < len(side)]
        lines.append(
            PrintedLine(
                tuple(piece for line in pair for piece in line.pieces),
                pair[0].kind,
                index,
                pair[0].element,
                any(line.revised for line in pair),
            )
        )
    return Block(lines, style.measures["character"].above, "dual", index, fixed=True)


def _cue(element: Element) -> str:
    name = (element.character or element.text).upper()
    return f"{name} ({element.extension})" if element.extension else name


def _lines(
    text: str, measure: Measure, element: Element, at: int, index: int, *, align: str = ""
) -> list[PrintedLine]:
    styled = runs(text)
    visible = "".join(run.text for run in styled)
    lines = []
    bounds = wrap(visible, measure.width)
    for (start, end), pieces in zip(bounds, _slices(styled, bounds), strict=True):
        column = measure.column
        if align in ("transition", "centered"):
            spare = max(measure.width - columns(visible[start:end].strip()), 0)
            column += spare if align == "transition" else spare // 2
        lines.append(PrintedLine(((column, pieces),), element.kind, index, at, bool(element.revision)))
    return lines


def _slices(styled: Sequence[Run], bounds: Iterable[tuple[int, int]]) -> Iterator[tuple[Run, ...]]:
    """The runs between each pair of bounds, which ascend: every run is looked at where it stands only."""
    at = offset = 0  # the first run that may still be wanted, and where it begins
    for start, end in bounds:
        while at < len(styled) and offset + len(styled[at].text) <= start:
            offset += len(styled[at].text)
            at += 1
        found, index, place = [], at, offset
        while index < len(styled) and place < end:
            text = styled[index].text[max(start - place, 0) : end - place]
            place += len(styled[index].text)
            if text:
                found.append(styled[index]._replace(text=text))
            index += 1
        yield tuple(found)
