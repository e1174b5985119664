"""Scenarist closed captions (.scc): the byte pairs of CEA-608-E (ANSI/CTA-608) line 21, channel CC1.

Every pair takes one frame of 30000/1001 a second; `;` before the frames is drop-frame, `:` is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction

from answerprint.core.errors import FormatError, UsageError
from answerprint.core.time import Range
from answerprint.core.timecode import format_timecode, frames_a_day, parse_timecode
from answerprint.formats.subtitles.ass import Run, marked, styled_lines
from answerprint.formats.subtitles.model import Align, Cue, Place, SubtitleFile
from answerprint.formats.text import one_line_end

RATE = Fraction(30000, 1001)
COLUMNS, ROWS = 32, 15
MOST_ROWS = 4  # of one caption
NEVER_ERASED = 120  # frames shown of a last caption that nothing erases

_TITLE = "Scenarist_SCC V1.0"
_LINE = re.compile(
    r"\s*(\d{2}:\d{2}:\d{2}[:;,.]\d{2})\s+([0-9a-fA-F]{4}(?:\s+[0-9a-fA-F]{4})*)?\s*", re.ASCII
)
_MOVE = "move it, or shorten its text or the cue before it"
_DAY = 24 * 3600 * 30  # labels of a day

# Second bytes of the commands 0x14 xx.
_RCL, _BS, _DER, _RU2, _RU4, _RDC, _TR, _RTD = 0x20, 0x21, 0x24, 0x25, 0x27, 0x29, 0x2A, 0x2B
_EDM, _CR, _ENM, _EOC = 0x2C, 0x2D, 0x2E, 0x2F
_ITALIC, _WHITE = 0x2E, 0x20  # mid-row codes 0x11 xx; the lowest bit underlines

# The row of a preamble address code: its first byte, and whether its second is of the upper half.
_PREAMBLES = {11: (0x10, 0)} | {
    row + half: (first, half)
    for row, first in ((1, 0x11), (3, 0x12), (5, 0x15), (7, 0x16), (9, 0x17), (12, 0x13), (14, 0x14))
    for half in (0, 1)
}
_ROWS = {code: row for row, code in _PREAMBLES.items()}

# The characters: 0x20 to 0x7F; 0x11 0x30 on; 0x12 0x20 on; 0x13 0x20 on.
_STANDARD = {code: chr(code) for code in range(0x20, 0x7B)} | dict(
    zip((0x2A, 0x5C, 0x5E, 0x5F, 0x60, *range(0x7B, 0x80)), "áéíóúç÷Ññ█", strict=True)
)
_PAIRS = {
    **{(0x11, 0x30 + at): one for at, one in enumerate("®°½¿™¢£♪à\u00a0èâêîôû")},
    **{(0x12, 0x20 + at): one for at, one in enumerate("ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»")},
    **{(0x13, 0x20 + at): one for at, one in enumerate("ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤│ÅåØø┌┐└┘")},
}
_STANDARD_CODES = {letter: code for code, letter in _STANDARD.items()} | {"’": 0x27}
_PAIR_CODES = {letter: code for code, letter in _PAIRS.items() if letter != "'"}
_STANDS_IN = dict(zip("‘—“”«»{}¡│", '\'-""""()!!', strict=True))


_Screen = dict[int, dict[int, Run]]  # rows 1 to 15 of columns 0 to 31, a letter each


def read_scc(text: str, *, file: str | None = None) -> SubtitleFile:
    """The captions of channel CC1, times in frames of 30000/1001 a second.

    A pop-on caption lasts from the pair that shows it to the pair that erases or replaces it, a painted one
    from its first letter; of roll-up captions each line is a cue, until the next one moves it up. Raises
    FormatError AP-FORMAT-154 for a file that is no Scenarist SCC, or a line or time code that cannot be read.
    """
    lines = one_line_end(text).split("\n")
    if not lines[0].strip().casefold().startswith(_TITLE.casefold()):
        raise _unread(f"a Scenarist file begins with {_TITLE}", file, 1)
    decoder = _Decoder()
    clock = 0
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise _unread("a line is a time code and pairs of bytes in hexadecimal", file, number)
        try:
            frame = parse_timecode(match[1].replace(",", ";").replace(".", ";"), RATE)
        except UsageError as error:
            raise _unread(error.message, file, number) from error
        if frame >= _DAY:
            raise _unread(f"{match[1]} is beyond a day", file, number)
        if frame < clock:
            decoder.notes["lines that begin before the line above has been sent were read after it"] = None
        clock = max(frame, clock)
        for word in (match[2] or "").split():
            decoder.take(int(word[:2], 16), int(word[2:], 16), clock)
            clock += 1
    return SubtitleFile(cues=decoder.finish(clock), format="scc", rate=RATE, notes=tuple(decoder.notes))


