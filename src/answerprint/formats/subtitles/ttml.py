"""Timed text in XML: TTML1 (https://www.w3.org/TR/ttml1/) and the Text profile of IMSC 1.1
(https://www.w3.org/TR/ttml-imsc1.1/). Older DFXP namespaces are read too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.core.timecode import nominal
from answerprint.formats.screenplays.safe_xml import line_of, quoted, readable, text_of
from answerprint.formats.subtitles.ass import Run, marked, styled_lines
from answerprint.formats.subtitles.model import Align, Cue, Place, SubtitleFile
from answerprint.formats.text import TEXT_LIMIT

Profile = Literal["ttml1", "imsc1.1"]

_NAMESPACE = "http://www.w3.org/ns/ttml"
_PROFILES = {
    "ttml1": f'ttp:profile="{_NAMESPACE}/profile/dfxp-presentation"',
    "imsc1.1": f'ttp:contentProfiles="{_NAMESPACE}/profile/imsc1.1/text"',
}
_LEFT_OUT = ("image", "set", "animate")
_XML = "{http://www.w3.org/XML/1998/namespace}"
_CLOCK = re.compile(r"(\d{2,6}):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,30})|:(\d{2,4}))?", re.ASCII)
_OFFSET = re.compile(r"(\d{1,15}(?:\.\d{1,30})?)(h|ms|m|s|f|t)", re.ASCII)
_LENGTH = re.compile(r"(-?\d{1,6}(?:\.\d{1,12})?)(%|px|c|rh)", re.ASCII)
_SPACE = re.compile(r"[ \t\r\n]+")
_LOOKS = ("fontStyle", "fontWeight", "textDecoration", "textAlign", "forcedDisplay")  # inherited, all of them
_STYLES = (*_LOOKS, "origin", "extent", "displayAlign", "display")
_MOST_STATES = 400  # of one paragraph
_SPANS = {"i": 'tts:fontStyle="italic"', "b": 'tts:fontWeight="bold"', "u": 'tts:textDecoration="underline"'}
_SPANS = {"i": 'tts:fontStyle="italic"', "b": 'tts:fontWeight="bold"', "u": 'tts:textDecoration="underline"'}
_ALIGNS: dict[str, Align] = {"left": "left", "start": "left", "right": "right", "end": "right"}
_TOPS = {"top": "10%", "middle": "37.5%", "bottom": "65%"}  # regions of 25 % that never touch one another
_SIDES = {"top": "before", "middle": "center", "bottom": "after"}

_Styles = dict[str, str]


class _Clock(NamedTuple):
    """What the attributes of <tt> say of its times."""

    base: str  # "media", "smpte", "clock"
    counted: int  # frames a second of its labels
    rate: Fraction  # frames a second of the picture
    ticks: Fraction
    drop: bool
    told: bool  # a frame rate is given


class _Around(NamedTuple):
    """What an element has from the elements around it."""

    begin: Fraction
    end: Fraction | None
    looks: _Styles
    region: str
    speaker: str
    kept: bool  # xml:space="preserve"

    def lasts(self, first: Fraction, last: Fraction) -> bool:
        return self.begin <= first and (self.end is None or last <= self.end)


_Piece = tuple[str, Run, _Around]  # text of one style and one time; a break is "\n"


def read_ttml(data: bytes, *, file: str | None = None) -> SubtitleFile:
    """The paragraphs of a TTML or IMSC document in written order, with the times of what is around them.

    Times are exact; those that fall on its frames are in ticks of its frame rate. A paragraph whose spans
    have times of their own gives a cue for each of its states. Without any region or alignment a cue is at
    the bottom centre, where players put it. Raises FormatError AP-FORMAT-002 for a file larger than a text,
    AP-FORMAT-054 for one that is no TTML, AP-FORMAT-055 for a document type, AP-FORMAT-056 for a time that
    cannot be read or an end that is missing, AP-FORMAT-051 for a cue that ends before it starts.
    """
    root = _parsed(data, file)
    reader = _Reader(root, file)
    head, body = (next((one for one in root if _name(one) == part), None) for part in ("head", "body"))
    titles = [text_of(one) for one in head.iter() if _name(one) == "title"] if head is not None else []
    around = _Around(Fraction(0), None, {}, "", "", root.get(f"{_XML}space") == "preserve")
    return SubtitleFile(
        cues=tuple(reader.inside(body, around, Fraction(0))[0]) if body is not None else (),
        format="imsc" if any("/imsc" in value for value in map(str, root.attrib.values())) else "ttml",
        rate=reader.clock.rate if reader.clock.told else None,
        language=str(root.get(f"{_XML}lang", "")),
        title=" ".join(" ".join(titles[:1]).split()),
        notes=tuple(reader.notes),
    )


def write_ttml(file: SubtitleFile, *, rate: Fraction, profile: Profile) -> bytes:
    """The cues as TTML1 or as IMSC 1.1 Text, in time order; a reader recovers the exact frame of each time.

    In media time `hh:mm:ss:ff` is a clock with a part of a second behind it (TTML1, 10.3.1), which holds
    every frame of a whole rate only; at others times are written as frames, `1234f`. The speaker is the agent
    of its paragraph. Raises FormatError AP-FORMAT-052 for a cue that begins before the cut.
    """
    cues = sorted(file.cues, key=lambda one: one.range.start)
    names = dict.fromkeys(cue.speaker for cue in cues if cue.speaker)
    speakers = {name: f"agent{at}" for at, name in enumerate(names)}
    counted = nominal(rate)
    over, under = (rate / counted).as_integer_ratio()
    attributes = [
        f'xmlns="{_NAMESPACE}" xmlns:ttp="{_NAMESPACE}#parameter" xmlns:tts="{_NAMESPACE}#styling"',
        f'xmlns:ttm="{_NAMESPACE}#metadata" xmlns:itts="{_NAMESPACE}/profile/imsc1#styling"',
        f'{_PROFILES[profile]} xml:lang={quoted(file.language)} ttp:timeBase="media"',
        f'ttp:frameRate="{counted}" ttp:frameRateMultiplier="{over} {under}"',
    ]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<tt {' '.join(attributes)}>", "<head>", "<metadata>"]
    lines += [f"<ttm:title>{escape(readable(file.title))}</ttm:title>"] if file.title else []
    for name, agent in speakers.items():
        named = f'<ttm:name type="alias">{escape(readable(name))}</ttm:name>'
        lines.append(f'<ttm:agent xml:id="{agent}" type="character">{named}</ttm:agent>')
    style = '<style xml:id="plain" tts:fontFamily="proportionalSansSerif" tts:color="white"/>'
    lines += ["</metadata>", "<styling>", style, "</styling>", "<layout>"]
    shown = 'tts:textAlign="center" tts:showBackground="whenActive"'
    for place in sorted({cue.place for cue in cues}):
        box = f'tts:origin="10% {_TOPS[place]}" tts:extent="80% 25%" tts:displayAlign="{_SIDES[place]}"'
        lines.append(f'<region xml:id="{place}" {box} {shown}/>')
    lines += ["</layout>", "</head>", "<body>", '<div style="plain">']
    for number, cue in enumerate(cues, start=1):
        begin, end = (_label(time.frame(rate), rate, number) for time in (cue.range.start, cue.range.end))
        told = [f'begin="{begin}" end="{end}" region="{cue.place}"']
        told += [f'tts:textAlign="{cue.align}"'] if cue.align != "center" else []
        told += [f'ttm:agent="{speakers[cue.speaker]}"'] if cue.speaker else []
        told += ['itts:forcedDisplay="true"'] if cue.forced else []
        told += ['xml:space="preserve"'] if "  " in cue.text else []
        said = ("".join(map(_span, line)) for line in styled_lines(readable(cue.text)))
        lines.append(f"<p {' '.join(told)}>{'<br/>'.join(said)}</p>")
    lines += ["</div>", "</body>", "</tt>", ""]
    return "\n".join(lines).encode("utf-8")


class _Reader:
    def __init__(self, root: etree._Element, file: str | None) -> None:
        self.file = file
        self.clock = _clock(root)
        self.notes: dict[str, None] = {}
        named = {str(one.get(f"{_XML}id")): one for one in root.iter() if one.get(f"{_XML}id") is not None}
        self.styles = {name: one for name, one in named.items() if _name(one) == "style"}
        self.regions = {name: one for name, one in named.items() if _name(one) == "region"}
        self.names = {
            name: " ".join(text_of(one).split()) for name, one in named.items() if _name(one) == "agent"
        }
        self.resolved: dict[str, _Styles] = {}
        self.cell_rows = _whole(_attributes(root).get("cellResolution", "").rpartition(" ")[2], 15)
        self.pixel_rows = _whole(_attributes(root).get("extent", "").rpartition(" ")[2].removesuffix("px"), 0)
        if self.clock.base != "media":
            self.notes[f"its times are {self.clock.base} labels and were read as time from the start"] = None

    def inside(
        self, element: etree._Element, around: _Around, base: Fraction
    ) -> tuple[list[Cue], Fraction | None]:
        """The cues of a body, div or p, and when it ends."""
        if self._own(element).get("display") == "none":
            return [], base
        here = self._entered(element, around, base)
        if here.end is not None and here.end < here.begin:
            self.notes["some text begins after what is around it has ended, and is never shown"] = None
            return [], here.end
        if _name(element) == "p":
            return self._paragraph(element, here)
        found, ends = list[Cue](), list[Fraction]()
        start: Fraction | None = here.begin
        for child in element:
            if _name(child) in ("div", "p") and start is not None:
                cues, end = self.inside(child, here, start)
                found += cues
                ends += [end] if end is not None else []
                start = end if element.get("timeContainer") == "seq" else start
            elif _name(child) in _LEFT_OUT:
                self.notes[f"<{_name(child)}> was left out"] = None
        if any(str(name).endswith("backgroundImage") for name in element.attrib):
            self.notes["pictures of subtitles were left out"] = None
        return found, here.end if here.end is not None else max(ends, default=None)

    def _paragraph(self, element: etree._Element, here: _Around) -> tuple[list[Cue], Fraction | None]:
        pieces = list(self._pieces(element, here))
        times = [here, *(around for text, _, around in pieces if text.strip())]
        if len(times) == 1:
            return [], here.end
        if here.end is None and any(one.end is None for one in times[1:]):
            raise self._bad("AP-FORMAT-056", "this paragraph has no end", element, "give it an end or a dur")
        moments = sorted({one.begin for one in times} | {one.end for one in times if one.end is not None})
        if len(moments) > _MOST_STATES:
            why = f"this paragraph changes more than {_MOST_STATES} times"
            raise self._bad("AP-FORMAT-056", why, element, "make paragraphs of its spans")
        found: list[Cue] = []
        for first, last in pairwise(moments if len(moments) > 1 else [here.begin, here.begin]):
            shown = [one for one in pieces if one[2].lasts(first, last)]
            text = marked(_lines(shown))
            if found and found[-1].text == text and found[-1].range.end.seconds == first:
                first = found.pop().range.start.seconds
            found += [self._cue(element, here, first, last, text)] if text else []
        return found, here.end if here.end is not None else moments[-1]

    def _cue(self, element: etree._Element, here: _Around, first: Fraction, last: Fraction, text: str) -> Cue:
        box = self._region(here.region)
        looks = box | here.looks
        return Cue(
            range=Range(self._time(first), self._time(last)),
            text=text,
            speaker=here.speaker or None,
            identifier=str(element.get(f"{_XML}id", "")),
            place=self._place(box),
            align=_ALIGNS.get(looks.get("textAlign", ""), "center"),
            forced=looks.get("forcedDisplay") == "true",
        )

    def _pieces(self, element: etree._Element, here: _Around) -> Iterator[_Piece]:
        """The text of a paragraph or span, each piece with its style and times."""
        looks = self._region(here.region) | here.looks
        run = Run(
            "",
            italic=looks.get("fontStyle") in ("italic", "oblique"),
            bold=looks.get("fontWeight") == "bold",
            underline="underline" in looks.get("textDecoration", "").split(),
        )
        yield element.text or "", run, here
        for child in element:
            if _name(child) == "br":
                yield "\n", run, here._replace(kept=True)
            elif _name(child) == "span" and self._own(child).get("display") != "none":
                yield from self._pieces(child, self._entered(child, here, here.begin))
            elif _name(child) in _LEFT_OUT:
                self.notes[f"<{_name(child)}> was left out"] = None
            yield child.tail or "", run, here

    def _entered(self, element: etree._Element, around: _Around, base: Fraction) -> _Around:
        begin, end, duration = (self._seconds(element, name) for name in ("begin", "end", "dur"))
        first = base + (begin or 0)
        ends = [base + end] if end is not None else []
        ends += [first + duration] if duration is not None else []
        if ends and min(ends) < first:
            raise self._bad("AP-FORMAT-051", "this ends before it starts", element, "correct its times")
        ends += [around.end] if around.end is not None else []
        agents = _attributes(element).get("agent", "").split()
        space = element.get(f"{_XML}space")
        return _Around(
            begin=first,
            end=min(ends, default=None),
            looks=around.looks | {name: one for name, one in self._own(element).items() if name in _LOOKS},
            region=str(element.get("region", around.region)),
            speaker=", ".join(self.names.get(one) or one for one in agents) or around.speaker,
            kept=space == "preserve" if space else around.kept,
        )

    def _own(self, element: etree._Element) -> _Styles:
        """The styles an element has by reference and by its own attributes, the later ones winning."""
        found: _Styles = {}
        for name in str(element.get("style", "")).split():
            if name not in self.resolved and name in self.styles:
                self.resolved[name] = {}  # a style that leads back to itself adds nothing
                self.resolved[name] = self._own(self.styles[name])
            found |= self.resolved.get(name, {})
        return found | {name: value for name, value in _attributes(element).items() if name in _STYLES}

    def _region(self, name: str) -> _Styles:
        key = f"region {name}"
        region = self.regions.get(name)
        if region is not None and key not in self.resolved:
            self.resolved[key] = {}
            for part in [*(one for one in region if _name(one) == "style"), region]:
                self.resolved[key] |= self._own(part)
        return self.resolved.get(key, {})

    def _place(self, box: _Styles) -> Place:
        """Where the text stands in the picture: the third that its region's edge or middle is in."""
        if "origin" not in box and "displayAlign" not in box:
            return "bottom"
        top = self._height(box.get("origin", ""), Fraction(0))
        height = self._height(box.get("extent", ""), 1 - top)
        side = box.get("displayAlign", "before")
        middle = top + (height if side == "after" else height / 2 if side == "center" else 0)
        return "top" if middle < Fraction(1, 3) else "bottom" if middle > Fraction(2, 3) else "middle"

    def _height(self, lengths: str, default: Fraction) -> Fraction:
        match = _LENGTH.fullmatch(lengths.split()[-1]) if lengths.split() else None
        units = {"%": 100, "rh": 100, "c": self.cell_rows, "px": self.pixel_rows}
        return Fraction(match[1]) / units[match[2]] if match and units[match[2]] else default

    def _seconds(self, element: etree._Element, name: str) -> Fraction | None:
        label = str(element.get(name, "")).strip()
        seconds = _seconds(label, self.clock) if label else None
        if label and seconds is None:
            remedy = "write 00:00:01.500, 00:00:01:12 or 1.5s"
            raise self._bad("AP-FORMAT-056", f"{label[:40]!r} is no time", element, remedy)
        return seconds

    def _time(self, seconds: Fraction) -> Time:
        frames = seconds * self.clock.rate
        exact = self.clock.told and frames.denominator == 1
        return Time(frames.numerator, self.clock.rate) if exact else Time.of_seconds(seconds)

    def _bad(self, code: str, why: str, element: etree._Element, remedy: str) -> FormatError:
        return FormatError(code, why, file=self.file, at=f"line {line_of(element)}", remedy=remedy)


