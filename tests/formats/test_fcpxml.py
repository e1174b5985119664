"""FCPXML: elements in the order Final Cut Pro asks for, native where it has a form, exact on the way back."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from made_up_cuts import cuts, media_links, speeds
from rich_cuts import rich_cut

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.core.timecode import RATES
from answerprint.formats.timelines.comparing import compare
from answerprint.formats.timelines.fcpxml import write_fcpxml
from answerprint.formats.timelines.fcpxml_document import LARGEST_DENOMINATOR, time_text
from answerprint.formats.timelines.fcpxml_media import path_url
from answerprint.formats.timelines.fcpxml_reading import read_fcpxml
from answerprint.formats.timelines.model import MediaLink, TimelineFile, source_of
from answerprint.formats.timelines.xmeml_media import local_path

replace = msgspec.structs.replace
PAL, NTSC = Fraction(25), Fraction(30000, 1001)
BROADCAST = [RATES[one] for one in ("23.976", "24", "25", "29.97", "30", "50", "59.94", "60")]

# --- the content models of Apple's FCPXML 1.11 DTD, of the elements that are written here ------------------

_ANCHORED = "(asset-clip |ref-clip |spine )*"
_CLIP = f"(note )?(conform-rate )?(timeMap )?(adjust-volume )?{_ANCHORED}(marker )*"
CHILDREN = {
    "fcpxml": "resources library ",
    "resources": "(asset |effect |format |media )*",
    "library": "(event )*",
    "event": "(project )*",
    "project": "sequence ",
    "media": "sequence ",
    "sequence": "(note )?spine (metadata )?",
    "spine": "(asset-clip |ref-clip |gap |transition )*",
    "asset": "(media-rep )+(metadata )?",
    "metadata": "(md )*",
    "asset-clip": _CLIP + "(audio-channel-source )*(metadata )?",
    "ref-clip": _CLIP + "(metadata )?",
    "gap": f"(note )?{_ANCHORED}(marker )*(metadata )?",
    "transition": "(filter-video )?(filter-audio )?(marker )*(metadata )?",
    "timeMap": "(timept )*",
    "audio-channel-source": "(adjust-volume )?",
}
_PLACED = {"lane", "offset", "name", "start", "duration", "enabled"}
ATTRIBUTES = {  # all that are allowed; those asked for are marked
    "fcpxml": {"version!"},
    "format": {"id!", "name", "frameDuration", "width", "height"},
    "asset": {
        *("id!", "name", "start", "duration", "hasVideo", "format", "hasAudio"),
        *("videoSources", "audioSources", "audioChannels", "audioRate"),
    },
    "media-rep": {"kind", "src!"},
    "effect": {"id!", "name", "uid!"},
    "media": {"id!", "name"},
    "event": {"name"},
    "project": {"name"},
    "sequence": {"format!", "duration", "tcStart", "tcFormat", "audioLayout", "audioRate"},
    "spine": {"lane", "offset"},
    "asset-clip": _PLACED
    | {"ref!", "srcEnable", "audioStart", "audioDuration", "tcFormat", "audioRole", "videoRole"},
    "ref-clip": _PLACED - {"duration"} | {"duration!", "ref!", "srcEnable", "audioStart", "audioDuration"},
    "gap": {"name", "offset", "start", "duration!"},
    "transition": {"name", "offset", "duration!"},
    "filter-video": {"ref!", "name"},
    "filter-audio": {"ref!", "name"},
    "conform-rate": {"scaleEnabled", "srcFrameRate"},
    "timeMap": {"frameSampling"},
    "timept": {"time!", "value!", "interp"},
    "marker": {"start!", "duration", "value!", "note"},
    "audio-channel-source": {"srcCh!", "role", "enabled", "active"},
    "adjust-volume": {"amount"},
    "md": {"key!", "value"},
}
CHOICES = {
    "tcFormat": {"DF", "NDF"},
    "srcEnable": {"audio", "video"},
    "enabled": {"0"},
    "interp": {"linear"},
    "srcFrameRate": {"23.98", "24", "25", "29.97", "30", "60", "47.95", "48", "50", "59.94"},
    "audioRate": {"32k", "44.1k", "48k", "88.2k", "96k", "176.4k", "192k"},
}
TIMES = ("offset", "start", "duration", "tcStart", "audioStart", "audioDuration", "time", "frameDuration")
STORY = ("asset-clip", "ref-clip", "gap")


def check(data: bytes) -> None:
    """A document against the tables, its references, its numbers, and the sequences' frame boundaries."""
    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE fcpxml>\n")
    root = etree.fromstring(data)
    ids = [one.get("id") for one in root.iterfind("resources/*")]
    assert len(ids) == len(set(ids))
    for one in root.iter():
        inside = "".join(f"{child.tag} " for child in one)
        assert re.fullmatch(CHILDREN.get(one.tag, ""), inside), (one.tag, inside)
        known = {name.rstrip("!") for name in ATTRIBUTES.get(one.tag, ())}
        asked = {name[:-1] for name in ATTRIBUTES.get(one.tag, ()) if name.endswith("!")}
        assert asked <= set(one.attrib) <= known, (one.tag, dict(one.attrib))
        for name, value in one.attrib.items():
            if name in ("ref", "format"):
                assert value in ids
            if one.tag != "asset" or name != "audioRate":
                assert value in CHOICES.get(name, {value}), (name, value)
            if name in TIMES or (name == "value" and one.tag == "timept"):
                match = re.fullmatch(r"-?(\d+)(?:/(\d+))?s", value)
                assert match and int(match[1]) < 2**63 and int(match[2] or 1) <= LARGEST_DENOMINATOR
    formats = {one.get("id"): one for one in root.iterfind("resources/format")}
    for sequence in root.iter("sequence"):
        frame = seconds(formats[sequence.get("format")].get("frameDuration"))
        spine = sequence.find("spine")
        at = seconds(sequence.get("tcStart"))
        for one in spine:
            if one.tag in STORY:  # one after the other, without holes
                assert seconds(one.get("offset")) == at
                at += seconds(one.get("duration"))
        assert at - seconds(sequence.get("tcStart")) == seconds(sequence.get("duration"))
        on_frames(spine, Fraction(0), frame)


