"""Pictures at other times: which moment is shown when, and what is seen between two pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerprint.departments.picture.retiming.following import followed, levels, motion
from answerprint.departments.picture.retiming.interpolator import Interpolator
from answerprint.departments.picture.retiming.timing import (
    Key,
    keys_of,
    places,
    rate_of,
    repeated,
    shown,
    speeds,
)
from answerprint.departments.picture.windows import Pixels, Window

WIDE, HIGH = 160, 96
ONCE = (Key(0.0, 1.0),)


def leaves(seed: int, wide: int, high: int) -> NDArray[np.uint8]:
    draw = np.random.default_rng(seed)
    made = np.full((high, wide, 3), 110, np.uint8)
    for _ in range(wide * high // 800):
        at = tuple(int(one) for one in draw.integers(0, (wide, high)))
        axes = tuple(int(one) for one in draw.integers(4, 50, 2))
        colour = tuple(int(one) for one in draw.integers(20, 235, 3))
        cv2.ellipse(made, at, axes, float(draw.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(made, (0, 0), 1.5)


GROUND, THING = leaves(1, 4 * (WIDE + 60), 4 * (HIGH + 60)), leaves(2, 200, 200)
ROUND = cv2.GaussianBlur(cv2.circle(np.zeros((200, 200), np.uint8), (100, 100), 80, 255, -1), (0, 0), 1.5)


def scene(time: float) -> Pixels:
    """A pan to the right, and a thing that flies the other way before it."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = 4 * WIDE, 4 * HIGH
    ground = cv2.warpAffine(
        GROUND, np.array([[1, 0, 4 * (20 + 2.6 * time)], [0, 1, 60.0]]), size, flags=flags
    )
    way = np.array([[1, 0, -4 * (40 + 3.4 * time)], [0, 1, -4 * (20 + 1.2 * time)]])
    thing, cover = (cv2.warpAffine(one, way, size, flags=flags) for one in (THING, ROUND))
    alpha = cover[..., None].astype(np.float32) / 255
    fine = ground + alpha * (thing.astype(np.float32) - ground)
    return np.asarray(cv2.resize(fine, (WIDE, HIGH), interpolation=cv2.INTER_AREA) / 255, np.float32)


def decibels(made: Pixels, truth: Pixels) -> float:
    inner = (slice(6, -6), slice(8, -8))
    return float(-10 * np.log10(np.mean((np.clip(made, 0, 1)[inner] - truth[inner]) ** 2)))


@pytest.mark.parametrize("share", [0.25, 0.5, 0.8])
def test_what_is_between_is_nearer_the_truth_than_any_mixture(share: float) -> None:
    first, second, truth = scene(0), scene(1), scene(share)
    made = Interpolator().picture(Window([first, second], 0, 0, share))
    mixed = Interpolator("blend").picture(Window([first, second], 0, 0, share))
    nearest = first if share < 0.5 else second
    assert decibels(made, truth) > decibels(mixed, truth) + 4
    assert decibels(made, truth) > decibels(nearest, truth) + 6


def test_a_picture_itself_is_shown_as_it_is() -> None:
    pictures = [scene(0), scene(1)]
    assert Interpolator().picture(Window(pictures, 0, 0, 0.0)) is pictures[0]
    assert Interpolator().picture(Window(pictures[:1], 0, 0, 0.4)) is pictures[0]


def test_where_motion_is_not_followed_the_nearer_picture_is_shown() -> None:
    pictures = [scene(0), scene(1)]
    operator = Interpolator(unfollowed=frozenset({7}))
    assert operator.picture(Window(pictures, 0, 7, 0.4)) is pictures[0]
    assert operator.picture(Window(pictures, 0, 7, 0.6)) is pictures[1]
    assert operator.picture(Window(pictures, 0, 8, 0.6)) is not pictures[1]


def test_motion_that_can_be_followed_is_told_from_what_cannot() -> None:
    draw = np.random.default_rng(0)
    other = leaves(9, WIDE, HIGH).astype(np.float32) / 255
    noise = [draw.random((HIGH, WIDE, 3)).astype(np.float32) for _ in range(2)]
    assert followed(scene(0), scene(1)) > 0.9
    assert followed(scene(0), other) < 0.5 and followed(*noise) < 0.2
    assert followed(scene(0), scene(1) * np.float32(0.85)) > 0.9
    assert followed(np.zeros((20, 30, 3), np.float32), np.zeros((20, 30, 3), np.float32)) == 1


def test_a_fade_goes_on_between_pictures() -> None:
    first, second = scene(0), scene(1) * np.float32(0.7)
    assert levels(scene(0), scene(1)) is None
    times = levels(first, second)
    assert times is not None and np.abs(times - 0.7).max() < 0.03
    made = Interpolator().picture(Window([first, second], 0, 0, 0.5))
    assert abs(made.mean() / scene(0.5).mean() - 0.7**0.5) < 0.02
    assert decibels(made, scene(0.5) * np.float32(0.7**0.5)) > 30


@pytest.mark.parametrize(("wide", "high"), [(17, 9), (33, 21), (2, 2)])
@pytest.mark.parametrize("channels", [3, 4])
def test_tiny_pictures_come_out_whole(wide: int, high: int, channels: int) -> None:
    draw = np.random.default_rng(1)
    pictures = [draw.random((high, wide, channels)).astype(np.float32) for _ in range(2)]
    made = Interpolator().picture(Window(pictures, 0, 0, 0.3))
    assert made.shape == pictures[0].shape and np.isfinite(made).all()
    black = [np.zeros((high, wide, channels), np.float32)] * 2
    assert np.abs(Interpolator().picture(Window(black, 0, 0, 0.3))).max() == 0


