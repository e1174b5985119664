"""What Final Draft says, as a screenplay: every paragraph, number, note, revision and tag."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerprint.formats.screenplays.fdx import read_fdx
from answerprint.formats.screenplays.model import Element, Screenplay


def fdx(content: str, rest: str = "", version: str = "5") -> Screenplay:
    """The screenplay of a document with this content."""
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n'
        f'<FinalDraft DocumentType="Script" Template="No" Version="{version}">\n'
        f"<Content>{content}</Content>{rest}</FinalDraft>"
    )
    return read_fdx(text.encode())


def para(kind: str, *runs: str, more: str = "", inside: str = "") -> str:
    said = "".join(run if run.startswith("<") else f"<Text>{run}</Text>" for run in runs)
    return f'<Paragraph Type="{kind}"{more}>{inside}{said}</Paragraph>'


def elements(screenplay: Screenplay) -> list[Element]:
    return [one for scene in screenplay.scenes for one in scene.elements]


def codes(screenplay: Screenplay) -> set[str]:
    return {finding.code for finding in screenplay.findings}


def test_final_drafts_own_file(shared_data: Path) -> None:
    script = read_fdx(shared_data / "screenplays/fountain-cases/TestFDX-FD.fdx")
    assert [(scene.number, scene.heading, scene.eighths) for scene in script.scenes] == [
        ("1", "INT. RADIO STUDIO", 3),
        ("2", "EXT. OUTSIDE THE FOOD STORE", 2),
    ]
    assert script.characters() == ("DJ", "DAVE", "JIM", "KAY")
    said = next(one for one in elements(script) if one.character == "JIM" and one.kind == "dialogue")
    assert (said.text, said.extension) == ("Because he helps us test this screenplay.", "O.S.")
    assert script.title == "FDX Test Script"
    assert dict(script.title_page) == {
        "Title": "_FDX Test Script_",
        "Credit": "Written by",
        "Author": "Ian",
        "Draft date": "Draft\ninformation",
        "Copyright": "Copyright (c) 2026",
        "Contact": "Contact\ninformation",
    }


def test_runs_are_emphasis_and_marks_of_the_text_are_characters() -> None:
    script = fdx(
        para(
            "Action",
            '<Text Style="Underline">Her face FILLS the </Text>',
            '<Text Style="Italic+Underline">Mark 4</Text>',
            '<Text Style="Underline"> scope</Text>',
            '<Text>. 2 * 3, not </Text><Text Style="Bold">a*b</Text>',
        )
    )
    assert elements(script)[0].text == "_Her face FILLS the *Mark 4* scope_. 2 * 3, not **a\\*b**"


def test_words_in_small_letters_shown_as_capitals_are_capitals() -> None:
    assert elements(fdx(para("Action", '<Text Style="AllCaps">knife</Text>')))[0].text == "KNIFE"


@pytest.mark.parametrize("number", ["A12", "12A", "12AB", "101-3", "5.1"])
def test_locked_numbers_stay_as_written(number: str) -> None:
    script = fdx(para("Scene Heading", "INT. HALL - DAY", more=f' Number="{number}"'))
    assert (script.scenes[0].number, script.scenes[0].numbered) == (number, True)


def test_a_scene_without_a_number_is_counted_and_says_so() -> None:
    scene = fdx(para("Scene Heading", "INT. HALL - DAY")).scenes[0]
    assert (scene.number, scene.numbered) == ("1", False)


def test_two_speakers_at_once() -> None:
    both = "".join(
        (
            para("Character", "MARA"),
            para("Dialogue", "Yes."),
            para("Character", "JON (V.O.)"),
            para("Parenthetical", "(low)"),
            para("Dialogue", "No."),
        )
    )
    script = fdx(f"<Paragraph><DualDialogue>{both}</DualDialogue></Paragraph>{para('Action', 'They look.')}")
    assert [(one.kind, one.text, one.character, one.dual) for one in elements(script)] == [
        ("character", "MARA", "MARA", False),
        ("dialogue", "Yes.", "MARA", False),
        ("character", "JON", "JON", True),
        ("parenthetical", "low", "JON", True),
        ("dialogue", "No.", "JON", True),
        ("action", "They look.", None, False),
    ]


def test_continued_is_no_part_of_a_name() -> None:
    script = fdx(para("Character", "MARA (V.O.) (CONT'D)") + para("Dialogue", "On."))
    assert (elements(script)[0].character, elements(script)[0].extension) == ("MARA", "V.O.")


def test_lines_of_a_speech_in_several_paragraphs_are_one_speech() -> None:
    script = fdx(para("Character", "DAN") + para("Dialogue", "One.") + para("Dialogue", "Two."))
    assert [one.text for one in elements(script)] == ["DAN", "One.\nTwo."]


def test_an_omitted_scene_keeps_its_number_and_its_text_out_of_the_script() -> None:
    pytest.importorskip("answerprint.formats.screenplays.fountain_writing")
    inside = para("Scene Heading", "EXT. YARD - DUSK") + para("Action", "Mara waits.")
    script = fdx(
        para("Scene Heading", "INT. HALL - DAY", more=' Number="20"')
        + f'<Paragraph Number="21" Type="Scene Heading"><Text>OMITTED</Text>'
        f"<OmittedScene>{inside}</OmittedScene></Paragraph>"
        + para("Scene Heading", "INT. LAB - DAY", more=' Number="22"')
    )
    omitted = script.scenes[1]
    assert [scene.number for scene in script.scenes] == ["20", "21", "22"]
    assert omitted.omitted
    assert omitted.heading == "OMITTED"
    assert [one.kind for one in omitted.elements] == ["heading", "boneyard"]
    assert "EXT. YARD - DUSK" in omitted.elements[1].text
    assert "Mara waits." in omitted.elements[1].text


def test_notes_hang_on_the_paragraph_their_range_begins_in() -> None:
    # A block counts two units where it sits and one for its paragraph's end; 😀 counts two.
    block = para("Character", "MARA") + para("Dialogue", "A long answer, not counted.")
    content = (
        para("Action", "Hum 😀.")
        + f'<Paragraph Type="General"><DualDialogue>{block}</DualDialogue></Paragraph>'
        + para("Action", "Go.")
    )
    ranges = {"first": "0,3", "end of first": "7,7", "block": "8,10", "last": "11,12", "past": "99,120"}
    notes = "".join(
        f'<ScriptNote Id="{n}" Range="{at}"><Paragraph><Text>{text}</Text></Paragraph></ScriptNote>'
        for n, (text, at) in enumerate(ranges.items())
    )
    script = fdx(content, f"<ScriptNotes>{notes}</ScriptNotes>")
    assert [one.text for one in elements(script)] == [
        "Hum 😀.",
        "first",
        "end of first",
        "MARA",
        "A long answer, not counted.",
        "block",
        "Go.",
        "last",
        "past",
    ]


def test_old_versions_keep_a_note_in_its_paragraph() -> None:
    note = '<ScriptNote ID="1"><Paragraph><Text>why here?</Text></Paragraph></ScriptNote>'
    script = fdx(para("Scene Heading", "INT. HALL - DAY", inside=note) + para("Action", "Go."), version="1")
    assert [(one.kind, one.text) for one in elements(script)] == [
        ("heading", "INT. HALL - DAY"),
        ("note", "why here?"),
        ("action", "Go."),
    ]


def test_a_notes_title_is_part_of_its_words() -> None:
    note = '<ScriptNote Range="0,1" Name="Props"><Paragraph><Text>two of them</Text></Paragraph></ScriptNote>'
    assert elements(fdx(para("Action", "A cup."), f"<ScriptNotes>{note}</ScriptNotes>"))[1].text == (
        "Props: two of them"
    )


def test_revisions_by_name_and_page_colour() -> None:
    sets = (
        '<Revisions><Revision ID="1" Name="Blue Rev." PageColor="#C6C6EDEDFEFE" Mark="*"/>'
        '<Revision ID="2" Name="Pink Rev." PageColor="#FDFDCCCCD4D4" Mark="**"/>'
        '<Revision ID="3" Name="Yellow" PageColor="#FDFDFFFFABAB" Mark="*"/></Revisions>'
    )
    script = fdx(
        para("Action", "Old. ", '<Text RevisionID="1">Newer. </Text><Text RevisionID="2">Newest.</Text>')
        + para("Action", '<Text RevisionID="0">Never changed.</Text>'),
        sets,
    )
    assert [one.revision for one in elements(script)] == ["Pink Rev.", ""]
    assert [(one.name, one.colour, one.mark) for one in script.revisions] == [
        ("Blue Rev.", "blue", "*"),
        ("Pink Rev.", "pink", "**"),
    ]


def test_tags_name_their_category_and_the_words_they_lie_on() -> None:
    tags = (
        '<TagData><TagCategories><TagCategory Id="c1" Name="Props"/><TagCategory Id="c2" Name="Sound"/>'
        '</TagCategories><TagDefinitions><TagDefinition CatId="c1" Id="d1" Label="revolver" Number="1"/>'
        '<TagDefinition CatId="c2" Id="d2" Label="click" Number="2"/></TagDefinitions>'
        '<Tags><Tag Number="7"><DefId>d1</DefId></Tag>'
        '<Tag Number="8"><DefId>d1</DefId><DefId>d2</DefId></Tag></Tags></TagData>'
    )
    runs = (
        "He cocks ",
        '<Text TagNumber="7" Style="Bold">the old </Text>',
        '<Text TagNumber="8">revolver</Text>',
        "<Text>.</Text>",
    )
    element = elements(fdx(para("Action", *runs), tags))[0]
    assert element.text == "He cocks **the old** revolver."
    assert [(tag.category, tag.name, tag.id) for tag in element.tags] == [
        ("Props", "revolver", "d1"),
        ("Sound", "click", "d2"),
    ]
    assert [element.text[tag.start : tag.end] for tag in element.tags] == ["the old** revolver", "revolver"]


def test_outline_summary_and_act_paragraphs() -> None:
    summary = (
        "<SceneProperties Title='The theft'><Summary><Paragraph><Text>Mara steals it.</Text></Paragraph>"
    )
    script = fdx(
        para("Outline 1", "Act One")
        + para("Outline 2 (Sequences)", "The hall")
        + para("Outline Body", "How it begins.")
        + para("New Act", "ACT ONE", more=' Alignment="Center"')
        + para("Scene Heading", "INT. HALL - DAY", inside=f"{summary}</Summary></SceneProperties>")
        + para("Cast List", "MARA, JON")
        + para("Lyrics", "La la")
        + para("Shot", "CLOSE ON THE SAFE")
    )
    assert [(one.kind, one.text, one.depth, one.style) for one in elements(script)] == [
        ("section", "Act One", 1, ""),
        ("section", "The hall", 2, ""),
        ("synopsis", "How it begins.", 0, ""),
        ("general", "ACT ONE", 0, "New Act"),
        ("heading", "INT. HALL - DAY", 0, ""),
        ("synopsis", "The theft", 0, ""),
        ("synopsis", "Mara steals it.", 0, ""),
        ("general", "MARA, JON", 0, "Cast List"),
        ("lyric", "La la", 0, ""),
        ("shot", "CLOSE ON THE SAFE", 0, ""),
    ]


def test_a_paragraph_type_of_ones_own_is_what_it_behaves_as() -> None:
    settings = '<ElementSettings Type="Chorus"><Behavior PaginateAs="Action"/></ElementSettings>'
    element = elements(fdx(para("Chorus", "All sing."), settings))[0]
    assert (element.kind, element.style) == ("action", "Chorus")


def test_page_breaks_and_centred_lines() -> None:
    script = fdx(
        para("Action", "THE END", more=' Alignment="Center"')
        + para("Action", "After.", more=' StartsNewPage="Yes"')
    )
    assert [(one.kind, one.text) for one in elements(script)] == [
        ("centered", "THE END"),
        ("page_break", ""),
        ("action", "After."),
    ]


def test_what_is_not_kept_is_counted() -> None:
    script = fdx(
        para("Action", '<Text Style="Strikeout" Color="#FFFF00000000">gone</Text>', more=' LeftIndent="2.00"')
        + para("Action", "<Hologram/>", more=' Mood="blue"')
    )
    finding = next(one for one in script.findings if one.code == "fdx.not_held")
    assert dict(finding.details) == {
        "<Hologram> in a paragraph": 1,
        "Color of text": 1,
        "attribute Mood of Paragraph": 1,
        "indents and spacing of single paragraphs": 1,
        "style Strikeout": 1,
    }
    assert not finding.needs_a_person


def test_nothing_is_reported_where_everything_is_kept(shared_data: Path) -> None:
    for name in ("Brick-and-Steel.fdx", "fountain-cases/TestFDX-FD.fdx", "fountain-cases/TestFDX-FI.fdx"):
        assert read_fdx(shared_data / "screenplays" / name).findings == ()


def test_missing_attributes_and_old_versions() -> None:
    for version in ("1", "2", "3", "4", "6", ""):
        script = fdx("<Paragraph><Text>No type.</Text></Paragraph><Paragraph/>", version=version)
        assert [(one.kind, one.text) for one in elements(script)] == [("general", "No type.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_encodings(encoding: str) -> None:
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    text = (
        f'<?xml version="1.0" encoding="{declared}"?><FinalDraft><Content>'
        "<Paragraph Type='Action'><Text>Café Zoë</Text></Paragraph></Content></FinalDraft>"
    )
    script = read_fdx(text.encode(encoding))
    assert elements(script)[0].text == "Café Zoë"
    assert script.findings == ()


def test_a_wrong_declaration_is_read_as_it_is_and_said() -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><FinalDraft><Content>'
        "<Paragraph Type='Action'><Text>Café</Text></Paragraph></Content></FinalDraft>"
    )
    script = read_fdx(text.encode("cp1252"))
    assert elements(script)[0].text == "Café"
    assert codes(script) == {"text.encoding_guessed"}
    script = read_fdx(text.replace("UTF-8", "UTF-16").encode("utf-8"))
    assert elements(script)[0].text == "Café"
