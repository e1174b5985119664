"""The Fountain reader against other programs' dumps, Final Draft's own files, and the specification."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from answerprint.core.errors import AnswerprintError, FormatError
from answerprint.formats.screenplays.fountain import plain, read_fountain
from answerprint.formats.screenplays.model import Screenplay, spoken_words

# Where the dump of fountain-tools and the specification differ, we follow the specification:
# "Character names must include at least one alphabetical character", so 3CPO (and 1ST COP) speaks.
# test_fountain_cases.py compares every case to the letter.
CASES = {
    "SceneHeading": "SceneHeading.txt",
    "Scratch": "Scratch.txt",
    "UTF8": "UTF8.txt",
    "Lyrics": "Lyrics.txt",
    "Transition": "Transition.txt",
    "PageBreak": "PageBreak.txt",
    "LineBreaks": "LineBreaks.txt",
    "Dialogue": "Dialogue-Merged.txt",
    "Action": "Action-Merged.txt",
    "Character": "Character.txt",
    "Parenthetical": "Parenthetical.txt",
    "Sections": "Sections.txt",
}
DIFFERENCES = {
    "Character": [
        ('ACTION:"3CPO\nNot work."', 'CHARACTER:"3CPO"\nDIALOGUE:"Not work."'),
    ],
    "Sections": [('TITLEENTRY:"CUT TO":""\n', "")],  # no element
}
_ENTRY = re.compile(r'(?P<kind>[A-Z]+):"(?P<text>[^"]*)"(?P<rest>[^\n]*)')


def squeeze(text: str) -> str:
    """Several blank lines as one, and line ends' spaces gone: the dumps keep them inside merged action."""
    return re.sub(r"\n\s*\n+", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")


def dumped(text: str) -> list[tuple[str, str, str]]:
    entries: list[tuple[str, str, str]] = []
    for match in _ENTRY.finditer(text):
        kind, rest = match["kind"], match["rest"].strip()
        if kind == "ACTION" and "(centered)" in rest:
            entries.append(("CENTERED", match["text"].strip(), ""))
            continue
        if kind == "ACTION" and not match["text"].strip():
            continue
        entries.append((kind, squeeze(match["text"]), rest))
    return entries


def as_dump(play: Screenplay) -> list[tuple[str, str, str]]:
    """Our elements in the dump's words, neighbouring action paragraphs merged as it merges them."""
    entries: list[tuple[str, str, str]] = []
    for scene in play.scenes:
        for element in scene.elements:
            kind, text, rest = element.kind.replace("_", "").upper(), squeeze(element.text), ""
            if kind == "HEADING" and not re.fullmatch(r"\d", scene.number):
                rest = f"({scene.number})"
            if kind == "CHARACTER":
                rest = " ".join(
                    part
                    for part in (
                        f'"({element.extension})"' if element.extension else "",
                        "(Dual)" if element.dual else "",
                    )
                    if part
                )
            if kind == "SECTION":
                rest = f"({element.depth})"
            if kind == "ACTION" and entries and entries[-1][0] == "ACTION":
                entries[-1] = ("ACTION", entries[-1][1] + "\n\n" + text, "")
            else:
                entries.append((kind, text, rest))
    return entries


@pytest.mark.parametrize("case", CASES)
def test_elements_are_those_another_program_reads(case: str, shared_data: Path) -> None:
    folder = shared_data / "screenplays" / "fountain-cases"
    expected = (folder / CASES[case]).read_text(encoding="utf-8")
    for theirs, ours in DIFFERENCES.get(case, []):
        assert theirs in expected
        expected = expected.replace(theirs, ours)
    expected = re.sub(r'(HEADING:"[^"]*") \(\d\)', r"\1", expected)  # single digits are also counted numbers
    assert as_dump(read_fountain(folder / f"{case}.fountain")) == dumped(expected)


def test_title_page_keeps_its_values_and_ends_at_the_first_line_that_is_none(shared_data: Path) -> None:
    play = read_fountain(shared_data / "screenplays" / "fountain-cases" / "TitlePage.fountain")
    assert play.title == "BRICK & STEEL FULL RETIRED"
    assert play.title_page["Title"] == "_**BRICK & STEEL**_\n_**FULL RETIRED**_"
    assert play.title_page["Draft date"] == "1/20/2012"
    assert play.title_page["Contact"] == "Next Level Productions\n1588 Mission Dr.\nSolvang, CA 93463"
    assert [one.text for one in play.scenes[0].elements] == ["Not a title entry.\nStill: Not a title entry."]


def test_boneyard_is_never_read_and_a_transition_wants_an_empty_line_below(shared_data: Path) -> None:
    play = read_fountain(shared_data / "screenplays" / "fountain-cases" / "Boneyards.fountain")
    assert play.characters() == ("COGNITO",)
    assert [scene.heading for scene in play.scenes] == ["", "EXT. PALATIAL MANSION - DAY"]
    assert [one.kind for one in play.scenes[0].elements if one.text == "CUT TO:"] == ["action"]
    empty_below = read_fountain("INT. A\n\nCUT TO:\n\n/*\nINT. B\n*/\n\nINT. C\n")
    assert [one.kind for one in empty_below.scenes[0].elements] == ["heading", "transition", "boneyard"]


def test_notes_are_beside_the_text_and_a_blank_line_ends_one(shared_data: Path) -> None:
    play = read_fountain(shared_data / "screenplays" / "fountain-cases" / "Notes.fountain")
    notes = [one.text for scene in play.scenes for one in scene.elements if one.kind == "note"]
    assert notes == [
        "Or did we think of actual names for these guys?",
        "It was supposed to be Vietnamese, right?",
        "This section needs work.\nEither that, or I need coffee.\n  \nDefinitely coffee.",
        "This\ndoesn't have spaces. Shouldn't work.",
    ]
    actions = [one.text for scene in play.scenes for one in scene.elements if one.kind == "action"]
    assert actions[0].startswith("This is the home of THE BOY BAND, AKA DAN and JACK. They too")
    assert [line.text for line in play.lines()] == ["*Did you know Brick and Steel are retired?*"]


@pytest.mark.parametrize("name", ["Brick-and-Steel", "The-Last-Birthday-Card"])
def test_speeches_and_headings_equal_final_drafts(name: str, shared_data: Path) -> None:
    play = read_fountain(shared_data / "screenplays" / f"{name}.fountain")
    headings, speeches = final_draft(shared_data / "screenplays" / f"{name}.fdx")
    assert [scene.heading.upper() for scene in play.scenes if scene.heading] == headings
    ours = [(line.character, line.extension, spoken_words(plain(line.text))) for line in play.lines()]
    assert ours == speeches


def final_draft(path: Path) -> tuple[list[str], list[tuple[str, str | None, list[str]]]]:
    """Scene headings, and (speaker, extension, words) of every speech, as Final Draft XML says them."""
    headings: list[str] = []
    speeches: list[tuple[str, str | None, list[str]]] = []
    for paragraph in etree.parse(path).iterfind("./Content//Paragraph"):
        text = "".join(one.text or "" for one in paragraph.findall("Text")).strip()
        kind = paragraph.get("Type")
        if kind == "Scene Heading":
            headings.append(text.upper())
        elif kind == "Character":
            name, *extensions = re.split(r"\s*\(", text)
            kept = [one.rstrip(") ^") for one in extensions if "CONT" not in one]
            speeches.append((name.strip(" ^"), ", ".join(kept) or None, []))
        elif kind == "Dialogue":
            speeches[-1][2].extend(spoken_words(text))
    return headings, speeches


def test_windows_line_ends_tabs_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    script = "Title: Night\n\nINT. BOAT - NIGHT #1A#\n\n    ANNA\n    (low)\n    Is there a light?\n"
    other = tmp_path / "windows.fountain"
    other.write_bytes(b"\xef\xbb\xbf" + script.replace("    ", "\t").replace("\n", "\r\n").encode("utf-8"))
    assert read_fountain(other).for_the_cut() == read_fountain(script).for_the_cut()
    scene = read_fountain(script).scenes[0]
    assert (scene.number, scene.place, scene.location, scene.time_of_day) == (
        "1A",
        "interior",
        "BOAT",
        "NIGHT",
    )


def test_a_file_that_is_not_utf8_is_read_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "old.fountain"
    path.write_bytes("INT. CAFÉ - DAY\n\nRENÉE\nÇa va?\n".encode("cp1252"))
    play = read_fountain(path)
    assert play.characters() == ("RENÉE",)
    assert [finding.code for finding in play.findings] == ["text.encoding_guessed"]


def test_a_picture_named_as_a_screenplay_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "script.fountain"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    with pytest.raises(FormatError) as caught:
        read_fountain(path)
    assert caught.value.code == "AP-FORMAT-001"


def test_contd_is_the_same_character_and_not_an_extension() -> None:
    play = read_fountain("ANNA (V.O.)\nOne.\n\nShe turns.\n\nANNA (V.O.) (CONT'D)\nTwo.\n")
    assert [(line.character, line.extension) for line in play.lines()] == [("ANNA", "V.O.")] * 2


def test_a_note_inside_a_speech_does_not_end_it() -> None:
    play = read_fountain("ANNA\nIs there\n[[check]]\na light?\n(beat)\nHello?[[louder]]\n")
    assert [line.text for line in play.lines()] == ["Is there\na light? Hello?"]


def test_a_script_without_dialogue_or_scenes_is_read_as_it_is() -> None:
    assert read_fountain("").scenes == ()
    play = read_fountain("The sea. Nothing else.\n")
    assert play.lines() == ()
    assert play.scenes[0].elements[0].text == "The sea. Nothing else."


def test_written_scene_numbers_win_and_counted_ones_step_over_them() -> None:
    play = read_fountain("FADE IN:\n\nINT. A\n\nx\n\nINT. B #1#\n\nx\n\nINT. C\n\nx\n\nINT. D #1#\n\nx\n")
    assert [scene.number for scene in play.scenes] == ["0", "2", "1", "3", "1"]
    assert [finding.code for finding in play.findings] == ["script.scene_number_twice"]


def test_line_numbers_survive_boneyard_and_notes() -> None:
    play = read_fountain("/* a\nb\n*/\nINT. A\n\n[[n\nm]]\n\nANNA\nHi.\n")
    assert play.scenes[-1].elements[0].line == 4
    assert play.lines()[0].source_line == 10


@given(st.text(alphabet=st.sampled_from("AB ab\n\t.>#=~@!()[]/*^:INT_-\r\"'1é"), max_size=200))
def test_no_text_can_break_the_reader_and_no_spoken_word_is_invented(text: str) -> None:
    play = read_fountain(text)
    written = set(spoken_words(re.sub(r"[()\[\]]", " ", text.replace("\r", "\n"))))
    for scene in play.scenes:
        assert scene.number
        for element in scene.elements:
            assert element.line <= text.count("\n") + text.count("\r") + 1
    if "/*" not in text and "[[" not in text:
        for line in play.lines():
            assert set(spoken_words(line.text)) <= written


def test_an_unreadable_path_is_a_coded_error(tmp_path: Path) -> None:
    with pytest.raises(AnswerprintError) as caught:
        read_fountain(tmp_path / "gone.fountain")
    assert caught.value.code == "AP-USE-010"
