"""Writes a screenplay as Fountain: as it was written where nothing changed, canonically elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from answerprint.formats.screenplays.fountain import HASHTAG, read_fountain
from answerprint.formats.screenplays.headings import number_scenes
from answerprint.formats.screenplays.model import Element, Scene, Screenplay

_BEFORE = "===\n\n"  # read before a candidate, so that it is not taken for a title page
_SPOKEN = frozenset(("dialogue", "parenthetical", "lyric"))
_ASIDES = frozenset(("note", "boneyard"))
_NUMBER = re.compile(r"[^\W_][\w.\-]*")

Key = tuple[object, ...]


def write_fountain(screenplay: Screenplay, *, tags: bool = False) -> str:
    """The screenplay as Fountain text.

    One read from Fountain and not changed since is written as its source was. Elements without their raw
    text, or whose raw text no longer says what they are, are written canonically: plain where that reads as
    what they are, else with the mark that forces it. What Fountain cannot hold (`fountain_losses` lists it)
    is written as near as it can be: shots and general paragraphs as action. `tags` writes hashtags.
    """
    exact = _as_written(screenplay)
    if exact is not None and _content(read_fountain(exact, tags=tags)) == _content(screenplay):
        return exact
    wanted = [key for keys in _content(screenplay)[1:] for key in keys]
    mixed, used = _composed(screenplay, tags, raw=True)
    if not used or [key for keys in _content(read_fountain(mixed, tags=tags))[1:] for key in keys] == wanted:
        return mixed
    return _composed(screenplay, tags, raw=False)[0]


def element_key(element: Element) -> Key:
    """What an element says, apart from where it stands in its source and which mark forced it."""
    kind = "action" if element.kind in ("shot", "general") else element.kind
    lines = element.text.split("\n")
    text = "\n".join(line.rstrip() for line in lines) if len(lines) > 1 else element.text
    return (kind, text, element.character, element.extension, element.dual, element.depth, hashtags(element))


def hashtags(element: Element) -> tuple[str, ...]:
    return tuple(tag.name for tag in element.tags if tag.category == HASHTAG)


def _content(screenplay: Screenplay) -> list[tuple[Key, ...]]:
    """The title page, then each scene's number where it is written, and its elements."""
    page = tuple((key, value) for key, value in screenplay.title_page.items())
    return [page] + [
        (
            (scene.number if scene.numbered else None,),
            *(element_key(element) for element in scene.elements),
        )
        for scene in screenplay.scenes
    ]


def _as_written(screenplay: Screenplay) -> str | None:
    """The source put together from its parts, or None where a part has none."""
    parts = [screenplay.opening]
    for scene in screenplay.scenes:
        for element in scene.elements:
            if element.raw is None:
                return None
            if element.after is not None:
                parts += (element.raw, element.after)
    return "".join(parts)


@dataclass
class _Block:
    """What stands between two blank lines: a heading, a paragraph, a whole speech."""

    elements: list[Element]
    number: str = ""  # of a scene's heading, where it is to be written

    @property
    def keys(self) -> list[Key]:
        return [element_key(element) for element in self.elements]

    @property
    def printed(self) -> bool:
        return self.elements[0].kind not in _ASIDES

    @property
    def raw(self) -> str | None:
        """The block as its source had it, when every element of it stood there one after the other."""
        parts: list[str] = []
        end: int | None = None
        for element in self.elements:
            if element.raw is None or element.span is None:
                return None
            if element.after is None and end is not None and element.span.end <= end:
                continue
            if element.after is None or (end is not None and element.span.start != end):
                return None
            parts += (element.raw, element.after)
            end = element.span.end + len(element.after)
        return "".join(parts[:-1])


def _composed(screenplay: Screenplay, tags: bool, *, raw: bool) -> tuple[str, bool]:
    """The text block by block, and whether any of them is as its source had it."""
    written: list[str] = []
    above: Element | None = None  # the last element, where it was written as its source had it
    used = False
    head = _head(screenplay)
    first = not head
    for block in _blocks(screenplay):
        said = block.raw if raw else None
        kept = said is not None and _reads_as(said, block, first, tags)
        text = said if kept and said is not None else _canonical(block, first, tags)
        if text:
            written.append(_gap(above, block, kept) if written else "")
            written.append(text)
        used = used or kept
        above = _last_outer(block) if kept else None
        first = first and not (block.printed and text)
    body = "".join(written)
    if body and not body.endswith("\n"):
        body += above.after if above is not None and above.after else "\n"
    return head + body, used


def _gap(above: Element | None, block: _Block, kept: bool) -> str:
    """What stands between two blocks: what the source had there, else a blank line."""
    span = block.elements[0].span
    if not kept or above is None or above.span is None or above.after is None or span is None:
        return "\n\n"
    return above.after if above.span.end + len(above.after) == span.start else "\n\n"


def _last_outer(block: _Block) -> Element | None:
    return next((element for element in reversed(block.elements) if element.after is not None), None)


def _head(screenplay: Screenplay) -> str:
    """The title page with the blank line below it, or nothing."""
    values = dict(screenplay.title_page) or ({"Title": screenplay.title} if screenplay.title else {})
    if not values:
        return ""
    if screenplay.opening.strip() and read_fountain(screenplay.opening).title_page == values:
        return screenplay.opening.rstrip() + "\n\n"
    lines: list[str] = []
    for key, value in values.items():
        name = " ".join(key.replace(":", " ").split())
        said = [line.strip() for line in value.split("\n") if line.strip()]
        if len(said) == 1:
            lines.append(f"{name}: {said[0]}")
        else:
            lines += [f"{name}:", *(f"    {line}" for line in said)]
    return "\n".join(lines) + "\n\n"


