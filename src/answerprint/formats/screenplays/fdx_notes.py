"""Final Draft's script notes: what they say, and the paragraph each hangs on.

A note's range counts UTF-16 units of the script's text, a paragraph's end as one and an embedded block (dual
dialogue, an omitted scene) as two. Older versions keep a note inside its paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal, NamedTuple

from lxml import etree

from answerprint.formats.screenplays.safe_xml import line_of, text_of

BONEYARD = "Boneyard"  # the name of a note that holds text taken out of the script
_UNITS = re.compile(r"[0-9]{1,9}")
EMBEDDED = ("DualDialogue", "OmittedScene")


class ScriptNote(NamedTuple):
    """A note, or text taken out of the script."""

    kind: Literal["note", "boneyard"]
    text: str
    line: int  # of the file


def read_note(element: etree._Element) -> ScriptNote:
    """A note's words, its title before them."""
    text = "\n".join(said_in(one) for one in element.iterfind("Paragraph"))
    name = (element.get("Name") or "").strip()
    if name == BONEYARD:
        return ScriptNote("boneyard", text, line_of(element))
    text = text.strip()
    return ScriptNote("note", f"{name}: {text}".strip() if name else text, line_of(element))


def said_in(paragraph: etree._Element) -> str:
    """A paragraph's own text, without that of blocks inside it."""
    return "".join(text_of(one) for one in paragraph.iterfind("Text"))


def notes_by_paragraph(root: etree._Element) -> tuple[dict[int, list[ScriptNote]], int]:
    """Notes by the index of the script's paragraph that they hang on, and how many have no readable range.

    Those hang on the last paragraph. A note on several paragraphs hangs on the first.
    """
    starts: list[int] = []
    at = 0
    for paragraph in root.iterfind("Content/Paragraph"):
        starts.append(at)
        blocks = sum(len(paragraph.findall(name)) for name in EMBEDDED)
        at += utf16_length(said_in(paragraph)) + 2 * blocks + 1
    found: dict[int, list[ScriptNote]] = {}
    astray = 0
    for element in root.iterfind("ScriptNotes/ScriptNote"):
        parts = (element.get("Range") or "").split(",")
        if len(parts) == 2 and all(_UNITS.fullmatch(part.strip()) for part in parts):
            start = min(int(part) for part in parts)
        else:
            start, astray = at, astray + 1
        index = max(bisect_right(starts, start) - 1, 0)
        found.setdefault(index, []).append(read_note(element))
    return found, astray


def utf16_length(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)
