"""A printed screenplay holds its words where a reader of scripts looks for them."""

from __future__ import annotations

import pypdfium2

from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.page_style import A4
from answerprint.formats.screenplays.pdf_writing import write_pdf

SCRIPT = """Title: The Ferry
Credit: written by
Author: Somebody Else

INT. WHEELHOUSE - NIGHT #12A#

Rain on *every* window. _Nothing_ beyond.

ANNA
(to herself)
Is there a light?
"""


def pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [document[at].get_textpage().get_text_range() for at in range(len(document))]


def test_title_page_comes_first_and_the_script_s_first_page_bears_no_number() -> None:
    title, first = pages(write_pdf(read_fountain(SCRIPT)))
    assert "THE FERRY" in title and "Somebody Else" in title
    assert "WHEELHOUSE" in first and "1." not in first


def test_emphasis_is_set_not_spelt() -> None:
    page = pages(write_pdf(read_fountain(SCRIPT)))[1]
    assert "every window" in page.replace("\r\n", " ")
    assert "*" not in page and "_" not in page


def test_scene_numbers_stand_in_both_margins_when_asked() -> None:
    assert pages(write_pdf(read_fountain(SCRIPT), numbers=True))[1].count("12A") == 2
    assert pages(write_pdf(read_fountain(SCRIPT)))[1].count("12A") == 0


def test_the_same_script_is_the_same_bytes() -> None:
    assert write_pdf(read_fountain(SCRIPT)) == write_pdf(read_fountain(SCRIPT))


def test_a_page_of_a4_is_a4() -> None:
    page = pypdfium2.PdfDocument(write_pdf(read_fountain(SCRIPT), style=A4))[0]
    assert [round(side) for side in page.get_size()] == [595, 842]


def test_second_page_is_numbered() -> None:
    script = read_fountain("INT. HOUSE - DAY\n\n" + "She waits.\n\n" * 40)
    assert "2." in pages(write_pdf(script))[1]
