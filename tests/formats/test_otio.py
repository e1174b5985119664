"""OTIO documents: exact round trips, other programs' files, and what a person changed in between."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import msgspec
import opentimelineio as otio
import pytest
from hypothesis import given, settings
from made_up_cuts import cuts

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.core.timecode import RATES, nominal
from answerprint.formats.timelines.edl import conform, read_edl
from answerprint.formats.timelines.model import MediaLink, frames_shown, source_of
from answerprint.formats.timelines.otio import read_otio, write_otio

FILM, PAL, TWENTY_FOUR = Fraction(24000, 1001), Fraction(25), Fraction(24)
LINK = MediaLink(
    name="A003C012.mov",
    url="footage/card 1/A003C012.mov",
    rate=PAL,
    frames=5000,
    start_frame=10 * 3600 * 25,
    first=Time(1001, Fraction(30000)),
    reel="A003",
)


def a_cut(rate: Fraction = FILM, drop: bool = False) -> Cut:
    def clip(at: int, frames: int, start: Fraction, **more: object) -> Clip:
        return Clip(
            id=f"slot{at}",
            asset="a" * 64,
            record=Range.of_ticks(at, at + frames, rate),
            source=source_of(Time.of_seconds(start), frames, rate, Fraction(1)),
            name=f'he said "go"\n{at}',
            **more,  # type: ignore[arg-type]
        )

    picture = (
        clip(0, 48, Fraction(2), lines=("1f",), link="a", reason="take 2: every word", locked=True),
        clip(48, 50, Fraction(1001, 240), transition=Transition("dissolve", 12, 5)),
        clip(110, 24, Fraction(9), muted=True),
    )
    sound = (clip(0, 98, Fraction(2), channels=(0, 1), gain_db=-4.25, link="a"),)
    return Cut(
        name="Зима",
        rate=rate,
        drop=drop,
        start_frame=3600 * nominal(rate),
        width=1280,
        height=720,
        tracks=(
            CutTrack(name="V1", kind="video", clips=picture),
            CutTrack(name="A1", kind="audio", clips=sound, role="dialogue"),
            CutTrack(name="A2", kind="audio", clips=sound, role="scratch", muted=True),
        ),
        markers=(Marker(Range.of_ticks(24, 25, rate), "check", "eyeline", "GREEN"),),
        metadata={"version": 3},
    )


@settings(max_examples=60, deadline=None)
@given(cuts())
def test_a_document_read_back_is_the_same_cut(made: tuple[Cut, dict[str, MediaLink]]) -> None:
    cut, media = made
    text = write_otio(cut, media)
    assert read_otio(text) == cut
    assert write_otio(cut, media) == text
    for before, after in zip(cut.tracks[0].clips, read_otio(text).tracks[0].clips, strict=True):
        link = media[before.asset]
        assert frames_shown(after, cut.rate, link) == frames_shown(before, cut.rate, link)


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
def test_every_rate_comes_back_exact(rate: Fraction) -> None:
    cut = a_cut(rate)
    assert read_otio(write_otio(cut, {"a" * 64: LINK})) == cut


def test_other_programs_see_whole_frames_in_the_medias_own_timecode() -> None:
    """Read with the OTIO library alone, as an editing program would."""
    timeline = otio.adapters.read_from_string(
        write_otio(a_cut(), {"a" * 64: LINK}, media_root="../.."), "otio_json"
    )
    picture, sound, scratch = timeline.tracks
    first = picture[0]
    assert timeline.global_start_time == otio.opentime.RationalTime(86400, 24000 / 1001)
    assert first.source_range.start_time == otio.opentime.RationalTime(
        10 * 3600 * 25 + (Fraction(2) - LINK.first.seconds) * 25 // 1, 25
    )
    assert first.source_range.duration == otio.opentime.RationalTime(48, 24000 / 1001)
    assert first.media_reference.available_range.start_time.to_timecode() == "10:00:00:00"
    assert first.media_reference.available_range.duration == otio.opentime.RationalTime(5000, 25)
    assert first.media_reference.target_url == "../../footage/card%201/A003C012.mov"
    assert isinstance(picture[1], otio.schema.Transition)
    assert (picture[1].in_offset.value, picture[1].out_offset.value) == (5, 7)
    assert isinstance(picture[3], otio.schema.Gap) and picture[3].duration().value == 12
    assert picture.duration().value == 134
    assert not picture[4].enabled
    assert (sound.enabled, scratch.enabled) == (True, False)
    marker = timeline.tracks.markers[0]
    assert (marker.marked_range.start_time.value, marker.color, marker.comment) == (24, "GREEN", "eyeline")
    assert sound[0].metadata["answerprint"]["clip"]["gain_db"] == -4.25


def test_no_absolute_path_and_no_clock_is_written() -> None:
    text = write_otio(a_cut(), {"a" * 64: LINK})
    urls = re.findall(r'"target_url": "([^"]*)"', text)
    assert urls and not any(url.startswith(("/", "file:")) for url in urls)
    assert not re.search(r"20\d\d-\d\d-\d\d", text)
    json.loads(text)


def test_a_speed_change_and_a_freeze_are_effects_others_know() -> None:
    cut = a_cut()
    half, freeze = (
        msgspec.structs.replace(clip, speed=speed, transition=None)
        for clip, speed in zip(cut.tracks[0].clips[:2], (Fraction(1, 2), Fraction(0)), strict=True)
    )
    cut = msgspec.structs.replace(cut, tracks=(CutTrack(name="V1", kind="video", clips=(half, freeze)),))
    text = write_otio(cut, {"a" * 64: LINK})
    one, other = otio.adapters.read_from_string(text, "otio_json").tracks[0]
    assert one.effects[0].time_scalar == 0.5
    assert isinstance(other.effects[0], otio.schema.FreezeFrame)
    assert read_otio(text) == cut


def test_a_clip_slipped_and_trimmed_elsewhere_is_read_as_it_is_seen() -> None:
    cut = a_cut()
    timeline = otio.adapters.read_from_string(write_otio(cut, {"a" * 64: LINK}), "otio_json")
    clip = timeline.tracks[0][0]
    clip.source_range = otio.opentime.TimeRange(
        clip.source_range.start_time + otio.opentime.RationalTime(10, 25),
        otio.opentime.RationalTime(40, clip.source_range.duration.rate),
    )
    timeline.name = "Fine cut"
    again = read_otio(timeline.to_json_string())
    first, second = again.tracks[0].clips[:2]
    assert again.name == "Fine cut"
    assert first.record == Range.of_ticks(0, 40, FILM)
    assert first.source == source_of(Time.of_seconds(Fraction(2) + Fraction(10, 25)), 40, FILM, Fraction(1))
    assert (first.locked, first.lines, first.reason) == (True, ("1f",), "take 2: every word")
    assert second.source == cut.tracks[0].clips[1].source
    assert second.record == Range.of_ticks(40, 90, FILM)


NESTED = ("nested_example.otio", "premiere_example.otio")
FADES = {"clip_example.otio": 1, "transition_test.otio": 1}  # fades to black, counted by eye


def documents(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.otio") if path.name not in NESTED)


def test_other_programs_documents_are_read_as_the_otio_library_lays_them_out(shared_data: Path) -> None:
    folder = shared_data / "timelines" / "otio"
    for name in documents(folder):
        text = (folder / name).read_text(encoding="utf-8")
        cut = read_otio(text, file=name)
        theirs = otio.adapters.read_from_string(
            re.sub(r'"color":\s*\{[^{}]*\}', '"color": "RED"', text).replace("Marker.3", "Marker.2"),
            "otio_json",
        )
        assert cut.rate == 24, name
        assert len(cut.tracks) == len(theirs.tracks), name
        for ours, track in zip(cut.tracks, theirs.tracks, strict=True):
            expected = [
                (range_.start_time.value, range_.end_time_exclusive().value)
                for clip in track.find_clips(shallow_search=True)
                for range_ in [clip.range_in_parent()]
            ]
            window = track.source_range
            offset = window.start_time.value if window and window.start_time.value == -7 else 0
            assert [(clip.record.start.ticks, clip.record.end.ticks) for clip in ours.clips] == [
                (start - offset, end - offset) for start, end in expected
            ], name
        if name != "effects.otio":
            assert not cut.metadata.get("not_read"), name
            fades = [clip for ours in cut.tracks for clip in ours.clips if clip.fade_out is not None]
            assert len(fades) == FADES.get(name, 0), name
    assert any(
        "effect" in loss for loss in read_otio((folder / "effects.otio").read_text()).metadata["not_read"]
    )


def test_timelines_nested_as_stacks_of_tracks_are_read(shared_data: Path) -> None:
    cut = read_otio((shared_data / "timelines" / "otio" / "premiere_example.otio").read_text())
    nested = [clip for track in cut.tracks for clip in track.clips if clip.nested is not None]
    assert [one.name for one in nested] == [
        "sc01_sh010_anim"
    ] * 2  # Premiere wrote them without their content


def test_what_lies_in_a_stack_or_a_track_without_a_track_of_its_own_is_read(shared_data: Path) -> None:
    """Counted by eye in the file: a stack that holds a clip, one under an effect, and a track in a track."""
    name = "nested_example.otio"
    cut = read_otio((shared_data / "timelines" / "otio" / name).read_text(), file=name)
    (track,) = cut.tracks
    assert [(clip.name, clip.record.duration.ticks) for clip in track.clips] == [
        ("Normal Clip 1", 238),
        ("Nested Stack 1", 31),
        ("Normal Clip 2", 33),
        ("Nested Stack 2 (with effects)", 29),
        ("Normal Clip 3", 63),
        ("Nested Track", 4),
        ("Normal Clip 4", 238),
    ]
    inside = [clip.nested for clip in track.clips if clip.nested is not None]
    assert [
        [(one.name, one.source.start.frame(TWENTY_FOUR)) for one in cut.tracks[0].clips] for cut in inside
    ] == [
        [("Clip Inside A Stack 1", 373)],
        [("Clip Inside A Stack 2", 429)],
        [("Clip Inside A Track", 471)],
    ]


def test_a_timeline_nested_without_end_is_refused() -> None:
    inner = '{"OTIO_SCHEMA": "Clip.1", "name": "c"}'
    deep = '{"OTIO_SCHEMA": "Stack.1", "name": "s", "children": [' * 5000 + inner + "]}" * 5000
    with pytest.raises(FormatError) as caught:
        read_otio(f'{{"OTIO_SCHEMA": "Timeline.1", "name": "t", "tracks": {deep}}}', file="x.otio")
    assert caught.value.code in ("AP-FORMAT-042", "AP-FORMAT-043")


REFERENCE = '{"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "S"}'


@pytest.mark.parametrize(
    "inside",
    [
        REFERENCE,
        REFERENCE.replace("Ser", "\\u0053er"),
        REFERENCE.replace("Ref", "\\u0052ef"),
        f'{{"OTIO_SCHEMA": "Track.1", "name": "v", "kind": "Video", "children": [{REFERENCE}]}}',
        REFERENCE.replace('"id": "S"', '"id": "S", "id": "T"'),
        REFERENCE.replace('"id": "S"', '"id": "T", "id": "S"'),
    ],
)
def test_a_timeline_that_holds_itself_is_refused(inside: str) -> None:
    """OpenTimelineIO's own parser ends the program over these."""
    stack = f'{{"OTIO_SCHEMA": "Stack.1", "name": "s", "OTIO_REF_ID": "S", "children": [{inside}]}}'
    with pytest.raises(FormatError) as caught:
        read_otio(f'{{"OTIO_SCHEMA": "Timeline.1", "name": "t", "tracks": {stack}}}', file="x.otio")
    assert (caught.value.code, caught.value.file) == ("AP-FORMAT-042", "x.otio")


