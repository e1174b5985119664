"""Reads a screenplay from plain text, its layout kept or lost, by way of the line tagger."""

from __future__ import annotations

from pathlib import Path

import msgspec

from answerprint.core.errors import FormatError
from answerprint.formats.screenplays.model import Screenplay
from answerprint.formats.screenplays.tagger import TaggedLine, tag_lines
from answerprint.formats.screenplays.tagger.paragraphs import screenplay_of
from answerprint.formats.text import guessed_encoding, read_text

LINE_LIMIT = 100_000  # characters: a whole chapter fits; a line above it is no line of a script
LINES_LIMIT = 400_000  # the longest shooting script has a twentieth of it


def read_plain(path: Path) -> Screenplay:
    """The screenplay of a plain text file.

    Lines the tagger doubted are findings that need a person. Raises what `plain_lines` raises.
    """
    lines, encoding = plain_lines(path)
    screenplay = screenplay_of(lines, tag_lines(lines), form="text")
    if encoding == "cp1252":
        screenplay = msgspec.structs.replace(
            screenplay, findings=(guessed_encoding(path.name), *screenplay.findings)
        )
    return screenplay


def tag_plain(path: Path) -> list[TaggedLine]:
    """The file's lines that are not blank, each with its tag. Raises what `plain_lines` raises."""
    return tag_lines(plain_lines(path)[0])


def plain_lines(path: Path) -> tuple[list[str], str]:
    """A text file's lines with their indentation, and its encoding.

    A form feed ends a page and counts as a blank in its line. Raises what `read_text` raises;
    FormatError AP-FORMAT-185 for a line beyond any script's, AP-FORMAT-186 when nothing is in the file,
    AP-FORMAT-187 when it has more lines than any script.
    """
    text, encoding = read_text(path)
    lines = text.replace("\f", "").replace("\x0b", "").split("\n")
    for number, line in enumerate(lines, start=1):
        if len(line) > LINE_LIMIT:
            raise FormatError(
                "AP-FORMAT-185",
                f"a line of {len(line)} characters: its line ends are lost, or it is no screenplay",
                file=str(path),
                at=f"line {number}",
                remedy="export it again as plain text with line ends",
            )
    if not text.strip():
        raise FormatError(
            "AP-FORMAT-186", "there is nothing in it", file=str(path), remedy="check that the export worked"
        )
    if len(lines) > LINES_LIMIT:
        raise FormatError(
            "AP-FORMAT-187",
            f"{len(lines)} lines: this is no screenplay",
            file=str(path),
            remedy="give one screenplay a file",
        )
    return lines, encoding
