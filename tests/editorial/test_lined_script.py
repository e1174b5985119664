"""The lined script: where each line of the script stands, and a line for each take over it."""

from __future__ import annotations

from fractions import Fraction

import pypdfium2
import pytest

from answerprint.core.time import Range
from answerprint.departments.editorial.lined_script import lined_pdf, spoken_rows, take_lines
from answerprint.departments.editorial.matrix import TakeMatrix, take_matrix
from answerprint.departments.editorial.takes import Candidate, TakeTable
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.model import Screenplay
from answerprint.formats.screenplays.pagination import lay_out

SCENE = """
INT. OFFICE - DAY

The lamp is lit.

ANNA
Where were you?

BEN
(sitting down)
At the harbour.

He looks away.

ANNA
All night?

"""


@pytest.fixture(scope="module")
def script() -> Screenplay:
    """Long enough that a speech goes on over a page's end."""
    return read_fountain("Title: The Harbour\n" + SCENE * 6)


def matrix(script: Screenplay) -> TakeMatrix:
    lines = script.lines()
    by_line = {
        line.key: tuple(
            Candidate(
                line=line.key,
                asset=take,
                range=Range.of_ticks(place * 20, place * 20 + 10, Fraction(25)),
                label=f"scene {line.scene}A take {take}",
                setup=f"{line.scene}a",
                score=0.9,
                parts={"completeness": 1.0},
                circled=take == "2",
            )
            for take in ("1", "2")
            if line.scene == "1" and (take == "1" or place != 1)
        )
        for place, line in enumerate(lines)
    }
    return take_matrix(lines, TakeTable(candidates=by_line, refused=()))


def test_every_line_of_the_script_stands_where_its_words_are_printed(script: Screenplay) -> None:
    pages = lay_out(script)
    rows = spoken_rows(script, pages)
    lines = script.lines()
    assert sorted(rows) == list(range(len(lines)))
    for place, line in enumerate(lines):
        printed = " ".join(pages[page].rows[row].text for page, row in rows[place])
        assert line.character in printed
        assert all(word in printed for word in line.text.split())


def test_a_take_has_its_lines_and_its_ring(script: Screenplay) -> None:
    first, second = take_lines(matrix(script))
    assert (first.read, first.circled) == ({0, 1, 2}, False)
    assert (second.read, second.circled) == ({0, 2}, True)
    assert first.ink == second.ink


def test_the_pdf_names_every_take_and_is_the_same_every_time(script: Screenplay) -> None:
    data = lined_pdf(script, matrix(script))
    assert data == lined_pdf(script, matrix(script))
    document = pypdfium2.PdfDocument(data)
    assert len(document) == len(lay_out(script))
    text = document[0].get_textpage().get_text_bounded()
    assert "1A-1" in text and "1A-2" in text and "straight: read in this take" in text
    assert "1A-1" not in document[len(document) - 1].get_textpage().get_text_bounded()
