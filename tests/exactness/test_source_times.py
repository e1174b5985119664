"""Exact source times from the rushes to the rendered film: not one frame off, whatever the file's clock."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
import opentimelineio as otio
import pytest
from coded_films import (
    CUT_RATES,
    FAST_NTSC,
    FILM,
    KINDS,
    MPEG_CLOCK,
    NTSC,
    RASTER,
    SHOTS,
    Footage,
    Kind,
    boundaries,
    cut_of,
    make,
    number_shown,
    read_footage,
    render,
    rendered_pictures,
    truth,
)

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.frames import rounds_a_grid
from answerprint.core.time import Range, Time
from answerprint.core.timecode import recount
from answerprint.departments.footage.shots.in_file import shots_of
from answerprint.formats.timelines.edl import conform, read_edl, write_edl
from answerprint.formats.timelines.model import MediaLink, frames_shown
from answerprint.formats.timelines.otio import read_otio, write_otio
from answerprint.media.probe import probe
from answerprint.pipeline.places import source_place

QUICK = ("23.976 mkv", "29.97 DF", "delayed variable", "rotated 270 variable")
OTHERS = tuple(name for name in KINDS if name not in QUICK)
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in OTHERS]
RETIMED = (Fraction(2), Fraction(1, 2), Fraction(-1), Fraction(0), Fraction(1), Fraction(25, 24))

Shelf = Callable[[str], Footage]


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """A file of a kind, made once."""
    folder = tmp_path_factory.mktemp("rushes")
    made: dict[str, Footage] = {}

    def of(name: str) -> Footage:
        if name not in made:
            made[name] = read_footage(make(folder, name), KINDS[name])
        return made[name]

    return of


def links(cut: Cut, used: dict[str, Footage]) -> dict[str, MediaLink]:
    return {one.asset.id: one.link(cut.rate) for one in used.values()}


def owner(used: dict[str, Footage], asset: str) -> Footage:
    return next(one for one in used.values() if one.asset.id == asset)


@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_files_hold_the_times_they_were_given(name: str, footage: Shelf) -> None:
    """The films are what they claim to be: late, uneven, or even, to the tick (to the millisecond in mkv)."""
    kind, one = KINDS[name], footage(name)
    given = kind.seconds
    if kind.container == "ts":  # written on a later clock, of 1/90000
        given = [time + one.times[0] - given[0] for time in given]
    coarse = {"mkv": Fraction(1, 2000), "ts": MPEG_CLOCK / 2}.get(kind.container, Fraction(0))
    assert len(one.times) == len(given)
    assert max(abs(time - asked) for time, asked in zip(one.times, given, strict=True)) <= coarse
    assert (one.times[0] > 0) == (kind.start > 0 or kind.container == "ts")
    video = one.asset.stream("video")
    assert video is not None
    assert (video.rotation, video.variable_rate) == (kind.rotation, len(kind.steps) > 1)
    assert (one.grid.rate, one.grid.count) == (kind.rate, len(given))
    assert one.damage == ()
    assert [one.grid.time_of(index).seconds for index in range(one.grid.count)] == one.times


@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_cuts_lie_on_the_first_picture_of_the_new_shot(name: str, footage: Shelf) -> None:
    one = footage(name)
    firsts = one.kind.shots
    assert boundaries(one) == [one.times[index] for index in firsts[1:]]
    assert [boundary.start.frame for boundary in one.shots.boundaries] == firsts[1:]
    assert [(boundary.start, boundary.end) for boundary in one.shots.boundaries] == [
        (boundary.start, boundary.start) for boundary in one.shots.boundaries
    ]
    assert [Fraction(shot.start.time) for shot in one.shots.shots] == [one.times[index] for index in firsts]
    assert Fraction(one.shots.shots[-1].end.time) > one.times[-1]


@pytest.mark.parametrize(
    ("name", "labels"),
    [  # counted by hand: two labels go at 01:01:00 at 29.97, four at 59.94
        ("29.97 DF", ["01:00:59;28", "01:01:01;07", "01:01:02;10", "01:01:03;22", "01:01:05;00"]),
        ("59.94 DF", ["01:00:59;58", "01:01:00;39", "01:01:01;12", "01:01:01;54", "01:01:02;32"]),
        ("59.94 DF halved", ["01:00:59;56", "01:01:00;37", "01:01:01;10", "01:01:01;52", "01:01:02;30"]),
    ],
)
def test_drop_frame_labels_of_shots_skip_what_the_minute_skips(
    name: str, labels: list[str], footage: Shelf
) -> None:
    one = footage(name)
    assert [shot.start.timecode for shot in one.shots.shots] == labels
    assert [
        source_place(one.asset, one.grid, Time.of_seconds(one.times[at])).timecode for at in SHOTS
    ] == labels


def kept_through_lists(used: dict[str, Footage], cut: Cut) -> int:
    """Conforms the cut from both lists; how many record frames were compared."""
    media = links(cut, used)
    edl, timeline = write_edl(cut, media), write_otio(cut, media, media_root="../..")
    checked = 0
    for again in (conform(read_edl(edl), media), read_otio(timeline)):
        assert (again.rate, again.drop, again.start_frame) == (cut.rate, cut.drop, cut.start_frame)
        for before, after in zip(cut.tracks[0].clips, again.tracks[0].clips, strict=True):
            one = owner(used, before.asset)
            assert (after.asset, after.record, after.speed) == (before.asset, before.record, before.speed)
            expected = truth(cut, before, one)
            assert frames_shown(after, cut.rate, media[before.asset]) == expected, before.name
            checked += len(expected)
    return checked


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("23.976 mkv", FILM),
        ("29.97 DF", NTSC),
        *(
            pytest.param(name, rate, marks=pytest.mark.slow)
            for name, rate in (
                ("23.976 ts", FILM),
                ("59.94 mkv", FAST_NTSC),
                ("59.94 DF", FAST_NTSC),
                ("delayed 29.97 mkv", NTSC),
                ("trimmed", NTSC),
            )
        ),
    ],
)
def test_a_clip_at_its_own_rate_shows_every_picture_once(
    name: str, rate: Fraction, footage: Shelf, tmp_path: Path
) -> None:
    """Nothing twice and nothing left out, also where the container rounds every timestamp; so in the list."""
    one = footage(name)
    assert one.grid.rounded == one.kind.rounded
    starts = (0, 7, 40)
    clips = tuple(
        Clip(
            id=str(start),
            asset=one.asset.id,
            record=Range.of_ticks(50 * number, 50 * number + 50, rate),
            source=Range(Time.of_seconds(one.times[start]), Time.of_seconds(one.times[start] + 50 / rate)),
        )
        for number, start in enumerate(starts)
    )
    cut = Cut(name="one to one", rate=rate, width=RASTER[0], height=RASTER[1])
    cut = msgspec.structs.replace(cut, tracks=(CutTrack(name="V1", kind="video", clips=clips),))
    expected = [picture for start in starts for picture in range(start, start + 50)]
    media = links(cut, {name: one})
    document = read_edl(write_edl(cut, media))
    assert [(event.source_out - event.source_in) for event in document.events] == [50, 50, 50]
    shown = [
        frames_shown(clip, rate, media[one.asset.id]) for clip in conform(document, media).tracks[0].clips
    ]
    assert [picture for clip in shown for picture in clip] == expected
    film = render(cut, {name: one}, tmp_path, longest=240)
    hidden = one.kind.trimmed[0]
    read = [number_shown(pixels, one.kind.size) for _, pixels in rendered_pictures(film)]
    assert read == [picture + hidden for picture in expected]


def test_a_rounded_clock_is_told_from_an_uneven_one() -> None:
    step = 1 / (FILM * Fraction(1, 1000))
    nearest = [round(step * number) for number in range(5000)]
    assert rounds_a_grid(nearest, step)
    assert rounds_a_grid([math.floor(step * number) for number in range(5000)], step)
    assert rounds_a_grid(nearest[:50] + nearest[57:], step)  # pictures were lost
    assert not rounds_a_grid([1001 * number for number in range(50)], Fraction(1001))  # nothing is rounded
    assert not rounds_a_grid([*nearest[:50], nearest[50] + 3], step)
    assert not rounds_a_grid([0], step)
    assert not rounds_a_grid([0, 2, 3, 5], Fraction(5, 3))  # a tick is more than half a picture


@pytest.mark.parametrize("rate", CUT_RATES)
@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_lists_conform_to_the_same_pictures(name: str, rate: str, footage: Shelf) -> None:
    used = {name: footage(name)}
    assert kept_through_lists(used, cut_of(used, rate)) >= 2 * 70


@pytest.mark.parametrize("rate", CUT_RATES)
def test_retimed_clips_conform_to_the_same_pictures(rate: str, footage: Shelf) -> None:
    used = {name: footage(name) for name in QUICK}
    assert kept_through_lists(used, cut_of(used, rate, RETIMED)) >= 2 * 300


@pytest.mark.parametrize("rate", CUT_RATES)
def test_other_programs_find_the_first_picture_of_every_clip(rate: str, footage: Shelf) -> None:
    """As one that knows nothing of our notes reads them: source timecode less the media's own start."""
    used = {name: footage(name) for name in QUICK}
    cut = cut_of(used, rate)
    media = links(cut, used)
    expected = [truth(cut, clip, owner(used, clip.asset))[0] for clip in cut.tracks[0].clips]
    starts = [media[clip.asset].start_frame for clip in cut.tracks[0].clips]
    timeline = otio.adapters.read_from_string(write_otio(cut, media), "otio_json")
    clips = list(timeline.find_clips())
    assert [
        clip.source_range.start_time.value - clip.media_reference.available_range.start_time.value
        for clip in clips
    ] == expected
    assert [clip.media_reference.available_range.start_time.value for clip in clips] == starts
    events = read_edl(write_edl(cut, media)).events
    assert [event.source_in - start for event, start in zip(events, starts, strict=True)] == expected
    record = [(event.record_in - cut.start_frame, event.record_out - cut.start_frame) for event in events]
    assert record == [(clip.record.start.ticks, clip.record.end.ticks) for clip in cut.tracks[0].clips]


