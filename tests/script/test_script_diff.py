"""What a revision changed is told for what it is: moved, split, merged, renamed, reworded."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_screenplays import Plan, screenplay
from script_commands import script

from answerprint.departments.script.difference.changes import difference
from answerprint.departments.script.difference.page import page
from answerprint.departments.script.difference.picture import drawing, png, svg
from answerprint.departments.script.difference.records import Difference, SceneChange
from answerprint.departments.script.difference.words import word_changes
from answerprint.formats.screenplays.fountain import read_fountain

SCENES = [f"{one}\n" for one in screenplay(Plan(scenes=16, seed=8)).split("\nINT. ")]
BODY = ["EXT. START - DAY\n\nNothing but wind over the long wall, and a kite.\n"] + [
    f"INT. {one}" for one in SCENES[1:13]
]


def told(before: list[str], after: list[str]) -> Difference:
    texts = ["\n\n".join(one) for one in (before, after)]
    return difference(read_fountain(texts[0]), read_fountain(texts[1]), ("white", "blue"))


def by(found: Difference, status: str) -> list[SceneChange]:
    return [one for one in found.scenes if one.status == status]


def test_a_script_does_not_differ_from_itself() -> None:
    found = told(BODY, BODY)
    assert {one.status for one in found.scenes} == {"same"}
    assert not found.story and not found.production and not found.renames
    assert not any(one.moved or one.renumbered or one.texts for one in found.scenes)


def test_a_moved_scene_is_moved_and_not_removed_and_added() -> None:
    after = [*BODY[:2], BODY[8], *BODY[2:8], *BODY[9:]]
    found = told(BODY, after)
    moved = [one for one in found.scenes if one.moved]
    assert [one.status for one in moved] == ["same"]
    assert "moved" in moved[0].story[0]
    assert not by(found, "added") and not by(found, "removed")


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(6)))
def test_any_order_of_the_same_scenes_is_matched_whole(order: list[int]) -> None:
    found = told(BODY[:6], [BODY[at] for at in order])
    assert len(found.scenes) == "\n\n".join(BODY[:6]).count("INT. ") + "\n\n".join(BODY[:6]).count("EXT. ")
    assert all(one.before and one.after and not one.texts for one in found.scenes)
    stayed = sum(not one.moved for one in found.scenes)
    assert stayed >= 1


def test_added_and_removed_scenes_stand_alone() -> None:
    new = "INT. LIGHTHOUSE - NIGHT\n\nThe keeper winds the great lamp.\n\nKEEPER\nForty turns, every night.\n"
    found = told(BODY, [*BODY[:4], new, *BODY[5:]])
    (added,), (removed,) = by(found, "added"), by(found, "removed")
    assert added.after[0].heading == "INT. LIGHTHOUSE - NIGHT" and not added.before
    assert removed.before and not removed.after
    assert "new speaking part: KEEPER" in found.story
    assert "new set: LIGHTHOUSE" in found.production


def test_a_split_and_a_merge_are_called_so() -> None:
    lines = BODY[3].split("\n\n")
    middle = len(lines) // 2
    halves = ["\n\n".join(lines[:middle]), "EXT. COURTYARD - DAY\n\n" + "\n\n".join(lines[middle:])]
    apart = [*BODY[:3], *halves, *BODY[4:]]
    (split,) = by(told(BODY, apart), "split")
    assert [one.heading for one in split.after][1] == "EXT. COURTYARD - DAY"
    assert len(split.before) == 1 and not split.texts  # no word was changed by it
    (merged,) = by(told(apart, BODY), "merged")
    assert len(merged.before) == 2 and len(merged.after) == 1


def test_renamed_people_and_places_are_no_new_ones() -> None:
    before = "\n\n".join(BODY)
    after = before.replace("MARTHA", "GRETA").replace("Martha", "Greta").replace("KITCHEN", "SCULLERY")
    found = told([before], [after])
    assert {(one.kind, one.before, one.after) for one in found.renames} == {
        ("character", "MARTHA", "GRETA"),
        ("set", "KITCHEN", "SCULLERY"),
    }
    assert not any("new speaking part" in line for line in found.story)
    assert not any("new set" in line for line in found.production)
    assert not any(one.texts for one in found.scenes)


def test_renumbering_alone_changes_nothing() -> None:
    numbered = [one.replace(" - DAY\n", f" - DAY #{at}A#\n", 1) for at, one in enumerate(BODY)]
    found = told(BODY, numbered)
    assert {one.status for one in found.scenes} == {"same"}
    assert any(one.renumbered for one in found.scenes)


def test_day_becomes_night_and_a_dog_comes_in() -> None:
    scene = "EXT. FARM - DAY\n\nHAL mends the long stone wall.\n\nHAL\nIt has stood for two hundred years.\n"
    after = scene.replace("DAY", "NIGHT").replace("stone wall.", "stone wall. A dog watches him.")
    found = told([scene, *BODY], [after, *BODY])
    (changed,) = by(found, "changed")
    assert "day becomes night" in changed.production
    assert any("exterior night" in line and "animals" in line for line in changed.production)
    assert any(line == "night scenes: 4 → 5" or line.startswith("night scenes") for line in found.production)


def test_the_words_that_changed_are_the_ones_shown() -> None:
    changes = word_changes("We leave at dawn with the boat.", "We leave at dusk with the boat.")
    assert [(one.change, one.text) for one in changes] == [
        ("same", "We leave at"), ("out", "dawn"), ("in", "dusk"), ("same", "with the boat."),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=30),
    st.lists(st.sampled_from(["a", "b", "c", "f"]), max_size=30),
)
def test_kept_and_taken_words_are_the_old_text_kept_and_new_the_new_one(
    old: list[str], new: list[str]
) -> None:
    changes = word_changes(" ".join(old), " ".join(new))
    for side, text in (("out", old), ("in", new)):
        assert " ".join(one.text for one in changes if one.change in ("same", side)).split() == text


def test_a_very_long_paragraph_is_compared_without_hanging() -> None:
    old, new = ("x y " * 40_000, "y x " * 40_000)
    assert [one.change for one in word_changes(old, new)] == ["out", "in"]


def test_a_scene_that_repeats_itself_for_ever_is_compared_all_the_same() -> None:
    """Three thousand equal speeches are nine million equal pairs, in every step of a plain matcher."""
    speech, other = "ANNA\nHello there you.\n\n", "BEN\nNo, never again.\n\n"
    before = "INT. A - DAY\n\n" + speech * 3000
    after = "INT. A - DAY\n\n" + (speech * 30 + other) * 100
    (changed,) = told([before], [after]).scenes
    assert changed.status == "changed"
    assert sum(text.who == "BEN" and text.line_before is None for text in changed.texts) == 100


def test_the_picture_has_every_scene_on_its_side_and_is_the_same_each_time() -> None:
    found = told(BODY, [*BODY[5:], *BODY[:4]])
    drawn = drawing(found)
    text = svg(drawn)
    assert text == svg(drawing(found)) and text.startswith("<svg") and text.endswith("</svg>\n")
    for scene in found.scenes:
        for end in (*scene.before, *scene.after):
            assert end.heading.split(" - ")[0].removeprefix("INT. ")[:20] in text
    image = png(drawn)
    assert image[:8] == b"\x89PNG\r\n\x1a\n" and image == png(drawing(found))


def test_a_heading_cannot_break_picture_or_page() -> None:
    found = told(BODY, [*BODY, 'INT. <B>&" - DAY\n\nAn <i>odd</i> place indeed.\n'])
    assert "<B>&" not in svg(drawing(found)) and "<i>odd" not in page(found)


def test_the_command_writes_words_page_and_picture(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    white, blue = tmp_path / "white.fountain", tmp_path / "blue.fountain"
    white.write_text("\n\n".join(BODY), encoding="utf-8")
    blue.write_text("\n\n".join([*BODY[1:], BODY[0].replace("a kite", "two kites")]), encoding="utf-8")
    outputs = ("--html", tmp_path / "a.html", "--picture", tmp_path / "a.png")
    done = script(capfd, "diff", white, blue, *outputs, "--json")
    assert done.code == 0 and {"summary", "story", "production", "scenes", "renames"} <= set(done.document)
    assert (tmp_path / "a.html").is_file() and (tmp_path / "a.png").is_file()
    assert "[+two kites.+]" in script(capfd, "diff", white, blue, "--words").out
    assert script(capfd, "diff", white, blue, "--picture", tmp_path / "a.gif").code == 2
    empty = tmp_path / "empty.fountain"
    empty.write_text("")
    assert script(capfd, "diff", white, empty, "--json").document["error"]["code"] == "AP-SCRIPT-120"


def test_the_same_story_in_two_formats_does_not_differ(shared_data: Path) -> None:
    from answerprint.core.errors import FormatError
    from answerprint.departments.script.reading import read_screenplay

    folder = shared_data / "screenplays"
    try:
        other = read_screenplay(folder / "Brick-and-Steel.fdx")
    except FormatError:
        pytest.skip("Final Draft is not read by this version")
    found = difference(read_screenplay(folder / "Brick-and-Steel.fountain"), other, ("a", "b"))
    assert not by(found, "added") and not by(found, "removed")
    assert sum(one.similarity > 0.9 for one in found.scenes) >= len(found.scenes) - 1
