"""Avid logs of a cut: every frame that is shown is named, columns are kept, rubbish is refused."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_cuts import cuts
from rich_cuts import rich_cut

from answerprint.core.cut import Cdl, Clip, Cut, CutTrack
from answerprint.core.errors import AnswerprintError, FormatError
from answerprint.core.time import Range, Time
from answerprint.core.timecode import frames_a_day, parse_timecode
from answerprint.formats.cameras.ale import parse_ale
from answerprint.formats.timelines.ale import read_ale_file, write_ale_file, write_media_list
from answerprint.formats.timelines.model import MediaLink, frame_time, frames_shown, source_of

FILM, PAL = Fraction(24000, 1001), Fraction(25)
LINK = MediaLink(
    name="A001.mov", url="f/A001.mov", rate=PAL, frames=1000, start_frame=90000, reel="A001", channels=2
)
HEAD = (
    "Heading\nFIELD_DELIM\tTABS\nVIDEO_FORMAT\tPAL\nFPS\t25\n\n"
    "Column\nName\tTracks\tStart\tEnd\tTape\tScene\n\nData\n"
)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return [dict(row) for row in parse_ale(data.decode().replace("\r\n", "\n")).rows]


def one_clip(**more: object) -> Cut:
    speed = more.get("speed", Fraction(1))
    assert isinstance(speed, Fraction)
    clip = Clip(
        id="1",
        asset="a",
        record=Range.of_ticks(0, 50, PAL),
        source=source_of(Time(100, PAL), 50, PAL, speed),
        **more,  # type: ignore[arg-type]
    )
    return Cut(name="c", rate=PAL, tracks=(CutTrack(name="V1", kind="video", clips=(clip,)),))


@settings(max_examples=80, deadline=None)
@given(made=cuts())
def test_a_pull_list_names_every_frame_that_is_shown(made: tuple[Cut, dict[str, MediaLink]]) -> None:
    """By the pictures themselves: each lies in its row, which holds no other before or after."""
    cut, media = made
    clips = cut.tracks[0].clips
    data = write_ale_file(cut, media)
    found = read_ale_file(data)
    assert len(rows_of(data)) == len(clips) == len(found.cut.tracks[0].clips)
    for clip, row in zip(clips, rows_of(data), strict=True):
        link = media[clip.asset]
        shown = frames_shown(clip, cut.rate, link)
        start, end = (parse_timecode(row[one], link.rate, drop=link.drop) for one in ("Start", "End"))
        day = frames_a_day(link.rate, link.drop)
        length = (end - start) % day
        assert (start - link.start_frame - min(shown)) % day == 0
        assert max(shown) - min(shown) < length
        last = clip.source.end if clip.speed > 0 else frame_time(link, max(shown) + 1)
        over = [one for one in range(max(shown) + 1, min(shown) + length) if frame_time(link, one) >= last]
        assert over == []  # a frame that is on screen between two of the cut's belongs to the clip


def test_a_clip_played_backwards_has_its_earliest_frame_first() -> None:
    (row,) = rows_of(write_ale_file(one_clip(speed=Fraction(-1)), {"a": LINK}))
    assert (row["Start"], row["End"], row["Duration"]) == ("01:00:02:01", "01:00:04:01", "00:00:02:00")
    (row,) = rows_of(write_ale_file(one_clip(speed=Fraction(0)), {"a": LINK}))
    assert (row["Start"], row["End"]) == ("01:00:04:00", "01:00:04:01")


def test_picture_and_the_sound_that_runs_with_it_share_a_row() -> None:
    picture = one_clip().tracks[0]
    sound = [
        CutTrack(
            name=f"A{n}",
            kind="audio",
            clips=(msgspec.structs.replace(picture.clips[0], id=f"s{n}", channels=(n - 1,)),),
        )
        for n in (1, 2)
    ]
    cut = msgspec.structs.replace(one_clip(), tracks=(picture, *sound))
    data = write_ale_file(cut, {"a": LINK})
    (row,) = rows_of(data)
    assert (row["Tracks"], row["Tape"], row["Source File"]) == ("VA1A2", "A001", "A001.mov")
    found = read_ale_file(data, file="reel 1.ale")
    assert found.cut.name == "reel 1"
    assert [(track.name, track.clips[0].channels) for track in found.cut.tracks] == [
        ("V1", ()), ("A1", (0,)), ("A2", (1,)),
    ]  # fmt: skip
    assert len({track.clips[0].link for track in found.cut.tracks}) == 1


def test_names_and_grades_come_back_and_tabs_become_spaces() -> None:
    grade = Cdl((1.1, 1.0, 0.9), (0.01, 0.0, -0.02), (1.0, 1.05, 1.0), 0.9)
    cut = one_clip(name="Zoë\t東京\n☕", cdl=grade)
    (clip,) = read_ale_file(write_ale_file(cut, {"a": LINK})).cut.tracks[0].clips
    assert (clip.name, clip.cdl) == ("Zoë 東京 ☕", grade)


def test_a_list_of_the_media_has_every_file_whole_and_once() -> None:
    cut, media = rich_cut(FILM)
    rows = rows_of(write_media_list(cut, media))
    assert [(row["Name"], row["Tracks"], row["Start"], row["Duration"]) for row in rows] == [
        (f"A00{n}.mov", "VA1A2A3A4", "10:00:00:00", "00:02:46:16") for n in (1, 2, 3)
    ]


def test_columns_a_clip_has_no_place_for_are_kept() -> None:
    rows = "one\tV\t01:00:00:00\t01:00:02:00\tA1\t12A\ntwo\tA2\t23:59:59:00\t00:00:01:00\tA2\t\n"
    found = read_ale_file((HEAD + rows).encode())
    first, second = (track.clips[0] for track in found.cut.tracks)
    assert first.metadata == {"ale": {"Scene": "12A"}}
    assert (first.record, second.record) == (Range.of_ticks(0, 50, PAL), Range.of_ticks(50, 100, PAL))
    assert (first.source.start, second.source.duration) == (Time(90000, PAL), Time(50, PAL))
    assert (found.cut.width, found.cut.height) == (720, 576)
    again = rows_of(write_ale_file(found.cut, found.media))
    assert [(row["Name"], row["Start"], row["End"], row.get("Scene")) for row in again] == [
        ("one", "01:00:00:00", "01:00:02:00", "12A"), ("two", "23:59:59:00", "00:00:01:00", None),
    ]  # fmt: skip


def test_rows_without_times_or_length_are_told() -> None:
    found = read_ale_file((HEAD + "one\tV\t\t\tA\t\ntwo\tV\t01:00:00:00\t01:00:00:00\tA\t\n").encode())
    assert found.cut.frames == 0
    assert [(loss.feature, loss.kind, loss.where) for loss in found.losses] == [
        ("clips", "lost", "row 1 one"), ("clips", "lost", "row 2 two"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD + "one\tV\t01:00:00:99\t01:00:02:00\n", "AP-FORMAT-667"),
        (HEAD + "one\tV\t01:00:02:00\t01:00:01:00\n", "AP-FORMAT-667"),
        (HEAD.replace("FPS\t25", "FPS\tfilm") + "one\tV\t01:00:00:00\t01:00:02:00\n", "AP-FORMAT-667"),
        (HEAD.replace("FPS\t25\n", "") + "one\tV\t01:00:00:00\t01:00:02:00\n", "AP-FORMAT-668"),
        ("", "AP-FORMAT-063"),
        ("no log\0", "AP-FORMAT-001"),
    ],
)
def test_what_cannot_be_is_a_coded_error(text: str, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_ale_file(text.encode(), file="x.ale")
    assert (caught.value.code, caught.value.file) == (code, "x.ale")


def test_a_log_without_a_rate_is_read_at_the_one_named() -> None:
    text = HEAD.replace("FPS\t25\n", "") + "one\tV\t01:00:00:00\t01:00:02:00\n"
    assert read_ale_file(text.encode(), rate=FILM).cut.frames == 48


@settings(max_examples=100, deadline=None)
@given(
    cells=st.lists(st.text(max_size=12), min_size=3, max_size=6),
    tracks=st.text("VA01289-,x", max_size=9),
)
def test_any_row_is_read_or_refused(cells: list[str], tracks: str) -> None:
    row = "\t".join([cells[0], tracks, *cells[1:]])
    try:
        found = read_ale_file((HEAD + row + "\n").encode(errors="replace"))
    except AnswerprintError:
        return
    assert all(clip.record.duration.ticks > 0 for track in found.cut.tracks for clip in track.clips)
