"""Detectors of quality control over arrays whose faults are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from answerprint.core.records import Colour
from answerprint.departments.picture.checking.blocks import blocking
from answerprint.departments.picture.checking.coding import bars
from answerprint.departments.picture.checking.darkness import black
from answerprint.departments.picture.checking.exposure import exposure
from answerprint.departments.picture.checking.film import Film, Found, runs
from answerprint.departments.picture.checking.flashes import PEAK, FlashMeter, flashing, linear_of
from answerprint.departments.picture.checking.focusing import focus
from answerprint.departments.picture.checking.gamut import illegal
from answerprint.departments.picture.checking.measures import COLUMNS, LIMITED, Levels, PictureMeter
from answerprint.departments.picture.checking.movement import MovementMeter
from answerprint.departments.picture.checking.patterns import stripes
from answerprint.departments.picture.checking.sharpness import sharpness
from answerprint.departments.picture.checking.signal import tags, values_and_range
from answerprint.departments.picture.checking.staircases import staircases
from answerprint.departments.picture.checking.stuck import StuckPixels, confirmed
from answerprint.departments.picture.checking.timing import holes, jumps, stillness

SIZE = (96, 160)
GREYS = np.array([0.2126, 0.7152, 0.0722], np.float32)


def texture(seed: int, shape: tuple[int, int] = (200, 700)) -> np.ndarray:
    """A landscape of blobs, codes 40 … 200."""
    draw = np.random.default_rng(seed)
    made = sum(
        (
            cv2.GaussianBlur(draw.normal(0, 1, shape).astype(np.float32), (0, 0), one) * one
            for one in (1.2, 4, 12)
        ),
        np.zeros(shape, np.float32),
    )
    return np.interp(made, (made.min(), made.max()), (40, 200)).astype(np.float32)


def pan(count: int, step: float = 2.0, seed: int = 1) -> list[np.ndarray]:
    """A camera that pans over the landscape by so many pixels a picture."""
    wide = texture(seed)
    made = []
    for number in range(count):
        matrix = np.float32([[1, 0, -number * step], [0, 1, -50]])
        made.append(np.rint(cv2.warpAffine(wide, matrix, SIZE[::-1])).astype(np.uint8))
    return made


def measured(pictures: list[np.ndarray], rate: float = 25.0, passing: tuple = ()) -> Film:
    meter, movement = PictureMeter(Levels(*LIMITED), 6), MovementMeter()
    for one in pictures:
        movement.add(meter.add(one))
    burnt = np.array([(one >= 233).mean() for one in pictures], np.float32)
    columns = {**meter.columns(), **movement.columns(), "burnt": burnt}
    return Film(columns=columns, rate=rate, shots=((0, len(pictures)),), passing=passing)


def told(found: object, kind: str) -> list[Found]:
    return [one for one in found if one.kind == kind]  # type: ignore[attr-defined]


def flashed(low: float, high: float, hertz: float, area: float, rate: float = 50.0) -> list:
    meter = FlashMeter(rate)
    count = round(3 * rate)
    for number in range(count):
        light = np.full((36, 64, 3), low / PEAK, np.float32)
        if int(number / rate * 2 * hertz) % 2:
            light[: round(area * 36)] = high / PEAK
        meter.add(light)
    return flashing(meter.changes()["flash"], np.arange(count) / rate)


@pytest.mark.parametrize(
    ("low", "high", "hertz", "area", "harmful"),
    [
        (10, 100, 3.0, 1.0, False),  # three flashes in a second are permitted
        (10, 100, 4.0, 1.0, True),
        (60, 78, 6.0, 1.0, False),  # 18 cd/m²
        (60, 81, 6.0, 1.0, True),  # 21 cd/m²
        (161, 199, 6.0, 1.0, False),  # the darker side is 160 cd/m² or more
        (158, 199, 6.0, 1.0, True),
        (10, 100, 6.0, 0.24, False),  # a quarter of the screen is permitted
        (10, 100, 6.0, 0.28, True),
    ],
)
def test_flashes_fail_just_over_each_limit(
    low: float, high: float, hertz: float, area: float, harmful: bool
) -> None:
    assert any(not one.long for one in flashed(low, high, hertz, area)) is harmful


def test_a_permitted_flash_rate_that_lasts_is_told_as_long() -> None:
    meter = FlashMeter(25.0)
    for number in range(25 * 7):
        meter.add(np.full((36, 64, 3), 0.1 + 0.4 * (int(number / 25 * 5) % 2), np.float32))
    found = flashing(meter.changes()["flash"], np.arange(25 * 7) / 25)
    assert [one.long for one in found] == [True]


def test_two_halves_that_flash_by_turns_are_not_counted_twice() -> None:
    meter = FlashMeter(50.0)
    for number in range(150):
        light = np.full((36, 64, 3), 0.05, np.float32)
        half = int(number / 50 * 2 * 2.8) % 2
        light[18 * half : 18 * half + 18] = 0.6
        meter.add(light)
    assert not any(not one.long for one in flashing(meter.changes()["flash"], np.arange(150) / 50))


def test_a_fade_is_no_flash_and_red_is_one() -> None:
    fade, red = FlashMeter(25.0), FlashMeter(25.0)
    for number in range(75):
        fade.add(np.full((36, 64, 3), number / 75, np.float32))
        colour = (0.5, 0.02, 0.02) if (number // 3) % 2 else (0.2, 0.2, 0.2)
        red.add(np.full((36, 64, 3), colour, np.float32))
    seconds = np.arange(75) / 25
    assert not flashing(fade.changes()["flash"], seconds)
    assert [one.long for one in flashing(red.changes()["red_flash"], seconds)] == [False]


def test_light_of_a_screen_is_that_of_bt_1886_and_pq() -> None:
    assert float(PEAK * linear_of(np.uint8([[255]]), "bt709")[0, 0]) == pytest.approx(200)
    assert float(PEAK * linear_of(np.uint8([[128]]), None)[0, 0]) == pytest.approx(200 * (128 / 255) ** 2.4)
    # SMPTE ST 2084: 100 cd/m² is 0.508 of the scale.
    assert float(PEAK * linear_of(np.uint8([[130]]), "smpte2084")[0, 0]) == pytest.approx(100, rel=0.05)


def test_stripes_are_a_pattern_and_a_landscape_is_none() -> None:
    waves = np.where(np.sin(2 * np.pi * 12 * np.arange(160) / 160) > 0, 180.0, 5.0)
    assert stripes(np.tile(waves, (96, 1)).astype(np.float32)) == pytest.approx(12, abs=1)
    assert stripes(pan(1)[0].astype(np.float32)) == 0


def test_gamut_is_legal_for_bars_and_illegal_beyond_r_103() -> None:
    def planes(y: int, cb: int, cr: int) -> np.ndarray:
        return np.full((32, 32, 3), (y << 8, cb << 8, cr << 8), np.uint16)

    # 100 % yellow of BT.709 in 8 bits, ITU-R BT.709-6: legal, all of it.
    assert illegal(planes(219, 16, 138), 1).components == 0
    assert illegal(planes(120, 60, 225), 1).components == 1
    assert illegal(planes(245, 128, 128), 1).luma == 1
    assert illegal(planes(236, 128, 128), 1).luma == 0


def test_stairs_are_told_from_a_slope_with_noise_and_from_a_landscape() -> None:
    slope = np.tile(np.linspace(60, 160, 320, dtype=np.float32), (96, 1))
    noisy = np.rint(slope + np.random.default_rng(1).normal(0, 1, slope.shape)).astype(np.uint8)
    assert staircases((slope // 8 * 8).astype(np.uint8)) > 0.5
    assert staircases(np.rint(slope).astype(np.uint8)) == 0
    assert staircases(noisy) < 0.02
    assert staircases(pan(1)[0]) < 0.01


def test_blocks_are_told_wherever_the_picture_has_its_edges() -> None:
    picture = pan(1)[0]
    coded = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 4])[1], 0)
    assert blocking(picture) < 0.2
    assert blocking(coded) > 0.5


def test_a_hot_pixel_is_found_under_a_moving_camera_and_grain_is_none() -> None:
    draw = np.random.default_rng(3)
    meter = StuckPixels()
    for number, one in enumerate(pan(24, 4.0)):
        noisy = np.clip(one + draw.normal(0, 8, one.shape), 0, 255).astype(np.uint8)
        noisy[40, 70], noisy[60, 20] = 250, 0
        meter.add(number, noisy)
    meter.part()
    found = confirmed(meter.found, [(0, 24)])
    assert sorted((one.x, one.y, one.kind) for one in found) == [(20, 60, "dead"), (70, 40, "hot")]


def test_a_bright_dot_of_a_scene_that_stands_still_is_no_hot_pixel() -> None:
    meter, still = StuckPixels(), pan(1)[0]
    still[40, 70] = 250
    for number in range(24):
        meter.add(number, still)
    meter.part()
    assert confirmed(meter.found, [(0, 24)]) == []


def test_doubled_dropped_and_frozen_pictures_are_told_at_their_places() -> None:
    pictures = pan(70)
    doubled = [*pictures[:30], pictures[29], *pictures[30:60]]
    found = list(stillness(measured(doubled), 0.5))
    assert [(one.kind, one.first, one.end) for one in found] == [("doubled", 30, 31)]
    dropped = [*pictures[:30], *pictures[32:62]]
    (one,) = jumps(measured(dropped))
    assert (one.first, one.evidence["missing"]) == (30, 2)
    frozen = [*pictures[:20], *[pictures[19]] * 20, *pictures[20:50]]
    (one,) = stillness(measured(frozen), 0.5)
    assert (one.kind, one.first, one.end, one.milder) == ("frozen", 20, 40, 0)
    assert list(jumps(measured(pictures))) == []
    assert list(stillness(measured(pictures), 0.5)) == []


def test_animation_on_twos_is_one_note_and_a_freeze_at_the_end_is_milder() -> None:
    pictures = pan(40)
    (one,) = stillness(measured([pictures[number // 2 * 2] for number in range(40)]), 0.5)
    assert (one.kind, one.evidence["distance"]) == ("cadence", 2)
    (one,) = stillness(measured([*pictures, *[pictures[-1]] * 25]), 0.5)
    assert (one.kind, one.milder) == ("frozen", 2)


def test_holes_in_timestamps_are_missing_pictures() -> None:
    (one,) = holes([0, 512, 1024, 2560, 3072], 512.0)
    assert (one.first, one.evidence["missing"]) == (3, 2)
    assert list(holes(list(range(0, 5000, 512)), 512.0)) == []


def test_black_between_pictures_is_a_hole_and_a_fade_is_none() -> None:
    pictures, nothing = pan(60), np.full(SIZE, 16, np.uint8)
    (one,) = black(measured([*pictures[:30], nothing, nothing, *pictures[30:]]), 5.0)
    assert (one.first, one.end) == (30, 32)
    gains = np.clip(np.abs(np.arange(60) - 30) / 20, 0, 1)
    fade = [(16 + (one - 16.0) * gain).astype(np.uint8) for one, gain in zip(pictures, gains, strict=True)]
    assert list(black(measured(fade), 5.0)) == []
    assert [one.milder for one in black(measured([nothing] * 40 + pictures), 1.0)] == [2]


def test_under_exposure_counts_what_is_lost_and_not_the_mean() -> None:
    pictures = pan(30)
    dim = [(16 + (one - 16.0) * 0.1).astype(np.uint8) for one in pictures]
    assert [one.kind for one in exposure(measured(dim))] == ["under_exposed"]
    night = [(16 + (one - 16.0) * 0.1).astype(np.uint8) for one in pictures]
    for one in night:  # lamps
        one[20:40, 30:60] = 190
    assert list(exposure(measured(night))) == []
    burnt = [np.clip(16 + (one - 16.0) * 2.6, 16, 235).astype(np.uint8) for one in pictures]
    assert [one.kind for one in exposure(measured(burnt))] == ["over_exposed"]
    assert list(exposure(measured(pictures))) == []


def test_a_soft_stretch_is_told_and_a_pan_that_blurs_is_not() -> None:
    wide = np.repeat(np.repeat(np.rint(texture(4) / 40) * 40, 2, axis=0), 2, axis=1).astype(np.uint8)
    pictures = [np.ascontiguousarray(wide[:192, 3 * number : 3 * number + 320]) for number in range(60)]
    sharp = sharpness(pictures[0])
    assert sharp - sharpness(cv2.GaussianBlur(pictures[0], (0, 0), 4)) > 1.5
    soft = [
        cv2.GaussianBlur(one, (0, 0), 5) if 20 <= number < 40 else one for number, one in enumerate(pictures)
    ]
    (one,) = focus(measured(soft))
    assert abs(one.first - 20) <= 1
    assert abs(one.end - 40) <= 1
    assert list(focus(measured(pictures))) == []


def test_bars_are_told_with_their_change_and_their_unevenness() -> None:
    def barred(picture: np.ndarray, top: int, bottom: int) -> np.ndarray:
        made = picture.copy()
        made[:top], made[96 - bottom :] = 16, 16
        return made

    even = measured([barred(one, 12, 12) for one in pan(20)])
    assert [one.kind for one in bars(even, (160, 96))] == ["bars"]
    uneven = measured([barred(one, 16, 8) for one in pan(20)])
    assert [one.kind for one in bars(uneven, (160, 96))] == ["bars", "bars_uneven"]
    both = measured([*[barred(one, 12, 12) for one in pan(30)], *pan(20, seed=2)])
    both = Film(columns=both.columns, rate=25.0, shots=((0, 30), (30, 50)))
    assert [(one.kind, one.first) for one in bars(both, (160, 96))] == [("bars_change", 30), ("bars", 0)]
    assert list(bars(measured(pan(20)), (160, 96))) == []


def test_words_on_black_have_no_bars_and_dark_edges_are_the_same_bars() -> None:
    card = np.full(SIZE, 16, np.uint8)
    card[40:50, 30:130:4] = 235
    assert list(bars(measured([card] * 20), (160, 96))) == []
    first, second = pan(20), pan(20, seed=2)
    for one in first:
        one[:12], one[84:] = 16, 16
    for one in second:
        one[:13], one[83:] = 16, 16
    both = measured([*first, *second])
    both = Film(columns=both.columns, rate=25.0, shots=((0, 20), (20, 40)))
    assert [one.kind for one in bars(both, (160, 96))] == ["bars"]


def test_range_is_held_against_its_tag() -> None:
    def counts(*codes: int) -> np.ndarray:
        made = np.zeros(256, np.int64)
        made[list(codes)] = 10_000
        return made

    limited, full = Colour(range="limited"), Colour(range="full")
    assert len(list(values_and_range(counts(2, 100, 252), limited, 10))) == 1
    assert len(list(values_and_range(counts(16, 100, 235), limited, 10))) == 0
    assert len(list(values_and_range(counts(30, 100, 218), limited, 10))) == 1
    assert len(list(values_and_range(counts(16, 100, 235), full, 10))) == 1
    assert len(list(values_and_range(counts(0, 100, 255), full, 10))) == 0


def test_tags_that_contradict_each_other_are_told() -> None:
    none = np.zeros(256, np.int64)

    def kinds(colour: Colour) -> list[str]:
        return [one.kind for one in tags(none, colour, 1080, rgb=False, sdr=True)]

    good = Colour(primaries="bt709", transfer="bt709", matrix="bt709", range="limited")
    assert kinds(good) == []
    assert kinds(Colour()) == ["untagged"]
    assert kinds(Colour(primaries="bt2020", transfer="bt2020-10", matrix="bt709", range="limited")) == [
        "tags"
    ]
    assert kinds(Colour(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="limited")) == [
        "hdr"
    ]


@pytest.mark.parametrize("shape", [(9, 17), (1, 1), (31, 33), (2, 640)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_small_and_flat_pictures_are_measured_without_a_fault(shape: tuple[int, int], level: int) -> None:
    pictures = [np.full(shape, level, np.uint8)] * 3
    film = measured(pictures)
    assert set(COLUMNS) <= set(film.columns)
    stuck = StuckPixels()
    for number, one in enumerate(pictures):
        stuck.add(number, one)
    stuck.part()
    kinds = {
        one.kind
        for found in (stillness(film, 0.5), jumps(film), focus(film), bars(film, shape[::-1]))
        for one in found
    }
    assert kinds == set()


def test_runs_join_what_lies_near() -> None:
    flags = np.array([1, 1, 0, 1, 0, 0, 1], np.bool_)
    assert runs(flags) == [(0, 2), (3, 4), (6, 7)]
    assert runs(flags, 1) == [(0, 4), (6, 7)]
