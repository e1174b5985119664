"""What cameras write beside clips: Sony's and Panasonic's XML, AVCHD playlists; and files that are none."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import pytest

from answerprint.core.errors import FormatError
from answerprint.core.time import Time
from answerprint.formats.cameras.documents import parse_document
from answerprint.formats.cameras.playlists import parse_playlist
from answerprint.formats.cameras.sidecars import label_after, parse_sidecar

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "footage"))

from made_cards import playlist

# The values are those of cameras' own files, as quoted in public: their start, end and length have to agree.
SONY = """<?xml version="1.0" encoding="UTF-8"?>
<NonRealTimeMeta xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.20">
 <TargetMaterial umidRef="060A2B34"/>
 <Duration value="{frames}"/>
 <LtcChangeTable tcFps="{counted}" halfStep="false">
  <LtcChange frameCount="0" value="{start}" status="increment"/>
  <LtcChange frameCount="1" value="00000000" status="end"/>
 </LtcChangeTable>
 <CreationDate value="2022-09-25T11:57:59+10:00"/>
 <VideoFormat><VideoFrame videoCodec="AVC" captureFps="{rate}" formatFps="{rate}"/></VideoFormat>
 <Device manufacturer="Sony" modelName="ILCE-7SM3" serialNo="123"/>
 <Lens modelName="FE 24-70mm F2.8 GM"/>
</NonRealTimeMeta>"""
PANASONIC = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<P2Main xmlns="urn:schemas-Professional-Plug-in:P2:ClipMetadata:v3.1"><ClipContent>
 <ClipName>0001AB</ClipName><GlobalClipID>ID-1</GlobalClipID>
 <Duration>840</Duration><EditUnit>1001/30000</EditUnit>
 <Relation><GlobalShotID>SHOT</GlobalShotID><Connection>
  <Top><GlobalClipID>ID-1</GlobalClipID></Top><Next><GlobalClipID>ID-2</GlobalClipID></Next></Connection></Relation>
 <EssenceList><Video><FrameRate>29.97p</FrameRate><TimecodeType>Drop</TimecodeType>
  <StartTimecode>00:02:39:03</StartTimecode></Video></EssenceList>
 <ClipMetadata><UserClipName>Ferry</UserClipName><ShotMark>true</ShotMark>
  <Access><CreationDate>2022-03-30T08:57:56+09:00</CreationDate></Access>
  <Device><Manufacturer>Panasonic</Manufacturer><ModelName>DC-GH6</ModelName></Device>
  <Scenario><SceneNo.>12A</SceneNo.><TakeNo.>3</TakeNo.></Scenario></ClipMetadata>
</ClipContent></P2Main>"""


@pytest.mark.parametrize(
    ("start", "frames", "counted", "rate", "label", "after"),
    [
        ("17305719", 4380, "25", "25p", "19:57:30:17", "20:00:25:22"),
        # rec run, drop-frame: the next clip of that card starts at 11:08:46;28, its own start says 68460811
        ("67460811", 1, "30", "29.97p", "11:08:46;27", "11:08:46;28"),
    ],
)
def test_sony_s_start_is_read_from_its_last_digits_on(
    start: str, frames: int, counted: str, rate: str, label: str, after: str
) -> None:
    found = parse_sidecar(SONY.format(start=start, frames=frames, counted=counted, rate=rate).encode())
    assert found is not None
    assert (found.start, label_after(found)) == (label, after)
    assert (found.model, found.lens) == ("ILCE-7SM3", "FE 24-70mm F2.8 GM")


def test_sony_s_last_frame_is_the_one_before_its_end() -> None:
    """The camera's own end entry names frame 4379 as 20:00:25:21."""
    found = parse_sidecar(SONY.format(start="17305719", frames=4379, counted="25", rate="25p").encode())
    assert found is not None and label_after(found) == "20:00:25:21"


def test_panasonic_s_document_says_what_the_clip_goes_on_with() -> None:
    found = parse_sidecar(PANASONIC.encode())
    assert found is not None
    assert (found.clip, found.name, found.start) == ("0001AB", "Ferry", "00:02:39;03")
    assert (found.rate, found.frames) == (Fraction(30000, 1001), 840)
    assert (found.global_id, found.next, found.previous) == ("ID-1", "ID-2", "")
    assert (found.scene, found.take, found.good, found.model) == ("12A", "3", True, "DC-GH6")


def test_xml_of_another_kind_is_no_sidecar() -> None:
    assert parse_sidecar(b"<fcpxml version='1.9'/>") is None


@pytest.mark.parametrize("value", ["", "1", "99999999x", "0000:00", "\u0661" * 8])
def test_a_start_that_is_none_is_left_out(value: str) -> None:
    found = parse_sidecar(SONY.format(start=value, frames="-3", counted="x", rate="0p").encode())
    assert found is not None and label_after(found) == "" and found.frames is None


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>',
        b"",
        b"no xml",
        b"<a>",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_safe_xml_is_refused_with_a_code(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        parse_document(data, file="C0001M01.XML")
    assert caught.value.code in ("AP-FORMAT-200", "AP-FORMAT-201")


def test_a_playlist_says_which_streams_were_recorded_without_a_break() -> None:
    data = playlist(
        ("00000", 90000, 90000 + 45000 * 60, False),
        ("00001", 90000 + 45000 * 60, 90000 + 45000 * 100, True),
        ("00002", 90000, 90000 + 45000, False),
    )
    items = parse_playlist(data)
    assert [(one.stream, one.continues) for one in items] == [
        ("00000", False), ("00001", True), ("00002", False),
    ]  # fmt: skip
    assert [one.duration for one in items] == [
        Time(60, Fraction(1)),
        Time(40, Fraction(1)),
        Time(1, Fraction(1)),
    ]


@pytest.mark.parametrize("cut", [0, 4, 11, 30, 45, 60])
def test_a_cut_playlist_is_refused_at_its_byte(cut: int) -> None:
    data = playlist(("00000", 0, 45000, False))
    with pytest.raises(FormatError) as caught:
        parse_playlist(data[:cut], file="00000.MPL")
    assert caught.value.code == "AP-FORMAT-202"
