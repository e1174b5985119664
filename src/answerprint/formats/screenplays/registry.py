"""Every screenplay format in one place: which a file is, reading it finished, writing it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from answerprint.core.errors import FormatError, UsageError
from answerprint.core.findings import Evidence, Finding
from answerprint.formats.screenplays.days import resolve_days
from answerprint.formats.screenplays.fountain import read_fountain, title_page_of
from answerprint.formats.screenplays.fountain_source import source_lines
from answerprint.formats.screenplays.identity import identify
from answerprint.formats.screenplays.model import Scene, Screenplay
from answerprint.formats.text import read_head, read_text

Form = Literal["fountain", "fdx", "fadein", "pdf", "text"]

SUFFIXES: dict[str, Form] = {
    ".fountain": "fountain",
    ".spmd": "fountain",  # Fountain's first name
    ".fdx": "fdx",
    ".fadein": "fadein",
    ".osf": "fadein",
    ".pdf": "pdf",
    ".txt": "text",
}
WRITTEN = (".fountain", ".fdx", ".pdf", ".txt")
NAMES: dict[Form, str] = {
    "fountain": "Fountain",
    "fdx": "Final Draft",
    "fadein": "Fade In",
    "pdf": "PDF",
    "text": "plain text",
}
OTHER_PROGRAMS = {
    ".celtx": "Celtx",
    ".highland": "Highland",
    ".docx": "Word",
    ".doc": "Word",
    ".rtf": "rich text",
    ".odt": "OpenDocument",
}
_HEAD = 65_536  # bytes that tell what a file is
LONGEST_LINE = 20_000  # characters: some seven pages without a line end are no paragraph of a script
_LOOKED_AT = 200_000  # characters that tell Fountain from plain text
_NUMBERED_HEADING = re.compile(
    r"^(?:\.|INT|EXT|EST|I/E).*#[^\W_][\w.\-]*#[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_FOUNTAIN_MARKS = (
    re.compile(r"^\.[^\W_][^a-z\n]*$", re.MULTILINE),
    re.compile(r"^@[^\W\d_]", re.MULTILINE),
    re.compile(r"^![^\s!]", re.MULTILINE),
    re.compile(r"^>[^\n]+<[ \t]*$", re.MULTILINE),
    re.compile(r"^>[ \t]*[^\W\d_a-z][^a-z\n<]*$", re.MULTILINE),
    re.compile(r"^#{1,6} \S", re.MULTILINE),
    re.compile(r"^= \S", re.MULTILINE),
    re.compile(r"^~[ \t]*\S", re.MULTILINE),
    re.compile(r"^={3,}[ \t]*$", re.MULTILINE),
    re.compile(r"^/\*|\*/[ \t]*$", re.MULTILINE),
    re.compile(r"\[\[[^\]\n]{1,400}\]\]"),
)
_FOUNTAIN_ENOUGH = 2  # kinds of marks: one alone may be a slip


def read_screenplay(path: Path, *, tags: bool = False) -> Screenplay:
    """The screenplay in a file, finished: ids, cast, script days, pages and eighths.

    What the file holds decides, then its suffix; where they disagree a finding `script.other_format` says so.
    A `.txt` with Fountain's title page, numbers or marks is Fountain. `tags` reads Fountain's `#tags`. Raises
    UsageError AP-USE-010 for a file that cannot be opened, FormatError AP-FORMAT-070 for a format that is not
    read here, AP-FORMAT-073 for a line without end, and what the format's own reader raises.
    """
    form, findings = form_of(path)
    if form == "fdx":
        from answerprint.formats.screenplays.fdx import read_fdx

        screenplay = read_fdx(path)
    elif form == "fadein":
        from answerprint.formats.screenplays.fadein import read_fadein

        screenplay = read_fadein(path)
    elif form == "pdf":
        from answerprint.formats.screenplays.pdf import read_pdf

        screenplay = read_pdf(path)
    elif form == "text":
        from answerprint.formats.screenplays.plain import read_plain

        screenplay = read_plain(path)
    else:
        _refuse_endless(enumerate(read_text(path)[0].split("\n"), start=1), path)
        screenplay = read_fountain(path, tags=tags)
    elements = (element for scene in screenplay.scenes for element in scene.elements)
    _refuse_endless(((one.line, line) for one in elements for line in one.text.split("\n")), path)
    return finish(
        msgspec.structs.replace(screenplay, findings=(*findings, *screenplay.findings), format=form)
    )


def finish(screenplay: Screenplay) -> Screenplay:
    """What every format gets after its reader: ids, cast, days, then pages and eighths.

    Pages that the source has of its own (PDF) are kept.
    """
    from answerprint.formats.screenplays.pagination import paginate

    laid = paginate(resolve_days(identify(screenplay)))
    scenes = tuple(_own_page(scene) for scene in laid.scenes)
    return msgspec.structs.replace(laid, scenes=scenes, pages=screenplay.pages or laid.pages)


def write_screenplay(screenplay: Screenplay, suffix: str) -> bytes:
    """The screenplay as a file of one of the formats `WRITTEN`, by suffix.

    Raises UsageError AP-USE-078 for another suffix, and what the format's writer raises.
    """
    suffix = suffix.casefold()
    if suffix in (".fountain", ".spmd"):
        from answerprint.formats.screenplays.fountain_writing import write_fountain

        return write_fountain(screenplay).encode("utf-8")
    if suffix == ".fdx":
        from answerprint.formats.screenplays.fdx_writing import write_fdx

        return write_fdx(screenplay)
    if suffix == ".pdf":
        from answerprint.formats.screenplays.pdf_writing import write_pdf

        return write_pdf(screenplay, numbers=any(scene.numbered for scene in screenplay.scenes))
    if suffix == ".txt":
        from answerprint.formats.screenplays.text_writing import write_text

        return write_text(screenplay).encode("utf-8")
    raise UsageError(
        "AP-USE-078",
        f"{suffix or 'no suffix'} names no screenplay format that is written here",
        remedy=f"name it {', '.join(WRITTEN[:-1])} or {WRITTEN[-1]}",
    )


def form_of(path: Path) -> tuple[Form, tuple[Finding, ...]]:
    """Which format a file is in, and a finding where its suffix says another. Raises as `read_screenplay`."""
    suffix = path.suffix.casefold()
    head = read_head(path, _HEAD)
    named = SUFFIXES.get(suffix)
    form = _by_content(head, path)
    if form is None and head.startswith(b"PK\x03\x04"):
        raise _refused(path, suffix, named)
    if form is None and named in ("fountain", "text"):
        form = "fountain" if named == "fountain" or looks_like_fountain(read_text(path)[0]) else "text"
    elif form is None and suffix not in OTHER_PROGRAMS and _is_text(head):
        form = "fountain" if looks_like_fountain(read_text(path)[0]) else None
    if form is None:
        raise _refused(path, suffix, named)
    if form == named or (form == "fountain" and named == "text"):
        return form, ()
    finding = Finding(
        code="script.other_format",
        message=f"{path.name} is {NAMES[form]} and was read as that, whatever its name says",
        severity="note",
        subject=path.name,
        evidence=(Evidence(measure="format", value=form, threshold=named or suffix),),
    )
    return form, (finding,)


def looks_like_fountain(text: str) -> bool:
    """Whether a text is evidently Fountain: a title page, a `#numbered#` heading, or marks of two kinds."""
    start = text[:_LOOKED_AT]
    page, _ = title_page_of(source_lines(start[:4000]))
    if page or _NUMBERED_HEADING.search(start):
        return True
    return sum(mark.search(start) is not None for mark in _FOUNTAIN_MARKS) >= _FOUNTAIN_ENOUGH


def _refuse_endless(lines: Iterable[tuple[int, str]], path: Path) -> None:
    """Raises AP-FORMAT-073 for the first of some lines, each with its number, that is far too long."""
    for number, line in lines:
        if len(line) > LONGEST_LINE:
            raise FormatError(
                "AP-FORMAT-073",
                f"a line of {len(line)} characters: its line ends are lost, or it is no screenplay",
                file=str(path),
                at=f"line {number}",
                remedy="export it again with line ends",
            )


def _own_page(scene: Scene) -> Scene:
    span = next((element.span for element in scene.elements if element.span is not None), None)
    return msgspec.structs.replace(scene, page=span.page) if span is not None and span.page else scene


def _by_content(head: bytes, path: Path) -> Form | None:
    """What the first bytes say: a PDF, a zip of some program, XML of some program; None for anything else."""
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK"):
        return "fadein" if _holds_fadein(path) else None
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not text.startswith(b"<"):
        return None
    if b"<FinalDraft" in text:
        return "fdx"
    if re.search(rb"<document\b", text):
        return "fadein"
    named = SUFFIXES.get(path.suffix.casefold())
    return named if named in ("fdx", "fadein") else None  # its reader says what is wrong with it


def _holds_fadein(path: Path) -> bool:
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            names = archive.NameToInfo
            return "document.xml" in names and "word/document.xml" not in names
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return path.suffix.casefold() == ".fadein"  # damaged: its reader saves what can be saved


def _is_text(head: bytes) -> bool:
    return b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _refused(path: Path, suffix: str, named: Form | None) -> FormatError:
    if named is not None:
        message = f"this is no {NAMES[named]} document, whatever its name says"
    elif suffix in OTHER_PROGRAMS:
        message = f"{OTHER_PROGRAMS[suffix]} screenplays are not read"
    else:
        message = f"{suffix or 'no suffix'} names no screenplay format"
    known = named is not None or suffix in OTHER_PROGRAMS
    return FormatError(
        "AP-FORMAT-070",
        message,
        file=str(path),
        remedy="export it as Final Draft (.fdx) or Fountain (.fountain)"
        if known
        else "name it .fountain if it is Fountain",
    )
