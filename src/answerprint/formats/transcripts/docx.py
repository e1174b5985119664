"""A transcript as a Word document (Office Open XML, ECMA-376), the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile

from lxml import etree
from lxml.builder import ElementMaker

from answerprint.formats.spreadsheet import clean
from answerprint.formats.transcripts.model import PrintedPassage, PrintedTranscript

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_XML = "http://www.w3.org/XML/1998/namespace"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MOMENT = (2000, 1, 1, 0, 0, 0)  # an archive says when its parts were made: always this
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_KIND = "application/vnd.openxmlformats-"
_TYPES = (
    f'{_DECLARED}<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{_KIND}package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" '
    f'ContentType="{_KIND}officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/styles.xml" '
    f'ContentType="{_KIND}officedocument.wordprocessingml.styles+xml"/></Types>'
)
_RELATIONS = (
    f'{_DECLARED}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_DOCUMENT_RELATIONS = (
    f'{_DECLARED}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
# name, what it is called in Word, half-points, bold, space after (twentieths of a point), kept with the next
_STYLES = (
    ("Title", "Title", 36, True, 120, True),
    ("About", "About", 18, False, 20, False),
    ("Place", "Place and speaker", 18, True, 0, True),
    ("Said", "Said", 22, False, 200, False),
)
_W = ElementMaker(namespace=_WORD, nsmap={"w": _WORD})


def write_docx(transcript: PrintedTranscript) -> bytes:
    """The document: title, what it is, then for every passage its place and speaker above what is said."""
    body = _W.body(_paragraph("Title", transcript.title))
    body.extend(_paragraph("About", line) for line in transcript.about)
    for passage in transcript.passages:
        body.append(_paragraph("Place", _heading(passage)))
        body.append(_paragraph("Said", passage.text))
    body.append(
        _W.sectPr(
            _W.pgSz(_named(w="11906", h="16838")),
            _W.pgMar(
                _named(
                    top="1134",
                    right="1418",
                    bottom="1134",
                    left="1418",
                    header="708",
                    footer="708",
                    gutter="0",
                )
            ),
        )
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (
            ("[Content_Types].xml", _TYPES.encode()),
            ("_rels/.rels", _RELATIONS.encode()),
            ("word/document.xml", _bytes(_W.document(body))),
            ("word/styles.xml", _bytes(_styles())),
            ("word/_rels/document.xml.rels", _DOCUMENT_RELATIONS.encode()),
        ):
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _heading(passage: PrintedPassage) -> str:
    parts = [passage.place, passage.speaker or "", f"({passage.note})" if passage.note else ""]
    return "   ".join(part for part in parts if part)


def _paragraph(style: str, text: str) -> etree._Element:
    said = _W.t(clean(text))
    said.set(f"{{{_XML}}}space", "preserve")
    paragraph: etree._Element = _W.p(_W.pPr(_W.pStyle(_named(val=style))), _W.r(said))
    return paragraph


def _styles() -> etree._Element:
    styles: etree._Element = _W.styles(
        _W.docDefaults(
            _W.rPrDefault(_W.rPr(_W.rFonts(_named(ascii="Calibri", hAnsi="Calibri", cs="Calibri"))))
        )
    )
    for name, title, size, bold, after, kept in _STYLES:
        paragraph = _W.pPr(_W.keepNext()) if kept else _W.pPr()
        paragraph.append(_W.spacing(_named(after=str(after))))
        letters = _W.rPr(_W.b()) if bold else _W.rPr()
        letters.append(_W.sz(_named(val=str(size))))
        style = _W.style(
            _named(type="paragraph", styleId=name), _W.name(_named(val=title)), paragraph, letters
        )
        styles.append(style)
    return styles


def _named(**attributes: str) -> dict[str, str]:
    return {f"{{{_WORD}}}{name}": value for name, value in attributes.items()}


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
