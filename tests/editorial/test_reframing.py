"""The window keeps the subject, moves as little and as softly as it can, and stays in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moving_subjects import KINDS, Clip, detections_of, film, pictures_of

from answerprint.core.errors import UsageError
from answerprint.departments.editorial.crop_path import Wanted, crop_path
from answerprint.departments.editorial.reframed_pictures import cropped
from answerprint.departments.editorial.reframing import Frame, ShotPath, Window, aspect_of, reframe_shot
from answerprint.departments.editorial.saliency import Seeker, best_place, camera_flow
from answerprint.departments.editorial.subject_tracks import Detection, SubjectTrack, follow, track_of

RATE = 25
WIDE = Frame(1920, 1080, Fraction(9, 16), 0.9)


def seconds(count: int) -> list[Fraction]:
    return [Fraction(number, RATE) for number in range(count)]


def standing_at(middles: np.ndarray, wide: float = 0.1) -> SubjectTrack:
    """Somebody seen in every picture."""
    boxes = np.stack([middles - wide / 2, np.full(len(middles), 0.2)], axis=1)
    whole = np.concatenate([boxes, np.tile([wide, 0.7], (len(middles), 1))], axis=1)
    return track_of(range(len(middles)), whole, [1.0] * len(middles), np.arange(len(middles)) / RATE)


def lefts(path: ShotPath) -> np.ndarray:
    return np.array([path.window_at(number).x for number in range(path.first, path.end)])


def in_safe(clip: Clip, left: np.ndarray, window: int = 608, width: int = 1920, safe: float = 0.9) -> float:
    """Share of the frames in which some window could hold the subject safe, that this one does."""
    start, end = np.clip(clip.boxes[:, 0], 0, 1) * width, np.clip(clip.boxes[:, 2], 0, 1) * width
    margin = (1 - safe) / 2 * window
    low, high = end - window + margin, start - margin
    able = (low <= high) & (high >= 0) & (low <= width - window) & (clip.visible >= 0.25)
    held = (left >= low - 0.5) & (left <= high + 0.5)
    return float(held[able].mean())


def jerk(left: np.ndarray) -> float:
    return float(np.abs(np.diff(left, 3)).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_the_subject_stays_in_the_safe_area_with_less_jerk_than_its_detections(kind: str) -> None:
    clip = film(kind, 4_000_000 + KINDS.index(kind))
    found = detections_of(clip)
    path = reframe_shot(follow(found, np.arange(len(found)) / RATE), seconds(len(found)), WIDE)
    assert in_safe(clip, lefts(path)) >= 0.95
    centres = [max(those).box for those in found if those]
    followed = np.array([one[0] + one[2] / 2 for one in centres]) * 1920
    assert jerk(lefts(path)) < 0.01 * jerk(followed)


@pytest.mark.parametrize("kind", ["walk", "stop", "panning"])
def test_a_subject_is_followed_by_its_movement_alone(kind: str) -> None:
    clip = film(kind, 4_100_000 + KINDS.index(kind))
    seeker = Seeker()
    for number, picture in enumerate(pictures_of(clip, 192, 108)):
        seeker.add(picture, number / RATE)
    found = seeker.finish()
    assert len(found) == len(clip.boxes)
    tracks = follow(found, np.arange(len(found)) / RATE, by_movement=True)
    assert in_safe(clip, lefts(reframe_shot(tracks, seconds(len(found)), WIDE))) >= 0.95


def test_somebody_who_stays_needs_no_move_and_no_resampling() -> None:
    wobble = 0.3 + 0.01 * np.sin(np.arange(200))
    path = reframe_shot([standing_at(wobble)], seconds(200), WIDE)
    assert path.move == "static" and len(path.keyframes) == 2
    assert path.keyframes[0].x == path.keyframes[1].x == round(path.keyframes[0].x)
    assert path.kept == 1


def test_a_walk_through_becomes_one_pan() -> None:
    path = reframe_shot([standing_at(np.linspace(0.1, 0.9, 250))], seconds(250), WIDE)
    assert path.move == "pan"
    assert (np.diff(lefts(path)) >= -1e-6).all()


@settings(max_examples=25, deadline=None)
@given(
    data=st.data(),
    size=st.sampled_from([(1920, 1080), (1280, 720), (853, 480), (720, 1280), (2048, 858), (640, 481)]),
    aspect=st.sampled_from(["9:16", "1:1", "4:5", "16:9", "2.39:1"]),
)
def test_every_window_is_even_and_in_the_picture(
    data: st.DataObject, size: tuple[int, int], aspect: str
) -> None:
    knots = data.draw(st.lists(st.floats(-0.3, 1.3), min_size=2, max_size=6))
    count = data.draw(st.integers(2, 120))
    wide = data.draw(st.floats(0.02, 0.9))
    middles = np.interp(np.linspace(0, len(knots) - 1, count), np.arange(len(knots)), knots)
    frame = Frame(*size, aspect_of(aspect), 0.9)
    path = reframe_shot([standing_at(middles, wide)], seconds(count), frame)
    for number in range(count):
        one = path.window_at(number)
        assert one.width % 2 == one.height % 2 == 0
        assert 0 <= one.x <= size[0] - one.width and 0 <= one.y <= size[1] - one.height
    wide_window, tall_window = frame.window
    if not path.letterboxed:
        assert (path.keyframes[0].width, path.keyframes[0].height) == (wide_window, tall_window)
        assert abs(wide_window / tall_window / float(frame.aspect) - 1) < 2 / min(frame.window)


def test_between_keyframes_the_window_moves_evenly() -> None:
    path = reframe_shot([standing_at(np.linspace(0.1, 0.9, 250))], seconds(250), WIDE, first=1000)
    for before, after in zip(path.keyframes, path.keyframes[1:], strict=False):
        assert before.x * 64 == int(before.x * 64)
        for number in range(before.frame, after.frame + 1):
            part = Fraction(number - before.frame, after.frame - before.frame)
            meant = Fraction(before.x) + part * (Fraction(after.x) - Fraction(before.x))
            assert path.window_at(number).x == float(meant)
    assert path.keyframes[0].frame == 1000 and path.keyframes[-1].frame == 1249
    assert path.keyframes[-1].time == "249/25"


def test_only_a_subject_wider_than_the_window_widens_it() -> None:
    close = reframe_shot([standing_at(np.full(100, 0.5), 0.5)], seconds(100), WIDE)
    assert close.letterboxed
    assert close.keyframes[0].width >= 0.5 * 1920 / 0.9 - 2
    assert not reframe_shot([standing_at(np.full(100, 0.5), 0.3)], seconds(100), WIDE).letterboxed


def test_two_who_fit_are_both_shown_and_of_two_who_do_not_the_larger_is() -> None:
    near = reframe_shot(
        [standing_at(np.full(100, 0.45), 0.09), standing_at(np.full(100, 0.55), 0.08)], seconds(100), WIDE
    )
    left = near.window_at(50).x
    assert left <= 0.405 * 1920 and left + 608 >= 0.59 * 1920
    apart = reframe_shot(
        [standing_at(np.full(100, 0.2), 0.12), standing_at(np.full(100, 0.8), 0.08)], seconds(100), WIDE
    )
    left = apart.window_at(50).x
    assert left <= 0.14 * 1920 and left + 608 >= 0.26 * 1920


def test_without_a_subject_the_window_stands_where_it_is_told() -> None:
    path = reframe_shot([], seconds(50), WIDE, rest=0.75)
    assert path.move == "static" and path.subject == "nobody found"
    assert path.window_at(0).x == 0.75 * 1920 - 304


def test_a_wide_window_keeps_the_top_of_somebody_tall() -> None:
    frame = Frame(1920, 1080, aspect_of("2.39:1"), 0.9)
    path = reframe_shot([standing_at(np.full(100, 0.5))], seconds(100), frame)
    window = path.window_at(50)
    assert window.y <= 0.2 * 1080 - 0.045 * window.height
    assert not path.letterboxed


def test_the_path_costs_the_same_at_every_frame_rate() -> None:
    ends = []
    for rate in (24, 50):
        times = np.arange(8 * rate) / rate
        middle = 0.9 + 0.12 * times
        wanted = Wanted(times, middle - 0.2, middle + 0.2, middle, np.ones(len(times)))
        path = crop_path(wanted, 0.5, 3.0)
        assert ((path >= middle - 0.2 - 1e-6) & (path <= middle + 0.2 + 1e-6)).all()
        ends.append(path[:: rate // 2][:16])
    assert np.abs(ends[0] - ends[1]).max() < 0.02


def test_a_long_shot_is_solved_in_pieces_that_join_without_a_jolt() -> None:
    times = np.arange(200 * RATE) / RATE
    middle = 1.5 + 0.7 * np.sin(times / 3)
    wanted = Wanted(times, middle - 0.2, middle + 0.2, middle, np.ones(len(times)))
    path = crop_path(wanted, 0.5, 2.5)
    assert ((path >= middle - 0.2 - 1e-6) & (path <= middle + 0.2 + 1e-6)).all()
    assert np.abs(np.diff(path, 2)).max() < 3 * np.abs(np.diff(middle, 2)).max()


def test_the_same_detections_give_the_same_path() -> None:
    found = detections_of(film("turn", 4_200_000))
    times = np.arange(len(found)) / RATE
    first, second = (reframe_shot(follow(found, times), seconds(len(found)), WIDE) for _ in range(2))
    assert first == second


def test_false_finds_are_nobody() -> None:
    random = np.random.default_rng(1)
    found = [
        [Detection((float(random.random() * 0.9), 0.3, 0.05, 0.2), 0.6)] if random.random() < 0.1 else []
        for _ in range(300)
    ]
    assert follow(found, np.arange(300) / RATE) == []


def test_a_subject_lost_for_a_second_is_the_same_subject() -> None:
    found: list[Sequence[Detection]] = [
        [] if 60 <= number < 85 else [Detection((0.2 + 0.002 * number, 0.2, 0.1, 0.6), 0.9)]
        for number in range(150)
    ]
    (track,) = follow(found, np.arange(150) / RATE)
    assert (track.first, track.end) == (0, 150) and not track.seen[60:85].any()
    assert np.abs(track.boxes[:, 0] - (0.2 + 0.002 * np.arange(150))).max() < 0.01


def test_the_camera_is_told_from_what_moves_before_it() -> None:
    flow = np.zeros((108, 192, 2), np.float32)
    flow[..., 0] = 3.0
    flow[30:80, 60:100] = (-2, 1)
    assert np.abs(camera_flow(flow) - (3, 0)).max() < 0.1


def test_the_place_where_most_stands_out_is_shown() -> None:
    stands_out = np.zeros(64, np.float32)
    stands_out[48:54] = 1
    place = best_place(stands_out, 0.3)
    assert place - 0.15 <= 48 / 64 and place + 0.15 >= 54 / 64


def test_a_window_on_whole_pixels_is_copied_and_one_between_them_lies_between() -> None:
    random = np.random.default_rng(3)
    picture = random.integers(0, 256, (48, 80, 3), dtype=np.uint8)
    whole = cropped(picture, Window(10, 4, 20, 40), (20, 40))
    assert (whole == picture[4:44, 10:30]).all()
    ramp = np.repeat(np.arange(80, dtype=np.uint8)[None, :, None] * 2, 48, axis=0).repeat(3, axis=2)
    half = cropped(ramp, Window(10.5, 0, 20, 48), (20, 48))
    assert (half[:, :, 0] == 2 * np.arange(10, 30) + 1).all()
    boxed = cropped(np.full((48, 80, 3), 200, np.uint8), Window(0, 0, 80, 48), (24, 48))
    assert boxed.shape == (48, 24, 3) and not boxed[:10].any() and not boxed[-10:].any() and boxed[24].all()


@pytest.mark.parametrize("text", ["", "16", "0:9", "9:0", "1:9", "a:b", "16:9:2", "-9:16"])
def test_what_is_no_aspect_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        aspect_of(text)
    assert refused.value.code == "AP-USE-540"
