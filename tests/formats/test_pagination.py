"""A page of the screenplay is the page that a printer would give it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.formats.screenplays.blocks import wrap
from answerprint.formats.screenplays.emphasis import Run, marked, runs
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.page_style import LETTER
from answerprint.formats.screenplays.pagination import in_eighths, lay_out, paginate

SPEECH = "ANNA\n" + "The tide is late again tonight. " * 60
WORDS = st.text(alphabet="ab *_\\-\n", max_size=60)


def text_of(source: str) -> list[list[str]]:
    pages = lay_out(read_fountain(source))
    return [[page.rows[row].text if row in page.rows else "" for row in range(page.used)] for page in pages]


def test_final_draft_s_own_lengths_are_measured_the_same(shared_data: Path) -> None:
    """Final Draft wrote Length="3/8" and "2/8" beside these two scenes."""
    source = shared_data / "screenplays/fountain-cases/TestFDX-FD.fountain"
    scenes = paginate(read_fountain(source)).scenes
    assert [in_eighths(scene.eighths) for scene in scenes] == ["3/8", "2/8"]


def test_lengths_add_up_to_the_pages_they_stand_on() -> None:
    scene = "INT. HOUSE - DAY\n\n" + "She waits.\n\n" * 12
    whole = paginate(read_fountain(scene * 40))
    rows = sum(page.used for page in lay_out(read_fountain(scene * 40))[-1:]) + LETTER.rows * (
        whole.pages - 1
    )
    assert abs(sum(one.eighths for one in whole.scenes) - rows * 8 / LETTER.rows) <= 1
    assert all(one.eighths >= 1 for one in whole.scenes)


def test_columns_are_the_industry_s() -> None:
    page = text_of(
        "INT. HOUSE - DAY\n\nShe waits.\n\nANNA\n(low)\nNot yet.\n\nCUT TO:\n\nEXT. SEA - DAY\n\nWaves."
    )[0]
    assert page[0] == "INT. HOUSE - DAY"
    assert "".ljust(22) + "ANNA" in page
    assert "".ljust(16) + "(low)" in page
    assert "".ljust(10) + "Not yet." in page
    assert "CUT TO:".rjust(60) in page


def test_a_speech_over_a_page_s_end_says_more_and_continued() -> None:
    first, second = text_of("INT. HOUSE - DAY\n\n" + "She waits.\n\n" * 20 + SPEECH)[:2]
    assert first[-1].strip() == "(MORE)"
    assert second[0].strip() == "ANNA (CONT'D)"
    assert first[-4].strip() != "ANNA"


@pytest.mark.parametrize("lines", range(20, 30))
def test_no_heading_or_cue_stands_alone_at_a_page_s_end(lines: int) -> None:
    filler = "INT. HOUSE - DAY\n\n" + "She waits.\n\n" * lines
    for source in (filler + "INT. BARN - DAY\n\nStraw.", filler + "ANNA\nNot yet.\n\nStraw."):
        for page in text_of(source):
            last = page[-1].strip()
            assert not last.startswith(("INT.", "ANNA"))


def test_a_speaker_who_goes_on_after_action_is_continued() -> None:
    page = "\n".join(
        text_of("INT. A - DAY\n\nANNA\nOne.\n\nShe turns.\n\nANNA\nTwo.\n\nBEN\nThree.\n\nANNA\nFour.")[0]
    )
    assert page.count("ANNA (CONT'D)") == 1


def test_two_speakers_at_once_stand_side_by_side() -> None:
    page = text_of("INT. A - DAY\n\nANNA\nStop!\n\nBEN ^\nGo on!")[0]
    assert any("ANNA" in row and "BEN" in row for row in page)
    assert any("Stop!" in row and "Go on!" in row for row in page)


@given(st.text(max_size=300), st.integers(1, 40))
def test_wrapping_loses_only_spaces_and_never_overflows(text: str, width: int) -> None:
    pieces = [text[start:end] for start, end in wrap(text, width)]
    assert "".join("".join(pieces).split()) == "".join(text.split())
    if text.isascii():
        assert all(len(piece) <= width for piece in pieces)


@given(WORDS)
def test_emphasis_written_and_read_again_is_the_same(text: str) -> None:
    once = runs(text)
    assert "".join(run.text for run in runs(marked(once))) == "".join(run.text for run in once)


def test_emphasis_may_be_nested_and_escaped() -> None:
    assert runs(r"a *b* \*c\*") == (Run("a "), Run("b", italic=True), Run(" *c*"))
    assert runs("_**A**_") == (Run("A", bold=True, underline=True),)
    assert runs("2 * 3") == (Run("2 * 3"),)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["INT. A - DAY", "She waits.", "ANNA\nYes.", "===", "> CUT TO:", SPEECH]), max_size=40
    )
)
def test_every_word_is_printed_once(parts: list[str]) -> None:
    screenplay = read_fountain("\n\n".join(parts))
    printed = [line for page in lay_out(screenplay, continued=False) for _, line in sorted(page.rows.items())]
    added = ("(MORE)", "ANNA (CONT'D)")
    said = " ".join(line.text for line in printed if line.text.strip() not in added).split()
    wanted = [
        word
        for scene in screenplay.scenes
        for element in scene.elements
        for word in ("" if element.kind == "page_break" else element.text).split()
    ]
    assert said == wanted
