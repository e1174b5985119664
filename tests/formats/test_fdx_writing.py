"""A screenplay as Final Draft reads it: valid, the same bytes each time, and nothing of it lost."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from lxml import etree
from made_up_screenplays import facts, screenplays

from answerprint.core.breakdown import Breakdown, Passage, SceneElement, SceneSheet
from answerprint.formats.screenplays.fdx import read_fdx
from answerprint.formats.screenplays.fdx_writing import write_fdx
from answerprint.formats.screenplays.headings import make_scene
from answerprint.formats.screenplays.model import Element, Revision, Screenplay, Span, Tag


def script(*elements: Element, **more: object) -> Screenplay:
    heading = Element(kind="heading", text="INT. HALL - DAY", line=1)
    scene = msgspec.structs.replace(make_scene(heading, elements), number="1", id="s1")
    return msgspec.structs.replace(Screenplay(scenes=(scene,)), **more)


def action(text: str, **more: object) -> Element:
    return msgspec.structs.replace(Element(kind="action", text=text, line=3), **more)


def paragraphs(data: bytes) -> list[tuple[str, str]]:
    """Types and words of the script's paragraphs, read without our reader."""
    root = etree.fromstring(data)
    return [
        (one.get("Type", ""), "".join(run.text or "" for run in one.findall("Text")))
        for one in root.findall("Content/Paragraph")
    ]


@settings(max_examples=60, deadline=None)
@given(screenplays())
def test_nothing_is_lost_and_bytes_settle_at_once(screenplay: Screenplay) -> None:
    written = write_fdx(screenplay)
    read = read_fdx(written)
    assert facts(read) == facts(screenplay)
    assert dict(read.title_page) == dict(screenplay.title_page)
    assert write_fdx(read) == written
    assert not read.findings or {one.code for one in read.findings} == {"script.scene_number_twice"}


@settings(max_examples=20, deadline=None)
@given(screenplays())
def test_any_parser_reads_every_printed_word(screenplay: Screenplay) -> None:
    root = etree.fromstring(write_fdx(screenplay))
    assert root.tag == "FinalDraft"
    assert (root.get("DocumentType"), root.get("Template"), root.get("Version")) == ("Script", "No", "5")
    speakers = [one.text for one in root.iter("Text") if one.getparent().get("Type") == "Character"]
    cues = [one for scene in screenplay.scenes for one in scene.elements if one.kind == "character"]
    assert [one.split(" (")[0] for one in speakers if one] == [one.text for one in cues]


def test_kinds_are_final_drafts_paragraphs() -> None:
    cue = Element(kind="character", text="MARA", line=5, character="MARA", extension="V.O.")
    data = write_fdx(
        script(
            action("She *runs*."),
            cue,
            msgspec.structs.replace(cue, kind="parenthetical", text="low"),
            msgspec.structs.replace(cue, kind="dialogue", text="Go.\nNow."),
            Element(kind="transition", text="CUT TO:", line=9),
            Element(kind="section", text="Act Two", line=10, depth=2),
        )
    )
    assert paragraphs(data) == [
        ("Scene Heading", "INT. HALL - DAY"),
        ("Action", "She runs."),
        ("Character", "MARA (V.O.)"),
        ("Parenthetical", "(low)"),
        ("Dialogue", "Go.\nNow."),
        ("Transition", "CUT TO:"),
        ("Outline 2", "Act Two"),
    ]
    assert b'<Text Style="Italic">runs</Text>' in data


def test_counted_numbers_are_not_written_and_written_ones_are() -> None:
    plain = script(action("Go."))
    assert b"Number=" not in write_fdx(plain).split(b"</Content>")[0]
    scene = msgspec.structs.replace(plain.scenes[0], number="12AB", numbered=True)
    assert b'Number="12AB"' in write_fdx(msgspec.structs.replace(plain, scenes=(scene,)))


def test_a_note_ranges_over_the_paragraph_before_it() -> None:
    data = write_fdx(script(action("Hum 😀."), Element(kind="note", text="louder?", line=4)))
    note = etree.fromstring(data).find("ScriptNotes/ScriptNote")
    assert note is not None
    assert note.get("Range") == "16,23"  # the heading's 15 units and its end; 😀 is two units
    assert "".join(note.itertext()).strip() == "louder?"


def test_revisions_keep_name_colour_and_mark() -> None:
    sets = (
        Revision(name="Blue (2 March)", colour="blue"),
        Revision(name="Lilac", colour="#C0C0A0A0FFFF", mark="+"),
    )
    before = script(
        action("Old."), action("New.", revision="Lilac"), action("Blue.", revision="Blue (2 March)")
    )
    before = msgspec.structs.replace(before, revisions=sets)
    after = read_fdx(write_fdx(before))
    assert after.revisions == sets
    assert [one.revision for one in after.scenes[0].elements] == ["", "", "Lilac", "Blue (2 March)"]


