"""Reads Fade In's scripts: a zip around one document in the Open Screenplay Format (OSF), or bare OSF.

OSF says what FDX says in other words (a `para` with a base style and runs), so it is read by way of FDX's
words. Where Fade In marks the first of two speakers at once, Final Draft and Fountain mark the second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path

from lxml import etree

from answerprint.core.errors import FormatError
from answerprint.core.findings import Finding
from answerprint.formats.screenplays.fdx import script_of
from answerprint.formats.screenplays.fdx_text import as_marked, letters_of, trimmed
from answerprint.formats.screenplays.fdx_titles import TitleLine, read_title_page
from answerprint.formats.screenplays.model import Screenplay
from answerprint.formats.screenplays.safe_xml import (
    attributes_of,
    line_of,
    parse_xml,
    read_limited,
    read_zipped,
    text_of,
)

PRODUCT = "Fade In"
MEMBER = "document.xml"

_TYPES = {
    "normal text": "General",
    "scene heading": "Scene Heading",
    "action": "Action",
    "character": "Character",
    "parenthetical": "Parenthetical",
    "dialogue": "Dialogue",
    "transition": "Transition",
    "shot": "Shot",
    "lyrics": "Lyrics",
    "lyric": "Lyrics",
    "singing": "Lyrics",
    "synopsis": "Outline Body",
    "new act": "New Act",
    "end of act": "End of Act",
}
_SPEECH = ("Parenthetical", "Dialogue", "Lyrics")
_BASE = ("basestyle", "basestylename", "name")
_RUN_LAYOUT = frozenset(("font", "size", "color", "bgcolor", "bold", "italic", "underline", "revision"))
_STYLE_LAYOUT = frozenset(("align", "pagebreakbefore", "dualdialogue", "number", "scenenumber", "label"))
_PARA_HELD = frozenset(("note", "synopsis", "scenenumber", "number", "bookmark", "pagebreak"))
_INLINE = re.compile(
    r"<(?P<close>/?)(?P<name>b|i|u|s|font|size|color|bgcolor)(?:=[^<>]{0,60})?>|<br/?>", re.I
)


def read_fadein(source: Path) -> Screenplay:
    """The screenplay of a .fadein archive or of an .osf document.

    Findings: `fadein.not_held` counts what the file says and the model does not keep; `zip.damaged` and
    `xml.damaged` (need a person). Raises what `read_zipped` and `parse_xml` raise.
    """
    findings: tuple[Finding, ...] = ()
    data = read_limited(source)
    if data.startswith(b"PK"):
        data, findings = read_zipped(source, MEMBER, product=PRODUCT)
    document = parse_xml(data, file=str(source), root="document", product=PRODUCT)
    root = document.root
    if root.find("paragraphs") is None:
        raise FormatError(
            "AP-FORMAT-117",
            "has no paragraph of a script",
            file=str(source),
            remedy="open it in Fade In and save it again, or take a backup",
        )
    version = root.get("version") or ""
    inline = re.fullmatch(r"1\d?", version) is not None  # OSF 1.2 wrote styles into the text
    return script_of(
        _as_fdx(root, inline=inline),
        name=source.name,
        title_page=_title_page(root, inline=inline),
        findings=(*findings, *document.findings),
        form="fadein",
    )


def _as_fdx(root: etree._Element, *, inline: bool) -> etree._Element:
    made = etree.Element("FinalDraft")
    content = etree.SubElement(made, "Content")
    styles = _styles(root)
    paragraphs = [
        (_paragraph(one, styles, inline=inline), _both(one)) for one in root.iterfind("paragraphs/para")
    ]
    at = 0
    while at < len(paragraphs):
        end = _pair_end(paragraphs, at)
        if end:
            pair = etree.SubElement(etree.SubElement(content, "Paragraph"), "DualDialogue")
            pair.extend([one for one, _ in paragraphs[at:end]])
            at = end
        else:
            content.append(paragraphs[at][0])
            at += 1
    revisions = etree.SubElement(made, "Revisions")
    for one in root.iterfind("lists/revision_colors/revision_color"):
        colour = one.get("color_name") or ""
        etree.SubElement(
            revisions,
            "Revision",
            ID=one.get("index") or "",
            Name=one.get("name") or "",
            PageColor=colour.casefold(),
            Mark=one.get("mark") or "",
        )
    return made


def _pair_end(paragraphs: Sequence[tuple[etree._Element, bool]], at: int) -> int:
    """Where the second of two speeches spoken at once ends; 0 where no pair begins."""
    if not paragraphs[at][1]:
        return 0
    second = _speech_end(paragraphs, at)
    if second >= len(paragraphs) or paragraphs[second][0].get("Type") != "Character":
        return 0
    return _speech_end(paragraphs, second)


def _speech_end(paragraphs: Sequence[tuple[etree._Element, bool]], at: int) -> int:
    end = at + 1
    while end < len(paragraphs) and paragraphs[end][0].get("Type") in _SPEECH:
        end += 1
    return end


def _styles(root: etree._Element) -> dict[str, str]:
    """The base style of each style the document defines."""
    found = {}
    for one in root.iterfind("styles/style"):
        values = _attributes(one)
        found[values.get("name", "").casefold()] = (
            values.get("basestyle") or values.get("basestylename") or ""
        )
    return found


def _type(name: str, styles: Mapping[str, str]) -> str:
    """The paragraph type of a style: its own, else its base's; `Normal Text` is the base of every other."""
    seen = [name.casefold()]
    while seen[-1] not in _TYPES and styles.get(seen[-1]) and len(seen) < 20:
        seen.append(styles[seen[-1]].casefold())
    return _TYPES.get(seen[-1], name)


