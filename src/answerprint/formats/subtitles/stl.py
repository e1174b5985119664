"""EBU subtitling data exchange files (.stl), EBU Tech 3264-E: a header block and blocks of 128 bytes.

Letters are those of ISO 6937 with its floating accents (code table 00), or of ISO 8859-5, 6, 7, 8 (01 to 04).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from answerprint.core.errors import FormatError
from answerprint.core.time import Range
from answerprint.core.timecode import format_timecode
from answerprint.formats.subtitles.ass import Run, marked, styled_lines, tidy_lines
from answerprint.formats.subtitles.model import Align, Cue, Place, SubtitleFile

SIGNATURE = b"STL"  # bytes 3 to 5 of every file: the disk format code
HEADER, BLOCK, FIELD = 1024, 128, 112  # bytes of the GSI block, of a TTI block, of its text field
ROWS = 23  # of a teletext page, and those this program places open subtitles in
RATES = {b"STL25.01": Fraction(25), b"STL30.01": Fraction(30)}

_LAST, _USER_DATA = (
    0xFF,
    0xF0,
)  # extension block numbers: the last of a subtitle, and the first that is no text
_NEWLINE, _UNUSED = 0x8A, 0x8F
_STYLE_CODES = {0x80: (0, True), 0x81: (0, False), 0x82: (1, True), 0x83: (1, False)}  # italic, underline
_TELETEXT, _DOUBLE_HEIGHT = b"12", 0x0D
_JUSTIFIED: tuple[Align, ...] = ("center", "left", "center", "right")  # justification codes 0 to 3
_CODE_TABLES = {b"01": "iso8859_5", b"02": "iso8859_6", b"03": "iso8859_7", b"04": "iso8859_8"}
_PAGES = {b"437": "cp437", b"850": "cp850", b"860": "cp860", b"863": "cp863", b"865": "cp865"}

# ISO 6937 from 0xA0 on: "?" where there is no character; 0xC1 to 0xCF are accents that precede their letter.
_UPPER = (
    "\u00a0¡¢£$¥#§¤‘“«←↑→↓" + "°±²³×µ¶·÷’”»¼½¾¿" + "?" * 16
    + "—¹®©™♪¬¦????⅛⅜⅝⅞" + "\u2126ÆĐªĦ?ĲĿŁØŒºÞŦŊŉ" + "ĸæđðħıĳŀłøœßþŧŋ\u00ad"
)  # fmt: skip
_ACCENTS = {
    0xC1: "\u0300", 0xC2: "\u0301", 0xC3: "\u0302", 0xC4: "\u0303", 0xC5: "\u0304", 0xC6: "\u0306",
    0xC7: "\u0307", 0xC8: "\u0308", 0xC9: "\u0308", 0xCA: "\u030a", 0xCB: "\u0327", 0xCD: "\u030b",
    0xCE: "\u0328", 0xCF: "\u030c",
}  # fmt: skip
_SPACING = {0xC1: "`", 0xC2: "´", 0xC3: "^", 0xC4: "~", 0xC5: "¯", 0xC6: "˘", 0xC7: "˙", 0xC8: "¨", 0xCA: "˚",
            0xCB: "¸", 0xCD: "˝", 0xCE: "˛", 0xCF: "ˇ"}  # fmt: skip
_BYTES = {letter: bytes([0xA0 + at]) for at, letter in enumerate(_UPPER) if letter not in "?$#"}
_BYTES |= {"Ð": b"\xe2", "Ω": b"\xe0", "―": b"\xd0", "μ": b"\xb5"}
_BYTES |= {letter: bytes([code, 0x20]) for code, letter in _SPACING.items()}
_COMMAS = str.maketrans("șțȘȚ", "şţŞŢ")
_ACCENT_BYTES = {accent: code for code, accent in _ACCENTS.items() if code != 0xC9}
# Languages of Appendix 3 whose letters the code tables hold; "nl" is Dutch before it is Flemish.
_NAMES = (
    "sq br ca hr cy cs da de en es eo et eu fo fr fy ga gd gl is it se la lv lb lt hu mt nl no oc pl pt ro rm"
    " sr sk sl fi sv tr nl wa"
)
_LANGUAGES = {f"{at:02X}": name for at, name in enumerate(_NAMES.split(), start=1)} | {
    "49": "uk", "56": "ru", "5A": "fa", "63": "mk", "6C": "he", "70": "el", "77": "bg", "79": "be",
    "7E": "ar",
}  # fmt: skip
_LANGUAGE_CODES = {name: code for code, name in reversed(_LANGUAGES.items())} | {"nb": "1E", "nn": "1E"}


class _Header(NamedTuple):
    rate: Fraction
    decode: Callable[[bytes], str]
    teletext: bool
    rows: int
    start: int  # the frame the programme starts on
    language: str
    title: str
    blocks: int | None  # TTI blocks the header tells of


class _Subtitle(NamedTuple):
    """A subtitle's first block, with the text of its extension blocks."""

    block: bytes
    text: bytes
    number: int  # of the block, from 1


