"""Subtitle files of any kind by their suffix, and what SubRip and WebVTT say of place and style."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from msgspec.structs import replace

from answerprint.core.errors import FormatError, UsageError
from answerprint.formats.subtitles.ass import (
    Look,
    keypad_of,
    keypad_place,
    marked,
    override_lines,
    read_ass,
    styled_lines,
    write_ass,
)
from answerprint.formats.subtitles.model import Align, Cue, Place, SubtitleFile
from answerprint.formats.subtitles.scc import read_scc, write_scc
from answerprint.formats.subtitles.srt import read_srt, write_srt
from answerprint.formats.subtitles.stl import SIGNATURE, read_stl, write_stl
from answerprint.formats.subtitles.ttml import read_ttml, write_ttml
from answerprint.formats.subtitles.vtt import read_vtt, write_vtt
from answerprint.formats.text import TEXT_LIMIT, decode_text, read_head

SUFFIXES = (".srt", ".vtt", ".ttml", ".dfxp", ".xml", ".stl", ".scc", ".ass", ".ssa")

_FONT = re.compile(r"</?font(?:\s[^<>]*)?>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([ibu])>", re.IGNORECASE)
_OVERRIDES = re.compile(r"\{\\[^{}]*\}")
_VTT_STYLED = re.compile(r"<([ibu])(?:\.[^\s<>]*)?(?:\s[^<>]*)?>")
_VTT_PLAIN = re.compile(
    r"</?(?:c|lang|ruby|rt|v)(?:\.[^\s<>]*)?(?:\s[^<>]*)?>|<(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}>"
)
_VTT_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]+)>")
_SETTING = re.compile(r"(\w+):(\S+)")
_LINE = re.compile(r"(-?\d{1,4}(?:\.\d{1,9})?)(%?)(?:,.*)?", re.ASCII)
_VTT_ROWS = 15  # rows that WebVTT counts lines in, when it counts lines
_VTT_ALIGNS: dict[str, Align] = {"start": "left", "left": "left", "end": "right", "right": "right"}
_VTT_LINES = {"top": "line:5%", "middle": "line:45%"}


def read_subtitle_file(path: Path) -> SubtitleFile:
    """The cues of a subtitle file, in the format its suffix names.

    `<font>` tags and SubStation overrides in SubRip, and classes and voices in WebVTT, become the cue's
    place, style and speaker; any other tag stays in the text as it is written. Raises UsageError AP-USE-680
    for an unknown suffix, AP-USE-010 when the file cannot be opened, FormatError AP-FORMAT-059 for an .stl of
    the text kind (Spruce), and what each format raises.
    """
    suffix = _suffix(path)
    data = read_head(path, TEXT_LIMIT + 1)
    if len(data) > TEXT_LIMIT:
        why = f"larger than {TEXT_LIMIT // 2**20} MiB: this is no subtitle file"
        raise FormatError("AP-FORMAT-002", why, file=str(path), remedy="check what it is")
    if suffix in (".ttml", ".dfxp", ".xml"):
        return read_ttml(data, file=str(path))
    if suffix == ".stl":
        if data[3:6] != SIGNATURE and _spruce(data):
            why = "is an STL of text (Spruce), not the EBU's: only the EBU's is read"
            remedy = "open it in the program it came from and export EBU STL, SubRip or TTML"
            raise FormatError("AP-FORMAT-059", why, file=str(path), at="byte 3", remedy=remedy)
        return read_stl(data, file=str(path))
    text, encoding = decode_text(data, file=str(path))
    read: dict[str, Callable[[str, str], SubtitleFile]] = {
        ".srt": _read_srt,
        ".vtt": _read_vtt,
        ".scc": lambda text, file: read_scc(text, file=file),
        ".ass": lambda text, file: read_ass(text, file=file),
        ".ssa": lambda text, file: read_ass(text, file=file),
    }
    found = read[suffix](text, str(path))
    if encoding != "cp1252":
        return found
    note = "it is not UTF-8 and was read as Windows-1252: check its accented letters"
    return replace(found, notes=(*found.notes, note))


def write_subtitles(file: SubtitleFile, path: Path, *, rate: Fraction | None) -> bytes:
    """The bytes of a subtitle file in the format its suffix names; nothing is written to the path.

    .ttml and .dfxp are TTML1, .xml is IMSC 1.1 Text, .ssa is written as .ass is. rate: the frame rate that
    TTML and EBU STL count in, the file's own where it is None. Raises UsageError AP-USE-680 for an unknown
    suffix, FormatError AP-FORMAT-159 where a rate is needed and there is none, and what each format raises.
    """
    suffix = _suffix(path)
    if suffix == ".srt":
        return write_srt([_for_srt(cue) for cue in file.cues]).encode("utf-8")
    if suffix == ".vtt":
        return write_vtt([_for_vtt(cue) for cue in file.cues]).encode("utf-8")
    if suffix == ".scc":
        return write_scc(file).encode("ascii")
    if suffix in (".ass", ".ssa"):
        return write_ass(file).encode("utf-8")
    counted = rate or file.rate
    if counted is None:
        why = f"{suffix} counts in frames, and no frame rate is known"
        raise FormatError("AP-FORMAT-159", why, file=str(path), remedy="give --rate, such as --rate 25")
    if suffix == ".stl":
        return write_stl(file, rate=counted)
    return write_ttml(file, rate=counted, profile="imsc1.1" if suffix == ".xml" else "ttml1")


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(
            "AP-USE-680",
            f"{suffix or 'a name without a suffix'} is no subtitle format that is known",
            file=str(path),
            remedy=f"one of {' '.join(SUFFIXES)}",
        )
    return suffix


def _spruce(data: bytes) -> bool:
    """Text with no control characters: the other kind of .stl, lines of `start , end , text`."""
    return bool(data) and not any(byte < 0x09 for byte in data[:1024])


def _read_srt(text: str, file: str) -> SubtitleFile:
    notes: dict[str, None] = {}
    cues = tuple(_from_srt(cue, notes) for cue in read_srt(text, file=file))
    return SubtitleFile(cues=cues, format="srt", notes=tuple(notes))


def _read_vtt(text: str, file: str) -> SubtitleFile:
    notes: dict[str, None] = {}
    cues = tuple(_from_vtt(cue, notes) for cue in read_vtt(text, file=file))
    language = re.search(r"^Language:\s*([A-Za-z0-9-]{2,35})\s*$", text.split("\n\n", 1)[0], re.MULTILINE)
    return SubtitleFile(cues=cues, format="vtt", language=language[1] if language else "", notes=tuple(notes))


def _from_srt(cue: Cue, notes: dict[str, None]) -> Cue:
    """A SubRip cue with what players read in its text: `<font>`, `{\\an8}`, tags in capitals."""
    text = _TAG.sub(lambda tag: tag[0].lower(), _FONT.sub("", cue.text))
    if _FONT.search(cue.text):
        notes["font tags were left out"] = None
    if not _OVERRIDES.search(text):
        return replace(cue, text=marked(styled_lines(text)))
    pieces: list[str] = []
    key = 0
    for part in re.split(r"(\{\\[^{}]*\})", text):
        if _OVERRIDES.fullmatch(part):
            part, key = _override(part, key, notes)
        pieces.append(part)
    place, align = keypad_place(key or keypad_of(cue))
    return replace(cue, text=marked(styled_lines("".join(pieces))), place=place, align=align)


def _override(block: str, key: int, notes: dict[str, None]) -> tuple[str, int]:
    """A SubStation override as tags, and the keypad place it sets, the first one counting."""
    tags = "".join(
        f"<{'' if on == '1' else '/'}{tag}>" for tag, on in re.findall(r"\\([ibu])([01])(?=[\\}])", block)
    )
    _, told, _ = override_lines(block, Look(keypad=0), {}, notes)
    return tags, key or told


def _from_vtt(cue: Cue, notes: dict[str, None]) -> Cue:
    """A WebVTT cue with its settings as place and alignment, and its classes and further voices taken out."""
    voices = [cue.speaker] if cue.speaker else []
    voices += [" ".join(voice.split()) for voice in _VTT_VOICE.findall(cue.text)]
    text = _VTT_STYLED.sub(r"<\1>", cue.text)
    if _VTT_PLAIN.search(text):
        notes["classes, languages, ruby and karaoke times were left out"] = None
    text = marked(styled_lines(_VTT_PLAIN.sub("", text)))
    told = dict(_SETTING.findall(cue.settings))
    return replace(
        cue,
        text=text,
        speaker=", ".join(dict.fromkeys(voices)) or None,
        place=_vtt_place(told.get("line", "")),
        align=_VTT_ALIGNS.get(told.get("align", ""), "center"),
    )


def _vtt_place(line: str) -> Place:
    """Where a `line` setting puts a cue: in per cent, or in rows from the top or, below 0, the bottom."""
    match = _LINE.fullmatch(line)
    if match is None:
        return "bottom"
    number = Fraction(match[1])
    down = number / 100 if match[2] else (number if number >= 0 else _VTT_ROWS + number) / _VTT_ROWS
    return "top" if down < Fraction(1, 3) else "middle" if down < Fraction(3, 5) else "bottom"


def _for_srt(cue: Cue) -> Cue:
    key = keypad_of(cue)
    return cue if key == Look().keypad else replace(cue, text=f"{{\\an{key}}}{cue.text}")


def _for_vtt(cue: Cue) -> Cue:
    """A cue whose place and alignment are settings, unless it brings settings that say them."""
    told = dict(_SETTING.findall(cue.settings))
    more = [_VTT_LINES[cue.place]] if cue.place != "bottom" and "line" not in told else []
    more += [f"align:{cue.align}"] if cue.align != "center" and "align" not in told else []
    return replace(cue, settings=" ".join([cue.settings, *more]).strip())
