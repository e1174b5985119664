"""The lines of a PDF's pages as text with its layout kept: columns in characters, gaps as blank lines."""

from __future__ import annotations

import ctypes
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from answerprint.core.errors import FormatError
from answerprint.core.findings import Evidence, Finding
from answerprint.formats.text import read_head

SIZE_LIMIT = 256 * 1024 * 1024  # bytes
PAGE_LIMIT = 3000  # the longest shooting script has a tenth of it
LETTER_LIMIT = 40_000  # letters of one page
TIME_LIMIT = 120.0  # seconds for a whole file
UNREADABLE = 0.3  # share of letters without meaning above which the fonts are taken as unreadable
MOST_BLANKS = 5
_SAME_LINE = 0.35  # of the size of type
_COLUMN_GAP = 2.6  # characters: wider gaps within a line are kept as columns


@dataclass(frozen=True)
class PdfText:
    """Text of a PDF. `pages` holds each line's page, from 1."""

    lines: list[str]
    pages: list[int]
    findings: tuple[Finding, ...] = ()


@dataclass
class _Letter:
    letter: str
    left: float
    right: float
    base: float
    order: int


@dataclass
class _Word:
    text: str
    left: float
    right: float
    order: int


@dataclass
class _PageText:
    """A page's lines from the top: (distance from the page's top in points, words)."""

    number: int
    width: float
    rows: list[tuple[float, list[_Word]]] = field(default_factory=list)
    pitch: list[float] = field(default_factory=list)
    pictures: bool = False


def pdf_lines(path: Path) -> PdfText:
    """Every line of the file's text, indented by the columns it stands at, blank where the page is.

    A word's column counts characters from the page's left edge (from the right one in right-to-left
    scripts). Rotated text across the page (watermarks) is left out. Raises UsageError AP-USE-010 when the
    file cannot be opened; FormatError AP-FORMAT-180 when it is no PDF or damaged beyond reading,
    AP-FORMAT-181 when it is locked by a password, AP-FORMAT-182 when it has no text (a scan), AP-FORMAT-183
    when it is too large, AP-FORMAT-184 when its fonts do not say which letters they show.
    """
    pages, damaged = _pages(path)
    written = [page for page in pages if page.rows]
    if not written:
        raise FormatError(
            "AP-FORMAT-182",
            "no text in it: it is a scan" if any(page.pictures for page in pages) else "no text in it",
            file=str(path),
            remedy="run it through optical character recognition (ocrmypdf, Acrobat) and give the result",
        )
    _refuse_unreadable(written, path)
    pitch = _middle([one for page in written for one in page.pitch]) or 7.2
    leading = _leading(written)
    text = PdfText([], [])
    for page in written:
        if text.lines:
            text.lines.append("")
            text.pages.append(page.number)
        above: float | None = None
        for top, words in page.rows:
            blanks = 0 if above is None else min(MOST_BLANKS, max(0, round((top - above) / leading) - 1))
            text.lines.extend([""] * blanks + [_typed(words, page.width, pitch)])
            text.pages.extend([page.number] * (blanks + 1))
            above = top
    return PdfText(text.lines, text.pages, tuple(_findings(pages, damaged, path)))


def _findings(pages: Sequence[_PageText], damaged: Sequence[int], path: Path) -> Iterator[Finding]:
    scans = [page.number for page in pages if not page.rows and page.pictures]
    for code, numbers, message in (
        ("pdf.page_without_text", scans, "without text: pictures of text are not read"),
        ("pdf.page_damaged", damaged, "damaged and left out"),
    ):
        if numbers:
            listed = ", ".join(map(str, numbers[:12])) + (" …" if len(numbers) > 12 else "")
            yield Finding(
                code=code,
                message=f"{path.name}: page {listed} {message}",
                severity="warning",
                subject=path.name,
                evidence=(Evidence(measure="pages", value=len(numbers)),),
                needs_a_person=True,
            )