def test_alpha_moves_with_what_it_covers() -> None:
    def covered(time: float) -> Pixels:
        where = np.array([[1, 0, -40 - 6 * time], [0, 1, -10.0]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        shown = cv2.warpAffine(np.dstack([THING, ROUND])[40:160, 40:160], where, (WIDE, HIGH), flags=flags)
        return np.asarray(shown / np.float32(255), np.float32)

    made = Interpolator().picture(Window([covered(0), covered(1)], 0, 0, 0.5))
    assert np.abs(made[..., 3] - covered(0.5)[..., 3]).mean() < 0.01
    assert made[..., 3].min() >= 0 and made[..., 3].max() <= 1


def test_the_motion_of_a_pair_is_looked_for_once() -> None:
    pictures = [scene(0), scene(1)]
    operator, fresh = Interpolator(), Interpolator()
    for share in (0.2, 0.4):
        operator.picture(Window(pictures, 0, 3, share))
    again = operator.picture(Window(pictures, 0, 3, 0.6))
    assert np.array_equal(again, fresh.picture(Window(pictures, 0, 3, 0.6)))
    flow = motion(*pictures).forward[8:20, 20:-20]
    assert np.abs(np.median(flow, axis=(0, 1)) + [2.6, 0]).max() < 0.1


def test_24_to_25_keeps_the_length_and_every_picture_it_can() -> None:
    begins = np.arange(48) / 24
    found = places(shown(2.0, ONCE, rate_of("25")), begins, ((0, 48),))
    assert len(found) == 50 and found[0] == (0, 0.0) and found[25] == (24, 0.0)
    moments = np.array([number + share for number, share in found]) / 24
    assert np.abs(moments[:-2] - np.arange(48) / 25).max() < 1e-3
    assert found[-1] == (47, 0.0)


def test_nothing_lies_between_two_shots() -> None:
    begins = np.arange(20) / 24
    found = places(shown(20 / 24, (Key(0, 0.25),), rate_of("24")), begins, ((0, 7), (7, 20)))
    assert len(found) == 80
    assert all(share == 0 for number, share in found if number in (6, 19))
    assert found[4 * 6 + 1] == (6, 0.0) and found[4 * 6 + 2] == (7, 0.0)
    assert [number for number, _ in found] == sorted(number for number, _ in found)


def test_pictures_of_uneven_length_are_shown_at_their_time() -> None:
    begins = np.array([0, 0.1, 0.4, 0.5])
    found = places(np.array([0.05, 0.25, 0.4, 0.475]), begins, ((0, 4),))
    assert found == [(0, 0.5), (1, 0.5), (2, 0.0), (2, 0.75)]
    assert places(np.array([0.05, 0.2]), begins, ((0, 4),), whole=True) == [(1, 0.0), (1, 0.0)]


def test_a_ramp_takes_as_long_as_its_speeds_say() -> None:
    keys = keys_of([("0", "1"), ("2", "0.5"), ("4", "0.5")])
    assert speeds(np.array([0.0, 1.0, 2.0, 3.0, 9.0]), keys).tolist() == [1.0, 0.75, 0.5, 0.5, 0.5]
    moments = shown(4.0, keys, rate_of("24"))
    # two seconds at half speed take four; the two before them as long as 1 / (1 − x² (3 − 2x) / 2) sums up to
    share = (np.arange(100_000) + 0.5) / 100_000
    eased = 2 * np.mean(1 / (1 - share**2 * (3 - 2 * share) / 2))
    assert abs(len(moments) - 24 * (4 + eased)) <= 1
    assert abs(moments[-1] - 4) < 0.05 and (np.diff(moments) > 0).all()
    assert np.allclose(np.diff(moments)[-40:], 0.5 / 24, atol=1e-4)


@given(st.lists(st.floats(0.05, 8), min_size=1, max_size=5), st.integers(2, 60))
@settings(max_examples=50, deadline=None)
def test_places_never_go_back_and_stay_within(values: list[float], count: int) -> None:
    keys = tuple(Key(float(at), value) for at, value in enumerate(values))
    cut = count // 2
    found = places(
        shown(count / 24, keys, rate_of("30")),
        np.arange(count) / 24,
        ((0, cut), (cut, count)) if cut else ((0, count),),
    )
    moments = [number + share for number, share in found]
    assert moments == sorted(moments) and moments[0] >= 0 and moments[-1] <= count - 1
    assert all(0 <= share < 1 for _, share in found)


@pytest.mark.parametrize(
    "pairs", [[("0", "0")], [("0", "1000")], [("1", "1"), ("1", "2")], [("-1", "1")], [("0", "nan")], []]
)
def test_what_is_no_ramp_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError):
        keys_of(pairs)


def test_rates_are_known_by_the_names_they_go_by() -> None:
    assert rate_of("23.976") * 1001 == 24000 and rate_of("29.97") * 1001 == 30000 and rate_of("25") == 25
    for none in ("0", "-5", "fast", "1/0"):
        with pytest.raises((ValueError, ZeroDivisionError)):
            rate_of(none)


@pytest.mark.parametrize(("every", "name"), [(5, "pulldown"), (2, "twos"), (3, "threes")])
def test_repeated_pictures_are_noticed(every: int, name: str) -> None:
    change = np.full(60, 0.02)
    change[every - 1 :: every] = 0.0002
    found, pattern = repeated(change, ((0, 60),))
    assert pattern == name and found == list(range(every - 1, 60, every))


def test_a_still_camera_repeats_nothing() -> None:
    assert repeated(np.full(60, 0.0003), ((0, 60),)) == ([], "")
    assert repeated(np.full(60, 0.02), ((0, 30), (30, 60))) == ([], "")
