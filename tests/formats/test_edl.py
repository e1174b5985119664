"""CMX 3600 lists: other programs' files, exact conforming, and names that fit no reel."""

from __future__ import annotations

import bisect
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_cuts import cuts

from answerprint.core.cut import Cdl, Clip, Cut, CutTrack, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.core.timecode import format_timecode, parse_timecode
from answerprint.formats.timelines.edl import conform, read_edl, write_edl
from answerprint.formats.timelines.edl_document import decoded, encoded
from answerprint.formats.timelines.model import MediaLink, frame_time, frames_shown, source_of

FILM, PAL, NTSC, TWENTY_FOUR = Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(24)


def shot(link: MediaLink, rate: Fraction, start: Fraction, frames: int, at: int = 0) -> Clip:
    return Clip(
        id=f"{at}",
        asset="a" * 64,
        record=Range.of_ticks(at, at + frames, rate),
        source=source_of(Time.of_seconds(link.first.seconds + start), frames, rate, Fraction(1)),
    )


def cut_of(rate: Fraction, *clips: Clip, drop: bool = False) -> Cut:
    return Cut(
        name="Reel 1",
        rate=rate,
        drop=drop,
        start_frame=parse_timecode("01:00:00:00", rate, drop=drop),
        tracks=(CutTrack(name="V1", kind="video", clips=clips),),
    )


