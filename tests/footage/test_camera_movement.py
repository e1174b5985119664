"""What the camera did, in scenes rendered with depth, in a real film, and where nothing can be said."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from camera_scenes import HEIGHT, WIDTH, Studio
from composites import Library

from answerprint.core.footage import MOVEMENTS
from answerprint.departments.footage.looks.camera import Stretch, main_movement, stretches
from answerprint.departments.footage.looks.measures import DetailMeter
from answerprint.departments.footage.looks.tracking import Motion, MotionTracker, consensus
from answerprint.media.decode import read_pictures
from answerprint.media.forms import PictureForm

BASE = Fraction(1, 25)


def tracked(pictures: np.ndarray, pts: np.ndarray | None = None, block: int = 7) -> Motion:
    ticks = np.arange(len(pictures)) if pts is None else pts
    tracker = MotionTracker(BASE)
    for first in range(0, len(pictures), block):
        tracker.add(ticks[first : first + block], pictures[first : first + block])
    return tracker.finish()


def moves_of(pictures: np.ndarray) -> list[Stretch]:
    return stretches(tracked(pictures), 0, len(pictures), BASE)


def movement_of(pictures: np.ndarray) -> str | None:
    motion = tracked(pictures)
    found = main_movement(stretches(motion, 0, len(pictures), BASE), motion)
    return found.movement if found else None


def filmed(movement: str, seed: int, figures: int | None = None, seconds: float = 1.2) -> np.ndarray:
    clip = Studio(seed).film(movement, seconds, figures=figures)
    clip.rate, clip.noise = Fraction(25), 2.0
    return np.stack([cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in clip.pictures()])


def field() -> np.ndarray:
    """A large still picture (600, 1000) uint8."""
    return cv2.cvtColor(Library(None, seed=5).texture(1000, 600), cv2.COLOR_RGB2GRAY)


def crops(
    places: np.ndarray, scales: np.ndarray | None = None, turns: np.ndarray | None = None
) -> np.ndarray:
    """Pictures (n, 180, 320) of a still: middle, magnification and turn (radians) of every one."""
    still = field()
    scales = np.ones(len(places)) if scales is None else scales
    turns = np.zeros(len(places)) if turns is None else turns
    views = []
    for (x, y), scale, turn in zip(places, scales, turns, strict=True):
        c, s = np.cos(turn) / scale, np.sin(turn) / scale
        move = np.array(
            [[c, s, x - c * WIDTH / 2 - s * HEIGHT / 2], [-s, c, y + s * WIDTH / 2 - c * HEIGHT / 2]]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        views.append(cv2.warpAffine(still, move, (WIDTH, HEIGHT), flags=flags))
    return np.stack(views)


def middles(count: int) -> np.ndarray:
    return np.tile([500.0, 300.0], (count, 1))


@pytest.mark.parametrize(("movement", "seed"), [("pan_left", 12), ("track_right", 15), ("handheld", 16)])
def test_a_rendered_movement_is_named(movement: str, seed: int) -> None:
    assert movement_of(filmed(movement, seed, figures=1)) == movement


def test_people_walking_past_a_still_camera_do_not_move_it() -> None:
    assert movement_of(filmed("static", 22, figures=3)) == "static"


def test_steps_are_measured_to_a_hundredth_of_a_pixel_of_a_still() -> None:
    count = 20
    steps = np.stack([np.full(count, 1.7), np.full(count, -0.6)], axis=1)
    motion = tracked(crops(middles(count) + np.cumsum(steps, axis=0)))
    mean = motion.steps[1:, :2].mean(axis=0) * WIDTH
    assert mean == pytest.approx([-1.7, 0.6], abs=0.02)  # what is seen goes the other way
    assert float(motion.steps[1:, :2].std() * WIDTH) > 0  # measured, not assumed
    assert motion.steps[1:, 2:] == pytest.approx(0, abs=1e-3)


def test_scale_and_roll_are_measured_against_a_still() -> None:
    count = 20
    zoom, turn = 1.01 ** np.arange(count), np.radians(0.5) * np.arange(count)
    motion = tracked(crops(middles(count), zoom, turn))
    assert float(np.exp(motion.steps[1:, 2]).mean()) == pytest.approx(1.01, abs=5e-4)
    assert abs(float(np.degrees(motion.steps[1:, 3]).mean())) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("way", "movement"),
    [((3, 0), "pan_right"), ((-3, 0), "pan_left"), ((0, -2), "tilt_up"), ((0, 2), "tilt_down")],
)
def test_crops_moving_over_a_still_are_turns_for_nothing_in_it_is_nearer(
    way: tuple[int, int], movement: str
) -> None:
    assert movement_of(crops(middles(30) + np.arange(30)[:, None] * way)) == movement


def test_crops_growing_and_turning_are_zoom_and_roll() -> None:
    count = 30
    assert movement_of(crops(middles(count), 1.008 ** np.arange(count))) == "zoom_in"
    assert movement_of(crops(middles(count), 1.4 * 0.992 ** np.arange(count))) == "zoom_out"
    assert movement_of(crops(middles(count), turns=np.radians(0.6) * np.arange(count))) == "roll"


def test_a_hand_is_no_pan_and_a_tripod_is_no_hand() -> None:
    random = np.random.default_rng(4)
    shaken = middles(60) + np.cumsum(random.normal(0, 1.2, (60, 2)) * [1, -1], axis=0) * 0.5
    assert movement_of(crops(shaken - shaken.mean(axis=0) + [500, 300])) == "handheld"
    grain = np.clip(crops(middles(40)) + random.normal(0, 4, (40, HEIGHT, WIDTH)), 0, 255).astype(np.uint8)
    assert movement_of(grain) == "static"


def test_a_pan_that_stops_is_two_stretches_that_touch() -> None:
    way = np.concatenate([np.arange(40) * 3.0, np.full(40, 117.0)])
    found = moves_of(crops(middles(80) + way[:, None] * [1, 0] - [60, 0]))
    assert [one.movement for one in found] == ["pan_right", "static"]
    assert found[0].first == 0
    assert found[0].last == found[1].first
    assert found[1].last == 80
    assert found[0].last == pytest.approx(40, abs=4)
    assert found[0].speed == pytest.approx(3 * 25 / WIDTH, rel=0.15)


def test_light_that_comes_up_moves_nothing() -> None:
    gain = np.linspace(0.35, 1, 40)[:, None, None]
    assert movement_of((crops(middles(40)) * gain).astype(np.uint8)) == "static"


def test_bars_above_and_below_do_not_hold_a_pan_still() -> None:
    pictures = crops(middles(30) + np.arange(30)[:, None] * [3, 0])
    pictures[:, :24] = pictures[:, -24:] = 16
    assert movement_of(pictures) == "pan_right"


def test_of_black_of_fog_and_of_lettering_in_nothing_no_movement_is_claimed() -> None:
    random = np.random.default_rng(2)
    assert movement_of(np.zeros((30, HEIGHT, WIDTH), np.uint8)) is None
    fog = np.clip(random.normal(128, 2, (30, HEIGHT, WIDTH)), 0, 255).astype(np.uint8)
    assert movement_of(fog) is None
    lettering = np.full((30, HEIGHT, WIDTH), 90, np.uint8)
    for number, one in enumerate(lettering):
        cv2.putText(one, f"{number:03}", (240, 150), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 230, 2)
    assert movement_of(lettering) is None


def test_one_pixel_and_two_pictures_are_no_movement() -> None:
    assert movement_of(np.zeros((30, 1, 1), np.uint8)) is None
    assert movement_of(np.zeros((2, HEIGHT, WIDTH), np.uint8)) is None
    assert MotionTracker(BASE).finish().pts.shape == (0,)


def test_the_result_does_not_depend_on_the_blocks() -> None:
    pictures = crops(middles(24) + np.arange(24)[:, None] * [2, 1])
    whole, single = tracked(pictures, block=24), tracked(pictures, block=1)
    assert np.array_equal(whole.steps, single.steps)
    assert np.array_equal(whole.ends, single.ends)


def test_speed_follows_the_timestamps_of_a_variable_rate() -> None:
    pts = np.cumsum(np.random.default_rng(8).choice([1, 2, 3], 40))
    pictures = crops(middles(40) + pts[:, None] * [1.5, 0] - [60, 0])
    (only,) = stretches(tracked(pictures, pts), 0, 40, BASE)
    assert only.movement == "pan_right"
    assert only.speed == pytest.approx(1.5 * 25 / WIDTH, rel=0.03)


def test_a_cut_between_two_stills_is_no_movement_of_either() -> None:
    pictures = np.concatenate([crops(middles(25)), crops(middles(25) + [150, 80])[:, ::-1]])
    motion = tracked(pictures)
    for first, last in ((0, 25), (25, 50)):
        assert [one.movement for one in stretches(motion, first, last, BASE)] == ["static"]


def test_a_file_that_lies_on_its_side_is_measured_upright() -> None:
    pictures = crops(middles(30) + np.arange(30)[:, None] * [3, 0])
    meter = DetailMeter(BASE, rotation=90)
    meter.add(np.arange(30), np.ascontiguousarray(np.rot90(pictures, 1, axes=(1, 2))))
    motion, _ = meter.finish()
    assert [one.movement for one in stretches(motion, 0, 30, BASE)] == ["pan_right"]


def test_most_points_outvote_a_figure() -> None:
    random = np.random.default_rng(1)
    one = random.uniform(-150, 150, 100) + 1j * random.uniform(-80, 80, 100)
    two = (1 + 0.01j) * one + (3 - 2j)
    two[:35] += 9
    turn, move, agree = consensus(one, two, 0.35, random)
    assert turn == pytest.approx(1 + 0.01j, abs=1e-6)
    assert move == pytest.approx(3 - 2j, abs=1e-4)
    assert not agree[:35].any()
    assert agree[35:].all()


# By eye: the camera comes down from the sky to the meadow until the first cut (frame 283; whether it tilts or
# sinks cannot be told), stands still on the brook and on the bird's branch, and nears the burrow from 551 on.
def test_the_real_film_moves_as_the_eye_sees(shared_data: Path) -> None:
    pts, grey = [], []
    for block in read_pictures(
        shared_data / "video" / "big_buck_bunny_0_30.webm", PictureForm("grey", 320, 180)
    ):
        pts.append(block.pts)
        grey.append(block.pixels)
        base = block.time_base
    tracker = MotionTracker(base)
    tracker.add(np.concatenate(pts), np.concatenate(grey).astype(np.uint8))
    motion = tracker.finish()
    named = []
    for first, last in ((60, 283), (283, 376), (376, 551), (551, len(motion.pts))):
        found = main_movement(stretches(motion, first, last, base), motion)
        named.append(found.movement if found else None)
    assert named[0] in ("tilt_down", "pedestal_down")
    assert named[1:] == ["static", "static", "dolly_in"]


@pytest.mark.slow
def test_most_rendered_movements_are_named() -> None:
    right = total = 0
    for number, movement in enumerate(MOVEMENTS * 4):
        total += 1
        right += movement_of(filmed(movement, 5000 + number, seconds=1.8)) == movement
    assert right >= 0.85 * total
