"""Turnovers without files: handles, pulls that meet, names of effects shots, counts."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest

from answerprint.core.cut import Clip, Cut, CutTrack, Marker
from answerprint.core.errors import UsageError
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.turnovers.counts import counted_text, timeline_counts
from answerprint.departments.editorial.turnovers.pulls import (
    event_list,
    frames_of,
    pull_list,
    pulls_of,
    uses_of,
)
from answerprint.departments.editorial.turnovers.shots import chosen, code_of, named
from answerprint.formats.timelines.model import MediaLink

RATE = Fraction(24)
EXTENTS = {"a": Range.of_ticks(0, 240, RATE), "b": Range.of_ticks(0, 100, RATE)}
LINKS = {id: MediaLink(name=f"{id}.mov", url=f"footage/{id}.mov", rate=RATE, frames=240) for id in "ab"}


def clip(at: int, asset: str, start: int, frames: int, **more: object) -> Clip:
    made = Clip(
        id=f"{asset}{at}",
        asset=asset,
        record=Range.of_ticks(at, at + frames, RATE),
        source=Range.of_ticks(start, start + frames, RATE),
        name=f"{asset}.mov",
        slot=f"take:{at}",
    )
    return msgspec.structs.replace(made, **more)


def cut_of(*clips: Clip) -> Cut:
    return Cut(name="A Film", rate=RATE, tracks=(CutTrack(name="V1", kind="video", clips=clips),))


def test_handles_are_what_the_media_has() -> None:
    uses = uses_of(cut_of(clip(0, "a", 5, 20), clip(20, "b", 70, 20)), ["video"], EXTENTS, 12)
    assert [(one.head, one.tail) for one in uses] == [(5, 12), (12, 10)]


def test_pulls_of_one_media_that_meet_are_one() -> None:
    cut = cut_of(clip(0, "a", 20, 20), clip(20, "b", 20, 20), clip(40, "a", 60, 20), clip(60, "a", 200, 10))
    pulls = pulls_of(uses_of(cut, ["video"], EXTENTS, 12), RATE)
    assert [(one.asset, one.range, [use.number for use in one.uses]) for one in pulls] == [
        ("a", Range.of_ticks(8, 92, RATE), [1, 3]),
        ("b", Range.of_ticks(8, 52, RATE), [2]),
        ("a", Range.of_ticks(188, 222, RATE), [4]),
    ]
    assert frames_of(pulls[0], LINKS["a"]) == (8, 92)
    assert pull_list(pulls, cut, LINKS).decode().splitlines()[1].split(",")[5:8] == [
        "00:00:00:08",
        "00:00:03:20",
        "84",
    ]


@pytest.mark.parametrize(
    ("speed", "start", "shown"),
    [
        (Fraction(2), 40, (40, 60)),
        (Fraction(-1), 40, (30, 40)),
        (Fraction(0), 40, (40, 41)),
        (Fraction(1, 2), 40, (40, 45)),
    ],
)
def test_a_retime_pulls_what_it_shows(speed: Fraction, start: int, shown: tuple[int, int]) -> None:
    source = Range.of_ticks(start, start + int(10 * abs(speed)), RATE)
    use = uses_of(cut_of(clip(0, "a", start, 10, speed=speed, source=source)), ["video"], EXTENTS, 0)[0]
    assert use.source == Range.of_ticks(*shown, RATE)


def test_short_handles_are_told_in_the_event_list() -> None:
    cut = cut_of(clip(0, "a", 5, 20), clip(20, "a", 60, 20))
    rows = event_list(uses_of(cut, ["video"], EXTENTS, 12), cut, LINKS, 12).decode().splitlines()
    assert [row.split(",")[9:12] for row in rows[1:]] == [["5", "12", "yes"], ["12", "12", ""]]


def test_effects_shots_are_named_marked_or_noted() -> None:
    mark = Marker(Range.of_ticks(25, 26, RATE), "VFX: wire removal")
    cut = cut_of(
        clip(0, "a", 20, 20),
        clip(20, "a", 50, 20, markers=(mark,)),
        clip(40, "b", 20, 20),
        clip(60, "b", 50, 9),
    )
    uses = uses_of(cut, ["video"], EXTENTS, 8)
    labels = {"take:0": "1.1 ANNA", "take:20": "1.2 BEN", "take:40": "2.1 ANNA"}
    picked = chosen(uses, ["1.1"], {"take:60": "green screen outside"}, labels)
    assert [(use.number, why) for use, why in picked] == [
        (1, "named"),
        (2, "VFX: wire removal"),
        (4, "green screen outside"),
    ]
    scenes = {"take:0": "1", "take:20": "1", "take:60": "12A"}
    assert [shot.name for shot in named(picked, scenes, "AF")] == [
        "AF_001_0010",
        "AF_001_0020",
        "AF_012A_0010",
    ]
    with pytest.raises(UsageError, match=r"'9\.9'"):
        chosen(uses, ["9.9"], {}, labels)


@pytest.mark.parametrize(
    ("title", "code"), [("The Late Post", "TLP"), ("Nachtschicht", "NAC"), ("É", "É"), ("", "VFX")]
)
def test_a_production_has_a_code(title: str, code: str) -> None:
    assert code_of(title) == code


def test_counts_notice_what_is_missing_and_what_has_moved() -> None:
    cut = cut_of(clip(0, "a", 20, 20), clip(20, "a", 50, 20))
    assert all(one.right for one in timeline_counts("x.edl", cut, cut, ["video"]))
    short = cut_of(clip(0, "a", 20, 20))
    wrong = [one.what for one in timeline_counts("x.edl", cut, short, ["video"]) if not one.right]
    assert wrong == ["events", "frames", "tracks with every event in its place"]
    moved = cut_of(clip(0, "a", 20, 19), clip(19, "a", 50, 21))
    counts = timeline_counts("x.edl", cut, moved, ["video"])
    assert [one.what for one in counts if not one.right] == ["tracks with every event in its place"]
    assert "where 1 were to be" in counted_text(counts)


def test_a_mixed_rate_pull_is_in_the_frames_of_its_media() -> None:
    rate = Fraction(30000, 1001)
    link = MediaLink(name="c.mov", url="c.mov", rate=rate, frames=300, start_frame=1000)
    one = clip(0, "c", 24, 24)
    pull = pulls_of(uses_of(cut_of(one), ["video"], {"c": Range(Time(0, rate), Time(300, rate))}, 12), RATE)[
        0
    ]
    first, end = frames_of(pull, link)
    assert (first, end) == (14, 75)  # 0.5 s to 2.5 s, outwards to whole frames of 29.97
