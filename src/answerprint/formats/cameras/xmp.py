"""XMP sidecars (ISO 16684-1, Adobe's Dynamic Media schema): notes of a clip, in and out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

import msgspec
from lxml import etree

from answerprint.core.errors import FormatError, UsageError
from answerprint.core.time import Time
from answerprint.core.timecode import can_drop, parse_rate, parse_timecode
from answerprint.formats.cameras.documents import local_name, parse_document, read_document

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
XMP = "http://ns.adobe.com/xap/1.0/"
DM = "http://ns.adobe.com/xmp/1.0/DynamicMedia/"

# Part 2 of the specification, "Timecode": the closed choice of timeFormat, and what each counts.
TIME_FORMATS: dict[str, tuple[Fraction, bool]] = {
    "24Timecode": (Fraction(24), False),
    "25Timecode": (Fraction(25), False),
    "2997DropTimecode": (Fraction(30000, 1001), True),
    "2997NonDropTimecode": (Fraction(30000, 1001), False),
    "30Timecode": (Fraction(30), False),
    "50Timecode": (Fraction(50), False),
    "5994DropTimecode": (Fraction(60000, 1001), True),
    "5994NonDropTimecode": (Fraction(60000, 1001), False),
    "60Timecode": (Fraction(60), False),
    "23976Timecode": (Fraction(24000, 1001), False),
}
_FORMAT_OF = {counted: name for name, counted in TIME_FORMATS.items()}
_FRAMES = re.compile(r"(?P<count>\d{1,18})(?:f(?P<rate>\d{1,9})(?:s(?P<basis>\d{1,9}))?)?", re.ASCII)
_RATE = re.compile(r"f(?P<rate>\d{1,9})(?:s(?P<basis>\d{1,9}))?", re.ASCII)


class XmpMarker(msgspec.Struct, frozen=True, kw_only=True):
    """A marker, counted from the clip's first picture."""

    start: Time
    duration: Time | None = None
    name: str = ""
    comment: str = ""
    kind: str = "Comment"  # Comment, Chapter, Cue, …


class XmpRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a sidecar notes. Empty or None where it says nothing."""

    title: str = ""
    description: str = ""
    creator: str = ""
    scene: str = ""
    take: str = ""
    shot: str = ""
    tape: str = ""
    camera: str = ""
    model: str = ""
    lens: str = ""
    comment: str = ""
    label: str = ""
    good: bool | None = None
    rating: int | None = None  # −1 rejected, 0 … 5
    start: str = ""  # timecode label
    rate: Fraction | None = None  # that the label counts in
    markers: tuple[XmpMarker, ...] = ()

    def tags(self) -> dict[str, str]:
        """The non-empty notes by the names that clips use."""
        names = (
            "title",
            "description",
            "scene",
            "take",
            "shot",
            "camera",
            "model",
            "lens",
            "comment",
            "label",
        )
        tags = {name: value for name in names if (value := getattr(self, name))}
        if self.tape:
            tags["reel"] = self.tape
        if self.good is not None:
            tags["good"] = "yes" if self.good else "no"
        if self.rating is not None:
            tags["rating"] = str(self.rating)
        return tags


def read_xmp(path: Path) -> XmpRecord:
    """A sidecar. Raises UsageError AP-USE-010, FormatError AP-FORMAT-200, 201, AP-FORMAT-205 (XML of another
    kind). What its numbers cannot mean is left out."""
    return _record(read_document(path), str(path))


def parse_xmp(data: bytes, *, file: str = "") -> XmpRecord:
    """As `read_xmp`, from bytes."""
    return _record(parse_document(data, file=file), file)


def _record(root: etree._Element, file: str) -> XmpRecord:
    described = [one for one in root.iter(f"{{{RDF}}}Description") if _is_top(one)]
    if not described and local_name(root) not in ("xmpmeta", "RDF"):
        raise FormatError("AP-FORMAT-205", "is XML, but no XMP", file=file, remedy="export the sidecar again")
    said = _Properties(described)
    start, rate = said.timecode()
    return XmpRecord(
        title=said.text(DC, "title"),
        description=said.text(DC, "description"),
        creator=said.text(DC, "creator"),
        scene=said.text(DM, "scene"),
        take=said.text(DM, "takeNumber"),
        shot=said.text(DM, "shotName"),
        tape=said.text(DM, "tapeName"),
        camera=said.text(DM, "cameraLabel"),
        model=said.text(DM, "cameraModel"),
        lens=said.text("http://ns.adobe.com/exif/1.0/aux/", "Lens"),
        comment=said.text(DM, "logComment"),
        label=said.text(XMP, "Label"),
        good={"true": True, "false": False}.get(said.text(DM, "good").casefold()),
        rating=_rating(said.text(XMP, "Rating")),
        start=start,
        rate=rate,
        markers=tuple(said.markers(rate)),
    )


class _Properties:
    """The properties of a packet, written as attributes or as elements."""

    def __init__(self, described: list[etree._Element]) -> None:
        self._described = described

    def element(self, space: str, name: str) -> etree._Element | None:
        for one in self._described:
            found = one.find(f"{{{space}}}{name}")
            if found is not None:
                return found
        return None

    def text(self, space: str, name: str) -> str:
        for one in self._described:
            value = one.get(f"{{{space}}}{name}")
            if value is not None:
                return value.strip()
        found = self.element(space, name)
        if found is None:
            return ""
        items = [one for one in found.iter(f"{{{RDF}}}li")]
        return ", ".join((one.text or "").strip() for one in items) if items else (found.text or "").strip()

    def timecode(self) -> tuple[str, Fraction | None]:
        """The start label, and its rate where the format names one."""
        for name in ("startTimecode", "altTimecode"):
            found = self.element(DM, name)
            if found is None:
                continue
            value, form = _field(found, "timeValue"), _field(found, "timeFormat")
            counted = TIME_FORMATS.get(form)
            if value and counted is not None:
                try:
                    parse_timecode(value, counted[0], drop=counted[1])
                except UsageError:
                    continue
                return (f"{value[:-3]};{value[-2:]}" if counted[1] else value), counted[0]
        return "", None

    def markers(self, rate: Fraction | None) -> Iterator[XmpMarker]:
        for one in self._described:
            for track in one.iter(f"{{{RDF}}}li"):
                lists = [below for below in _fields(track, "markers")]
                if not lists:
                    continue
                counted = _frame_rate(_field(track, "frameRate")) or rate
                for marker in lists[0].iter(f"{{{RDF}}}li"):
                    found = _marker(marker, counted, _field(track, "trackType"))
                    if found is not None:
                        yield found
            for held in one.findall(f"{{{DM}}}markers"):
                for marker in held.iter(f"{{{RDF}}}li"):
                    found = _marker(marker, rate, "")
                    if found is not None:
                        yield found


def _marker(element: etree._Element, rate: Fraction | None, kind: str) -> XmpMarker | None:
    start = _frames(_field(element, "startTime"), rate)
    if start is None:
        return None
    return XmpMarker(
        start=start,
        duration=_frames(_field(element, "duration"), rate),
        name=_field(element, "name"),
        comment=_field(element, "comment"),
        kind=_field(element, "type") or kind or "Comment",
    )


def _frames(text: str, rate: Fraction | None) -> Time | None:
    """A FrameCount: `150f25`, `75f30000s1001`, or a bare count in the track's rate."""
    found = _FRAMES.fullmatch(text)
    if found is None:
        return None
    own = _frame_rate(text[len(found["count"]) :]) if found["rate"] else rate
    return Time(int(found["count"]), own) if own is not None else None


def _frame_rate(text: str) -> Fraction | None:
    found = _RATE.fullmatch(text)
    if found is None or not int(found["rate"]) or (found["basis"] and not int(found["basis"])):
        return None
    return Fraction(int(found["rate"]), int(found["basis"] or 1))