def _parsed(data: bytes, file: str | None) -> etree._Element:
    if len(data) > TEXT_LIMIT:
        why, remedy = f"larger than {TEXT_LIMIT // 2**20} MiB: this is no subtitle file", "check what it is"
        raise FormatError("AP-FORMAT-002", why, file=file, remedy=remedy)
    again = "export it from the subtitle program again"
    declared = data.replace(b"\0", b"").find(b"<!DOCTYPE")
    try:  # no DTD is loaded and no huge tree is built, which are the parser's defaults
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        root = etree.fromstring(data, parser) if declared < 0 else None
    except (etree.XMLSyntaxError, ValueError) as error:
        at = f"line {getattr(error, 'lineno', None) or 1}"
        raise FormatError("AP-FORMAT-054", f"is no XML: {error}", file=file, at=at, remedy=again) from error
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        why, remedy = "declares a document type, which TTML never needs; it is not read", "delete the DOCTYPE"
        raise FormatError("AP-FORMAT-055", why, file=file, at=f"byte {max(declared, 0)}", remedy=remedy)
    if _name(root) != "tt":
        why = f"is XML, but its root is <{_name(root)[:40]}>, not <tt>: this is no TTML"
        raise FormatError("AP-FORMAT-054", why, file=file, at=f"line {line_of(root)}", remedy=again)
    return root


