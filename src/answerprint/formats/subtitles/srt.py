"""SubRip files (.srt): numbered cues with millisecond times."""

from __future__ import annotations

import re
from collections.abc import Iterable

from answerprint.core.errors import FormatError
from answerprint.core.time import Range
from answerprint.formats.subtitles.clock import clock_label, read_clock
from answerprint.formats.subtitles.model import Cue
from answerprint.formats.text import one_line_end

_CLOCK = r"\d{1,3}:\d{2}:\d{2}[,.]\d{1,3}"
_TIMES = re.compile(rf"\s*({_CLOCK})\s*-->\s*({_CLOCK})\s*(.*)")


def write_srt(cues: Iterable[Cue]) -> str:
    """The cues as SubRip, in time order, numbered from 1; times at the nearest millisecond.

    Blank lines inside a cue would end it there and are left out.
    """
    blocks: list[str] = []
    for number, cue in enumerate(sorted(cues, key=lambda one: one.range.start), start=1):
        lines = [line.strip() for line in one_line_end(cue.text).split("\n") if line.strip()]
        times = f"{clock_label(cue.range.start, ',')} --> {clock_label(cue.range.end, ',')}"
        blocks.append("\n".join([str(number), times, *lines]) + "\n")
    return "\n".join(blocks)


def read_srt(text: str, *, file: str | None = None) -> list[Cue]:
    """The cues in written order, times in ticks of 1/1000 s. Numbers are kept as identifiers.

    Raises FormatError AP-FORMAT-050 for a line that belongs to no cue or a time that cannot be read,
    AP-FORMAT-051 for a cue that ends before it starts.
    """
    lines = one_line_end(text).split("\n")
    cues: list[Cue] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        identifier = ""
        if "-->" not in lines[at]:
            identifier = lines[at].strip()
            at += 1
        match = _TIMES.fullmatch(lines[at]) if at < len(lines) else None
        if match is None or not (identifier == "" or identifier.isdigit()):
            raise FormatError(
                "AP-FORMAT-050",
                "a cue is a number, a line `00:00:01,000 --> 00:00:02,000`, and its text",
                file=file,
                at=f"line {min(at, len(lines) - 1) + 1}",
                remedy="correct the line, or export the file again",
            )
        start, end = (read_clock(one, file, at + 1) for one in match.groups()[:2])
        if end < start:
            raise FormatError(
                "AP-FORMAT-051", "this cue ends before it starts", file=file, at=f"line {at + 1}"
            )
        at += 1
        said: list[str] = []
        while at < len(lines) and lines[at].strip():
            said.append(lines[at].rstrip())
            at += 1
        cues.append(Cue(range=Range(start, end), text="\n".join(said), identifier=identifier))
    return cues