def on_frames(parent: Any, begins: Fraction, frame: Fraction) -> None:
    for one in parent:
        if one.tag not in (*STORY, "spine", "transition"):
            continue
        assert ((seconds(one.get("offset")) - begins) / frame).denominator == 1, dict(one.attrib)
        if one.tag != "spine":
            assert (seconds(one.get("duration")) / frame).denominator == 1
        on_frames(one, Fraction(0) if one.tag == "spine" else seconds(one.get("start", "0s")), frame)


def seconds(text: str) -> Fraction:
    return Fraction(text.removesuffix("s"))


def element(data: bytes, path: str, number: int = 0) -> Any:
    return etree.fromstring(data).findall(f".//{path}")[number]


def without_notes(data: bytes) -> bytes:
    root = etree.fromstring(data)
    for one in list(root.iter("md")):
        if one.get("key").startswith("com.answerprint"):
            one.getparent().remove(one)
    return etree.tostring(root)


def note_of(one: Any) -> Any:
    return json.loads(
        next(md.get("value") for md in one.iterfind("metadata/md") if "answerprint" in md.get("key"))
    )


# --- what is written ---------------------------------------------------------------------------------------


def one_clip(at: int = 0, length: int = 40, start: Fraction = Fraction(4), **more: Any) -> Clip:
    rate, speed = more.pop("rate", PAL), more.get("speed", Fraction(1))
    return Clip(
        **{
            "id": f"c{at}",
            "asset": "a",
            "record": Range.of_ticks(at, at + length, rate),
            "source": source_of(Time.of_seconds(start), length, rate, speed),
            "name": "c",
            **more,
        }
    )


def cut_of(*clips: Clip, kind: Any = "video", rate: Fraction = PAL, **more: Any) -> Cut:
    track = CutTrack(name="V1" if kind == "video" else "A1", kind=kind, clips=clips)
    return Cut(**{"name": "c", "rate": rate, "tracks": (track,), **more})


def media_of(rate: Fraction = PAL, **more: Any) -> dict[str, MediaLink]:
    return {"a": MediaLink(**{"name": "a.mov", "url": "a.mov", "rate": rate, "frames": 900, **more})}


@pytest.mark.parametrize("rate", BROADCAST, ids=str)
def test_a_cut_with_everything_is_valid_and_comes_back_exactly(rate: Fraction) -> None:
    cut, media = rich_cut(rate)
    data = write_fcpxml(cut, media)
    check(data)
    found = read_fcpxml(data)
    assert found.losses == ()
    assert found.cut.tracks[0].clips[-1].nested is not None
    assert {asset: link.name for asset, link in found.media.items()} == {
        asset: link.name for asset, link in media.items()
    }
    assert compare(TimelineFile(cut=cut, media=media), found) == ()
    for mine, other in zip(cut.tracks, found.cut.tracks, strict=True):
        assert (mine.name, mine.muted, mine.role) == (other.name, other.muted, other.role)
        for one, two in zip(mine.clips, other.clips, strict=True):
            assert replace(one, nested=None, link=None) == replace(two, nested=None, link=None)


@given(made=cuts())
@settings(max_examples=60, deadline=None)
def test_every_made_up_cut_is_valid(made: tuple[Cut, dict[str, MediaLink]]) -> None:
    check(write_fcpxml(*made))


@st.composite
def layered(draw: st.DrawFn) -> tuple[Cut, dict[str, MediaLink]]:
    """Cuts of several tracks: links, split edits, channels, fades, wipes, nested cuts, things disabled."""
    rate = draw(st.sampled_from(BROADCAST))
    media = {f"{n}": draw(media_links(n)) for n in range(2)}
    media = {
        asset: replace(
            link,
            name=f"{asset} {link.name}",
            channels=draw(st.integers(0, 4)),
            picture=draw(st.booleans()),
        )
        for asset, link in media.items()
    }
    inside = cut_of(
        one_clip(0, 30, start=media["0"].first.seconds + 1, asset="0", rate=rate),
        kind=draw(st.sampled_from(["video", "audio"])),
        rate=rate,
    )
    tracks: list[CutTrack] = []
    for number in range(draw(st.integers(1, 5))):
        kind: Any = draw(st.sampled_from(["video", "audio"]))
        clips: list[Clip] = []
        at = 0
        for index in range(draw(st.integers(0, 4))):
            at += draw(st.sampled_from([0, 0, 5]))
            length = draw(st.integers(1, 30))
            asset = draw(st.sampled_from(["0", "1"]))
            nested = inside if draw(st.integers(0, 5)) == 0 else None
            first = Fraction(0) if nested else media[asset].first.seconds
            start = first + 1 + at / rate  # so that clips of one place are in step
            way = st.builds(
                Transition, st.sampled_from(["dissolve", "wipe"]), st.integers(1, 12), st.integers(0, 4)
            )
            clips.append(
                one_clip(
                    at,
                    length,
                    start,
                    id=f"{number}.{index}",
                    rate=rate,
                    asset="" if nested else asset,
                    nested=nested,
                    speed=draw(speeds),
                    link=draw(st.sampled_from([None, "L1", "L2"])),
                    channels=draw(st.sampled_from([(), (0,), (1,), (0, 1)])) if kind == "audio" else (),
                    stream=draw(st.sampled_from([None, 1, 2])),
                    muted=draw(st.booleans()),
                    gain_db=draw(st.sampled_from([0.0, -3.5, 1e-7])) if kind == "audio" else 0.0,
                    transition=draw(st.none() | way),
                    fade_out=draw(st.none() | way),
                    markers=tuple(
                        Marker(Range(Time.of_seconds(start), Time.of_seconds(start + 1)), "m", "", "RED")
                        for _ in range(draw(st.integers(0, 2)))
                    ),
                )
            )
            at += length
        tracks.append(
            CutTrack(
                name=f"T{number}", kind=kind, clips=tuple(clips), muted=draw(st.booleans()), role="sub.r"
            )
        )
    cut = Cut(name="layered", rate=rate, start_frame=draw(st.integers(0, 9999)), tracks=tuple(tracks))
    notes = draw(st.lists(st.integers(0, max(cut.frames - 1, 0)), max_size=3)) if cut.frames else []
    markers = tuple(Marker(Range.of_ticks(at, at + 1, rate), "m", "", "RED") for at in sorted(notes))
    return replace(cut, markers=markers), media