def test_a_bare_list_of_drop_frame_material_conforms_without_our_notes(footage: Shelf) -> None:
    """Where cut and material have one rate and clips begin on pictures, timecode alone says it all."""
    used = {"29.97 DF": footage("29.97 DF")}
    cut = cut_of(used, "29.97 DF")
    media = links(cut, used)
    bare = re.sub(r"^\* (?!FROM CLIP NAME).*\n", "", write_edl(cut, media), flags=re.M)
    assert "SOURCE TIME" not in bare and "RATE" not in bare
    again = conform(read_edl(bare, cut.rate), media)
    assert again.timecode(0) == cut.timecode(0)
    for before, after in zip(cut.tracks[0].clips, again.tracks[0].clips, strict=True):
        shown = frames_shown(after, cut.rate, media[before.asset])
        assert shown == truth(cut, before, footage("29.97 DF"))


def shown_as_meant(used: dict[str, Footage], cut: Cut, folder: Path, longest: int) -> int:
    """Renders the cut and reads the number of every picture; how many were read."""
    film = render(cut, used, folder, longest)
    expected: list[tuple[Footage | None, int | None]] = [(None, None)] * cut.frames
    for clip in cut.tracks[0].clips:
        one = owner(used, clip.asset)
        for place, index in enumerate(truth(cut, clip, one), start=clip.record.start.ticks):
            expected[place] = one, index
    read = 0
    for place, (time, pixels) in enumerate(rendered_pictures(film)):
        assert time == Fraction(place) / cut.rate
        assert pixels.shape[:2] == RASTER[::-1]
        one, index = expected[place]
        if one is None:
            assert pixels.max() < 40  # black between two clips
        else:
            assert index is not None
            assert number_shown(pixels, one.kind.size) == index + one.kind.trimmed[0], f"record frame {place}"
        read += 1
    assert read == cut.frames
    found = probe(film)
    assert found.timecode is not None
    assert (found.timecode.label, found.timecode.frame) == (cut.timecode(0), cut.start_frame)
    return read


