"""Finer pictures: what registration and fusion bring, and what they must never do."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerprint.core.errors import UsageError
from answerprint.departments.picture.flow import flow_to
from answerprint.departments.picture.scaling import fusing
from answerprint.departments.picture.scaling.fusing import Fusion
from answerprint.departments.picture.scaling.inventing import Inventor, Upscaler
from answerprint.departments.picture.scaling.registering import (
    joined,
    parted,
    quarters,
    seen_by_flow,
    whole,
)
from answerprint.departments.picture.scaling.resampling import resampled
from answerprint.departments.picture.scaling.scaler import Scaler
from answerprint.departments.picture.windows import Pixels, Window
from answerprint.models.onnx_writing import Graph
from answerprint.models.runtimes.onnx import session

WIDE, HIGH, PAST = 96, 64, 20


def surface(seed: int = 3) -> NDArray[np.float32]:
    """A surface with edges and fine texture, four points to a coarse pixel."""
    draw = np.random.default_rng(seed)
    high, wide = 4 * (HIGH + 2 * PAST), 4 * (WIDE + 2 * PAST)
    made = np.full((high, wide, 3), 110, np.uint8)
    for _ in range(160):
        at = tuple(int(one) for one in draw.integers(0, (wide, high)))
        axes = tuple(int(one) for one in draw.integers(3, 40, 2))
        colour = tuple(int(one) for one in draw.integers(20, 235, 3))
        cv2.ellipse(made, at, axes, float(draw.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(made, (0, 0), 1.2).astype(np.float32) / 255


def seen(made: NDArray[np.float32], right: float, down: float, times: int) -> Pixels:
    """The surface as a camera sees it that moved by coarse pixels, `times` as fine, in eight bits."""
    matrix = np.array([[1, 0, 4 * (PAST + right)], [0, 1, 4 * (PAST + down)]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    fine = cv2.warpAffine(made, matrix, (4 * WIDE, 4 * HIGH), flags=flags)
    small = cv2.resize(fine, (times * WIDE, times * HIGH), interpolation=cv2.INTER_AREA)
    return np.asarray(np.rint(small * 255) / 255, np.float32)


def filmed(seed: int = 3) -> tuple[list[Pixels], Pixels]:
    """Five pictures of a pan, and the finer truth of the third."""
    made = surface(seed)
    return [seen(made, 1.3 * at, 0.45 * at, 1) for at in range(5)], seen(made, 2.6, 0.9, 2)


def decibels(made: Pixels, truth: Pixels) -> float:
    inner = (slice(12, -12), slice(12, -12))
    return float(-10 * np.log10(np.mean((np.clip(made, 0, 1)[inner] - truth[inner]) ** 2)))


def test_what_neighbours_show_between_the_pixels_is_seen() -> None:
    pictures, truth = filmed()
    with_all = Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion()).picture(Window(pictures, 2, 2))
    alone = Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion()).picture(Window(pictures[2:3], 0, 2))
    plain = Scaler(2 * WIDE, 2 * HIGH, fusion=None).picture(Window(pictures[2:3], 0, 2))
    assert decibels(with_all, truth) > decibels(plain, truth) + 0.7
    assert decibels(with_all, truth) > decibels(alone, truth) + 0.3


def test_neighbours_that_show_something_else_do_no_harm() -> None:
    pictures, truth = filmed()
    others = [seen(surface(11 + at), 0, 0, 1) for at in range(4)]
    mixed = [*others[:2], pictures[2], *others[2:]]
    made = Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion()).picture(Window(mixed, 2, 2))
    plain = resampled(pictures[2], 2 * WIDE, 2 * HIGH)
    assert decibels(made, truth) > decibels(plain, truth) - 0.1


@pytest.mark.parametrize("soft", [2.5, 4.0])
def test_soft_pictures_stay_as_lanczos_makes_them(soft: float) -> None:
    pictures, _ = filmed()
    blurred = [cv2.GaussianBlur(one, (0, 0), soft) for one in pictures]
    made = Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion()).picture(Window(blurred, 2, 2))
    plain = resampled(blurred[2], 2 * WIDE, 2 * HIGH)
    assert np.abs(made - plain).max() < 0.02 and np.abs(made - plain).mean() < 0.001


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize(("wide", "high"), [(17, 9), (33, 21), (2, 2)])
def test_tiny_pictures_and_short_shots_come_out_whole(wide: int, high: int, count: int) -> None:
    draw = np.random.default_rng(1)
    pictures = [draw.random((high, wide, 3)).astype(np.float32) for _ in range(count)]
    for at in range(count):
        made = Scaler(3 * wide, 2 * high + 1, fusion=Fusion()).picture(Window(pictures, at, at))
        assert made.shape == (2 * high + 1, 3 * wide, 3) and np.isfinite(made).all()


def test_black_stays_black() -> None:
    pictures = [np.zeros((40, 60, 3), np.float32)] * 5
    made = Scaler(120, 80, fusion=Fusion()).picture(Window(pictures, 2, 2))
    assert np.abs(made).max() == 0


def test_the_same_window_gives_the_same_picture() -> None:
    pictures, _ = filmed()
    first, second = (Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion()) for _ in range(2))
    for at in range(4):
        begin = max(0, at - 2)
        made = first.picture(Window(pictures[begin : at + 3], at - begin, at))
    assert np.array_equal(made, second.picture(Window(pictures[1:], 2, 3)))


def test_strips_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, _ = filmed()
    at_once = Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion()).picture(Window(pictures, 2, 2))
    monkeypatch.setattr(fusing, "PIECE", 11 * WIDE)
    in_strips = Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion()).picture(Window(pictures, 2, 2))
    assert np.abs(at_once - in_strips).max() < 1e-5


def test_alpha_is_scaled_and_hidden_colour_stays_hidden() -> None:
    pictures, _ = filmed()
    alpha = np.zeros((HIGH, WIDE, 1), np.float32)
    alpha[:, : WIDE // 2] = 1
    covered = [np.concatenate([one * alpha + (1 - alpha) * 50, alpha], axis=-1) for one in pictures]
    made = Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion()).picture(Window(covered, 2, 2))
    assert made.shape == (2 * HIGH, 2 * WIDE, 4) and 0 <= made[..., 3].min() <= made[..., 3].max() <= 1
    plain = Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion()).picture(Window(pictures, 2, 2))
    assert np.abs(made[20:-20, 20 : WIDE - 24, :3] - plain[20:-20, 20 : WIDE - 24]).max() < 0.05
    smaller = resampled(covered[2], WIDE // 2, HIGH // 2)
    seen_part = smaller[..., 3] > 0.5
    assert smaller[..., :3][seen_part].max() < 1.3


def test_scene_linear_light_keeps_its_range() -> None:
    pictures, _ = filmed()
    light = [one**2.4 * 12 for one in pictures]
    light[2][30, 40] = 90
    made = Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion(), linear=True).picture(Window(light, 2, 2))
    assert np.isfinite(made).all() and made.max() > 40
    flat = [np.full((20, 30, 3), value, np.float32) for value in (5.0, 5.0, 5.0)]
    made = Scaler(60, 40, fusion=Fusion(), linear=True).picture(Window(flat, 1, 1))
    assert np.abs(made - 5).max() < 0.01


def test_smaller_pictures_do_not_alias() -> None:
    grating = np.tile(np.array([0, 1], np.float32), 48)[None, :, None].repeat(64, 0).repeat(3, 2)
    made = Scaler(40, 27, fusion=Fusion()).picture(Window([grating], 0, 0))
    assert made.shape == (27, 40, 3) and np.abs(made[4:-4, 4:-4] - 0.5).max() < 0.01


def test_lanczos_keeps_places_and_waves() -> None:
    across = np.arange(64) + 0.5
    wave = (0.5 + 0.4 * np.sin(across / 7)).astype(np.float32)
    made = resampled(np.broadcast_to(wave[None, :, None], (10, 64, 3)), 160, 10)
    finer = (np.arange(160) + 0.5) * 0.4
    assert np.abs(made[5, 15:-15, 0] - (0.5 + 0.4 * np.sin(finer / 7))[15:-15]).max() < 0.003


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_a_flat_picture_stays_flat_at_any_size(high: int, wide: int, new_high: int, new_wide: int) -> None:
    made = resampled(np.full((high, wide, 3), 0.3, np.float32), new_wide, new_high)
    assert made.shape == (new_high, new_wide, 3) and np.abs(made - 0.3).max() < 1e-5


def test_planes_and_colours_are_the_same_thing() -> None:
    draw = np.random.default_rng(0)
    pixels, plane = draw.random((6, 8, 3)).astype(np.float32), draw.random((6, 8)).astype(np.float32)
    assert np.abs(joined(parted(pixels)) - pixels).max() < 1e-5
    assert np.array_equal(whole(quarters(plane)), plane)
    assert quarters(plane)[1, 0, 0] == plane[0, 1] and quarters(plane)[2, 0, 0] == plane[1, 0]


def test_motion_is_known_to_a_small_part_of_a_pixel() -> None:
    pictures, _ = filmed()
    one, two = (seen_by_flow(parted(each)[0]) for each in pictures[2:4])
    flow = flow_to(one, two)[10:-10, 10:-10]
    assert np.abs(np.median(flow, axis=(0, 1)) + [1.3, 0.45]).max() < 0.05


def repeating(path: Path, size: tuple[int, int] | None = None, planes: int = 3) -> Path:
    """A model that repeats each pixel twice each way."""
    graph = Graph("twice")
    wide, high = size or ("w", "h")
    held = graph.input("picture", [1, planes, high, wide])
    kernel = np.tile(np.eye(3, planes, dtype=np.float32), (4, 1))[:, :, None, None]
    held = graph.node("Conv", [held, graph.weight(kernel)])
    graph.node("DepthToSpace", [held], {"blocksize": 2}, name="twice")
    graph.output("twice", [1, 3, "H", "W"])
    path.write_bytes(graph.bytes())
    return path


@pytest.mark.parametrize("size", [None, (64, 48)])
def test_a_users_model_works_piece_by_piece(tmp_path: Path, size: tuple[int, int] | None) -> None:
    upscaler = Upscaler(session(repeating(tmp_path / "twice.onnx", size)))
    pixels = np.random.default_rng(2).random((75, 210, 3)).astype(np.float32)
    assert upscaler.factor == 2
    assert np.array_equal(upscaler.scaled(pixels), pixels.repeat(2, 0).repeat(2, 1))
    covered = np.dstack([pixels, np.full(pixels.shape[:2], 0.5, np.float32)])
    made = Inventor(315, 112, upscaler).picture(Window([covered], 0, 0))
    assert made.shape == (112, 315, 4) and np.abs(made[..., 3] - 0.5).max() < 1e-5


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="AP-USE-856"):
        Upscaler(session(repeating(tmp_path / "one.onnx", planes=1)))
    with pytest.raises(UsageError, match="AP-USE-856"):
        Upscaler(session(repeating(tmp_path / "small.onnx", (20, 20))))
