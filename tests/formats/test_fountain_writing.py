"""Fountain written and read back: unchanged texts to the byte, and any screenplay with nothing lost."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.fountain_writing import element_key, write_fountain
from answerprint.formats.screenplays.headings import make_scene, number_scenes
from answerprint.formats.screenplays.model import Element, Scene, Screenplay
from answerprint.formats.text import one_line_end

PIECES = (
    "INT. KITCHEN - DAY",
    ".FORCED",
    "EXT. SEA #12A#",
    "ANNA",
    "@McAvoy (V.O.) ^",
    "(low)",
    "Is there a light?",
    "  ",
    " ",
    "",
    "",
    "/* gone",
    "*/",
    "[[a note]]",
    "[[",
    "]]",
    "Title: Night",
    "   by the sea",
    "CUT TO:",
    "> FADE OUT.",
    "> THE END <",
    "# ACT",
    "= what happens",
    "===",
    "~ la la",
    "!BANG",
    "*star* _line_ \\*",
    "\tTAB",
    "\ufeff",
    "\u2028",
    "ИНТ. КУХНЯ - НОЧЬ",
    "12. INT. HALL",
)


def bare(screenplay: Screenplay) -> Screenplay:
    """Without anything of its source: what a reader of another format gives."""
    scenes = tuple(
        msgspec.structs.replace(
            scene,
            elements=tuple(
                msgspec.structs.replace(one, raw=None, span=None, after=None) for one in scene.elements
            ),
        )
        for scene in screenplay.scenes
    )
    return msgspec.structs.replace(screenplay, scenes=scenes, opening="")


def said(screenplay: Screenplay) -> list[object]:
    return [
        (scene.number, scene.heading, [element_key(element) for element in scene.elements])
        for scene in screenplay.scenes
    ]


@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(st.sampled_from(PIECES), max_size=30).map("\n".join),
        st.lists(st.sampled_from(PIECES), max_size=12).map("\r\n".join),
        st.text(alphabet=st.sampled_from("AB ab\n\t.>#=~@!()[]/*^:INT_-\r\"'1é"), max_size=200),
    ),
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_a_text_read_and_not_changed_is_written_to_the_byte(text: str, tags: bool) -> None:
    play = read_fountain(text, tags=tags)
    assert write_fountain(play, tags=tags) == one_line_end(text)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("\n".join))
@settings(max_examples=200, deadline=None)
def test_every_elements_raw_text_is_where_its_span_says(text: str) -> None:
    text = one_line_end(text)
    for scene in read_fountain(text).scenes:
        for element in scene.elements:
            assert element.span is not None
            assert text[element.span.start : element.span.end] == element.raw
            assert text.count("\n", 0, element.span.start) + 1 == element.span.line == element.line
            assert text.count("\n", 0, element.span.end) + 1 == element.span.last_line


@pytest.mark.parametrize("name", ["Brick-and-Steel", "The-Last-Birthday-Card"])
def test_a_script_without_its_source_is_written_with_every_element(name: str, shared_data: Path) -> None:
    play = read_fountain(shared_data / "screenplays" / f"{name}.fountain")
    again = read_fountain(write_fountain(bare(play)))
    assert said(again) == said(play)
    assert again.title_page == play.title_page


@pytest.mark.parametrize("name", ["Brick-and-Steel", "The-Last-Birthday-Card"])
def test_one_edit_changes_its_own_lines_only(name: str, shared_data: Path) -> None:
    source = shared_data / "screenplays" / f"{name}.fountain"
    play = read_fountain(source)
    before = one_line_end(source.read_text("utf-8")).split("\n")
    (scene, element) = next(
        (scene, element)
        for scene in play.scenes
        for element in scene.elements
        if element.kind == "action" and scene.heading
    )
    elements = tuple(
        msgspec.structs.replace(one, text="Somebody knocks.") if one is element else one
        for one in scene.elements
    )
    scenes = tuple(
        msgspec.structs.replace(one, elements=elements) if one is scene else one for one in play.scenes
    )
    after = write_fountain(msgspec.structs.replace(play, scenes=scenes)).rstrip("\n").split("\n")
    assert element.span is not None
    start, end = element.span.line - 1, element.span.last_line
    assert after == before[:start] + ["Somebody knocks."] + [
        line for line in "\n".join(before[end:]).rstrip("\n").split("\n")
    ]


# What would be read as something else, were it written plainly.
NASTY = (
    "INT. HOUSE - DAY",
    ".PERIOD",
    "...",
    "ANNA",
    "3CPO",
    "Anna says",
    "CUT TO:",
    "TO:",
    "> arrow",
    ">middle<",
    "!bang",
    "@home",
    "# one",
    "#1",
    "= equal",
    "===",
    "~tilde",
    "(brackets)",
    "Title: x",
    "Author: y",
    "FADE IN:",
    "*italic*",
    "_*",
    "  indented",
    "INTÉRIEUR JOUR - CUISINE",
    "12. INT. HALL - DAY",
    "he said ^",
    "[[",
    "]]",
    "/*",
    "*/ x",
    "Ünïcødé 😆",
    "内景 客厅 日",
    "x #5#",
    "'quoted'",
)
words = st.sampled_from(NASTY)
line = st.one_of(words, st.lists(words, min_size=1, max_size=2).map(" ".join))
stripped = line.map(str.strip)


def without(marks: tuple[str, ...]) -> st.SearchStrategy[str]:
    return stripped.filter(lambda text: not any(mark in text for mark in marks))


plain_line = without(("[[", "]]", "/*", "*/"))
names = st.sampled_from(
    (
        "ANNA",
        "Anna",
        "McAVOY",
        "3CPO",
        "CUT TO:",
        "INT. VOICE",
        "EST LADY",
        "'TIL",
        "DR. NO",
        "О'ХАРА",
        "安娜",
    )
)
extensions = st.sampled_from((None, None, "V.O.", "O.S., FILTERED", "on phone"))
later_lines = plain_line.filter(lambda text: text[0] not in "~!>#=." and not text.startswith("..."))


@st.composite
def speeches(draw: st.DrawFn) -> list[Element]:
    name, extension, dual = draw(names), draw(extensions), draw(st.booleans())

    def part(kind: str, text: str) -> Element:
        return Element(
            kind=kind,  # type: ignore[arg-type]
            text=text,
            line=0,
            character=name,
            extension=extension,
            dual=dual,
        )

    found = [part("character", name)]
    speakable = plain_line.filter(lambda text: text[0] not in "~(")
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()) and found[-1].kind != "parenthetical":
            found.append(part("parenthetical", draw(plain_line)))
        elif draw(st.integers(0, 4)) == 0:
            found.append(part("lyric", draw(plain_line)))
        elif found[-1].kind != "dialogue":
            lines = [draw(speakable), *draw(st.lists(st.one_of(speakable, st.just("")), max_size=2))]
            found.append(part("dialogue", "\n".join([*lines, draw(speakable)])))
    if len(found) > 1 and draw(st.booleans()):
        found.insert(draw(st.integers(1, len(found))), Element(kind="note", text=draw(plain_line), line=0))
    return found


@st.composite
def paragraphs(draw: st.DrawFn) -> list[Element]:
    kind = draw(
        st.sampled_from(
            (
                *("action", "action", "transition", "centered", "lyric", "section", "synopsis", "page_break"),
                *("note", "boneyard"),
            )
        )
    )
    text = draw(plain_line)
    if kind == "action":
        text = "\n".join([draw(without(("[[", "]]", "/*", "*/"))), *draw(st.lists(later_lines, max_size=2))])
    if kind == "page_break":
        text = ""
    if kind == "transition":
        text = text.rstrip("<") or "x"
    if kind == "note":
        text = draw(st.one_of(plain_line, st.just("two\n  \nparagraphs"), st.just("ends in ]")))
    if kind == "boneyard":
        text = draw(st.one_of(plain_line, st.just("\nINT. GONE - DAY\n\nANNA\nGone.\n"), st.just(" [[n]] ")))
    depth = draw(st.integers(1, 4)) if kind == "section" else 0
    return [Element(kind=kind, text=text, line=0, depth=depth)]


headings = st.sampled_from(
    (
        *("INT. HOUSE - DAY", "ext. sea", "THE SEA", "I/E CAR", "1994", "KÜCHE - INNEN - TAG", "FADE IN:"),
        *("CUT TO:", "int", "ИНТ. КУХНЯ. НОЧЬ", "○公園（昼）"),
    )
)


@st.composite
def screenplays(draw: st.DrawFn) -> Screenplay:
    scenes: list[Scene] = []
    for at in range(draw(st.integers(1, 3))):
        blocks = draw(st.lists(st.one_of(speeches(), paragraphs()), min_size=at == 0, max_size=6))
        elements = tuple(element for block in blocks for element in block)
        heading = None
        if at or draw(st.booleans()):
            heading = draw(headings.filter(lambda text: text[0].isalnum()))
            number = draw(st.sampled_from(("", "", " #7#", " #12A-1.b#")))
            heading = Element(kind="heading", text=heading + number, line=0)
        scenes.append(make_scene(heading, elements))
    page = draw(
        st.sampled_from(({}, {"Title": "_Night_"}, {"Title": "a\nb", "Draft date": "1/2", "My key": ""}))
    )
    numbered, _ = number_scenes(scenes)
    return Screenplay(title_page=page, scenes=numbered)


@given(screenplays())
@settings(max_examples=300, deadline=None)
def test_any_screenplay_is_read_back_as_it_was_written(play: Screenplay) -> None:
    again = read_fountain(write_fountain(play))
    assert said(again) == said(play)
    assert again.title_page == play.title_page
    assert write_fountain(again) == write_fountain(play)


def test_a_moved_scene_keeps_its_own_lines() -> None:
    text = "Title: X\n\n\nINT. A\n\nOne.\n\n\nINT. B\n\nANNA\n  Two. [[why]]\n\n\n\nINT. C\n\nThree.\n"
    play = read_fountain(text)
    moved = msgspec.structs.replace(play, scenes=(play.scenes[1], play.scenes[0], play.scenes[2]))
    written = write_fountain(moved)
    assert "ANNA\n  Two. [[why]]" in written
    assert [scene.heading for scene in read_fountain(written).scenes] == ["INT. B", "INT. A", "INT. C"]


def test_shots_are_written_as_action_and_forced_where_they_would_speak() -> None:
    shot = Element(kind="shot", text="ANGLE ON\nthe door", line=1)
    assert write_fountain(Screenplay(scenes=(Scene(number="1", heading="", elements=(shot,)),))) == (
        "!ANGLE ON\nthe door\n"
    )