@pytest.mark.parametrize(
    "rate", ["29.97 DF", *(pytest.param(one, marks=pytest.mark.slow) for one in list(CUT_RATES)[:-1])]
)
def test_every_rendered_picture_is_the_one_meant(rate: str, footage: Shelf, tmp_path: Path) -> None:
    """All in one film, shots split into short segments as the renderer splits long ones."""
    used = {name: footage(name) for name in QUICK}
    assert shown_as_meant(used, cut_of(used, rate), tmp_path, longest=6) >= 300


@pytest.mark.slow
@pytest.mark.parametrize("rate", CUT_RATES)
@pytest.mark.parametrize("name", OTHERS)
def test_every_kind_of_file_is_rendered_right(name: str, rate: str, footage: Shelf, tmp_path: Path) -> None:
    used = {name: footage(name)}
    assert shown_as_meant(used, cut_of(used, rate), tmp_path, longest=240) >= 70


@pytest.mark.slow
def test_retimed_clips_are_rendered_right(footage: Shelf, tmp_path: Path) -> None:
    used = {name: footage(name) for name in QUICK}
    assert shown_as_meant(used, cut_of(used, "23.976", RETIMED), tmp_path, longest=240) >= 300


def test_someone_elses_late_file_keeps_its_times(shared_data: Path, tmp_path: Path) -> None:
    """delayed_start.mp4: 24 pictures of 25 a second, the first at tick 13760 of 12800."""
    path = shared_data / "video" / "delayed_start.mp4"
    one = read_footage(path, Kind("mp4", Fraction(25)))
    assert one.times == [Fraction(13_760 + 512 * index, 12_800) for index in range(24)]
    document = shots_of(path)
    assert Fraction(document.shots[0].start.time) == one.times[0]
    assert document.shots[0].start.frame == 0
    assert one.grid.first.seconds == Fraction(13_760, 12_800)
    assert [one.grid.index_at(Time.of_seconds(time)) for time in one.times] == list(range(24))