@given(made=layered())
@settings(max_examples=150, deadline=None)
def test_layers_of_everything_come_back_exactly(made: tuple[Cut, dict[str, MediaLink]]) -> None:
    cut, media = made
    data = write_fcpxml(cut, media)
    check(data)
    found = read_fcpxml(data)
    assert found.losses == ()
    varies = {"source_range"} if any(link.frame_times for link in media.values()) else set()
    assert {one.feature for one in compare(TimelineFile(cut=cut, media=media), found)} <= varies
    assert [one.kind for one in found.cut.tracks] == [one.kind for one in cut.tracks]
    for mine, other in zip(cut.tracks, found.cut.tracks, strict=True):
        assert [one.id for one in mine.clips] == [one.id for one in other.clips]
        assert [one.link for one in mine.clips] == [one.link for one in other.clips]
        assert [one.source for one in mine.clips] == [one.source for one in other.clips]


@pytest.mark.parametrize("rate", BROADCAST, ids=str)
def test_without_our_notes_all_that_has_a_form_is_still_there(rate: Fraction) -> None:
    cut, media = rich_cut(rate)
    picture, over, *_ = cut.tracks
    seen = [replace(one, cdl=None) for one in picture.clips]
    seen[0] = replace(seen[0], markers=tuple(replace(one, colour="BLUE") for one in seen[0].markers))
    seen[2] = replace(seen[2], transition=Transition("wipe", 10, 5))
    heard = [one for one in cut.tracks[2].clips if one.name == seen[1].name]
    alone = replace(cut.tracks[4].clips[0], gain_db=-6.5, fade_out=Transition("dissolve", 20, 20))
    cut = replace(
        cut,
        markers=(),
        tracks=(
            replace(picture, clips=tuple(seen)),
            over,
            CutTrack(name="A1", kind="audio", clips=tuple(heard), role="dialogue"),
            CutTrack(name="A2", kind="audio", clips=(alone,), role="music"),
        ),
    )
    seen[0] = replace(seen[0], link=None)
    found = read_fcpxml(without_notes(write_fcpxml(cut, media)))
    assert found.losses == ()
    assert compare(TimelineFile(cut=cut, media=media), found) == ()


def test_times_are_exact_fractions_of_a_second() -> None:
    assert time_text(Fraction(1001, 24000)) == "1001/24000s"
    assert time_text(Fraction(3600)) == "3600s"
    assert time_text(Fraction(1, 3 * 10**12)) == "0s"
    data = write_fcpxml(*rich_cut(Fraction(24000, 1001)))
    assert element(data, "format").get("frameDuration") == "1001/24000s"
    assert element(data, "format").get("name") == "FFVideoFormat1080p2398"
    assert element(data, "project/sequence").get("tcStart") == "18018/5s"  # 86 400 frames


def test_drop_frame_is_said_of_sequence_and_media() -> None:
    cut = cut_of(one_clip(rate=NTSC), rate=NTSC, drop=True, start_frame=107892)
    media = media_of(NTSC, start_frame=107892, drop=True)
    data = write_fcpxml(cut, media)
    sequence = element(data, "sequence")
    assert (sequence.get("tcFormat"), sequence.get("tcStart")) == ("DF", time_text(107892 / NTSC))
    assert element(data, "asset-clip").get("tcFormat") == "DF"
    found = read_fcpxml(without_notes(data))
    assert found.cut.timecode(0) == "01:00:00;00"
    assert (found.media["a.mov"].drop, found.media["a.mov"].start_frame) == (True, 107892)


def test_a_picture_and_its_sound_are_one_element_and_a_split_edit_stays_in_it() -> None:
    media = media_of(channels=3)
    sound = one_clip(10, 50, Fraction(4) + Fraction(10, 25), id="s", link="L", channels=(1,))
    cut = cut_of(one_clip(20, 40, Fraction(4) + Fraction(20, 25), link="L"))
    cut = replace(
        cut, tracks=(*cut.tracks, CutTrack(name="A1", kind="audio", clips=(sound,), role="dialogue"))
    )
    data = write_fcpxml(cut, media)
    check(data)
    (clip,) = etree.fromstring(data).iter("asset-clip")
    assert (clip.get("srcEnable"), clip.get("start")) == (None, "24/5s")
    assert (clip.get("audioStart"), clip.get("audioDuration")) == ("22/5s", "2s")
    assert [(one.get("srcCh"), one.get("active")) for one in clip.iter("audio-channel-source")] == [
        ("2", None),
        ("1, 3", "0"),
    ]
    found = read_fcpxml(without_notes(data))
    assert compare(TimelineFile(cut=cut, media=media), found) == ()
    (seen,), (heard,) = (one.clips for one in found.cut.tracks)
    assert seen.link == heard.link is not None


def test_every_microphone_is_a_component_of_its_picture() -> None:
    media = media_of(channels=6, sample_rate=96000)
    sounds = tuple(
        CutTrack(
            name=f"A{n + 1}", kind="audio", clips=(one_clip(channels=(n,), link="L", id=f"{n}", gain_db=-n),)
        )
        for n in range(6)
    )
    cut = cut_of(one_clip(link="L"))
    cut = replace(cut, tracks=(*cut.tracks, *sounds))
    data = write_fcpxml(cut, media)
    check(data)
    components = element(data, "asset-clip").findall("audio-channel-source")
    assert [one.get("srcCh") for one in components] == list("123456")
    assert [one.get("amount") for one in element(data, "asset-clip").iter("adjust-volume")] == [
        f"-{n}dB" for n in range(1, 6)
    ]
    assert (element(data, "sequence").get("audioRate"), element(data, "asset").get("audioRate")) == (
        "96k",
        "96000",
    )
    assert compare(TimelineFile(cut=cut, media=media), read_fcpxml(without_notes(data))) == ()


