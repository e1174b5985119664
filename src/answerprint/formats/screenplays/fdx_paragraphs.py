"""A screenplay's scenes as the paragraphs of an FDX document, with the notes and tags they refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from xml.sax.saxutils import escape

from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.fdx_notes import BONEYARD, utf16_length
from answerprint.formats.screenplays.fdx_tags import TagWriting
from answerprint.formats.screenplays.fdx_text import Style, from_marked
from answerprint.formats.screenplays.model import Element, Scene
from answerprint.formats.screenplays.safe_xml import quoted, readable

SPOKEN = ("dialogue", "parenthetical", "lyric")
TYPES = {
    "heading": "Scene Heading",
    "action": "Action",
    "character": "Character",
    "dialogue": "Dialogue",
    "parenthetical": "Parenthetical",
    "lyric": "Lyrics",
    "transition": "Transition",
    "centered": "Action",
    "synopsis": "Outline Body",
    "shot": "Shot",
    "general": "General",
    "page_break": "General",
}
_UNPRINTED = ("note", "boneyard")


@dataclass
class _Note:
    name: str
    text: str
    start: int
    end: int


@dataclass
class Paragraphs:
    """The paragraphs as they are written, and what they refer to."""

    revisions: dict[str, str]
    lines: list[str] = field(default_factory=list)
    notes: list[_Note] = field(default_factory=list)
    tags: TagWriting = field(default_factory=TagWriting)
    at: int = 0  # UTF-16 units of the script so far
    last: tuple[int, int] | None = None  # the paragraph before, for notes on it
    break_next: bool = False

    def add(self, scenes: Sequence[Scene]) -> None:
        """Write scenes, in order."""
        for index, scene in enumerate(scenes):
            after = next((one.elements[0].kind for one in scenes[index + 1 :] if one.elements), "")
            at = 0
            while at < len(scene.elements):
                at = self._next(scene, scene.elements, at, after)

    def _next(self, scene: Scene, elements: Sequence[Element], at: int, after: str) -> int:
        element = elements[at]
        if element.kind == "heading":
            return self._heading(scene, elements, at)
        if element.kind == "page_break":
            following = elements[at + 1].kind if at + 1 < len(elements) else after
            self.break_next = following not in (*_UNPRINTED, "page_break", "")
            if not self.break_next:
                self._blank(new_page=True)
            return at + 1
        if element.kind in _UNPRINTED:
            self._note(element)
            return at + 1
        if element.kind == "character":
            end = _both(elements, at)
            if end:
                self._dual(elements[at:end])
                return end
        if element.kind in SPOKEN and element.character is None and _speaking(elements, at):
            self._blank()
        self._paragraph(element)
        return at + 1

    def _heading(self, scene: Scene, elements: Sequence[Element], at: int) -> int:
        heading = elements[at]
        end = at + 1
        while end < len(elements) and elements[end].kind == "synopsis":
            end += 1
        summary = [self.runs(one, "          ")[0] for one in elements[at + 1 : end]]
        inside = _properties(scene, summary)
        omitted: list[str] = []
        gone = scene.omitted or heading.text.casefold().rstrip(".") == "omitted"
        if gone and end < len(elements) and elements[end].kind == "boneyard":
            omitted = self._omitted(elements[end].text)
            end += bool(omitted)
        self._paragraph(
            heading,
            number=scene.number if scene.numbered else "",
            before=inside,
            after=omitted,
            blocks=bool(omitted),
        )
        return end

    def _omitted(self, text: str) -> list[str]:
        """An omitted scene's paragraphs, from the Fountain its boneyard holds; nothing where reading them
        would not give that text again."""
        from answerprint.formats.screenplays.fountain import read_fountain
        from answerprint.formats.screenplays.fountain_writing import write_fountain

        inside = read_fountain(text)
        if f"\n{write_fountain(inside).strip(chr(10))}\n" != text or inside.title_page:
            return []
        lines = ["      <OmittedScene>"]
        for scene in inside.scenes:
            for element in scene.elements:
                number = scene.number if element.kind == "heading" and scene.numbered else ""
                lines += self._inner(element, number=number)
        return [*lines, "      </OmittedScene>"]

    def _dual(self, elements: Sequence[Element]) -> None:
        lines = ["    <Paragraph>" if not self.break_next else '    <Paragraph StartsNewPage="Yes">']
        self.break_next = False
        lines.append("      <DualDialogue>")
        for element in elements:
            lines += self._inner(element)
        self.lines += [*lines, "      </DualDialogue>", "    </Paragraph>"]
        self.last = (self.at, self.at + 2)
        self.at += 3

    def _inner(self, element: Element, *, number: str = "") -> list[str]:
        """A paragraph inside a block. Notes there have no range: they stand in a paragraph of their own."""
        pad = "        "
        if element.kind in _UNPRINTED:
            name = BONEYARD if element.kind == "boneyard" else ""
            note = _note_lines(_Note(name, element.text, 0, 0), "", f"{pad}  ")
            return [f"{pad}<Paragraph>", *note, f"{pad}</Paragraph>"]
        said, _ = self.runs(element, f"{pad}  ")
        new_page = element.kind == "page_break"
        attributes = _attributes(element, number, new_page=new_page)
        return [f"{pad}<Paragraph{attributes}>", *said, f"{pad}</Paragraph>"]

    def _paragraph(
        self,
        element: Element,
        *,
        number: str = "",
        before: Sequence[str] = (),
        after: Sequence[str] = (),
        blocks: bool = False,
    ) -> None:
        runs, length = self.runs(element, "      ")
        new_page, self.break_next = self.break_next, False
        attributes = _attributes(element, number, new_page=new_page)
        self.lines += [f"    <Paragraph{attributes}>", *before, *runs, *after, "    </Paragraph>"]
        self.last = (self.at, self.at + length)
        self.at += length + 2 * blocks + 1

    def _blank(self, *, new_page: bool = False) -> None:
        new_page, self.break_next = new_page or self.break_next, False
        kind = 'Type="General" StartsNewPage="Yes"' if new_page else 'Type="General"'
        self.lines += [f"    <Paragraph {kind}>", "      <Text/>", "    </Paragraph>"]
        self.last = (self.at, self.at)
        self.at += 1

    def _note(self, element: Element) -> None:
        if self.last is None:
            self._blank()
        start, end = self.last or (0, 0)
        name = BONEYARD if element.kind == "boneyard" else ""
        self.notes.append(_Note(name, element.text, start, end))

    def runs(self, element: Element, pad: str) -> tuple[list[str], int]:
        """A paragraph's runs, and its length in UTF-16 units."""
        before, after = "", ""
        if element.kind == "parenthetical":
            before, after = "(", ")"
        elif element.kind == "character" and element.extension:
            after = f" ({element.extension})"
        revision = self.revisions.get(element.revision, "") if element.revision else ""
        lines: list[str] = []
        length = 0
        for text, style, over in _pieces(before, element, after):
            said = readable(text)
            number = self.tags.number(element.tags[n] for n in over) if over else ""
            attributes = _run_attributes(style, revision, number)
            lines += [f"{pad}<Text{attributes}>{escape(said)}</Text>"] if said else []
            length += utf16_length(said)
        return lines or [f"{pad}<Text/>"], length

    def notes_xml(self) -> str:
        if not self.notes:
            return "  <ScriptNotes/>"
        lines = ["  <ScriptNotes>"]
        for number, note in enumerate(self.notes, start=1):
            lines += _note_lines(note, f' Id="{number}" Range="{note.start},{note.end}"', "    ")
        return "\n".join((*lines, "  </ScriptNotes>"))