def test_a_camera_that_counts_every_second_picture_has_a_label_for_each(footage: Shelf) -> None:
    one = footage("59.94 DF halved")
    assert one.asset.timecode is not None
    assert (one.asset.timecode.label, one.asset.timecode.rate) == ("01:00:59;28", NTSC)
    link = one.link(Fraction(24))
    assert (link.start_frame, link.rate, link.drop) == (2 * (107_892 + 1798), FAST_NTSC, True)
    cut = cut_of({"a": one}, "24")
    assert kept_through_lists({"a": one}, cut) >= 2 * 70


@pytest.mark.parametrize(
    ("rate", "drop", "to", "drops"),
    [
        (NTSC, True, FAST_NTSC, True),
        (Fraction(25), False, Fraction(50), False),
        (FILM, False, 2 * FILM, False),
    ],
)
def test_twice_the_rate_is_twice_the_count(rate: Fraction, drop: bool, to: Fraction, drops: bool) -> None:
    """Drop-frame drops twice as many labels at twice the rate, so every label begins at twice its frame."""
    for frame in (0, 1, 1798, 1799, 1800, 1801, 17_981, 17_982, 107_892, 2_589_407):
        assert recount(frame, rate, drop, to) == (2 * frame, drops)
        assert recount(2 * frame + 1, to, drops, rate) == (frame, drop)
    assert recount(-5, rate, drop, to) == (-10, drops)


def test_a_label_keeps_its_reading_where_the_other_rate_cannot_drop() -> None:
    assert recount(107_892 + 1798, NTSC, True, Fraction(30)) == (3600 * 30 + 59 * 30 + 28, False)
    assert recount(108_000, NTSC, False, Fraction(30)) == (108_000, False)
