"""Continuity of a cut: what is measured is what was done to the picture, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.core.time import Range
from answerprint.departments.editorial.continuity import Join, Measured, Place, compare, finding_of, judge
from answerprint.departments.editorial.continuity_light import LightChange, light_change
from answerprint.departments.editorial.continuity_looking import (
    Look,
    SeenFace,
    SeenText,
    Side,
    linear,
    look_at,
)
from answerprint.departments.editorial.continuity_matching import same_surfaces
from answerprint.departments.editorial.continuity_sound import RATE, bed_change

WIDTH, HEIGHT = 640, 360
STEP = Fraction(2, 25)
FACE = SeenFace((290.0, 90.0, 60.0, 80.0), 20.0)
Light = NDArray[np.float32]


def wall(seed: int) -> Light:
    """A papered wall with pictures on it, (360, 640, 3) linear light."""
    random = np.random.default_rng(seed)
    light = np.full((HEIGHT, WIDTH, 3), random.uniform(0.15, 0.35, 3), np.float32)
    for _ in range(90):
        x, y = int(random.integers(0, WIDTH)), int(random.integers(0, HEIGHT))
        w, h = (int(one) for one in random.integers(8, 60, 2))
        cv2.rectangle(light, (x, y), (x + w, y + h), random.uniform(0.05, 0.5, 3).tolist(), -1)
    return light


def person(light: Light, shirt: tuple[float, float, float], hair: tuple[float, float, float]) -> Light:
    """Somebody before a wall, whose face is at FACE."""
    drawn = light.copy()
    cv2.ellipse(drawn, (320, 120), (42, 58), 0, 0, 360, hair, -1, cv2.LINE_AA)
    cv2.rectangle(drawn, (230, 190), (410, HEIGHT), shirt, -1)
    cv2.ellipse(drawn, (320, 132), (31, 42), 0, 0, 360, (0.4, 0.26, 0.2), -1, cv2.LINE_AA)
    return drawn


def look(
    light: Light,
    *,
    tail: bool,
    seed: int = 0,
    faces: tuple[SeenFace, ...] | None = (),
    texts: tuple[SeenText, ...] | None = (),
    sound: NDArray[np.float32] | None = None,
) -> Look:
    """Six pictures of light with grain of their own."""
    random = np.random.default_rng([seed, tail])
    grain = random.normal(0, 0.004, (6, *light.shape))
    coded = 255 * np.clip(light + grain, 0, 1) ** (1 / 2.4)
    return look_at(Side(np.round(coded).astype(np.uint8), STEP, tail, faces, texts, sound))


def changed(before: Light, after: Light) -> LightChange:
    surfaces = same_surfaces(look(before, tail=True), look(after, tail=False), same_setup=True)
    assert surfaces is not None
    change = light_change(surfaces)
    assert change is not None
    return change


def measured(join: Join, kind: str) -> Measured | None:
    return next((one for one in compare(join).measured if one.kind == kind), None)


def test_light_is_that_of_the_screen() -> None:
    coded = np.array([[[0, 128, 255]]], np.uint8)
    assert linear(coded)[0, 0] == pytest.approx([0, (128 / 255) ** 2.4, 1], rel=1e-5)


@pytest.mark.parametrize("stops", [-0.8, 0.0, 0.6])
def test_exposure_is_told_in_stops_and_is_no_change_of_colour_or_light(stops: float) -> None:
    change = changed(wall(1), wall(1) * 2.0**stops)
    assert change.stops == pytest.approx(stops, abs=0.04)
    assert abs(change.mired) < 3 and abs(change.green) < 0.03
    assert change.uneven < 0.1 and change.patchy < 0.15


def test_warmer_light_is_told_in_mired() -> None:
    change = changed(wall(2), wall(2) * np.float32([2**0.24, 1, 2**-0.24]))
    assert change.mired == pytest.approx(0.48 / 0.012, rel=0.12)
    assert abs(change.green) < 0.03
    greener = changed(wall(2), wall(2) * np.float32([1, 2**0.3, 1]))
    assert greener.green == pytest.approx(0.3, abs=0.04)


def test_a_window_that_grew_stronger_is_uneven_light() -> None:
    across = 2.0 ** np.linspace(-0.6, 0.6, WIDTH, dtype=np.float32)[None, :, None]
    change = changed(wall(3), wall(3) * across)
    assert change.uneven == pytest.approx(1.08, abs=0.15)  # 5th to 95th percentile of 1.2 stops
    assert abs(change.stops) < 0.1


def test_a_take_that_is_framed_a_little_otherwise_shows_the_same_surfaces() -> None:
    large = cv2.resize(wall(4), (1280, 720), interpolation=cv2.INTER_CUBIC).clip(0.01, 1)
    move = np.array([[0.62, 0.01, -80.0], [-0.01, 0.62, -20.0]])
    first = cv2.warpAffine(large, np.array([[0.6, 0, -60.0], [0, 0.6, -30.0]]), (WIDTH, HEIGHT))
    second = cv2.warpAffine(large, move, (WIDTH, HEIGHT)) * np.float32(1.5)
    surfaces = same_surfaces(look(first, tail=True), look(second, tail=False), same_setup=False)
    assert surfaces is not None and surfaces.points > 40
    place = np.array([700.0, 400.0])
    here = 0.6 * place + (-60, -30)
    there = move[:, :2] @ place + move[:, 2]
    assert surfaces.to_later[:, :2] @ here + surfaces.to_later[:, 2] == pytest.approx(there, abs=1.0)


def test_a_reverse_angle_shares_no_surfaces() -> None:
    join = Join(look(wall(5), tail=True), look(wall(6), tail=False))
    compared = compare(join)
    assert {"light", "exposure", "colour", "things", "text"} <= compared.left_out.keys()
    assert not {one.kind for one in compared.measured} & {"light", "exposure", "colour", "things"}


def test_a_return_is_compared_with_its_own_set_up_and_not_with_the_shot_between() -> None:
    join = Join(look(wall(6), tail=True), look(wall(5) * 2, tail=False), look(wall(5), tail=True, seed=1))
    exposure = measured(join, "exposure")
    assert exposure is not None and exposure.against == "again"
    assert exposure.value == pytest.approx(1, abs=0.05)
    assert exposure.sentence == "it is 1.0 stop brighter"


def test_a_thing_that_is_gone_is_found_where_it_stood() -> None:
    with_it = wall(7)
    cv2.rectangle(with_it, (480, 200), (540, 290), (0.02, 0.3, 0.6), -1)
    cv2.circle(with_it, (510, 240), 18, (0.7, 0.6, 0.1), -1)
    found = measured(Join(look(with_it, tail=True), look(wall(7), tail=False, seed=1)), "things")
    assert found is not None
    box = found.boxes[1]
    assert box is not None
    assert abs((box[0] + box[2]) / 2 - 510) < 25 and abs((box[1] + box[3]) / 2 - 245) < 30
    same = measured(Join(look(with_it, tail=True), look(with_it, tail=False, seed=1)), "things")
    assert same is None or same.value < found.value / 10


def test_another_shirt_is_told_and_other_light_on_the_same_shirt_is_not() -> None:
    worn = person(wall(8), (0.1, 0.2, 0.5), (0.05, 0.03, 0.02))
    other = person(wall(8), (0.5, 0.1, 0.1), (0.05, 0.03, 0.02))
    lit = worn * np.float32([1.6, 1.3, 1.0])

    def wardrobe(after: Light) -> float:
        join = Join(look(worn, tail=True, faces=(FACE,)), look(after, tail=False, faces=(FACE,)))
        found = measured(join, "wardrobe")
        assert found is not None
        return found.value

    assert wardrobe(other) > 20
    assert wardrobe(lit) < 5


def test_a_hat_is_told_and_a_head_that_moved_before_a_wall_is_not() -> None:
    bare = person(wall(9), (0.1, 0.2, 0.5), (0.05, 0.03, 0.02))
    hat = bare.copy()
    cv2.ellipse(hat, (320, 82), (46, 30), 0, 0, 360, (0.6, 0.1, 0.1), -1, cv2.LINE_AA)
    moved = np.roll(person(np.roll(wall(9), -14, 1), (0.1, 0.2, 0.5), (0.05, 0.03, 0.02)), 14, 1)
    there = SeenFace((FACE.box[0] + 14, *FACE.box[1:]), FACE.yaw)

    def hair(after: Light, face: SeenFace) -> float:
        join = Join(look(bare, tail=True, faces=(FACE,)), look(after, tail=False, faces=(face,)))
        found = measured(join, "hair")
        assert found is not None
        return found.value

    assert hair(hat, FACE) > 2 * hair(moved, there)


def test_without_faces_nothing_is_said_of_people() -> None:
    worn = person(wall(8), (0.1, 0.2, 0.5), (0.05, 0.03, 0.02))
    join = Join(look(worn, tail=True, faces=None), look(worn, tail=False, faces=None))
    compared = compare(join)
    untold = {"wardrobe", "hair", "eyeline", "things"}
    assert untold <= compared.left_out.keys()
    assert not {one.kind for one in compared.measured} & untold


@pytest.mark.parametrize(("yaw", "crossed"), [(25.0, True), (-25.0, False)])
def test_two_people_who_look_the_same_way_are_across_the_axis(yaw: float, crossed: bool) -> None:
    one = person(wall(10), (0.1, 0.2, 0.5), (0.05, 0.03, 0.02))
    other = person(wall(11), (0.6, 0.5, 0.1), (0.3, 0.2, 0.1))
    join = Join(look(one, tail=True, faces=(FACE,)), look(other, tail=False, faces=(replace(FACE, yaw=yaw),)))
    line = measured(join, "eyeline")
    assert line is not None
    assert line.value == (20.0 if crossed else 0.0)
    assert (line.features["two"] > 0.5) is crossed


def walking(way: int, *, tail: bool, camera: int = 0) -> Look:
    """Somebody, or something, that goes 8 pixels a picture before a wall; the camera may follow."""
    pictures = []
    for k in range(6):
        light = np.roll(wall(12), -camera * k, 1)
        x = 300 + (way * 8 - camera) * k
        cv2.rectangle(light, (x, 120), (x + 70, 330), (0.5, 0.1, 0.4), -1)
        cv2.circle(light, (x + 35, 200), 16, (0.1, 0.5, 0.4), -1)
        pictures.append(np.round(255 * light.clip(0, 1) ** (1 / 2.4)).astype(np.uint8))
    return look_at(Side(np.stack(pictures), STEP, tail))


def test_what_turns_round_at_a_cut_is_told_also_when_the_camera_follows_it() -> None:
    assert walking(1, tail=True).motion is not None
    for camera in (0, 8):
        turned = measured(Join(walking(1, tail=True, camera=camera), walking(-1, tail=False)), "direction")
        assert turned is not None and 0.3 < turned.value / (8 / WIDTH / float(STEP)) < 1.1
        assert turned.features["same"] > 0.7
    onward = measured(Join(walking(1, tail=True), walking(1, tail=False)), "direction")
    assert onward is not None and onward.value == 0


def test_a_clock_that_shows_another_time_is_told_with_both_times() -> None:
    box = (300.0, 40.0, 380.0, 70.0)
    before = look(wall(13), tail=True, texts=(SeenText("14:05", box, 0.9),))
    after = look(wall(13), tail=False, texts=(SeenText("17:32", box, 0.8),))
    text = measured(Join(before, after), "text")
    assert text is not None and text.value > 0.4
    assert text.sentence == "“17:32” stands where “14:05” stood"
    elsewhere = look(wall(13), tail=False, texts=(SeenText("EXIT", (20.0, 300.0, 90.0, 330.0), 0.9),))
    assert measured(Join(before, elsewhere), "text") is None


def room_tone(seed: int, level_db: float, seconds: int = 3) -> NDArray[np.float32]:
    """A room's tone with words over it half of the time."""
    random = np.random.default_rng(seed)
    sound = random.normal(0, 10 ** (level_db / 20), seconds * RATE)
    time = np.arange(len(sound)) / RATE
    words = 0.1 * np.sin(2 * np.pi * 180 * time) * (np.sin(2 * np.pi * time) > 0)
    return (sound + words).astype(np.float32)