def _pages(path: Path) -> tuple[list[_PageText], list[int]]:
    import pypdfium2
    import pypdfium2.raw as raw

    data = read_head(path, SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise _too_large(path, f"larger than {SIZE_LIMIT // 2**20} MiB")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "assword" in str(error):
            raise FormatError(
                "AP-FORMAT-181",
                "it is locked by a password",
                file=str(path),
                remedy="save a copy without the password",
            ) from error
        raise FormatError(
            "AP-FORMAT-180",
            "this is no PDF, or it is damaged beyond reading",
            file=str(path),
            remedy="export it again, or print it to a new PDF",
        ) from error
    try:
        if len(document) > PAGE_LIMIT:
            raise _too_large(path, f"{len(document)} pages")
        began = time.monotonic()
        pages, damaged = [], []
        for at in range(len(document)):
            if time.monotonic() - began > TIME_LIMIT:
                raise _too_large(path, f"page {at + 1} not reached in {TIME_LIMIT:.0f} s")
            try:
                pages.append(_page(document, at, raw))
            except pypdfium2.PdfiumError:
                damaged.append(at + 1)
    finally:
        document.close()
    if not pages:
        raise FormatError(
            "AP-FORMAT-180",
            "none of its pages can be read",
            file=str(path),
            remedy="export it again, or print it to a new PDF",
        )
    return pages, damaged


def _too_large(path: Path, what: str) -> FormatError:
    return FormatError(
        "AP-FORMAT-183",
        f"{what}: more than a screenplay has",
        file=str(path),
        remedy="give the script's pages alone",
    )


def _page(document: Any, at: int, raw: Any) -> _PageText:
    page = document[at]
    try:
        width, height = page.get_size()
        textpage = page.get_textpage()
        try:
            count = min(raw.FPDFText_CountChars(textpage.raw), LETTER_LIMIT)
            letters, turned = _letters(raw, textpage.raw, count)
        finally:
            textpage.close()
        # Coordinates are of the paper before it is turned; words that stand upright need none of it.
        box = (width, height) if not turned % 2 else (height, width)
        read = _PageText(number=at + 1, width=box[0])
        if not letters:
            read.pictures = any(
                raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page.raw, one)) == raw.FPDF_PAGEOBJ_IMAGE
                for one in range(min(raw.FPDFPage_CountObjects(page.raw), 50))
            )
        sizes = [one.right - one.left for one in letters]
        read.pitch = [_middle(sizes)] if sizes else []
        read.rows = _rows(letters, read.pitch[0] if read.pitch else 7.2)
        return read
    finally:
        page.close()


def _letters(raw: Any, text: Any, count: int) -> tuple[list[_Letter], int]:
    """The page's upright letters (the direction most of them have, in quarter turns), blanks as `" "`."""
    x, y = ctypes.c_double(), ctypes.c_double()
    box = raw.FS_RECTF()
    found: list[tuple[int, _Letter]] = []
    quarter_turns: Counter[int] = Counter()
    seen: set[tuple[int, int, int]] = set()
    half_pi = 1.5707963267948966
    for at in range(count):
        code = raw.FPDFText_GetUnicode(text, at)
        if code in (0, 10, 13):
            found.append((-1, _Letter("\n", 0, 0, 0, at)))
            continue
        raw.FPDFText_GetCharOrigin(text, at, x, y)
        angle = raw.FPDFText_GetCharAngle(text, at) / half_pi
        turn = round(angle)
        if abs(angle - turn) > 0.05:
            continue  # across the page: a watermark
        raw.FPDFText_GetLooseCharBox(text, at, box)
        letter = "-" if code in (2, 0xAD) else " " if code in (9, 32, 0xA0) else chr(code)
        left, right, base = box.left, box.right, y.value
        turn %= 4
        if turn == 1:  # clockwise
            left, right, base = -box.top, -box.bottom, x.value
        elif turn == 2:
            left, right, base = -box.right, -box.left, -y.value
        elif turn == 3:
            left, right, base = box.bottom, box.top, -x.value
        if letter != " ":
            key = (code, round(left), round(base))
            if key in seen:
                continue  # struck twice to look bold
            seen.add(key)
            quarter_turns[turn] += 1
        found.append((turn, _Letter(letter, left, right, base, at)))
    if not quarter_turns:
        return [], 0
    main = quarter_turns.most_common(1)[0][0]
    return [one for turn, one in found if turn == main and one.letter != "\n"], main


