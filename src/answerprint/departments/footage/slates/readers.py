"""Which readers run: our own, and PP-OCRv6 where it was fetched for what ours leaves unread."""

from __future__ import annotations

from answerprint.departments.footage.slates.reader import OwnReader, Reader
from answerprint.models.shelf import Shelf

RAPIDOCR = "rapidocr-ppocrv6"


def readers_of(wanted: str = "auto") -> tuple[Reader, Reader | None]:
    """The reader, and the one that is asked for what it leaves unread.

    "auto": our own, then PP-OCRv6 where it is fetched; "own" and "rapidocr": that one alone.
    Raises NotAvailableError AP-NEED-060 when PP-OCRv6 is wanted and not here.
    """
    if wanted == "rapidocr":
        return reader_of(True), None
    helps = wanted == "auto" and Shelf().fetched(RAPIDOCR)
    return OwnReader(), reader_of(True) if helps else None


def reader_of(bundled: bool) -> Reader:
    """PP-OCRv6, or our own reader. Raises NotAvailableError AP-NEED-060 when PP-OCRv6 is not here."""
    if not bundled:
        return OwnReader()
    from answerprint.departments.footage.slates.bundled import BundledReader

    return BundledReader(Shelf().path(RAPIDOCR))
