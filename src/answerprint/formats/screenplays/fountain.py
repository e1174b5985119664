"""Reads Fountain, the plain-text screenplay format (fountain.io/syntax), into the screenplay model."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import msgspec

from answerprint.core.findings import Finding
from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.fountain_source import SourceLine, source_lines
from answerprint.formats.screenplays.headings import is_heading, make_scene, number_scenes
from answerprint.formats.screenplays.identity import is_continuation
from answerprint.formats.screenplays.model import Element, ElementKind, Scene, Screenplay, Span, Tag
from answerprint.formats.text import guessed_encoding, one_line_end, read_text

TITLE_INDENT = 3  # spaces that continue a title-page value
LONGEST_CUE = 500  # characters; longer lines in capitals are no names
HASHTAG = "#"  # the category of a tag written `#so` in the text
KNOWN_TITLE_KEYS = frozenset(
    (
        "title",
        "credit",
        "author",
        "authors",
        "written by",
        "source",
        "notes",
        "date",
        "draft date",
        "contact",
        "copyright",
        "revision",
        "format",
    )
)

_TITLE_KEY = re.compile(r"(?P<key>[^\W\d_][^:]{0,39}):[ \t]*(?P<value>.*)")
_CUE = re.compile(r"(?P<name>[^()^]*[^()^\s])(?P<extensions>(?:\s*\([^()]*\))*)\s*(?P<dual>\^)?")
_PAGE_BREAK = re.compile(r"={3,}")
_FORCED_HEADING = re.compile(r"\.[^\W_]")
_ENDS_ACTION = re.compile(r"\s*(?:[~!>#]|={1}|\.[^\W_])")


def read_fountain(source: str | Path, *, tags: bool = False) -> Screenplay:
    """The screenplay of a Fountain text (str) or file (Path), with nothing of it left out.

    Every element has its `span`, `raw` text and what follows it, so that `write_fountain` gives the same text
    again: line ends of Windows and old Macintoshes as `\\n`, a byte-order mark gone. Notes and boneyards are
    elements after the one they stand in. A script without scenes or dialogue is read as it is: the caller
    decides. Findings say what was guessed (an encoding, a scene number written twice). `tags` reads `#tags`
    at the end of lines, which fountain-tools added to the syntax. Raises what `read_text` raises for a file.
    """
    findings: list[Finding] = []
    if isinstance(source, Path):
        text, encoding = read_text(source)
        if encoding == "cp1252":
            findings.append(guessed_encoding(source.name))
    else:
        text = one_line_end(source)
    lines = source_lines(text, tags=tags)
    title_page, body = title_page_of(lines)
    opening, scenes = _placed(text, _Reader(lines, body).scenes())
    numbered, doubtful = number_scenes(scenes)
    title = next((value for key, value in title_page.items() if key.casefold() == "title"), "")
    return Screenplay(
        title=" ".join(plain(title).split()),
        title_page=title_page,
        scenes=numbered,
        findings=(*findings, *doubtful),
        format="fountain",
        opening=opening,
    )


def plain(text: str) -> str:
    """Text without Fountain's emphasis marks; escaped marks stay as characters."""
    return "".join(run.text for run in runs(text))


def title_page_of(lines: list[SourceLine]) -> tuple[dict[str, str], int]:
    """The title page's values, lines joined by newlines, and the index of the first line after it.

    A script may open without one, so a page counts only when a key that title pages have is on it: an
    opening `FADE IN:` or `She says: no.` is none. An opening `CUT TO:` is one, as the syntax has it: no empty
    line stands before it, so it is no transition, and it is a key with a colon.
    """
    values: dict[str, list[str]] = {}
    key: str | None = None
    at = 0
    while at < len(lines) and lines[at].blank:
        at += 1
    first = at
    while at < len(lines) and not lines[at].blank:
        text = lines[at].text
        if key is not None and text.startswith(" " * TITLE_INDENT):
            values[key].append(text.strip())
        else:
            match = _TITLE_KEY.fullmatch(text) if ":" in text[:41] else None
            if match is None or is_heading(text):
                break
            key = match["key"].strip()
            values[key] = [match["value"].strip()] if match["value"].strip() else []
        at += 1
    cuts = (
        first == 0 and bool(values) and lines[0].text.rstrip().endswith("TO:") and not _lower(lines[0].text)
    )
    if not cuts and not any(one.casefold() in KNOWN_TITLE_KEYS for one in values):
        return {}, 0
    return {name: "\n".join(parts) for name, parts in values.items()}, at


