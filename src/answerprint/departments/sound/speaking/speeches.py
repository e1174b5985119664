"""What is to be spoken: speeches of a screenplay or a plain text, in pieces with their parentheticals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from answerprint.formats.screenplays.fountain import plain
from answerprint.formats.screenplays.model import Element, Screenplay

NARRATOR = "NARRATOR"
LABEL = re.compile(r"^([^\W\d_][^\W_]*(?:[ .'’-][^\W_]+){0,3}):[ \t]+(\S.*)$")
_PARTS = re.compile(r"\(([^()]*)\)")
_NOTE = re.compile(r"\[\[.*?(?:\]\]|$)", re.DOTALL)
_UNSPOKEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\[\[|\]\]")


class Piece(NamedTuple):
    """A stretch of a speech between parentheticals. directions: what stands in brackets before it."""

    directions: tuple[str, ...]
    text: str


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """One speech. key: the screenplay's line key; number: from 1 within its scene."""

    key: str
    scene: str
    number: int
    character: str
    pieces: tuple[Piece, ...]
    extension: str = ""

    @property
    def text(self) -> str:
        return " ".join(one.text for one in self.pieces if one.text)


def speeches_of(screenplay: Screenplay) -> tuple[Speech, ...]:
    """Every speech in script order, one for each of `Screenplay.lines`, its parentheticals kept in place."""
    pieces = [found for scene in screenplay.scenes for found in _pieces(scene.elements)]
    return tuple(
        Speech(
            key=line.key,
            scene=line.scene,
            number=line.number,
            character=line.character,
            pieces=tuple(parts),
            extension=line.extension or "",
        )
        for line, parts in zip(screenplay.lines(), pieces, strict=True)
    )


def speeches_of_text(text: str) -> tuple[Speech, ...]:
    """Paragraphs of a plain text, each a speech of the narrator, or of whom `ANNA: …` names."""
    found = []
    for number, paragraph in enumerate(re.split(r"\n\s*\n", text), start=1):
        for part in _labelled(paragraph):
            said = LABEL.match(part)
            who, words = (said.group(1).strip().upper(), said.group(2)) if said else (NARRATOR, part)
            if words.strip():
                found.append((number, who, words))
    return tuple(
        Speech(
            key=f"{at:04d}",
            scene="1",
            number=at,
            character=who,
            pieces=tuple(_split(words, [])),
        )
        for at, (_, who, words) in enumerate(found, start=1)
    )


def sayable(text: str) -> str:
    """A text without emphasis marks, notes, control characters and brackets that a program would obey."""
    return " ".join(_UNSPOKEN.sub(" ", plain(_NOTE.sub(" ", text))).split())


def _labelled(paragraph: str) -> list[str]:
    """The paragraph's lines joined, apart where a line names who speaks."""
    parts: list[str] = []
    for line in paragraph.split("\n"):
        line = line.strip()
        if line and (not parts or LABEL.match(line)):
            parts.append(line)
        elif line:
            parts[-1] = f"{parts[-1]} {line}"
    return parts


def _pieces(elements: Iterable[Element]) -> list[list[Piece]]:
    """The pieces of each speech, divided as `merge_speeches` divides speeches."""
    speeches: list[tuple[str, list[Piece]]] = []
    waiting: list[str] = []
    is_open = False
    for element in elements:
        if element.kind in ("dialogue", "lyric") and element.character:
            if not (is_open and speeches and speeches[-1][0] == element.character):
                speeches.append((element.character, []))
            speeches[-1][1].extend(_split(element.text, waiting))
            waiting = []
            is_open = True
        elif element.kind == "parenthetical":
            waiting.append(element.text.strip().strip("()"))
        elif element.kind not in ("note", "boneyard"):
            if is_open and waiting and speeches:
                speeches[-1][1].append(Piece(tuple(waiting), ""))
            waiting, is_open = [], False
    if is_open and waiting and speeches:
        speeches[-1][1].append(Piece(tuple(waiting), ""))
    return [parts for _, parts in speeches]


def _split(text: str, directions: Iterable[str]) -> list[Piece]:
    """A text's pieces: brackets inside it are directions too."""
    found: list[Piece] = []
    held = list(directions)
    for place, part in enumerate(_PARTS.split(text)):
        if place % 2:
            held.append(part.strip())
        elif said := sayable(part):
            found.append(Piece(tuple(held), said))
            held = []
    if held:
        found.append(Piece(tuple(held), ""))
    return found