def _both(elements: Sequence[Element], at: int) -> int:
    """Where speeches that are spoken at once end; 0 where the speech at `at` stands alone."""
    end = _speech_end(elements, at)
    both = elements[at].dual
    while end < len(elements) and elements[end].kind == "character" and elements[end].dual:
        end, both = _speech_end(elements, end), True
    return end if both else 0


def _speech_end(elements: Sequence[Element], at: int) -> int:
    """The end of a speech, notes between its parts included."""
    end = last = at + 1
    while end < len(elements):
        spoken = elements[end].kind in SPOKEN and elements[end].character is not None
        if not spoken and elements[end].kind not in _UNPRINTED:
            break
        end += 1
        last = end if spoken else last
    # Notes between two speeches spoken at once stay between them.
    return end if end < len(elements) and elements[end].kind == "character" and elements[end].dual else last


def _speaking(elements: Sequence[Element], at: int) -> bool:
    """Whether a speech is open before an element, so that it would be read as part of it."""
    while at > 0 and elements[at - 1].kind in (*_UNPRINTED, "page_break"):
        at -= 1
    before = elements[at - 1] if at else None
    return before is not None and before.kind in ("character", *SPOKEN) and before.character is not None


def _attributes(element: Element, number: str, *, new_page: bool = False) -> str:
    kind = f"Outline {min(max(element.depth, 1), 6)}" if element.kind == "section" else TYPES[element.kind]
    written = ' Alignment="Center"' if element.kind == "centered" else ""
    written += f" Number={quoted(number)}" if number else ""
    written += ' StartsNewPage="Yes"' if new_page else ""
    return f"{written} Type={quoted(element.style or kind)}"


