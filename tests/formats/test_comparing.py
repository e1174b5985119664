"""Whatever one timeline lacks of another is told, by its word and at its place; nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from rich_cuts import rich_cut

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.errors import UsageError
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.comparing import FEATURES, compare, features_of
from answerprint.formats.timelines.files import FORMATS
from answerprint.formats.timelines.model import TimelineFile
from answerprint.formats.timelines.programs import expected, programs, sources

replace = msgspec.structs.replace


@dataclass(frozen=True)
class Spoiled:
    feature: str
    kind: str
    where: str
    how: Callable[[Cut], Cut]


def clip(track: str, number: int, **change: Any) -> Callable[[Cut], Cut]:
    """A cut with one clip changed."""

    def changed(cut: Cut) -> Cut:
        def one(each: CutTrack) -> CutTrack:
            if each.name != track:
                return each
            clips = list(each.clips)
            clips[number] = replace(
                clips[number], **{k: v(clips[number]) if callable(v) else v for k, v in change.items()}
            )
            return replace(each, clips=tuple(clips))

        return replace(cut, tracks=tuple(one(each) for each in cut.tracks))

    return changed


def without(track: str, number: int | None = None) -> Callable[[Cut], Cut]:
    def changed(cut: Cut) -> Cut:
        kept = []
        for each in cut.tracks:
            if each.name == track and number is None:
                continue
            clips = (
                each.clips if each.name != track else each.clips[:number] + each.clips[(number or 0) + 1 :]
            )
            kept.append(replace(each, clips=clips))
        return replace(cut, tracks=tuple(kept))

    return changed


def later(one: Clip) -> Range:
    two = Time(2, Fraction(25))
    return Range(one.source.start + two, one.source.end + two)


SPOILED = (
    Spoiled("start_timecode", "lost", "", lambda cut: replace(cut, start_frame=0)),
    Spoiled("raster", "lost", "", lambda cut: replace(cut, width=1280)),
    Spoiled("markers", "lost", "00:00:01:16", lambda cut: replace(cut, markers=cut.markers[1:])),
    Spoiled("video_tracks", "lost", "V2", without("V2")),
    Spoiled("audio_tracks", "lost", "A3", without("A3")),
    Spoiled("clips", "lost", "twice", without("V1", 3)),
    Spoiled("disabled", "lost", "off", without("V1", 8)),
    Spoiled("nested", "lost", "a scene within", without("V1", 10)),
    Spoiled("source_range", "approximated", "A001C003", clip("V1", 0, source=later)),
    Spoiled("dissolve", "lost", "Zoë", clip("V1", 1, transition=None)),
    Spoiled("wipe", "lost", "B002C011", clip("V1", 2, transition=None)),
    Spoiled("fade", "lost", "last", clip("V1", 9, fade_out=None)),
    Spoiled("speed", "lost", "twice", clip("V1", 3, speed=Fraction(1))),
    Spoiled("reverse", "lost", "back", clip("V1", 5, speed=Fraction(1))),
    Spoiled("freeze", "lost", "still", clip("V1", 6, speed=Fraction(1))),
    Spoiled("cdl", "lost", "graded", clip("V1", 7, cdl=None)),
    Spoiled("disabled", "lost", "off", clip("V1", 8, muted=False)),
    Spoiled("clip_markers", "lost", "A001C003", clip("V1", 0, markers=())),
    Spoiled("links", "lost", "V1", clip("V1", 0, link=None)),
    Spoiled("channels", "lost", "A2", clip("A2", 0, channels=(0,))),
    Spoiled("gain", "lost", "Zoë", clip("A1", 1, gain_db=0.0)),
    Spoiled("name", "lost", "A001C003", clip("V1", 0, name="something else")),
    Spoiled("name", "approximated", "B002C011", clip("V1", 2, name="B002C011")),
)


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001)], ids=str)
def test_a_timeline_lacks_nothing_of_itself(rate: Fraction) -> None:
    cut, media = rich_cut(rate)
    file = TimelineFile(cut=cut, media=media)
    assert compare(file, file) == ()


@pytest.mark.parametrize("one", SPOILED, ids=lambda one: f"{one.feature} {one.where}")
def test_what_is_missing_is_told_once_and_nothing_else(one: Spoiled) -> None:
    cut, media = rich_cut(Fraction(25))
    whole = TimelineFile(cut=cut, media=media)
    losses = compare(whole, TimelineFile(cut=one.how(cut), media=media))
    told = [loss for loss in losses if loss.feature == one.feature]
    assert [loss.kind for loss in told] == [one.kind]
    assert one.where in told[0].where or one.where in told[0].detail or one.feature == "markers"
    related = {"nested": {"nested"}, "clips": {"clips"}, "dissolve": {"dissolve"}}
    assert {loss.feature for loss in losses} <= related.get(one.feature, {one.feature, "links"})
    assert {loss.feature for loss in losses} <= set(FEATURES)


def test_a_program_is_told_of_with_the_source_of_what_is_said() -> None:
    cut, _ = rich_cut(Fraction(25))
    told = {loss.feature: loss for loss in expected(cut, "EDL", "resolve")}
    assert told["freeze"].kind == "lost" and "manual" in told["freeze"].detail
    assert told["markers"].kind == "untested"
    assert "dissolve" not in told
    (refused,) = expected(cut, "EDL", "fcp")
    assert refused.kind == "lost" and "FCPXML" in refused.detail
    with pytest.raises(UsageError, match="AP-USE-503"):
        expected(cut, "EDL", "moviola")


def test_the_table_speaks_of_formats_features_and_sources_there_are() -> None:
    names = {one.name for one in FORMATS}
    for program in programs().values():
        for rule in program.rules:
            assert set(rule.formats) <= names
            assert rule.features == ("*",) or set(rule.features) <= set(FEATURES)
            assert rule.source in sources()
            assert rule.kind == "kept" or rule.detail


def test_every_feature_of_the_cut_with_everything_is_counted_as_used() -> None:
    cut, _ = rich_cut(Fraction(25))
    used = set(features_of(cut))
    assert {one.feature for one in SPOILED} - {"raster", "name"} <= used
