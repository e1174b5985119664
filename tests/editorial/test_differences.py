"""What changed between two timelines, told as an editor would."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import numpy as np
import pytest

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.errors import UsageError
from answerprint.core.time import Range
from answerprint.departments.editorial.comparison_picture import COLOURS, comparison_png
from answerprint.departments.editorial.differences import Change, changed_clips, differences
from answerprint.formats.timelines.model import TimelineFile

RATE = Fraction(25)


def cut(*clips: tuple[str, int, int], rate: Fraction = RATE) -> TimelineFile:
    """A cut of one track from (asset, first source frame, frames), one after the other."""
    at, made = 0, []
    for asset, start, frames in clips:
        made.append(
            Clip(
                id=f"{asset}.{at}",
                asset=asset,
                record=Range.of_ticks(at, at + frames, rate),
                source=Range.of_ticks(start, start + frames, rate),
                name=asset,
            )
        )
        at += frames
    tracks = (CutTrack(name="V1", kind="video", clips=tuple(made)),)
    return TimelineFile(cut=Cut(name="c", rate=rate, tracks=tracks), media={})


FIRST = (("A", 0, 50), ("B", 100, 40), ("C", 10, 30), ("D", 0, 25))


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (FIRST, []),
        ((("A", 0, 50), ("B", 100, 40), ("D", 0, 25)), [("removed", "C", -30, "")]),
        ((*FIRST, ("E", 5, 20)), [("added", "E", 20, "")]),
        ((("A", 0, 50), ("B", 104, 40), *FIRST[2:]), [("slipped", "B", 0, "+4 frames of its source")]),
        ((("A", 0, 44), *FIRST[1:]), [("trimmed", "A", -6, "ends 6 frames earlier")]),
        ((("A", 0, 50), ("B", 95, 45), *FIRST[2:]), [("trimmed", "B", 5, "begins 5 frames earlier")]),
        ((("A", 0, 50), ("X", 7, 40), *FIRST[2:]), [("replaced", "X", 0, "instead of B")]),
        ((FIRST[2], FIRST[0], FIRST[1], FIRST[3]), [("moved", "C", 0, "")]),
    ],
)
def test_one_change_is_told_as_one(
    second: tuple[tuple[str, int, int], ...], told: list[tuple[str, str, int, str]]
) -> None:
    changes = differences(cut(*FIRST), cut(*second))
    assert [(one.kind, one.name, one.frames, one.detail) for one in changes] == told


def test_speed_and_disabling_are_changes_of_a_clip() -> None:
    before = cut(*FIRST)
    track = before.cut.tracks[0]
    other = msgspec.structs.replace(track.clips[1], muted=True, gain_db=-3.0)
    clips = (track.clips[0], other, *track.clips[2:])
    changed = msgspec.structs.replace(before.cut, tracks=(msgspec.structs.replace(track, clips=clips),))
    details = [one.detail for one in differences(before, TimelineFile(cut=changed, media={}))]
    assert details == ["enabled True became False", "gain in dB 0.0 became -3.0"]


def test_the_change_list_holds_what_changed_and_nothing_else() -> None:
    after = cut(FIRST[0], ("X", 7, 40), *FIRST[2:])
    changes = differences(cut(*FIRST), after)
    listed = changed_clips(after.cut, changes)
    (clip,) = (clip for track in listed.tracks for clip in track.clips)
    assert (clip.name, clip.record.start.ticks) == ("X", 50)


def test_timelines_of_two_rates_are_not_compared() -> None:
    with pytest.raises(UsageError, match="AP-USE-510"):
        differences(cut(*FIRST), cut(*FIRST, rate=Fraction(24)))


def test_the_picture_shows_each_change_in_its_colour() -> None:
    import cv2

    before, after = cut(*FIRST), cut(FIRST[0], ("X", 7, 40), *FIRST[2:])
    changes = differences(before, after)
    image = cv2.imdecode(np.frombuffer(comparison_png(before.cut, after.cut, changes), np.uint8), 1)
    rgb = image[..., ::-1].reshape(-1, 3)
    replaced = (rgb == COLOURS["replaced"]).all(axis=1).sum()
    assert replaced > 2 * 24 * 300  # both bars, which are a third of the width each
    assert isinstance(changes[0], Change)
