"""Which reader runs: PP-OCRv6 where it was fetched, else our own."""

from __future__ import annotations

from answerprint.departments.footage.slates.reader import OwnReader, Reader
from answerprint.models.shelf import Shelf

RAPIDOCR = "rapidocr-ppocrv6"


def chosen_reader(wanted: str = "auto") -> Reader:
    return reader_of(wanted == "rapidocr" or (wanted == "auto" and Shelf().fetched(RAPIDOCR)))


def reader_of(bundled: bool) -> Reader:
    """The bundled reader, or our own."""
    if not bundled:
        return OwnReader()
    from answerprint.departments.footage.slates.bundled import BundledReader

    return BundledReader(Shelf().path(RAPIDOCR))
