"""Which reader runs: our own, or PP-OCRv6 where it is asked for."""

from __future__ import annotations

from answerprint.departments.footage.slates.reader import OwnReader, Reader
from answerprint.models.shelf import Shelf

RAPIDOCR = "rapidocr-ppocrv6"


def reader_of(bundled: bool) -> Reader:
    """Our own reader, which gets more slates right and fewer wrong (bench/slates.py), or the bundled one.

    Raises NotAvailableError AP-NEED-060 when the bundled model is not here.
    """
    if not bundled:
        return OwnReader()
    from answerprint.departments.footage.slates.bundled import BundledReader

    return BundledReader(Shelf().path(RAPIDOCR))
