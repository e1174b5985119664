"""Notes from wherever readers leave them: inside a screenplay, in a spreadsheet, in a text file."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path

from answerprint.core.errors import AnswerprintError, ScriptError
from answerprint.departments.script.notes.grouping import subject_of
from answerprint.departments.script.notes.records import Note
from answerprint.departments.script.reading import read_screenplay
from answerprint.formats.screenplays.headings import is_heading
from answerprint.formats.screenplays.model import Screenplay, normalise
from answerprint.formats.text import read_text

TABLES = (".csv", ".tsv")
TEXTS = (".md", ".markdown", ".txt")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "text": ("note", "notes", "comment", "comments", "remark", "text", "feedback", "body"),
    "scene": ("scene", "sc", "scn", "sceneno", "scenenumber", "scene#"),
    "page": ("page", "pg", "p", "pageno"),
    "reader": ("reader", "by", "author", "name", "from", "who", "initials"),
    "context": ("quote", "quotation", "passage", "line", "context", "about", "on"),
    "subject": ("subject", "category", "kind", "topic", "type"),
}
LONGEST_NOTE = 5000  # characters: more is a document pasted into a cell
_SCENE = re.compile(
    r"^(?:\W{0,3})(?:scene|sc|szene|scène|escena|scena)s?\b\.?\s*(?:no\.?\s*)?#?(?P<scene>[A-Z]?\d+[A-Z]{0,2})\b"
    r"\**\s*[:.)\-–—,]*\s*",
    re.IGNORECASE,
)
_PAGE = re.compile(r"^(?:\W{0,3})(?:page|pg|p)\.?\s*(?P<page>\d+[A-Z]?)\b\**\s*[:.)\-–—,]*\s*", re.IGNORECASE)
_READER = re.compile(
    r"^(?:\W{0,3})(?:reader|notes by|by|from|author)\s*:\s*(?P<reader>[^\n]{1,60})$", re.IGNORECASE
)
_SIGNED = re.compile(r"^(?P<reader>[A-Z][\w.\-]{1,20}(?: [A-Z][\w.\-]{0,20})?):\s+(?=\S)")
_BULLET = re.compile(r"^\s*(?:[-*•+]|\d{1,3}[.)])\s+")
_TITLE = re.compile(r"^\s*(?P<marks>#{1,6})\s+(?P<title>.+?)\s*#*$")
_NO_SUBJECT = re.compile(r"\b(?:general|overall|notes?|misc\w*|other|comments?|feedback)\b", re.IGNORECASE)
_QUOTE = re.compile(r"[“\"]([^”\"]{6,300})[”\"]")


def gather(paths: Iterable[Path]) -> tuple[list[Note], list[AnswerprintError]]:
    """Every note of some files and folders, in order, and the errors of files that could not be read.

    Raises ScriptError AP-SCRIPT-130 when there is no note in any of them.
    """
    notes: list[Note] = []
    refused: list[AnswerprintError] = []
    paths = list(paths)
    files = [file for path in paths for file in _files(path)]
    for file in files:
        try:
            notes += read_notes(file)
        except AnswerprintError as error:
            refused.append(error)
    if not notes:
        if len(refused) == 1 and len(files) == 1:
            raise refused[0]
        raise ScriptError(
            "AP-SCRIPT-130",
            f"no notes in {len(files)} files",
            file=str(paths[0]) if len(paths) == 1 else None,
            remedy=str(refused[0])
            if refused
            else "notes are [[notes]] of Fountain, Final Draft's notes, rows of a CSV with a column “note”, "
            "or lines and bullets of a text",
        )
    return notes, refused


def read_notes(path: Path) -> list[Note]:
    """The notes of one file by its suffix; a text with scene headings in it is read as a screenplay.

    Raises ScriptError AP-SCRIPT-131 for a table without a column of notes, and what the readers raise.
    """
    suffix = path.suffix.casefold()
    if suffix in TABLES:
        text, _ = read_text(path)
        return table_notes(text, path.name)
    if suffix in TEXTS:
        text, _ = read_text(path)
        if suffix != ".txt" or not _is_screenplay(text):
            return text_notes(text, path.name, path.stem)
    return screenplay_notes(read_screenplay(path), path.name)


def screenplay_notes(screenplay: Screenplay, name: str) -> list[Note]:
    """Notes written inside a screenplay, each with its scene and the words before it."""
    found: list[Note] = []
    for scene in screenplay.scenes:
        before = scene.heading
        for element in scene.elements:
            if element.kind == "note" and element.text.strip():
                text = " ".join(element.text.split())
                signed = _SIGNED.match(text)
                found.append(
                    Note(
                        text=(text[signed.end() :] if signed else text)[:LONGEST_NOTE],
                        reader=signed["reader"] if signed else "",
                        file=name,
                        line=element.line,
                        scene=scene.number,
                        context=before[:300],
                    )
                )
            elif element.kind in ("action", "dialogue", "heading") and element.text.strip():
                before = " ".join(element.text.split())
    return found


def table_notes(text: str, name: str) -> list[Note]:
    """Notes of a CSV or TSV, columns in any order and under the names people use."""
    first = text.lstrip("\n").partition("\n")[0]
    mark = max(("\t", ";", ","), key=first.count)
    try:
        rows = list(csv.reader(StringIO(text), delimiter=mark))
    except csv.Error as error:
        raise ScriptError(
            "AP-SCRIPT-131",
            f"this table cannot be read: {error}",
            file=name,
            remedy="save it as CSV: a note a row, quotes closed",
        ) from error
    place: dict[str, int] = {}
    for index, title in enumerate(rows[0] if rows else []):
        bare = re.sub(r"[^\w#]", "", normalise(title)).replace("_", "")
        for field, titles in COLUMNS.items():
            if bare in titles:
                place.setdefault(field, index)
    if "text" not in place:
        raise ScriptError(
            "AP-SCRIPT-131",
            "no column of this table holds notes",
            file=name,
            at="line 1",
            remedy="title a column “note”; “scene”, “reader” and “page” may stand beside it",
        )
    found: list[Note] = []
    for number, row in enumerate(rows[1:], start=2):

        def cell(field: str, row: list[str] = row) -> str:
            index = place.get(field, len(row))
            return " ".join(row[index].split())[:LONGEST_NOTE] if index < len(row) else ""

        if cell("text"):
            found.append(
                Note(
                    text=cell("text"),
                    reader=cell("reader"),
                    file=name,
                    line=number,
                    scene=cell("scene").removeprefix("#"),
                    page=cell("page"),
                    context=cell("context"),
                    subject=normalise(cell("subject")),
                )
            )
    return found


def text_notes(text: str, name: str, reader: str = "") -> list[Note]:
    """Notes of a Markdown or plain text: each bullet or paragraph; titles and `Scene 12:` say of what."""
    found: list[Note] = []
    scene = page = subject = ""
    open_lines: list[str] = []
    open_at = 0

    def close() -> None:
        nonlocal scene, page
        said = " ".join(" ".join(open_lines).split())
        open_lines.clear()
        if not said:
            return
        own_scene, own_page = scene, page
        while True:
            if match := _SCENE.match(said):
                own_scene, said = match["scene"], said[match.end() :]
            elif match := _PAGE.match(said):
                own_page, said = match["page"], said[match.end() :]
            else:
                break
        said = said.strip("* ").strip()
        if not said:  # `Scene 12` alone opens what follows
            scene, page = own_scene, own_page
            return
        quote = _QUOTE.search(said)
        found.append(
            Note(
                text=said[:LONGEST_NOTE],
                reader=reader,
                file=name,
                line=open_at,
                scene=own_scene,
                page=own_page,
                context=quote[1] if quote else "",
                subject=subject,
            )
        )

    for number, line in enumerate(text.split("\n"), start=1):
        title, signed = _TITLE.match(line), _READER.match(line.strip())
        if title:
            close()
            scene, page, subject = _under(title["title"])
        elif signed:
            close()
            reader = signed["reader"].strip("* ")
        elif not line.strip() or re.fullmatch(r"\s*[-=*_]{3,}\s*", line):
            close()
        else:
            if _BULLET.match(line):
                close()
            if not open_lines:
                open_at = number
            open_lines.append(_BULLET.sub("", line))
    close()
    return found


def _under(title: str) -> tuple[str, str, str]:
    """What a title puts the notes under it on: a scene, a page, or a subject."""
    if match := _SCENE.match(title):
        return match["scene"], "", ""
    if match := _PAGE.match(title):
        return "", match["page"], ""
    if len(title) > 30 or _NO_SUBJECT.search(title):
        return "", "", ""
    subject = subject_of(title)
    return "", "", normalise(title) if subject == "general" else subject


def _files(path: Path) -> list[Path]:
    if not os.path.isdir(path):  # noqa: PTH112 - never raises; what the path lacks, its reader says
        return [path]
    known = (*TABLES, *TEXTS, ".fountain", ".spmd", ".fdx", ".fadein")
    return sorted(
        one
        for one in path.rglob("*")
        if one.is_file()
        and one.suffix.casefold() in known
        and not any(part.startswith(".") for part in one.relative_to(path).parts)
    )


def _is_screenplay(text: str) -> bool:
    """Two scene headings on lines of their own: notes speak of scenes, they do not open them."""
    return sum(is_heading(line.strip()) and line.strip().isupper() for line in text.split("\n")) >= 2
