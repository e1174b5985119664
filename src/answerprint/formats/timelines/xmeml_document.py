"""The one door for xmeml, Final Cut Pro 7's XML: parsed without entities or network, read element by element.

Every such document carries `<!DOCTYPE xmeml>`, which is let through bare; one that declares more is refused.
"""

from __future__ import annotations

import codecs
import re
from fractions import Fraction

from lxml import etree

from answerprint.core.errors import FormatError

XML_LIMIT = 256 * 2**20  # bytes; ten thousand clips as Premiere writes them take about 60 MiB
DEPTH_LIMIT = 200  # elements inside elements: about 7 a nested sequence; the parser itself stops at 256
LARGEST_FRAME = 10**15  # what is larger is no frame of any media
LARGEST_NUMBER = 10**27  # of ticks, or of a graph

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,400}\?>")
_BEFORE_ROOT = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_BARE_DOCTYPE = re.compile(r"<!DOCTYPE\s+(\w+)\s*>", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{0,20})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_TRUE, _FALSE = ("TRUE", "1"), ("FALSE", "0")


def parse_xmeml(data: bytes, file: str | None) -> etree._Element:
    """The root of an xmeml document.

    Raises FormatError AP-FORMAT-620 (no XML, cut off or damaged, or too large or deep to be a timeline),
    AP-FORMAT-621 (XML of another kind), AP-FORMAT-622 (declares a document type with content, or entities).
    """
    if len(data) > XML_LIMIT:
        raise _no_xmeml(f"it is larger than {XML_LIMIT // 2**20} MiB of XML", file)
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
                "AP-FORMAT-622",
                "it declares a document type of its own, or entities; no editing program writes them",
                file=file,
                at=f"line {text.count(chr(10), 0, at) + 1}",
                remedy="export it again, or leave only <!DOCTYPE xmeml> in a copy",
            )
        text = text[:at] + text[bare.end() :]
    root = _parsed(text, file)
    name = etree.QName(root).localname
    if name == "fcpxml":
        raise FormatError(
            "AP-FORMAT-621",
            "this is Final Cut Pro's FCPXML, not the XML of Final Cut Pro 7",
            file=file,
            remedy="name it .fcpxml",
        )
    if name != "xmeml":
        raise FormatError(
            "AP-FORMAT-621",
            f"its root is <{name[:40]}>, not <xmeml>: this is no timeline in Final Cut Pro 7's XML",
            file=file,
            remedy="export it as Final Cut Pro XML (Premiere), or FCP 7 XML (Resolve)",
        )
    return root


def text_at(parent: etree._Element, path: str, default: str = "") -> str:
    """The text of a child, as it is written; default where there is none."""
    found = parent.find(path)
    return default if found is None or found.text is None else str(found.text)


def number_at(parent: etree._Element, path: str, file: str | None) -> Fraction | None:
    """The number in a child; None where there is none or it is empty. Raises FormatError AP-FORMAT-623."""
    found = parent.find(path)
    text = "" if found is None or found.text is None else found.text.strip()
    if found is None or not text:
        return None
    if not _NUMBER.fullmatch(text) or abs(Fraction(text)) > LARGEST_NUMBER:
        raise wrong(f"<{found.tag}> is {text[:40]!r}, no number of a timeline", found, file)
    return Fraction(text)


def frame_at(parent: etree._Element, path: str, file: str | None) -> int | None:
    """A whole number of frames; some programs write `12.0`. Raises FormatError AP-FORMAT-623."""
    text = text_at(parent, path)
    if text.isascii() and text.isdigit() and len(text) < 15:  # nearly all of them
        return int(text)
    number = number_at(parent, path, file)
    if number is not None and abs(number) > LARGEST_FRAME:
        raise wrong(f"<{path}> is beyond every frame", parent, file)
    return None if number is None else round(number)


def flag_at(parent: etree._Element, path: str, default: bool, file: str | None) -> bool:
    """TRUE or FALSE of a child, in any case. Raises FormatError AP-FORMAT-623 for any other word."""
    text = text_at(parent, path).strip().upper()
    if text and text not in (*_TRUE, *_FALSE):
        raise wrong(f"<{path}> is {text[:40]!r}, neither TRUE nor FALSE", parent, file)
    return text in _TRUE if text else default


def rate_at(parent: etree._Element, default: Fraction | None, file: str | None) -> Fraction | None:
    """The rate that a `rate` child says, else the inherited one. Raises FormatError AP-FORMAT-623."""
    found = parent.find("rate")
    timebase = None if found is None else frame_at(found, "timebase", file)
    if found is None or timebase is None:
        return default
    if not 0 < timebase <= 1000:
        raise wrong(f"a timebase of {timebase} is no frame rate", found, file)
    return Fraction(timebase * 1000, 1001) if flag_at(found, "ntsc", False, file) else Fraction(timebase)


def wrong(message: str, element: etree._Element, file: str | None) -> FormatError:
    """What a document says that cannot be: AP-FORMAT-623 with its line."""
    at = f"line {element.sourceline}" if element.sourceline else None
    return FormatError("AP-FORMAT-623", message, file=file, at=at, remedy="export it again")


def _decoded(data: bytes, file: str | None) -> str:
    """The text: a byte-order mark decides, else it is UTF-8, which is what these programs write."""
    encoding, kept = "utf-8", data
    for mark, name in _MARKS:
        if data.startswith(mark):
            encoding, kept = name, data[len(mark) :]
    try:
        return kept.decode(encoding)
    except UnicodeDecodeError as error:
        raise _no_xmeml(f"it is not {encoding.upper()} at byte {error.start}", file) from error


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
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        reason = str(error.msg or "not well formed").split(", line ")[0][:120]
        raise _no_xmeml(reason, file, f"line {error.lineno or 1}") from error
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_LIMIT:
            raise _no_xmeml("its elements are nested deeper than any timeline's", file)
    return root


def _no_xmeml(why: str, file: str | None, at: str | None = None) -> FormatError:
    return FormatError(
        "AP-FORMAT-620",
        f"this is no whole XML document: {why}",
        file=file,
        at=at,
        remedy="copy it again from where it came, or export it again",
    )