def test_sound_of_another_recorder_stays_linked_by_our_note() -> None:
    media = media_of() | {
        "b": MediaLink(
            name="b.wav", url="b.wav", rate=PAL, frames=900, picture=False, channels=2, sample_rate=48000
        )
    }
    sound = one_clip(id="s", asset="b", link="L")
    cut = cut_of(one_clip(link="L"))
    cut = replace(cut, tracks=(*cut.tracks, CutTrack(name="A1", kind="audio", clips=(sound,))))
    data = write_fcpxml(cut, media)
    check(data)
    picture, other = etree.fromstring(data).iter("asset-clip")
    assert (other.getparent().tag, other.get("lane"), other.get("srcEnable")) == ("asset-clip", "-1", None)
    asset = element(data, "asset", 1)
    assert (asset.get("hasVideo"), asset.get("format"), asset.get("hasAudio")) == (None, None, "1")
    assert picture.get("srcEnable") is None  # its camera has no sound
    assert compare(TimelineFile(cut=cut, media=media), read_fcpxml(data)) == ()


def test_media_of_another_rate_keeps_its_own_speed() -> None:
    media = media_of(NTSC)
    cut = cut_of(one_clip(start=Fraction(4) + Fraction(1, 48000), rate=PAL))
    data = write_fcpxml(cut, media)
    conform = element(data, "conform-rate")
    assert dict(conform.attrib) == {"scaleEnabled": "0", "srcFrameRate": "29.97"}
    assert element(data, "asset-clip").get("start") == "192001/48000s"
    found = read_fcpxml(without_notes(data))
    assert found.losses == ()
    assert found.cut.tracks[0].clips[0].source == cut.tracks[0].clips[0].source


def test_media_of_the_cuts_rate_starts_on_its_pictures_and_exactly_in_our_note() -> None:
    cut = cut_of(one_clip(start=Fraction(4) + Fraction(1, 3000)))
    data = write_fcpxml(cut, media_of())
    assert element(data, "asset-clip").get("start") == "4s"
    assert read_fcpxml(data).cut.tracks[0].clips[0].source == cut.tracks[0].clips[0].source


@pytest.mark.parametrize("speed", [2, Fraction(1, 2), -1, Fraction(-1, 3), Fraction(25, 24), 0])
def test_speeds_are_maps_through_the_whole_medium(speed: Fraction) -> None:
    cut = cut_of(one_clip(start=Fraction(10), speed=Fraction(speed)))
    media = media_of(start_frame=90000)
    data = write_fcpxml(cut, media)
    points = [(seconds(one.get("time")), seconds(one.get("value"))) for one in element(data, "timeMap")]
    (time, value), (later, more) = points
    assert (more - value) / (later - time) == speed
    if speed:
        assert {value, more} == {Fraction(3600), Fraction(3636)}
    start = seconds(element(data, "asset-clip").get("start"))
    assert value + (start - time) * speed == 3610
    (clip,) = read_fcpxml(without_notes(data)).cut.tracks[0].clips
    assert (clip.speed, clip.source) == (speed, cut.tracks[0].clips[0].source)


def test_transitions_lie_over_the_edit_at_which_their_clips_meet() -> None:
    cut = cut_of(one_clip(), one_clip(40, transition=Transition("dissolve", 12, 4)))
    data = write_fcpxml(cut, media_of())
    first, way, second = element(data, "spine")
    assert [one.get("offset") for one in (first, way, second)] == ["0s", "36/25s", "8/5s"]
    assert (first.get("duration"), way.get("duration")) == ("8/5s", "12/25s")
    effect = element(data, "effect")
    assert effect.get("uid") == "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"
    assert (way.find("filter-video").get("ref"), way.find("filter-audio")) == (effect.get("id"), None)


def test_transitions_of_other_tracks_have_storylines_of_their_own() -> None:
    cut = cut_of(one_clip(length=90))
    joined = (one_clip(10, 20, id="x"), one_clip(30, 20, id="y", transition=Transition("dissolve", 8, 4)))
    cut = replace(cut, tracks=(*cut.tracks, CutTrack(name="A1", kind="audio", clips=joined)))
    data = write_fcpxml(cut, media_of(channels=2))
    check(data)
    line = element(data, "asset-clip/spine")
    assert (line.get("lane"), line.get("offset")) == ("-1", "22/5s")
    assert [one.tag for one in line] == ["asset-clip", "transition", "asset-clip"]
    assert element(data, "asset-clip/spine/transition").find("filter-audio").get("name") == "Audio Crossfade"
    found = read_fcpxml(without_notes(data))
    assert compare(TimelineFile(cut=cut, media=media_of(channels=2)), found) == ()


def test_a_nested_cut_used_twice_is_one_compound_clip() -> None:
    cut, media = rich_cut(PAL)
    nested = cut.tracks[0].clips[-1]
    again = replace(nested, id="again", record=Range.of_ticks(800, 880, PAL))
    data = write_fcpxml(cut_of(nested, again), media)
    check(data)
    assert len(etree.fromstring(data).findall("resources/media")) == 1
    one, other = read_fcpxml(data).cut.tracks[0].clips
    assert one.nested is other.nested is not None


def test_a_muted_track_is_written_as_disabled_clips_and_enabling_one_undoes_it() -> None:
    cut = cut_of(one_clip(), one_clip(40, muted=True))
    cut = replace(cut, tracks=(replace(cut.tracks[0], muted=True),))
    data = write_fcpxml(cut, media_of())
    assert [one.get("enabled") for one in etree.fromstring(data).iter("asset-clip")] == ["0", "0"]
    (track,) = read_fcpxml(data).cut.tracks
    assert (track.muted, [one.muted for one in track.clips]) == (True, [False, True])
    (track,) = read_fcpxml(data.replace(b'enabled="0"', b'enabled="1"', 1)).cut.tracks
    assert (track.muted, [one.muted for one in track.clips]) == (False, [False, True])


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/Volumes/Rushes/Zoë #1.mov", "file:///Volumes/Rushes/Zo%C3%AB%20%231.mov"),
        ("G:/card 1/a.mov", "file:///G:/card%201/a.mov"),
        ("footage/50%20.mov", "footage/50%2520.mov"),
        ("//server/share/a.mov", "file:////server/share/a.mov"),
        ("bytes \udcff.mov", "bytes%20%FF.mov"),
    ],
)
def test_paths_are_urls_and_come_back(path: str, url: str) -> None:
    assert path_url(path) == url
    assert local_path(url) == path


