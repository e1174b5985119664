"""The door for XML that cameras and offload programs write: no DTD, no entities, no network, bounded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from answerprint.core.errors import FormatError
from answerprint.formats.text import read_head

SIDECAR_LIMIT = 16 * 2**20  # bytes; a clip's sidecar is some kilobytes, an index of a full card a megabyte
SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def read_document(path: Path) -> etree._Element:
    """The root of a sidecar. Raises UsageError AP-USE-010, and as `parse_document`."""
    return parse_document(read_head(path, SIDECAR_LIMIT + 1), file=str(path))


def parse_document(data: bytes, *, file: str) -> etree._Element:
    """The root of a document, comments and processing instructions left out.

    Raises FormatError AP-FORMAT-200 (no XML, or too large for a sidecar), AP-FORMAT-201 (declares a document
    type, which none of these formats has).
    """
    if len(data) > SIDECAR_LIMIT:
        raise _not_read(file, f"is larger than {SIDECAR_LIMIT // 2**20} MiB")
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, **SAFE)
    try:
        root = etree.fromstring(data.strip(b"\0 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _not_read(file, f"is no XML: {error}") from error
    refuse_document_type(root, file)
    return root


def stream_elements(path: Path, names: frozenset[str]) -> Iterator[etree._Element]:
    """The elements of these local names, each whole, in the order they end; memory stays that of one.

    An element must not be kept: it is emptied when the next is asked for. Raises as `parse_document`, without
    its limit of size, and OSError.
    """
    with path.open("rb") as file:
        parser = etree.iterparse(file, events=("start", "end"), remove_comments=True, remove_pis=True, **SAFE)
        first = True
        depth = 0  # inside an asked-for element
        try:
            for event, element in parser:
                if first:
                    refuse_document_type(element, str(path))
                    first = False
                asked = local_name(element) in names
                if event == "start":
                    depth += asked
                    continue
                depth -= asked
                if asked and not depth:
                    yield element
                if not depth:
                    _forget(element)
        except etree.XMLSyntaxError as error:
            raise _not_read(str(path), f"is no XML: {error}") from error
        if first:
            raise _not_read(str(path), "is empty")


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace: makers raise the version in it with every camera."""
    return str(element.tag).rpartition("}")[2]


def find(root: etree._Element, *names: str) -> etree._Element | None:
    """The first descendant reached by these local names, one below the other at any depth."""
    here: etree._Element | None = root
    for name in names:
        if here is None:
            return None
        here = next((one for one in here.iter() if one is not here and local_name(one) == name), None)
    return here


def text_of(root: etree._Element, *names: str) -> str:
    """The text of what `find` finds; empty when it is not there."""
    found = find(root, *names)
    return (found.text or "").strip() if found is not None else ""


def refuse_document_type(element: etree._Element, file: str) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise FormatError(
            "AP-FORMAT-201",
            "declares a document type, which no camera or offload program writes; it is not read",
            file=file,
            at="line 1",
            remedy="delete the DOCTYPE from a copy, if you trust the file",
        )


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _not_read(file: str, why: str) -> FormatError:
    return FormatError("AP-FORMAT-200", why, file=file, remedy="copy it from the card again")
