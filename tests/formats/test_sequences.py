"""Numbered pictures as one shot: ranges, holes, padding, steps; and versions of a render."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint.formats.cameras.sequences import find_sequences, versions_of


def found(*names: str) -> list[str]:
    sequences, _ = find_sequences(("", name, 1) for name in names)
    return [one.name for one in sequences]


def test_a_range_is_named_with_its_hole() -> None:
    names = [f"shot_v003.{frame:04d}.exr" for frame in range(1001, 1101) if frame not in (1043, 1050, 1051)]
    [sequence], taken = find_sequences(("renders", name, 10) for name in names)
    assert sequence.name == "shot_v003.1001-1100.exr"
    assert sequence.missing == ((1043, 1043), (1050, 1051))
    assert (sequence.count, sequence.size, len(taken)) == (97, 970, 97)
    assert sequence.file(1001) == "renders/shot_v003.1001.exr"


def test_numbers_that_grow_a_digit_stay_one_sequence() -> None:
    assert found("a.998.dpx", "a.999.dpx", "a.1000.dpx") == ["a.998-1000.dpx"]


def test_two_paddings_are_two_sequences() -> None:
    assert found("a.01.dpx", "a.02.dpx", "a.001.dpx", "a.002.dpx") == ["a.01-02.dpx", "a.001-002.dpx"]


def test_a_shot_on_twos_has_no_holes() -> None:
    [sequence], _ = find_sequences(("", f"a.{frame:04d}.png", 1) for frame in range(1, 20, 2))
    assert (sequence.name, sequence.missing, sequence.step) == ("a.0001-0019x2.png", (), 2)


def test_frames_before_zero_are_counted() -> None:
    assert found("a.-002.exr", "a.-001.exr", "a.000.exr", "a.001.exr") == ["a.-002-001.exr"]


def test_several_shots_of_a_folder_are_kept_apart() -> None:
    names = [f"{shot}.{frame:04d}.exr" for shot in ("left", "right") for frame in (1, 2, 3)]
    assert found(*names, "notes.txt", "left.0001.mov", "single.0007.exr") == [
        "left.0001-0003.exr",
        "right.0001-0003.exr",
    ]


@pytest.mark.parametrize("name", ["a.exr", "0001.mov", "clip_001.wav", ".0001", "a.0001."])
def test_what_is_not_numbered_or_no_picture_is_no_sequence(name: str) -> None:
    assert found(name, name.replace("1", "2")) == []


@given(st.sets(st.integers(0, 3000), min_size=2, max_size=60), st.integers(1, 6))
def test_every_frame_is_in_the_range_or_among_the_missing(frames: set[int], padding: int) -> None:
    names = [("", f"s.{frame:0{padding}d}.exr", 1) for frame in sorted(frames)]
    sequences, taken = find_sequences(names)
    told = {frame for one in sequences for frame in one.numbers()}
    lost = {
        frame
        for one in sequences
        for first, last in one.missing
        for frame in range(first, last + 1, one.step)
    }
    assert told <= frames and not told & lost
    assert sum(one.count for one in sequences) == len(taken) == len(told)
    if len(sequences) == 1 and sequences[0].count == len(frames):
        whole = set(range(min(frames), max(frames) + 1, sequences[0].step))
        assert told | lost == whole
    for one in sequences:
        assert {("", one.file(frame)) for frame in one.numbers()} <= taken


def test_versions_are_grouped_with_their_latest_and_their_gap() -> None:
    [one] = versions_of(
        [
            ("out/v001/shot_v001.mov", ""), ("out/v002/shot_v002.mov", ""), ("out/v004/shot_v004.mov", ""),
            ("out/other.mov", ""), ("out/lonely_v001.mov", ""),
        ]
    )  # fmt: skip
    assert (one.name, one.numbers, one.missing) == ("out/v#/shot_v#.mov", (1, 2, 4), (3,))
    assert one.latest == "out/v004/shot_v004.mov"


def test_a_version_of_another_length_is_told() -> None:
    [one] = versions_of([("a_v1.#.exr", "1001-1100"), ("a_v2.#.exr", "1001-1098")])
    assert one.changed_range


def test_a_name_that_only_holds_a_v_is_no_version() -> None:
    assert versions_of([("nov12.mov", ""), ("nov13.mov", ""), ("rev2x.mov", ""), ("rev3x.mov", "")]) == []