def _rows(letters: list[_Letter], pitch: float) -> list[tuple[float, list[_Word]]]:
    """Letters as lines of words, from the top. A row's place is its base line's distance below zero."""
    marks = [one for one in letters if one.letter != " "]
    marks.sort(key=lambda one: -one.base)
    tolerance = max(1.5, pitch / 0.6 * _SAME_LINE)
    rows: list[list[_Letter]] = []
    for one in marks:
        if rows and rows[-1][0].base - one.base <= tolerance:
            rows[-1].append(one)
        else:
            rows.append([one])
    blanks = sorted(one.order for one in letters if one.letter == " ")
    stops = set(blanks)
    return [(-_middle([one.base for one in row]), _words(row, pitch, stops)) for row in rows]


def _words(row: list[_Letter], pitch: float, stops: set[int]) -> list[_Word]:
    row.sort(key=lambda one: one.left)
    words: list[_Word] = []
    last: _Letter | None = None
    leftward = sum(map(_leftward, (one.letter for one in row))) * 2 > len(row)
    # From right to left the order of letters does not say where blanks are.
    gap = (0.3 if leftward else 0.6) * pitch
    for one in row:
        joined = (
            last is not None
            and one.left - last.right < gap
            and not (one.order > last.order + 1 and last.order + 1 in stops)
            and not (one.order < last.order - 1 and one.order + 1 in stops)
        )
        if joined:
            words[-1].text += one.letter
            words[-1].right = max(words[-1].right, one.right)
        else:
            words.append(_Word(one.letter, one.left, one.right, one.order))
        last = one
    if leftward:
        for word in words:
            if any(map(_leftward, word.text)):
                word.text = re.sub(r"\d+", lambda digits: digits[0][::-1], word.text[::-1])
    return words


def _typed(words: list[_Word], width: float, pitch: float) -> str:
    """A row as a line of text, its columns kept."""
    leftward = sum(map(_leftward, (letter for word in words for letter in word.text)))
    if leftward * 2 > sum(len(word.text) for word in words):
        words = [_Word(one.text, width - one.right, width - one.left, one.order) for one in reversed(words)]
    line = ""
    end = 0.0
    for word in words:
        if not line:
            line = " " * max(0, round(word.left / pitch)) + word.text
        elif word.left - end > _COLUMN_GAP * pitch:
            line = line.ljust(max(round(word.left / pitch), len(line) + 3)) + word.text
        else:
            line += " " + word.text
        end = word.right
    return line


def _leftward(letter: str) -> bool:
    return "\u0590" <= letter <= "\u08ff" or "\ufb1d" <= letter <= "\ufefc"


def _leading(pages: Sequence[_PageText]) -> float:
    """Points between the base lines of a paragraph: the smallest distance that is common."""
    steps = Counter(
        round(below[0] - above[0])
        for page in pages
        for above, below in zip(page.rows, page.rows[1:], strict=False)
        if below[0] - above[0] > 4
    )
    total = sum(steps.values())
    usual = [step for step, count in sorted(steps.items()) if count > 0.12 * total]
    return float(usual[0]) if usual else 12.0


def _refuse_unreadable(pages: Sequence[_PageText], path: Path) -> None:
    letters = unknown = 0
    for page in pages:
        for _, words in page.rows:
            for word in words:
                letters += len(word.text)
                unknown += sum(
                    one == "\ufffd" or "\ue000" <= one <= "\uf8ff" or one < " " for one in word.text
                )
    if unknown > UNREADABLE * letters:
        raise FormatError(
            "AP-FORMAT-184",
            "its fonts do not say which letters they show",
            file=str(path),
            remedy="run it through optical character recognition (ocrmypdf --force-ocr) and give the result",
        )


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0
