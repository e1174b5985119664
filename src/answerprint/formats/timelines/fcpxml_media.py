"""The media of an FCPXML document, both ways: formats and their rates, assets with place, timecode, reel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from urllib.parse import quote

from lxml import etree

from answerprint.core.time import round_ticks
from answerprint.core.timecode import can_drop
from answerprint.formats.timelines.fcpxml_document import add, time_at, time_text, whole_at, wrong
from answerprint.formats.timelines.model import MediaLink
from answerprint.formats.timelines.xmeml_media import local_path

REEL = "com.apple.proapps.studio.reel"
HIGHEST_RATE = 1000

_RATES = {
    "2398": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "2997": Fraction(30000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "5994": Fraction(60000, 1001),
    "60": Fraction(60),
}
_SIZES = {
    (1280, 720): "720",
    (1920, 1080): "1080",
    (3840, 2160): "3840x2160",
}  # that have names at every rate
_NAMED = re.compile(r"FFVideoFormat(?:(\d{2,5})x)?(\d{3,5})([pi])(\d{2,4})(?:_\w+)?", re.ASCII)
_WIDTHS = {720: 1280, 1080: 1920}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"/?([A-Za-z]):[\\/]")


def add_format(resources: etree._Element, identity: str, rate: Fraction, width: int, height: int) -> None:
    """A `format`. One of Final Cut's own carries its name; another is told by its numbers alone."""
    named = _SIZES.get((width, height))
    number = next((digits for digits, each in _RATES.items() if each == rate), None)
    add(
        resources,
        "format",
        id=identity,
        name=f"FFVideoFormat{named}p{number}" if named and number else None,
        frameDuration=time_text(1 / rate),
        width=str(width),
        height=str(height),
    )


def format_of(
    element: etree._Element | None, file: str | None
) -> tuple[Fraction | None, int | None, int | None]:
    """Frames a second, width and height of a `format`, from its numbers, else from Final Cut's name for it.

    Raises FormatError AP-FORMAT-603 for a rate that is none.
    """
    if element is None:
        return None, None, None
    lasting = time_at(element, "frameDuration", file)
    if lasting is not None and not Fraction(1, HIGHEST_RATE) <= lasting <= HIGHEST_RATE:
        raise wrong("its frameDuration is that of no frame rate", element, file)
    rate = None if lasting is None else 1 / lasting
    width, height = (whole_at(element, one, 0, file) or None for one in ("width", "height"))
    named = _NAMED.fullmatch(element.get("name", "").strip())
    if named is not None:
        counted = _RATES.get(named[4])
        if counted is not None and named[3] == "i" and counted > 30:  # named by its fields
            counted /= 2
        rate = rate or counted
        height = height or int(named[2])
        width = width or (int(named[1]) if named[1] else _WIDTHS.get(int(named[2])))
    return rate, width, height


def add_asset(
    resources: etree._Element, identity: str, link: MediaLink, format_: str | None, channels: int | None
) -> etree._Element:
    """An `asset`. It starts at its timecode. format_: of its pictures, None for none; channels: of its sound,
    0 where nobody knows how many, None for no sound."""
    sound = channels is not None
    made = add(
        resources,
        "asset",
        id=identity,
        name=link.name,
        start=time_text(link.start_frame / link.rate),
        duration=time_text(link.frames / link.rate) if link.frames else None,
        hasVideo="1" if format_ else None,
        format=format_,
        hasAudio="1" if sound else None,
        videoSources="1" if format_ else None,
        audioSources="1" if sound else None,
        audioChannels=str(channels) if channels else None,
        audioRate=str(link.sample_rate) if sound and link.sample_rate else None,
    )
    add(made, "media-rep", kind="original-media", src=path_url(link.url or link.name))
    if link.reel is not None:
        add(add(made, "metadata"), "md", key=REEL, value=link.reel)
    return made


def native_link(
    element: etree._Element,
    formats: Mapping[str, etree._Element],
    counted: Fraction,
    drop: bool,
    file: str | None,
) -> MediaLink:
    """What an `asset` says by itself. counted: the rate of sound, which says none. drop: whether the clips
    that show it count its timecode as drop-frame, for it does not say so."""
    said, width, height = format_of(formats.get(element.get("format", "")), file)
    rate = said or counted
    places = [
        element.get("src"),
        *(one.get("src") for one in element.iterfind("media-rep") if one.get("kind") != "proxy-media"),
    ]
    url = local_path(next((one for one in places if one), "").strip())
    picture = element.get("hasVideo") == "1" or element.get("hasAudio") != "1"
    samples = whole_at(element, "audioRate", 0, file)
    return MediaLink(
        name=element.get("name") or url.replace("\\", "/").rsplit("/", 1)[-1],
        url=url,
        rate=rate,
        frames=max(round_ticks((time_at(element, "duration", file) or Fraction(0)) * rate), 0),
        start_frame=round_ticks((time_at(element, "start", file) or Fraction(0)) * rate),
        drop=drop and can_drop(rate),
        reel=next(
            (one.get("value") for one in element.iterfind("metadata/md") if one.get("key") == REEL), None
        ),
        picture=picture,
        width=width if picture else None,
        height=height if picture else None,
        channels=max(whole_at(element, "audioChannels", 0, file), 0) if element.get("hasAudio") == "1" else 0,
        sample_rate=samples if samples > 0 else None,
    )


def path_url(url: str) -> str:
    """A media's place as `src` has it: percent-encoded, a file URL where it is absolute; what is relative
    stays so, to be found again from the document's folder or by its name."""
    drive = _DRIVE.match(url)
    if drive is not None:
        return f"file:///{drive[1]}:/{_quoted(url[drive.end() :].replace(chr(92), '/'))}"
    scheme = _SCHEME.match(url)
    if scheme is not None:
        return scheme[0] + _quoted(url[scheme.end() :])
    return ("file://" if url.startswith("/") else "") + _quoted(url)


def _quoted(path: str) -> str:
    return quote(path, safe="/.~-_", errors="surrogateescape")