def _blocks(screenplay: Screenplay) -> Iterator[_Block]:
    bare = [
        scene if scene.numbered else msgspec.structs.replace(scene, number="") for scene in screenplay.scenes
    ]
    counted, _ = number_scenes(bare)
    for scene, count in zip(screenplay.scenes, counted, strict=True):
        wanted = scene.number if scene.numbered or scene.number != count.number else ""
        yield from _blocks_of(scene, wanted if scene.heading else "")


def _blocks_of(scene: Scene, number: str) -> Iterator[_Block]:
    elements = scene.elements
    if scene.heading and not any(element.kind == "heading" for element in elements):
        yield _Block([Element(kind="heading", text=scene.heading, line=0)], number)
    at = 0
    while at < len(elements):
        end = _block_end(elements, at)
        yield _Block(list(elements[at:end]), number if elements[at].kind == "heading" else "")
        at = end


def _block_end(elements: Sequence[Element], at: int) -> int:
    """Where the block that begins at `at` ends: a speech goes on to the last of its dialogue."""
    end = at + 1
    speech = elements[at].kind == "character" or (elements[at].kind in _SPOKEN and elements[at].character)
    following = end
    while following < len(elements):
        one = elements[following]
        if speech and one.kind in _SPOKEN and one.character == elements[at].character:
            end = following = following + 1
        elif one.kind in _ASIDES:
            following += 1
            if one.raw is not None and one.after is None:  # inside what stands before it
                end = following
        else:
            break
    return end


def _reads_as(text: str, block: _Block, first: bool, tags: bool) -> bool:
    """Whether a text between blank lines is read as just this block."""
    if first:
        read = read_fountain(text, tags=tags)
        found = list(read.scenes)
        if read.title_page:
            return False
    else:
        found = list(read_fountain(_BEFORE + text, tags=tags).scenes)
        found[0] = msgspec.structs.replace(found[0], elements=found[0].elements[1:])
    keys = [element_key(element) for scene in found for element in scene.elements]
    if keys != block.keys:
        return False
    return (
        block.elements[0].kind != "heading"
        or (found[-1].number if found[-1].numbered else "") == block.number
    )


def _canonical(block: _Block, first: bool, tags: bool) -> str:
    """The plainest form that is read as the block; the forced one where none is."""
    candidates = [text for text in _candidates(block, tags) if text]
    for text in candidates:
        if _reads_as(text, block, first, tags):
            return text
    return candidates[-1] if candidates else ""


def _candidates(block: _Block, tags: bool) -> Iterable[str]:
    element = block.elements[0]
    lines = [line.rstrip() for line in element.text.expandtabs(4).split("\n")]
    one_line = " ".join(line.strip() for line in lines).strip()
    mark = "".join(f" #{name}" for name in hashtags(element)) if tags else ""
    if element.kind == "character" or (element.kind in _SPOKEN and element.character):
        return _speeches(block, tags)
    if element.kind == "heading":
        number = f" #{block.number}#" if _NUMBER.fullmatch(block.number) else ""
        plain, forced = f"{one_line}{number}{mark}", f".{one_line}{number}{mark}"
        return (forced, plain) if element.forced else (plain, forced)
    if element.kind == "transition":
        return (f">{one_line}{mark}",) if element.forced else (one_line + mark, f"> {one_line}{mark}")
    if element.kind == "note":
        inside = "\n".join(line if line.strip() else "  " for line in element.text.split("\n"))
        return (f"[[{inside}]]", f"[[{inside} ]]")
    if element.kind == "boneyard":
        return (f"/*{element.text}*/",)
    if element.kind == "page_break":
        return ("===",)
    if element.kind == "section":
        return (f"{'#' * max(1, element.depth)} {one_line}{mark}",)
    if element.kind == "synopsis":
        return (f"= {one_line}{mark}",)
    if element.kind == "centered":
        return ("\n".join(f"> {line.strip()} <" for line in lines) + mark,)
    if element.kind == "lyric":
        return ("\n".join(f"~ {line.strip()}".rstrip() for line in lines) + mark,)
    text = "\n".join(lines) + mark
    return (f"!{text}",) if element.forced else (text, f"!{text}")


def _speeches(block: _Block, tags: bool) -> Iterable[str]:
    """A speech with its cue plain, and with its cue forced. Notes stand at the end of the line above them."""
    cue = block.elements[0]
    name = " ".join((cue.character or cue.text).split())
    extension = f" ({' '.join(cue.extension.split())})" if cue.extension else ""
    lines = [f"{name}{extension}{' ^' if cue.dual else ''}{_marks(cue, tags)}"]
    for element in block.elements if cue.kind != "character" else block.elements[1:]:
        text = element.text.expandtabs(4)
        if element.kind == "parenthetical":
            lines.append(f"({' '.join(text.split(chr(10)))}){_marks(element, tags)}")
        elif element.kind == "lyric":
            lines += [f"~ {line.strip()}".rstrip() + _marks(element, tags) for line in text.split("\n")]
        elif element.kind == "dialogue":
            said = [line.strip() or "  " for line in text.split("\n")]
            said[-1] += _marks(element, tags)
            lines += said
        else:
            lines[-1] += next(
                (text for text in _candidates(_Block([element]), tags) if _reads_alone(text, element)), ""
            )
    spoken = "\n".join(lines)
    return (f"@{spoken}",) if cue.forced else (spoken, f"@{spoken}")


def _reads_alone(text: str, element: Element) -> bool:
    return _reads_as(text, _Block([element]), True, False)


def _marks(element: Element, tags: bool) -> str:
    return "".join(f" #{name}" for name in hashtags(element)) if tags else ""