def _pieces(before: str, element: Element, after: str) -> list[tuple[str, Style, tuple[int, ...]]]:
    """A paragraph's text cut where its style or the tags over it (by index) change."""
    plain: Style = (False, False, False)
    found: list[tuple[str, Style, tuple[int, ...]]] = []
    if not element.tags:
        found += [(one.text, (one.underline, one.bold, one.italic), ()) for one in runs(element.text)]
    else:
        # Tags of one thing that touch or overlap are one tag: the file could not tell them apart.
        names = [(tag.category, tag.name, tag.id) for tag in element.tags]
        letters, places = from_marked(element.text)
        for letter, place in zip(letters, places, strict=True):
            here = {
                names.index(names[n]) for n, tag in enumerate(element.tags) if tag.start <= place < tag.end
            }
            found.append((letter.text, letter.style, tuple(sorted(here))))
    merged: list[tuple[str, Style, tuple[int, ...]]] = []
    for _, group in groupby([(before, plain, ()), *found, (after, plain, ())], key=lambda one: one[1:]):
        pieces = list(group)
        merged.append(("".join(text for text, _, _ in pieces), *pieces[0][1:]))
    return merged


def _run_attributes(style: Style, revision: str, tag: str) -> str:
    underline, bold, italic = style
    names = (("Bold", bold), ("Italic", italic), ("Underline", underline))
    styles = "+".join(name for name, on in names if on)
    written = f' RevisionID="{revision}"' if revision else ""
    written += f' Style="{styles}"' if styles else ""
    return written + (f' TagNumber="{tag}"' if tag else "")


def _properties(scene: Scene, summary: Sequence[Sequence[str]]) -> list[str]:
    attributes = f' Length="{_length(scene.eighths)}"' if scene.eighths else ""
    attributes += f' Page="{scene.page}"' if scene.page else ""
    if not summary:
        return [f'      <SceneProperties{attributes} Title=""/>'] if attributes else []
    lines = [f'      <SceneProperties{attributes} Title="">', "        <Summary>"]
    for said in summary:
        lines += ["        <Paragraph>", *said, "        </Paragraph>"]
    return [*lines, "        </Summary>", "      </SceneProperties>"]


def _length(eighths: int) -> str:
    whole, rest = divmod(eighths, 8)
    return " ".join(part for part in (str(whole) if whole else "", f"{rest}/8" if rest else "") if part)


def _note_lines(note: _Note, attributes: str, pad: str) -> list[str]:
    name = f" Name={quoted(note.name)}" if note.name else ""
    lines = [f"{pad}<ScriptNote{attributes}{name}>"]
    for one in note.text.split("\n"):
        said = escape(readable(one))
        run = f"<Text>{said}</Text>" if said else "<Text/>"
        lines += [f"{pad}  <Paragraph>", f"{pad}    {run}", f"{pad}  </Paragraph>"]
    return [*lines, f"{pad}</ScriptNote>"]