def _clock(root: etree._Element) -> _Clock:
    told = _attributes(root)
    counted = _whole(told.get("frameRate"), 30)
    over, _, under = told.get("frameRateMultiplier", "1 1").replace(":", " ").partition(" ")
    rate = Fraction(counted * _whole(over, 1), _whole(under.strip(), 1))
    base, drop = told.get("timeBase", "media"), told.get("dropMode") == "dropNTSC"
    ticks = Fraction(_whole(told.get("tickRate"), 0)) or (rate if "frameRate" in told else Fraction(1))
    return _Clock(base, counted, rate, ticks, drop, "frameRate" in told)


def _seconds(label: str, clock: _Clock) -> Fraction | None:
    """The seconds of a time expression (TTML1, 10.3.1), None where it is none."""
    if (match := _OFFSET.fullmatch(label)) is not None:
        second = {"f": clock.rate, "t": clock.ticks, "ms": Fraction(1000), "s": Fraction(1)}
        second |= {"m": Fraction(1, 60), "h": Fraction(1, 3600)}
        return Fraction(match[1]) / second[match[2]]
    if (match := _CLOCK.fullmatch(label)) is None:
        return None
    hours, minutes, seconds, part, frames = match.groups()
    whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    count = int(frames or 0)
    if count >= clock.counted:
        return None
    if clock.base != "smpte" or frames is None:
        return whole + Fraction(f"0.{part or 0}") + count / clock.rate
    past = int(hours) * 60 + int(minutes)
    dropped = clock.counted // 15 * (past - past // 10) if clock.drop else 0
    return (whole * clock.counted - dropped + count) / clock.rate


