"""Writing ASC MHL v2: a generation and the chain, as the reference implementation reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

import msgspec

from answerprint.formats.cameras.mhl import (
    CHAIN_NAMESPACE,
    NAMESPACE,
    ChainLink,
    FileHash,
    FolderHash,
    Hash,
    Reference,
)

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class Creator(msgspec.Struct, frozen=True, kw_only=True):
    """Who made a generation, when and on what. created: ISO 8601 with an offset from UTC."""

    created: str
    host: str
    tool: str
    version: str
    author: str = ""
    location: str = ""
    comment: str = ""


def writable(path: str) -> bool:
    """Whether a path can stand in XML: no control characters, no bytes that are no UTF-8."""
    return _NOT_XML.search(path) is None and path == path.strip() and "\n" not in path and "\r" not in path


def write_generation(
    creator: Creator,
    entries: Iterable[FileHash | FolderHash],
    *,
    process: str,
    root: FolderHash | None,
    ignored: Sequence[str],
    references: Sequence[Reference] = (),
) -> Iterator[bytes]:
    """The bytes of a generation, piece by piece: files and folders in the order they come.

    process: "in-place" or "transfer".
    """
    yield (
        f'{_HEAD}<hashlist version="2.0" xmlns="{NAMESPACE}">\n'
        "  <creatorinfo>\n"
        f"    <creationdate>{escape(creator.created)}</creationdate>\n"
        f"    <hostname>{escape(creator.host)}</hostname>\n"
        f"    <tool version={quoteattr(creator.version)}>{escape(creator.tool)}</tool>\n"
        + "".join(
            f"    <{name}>{escape(_clean(text))}</{name}>\n"
            for name, text in (
                ("author", creator.author),
                ("location", creator.location),
                ("comment", creator.comment),
            )
            if text
        )
        + f"  </creatorinfo>\n  <processinfo>\n    <process>{escape(process)}</process>\n"
    ).encode()
    if root is not None:
        yield f"    <roothash>\n{_both(root, '      ')}    </roothash>\n".encode()
    patterns = "".join(f"      <pattern>{escape(one)}</pattern>\n" for one in ignored)
    yield f"    <ignore>\n{patterns}    </ignore>\n  </processinfo>\n  <hashes>\n".encode()
    for entry in entries:
        yield (_file(entry) if isinstance(entry, FileHash) else _folder(entry)).encode()
    yield b"  </hashes>\n"
    if references:
        yield b"  <references>\n"
        for one in references:
            yield (
                f"    <hashlistreference>\n      <path>{escape(one.path)}</path>\n"
                f"      <c4>{one.c4}</c4>\n    </hashlistreference>\n"
            ).encode()
        yield b"  </references>\n"
    yield b"</hashlist>\n"


def write_chain(links: Sequence[ChainLink]) -> bytes:
    """The chain file: every generation with the hash of its file."""
    body = "".join(
        f'  <hashlist sequencenr="{one.number}">\n    <path>{escape(one.path)}</path>\n'
        f"    <{one.format}>{escape(one.value)}</{one.format}>\n  </hashlist>\n"
        for one in links
    )
    return f'{_HEAD}<ascmhldirectory xmlns="{CHAIN_NAMESPACE}">\n{body}</ascmhldirectory>\n'.encode()


def _file(entry: FileHash) -> str:
    size = f' size="{entry.size}"' if entry.size is not None else ""
    modified = f" lastmodificationdate={quoteattr(entry.modified)}" if entry.modified else ""
    hashes = _hashes(entry.hashes, "      ")
    previous = (
        f"      <previousPath>{escape(entry.previous_path)}</previousPath>\n" if entry.previous_path else ""
    )
    path = f"      <path{size}{modified}>{escape(entry.path)}</path>\n"
    return f"    <hash>\n{path}{hashes}{previous}    </hash>\n"


def _folder(entry: FolderHash) -> str:
    path = f"      <path>{escape(entry.path)}</path>\n"
    return f"    <directoryhash>\n{path}{_both(entry, '      ')}    </directoryhash>\n"


def _both(entry: FolderHash, indent: str) -> str:
    content, structure = _hashes(entry.content, indent + "  "), _hashes(entry.structure, indent + "  ")
    inner = f"{indent}<content>\n{content}{indent}</content>\n"
    return f"{inner}{indent}<structure>\n{structure}{indent}</structure>\n"


def _hashes(hashes: Sequence[Hash], indent: str) -> str:
    return "".join(
        f"{indent}<{one.format}"
        + (f" action={quoteattr(one.action)}" if one.action else "")
        + (f" hashdate={quoteattr(one.date)}" if one.date else "")
        + f">{one.value}</{one.format}>\n"
        for one in sorted(hashes, key=lambda one: one.format)
    )


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
