"""Final Cut Pro 7's XML: what programs write is read exactly, what we write says it in their own elements."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from made_up_cuts import cuts
from rich_cuts import rich_cut

from answerprint.core.cut import Clip, Cut, CutTrack, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.core.timecode import RATES
from answerprint.formats.timelines.comparing import compare
from answerprint.formats.timelines.files import read_timeline
from answerprint.formats.timelines.model import MediaLink, TimelineFile, frame_on_screen, frames_shown
from answerprint.formats.timelines.xmeml import write_xmeml
from answerprint.formats.timelines.xmeml_media import local_path, path_url
from answerprint.formats.timelines.xmeml_reading import read_xmeml

PAL, FILM, NTSC = Fraction(25), Fraction(24000, 1001), Fraction(30000, 1001)
replace = msgspec.structs.replace


def rate_xml(timebase: int) -> str:
    return f"<rate><timebase>{timebase}</timebase><ntsc>FALSE</ntsc></rate>"


def without_notes(data: bytes) -> bytes:
    """A document as a program gives it back that keeps nothing of ours."""
    text = re.sub(r"<comments>.*?</comments>", "", data.decode(), flags=re.S)
    text = re.sub(r' answerprint="[^"]*"', "", text)
    assert "answerprint" not in text
    return text.encode()


def document(track: str, *, rate: str = rate_xml(25), extra: str = "", kind: str = "video") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE xmeml>
<xmeml version="5"><sequence id="s"><name>made</name>{rate}
<media><{kind}><track>{track}</track></{kind}></media>{extra}</sequence></xmeml>""".encode()


def item(
    start: int, end: int, first: int, last: int, *, file: str = "", more: str = "", name: str = "a"
) -> str:
    media = (
        file or f'<file id="{name}"><name>{name}.mov</name><duration>90000</duration>{rate_xml(25)}</file>'
    )
    places = f"<start>{start}</start><end>{end}</end><in>{first}</in><out>{last}</out>"
    return f'<clipitem id="{name}{start}"><name>{name}</name>{places}{media}{more}</clipitem>'


def one_clip(speed: Fraction = Fraction(1), start: Fraction = Fraction(4), **more: Any) -> Clip:
    length = Time.of_seconds(Fraction(40) / PAL * abs(speed))
    first = Time.of_seconds(start)
    source = Range(first, first + length)
    made = Clip(id="c", asset="a", record=Range.of_ticks(0, 40, PAL), source=source, speed=speed, name="c")
    return replace(made, **more)


def cut_of(*clips: Clip, rate: Fraction = PAL) -> Cut:
    return Cut(name="cut", rate=rate, tracks=(CutTrack(name="V1", kind="video", clips=clips),))


def element(data: bytes, path: str) -> Any:
    found = etree.fromstring(data).find(f".//{path}")
    assert found is not None, path
    return found


def texts(parent: Any, *tags: str) -> list[str]:
    return [parent.findtext(tag) for tag in tags]


@pytest.mark.parametrize("rate", RATES.values(), ids=str)
def test_a_cut_with_everything_in_it_comes_back_at_every_rate(rate: Fraction) -> None:
    cut, media = rich_cut(rate)
    whole = TimelineFile(cut=cut, media=media)
    data = write_xmeml(cut, media)
    again = read_xmeml(data)
    assert again.losses == () and compare(whole, again) == ()
    assert [clip.id for track in again.cut.tracks for clip in track.clips] == [
        clip.id for track in cut.tracks for clip in track.clips
    ]
    assert write_xmeml(cut, media) == data


@pytest.mark.parametrize("rate", RATES.values(), ids=str)
def test_only_roles_need_a_note_of_ours(rate: Fraction) -> None:
    cut, media = rich_cut(rate)
    native = read_xmeml(without_notes(write_xmeml(cut, media)))
    assert {one.feature for one in compare(TimelineFile(cut=cut, media=media), native)} == {"role"}


