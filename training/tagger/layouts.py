"""Lays the blocks of a script out as lines of plain text, in many conventions, with page furniture."""

from __future__ import annotations

import random
from dataclasses import dataclass

from stories import Block, Story

Row = tuple[str, str]  # text, tag; a blank line has no tag


@dataclass
class Layout:
    """Columns are counted from 0; widths in characters."""

    action: int
    heading: int
    dialogue: int
    paren: int
    cue: int | None  # None: centred on `centre`
    centre: int
    transition: int | None  # None: flush right at `right`
    right: int
    action_width: int
    dialogue_width: int
    paren_width: int
    centred_speech: bool = False
    gap_heading: int = 1
    gap_block: int = 1
    gap_action: int = 1
    gap_cue: int = 0
    gap_paren: int = 0
    gap_after_heading: int = 1
    gap_transition: int = 1
    wrap: bool = True
    page_lines: int = 0
    page_number: str = "{n}."
    page_column: int = 60
    page_header: str = ""
    page_gap: int = 1
    continued: bool = False
    more: bool = False
    form_feed: bool = False
    revision_marks: float = 0.0
    number_column: int = 60
    inline_column: int = 15
    dual_cue: int = 6
    dual_speech: int = 2
    dual_shift: int = 0


# name: action, heading, dialogue, paren, cue (None: centred), widths of action, dialogue, paren
SEEN = {
    "us": (0, 0, 10, 16, 22, 60, 35, 25),
    "us2": (0, 0, 10, 15, 20, 58, 34, 22),
    "us_offset": (15, 15, 25, 31, 37, 60, 35, 25),
    "web": (15, 15, 25, 30, 37, 57, 35, 25),
    "narrow": (0, 0, 5, 8, 12, 65, 40, 30),
    "tabs": (0, 0, 8, 16, 24, 64, 40, 30),
    "tabs2": (8, 8, 24, 32, 40, 62, 34, 24),
    "same_column": (0, 0, 20, 20, 20, 60, 36, 36),
    "cue_in": (0, 0, 0, 0, 20, 64, 64, 64),
    "hanging": (0, 0, 12, 12, 0, 64, 50, 50),
    "centred": (0, 0, 12, 18, None, 60, 34, 24),
    "centred2": (5, 5, 16, 22, None, 56, 30, 20),
    "flush": (0, 0, 0, 0, 0, 70, 70, 70),
    "flush2": (0, 0, 0, 0, 0, 62, 38, 30),
    "flush3": (0, 0, 0, 0, 0, 60, 35, 25),
    "action_in": (10, 0, 20, 25, 30, 52, 32, 25),
    "shallow": (0, 0, 3, 5, 7, 60, 40, 30),
    "tv": (0, 0, 12, 14, 22, 58, 36, 30),
}
UNSEEN = {
    "us": (0, 0, 11, 17, 23, 61, 36, 24),
    "web": (17, 17, 29, 34, 43, 54, 32, 22),
    "right_half": (0, 0, 38, 38, 44, 32, 34, 30),
    "all_centred": (2, 2, 0, 0, None, 58, 36, 28),
    "two_columns": (4, 4, 4, 9, 30, 60, 60, 40),
    "hanging": (2, 0, 18, 22, 2, 60, 44, 36),
    "flush": (0, 0, 0, 0, 0, 66, 44, 32),
    "deep": (22, 18, 35, 41, 50, 48, 30, 20),
    "nearly_flat": (4, 4, 6, 7, 9, 62, 42, 32),
}


PAGE_NUMBERS = ("{n}.", "{n}", "{n}.", "- {n} -", "Page {n}", "{n}", "PAGE {n}", "({n})", "p. {n}", "")
PAGE_HEADERS = ("",) * 6 + (
    "{title}", "{title} - {rev}", "{rev}", "{title}\t{rev}", '"{title}" {rev}', "Script: {title}"
)  # fmt: skip
REVISIONS = (
    "Rev. 3/4/98", "Blue Rev. 11/12/03", "Final Draft", "REVISED 5-6-2001", "2nd draft", "Pink (3/4/17)",
    "9/14/95", "GREEN REVISIONS - 10/10/10", "Shooting Script",
)  # fmt: skip


