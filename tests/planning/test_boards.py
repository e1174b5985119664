"""Coverage rests on the words of the scene; a board of pictures on what can be measured of them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from answerprint.core.errors import UsageError
from answerprint.departments.planning.boards.contact_sheets import contact_sheets
from answerprint.departments.planning.boards.coverage import cover
from answerprint.departments.planning.boards.moodboard import arrange, like
from answerprint.departments.planning.boards.pictures import Picture, measure, read_pictures
from answerprint.departments.planning.boards.shot_list import shot_list
from answerprint.departments.planning.boards.shots import Coverage, slate_letters
from answerprint.departments.planning.documents.paper import to_csv
from answerprint.formats.screenplays.fountain import read_fountain

TWO = "INT. KITCHEN - NIGHT\n\nA candle.\n\n" + "ANNA\nWhere were you?\n\nBEN\nOut in the rain.\n\n" * 4


def scene(text: str) -> Coverage:
    return cover(read_fountain(text))[0]


def flat(red: int, green: int, blue: int, name: str = "a.png") -> Picture:
    return measure(np.full((90, 160, 3), (red, green, blue), np.uint8), name)


def test_two_people_get_matching_singles_on_one_side_of_the_line() -> None:
    made = scene(TWO)
    over = [shot for shot in made.shots if shot.angle.startswith("over ")]
    assert {(shot.subject, shot.side) for shot in over} == {("ANNA", "looks right"), ("BEN", "looks left")}
    assert len({shot.lens for shot in over}) == 1
    assert "the line runs between ANNA and BEN" in made.axis


def test_every_spoken_line_is_covered_by_a_master_and_by_a_closer_shot() -> None:
    screenplay = read_fountain(TWO)
    spoken = {one.line for one in screenplay.scenes[0].elements if one.kind == "dialogue"}
    made = cover(screenplay)[0]
    master = next(shot for shot in made.shots if shot.reason.startswith("master"))
    closer = {line for shot in made.shots if shot.size in ("MCU", "CU") for line in shot.covers}
    assert spoken <= set(master.covers)
    assert spoken <= closer


def test_a_group_turns_about_the_one_who_speaks_to_everybody() -> None:
    text = "INT. HALL - DAY\n\n" + "".join(f"ANNA\nYou, {n}!\n\n{n}\nMe?\n\n" for n in ("BEN", "CLEO", "DAN"))
    assert scene(text).axis.startswith("ANNA is the pivot")


def test_a_telephone_call_has_no_line() -> None:
    assert scene("INT. OFFICE - DAY\n\nANNA\n(into phone)\nYes.\n\nBEN (V.O.)\nNo.").axis.startswith(
        "no line"
    )


def test_a_long_speech_is_pushed_in_on_and_listened_to() -> None:
    made = scene("INT. HALL - DAY\n\nANNA\n" + "So it goes on. " * 20 + "\n\nBEN\nYes.")
    assert any("push in" in shot.movement and shot.subject == "ANNA" for shot in made.shots)
    assert any(shot.angle == "listening" and shot.subject == "BEN" for shot in made.shots)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("She runs down the pier.", "the scene moves"),
        ("Ben enters with a lamp.", "an entrance needs its door"),
        ("He punches the wall.", "done once or twice only"),
        ("She sees the boat.", "somebody sees something"),
        ("She reads the letter.", "has to read it"),
    ],
)
def test_what_is_done_asks_for_its_shot_and_says_which_words(action: str, said: str) -> None:
    shots = [shot for shot in scene(f"EXT. PIER - DAY\n\n{action}").shots if said in shot.reason]
    assert len(shots) == 1
    assert shots[0].passage == action


def test_an_action_that_asks_for_nothing_gets_no_insert() -> None:
    assert not [shot for shot in scene("EXT. PIER - DAY\n\nAnna waits.").shots if shot.size == "INSERT"]


def test_slates_skip_the_letters_that_look_like_numbers() -> None:
    letters = slate_letters(40)
    assert {"I", "O"}.isdisjoint(letters)
    assert letters[:3] == ["A", "B", "C"] and letters[24] == "AA"
    assert len(set(letters)) == 40


def test_light_follows_the_hour_and_the_sources_in_the_text() -> None:
    notes = scene(TWO).lighting
    assert notes[0].startswith("night interior")
    assert any("1 900 K" in note and "“candle”" in note for note in notes)


def test_the_shooting_order_holds_every_shot_once_and_each_side_together() -> None:
    made = scene(TWO)
    assert sorted(made.shooting_order) == sorted(shot.name for shot in made.shots)
    sides = {shot.name: shot.side for shot in made.shots}
    left = [at for at, name in enumerate(made.shooting_order) if sides[name] == "looks left"]
    assert left == list(range(left[0], left[0] + len(left)))


def test_the_shot_list_names_every_shot() -> None:
    made = cover(read_fountain(TWO))
    table = to_csv(shot_list("Film", made))
    assert all(f"\n{shot.name}," in table for shot in made[0].shots)


def test_light_of_known_pictures_is_told() -> None:
    grey = flat(119, 119, 119)
    assert grey.lightness == pytest.approx(50, abs=1)
    assert (grey.light_from, grey.weight, grey.symmetry) == ("even", (0.5, 0.5), 1.0)
    ramp = np.repeat(np.linspace(0, 255, 160, dtype=np.uint8)[None, :, None], 90, axis=0).repeat(3, axis=2)
    assert measure(ramp, "ramp").light_from == "right"
    assert measure(ramp[:, ::-1].copy(), "ramp").light_from == "left"


def test_warm_is_told_from_cool_and_a_palette_holds_the_colours_that_are_there() -> None:
    assert flat(230, 150, 60).warmth > 20 > -20 > flat(60, 110, 230).warmth
    half = np.zeros((90, 160, 3), np.uint8)
    half[:, :80], half[:, 80:] = (200, 30, 30), (30, 30, 200)
    palette = {one.colour: one.share for one in measure(half, "half").palette}
    assert palette["c81e1e"] == pytest.approx(0.5, abs=0.02)
    assert palette["1e1ec8"] == pytest.approx(0.5, abs=0.02)


def test_what_stands_out_on_the_right_weighs_there() -> None:
    pixels = np.full((90, 160, 3), 40, np.uint8)
    pixels[30:60, 120:150] = np.random.default_rng(1).integers(0, 255, (30, 30, 1), dtype=np.uint8)
    assert measure(pixels, "dot").weight[0] > 0.7


def test_the_likest_picture_comes_first_and_neighbours_look_alike() -> None:
    warm = [flat(200 + at, 120, 50, f"warm{at}.png") for at in range(4)]
    cool = [flat(40, 90 + at, 200, f"cool{at}.png") for at in range(4)]
    mixed = [one for pair in zip(warm, cool, strict=True) for one in pair]
    assert like(warm[0], [cool[0], warm[3]])[0].picture == "warm3.png"
    board = arrange(mixed)
    assert [sorted(name[:4] for name in group.pictures) for group in board.groups] in (
        [["warm"] * 4, ["cool"] * 4],
        [["cool"] * 4, ["warm"] * 4],
    )


def test_scenes_take_pictures_of_their_hour_and_those_named_for_them_first() -> None:
    dark, bright = flat(12, 16, 40, "x.png"), flat(150, 150, 150, "y.png")
    named = flat(240, 240, 240, "sc2-quay.png")
    script = read_fountain("EXT. ROOF - NIGHT #1#\n\nStars.\n\nEXT. QUAY - NIGHT #2#\n\nWater.")
    roof, quay = arrange([bright, dark, named], script).scenes
    assert roof.matches[0].picture == "x.png"
    assert quay.matches[0].picture == "sc2-quay.png" and "its name says scene 2" in quay.matches[0].reason


def test_a_folder_of_pictures_is_read_and_a_broken_one_named(tmp_path: Path) -> None:
    for name, value in (("b.png", 30), ("a.jpg", 200)):
        cv2.imwrite(str(tmp_path / name), np.full((90, 160, 3), value, np.uint8))
    (tmp_path / "c.png").write_bytes(b"no picture at all")
    pictures, failed = read_pictures(tmp_path)
    assert [one.name for one in pictures] == ["a.jpg", "b.png"]
    assert [one.subject for one in failed] == ["c.png"]
    sheet = contact_sheets(arrange(pictures), pictures, "Film")
    assert sheet[:5] == b"%PDF-" and sheet == contact_sheets(arrange(pictures), pictures, "Film")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no picture"):
        read_pictures(tmp_path)