@given(made=cuts())
@settings(max_examples=60, deadline=None)
def test_made_up_cuts_show_the_same_pictures_variable_rates_included(
    made: tuple[Cut, dict[str, MediaLink]],
) -> None:
    cut, media = made
    again = read_xmeml(write_xmeml(cut, media))
    assert again.losses == ()
    for mine, theirs in zip(cut.tracks[0].clips, again.cut.tracks[0].clips, strict=True):
        assert (mine.record, mine.source, mine.speed) == (theirs.record, theirs.source, theirs.speed)
        assert (mine.id, mine.name, mine.reason) == (theirs.id, theirs.name, theirs.reason)
        link = again.media[theirs.asset]
        assert frames_shown(mine, cut.rate, media[mine.asset]) == frames_shown(theirs, cut.rate, link)


@given(made=cuts())
@settings(max_examples=60, deadline=None)
def test_without_our_notes_no_picture_of_a_constant_rate_is_off(
    made: tuple[Cut, dict[str, MediaLink]],
) -> None:
    cut, media = made
    native = read_xmeml(without_notes(write_xmeml(cut, media)))
    for mine, theirs in zip(cut.tracks[0].clips, native.cut.tracks[0].clips, strict=True):
        assert (mine.record, mine.speed, mine.transition) == (theirs.record, theirs.speed, theirs.transition)
        link, other = media[mine.asset], native.media[theirs.asset]
        if not link.frame_times:
            assert frame_on_screen(link, mine.source.start) == frame_on_screen(other, theirs.source.start)


def test_a_dissolve_reaches_into_both_clips_and_decides_their_edges() -> None:
    cut, media = rich_cut(PAL)
    data = write_xmeml(cut, media)
    one, two = etree.fromstring(data).findall("sequence/media/video/track[1]/clipitem")[:2]
    way = element(data, "transitionitem")
    assert texts(one, "start", "end", "in", "out") == ["0", "-1", "200", "306"]
    assert texts(two, "start", "end", "in", "out") == ["-1", "-1", "294", "385"]
    assert texts(way, "start", "end", "alignment", "effect/effectid") == [
        "94",
        "106",
        "center",
        "Cross Dissolve",
    ]
    assert int(way.findtext("cutPointTicks")) == 6 * 254_016_000_000 // 25


@pytest.mark.parametrize(
    ("before", "word"), [(0, "start"), (10, "end"), (5, "center"), (3, "center")], ids=str
)
def test_a_dissolve_keeps_its_place_about_the_edit(before: int, word: str) -> None:
    media = {"a": MediaLink(name="a.mov", url="a.mov", rate=PAL, frames=900)}
    later = one_clip(
        record=Range.of_ticks(40, 80, PAL), transition=Transition("dissolve", 10, before), id="d", name="d"
    )
    data = write_xmeml(cut_of(one_clip(), later), media)
    assert element(data, "transitionitem").findtext("alignment") == word
    native = read_xmeml(without_notes(data)).cut.tracks[0].clips
    assert [clip.record for clip in native] == [one_clip().record, later.record]
    assert native[1].transition == later.transition and native[1].source == later.source


def test_fades_from_and_into_black_stand_at_their_clips_ends() -> None:
    media = {"a": MediaLink(name="a.mov", url="a.mov", rate=PAL, frames=900)}
    clip = one_clip(transition=Transition("dissolve", 8, 0), fade_out=Transition("dissolve", 12, 12))
    follows = one_clip(record=Range.of_ticks(40, 80, PAL))
    data = write_xmeml(cut_of(clip, follows), media)
    ways = etree.fromstring(data).findall(".//transitionitem")
    assert [texts(one, "start", "end", "alignment") for one in ways] == [
        ["0", "8", "start-black"],
        ["28", "40", "end-black"],
    ]
    first, second = read_xmeml(without_notes(data)).cut.tracks[0].clips
    assert (first.transition, first.fade_out) == (clip.transition, clip.fade_out)
    assert (second.transition, second.record, second.source) == (None, follows.record, follows.source)


