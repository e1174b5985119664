"""What a restoration finds in pictures whose damage is known, and what it leaves alone."""

from __future__ import annotations

import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "generated"))

import film_damage as damage
from moving_scenes import MovingScene

from answerprint.departments.picture.restoring import fields
from answerprint.departments.picture.restoring.fading import FadingSurvey, brought_back
from answerprint.departments.picture.restoring.motion import luma_of
from answerprint.departments.picture.restoring.paths import meant, noise_of
from answerprint.departments.picture.restoring.plan import Plan, Protected, Survey, plan_of
from answerprint.departments.picture.restoring.repairing import from_around
from answerprint.departments.picture.restoring.restorer import Restorer, Touched
from answerprint.departments.picture.restoring.scratches import Line
from answerprint.departments.picture.windows import Window

WIDE, HIGH = 240, 136
Clip = list[np.ndarray]
LOCAL = ("dirt", "scratches", "dropouts")


@cache
def scene(way: str = "pan", count: int = 24, fast: float = 0.0) -> tuple[np.ndarray, ...]:
    made = MovingScene(31, WIDE, HIGH)
    path = made.path(way, 48)[12 : 12 + count]
    return tuple(made.picture(t, one, fast=fast).astype(np.float32) for t, one in enumerate(path))


def planned(pictures: Clip, *kinds: str, strength: str = "usual", **more: object) -> Plan:
    survey = Survey(len(pictures), frozenset(kinds), strength, False)
    for number, pixels in enumerate(pictures):
        survey.add(number, pixels)
    survey.end_shot()
    return plan_of(survey.arrays(), frozenset(kinds), strength, **more)  # type: ignore[arg-type]


def made_of(
    pictures: Clip, plan: Plan, *, fresh: bool = False, painted: Clip | None = None
) -> tuple[Clip, Clip]:
    def new() -> Restorer:
        return Restorer(plan, None, painted.__getitem__ if painted is not None else None)

    operator, made, masks = new(), [], []
    for number in range(len(pictures)):
        if fresh:
            operator = new()
        first, last = max(0, number - 2), min(len(pictures), number + 3)
        pixels, touched = operator.restored(Window(pictures[first:last], number - first, number))
        made.append(pixels)
        masks.append(touched.mask)
    return made, masks


def psnr(made: Clip, clean: Clip) -> float:
    return float(
        np.mean([10 * np.log10(1 / (np.mean((a - b) ** 2) + 1e-9)) for a, b in zip(made, clean, strict=True)])
    )


