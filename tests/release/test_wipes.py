"""Wipes, grades, fades and nested cuts: what a frame of a rendering is made of."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import PyOpenColorIO as ocio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerprint.core.cut import Cdl, Clip, Cut, CutTrack, Transition
from answerprint.core.time import Range, Time
from answerprint.departments.release.grading import graded
from answerprint.departments.release.rendering import draw_segment
from answerprint.departments.release.segment_plans import plan_segments
from answerprint.departments.release.wipes import _FIELDS, NAMES, wipe_code, wiped
from answerprint.media.encode import VideoSettings, write_pictures

RATE = Fraction(25)
SIZE = (64, 36)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two films of a hundred pictures, each of its own grey that tells its number."""
    folder = tmp_path_factory.mktemp("wipes")
    made = {}
    for asset, start in (("a", 20), ("b", 130)):
        made[asset] = folder / f"{asset}.mov"
        pictures = ((k, np.full((36, 64, 3), start + k, np.uint8)) for k in range(100))
        settings = VideoSettings(encoder="prores_ks", pixel_format="yuv422p10le", profile="hq", threads=1)
        write_pictures(made[asset], pictures, RATE, settings)
    return made


def clip(asset: str, start: int, end: int, source: int = 0, **more: object) -> Clip:
    first = Time(source, RATE)
    made = Clip(
        id=f"{asset}{start}",
        asset=asset,
        record=Range.of_ticks(start, end, RATE),
        source=Range(first, first + Time(end - start, RATE)),
    )
    return msgspec.structs.replace(made, **more)


def nested(inner: Cut, start: int, end: int, first: Time) -> Clip:
    source = Range(first, first + Time(end - start, RATE))
    return msgspec.structs.replace(clip("", start, end), nested=inner, source=source)


def cut_of(*clips: Clip) -> Cut:
    track = CutTrack(name="V1", kind="video", clips=clips)
    return Cut(name="cut", rate=RATE, width=SIZE[0], height=SIZE[1], tracks=(track,))


def frames(cut: Cut, media: dict[str, Path]) -> list[NDArray[np.uint8]]:
    return [picture for plan in plan_segments(cut) for picture in draw_segment(plan, media)]


def level(picture: NDArray[np.uint8]) -> int:
    return int(np.median(picture))


@pytest.mark.parametrize("code", sorted(_FIELDS))
def test_a_wipe_goes_from_all_of_one_to_all_of_the_other(code: str) -> None:
    before, after = np.full((36, 64, 3), 10, np.uint8), np.full((36, 64, 3), 200, np.uint8)
    shares = [float((wiped(before, after, code, at / 20) > 105).mean()) for at in range(21)]
    assert shares[0] <= 0.02
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert 0.1 < shares[10] < 0.9


@pytest.mark.parametrize(
    ("code", "new", "old"),
    [
        ("001", (18, 4), (18, 60)),
        ("002", (2, 32), (33, 32)),
        ("101", (18, 32), (2, 2)),
        ("201", (4, 40), (4, 24)),
    ],
)
def test_a_wipe_comes_from_where_its_code_says(code: str, new: tuple[int, int], old: tuple[int, int]) -> None:
    before, after = np.full((36, 64, 3), 10, np.uint8), np.full((36, 64, 3), 200, np.uint8)
    made = wiped(before, after, code, 0.4)
    assert made[new][0] == 200
    assert made[old][0] == 10


def test_codes_and_names() -> None:
    assert [wipe_code(one) for one in ("1", "001", "W001", "Edge Wipe")] == ["001"] * 4
    assert wipe_code("star") is None
    assert wipe_code("") is None
    assert set(NAMES.values()) <= set(_FIELDS)


def test_a_wipe_in_a_cut_and_one_that_is_not_known(media: dict[str, Path]) -> None:
    wipe = Transition("wipe", 10, 5, "001")
    shown = frames(cut_of(clip("a", 0, 30), clip("b", 30, 60, 20, transition=wipe)), media)
    assert len(shown) == 60
    middle = shown[29].astype(int)
    assert middle[:, 2].mean() > middle[:, -2].mean() + 60
    assert np.ptp(shown[24]) <= 2 and np.ptp(shown[35]) <= 2
    other = Transition("wipe", 10, 5, "star")
    dissolved = frames(cut_of(clip("a", 0, 30), clip("b", 30, 60, 20, transition=other)), media)
    assert np.ptp(dissolved[29]) <= 3  # every pixel alike: a dissolve


def test_a_fade_out_ends_in_black(media: dict[str, Path]) -> None:
    fade = Transition("dissolve", 10, 10)
    shown = [level(one) for one in frames(cut_of(clip("a", 0, 40, 60, fade_out=fade)), media)]
    assert len(shown) == 40
    assert abs(shown[29] - 109) <= 2
    assert shown[30:] == sorted(shown[30:], reverse=True)
    assert shown[-1] < 15


def test_a_nested_cut_shows_what_it_would_alone(media: dict[str, Path]) -> None:
    way = Transition("dissolve", 8, 4)
    inner = cut_of(clip("a", 0, 25, 10), clip("b", 25, 50, 30, transition=way))
    alone = frames(inner, media)
    start = Time(5, RATE)
    nest = nested(inner, 10, 50, start)
    shown = frames(cut_of(clip("a", 0, 10), nest), media)
    assert all(np.array_equal(one, other) for one, other in zip(shown[10:], alone[5:45], strict=True))


@pytest.mark.parametrize(
    ("speed", "wanted"), [(Fraction(2), [4, 6, 8]), (Fraction(-1), [20, 19, 18]), (Fraction(0), [4, 4, 4])]
)
def test_a_nested_cut_at_a_speed(media: dict[str, Path], speed: Fraction, wanted: list[int]) -> None:
    inner = cut_of(clip("a", 0, 50))
    alone = frames(inner, media)
    start = Time(wanted[0], RATE)
    nest = msgspec.structs.replace(nested(inner, 0, 3, start), speed=speed)
    shown = frames(cut_of(nest), media)
    assert all(np.array_equal(one, alone[at]) for one, at in zip(shown, wanted, strict=True))


numbers = st.floats(0.2, 2)


@settings(deadline=None)
@given(
    st.builds(
        Cdl,
        st.tuples(numbers, numbers, numbers),
        st.tuples(*[st.floats(-0.3, 0.3)] * 3),
        st.tuples(numbers, numbers, numbers),
        st.floats(0, 2),
    ),
    st.integers(0, 1000),
)
def test_a_grade_is_open_color_ios(grade: Cdl, seed: int) -> None:
    """OpenColorIO's CDLTransform, style ASC (clamped), to the nearest code value."""
    picture = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), np.uint8)
    transform = ocio.CDLTransform(
        slope=list(grade.slope), offset=list(grade.offset), power=list(grade.power), sat=grade.saturation
    )
    transform.setStyle(ocio.CDL_ASC)
    values = (picture.astype(np.float32) / 255).copy()
    ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor().applyRGB(values)
    wanted = np.clip(values, 0, 1) * 255
    assert np.abs(graded(picture, grade).astype(float) - wanted).max() <= 0.75


def test_identity_is_the_same_picture_and_a_cut_is_graded(media: dict[str, Path]) -> None:
    picture = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    assert graded(picture, Cdl()) is picture
    plain = frames(cut_of(clip("a", 0, 3, 60)), media)
    darker = frames(cut_of(clip("a", 0, 3, 60, cdl=Cdl(slope=(0.5, 0.5, 0.5)))), media)
    assert abs(level(darker[0]) - level(plain[0]) / 2) <= 1