def test_premieres_reversed_clip_begins_with_the_picture_before_its_graphs_edge() -> None:
    """The numbers of a clip that Premiere exported: 37 127 frames of media, backwards at full speed."""
    keys = ((0, 37127, "start"), (15299, 21828, "in"), (15305, 21822, "out"), (37127, 1, "end"))
    graph = "".join(
        f"<keyframe><when>{when}</when><value>{value}</value><speedkf{flag}>TRUE</speedkf{flag}></keyframe>"
        for when, value, flag in keys
    )
    remap = f"""<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>
      <parameter><parameterid>speed</parameterid><value>100</value></parameter>
      <parameter><parameterid>reverse</parameterid><value>TRUE</value></parameter>
      <parameter><parameterid>graphdict</parameterid>{graph}</parameter></effect></filter>"""
    found = read_xmeml(document(item(0, 6, 15299, 15305, more=remap)))
    (clip,) = found.cut.tracks[0].clips
    assert frames_shown(clip, PAL, found.media[clip.asset]) == [21827, 21826, 21825, 21824, 21823, 21822]


@pytest.mark.parametrize(
    "speed", [Fraction(2), Fraction(1, 3), Fraction(-1), Fraction(-3, 2), Fraction(0)], ids=str
)
def test_a_time_remap_says_its_speed_and_lies_on_the_source(speed: Fraction) -> None:
    media = {"a": MediaLink(name="a.mov", url="a.mov", rate=PAL, frames=900)}
    clip = one_clip(speed=speed, start=Fraction(20))
    data = write_xmeml(cut_of(clip), media)
    values = {one.findtext("parameterid"): one for one in etree.fromstring(data).iter("parameter")}
    assert float(values["speed"].findtext("value")) == pytest.approx(abs(float(speed)) * 100)
    assert values["reverse"].findtext("value") == ("TRUE" if speed < 0 else "FALSE")
    (key,) = (one for one in values["graphdict"].iter("keyframe") if one.find("speedkfin") is not None)
    assert int(key.findtext("value")) == 500 + (
        speed < 0
    )  # backwards: the edge after the picture shown first
    (native,) = read_xmeml(without_notes(data)).cut.tracks[0].clips
    assert (native.speed, native.source, native.record) == (clip.speed, clip.source, clip.record)


def test_a_ramp_is_read_as_its_average_and_told() -> None:
    keys = ((0, 0, "start"), (10, 20, "in"), (50, 80, "out"))
    graph = "".join(
        f"<keyframe><when>{when}</when><value>{value}</value><speedkf{flag}>TRUE</speedkf{flag}></keyframe>"
        for when, value, flag in keys
    )
    remap = f"""<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>
      <parameter><parameterid>variablespeed</parameterid><value>1</value></parameter>
      <parameter><parameterid>graphdict</parameterid>{graph}</parameter></effect></filter>"""
    found = read_xmeml(document(item(0, 40, 10, 50, more=remap)))
    (clip,) = found.cut.tracks[0].clips
    assert (clip.speed, clip.source.start) == (Fraction(3, 2), Time(20, PAL))
    assert [one.feature for one in found.losses] == ["speed"]


def test_in_counts_at_the_sequences_rate_whatever_the_medias() -> None:
    """Premiere's own words for 60 pictures a second in a sequence of 24: `in` 48 is two seconds."""
    file = f'<file id="f"><name>f.mov</name>{rate_xml(60)}<duration>6000</duration></file>'
    found = read_xmeml(document(item(0, 24, 48, 72, file=file, more=rate_xml(24)), rate=rate_xml(24)))
    (clip,) = found.cut.tracks[0].clips
    assert frame_on_screen(found.media[clip.asset], clip.source.start) == 120


def test_premieres_ticks_place_a_source_between_two_frames_of_the_sequence() -> None:
    file = f'<file id="f"><name>f.mov</name>{rate_xml(60)}<duration>6000</duration></file>'
    ticks = f"<pproTicksIn>{121 * 254_016_000_000 // 60}</pproTicksIn>"
    found = read_xmeml(document(item(0, 24, 48, 72, file=file, more=ticks), rate=rate_xml(24)))
    (clip,) = found.cut.tracks[0].clips
    assert clip.source.start.seconds == Fraction(121, 60)


def test_a_clip_that_counts_at_the_rate_it_declares_is_seen_by_its_length() -> None:
    file = f'<file id="f"><name>f.mov</name>{rate_xml(60)}<duration>6000</duration></file>'
    found = read_xmeml(document(item(0, 24, 120, 180, file=file, more=rate_xml(60)), rate=rate_xml(24)))
    (clip,) = found.cut.tracks[0].clips
    assert clip.source.start.seconds == 2