def _fields(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """A structure's field, with `rdf:parseType` or a Description inside."""
    for one in element:
        if one.tag == f"{{{DM}}}{name}":
            yield one
        elif one.tag == f"{{{RDF}}}Description":
            yield from (below for below in one if below.tag == f"{{{DM}}}{name}")


def _field(element: etree._Element, name: str) -> str:
    for one in (element, *element.findall(f"{{{RDF}}}Description")):
        value = one.get(f"{{{DM}}}{name}")
        if value is not None:
            return value.strip()
    found = next(_fields(element, name), None)
    return (found.text or "").strip() if found is not None else ""


def _is_top(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is None or parent.tag == f"{{{RDF}}}RDF"


def _rating(text: str) -> int | None:
    try:
        value = parse_rate(text) if text not in ("0", "-1") else Fraction(text)
    except UsageError:
        return None
    return int(value) if -1 <= value <= 5 else None


def write_xmp(record: XmpRecord) -> bytes:
    """A sidecar of a record. Markers need a rate: each is written in its own."""
    lines = [
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
        f' <rdf:RDF xmlns:rdf="{RDF}">',
        f'  <rdf:Description rdf:about="" xmlns:dc="{DC}" xmlns:xmp="{XMP}" xmlns:xmpDM="{DM}">',
    ]
    for name, text, box in (
        ("title", record.title, "Alt"),
        ("description", record.description, "Alt"),
        ("creator", record.creator, "Seq"),
    ):
        if text:
            language = ' xml:lang="x-default"' if box == "Alt" else ""
            lines.append(
                f"   <dc:{name}><rdf:{box}><rdf:li{language}>{_xml(text)}</rdf:li></rdf:{box}></dc:{name}>"
            )
    simple = (
        ("xmp:Rating", "" if record.rating is None else str(record.rating)),
        ("xmp:Label", record.label),
        ("xmpDM:scene", record.scene),
        ("xmpDM:takeNumber", record.take),
        ("xmpDM:shotName", record.shot),
        ("xmpDM:tapeName", record.tape),
        ("xmpDM:cameraLabel", record.camera),
        ("xmpDM:cameraModel", record.model),
        ("xmpDM:logComment", record.comment),
        ("xmpDM:good", "" if record.good is None else str(record.good)),
    )
    lines += [f"   <{name}>{_xml(text)}</{name}>" for name, text in simple if text]
    form = time_format(record.start, record.rate)
    if form:
        lines += [
            '   <xmpDM:startTimecode rdf:parseType="Resource">',
            f"    <xmpDM:timeFormat>{form}</xmpDM:timeFormat>",
            f"    <xmpDM:timeValue>{_xml(record.start)}</xmpDM:timeValue>",
            "   </xmpDM:startTimecode>",
        ]
    lines += _tracks(record.markers)
    lines += ["  </rdf:Description>", " </rdf:RDF>", "</x:xmpmeta>", '<?xpacket end="w"?>', ""]
    return "\n".join(lines).encode("utf-8", "backslashreplace")


def time_format(start: str, rate: Fraction | None) -> str:
    """Adobe's name for how a label counts; empty where it has none (48, 119.88)."""
    if not start or rate is None:
        return ""
    return _FORMAT_OF.get((rate, ";" in start and can_drop(rate)), "")


def _tracks(markers: tuple[XmpMarker, ...]) -> list[str]:
    """One track for each rate and kind of marker."""
    tracks: dict[tuple[Fraction, str], list[XmpMarker]] = {}
    for one in markers:
        tracks.setdefault((one.start.rate, one.kind), []).append(one)
    if not tracks:
        return []
    lines = ["   <xmpDM:Tracks><rdf:Bag>"]
    for (rate, kind), members in tracks.items():
        lines += [
            '    <rdf:li rdf:parseType="Resource">',
            f"     <xmpDM:trackName>{_xml(kind)}</xmpDM:trackName>",
            f"     <xmpDM:trackType>{_xml(kind)}</xmpDM:trackType>",
            f"     <xmpDM:frameRate>{_rate_text(rate)}</xmpDM:frameRate>",
            "     <xmpDM:markers><rdf:Seq>",
        ]
        for one in members:
            duration = one.duration.frame(rate) if one.duration is not None else 0
            fields = [("startTime", str(one.start.ticks)), ("duration", str(duration))]
            fields += [("name", one.name), ("comment", one.comment)]
            inside = "".join(f"<xmpDM:{name}>{_xml(text)}</xmpDM:{name}>" for name, text in fields if text)
            lines.append(f'      <rdf:li rdf:parseType="Resource">{inside}</rdf:li>')
        lines += ["     </rdf:Seq></xmpDM:markers>", "    </rdf:li>"]
    return [*lines, "   </rdf:Bag></xmpDM:Tracks>"]


def _rate_text(rate: Fraction) -> str:
    return f"f{rate.numerator}" + (f"s{rate.denominator}" if rate.denominator != 1 else "")


def _xml(text: str) -> str:
    return escape(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "\ufffd", text))
