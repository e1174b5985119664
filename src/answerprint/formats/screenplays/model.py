"""The screenplay as every reader gives it: scenes, elements, and lines with keys that survive revisions."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Literal

import msgspec

from answerprint.core.findings import Finding

ElementKind = Literal[
    "heading",
    "action",
    "character",
    "dialogue",
    "parenthetical",
    "lyric",
    "transition",
    "centered",
    "section",
    "synopsis",
    "note",
    "page_break",
    "boneyard",
    "shot",
    "general",
]
DayOrNight = Literal["day", "night", "dawn", "dusk", ""]


class Span(msgspec.Struct, frozen=True):
    """A stretch of the source: characters `start` up to, not including, `end`; lines from 1, both included.

    Characters count in the decoded text of Fountain and plain text, and in the text drawn from a PDF or the
    XML of an FDX, its paragraphs joined by newlines.
    """

    start: int
    end: int
    line: int
    last_line: int
    page: int | None = None  # the source's own page, where it has pages (PDF)


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A production element marked in an element's text by a person (Final Draft's tagging)."""

    category: str  # as the file names it: "Props", "Cast Members"
    name: str
    start: int  # characters of the element's text, half-open
    end: int
    id: str = ""  # the file's own number of the tagged thing


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element in source order. `line` is its first line in the file, from 1."""

    kind: ElementKind
    text: str  # without markup that only marks the kind; emphasis kept as written
    line: int
    character: str | None = None  # for dialogue, parenthetical and character: who speaks
    extension: str | None = None  # "V.O.", "O.S."
    dual: bool = False
    forced: bool = False
    depth: int = 0  # sections
    span: Span | None = None
    raw: str | None = None  # the element exactly as written, when the source is text
    after: str | None = None  # what stands between it and the next one; None: it lies inside another
    confidence: float | None = None  # where a tagger had to decide what kind it is
    revision: str = ""  # the revision set it was changed in, as the file names it: "Blue Rev. (2026-03-02)"
    tags: tuple[Tag, ...] = ()
    style: str = ""  # what the file calls such a paragraph, where the kind says less: "New Act", "Cast List"


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """A scene: its heading and everything up to the next one. A script may begin before any heading."""

    number: str  # as written, else counted from 1
    heading: str
    place: Literal["interior", "exterior", "both", ""] = ""
    location: str = ""
    time_of_day: str = ""
    elements: tuple[Element, ...] = ()
    id: str = ""  # holds through renumbering and moves: made of the heading and which time it occurs
    day_or_night: DayOrNight = ""  # resolved: CONTINUOUS and LATER take it from the scene before
    script_day: int | None = None  # the story's day, from 1
    eighths: int = 0  # eighths of a page in the industry's layout
    page: int = 0  # the page it begins on, from 1; 0 before pagination
    omitted: bool = False  # its number is kept, its text is gone
    numbered: bool = False  # the number is written in the source, not counted


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One speech: all the dialogue between a character cue and whatever ends it."""

    key: str  # content key: who says what, and which time it is said
    scene: str  # scene number
    number: int  # from 1 within the scene
    character: str
    text: str
    source_line: int
    extension: str | None = None

    @property
    def label(self) -> str:
        """`1.3 ANNA`"""
        return f"{self.scene}.{self.number} {self.character}"


class Character(msgspec.Struct, frozen=True, kw_only=True):
    """A speaking character. The id is made of the name: the same in every revision."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()  # other cues of the same person: "ANNA'S VOICE"
    speeches: int = 0
    scenes: tuple[str, ...] = ()  # scene ids


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A revision set of the script: its name and the colour of its pages."""

    name: str
    colour: str = ""
    mark: str = "*"


class Screenplay(msgspec.Struct, frozen=True, kw_only=True):
    """A whole screenplay."""

    title: str = ""
    title_page: Mapping[str, str] = {}
    scenes: tuple[Scene, ...] = ()
    findings: tuple[Finding, ...] = ()  # what the reader had to guess
    cast: tuple[Character, ...] = ()
    revisions: tuple[Revision, ...] = ()
    pages: int = 0  # in the industry's layout; 0 before pagination
    format: str = ""  # what it was read from: "fountain", "fdx", "fadein", "pdf", "text"
    opening: str = ""  # a text source up to its first element, as written: the title page and blank lines
    carried: Mapping[str, str] = {}  # settings of the file's own program, as written, for writing them back

    def lines(self) -> tuple[Line, ...]:
        """Every speech in script order. A key holds through moved scenes, renumbering and new neighbours."""
        found: list[Line] = []
        said: Counter[str] = Counter()
        for scene in self.scenes:
            for number, element in enumerate(merge_speeches(scene.elements), start=1):
                words = spoken_words(element.text)
                said_by = normalise(element.character or "")
                content = f"{said_by}|{' '.join(words)}"
                said[content] += 1
                digest = hashlib.sha256(f"{content}|{said[content]}".encode()).hexdigest()[:12]
                found.append(
                    Line(
                        key=digest,
                        scene=scene.number,
                        number=number,
                        character=element.character or "",
                        text=element.text,
                        source_line=element.line,
                        extension=element.extension,
                    )
                )
        return tuple(found)

    def characters(self) -> tuple[str, ...]:
        """Speaking characters in order of first speech."""
        return tuple(dict.fromkeys(line.character for line in self.lines()))

    def for_the_cut(self) -> Screenplay:
        """What the cut reads of it: without the places in the source, its white space, and questions of days.

        A change of spacing in the source then changes nothing that is made from it.
        """
        scenes = tuple(
            msgspec.structs.replace(
                scene,
                elements=tuple(
                    msgspec.structs.replace(element, span=None, raw=None, after=None, confidence=None)
                    for element in scene.elements
                    if element.kind != "boneyard"
                ),
            )
            for scene in self.scenes
        )
        findings = tuple(one for one in self.findings if one.code != "script.day_doubt")
        return msgspec.structs.replace(self, scenes=scenes, findings=findings, opening="", carried={})


def merge_speeches(elements: tuple[Element, ...]) -> list[Element]:
    """Dialogue elements with the parts that a parenthetical splits joined into one speech each.

    A lyric outside a speech (a song on the sound track) is nobody's line.
    """
    speeches: list[Element] = []
    open_speech = False
    for element in elements:
        if element.kind in ("dialogue", "lyric") and element.character:
            if open_speech and speeches and speeches[-1].character == element.character:
                last = speeches[-1]
                speeches[-1] = msgspec.structs.replace(last, text=f"{last.text} {element.text}")
            else:
                speeches.append(element)
            open_speech = True
        elif element.kind not in ("parenthetical", "note", "boneyard"):
            open_speech = False
    return speeches


def normalise(text: str) -> str:
    """Case, accents' composition and spacing folded away."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def spoken_words(text: str) -> list[str]:
    """The words a speaker would say: emphasis marks, notes and punctuation gone, case folded."""
    bare = _without(_without(text, "[[", "]]"), "(", ")")
    bare = bare.replace("’", "'").replace("_", " ").replace("*", " ")
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", normalise(bare))


def _without(text: str, opening: str, closing: str) -> str:
    """Text with every bracketed stretch as one space, in one pass: a bracket may never be closed."""
    kept: list[str] = []
    at = 0
    while (start := text.find(opening, at)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        kept += (text[at:start], " ")
        at = end + len(closing)
    return "".join((*kept, text[at:]))