def test_media_that_runs_for_a_day_keeps_its_place() -> None:
    media = {"a": MediaLink(name="a.mov", url="a.mov", rate=PAL, frames=86400 * 25)}
    clip = one_clip(start=Fraction(86000) + Fraction(1, 48000))
    (again,) = read_xmeml(write_xmeml(cut_of(clip), media)).cut.tracks[0].clips
    assert again.source == clip.source


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        (("<in>100</in>", "<in>105</in>"), {"source": Fraction(4) + Fraction(1, 3000) + Fraction(5, 25)}),
        (("<out>140</out>", "<out>140</out>"), {}),
        (("<name>c</name>", "<name>new name</name>"), {"name": "new name"}),
        (("<enabled>TRUE</enabled>", "<enabled>FALSE</enabled>"), {"muted": True}),
        (("<end>40</end>", "<end>30</end>"), {"frames": 30}),
    ],
    ids=("slipped", "ticks gone", "renamed", "disabled", "trimmed"),
)
def test_what_was_changed_in_an_editing_program_holds_and_the_rest_stays(
    change: tuple[str, str], holds: dict[str, object]
) -> None:
    media = {"a": MediaLink(name="a.mov", url="a.mov", rate=PAL, frames=900)}
    clip = one_clip(start=Fraction(4) + Fraction(1, 3000), slot="slot7", lines=("a1",), reason="best")
    text = write_xmeml(cut_of(clip), media).decode()
    if change[0] in ("<in>100</in>", "<out>140</out>"):  # as a program that knows whole frames alone
        text = re.sub(r"<pproTicks\w+>\d+</pproTicks\w+>", "", text)
    if change[0] == "<in>100</in>":
        text = text.replace("<out>140</out>", "<out>145</out>")
    at = text.index(change[0], text.index("<clipitem"))
    head, rest = text[:at], text[at + len(change[0]) :]
    (again,) = read_xmeml((head + change[1] + rest).encode()).cut.tracks[0].clips
    now = {
        "source": again.source.start.seconds,
        "name": again.name,
        "muted": again.muted,
        "frames": again.record.duration.frame(PAL),
    }
    was = {"source": clip.source.start.seconds, "name": "c", "muted": False, "frames": 40}
    assert now == was | holds
    assert (again.slot, again.lines, again.reason) == ("slot7", ("a1",), "best")


def test_a_note_that_somebody_broke_is_told_and_the_document_believed() -> None:
    media = {"a": MediaLink(name="a.mov", url="a.mov", rate=PAL, frames=900)}
    text = write_xmeml(cut_of(one_clip(slot="slot7")), media).decode()
    found = read_xmeml(re.sub(r"answerprint \{", "answerprint [", text).encode())
    assert [one.detail for one in found.losses] == ["our note in Comment B can no longer be read"]
    assert found.cut.tracks[0].clips[0].slot is None
    wrong = json.dumps({"markers": [[["1/0", "2", "n", "c", "RED"]], []]})
    found = read_xmeml(re.sub(r"answerprint \{.*?\}(?=<)", f"answerprint {wrong}", text).encode())
    assert [one.kind for one in found.losses] == ["approximated"]


def test_every_microphone_has_its_track_and_moves_with_its_picture() -> None:
    media = {"a": MediaLink(name="a.mov", url="a.mov", rate=PAL, frames=900, channels=6, sample_rate=96000)}
    sounds = tuple(
        CutTrack(name=f"A{n + 1}", kind="audio", clips=(one_clip(channels=(n,), link="L", id=f"c{n}"),))
        for n in range(6)
    )
    cut = Cut(name="c", rate=PAL, tracks=(*cut_of(one_clip(link="L")).tracks, *sounds))
    data = write_xmeml(cut, media)
    assert [one.findtext("trackindex") for one in etree.fromstring(data).iter("sourcetrack")] == list(
        "123456"
    )
    assert len(element(data, "clipitem").findall("link")) == 7
    assert texts(element(data, "file/media/audio"), "samplecharacteristics/samplerate", "channelcount") == [
        "96000",
        "6",
    ]
    native = read_xmeml(without_notes(data))
    assert compare(TimelineFile(cut=cut, media=media), native) == ()


