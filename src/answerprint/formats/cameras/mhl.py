"""Media Hash Lists: ASC MHL v2 generations, their chain, and the legacy MHL 1.x, read as one kind of record.

Names in such a list come from strangers: a path that leaves the folder is refused, never followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import msgspec
from lxml import etree

from answerprint.core.errors import FormatError
from answerprint.formats.cameras.documents import local_name, refuse_document_type, stream_elements, text_of

FOLDER = "ascmhl"
CHAIN = "ascmhl_chain.xml"
SUFFIX = ".mhl"
NAMESPACE = "urn:ASC:MHL:v2.0"
CHAIN_NAMESPACE = "urn:ASC:MHL:DIRECTORY:v2.0"
IGNORED = (".DS_Store", "ascmhl", "ascmhl/")  # what the reference implementation leaves out by itself
FORMATS = ("md5", "sha1", "xxh128", "xxh3", "xxh64", "c4")

# Legacy lists name their 64-bit xxHash by byte order.
_LEGACY = {"xxhash64be": "xxh64", "xxhash64": "xxh64", "xxhash": "xxh32", "md5": "md5", "sha1": "sha1"}
_GENERATION = re.compile(r"(\d{4,})(?:_.+)?\.mhl", re.IGNORECASE)
_LENGTHS = {"md5": 32, "sha1": 40, "xxh128": 32, "xxh3": 16, "xxh64": 16, "xxh32": 8, "c4": 90}


class Hash(msgspec.Struct, frozen=True):
    """One digest, as the list writes it: hexadecimal, or C4's own digits."""

    format: str
    value: str
    action: str = ""  # original, verified, failed, new; empty in legacy lists
    date: str = ""


