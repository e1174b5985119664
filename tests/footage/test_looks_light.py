"""Light, colour, sharpness and composition of pictures in which they are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from composites import Library
from hypothesis import given
from hypothesis import strategies as st
from looks_truth import head, patches, shown

from answerprint.core.footage import SCALES
from answerprint.departments.footage.looks.colour import correlated, palette, planckian, temperature
from answerprint.departments.footage.looks.composition import composition, shot_composition
from answerprint.departments.footage.looks.focus import edge_blur, focus
from answerprint.departments.footage.looks.light import key_fill, light_of, shot_light
from answerprint.departments.footage.looks.scale import scale_of


def flat(code: int) -> np.ndarray:
    return np.full((72, 128, 3), code, np.uint8)


def test_eighteen_per_cent_grey_is_no_stop_off_and_half_the_light_is_one_under() -> None:
    for stops in (-2.0, -1.0, 0.0, 1.0, 2.0):
        picture = np.broadcast_to(shown(np.full(3, 0.18 * 2**stops)), (72, 128, 3))
        assert shot_light([light_of(picture)]).exposure == pytest.approx(stops, abs=0.06)


def test_a_flat_picture_has_no_contrast_and_black_and_white_have_all() -> None:
    assert shot_light([light_of(flat(120))]).contrast == pytest.approx(0, abs=1e-6)
    halves = flat(0)
    halves[:, 64:] = 255
    light = shot_light([light_of(halves)])
    assert light.contrast > 4
    assert (light.clipped, light.crushed) == (0.5, 0.5)


def test_keys_are_told_from_the_light() -> None:
    low = flat(20)
    low[20:40, 40:60] = 200
    high = flat(220)
    high[20:40, 40:60] = 90
    assert [shot_light([light_of(one)]).key for one in (low, flat(110), high)] == ["low", "normal", "high"]


def test_a_shot_without_pictures_has_no_light() -> None:
    with pytest.raises(ValueError, match="pictures"):
        shot_light([])


def test_key_over_fill_is_read_off_a_face_within_half_a_stop() -> None:
    random = np.random.default_rng(12)
    for true in (0.0, 1.0, 2.0, 3.0):
        read = [key_fill(*head(random, true)) for _ in range(6)]
        assert np.median(np.array(read, float)) == pytest.approx(true, abs=0.5)


def test_a_face_of_a_few_pixels_has_no_sides() -> None:
    assert key_fill(flat(90), (0.4, 0.4, 0.05, 0.1)) is None
    assert key_fill(flat(90), (1.2, 0.4, 0.5, 0.5)) is None


@pytest.mark.parametrize("kelvin", [2500, 3200, 4300, 5600, 6500, 9000])
def test_neutral_things_show_the_temperature_of_the_light(kelvin: int) -> None:
    codes, _ = patches(np.random.default_rng(kelvin), kelvin, 0.3, 0.8)
    found = temperature(codes[9::18, 10::20].reshape(-1, 3))
    assert found is not None
    assert 1e6 / found.kelvin == pytest.approx(
        1e6 / kelvin, abs=8
    )  # mired: a just noticeable step is about 5
    assert abs(found.duv) < 0.006


def test_a_grey_card_is_the_display_s_own_white() -> None:
    ramp = np.repeat(np.arange(40, 230, 2, dtype=np.uint8)[:, None], 3, axis=1)
    found = temperature(ramp)
    assert found is not None
    assert found.kelvin == pytest.approx(6504, rel=0.01)


def test_where_nothing_is_neutral_no_temperature_is_named() -> None:
    assert temperature(np.tile(np.array([[30, 160, 40]], np.uint8), (500, 1))) is None
    assert temperature(np.zeros((500, 3), np.uint8)) is None
    assert temperature(np.full((500, 3), 255, np.uint8)) is None
    assert temperature(np.zeros((0, 3), np.uint8)) is None


def test_the_black_body_s_line_is_where_the_tables_have_it() -> None:
    """CIE 1960 u, v of illuminant A (2 856 K): 0.2560, 0.3495; D65 lies 0.0032 above at about 6 504 K."""
    assert planckian(np.array([1e6 / 2856]))[0] == pytest.approx([0.2560, 0.3495], abs=2e-4)
    mired, duv = correlated(np.array([[0.1978, 0.3122]]))
    assert 1e6 / mired[0] == pytest.approx(6504, rel=0.004)
    assert duv[0] == pytest.approx(0.0032, abs=3e-4)


def test_a_palette_is_the_colours_in_their_shares() -> None:
    pixels = np.array([[200, 30, 30]] * 50 + [[20, 60, 190]] * 30 + [[240, 240, 230]] * 20, np.uint8)
    assert palette(pixels) == [("#c81e1e", 0.5), ("#143cbe", 0.3), ("#f0f0e6", 0.2)]
    assert palette(np.zeros((0, 3), np.uint8)) == []


@given(st.integers(0, 2**31), st.integers(1, 400))
def test_palettes_are_the_same_every_time_and_never_more_than_the_whole(seed: int, count: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (count, 3)).astype(np.uint8)
    found = palette(pixels)
    assert found == palette(pixels)
    assert 0 < sum(share for _, share in found) <= 1.001
    assert [share for _, share in found] == sorted((share for _, share in found), reverse=True)


@pytest.fixture(scope="module")
def sharp() -> np.ndarray:
    """Boxes with hard edges (540, 960)."""
    random = np.random.default_rng(3)
    picture = np.full((540, 960), 60, np.uint8)
    for _ in range(40):
        corners = random.integers(0, [900, 500], (2, 2))
        cv2.rectangle(picture, *(tuple(map(int, one)) for one in corners), int(random.integers(30, 220)), -1)
    return picture


def test_the_blur_of_edges_is_read_back_with_and_without_noise(sharp: np.ndarray) -> None:
    random = np.random.default_rng(4)
    for deviation in (2.0, 3.0, 4.0):
        soft = cv2.GaussianBlur(sharp.astype(np.float32), (0, 0), deviation)
        assert edge_blur(soft.astype(np.uint8)) == pytest.approx(deviation, rel=0.4)
        noisy = np.clip(soft + random.normal(0, 4, soft.shape), 0, 255).astype(np.uint8)
        assert edge_blur(noisy) == pytest.approx(deviation, rel=0.45)


def test_softer_is_never_sharper_and_half_a_picture_in_focus_is_in_focus(sharp: np.ndarray) -> None:
    read = [focus(edge_blur(cv2.GaussianBlur(sharp, (0, 0), one)) or 0.0) for one in (0.3, 1.5, 2.5, 4, 7)]
    assert read == sorted(read, reverse=True)
    assert read[0] > 0.9
    assert read[-1] < 0.2
    half = cv2.GaussianBlur(sharp, (0, 0), 6)
    half[:, :480] = sharp[:, :480]
    blur = edge_blur(half)
    assert blur is not None
    assert focus(blur) > 0.9


def test_a_blank_and_a_tiny_picture_have_no_focus() -> None:
    assert edge_blur(np.full((540, 960), 90, np.uint8)) is None
    assert edge_blur(np.zeros((1, 1), np.uint8)) is None


def test_weight_lies_where_the_thing_is() -> None:
    picture = flat(110)
    picture[6:18, 92:116] = [220, 40, 30]
    found = composition(picture)
    assert int(np.argmax(found.thirds)) == 2  # top right
    assert sum(found.thirds) == pytest.approx(1)
    assert found.centre[0] > 0.6
    assert found.centre[1] < 0.4


def test_a_picture_and_its_mirror_are_symmetric_together() -> None:
    left = Library(None, seed=9).texture(64, 72)[:72, :64]
    assert composition(np.concatenate([left, left[:, ::-1]], axis=1)).symmetry > 0.95
    assert composition(Library(None, seed=9).texture(128, 72)).symmetry < 0.6


def test_headroom_is_above_the_highest_head_and_unknown_without_one() -> None:
    seen = [composition(flat(100))]
    assert shot_composition(seen).headroom is None
    found = shot_composition(seen, [(0.4, 0.4, 0.1, 0.2), (0.6, 0.5, 0.1, 0.2)])
    assert found.headroom == pytest.approx(0.4 - 0.35 * 0.2, abs=1e-3)


def test_scales_follow_the_face_and_no_figure_is_no_scale() -> None:
    named = [scale_of(height)[0] for height in (0.7, 0.4, 0.25, 0.17, 0.12, 0.07, 0.03)]
    assert named == list(SCALES)
    assert scale_of(None) == (None, None)
    assert scale_of(None, body_height=0.95)[0] in ("medium_wide", "wide")
    assert scale_of(None, body_height=0.3)[0] == "extreme_wide"


@given(st.floats(0.005, 1), st.floats(0.005, 1))
def test_a_larger_face_is_never_a_wider_shot(one: float, two: float) -> None:
    small, large = sorted((one, two))
    near, far = scale_of(large), scale_of(small)
    assert near[0] is not None
    assert far[0] is not None
    assert SCALES.index(near[0]) <= SCALES.index(far[0])
    assert near[1] is not None
    assert 0.5 <= near[1] <= 1
