"""Files of notes of four programs: read as those write them, written and read again, and spoiled."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.core.cut import Clip, Cut, CutTrack, Marker
from answerprint.core.errors import AnswerprintError, FormatError, UsageError
from answerprint.core.time import Range
from answerprint.core.timecode import RATES, can_drop, frames_a_day
from answerprint.formats.timelines.edl import write_edl
from answerprint.formats.timelines.markers import KINDS, read_markers, write_markers
from answerprint.formats.timelines.model import MediaLink

PAL, NTSC = Fraction(25), Fraction(30000, 1001)
HOUR = 3600 * 25

RESOLVE = """TITLE: Reel 1
FCM: NON-DROP FRAME

001  001      V     C        01:00:02:05 01:00:02:06 01:00:02:05 01:00:02:06  
 |C:ResolveColorBlue |M:Marker 1 |D:1

002  001      V     C        01:00:10:00 01:00:10:01 01:00:10:00 01:00:10:01  
Son en avance, é
et plus long |C:ResolveColorFuchsia |M:son |D:24
"""  # noqa: W291  (Resolve ends the lines of events so)
PREMIERE = (
    "Marker Name\tDescription\tIn\tOut\tDuration\tMarker Type\t\n"
    "look\tSome comment\t01:00:02:05\t01:00:02:05\t00:00:00:00\tComment\t\n"
    "\ttwo\nlines\t01:00:10:00\t01:00:10:24\t00:00:00:24\tChapter\n"
)
AVID = (
    "Ada\t01:00:02:05\tV1\tred\tVFX - fade in\t1\n"
    "Zoë\t01:00:10:00\tV2\tmagenta\tpaint out\t24\t\tPink\n"
    "Zoë\t01:00:11:00\tA1\tcyan\tno length\n"
)
AVID_XML = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<!DOCTYPE Avid:StreamItems SYSTEM "AvidSettingsFile.dtd">
<Avid:StreamItems xmlns:Avid="http://www.avid.com"><Avid:XMLFileData>
<AvProp name="DomainMagic" type="string">Domain</AvProp>
<AvClass id="ATTR"><AvProp id="ATTR" name="__OMFI:ATTR:NumItems" type="int32">3</AvProp>
<List id="OMFI:ATTR:AttrRefs">
<ListElem><AvProp id="ATTR" name="OMFI:ATTB:Kind" type="int32">2</AvProp>
<AvProp id="ATTR" name="OMFI:ATTB:Name" type="string">_ATN_CRM_COM</AvProp>
<AvProp id="ATTR" name="OMFI:ATTB:StringAttribute" type="string">fade &amp; hold</AvProp></ListElem>
<ListElem><AvProp id="ATTR" name="OMFI:ATTB:Name" type="string">_ATN_CRM_TC</AvProp>
<AvProp id="ATTR" name="OMFI:ATTB:StringAttribute" type="string">01:00:02:05</AvProp></ListElem>
<ListElem><AvProp id="ATTR" name="OMFI:ATTB:Name" type="string">_ATN_CRM_LENGTH</AvProp>
<AvProp id="ATTR" name="OMFI:ATTB:IntAttribute" type="int32">7</AvProp></ListElem>
<ListElem/></List></AvClass>
</Avid:XMLFileData></Avid:StreamItems>
"""
COMMENTS = (
    '"Timecode","Frame","Comment","Commenter","Date"\n'
    '"00:00:02:05","55","Too long, ""he"" says\nand dark","Ada","2024-05-01"\n'
    '"","","agreed","Zoë",""\n'
    '"00:00:10:00","","music","Ada",""\n'
)


def said(data: str | bytes, rate: Fraction = PAL, start: int = HOUR) -> list[tuple[int, int, str, str, str]]:
    found = read_markers(data if isinstance(data, bytes) else data.encode(), rate=rate, start_frame=start)
    return [
        (one.range.start.frame(rate), one.range.duration.frame(rate), one.name, one.comment, one.colour)
        for one in found
    ]


