"""What only our own lists say: how media keeps time, exact source times, and where in the list it stands."""

from __future__ import annotations

import re
from fractions import Fraction

import msgspec
import pytest

from answerprint.core.cut import Clip, Cut, CutTrack, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.conforming import conform, named_media
from answerprint.formats.timelines.edl import write_edl
from answerprint.formats.timelines.edl_document import read_edl
from answerprint.formats.timelines.model import MediaLink, frames_shown, source_of

FILM, PAL = Fraction(24000, 1001), Fraction(25)


def shot(link: MediaLink, start: Fraction, frames: int, at: int = 0) -> Clip:
    return Clip(
        id=f"{at}",
        asset="a" * 64,
        record=Range.of_ticks(at, at + frames, PAL),
        source=source_of(Time.of_seconds(link.first.seconds + start), frames, PAL, Fraction(1)),
    )


def cut_of(*clips: Clip) -> Cut:
    track = CutTrack(name="V1", kind="video", clips=clips)
    return Cut(name="Reel 1", rate=PAL, start_frame=90000, tracks=(track,))


CLOCKS = {  # what a list says of media that keeps time in its own way
    "late": (dict(first=Time(-733, Fraction(1000))), "FIRST -733/1000 TICK -"),
    "coarse": (dict(time_base=Fraction(1, 1000)), "FIRST 0 TICK 1/1000"),
    "late and coarse": (dict(first=Time(40, PAL), time_base=Fraction(1, 1000)), "FIRST 8/5 TICK 1/1000"),
    "plain": (dict(time_base=Fraction(1, 48000)), None),
}


@pytest.mark.parametrize("case", CLOCKS)
def test_a_list_alone_says_how_its_media_keeps_time(case: str) -> None:
    """Of the media itself nothing is known in reading: names, first frames and source times come back."""
    how, said = CLOCKS[case]
    link = MediaLink(name="a.mov", url="f/a.mov", rate=FILM, frames=900, start_frame=86400, **how)  # type: ignore[arg-type]
    shots = [shot(link, Fraction(20 + at * 7, 24), 25, at) for at in (0, 25, 50)]
    cut = cut_of(*shots)
    text = write_edl(cut, {"a" * 64: link})
    found = re.findall(r"\* SOURCE CLOCK: (.*)", text)
    assert found == ([] if said is None else [f"01:00:00:00 {said}"] * 3)
    document = read_edl(text)
    named = named_media(document)["f/a.mov"]
    assert (named.start_frame, named.first) == (86400, link.first)
    for before, after in zip(shots, conform(document).tracks[0].clips, strict=True):
        assert after.source == before.source
        assert frames_shown(after, PAL, named) == frames_shown(before, PAL, link)


@pytest.mark.parametrize(
    "comment",
    [
        "SOURCE RATE: 25",
        "SOURCE RATE: film DROP FRAME",
        "SPEED: 1/0",
        "SPEED: 1e999999999",
        "SOURCE TIME: 2 TO 1",
        "SOURCE TIME: 1/0 TO 2",
        "SOURCE CLOCK: 01:00:00:00 FIRST 0",
        "SOURCE CLOCK: 01:00:00:00 FIRST 0 TICK 0",
        "SOURCE CLOCK: 01:00:00:99 FIRST 0 TICK 1/25",
        "EDIT POINT: 00:00:00:99",
    ],
)
def test_a_spoiled_comment_of_ours_is_a_coded_error(comment: str) -> None:
    event = "001  AX V C 01:00:00:00 01:00:01:00 00:00:00:00 00:00:01:00\n"
    with pytest.raises(FormatError) as caught:
        read_edl(f"TITLE: X\n* RATE: 25\n{event}* {comment}\n", file="x.edl")
    assert caught.value.code in ("AP-FORMAT-021", "AP-FORMAT-022")
    assert (caught.value.file, caught.value.at) == ("x.edl", "line 3")
    read_edl(f"TITLE: X\n{event}* {comment}\n", PAL)  # another program's comment means what it likes


@pytest.mark.parametrize("line", ["* RATE: film", "* RATE: 25\n* START: 00:00:00:99"])
def test_a_spoiled_heading_of_ours_is_a_coded_error(line: str) -> None:
    with pytest.raises(FormatError):
        read_edl(f"TITLE: X\n{line}\n", file="x.edl")


def test_nothing_but_title_and_mode_stands_above_the_first_event() -> None:
    """OpenTimelineIO's reader takes a comment there for an event it does not know."""
    link = MediaLink(name="a.mov", url="f/a.mov", rate=FILM, frames=900)
    lead = msgspec.structs.replace(
        shot(link, Fraction(4), 25, 8), speed=Fraction(2), transition=Transition("dissolve", 8, 4)
    )
    cut = cut_of(lead)
    lines = write_edl(cut, {"a" * 64: link}).splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["TITLE:", "FCM:", "001", "001"]
    again = read_edl("\n".join(lines))
    assert (again.rate, again.start_frame, len(again.events)) == (PAL, cut.start_frame, 2)
    old = [*lines[:2], "* RATE: 25", "* START: 01:00:00:00", *lines[2:4]]  # as they were written once
    assert read_edl("\n".join(old)).rate == PAL
