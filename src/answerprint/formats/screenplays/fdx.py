"""Reads Final Draft's FDX, versions 1 to 6, into the screenplay model.

What becomes of it: emphasis as Fountain writes it; `Outline n` paragraphs are sections of that depth, outline
bodies and scene summaries synopses; script notes stand after the paragraph they hang on; an omitted scene
keeps its number, and its text in a boneyard, as Fountain; acts, cast lists and paragraphs of one's own
making are `general` with their style's name. The program's own settings are carried along unread.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from lxml import etree

from answerprint.core.errors import FormatError
from answerprint.core.findings import Finding
from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.fdx_document import (
    PRODUCT,
    FdxDocument,
    carried_sections,
    not_held,
    run_letters,
    title_page_of,
)
from answerprint.formats.screenplays.fdx_notes import ScriptNote, notes_by_paragraph, read_note, said_in
from answerprint.formats.screenplays.fdx_tags import tags_of
from answerprint.formats.screenplays.fdx_text import Letter, as_marked, plain_text, split_cue, trimmed
from answerprint.formats.screenplays.headings import is_heading, make_scene, number_scenes
from answerprint.formats.screenplays.model import Element, ElementKind, Scene, Screenplay, Span
from answerprint.formats.screenplays.safe_xml import (
    attributes_of,
    line_of,
    parse_xml,
    read_limited,
    text_of,
)

PARAGRAPH_LIMIT = 500_000  # characters; a whole feature has about 200 000
SCRIPT_LIMIT = 10_000_000

_ONE_LINE = frozenset(("heading", "character", "parenthetical", "transition", "shot", "section", "synopsis"))
_LINE_EACH = frozenset(("centered", "lyric"))
_LAYOUT = frozenset(("FirstIndent", "Leading", "LeftIndent", "RightIndent", "SpaceBefore", "Spacing"))
_KNOWN_CHILD = frozenset(("Text", "SceneProperties", "ScriptNote", "DualDialogue", "OmittedScene"))


def read_fdx(source: Path | bytes) -> Screenplay:
    """The screenplay of an FDX file, or of its bytes.

    Findings: `fdx.not_held` counts what the file says and the model does not keep; `xml.damaged` (needs a
    person) names the line where a damaged file stopped being whole. Raises what `parse_xml` raises, and
    FormatError AP-FORMAT-117 (no paragraph could be read), AP-FORMAT-118 (a paragraph or script beyond all
    measure).
    """
    name = str(source) if isinstance(source, Path) else "script.fdx"
    data = read_limited(source) if isinstance(source, Path) else source
    document = parse_xml(data, file=name, root="FinalDraft", product=PRODUCT)
    root = document.root
    contents = root.find("Content")
    if contents is None or (document.damaged_at is not None and contents.find("Paragraph") is None):
        raise FormatError(
            "AP-FORMAT-117",
            "has no paragraph of a script",
            file=name,
            at=f"line {document.damaged_at}" if document.damaged_at else None,
            remedy="open it in Final Draft and save it again, or take Final Draft's own backup",
        )
    script = script_of(root, name=Path(name).name, title_page=title_page_of(root), findings=document.findings)
    return msgspec.structs.replace(script, carried=_carried(script, damaged=document.damaged_at is not None))


def _carried(script: Screenplay, *, damaged: bool) -> dict[str, str]:
    """Settings worth carrying: not those a new document has anyhow, and none out of a damaged file, where
    they would damage the next one."""
    from answerprint.formats.screenplays.fdx_tags import TagWriting
    from answerprint.formats.screenplays.fdx_writing import own_sections

    own = {} if damaged else own_sections(script) | {"TagCategories": TagWriting().categories_xml()}
    return {
        name: written
        for name, written in script.carried.items()
        if not damaged and written.strip() != own.get(name, "").strip()
    }


def script_of(
    root: etree._Element,
    *,
    name: str,
    title_page: dict[str, str],
    findings: tuple[Finding, ...] = (),
    form: str = "fdx",
) -> Screenplay:
    """The screenplay of a parsed document; `form` is the format it came from."""
    _check_sizes(root, name)
    reader = _Reader(FdxDocument(root))
    hanging, astray = notes_by_paragraph(root)
    for index, paragraph in enumerate(root.iterfind("Content/Paragraph")):
        reader.paragraph(paragraph)
        reader.notes(hanging.pop(index, []))
    reader.notes([note for notes in hanging.values() for note in notes])
    scenes, doubtful = number_scenes(reader.scenes())
    missed = reader.script.missed
    missed["notes without a place"] += astray
    title = "".join(run.text for run in runs(title_page.get("Title", "")))
    return Screenplay(
        title=" ".join(title.split()),
        title_page=title_page,
        scenes=scenes,
        findings=(*findings, *doubtful, *not_held(missed, name, form)),
        revisions=reader.script.revisions(),
        format=form,
        carried=carried_sections(root),
    )


def _check_sizes(root: etree._Element, name: str) -> None:
    total = 0
    for paragraph in root.iterfind("Content//Paragraph"):
        size = len(said_in(paragraph))
        total += size
        if size > PARAGRAPH_LIMIT or total > SCRIPT_LIMIT:
            raise FormatError(
                "AP-FORMAT-118",
                f"holds a paragraph of {size} characters"
                if size > PARAGRAPH_LIMIT
                else f"holds more than {SCRIPT_LIMIT} characters of script",
                file=name,
                at=f"line {line_of(paragraph)}",
                remedy="check that this is a screenplay; divide it into paragraphs or episodes",
            )


@dataclass
class _OpenScene:
    heading: Element | None = None
    number: str = ""
    eighths: int = 0
    page: int = 0
    omitted: bool = False
    elements: list[Element] = field(default_factory=list)


class _Reader:
    """Walks paragraphs in order; holds the scene and the speech that are open."""

    def __init__(self, script: FdxDocument) -> None:
        self.script = script
        self.opened = [_OpenScene()]
        self.cue: Element | None = None
        self.dual = False

    def scenes(self) -> list[Scene]:
        found = []
        for one in self.opened:
            if one.heading is None and not one.elements:
                continue
            scene = make_scene(one.heading, tuple(one.elements))
            if one.heading is not None:  # what looks like a number in a heading's text is text
                scene = msgspec.structs.replace(
                    scene,
                    heading=one.heading.text,
                    number=one.number,
                    numbered=bool(one.number),
                    elements=(one.heading, *one.elements),
                )
            found.append(
                msgspec.structs.replace(scene, eighths=one.eighths, page=one.page, omitted=one.omitted)
            )
        return found

    def notes(self, notes: list[ScriptNote]) -> None:
        for note in notes:
            self._append(Element(kind=note.kind, text=note.text, line=note.line))

    def paragraph(self, paragraph: etree._Element) -> None:
        kind, depth, style = self.script.kind(paragraph.get("Type") or "General")
        self._count(paragraph)
        if paragraph.get("StartsNewPage") == "Yes":
            self._append(Element(kind="page_break", text="", line=line_of(paragraph)))
        if kind in ("action", "general") and paragraph.get("Alignment") == "Center" and not style:
            kind = "centered"
        self._text(paragraph, kind, depth, style)
        for block in paragraph.iterfind("DualDialogue"):
            self._both(block)
        for note in paragraph.iterfind("ScriptNote"):
            self.notes([read_note(note)])

    def _text(self, paragraph: etree._Element, kind: ElementKind, depth: int, style: str) -> None:
        missed = self.script.missed
        letters = [one for run in paragraph.iterfind("Text") for one in run_letters(run, missed)]
        letters = trimmed(letters, indent=kind in ("action", "general"))
        if kind == "heading":
            self.cue = None
            self._heading(paragraph, letters)
        elif kind == "character":
            self._cue(paragraph, letters)
        elif kind == "section" or letters:
            lines = _lines(letters) if kind in _LINE_EACH else [letters]
            for line in lines:
                self._element(paragraph, kind, line, depth, style)
        elif paragraph.find("ScriptNote") is None:
            self.cue = None  # a blank paragraph ends a speech
        self.script.characters += len(said_in(paragraph)) + 1

    def _heading(self, paragraph: etree._Element, letters: list[Letter]) -> None:
        omitted = paragraph.find("OmittedScene")
        text = plain_text(letters).strip()
        styles = {letter.style for letter in letters if not letter.text.isspace()}
        if len(styles) == 1 and any(next(iter(styles))):
            self.script.missed["emphasis of whole headings"] += 1
            letters = [one._replace(bold=False, italic=False, underline=False) for one in letters]
        element = self._made(paragraph, "heading", letters, forced=not is_heading(text))
        scene = _OpenScene(
            element,
            number=(paragraph.get("Number") or "").strip(),
            omitted=omitted is not None or text.casefold().rstrip(".") in ("omitted", "omit"),
        )
        self.opened.append(scene)
        if omitted is not None:
            self._omitted(omitted)
        for properties in paragraph.iterfind("SceneProperties"):
            scene.eighths = scene.eighths or _eighths(properties.get("Length") or "")
            page = properties.get("Page") or ""
            scene.page = int(page) if re.fullmatch(r"[0-9]{1,5}", page) else 0
            self._summary(properties)

    def _summary(self, properties: etree._Element) -> None:
        lines = [(properties.get("Title") or "", line_of(properties))]
        for one in properties.iterfind("Summary/Paragraph"):
            letters = [letter for run in one.iterfind("Text") for letter in run_letters(run, Counter())]
            lines.append((as_marked(trimmed(letters, indent=False))[0], line_of(one)))
        for text, line in lines:
            if text.strip():
                said = " ".join(text.split("\n")).strip()
                self._append(Element(kind="synopsis", text=said, line=line))
        for name, value in attributes_of(properties).items():
            if name not in ("Length", "Page", "Title") and value:
                self.script.missed[f"attribute {name} of SceneProperties"] += 1
        for child in properties:
            if child.tag != "Summary" and text_of(child).strip():
                self.script.missed[f"<{child.tag}> with text"] += 1

    def _omitted(self, block: etree._Element) -> None:
        from answerprint.formats.screenplays.fountain_writing import write_fountain

        inside = _Reader(self.script)
        used = set(self.script.used)
        for paragraph in block.iterfind("Paragraph"):
            inside.paragraph(paragraph)
        scenes, _ = number_scenes(inside.scenes())
        if any(one.tags or one.revision for scene in scenes for one in scene.elements):
            self.script.missed["tags and revision marks in omitted scenes"] += 1
        self.script.used = used
        text = write_fountain(Screenplay(scenes=scenes)).strip("\n")
        if text:
            self._append(Element(kind="boneyard", text=f"\n{text}\n", line=line_of(block)))

    def _cue(self, paragraph: etree._Element, letters: list[Letter]) -> None:
        name, extension = split_cue(letters)
        if not name:
            self.cue = None
            return
        name = [one._replace(bold=False, italic=False, underline=False) for one in name]
        bare = plain_text(name).replace("\n", " ")
        element = self._made(paragraph, "character", name, forced=bare != bare.upper())
        element = msgspec.structs.replace(
            element, character=element.text, extension=extension, dual=self.dual
        )
        self._append(element)
        self.cue = element

    def _element(
        self, paragraph: etree._Element, kind: ElementKind, letters: list[Letter], depth: int, style: str
    ) -> None:
        bare = plain_text(letters)
        if kind == "parenthetical" and bare.startswith("(") and bare.endswith(")") and len(bare) > 1:
            letters = trimmed(letters[1:-1], indent=False)
        forced = kind == "transition" and not (bare.endswith("TO:") and bare == bare.upper())
        element = self._made(paragraph, kind, letters, forced=forced)
        element = msgspec.structs.replace(element, depth=depth, style=style)
        if kind in ("dialogue", "parenthetical", "lyric"):
            if self.cue is not None:
                element = msgspec.structs.replace(
                    element,
                    character=self.cue.character,
                    extension=self.cue.extension,
                    dual=self.cue.dual,
                )
        else:
            self.cue = None
        last = self.opened[-1].elements[-1:]
        if kind == "dialogue" and last and last[0].kind == "dialogue" and self.cue is not None:
            self.opened[-1].elements[-1] = _joined(last[0], element)
        else:
            self._append(element)

    def _both(self, block: etree._Element) -> None:
        cues = [one for one in block.iterfind("Paragraph") if (one.get("Type") or "") == "Character"]
        for paragraph in block.iterfind("Paragraph"):
            self.dual = bool(cues) and (len(cues) == 1 or paragraph is not cues[0])
            self.paragraph(paragraph)
        self.dual, self.cue = False, None

    def _made(
        self, paragraph: etree._Element, kind: ElementKind, letters: list[Letter], *, forced: bool = False
    ) -> Element:
        if kind in _ONE_LINE:
            letters = [one._replace(text=" ") if one.text == "\n" else one for one in letters]
        text, places, lost = as_marked(letters)
        self.script.missed["emphasis that Fountain cannot write"] += lost > 0
        line = line_of(paragraph)
        start = self.script.characters
        return Element(
            kind=kind,
            text=text,
            line=line,
            forced=forced,
            span=Span(start=start, end=start + len(said_in(paragraph)), line=line, last_line=line),
            revision=self.script.revision(letters),
            tags=tags_of(letters, places, self.script.tags),
        )

    def _append(self, element: Element) -> None:
        self.opened[-1].elements.append(element)

    def _count(self, paragraph: etree._Element) -> None:
        missed = self.script.missed
        for name in attributes_of(paragraph):
            if name in _LAYOUT:
                missed["indents and spacing of single paragraphs"] += 1
            elif name == "Number" and self.script.kind(paragraph.get("Type") or "")[0] != "heading":
                missed["numbers of paragraphs that are no headings"] += 1
            elif name not in ("Type", "Number", "Alignment", "StartsNewPage"):
                missed[f"attribute {name} of Paragraph"] += 1
        if paragraph.get("Alignment") in ("Right", "Full"):
            missed["alignment of single paragraphs"] += 1
        for child in paragraph:
            if child.tag not in _KNOWN_CHILD:
                missed[f"<{child.tag}> in a paragraph"] += 1


def _lines(letters: list[Letter]) -> Iterator[list[Letter]]:
    line: list[Letter] = []
    for letter in (*letters, Letter("\n")):
        if letter.text != "\n":
            line.append(letter)
        elif line:
            yield trimmed(line, indent=False)
            line = []


def _joined(first: Element, second: Element) -> Element:
    offset = len(first.text) + 1
    moved = tuple(
        msgspec.structs.replace(tag, start=tag.start + offset, end=tag.end + offset) for tag in second.tags
    )
    return msgspec.structs.replace(
        first,
        text=f"{first.text}\n{second.text}",
        revision=second.revision or first.revision,
        tags=(*first.tags, *moved),
        span=first.span
        and second.span
        and msgspec.structs.replace(first.span, end=second.span.end, last_line=second.line),
    )


def _eighths(length: str) -> int:
    """`1 3/8` is 11 eighths; 0 where the length is not readable."""
    match = re.fullmatch(r"\s*(?:([0-9]{1,4})(?:\s+|$))?\s*(?:([0-9])/8)?\s*", length)
    return int(match[1] or 0) * 8 + int(match[2] or 0) if match else 0
