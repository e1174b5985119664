"""Match cuts: outlines found, moments compared, what shows the same left out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from matching_shots import HEIGHT, RATE, WIDTH, Shot, outline, pictures

from answerprint.departments.editorial.match_cuts.moments import (
    PLACE,
    SHAPE,
    MomentMeter,
    Moments,
    shape_of,
)
from answerprint.departments.editorial.match_cuts.pairs import (
    LARGEST_ZOOM,
    ShotMoments,
    match_cuts,
    shot_moments,
)

STILL = (0.0, 0.0)
HOUSE = Shot("house", 0.9, 0.5, 0.6, 0.0, drift=STILL, pan=STILL, seed=11, setup=1)


def moments_of(shot: Shot) -> Moments:
    small = [cv2.resize(one, (192, 108), interpolation=cv2.INTER_AREA) for one in pictures(shot)]
    meter = MomentMeter(Fraction(1, RATE))
    meter.add(np.arange(len(small)), np.array(small, np.uint8))
    return meter.finish()


def seen(shot: Shot) -> ShotMoments:
    moments = moments_of(shot)
    return shot_moments(moments, 0, int(moments.pts[-1]) + 3 * RATE, float(RATE))


def iou(one: np.ndarray, two: np.ndarray) -> float:
    return float((one & two).sum() / (one | two).sum())


@pytest.mark.parametrize("drift", [STILL, (0.12, 0.02)])
def test_an_outline_is_found_whether_its_subject_stands_or_moves(drift: tuple[float, float]) -> None:
    shot = replace(HOUSE, drift=drift)
    found = moments_of(shot)
    assert len(found.pts) >= 9
    for tick, place in zip(found.pts.tolist(), found.place, strict=True):
        cells = np.unpackbits(place).reshape(PLACE) > 0
        true = cv2.resize(outline(shot, tick / RATE), PLACE[::-1], interpolation=cv2.INTER_AREA) > 0.5
        assert iou(cells, true) > 0.75


def test_one_place_in_two_scenes_is_a_match_and_another_thing_is_none() -> None:
    shots = [
        seen(HOUSE),
        seen(replace(HOUSE, seed=12, setup=2, x=0.91)),
        seen(replace(HOUSE, silhouette="bottle", seed=13, setup=3)),
    ]
    found = match_cuts(shots, [WIDTH / HEIGHT] * 3, kinds=("mask",))
    assert [(one.first, one.second) for one in found] == [(0, 1)]
    assert found[0].likeness > 0.85


def test_a_smaller_outline_matches_when_it_is_enlarged_and_it_is_told_how() -> None:
    shots = [seen(HOUSE), seen(replace(HOUSE, seed=12, setup=2, x=0.8, size=0.45))]
    (found,) = match_cuts(shots, [WIDTH / HEIGHT] * 2, kinds=("shape",))
    assert found.zoom is not None and not found.zoom.first
    assert found.zoom.scale == pytest.approx(0.6 / 0.45, rel=0.05)
    left = 0.8 * HEIGHT / WIDTH - 0.9 * HEIGHT / WIDTH / found.zoom.scale
    assert found.zoom.x == pytest.approx(left, abs=0.02)
    assert not match_cuts(
        [seen(HOUSE), seen(replace(HOUSE, seed=12, size=0.6 / LARGEST_ZOOM / 1.15))],
        [WIDTH / HEIGHT] * 2,
        kinds=("shape",),
    )


def test_movement_matches_by_direction_and_by_pace() -> None:
    pan = replace(HOUSE, pan=(0.15, 0.0), drift=(0.15, 0.0))
    alike = replace(pan, silhouette="moon", seed=21)
    back = replace(pan, silhouette="star", seed=22, pan=(-0.15, 0.0), drift=(-0.15, 0.0))
    slow = replace(pan, silhouette="tree", seed=23, pan=(0.06, 0.0), drift=(0.06, 0.0))
    shots = [seen(one) for one in (pan, alike, back, slow, HOUSE)]
    found = match_cuts(shots, [WIDTH / HEIGHT] * 5, kinds=("motion",))
    assert [(one.first, one.second) for one in found] == [(0, 1)]


def test_pairs_apart_are_never_told_and_only_what_is_asked_for_is() -> None:
    shots = [seen(replace(HOUSE, seed=seed)) for seed in (11, 12, 14)]
    ratios = [WIDTH / HEIGHT] * 3

    def told(**asked: object) -> set[tuple[int, int]]:
        return {(one.first, one.second) for one in match_cuts(shots, ratios, kinds=("mask",), **asked)}  # type: ignore[arg-type]

    assert told() == {(0, 1), (0, 2), (1, 2)}
    assert told(apart={(0, 1)}) == {(0, 2), (1, 2)}
    assert told(only=[0]) == {(0, 1), (0, 2)}
    assert len(told(most=1)) == 1


def test_nothing_is_nothing_and_moments_near_the_ends_are_not_cut_at() -> None:
    assert match_cuts([], []) == []
    moments = moments_of(HOUSE)
    last = int(moments.pts[-1])
    inside = shot_moments(moments, 0, last, float(RATE))
    assert inside.pts.min() >= RATE / 2 and inside.pts.max() <= last - RATE / 2
    empty = shot_moments(moments, 0, RATE // 2, float(RATE))
    assert not len(empty.pts)
    assert match_cuts([empty, inside, empty], [1.78] * 3) == []


def test_a_shape_that_the_border_cuts_off_is_none() -> None:
    mask = np.zeros((108, 192), np.bool_)
    mask[30:80, 60:110] = True
    whole = shape_of(mask) > 127
    assert whole.shape == (SHAPE, SHAPE)
    assert whole.mean() == pytest.approx(1 / 2.6**2, rel=0.1)
    mask[30:80, :110] = True
    assert not shape_of(mask).any()


def test_a_blank_picture_has_no_subject_and_moments_come_back_as_saved(tmp_path: Path) -> None:
    meter = MomentMeter(Fraction(1, RATE))
    grey = np.full((RATE, 108, 192, 3), 90, np.uint8)
    meter.add(np.arange(RATE), grey)
    found = meter.finish()
    assert len(found.pts) and not found.place.any() and not found.means.any()
    found.save(tmp_path / "moments.npz")
    again = Moments.load(tmp_path / "moments.npz")
    for name in Moments.__dataclass_fields__:
        assert np.array_equal(getattr(found, name), getattr(again, name))
    assert not len(MomentMeter(Fraction(1)).finish().pts)