def read_stl(data: bytes, *, file: str | None = None) -> SubtitleFile:
    """The subtitles of an EBU STL file in written order, times in frames of its 25 or 30 a second.

    The start of the programme (TCP) is subtracted where no subtitle lies before it. Comments and user data
    are passed over; cumulative subtitles are read one by one, with a note. Raises FormatError AP-FORMAT-150
    for a file that is no EBU STL or is cut short, AP-FORMAT-151 for a rate or letters that are not read,
    AP-FORMAT-153 for a time that does not exist, AP-FORMAT-051 for a subtitle that ends before it starts.
    """
    if len(data) < HEADER or data[3:6] != SIGNATURE:
        raise _broken("has no EBU header of 1024 bytes, so it is no EBU STL file", file, "byte 0")
    count, rest = divmod(len(data) - HEADER, BLOCK)
    if rest:
        raise _broken("is cut short: its last block is not whole", file, f"byte {HEADER + count * BLOCK}")
    header = _header(data, file)
    notes: dict[str, None] = {}
    found = _subtitles(data[HEADER:], notes)
    if header.blocks not in (None, count):
        notes[f"the header tells of {header.blocks} blocks and there are {count}"] = None
    times = [[_frame(one.block[at : at + 4], header.rate, one, file) for at in (5, 9)] for one in found]
    start = header.start
    if any(first < start for first, _ in times):
        start = 0
        notes["subtitles lie before the start of the programme (TCP), which was not subtracted"] = None
    elif start:
        label = format_timecode(start, header.rate)
        notes[f"the start of the programme, {label}, was subtracted from every time"] = None
    cues = [
        _cue(one, first - start, end - start, header, notes, file)
        for one, (first, end) in zip(found, times, strict=True)
    ]
    return SubtitleFile(
        cues=tuple(cue for cue in cues if cue.text),
        format="stl",
        rate=header.rate,
        language=header.language,
        title=header.title,
        notes=tuple(notes),
    )


def write_stl(file: SubtitleFile, *, rate: Fraction) -> bytes:
    """The cues as open subtitles of an EBU STL file, in time order, the programme starting at 00:00:00:00.

    Italic and underline are kept; bold and the speaker have no place in the format. No date is written but
    2000-01-01, so the same cues give the same bytes. Raises FormatError AP-FORMAT-151 for a rate that is
    not 25 or 30, AP-FORMAT-152 for a letter that no one code table holds together with the rest,
    AP-FORMAT-153 for what is too long or too much, AP-FORMAT-052 for a cue that begins before the cut.
    """
    code = next((code for code, one in RATES.items() if one == rate), None)
    if code is None:
        remedy = "conform the picture and its subtitles to 25 first, or write another format"
        raise FormatError("AP-FORMAT-151", f"EBU STL counts 25 or 30 frames, not {rate}", remedy=remedy)
    cues = sorted(file.cues, key=lambda one: one.range.start)
    lines = [styled_lines(cue.text) for cue in cues]
    table, encode = _code_table(lines)
    blocks: list[bytes] = []
    for number, (cue, said) in enumerate(zip(cues, lines, strict=True), start=1):
        blocks += _blocks(cue, number, _text_field(said, encode), len(said), rate)
    if len(cues) > 0xFFFF or len(blocks) > 99_999:
        raise _too_much("EBU STL holds 65535 cues and 99999 blocks", len(cues))
    longest = max((sum(len(run.text) for run in line) for said in lines for line in said), default=0)
    first = blocks[0][5:9] if blocks else bytes(4)
    header = bytearray(b" " * HEADER)
    for at, value in (
        (0, b"850" + code + b"0" + table + _language_code(file.language)),
        (16, file.title.encode("cp850", "replace")[:32]),
        (224, b"000101" * 2 + b"00"),
        (238, b"%05d%05d001%02d%02d1" % (len(blocks), len(cues), min(max(longest, 40), 99), ROWS)),
        (256, b"00000000" + b"%02d%02d%02d%02d" % tuple(first) + b"11"),
    ):
        header[at : at + len(value)] = value
    return b"".join([bytes(header), *blocks])


