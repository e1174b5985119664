"""What holds for a whole FDX document: paragraph types, revision sets, tags, settings, what is not kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from answerprint.core.findings import Evidence, Finding
from answerprint.formats.screenplays.fdx_tags import Definition, read_tags
from answerprint.formats.screenplays.fdx_text import Letter, as_marked, kinds_of, letters_of, trimmed
from answerprint.formats.screenplays.fdx_titles import TitleLine, read_title_page
from answerprint.formats.screenplays.model import ElementKind, Revision
from answerprint.formats.screenplays.safe_xml import attributes_of, text_of

PRODUCT = "Final Draft"
# Page colours as Final Draft writes them, by the industry's names.
PAGE_COLOURS = {
    "#C6C6EDEDFEFE": "blue",
    "#FDFDCCCCD4D4": "pink",
    "#FDFDFFFFABAB": "yellow",
    "#D1D1FEFED0D0": "green",
    "#FAFACDCD3939": "goldenrod",
    "#FCFCEDED9D9D": "buff",
    "#F8F8AEAE8E8E": "salmon",
    "#FBFBA4A4B4B4": "cherry",
    "#FDFDF1F1C7C7": "tan",
    "#FFFFFFFFFFFF": "white",
}
READ_WHOLE = frozenset(("Content", "TagData", "Revisions", "ScriptNotes"))  # top level: not carried, but held

_KINDS: dict[str, ElementKind] = {
    "scene heading": "heading",
    "action": "action",
    "character": "character",
    "parenthetical": "parenthetical",
    "dialogue": "dialogue",
    "dialog": "dialogue",
    "transition": "transition",
    "shot": "shot",
    "general": "general",
    "lyrics": "lyric",
    "summary": "synopsis",
    "outline body": "synopsis",
}
_OUTLINE = re.compile(r"outline (\d)\b.*")
_KNOWN_RUN = frozenset(("Style", "RevisionID", "TagNumber", "Font", "Size"))
_PLAIN_RUN = {"AdornmentStyle": ("0", "-1"), "Color": ("#000000000000",), "Background": ("#FFFFFFFFFFFF",)}


@dataclass
class FdxDocument:
    """What holds for the whole document."""

    root: etree._Element
    missed: Counter[str] = field(default_factory=Counter)
    used: set[str] = field(default_factory=set)
    tags: Mapping[str, tuple[Definition, ...]] = field(default_factory=dict)
    sets: dict[str, Revision] = field(default_factory=dict)
    behaves: dict[str, str] = field(default_factory=dict)
    characters: int = 0

    def __post_init__(self) -> None:
        self.tags = read_tags(self.root)
        for one in self.root.iterfind("Revisions/Revision"):
            identity, colour = one.get("ID") or "", one.get("PageColor") or ""
            self.sets[identity] = Revision(
                name=one.get("Name") or identity,
                colour=PAGE_COLOURS.get(colour.upper(), colour),
                mark=one.get("Mark") or "",
            )
        for one in self.root.iterfind("ElementSettings"):
            behaviour = one.find("Behavior")
            if behaviour is not None:
                self.behaves[(one.get("Type") or "").casefold()] = behaviour.get("PaginateAs") or ""

    def kind(self, style: str) -> tuple[ElementKind, int, str]:
        """A paragraph type's kind, its depth as a section, and its name where the kind does not say it."""
        folded = " ".join(style.casefold().split())
        outline = _OUTLINE.fullmatch(folded)
        if outline is not None:
            return "section", max(int(outline[1]), 1), ""
        if folded in _KINDS:
            return _KINDS[folded], 0, ""
        kind = _KINDS.get(self.behaves.get(folded, "").casefold(), "general")
        return ("general" if kind == "heading" else kind), 0, style

    def revisions(self) -> tuple[Revision, ...]:
        return tuple(one for identity, one in self.sets.items() if identity in self.used)

    def revision(self, letters: list[Letter]) -> str:
        """The last set any of the letters was changed in."""
        kinds = kinds_of(letters)
        marks = {letter.revision for letter in kinds if letter.revision}
        self.used |= marks
        if not marks:
            return ""
        order = list(self.sets)
        last = max(marks, key=lambda one: (order.index(one) if one in self.sets else -1, one))
        if len({letter.revision for letter in kinds if not letter.text.isspace()}) > 1:
            self.missed["revision marks on part of a paragraph"] += 1
        return self.sets[last].name if last in self.sets else last


def title_page_of(root: etree._Element) -> dict[str, str]:
    """The values of a document's title page."""
    lines = []
    for paragraph in root.iterfind("TitlePage/Content/Paragraph"):
        letters = [one for run in paragraph.iterfind("Text") for one in run_letters(run, Counter())]
        text = as_marked(trimmed(letters, indent=False))[0]
        lines.append(TitleLine(text, paragraph.get("Alignment") == "Center"))
    return read_title_page(lines)


def run_letters(run: etree._Element, missed: Counter[str]) -> list[Letter]:
    """A styled run's characters."""
    styles = {one for one in (run.get("Style") or "").split("+") if one}
    text = text_of(run)
    if "AllCaps" in styles:
        text = text.upper()
    for name in sorted(styles - {"Bold", "Italic", "Underline", "AllCaps"}):
        missed[f"style {name}"] += 1
    for name, value in attributes_of(run).items():
        plain = _PLAIN_RUN.get(name)
        if plain is not None and value not in plain:
            missed[f"{name} of text"] += 1
        elif plain is None and name not in _KNOWN_RUN:
            missed[f"attribute {name} of Text"] += 1
    revision, tag = run.get("RevisionID") or "", run.get("TagNumber") or ""
    return letters_of(
        text,
        underline="Underline" in styles,
        bold="Bold" in styles,
        italic="Italic" in styles,
        revision="" if revision == "0" else revision,
        tags=(tag,) if tag else (),
    )


def carried_sections(root: etree._Element) -> dict[str, str]:
    """Settings by section, as written; sections of one name stand together."""
    found: dict[str, str] = {}
    for section in root:
        name = str(section.tag)
        if name not in READ_WHOLE:
            written = etree.tostring(section, encoding="unicode", with_tail=False)
            found[name] = f"{found[name]}\n  {written}" if name in found else written
    categories = root.find("TagData/TagCategories")
    if categories is not None:
        found["TagCategories"] = etree.tostring(categories, encoding="unicode", with_tail=False)
    return found


def not_held(missed: Counter[str], name: str, form: str) -> tuple[Finding, ...]:
    counts = {what: count for what, count in sorted(missed.items()) if count}
    if not counts:
        return ()
    said = "; ".join(f"{what} ({count})" for what, count in counts.items())
    return (
        Finding(
            code=f"{form}.not_held",
            message=f"{name} says more than a screenplay keeps here: {said}",
            subject=name,
            evidence=tuple(Evidence(measure=what, value=count) for what, count in counts.items()),
            details=counts,
        ),
    )
