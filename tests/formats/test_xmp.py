"""XMP sidecars: both ways RDF can be written, exact markers, and what is none."""

from __future__ import annotations

from fractions import Fraction

import pytest

from answerprint.core.errors import FormatError
from answerprint.core.time import Time
from answerprint.formats.cameras.xmp import XmpMarker, XmpRecord, parse_xmp, write_xmp

AS_ATTRIBUTES = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpDM="http://ns.adobe.com/xmp/1.0/DynamicMedia/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmp:Rating="4" xmpDM:good="False" xmpDM:scene="12A" xmpDM:tapeName="A001">
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Ferry</rdf:li></rdf:Alt></dc:title>
 <xmpDM:startTimecode xmpDM:timeFormat="2997DropTimecode" xmpDM:timeValue="01:00:00;02"/>
 <xmpDM:Tracks><rdf:Bag><rdf:li><rdf:Description xmpDM:trackName="Comment" xmpDM:frameRate="f30000s1001">
  <xmpDM:markers><rdf:Seq>
   <rdf:li><rdf:Description xmpDM:startTime="150" xmpDM:duration="30" xmpDM:name="here"/></rdf:li>
   <rdf:li rdf:parseType="Resource"><xmpDM:startTime>75f25</xmpDM:startTime></rdf:li>
   <rdf:li rdf:parseType="Resource"><xmpDM:startTime>soon</xmpDM:startTime></rdf:li>
  </rdf:Seq></xmpDM:markers></rdf:Description></rdf:li></rdf:Bag></xmpDM:Tracks>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_what_adobe_writes_as_attributes_is_read() -> None:
    found = parse_xmp(AS_ATTRIBUTES)
    assert (found.rating, found.good, found.scene, found.tape, found.title) == (
        4,
        False,
        "12A",
        "A001",
        "Ferry",
    )
    assert (found.start, found.rate) == ("01:00:00;02", Fraction(30000, 1001))


def test_markers_are_exact_in_their_own_rate() -> None:
    first, second = parse_xmp(AS_ATTRIBUTES).markers
    assert (first.start, first.duration, first.name) == (
        Time(150, Fraction(30000, 1001)), Time(30, Fraction(30000, 1001)), "here",
    )  # fmt: skip
    assert second.start == Time(3, Fraction(1))


def test_a_record_reads_back_as_written() -> None:
    rate = Fraction(24000, 1001)
    record = XmpRecord(
        title="Ferry <1> & more", description="rain", creator="Ada", scene="12A", take="3", shot="A001C003",
        tape="A001", camera="A", model="ALEXA 35", comment="soft?", label="Green", good=True, rating=5,
        start="01:00:00:00", rate=rate,
        markers=(XmpMarker(start=Time(48, rate), duration=Time(24, rate), name="in", comment="here & now"),),
    )  # fmt: skip
    assert parse_xmp(write_xmp(record)) == record


def test_a_rejected_clip_stays_rejected() -> None:
    assert parse_xmp(write_xmp(XmpRecord(rating=-1, good=False))).tags() == {"good": "no", "rating": "-1"}


def test_a_start_whose_format_adobe_has_no_name_for_is_not_written() -> None:
    assert b"startTimecode" not in write_xmp(XmpRecord(start="01:00:00:00", rate=Fraction(48)))


@pytest.mark.parametrize(
    "data", [b"<a/>", b"", b"{}", b"<!DOCTYPE x:xmpmeta []><x:xmpmeta xmlns:x='adobe:ns:meta/'/>"]
)
def test_what_is_no_xmp_is_refused_with_a_code(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        parse_xmp(data, file="x.xmp")
    assert caught.value.code in ("AP-FORMAT-200", "AP-FORMAT-201", "AP-FORMAT-205")


def test_an_empty_packet_says_nothing() -> None:
    assert parse_xmp(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>") == XmpRecord()
