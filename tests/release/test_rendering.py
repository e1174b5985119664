"""Rendering: every record frame shows the right source frame, and a change redraws only what it touches."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut, CutTrack, Transition
from answerprint.core.encoding import from_json, to_json
from answerprint.core.time import Range, Time
from answerprint.departments.release.rendering import draw_segment
from answerprint.departments.release.segment_plans import SegmentPlan, plan_segments
from answerprint.media.decode import picture_at, read_pictures
from answerprint.media.encode import VideoSettings, write_pictures
from answerprint.media.forms import PictureForm
from answerprint.media.segments import encode_segment, join_segments

RATE = Fraction(24)
FAST = VideoSettings(preset="veryfast", crf=12)
SMALL = (192, 108)  # a tenth of counter.mp4's 1080 lines


def clip(
    asset: str,
    start: int,
    end: int,
    source: Fraction | int = 0,
    *,
    rate: Fraction = RATE,
    speed: Fraction = Fraction(1),
    dissolve: tuple[int, int] | None = None,
    muted: bool = False,
) -> Clip:
    began = Time.of_seconds(Fraction(source))
    length = Time.of_seconds((end - start) / rate * abs(speed))
    return Clip(
        id=f"{asset}@{start}",
        asset=asset,
        record=Range.of_ticks(start, end, rate),
        source=Range(began, began + length),
        speed=speed,
        transition=Transition("dissolve", *dissolve) if dissolve else None,
        muted=muted,
    )


def film(*tracks: Sequence[Clip], rate: Fraction = RATE, size: tuple[int, int] = SMALL) -> Cut:
    return Cut(
        name="cut",
        rate=rate,
        width=size[0],
        height=size[1],
        tracks=tuple(
            CutTrack(name=f"V{n}", kind="video", clips=tuple(clips))
            for n, clips in enumerate(tracks, start=1)
        ),
    )


def drawn(plans: Sequence[SegmentPlan], media: dict[str, Path]) -> list[NDArray[np.uint8]]:
    return [picture for plan in plans for picture in draw_segment(plan, media)]


def numbered(
    path: Path, ticks: Sequence[int], time_base: Fraction, size: tuple[int, int] = (192, 108)
) -> None:
    """A film whose picture n is a flat grey of 8·n + 20."""
    pictures = [np.full((size[1], size[0], 3), 8 * n + 20, np.uint8) for n in range(len(ticks))]
    write_pictures(path, zip(ticks, pictures, strict=True), RATE, FAST, time_base=time_base)


def number_of(picture: NDArray[np.uint8]) -> int:
    return round((float(picture[picture.shape[0] // 2, picture.shape[1] // 2].mean()) - 20) / 8)


def test_a_24_frame_cut_of_10_frame_media_shows_the_frame_on_screen(
    shared_data: Path, tmp_path: Path
) -> None:
    counter = shared_data / "video" / "counter.mp4"
    # two shots of it that start between two source frames, with a gap between them
    cut = film([clip("c", 0, 31, Fraction(1, 3)), clip("c", 36, 60, Fraction(37, 24))])
    plans = plan_segments(cut)
    assert [plan.frames for plan in plans] == [31, 5, 24]
    pictures = drawn(plans, {"c": counter})
    assert len(pictures) == 60
    form = PictureForm("rgb", *SMALL)
    sources = np.concatenate([block.pixels for block in read_pictures(counter, form)])
    assert len(sources) == 30
    shown = []
    for frame, picture in enumerate(pictures):
        if 31 <= frame < 36:
            assert not picture.any()
            continue
        source = Fraction(frame, 24) + (Fraction(1, 3) if frame < 31 else Fraction(37 - 36, 24))
        shown.append(math.floor(source * 10))  # ten a second, from 0
        assert np.array_equal(picture, sources[shown[-1]])
        if frame % 20 == 7:
            assert np.array_equal(picture, picture_at(counter, Time.of_seconds(source), form)[0])
    assert min(shown) == 3 and max(shown) == 25

    # and through the encoder: the same number of frames, each nearest to its own source frame
    paths = []
    for index, plan in enumerate(plans):
        paths.append(tmp_path / f"{index}.mp4")
        assert encode_segment(draw_segment(plan, {"c": counter}), plan.rate, FAST, paths[-1]) == plan.frames
    out = tmp_path / "film.mp4"
    assert join_segments(paths, None, out, rate=RATE) == 60
    with av.open(str(out)) as container:
        rendered = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    assert len(rendered) == 60
    lit = [picture for frame, picture in enumerate(rendered) if not 31 <= frame < 36]
    nearest = [min(range(30), key=lambda n: np.abs(sources[n].astype(int) - one).mean()) for one in lit]
    assert nearest == shown


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(st.integers(1, 9000), min_size=2, max_size=20),
    late=st.integers(0, 50000),
    begin=st.fractions(-1, 2, max_denominator=48),
    rate=st.sampled_from([Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(60)]),
    speed=st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(0), Fraction(-1)]),
)
def test_variable_rate_and_late_media_keep_their_exact_places(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[int],
    late: int,
    begin: Fraction,
    rate: Fraction,
    speed: Fraction,
) -> None:
    path = tmp_path_factory.mktemp("vfr") / "vfr.mov"
    ticks = [late + sum(steps[:n]) for n in range(len(steps))]
    numbered(path, ticks, Fraction(1, 90000), (64, 36))
    cut = film([clip("v", 0, 30, begin, rate=rate, speed=speed)], rate=rate, size=(64, 36))
    pictures = drawn(plan_segments(cut), {"v": path})
    expected = [
        max(0, bisect_right(ticks, (begin + frame * speed / rate) * 90000) - 1) for frame in range(30)
    ]
    assert [number_of(picture) for picture in pictures] == expected


def test_replacing_one_shot_redraws_it_and_the_dissolve_it_shares() -> None:
    shots = [
        clip("a", 0, 50),
        clip("b", 50, 100, 3),
        clip("c", 100, 150, 1, dissolve=(12, 6)),
        clip("d", 150, 200, 2),
    ]
    before = plan_segments(film(shots))
    assert [plan.frames for plan in before] == [50, 44, 12, 44, 50]
    after = plan_segments(film([shots[0], clip("x", 50, 100, 3), *shots[2:]]))
    assert [one == other for one, other in zip(before, after, strict=True)] == [
        True,
        False,
        False,
        True,
        True,
    ]
    assert len({*before, *after}) == 7


def test_a_shot_that_moves_keeps_its_segment() -> None:
    first = plan_segments(film([clip("a", 0, 40), clip("b", 40, 90, 7)]))
    longer = plan_segments(film([clip("a", 0, 60), clip("b", 60, 110, 7)]))
    assert first[0] != longer[0]
    assert first[1] == longer[1]
    renamed = msgspec.structs.replace(
        film([clip("a", 0, 40), clip("b", 40, 90, 7)]), name="v2", start_frame=86400
    )
    assert plan_segments(renamed) == first


def test_upper_tracks_cover_lower_ones_and_muted_ones_show_nothing() -> None:
    low = [clip("a", 0, 100)]
    high = [clip("b", 20, 40), clip("c", 60, 70, muted=True)]
    plans = plan_segments(film(low, high))
    assert [(plan.frames, plan.picture.asset if plan.picture else None) for plan in plans] == [
        (20, "a"),
        (20, "b"),
        (60, "a"),
    ]
    assert plans[2].picture is not None and plans[2].picture.start == Fraction(40, 24)


def test_long_shots_are_split_at_their_own_multiples() -> None:
    whole, parts = (plan_segments(film([clip("a", 0, 250, 5)]), longest) for longest in (None, 100))
    assert [plan.frames for plan in whole] == [250]
    assert [plan.frames for plan in parts] == [100, 100, 50]
    starts = [plan.picture.start for plan in parts if plan.picture]
    assert starts == [5 + Fraction(n, 24) for n in (0, 100, 200)]


def test_a_plan_goes_through_json() -> None:
    plan = plan_segments(film([clip("a", 0, 50), clip("b", 50, 99, Fraction(1, 3), dissolve=(9, 4))]))[1]
    assert from_json(to_json(plan), SegmentPlan) == plan


def test_dissolve_goes_evenly_from_one_shot_to_the_other(tmp_path: Path) -> None:
    paths = {}
    for name, value in (("dark", 40), ("light", 200)):
        paths[name] = tmp_path / f"{name}.mp4"
        pictures = [np.full((36, 64, 3), value, np.uint8)] * 48
        write_pictures(paths[name], enumerate(pictures), RATE, FAST)
    cut = film([clip("dark", 0, 20), clip("light", 20, 40, 1, dissolve=(9, 4))], size=(64, 36))
    values = [float(picture.mean()) for picture in drawn(plan_segments(cut), paths)]
    assert values[:16] == pytest.approx([40] * 16, abs=2)
    assert values[16:25] == pytest.approx([40 + 16 * n for n in range(1, 10)], abs=2)
    assert values[25:] == pytest.approx([200] * 15, abs=2)


def test_a_dissolve_after_a_gap_comes_from_black(tmp_path: Path) -> None:
    path = tmp_path / "light.mp4"
    write_pictures(path, enumerate([np.full((36, 64, 3), 200, np.uint8)] * 48), RATE, FAST)
    cut = film([clip("light", 10, 30, dissolve=(4, 0))], size=(64, 36))
    values = [float(picture.mean()) for picture in drawn(plan_segments(cut), {"light": path})]
    assert values[:10] == [0] * 10
    assert values[10:14] == pytest.approx([40, 80, 120, 160], abs=2)


@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=6),
    dissolves=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), min_size=6, max_size=6),
    gaps=st.lists(st.integers(0, 3), min_size=6, max_size=6),
    longest=st.one_of(st.none(), st.integers(1, 20)),
)
def test_segments_always_fill_the_cut_exactly(
    lengths: list[int], dissolves: list[tuple[int, int]], gaps: list[int], longest: int | None
) -> None:
    clips, place = [], 0
    for index, length in enumerate(lengths):
        frames, before = dissolves[index]
        place += gaps[index]
        joint = (frames, min(before, frames)) if frames else None
        clips.append(clip(f"{index}", place, place + length, 10, dissolve=joint))
        place += length
    plans = plan_segments(film(clips, clips[:1]), longest)
    assert sum(plan.frames for plan in plans) == place
    assert all(0 < plan.frames <= (longest or place) for plan in plans)
    at = 0
    for plan in plans:
        if plan.picture is not None:  # whatever is shown is at the source time the cut says
            shown = clips[int(plan.picture.asset)]
            offset = Fraction(at - shown.record.start.ticks, 24)
            assert plan.picture.start == 10 + offset
        at += plan.frames


def test_offline_raw_and_silent_assets_are_slates_that_differ(shared_data: Path, tmp_path: Path) -> None:
    raw = tmp_path / "A001_C002.braw"
    raw.write_bytes(b"\0\0\0\x14ftypbraw" + bytes(4000))
    media = {"raw": raw, "sound": shared_data / "speech" / "jfk.flac", "gone": tmp_path / "gone.mov"}
    cut = film([clip(name, 5 * n, 5 * n + 5) for n, name in enumerate(["raw", "sound", "gone", "nowhere"])])
    slates = []
    for plan in plan_segments(cut):
        pictures = list(draw_segment(plan, media, {"nowhere": "B007_C001.mov"}))
        assert len(pictures) == 5
        assert pictures[0].shape == (108, 192, 3)
        assert pictures[0].max() > 150  # something is written on it
        slates.append(pictures[0].tobytes())
    assert len(set(slates)) == 4


@pytest.mark.parametrize(
    ("size", "raster", "box"),
    [
        ((192, 108), (192, 108), (0, 0, 192, 108)),
        ((144, 108), (192, 108), (24, 0, 144, 108)),
        ((216, 90), (192, 108), (0, 14, 192, 80)),
    ],
)
def test_pictures_are_whole_on_the_raster(
    tmp_path: Path, size: tuple[int, int], raster: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    path = tmp_path / "white.mp4"
    write_pictures(path, enumerate([np.full((size[1], size[0], 3), 255, np.uint8)] * 3), RATE, FAST)
    (plan,) = plan_segments(film([clip("w", 0, 3)], size=raster))
    picture = next(draw_segment(plan, {"w": path}))
    left, top, width, height = box
    lit = picture.max(axis=2) > 128
    assert lit.sum() == width * height
    assert lit[top : top + height, left : left + width].all()


def test_nothing_in_the_cut_is_no_segment() -> None:
    assert plan_segments(film([])) == []
