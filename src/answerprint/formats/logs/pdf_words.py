"""Words of a PDF's pages with their places, and the circles drawn on them."""

from __future__ import annotations

import ctypes
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from answerprint.core.errors import FormatError
from answerprint.formats.text import read_head

SIZE_LIMIT = 128 * 2**20  # bytes
PAGE_LIMIT = 500
LETTER_LIMIT = 40_000  # of one page
SHAPE_LIMIT = 20_000  # drawn things of one page looked at
TIME_LIMIT = 60.0  # seconds for a whole file
_WORD_GAP = 0.18  # of the size of type: a wider gap parts words
_SAME_LINE = 0.4  # of the size of type


@dataclass
class Word:
    """A word, in points from the page's left and top as it is read."""

    text: str
    left: float
    right: float
    base: float  # its base line, downwards
    size: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class Ring:
    """A drawn closed curve: left, top, right, bottom in the same points."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass
class Page:
    number: int
    rows: list[list[Word]] = field(default_factory=list)  # from the top, each from the left
    rings: list[Ring] = field(default_factory=list)
    pictures: bool = False


def pdf_pages(path: Path) -> list[Page]:
    """Every page's words by line, and its rings. Text across the page (watermarks) is left out.

    Raises FormatError AP-FORMAT-180 when it is no PDF or is damaged, 181 when a password locks it, 183 when
    it is larger than any log.
    """
    import pypdfium2
    import pypdfium2.raw as raw

    data = read_head(path, SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise _too_large(path, f"larger than {SIZE_LIMIT // 2**20} MiB")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "assword" in str(error)
        raise FormatError(
            "AP-FORMAT-181" if locked else "AP-FORMAT-180",
            "it is locked by a password" if locked else "this is no PDF, or it is damaged beyond reading",
            file=str(path),
            remedy="save a copy without the password" if locked else "export it again, or as CSV",
        ) from error
    try:
        if len(document) > PAGE_LIMIT:
            raise _too_large(path, f"{len(document)} pages")
        began = time.monotonic()
        pages = []
        for at in range(len(document)):
            if time.monotonic() - began > TIME_LIMIT:
                raise _too_large(path, f"page {at + 1} not reached in {TIME_LIMIT:.0f} s")
            try:
                pages.append(_page(document, at, raw))
            except pypdfium2.PdfiumError:
                continue
    finally:
        document.close()
    if not pages:
        raise FormatError(
            "AP-FORMAT-180",
            "none of its pages can be read",
            file=str(path),
            remedy="export it again, or as CSV",
        )
    return pages


def _page(document: Any, at: int, raw: Any) -> Page:
    page = document[at]
    try:
        textpage = page.get_textpage()
        try:
            letters, turn = _letters(raw, textpage.raw)
        finally:
            textpage.close()
        read = Page(at + 1, _rows(letters))
        for number in range(min(raw.FPDFPage_CountObjects(page.raw), SHAPE_LIMIT)):
            shape = raw.FPDFPage_GetObject(page.raw, number)
            kind = raw.FPDFPageObj_GetType(shape)
            read.pictures = read.pictures or kind == raw.FPDF_PAGEOBJ_IMAGE
            if kind == raw.FPDF_PAGEOBJ_PATH and (ring := _ring(raw, shape, turn)) is not None:
                read.rings.append(ring)
        return read
    finally:
        page.close()


def _ring(raw: Any, shape: Any, turn: int) -> Ring | None:
    """A path that is made of curves alone, once around: what drawing programs call a circle or an ellipse."""
    count = raw.FPDFPath_CountSegments(shape)
    if not 4 <= count <= 60:
        return None
    kinds = [raw.FPDFPathSegment_GetType(raw.FPDFPath_GetPathSegment(shape, one)) for one in range(count)]
    if kinds.count(raw.FPDF_SEGMENT_BEZIERTO) < 6 or raw.FPDF_SEGMENT_LINETO in kinds[:-1]:
        return None
    sides = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(shape, *sides):
        return None
    left, bottom, right, top = (one.value for one in sides)
    corners = [_turned(left, top, turn), _turned(right, bottom, turn)]
    across, down = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    return Ring(across[0], down[0], across[1], down[1])


@dataclass
class _Letter:
    letter: str
    left: float
    right: float
    base: float
    size: float
    blank_before: bool


def _letters(raw: Any, text: Any) -> tuple[list[_Letter], int]:
    """The letters that stand as most do, and how many quarter turns that is."""
    x, y = ctypes.c_double(), ctypes.c_double()
    box = raw.FS_RECTF()
    found: list[tuple[int, _Letter]] = []
    turns: Counter[int] = Counter()
    seen: set[tuple[int, int, int]] = set()
    blank = False
    for at in range(min(raw.FPDFText_CountChars(text), LETTER_LIMIT)):
        code = raw.FPDFText_GetUnicode(text, at)
        if code in (0, 9, 10, 13, 32, 0xA0):
            blank = True
            continue
        quarter = raw.FPDFText_GetCharAngle(text, at) / 1.5707963267948966
        if abs(quarter - round(quarter)) > 0.05:
            continue
        turn = round(quarter) % 4
        raw.FPDFText_GetCharOrigin(text, at, x, y)
        raw.FPDFText_GetLooseCharBox(text, at, box)
        (one, _), (other, _) = _turned(box.left, box.top, turn), _turned(box.right, box.bottom, turn)
        left, right = min(one, other), max(one, other)
        base = _turned(x.value, y.value, turn)[1]
        size = float(raw.FPDFText_GetFontSize(text, at)) or 10.0
        key = (code, round(left), round(base))
        if key in seen:
            continue  # struck twice to look bold
        seen.add(key)
        turns[turn] += 1
        letter = "-" if code in (2, 0xAD) else chr(code)
        found.append((turn, _Letter(letter, left, right, base, max(1.0, size), blank)))
        blank = False
    if not turns:
        return [], 0
    main = turns.most_common(1)[0][0]
    return [letter for turn, letter in found if turn == main], main


def _turned(x: float, y: float, turn: int) -> tuple[float, float]:
    """A place of the paper (y upwards) as the text is read: to the right, and downwards."""
    return ((x, -y), (-y, -x), (-x, y), (y, x))[turn]


def _rows(letters: list[_Letter]) -> list[list[Word]]:
    rows: list[list[_Letter]] = []
    for one in sorted(letters, key=lambda letter: letter.base):
        if rows and one.base - rows[-1][0].base <= _SAME_LINE * min(one.size, rows[-1][0].size):
            rows[-1].append(one)
        else:
            rows.append([one])
    return [_words(row) for row in rows]


def _words(row: list[_Letter]) -> list[Word]:
    row.sort(key=lambda one: one.left)
    words: list[Word] = []
    for one in row:
        if words and not one.blank_before and one.left - words[-1].right < _WORD_GAP * one.size:
            words[-1].text += one.letter
            words[-1].right = max(words[-1].right, one.right)
        else:
            words.append(Word(one.letter, one.left, one.right, one.base, one.size))
    return words


def _too_large(path: Path, what: str) -> FormatError:
    return FormatError(
        "AP-FORMAT-183",
        f"{what}: more than a log has",
        file=str(path),
        remedy="give the report's pages alone",
    )
