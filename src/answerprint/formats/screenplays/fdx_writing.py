"""Writes a screenplay as Final Draft's FDX, version 5, which Final Draft 9 to 13 and Fade In read.

Where Fountain has what Final Draft has not, a place that Final Draft keeps: sections are `Outline n`
paragraphs; synopses under a heading its scene's summary, others outline bodies; notes script notes on the
paragraph before them (inside dual dialogue and omitted scenes kept in their paragraph, as older versions do);
boneyards script notes called "Boneyard"; page breaks the next paragraph's own, or a blank paragraph's.
A blank paragraph ends a speech before a lyric that nobody on screen sings.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from answerprint.core.breakdown import Breakdown
from answerprint.formats.screenplays.fdx_document import PAGE_COLOURS, title_page_of
from answerprint.formats.screenplays.fdx_paragraphs import TYPES, Paragraphs
from answerprint.formats.screenplays.fdx_settings import (
    HEADER_AND_FOOTER,
    KNOWN_STYLES,
    ORDER,
    PAGE_LAYOUT,
    SETTINGS,
    ElementSetting,
    element_settings,
)
from answerprint.formats.screenplays.fdx_tags import with_breakdown
from answerprint.formats.screenplays.fdx_titles import lay_out
from answerprint.formats.screenplays.model import Element, Revision, Screenplay
from answerprint.formats.screenplays.safe_xml import parse_xml, quoted, readable


def write_fdx(screenplay: Screenplay, breakdown: Breakdown | None = None) -> bytes:
    """The screenplay as an FDX document in UTF-8, the same bytes for the same screenplay.

    With a breakdown its elements are tagged at their passages (Final Draft's Tagger, Movie Magic Scheduling);
    tags the screenplay has stay. Settings carried from an FDX file are written as they were.
    """
    if breakdown is not None:
        screenplay = with_breakdown(screenplay, breakdown)
    body = Paragraphs(_revision_ids(screenplay))
    body.add(screenplay.scenes)
    carried = dict(screenplay.carried)
    categories = carried.pop("TagCategories", "")
    sections = own_sections(screenplay) | carried
    sections["TitlePage"] = _title_page(screenplay, carried.get("TitlePage", ""))
    sections["Revisions"] = _revisions(screenplay.revisions, body.revisions)
    sections["TagData"] = body.tags.xml(categories)
    sections["ScriptNotes"] = body.notes_xml()
    parts = [
        '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>',
        '<FinalDraft DocumentType="Script" Template="No" Version="5">',
        "",
        "  <Content>",
        *body.lines,
        "  </Content>",
    ]
    for name in (*ORDER, *(one for one in sections if one not in ORDER)):
        if sections.get(name):
            parts += ["", f"  {sections[name].strip()}"]
    return "\n".join((*parts, "", "</FinalDraft>", "")).encode("utf-8")


def own_sections(screenplay: Screenplay) -> dict[str, str]:
    """The settings a document of this screenplay has when none are carried, by section."""
    styles = {
        one.style: TYPES.get(one.kind, "General")
        for scene in screenplay.scenes
        for one in scene.elements
        if one.style and one.style not in KNOWN_STYLES
    }
    return {
        "HeaderAndFooter": HEADER_AND_FOOTER,
        "PageLayout": PAGE_LAYOUT,
        "ElementSettings": _element_settings(styles),
        "TitlePage": _title_page(screenplay, ""),
        "SmartType": _smart_type(screenplay),
    }


def _element_settings(styles: dict[str, str]) -> str:
    own = [
        ElementSetting(quoted(name)[1:-1], kind, "Action", "1.50", "7.50", 12)
        for name, kind in styles.items()
    ]
    return "\n".join(element_settings(one) for one in (*SETTINGS, *own))


def _title_page(screenplay: Screenplay, carried: str) -> str:
    """The title page; one carried from the file stays as it was laid out while its values are the same."""
    if carried:
        page = f"<FinalDraft>{carried}</FinalDraft>".encode()
        root = parse_xml(page, file="title page", root="FinalDraft", product="Final Draft").root
        if title_page_of(root) == dict(screenplay.title_page):
            return carried
    lines = ["  <TitlePage>", "    <Content>"]
    for one in lay_out(screenplay.title_page):
        body = Paragraphs({})
        runs, _ = body.runs(Element(kind="general", text=one.text, line=0), "        ")
        alignment = "Center" if one.centred else "Left"
        lines += [f'      <Paragraph Alignment="{alignment}">', *runs, "      </Paragraph>"]
    return "\n".join((*lines, "    </Content>", "  </TitlePage>"))


def _smart_type(screenplay: Screenplay) -> str:
    names = dict.fromkeys(
        one.character for scene in screenplay.scenes for one in scene.elements if one.character
    )
    places = dict.fromkeys(scene.location for scene in screenplay.scenes if scene.location)
    lines = ["  <SmartType>", "    <Characters>"]
    lines += [f"      <Character>{escape(readable(one))}</Character>" for one in names]
    lines += ["    </Characters>", "    <Locations>"]
    lines += [f"      <Location>{escape(readable(one))}</Location>" for one in places]
    return "\n".join((*lines, "    </Locations>", "  </SmartType>"))


def _revision_ids(screenplay: Screenplay) -> dict[str, str]:
    """The number of each revision set, in the order of the sets, then of first use."""
    names = dict.fromkeys(one.name for one in screenplay.revisions)
    used = dict.fromkeys(
        one.revision for scene in screenplay.scenes for one in scene.elements if one.revision
    )
    return {name: str(number) for number, name in enumerate({**names, **used}, start=1)}


def _revisions(sets: Sequence[Revision], ids: dict[str, str]) -> str:
    known = {one.name: one for one in sets}
    hexes = {name: colour for colour, name in PAGE_COLOURS.items()}
    lines = [
        f'  <Revisions ActiveSet="{len(ids) or 1}" Location="7.75" RevisionMode="No" RevisionsShown="All">'
    ]
    for name, number in ids.items():
        one = known.get(name, Revision(name=name))
        colour = hexes.get(
            one.colour.casefold(), one.colour if one.colour.startswith("#") else "#FFFFFFFFFFFF"
        )
        lines.append(
            f'    <Revision Color="#000000000000" FullRevision="No" ID="{number}" Mark={quoted(one.mark)}'
            f' Name={quoted(name)} PageColor={quoted(colour)} Style=""/>'
        )
    return "\n".join((*lines, "  </Revisions>"))
