"""Differently framed views brought to one look; strangers refused."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from picture_views import LOOK, eight_bits, framed, looked, wall

from answerprint.core.cut import Cdl
from answerprint.departments.picture.difference import delta_e, lab_of
from answerprint.departments.picture.fitting import fit
from answerprint.departments.picture.matching import match, usable
from answerprint.departments.picture.operations import graded, operation
from answerprint.departments.picture.pairs import View
from answerprint.departments.picture.spaces import GRADING, LINEAR_709, STILL, change


def view(light: np.ndarray) -> View:
    code = eight_bits(light).astype(np.float32) / 255
    return View(change(STILL, GRADING)(code), usable(code))


def off(light: np.ndarray, grade: Cdl, truth: np.ndarray) -> float:
    made = operation(LINEAR_709, grade, GRADING)(light)
    return float(delta_e(lab_of(np.clip(made, 0, 1)), lab_of(np.clip(truth, 0, 1))).mean())


def test_a_known_look_is_found_between_different_framings() -> None:
    light = wall(3)
    ours, hero = framed(light, 40, 60, 0.7), framed(light, 150, 380, 0.62)
    found = match([view(ours)], [view(looked(hero))])
    assert found.how == "places"
    assert off(ours, Cdl(), looked(ours)) > 4
    assert off(ours, found.grade, looked(ours)) < 1
    assert found.error is not None and found.error < 0.6
    assert found.before is not None and found.after is not None
    assert found.after.median < 1 < found.before.median
    assert len(found.skin) >= 4
    assert all(one.after < one.before for one in found.skin)


def test_exposure_and_white_balance_are_undone() -> None:
    light = wall(4)
    ours, hero = framed(light, 0, 0, 0.8), framed(light, 100, 200, 0.7)
    fault = np.array((0.55, 0.62, 0.75), np.float32)
    found = match([view(ours * fault)], [view(hero)])
    assert off(ours * fault, found.grade, ours) < 1


def test_the_same_look_is_left_nearly_alone() -> None:
    light = wall(5)
    ours = framed(light, 0, 0, 0.8)
    found = match([view(ours)], [view(framed(light, 100, 200, 0.7))])
    assert off(ours, found.grade, ours) < 0.3


def test_strangers_have_nothing_in_common() -> None:
    found = match([view(framed(wall(6), 0, 0, 0.7))], [view(looked(framed(wall(99), 0, 0, 0.7)))])
    assert found.how == "nothing"
    assert found.grade == Cdl()


def test_surfaces_are_matched_where_the_views_do_not_overlap() -> None:
    chance = np.random.default_rng(8)
    kinds = np.exp(chance.uniform(np.log(0.05), np.log(0.5), (5, 1)) + chance.normal(0, 0.3, (5, 3)))

    def side() -> np.ndarray:
        """Five cloths, each of its own weave, hung in another order and at other places."""
        picture = np.zeros((360, 640, 3))
        for place, kind in enumerate(chance.permutation(5)):
            rough = cv2.GaussianBlur(chance.normal(0, 1, (360, 128)), (0, 0), 0.6 + 0.9 * kind)
            weave = np.exp((0.04 + 0.05 * kind) * rough / rough.std())
            picture[:, place * 128 : place * 128 + 128] = kinds[kind] * weave[..., None]
        return np.clip(picture, 0.001, 0.95).astype(np.float32)

    ours = side()
    found = match([view(ours * np.float32(0.6))], [view(side())])
    assert found.how == "surfaces"
    assert off(ours * np.float32(0.6), found.grade, ours) < 0.5 * off(ours * np.float32(0.6), Cdl(), ours)


@pytest.mark.parametrize("light", [0.0, 0.18, 1.0])
def test_a_picture_of_nothing_is_refused(light: float) -> None:
    flat = np.full((360, 640, 3), light, np.float32)
    assert match([view(flat)], [view(framed(wall(7), 0, 0, 0.7))]).how == "nothing"


def test_wrong_pairs_do_not_pull_the_grade() -> None:
    chance = np.random.default_rng(2)
    ours = chance.uniform(0.15, 0.5, (900, 3))
    theirs = graded(ours, LOOK)
    theirs[:250] = chance.uniform(0.15, 0.5, (250, 3))

    def to_lab(values: np.ndarray) -> np.ndarray:
        return lab_of(change(GRADING, LINEAR_709)(values.astype(np.float32)))

    found = fit(ours, theirs, np.ones(900), to_lab)
    unlike = delta_e(to_lab(graded(ours[250:], found.grade)), to_lab(theirs[250:]))
    assert np.median(unlike) < 0.5


def test_few_pairs_change_little() -> None:
    ours = np.array([(0.3, 0.3, 0.3), (0.31, 0.3, 0.3), (0.3, 0.31, 0.3)])

    def to_lab(values: np.ndarray) -> np.ndarray:
        return lab_of(change(GRADING, LINEAR_709)(values.astype(np.float32)))

    far = fit(ours, ours + 0.2, np.ones(3), to_lab, worth=1).grade
    assert all(abs(one - 1) < 0.5 for one in far.slope)
    assert abs(far.saturation - 1) < 0.3
