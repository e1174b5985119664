"""Relinking: the same file known again by path, name, stem, reel and timecode, its clock translated."""

from __future__ import annotations

from fractions import Fraction

import pytest

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.model import MediaLink, TimelineFile, frame_on_screen
from answerprint.formats.timelines.relinking import relink, relinked

RATE = Fraction(24000, 1001)


def link(name: str, start: int = 86400, *, url: str = "", reel: str = "", frames: int = 240) -> MediaLink:
    return MediaLink(
        name=name, url=url or name, rate=RATE, frames=frames, start_frame=start, reel=reel or None
    )


KNOWN = [
    ("one", link("A001C001.mov", url="footage/A001/A001C001.mov", reel="A001")),
    ("two", link("A001C002.mov", 90000, url="footage/A001/A001C002.mov", reel="A001")),
    ("three", link("clip.mov", 0, url="footage/B001/clip.mov")),
    ("four", link("clip.mov", 5000, url="footage/C001/clip.mov")),
]


@pytest.mark.parametrize(
    ("media", "key", "how"),
    [
        (link("clip.mov", 0, url="file:///Volumes/raid/C001/clip.mov"), "four", "path"),
        (link("a001c001.MOV", 0), "one", "name"),
        (link("clip.mov", 5100), "four", "name"),
        (link("A001C002.mxf", 0), "two", "stem"),
        (link("A001C002.mxf", 0, frames=77), "", "offline"),
        (link("renamed.mov", 90010, reel="a001", frames=10), "two", "reel"),
        (link("clip.mov", 900000), "", "offline"),
        (link("never.mov", 0), "", "offline"),
    ],
)
def test_media_is_known_again(media: MediaLink, key: str, how: str) -> None:
    found = relink({"x": media}, KNOWN)["x"]
    assert (found.key, found.how) == (key, how)


@pytest.mark.parametrize("start", [86400, 0, 86500, 5])
def test_the_same_timecode_is_the_same_picture(start: int) -> None:
    """A transcode that begins elsewhere (trimmed to its handles) shows what its timecode says."""
    theirs = link("A001C001.mov", start, frames=100000)
    label = 86510
    clip = Clip(
        id="c",
        asset="x",
        record=Range.of_ticks(0, 10, RATE),
        source=Range.of_ticks(label - start, label - start + 10, RATE),
    )
    cut = Cut(name="c", rate=RATE, tracks=(CutTrack(name="V1", kind="video", clips=(clip,)),))
    file = TimelineFile(cut=cut, media={"x": theirs})
    moved = relinked(file, relink(file.media, KNOWN), KNOWN).tracks[0].clips[0]
    assert moved.asset == "one"
    assert frame_on_screen(KNOWN[0][1], moved.source.start) == label - 86400
    assert moved.source.duration == Time(10, RATE)


def test_offline_media_keeps_its_name() -> None:
    clip = Clip(id="c", asset="x", record=Range.of_ticks(0, 10, RATE), source=Range.of_ticks(5, 15, RATE))
    cut = Cut(name="c", rate=RATE, tracks=(CutTrack(name="V1", kind="video", clips=(clip,)),))
    file = TimelineFile(cut=cut, media={"x": link("never.mov")})
    assert relinked(file, relink(file.media, KNOWN), KNOWN) == cut