def f1(masks: Clip, truth: Clip) -> float:
    found, real = np.stack(masks), np.stack(truth)
    near = np.stack([cv2.dilate(one.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0 for one in truth])
    precision, recall = (found & near).sum() / max(1, found.sum()), (real & found).sum() / real.sum()
    return float(2 * precision * recall / (precision + recall))


@pytest.mark.parametrize("fast", [0.0, 2.0])
def test_dirt_is_found_and_repaired_behind_motion(fast: float) -> None:
    clean = list(scene(fast=fast, count=12))
    damaged = damage.dirty(clean, 3, 5)
    made, masks = made_of(damaged.pictures, planned(damaged.pictures, "dirt"))
    assert f1(masks, damaged.masks) > 0.85
    assert psnr(made, clean) > psnr(damaged.pictures, clean) + 6


def test_a_clean_clip_is_left_alone() -> None:
    clean = list(scene(count=16))
    made, masks = made_of(clean, planned(clean, *LOCAL, "flicker", "weave"))
    assert np.mean(masks) < 0.003
    assert psnr(made, clean) > 50


def test_what_moves_fast_is_no_dirt() -> None:
    ground = scene("locked", 1)[0]
    clean = []
    for number in range(9):
        picture = ground.copy()
        cv2.circle(picture, (30 + 22 * number, 60 + 3 * number), 5, (0.95, 0.95, 0.9), -1, cv2.LINE_AA)
        clean.append(picture)
    _, masks = made_of(clean, planned(clean, "dirt"))
    assert not np.stack(masks)[2:-2].any()
    thrown = clean[4].copy()
    cv2.circle(thrown, (200, 110), 5, (0.95, 0.95, 0.9), -1, cv2.LINE_AA)
    _, masks = made_of([*clean[:4], thrown, *clean[5:]], planned(clean, "dirt"))
    assert masks[4][110, 200] and not masks[4][72, 118]


def test_scratches_are_repaired_where_the_picture_moves_behind_them() -> None:
    clean = list(scene(count=24))
    damaged = damage.scratched(clean, 2, 2)
    plan = planned(damaged.pictures, "scratches")
    made, masks = made_of(damaged.pictures, plan)
    assert f1(masks, damaged.masks) > 0.8
    assert psnr(made, clean) > psnr(damaged.pictures, clean) + 4
    assert not planned(clean, "scratches").lines


@pytest.mark.parametrize("way", ["locked", "pan"])
def test_poles_are_not_scratches(way: str) -> None:
    maker = MovingScene(31, WIDE, HIGH)
    pictures = []
    for number, camera in enumerate(maker.path(way, 48)[12:36]):
        line = np.exp(-0.5 * ((np.arange(WIDE) - 128 + camera.dx) / 0.8) ** 2).astype(np.float32)
        picture = maker.picture(number, camera).astype(np.float32)
        pictures.append(picture + 0.9 * line[None, :, None] * (np.float32(0.95) - picture))
    survey = Survey(24, frozenset(["scratches"]), "usual", False)
    for number, pixels in enumerate(pictures):
        survey.add(number, pixels)
    arrays = survey.arrays()
    assert not len(arrays["lines"])
    if way == "locked":  # nothing tells: a person is asked
        assert abs(int(np.asarray(arrays["unproved"])[0, 2]) - 128) <= 1


def test_a_scratch_that_a_person_names_is_repaired() -> None:
    clean = list(scene("locked", 8))
    line = np.exp(-0.5 * ((np.arange(WIDE) - 90) / 0.8) ** 2).astype(np.float32)
    shown = [one + 0.9 * line[None, :, None] * (np.float32(0.95) - one) for one in clean]
    named = (Line(0, 8, 91, 1), Line(0, 8, 91, -1))
    made, _ = made_of(shown, planned(shown, "scratches", named=named))
    assert psnr(made, clean) > psnr(shown, clean) + 6


def test_lost_lines_are_repaired() -> None:
    clean = list(scene(count=12))
    damaged = damage.lost_lines(clean, 4, 2)
    made, masks = made_of(damaged.pictures, planned(damaged.pictures, "dropouts"))
    assert f1(masks, damaged.masks) > 0.8
    assert psnr(made, clean) > psnr(damaged.pictures, clean) + 8


def test_flicker_goes_and_a_lamp_stays() -> None:
    lamp = [one * np.float32(0.6 if number < 12 else 1) for number, one in enumerate(scene(count=32))]
    shown = damage.flickering(lamp, 5)
    made, _ = made_of(shown, planned(shown, "flicker"))
    before, after = (
        np.diff([a.mean() - b.mean() for a, b in zip(one, lamp, strict=True)]) for one in (shown, made)
    )
    assert after.std() < 0.15 * before.std()
    step = made[12].mean() - made[11].mean()
    assert abs(step - (lamp[12].mean() - lamp[11].mean())) < 0.03
    assert not planned(lamp, "flicker").levels.any()


def test_light_that_is_meant_is_told_from_what_flickers() -> None:
    draw = np.random.default_rng(1)
    light = np.concatenate([np.zeros(30), np.full(30, 0.4), np.linspace(0.4, -1.0, 40)])
    path = light + draw.normal(0, 0.03, 100)
    found = meant(path, noise_of(path))
    assert np.abs(found - light).max() < 0.08
    assert (found[31:59] == found[31]).all()


def test_weave_goes_and_pans_stay() -> None:
    clean = list(scene(count=32))
    off = damage.unsteady(32, 6, 0.8)
    shown = [
        cv2.warpAffine(
            one, np.array([[1, 0, x], [0, 1, y]]), (WIDE, HIGH), flags=cv2.INTER_LANCZOS4, borderMode=2
        )
        for one, (x, y) in zip(clean, off, strict=True)
    ]
    shifts = planned(shown, "weave").shifts
    assert np.diff(off - shifts, axis=0).std() < 0.25 * np.diff(off, axis=0).std()
    assert np.abs(planned(clean, "weave").shifts).max() < 0.1


def test_fields_are_told_and_split() -> None:
    maker = MovingScene(7, WIDE, HIGH)
    half = [maker.picture(t / 2, fast=1.0).astype(np.float32) for t in range(24)]
    for top_first in (True, False):
        video = [damage.woven(half[t], half[t + 1], top_first) for t in range(0, 24, 2)]
        told = fields.fields_of(combs(video))
        assert (told.kind, told.top_first) == ("video", top_first)
        for second in (False, True):
            made = fields.split(video[4], video[5], video[6], top_first=top_first, second=second)
            assert psnr([made], [half[10 + second]]) > psnr([video[5]], [half[10 + second]]) + 3
    assert fields.fields_of(combs(half)).kind == "progressive"


def test_pulldown_gives_back_the_film() -> None:
    film = list(scene(count=20))
    video = damage.pulled_down(film)
    found = combs(video)
    assert fields.fields_of(found).kind == "pulldown"
    choice = fields.choices(found)
    whole = [
        fields.put_together(video[max(0, t - 1)], now, video[min(len(video) - 1, t + 1)], int(choice[t]))
        for t, now in enumerate(video)
    ]
    unlike = np.array([1.0, *(float(np.abs(a - b).mean()) for a, b in pairwise(whole))])
    kept = [whole[one] for one in fields.cadence(unlike)]
    assert len(kept) == 20 and all((a == b).all() for a, b in zip(kept, film, strict=True))


def combs(pictures: Clip) -> list[fields.Combs]:
    luma = [luma_of(one) for one in pictures]
    return [
        fields.combs_of(luma[t - 1] if t else None, now, luma[t + 1] if t + 1 < len(luma) else None)
        for t, now in enumerate(luma)
    ]


def test_faded_dyes_come_back() -> None:
    clean = list(scene(count=4))
    shown = damage.faded(clean)
    survey = FadingSurvey()
    for one in shown:
        survey.add(one)
    made = [brought_back(one, survey.dyes()) for one in shown]
    assert psnr(made, clean) > psnr(shown, clean) + 3


def test_the_same_window_gives_the_same_picture() -> None:
    damaged = damage.scratched(damage.dirty(list(scene(count=10)), 3, 4).pictures, 2, 1)
    plan = planned(damaged.pictures, *LOCAL, "flicker", "weave")
    one, _ = made_of(damaged.pictures, plan)
    other, _ = made_of(damaged.pictures, plan, fresh=True)
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_what_is_protected_is_not_touched() -> None:
    damaged = damage.dirty(list(scene(count=8)), 3, 8)
    box = Protected(0, 0, WIDE, 72, 2, 6)
    _, masks = made_of(damaged.pictures, planned(damaged.pictures, "dirt", protected=(box,)))
    assert not np.stack(masks)[2:6, :72].any() and np.stack(masks)[2:6, 73:].any()


def test_what_a_person_paints_is_repaired_and_nothing_else() -> None:
    clean = list(scene(count=5))
    shown = [one.copy() for one in clean]
    for one in shown:  # in all of them: no detector finds it
        one[40:46, 60:66] = 0
    painted = [np.zeros((HIGH, WIDE), bool) for _ in shown]
    painted[2][39:47, 59:67] = painted[3][39:47, 59:67] = painted[1][39:47, 59:67] = True
    made, masks = made_of(shown, planned(shown, "dirt"), painted=painted)
    assert masks[2].sum() == painted[2].sum() and not masks[0].any() and (made[0] == shown[0]).all()
    place = np.s_[40:46, 60:66]
    assert (
        np.abs(made[2][place] - clean[2][place]).mean()
        < 0.5 * np.abs(shown[2][place] - clean[2][place]).mean()
    )


def test_a_place_is_painted_in_from_around_it() -> None:
    slope = np.repeat(np.linspace(0, 3, 64, dtype=np.float32)[None, :, None], 48, axis=0).repeat(3, axis=2)
    shown, mask = slope.copy(), np.zeros((48, 64), bool)
    mask[20:26, 30:36] = True
    shown[mask] = 9
    assert np.abs(from_around(shown, mask) - slope).max() < 0.15


@pytest.mark.parametrize("shape", [(9, 17, 3), (33, 49, 4), (64, 101, 3)])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("flat", [True, False])
def test_odd_short_and_flat_clips_pass(shape: tuple[int, ...], count: int, flat: bool) -> None:
    draw = np.random.default_rng(1)
    pictures = [
        np.zeros(shape, np.float32) if flat else draw.random(shape).astype(np.float32) for _ in range(count)
    ]
    kinds = (*LOCAL, "flicker", "weave", "fading")
    made, masks = made_of(pictures, planned(pictures, *kinds))
    for one, was, mask in zip(made, pictures, masks, strict=True):
        assert one.shape == was.shape and np.isfinite(one).all()
        if flat:
            assert (one == was).all() and not mask.any()
        elif shape[2] == 4 and not mask.any():
            assert np.abs(one[..., 3] - was[..., 3]).max() < 1e-6


def test_touched_places_are_told() -> None:
    seen: dict[int, Touched] = {}
    damaged = damage.dirty(list(scene(count=8)), 3, 10)
    plan = planned(damaged.pictures, "dirt")
    operator = Restorer(plan, seen.__setitem__, masks=True)
    shown = operator.picture(Window(damaged.pictures[1:6], 2, 3))
    told = seen[3]
    assert (shown[..., 0] > 0.5).sum() == told.mask.sum() > 0
    assert told.shares["dirt"] == pytest.approx(told.mask.mean(), abs=1e-5)
    largest = told.places[0]
    assert told.mask[largest.y : largest.y + largest.height, largest.x : largest.x + largest.width].any()