# --- what somebody changed since ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        (('start="4s"', 'start="21/5s"'), {"source": Fraction(21, 5) + Fraction(1, 3000)}),
        (('name="c" start', 'name="new name" start'), {"name": "new name"}),
        (('duration="8/5s" tcFormat', 'duration="6/5s" tcFormat'), {"frames": 30}),
        (('duration="8/5s" tcFormat', 'duration="8/5s" enabled="0" tcFormat'), {"muted": True}),
    ],
    ids=("slipped", "renamed", "trimmed", "disabled"),
)
def test_what_was_changed_in_an_editing_program_holds_and_the_rest_stays(
    change: tuple[str, str], holds: dict[str, object]
) -> None:
    clip = one_clip(start=Fraction(4) + Fraction(1, 3000), slot="slot7", lines=("a1",), reason="best")
    text = write_fcpxml(cut_of(clip), media_of()).decode()
    assert text.count(change[0]) == 1
    (again,) = read_fcpxml(text.replace(*change).encode()).cut.tracks[0].clips
    now = {
        "source": again.source.start.seconds,
        "name": again.name,
        "muted": again.muted,
        "frames": again.record.duration.frame(PAL),
    }
    was = {"source": clip.source.start.seconds, "name": "c", "muted": False, "frames": 40}
    assert now == was | holds
    assert (again.id, again.slot, again.lines, again.reason) == ("c0", "slot7", ("a1",), "best")


def test_markers_set_in_an_editing_program_are_the_clips_and_ours_stay_the_cuts() -> None:
    note = Marker(Range.of_ticks(10, 11, PAL), "look", "twice", "GREEN")
    data = write_fcpxml(cut_of(one_clip(), markers=(note,)), media_of())
    added = data.replace(
        b"<marker ", b'<marker start="5s" duration="1/25s" value="new" completed="0"/><marker ', 1
    )
    found = read_fcpxml(added).cut
    assert found.markers == (note,)
    (new,) = found.tracks[0].clips[0].markers
    assert (new.name, new.range.start.seconds, new.colour) == ("new", 5, "RED")


def test_a_clip_set_in_an_editing_program_goes_to_the_track_of_its_lane() -> None:
    over = CutTrack(name="over", kind="video", clips=(one_clip(5, 10, id="o"),))
    cut = replace(
        cut_of(one_clip()), tracks=(CutTrack(name="empty", kind="video"), over, *cut_of(one_clip()).tracks)
    )
    text = write_fcpxml(cut, media_of()).decode()
    added = '<asset-clip ref="r2" lane="2" offset="5s" start="9s" duration="1/5s" name="new"/><asset-clip'
    at = text.rindex("<asset-clip")
    found = read_fcpxml((text[:at] + added + text[at + len("<asset-clip") :]).encode()).cut
    assert [(one.name, [clip.name for clip in one.clips]) for one in found.tracks][:2] == [
        ("empty", []),
        ("over", ["c"]),
    ]
    (track,) = [one for one in found.tracks if "new" in [clip.name for clip in one.clips]]
    assert track.name == "V1"


def test_a_note_that_somebody_broke_is_told_and_the_document_believed() -> None:
    text = write_fcpxml(cut_of(one_clip(slot="slot7")), media_of()).decode()
    found = read_fcpxml(text.replace("{&quot;clips&quot;", "[&quot;clips&quot;").encode())
    assert [one.detail for one in found.losses] == ["our note on the clip can no longer be read"]
    assert found.cut.tracks[0].clips[0].slot is None
    found = read_fcpxml(text.replace("{&quot;markers&quot;", "[&quot;markers&quot;").encode())
    assert [one.feature for one in found.losses] == ["name"]
    assert found.cut.tracks[0].clips[0].slot == "slot7"
    assert note_of(element(text.encode(), "asset-clip"))["clips"][0]["fields"]["slot"] == ["slot7", None]


# --- what other programs write -----------------------------------------------------------------------------

RESOURCES = """
  <format id="r1" name="FFVideoFormat1080p25"/>
  <asset id="a" name="A" start="3600s" duration="100s" hasVideo="1" hasAudio="1" format="r1"
    audioChannels="2"><media-rep kind="proxy-media" src="file:///p.mov"/><media-rep src="file:///card/A.mov"/></asset>
  <asset id="b" name="B" start="0s" duration="50s" hasAudio="1" audioChannels="2" src="file:///card/B.wav"/>
  <effect id="title" name="Basic Title" uid="t"/>
"""


def document(spine: str, resources: str = "", version: str = "1.10", **attributes: str) -> bytes:
    said = {"format": "r1", "tcStart": "3600s", "tcFormat": "NDF", **attributes}
    inside = " ".join(f'{name}="{value}"' for name, value in said.items())
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE fcpxml>