def test_media_that_two_clips_share_by_reference_is_no_circle() -> None:
    track = otio.schema.Track(name="V1", kind="Video")
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(5, 24))
    media = otio.schema.ExternalReference(target_url="a.mov")
    track.extend(otio.schema.Clip(name=name, source_range=span, media_reference=media) for name in "ab")
    timeline = otio.schema.Timeline(name="t")
    timeline.tracks.append(track)
    document = timeline.to_json_string()
    first, second = (at.start() for at in re.finditer('"OTIO_SCHEMA": "ExternalReference.1"', document))
    shared = document[:second] + '"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "M",' + document[second:]
    shared = shared[:first] + '"OTIO_REF_ID": "M", ' + shared[first:]
    assert [clip.name for clip in read_otio(shared).tracks[0].clips] == ["a", "b"]


def test_notes_of_a_nested_timeline_stay_in_it() -> None:
    note = Marker(Range.of_ticks(7, 8, PAL), "here", "inside")
    inside = msgspec.structs.replace(a_cut(PAL), markers=(note,), metadata={}, name="inside")
    holder = Clip(
        id="n", asset="", record=Range.of_ticks(0, 20, PAL), source=Range.of_ticks(3, 23, PAL), nested=inside
    )
    cut = msgspec.structs.replace(
        a_cut(PAL), tracks=(CutTrack(name="V1", kind="video", clips=(holder,)),), markers=()
    )
    assert read_otio(write_otio(cut, {"a" * 64: LINK})) == cut


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"rate": "24000/1001"', '"rate": "0"'),
        ('"rate": "24000/1001"', '"rate": "film"'),
        ('"rate": 23.976023976023978', '"rate": 0.0'),
        ('"value": 48.0', '"value": -48.0'),
        ('"value": 48.0', '"value": NaN'),
        ('"clip": {', '"clip": {"gain_db": "loud",'),
        ('"width": 1280', '"width": "wide"'),
    ],
)
def test_a_value_that_cannot_be_is_a_coded_error(old: str, new: str) -> None:
    text = write_otio(a_cut(), {"a" * 64: LINK})
    assert old in text
    with pytest.raises(FormatError) as caught:
        read_otio(text.replace(old, new), file="x.otio")
    assert caught.value.code in ("AP-FORMAT-040", "AP-FORMAT-661")