def test_a_sound_bed_is_what_is_heard_between_the_words() -> None:
    change = bed_change(room_tone(1, -60), room_tone(2, -52))
    assert change is not None and change.level == pytest.approx(8, abs=0.7) and change.colour < 1.2
    same = bed_change(room_tone(1, -60), room_tone(2, -60))
    assert same is not None and abs(same.level) < 0.7


def test_a_bed_that_stops_dead_is_told_and_too_little_sound_is_not_judged() -> None:
    silent = bed_change(room_tone(1, -60), np.zeros(3 * RATE, np.float32))
    assert silent is not None and silent.silent
    assert bed_change(room_tone(1, -60), room_tone(2, -60)[: RATE // 2]) is None
    both = bed_change(np.zeros(RATE, np.float32), np.zeros(RATE, np.float32))
    assert both is not None and not both.silent and both.level == 0


def test_a_clean_return_is_left_alone_and_an_error_is_a_finding_with_both_pictures() -> None:
    clean = compare(
        Join(look(wall(6), tail=True), look(wall(5), tail=False), look(wall(5), tail=True, seed=1))
    )
    assert judge(clean.measured) == []
    wrong = compare(
        Join(look(wall(6), tail=True), look(wall(5) * 1.9, tail=False), look(wall(5), tail=True, seed=1))
    )
    (noticed,) = judge(wrong.measured)
    assert noticed.measured.kind == "exposure"
    first, second = (Range.of_ticks(at, at + 1, Fraction(25)) for at in (40, 90))
    finding = finding_of(noticed, Place("a", first, "1A take 1"), Place("b", second, "1A take 2"), "slot")
    assert finding.code == "continuity.exposure" and finding.needs_a_person
    assert [(one.asset, one.range) for one in finding.evidence] == [("a", first), ("b", second)]
    told = finding.evidence[1]
    assert isinstance(told.value, float) and isinstance(told.threshold, float)
    assert told.value == pytest.approx(np.log2(1.9), abs=0.05) and 0 < told.threshold < told.value
    assert finding.message == (
        "1A take 2: it is 0.9 stop brighter, against 1A take 1, the shot it returns to"
    )


@pytest.mark.parametrize(
    "pictures",
    [
        np.zeros((1, 90, 160, 3), np.uint8),
        np.zeros((3, 90, 160), np.uint8),
        np.zeros((3, 20, 160, 3), np.uint8),
        np.zeros((3, 90, 160, 3), np.float32),
    ],
    ids=["one picture", "grey", "too small", "float"],
)
def test_what_is_no_side_of_a_cut_is_refused(pictures: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="a side"):
        look_at(Side(pictures, STEP, True))


def test_black_pictures_are_not_compared() -> None:
    black = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    compared = compare(Join(look(black, tail=True), look(black, tail=False), look(black, tail=True, seed=1)))
    assert "exposure" in compared.left_out and judge(compared.measured) == []