def test_links_by_track_and_place_are_links() -> None:
    link = "<link><mediatype>video</mediatype><trackindex>1</trackindex><clipindex>2</clipindex></link>"
    found = read_xmeml(document(item(0, 10, 0, 10, more=link) + item(10, 20, 0, 10)))
    one, two = found.cut.tracks[0].clips
    assert one.link == two.link is not None


def test_a_nested_cut_used_twice_is_told_once() -> None:
    cut, media = rich_cut(PAL)
    nested = cut.tracks[0].clips[-1]
    again = replace(nested, id="again", record=Range.of_ticks(800, 880, PAL))
    twice = cut_of(nested, again)
    data = write_xmeml(twice, media)
    told = [len(one) > 0 for one in etree.fromstring(data).iter("sequence")]
    assert told == [True, True, False]
    found = read_xmeml(data)
    assert compare(TimelineFile(cut=twice, media=media), found) == ()
    assert found.cut.tracks[0].clips[0].nested is found.cut.tracks[0].clips[1].nested


@pytest.mark.parametrize(
    ("path", "url"),
    [
        (
            "/Volumes/Rushes/Zoë 東京 #1.mov",
            "file://localhost/Volumes/Rushes/Zo%C3%AB%20%E6%9D%B1%E4%BA%AC%20%231.mov",
        ),
        ("G:/card 1/a.mov", "file://localhost/G%3a/card%201/a.mov"),
        ("footage/50%20.mov", "footage/50%2520.mov"),
        ("//server/share/a.mov", "file://localhost//server/share/a.mov"),
        ("bytes \udcff.mov", "bytes%20%FF.mov"),
    ],
)
def test_paths_are_percent_encoded_and_come_back(path: str, url: str) -> None:
    assert path_url(path) == url
    assert local_path(url) == path


def test_other_programs_urls_are_paths() -> None:
    assert local_path("file:///D:/a%20b.mov") == "D:/a b.mov"
    assert local_path("file:///mnt/a.mov") == local_path("file://localhost/mnt/a.mov") == "/mnt/a.mov"
    assert local_path("file://server/share/a.mov") == "//server/share/a.mov"


def test_hieros_retimed_clip_counts_retimed_frames(shared_data: Path) -> None:
    found = read_timeline(shared_data / "timelines" / "fcp7" / "hiero_xml_export.xml")
    plain, slow = found.cut.tracks[0].clips
    link = found.media[plain.asset]
    assert (link.start_frame, link.frames, link.url[:10]) == (1101071, 1055, "/A160R0MN/")
    assert (slow.speed, slow.source.start.seconds) == (Fraction(1, 400), 34)  # 326 400 · 0.25 % at 24
    assert found.cut.timecode(0) == "01:00:00:00"


def test_premieres_generators_and_titles_are_told(shared_data: Path) -> None:
    found = read_timeline(shared_data / "timelines" / "fcp7" / "premiere_generators.xml")
    told = [one.feature for one in found.losses]
    assert told == ["generator"] * 5 + ["title", "effect"]
    picture, *sound = [track for track in found.cut.tracks if track.clips]
    assert [len(track.clips) for track in (picture, *sound)] == [6, 2, 1]
    assert [track.clips[-1].channels for track in sound] == [(0,), (1,)]
    assert picture.clips[3].link == sound[0].clips[1].link == sound[1].clips[0].link is not None


def test_drop_frame_is_said_where_it_counts() -> None:
    media = {"a": MediaLink(name="a.mov", url="a.mov", rate=NTSC, frames=900, start_frame=107892, drop=True)}
    clip = replace(one_clip(), record=Range.of_ticks(0, 40, NTSC), source=Range.of_ticks(60, 100, NTSC))
    cut = replace(cut_of(clip, rate=NTSC), drop=True, start_frame=107892)
    root = etree.fromstring(write_xmeml(cut, media))
    for one in root.iter("timecode"):
        assert texts(one, "string", "frame", "displayformat") == ["01;00;00;00", "107892", "DF"]
    found = read_xmeml(without_notes(write_xmeml(cut, media)))
    assert (found.cut.drop, found.media["a.mov"].start_frame, found.media["a.mov"].drop) == (
        True,
        107892,
        True,
    )