def write_scc(file: SubtitleFile, *, drop: bool = True) -> str:
    """The cues as pop-on captions of CC1, in time order, with odd parity and every control pair sent twice.

    Each caption is loaded just before its first frame, and its end-of-caption pair is sent on that frame
    exactly; where there is too little time the control pairs are sent once. Italic and underline change
    between words only; bold and the speaker have no place in the format. Raises FormatError AP-FORMAT-155
    for more than 4 lines or 32 columns, AP-FORMAT-156 for a letter that CEA-608 does not have, AP-FORMAT-157
    for a cue that cannot be loaded in time, overlaps the next, or is shown for no frame, AP-FORMAT-052 for
    one that begins before the cut.
    """
    cues = sorted(file.cues, key=lambda one: one.range.start)
    frames = [(cue.range.start.frame(RATE), cue.range.end.frame(RATE)) for cue in cues]
    for number, (start, end) in enumerate(frames, start=1):
        if start < 0:
            raise _refused("AP-FORMAT-052", "begins before the cut does", number, "move it into the cut")
        if start >= end or end + 2 > frames_a_day(RATE, drop):
            raise _refused("AP-FORMAT-157", "is shown for no frame of a day", number, _MOVE)
        if number < len(frames) and frames[number][0] < end:
            why = "overlaps the next, and CEA-608 shows one caption at a time"
            raise _refused("AP-FORMAT-157", why, number, _MOVE)
    sent: dict[int, int] = {}
    begins: set[int] = set()
    free, erased = 0, range(0)
    for number, (cue, (start, end)) in enumerate(zip(cues, frames, strict=True), start=1):
        pairs = _caption(cue, number)
        placed = _loaded(_doubled(pairs, everything=True), free, start, erased)
        placed = placed or _loaded(_doubled(pairs, everything=False), free, start, erased)
        if placed is None:
            need = sum(len(unit) for unit in _doubled(pairs, everything=False))
            why = f"needs {need} frames to be loaded in, and there are {start - free - len(erased)} before it"
            raise _refused("AP-FORMAT-157", why, number, _MOVE)
        sent |= placed
        begins.add(min(placed))
        following = frames[number][0] if number < len(frames) else end + 2
        shown = range(start, min(start + 2, end))
        erased = range(end, min(end + 2, following))
        sent |= dict.fromkeys(shown, 0x1400 | _EOC) | dict.fromkeys(erased, 0x1400 | _EDM)
        free = shown.stop
    lines = [_TITLE, ""]
    for first, words in _stretches(sent, begins):
        lines += [f"{format_timecode(first, RATE, drop=drop)}\t{' '.join(_hex(word) for word in words)}", ""]
    return "\n".join(lines)


