"""Every case of fountain-tools (github.com/wildwinter/fountain-tools) to the letter of its expected dump.

Three readings differ, each where the Fountain syntax (fountain.io/syntax) decides the other way:

1. `3CPO` speaks. "A Character element is any line entirely in uppercase, with one empty line before it and
   without an empty line after it"; "Character names must include at least one alphabetical character". 3CPO
   has three of them. The dump wants a letter first, and would lose 1ST COP and 2ND GUARD. (Character, and
   again in SimpleCallbackParser, which reads the same file.)
2. A blank line ends a speech, unless two spaces stand on it. The dump gives Jack the two paragraphs of action
   below his line: taking their notes out makes it forget the blank lines above them. (Notes)
3. Emphasis nests: `_Steel's face FILLS the *Leupold Mark 4* scope_` is the syntax's own example of how "the
   writer can mix and match and combine bold, italics and underlining". The dump leaves the asterisks as they
   are inside the underline. (Formatted)
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fountain_dump import called_back, dump, html

from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.fountain_writing import element_key, write_fountain
from answerprint.formats.screenplays.model import Screenplay

CASES = (
    *(
        "Boneyards",
        "Character",
        "LineBreaks",
        "Lyrics",
        "Notes",
        "PageBreak",
        "Parenthetical",
        "SceneHeading",
    ),
    *("Scratch", "Sections", "TitlePage", "Transition", "UTF8"),
)
SPEAKS = ('ACTION:"3CPO\nNot work."', 'CHARACTER:"3CPO"\nDIALOGUE:"Not work."')
DIFFERENCES = {
    "Character": [SPEAKS],
    "Notes": [
        (
            'DIALOGUE:"*Did you know Brick and Steel are retired?*\n\nHis hand',
            'DIALOGUE:"*Did you know Brick and Steel are retired?*"\nACTION:"His hand',
        ),
        # The same loss of blank lines, further down in what the dump takes for the speech.
        ("looks around. Phone ringing.\nTesting a note", "looks around. Phone ringing.\n\nTesting a note"),
        ("without spaces[[3]]\nDefinitely", "without spaces[[3]]\n\nDefinitely"),
    ],
    "Formatted": [("the *Leupold Mark 4* scope</u>", "the <i>Leupold Mark 4</i> scope</u>")],
    "SimpleCallbackParser": [
        (
            "ACTION: text:3CPO\nACTION: text:Not work.",
            "DIALOGUE: character:3CPO extension:null parenthetical:null line:Not work. dual:false",
        ),
    ],
}
PARTS = ("TitlePage", "Sections", "Character", "Dialogue")  # what its writer and callback cases are made of


@pytest.fixture
def cases(shared_data: Path) -> Path:
    return shared_data / "screenplays" / "fountain-cases"


def expected(cases: Path, name: str) -> str:
    text = (cases / f"{name}.txt").read_text("utf-8")
    for theirs, ours in DIFFERENCES.get(name, []):
        assert theirs in text
        text = text.replace(theirs, ours)
    return text


def together(cases: Path) -> Screenplay:
    return read_fountain("\n\n".join((cases / f"{one}.fountain").read_text("utf-8") for one in PARTS))


@pytest.mark.parametrize("name", CASES)
def test_the_case_is_read_as_its_dump_says(name: str, cases: Path) -> None:
    assert dump(read_fountain(cases / f"{name}.fountain")) == expected(cases, name)


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize("name", ["Action", "Dialogue"])
def test_the_case_is_read_as_its_dump_says_line_by_line_too(name: str, merged: bool, cases: Path) -> None:
    actions = merged or name != "Action"
    dialogue = merged or name != "Dialogue"
    found = dump(read_fountain(cases / f"{name}.fountain"), merge_actions=actions, merge_dialogue=dialogue)
    assert found == expected(cases, f"{name}-{'Merged' if merged else 'Unmerged'}")


def test_hashtags_are_read_when_asked_for(cases: Path) -> None:
    assert dump(read_fountain(cases / "Tags.fountain", tags=True)) == expected(cases, "Tags")


def test_without_asking_a_hashtag_is_text(cases: Path) -> None:
    play = read_fountain(cases / "Tags.fountain")
    assert not any(element.tags for scene in play.scenes for element in scene.elements)
    assert play.scenes[0].elements[1].text == "This is scene 1, we think! #taggy"


def test_emphasis_is_read_as_formatted(cases: Path) -> None:
    assert html((cases / "Formatted.fountain").read_text("utf-8")) == expected(cases, "Formatted")


def test_four_files_are_called_back_in_order(cases: Path) -> None:
    # BOSS, the last line of the last file, is called back only when a line follows it: its own dump has it.
    assert called_back(together(cases)) == expected(cases, "SimpleCallbackParser") + "\nACTION: text:BOSS"


def keys(play: Screenplay) -> list[tuple[object, ...]]:
    return [element_key(element) for scene in play.scenes for element in scene.elements]


def test_what_its_writer_wrote_is_read_as_the_source_was(cases: Path) -> None:
    written = read_fountain(cases / "UTF8-output.fountain")
    assert keys(written) == keys(read_fountain(cases / "UTF8.fountain"))
    assert [scene.number for scene in written.scenes] == ["1", "2", "4", "3", "5"]


def test_its_writer_loses_a_forced_cue_and_a_dual_mark_and_ours_does_not(cases: Path) -> None:
    source = together(cases)
    theirs = dump(read_fountain(cases / "Writer-output.fountain")).split("\n")
    ours = dump(read_fountain(write_fountain(source))).split("\n")
    assert ours == dump(source).split("\n")
    assert [line for line in ours if line.startswith("CHARACTER") and line not in theirs] == [
        'CHARACTER:"Han" "(O.S.)"',
        'CHARACTER:"BUT" "(Dual)" (Dual)',
    ]


def test_what_its_writer_made_up_is_read(cases: Path) -> None:
    assert dump(read_fountain(cases / "Append-output.fountain")).split("\n") == [
        *('CHARACTER:"FRED"', 'DIALOGUE:"Test dialogue.', 'Test dialogue 2."'),
        *('ACTION:"Test action 1.', "Test action 2.", 'Test action 3."'),
        *('CHARACTER:"FRED"', 'DIALOGUE:"Test dialogue."'),
        *('CHARACTER:"FRED"', 'DIALOGUE:"Test dialogue 2."'),
    ]
