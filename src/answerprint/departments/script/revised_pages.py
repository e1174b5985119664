"""Revised pages of a locked script: only what changed, on coloured paper, 12 overflowing to 12A."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from answerprint.core.errors import UsageError
from answerprint.departments.script.locked_numbers import Place, lock_numbers, same_elements
from answerprint.formats.screenplays.blocks import Block, PrintedLine, blocks_of
from answerprint.formats.screenplays.emphasis import Run
from answerprint.formats.screenplays.model import Screenplay
from answerprint.formats.screenplays.page_style import LETTER, PageStyle
from answerprint.formats.screenplays.pagination import Page, lay_out, pages_of
from answerprint.formats.screenplays.pdf_writing import COLOURS, Sheet

Start = tuple[Place, int]  # an element, and which of its lines


@dataclass(frozen=True)
class RevisedScript:
    """The revision under locked numbers: every page, and the labels of those that have to be printed."""

    screenplay: Screenplay
    sheets: tuple[Sheet, ...]
    changed: tuple[str, ...]  # labels in order

    def to_print(self) -> tuple[Sheet, ...]:
        """The changed sheets."""
        labels = set(self.changed)
        return tuple(sheet for sheet in self.sheets if sheet.label in labels)


def revise_pages(
    locked: Screenplay,
    revised: Screenplay,
    *,
    colour: str = "blue",
    header: str = "",
    style: PageStyle = LETTER,
) -> RevisedScript:
    """Every page of the revision with the locked script's page numbers.

    A page begins where it began before, as long as those words are still there; text that no longer fits
    goes on to 12A, 12B …; pages whose beginning is gone join the one before (12-13). Changed elements carry
    an asterisk, and so does the line after a deletion. Raises UsageError AP-USE-070 for a colour that
    revisions do not have.
    """
    if colour not in COLOURS:
        raise UsageError(
            "AP-USE-070",
            f"revisions have no colour {colour!r}",
            remedy=f"one of {', '.join(COLOURS)}",
        )
    numbered = lock_numbers(locked, revised)
    same = same_elements(locked, numbered)
    old_pages = lay_out(locked, style)
    starts = _starts(old_pages, {old: new for new, old in same.items()})
    marks = _marks(locked, numbered, same)
    blocks = [_marked(block, marks) for block in blocks_of(numbered.scenes, style)]
    sheets: list[Sheet] = []
    changed: list[str] = []
    for label, first, part in _segments(blocks, starts, old_pages):
        pages = pages_of(part, style)
        for at, page in enumerate(pages):
            name = label + _letter(at)
            before = old_pages[first] if at == 0 and "-" not in label else None
            same_text = before is not None and len(pages) == 1 and _text(before) == _text(page)
            paper = "" if same_text else colour
            sheets.append(Sheet(name, page.rows, header if paper else "", paper))
            if paper:
                changed.append(name)
    return RevisedScript(numbered, tuple(sheets), tuple(changed))


def _starts(pages: Sequence[Page], moved: dict[Place, Place]) -> list[Start | None]:
    """Where each old page begins in the revision; None when nothing that began on it is left."""
    found: list[Start | None] = []
    printed: dict[Place, int] = {}
    for page in pages:
        start: Start | None = None
        seen: set[Place] = set()
        for _, line in sorted(page.rows.items()):
            if line.element < 0:
                continue
            place = (line.scene, line.element)
            if start is None and place in moved and (place not in seen or not seen):
                start = moved[place], printed.get(place, 0)
            seen.add(place)
            printed[place] = printed.get(place, 0) + 1
        found.append(start)
    return found


def _marks(locked: Screenplay, revised: Screenplay, same: dict[Place, Place]) -> dict[Place, bool]:
    """Elements to mark: True for all their lines, False for the first only (something before it is gone)."""
    marks: dict[Place, bool] = {}
    order = [
        (at, index)
        for at, scene in enumerate(locked.scenes)
        for index in range(len(scene.elements))
        if locked.scenes[at].elements[index].kind not in ("note", "boneyard", "section", "synopsis")
    ]
    position = {place: at for at, place in enumerate(order)}
    kept = set(same.values())
    replaced = False  # the element before is new: it stands for what is gone
    for at, scene in enumerate(revised.scenes):
        for index in range(len(scene.elements)):
            place = (at, index)
            old = same.get(place)
            if old is None:
                marks[place] = True
            elif not replaced and old in position and position[old] and order[position[old] - 1] not in kept:
                marks[place] = False
            replaced = old is None
    return marks


def _marked(block: Block, marks: dict[Place, bool]) -> Block:
    seen: set[Place] = set()
    lines = []
    for line in block.lines:
        place = (line.scene, line.element)
        whole = marks.get(place)
        revised = whole is True or (whole is False and place not in seen)
        seen.add(place)
        lines.append(replace(line, revised=revised))
    return replace(block, lines=lines)


def _segments(
    blocks: Sequence[Block], starts: Sequence[Start | None], pages: Sequence[Page]
) -> Iterator[tuple[str, int, list[Block]]]:
    """Label, first old page and blocks of every stretch between two page beginnings that survive."""
    begins = {start: at for at, start in enumerate(starts) if start is not None and at > 0}
    first = 0
    part: list[Block] = []
    for block in blocks:
        counted: dict[Place, int] = {}
        cut = 0
        for at, line in enumerate(block.lines):
            place = (line.scene, line.element)
            page = begins.get((place, counted.get(place, 0)))
            counted[place] = counted.get(place, 0) + 1
            if page is None or page <= first:
                continue
            head, _ = _divide(block, cut, at)
            if head is not None:
                part.append(head)
            yield _label(pages, first, page - 1), first, part
            first, part, cut = page, [], at
        _, tail = _divide(block, cut, cut)
        if tail is not None:
            part.append(tail)
    yield _label(pages, first, len(pages) - 1), first, part


def _divide(block: Block, start: int, end: int) -> tuple[Block | None, Block | None]:
    """The lines from start to end, and those from end on, as blocks that say where a speech goes on."""
    head: list[PrintedLine] = list(block.lines[start:end])
    tail: list[PrintedLine] = list(block.lines[end:])
    speech = block.kind == "speech"
    if speech and start and head:
        head.insert(0, _added(block, f"{block.cue} (CONT'D)", "character"))
    if speech and end and tail:
        tail.insert(0, _added(block, f"{block.cue} (CONT'D)", "character"))
    if speech and head and end < len(block.lines) and end:
        head.append(_added(block, "(MORE)", "more"))
    return (
        replace(block, lines=head, breaks_before=False) if head else None,
        replace(block, lines=tail, breaks_before=False) if tail else None,
    )


def _added(block: Block, text: str, kind: str) -> PrintedLine:
    return PrintedLine(((block.cue_column, (Run(text),)),), kind, block.scene)


def _label(pages: Sequence[Page], first: int, last: int) -> str:
    if first >= last:
        return str(pages[first].number)
    return f"{pages[first].number}-{pages[last].number}"


def _letter(at: int) -> str:
    return "" if at == 0 else chr(ord("A") + at - 1) if at <= 26 else f"A{_letter(at - 26)}"


def _text(page: Page) -> list[tuple[int, str]]:
    return [(row, line.text) for row, line in sorted(page.rows.items())]