class _Decoder:
    """The two memories of a CEA-608 decoder, and the captions that were seen on its screen."""

    def __init__(self) -> None:
        self.shown: _Screen = {}
        self.hidden: _Screen = {}
        self.mode = ""  # "pop", "paint", "roll", or "" for text mode and before any
        self.row, self.column = ROWS, 0
        self.style = (False, False)
        self.since: int | None = None  # the frame from which the caption on the screen is seen
        self.painting = False
        self.last: tuple[int, int] | None = None  # the control pair before, sent twice as a rule
        self.mine = True  # the pairs are of channel CC1
        self.cues: list[Cue] = []
        self.notes: dict[str, None] = {}

    def take(self, first: int, second: int, frame: int) -> None:
        """One pair of bytes, received on a frame."""
        if any(byte.bit_count() % 2 == 0 for byte in (first, second)):
            self.notes["some bytes have the wrong parity and were read all the same"] = None
        first, second = first & 0x7F, second & 0x7F
        if not 0x10 <= first < 0x20:
            self.last = None
            for code in (first, second):
                if code >= 0x20 and self.mine:
                    self._put(_STANDARD[code], frame)
            return
        if (first, second) == self.last:
            self.last = None
            return
        self.last = (first, second)
        self.mine = not first & 0x08
        if not self.mine:
            self.notes["captions of channel CC2 were left out"] = None
        elif second >= 0x20:
            self._control(first, second, frame)

    def finish(self, frame: int) -> tuple[Cue, ...]:
        if self.since is not None:
            self.notes["nothing erases the last caption: it was given four seconds"] = None
            self._close(max(frame, self.since + NEVER_ERASED))
        return tuple(self.cues)

    @property
    def _screen(self) -> _Screen:
        return self.hidden if self.mode == "pop" else self.shown

    def _control(self, first: int, second: int, frame: int) -> None:
        row = _ROWS.get((first, int(bool(second & 0x20)))) if second >= 0x40 else None
        if (first, second) in _PAIRS:
            if first != 0x11:  # an extended character takes the place of the one sent for older decoders
                self._back()
            self._put(_PAIRS[first, second].replace("\u00a0", " "), frame)
        elif row is not None:
            self.row = row
            self.column = (second & 0x0E) * 2 if second & 0x10 else 0
            self.style = (second & 0x1E == 0x0E, bool(second & 1))
        elif first == 0x11 and second < 0x30:
            style = (second & 0x0E == 0x0E, bool(second & 1))
            self.style = (self.style[0] and style[0], self.style[1] and style[1])
            self._put(" ", frame)  # the code's own cell, which has what both sides of it have
            self.style = style
        elif first == 0x17 and 0x21 <= second <= 0x23:
            self.column = min(self.column + second - 0x20, COLUMNS - 1)
        elif first in (0x14, 0x15) and second < 0x30:
            self._command(second, frame)

    def _command(self, code: int, frame: int) -> None:
        if code == _RCL:
            self.mode = "pop"
        elif code == _RDC:
            self.mode, self.painting = "paint", False
        elif _RU2 <= code <= _RU4:
            if self.mode != "roll":
                self._close(frame)
                self.shown, self.hidden = {}, {}
                self.mode, self.row, self.column = "roll", ROWS, 0
            self.notes["of roll-up captions each line was read as a cue of its own"] = None
        elif code in (_TR, _RTD):
            self.mode = ""
            self.notes["text mode was left out"] = None
        elif code == _BS:
            self._back()
        elif code == _DER:
            line = self._screen.get(self.row, {})
            self._screen[self.row] = {at: cell for at, cell in line.items() if at < self.column}
        elif code == _ENM:
            self.hidden = {}
        elif code == _EDM or (code == _CR and self.mode == "roll"):
            self._close(frame)
            self.shown, self.painting = {}, False
            self.column = 0 if code == _CR else self.column
            self.style = (False, False) if code == _CR else self.style
        elif code == _EOC:
            self._close(frame)
            self.shown, self.hidden = self.hidden, self.shown
            self.mode, self.since = "pop", frame if any(self.shown.values()) else None

    def _put(self, letter: str, frame: int) -> None:
        if not self.mode:
            return
        if self.mode != "pop":
            if not self.painting:
                self._close(frame)
                self.painting = True
            self.since = frame if self.since is None else self.since
        at = min(self.column, COLUMNS - 1)
        self._screen.setdefault(self.row, {})[at] = Run(letter, italic=self.style[0], underline=self.style[1])
        self.column = at + 1  # may stand behind the last column, so that a backspace takes the last letter

    def _back(self) -> None:
        self.column = max(self.column - 1, 0)
        self._screen.get(self.row, {}).pop(self.column, None)

    def _close(self, frame: int) -> None:
        """The caption on the screen ends."""
        rows = {
            row: line
            for row, line in sorted(self.shown.items())
            if any(cell.text != " " for cell in line.values())
        }
        if self.since is not None and rows and frame >= self.since:
            middle = (min(rows) + max(rows)) / 2
            place: Place = "top" if middle <= 5 else "bottom" if middle >= 11 else "middle"
            text = marked([list(_runs(line)) for line in rows.values()])
            shown = Range.of_ticks(self.since, frame, RATE)
            self.cues.append(Cue(range=shown, text=text, place=place, align=_align(rows)))
        self.since = None


def _runs(line: dict[int, Run]) -> Iterator[Run]:
    """A row's letters, with a space where cells were passed over."""
    for at, cell in sorted(line.items()):
        yield cell if at - 1 in line else cell._replace(text=" " + cell.text)


def _align(rows: _Screen) -> Align:
    """Centre where the block leaves about as much room at its left as at its right."""
    columns = [at for line in rows.values() for at, cell in line.items() if cell.text != " "]
    left, right = min(columns), COLUMNS - 1 - max(columns)
    return "center" if abs(left - right) <= 4 else "left" if left < right else "right"