def test_two_formats_of_one_film_agree(shared_data: Path) -> None:
    """The screening list exists as EDL and as OTIO, both made by other people."""
    folder = shared_data / "timelines"
    listed = conform(read_edl((folder / "edl" / "screening_example.edl").read_text(), TWENTY_FOUR))
    document = read_otio((folder / "otio" / "screening_example.otio").read_text())
    assert [clip.record for clip in document.tracks[0].clips] == [
        clip.record for clip in listed.tracks[0].clips
    ]
    assert [clip.source.duration for clip in document.tracks[0].clips] == [
        clip.source.duration for clip in listed.tracks[0].clips
    ]


@pytest.mark.parametrize("rounded", [23.976, 23.98, 23.976023976, 29.97, 59.94, 47.952, 119.88])
def test_rounded_rates_of_others_snap(rounded: float) -> None:
    timeline = otio.schema.Timeline(name="x", global_start_time=otio.opentime.RationalTime(0, rounded))
    track = otio.schema.Track(name="V1", kind="Video")
    for _ in range(3):
        track.append(
            otio.schema.Clip(
                name="c",
                source_range=otio.opentime.TimeRange(
                    otio.opentime.RationalTime(7, rounded), otio.opentime.RationalTime(11, rounded)
                ),
            )
        )
    timeline.tracks.append(track)
    cut = read_otio(timeline.to_json_string())
    exact = Fraction(round(rounded * 1.001) * 1000, 1001)
    assert cut.rate == exact
    assert [clip.record for clip in cut.tracks[0].clips] == [
        Range.of_ticks(start, start + 11, exact) for start in (0, 11, 22)
    ]
    assert cut.tracks[0].clips[2].source.start == Time(7, exact)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "AP-FORMAT-040"),
        ("{no json", "AP-FORMAT-040"),
        ('{"a": 1}', "AP-FORMAT-040"),
        ('{"OTIO_SCHEMA": "Clip.2"}', "AP-FORMAT-040"),
        ('{"OTIO_SCHEMA": "Timeline.99"}', "AP-FORMAT-041"),
    ],
)
def test_what_is_no_timeline_is_a_coded_error(text: str, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_otio(text, file="x.otio")
    assert caught.value.code == code


def test_a_clip_without_its_media_is_a_coded_error() -> None:
    with pytest.raises(FormatError) as caught:
        write_otio(a_cut(), {})
    assert caught.value.code == "AP-FORMAT-026"
