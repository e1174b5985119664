"""A cut with everything in it through every format: what is kept is exact, what is not is told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from made_up_cuts import cuts
from rich_cuts import rich_cut

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.errors import AnswerprintError, FormatError
from answerprint.core.time import Range
from answerprint.formats.timelines.comparing import compare
from answerprint.formats.timelines.files import FORMATS, TimelineFormat, format_named, read_timeline, reread
from answerprint.formats.timelines.model import MediaLink, TimelineFile
from answerprint.formats.timelines.otio_file import read_otio_file, write_otio_file

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001)]
TOLD = {  # what a format has no place for, of the cut with everything in it
    "OTIO": set(),
    "EDL": {
        *("clip_markers", "disabled", "fade", "nested", "video_tracks", "role", "channels", "gain"),
        *("links", "handles", "markers"),
    },
}


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_what_is_not_kept_is_told_and_the_rest_is_exact(one: TimelineFormat, rate: Fraction) -> None:
    cut, media = rich_cut(rate)
    data = one.write(cut, media)
    again = reread(data, one, rate, "made")
    assert {loss.feature for loss in compare(TimelineFile(cut=cut, media=media), again)} == TOLD[one.name]
    assert one.write(cut, media) == data
    assert compare(again, reread(one.write(again.cut, again.media), one, rate, "made")) == ()


@given(made=cuts())
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_no_frame_is_off_in_any_made_up_cut(
    one: TimelineFormat, made: tuple[Cut, dict[str, MediaLink]]
) -> None:
    cut, media = made
    try:
        again = reread(one.write(cut, media), one, cut.rate, "made")
    except FormatError as error:
        assert error.code in ("AP-FORMAT-027", "AP-FORMAT-590")
        return
    varies = {asset for asset, link in media.items() if link.frame_times}
    losses = compare(TimelineFile(cut=cut, media=media), again)
    if not varies:
        assert not {"record_range", "source_range", "speed", "dissolve"} & {one.feature for one in losses}


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_real_files_are_read_written_and_read_again_alike(one: TimelineFormat, shared_data: Path) -> None:
    files = sorted((shared_data / "timelines" / one.name.casefold()).iterdir())
    assert files
    for path in files:
        try:
            first = read_timeline(path, Fraction(25 if path.name == "25fps.edl" else 24))
        except FormatError as error:
            assert path.name in ("nested_example.otio",), (path.name, error)
            continue
        again = reread(one.write(first.cut, first.media), one, first.cut.rate, path.name)
        told = {loss.feature for loss in compare(first, again)}
        assert told <= ({"links"} if path.name == "multi_audio.edl" else set()), path.name  # three channels


def test_files_that_are_no_timelines_are_named(tmp_path: Path) -> None:
    with pytest.raises(AnswerprintError, match="AP-USE-500"):
        format_named(Path("cut.doc"))
    with pytest.raises(AnswerprintError, match="AP-USE-501"):
        read_timeline(tmp_path / "nothing.edl")
    (tmp_path / "noise.otio").write_bytes(bytes(range(256)))
    with pytest.raises(FormatError, match="AP-FORMAT-040"):
        read_timeline(tmp_path / "noise.otio")


def test_media_belongs_to_its_clip_where_a_trimmed_track_hides_the_first() -> None:
    rate = Fraction(25)
    media = {name: MediaLink(name=f"{name}.mov", url=f"{name}.mov", rate=rate, frames=900) for name in "ab"}
    clips = tuple(
        Clip(
            id=name,
            asset=name,
            record=Range.of_ticks(at, at + 20, rate),
            source=Range.of_ticks(100, 120, rate),
            name=name,
        )
        for at, name in ((0, "a"), (20, "b"))
    )
    cut = Cut(name="c", rate=rate, tracks=(CutTrack(name="V1", kind="video", clips=clips),))
    timeline = otio.adapters.read_from_string(write_otio_file(cut, media).decode(), "otio_json")
    timeline.tracks[0].source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(20, 25), otio.opentime.RationalTime(20, 25)
    )
    found = read_otio_file(timeline.to_json_string().encode())
    (clip,) = found.cut.tracks[0].clips
    assert (clip.name, found.media[clip.asset].name) == ("b", "b.mov")