BAD: tuple[tuple[str, str, bytes], ...] = (
    ("no XML", "AP-FORMAT-620", b"TITLE: an edl\n"),
    ("not UTF-8", "AP-FORMAT-620", b"<xmeml>\xff\xfe\xfa</xmeml>"),
    ("cut off", "AP-FORMAT-620", write_xmeml(*rich_cut(PAL))[:9000]),
    ("deep", "AP-FORMAT-620", b"<xmeml>" + b"<a>" * 240 + b"</a>" * 240 + b"</xmeml>"),
    ("FCPXML", "AP-FORMAT-621", b'<!DOCTYPE fcpxml><fcpxml version="1.10"/>'),
    ("a web page", "AP-FORMAT-621", b"<html><body/></html>"),
    (
        "an outside entity",
        "AP-FORMAT-622",
        b'<!DOCTYPE xmeml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xmeml>&x;</xmeml>',
    ),
    (
        "an entity bomb",
        "AP-FORMAT-622",
        b'<!DOCTYPE xmeml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xmeml>&b;</xmeml>',
    ),
    ("an outside DTD", "AP-FORMAT-622", b'<!DOCTYPE xmeml SYSTEM "http://localhost/x.dtd"><xmeml/>'),
    ("a bad number", "AP-FORMAT-623", document(item(0, 10, 0, 10).replace("<in>0<", "<in>ten<"))),
    ("a huge number", "AP-FORMAT-623", document(item(0, 10**12, 0, 10))),
    ("a bad rate", "AP-FORMAT-623", document("", rate=rate_xml(0))),
    ("a bad flag", "AP-FORMAT-623", document(item(0, 9, 0, 9, more="<enabled>maybe</enabled>"))),
    ("before the start", "AP-FORMAT-623", document(item(-20, 10, 0, 30))),
    ("no sequence", "AP-FORMAT-624", b"<xmeml><bin><name>b</name></bin></xmeml>"),
    (
        "two sequences",
        "AP-FORMAT-624",
        b'<xmeml><sequence id="a"><name>a</name></sequence><sequence id="b"><name/></sequence></xmeml>',
    ),
    ("itself inside", "AP-FORMAT-625", document(item(0, 9, 0, 9, file='<sequence id="s"/>'))),
    ("nowhere told", "AP-FORMAT-623", document(item(0, 9, 0, 9, file='<sequence id="t"/>'))),
)


@pytest.mark.parametrize(("what", "code", "data"), BAD, ids=[one[0] for one in BAD])
def test_bad_documents_are_named(what: str, code: str, data: bytes) -> None:
    with pytest.raises(FormatError) as raised:
        read_xmeml(data, file="bad.xml")
    assert (raised.value.code, raised.value.file) == (code, "bad.xml")
    assert what != "FCPXML" or raised.value.remedy == "name it .fcpxml"


def test_sequences_that_multiply_are_refused() -> None:
    inner = document(item(0, 9, 0, 9)).decode()
    sequence = inner[inner.index("<sequence") : inner.index("</xmeml>")].replace('id="s"', 'id="n0"')
    for level in range(1, 8):
        first = item(0, 9, 0, 9, file=sequence)
        rest = "".join(
            item(9 * n, 9 * n + 9, 0, 9, file=f'<sequence id="n{level - 1}"/>', name=f"x{level}")
            for n in range(1, 20)
        )
        whole = document(first + rest).decode()
        sequence = whole[whole.index("<sequence") : whole.index("</xmeml>")].replace(
            'id="s"', f'id="n{level}"', 1
        )
    with pytest.raises(FormatError, match="AP-FORMAT-625"):
        read_xmeml(f"<xmeml>{sequence}</xmeml>".encode())


