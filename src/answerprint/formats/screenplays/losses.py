"""What a format cannot hold of a screenplay, found by reading back what was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from answerprint.formats.screenplays.blocks import UNPRINTED
from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.fountain import HASHTAG, read_fountain
from answerprint.formats.screenplays.fountain_writing import element_key
from answerprint.formats.screenplays.model import Element, Screenplay

EXAMPLES = 3
LONGEST_EXAMPLE = 60  # characters
_NAMES = {
    "heading": "scene headings",
    "character": "cues",
    "dialogue": "speeches",
    "parenthetical": "parentheticals",
    "lyric": "lyrics",
    "action": "paragraphs of action",
    "transition": "transitions",
    "centered": "centred lines",
    "section": "sections",
    "synopsis": "synopses",
    "note": "notes",
    "page_break": "page breaks",
    "boneyard": "boneyards",
    "shot": "shots",
    "general": "general paragraphs",
}


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """One sort of thing that was not written, or is read back as something else."""

    what: str
    count: int
    examples: tuple[str, ...] = ()


def losses(screenplay: Screenplay, suffix: str, data: bytes) -> tuple[Loss, ...]:
    """What is not the same in a file of `suffix` that holds `data` as in the screenplay it was written from.

    Fountain and FDX are read back and compared. PDF and plain text are for reading: what is not printed in
    them is lost. Which mark forced an element, and where it stood in its source, is no loss.
    """
    suffix = suffix.casefold()
    if suffix in (".fountain", ".spmd"):
        return _compared(screenplay, read_fountain(data.decode("utf-8")))
    if suffix == ".fdx":
        from answerprint.formats.screenplays.fdx import read_fdx

        return _compared(screenplay, read_fdx(data))
    return _unprinted(screenplay, styles=suffix == ".pdf")


def settings_left(screenplay: Screenplay, suffix: str) -> tuple[str, ...]:
    """Settings of the program a script came from, not of the script, that another format has no place for."""
    return () if suffix.casefold() == ".fdx" else tuple(screenplay.carried)


def _compared(before: Screenplay, after: Screenplay) -> tuple[Loss, ...]:
    found: list[Loss] = []
    kept, again = _keys(before), _keys(after)
    missing = Counter(key for key, _ in kept) - Counter(key for key, _ in again)
    by_kind: dict[str, list[str]] = {}
    for key, element in kept:
        if missing[key] > 0:
            missing[key] -= 1
            by_kind.setdefault(element.kind, []).append(element.text)
    found += [_loss(_NAMES[kind], texts) for kind, texts in by_kind.items()]
    if not by_kind and [key for key, _ in kept] != [key for key, _ in again]:
        found.append(_loss("the order of elements", ["order"]))
    counts: list[tuple[str, Callable[[Screenplay], Iterable[str]]]] = [
        ("title page entries", lambda play: (f"{key}: {value}" for key, value in play.title_page.items())),
        ("scene numbers", lambda play: (scene.number for scene in play.scenes if scene.numbered)),
        ("omitted scenes", lambda play: (scene.number for scene in play.scenes if scene.omitted)),
        ("breakdown tags", _tags),
        ("hashtags", _hashtags),
        ("revision marks", _revisions),
        ("revision sets", lambda play: (one.name for one in play.revisions)),
        ("paragraph styles", lambda play: (one.style for one in _elements(play) if one.style)),
    ]
    for what, of in counts:
        lost = list((Counter(of(before)) - Counter(of(after))).elements())
        if lost:
            found.append(_loss(what, lost))
    return tuple(found)


def _unprinted(screenplay: Screenplay, *, styles: bool) -> tuple[Loss, ...]:
    by_kind: dict[str, list[str]] = {}
    for element in _elements(screenplay):
        if element.kind in UNPRINTED:
            by_kind.setdefault(element.kind, []).append(element.text)
    found = [_loss(_NAMES[kind], texts) for kind, texts in by_kind.items()]
    for what, lost in (
        ("breakdown tags", list(_tags(screenplay))),
        ("hashtags", list(_hashtags(screenplay))),
        ("revision marks", list(_revisions(screenplay))),
    ):
        if lost:
            found.append(_loss(what, lost))
    if not styles:
        styled = [one.text for one in _elements(screenplay) if any(any(run[1:]) for run in runs(one.text))]
        if styled:
            found.append(_loss("styled texts (bold, italic, underlined)", styled))
    return tuple(found)


def _keys(screenplay: Screenplay) -> list[tuple[tuple[object, ...], Element]]:
    # The kind as it is: a shot that comes back as action is a loss. Tags are counted apart.
    return [((one.kind, *element_key(one)[1:-1]), one) for one in _elements(screenplay)]


def _elements(screenplay: Screenplay) -> Iterable[Element]:
    return (element for scene in screenplay.scenes for element in scene.elements)


def _tags(screenplay: Screenplay) -> Iterable[str]:
    for element in _elements(screenplay):
        yield from (f"{tag.category}: {tag.name}" for tag in element.tags if tag.category != HASHTAG)


def _hashtags(screenplay: Screenplay) -> Iterable[str]:
    for element in _elements(screenplay):
        yield from (f"#{tag.name}" for tag in element.tags if tag.category == HASHTAG)


def _revisions(screenplay: Screenplay) -> Iterable[str]:
    return (element.revision for element in _elements(screenplay) if element.revision)


def _loss(what: str, texts: list[str]) -> Loss:
    shown = [" ".join(text.split())[:LONGEST_EXAMPLE] for text in dict.fromkeys(texts)]
    return Loss(what=what, count=len(texts), examples=tuple(shown[:EXAMPLES]))
