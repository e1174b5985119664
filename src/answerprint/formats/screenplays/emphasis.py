"""Fountain's emphasis (`*italic*`, `**bold**`, `_underlined_`) as styled runs, and runs as emphasis.

Every screenplay of the model keeps its emphasis as Fountain writes it, whatever file it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_TOKEN = re.compile(r"\\[*_\\]|\*{1,3}|_|\\|[^*_\\]+")
_MARKS = {"*": ("italic",), "**": ("bold",), "***": ("bold", "italic"), "_": ("underline",)}


class Run(NamedTuple):
    """A stretch of text in one style. The text has no marks and no escapes."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False


def runs(text: str) -> tuple[Run, ...]:
    """The text's styled runs. Emphasis never crosses a line; a mark without its partner is a character."""
    found: list[Run] = []
    for at, line in enumerate(text.split("\n")):
        if at:
            _append(found, "\n", set())
        _line_runs(line, found)
    return tuple(found)


def marked(pieces: Iterable[Run]) -> str:
    """Runs as Fountain writes them; characters that would read as marks are escaped.

    Spaces at the edge of a styled run stand outside its marks, where Fountain can read them.
    """
    parts: list[str] = []
    for run in pieces:
        for at, line in enumerate(run.text.split("\n")):
            parts += ["\n"] * (at > 0) + [_marked_line(line, run)]
    return "".join(parts)


def _marked_line(line: str, run: Run) -> str:
    body = line.strip(" \t")
    escaped = re.sub(r"([*_\\])", r"\\\1", body)
    if not body or not (run.bold or run.italic or run.underline):
        return re.sub(r"([*_\\])", r"\\\1", line)
    stars = "*" * (2 * run.bold + run.italic)
    low = "_" * run.underline
    before = line[: len(line) - len(line.lstrip(" \t"))]
    after = line[len(line.rstrip(" \t")) :]
    return f"{before}{low}{stars}{escaped}{stars}{low}{after}"


def _line_runs(line: str, found: list[Run]) -> None:
    tokens = [(match[0], match.start(), match.end()) for match in _TOKEN.finditer(line)]
    closers: dict[str, list[int]] = {}
    for token, start, _ in tokens:
        if token in _MARKS and start and not line[start - 1].isspace():
            closers.setdefault(token, []).append(start)
    opened: list[str] = []
    for token, start, end in tokens:
        style = {name for mark in opened for name in _MARKS[mark]}
        if token not in _MARKS:
            escape = len(token) == 2 and token[0] == "\\"
            _append(found, token[1] if escape else token, style)
            continue
        can_close = start > 0 and not line[start - 1].isspace()
        can_open = end < len(line) and not line[end].isspace()
        if can_close and token in opened:
            opened.remove(token)
        elif can_close and token == "***" and {"*", "**"} <= set(opened):
            opened = [mark for mark in opened if mark == "_"]
        elif can_open and _closes_later(closers, token, end):
            opened.append(token)
        else:
            _append(found, token, style)


def _closes_later(closers: dict[str, list[int]], token: str, after: int) -> bool:
    places = closers.get(token, [])
    if places and places[-1] > after:
        return True
    more = closers.get("***", [])
    return token in ("*", "**") and bool(more) and more[-1] > after


def _append(found: list[Run], text: str, style: set[str]) -> None:
    run = Run(text, "bold" in style, "italic" in style, "underline" in style)
    if found and found[-1][1:] == run[1:]:
        found[-1] = run._replace(text=found[-1].text + text)
    else:
        found.append(run)
