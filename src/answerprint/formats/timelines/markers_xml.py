"""Avid's marker XML: a stream of attribute lists, one for every marker."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from lxml import etree

from answerprint.core.cut import Cut
from answerprint.core.errors import FormatError
from answerprint.formats.screenplays.safe_xml import line_of, parse_xml, readable
from answerprint.formats.timelines.markers_notes import Note, NoteClock, is_label, one_line, read_colour
from answerprint.formats.timelines.markers_tables import AVID_COLOURS, avid_colours

_ROOT = "StreamItems"
# Avid names a file that lies beside its program; nothing in it is needed, and anything more is refused.
_DOCTYPE = re.compile(r'<!DOCTYPE\s+Avid:StreamItems\s+SYSTEM\s+"[\w.]{0,80}"\s*>')
_WHY = {
    "AP-FORMAT-110": "it holds more than some four thousand markers",
    "AP-FORMAT-111": "it declares a document type of its own, or entities",
}
_HEAD = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<!DOCTYPE Avid:StreamItems SYSTEM "AvidSettingsFile.dtd">
<Avid:StreamItems xmlns:Avid="http://www.avid.com">
<Avid:XMLFileData>
<AvProp name="DomainMagic" type="string">Domain</AvProp>
<AvProp name="DomainKey" type="char4">58424a44</AvProp>
"""


def has_avid_markers(text: str) -> bool:
    return text.lstrip().startswith("<") and f"Avid:{_ROOT}" in text


def read_avid_markers(text: str, clock: NoteClock) -> list[Note]:
    """A note for every list of attributes that has a place. Raises FormatError AP-FORMAT-672 when it is
    damaged, declares entities, or is too large (some four thousand markers are read)."""
    plain = _DOCTYPE.sub("", text, count=1)
    try:
        document = parse_xml(plain.encode(), file=clock.file or "", root=_ROOT, product="Media Composer")
    except FormatError as error:
        raise _refused(_WHY.get(error.code, error.message), clock.file, error.at) from error
    except ValueError as error:  # a prefix that is declared nowhere
        raise _refused("it is damaged", clock.file, "its first element") from error
    if document.damaged_at is not None:
        raise _refused("it is damaged", clock.file, f"line {document.damaged_at}")
    notes = []
    for item in document.root.iter("AvClass"):
        said = _attributes(item)
        place = f"line {line_of(item)}"
        label = said.get("_ATN_CRM_TC", "").strip()
        if not label:
            continue
        colour = said.get("_ATN_CRM_COLOR_EXTENDED") or said.get("_ATN_CRM_COLOR", "")
        notes.append(
            Note(
                count=clock.count(label, place) if is_label(label) else None,
                frame=None if is_label(label) else clock.frames(label, place),
                frames=clock.frames(said.get("_ATN_CRM_LENGTH", "1"), place),
                name=said.get("_ATN_CRM_USER", "").strip(),
                comment=said.get("_ATN_CRM_COM", "").strip(),
                colour=read_colour(colour, AVID_COLOURS),
            )
        )
    return notes


def write_avid_markers(notes: list[Note], clock: NoteClock, cut: Cut) -> bytes:
    """Marker XML as Media Composer exports it, without the dates it puts there. The note's name stands where
    the user's does."""
    parts = [_HEAD]
    for note in notes:
        first, newer = avid_colours(note.colour)
        said: Mapping[str, str | int] = {
            "_ATN_CRM_COLOR": first,
            "_ATN_CRM_COLOR_EXTENDED": newer,
            "_ATN_CRM_USER": one_line(note.name),
            "_ATN_CRM_COM": one_line(note.comment),
            "_ATN_CRM_TC": clock.label(note.frame or 0),
            "_ATN_CRM_TRK": "V1",
            "_ATN_CRM_LENGTH": note.frames,
        }
        parts += ['<AvClass id="ATTR">\n', _property("__OMFI:ATTR:NumItems", len(said))]
        parts.append('<List id="OMFI:ATTR:AttrRefs">\n')
        for name, value in said.items():
            number = isinstance(value, int)
            kind = "Int" if number else "String"
            parts += ["<ListElem>\n", _property("OMFI:ATTB:Kind", 1 if number else 2)]
            parts += [_property("OMFI:ATTB:Name", name), _property(f"OMFI:ATTB:{kind}Attribute", value)]
            parts.append("</ListElem>\n")
        parts.append("<ListElem/>\n</List>\n</AvClass>\n")
    return "".join((*parts, "</Avid:XMLFileData>\n</Avid:StreamItems>\n")).encode()


def _property(name: str, value: str | int) -> str:
    kind = "int32" if isinstance(value, int) else "string"
    return f'<AvProp id="ATTR" name="{name}" type="{kind}">{escape(readable(str(value)))}</AvProp>\n'


def _refused(why: str, file: str | None, place: str | None) -> FormatError:
    return FormatError(
        "AP-FORMAT-672",
        f"this marker XML is not read: {why}",
        file=file,
        at=place,
        remedy="export the markers again, or as text",
    )


def _attributes(item: etree._Element) -> dict[str, str]:
    """The attributes of a list, by name."""
    found: dict[str, str] = {}
    for element in item.iter("ListElem"):
        properties = {str(one.get("name", "")): one.text or "" for one in element.iter("AvProp")}
        values = [value for name, value in properties.items() if name.endswith("Attribute")]
        if values and "OMFI:ATTB:Name" in properties:
            found[properties["OMFI:ATTB:Name"].strip().upper()] = values[0]
    return found