VARIABLE = tuple(sorted({index * 3003 + (index % 5) * 400 + (index // 50) * 9000 for index in range(300)}))
CASES = {
    "24 in 23.976": (FILM, False, MediaLink(name="a.mov", url="f/a.mov", rate=TWENTY_FOUR, frames=5000)),
    "25 in 24": (
        TWENTY_FOUR,
        False,
        MediaLink(name="a.mov", url="f/a.mov", rate=PAL, frames=5000, start_frame=90000),
    ),
    "variable rate": (
        NTSC,
        False,
        MediaLink(
            name="phone.mp4",
            url="f/phone.mp4",
            rate=Fraction(30),
            frames=len(VARIABLE),
            time_base=Fraction(1, 90000),
            frame_times=VARIABLE,
        ),
    ),
    "delayed start": (
        PAL,
        False,
        MediaLink(
            name="late.mp4",
            url="f/late.mp4",
            rate=PAL,
            frames=5000,
            first=Time(1234, Fraction(1000)),
            time_base=Fraction(1, 12800),
        ),
    ),
    "drop-frame": (
        NTSC,
        True,
        MediaLink(
            name="news.mxf", url="f/news.mxf", rate=NTSC, frames=50000, start_frame=17982 - 50, drop=True
        ),
    ),
    "coarse ticks": (
        FILM,
        False,
        MediaLink(name="a.mkv", url="f/a.mkv", rate=FILM, frames=5000, time_base=Fraction(1, 1000)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_conforming_gives_back_every_source_frame(case: str) -> None:
    rate, drop, link = CASES[case]
    media = {"a" * 64: link}
    second = frame_time(link, 61).seconds - link.first.seconds
    cut = cut_of(
        rate,
        shot(link, rate, Fraction(1), 100),
        shot(link, rate, second, 60, 100),
        shot(link, rate, Fraction(1001, 48000), 40, 170),  # between two pictures
        drop=drop,
    )
    text = write_edl(cut, media)
    again = conform(read_edl(text), media)
    for before, after in zip(cut.tracks[0].clips, again.tracks[0].clips, strict=True):
        assert frames_shown(after, rate, link) == frames_shown(before, rate, link)
        assert (after.asset, after.record, after.source) == (before.asset, before.record, before.source)
    assert (again.rate, again.drop, again.start_frame) == (cut.rate, cut.drop, cut.start_frame)


@pytest.mark.parametrize("case", CASES)
def test_source_timecode_names_the_picture_on_screen(case: str) -> None:
    """By counting: the picture on screen is the last whose own timestamp is not after the source time."""
    rate, drop, link = CASES[case]
    base = link.time_base or 1 / link.rate
    pictures = [frame_time(link, index).seconds for index in range(400 if not link.frame_times else 300)]
    if not link.frame_times:
        nearest = [
            link.first.seconds + (2 * index / link.rate / base + 1) // 2 * base for index in range(400)
        ]
        assert pictures == nearest
    for start in (Fraction(0), pictures[3] - pictures[0], Fraction(1, 3), Fraction(2)):
        text = write_edl(cut_of(rate, shot(link, rate, start, 10), drop=drop), {"a" * 64: link})
        index = bisect.bisect_right(pictures, link.first.seconds + start) - 1
        label = format_timecode(link.start_frame + index, link.rate, drop=link.drop)
        assert text.splitlines()[2].split()[4] == label


@settings(max_examples=60, deadline=None)
@given(cuts())
def test_a_list_read_back_is_the_same_cut(made: tuple[Cut, dict[str, MediaLink]]) -> None:
    cut, media = made
    text = write_edl(cut, media)
    assert text == write_edl(cut, media)
    again = conform(read_edl(text), media)
    assert (again.name, again.rate, again.drop) == (cut.name, cut.rate, cut.drop)
    assert again.timecode(0) == cut.timecode(0) or again.timecode(0)[:2] in ("23", "24")  # past midnight
    for before, after in zip(cut.tracks[0].clips, again.tracks[0].clips, strict=True):
        same = ("asset", "record", "source", "speed", "transition")
        assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert sorted(one.range.start for one in again.markers) == sorted(one.range.start for one in cut.markers)


EXPECTED = {  # name: rate, events, record length in frames, first and last clip's name
    "25fps.edl": (PAL, 4, 496, "sq001_s001", "sq001_s004"),
    "avid_example.edl": (TWENTY_FOUR, 2, 81, "take_1", "take_2"),
    "cdl.edl": (TWENTY_FOUR, 2, 62, "ZZ100_501 (LAY3)", "ZZ100_501 (LAY3)"),
    "dissolve_test.edl": (TWENTY_FOUR, 4, 20, "clip_A", "clip_B"),
    "dissolve_test_2.edl": (TWENTY_FOUR, 4, 20, "clip_A", "clip_B"),
    "gap_test.edl": (TWENTY_FOUR, 3, 126, "shot1", "shot3"),
    "multi_audio.edl": (TWENTY_FOUR, 1, 81982, "AX", "AX"),
    "premiere_example.edl": (TWENTY_FOUR, 2, 81, "ZZ100_501.take_1.0001.exr", "ZZ100_502A.take_2.0101.exr"),
    "screening_example.edl": (TWENTY_FOUR, 9, 1049, "ZZ100_501 (LAY3)", "ZZ100_510B (LAY1)"),
    "transition_duration.edl": (TWENTY_FOUR, 5, 408, "", ""),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_other_programs_lists_are_read(name: str, shared_data: Path) -> None:
    rate, events, frames, first, last = EXPECTED[name]
    text = (shared_data / "timelines" / "edl" / name).read_text(encoding="utf-8")
    document = read_edl(text, rate, file=name)
    assert len(document.events) == events
    assert (document.events[0].name, document.events[-1].name) == (first, last)
    assert document.findings == ()
    assert conform(document).frames == frames


def test_every_list_at_hand_is_among_those_checked(shared_data: Path) -> None:
    assert {path.name for path in (shared_data / "timelines" / "edl").glob("*.edl")} == set(EXPECTED)


def test_dissolves_locators_and_channels_of_other_programs(shared_data: Path) -> None:
    folder = shared_data / "timelines" / "edl"
    dissolve = conform(read_edl((folder / "dissolve_test.edl").read_text(), TWENTY_FOUR))
    second = dissolve.tracks[0].clips[1]
    assert second.transition == Transition("dissolve", 10, 0)
    assert second.record == Range.of_ticks(9, 19, TWENTY_FOUR)
    assert second.source.start.frame(TWENTY_FOUR) == parse_timecode("01:00:08:08", TWENTY_FOUR)
    screening = conform(read_edl((folder / "screening_example.edl").read_text(), TWENTY_FOUR))
    assert [(one.colour, one.name) for one in screening.markers] == [
        ("RED", "ANIM FIX NEEDED"),
        ("PINK", "ANIM FIX NEEDED"),
        ("GREEN", ""),
    ]
    sound = read_edl((folder / "multi_audio.edl").read_text(), TWENTY_FOUR)
    assert sound.events[0].channels == ("A1", "A2", "A3")


def test_a_list_read_at_the_wrong_rate_says_so(shared_data: Path) -> None:
    text = (shared_data / "timelines" / "edl" / "25fps.edl").read_text()
    with pytest.raises(FormatError) as caught:
        read_edl(text, TWENTY_FOUR, file="25fps.edl")
    assert (caught.value.code, caught.value.at) == ("AP-FORMAT-022", "line 13")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "AP-FORMAT-020"),
        ("Dear editor,\nplease cut this.\n", "AP-FORMAT-020"),
        ("TITLE: X\n001 AX Q C 01:00:00:00 01:00:01:00 00:00:00:00 00:00:01:00\n", "AP-FORMAT-021"),
        ("TITLE: X\n001 AX V C 01:00:00:00 01:00:01:00 00:00:00:00\n", "AP-FORMAT-021"),
        ("TITLE: X\nM2 AX 12\n", "AP-FORMAT-021"),
        ("TITLE: X\n001 AX V C 01:00:00:00 01:00:61:00 00:00:00:00 00:00:01:00\n", "AP-FORMAT-022"),
    ],
)
def test_a_broken_list_is_a_coded_error(text: str, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_edl(text, TWENTY_FOUR)
    assert caught.value.code == code


def test_a_list_without_a_known_rate_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        read_edl("TITLE: X\n")
    assert caught.value.code == "AP-FORMAT-023"


def test_speed_changes_as_frames_a_second_and_zero_as_a_freeze() -> None:
    event = "001  AX V C 01:00:00:00 01:00:01:00 00:00:00:00 00:00:01:00\n"
    for fps, rate, speed in (
        ("012.0", TWENTY_FOUR, Fraction(1, 2)),
        ("000.0", TWENTY_FOUR, Fraction(0)),
        ("-024.0", TWENTY_FOUR, Fraction(-1)),
        ("47.952", FILM, Fraction(2)),
        ("048.0", FILM, Fraction(2)),
    ):
        document = read_edl(f"TITLE: X\n{event}M2   AX  {fps}  01:00:00:00\n", rate)
        assert document.events[0].speed == speed


def test_a_wipe_keeps_its_code_and_a_key_is_refused() -> None:
    text = "TITLE: X\n001 AX V W019 010 01:00:00:00 01:00:01:00 00:00:00:00 00:00:01:00\n"
    (track,) = conform(read_edl(text, TWENTY_FOUR)).tracks
    assert track.clips[0].transition == Transition("wipe", 10, 0, "019")
    with pytest.raises(FormatError) as caught:
        conform(read_edl(text.replace("W019", "K   "), TWENTY_FOUR))
    assert caught.value.code == "AP-FORMAT-030"


def test_grades_of_other_programs_lists_are_read(shared_data: Path) -> None:
    text = (shared_data / "timelines" / "edl" / "cdl.edl").read_text()
    clips = conform(read_edl(text, TWENTY_FOUR)).tracks[0].clips
    grade = Cdl((0.1, 0.2, 0.3), (1.0, -0.0122, 0.0305), (1.0, 0.0, 1.0), 0.9)
    assert [one.cdl for one in clips[:2]] == [grade, grade]


def test_picture_and_its_sound_share_an_event_and_other_sound_has_its_own() -> None:
    link = MediaLink(name="a.mov", url="f/a.mov", rate=PAL, frames=900)
    picture = shot(link, PAL, Fraction(2), 50)
    other = msgspec.structs.replace(picture, source=Range(Time(51, PAL), Time(101, PAL)))
    tracks = [
        CutTrack(name="V1", kind="video", clips=(picture,)),
        *(CutTrack(name=f"A{number}", kind="audio", clips=(picture,)) for number in (1, 2)),
        CutTrack(name="A3", kind="audio", clips=(other,)),
    ]
    cut = msgspec.structs.replace(cut_of(PAL, picture), tracks=tuple(tracks))
    media = {"a" * 64: link}
    document = read_edl(write_edl(cut, media, sound=("A1", "A2", "A3")))
    assert [event.channels for event in document.events] == [("V", "A1", "A2"), ("A3",)]
    again = conform(document, media)
    assert [(track.name, [(clip.record, clip.source) for clip in track.clips]) for track in again.tracks] == [
        (track.name, [(clip.record, clip.source) for clip in track.clips]) for track in cut.tracks
    ]
    assert [event.channels for event in read_edl(write_edl(cut, media, sound=("A3",))).events] == [
        ("V",),
        ("A1",),
    ]


def test_reels_are_eight_plain_letters_and_no_two_alike() -> None:
    links = {
        str(number) * 64: MediaLink(name=name, url=f"{number}/{name}", rate=PAL, frames=900, reel=reel)
        for number, (name, reel) in enumerate(
            [("A003C012_210101_R1AB.mov", None), ("A003C012_220202_R1AB.mov", None), ("東京.mov", None)]
            + [("x.mov", 'Roll "7"\n'), ("BL.mov", None)]
        )
    }
    clips = [
        msgspec.structs.replace(shot(link, PAL, Fraction(1), 25, 25 * number), asset=asset)
        for number, (asset, link) in enumerate(links.items())
    ]
    text = write_edl(cut_of(PAL, *clips), links)
    events = read_edl(text).events
    assert [event.reel for event in events] == ["A003C012", "A003C0_2", "REEL", "Roll7", "BL_2"]
    assert events[3].long_reel == 'Roll "7"\n'
    assert [clip.asset for clip in conform(read_edl(text), links).tracks[0].clips] == list(links)
    assert len(text.splitlines()) == len(text.split("\n")) - 1  # no name broke a line


def test_footage_that_is_not_there_is_named() -> None:
    link = MediaLink(name="a.mov", url="f/a.mov", rate=PAL, frames=900)
    document = read_edl(write_edl(cut_of(PAL, shot(link, PAL, Fraction(1), 25)), {"a" * 64: link}))
    with pytest.raises(FormatError) as caught:
        conform(document, {"b" * 64: MediaLink(name="b.mov", url="f/b.mov", rate=PAL, frames=900)})
    assert caught.value.code == "AP-FORMAT-028"
    with pytest.raises(FormatError) as caught:
        write_edl(cut_of(PAL, shot(link, PAL, Fraction(1), 25)), {})
    assert caught.value.code == "AP-FORMAT-026"


def test_a_timecode_changed_by_hand_outranks_the_exact_comment() -> None:
    rate, _, link = CASES["25 in 24"]
    text = write_edl(cut_of(rate, shot(link, rate, Fraction(1001, 48000), 24)), {"a" * 64: link})
    assert "* SOURCE TIME:" in text and "01:00:00:00 01:00:01:01" in text
    moved = text.replace("01:00:00:00 01:00:01:01", "01:00:02:00 01:00:03:00")
    clip = conform(read_edl(moved), {"a" * 64: link}).tracks[0].clips[0]
    assert clip.source.start == Time(50, PAL)


@given(st.text())
def test_any_name_is_one_line_and_comes_back(text: str) -> None:
    written = encoded(text)
    assert written == written.strip() and len(written.splitlines()) <= 1
    assert decoded(written) == text


def test_a_fifth_sound_track_is_named_and_not_lost_silently() -> None:
    link = MediaLink(name="a.wav", url="f/a.wav", rate=PAL, frames=900)
    clip = shot(link, PAL, Fraction(2), 50)
    names = tuple(f"A{number}" for number in range(1, 6))
    cut = msgspec.structs.replace(
        cut_of(PAL, clip),
        tracks=(
            CutTrack(name="V1", kind="video"),
            *(CutTrack(name=name, kind="audio", clips=(clip,)) for name in names),
        ),
    )
    text = write_edl(cut, {"a" * 64: link}, sound=names)
    assert "* SOUND TRACKS NOT LISTED: A5\n" in text
    again = conform(read_edl(text), {"a" * 64: link})
    assert [track.name for track in again.tracks] == ["A1", "A2", "A3", "A4"]
    assert all(track.clips[0].source == clip.source for track in again.tracks)


def test_a_dissolve_from_black_that_fills_its_gap_leaves_the_shot_before_it_alone() -> None:
    link = MediaLink(name="a.mov", url="f/a.mov", rate=PAL, frames=900)
    second = msgspec.structs.replace(
        shot(link, PAL, Fraction(4), 25, 32), transition=Transition("dissolve", 8, 7)
    )
    cut = cut_of(PAL, shot(link, PAL, Fraction(1), 25), second)
    again = conform(read_edl(write_edl(cut, {"a" * 64: link})), {"a" * 64: link})
    assert [(clip.record, clip.source, clip.transition) for clip in again.tracks[0].clips] == [
        (clip.record, clip.source, clip.transition) for clip in cut.tracks[0].clips
    ]
