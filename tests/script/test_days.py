"""Day or night of every scene, the story's days, and what is asked about them."""

from __future__ import annotations

import pytest

from answerprint.formats.screenplays.days import resolve_days
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.identity import identify
from answerprint.formats.screenplays.model import Screenplay


def told(*headings: str) -> Screenplay:
    return resolve_days(identify(read_fountain("\n\nHe waits.\n\n".join(headings) + "\n\nHe waits.\n")))


def lights(*headings: str) -> list[str]:
    return [scene.day_or_night for scene in told(*headings).scenes]


def days(*headings: str) -> list[int | None]:
    return [scene.script_day for scene in told(*headings).scenes]


def asked(play: Screenplay) -> list[str]:
    return [one.message for one in play.findings if one.code == "script.day_doubt"]


def test_continuous_takes_its_light_from_the_scene_before_through_any_change_of_place() -> None:
    headings = (
        "INT. HALL - NIGHT",
        "EXT. GARDEN - CONTINUOUS",
        "INT. CAR - MOMENTS LATER",
        "INT. BAR - SAME",
    )
    assert lights(*headings) == ["night"] * 4
    assert days(*headings) == [1, 1, 1, 1]
    assert asked(told(*headings)) == []


@pytest.mark.parametrize(
    ("time", "light"),
    [
        ("MORNING", "day"),
        ("AFTERNOON", "day"),
        ("MAGIC HOUR", "dusk"),
        ("SUNRISE", "dawn"),
        ("LATE NIGHT", "night"),
        ("3 A.M.", "night"),
        ("2 P.M.", "day"),
        ("NUIT", "night"),
        ("ДЕНЬ", "day"),
        ("夜", "night"),
        ("LATER THAT NIGHT", "night"),
    ],
)
def test_a_time_of_day_has_its_light(time: str, light: str) -> None:
    assert lights(f"INT. ROOM - {time}") == [light]


def test_a_day_begins_at_a_morning_after_a_night() -> None:
    headings = ("INT. A - NIGHT", "INT. B - MORNING", "INT. C - DAY", "INT. D - NIGHT", "EXT. E - DAWN")
    assert days(*headings) == [1, 2, 2, 2, 3]


def test_the_script_says_that_another_day_has_come() -> None:
    assert days("INT. A - DAY", "INT. B - NEXT DAY", "INT. C - THREE DAYS LATER") == [1, 2, 3]
    assert days("INT. A - DAY", "INT. B - LATER THAT NIGHT", "INT. C - THE NEXT MORNING") == [1, 1, 2]
    titled = resolve_days(read_fountain("INT. A - DAY\n\nx\n\nSUPER: TWO WEEKS LATER\n\nINT. B - DAY\n\nx\n"))
    assert [scene.script_day for scene in titled.scenes] == [1, 2]
    over = "INT. A - DAY\n\nx\n\ny\n\nINT. B - DAY\n\nRain.\n\n> ONE YEAR LATER <\n\nShe comes.\n"
    assert [scene.script_day for scene in resolve_days(read_fountain(over)).scenes] == [1, 2]


def test_a_flashback_is_a_day_of_its_own_and_the_story_goes_on_where_it_was() -> None:
    headings = ("INT. A - NIGHT", "INT. B - DAY (FLASHBACK)", "INT. B - CONTINUOUS", "INT. A - NIGHT")
    assert days(*headings) == [1, 2, 2, 1]
    assert lights(*headings) == ["night", "day", "day", "night"]
    marked = read_fountain(
        "INT. A - DAY\n\nx\n\nBEGIN FLASHBACK:\n\nINT. B - NIGHT\n\nx\n\nINT. C - NIGHT\n\nx\n\n"
        "END FLASHBACK.\n\nINT. A - DAY\n\nx\n"
    )
    assert [scene.script_day for scene in resolve_days(marked).scenes] == [1, 2, 2, 1]


def test_years_apart_are_days_of_their_own() -> None:
    assert days("INT. A - DAY", "INT. B - NIGHT (1994)", "INT. C - DAY (PRESENT)", "INT. D - DAY (1994)") == [
        *(1, 2, 1),
        3,  # a day after the night of 1994
    ]


def test_what_cannot_be_known_is_a_question_for_a_person() -> None:
    play = told(
        "INT. A - CONTINUOUS", "INT. B - NIGHT", "INT. C", "EXT. SEA - EVENING", "EXT. SEA - DAY/NIGHT"
    )
    doubts = [one for one in play.findings if one.code == "script.day_doubt"]
    assert len(doubts) == 4
    for one in doubts:
        assert one.needs_a_person and one.confidence and one.confidence < 1
        assert "?" in one.message and one.details["scene"] in {scene.id for scene in play.scenes}


def test_a_script_that_names_no_time_at_all_asks_once() -> None:
    play = told("INT. A", "INT. B", "INT. C")
    assert len(asked(play)) == 1
    assert [scene.day_or_night for scene in play.scenes] == ["day", "day", "day"]


def test_every_scene_with_a_heading_has_light_and_day_and_an_omitted_one_has_none() -> None:
    play = told("INT. A - NIGHT", ".OMITTED #2#", "INT. B")
    assert [(scene.day_or_night, scene.script_day) for scene in play.scenes] == [
        ("night", 1),
        ("", None),
        ("night", 1),
    ]


def test_asking_twice_asks_the_same() -> None:
    play = told("INT. A - EVENING", "EXT. B - EVENING", "INT. C")
    assert resolve_days(play) == play
