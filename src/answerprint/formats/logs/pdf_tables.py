"""Tables of takes in a script supervisor's report as PDF: columns by where words stand under their titles.

A table begins at the row whose words are titles of columns. Columns are parted by the strips of paper that
no word of the table covers, and where a word runs across such a strip, halfway between two titles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from answerprint.core.errors import FormatError
from answerprint.formats.logs.entries import COLUMNS, Row, Table, plain_title, titles_known
from answerprint.formats.logs.pdf_words import Page, Ring, Word, pdf_pages

KNOWN_TITLES = 3  # columns that a header names at least: a sentence may hold two such words
_TITLES = frozenset(title for titles in COLUMNS.values() for title in titles)
_LONGEST_TITLE = 3  # words
_CELL_GAP = 0.55  # of the size of type: words nearer than this are of one cell
_STRIP = 1.5  # points: the narrowest strip of bare paper between columns
_BLOCK_GAP = 1.5  # of the size of type: base lines farther apart are of different rows
_TABLE_ENDS = 6.0  # of the size of type: bare paper below which it is no longer the table
_PAGE_NUMBER = re.compile(r"(?:page\s*)?\d+(?:\s*(?:of|/|von|sur)\s*\d+)?", re.IGNORECASE)
_KEYS = ("clip", "scene", "slate", "take")  # a row of the table fills one of these


def pdf_tables(path: Path) -> list[Table]:
    """The tables of takes on a PDF's pages. Rows count on through the file.

    Raises FormatError AP-FORMAT-064 when there is none, 182 when it holds no text, 180, 181 and 183 as
    `pdf_pages`.
    """
    pages = pdf_pages(path)
    if not any(page.rows for page in pages):
        scan = any(page.pictures for page in pages)
        raise FormatError(
            "AP-FORMAT-182",
            "no text in it: it is a scan" if scan else "no text in it",
            file=str(path),
            remedy="run it through optical character recognition (ocrmypdf, Acrobat) and give the result",
        )
    tables: list[Table] = []
    columns: _Columns | None = None
    rows: list[Row] = []
    for page in pages:
        lines = page.rows
        while lines:
            at, titles = _header(lines)
            if titles is None or at > 0:
                part = lines if titles is None else lines[:at]
                if columns is not None and page.number > columns.page:  # goes on without its titles
                    rows += _body(_fitting(part, columns), columns, page, len(rows))
                if titles is None:
                    break
            assert titles is not None
            body = lines[at + titles.lines :]
            next_at, following = _header(body)
            end = next_at if following is not None else len(body)
            table = _until_bare(body[:end], titles.base)
            if columns is None or [one.text for one in titles.cells] != columns.titles:
                if columns is not None:
                    tables.append(Table(columns.row, rows))
                    rows = []
                columns = _Columns(titles.cells, table, page.number)
            else:
                columns = _Columns(titles.cells, table, page.number, columns.row)
            rows += _body(table, columns, page, len(rows))
            lines = body[end:] if following is not None else []
    if columns is not None:
        tables.append(Table(columns.row, rows))
    tables = [table for table in tables if table.rows]
    if not tables:
        raise FormatError(
            "AP-FORMAT-064",
            "no table of takes is found in this PDF: no row of titles names a clip, or a scene and take",
            file=str(path),
            remedy="export the log as CSV, ALE or .xlsx, or give its columns titles (scene, take, circled …)",
        )
    return tables


class _Titles:
    """A row of titles: one cell a column, over one or two lines."""

    def __init__(self, cells: list[Word], lines: int) -> None:
        self.cells = cells
        self.lines = lines
        self.base = max(one.base for one in cells)


class _Columns:
    """Where the columns of a table lie: bounds[n] … bounds[n + 1] is column n."""

    def __init__(
        self, cells: list[Word], body: list[list[Word]], page: int, header: Row | None = None
    ) -> None:
        self.titles = [one.text for one in cells]
        self.page = page
        self.bounds = _bounds(cells, body)
        self.left = min(one.left for line in (cells, *body) for one in line)
        self.row = header or Row(self.titles, 0, f"page {page}")
        names = {name: titles for name, titles in COLUMNS.items() if name in _KEYS}
        plain = [plain_title(one) for one in self.titles]
        self.keys = [at for at, title in enumerate(plain) if any(title in one for one in names.values())]
        self.take = next((at for at, title in enumerate(plain) if title in COLUMNS["take"]), None)

    def of(self, word: Word) -> int:
        inside = sum(word.middle >= bound for bound in self.bounds)
        return min(max(0, inside), len(self.titles) - 1)

    def fields(self, lines: Sequence[list[Word]]) -> list[str]:
        cells: list[list[str]] = [[] for _ in self.titles]
        for line in lines:
            for word in line:
                cells[self.of(word)].append(word.text)
        return [" ".join(cell) for cell in cells]


def _header(lines: Sequence[list[Word]]) -> tuple[int, _Titles | None]:
    """The first row of titles among the lines, and its place."""
    for at, line in enumerate(lines):
        best: _Titles | None = None
        known = 0
        choices = [(1, line)]
        if at + 1 < len(lines) and lines[at + 1] and line:
            near = lines[at + 1][0].base - line[0].base
            if near < 1.8 * line[0].size:
                choices.append((2, _stacked(line, lines[at + 1])))
        for count, words in choices:
            cells = _cells(words) if count == 1 else words
            found = titles_known([one.text for one in cells])
            if found >= KNOWN_TITLES and found > known:
                best, known = _Titles(cells, count), found
        if best is not None:
            return at, best
    return len(lines), None


def _cells(words: Sequence[Word]) -> list[Word]:
    """Words of a row of titles as cells: known titles first, then words that stand close."""
    cells: list[Word] = []
    at = 0
    while at < len(words):
        for count in range(min(_LONGEST_TITLE, len(words) - at), 0, -1):
            some = words[at : at + count]
            close = all(b.left - a.right < 1.2 * a.size for a, b in pairwise(some))
            if close and plain_title("".join(one.text for one in some)) in _TITLES:
                cells.append(_joined(some))
                at += count
                break
        else:
            one = words[at]
            known = cells and plain_title(cells[-1].text) in _TITLES
            if cells and not known and one.left - cells[-1].right < _CELL_GAP * one.size:
                cells[-1] = _joined([cells[-1], one])
            else:
                cells.append(one)
            at += 1
    return cells


def _stacked(upper: Sequence[Word], lower: Sequence[Word]) -> list[Word]:
    """Titles over two lines: words of the lower line go under the cell they overlap."""
    cells = _cells(upper)
    for word in _cells(lower):
        over = [one for one in cells if min(one.right, word.right) > max(one.left, word.left)]
        if over:
            place = cells.index(over[0])
            cells[place] = _joined([over[0], word])
        else:
            cells.append(word)
    return sorted(cells, key=lambda one: one.left)


def _joined(words: Sequence[Word]) -> Word:
    return Word(
        " ".join(one.text for one in words),
        min(one.left for one in words),
        max(one.right for one in words),
        max(one.base for one in words),
        words[0].size,
    )


def _bounds(cells: Sequence[Word], body: Sequence[list[Word]]) -> list[float]:
    """Where each column but the last ends."""
    covered = sorted(
        [(one.left, one.right) for one in cells] + [(one.left, one.right) for line in body for one in line]
    )
    strips: list[tuple[float, float]] = []
    reach = covered[0][1]
    for left, right in covered:
        if left - reach > _STRIP:
            strips.append((reach, left))
        reach = max(reach, right)
    bounds = []
    for one, other in pairwise(cells):
        between = [strip for strip in strips if one.right <= strip[1] and strip[0] <= other.left]
        if between:
            # Of several strips the one before the next title: what stands left of it is this column's text.
            left, right = max(between, key=lambda strip: (strip[1] <= other.left + 1, strip[1] - strip[0]))
            bounds.append((left + right) / 2)
        else:
            bounds.append((one.right + other.left) / 2)
    return bounds


def _until_bare(lines: list[list[Word]], base: float) -> list[list[Word]]:
    """The lines up to a stretch of bare paper, without page numbers."""
    kept: list[list[Word]] = []
    for line in lines:
        if line[0].base - base > _TABLE_ENDS * line[0].size:
            break
        base = line[0].base
        if not _PAGE_NUMBER.fullmatch(" ".join(one.text for one in line)) or len(line) > 4:
            kept.append(line)
    return kept


def _fitting(lines: Sequence[list[Word]], columns: _Columns) -> list[list[Word]]:
    """The lines up to one that is running text: beside the table, or going on from column to column."""
    for at, line in enumerate(lines):
        if line[0].left < columns.left - line[0].size:
            return list(lines[:at])
        for one, other in pairwise(line):
            if other.left - one.right < _CELL_GAP * one.size and columns.of(one) != columns.of(other):
                return list(lines[:at])
    return list(lines)


def _body(lines: Sequence[list[Word]], columns: _Columns, page: Page, before: int) -> list[Row]:
    """Lines as rows: those that stand close are one row where only one of them names a take."""
    rows: list[Row] = []
    for block in _blocks(_until_bare(list(lines), lines[0][0].base) if lines else []):
        keyed = [at for at, line in enumerate(block) if _names(line, columns)]
        if not keyed:
            if rows and block[0][0].base - _last_base(rows, lines, columns) < 2.5 * block[0][0].size:
                rows[-1] = _longer(rows[-1], columns.fields(block))
            continue
        starts = [0, *keyed[1:]]
        for start, end in zip(starts, [*keyed[1:], len(block)], strict=True):
            part = block[start:end]
            number = before + len(rows) + 1
            rows.append(
                Row(
                    columns.fields(part),
                    number,
                    f"page {page.number}, row {number}",
                    circled=_encircled(part, columns, page.rings),
                )
            )
    return rows


def _blocks(lines: Sequence[list[Word]]) -> list[list[list[Word]]]:
    blocks: list[list[list[Word]]] = []
    for line in lines:
        if blocks and line[0].base - blocks[-1][-1][0].base <= _BLOCK_GAP * line[0].size:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _names(line: Sequence[Word], columns: _Columns) -> bool:
    return any(columns.of(word) in columns.keys for word in line)


def _last_base(rows: Sequence[Row], lines: Sequence[list[Word]], columns: _Columns) -> float:
    keyed = [line[0].base for line in lines if _names(line, columns)]
    return max(keyed[: len(rows)], default=0.0)


def _longer(row: Row, more: Sequence[str]) -> Row:
    fields = [f"{one} {other}".strip() for one, other in zip(row.fields, more, strict=True)]
    return Row(fields, row.line, row.place, row.circled)


def _encircled(lines: Sequence[list[Word]], columns: _Columns, rings: Sequence[Ring]) -> bool:
    """Whether a circle is drawn round the take."""
    for word in (word for line in lines for word in line if columns.of(word) == columns.take):
        middle = word.base - 0.35 * word.size
        for ring in rings:
            inside = ring.left <= word.middle <= ring.right and ring.top <= middle <= ring.bottom
            wide, high = ring.right - ring.left, ring.bottom - ring.top
            if inside and 0.7 * word.size < high < 3.5 * word.size and wide < 6 * word.size:
                return True
    return False
