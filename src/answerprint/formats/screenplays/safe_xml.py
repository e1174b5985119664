"""The one door for XML and zipped XML of other people's programs: no DTD, no entities, no network, no bombs.

A damaged document is read up to and around its damage, and says where it is.
"""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

from answerprint.core.errors import FormatError
from answerprint.core.findings import Evidence, Finding
from answerprint.formats.text import read_head

XML_LIMIT = 64 * 2**20  # bytes; a 120-page script with every Final Draft setting is under 2 MiB
MARKUP_LIMIT = 600_000  # tags and attributes each; a feature with every setting has about 60 000
DEPTH_LIMIT = 100  # elements inside elements; a screenplay needs about 10
ENTRY_LIMIT = 1_000  # files in an archive

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*?\?>")
_DECLARED = re.compile(rb"""<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BEFORE_ROOT = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_UNHEARD_OF = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_UNHEARD_REFERENCE = re.compile(r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));", re.I)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


@dataclass(frozen=True)
class Document:
    """A parsed document. `findings` say what was guessed or lost on the way."""

    root: etree._Element
    findings: tuple[Finding, ...] = ()
    damaged_at: int | None = None  # the line, from 1


@dataclass
class _Doubts:
    file: str
    found: list[Finding] = field(default_factory=list)

    def add(self, code: str, message: str, measure: str, value: float | str, *, person: bool = False) -> None:
        self.found.append(
            Finding(
                code=code,
                message=f"{self.file}: {message}",
                severity="problem" if person else "warning",
                subject=self.file,
                evidence=(Evidence(measure=measure, value=value),),
                needs_a_person=person,
            )
        )


def read_limited(path: Path) -> bytes:
    """A file's bytes. Raises UsageError AP-USE-010 (not opened), FormatError AP-FORMAT-110 (too large)."""
    data = read_head(path, XML_LIMIT + 1)
    if len(data) > XML_LIMIT:
        raise _too_large(str(path))
    return data


def parse_xml(data: bytes, *, file: str, root: str, product: str) -> Document:
    """A document whose root element is `root`; `product` is the program people know it by.

    Comments and processing instructions are left out. Findings: `text.encoding_guessed`,
    `xml.characters_dropped`, `xml.damaged` (needs a person). Raises FormatError AP-FORMAT-110 (too large, too
    deep, too many elements), AP-FORMAT-111 (declares a document type or entities), AP-FORMAT-112 (no XML, or
    damaged so that nothing can be kept), AP-FORMAT-113 (XML of another kind).
    """
    doubts = _Doubts(Path(file).name)
    text = _cleaned(_decoded(data, file, product, doubts), doubts)
    prolog = _BEFORE_ROOT.match(text)
    opening = text[prolog.end() if prolog else 0 :][:9]
    if opening.upper().startswith("<!DOCTYPE"):
        raise FormatError(
            "AP-FORMAT-111",
            "declares a document type, which no screenplay program writes; it is not read",
            file=file,
            at=f"line {text.count(chr(10), 0, prolog.end() if prolog else 0) + 1}",
            remedy=f"open it in {product} and save it again, or delete the DOCTYPE from a copy",
        )
    if not opening.startswith("<"):
        raise _not_xml(file, product)
    if max(text.count("<"), text.count('="') + text.count("='")) > MARKUP_LIMIT:
        raise _too_large(file, "has more elements than any screenplay")
    tree, damage = _parsed(text, file, product)
    name = etree.QName(tree).localname
    if name != root:
        raise FormatError(
            "AP-FORMAT-113",
            f"is XML, but its root is <{name[:40]}>, not <{root}>: this is no {product} document",
            file=file,
            at="line 1",
            remedy=f"export it from {product} again, or give the file its right extension",
        )
    _check_depth(tree, file)
    if damage is not None:
        line, reason = damage
        doubts.add(
            "xml.damaged",
            f"damaged at line {line} ({reason}); what could be read before and after it was kept: "
            "compare the end of the script with another copy",
            "line",
            line,
            person=True,
        )
    return Document(tree, tuple(doubts.found), damage[0] if damage else None)


def line_of(element: etree._Element) -> int:
    """The line an element begins on, from 1; 0 where it is not known."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def text_of(element: etree._Element) -> str:
    """All the text inside an element."""
    return "".join(str(part) for part in element.itertext())


def attributes_of(element: etree._Element) -> dict[str, str]:
    """Attributes in the order they are written."""
    return {str(name): str(value) for name, value in element.attrib.items()}


def readable(text: str) -> str:
    """Text without characters that XML cannot hold."""
    return _UNHEARD_OF.sub("", text.replace("\r", ""))


def quoted(value: str) -> str:
    """An attribute's value between double quotes."""
    return quoteattr(readable(value), {"\n": "&#10;", "\t": "&#9;", '"': "&quot;"})


def read_zipped(path: Path, member: str, *, product: str) -> tuple[bytes, tuple[Finding, ...]]:
    """One file out of a zip archive, whole. A truncated archive gives what can still be unpacked, and a
    finding `zip.damaged` that needs a person.

    Raises FormatError AP-FORMAT-110 (too large, packed or unpacked), AP-FORMAT-114 (no archive, or an unsafe
    one: absolute or climbing names, the file twice, too many files), AP-FORMAT-115 (locked with a password),
    AP-FORMAT-116 (the file is not in it, or cannot be unpacked).
    """
    data = read_limited(path)
    file = str(path)
    if not data.startswith(b"PK"):
        raise FormatError(
            "AP-FORMAT-114",
            f"is no zip archive, so it is no {product} document",
            file=file,
            remedy=f"save it from {product} again",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            return _unpacked(archive, member, file, product), ()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        salvaged = _salvaged(data, member)
        if not salvaged:
            raise FormatError(
                "AP-FORMAT-116",
                f"is damaged: {str(error)[:120]}",
                file=file,
                remedy=f"copy it again from where it came, or take {product}'s own backup",
            ) from error
        doubts = _Doubts(path.name)
        doubts.add(
            "zip.damaged",
            "the archive is damaged; what could be unpacked was kept: compare it with another copy",
            "bytes unpacked",
            len(salvaged),
            person=True,
        )
        return salvaged, tuple(doubts.found)


def _decoded(data: bytes, file: str, product: str, doubts: _Doubts) -> str:
    """The text: a byte-order mark decides, then the declaration, then UTF-8, then Windows-1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            kept = data[len(mark) :] if mark[:1] not in (b"<", b"\0") else data
            whole = kept[: len(kept) & ~1] if encoding.startswith("utf-16") else kept
            text = whole.decode(encoding, errors="replace")
            if "\ufffd" in text and "\ufffd".encode(encoding) not in whole:
                doubts.add("text.encoding_guessed", f"is not wholly {encoding}", "encoding", encoding)
            return text
    if b"\0" in data:
        raise _not_xml(file, product)
    declared = _DECLARED.match(data.lstrip()[:300])
    names = ["utf-8", "cp1252"]
    if declared is not None:
        name = declared[1].decode("ascii").lower()
        # A file that begins with a single-byte `<` is not UTF-16, whatever it says of itself.
        names = names if name.startswith(("utf-16", "utf16", "utf-32", "ucs")) else [name, *names]
    for name in names:
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if name != names[0]:
            doubts.add(
                "text.encoding_guessed",
                f"is not {names[0]} as it says and was read as {name}: check its accented letters",
                "encoding",
                name,
            )
        return text
    doubts.add(
        "text.encoding_guessed", "is in no known encoding: check its accented letters", "encoding", "cp1252"
    )
    return data.decode("cp1252", errors="replace")


def _cleaned(text: str, doubts: _Doubts) -> str:
    """Text without declaration (it is decoded already) and without characters that XML does not allow."""
    text = text.removeprefix("\ufeff")
    declaration = _DECLARATION.match(text)
    if declaration is not None:
        text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
    text, characters = _UNHEARD_OF.subn("", text)
    text, references = _UNHEARD_REFERENCE.subn("", text)
    if characters + references:
        doubts.add(
            "xml.characters_dropped",
            f"{characters + references} control characters were left out",
            "characters",
            characters + references,
        )
    return text


def _parsed(text: str, file: str, product: str) -> tuple[etree._Element, tuple[int, str] | None]:
    data = text.encode("utf-8")
    try:
        return etree.fromstring(data, _parser(recover=False)), None
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        reason = str(error.msg or "not well formed").split(", line ")[0][:120]
        if "depth" in reason.lower() or "huge" in reason.lower():
            raise _too_large(file, "has elements nested deeper than any screenplay") from error
    tree = etree.fromstring(data, _parser(recover=True))
    if tree is None or len(tree) == 0:
        raise FormatError(
            "AP-FORMAT-112",
            f"is damaged: {reason}",
            file=file,
            at=f"line {line}",
            remedy=f"copy it again from where it came, or take {product}'s own backup",
        )
    return tree, (line, reason)


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _check_depth(tree: etree._Element, file: str) -> None:
    depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_LIMIT:
            raise _too_large(file, "has elements nested deeper than any screenplay")


def _unpacked(archive: zipfile.ZipFile, member: str, file: str, product: str) -> bytes:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    unsafe = [name for name in names if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name)]
    if len(entries) > ENTRY_LIMIT or unsafe or names.count(member) > 1:
        why = "names outside itself" if unsafe else "too many files, or one of them twice"
        raise FormatError(
            "AP-FORMAT-114",
            f"is an archive with {why}; it is not opened",
            file=file,
            at=ascii(unsafe[0])[:80] if unsafe else None,
            remedy=f"save it from {product} again",
        )
    if member not in names:
        raise FormatError(
            "AP-FORMAT-116",
            f"has no {member} inside, so it is no {product} document",
            file=file,
            remedy=f"save it from {product} again",
        )
    entry = archive.getinfo(member)
    if entry.flag_bits & 0x1:
        raise FormatError(
            "AP-FORMAT-115",
            "is locked with a password",
            file=file,
            remedy=f"open it in {product} and save a copy without a password",
        )
    if entry.file_size > XML_LIMIT:
        raise _too_large(file)
    with archive.open(entry) as stream:  # the declared size may lie: the real one is limited too
        data = stream.read(XML_LIMIT + 1)
    if len(data) > XML_LIMIT:
        raise _too_large(file)
    return data


def _salvaged(data: bytes, member: str) -> bytes:
    """What can be unpacked of a member found by its local header, where the archive's directory is gone."""
    at = data.find(b"PK\x03\x04")
    while at >= 0:
        header = data[at : at + 30]
        if len(header) < 30:
            return b""
        method, flags = int.from_bytes(header[8:10], "little"), int.from_bytes(header[6:8], "little")
        name_size, extra_size = (int.from_bytes(header[n : n + 2], "little") for n in (26, 28))
        start = at + 30 + name_size + extra_size
        name = data[at + 30 : at + 30 + name_size].decode("utf-8", errors="replace")
        if name == member and not flags & 0x1 and method == zipfile.ZIP_DEFLATED:
            return _inflated(data[start:])
        at = data.find(b"PK\x03\x04", at + 4)
    return b""


def _inflated(data: bytes) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    found = bytearray()
    for at in range(0, len(data), 4096):
        try:
            found += stream.decompress(data[at : at + 4096], XML_LIMIT + 1 - len(found))
        except zlib.error:
            break
        if stream.eof or len(found) > XML_LIMIT:
            break
    return bytes(found[:XML_LIMIT])


def _too_large(file: str, why: str = f"is larger than {XML_LIMIT // 2**20} MiB of XML") -> FormatError:
    return FormatError(
        "AP-FORMAT-110",
        f"{why}; it is not read",
        file=file,
        remedy="check that this is a screenplay; take pictures and attachments out of it",
    )


def _not_xml(file: str, product: str) -> FormatError:
    return FormatError(
        "AP-FORMAT-112",
        f"is not XML, so it is no {product} document",
        file=file,
        at="line 1",
        remedy=f"export it from {product} again, or give the file its right extension",
    )