def decode_latin(data: bytes, language: str = "") -> str:
    """Code table 00, ISO 6937 as Appendix 2 of EBU Tech 3264 has it; U+FFFD for a byte that is nothing."""
    letters: list[str] = []
    accent = 0
    for byte in data:
        letter = chr(byte) if byte < 0x7F else _UPPER[byte - 0xA0] if byte >= 0xA0 else "?"
        if byte in _ACCENTS:
            accent = byte
            continue
        if accent:
            standing = _SPACING.get(accent, _ACCENTS[accent])
            joined = unicodedata.normalize("NFC", letter + _ACCENTS[accent])
            letter, accent = (standing if byte == 0x20 else joined), 0
        letters.append("\ufffd" if letter == "?" and byte != 0x3F else letter)
    text = "".join(letters)
    if language == "ro":  # the cedilla of the table stands for the comma of Romanian
        return text.translate({cedilla: comma for comma, cedilla in _COMMAS.items()})
    return text.replace("Đ", "Ð") if language in ("is", "fo") else text


def encode_latin(text: str) -> bytes:
    """Text in code table 00. Raises UnicodeEncodeError at the first character it does not have."""
    found = bytearray()
    composed = unicodedata.normalize("NFC", text)
    for at, letter in enumerate(composed):
        apart = unicodedata.normalize("NFD", letter.translate(_COMMAS))
        if letter.isascii() and letter.isprintable():
            found += letter.encode("ascii")
        elif letter in _BYTES:
            found += _BYTES[letter]
        elif len(apart) == 2 and apart[1] in _ACCENT_BYTES and apart[0].isascii():
            found += bytes([_ACCENT_BYTES[apart[1]], ord(apart[0])])
        else:
            raise UnicodeEncodeError("iso6937", composed, at, at + 1, "not in the table")
    return bytes(found)