class _Reader:
    """Walks the lines once, deciding each element by the specification's rules in their order."""

    def __init__(self, lines: list[SourceLine], body: int) -> None:
        self.lines = lines
        self.body = body
        self.at = body
        self.told = 0  # lines whose notes and boneyards have become elements
        self.opened: list[tuple[Element | None, list[Element]]] = [(None, [])]

    def scenes(self) -> list[Scene]:
        """Scenes in order, numbers as written or empty; the one before any heading only if it holds text."""
        self._tell_asides(self.at)
        while self.at < len(self.lines):
            self._next_element()
            self._tell_asides(self.at)
        return [
            make_scene(heading, tuple(elements)) for heading, elements in self.opened if heading or elements
        ]

    def _put(self, element: Element) -> None:
        self.opened[-1][1].append(element)

    def _element(
        self, kind: ElementKind, text: str, first: int, end: int, *, forced: bool = False, depth: int = 0
    ) -> Element:
        """An element made of the lines from `first` up to, not including, `end`."""
        lines = self.lines[first:end]
        span = Span(lines[0].start, lines[-1].end, lines[0].number, lines[-1].last)
        names = dict.fromkeys(name for line in lines for name in line.tags)
        return Element(
            kind=kind,
            text=text,
            line=span.line,
            forced=forced,
            depth=depth,
            span=span,
            tags=tuple(Tag(category=HASHTAG, name=name, start=len(text), end=len(text)) for name in names),
        )

    def _tell_asides(self, end: int) -> None:
        """Notes and boneyards of the lines up to `end` that are not elements yet."""
        for line in self.lines[self.told : end]:
            for aside in line.asides:
                span = Span(aside.start, aside.end, aside.line, aside.last_line)
                self._put(Element(kind=aside.kind, text=aside.text, line=aside.line, span=span))
        self.told = max(self.told, end)

    def _next_element(self) -> None:
        text = self.lines[self.at].text.strip()
        if not text or self._single_line(text):
            self.at += 1
        elif not self._speech(text):
            self._action()

    def _single_line(self, text: str) -> bool:
        """Elements of one line. True when the line was one."""
        at = self.at
        if text[0] == "=":
            if _PAGE_BREAK.fullmatch(text):
                self._put(self._element("page_break", "", at, at + 1))
            else:
                self._put(self._element("synopsis", text[1:].strip(), at, at + 1))
        elif text[0] == "#":
            bare = text.lstrip("#")
            self._put(self._element("section", bare.strip(), at, at + 1, depth=len(text) - len(bare)))
        elif text[0] == "~":
            self._put(self._element("lyric", text[1:].strip(), at, at + 1))
        elif _FORCED_HEADING.match(text):
            self._heading(text[1:], forced=True)
        elif text[0] == ">" and text[-1] == "<" and len(text) > 1:
            self._put(self._element("centered", text[1:-1].strip(), at, at + 1))
        elif text[0] == ">":
            self._put(self._element("transition", text[1:].strip(), at, at + 1, forced=True))
        elif text[0] in "!@" or not self._blank_before():
            return False
        elif is_heading(text):
            self._heading(text, forced=False)
        elif text.endswith("TO:") and self._empty_after() and not _lower(text):
            self._put(self._element("transition", text, at, at + 1))
        else:
            return False
        return True

    def _heading(self, text: str, *, forced: bool) -> None:
        heading = self._element("heading", text.strip(), self.at, self.at + 1, forced=forced)
        self.opened.append((heading, []))

    def _speech(self, text: str) -> bool:
        """A character cue and the dialogue under it. False when the line is no cue."""
        forced = text[0] == "@"
        if not self._blank_before() or (self._blank_after() and not forced) or len(text) > LONGEST_CUE:
            return False
        match = _CUE.fullmatch(text[1:].strip() if forced else text)
        if match is None:
            return False
        name = match["name"].strip()
        if not forced and (_lower(name) or not _upper(name) or name.endswith("TO:") or name[0] in "!\"'"):
            return False
        cue = msgspec.structs.replace(
            self._element("character", name, self.at, self.at + 1, forced=forced),
            character=name,
            extension=_extension(match["extensions"]),
            dual=match["dual"] is not None,
        )
        self._put(cue)
        self.at += 1
        self._tell_asides(self.at)
        self._dialogue(cue)
        return True

    def _dialogue(self, cue: Element) -> None:
        first = self.at  # of the lines that are said since the last parenthetical
        above: ElementKind = "character"

        def close() -> None:
            nonlocal above
            end = self.at
            while end > first and self.lines[end - 1].blank:
                end -= 1
            if end > first:
                said = "\n".join(line.text.strip() for line in self.lines[first:end])
                self._spoken(cue, "dialogue", said, first, end)
                above = "dialogue"

        while self.at < len(self.lines):
            line = self.lines[self.at]
            text = line.text.strip()
            if not text and not (line.held_open and self.at > first):
                break
            # A parenthetical follows a cue or dialogue: a second one in a row is said.
            bracketed = text[:1] == "(" and text[-1:] == ")"
            kind: ElementKind | None = "lyric" if text[:1] == "~" else None
            if bracketed and (above != "parenthetical" or self.at > first):
                kind = "parenthetical"
            if kind is None:
                self.at += 1
                continue
            close()
            inside = text[1:-1] if kind == "parenthetical" else text[1:]
            self.at += 1
            self._spoken(cue, kind, inside.strip(), self.at - 1, self.at)
            first, above = self.at, kind
        close()

    def _spoken(self, cue: Element, kind: ElementKind, text: str, first: int, end: int) -> None:
        self._put(
            msgspec.structs.replace(
                self._element(kind, text, first, end),
                character=cue.character,
                extension=cue.extension,
                dual=cue.dual,
            )
        )
        self._tell_asides(end)

    def _action(self) -> None:
        """A paragraph of action: up to a blank line, or a line whose first mark makes it something else."""
        start, text = self.at, self.lines[self.at].text
        forced = text.lstrip().startswith("!")
        paragraph = [(text.lstrip()[1:] if forced else text).rstrip()]
        self.at += 1
        while self.at < len(self.lines):
            following = self.lines[self.at].text
            if not following.strip() or _ENDS_ACTION.match(following):
                break
            paragraph.append(following.rstrip())
            self.at += 1
        self._put(self._element("action", "\n".join(paragraph), start, self.at, forced=forced))

    def _blank_before(self) -> bool:
        """Nothing printed just above: a blank line, the top, or an element that ends with its line."""
        if self.at == self.body or self.lines[self.at - 1].blank:
            return True
        return self.lines[self.at - 1].text.lstrip()[0] in "#="

    def _blank_after(self) -> bool:
        return self.at + 1 >= len(self.lines) or self.lines[self.at + 1].blank

    def _empty_after(self) -> bool:
        """An empty line below: one that holds a boneyard is none, as the syntax has it for transitions."""
        return self.at + 1 >= len(self.lines) or self.lines[self.at + 1].empty


