"""Transitions put into films at known frames, and the cuts of a real film read off contact sheets by eye."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from composites import Film, Library, mixed_film, shrink

from answerprint.departments.footage.shots.boundaries import ShotList
from answerprint.departments.footage.shots.detection import FORM, ShotDetector
from answerprint.media.decode import read_pictures

TICKS = 1001  # ticks a frame in a time base of 1/24000
BASE = Fraction(1, 24000)


def detect(frames: np.ndarray, pts: np.ndarray | None = None, block: int = 37) -> ShotList:
    pixels = shrink(frames) if frames.shape[1] != 36 else frames
    ticks = np.arange(len(pixels), dtype=np.int64) * TICKS if pts is None else pts
    detector = ShotDetector(BASE)
    for first in range(0, len(pixels), block):
        detector.add(ticks[first : first + block], pixels[first : first + block])
    return detector.finish(int(ticks[-1]) + TICKS)


def frames_of(found: ShotList) -> list[tuple[str, int, int]]:
    return [(one.type, one.start_pts // TICKS, one.end_pts // TICKS) for one in found.boundaries]


@pytest.fixture
def library() -> Library:
    return Library(None, seed=7)


def shot(library: Library, length: int = 60) -> np.ndarray:
    return library.noisy(library.texture_shot(length, 0.4))


def test_a_cut_is_the_first_frame_of_the_new_shot(library: Library) -> None:
    film = Film()
    film.add(shot(library))
    for length in (30, 45, 60, 25):
        film.cut(shot(library, length))
    found = detect(film.pixels)
    assert frames_of(found) == film.truth
    assert all(one.start_pts == one.end_pts and one.confidence > 0.5 for one in found.boundaries)


def test_shots_cover_the_stream_without_gap_or_overlap(library: Library) -> None:
    film = mixed_film(library, 8)
    found = detect(film.pixels)
    assert found.shots[0][0] == 0
    assert found.shots[-1][1] == len(film.frames) * TICKS
    assert all(first[1] == second[0] for first, second in zip(found.shots, found.shots[1:], strict=False))


def test_variable_frame_durations_keep_their_own_timestamps(library: Library) -> None:
    film = Film()
    film.add(shot(library))
    film.cut(shot(library))
    film.cut(shot(library))
    steps = library.random.choice([500, 1001, 1500, 4004], len(film.frames))
    pts = 7777 + np.concatenate([[0], np.cumsum(steps)[:-1]])
    found = detect(film.pixels, pts)
    assert [one.start_pts for one in found.boundaries] == [int(pts[at]) for _, at, _ in film.truth]


@pytest.mark.parametrize("length", [4, 8, 16, 32])
def test_a_dissolve_is_one_transition_with_both_its_ends(library: Library, length: int) -> None:
    film = Film()
    film.add(shot(library, 70))
    film.dissolve(shot(library, 70), length)
    ((kind, start, end),) = frames_of(detect(film.pixels))
    assert kind == "dissolve"
    assert abs(start - film.truth[0][1]) <= 2
    assert abs(end - film.truth[0][2]) <= 2


@pytest.mark.parametrize("colour", [0, 255])
@pytest.mark.parametrize(("length", "hold"), [(8, 1), (24, 10), (48, 24)])
def test_a_fade_ends_on_the_first_solid_frame(library: Library, colour: int, length: int, hold: int) -> None:
    film = Film()
    film.add(shot(library, 80))
    film.fade_out(length, colour)
    film.hold(hold, colour)
    film.fade_in(shot(library, 80), length, colour)
    found = frames_of(detect(film.pixels))
    assert [kind for kind, _, _ in found] == ["fade_out", "fade_in"]
    for (_, start, end), (_, true_start, true_end) in zip(found, film.truth, strict=True):
        assert abs(start - true_start) <= 2
        assert abs(end - true_end) <= 2


@pytest.mark.parametrize("direction", ["left", "right", "up", "down"])
def test_a_wipe_is_not_a_cut_and_not_a_dissolve(library: Library, direction: str) -> None:
    film = Film()
    film.add(shot(library, 70))
    film.wipe(shot(library, 70), 18, direction)
    ((kind, start, end),) = frames_of(detect(film.pixels))
    assert kind == "wipe"
    assert abs(start - film.truth[0][1]) <= 2
    assert abs(end - film.truth[0][2]) <= 2


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_a_flash_is_no_cut(library: Library, length: int) -> None:
    film = Film()
    film.add(shot(library, 70))
    film.flash(30, length, strength=0.9)
    assert frames_of(detect(film.pixels)) == []


def test_a_cut_right_after_a_flash_is_still_found(library: Library) -> None:
    film = Film()
    film.add(shot(library, 40))
    film.cut(shot(library, 40))
    film.flash(34, 2)
    assert frames_of(detect(film.pixels)) == film.truth


def test_a_cut_between_pictures_of_one_brightness_is_seen_by_its_colour(library: Library) -> None:
    grey = library.texture_shot(60, 0.4).mean(axis=3, keepdims=True) * 0.5 + 60
    warm, cold = (grey + np.array(tint) for tint in ((40, 0, -90), (-40, 17, 20)))
    film = Film()
    film.add(library.noisy(warm[:30]))
    film.cut(library.noisy(np.roll(cold[30:], 60, axis=2)))
    assert frames_of(detect(film.pixels)) == film.truth


def test_coloured_light_is_no_cut(library: Library) -> None:
    frames = shot(library, 60).astype(np.float32)
    frames[30:] *= (1.2, 1.0, 0.5)
    assert frames_of(detect(np.clip(frames, 0, 255).astype(np.uint8))) == []


def test_a_whip_pan_is_one_shot(library: Library) -> None:
    for peak in (20.0, 45.0, 80.0):
        assert frames_of(detect(library.noisy(library.whip_pan(40, peak)))) == []


def test_a_steady_pan_is_one_shot(library: Library) -> None:
    for speed in (0.5, 1.5, 3.0, 5.0):
        assert frames_of(detect(library.noisy(library.texture_shot(80, speed)))) == []


def test_a_caption_fading_over_a_shot_is_no_dissolve(library: Library) -> None:
    film = Film()
    film.add(shot(library, 90))
    film.title(20, 50)
    assert frames_of(detect(film.pixels)) == []


def test_lights_coming_up_are_no_cut_and_no_dissolve(library: Library) -> None:
    frames = shot(library, 80).astype(np.float32)
    gain = np.interp(np.arange(80), [30, 50], [0.5, 1.0])[:, None, None, None]
    assert frames_of(detect((frames * gain).astype(np.uint8))) == []
    switched = np.where(np.arange(80) < 40, 0.5, 1.0)[:, None, None, None]
    assert frames_of(detect((frames * switched).astype(np.uint8))) == []


def test_the_result_does_not_depend_on_the_blocks(library: Library) -> None:
    pixels = shrink(mixed_film(library, 6).pixels)
    whole = detect(pixels, block=len(pixels))
    assert detect(pixels, block=1) == whole
    assert detect(pixels, block=64) == whole


def test_one_frame_is_one_shot_and_none_is_none() -> None:
    one = np.full((1, 36, 64, 3), 90, np.uint8)
    assert detect(one).shots == ((0, TICKS),)
    assert ShotDetector(BASE).finish(0) == ShotList(boundaries=(), shots=())


def test_timestamps_that_fall_back_are_refused() -> None:
    with pytest.raises(ValueError, match="timestamps rise"):
        ShotDetector(BASE).add(np.array([5, 5]), np.zeros((2, 36, 64, 3), np.uint8))


def read(path: Path) -> tuple[np.ndarray, np.ndarray, Fraction]:
    blocks = list(read_pictures(path, FORM))
    pts = np.concatenate([one.pts for one in blocks])
    return pts, np.concatenate([one.pixels for one in blocks]), blocks[0].time_base


# The cuts of the first half minute, read by eye off contact sheets of every third frame and of every frame
# around each: a fade from black (first light in frame 7 to 9, full at 48), then three cuts. The camera
# tilts, the bird flies through the frame, and a caption and the film's title fade in and out over a shot.
BUNNY_CUTS = [283, 376, 551]


def test_the_real_film_has_the_cuts_the_eye_sees(shared_data: Path) -> None:
    pts, pixels, base = read(shared_data / "video" / "big_buck_bunny_0_30.webm")
    detector = ShotDetector(base)
    detector.add(pts, pixels)
    found = detector.finish(int(pts[-1]) + 42)
    fade, *cuts = found.boundaries
    assert fade.type == "fade_in"
    assert pts[6] <= fade.start_pts <= pts[10]
    assert pts[46] <= fade.end_pts <= pts[50]
    assert [(one.type, one.start_pts) for one in cuts] == [("cut", int(pts[at])) for at in BUNNY_CUTS]
    assert len(found.shots) == 4


def test_single_takes_stay_single(shared_data: Path) -> None:
    for name in ("man_on_green_screen.mp4", "auto_editor_example.mp4", "delayed_start.mp4"):
        pts, pixels, base = read(shared_data / "video" / name)
        detector = ShotDetector(base)
        detector.add(pts, pixels)
        assert detector.finish(int(pts[-1]) + 1).boundaries == ()


@pytest.mark.slow
def test_most_transitions_of_mixed_films_are_found_and_few_invented(shared_data: Path) -> None:
    library = Library(shared_data, seed=501)
    true_cuts = found_cuts = right_cuts = true_slow = found_slow = right_slow = 0
    for _ in range(4):
        film = mixed_film(library, 15)
        found = frames_of(detect(film.pixels))
        truth = set(film.truth)
        true_cuts += sum(kind == "cut" for kind, _, _ in truth)
        found_cuts += sum(kind == "cut" for kind, _, _ in found)
        right_cuts += sum(one in truth for one in found if one[0] == "cut")
        true_slow += sum(kind != "cut" for kind, _, _ in truth)
        slow = [one for one in found if one[0] != "cut"]
        found_slow += len(slow)
        right_slow += sum(
            any(kind == k and start < e and s < end for k, s, e in truth) for kind, start, end in slow
        )
    assert right_cuts >= 0.97 * true_cuts
    assert right_cuts >= 0.97 * found_cuts
    assert right_slow >= 0.9 * true_slow
    assert right_slow >= 0.9 * found_slow