class FileHash(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a list. path: POSIX, relative to the folder that holds the history."""

    path: str
    size: int | None = None
    modified: str = ""
    hashes: tuple[Hash, ...] = ()
    previous_path: str = ""


class FolderHash(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of a list: the hash of what is in it, and of how it is named. path "." is the root."""

    path: str
    content: tuple[Hash, ...] = ()
    structure: tuple[Hash, ...] = ()


class Reference(msgspec.Struct, frozen=True):
    """A generation of a history further down that this one builds on."""

    path: str
    c4: str


class HashList(msgspec.Struct, frozen=True, kw_only=True):
    """One list, read whole."""

    version: str
    files: tuple[FileHash, ...]
    folders: tuple[FolderHash, ...] = ()
    root: FolderHash | None = None
    ignored: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    created: str = ""
    tool: str = ""
    process: str = ""
    refused: tuple[str, ...] = ()  # paths as written that leave the folder, or are none


class ChainLink(msgspec.Struct, frozen=True):
    """A generation as the chain file knows it."""

    number: int
    path: str  # of the file, beside the chain
    format: str
    value: str


def generation_number(name: str) -> int | None:
    """The generation that a file's name in an `ascmhl` folder gives it; None for other files."""
    found = _GENERATION.fullmatch(name)
    return int(found[1]) if found and not name.startswith("._") else None


def safe_path(written: str) -> str | None:
    """A path of a list as a relative POSIX path; None when it leaves its folder or names nothing.

    Backslashes are separators only in lists that Windows programs wrote: a drive or a leading one gives
    them away, and such a path is refused.
    """
    if not written or "\0" in written or len(written) > 4096 or written.startswith(("/", "\\")):
        return None
    if re.match(r"[A-Za-z]:[\\/]", written):
        return None
    parts = [one for one in PurePosixPath(written).parts if one != "."]
    return "/".join(parts) if parts and ".." not in parts else None


def read_mhl(path: Path) -> HashList:
    """A hash list of either kind.

    Raises FormatError AP-FORMAT-200, AP-FORMAT-201, AP-FORMAT-204 (XML of another kind), and OSError.
    """
    collected = _Collected()
    for element in stream_elements(path, _ASKED):
        collected.take(element)
    if collected.version is None:
        collected.version = _version(path)
    return collected.list()


def read_chain(path: Path) -> tuple[ChainLink, ...]:
    """The generations of a chain file, in its order. Raises as `read_mhl`."""
    links = []
    for element in stream_elements(path, frozenset({"hashlist"})):
        number, name = element.get("sequencenr") or "", safe_path(text_of(element, "path"))
        digest = next((one for one in element if local_name(one) in _LENGTHS), None)
        if not number.isdigit() or name is None or digest is None or "/" in name:
            raise FormatError(
                "AP-FORMAT-204",
                "this chain names a generation that is none",
                file=str(path),
                at=f"line {element.sourceline}",
                remedy="the history was edited by hand or damaged: take it from another copy",
            )
        links.append(ChainLink(int(number), name, local_name(digest), (digest.text or "").strip()))
    return tuple(links)


_ASKED = frozenset({"creatorinfo", "processinfo", "hash", "directoryhash", "hashlistreference"})


class _Collected:
    """A list on its way in."""

    def __init__(self) -> None:
        self.version: str | None = None
        self.files: list[FileHash] = []
        self.folders: list[FolderHash] = []
        self.root: FolderHash | None = None
        self.ignored: list[str] = []
        self.references: list[Reference] = []
        self.refused: list[str] = []
        self.told: dict[str, str] = {}

    def take(self, element: etree._Element) -> None:
        name = local_name(element)
        if self.version is None:
            root = element.getroottree().getroot()
            self.version = (root.get("version") or "") if local_name(root) == "hashlist" else None
        if name == "creatorinfo":
            self.told["created"] = text_of(element, "creationdate") or text_of(element, "startdate")
            self.told["tool"] = text_of(element, "tool")
        elif name == "processinfo":
            self._process(element)
        elif name == "hash":
            self._file(element)
        elif name == "directoryhash":
            self._folder(element)
        elif name == "hashlistreference":
            path = safe_path(text_of(element, "path"))
            if path is None:
                self.refused.append(text_of(element, "path"))
            else:
                self.references.append(Reference(path, text_of(element, "c4")))

    def list(self) -> HashList:
        return HashList(
            version=self.version or "",
            files=tuple(self.files),
            folders=tuple(self.folders),
            root=self.root,
            ignored=tuple(self.ignored),
            references=tuple(self.references),
            created=self.told.get("created", ""),
            tool=self.told.get("tool", ""),
            process=self.told.get("process", ""),
            refused=tuple(self.refused),
        )

    def _process(self, element: etree._Element) -> None:
        self.told["process"] = text_of(element, "process")
        for one in element.iter():
            if local_name(one) == "pattern" and one.text:
                self.ignored.append(one.text)
            elif local_name(one) == "roothash":
                self.root = FolderHash(
                    path=".", content=_inside(one, "content"), structure=_inside(one, "structure")
                )

    def _file(self, element: etree._Element) -> None:
        place = next((one for one in element if local_name(one) in ("path", "file")), None)
        written = (place.text or "") if place is not None else ""
        path = safe_path(written)
        if place is None or path is None:
            self.refused.append(written)
            return
        size = place.get("size") or text_of(element, "size")
        date = text_of(element, "hashdate")
        self.files.append(
            FileHash(
                path=path,
                size=int(size) if size.isascii() and size.isdigit() and len(size) < 20 else None,
                modified=place.get("lastmodificationdate") or text_of(element, "lastmodificationdate"),
                hashes=tuple(_hashes(element, date)),
                previous_path=text_of(element, "previousPath"),
            )
        )

    def _folder(self, element: etree._Element) -> None:
        path = safe_path(text_of(element, "path"))
        if path is None:
            self.refused.append(text_of(element, "path"))
        else:
            content, structure = _inside(element, "content"), _inside(element, "structure")
            self.folders.append(FolderHash(path=path, content=content, structure=structure))


def _inside(element: etree._Element, name: str) -> tuple[Hash, ...]:
    found = next((one for one in element if local_name(one) == name), None)
    return tuple(_hashes(found, "")) if found is not None else ()


def _hashes(element: etree._Element, date: str) -> Iterator[Hash]:
    for one in element:
        name = local_name(one)
        form = name if name in _LENGTHS else _LEGACY.get(name)
        value = (one.text or "").strip()
        if form is None or not value:
            continue
        if form != "c4":
            value = value.casefold().rjust(_LENGTHS[form], "0")
        yield Hash(form, value, one.get("action") or "", one.get("hashdate") or date)


def reversed_bytes(value: str) -> str:
    """A hexadecimal digest read from its other end: some programs write xxHash64 little-endian."""
    return bytes.fromhex(value)[::-1].hex()


def _version(path: Path) -> str:
    """The version of a list without any entry; refuses what is no list."""
    with path.open("rb") as file:
        for _, root in etree.iterparse(file, events=("start",), resolve_entities=False, no_network=True):
            refuse_document_type(root, str(path))
            if local_name(root) == "hashlist":
                return root.get("version") or ""
            break
    raise FormatError(
        "AP-FORMAT-204",
        "is XML, but no hash list",
        file=str(path),
        remedy="give a .mhl file, or the folder that holds an ascmhl history",
    )


def formats_of(files: Mapping[str, FileHash]) -> tuple[str, ...]:
    """The hash formats that occur in a list, in the order of FORMATS."""
    found = {one.format for file in files.values() for one in file.hashes}
    return tuple(one for one in FORMATS if one in found)