def _placed(text: str, scenes: list[Scene]) -> tuple[str, list[Scene]]:
    """What stands before the first element, and the scenes with what each element is in the source."""
    spans = [element.span for scene in scenes for element in scene.elements]
    outer: list[int] = []
    end = 0
    for at, span in enumerate(spans):
        assert span is not None
        if span.start >= end:
            outer.append(at)
            end = span.end
    starts = [span.start for span in spans if span is not None]
    ends = [span.end for span in spans if span is not None]
    after = {at: text[ends[at] : starts[following]] for at, following in pairwise(outer)}
    after |= {at: text[ends[at] :] for at in outer[-1:]}
    counted = iter(range(len(spans)))
    placed = [
        msgspec.structs.replace(
            scene,
            elements=tuple(
                msgspec.structs.replace(element, raw=text[starts[at] : ends[at]], after=after.get(at))
                for element, at in zip(scene.elements, counted, strict=False)
            ),
        )
        for scene in scenes
    ]
    return (text[: starts[outer[0]]] if outer else text), placed


def _extension(written: str) -> str | None:
    """The extensions of a cue without `(CONT'D)`, which the page break or the writer's program put there."""
    parts = [part.strip() for part in re.findall(r"\(([^()]*)\)", written)]
    kept = [part for part in parts if part and not is_continuation(part)]
    return ", ".join(kept) or None


def _lower(text: str) -> bool:
    """Whether it holds a small letter. ß has no capital in common use, and is written in all-caps names."""
    return any(letter.islower() and letter != "ß" for letter in text)


def _upper(text: str) -> bool:
    return any(letter.isupper() for letter in text)
