"""Reads a screenplay from a PDF with text in it, by way of its layout and the line tagger."""

from __future__ import annotations

from pathlib import Path

import msgspec

from answerprint.formats.screenplays.model import Screenplay
from answerprint.formats.screenplays.pdf_lines import PdfText, pdf_lines
from answerprint.formats.screenplays.tagger import TaggedLine, tag_lines
from answerprint.formats.screenplays.tagger.paragraphs import screenplay_of


def read_pdf(path: Path) -> Screenplay:
    """The screenplay of a PDF.

    Page numbers, headers, (MORE) and (CONTINUED) are gone; speeches that a page's end divides are one again.
    `pages` counts the file's own. Lines the tagger doubted are findings that need a person. Raises what
    `pdf_lines` raises.
    """
    text = pdf_lines(path)
    screenplay = screenplay_of(text.lines, _tagged(text), form="pdf")
    return msgspec.structs.replace(
        screenplay, findings=(*text.findings, *screenplay.findings), pages=text.pages[-1] if text.pages else 0
    )


def tag_pdf(path: Path) -> list[TaggedLine]:
    """The lines of the PDF's text that are not blank, each with its tag and page. Raises as `pdf_lines`."""
    return _tagged(pdf_lines(path))


def _tagged(text: PdfText) -> list[TaggedLine]:
    return tag_lines(text.lines, pages=text.pages)