def test_tags_come_back_where_they_lay_though_they_overlap() -> None:
    text = "He cocks **the old revolver**."
    tags = (
        Tag(category="Props", name="revolver", start=11, end=27),
        Tag(category="Sound", name="cock", start=3, end=27),
        Tag(category="Own Things", name="old", start=15, end=18),
    )
    read = read_fdx(write_fdx(script(action(text, tags=tags)))).scenes[0].elements[1]
    assert read.text == text
    assert {(one.category, one.name, text[one.start : one.end]) for one in read.tags} == {
        ("Props", "revolver", "the old revolver"),
        ("Sound", "cock", "cocks **the old revolver"),
        ("Own Things", "old", "old"),
    }


def thing(category: str, name: str, words: str, line: int = 3, **more: object) -> SceneElement:
    element = SceneElement(
        id=f"{category}|{name}|s1",
        category=category,  # type: ignore[arg-type]
        name=name,
        confidence=0.9,
        reason="named",
        evidence=(Passage(scene="s1", text=words, line=line),) if words else (),
    )
    return msgspec.structs.replace(element, **more)


def test_a_breakdown_is_tagged_at_its_passages_and_what_was_rejected_is_not() -> None:
    screenplay = script(action("Mara grabs the RUSTY KEY. A dog barks."), action("The key turns.", line=5))
    sheet = SceneSheet(
        scene="s1",
        number="1",
        heading="INT. HALL - DAY",
        set="HALL",
        elements=(
            thing("props", "key", "RUSTY KEY"),
            thing("animals", "dog", "dog"),
            thing("sfx", "smoke", ""),
            thing("props", "door", "turns", answer="rejected"),
            thing("children", "Mara", "Mara", answer="accepted"),
        ),
    )
    data = write_fdx(screenplay, Breakdown(title="", sheets=(sheet,)))
    heading, first, second = read_fdx(data).scenes[0].elements
    assert [(one.category, one.name) for one in heading.tags] == [("Special Effects", "smoke")]
    assert [(one.category, one.name, first.text[one.start : one.end]) for one in first.tags] == [
        ("Children", "Mara", "Mara"),
        ("Props", "key", "RUSTY KEY"),
        ("Animals", "dog", "dog"),
    ]
    assert second.tags == ()
    root = etree.fromstring(data)
    known = {one.get("Name"): one.get("Id") for one in root.findall("TagData/TagCategories/TagCategory")}
    assert known["Props"] == "05c556eb-6bc1-4a3a-b09f-f8b5ba1b6afa"  # the id Final Draft knows Props by
    ids = {one.get("Id") for one in root.findall("TagData/TagDefinitions/TagDefinition")}
    used = {one.text for one in root.findall("TagData/Tags/Tag/DefId")}
    numbers = {one.get("TagNumber") for one in root.iter("Text")} - {None}
    assert used == ids
    assert numbers == {one.get("Number") for one in root.findall("TagData/Tags/Tag")}
    assert write_fdx(screenplay, Breakdown(title="", sheets=(sheet,))) == data


def test_a_passage_is_a_whole_word_and_the_one_that_was_meant() -> None:
    text = "Her raincoat drips. Rain on the roof, more rain in the rain barrel."
    there = text.index("rain in")
    element = action(text, span=Span(start=100, end=100 + len(text), line=3, last_line=3))
    meant = Passage(scene="s1", text="rain", line=3, start=100 + there, end=104 + there)
    sheet = SceneSheet(
        scene="s1",
        number="1",
        heading="INT. HALL - DAY",
        set="HALL",
        elements=(thing("sfx", "rain", "", evidence=(meant,)), thing("wardrobe", "coat", "raincoat")),
    )
    read = read_fdx(write_fdx(script(element), Breakdown(title="", sheets=(sheet,))))
    tags = {one.name: (one.start, one.end) for one in read.scenes[0].elements[1].tags}
    assert tags == {"coat": (4, 12), "rain": (there, there + 4)}


def test_settings_of_the_file_a_script_came_from_are_written_as_they_were() -> None:
    source = (
        b'<FinalDraft DocumentType="Script" Version="5"><Content><Paragraph Type="Action"><Text>Go.</Text>'
        b'</Paragraph></Content><PageLayout TopMargin="99"/><Novelty><Deep one="1"/></Novelty></FinalDraft>'
    )
    written = write_fdx(read_fdx(source))
    root = etree.fromstring(written)
    layout, deep = root.find("PageLayout"), root.find("Novelty/Deep")
    assert layout is not None and layout.get("TopMargin") == "99"
    assert deep is not None and deep.get("one") == "1"
    assert write_fdx(read_fdx(written)) == written


@pytest.mark.parametrize("text", ["\x00\x0b\ufffe", "a\x01b", "\ud800", "<\"&'>\x02"])
def test_characters_xml_cannot_hold_do_not_break_the_document(text: str) -> None:
    tag = Tag(category=text, name=text, start=0, end=3)
    nasty = script(
        action(f"ab{text}", tags=(tag,), revision=text),
        Element(kind="note", text=text, line=1),
        Element(kind="action", text="x", line=2, style=text),
        Element(kind="character", text=text, line=3, character=text, extension=text),
        title_page={"Title": text, text: text},
    )
    etree.fromstring(write_fdx(nasty))
