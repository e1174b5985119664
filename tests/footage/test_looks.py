"""Measures of pictures whose look is known: greys, colour casts, blurs, shakes."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest
from composites import Library

from answerprint.departments.footage.looks.by_half_second import MEASURES, Look, LooksMeter

BASE = Fraction(1, 24)


def measure(frames: np.ndarray, pts: np.ndarray | None = None, block: int = 11) -> list[Look]:
    ticks = np.arange(len(frames)) if pts is None else pts
    meter = LooksMeter(BASE)
    for first in range(0, len(frames), block):
        meter.add(ticks[first : first + block], frames[first : first + block])
    return meter.finish(int(ticks[-1]) + 1)


def mean(frames: np.ndarray, name: str) -> float:
    return float(np.mean([one.values[name] for one in measure(frames)]))


def small(frames: np.ndarray) -> np.ndarray:
    return np.stack([cv2.resize(one, (160, 90), interpolation=cv2.INTER_AREA) for one in frames])


@pytest.fixture
def scene() -> np.ndarray:
    library = Library(None, seed=3)
    return small(library.texture_shot(24, 0.5))


def test_windows_are_half_seconds_that_touch_and_cover(scene: np.ndarray) -> None:
    looks = measure(np.concatenate([scene, scene, scene[:5]]))
    assert [(one.start_pts, one.end_pts) for one in looks] == [
        (0, 12),
        (12, 24),
        (24, 36),
        (36, 48),
        (48, 53),
    ]
    assert all(tuple(one.values) == MEASURES for one in looks)


def test_windows_follow_the_timestamps_of_a_variable_rate(scene: np.ndarray) -> None:
    pts = np.array([100, 101, 111, 113, 118, 200])
    looks = measure(scene[:6], pts)
    assert [(one.start_pts, one.end_pts) for one in looks] == [(100, 113), (113, 200), (200, 201)]


def test_grey_is_neutral_flat_and_of_its_own_level() -> None:
    values = measure(np.full((6, 90, 160, 3), 128, np.uint8))[0].values
    assert values["luma"] == pytest.approx(128 / 255, abs=1e-4)
    for name in ("contrast", "green_magenta", "blue_yellow", "saturation", "motion", "shake", "clipped"):
        assert values[name] == pytest.approx(0.0, abs=0.02), name


def test_clipped_and_crushed_parts_are_measured() -> None:
    frames = np.full((3, 90, 160, 3), 128, np.uint8)
    frames[:, :, :40] = 255
    frames[:, :45, 40:80] = 0
    values = measure(frames)[0].values
    assert values["clipped"] == pytest.approx(0.25)
    assert values["crushed"] == pytest.approx(0.125)


def test_casts_point_where_they_should(scene: np.ndarray) -> None:
    def tinted(gains: tuple[float, float, float]) -> np.ndarray:
        return np.clip(scene * np.array(gains), 0, 255).astype(np.uint8)

    assert mean(tinted((1, 1.3, 1)), "green_magenta") < mean(scene, "green_magenta")
    assert mean(tinted((1, 1, 1.3)), "blue_yellow") < mean(scene, "blue_yellow")
    assert mean(tinted((1, 1, 0.6)), "blue_yellow") > mean(scene, "blue_yellow")


def test_a_stop_under_is_darker_and_a_blur_is_softer(scene: np.ndarray) -> None:
    assert mean((scene * 0.7).astype(np.uint8), "luma") == pytest.approx(0.7 * mean(scene, "luma"), rel=0.02)
    sharp = [mean(scene, "sharpness")]
    for sigma in (1.0, 2.0, 4.0):
        sharp.append(mean(np.stack([cv2.GaussianBlur(one, (0, 0), sigma) for one in scene]), "sharpness"))
    assert sharp == sorted(sharp, reverse=True)
    assert sharp[0] - sharp[-1] > 0.2


def test_sharpness_does_not_depend_on_exposure(scene: np.ndarray) -> None:
    darker = (scene * 0.5).astype(np.uint8)
    assert mean(darker, "sharpness") == pytest.approx(mean(scene, "sharpness"), abs=0.05)


def test_shake_is_not_a_smooth_pan() -> None:
    library = Library(None, seed=5)
    field = library.texture(width=900, height=400)
    steps = library.random.normal(0, 3.0, (24, 2))

    def view(x: float, y: float) -> np.ndarray:
        return cv2.getRectSubPix(field, (160, 90), (x, y))

    smooth = np.stack([view(200 + 3.0 * k, 200) for k in range(24)])
    shaken = np.stack([view(200 + x, 200 + y) for x, y in steps])
    assert mean(smooth, "motion") > 0.005
    assert mean(shaken, "shake") > 5 * mean(smooth, "shake")


def test_the_result_does_not_depend_on_the_blocks(scene: np.ndarray) -> None:
    assert measure(scene, block=1) == measure(scene, block=24)


def test_no_pictures_no_windows() -> None:
    assert LooksMeter(BASE).finish(0) == []
