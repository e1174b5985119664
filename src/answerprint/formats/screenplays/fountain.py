"""Reads Fountain, the plain-text screenplay format (fountain.io/syntax), into the screenplay model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from answerprint.core.findings import Evidence, Finding
from answerprint.formats.screenplays.headings import is_heading, make_scene, number_scenes
from answerprint.formats.screenplays.model import Element, ElementKind, Scene, Screenplay
from answerprint.formats.text import one_line_end, read_text

TAB_WIDTH = 4  # spaces, as the Fountain specification reads tabs
TITLE_INDENT = 3  # spaces that continue a title-page value
KNOWN_TITLE_KEYS = frozenset(
    (
        "title",
        "credit",
        "author",
        "authors",
        "written by",
        "source",
        "notes",
        "date",
        "draft date",
        "contact",
        "copyright",
        "revision",
        "format",
    )
)

_TITLE_KEY = re.compile(r"(?P<key>[^\W\d_][^:]{0,39}):[ \t]*(?P<value>.*)")
_CUE = re.compile(r"(?P<name>[^()^]*[^()^\s])(?P<extensions>(?:\s*\([^()]*\))*)\s*(?P<dual>\^)?")
_CONTINUED = re.compile(r"cont(?:['’]?d|inued|inuing)?\.?", re.IGNORECASE)
_BOUNDARY = re.compile(r"/\*|\[\[")


def read_fountain(source: str | Path) -> Screenplay:
    """The screenplay of a Fountain text (str) or file (Path).

    A script without scenes or dialogue is read as it is: the caller decides. Findings say what was guessed
    (an encoding, a scene number written twice). Raises what `read_text` raises for a file.
    """
    findings: list[Finding] = []
    if isinstance(source, Path):
        text, encoding = read_text(source)
        if encoding == "cp1252":
            findings.append(_guessed_encoding(source.name))
    else:
        text = one_line_end(source)
    lines = _source_lines(text.expandtabs(TAB_WIDTH))
    title_page, body = _title_page(lines)
    scenes, doubtful = number_scenes(_Reader(lines[body:]).scenes())
    title = next((value for key, value in title_page.items() if key.casefold() == "title"), "")
    return Screenplay(
        title=" ".join(plain(title).split()),
        title_page=title_page,
        scenes=scenes,
        findings=(*findings, *doubtful),
    )


def plain(text: str) -> str:
    """Text without Fountain's emphasis marks; escaped marks stay as characters."""
    kept = re.sub(r"(?<!\\)(?:\*{1,3}|_)(?=\S)(.+?)(?<=\S)(?<!\\)(?:\*{1,3}|_)", r"\1", text)
    kept = re.sub(r"(?<!\\)(?:\*{1,3}|_)(?=\S)(.+?)(?<=\S)(?<!\\)(?:\*{1,3}|_)", r"\1", kept)
    return re.sub(r"\\([*_\\])", r"\1", kept)


@dataclass
class _SourceLine:
    """A line as printed: boneyard gone, notes taken out and kept beside it."""

    number: int
    text: str
    notes: list[tuple[int, str]] = field(default_factory=list)

    @property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def held_open(self) -> bool:
        """Two spaces alone: a blank line that belongs to the dialogue."""
        return self.blank and len(self.text) >= 2


def _source_lines(text: str) -> list[_SourceLine]:
    """Lines with boneyard removed and notes collected. What spans lines leaves one line, blank or not."""
    lines: list[_SourceLine] = []
    position, number = 0, 1
    current = _SourceLine(1, "")
    notes_of_line: list[tuple[int, str]] = []
    removed = spanned = False

    def close() -> None:
        """End the current line. One that held only a note or a one-line boneyard was never printed."""
        nonlocal removed, spanned, notes_of_line
        if removed and not spanned and current.blank and lines:
            lines[-1].notes.extend(notes_of_line)
        else:
            current.notes = notes_of_line
            lines.append(current)
        notes_of_line, removed, spanned = [], False, False

    while position < len(text):
        if text[position] == "\n":
            close()
            number, position = number + 1, position + 1
            current = _SourceLine(number, "")
            continue
        end_of_line = text.find("\n", position)
        stop = len(text) if end_of_line < 0 else end_of_line
        mark = _BOUNDARY.search(text, position, stop)
        if mark is None:
            current.text += text[position:stop]
            position = stop
            continue
        end = _boneyard_end(text, mark.start()) if mark[0] == "/*" else _note_end(text, mark.start())
        if end is None:  # never closed: ordinary characters
            current.text += text[position : mark.end()]
            position = mark.end()
            continue
        current.text += text[position : mark.start()]
        inside = text[mark.end() : end - 2]
        if mark[0] == "[[":
            notes_of_line.append((number, inside.strip()))
        removed = True
        crossed = inside.count("\n")
        spanned = spanned or (crossed > 0 and mark[0] == "/*")
        number += crossed
        position = end
    close()
    return lines