def _caption(cue: Cue, number: int) -> list[int]:
    """The pairs that load a cue, none of them doubled yet."""
    lines = [_cells(line, number) for line in styled_lines(cue.text)]
    widest = max((len(cells) for cells in lines), default=0)
    if len(lines) > MOST_ROWS or widest > COLUMNS:
        why = f"has {len(lines)} lines of {widest} columns at most, and a caption {MOST_ROWS} of {COLUMNS}"
        raise _refused("AP-FORMAT-155", why, number, "break its lines anew, or make two cues of it")
    top = {"top": 1, "middle": (ROWS - len(lines)) // 2 + 1, "bottom": ROWS - len(lines) + 1}[cue.place]
    pairs = [0x1400 | _ENM, 0x1400 | _RCL]
    for row, cells in enumerate(lines, start=top):
        room = COLUMNS - len(cells)
        pairs += _row_pairs(cells, row, {"left": 0, "center": room // 2, "right": room}[cue.align])
    return pairs


def _cells(line: Sequence[Run], number: int) -> list[Run]:
    """A line's letters. A style lasts for whole words: the code that changes it takes the space before."""
    cells: list[Run] = []
    for letter, style in ((one, run) for run in line for one in unicodedata.normalize("NFC", run.text)):
        if letter not in _STANDARD_CODES and letter not in _PAIR_CODES:
            why = f"has {letter!r} (U+{ord(letter):04X}), which CEA-608 has not"
            remedy = "replace it (… by three points, – by a hyphen), or write another format"
            raise _refused("AP-FORMAT-156", why, number, remedy)
        inside = bool(cells) and cells[-1].text != " "
        cells.append((cells[-1] if inside else style)._replace(text=letter))
    return cells


def _row_pairs(cells: list[Run], row: int, column: int) -> list[int]:
    first, half = _PREAMBLES[row]
    preamble = first << 8 | 0x40 | half << 5
    italic, underline = style = _style(cells[0])
    if italic and not column:
        pairs = [preamble | 0x0E | underline]
    else:
        begin = column - italic  # an italic line begins with the code that makes it so
        pairs = [preamble | 0x10 | begin // 4 << 1 | underline]
        pairs += [0x1720 | begin % 4] if begin % 4 else []
        pairs += [0x1100 | _ITALIC | underline] if italic else []
    waiting = 0  # a letter that has no second one yet
    for cell, following in zip(cells, [*cells[1:], cells[-1]], strict=True):
        codes = _codes(cell.text)
        if cell.text == " " and _style(following) != style:
            italic, underline = style = _style(following)
            codes = [0x1100 | (_ITALIC if italic else _WHITE) | underline]
        for code in codes:
            if code > 0xFF:
                pairs += [waiting << 8, code] if waiting else [code]
            elif waiting:
                pairs.append(waiting << 8 | code)
            waiting = 0 if waiting or code > 0xFF else code
    return pairs + ([waiting << 8] if waiting else [])


def _style(cell: Run) -> tuple[int, int]:
    return int(cell.italic), int(cell.underline)


def _codes(letter: str) -> list[int]:
    """A letter's code, or the pair it is; before an extended one what a decoder without them shows."""
    if letter in _STANDARD_CODES:
        return [_STANDARD_CODES[letter]]
    first, second = _PAIR_CODES[letter]
    plain = _STANDS_IN.get(letter, unicodedata.normalize("NFD", letter)[0])
    return [*([] if first == 0x11 else [_STANDARD_CODES.get(plain, 0x2E)]), first << 8 | second]


def _doubled(pairs: list[int], *, everything: bool) -> list[list[int]]:
    """The pairs in units that nothing may part: control pairs twice, or only those that would look it."""
    units: list[list[int]] = []
    for at, pair in enumerate(pairs):
        control = 0x1000 <= pair < 0x2000
        alike = pair in (pairs[at - 1] if at else None, pairs[at + 1] if at + 1 < len(pairs) else None)
        units.append([pair, pair] if control and (everything or alike) else [pair])
    return units


def _loaded(units: list[list[int]], free: int, before: int, erased: range) -> dict[int, int] | None:
    """Where each pair is sent: late before a frame, around the pairs that erase; None: no room."""
    placed: dict[int, int] = {}
    at = before
    for unit in reversed(units):
        at -= len(unit)
        if at < erased.stop and at + len(unit) > erased.start:
            at = erased.start - len(unit)
        placed |= {at + index: pair for index, pair in enumerate(unit)}
    return placed if at >= free else None


def _stretches(sent: dict[int, int], begins: set[int]) -> Iterator[tuple[int, list[int]]]:
    """The pairs in unbroken stretches, a new one where a caption begins to load."""
    first, words = 0, list[int]()
    for frame in sorted(sent):
        if words and (frame != first + len(words) or frame in begins):
            yield first, words
            words = []
        first = first if words else frame
        words.append(sent[frame])
    if words:
        yield first, words


def _hex(word: int) -> str:
    """A pair with odd parity."""
    return "".join(f"{byte | (0 if byte.bit_count() % 2 else 0x80):02x}" for byte in (word >> 8, word & 0xFF))


def _unread(why: str, file: str | None, line: int) -> FormatError:
    remedy = "correct the line, or export the file again"
    return FormatError("AP-FORMAT-154", why, file=file, at=f"line {line}", remedy=remedy)


def _refused(code: str, why: str, number: int, remedy: str) -> FormatError:
    return FormatError(code, f"this cue {why}", at=f"cue {number}", remedy=remedy)