def test_other_encodings_with_a_mark_are_read() -> None:
    text = document(item(0, 9, 0, 9, name="Zoë")).decode().replace("UTF-8", "UTF-16")
    (clip,) = read_xmeml(b"\xff\xfe" + text.encode("utf-16-le")).cut.tracks[0].clips
    assert clip.name == "Zoë"


def test_clips_without_a_length_are_left_out_and_told() -> None:
    found = read_xmeml(document(item(0, 10, 0, 10) + item(20, 20, 0, 0) + item(40, 30, 0, 0)))
    assert len(found.cut.tracks[0].clips) == 1
    assert [(one.feature, one.kind, one.detail) for one in found.losses] == [
        ("clips", "lost", "it is 0 frames long"),
        ("clips", "lost", "it is -10 frames long"),
    ]


def test_a_clip_over_another_gives_way_and_is_told() -> None:
    found = read_xmeml(document(item(0, 10, 0, 10) + item(6, 20, 100, 114, name="b")))
    clip = found.cut.tracks[0].clips[1]
    assert (clip.record, clip.source) == (Range.of_ticks(10, 20, PAL), Range.of_ticks(104, 114, PAL))
    assert [one.feature for one in found.losses] == ["record_range"]


def test_effects_that_change_nothing_are_no_loss() -> None:
    def scaled(percent: int) -> str:
        return f"""<filter><effect><name>Basic Motion</name><effectid>basic</effectid><parameter>
          <parameterid>scale</parameterid><value>{percent}</value></parameter></effect></filter>"""

    assert read_xmeml(document(item(0, 10, 0, 10, more=scaled(100)))).losses == ()
    (told,) = read_xmeml(document(item(0, 10, 0, 10, more=scaled(80)))).losses
    assert (told.feature, told.kind, told.detail) == ("effect", "lost", "Basic Motion")


def test_what_cannot_be_written_is_refused() -> None:
    media = {"a": MediaLink(name="a.mov", url="a.mov", rate=PAL, frames=900)}
    with pytest.raises(FormatError, match="AP-FORMAT-626"):
        write_xmeml(cut_of(one_clip()), {})
    odd = replace(one_clip(), record=Range.of_ticks(0, 40, Fraction(25, 2)))
    with pytest.raises(FormatError, match="AP-FORMAT-627"):
        write_xmeml(cut_of(odd, rate=Fraction(25, 2)), media)
    deep = cut_of(one_clip())
    for _ in range(20):
        deep = cut_of(one_clip(asset="", nested=deep))
    with pytest.raises(FormatError, match="AP-FORMAT-628"):
        write_xmeml(deep, media)


def test_media_of_an_odd_rate_keeps_it_in_a_note() -> None:
    media = {"a": MediaLink(name="a.mov", url="a.mov", rate=Fraction(15, 2), frames=300, start_frame=75)}
    data = write_xmeml(cut_of(one_clip()), media)
    assert texts(element(data, "file"), "rate/timebase", "duration") == ["8", "320"]
    assert compare(TimelineFile(cut=cut_of(one_clip()), media=media), read_xmeml(data)) == ()


def test_an_edited_document_is_read_or_named_whatever_is_wrong_in_it() -> None:
    root = etree.fromstring(write_xmeml(*rich_cut(PAL)))
    places = len(list(root.iter()))

    def removed(one: Any) -> None:
        if one.getparent() is not None:
            one.getparent().remove(one)

    def set_to(text: str) -> Callable[[Any], None]:
        def change(one: Any) -> None:
            if not len(one):
                one.text = text

        return change

    changes = [removed, *map(set_to, ("-1", "0", "1e99", "", "x", "99999999", "TRUE"))]

    @given(st.lists(st.tuples(st.integers(0, places - 1), st.sampled_from(range(len(changes)))), max_size=6))
    @settings(max_examples=80, deadline=None)
    def edited(edits: list[tuple[int, int]]) -> None:
        copy = etree.fromstring(etree.tostring(root))
        elements = list(copy.iter())
        for place, change in edits:
            changes[change](elements[place])
        try:
            found = read_xmeml(etree.tostring(copy))
        except FormatError as error:
            assert error.code.startswith("AP-FORMAT-62")
            return
        again = read_xmeml(write_xmeml(found.cut, found.media))
        assert compare(found, again) == ()

    edited()
