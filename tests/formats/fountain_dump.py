"""Our model in the words of fountain-tools' dumps: one entry an element, notes and boneyards numbered below.

The dump keeps action line by line with the blank lines between, and puts `[[0]]` and `/*0*/` where a note or
a boneyard stood. All of it is in an element's raw text, its span, and what stands after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.fountain_writing import hashtags
from answerprint.formats.screenplays.model import Element, Scene, Screenplay

ASIDES = ("note", "boneyard")


@dataclass
class Entry:
    kind: str
    text: str
    more: str = ""
    tags: tuple[str, ...] = ()
    centred: bool = False

    def line(self) -> str:
        mark = " (centered)" if self.centred else ""
        tags = f" tags:{','.join(self.tags)}" if self.tags else ""
        return f'{self.kind}:"{self.text}"{self.more}{mark}{tags}'


def dump(play: Screenplay, *, merge_actions: bool = True, merge_dialogue: bool = True) -> str:
    """The dump of a screenplay read from Fountain."""
    notes, boneyards = asides(play, "note"), asides(play, "boneyard")
    entries: list[Entry] = []
    blanks = 0
    for scene, element in outer(play):
        for entry in entries_of(scene, element, play):
            if entry.kind == "DIALOGUE" and not merge_dialogue:
                entries += [Entry("DIALOGUE", line, tags=entry.tags) for line in entry.text.split("\n")]
            elif entry.kind != "ACTION":
                entries.append(entry)
            else:
                add_action(entries, entry, blanks, merge_actions)
            blanks = 0
        blanks = (element.after or "").count("\n") - 1
    lines = [f'TITLEENTRY:"{key}":"{title_value(value)}"' for key, value in play.title_page.items()]
    lines += [entry.line() for entry in entries]
    lines += [f'[[{at}]]NOTE:"{one.text}"' for at, one in enumerate(notes)]
    lines += [f'/*{at}*/BONEYARD:"{one.text}"' for at, one in enumerate(boneyards)]
    return "\n".join(lines)


def add_action(entries: list[Entry], entry: Entry, blanks: int, merge: bool) -> None:
    """Blank lines between two actions belong to the first, and are entries where it cannot take them."""
    last = entries[-1] if entries and entries[-1].kind == "ACTION" else None
    if last is not None:
        if merge and not last.centred:
            last.text += "\n" * max(blanks, 0)
        else:
            entries += [Entry("ACTION", "") for _ in range(max(blanks, 0))]
    if merge and last is not None and not last.centred and not entry.centred and entries[-1] is last:
        last.text += "\n" + entry.text
        last.tags = tuple(dict.fromkeys((*last.tags, *entry.tags)))
    elif merge or entry.centred:
        entries.append(entry)
    else:
        entries += [Entry("ACTION", line, tags=entry.tags) for line in entry.text.split("\n")]


def entries_of(scene: Scene, element: Element, play: Screenplay) -> Iterator[Entry]:
    tags = hashtags(element)
    text = element.text
    if element.kind in ASIDES:
        yield Entry("ACTION", marked(element, play))
    elif element.kind == "action":
        raw = marked(element, play).expandtabs(4)
        lines = (raw.lstrip()[1:] if element.forced else raw).split("\n")
        yield Entry("ACTION", "\n".join(untagged(line, tags) for line in lines), tags=tags)
    elif element.kind == "centered":
        yield Entry("ACTION", (element.raw or "").strip()[1:-1], tags=tags, centred=True)
    elif element.kind == "heading":
        yield Entry("HEADING", text, f" ({scene.number})" if scene.numbered else "", tags)
    elif element.kind == "character":
        extension = f' "({element.extension})"' if element.extension else ""
        yield Entry("CHARACTER", text, extension + (" (Dual)" if element.dual else ""), tags)
    elif element.kind == "section":
        yield Entry("SECTION", text, f" ({element.depth})", tags)
    elif element.kind == "page_break":
        yield Entry("PAGEBREAK", "")
    else:
        yield Entry(element.kind.upper(), text, "", tags)


def untagged(line: str, tags: tuple[str, ...]) -> str:
    places = [at for tag in tags if (at := line.find(f" #{tag}")) >= 0]
    return line[: min(places)].rstrip() if places else line


def marked(element: Element, play: Screenplay) -> str:
    """An element's raw text with the number of each note and boneyard in its place."""
    assert element.span is not None and element.raw is not None
    text, shift = element.raw, element.span.start
    inside = [
        (one.span, f"[[{at}]]" if kind == "note" else f"/*{at}*/")
        for kind in ASIDES
        for at, one in enumerate(asides(play, kind))
        if one.span is not None and element.span.start <= one.span.start and one.span.end <= element.span.end
    ]
    for span, mark in sorted(inside, key=lambda pair: -pair[0].start):
        text = text[: span.start - shift] + mark + text[span.end - shift :]
    return text


def outer(play: Screenplay) -> Iterator[tuple[Scene, Element]]:
    """Elements that lie in no other one."""
    return (
        (scene, element) for scene in play.scenes for element in scene.elements if element.after is not None
    )


def asides(play: Screenplay, kind: str) -> list[Element]:
    return [element for scene in play.scenes for element in scene.elements if element.kind == kind]


def title_value(value: str) -> str:
    return "".join(f"\n    {line}" for line in value.split("\n")) if "\n" in value else value


def called_back(play: Screenplay) -> str:
    """What fountain-tools' callback parser is told: one call a line of dialogue or action."""
    page = " ".join(f"{key}:{title_value(value)}" for key, value in play.title_page.items())
    lines = [f"TITLEPAGE: {page}"]
    parenthetical = "null"
    for scene, element in outer(play):
        if element.kind == "parenthetical":
            parenthetical = element.text
        elif element.kind == "dialogue":
            for line in element.text.split("\n"):
                if line:
                    lines.append(
                        f"DIALOGUE: character:{element.character} extension:{element.extension or 'null'}"
                        f" parenthetical:{parenthetical} line:{line} dual:{str(element.dual).lower()}"
                    )
                parenthetical = "null"
        elif element.kind == "action":
            lines += [f"ACTION: text:{line}" for line in (element.raw or "").split("\n")]
        elif element.kind == "heading":
            lines.append(
                f"HEADING: text:{element.text} sceneNum:{scene.number if scene.numbered else 'null'}"
            )
        elif element.kind == "section":
            lines.append(f"SECTION: level:{element.depth} text:{element.text}")
        elif element.kind != "character":
            lines.append(f"{element.kind.upper()}: text:{element.text}")
    return "\n".join(lines)


def html(text: str) -> str:
    """A text's emphasis as HTML: underline outside, then bold, then italics."""
    parts: list[str] = []
    opened: list[str] = []
    for run in (*runs(text), None):
        wanted = (
            []
            if run is None
            else [tag for tag, on in (("u", run.underline), ("b", run.bold), ("i", run.italic)) if on]
        )
        while opened and opened != wanted[: len(opened)]:
            parts.append(f"</{opened.pop()}>")
        for tag in wanted[len(opened) :]:
            parts.append(f"<{tag}>")
            opened.append(tag)
        parts.append(run.text if run is not None else "")
    return "".join(parts)
