"""Which cuts are looked at, what a side of one shows, and whom nobody looks at."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest

from answerprint.core.cut import Clip, Cut, CutTrack, Transition
from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Slate
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.layout import Assembly
from answerprint.departments.footage.slates.reader import OwnReader
from answerprint.pipeline.continuity import cuts_of
from answerprint.pipeline.continuity_eyes import texts_in
from answerprint.pipeline.continuity_sides import shown

RATE = Fraction(25)


def clip(number: int, asset: str, start: int, frames: int = 25, *, source: int = 100) -> Clip:
    return Clip(
        id=f"{number}",
        asset=asset,
        record=Range.of_ticks(start, start + frames, RATE),
        source=Range.of_ticks(source, source + frames, RATE),
    )


def assembly(*clips: Clip) -> Assembly:
    cut = Cut(name="A film", rate=RATE, tracks=(CutTrack(name="V1", kind="video", clips=clips),))
    return Assembly(cut=cut, slots=(), proposals=())


SLATES = {"a1": Slate(scene="1A"), "a2": Slate(scene="1A"), "b1": Slate(scene="1B"), "c1": Slate(scene="2A")}


def test_a_shot_is_held_against_the_last_of_its_own_set_up() -> None:
    one, two, three = clip(1, "a1", 0), clip(2, "b1", 25), clip(3, "a2", 50)
    found = list(cuts_of(assembly(one, two, three), {"1": "1", "2": "1", "3": "1"}, SLATES))
    assert [(each.before, each.after, each.again) for each in found] == [(one, two, None), (two, three, one)]


def test_another_scene_a_gap_a_dissolve_and_a_take_that_runs_on_are_no_cuts() -> None:
    on = clip(2, "a1", 25, source=125)
    dissolved = Clip(
        id="3",
        asset="b1",
        record=Range.of_ticks(50, 75, RATE),
        source=Range.of_ticks(0, 25, RATE),
        transition=Transition("dissolve", 12, 6),
    )
    film = assembly(clip(1, "a1", 0), on, dissolved, clip(4, "c1", 75), clip(5, "c1", 200, source=300))
    scenes = {"1": "1", "2": "1", "3": "1", "4": "2", "5": "2"}
    assert list(cuts_of(film, scenes, SLATES)) == []


def grid(rate: Fraction, count: int = 1000) -> FrameGrid:
    return FrameGrid(first=Time(0, rate), rate=rate, count=count, end=Time(count, rate))


@pytest.mark.parametrize("rate", [25, 50])
def test_a_side_ends_and_begins_with_the_pictures_at_the_cut(rate: int) -> None:
    times = rate // 25
    one = clip(1, "a1", 40)
    head = shown(one, RATE, grid(Fraction(rate)), tail=False)
    tail = shown(one, RATE, grid(Fraction(rate)), tail=True)
    assert head == [times * index for index in (100, 102, 104, 106, 108, 110)]
    assert tail == [times * index for index in (114, 116, 118, 120, 122, 124)]


@pytest.mark.parametrize(("frames", "count"), [(1, 1), (2, 2), (6, 6), (9, 6)])
def test_a_short_shot_shows_what_it_has(frames: int, count: int) -> None:
    one = clip(1, "a1", 0, frames)
    for tail in (False, True):
        places = shown(one, RATE, grid(RATE), tail=tail)
        assert len(places) == count and places[0] >= 100 and places[-1] < 100 + frames


def test_a_time_whose_halves_stand_apart_is_read_as_one() -> None:
    picture = np.full((360, 640, 3), 40, np.uint8)
    cv2.putText(picture, "14:05", (260, 100), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (230, 230, 230), 3, cv2.LINE_AA)
    (text,) = texts_in(picture, OwnReader())
    assert "".join(one for one in text.text if one.isdigit()) == "1405"
    left, top, right, bottom = text.box
    assert 250 < left < right < 390 and 60 < top < bottom < 110
