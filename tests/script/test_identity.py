"""Ids that hold through revisions, and a cast in which everybody is once."""

from __future__ import annotations

from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.identity import identify
from answerprint.formats.screenplays.model import Screenplay


def read(text: str) -> Screenplay:
    return identify(read_fountain(text))


def cast(*cues: str) -> dict[str, tuple[int, tuple[str, ...]]]:
    play = read("INT. A\n\n" + "\n\n".join(f"{cue}\nHello." for cue in cues) + "\n")
    return {one.name: (one.speeches, one.aliases) for one in play.cast}


def test_scene_ids_survive_renumbering_moves_and_new_text() -> None:
    before = read("INT. A - DAY\n\nx\n\nINT. B - DAY\n\nx\n\nINT. A - DAY\n\ny\n")
    after = read(
        "INT. NEW\n\nx\n\nINT. B - DAY #7#\n\nrewritten\n\nint. a - day\n\nx\n\nINT. A - DAY #9#\n\ny\n"
    )
    a, b, again = (scene.id for scene in before.scenes)
    assert len({a, b, again}) == 3
    assert [scene.id for scene in after.scenes][1:] == [b, a, again]


def test_an_omitted_scene_goes_by_its_number() -> None:
    before = read(".OMITTED #3#\n\nINT. A\n\nx\n\n.OMITTED #5#\n")
    after = read("INT. A\n\nx\n\n.OMITTED #5#\n\n.OMITTED #3#\n")
    assert {scene.number: scene.id for scene in before.scenes if scene.omitted} == {
        scene.number: scene.id for scene in after.scenes if scene.omitted
    }


def test_contd_voices_and_phones_make_no_new_character() -> None:
    found = cast(
        "ANNA", "ANNA (CONT'D)", "ANNA (V.O.)", "@Anna", "ANNA'S VOICE", "VOICE OF ANNA", "ANNA ON PHONE"
    )
    assert found == {"ANNA": (7, ("Anna", "ANNA'S VOICE", "VOICE OF ANNA", "ANNA ON PHONE"))}


def test_somebody_younger_is_somebody_else() -> None:
    assert set(cast("ANNA", "YOUNG ANNA", "ANNA'S MOTHER", "ANNABEL")) == {
        *("ANNA", "YOUNG ANNA", "ANNA'S MOTHER", "ANNABEL"),
    }


def test_a_voice_of_nobody_else_is_a_character() -> None:
    assert set(cast("GOD'S VOICE", "ANNA")) == {"GOD'S VOICE", "ANNA"}


def test_two_who_speak_together_both_speak() -> None:
    assert cast("ANNA", "MARC", "ANNA AND MARC", "ANNA/MARC") == {"ANNA": (3, ()), "MARC": (3, ())}
    assert set(cast("ANNA", "ROCK AND ROLL")) == {"ANNA", "ROCK AND ROLL"}


def test_a_character_has_the_scenes_he_speaks_in_and_the_same_id_in_every_draft() -> None:
    play = read("INT. A\n\nANNA\nOne.\n\nINT. B\n\nMARC\nTwo.\n\nINT. C\n\nANNA\nThree.\n")
    anna = play.cast[0]
    assert anna.scenes == (play.scenes[0].id, play.scenes[2].id)
    assert anna.id == read("INT. Z\n\n@anna (O.S.)\nElse.\n").cast[0].id