def _boneyard_end(text: str, start: int) -> int | None:
    end = text.find("*/", start + 2)
    return None if end < 0 else end + 2


def _note_end(text: str, start: int) -> int | None:
    """Where a note ends. A blank line breaks it unless it holds two spaces."""
    end = text.find("]]", start + 2)
    if end < 0:
        return None
    broken = re.compile(r"\n ?(?=\n)").search(text, start, end)
    return None if broken else end + 2


def _title_page(lines: list[_SourceLine]) -> tuple[dict[str, str], int]:
    """The title page's values, lines joined by newlines, and the index of the first line after it.

    A script may open without one, so a page counts only when a key that title pages have is on it:
    an opening `FADE IN:` or `She says: no.` is none.
    """
    values: dict[str, list[str]] = {}
    key: str | None = None
    at = 0
    while at < len(lines) and lines[at].blank:
        at += 1
    while at < len(lines) and not lines[at].blank:
        text = lines[at].text
        if key is not None and text.startswith(" " * TITLE_INDENT):
            values[key].append(text.strip())
        else:
            match = _TITLE_KEY.fullmatch(text)
            if match is None or is_heading(text):
                break
            key = match["key"].strip()
            values[key] = [match["value"].strip()] if match["value"].strip() else []
        at += 1
    if not any(one.casefold() in KNOWN_TITLE_KEYS for one in values):
        return {}, 0
    return {name: "\n".join(parts) for name, parts in values.items()}, at


