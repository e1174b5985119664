"""Pacing: shots as an audience sees them, and places that drag or hurry."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pytest

from answerprint.core.cut import Clip, Cut, CutTrack, visible
from answerprint.core.time import Range
from answerprint.departments.editorial.pacing import Speech, paced
from answerprint.departments.editorial.pacing_picture import pacing_svg

RATE = Fraction(25)


def cut_of(*lengths: int, over: tuple[int, int] | None = None) -> Cut:
    clips, at = [], 0
    for number, frames in enumerate(lengths):
        record = Range.of_ticks(at, at + frames, RATE)
        source = Range.of_ticks(1000 * number, 1000 * number + frames, RATE)
        clips.append(
            Clip(id=f"{number}", asset=f"a{number}", record=record, source=source, name=f"a{number}")
        )
        at += frames
    tracks = [CutTrack(name="V1", kind="video", clips=tuple(clips))]
    if over is not None:
        upper = Clip(
            id="over",
            asset="b",
            record=Range.of_ticks(*over, RATE),
            source=Range.of_ticks(*over, RATE),
            name="b",
        )
        tracks.append(CutTrack(name="V2", kind="video", clips=(upper,)))
    return Cut(name="A Film", rate=RATE, tracks=tuple(tracks))


def test_shots_are_what_is_seen() -> None:
    cut = cut_of(50, 50, over=(40, 60))
    assert [(first, end, clip.asset) for first, end, clip in visible(cut)] == [
        (0, 40, "a0"),
        (40, 60, "b"),
        (60, 100, "a1"),
    ]
    assert [one.seconds for one in paced(cut).shots] == [1.6, 0.8, 1.6]


def test_a_take_that_goes_on_under_a_razor_is_one_shot() -> None:
    whole = Clip(id="1", asset="a", record=Range.of_ticks(0, 30, RATE), source=Range.of_ticks(100, 130, RATE))
    rest = Clip(id="2", asset="a", record=Range.of_ticks(30, 50, RATE), source=Range.of_ticks(130, 150, RATE))
    cut = Cut(name="x", rate=RATE, tracks=(CutTrack(name="V1", kind="video", clips=(whole, rest)),))
    assert [one.seconds for one in paced(cut).shots] == [2.0]


def test_a_long_shot_without_words_drags_and_one_with_words_does_not() -> None:
    cut = cut_of(50, 60, 45, 55, 400, 50, 65, 48, 52)
    silent = [one for one in paced(cut, []).passages if one.kind == "slack"]
    assert [(one.first, one.end) for one in silent] == [(210, 610)]
    assert "16.0 s" in silent[0].reason
    speaks = [Speech(230, 600, "1", "ANNA")]
    assert [one for one in paced(cut, speaks).passages if one.kind == "slack"] == []


def test_even_cutting_neither_drags_nor_hurries() -> None:
    for lengths in ([50] * 20, [200] * 10, [30, 90] * 8):
        assert paced(cut_of(*lengths)).passages == ()


def test_flashes_and_runs_hurry() -> None:
    found = paced(cut_of(100, 100, 20, 22, 25, 24, 100, 8, 100)).passages
    rushed = [one for one in found if one.kind == "rushed"]
    assert [(one.kind, one.first) for one in rushed] == [("rushed", 200), ("rushed", 391)]
    assert rushed[0].reason == "4 shots in 3.6 s"


@pytest.mark.parametrize(("gap", "told"), [(0, True), (-5, True), (3, False)])
def test_lines_that_step_on_each_other(gap: int, told: bool) -> None:
    speech = [Speech(0, 40, "1", "ANNA"), Speech(40 + gap, 90, "1", "BEN")]
    found = paced(cut_of(100), speech).passages
    assert bool(found) is told


def test_cutting_that_goes_with_the_script_agrees() -> None:
    cut = cut_of(100, 100, 50, 50, 50, 50, 25, 25, 25, 25, 25, 25, 25, 25, 200, 200)
    scenes = [(0, 200, "1"), (200, 400, "2"), (400, 600, "3"), (600, 1000, "4")]
    speech = [Speech(first, end, scene, "ANNA") for first, end, scene in scenes]
    assert paced(cut, speech, {"1": -0.2, "2": 0.5, "3": 1.4, "4": -1.0}).agreement == 1.0
    assert paced(cut, speech, {"1": 0.5, "2": -0.2, "3": -1.0, "4": 1.4}).agreement == -1.0
    assert paced(cut, speech, {"1": 0.5}).agreement is None


def test_the_picture_is_svg_with_a_bar_for_every_shot() -> None:
    pacing = paced(cut_of(50, 60, 45, 55, 400, 50, 65, 48, 52), [])
    root = ElementTree.fromstring(pacing_svg([pacing, pacing]))
    titles = [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == 2 * (len(pacing.shots) + len(pacing.passages))


def test_a_cut_without_pictures_has_no_shots() -> None:
    nothing = paced(Cut(name="x", rate=RATE))
    assert (nothing.shots, nothing.mean) == ((), 0.0)
    assert pacing_svg([nothing]).startswith(b"<svg")
