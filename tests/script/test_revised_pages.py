"""A locked script keeps its numbers, and only what changed is printed again."""

from __future__ import annotations

import pypdfium2
import pytest

from answerprint.core.errors import UsageError
from answerprint.departments.script.locked_numbers import lock_numbers
from answerprint.departments.script.revised_pages import revise_pages
from answerprint.departments.script.sides import print_sides, side_sheets
from answerprint.formats.screenplays.fountain import read_fountain

SCENES = [
    f"INT. ROOM {number} - DAY\n\nRoom {number} is quiet.\n\n"
    + "".join(f"ANNA\nLine {number} {at} is said here.\n\nShe waits by door {at}.\n\n" for at in range(8))
    for number in range(1, 13)
]


def script(*scenes: str) -> str:
    return "\n\n".join(scenes)


LOCKED = read_fountain(script(*SCENES))


def numbers(*scenes: str) -> list[str]:
    return [scene.number for scene in lock_numbers(LOCKED, read_fountain(script(*scenes))).scenes]


def test_a_new_scene_takes_the_number_before_it_with_a_letter() -> None:
    new = "EXT. QUAY - NIGHT\n\nNobody."
    again = "EXT. PIER - NIGHT\n\nNobody here either."
    expected = ["1", "2", "2A", "2B", "3"]
    assert numbers(*SCENES[:2], new, again, *SCENES[2:])[:5] == expected
    assert numbers(new, *SCENES)[:2] == ["A1", "1"]


def test_a_scene_that_is_cut_keeps_its_number_as_omitted() -> None:
    made = lock_numbers(LOCKED, read_fountain(script(*SCENES[:3], *SCENES[4:])))
    assert [(one.number, one.omitted) for one in made.scenes[2:5]] == [
        ("3", False),
        ("4", True),
        ("5", False),
    ]


def test_a_moved_scene_keeps_its_number() -> None:
    assert numbers(SCENES[1], SCENES[0], *SCENES[2:])[:3] == ["2", "1", "3"]


def test_an_unchanged_script_prints_nothing_and_the_same_pages() -> None:
    made = revise_pages(LOCKED, LOCKED)
    assert made.changed == ()
    assert [sheet.label for sheet in made.sheets] == [str(at + 1) for at in range(len(made.sheets))]


def test_one_changed_word_prints_one_page_with_one_element_marked() -> None:
    changed = script(*SCENES).replace("Room 6 is quiet", "Room 6 is loud")
    made = revise_pages(LOCKED, read_fountain(changed))
    assert len(made.changed) == 1
    [sheet] = made.to_print()
    marked = [line.text.strip() for line in sheet.rows.values() if line.revised]
    assert marked == ["Room 6 is loud."]


def test_text_that_no_longer_fits_goes_on_to_an_a_page_and_the_next_page_stays() -> None:
    more = SCENES[5] + "ANNA\nAnd one thing more, at length. " + "It goes on and on. " * 60
    made = revise_pages(LOCKED, read_fountain(script(*SCENES[:5], more, *SCENES[6:])))
    labels = [sheet.label for sheet in made.sheets]
    first = made.changed[0]
    assert f"{first}A" in labels
    last = [label for label in labels if label.isdigit()][-1]
    assert last not in made.changed
    assert last == str(len(revise_pages(LOCKED, LOCKED).sheets))


def test_pages_whose_words_are_gone_join_the_page_before() -> None:
    made = revise_pages(LOCKED, read_fountain(script(*SCENES[:3], *SCENES[9:])))
    assert any("-" in sheet.label for sheet in made.sheets)


def test_every_word_of_the_revision_is_on_a_page() -> None:
    revised = read_fountain(script(*SCENES[2:5], "EXT. QUAY - NIGHT\n\nNobody.", *SCENES[:2], *SCENES[7:]))
    made = revise_pages(LOCKED, revised)
    printed = " ".join(line.text for sheet in made.sheets for _, line in sorted(sheet.rows.items()))
    for scene in revised.scenes:
        for element in scene.elements:
            if element.kind == "dialogue":
                assert element.text in printed


def test_revisions_have_the_guild_s_colours() -> None:
    with pytest.raises(UsageError, match="no colour 'mauve'"):
        revise_pages(LOCKED, LOCKED, colour="mauve")


def test_sides_hold_the_scene_s_pages_with_the_others_crossed_out() -> None:
    sheets = side_sheets(LOCKED, ["6"])
    for sheet in sheets:
        there = {line.scene for line in sheet.rows.values()}
        assert 5 in there
        assert sheet.struck == there - {5}


def test_sides_of_a_part_are_the_pages_it_speaks_on() -> None:
    both = read_fountain(script(*SCENES[:6], "INT. SHED - DAY\n\nBEN\nHere I am."))
    sheets = side_sheets(both, [], characters=["ben"])
    assert len(sheets) == 1
    assert sheets[0].marked == {"BEN"}
    assert len(pypdfium2.PdfDocument(print_sides(sheets, both))) == 1


@pytest.mark.parametrize(("scenes", "characters"), [(["99"], []), ([], ["NOBODY"])])
def test_sides_of_what_is_not_in_the_script_are_refused(scenes: list[str], characters: list[str]) -> None:
    with pytest.raises(UsageError) as refused:
        side_sheets(LOCKED, scenes, characters=characters)
    assert refused.value.code == "AP-USE-071"