def layout(rng: random.Random, *, unseen: bool) -> Layout:
    table = UNSEEN if unseen else SEEN
    name = rng.choice(list(table))
    action, heading, dialogue, paren, cue, wide, said, bracket = table[name]
    if not unseen and rng.random() < 0.35 and "flush" not in name:  # columns nobody has agreed on
        action = rng.randint(0, 20)
        heading = action if rng.random() < 0.8 else max(0, action - rng.randint(1, 8))
        dialogue = action + (rng.randint(2, 16) if rng.random() < 0.8 else rng.randint(17, 36))
        paren = dialogue + rng.randint(0, 8)
        cue = paren + rng.randint(0, 10)
        wide = rng.randint(45, 70) if rng.random() < 0.75 else rng.randint(26, 44)
        said, bracket = rng.randint(26, 45), rng.randint(16, 32)
    flat = dialogue == action
    spaced = rng.random()
    transition: int | None = action
    if not flat or rng.random() < 0.3:
        transition = rng.choice((None, None, action, action + 44, dialogue + 25))
    return Layout(
        action=action,
        heading=heading,
        dialogue=dialogue,
        paren=paren,
        cue=cue,
        centre=action + wide // 2 - rng.randint(0, 4),
        transition=transition,
        right=action + wide + rng.randint(-2, 4),
        action_width=wide,
        dialogue_width=said,
        paren_width=bracket,
        centred_speech=name == "all_centred" or (name.startswith("centred") and rng.random() < 0.3),
        gap_heading=rng.choice((1, 1, 1, 2, 2, 3)),
        gap_block=1 if (tight := rng.random()) < 0.90 else 2 if tight < 0.96 or flat else 0,
        gap_action=1 if rng.random() < 0.93 or flat else 0,
        gap_cue=1 if spaced < 0.03 else 0,
        gap_paren=0,
        gap_after_heading=1 if rng.random() < 0.88 else 0,
        gap_transition=1 if rng.random() < 0.93 else 0,
        wrap=rng.random() < (0.55 if flat else 0.97),
        page_lines=rng.randint(48, 62) if rng.random() < 0.5 else 0,
        page_number=rng.choice(PAGE_NUMBERS),
        page_column=rng.choice((0, 30, 55, 62, 70)),
        page_header=rng.choice(PAGE_HEADERS),
        page_gap=rng.choice((0, 1, 1, 2)),
        continued=rng.random() < 0.4,
        more=rng.random() < 0.7,
        form_feed=rng.random() < 0.15,
        revision_marks=rng.random() * 0.3 if rng.random() < 0.12 else 0.0,
        number_column=action + wide + rng.randint(0, 6),
        inline_column=rng.randint(8, 25),
        dual_cue=rng.randint(0, 12),
        dual_speech=rng.choice((0, 0, 1, 2, 5)),
        dual_shift=rng.randint(-2, 6),
    )


def wrapped(text: str, width: int) -> list[str]:
    """Words in lines of at most `width`, greedy."""
    lines: list[str] = []
    line = ""
    for word in text.replace(".  ", ".\xa0 ").split(" "):
        if not word:
            continue
        word = word.replace("\xa0", " ")
        if line and len(line) + 1 + len(word) > width:
            lines.append(line.rstrip())
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line.strip():
        lines.append(line.rstrip())
    return lines


