"""The one door for FCPXML: parsed without entities or network; its times, flags and numbers, both ways.

Every such document carries `<!DOCTYPE fcpxml>`, which is let through bare; one that declares more is refused.
"""

from __future__ import annotations

import codecs
import re
from fractions import Fraction
from functools import lru_cache

from lxml import etree

from answerprint.core.errors import FormatError
from answerprint.core.time import round_ticks

XML_LIMIT = 256 * 2**20  # bytes; ten thousand clips as Final Cut writes them take about 30 MiB
DEPTH_LIMIT = 200  # elements inside elements: a connected clip of a connected clip needs about 15
OLDEST = 5  # of version 1.5 on, a document has its resources beside its library
LARGEST_DENOMINATOR = 2**31 - 1  # a time is a 64-bit number over a 32-bit one
LARGEST_NUMERATOR = 2**63 - 1
FLICKS = 705_600_000  # of a second: every frame of every film and video rate is a whole number of them
LONGEST = 10**9  # seconds: beyond it no time is a place on a timeline or in a medium

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,400}\?>")
_BEFORE_ROOT = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_BARE_DOCTYPE = re.compile(r"<!DOCTYPE\s+(\w+)\s*>", re.IGNORECASE)
_TIME = re.compile(r"([+-]?\d{1,20}(?:\.\d{1,18})?)(?:/(\d{1,20}))?\s*s?", re.ASCII)
_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_UNHEARD_OF = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def parse_fcpxml(data: bytes, file: str | None) -> etree._Element:
    """The root of an FCPXML document, which may be the Info.fcpxml of an .fcpxmld bundle.

    Raises FormatError AP-FORMAT-600 (no XML, cut off or damaged, or too large or deep to be a timeline),
    AP-FORMAT-601 (XML of another kind, or a version before 1.5 or after 1), AP-FORMAT-602 (declares a
    document type with content, or entities).
    """
    if len(data) > XML_LIMIT:
        raise _no_xml(f"it is larger than {XML_LIMIT // 2**20} MiB of XML", file)
    text = _decoded(data, file)
    declaration = _DECLARATION.match(text)
    if declaration is not None:  # the text is decoded already; its lines keep their numbers
        text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
    prolog = _BEFORE_ROOT.match(text)
    at = prolog.end() if prolog else 0
    if text[at : at + 9].upper() == "<!DOCTYPE":
        bare = _BARE_DOCTYPE.match(text, at)
        if bare is None:
            raise FormatError(
                "AP-FORMAT-602",
                "it declares a document type of its own, or entities; no editing program writes them",
                file=file,
                at=f"line {text.count(chr(10), 0, at) + 1}",
                remedy="export it again, or leave only <!DOCTYPE fcpxml> in a copy",
            )
        text = text[:at] + text[bare.end() :]
    root = _parsed(text, file)
    name = etree.QName(root).localname
    if name != "fcpxml":
        old = name == "xmeml"
        raise FormatError(
            "AP-FORMAT-601",
            "this is the XML of Final Cut Pro 7, not FCPXML"
            if old
            else f"its root is <{name[:40]}>, not <fcpxml>: this is no FCPXML document",
            file=file,
            remedy="name it .xml" if old else "export it as FCPXML",
        )
    version = _VERSION.fullmatch(root.get("version", "").strip())
    if version is None or int(version[1]) != 1 or int(version[2]) < OLDEST:
        raise FormatError(
            "AP-FORMAT-601",
            f"it is FCPXML of version {root.get('version', '')[:20]!r}; 1.{OLDEST} and later 1's are read",
            file=file,
            remedy="export it again from a newer Final Cut Pro, or from Resolve as FCPXML 1.10",
        )
    return root


def time_at(element: etree._Element, name: str, file: str | None) -> Fraction | None:
    """An attribute's time in seconds, exactly; None where there is none. Raises FormatError AP-FORMAT-603."""
    text = element.get(name)
    if text is None:
        return None
    seconds = _seconds(text)
    if seconds is None:
        raise wrong(f"{name} is {text[:40]!r}, no time of a timeline", element, file)
    return seconds


def whole_at(element: etree._Element, name: str, default: int, file: str | None) -> int:
    """An attribute's whole number, default where there is none. Raises FormatError AP-FORMAT-603."""
    text = element.get(name, "").strip()
    if not text:
        return default
    if not _WHOLE.fullmatch(text):
        raise wrong(f"{name} is {text[:40]!r}, no whole number", element, file)
    return int(text)


def time_text(seconds: Fraction) -> str:
    """A time as the format writes it: `3600s`, `1001/24000s`. One too fine for it becomes the nearest of its
    finest common ones, less than a billionth of a second off."""
    if seconds.denominator > LARGEST_DENOMINATOR or abs(seconds.numerator) > LARGEST_NUMERATOR:
        seconds = Fraction(round_ticks(seconds * FLICKS), FLICKS)
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    return f"{seconds.numerator}/{seconds.denominator}s"


def plain(text: str) -> str:
    """A text as XML holds it: what it cannot hold becomes a mark."""
    return _UNHEARD_OF.sub("\ufffd", text)


def add(parent: etree._Element, tag: str, **attributes: str | None) -> etree._Element:
    """A new last child; attributes that are None are left out."""
    kept = {name: plain(value) for name, value in attributes.items() if value is not None}
    return etree.SubElement(parent, tag, kept)


def wrong(message: str, element: etree._Element, file: str | None) -> FormatError:
    """What a document says that cannot be: AP-FORMAT-603 with its line."""
    at = f"line {element.sourceline}" if element.sourceline else None
    return FormatError("AP-FORMAT-603", message, file=file, at=at, remedy="export it again")


@lru_cache(maxsize=65536)  # edits, lengths and media starts recur
def _seconds(text: str) -> Fraction | None:
    match = _TIME.fullmatch(text.strip())
    if match is None or (match[2] is not None and not int(match[2])):
        return None
    seconds = Fraction(match[1]) / int(match[2] or 1)
    return seconds if abs(seconds) <= LONGEST else None


def _decoded(data: bytes, file: str | None) -> str:
    """The text: a byte-order mark decides, else it is UTF-8, which is what these programs write."""
    encoding, kept = "utf-8", data
    for mark, name in _MARKS:
        if data.startswith(mark):
            encoding, kept = name, data[len(mark) :]
    try:
        return kept.decode(encoding)
    except UnicodeDecodeError as error:
        raise _no_xml(f"it is not {encoding.upper()} at byte {error.start}", file) from error


def _parsed(text: str, file: str | None) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        reason = str(error.msg or "not well formed").split(", line ")[0][:120]
        raise _no_xml(reason, file, f"line {error.lineno or 1}") from error
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_LIMIT:
            raise _no_xml("its elements are nested deeper than any timeline's", file)
    return root


def _no_xml(why: str, file: str | None, at: str | None = None) -> FormatError:
    return FormatError(
        "AP-FORMAT-600",
        f"this is no whole XML document: {why}",
        file=file,
        at=at,
        remedy="copy it again from where it came, or export it again",
    )
