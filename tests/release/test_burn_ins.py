"""Burn-ins: in their corners, legible over anything, and nowhere else."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from answerprint.departments.release.burn_ins import Corner, burned

PLACES: dict[Corner, tuple[float, float]] = {
    "top_left": (0, 0),
    "top": (0, 0.5),
    "top_right": (0, 1),
    "bottom_left": (1, 0),
    "bottom": (1, 0.5),
    "bottom_right": (1, 1),
    "centre": (0.5, 0.5),
}


@pytest.mark.parametrize("corner", get_args(Corner))
@pytest.mark.parametrize("height", [90, 360, 1080])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_text_lies_in_its_corner_and_is_read(corner: Corner, height: int, level: int) -> None:
    width = height * 16 // 9
    picture = np.full((height, width, 3), level, np.uint8)
    made = burned(picture, {corner: "01:00:00:12"})
    assert (picture == level).all()
    rows, columns = np.nonzero((made != picture).any(axis=2))
    down, across = PLACES[corner]
    middle = (rows.min() + rows.max()) / 2 / height, (columns.min() + columns.max()) / 2 / width
    assert abs(middle[0] - down) < 0.2
    assert abs(middle[1] - across) < 0.35
    plate = made[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(int)
    assert plate.max() - np.median(plate) > 100  # ink against its plate


def test_a_long_text_stays_inside() -> None:
    picture = np.full((90, 160, 3), 200, np.uint8)
    made = burned(picture, {"bottom_left": "a" * 300, "bottom_right": "b" * 300, "top": ""})
    assert made.shape == picture.shape
    assert (made[:40] == 200).all()
