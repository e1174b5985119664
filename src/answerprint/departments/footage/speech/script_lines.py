"""The lines a reading is held against: of a screenplay in any format, or of a plain text, one line each."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from answerprint.core.errors import FootageError
from answerprint.formats.screenplays.model import Line, spoken_words
from answerprint.formats.screenplays.registry import read_screenplay
from answerprint.formats.text import read_text

_NAMED = re.compile(r"([A-Z][A-Z0-9 .'’-]{0,30}):\s+(\S.*)")


def lines_in(path: Path) -> tuple[Line, ...]:
    """Every speech of a screenplay; of a text without headings every line, a `NAME:` before it the speaker.

    Raises FootageError AP-FOOTAGE-020 when nothing is said in it, and what read_screenplay raises.
    """
    screenplay = read_screenplay(path)
    lines = screenplay.lines()
    if screenplay.format == "text" and not any(scene.place for scene in screenplay.scenes):
        text, _ = read_text(path)
        lines = plain_lines(text)
    if not any(spoken_words(line.text) for line in lines):
        raise FootageError(
            "AP-FOOTAGE-020",
            "nobody says anything in this script",
            file=str(path),
            remedy="give a screenplay with dialogue, or a text with one spoken line a line",
        )
    return tuple(lines)


def plain_lines(text: str) -> tuple[Line, ...]:
    """The lines of a plain text that have words in them."""
    found: list[Line] = []
    for number, row in enumerate(text.split("\n"), start=1):
        named = _NAMED.fullmatch(row.strip())
        said = named[2] if named else row.strip()
        if spoken_words(said):
            digest = hashlib.sha256(f"{number}|{said}".encode()).hexdigest()[:12]
            found.append(
                Line(
                    key=digest,
                    scene="",
                    number=len(found) + 1,
                    character=named[1] if named else "",
                    text=said,
                    source_line=number,
                )
            )
    return tuple(found)
