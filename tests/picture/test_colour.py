"""Colour differences, spaces, grades as operations, skin of every tone, and scopes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from picture_views import LOOK, wall

from answerprint.core.cut import Cdl
from answerprint.core.errors import UsageError
from answerprint.core.records import Colour
from answerprint.departments.picture.difference import delta_e, lab_of
from answerprint.departments.picture.operations import graded, operation
from answerprint.departments.picture.scopes import HEIGHT, parade, vectorscope, waveform
from answerprint.departments.picture.skin import MONK, is_skin, linear_of, tone_of
from answerprint.departments.picture.spaces import (
    FILM,
    GRADING,
    HLG,
    LINEAR_709,
    PQ,
    STILL,
    change,
    space_named,
    space_of,
)

# Sharma, Wu and Dalal 2005, table 1: pairs 1, 4, 7, 9, 13, 16, 20, 24, 25, 31, 34
PUBLISHED = (
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((50, -0.001, 2.49), (50, 0.0009, -2.49), 4.8045),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
    ((50, 2.5, 0), (58, 24, 15), 19.4535),
    ((50, 2.5, 0), (50, 3.2592, 0.335), 1.0000),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
)


@pytest.mark.parametrize(("one", "other", "published"), PUBLISHED)
def test_difference_is_that_of_the_paper(one: tuple, other: tuple, published: float) -> None:
    a, b = np.array(one, float), np.array(other, float)
    assert delta_e(a, b) == pytest.approx(published, abs=6e-5)
    assert delta_e(b, a) == pytest.approx(published, abs=6e-5)


def test_white_is_a_hundred_without_colour() -> None:
    assert lab_of(np.ones(3)) == pytest.approx((100, 0, 0), abs=0.03)


def test_a_grade_is_the_same_here_and_in_opencolorio() -> None:
    values = np.random.default_rng(1).uniform(0, 0.9, (500, 3))
    ours = graded(values, LOOK)
    theirs = operation(GRADING, LOOK, GRADING)(values.astype(np.float32))
    assert np.abs(ours - theirs).max() < 1e-5


def test_no_grade_gives_the_picture_back() -> None:
    picture = wall(1)[::4, ::4]
    assert np.abs(operation(LINEAR_709, Cdl(), GRADING)(picture) - picture).max() < 1e-4


def test_an_exposure_is_an_offset_of_the_grade() -> None:
    light = np.full((1, 3), 0.18, np.float32)
    stop = Cdl(offset=(1 / 17.52,) * 3)  # ACEScct: S-2016-001
    assert operation(LINEAR_709, stop, GRADING)(light) == pytest.approx(np.full((1, 3), 0.36), rel=1e-3)


def test_spaces_are_known_by_alias_and_strangers_are_refused_by_name() -> None:
    assert space_named("srgb") == STILL
    assert space_named("arri_logc4") == "ARRI LogC4"
    for name in ("Raw", "nonsense"):
        with pytest.raises(UsageError) as caught:
            space_named(name)
        assert caught.value.code == "AP-USE-800"


def test_a_camera_log_and_hdr_are_taken_from_the_file_and_never_for_sdr() -> None:
    assert space_of(Colour(), {"com.arri.camera.ColorGammaSxS": "LOG-C"}) == "ARRI LogC3 (EI800)"
    assert space_of(Colour(transfer="smpte2084", primaries="bt2020"), {}) == PQ
    assert space_of(Colour(transfer="arib-std-b67", primaries="bt2020"), {}) == HLG
    assert space_of(Colour(transfer="bt709", primaries="bt709"), {}) == FILM
    assert space_of(Colour(), {}) is None
    assert change(PQ, LINEAR_709)(np.full((1, 3), 0.508, np.float32)) == pytest.approx(
        np.ones((1, 3)), rel=0.02
    )  # ST 2084: 0.508 is 100 cd/m²
    with pytest.raises(UsageError) as caught:
        space_of(Colour(transfer="smpte2084", primaries="smpte432"), {})
    assert caught.value.code == "AP-USE-801"


def test_skin_of_every_tone_is_found_in_any_light() -> None:
    tones = np.stack([linear_of(one) for one in MONK])
    for light in (0.1, 0.5, 1.0, 2.0):
        assert is_skin(tones * light).all()
    assert tone_of(lab_of(tones)).tolist() == sorted(tone_of(lab_of(tones)).tolist())


def test_what_is_no_skin_is_none() -> None:
    others = np.array([(0.2, 0.2, 0.2), (0.1, 0.4, 0.1), (0.1, 0.2, 0.5), (0.5, 0.1, 0.45), (0.5, 0.5, 0.02)])
    assert not is_skin(others).any()


def test_scopes_show_where_a_flat_picture_lies() -> None:
    half = np.full((90, 160, 3), 0.6, np.float32)
    assert np.argmax(waveform(half, 160)[:, 80].sum(-1)) == round(0.4 * (HEIGHT - 1))
    red = half * np.array((1, 0, 0), np.float32)
    column = parade(red, 300)[:, :100].astype(int)
    assert column[round(0.4 * (HEIGHT - 1)), 50, 0] > 200
    trace = vectorscope(half).sum(-1)
    assert np.unravel_index(trace.argmax(), trace.shape) == (128, 128) or trace[127:129, 127:129].max() > 500