def _paragraph(para: etree._Element, styles: Mapping[str, str], *, inline: bool) -> etree._Element:
    own = _attributes(para)
    style = para.find("style")
    look = _attributes(style) if style is not None else {}
    name = next((look[one] for one in _BASE if look.get(one)), "Action")
    made = etree.Element("Paragraph", Type=_type(name, styles))
    made.sourceline = line_of(para)  # type: ignore[assignment]  # the stubs know no lines
    if look.get("align") == "center":
        made.set("Alignment", "Center")
    if "1" in (look.get("pagebreakbefore"), own.get("pagebreak")):
        made.set("StartsNewPage", "Yes")
    number = own.get("scenenumber") or own.get("number") or look.get("number") or look.get("scenenumber")
    if number and made.get("Type") == "Scene Heading":
        made.set("Number", number)
    for one in sorted({*own} - _PARA_HELD) + sorted({*look} - _STYLE_LAYOUT - {*_BASE}):
        made.set(re.sub(r"[^\w.-]", "_", one), own.get(one, look.get(one, "")))
    if own.get("synopsis"):
        summary = etree.SubElement(etree.SubElement(made, "SceneProperties"), "Summary")
        for line in own["synopsis"].split("\n"):
            etree.SubElement(etree.SubElement(summary, "Paragraph"), "Text").text = line
    for run in para.iterfind("text"):
        made.extend(list(_runs(run, inline=inline)))
    if own.get("note"):
        note = etree.SubElement(etree.SubElement(made, "ScriptNote"), "Paragraph")
        etree.SubElement(note, "Text").text = own["note"]
    return made


def _both(para: etree._Element) -> bool:
    style = para.find("style")
    return style is not None and _attributes(style).get("dualdialogue") in ("1", "true")


def _runs(run: etree._Element, *, inline: bool) -> Iterator[etree._Element]:
    values = _attributes(run)
    on = {name for name in ("bold", "italic", "underline") if values.get(name) in ("1", "true")}
    for text, more in _inline_runs(text_of(run)) if inline else [(text_of(run), set())]:
        made = etree.Element("Text")
        made.text = text
        styles = "+".join(name.title() for name in ("bold", "italic", "underline") if name in on | more)
        if styles:
            made.set("Style", styles)
        if values.get("revision"):
            made.set("RevisionID", values["revision"])
        for name in sorted({*values} - _RUN_LAYOUT):
            made.set(re.sub(r"[^\w.-]", "_", name), values[name])
        yield made


def _inline_runs(text: str) -> Iterator[tuple[str, set[str]]]:
    """OSF 1.2's own markup inside a run: `<b>`, `<i>`, `<u>`, `<br>`."""
    names = {"b": "bold", "i": "italic", "u": "underline"}
    opened: list[str] = []
    at = 0
    for match in _INLINE.finditer(text):
        yield unescape(text[at : match.start()]), {names[one] for one in opened if one in names}
        at = match.end()
        name = (match["name"] or "").casefold()
        if not name:
            yield "\n", set()
        elif not match["close"]:
            opened.append(name)
        elif name in opened:
            opened.remove(name)
    yield unescape(text[at:]), {names[one] for one in opened if one in names}


def _title_page(root: etree._Element, *, inline: bool) -> dict[str, str]:
    lines = []
    for para in root.iterfind("titlepage/para"):
        made = _paragraph(para, {}, inline=inline)
        letters = [
            letter
            for run in made.iterfind("Text")
            for letter in letters_of(
                run.text or "",
                bold="Bold" in (run.get("Style") or ""),
                italic="Italic" in (run.get("Style") or ""),
                underline="Underline" in (run.get("Style") or ""),
            )
        ]
        text = as_marked(trimmed(letters, indent=False))[0]
        lines.append(TitleLine(text, made.get("Alignment") == "Center", para.get("bookmark") or ""))
    info = root.find("info")
    if not lines and info is not None:  # OSF 1.2
        values = _attributes(info)
        for key, name in (
            ("title", "Title"),
            ("writtenby", "Author"),
            ("drafts", "Draft date"),
            ("copyright", "Copyright"),
            ("contact", "Contact"),
        ):
            if values.get(key):
                lines.append(TitleLine(values[key], key in ("title", "writtenby"), name))
    return read_title_page(lines)


def _attributes(element: etree._Element) -> dict[str, str]:
    """Attributes by name without case and underscores: versions differ (`baseStyleName`, `basestylename`)."""
    return {name.lower().replace("_", ""): value for name, value in attributes_of(element).items()}