class _Reader:
    """Walks the lines once, deciding each element by the specification's rules in their order."""

    def __init__(self, lines: list[_SourceLine]) -> None:
        self.lines = lines
        self.at = 0
        self.opened: list[tuple[Element | None, list[Element]]] = [(None, [])]

    def scenes(self) -> list[Scene]:
        """Scenes in order, numbers as written or empty; the one before any heading only if it holds text."""
        while self.at < len(self.lines):
            start = self.at
            self._next_element()
            for line in self.lines[start : self.at]:
                for number, text in line.notes:
                    self._put("note", text, number)
        return [
            make_scene(heading, tuple(elements)) for heading, elements in self.opened if heading or elements
        ]

    def _put(
        self,
        kind: ElementKind,
        text: str,
        line: int,
        *,
        forced: bool = False,
        depth: int = 0,
    ) -> None:
        self.opened[-1][1].append(Element(kind=kind, text=text, line=line, forced=forced, depth=depth))

    def _next_element(self) -> None:
        line = self.lines[self.at]
        text = line.text.strip()
        if not text:
            self.at += 1
            return
        if self._single_line(line, text):
            self.at += 1
        elif not self._speech(line, text):
            self._action(line)

    def _single_line(self, line: _SourceLine, text: str) -> bool:
        """Elements of one line. True when the line was one."""
        if re.fullmatch(r"={3,}", text):
            self._put("page_break", "", line.number)
        elif text.startswith("#"):
            depth = len(text) - len(text.lstrip("#"))
            self._put("section", text.lstrip("#").strip(), line.number, depth=depth)
        elif text.startswith("="):
            self._put("synopsis", text[1:].strip(), line.number)
        elif text.startswith("~"):
            self._put("lyric", text[1:].strip(), line.number)
        elif re.match(r"\.[^\W_]", text):
            self._heading(line, text[1:], forced=True)
        elif text.startswith(">") and text.endswith("<") and len(text) > 1:
            self._put("centered", text[1:-1].strip(), line.number)
        elif text.startswith(">"):
            self._put("transition", text[1:].strip(), line.number, forced=True)
        elif self._blank_before() and is_heading(text):
            self._heading(line, text, forced=False)
        elif self._blank_before() and self._blank_after() and text.endswith("TO:") and not _lower(text):
            self._put("transition", text, line.number)
        else:
            return False
        return True

    def _heading(self, line: _SourceLine, text: str, *, forced: bool) -> None:
        self.opened.append((Element(kind="heading", text=text.strip(), line=line.number, forced=forced), []))

    def _speech(self, line: _SourceLine, text: str) -> bool:
        """A character cue and the dialogue under it. False when the line is no cue."""
        if not self._blank_before() or self._blank_after():
            return False
        forced = text.startswith("@")
        match = _CUE.fullmatch(text[1:].strip() if forced else text)
        if match is None:
            return False
        name = match["name"].strip()
        if not forced and (_lower(name) or not _upper(name) or name.endswith("TO:") or name[0] in "!\"'"):
            return False
        extension = _extension(match["extensions"])
        dual = match["dual"] is not None
        cue = Element(
            kind="character",
            text=name,
            line=line.number,
            character=name,
            extension=extension,
            dual=dual,
            forced=forced,
        )
        self.opened[-1][1].append(cue)
        self.at += 1
        self._dialogue(cue)
        return True

    def _dialogue(self, cue: Element) -> None:
        said: list[str] = []
        said_at = 0

        def close() -> None:
            text = "\n".join(said).strip("\n")
            if text.strip():
                self._spoken(cue, "dialogue", text, said_at)
            said.clear()

        while self.at < len(self.lines):
            line = self.lines[self.at]
            text = line.text.strip()
            if not text and not (line.held_open and said):
                break
            if text.startswith("(") and text.endswith(")"):
                close()
                self._spoken(cue, "parenthetical", text[1:-1].strip(), line.number)
            elif text.startswith("~"):
                close()
                self._spoken(cue, "lyric", text[1:].strip(), line.number)
            else:
                said_at = said_at if said else line.number
                said.append(text)
            self.at += 1
        close()

    def _spoken(self, cue: Element, kind: ElementKind, text: str, line: int) -> None:
        self.opened[-1][1].append(
            Element(
                kind=kind,
                text=text,
                line=line,
                character=cue.character,
                extension=cue.extension,
                dual=cue.dual,
            )
        )

    def _action(self, line: _SourceLine) -> None:
        """A paragraph of action: up to a blank line, or a line whose first mark makes it something else."""
        forced = line.text.lstrip().startswith("!")
        first = line.text.lstrip()[1:] if forced else line.text.rstrip()
        paragraph = [first.rstrip()]
        self.at += 1
        while self.at < len(self.lines):
            following = self.lines[self.at].text
            if not following.strip() or re.match(r"\s*(?:[~!>#]|={1}|\.[^\W_])", following):
                break
            paragraph.append(following.rstrip())
            self.at += 1
        self._put("action", "\n".join(paragraph), line.number, forced=forced)

    def _blank_before(self) -> bool:
        """Nothing printed just above: a blank line, the top, or an element that ends with its line."""
        if self.at == 0 or self.lines[self.at - 1].blank:
            return True
        above = self.lines[self.at - 1].text.strip()
        return bool(re.match(r"[#=]", above))

    def _blank_after(self) -> bool:
        return self.at + 1 >= len(self.lines) or self.lines[self.at + 1].blank


def _extension(written: str) -> str | None:
    """The extensions of a cue without `(CONT'D)`, which the page break or the writer's program put there."""
    parts = [part.strip() for part in re.findall(r"\(([^()]*)\)", written)]
    kept = [part for part in parts if part and not _CONTINUED.fullmatch(part)]
    return ", ".join(kept) or None


def _lower(text: str) -> bool:
    """Whether it holds a small letter. ß has no capital in common use, and is written in all-caps names."""
    return any(letter.islower() and letter != "ß" for letter in text)


def _upper(text: str) -> bool:
    return any(letter.isupper() for letter in text)


def _guessed_encoding(name: str) -> Finding:
    return Finding(
        code="text.encoding_guessed",
        message=f"{name} is not UTF-8 and was read as Windows-1252: check its accented letters",
        severity="warning",
        subject=name,
        evidence=(Evidence(measure="encoding", value="cp1252"),),
    )