def _lines(pieces: list[_Piece]) -> list[list[Run]]:
    """Pieces as lines; white space counts as one space where it is not kept (xml:space)."""
    lines: list[list[Run]] = [[]]
    for text, run, around in pieces:
        for index, part in enumerate((text if around.kept else _SPACE.sub(" ", text)).split("\n")):
            lines += [[]] if index else []
            spaced = not around.kept and bool(lines[-1]) and lines[-1][-1].text.endswith(" ")
            said = part.lstrip(" ") if spaced else part
            lines[-1] += [run._replace(text=said)] if said else []
    return lines


def _attributes(element: etree._Element) -> dict[str, str]:
    """An element's attributes of W3C namespaces by their local name."""
    pairs = ((str(name), str(value)) for name, value in element.attrib.items())
    return {name.rpartition("}")[2]: value for name, value in pairs if name.startswith("{http://www.w3.org/")}


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,9}", text, re.ASCII) and int(text) else default


def _label(frame: int, rate: Fraction, number: int) -> str:
    if frame < 0:
        why = "a subtitle cannot begin before the cut does"
        raise FormatError("AP-FORMAT-052", why, at=f"cue {number}", remedy="move it into the cut")
    if rate.denominator != 1:
        return f"{frame}f"
    seconds, frames = divmod(frame, rate.numerator)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frames:02d}"


def _span(run: Run) -> str:
    told = " ".join(_SPANS[tag] for tag in run.tags)
    return f"<span {told}>{escape(run.text)}</span>" if told else escape(run.text)
