"""The media of an xmeml document, both ways: `file` elements, their place, timecode, reel and sound."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from urllib.parse import quote, unquote

from lxml import etree

from answerprint.core.errors import UsageError
from answerprint.core.timecode import can_drop, format_timecode, nominal, parse_timecode, recount
from answerprint.formats.timelines.model import MediaLink
from answerprint.formats.timelines.xmeml_document import frame_at, rate_at, text_at, wrong
from answerprint.formats.timelines.xmeml_notes import Note, attribute_of, link_fields, restored_link

_UNHEARD_OF = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"/?([A-Za-z]):[\\/]")


def plain(text: str) -> str:
    """A text as XML holds it: what it cannot hold becomes a mark."""
    return _UNHEARD_OF.sub("\ufffd", text)


def add(parent: etree._Element, tag: str, text: object | None = None, **attributes: str) -> etree._Element:
    """A new last child, with its text."""
    made = etree.SubElement(parent, tag, attributes)
    if text is not None:
        made.text = plain(str(text))
    return made


def add_rate(parent: etree._Element, rate: Fraction) -> None:
    made = add(parent, "rate")
    timebase, ntsc = declared(rate)
    add(made, "timebase", timebase)
    add(made, "ntsc", flag(ntsc))


def add_timecode(
    parent: etree._Element, frame: int, rate: Fraction, drop: bool, reel: str | None = None
) -> None:
    """The timecode of a first frame; the day begins again after 24 hours."""
    made = add(parent, "timecode")
    add_rate(made, rate)
    add(made, "string", format_timecode(frame, rate, drop=drop, wrap=True).replace(":", ";" if drop else ":"))
    add(made, "frame", frame)
    add(made, "displayformat", "DF" if drop else "NDF")
    if reel is not None:
        add(add(made, "reel"), "name", reel)


@lru_cache(maxsize=64)
def declared(rate: Fraction) -> tuple[int, bool]:
    """Timebase and ntsc of a rate, or of the one nearest to it."""
    base = max(nominal(rate), 1)
    choices = [(n, ntsc) for n in (base - 1, base) if n > 0 for ntsc in (False, True)]
    return min(choices, key=lambda one: abs(rate_of(*one) - rate))


def rate_of(timebase: int, ntsc: bool) -> Fraction:
    return Fraction(timebase * 1000, 1001) if ntsc else Fraction(timebase)


def flag(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def write_file(parent: etree._Element, link: MediaLink, number: int) -> etree._Element:
    """A `file` in full. It counts at the rate it declares: the nearest where its own has no name here."""
    made = add(parent, "file", id=f"file-{number}")
    rate = rate_of(*declared(link.rate))
    add(made, "name", link.name)
    if link.url:
        add(made, "pathurl", path_url(link.url))
    add_rate(made, rate)
    if link.frames:
        add(made, "duration", round(link.frames / link.rate * rate))
    drop = link.drop and can_drop(rate)
    add_timecode(made, round(link.start_frame / link.rate * rate), rate, drop, link.reel)
    media = add(made, "media")
    if link.picture:
        picture = add(add(media, "video"), "samplecharacteristics")
        add_rate(picture, rate)
        if link.width and link.height:
            add(picture, "width", link.width)
            add(picture, "height", link.height)
    if link.channels or link.sample_rate or not link.picture:
        sound = add(media, "audio")
        sample = add(sound, "samplecharacteristics")
        if link.sample_rate:
            add(sample, "samplerate", link.sample_rate)
        if link.channels:
            add(sound, "channelcount", link.channels)
    return made


def read_file(element: etree._Element, inherited: Fraction, file: str | None, fallback: str) -> MediaLink:
    """What a `file` element says; where our note of it is still true, exactly. fallback: the clip's name."""
    link = native_link(element, inherited, file, fallback)
    note = attribute_of(element)
    return restored_link(link, note) if note else link


def native_link(
    element: etree._Element, inherited: Fraction, file: str | None, fallback: str = ""
) -> MediaLink:
    """What a `file` element says by itself."""
    picture = element.find("media/video")
    sounds = element.findall("media/audio")
    rate = rate_at(element, None, file)
    if rate is None and picture is not None:
        sample = picture.find("samplecharacteristics")
        rate = None if sample is None else rate_at(sample, None, file)
    counted = rate or inherited
    start, drop = timecode_at(element, counted, file)
    url = local_path(text_at(element, "pathurl").strip())
    name = text_at(element, "name") or url.replace("\\", "/").rsplit("/", 1)[-1] or fallback
    size = element if picture is None else picture.find("samplecharacteristics")
    channels = [frame_at(one, "channelcount", file) or 0 for one in sounds]
    samples = [frame_at(one, "samplecharacteristics/samplerate", file) for one in sounds]
    reel = text_at(element, "timecode/reel/name") or text_at(element, "reel/name")
    return MediaLink(
        name=name,
        url=url,
        rate=counted,
        frames=max(frame_at(element, "duration", file) or 0, 0),
        start_frame=start,
        drop=drop,
        reel=reel or None,
        picture=picture is not None or not sounds,
        width=None if size is None else frame_at(size, "width", file),
        height=None if size is None else frame_at(size, "height", file),
        channels=sum(channels),
        sample_rate=next((one for one in samples if one), None),
    )


def timecode_at(parent: etree._Element, rate: Fraction, file: str | None) -> tuple[int, bool]:
    """The first frame's timecode counted at a rate, and whether drop-frame. A timecode that counts at a rate
    of its own is recounted: the clock's reading is kept."""
    found = parent.find("timecode")
    if found is None:
        return 0, False
    own = rate_at(found, rate, file) or rate
    drop = text_at(found, "displayformat").strip().upper() == "DF" and can_drop(own)
    frame = frame_at(found, "frame", file)
    label = text_at(found, "string").strip()
    if frame is None:
        if not label:
            return 0, drop
        try:
            frame = parse_timecode(label, own, drop=drop)
        except UsageError as error:
            raise wrong(error.message, found, file) from error
    return recount(frame, own, drop, rate)


def path_url(url: str) -> str:
    """A media's place as `pathurl` has it: percent-encoded, with the host Final Cut wrote where it is
    absolute; what is relative stays so, to be found again from the document's folder or by its name."""
    drive = _DRIVE.match(url)
    if drive is not None:
        path = url[drive.end() :].replace("\\", "/")
        return f"file://localhost/{drive[1]}%3a/{_quoted(path)}"
    scheme = _SCHEME.match(url)
    if scheme is not None:
        return scheme[0] + _quoted(url[scheme.end() :])
    return ("file://localhost" if url.startswith("/") else "") + _quoted(url)


def local_path(url: str) -> str:
    """The inverse of `path_url`."""
    scheme = _SCHEME.match(url)
    if scheme is None:
        return unquote(url, errors="surrogateescape")
    rest = unquote(url[scheme.end() :], errors="surrogateescape")
    if scheme[0].casefold() != "file://":
        return scheme[0] + rest
    path = rest.removeprefix("localhost") if rest.startswith(("/", "localhost/")) else "//" + rest
    return path[1:] if _DRIVE.match(path) and path.startswith("/") else path


def media_key(link: MediaLink) -> str:
    """The asset name of a medium: its place, else its name."""
    return link.url or link.name


def link_differences(link: MediaLink, native: MediaLink) -> Note:
    """Fields of a link that its element does not give back, each with what it gives instead."""
    mine, said = link_fields(link), link_fields(native)
    return {key: [mine[key], said[key]] for key in mine if mine[key] != said[key]}


def _quoted(path: str) -> str:
    return quote(path, safe="/.~-_", errors="surrogateescape")
