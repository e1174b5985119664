"""A cut with everything in it through every format: what is kept is exact, what is not is told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from made_up_cuts import cuts
from rich_cuts import rich_cut

from answerprint.core.cut import Clip, Cut, CutTrack, Transition
from answerprint.core.errors import AnswerprintError, FormatError
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.comparing import compare
from answerprint.formats.timelines.files import FORMATS, TimelineFormat, format_named, read_timeline, reread
from answerprint.formats.timelines.model import MediaLink, TimelineFile
from answerprint.formats.timelines.otio_file import read_otio_file, write_otio_file

IN_ORDER = [one for one in FORMATS if one.name != "ALE"]
RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001)]
TOLD = {  # what a format has no place for, of the cut with everything in it
    "OTIO": set(),
    "OTIOZ": set(),
    "EDL": {
        *("clip_markers", "disabled", "fade", "nested", "video_tracks", "role", "channels", "gain"),
        *("links", "handles", "markers"),
    },
    "ALE": {  # a log has no order: whatever it puts elsewhere is off there in all its ways
        *("start_timecode", "name", "markers", "clip_markers", "clips", "disabled", "nested", "video_tracks"),
        *("role", "record_range", "media", "source_range", "gain", "links", "handles"),
    },
    "FCP7 XML": set(),
    "AAF": set(),
    "FCPXML": set(),
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
@pytest.mark.parametrize("one", IN_ORDER, ids=lambda one: one.name)
def test_no_frame_is_off_in_any_made_up_cut(
    one: TimelineFormat, made: tuple[Cut, dict[str, MediaLink]]
) -> None:
    assert times_lost(one, *made) == set()


@pytest.mark.slow
@pytest.mark.parametrize("one", IN_ORDER, ids=lambda one: one.name)
def test_no_frame_is_off_in_thousands_of_made_up_cuts(one: TimelineFormat) -> None:
    @settings(max_examples=5000, deadline=None, database=None)
    @given(cuts())
    def sweep(made: tuple[Cut, dict[str, MediaLink]]) -> None:
        assert times_lost(one, *made) == set()

    sweep()


def test_a_dissolve_that_begins_before_midnight_keeps_its_source() -> None:
    rate, asset = Fraction(24000, 1001), "0" * 64
    clip = Clip(
        id="slot/V1",
        asset=asset,
        record=Range.of_ticks(0, 3, rate),
        source=Range(Time(1, Fraction(1)), Time(9001, Fraction(8000))),
        transition=Transition(kind="dissolve", frames=2, before=1),
    )
    track = CutTrack(name="V1", kind="video", clips=(clip,))
    cut = Cut(name="", rate=rate, drop=False, start_frame=0, width=1920, height=1080, tracks=(track,))
    media = {
        asset: MediaLink(name="a", url="a.mov", rate=Fraction(24), frames=300, start_frame=0, drop=False)
    }
    for one in IN_ORDER:
        assert times_lost(one, cut, media) == set()


def times_lost(one: TimelineFormat, cut: Cut, media: dict[str, MediaLink]) -> set[str]:
    """What of time is another after a way there and back. A list has no place for a frame table."""
    again = reread(one.write(cut, media), one, cut.rate, "made")
    if one.name == "EDL" and any(link.frame_times for link in media.values()):
        return set()
    told = {loss.feature for loss in compare(TimelineFile(cut=cut, media=media), again)}
    return {"record_range", "source_range", "speed", "dissolve"} & told


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_real_files_are_read_written_and_read_again_alike(one: TimelineFormat, shared_data: Path) -> None:
    folder = shared_data / "timelines" / one.name.casefold().split()[0]
    if not folder.is_dir():
        pytest.skip(f"no {one.name} files of other programs are at hand")
    files = sorted(folder.iterdir())
    assert files
    for path in files:
        first = read_timeline(path, Fraction(25 if path.name == "25fps.edl" else 24))
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