def _header(data: bytes, file: str | None) -> _Header:
    disk, table = data[3:11], data[12:14]
    rate = RATES.get(disk)
    if rate is None:
        why = f"its disk format is {disk.decode('ascii', 'replace')!r}; STL25.01 and STL30.01 are read"
        remedy = "conform it to 25 frames a second first, or export it again as STL25.01"
        raise FormatError("AP-FORMAT-151", why, file=file, at="byte 3", remedy=remedy)
    if table.strip() not in (b"", b"00", *_CODE_TABLES):
        why = f"its code table is {table.decode('ascii', 'replace')!r}, which EBU Tech 3264 does not have"
        remedy = "export it again with code table 00 (Latin) or 01 to 04"
        raise FormatError("AP-FORMAT-151", why, file=file, at="byte 12", remedy=remedy)
    language = _LANGUAGES.get(data[14:16].decode("ascii", "replace").upper(), "")
    name = _CODE_TABLES.get(table)

    def decode(text: bytes) -> str:
        return text.decode(name, "replace") if name else decode_latin(text, language)

    numbers = [int(one) if one.isdigit() else None for one in (data[253:255], data[256:264], data[238:243])]
    rows, programme, blocks = numbers
    base = int(rate)
    start = 0
    if programme:
        hours, minutes, seconds, frames = (programme // 100**power % 100 for power in (3, 2, 1, 0))
        if minutes < 60 and seconds < 60 and frames < base:
            start = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    teletext = data[11:12] in (b"1", b"2")
    title = data[16:48].decode(_PAGES.get(data[0:3], "cp850"), "replace").strip(" \0")
    return _Header(
        rate, decode, teletext, ROWS if teletext or not rows else rows, start, language, title, blocks
    )


def _subtitles(data: bytes, notes: dict[str, None]) -> list[_Subtitle]:
    """The subtitles of the blocks, extension blocks joined to the first of theirs."""
    found: list[_Subtitle] = []
    first: _Subtitle | None = None
    for number, at in enumerate(range(0, len(data), BLOCK), start=1):
        block = data[at : at + BLOCK]
        extension = block[3]
        if block[15] == 1:
            notes["comments were left out"] = None
            continue
        if _USER_DATA <= extension < _LAST:
            notes["user data was left out"] = None
            continue
        if first is not None and block[1:3] != first.block[1:3]:
            found.append(first)
            first = None
        text = block[BLOCK - FIELD :].rstrip(bytes([_UNUSED]))
        whole = first._replace(text=first.text + text) if first else _Subtitle(block, text, number)
        first = None if extension == _LAST else whole
        found += [whole] if first is None else []
    return found + ([first] if first is not None else [])


def _cue(
    one: _Subtitle, start: int, end: int, header: _Header, notes: dict[str, None], file: str | None
) -> Cue:
    if end < start:
        why, remedy = "this subtitle ends before it starts", "correct its time codes"
        raise FormatError("AP-FORMAT-051", why, file=file, at=f"block {one.number}", remedy=remedy)
    if one.block[4]:
        notes["cumulative subtitles were read one by one"] = None
    lines = _lines(one.text, header, notes)
    tall = 2 if _DOUBLE_HEIGHT in one.text else 1
    middle = (one.block[13] + (len(lines) * tall - 1) / 2) / header.rows  # 0 at the top, 1 at the bottom
    place: Place = "top" if middle < 1 / 3 else "bottom" if middle > 2 / 3 else "middle"
    return Cue(
        range=Range.of_ticks(start, end, header.rate),
        text=marked(lines),
        identifier=str(int.from_bytes(one.block[1:3], "little")),
        place=place,
        align=_JUSTIFIED[one.block[14] & 3],
    )


def _lines(text: bytes, header: _Header, notes: dict[str, None]) -> list[list[Run]]:
    """The lines of a text field. A teletext control code takes a cell, which shows as a space."""
    lines: list[list[Run]] = [[]]
    said = bytearray()
    style = [False, False]  # italic, underline

    def close() -> None:
        run = re.sub(" +", " ", header.decode(bytes(said)))
        lines[-1].append(Run(run, italic=style[0], underline=style[1]))
        if "\ufffd" in run:
            notes["some bytes are no letters of its code table and were read as \ufffd"] = None
        said.clear()

    for byte in text:
        if byte in _STYLE_CODES or byte == _NEWLINE:
            close()
        if byte == _NEWLINE:
            lines.append([])
            style = [False, False] if header.teletext else style
        elif byte in _STYLE_CODES:
            which, on = _STYLE_CODES[byte]
            style[which] = on
        elif byte < 0x20:
            said.append(0x20)
            if byte < 0x07:
                notes["colours were left out"] = None
        elif not 0x7F <= byte < 0xA0:
            said.append(byte)
    close()
    return tidy_lines(lines)


def _frame(code: bytes, rate: Fraction, one: _Subtitle, file: str | None) -> int:
    hours, minutes, seconds, frames = code
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= rate:
        label = f"{hours:02d}:{minutes:02d}:{seconds:02d}:{frames:02d}"
        why, remedy = f"{label} does not exist at {rate} frames a second", "correct it, or export it again"
        raise FormatError("AP-FORMAT-153", why, file=file, at=f"block {one.number}", remedy=remedy)
    return ((hours * 60 + minutes) * 60 + seconds) * int(rate) + frames


def _code_table(cues: list[list[list[Run]]]) -> tuple[bytes, Callable[[str], bytes]]:
    """The first code table that holds every letter of the cues."""
    tables: list[tuple[bytes, Callable[[str], bytes]]] = [(b"00", encode_latin)]
    tables += [(code, _encoder(name)) for code, name in _CODE_TABLES.items()]
    missing: list[tuple[int, str]] = []
    for code, encode in tables:
        at = 0
        try:
            for at, lines in enumerate(cues, start=1):  # noqa: B007  # told where encoding stops
                for run in (run for line in lines for run in line):
                    encode(run.text)
            return code, encode
        except UnicodeEncodeError as error:
            missing.append((at, error.object[error.start]))
    at, letter = max(missing, key=lambda one: one[0])
    raise FormatError(
        "AP-FORMAT-152",
        f"no code table of EBU STL holds {letter!r} (U+{ord(letter):04X}) beside the other letters",
        at=f"cue {at}",
        remedy="replace it (… by three points, – by a hyphen), or write another format",
    )


def _encoder(name: str) -> Callable[[str], bytes]:
    def encode(text: str) -> bytes:
        data = text.encode(name)
        control = next((at for at, byte in enumerate(data) if byte < 0x20 or 0x7F <= byte < 0xA0), None)
        if control is not None:
            raise UnicodeEncodeError(name, text, control, control + 1, "a control character")
        return data

    return encode


def _text_field(lines: list[list[Run]], encode: Callable[[str], bytes]) -> bytes:
    """A subtitle's text with its codes; what is switched on in a line is switched off at its end."""
    written: list[bytes] = []
    for line in lines:
        field = bytearray()
        before = Run("")
        for run in [*line, Run("")]:
            for on, off, earlier, after in (
                (0x80, 0x81, before.italic, run.italic),
                (0x82, 0x83, before.underline, run.underline),
            ):
                field += bytes([on if after else off]) if earlier != after else b""
            field += encode(run.text)
            before = run
        written.append(bytes(field))
    return bytes([_NEWLINE]).join(written)


def _blocks(cue: Cue, number: int, text: bytes, lines: int, rate: Fraction) -> list[bytes]:
    """A cue's TTI blocks. The last ends in at least one unused byte, as section 4.3 asks."""
    times = b"".join(_time_code(time.frame(rate), rate, number) for time in (cue.range.start, cue.range.end))
    row = {"top": 1, "middle": (ROWS - lines) // 2 + 1, "bottom": ROWS - lines}[cue.place]
    code = {"left": 1, "center": 2, "right": 3}[cue.align]
    count = len(text) // FIELD + 1
    if count > _USER_DATA or lines > ROWS:
        raise _too_much("its text is more than a subtitle of EBU STL holds", number)
    return [
        b"\0" + (number & 0xFFFF).to_bytes(2, "little") + bytes([at if at < count - 1 else _LAST, 0])
        + times + bytes([max(row, 1), code, 0])
        + text[at * FIELD : (at + 1) * FIELD].ljust(FIELD, bytes([_UNUSED]))
        for at in range(count)
    ]  # fmt: skip


def _time_code(frame: int, rate: Fraction, number: int) -> bytes:
    if frame < 0:
        why = "a subtitle cannot begin before the cut does"
        raise FormatError("AP-FORMAT-052", why, at=f"cue {number}", remedy="move it into the cut")
    seconds, frames = divmod(frame, int(rate))
    if seconds >= 24 * 3600:
        raise _too_much("EBU STL counts no further than a day", number)
    return bytes([seconds // 3600, seconds // 60 % 60, seconds % 60, frames])


def _language_code(language: str) -> bytes:
    return _LANGUAGE_CODES.get(language.partition("-")[0].casefold(), "00").encode("ascii")


def _too_much(why: str, number: int) -> FormatError:
    return FormatError("AP-FORMAT-153", why, at=f"cue {number}", remedy="split it, or write one file a reel")


def _broken(why: str, file: str | None, at: str) -> FormatError:
    return FormatError("AP-FORMAT-150", why, file=file, at=at, remedy="copy it again, or export it again")