def test_marker_lists_of_resolve_are_read() -> None:
    assert said(RESOLVE) == [
        (55, 1, "Marker 1", "", "BLUE"),
        (250, 24, "son", "Son en avance, é\net plus long", "MAGENTA"),
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
def test_markers_of_premiere_are_read_in_every_encoding(encoding: str) -> None:
    assert said(PREMIERE.encode(encoding)) == [
        (55, 1, "look", "Some comment", "GREEN"),
        (250, 24, "", "two\nlines", "GREEN"),
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_marker_text_of_avid_is_read(ends: str) -> None:
    assert said(AVID.replace("\n", ends)) == [
        (55, 1, "Ada", "VFX - fade in", "RED"),
        (250, 24, "Zoë", "paint out", "PINK"),
        (275, 1, "Zoë", "no length", "CYAN"),
    ]


def test_marker_xml_of_avid_is_read() -> None:
    assert said(AVID_XML) == [(55, 7, "", "fade & hold", "RED")]


def test_comments_of_a_review_page_count_from_zero_and_replies_stay_with_theirs() -> None:
    assert said(COMMENTS) == [
        (55, 1, "Ada", 'Too long, "he" says\nand dark', "RED"),
        (55, 1, "Zoë", "agreed", "RED"),
        (250, 1, "Ada", "music", "RED"),
    ]
    assert said("Start;Text\n0:02.2;a\n1:00:00;b\n") == [(55, 1, "", "a", "RED"), (90000, 1, "", "b", "RED")]


def test_drop_frame_labels_are_counted_as_such() -> None:
    line = "look\tx\t00;11;23;01\t00;11;24;25\t00;00;01;24\tChapter\n"
    head = "Marker Name\tDescription\tIn\tOut\tDuration\tMarker Type\n"
    (marker,) = read_markers((head + line).encode(), rate=NTSC)
    start = (11 * 60 + 23) * 30 + 1 - 2 * 10  # two labels dropped in each minute but every tenth
    assert marker.range == Range.of_ticks(start, start + 54, NTSC)


def test_locators_of_edit_lists_are_notes() -> None:
    link = MediaLink(name="a.mov", url="a.mov", rate=PAL, frames=900)
    clip = Clip(id="1", asset="a", record=Range.of_ticks(0, 50, PAL), source=Range.of_ticks(0, 50, PAL))
    cut = Cut(
        name="c",
        rate=PAL,
        start_frame=HOUR,
        tracks=(CutTrack(name="V1", kind="video", clips=(clip,)),),
        markers=(Marker(Range.of_ticks(20, 21, PAL), "50% darker", colour="CYAN"),),
    )
    assert said(write_edl(cut, {"a": link})) == [(20, 1, "50% darker", "", "CYAN")]


letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp"), exclude_characters="|")
words = st.text(letters, max_size=20).map(str.strip)
colours = st.sampled_from(["RED", "GREEN", "BLUE", "CYAN", "MAGENTA", "PINK", "BLACK", "PURPLE", "ORANGE"])
notes = st.tuples(st.integers(0, 200_000), st.integers(1, 5000), words, words, colours)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=80, deadline=None)
@given(
    rate=st.sampled_from(list(RATES.values())),
    drops=st.booleans(),
    start=st.integers(0, 90_000) | st.just(-20),
    made=st.lists(notes, max_size=5),
)
def test_what_is_written_is_read_again(
    kind: str, rate: Fraction, drops: bool, start: int, made: list[tuple[int, int, str, str, str]]
) -> None:
    drop = drops and can_drop(rate)
    cut = Cut(
        name="c",
        rate=rate,
        drop=drop,
        start_frame=start % frames_a_day(rate, drop),
        markers=tuple(
            Marker(Range.of_ticks(at, at + frames, rate), name, comment, colour)
            for at, frames, name, comment, colour in made
        ),
    )
    data = write_markers(kind, cut)
    assert data == write_markers(kind, cut)
    if not made and kind in ("resolve", "avid"):
        with pytest.raises(FormatError, match="AP-FORMAT-670"):
            read_markers(data, rate=rate)
        return
    again = read_markers(data, file="notes", rate=rate, start_frame=cut.start_frame, drop=drop)
    expected = sorted(cut.markers, key=lambda one: one.range.start)
    colours = ["GREEN"] * len(made) if kind == "premiere" else [one.colour for one in expected]
    assert [(one.range, one.name, one.comment) for one in again] == [
        (one.range, one.name, one.comment) for one in expected
    ]
    assert [one.colour for one in again] == colours


def test_bars_and_line_breaks_inside_a_text_do_no_harm() -> None:
    text = 'a |C:ResolveColorRed |M:x |D:9\n\tb "c", d'
    cut = Cut(name="c", rate=PAL, markers=(Marker(Range.of_ticks(3, 5, PAL), text, text),), start_frame=10)
    for kind in KINDS:
        (note,) = read_markers(write_markers(kind, cut), rate=PAL, start_frame=10)
        assert note.range == cut.markers[0].range
        assert "".join(note.comment.split()).replace("|", "") == "".join(text.split()).replace("|", ""), kind


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "AP-FORMAT-670"),
        (b"Dear editor,\nplease cut this.\n", "AP-FORMAT-670"),
        (b"TITLE: x\n001  AX V C 01:00:00:00 01:00:01:00 00:00:00:00 00:00:01:00\n", "AP-FORMAT-670"),
        (b"<html><body>01:00:00:00</body></html>", "AP-FORMAT-670"),
        (bytes(range(256)), "AP-FORMAT-001"),
        (RESOLVE.replace("01:00:10:00 01:00:10:01  ", "01:00:10:99 01:00:10:01  ").encode(), "AP-FORMAT-671"),
        (RESOLVE.replace("|D:24", "|D:99999999999").encode(), "AP-FORMAT-671"),
        (PREMIERE.replace("01:00:10:24", "01:00:09:24").encode(), "AP-FORMAT-671"),
        (AVID.replace("\t24\t", "\tlong\t").encode(), "AP-FORMAT-671"),
        (AVID.replace("01:00:11:00", "01:00:61:00").encode(), "AP-FORMAT-671"),
        (COMMENTS.replace('"55"', '"-1"').encode(), "AP-FORMAT-671"),
        (COMMENTS.replace('"00:00:10:00"', '"soon"').encode(), "AP-FORMAT-671"),
        (COMMENTS.encode() + b'"' + b"x" * 200_000, "AP-FORMAT-671"),
        (AVID_XML[: len(AVID_XML) // 2].encode(), "AP-FORMAT-672"),
        (AVID_XML.replace('"AvidSettingsFile.dtd">', '"x" [<!ENTITY a "b">]>').encode(), "AP-FORMAT-672"),
        (AVID_XML.replace(">7<", ">&xxe;<").encode(), "AP-FORMAT-672"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_coded_error(data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_markers(data, file="notes.txt", rate=PAL, start_frame=HOUR)
    assert (caught.value.code, caught.value.file) == (code, "notes.txt")


def test_an_unknown_kind_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="AP-USE-504"):
        write_markers("moviola", Cut(name="c", rate=PAL))


SAMPLES = [one.encode() for one in (RESOLVE, PREMIERE, AVID, AVID_XML, COMMENTS)]


@settings(max_examples=300, deadline=None)
@given(
    data=st.sampled_from(SAMPLES), at=st.integers(0, 2000), new=st.binary(max_size=4), gone=st.integers(0, 40)
)
def test_spoiled_files_are_read_or_refused(data: bytes, at: int, new: bytes, gone: int) -> None:
    place = at % len(data)
    try:
        found = read_markers(data[:place] + new + data[place + gone :], rate=PAL, start_frame=HOUR)
    except AnswerprintError:
        return
    assert all(one.range.duration.frame(PAL) > 0 for one in found)