<fcpxml version="{version}"><resources>{RESOURCES}{resources}</resources><library><event><project name="P">
<sequence {inside}><spine>{spine}</spine></sequence></project></event></library></fcpxml>""".encode()


def laid(found: TimelineFile) -> list[tuple[str, int, int, Fraction]]:
    """Every clip: track, first and end frame, and seconds of its media from the first picture."""
    return [
        (track.name, *(one.frame(found.cut.rate) for one in (clip.record.start, clip.record.end)),
         clip.source.start.seconds)
        for track in found.cut.tracks
        for clip in track.clips
    ]  # fmt: skip


def test_final_cuts_clips_with_connected_ones() -> None:
    found = read_fcpxml(
        document(
            """<asset-clip ref="a" offset="3600s" name="one" start="3610s" duration="4s" audioRole="dialogue">
                 <asset-clip ref="a" lane="1" offset="3611s" name="over" start="3650s" duration="1s"
                   srcEnable="video"/>
                 <asset-clip ref="b" lane="-1" offset="3612s" name="music" start="5s" duration="6s"
                   audioRole="music"/>
               </asset-clip>
               <gap offset="3604s" start="3600s" duration="2s"><asset-clip ref="a" lane="1" offset="3601s"
                 start="3640s" duration="1s" srcEnable="video"/></gap>
               <asset-clip ref="a" offset="3606s" start="3620s" duration="2s"
                 audioStart="3619s" audioDuration="3s"/>
            """
        )
    )
    assert found.losses == ()
    assert laid(found) == [
        ("V1", 0, 100, 10),
        ("V1", 150, 200, 20),
        ("V2", 25, 50, 50),
        ("V2", 125, 150, 40),
        ("A1", 0, 100, 10),
        ("A1", 125, 200, 19),
        ("A2", 50, 200, 5),
    ]
    assert [track.role for track in found.cut.tracks] == ["", "", "", "music"]
    assert set(found.media) == {"/card/A.mov", "/card/B.wav"}
    assert found.media["/card/A.mov"].start_frame == 90000
    one, two = found.cut.tracks[0].clips
    assert (one.link, two.link) == tuple(clip.link for clip in found.cut.tracks[2].clips)
    assert (found.cut.rate, found.cut.width, found.cut.timecode(0)) == (PAL, 1920, "01:00:00:00")


def test_the_older_form_of_a_clip_with_its_parts() -> None:
    found = read_fcpxml(
        document(
            """<clip offset="0s" name="shot" start="3610s" duration="4s" tcFormat="NDF">
                 <video offset="3600s" ref="a" start="3600s" duration="100s">
                   <audio lane="-1" offset="3600s" ref="a" start="3600s" duration="100s"
                     srcCh="1, 2" role="dialogue"/>
                 </video><marker start="3611s" duration="1/25s" value="here"/></clip>""",
            version="1.5",
            tcStart="0s",
        )
    )
    assert laid(found) == [("V1", 0, 100, 10), ("A1", 0, 100, 10)]
    (seen,), (heard,) = (track.clips for track in found.cut.tracks)
    assert (seen.name, heard.name, heard.channels) == ("shot", "shot", (0, 1))
    assert seen.link == heard.link is not None
    assert [(one.name, one.range.start.frame(PAL)) for one in found.cut.markers] == [("here", 25)]


def test_a_retimed_clip_of_parts_shows_its_parts_at_its_speed() -> None:
    found = read_fcpxml(
        document(
            """<clip offset="3600s" name="slow" start="20s" duration="4s">
                 <timeMap><timept time="0s" value="3600s"/><timept time="200s" value="3700s"/></timeMap>
                 <video offset="3600s" ref="a" start="3600s" duration="100s"/></clip>"""
        )
    )
    (clip,) = found.cut.tracks[0].clips
    assert (clip.speed, clip.source.start.seconds) == (Fraction(1, 2), 10)


def test_a_hold_in_a_clip_is_three_stretches() -> None:
    ramp = """<timeMap><timept time="3600s" value="3600s" interp="linear"/>
      <timept time="3602s" value="3602s" interp="linear"/><timept time="3603s" value="3602s" interp="linear"/>
      <timept time="3701s" value="3700s" interp="linear"/></timeMap>"""
    said = 'ref="a" offset="3600s" start="3601s" duration="4s" srcEnable="video"'
    clip = f"<asset-clip {said}>{ramp}</asset-clip>"
    found = read_fcpxml(document(clip))
    assert [(one[1], one[2], one[3]) for one in laid(found)] == [(0, 25, 1), (25, 50, 2), (50, 100, 2)]
    assert [one.speed for one in found.cut.tracks[0].clips] == [1, 0, 1]
    assert found.losses == ()
    eased = read_fcpxml(document(clip.replace('interp="linear"/>\n', 'interp="smooth2" outTime="1s"/>\n', 1)))
    assert [(one.feature, one.kind) for one in eased.losses] == [("speed", "approximated")]


def test_a_map_that_counts_from_the_first_picture_is_understood() -> None:
    found = read_fcpxml(
        document(
            """<asset-clip ref="a" offset="3600s" start="10s" duration="4s" srcEnable="video"><timeMap>
            <timept time="0s" value="0s"/><timept time="50s" value="100s"/></timeMap></asset-clip>"""
        )
    )
    assert laid(found) == [("V1", 0, 100, 20)]


def test_synchronized_multicam_and_audition_clips_are_laid_out_and_told() -> None:
    multicam = """<media id="m" name="cams"><multicam format="r1" tcStart="0s">
      <mc-angle name="A" angleID="x"><gap offset="0s" duration="2s"/>
        <asset-clip ref="a" offset="2s" start="3600s" duration="90s"/></mc-angle>
      <mc-angle name="B" angleID="y"><asset-clip ref="b" offset="0s" start="0s" duration="50s"/></mc-angle>
      </multicam></media>"""
    spine = """
      <sync-clip offset="3600s" name="S" start="0s" duration="4s"><spine>
          <asset-clip ref="a" offset="0s" name="cam" start="3605s" duration="9s"/></spine>
        <asset-clip ref="b" lane="-1" offset="1s" name="boom" start="7s" duration="3s"/>
        <sync-source sourceID="storyline"><audio-role-source role="dialogue" active="0"/></sync-source>
      </sync-clip>
      <mc-clip ref="m" offset="3604s" name="M" start="10s" duration="2s">
        <mc-source angleID="x" srcEnable="video"/><mc-source angleID="y" srcEnable="audio"/></mc-clip>
      <audition offset="3606s"><asset-clip ref="a" name="pick" start="3630s" duration="1s" srcEnable="video"/>
        <asset-clip ref="a" name="other" start="3640s" duration="1s"/></audition>"""
    found = read_fcpxml(document(spine, multicam))
    assert laid(found) == [
        ("V1", 0, 100, 5),
        ("V1", 100, 150, 8),
        ("V1", 150, 175, 30),
        ("A1", 100, 150, 10),
        ("A2", 25, 100, 7),
    ]
    told = [(one.feature, one.kind) for one in found.losses]
    assert told == [("nested", "approximated"), ("nested", "approximated"), ("clips", "lost")]
    assert "'A' and 'B'" in found.losses[1].detail
    camera, angle, _ = found.cut.tracks[0].clips
    assert angle.link == found.cut.tracks[1].clips[0].link is not None
    assert camera.link is None


def test_titles_generators_captions_and_effects_are_told() -> None:
    found = read_fcpxml(
        document(
            """<title ref="title" offset="3600s" name="Names" start="3600s" duration="2s">
                 <text>x</text></title>
               <video ref="title" offset="3602s" name="Black" start="0s" duration="1s"/>
               <asset-clip ref="a" offset="3603s" start="3600s" duration="1s" srcEnable="video">
                 <adjust-conform type="fit"/><adjust-transform scale="1 1" position="0 0"/>
                 <adjust-crop mode="crop"><crop-rect left="5"/></adjust-crop>
                 <caption lane="1" offset="3600s" duration="1s"><text>hello</text></caption>
                 <keyword start="3600s" duration="1s" value="night"/>
                 <filter-video ref="title" name="Blur"/><filter-video ref="title" name="Off" enabled="0"/>
               </asset-clip>"""
        )
    )
    assert [one.name for one in found.cut.tracks[0].clips] == ["Names", "Black", "A"]
    assert sorted((one.feature, one.detail) for one in found.losses) == [
        ("clip_markers", "keyword 'night'"),
        ("effect", "Blur"),
        ("effect", "crop"),
        ("generator", "'Basic Title' is kept as a clip without media"),
        ("title", "'Basic Title' is kept as a clip without media"),
        ("title", "the caption 'hello' is left out"),
    ]
    again = read_fcpxml(write_fcpxml(found.cut, found.media))
    assert compare(found, again) == ()


def test_transitions_of_other_programs() -> None:
    def spine(way: str) -> bytes:
        return document(
            f"""<asset-clip ref="a" offset="3600s" start="3610s" duration="2s" srcEnable="video"/>
            {way}<asset-clip ref="a" offset="3602s" start="3630s" duration="2s" srcEnable="video"/>""",
            '<effect id="f" name="Page Curl" uid="x"/>',
        )

    bare = read_fcpxml(spine('<transition offset="3601s" duration="2s" name="Cross Dissolve"/>'))
    assert bare.cut.tracks[0].clips[1].transition == Transition("dissolve", 50, 25)
    curl = '<transition offset="3601s" duration="2s"><filter-video ref="f" name="Page Curl"/></transition>'
    found = read_fcpxml(spine(curl))
    assert found.cut.tracks[0].clips[1].transition == Transition("dissolve", 50, 25)
    assert [(one.feature, one.kind) for one in found.losses] == [("wipe", "approximated")]
    astray = read_fcpxml(spine('<transition offset="3700s" duration="2s"/>'))
    assert [(one.feature, one.kind) for one in astray.losses] == [("dissolve", "lost")]


def test_offsets_that_leave_the_timecode_out_count_from_nought() -> None:
    found = read_fcpxml(
        document(
            """<asset-clip ref="a" offset="0s" start="3610s" duration="2s" srcEnable="video"/>
               <asset-clip ref="a" offset="2s" start="3610s" duration="2s" srcEnable="video"/>"""
        )
    )
    assert [one[1:3] for one in laid(found)] == [(0, 50), (50, 100)]
    assert found.cut.start_frame == 90000


def test_a_rate_comes_from_the_name_of_a_format_or_from_whoever_asks() -> None:
    named = (
        '<format id="r9" name="FFVideoFormat3840x2160p5994"/><format id="r8" name="FFVideoFormat1080i5994"/>'
    )
    found = read_fcpxml(document("", named, format="r9"))
    assert (found.cut.rate, found.cut.width) == (Fraction(60000, 1001), 3840)
    assert read_fcpxml(document("", named, format="r8")).cut.rate == NTSC
    assert read_fcpxml(document("", "", format="none"), rate=Fraction(50)).cut.rate == 50
    assert read_fcpxml(document("", "", format="none")).cut.rate == 24


def test_a_rate_that_final_cut_conforms_is_told() -> None:
    clip = '<asset-clip ref="a" offset="3600s" start="3600s" duration="2s"><conform-rate {}/></asset-clip>'
    (told,) = read_fcpxml(document(clip.format('srcFrameRate="23.98"'))).losses
    assert (told.feature, told.kind) == ("speed", "approximated")
    assert read_fcpxml(document(clip.format('scaleEnabled="0" srcFrameRate="23.98"'))).losses == ()
    assert read_fcpxml(document(clip.format('srcFrameRate="50"'))).losses == ()


def test_clips_that_overlap_in_a_lane_get_tracks_of_their_own() -> None:
    found = read_fcpxml(
        document(
            """<gap offset="3600s" start="0s" duration="9s">
                 <asset-clip ref="b" lane="-1" offset="1s" start="0s" duration="4s"/>
                 <asset-clip ref="b" lane="-1" offset="3s" start="9s" duration="4s"/></gap>"""
        )
    )
    assert laid(found) == [("A1", 25, 125, 0), ("A2", 75, 175, 9)]


def test_a_place_between_two_frames_is_told_and_kept_in_sync() -> None:
    clip = '<asset-clip ref="a" offset="360101/100s" start="3610s" duration="2s" srcEnable="video"/>'
    found = read_fcpxml(document(f'<gap offset="3600s" duration="101/100s"/>{clip}'))
    assert [one.feature for one in found.losses] == ["record_range"]
    (clip_,) = found.cut.tracks[0].clips
    assert (clip_.record.start.frame(PAL), clip_.source.start.seconds) == (25, 10 - Fraction(1, 100))


def test_clips_without_a_length_are_left_out_and_told() -> None:
    found = read_fcpxml(
        document(
            """<asset-clip ref="a" offset="3600s" start="3600s" duration="1s" srcEnable="video"/>
               <asset-clip ref="a" offset="3601s" start="3600s" duration="0s"/>
               <asset-clip ref="a" offset="3601s" start="3600s" duration="-2s"/>
               <gap offset="3601s" duration="1s"><asset-clip ref="a" lane="1" offset="-900s" duration="1s"
                 srcEnable="video"/></gap>"""
        )
    )
    assert len(laid(found)) == 1
    assert [(one.feature, one.kind) for one in found.losses] == [("clips", "lost")] * 3


# --- bad input ---------------------------------------------------------------------------------------------

INNER = '<sequence format="r1"><spine><ref-clip ref="{}" offset="0s" duration="1s"/></spine></sequence>'
CYCLE = f'<media id="m">{INNER.format("n")}</media><media id="n">{INNER.format("m")}</media>'
ANGLE = """<media id="m"><multicam format="r1"><mc-angle angleID="x">
<mc-clip ref="m" offset="0s" duration="9s"/>
</mc-angle></multicam></media>"""
ONE = '<asset-clip ref="a" offset="3600s" start="3600s" duration="1s"/>'

BAD: tuple[tuple[str, str, bytes], ...] = (
    ("no XML", "AP-FORMAT-600", b"TITLE: an edl\n"),
    ("not UTF-8", "AP-FORMAT-600", b"<fcpxml>\xff\xfe\xfa</fcpxml>"),
    ("cut off", "AP-FORMAT-600", write_fcpxml(*rich_cut(PAL))[:9000]),
    ("deep", "AP-FORMAT-600", b"<fcpxml>" + b"<a>" * 240 + b"</a>" * 240 + b"</fcpxml>"),
    ("FCP 7", "AP-FORMAT-601", b"<!DOCTYPE xmeml><xmeml/>"),
    ("a web page", "AP-FORMAT-601", b"<html><body/></html>"),
    ("too old", "AP-FORMAT-601", b'<fcpxml version="1.4"/>'),
    ("no version", "AP-FORMAT-601", b"<fcpxml/>"),
    (
        "an outside entity",
        "AP-FORMAT-602",
        b'<!DOCTYPE fcpxml [<!ENTITY x SYSTEM "file:///etc/passwd">]><fcpxml version="1.9">&x;</fcpxml>',
    ),
    (
        "an entity bomb",
        "AP-FORMAT-602",
        b'<!DOCTYPE fcpxml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><fcpxml>&b;</fcpxml>',
    ),
    ("an outside DTD", "AP-FORMAT-602", b'<!DOCTYPE fcpxml SYSTEM "http://localhost/x.dtd"><fcpxml/>'),
    ("a bad time", "AP-FORMAT-603", document(ONE.replace('"1s"', '"one"'))),
    ("over nought", "AP-FORMAT-603", document(ONE.replace('"1s"', '"1/0s"'))),
    ("a huge time", "AP-FORMAT-603", document(ONE.replace('"1s"', '"99999999999999999s"'))),
    ("a bad rate", "AP-FORMAT-603", document("", '<format id="q" frameDuration="0s"/>', format="q")),
    ("a bad lane", "AP-FORMAT-603", document(ONE.replace("offset", 'lane="up" offset'))),
    ("no such media", "AP-FORMAT-603", document(ONE.replace('"a"', '"zz"'))),
    (
        "a bad channel",
        "AP-FORMAT-603",
        document(ONE.replace("/>", '><audio-channel-source srcCh="L"/></asset-clip>')),
    ),
    (
        "a bad volume",
        "AP-FORMAT-603",
        document(ONE.replace("/>", '><adjust-volume amount="loud"/></asset-clip>')),
    ),
    ("no project", "AP-FORMAT-604", b'<fcpxml version="1.10"><resources/></fcpxml>'),
    ("itself inside", "AP-FORMAT-607", document('<ref-clip ref="m" offset="3600s" duration="1s"/>', CYCLE)),
    ("its own angle", "AP-FORMAT-607", document('<mc-clip ref="m" offset="3600s" duration="1s"/>', ANGLE)),
)


@pytest.mark.parametrize(("what", "code", "data"), BAD, ids=[one[0] for one in BAD])
def test_bad_documents_are_named(what: str, code: str, data: bytes) -> None:
    with pytest.raises(FormatError) as raised:
        read_fcpxml(data, file="bad.fcpxml")
    assert (raised.value.code, raised.value.file) == (code, "bad.fcpxml")


def test_two_projects_are_named() -> None:
    text = document(ONE).decode()
    project = text[text.index("<project") : text.index("</event>")]
    with pytest.raises(FormatError, match=r"AP-FORMAT-604.*2 projects: 'P', 'P'"):
        read_fcpxml(text.replace(project, project * 2).encode())


def test_compound_clips_that_multiply_are_refused() -> None:
    levels = "".join(
        f'<media id="m{n}"><sequence format="r1"><spine>'
        + "".join(f'<ref-clip ref="m{n - 1}" offset="{k}s" duration="1s"/>' for k in range(20))
        + "</spine></sequence></media>"
        for n in range(1, 8)
    )
    first = (
        '<media id="m0"><sequence format="r1"><spine><asset-clip ref="a" offset="0s" duration="1s"/></spine>'
    )
    with pytest.raises(FormatError, match="AP-FORMAT-607"):
        read_fcpxml(
            document(
                '<ref-clip ref="m7" offset="3600s" duration="1s"/>', f"{first}</sequence></media>{levels}"
            )
        )


def test_other_encodings_with_a_mark_are_read() -> None:
    text = document(ONE.replace("<asset-clip", '<asset-clip name="Zoë"')).decode().replace("UTF-8", "UTF-16")
    found = read_fcpxml(b"\xff\xfe" + text.encode("utf-16-le"))
    assert found.cut.tracks[0].clips[0].name == "Zoë"


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(FormatError, match="AP-FORMAT-605"):
        write_fcpxml(cut_of(one_clip()), {})
    deep = cut_of(one_clip())
    for _ in range(20):
        deep = cut_of(one_clip(asset="", nested=deep))
    with pytest.raises(FormatError, match="AP-FORMAT-606"):
        write_fcpxml(deep, media_of())


def test_an_edited_document_is_read_or_named_whatever_is_wrong_in_it() -> None:
    root = etree.fromstring(write_fcpxml(*rich_cut(PAL)))
    places = [(number, name) for number, one in enumerate(root.iter()) for name in (None, *one.attrib)]
    values = ("-1s", "0s", "1/3s", "", "x", "99999s", "1", "r1", "r2", "r7", "video")

    @given(st.lists(st.tuples(st.sampled_from(places), st.sampled_from(values)), max_size=6))
    @settings(max_examples=150, deadline=None)
    def edited(edits: list[tuple[tuple[int, str | None], str]]) -> None:
        copy = etree.fromstring(etree.tostring(root))
        elements = list(copy.iter())
        for (number, name), value in edits:
            if name is not None:
                elements[number].set(name, value)
            elif elements[number].getparent() is not None:
                elements[number].getparent().remove(elements[number])
        try:
            found = read_fcpxml(etree.tostring(copy))
        except FormatError as error:
            assert error.code.startswith("AP-FORMAT-60")
            return
        again = read_fcpxml(write_fcpxml(found.cut, found.media))
        assert compare(found, again) == ()

    edited()
