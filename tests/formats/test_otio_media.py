"""Media in OTIO documents: what a reference says of it comes back, the frame tables of variable rates too."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from made_up_cuts import cuts

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.model import MediaLink
from answerprint.formats.timelines.otio_file import read_otio_file, write_otio_file

RATE = Fraction(25)
MEASURES = ("url", "name", "rate", "frames", "start_frame", "drop", "first", "reel", "time_base",
            "frame_times", "rounded")  # fmt: skip
TIMES = tuple(index * 3003 + (index % 5) * 400 for index in range(300))
PHONE = MediaLink(
    name="phone.mp4",
    url="f/phone.mp4",
    rate=Fraction(30),
    frames=len(TIMES),
    time_base=Fraction(1, 90000),
    frame_times=TIMES,
    rounded=True,
)


def shots(count: int) -> Cut:
    clips = tuple(
        Clip(
            id=f"{number}",
            asset="phone",
            record=Range.of_ticks(number * 10, number * 10 + 10, RATE),
            source=Range(Time(5, RATE), Time(15, RATE)),
        )
        for number in range(count)
    )
    return Cut(name="c", rate=RATE, tracks=(CutTrack(name="V1", kind="video", clips=clips),))


@settings(max_examples=60, deadline=None)
@given(cuts())
def test_all_that_is_known_of_the_media_comes_back(made: tuple[Cut, dict[str, MediaLink]]) -> None:
    cut, media = made
    found = read_otio_file(write_otio_file(cut, media))
    for clip in cut.tracks[0].clips:
        mine, theirs = media[clip.asset], found.media[clip.asset]
        assert [getattr(theirs, one) for one in MEASURES] == [getattr(mine, one) for one in MEASURES]


def test_a_frame_table_is_written_once_however_many_clips_show_it() -> None:
    few, many = (write_otio_file(shots(count), {"phone": PHONE}) for count in (1, 40))
    table = b"0 3403*4 1403 3403*4 1403"
    assert few.count(table) == many.count(table) == 1
    assert read_otio_file(many).media["phone"] == read_otio_file(few).media["phone"]
    assert read_otio_file(many).media["phone"].frame_times == TIMES


def test_media_of_another_length_has_lost_its_frame_table() -> None:
    data = write_otio_file(shots(1), {"phone": PHONE})
    assert data.count(b'"value": 300.0') == 1
    link = read_otio_file(data.replace(b'"value": 300.0', b'"value": 299.0')).media["phone"]
    assert (link.frames, link.frame_times, link.rounded) == (299, (), False)


@pytest.mark.parametrize("spoiled", [b"0 3403*4 x", b"0 3403*4 -1403", b"0 3403*99999999", b"no"])
def test_a_spoiled_frame_table_is_a_coded_error(spoiled: bytes) -> None:
    data = write_otio_file(shots(1), {"phone": PHONE})
    with pytest.raises(FormatError) as caught:
        read_otio_file(data.replace(b"0 3403*4 1403", spoiled, 1), file="x.otio")
    assert (caught.value.code, caught.value.file) == ("AP-FORMAT-660", "x.otio")
