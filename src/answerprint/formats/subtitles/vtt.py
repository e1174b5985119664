"""WebVTT files (.vtt), https://www.w3.org/TR/webvtt1/: cues, identifiers, settings, and who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from answerprint.core.errors import FormatError
from answerprint.core.time import Range
from answerprint.formats.subtitles.clock import clock_label, read_clock
from answerprint.formats.subtitles.model import Cue
from answerprint.formats.text import one_line_end

_CLOCK = r"(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}"
_TIMES = re.compile(rf"\s*({_CLOCK})\s+-->\s+({_CLOCK})(?:\s+(.*?))?\s*")
_BLOCKS = ("NOTE", "STYLE", "REGION")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>(.*?)(?:</v>)?", re.DOTALL)
_MARKS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&nbsp;": "\u00a0", "&lrm;": "\u200e", "&rlm;": "\u200f", "&amp;": "&"}


def write_vtt(cues: Iterable[Cue]) -> str:
    """The cues as WebVTT, in time order; the speaker as a voice span; `<i>`, `<b>`, `<u>` kept as markup."""
    blocks = ["WEBVTT\n"]
    for cue in sorted(cues, key=lambda one: one.range.start):
        times = f"{clock_label(cue.range.start, '.')} --> {clock_label(cue.range.end, '.')}"
        lines = [line.strip() for line in one_line_end(cue.text).split("\n") if line.strip()]
        said = "\n".join(_escaped(line) for line in lines)
        if cue.speaker:
            name = re.sub(r"[\s>]+", " ", cue.speaker).strip().replace("&", "&amp;")
            said = f"<v {name}>{said}"
        head = [_one_line(cue.identifier)] if _one_line(cue.identifier) else []
        settings = _one_line(cue.settings)
        blocks.append("\n".join([*head, f"{times} {settings}".rstrip(), said]).rstrip("\n") + "\n")
    return "\n".join(blocks)


def read_vtt(text: str, *, file: str | None = None) -> list[Cue]:
    """The cues in written order, times in ticks of 1/1000 s. NOTE, STYLE and REGION blocks are passed over.

    Raises FormatError AP-FORMAT-053 when the text does not begin with WEBVTT, AP-FORMAT-050 for times that
    cannot be read, AP-FORMAT-051 for a cue that ends before it starts.
    """
    lines = one_line_end(text).split("\n")
    if not re.match(r"WEBVTT(?:[ \t].*)?$", lines[0]):
        raise FormatError("AP-FORMAT-053", "a WebVTT file begins with WEBVTT", file=file, at="line 1")
    cues: list[Cue] = []
    at = 1
    while at < len(lines) and lines[at].strip():  # the header's own lines
        at += 1
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        first = at
        while at < len(lines) and lines[at].strip():
            at += 1
        block = lines[first:at]
        if block[0].split()[0] in _BLOCKS and not any("-->" in line for line in block[:2]):
            continue
        cues.append(_cue(block, first + 1, file))
    return cues


def _cue(block: list[str], line: int, file: str | None) -> Cue:
    identifier = ""
    if "-->" not in block[0]:
        identifier, block, line = block[0].strip(), block[1:], line + 1
    match = _TIMES.fullmatch(block[0]) if block else None
    if match is None:
        raise FormatError(
            "AP-FORMAT-050",
            "a cue has a line `00:00:01.000 --> 00:00:02.000` above its text",
            file=file,
            at=f"line {line}",
            remedy="correct the line, or export the file again",
        )
    start, end = (read_clock(one, file, line) for one in match.groups()[:2])
    if end < start:
        raise FormatError("AP-FORMAT-051", "this cue ends before it starts", file=file, at=f"line {line}")
    said = "\n".join(one.rstrip() for one in block[1:])
    voice = _VOICE.fullmatch(said)
    return Cue(
        range=Range(start, end),
        text=_unescaped(voice[2] if voice else said),
        speaker=_unescaped(voice[1]).strip() if voice else None,
        identifier=identifier,
        settings=match[3] or "",
    )


def _one_line(text: str) -> str:
    """An identifier or settings fit for their line: no break, no arrow."""
    return " ".join(text.replace("-->", " ").split())


def _escaped(text: str) -> str:
    """Text with its characters escaped and the three markup tags the model knows kept."""
    parts = re.split(r"(</?[ibu]>)", text)
    return "".join(
        part if index % 2 else re.sub("[&<>]", lambda found: _MARKS[found[0]], part)
        for index, part in enumerate(parts)
    )


def _unescaped(text: str) -> str:
    return re.sub("|".join(_ENTITIES), lambda found: _ENTITIES[found[0]], text)