class Typist:
    """Types a story in a layout."""

    def __init__(self, story: Story, how: Layout, rng: random.Random) -> None:
        self.story, self.how, self.rng = story, how, rng
        self.rows: list[Row] = []
        self.on_page = 0
        self.page = rng.choice((1, 1, 1, 1, 30, 77))
        self.cue = ""
        self.scene = ""
        self.revision = rng.choice(REVISIONS)
        previous: Block | None = None
        for block in story.blocks:
            self._gap(previous, block)
            self._block(block)
            previous = block

    def _blank(self, times: int = 1) -> None:
        for _ in range(times):
            if self.rows and self.on_page:
                self.rows.append(("", ""))
                self.on_page += 1

    def _gap(self, before: Block | None, block: Block) -> None:
        how = self.how
        if before is None:
            return
        kind, last = block.kind, before.kind
        if kind == "title" or last == "title":
            self._blank(
                self.rng.choice((0, 1, 1, 2, 4)) if kind == "title" else self.rng.choice((2, 3, 5, 8))
            )
        elif (last == "cue" and kind in ("speech", "paren", "song")) or (
            kind in ("paren", "speech", "song") and last in ("paren", "speech", "song")
        ):
            self._blank(how.gap_cue)
        elif kind == "heading":
            self._blank(how.gap_heading)
        elif last == "heading":
            self._blank(how.gap_after_heading)
        elif kind == "transition" or last == "transition":
            self._blank(how.gap_transition)
        elif kind == last == "list" or kind == last == "letter":
            self._blank(0 if self.rng.random() < 0.5 else 1)
        elif kind in ("action", "list") and last in ("action", "list"):
            self._blank(how.gap_action)
        else:
            self._blank(how.gap_block)

    def _line(self, text: str, tag: str, column: int, *, inside: str = "") -> None:
        """One line; `inside` is the cue when a page break here would split a speech."""
        how = self.how
        if how.page_lines and self.on_page >= how.page_lines:
            self._page_break(inside)
        line = " " * column + text
        if how.revision_marks and self.rng.random() < how.revision_marks:
            line = line.ljust(max(how.right + 5, len(line) + 2)) + "*"
        self.rows.append((line, tag))
        self.on_page += 1

    def _paragraph(
        self, text: str, tag: str, column: int, width: int, inside: str = "", centred: bool = False
    ) -> None:
        lines = wrapped(text, width) if self.how.wrap else [text]
        for at, line in enumerate(lines):
            where = max(0, self.how.centre - len(line) // 2) if centred else column
            self._line(line, tag, where, inside=inside if at else "")

    def _page_break(self, inside: str) -> None:
        how, rng = self.how, self.rng
        if inside and how.more:
            where = how.cue if how.cue is not None else how.centre - 3
            self.rows.append((" " * where + rng.choice(("(MORE)", "(MORE)", "(more)")), "M"))
        if how.continued and not inside:
            self.rows.append(("", ""))
            self.rows.append(
                (" " * (how.right - 11 if rng.random() < 0.8 else how.action) + "(CONTINUED)", "M")
            )
        for _ in range(how.page_gap):
            self.rows.append(("", ""))
        if how.form_feed:
            self.rows.append(("\f", ""))
        self.page += 1
        header = how.page_header.format(title=self.story.title, rev=self.revision)
        number = how.page_number.format(n=self.page)
        if "\t" in header:
            left, right = header.split("\t")
            header = left.ljust(30) + right
        if header or number:
            if header and number:
                line = (
                    " " * how.action
                    + header.ljust(max(how.page_column - how.action, len(header) + 3))
                    + number
                )
            else:
                line = " " * (how.page_column if not header else how.action) + header + number
            self.rows.append((line, "M"))
        for _ in range(how.page_gap):
            self.rows.append(("", ""))
        self.on_page = 0
        if how.continued and not inside:
            form = rng.choice(("CONTINUED:", "CONTINUED:", "CONTINUED: (2)"))
            if self.scene:
                form = f"{self.scene}   {form}".ljust(how.right) + self.scene
            self.rows.append((" " * how.action + form, "M"))
            self.rows.append(("", ""))
            self.on_page = 2
        if inside and how.more:
            self._cue_line(f"{inside.split('(')[0].strip()} (CONT'D)")

    def _cue_line(self, text: str) -> None:
        column = self.how.cue if self.how.cue is not None else max(0, self.how.centre - len(text) // 2)
        self.rows.append((" " * column + text, "C"))
        self.on_page += 1

    def _block(self, block: Block) -> None:
        how, kind, text = self.how, block.kind, block.text
        if kind == "heading":
            self._heading(text)
        elif kind in ("action", "shot", "bare"):
            self._paragraph(text, block.tag, how.action, how.action_width)
        elif kind == "list":
            self._paragraph(text, "N", how.action + self.rng.choice((0, 0, 3)), how.action_width - 4)
        elif kind == "letter":
            if how.dialogue == how.action and not text.startswith('"'):
                text = f'"{text}"'  # without columns only the quotes say that nobody speaks
            self._paragraph(
                text, "N", how.action + 8 if how.dialogue != how.action else how.action, how.action_width - 16
            )
        elif kind == "cue":
            self.cue = text
            if how.page_lines and self.on_page >= how.page_lines - 1:
                self._page_break("")
            self._cue_line(text)
        elif kind == "paren":
            self._paren(text)
        elif kind in ("speech", "song"):
            self._paragraph(
                text, "D", how.dialogue, how.dialogue_width, inside=self.cue, centred=how.centred_speech
            )
        elif kind == "inline":
            self._inline(text)
        elif kind == "dual":
            self._dual(block)
        elif kind == "transition":
            starts = text.startswith(("FADE IN", "FADE UP", "OVER BLACK"))
            column = how.transition if how.transition is not None else max(0, how.right - len(text))
            self._line(text, "T", how.action if starts and self.rng.random() < 0.8 else column)
        elif kind in ("meta", "end"):
            self._line(
                text, "M", max(0, how.centre - len(text) // 2) if self.rng.random() < 0.7 else how.action
            )
        elif kind == "title":
            flat = how.dialogue == how.action
            self._line(
                text,
                "M",
                how.action if flat or self.rng.random() < 0.2 else max(0, how.centre - len(text) // 2),
            )

    def _inline(self, text: str) -> None:
        """A name and its words on one line; after a tab the words keep a column of their own."""
        how = self.how
        name, tab, said = text.partition("\t")
        if not tab:
            self._paragraph(text, "D", how.action, how.action_width)
            return
        column = max(len(name) + 2, how.inline_column)
        lines = wrapped(said, how.action_width - column + 10) if how.wrap else [said]
        for at, line in enumerate(lines):
            shown = name.ljust(column) + line if at == 0 else " " * column + line
            self._line(shown, "D", how.action)

    def _paren(self, text: str) -> None:
        how = self.how
        lines = wrapped(text, how.paren_width) if how.wrap else [text]
        for at, line in enumerate(lines):
            column = how.paren + (1 if at and self.rng.random() < 0.6 else 0)
            if how.centred_speech:
                column = max(0, how.centre - len(line) // 2)
            self._line(line, "E", column)

    def _heading(self, text: str) -> None:
        how = self.how
        parts = text.split("\t")
        self.scene = ""
        if len(parts) == 1:
            self._paragraph(text, "S", how.heading, how.action_width)
            return
        number, words = parts[0], parts[1]
        self.scene = number
        gap = how.heading - len(number) - 2
        left = number + " " * (self.rng.choice((1, 2, 3, 5)) if gap < 0 else gap + 2)
        lines = wrapped(words, how.action_width) if how.wrap else [words]
        for at, line in enumerate(lines):
            shown = (left if at == 0 else " " * len(left)) + line
            if at == 0 and len(parts) > 2:
                shown = shown.ljust(how.number_column if how.heading or how.dialogue else len(shown) + 3)
                shown += ("" if shown.endswith(" ") else "  ") + number
            self._line(shown, "S", 0)

    def _dual(self, block: Block) -> None:
        how = self.how
        half = how.action + how.action_width // 2 + how.dual_shift
        width = max(14, how.action_width // 2 - 4)
        for tag, left, right in block.right:
            ones, twos = wrapped(left, width), wrapped(right, width)
            for at in range(max(len(ones), len(twos))):
                one = ones[at] if at < len(ones) else ""
                two = twos[at] if at < len(twos) else ""
                inset = how.dual_cue if tag == "C" else how.dual_speech
                line = (" " * (how.action + inset) + one).ljust(half + inset) + two
                self._line(line.rstrip(), tag, 0)
