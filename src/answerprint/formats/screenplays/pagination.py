"""Pages as a printed screenplay has them, and from them each scene's page and length in eighths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from answerprint.formats.screenplays.blocks import Block, PrintedLine, blocks_of
from answerprint.formats.screenplays.emphasis import Run
from answerprint.formats.screenplays.model import Screenplay
from answerprint.formats.screenplays.page_style import LETTER, PageStyle

EIGHTHS = 8
KEPT = 2  # lines of a paragraph or speech that never stand alone at a page's end or top


@dataclass
class Page:
    """One page: printed lines by row (0 at the top); rows not named are blank."""

    number: int
    rows: dict[int, PrintedLine] = field(default_factory=dict)
    used: int = 0  # rows taken, blank ones between blocks included
    cut_short: bool = False  # the script itself asks for the next page


def lay_out(screenplay: Screenplay, style: PageStyle = LETTER, *, continued: bool = True) -> tuple[Page, ...]:
    """The body's pages. No heading or cue stands alone at a page's end, and a divided speech says (MORE)."""
    return pages_of(list(blocks_of(screenplay.scenes, style, continued=continued)), style)


def pages_of(blocks: Sequence[Block], style: PageStyle = LETTER) -> tuple[Page, ...]:
    """Blocks flowed onto pages of `style.rows` lines."""
    flow = _Flow(style)
    for at, block in enumerate(blocks):
        following = blocks[at + 1] if at + 1 < len(blocks) else None
        flow.place(block, following)
    return tuple(flow.pages)


def paginate(screenplay: Screenplay, style: PageStyle = LETTER) -> Screenplay:
    """The screenplay with `pages`, and every scene's `page` and `eighths`.

    A scene reaches from the eighth its heading is nearest to, to the eighth nearest the next heading:
    lengths add up to the script's pages, as when a script is marked with a ruler. It is an eighth at least;
    an omitted scene has none. A length that the source states itself (Final Draft does) is kept.
    """
    pages = lay_out(screenplay, style)
    first: dict[int, int] = {}
    begins: dict[int, int] = {}  # rows before the scene, in the whole script
    above = 0
    for page in pages:
        for row, line in sorted(page.rows.items()):
            first.setdefault(line.scene, page.number)
            begins.setdefault(line.scene, above + row)
        above += page.used if page.cut_short or page is pages[-1] else style.rows
    bounds = [*begins.values(), above]
    eighths = {
        scene: max(1, _eighths(end, style) - _eighths(start, style))
        for scene, start, end in zip(begins, bounds, bounds[1:], strict=False)
    }
    scenes = []
    for index, scene in enumerate(screenplay.scenes):
        length = 0 if scene.omitted else scene.eighths or eighths.get(index, 1)
        scenes.append(msgspec.structs.replace(scene, page=first.get(index, 0), eighths=length))
    return msgspec.structs.replace(screenplay, scenes=tuple(scenes), pages=len(pages) if first else 0)


def in_eighths(eighths: int) -> str:
    """`2 3/8`, `4/8`, `1`: as strips and breakdown sheets write lengths."""
    whole, part = divmod(eighths, EIGHTHS)
    if not part:
        return str(whole)
    return f"{whole} {part}/{EIGHTHS}" if whole else f"{part}/{EIGHTHS}"


def _eighths(rows: int, style: PageStyle) -> int:
    return (2 * rows * EIGHTHS + style.rows) // (2 * style.rows)


class _Flow:
    """Where the next line goes."""

    def __init__(self, style: PageStyle) -> None:
        self.style = style
        self.pages: list[Page] = []
        self._new_page()

    def place(self, block: Block, following: Block | None) -> None:
        if not block.lines:
            return
        if block.breaks_before and self.page.used:
            self.page.cut_short = True
            self._new_page()
        above = self._above(block)
        need = len(block.lines)
        if block.kind == "heading" and following is not None:
            need += following.above + min(len(following.lines), KEPT + (following.kind == "speech"))
        if above + need <= self._room():
            self._put(block.lines, above)
            return
        if block.fixed or not self._divides(block, above):
            self._new_page()
            if len(block.lines) <= self.style.rows:
                self._put(block.lines, 0)
                return
        self._pour(block)

    def _pour(self, block: Block) -> None:
        """A block longer than the room that is left, divided over as many pages as it takes."""
        rest = list(block.lines)
        while rest:
            above = self._above(block)
            room = self._room() - above
            if len(rest) <= room:
                self._put(rest, above)
                return
            take = self._take(block, rest, room)
            if take <= 0 and self.page.used:
                self._new_page()
                continue
            if take <= 0:  # nothing but parentheticals on a whole page: it ends where it ends
                take = room - (block.kind == "speech")
            head, rest = rest[:take], rest[take:]
            if block.kind == "speech":
                more = PrintedLine(((block.cue_column, (Run("(MORE)"),)),), "more", block.scene)
                head = [*head, more]
                again = f"{block.cue} (CONT'D)"
                rest = [
                    PrintedLine(((block.cue_column, (Run(again),)),), "character", block.scene),
                    *rest,
                ]
            self._put(head, above)
            self._new_page()

    def _take(self, block: Block, rest: Sequence[PrintedLine], room: int) -> int:
        """How many lines stay: enough above and below the division, none alone."""
        if block.kind == "speech":
            room -= 1  # (MORE)
        take = min(room, len(rest) - KEPT)
        smallest = KEPT + (block.kind == "speech")
        if block.kind == "speech":
            while take > 1 and rest[take - 1].kind == "parenthetical":
                take -= 1
        return take if take >= smallest else 0

    def _divides(self, block: Block, above: int) -> bool:
        return self._take(block, block.lines, self._room() - above) > 0

    def _above(self, block: Block) -> int:
        return block.above if self.page.used else 0

    def _room(self) -> int:
        return self.style.rows - self.page.used

    def _put(self, lines: Sequence[PrintedLine], above: int) -> None:
        start = self.page.used + above
        self.page.rows |= {start + at: line for at, line in enumerate(lines)}
        self.page.used = start + len(lines)

    def _new_page(self) -> None:
        self.page = Page(len(self.pages) + 1)
        self.pages.append(self.page)
