"""The paper edit: the cut as a text to be cut with a pen.

Lines keep an anchor; what is moved, struck or put back on the paper, lines and words in them, moves, goes or
comes back in the film.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import accumulate

import msgspec

from answerprint.core.errors import UsageError
from answerprint.core.proposals import Decision
from answerprint.departments.editorial.pieces import Piece
from answerprint.formats.screenplays.model import spoken_words

PAPER = "paper"  # the proposal that a paper edit decides
LEFT_OUT, TIGHTENED = "## Left out", "## Tightened: delete a line to put it back"
TIGHT = "tight:"  # begins the anchors of what was tightened
STRUCK = "~~"
_ANCHOR = re.compile(r"\{#([^}\s]+)\}")
_HEAD = """\
Move a line, or delete it; then run the same command again. A line is known by its {#anchor}: keep it with it.
What is left out stands at the end: move it back up to have it again. Words deleted, or struck ~~like these~~,
are cut out of their line; take the ~~ away to have them back. Words changed otherwise change nothing.
"""


class Order(msgspec.Struct, frozen=True):
    """A paper edit: slots in the order they are wanted, and those that are not. What neither names stays
    behind what it followed."""

    order: tuple[str, ...] = ()
    out: tuple[str, ...] = ()


class PaperLine(msgspec.Struct, frozen=True, kw_only=True):
    """A slot as the paper shows it. at: its timecode in the cut, "" where it is left out."""

    id: str
    label: str
    text: str
    at: str = ""
    take: str = ""
    scene: str = ""
    struck: tuple[int, ...] = ()  # places of its spoken words that are cut out
    tight: tuple[str, ...] = ()  # what else is cut out of it: silences, fillers


def order_of(decisions: Mapping[str, Decision]) -> Order:
    """The paper edit that people decided; an empty one where there is none."""
    decision = decisions.get(PAPER)
    if decision is None:
        return Order()
    return Order(tuple(decision.frozen.get("order", ())), tuple(decision.frozen.get("out", ())))


def rearranged(pieces: Sequence[Piece], wanted: Order) -> tuple[list[Piece], list[Piece]]:
    """The pieces in the order wanted, and those left out. What it does not name keeps its neighbour."""
    places = {id: place for place, id in enumerate(wanted.order)}
    out = set(wanted.out)
    keyed: list[tuple[tuple[int, int], Piece]] = []
    last = -1
    for natural, piece in enumerate(pieces):
        if piece.id in out:
            continue
        known = places.get(piece.id)
        last = last if known is None else known
        keyed.append(((last, 0 if known is not None else 1 + natural), piece))
    kept = [piece for _, piece in sorted(keyed, key=lambda one: one[0])]
    return kept, [piece for piece in pieces if piece.id in out]


def written_paper(title: str, lines: Sequence[PaperLine], left_out: Sequence[PaperLine]) -> str:
    """The paper as Markdown (UTF-8 text): a heading for every scene, a list item for every line."""
    parts = [f"# {title}", "", _HEAD]
    scene = None
    for line in lines:
        if line.scene != scene:
            scene = line.scene
            parts += [f"## Scene {scene}" if scene else "## Selections", ""]
        parts.append(_item(line))
    if any(line.tight for line in lines):
        parts += ["", TIGHTENED, ""]
    for line in lines:
        parts += [
            f"- **{line.label}** {why} {{#{TIGHT}{number}:{line.id}}}"
            for number, why in enumerate(line.tight)
        ]
    parts += ["", LEFT_OUT, "", *(_item(line) for line in left_out)]
    return "\n".join(parts).rstrip() + "\n"


def _item(line: PaperLine) -> str:
    text = struck_text(line.text, line.struck)
    place = " · ".join(part for part in (line.at, line.take) if part)
    return f"- **{line.label}** {text} {{#{line.id}}}" + (f" <!-- {place} -->" if place else "")


def read_paper(text: str, known: Sequence[str], file: str) -> Order:
    """The order that an edited paper asks for. known: every slot there is, in or out of the cut.

    Raises UsageError AP-USE-551 for a line without its anchor, AP-USE-552 for one that stands there twice,
    AP-USE-553 for an anchor that is in no cut; nothing is changed then.
    """
    order: list[str] = []
    left = False
    for number, line in enumerate(text.splitlines(), start=1):
        left = left or line.strip() == LEFT_OUT
        found = [one for one in _ANCHOR.findall(line) if not one.startswith(TIGHT)]
        if TIGHT in line and not found:
            continue
        if not found and line.lstrip().startswith("- "):
            raise _refused("AP-USE-551", file, number, "this line has lost its {#anchor}", "put it back")
        for anchor in found if line.lstrip().startswith("- ") else ():
            if anchor not in known:
                raise _refused("AP-USE-553", file, number, f"{anchor} is no line of this cut", "take it out")
            if anchor in order:
                raise _refused("AP-USE-552", file, number, f"{anchor} stands there twice", "keep one of them")
            if not left:
                order.append(anchor)
    return Order(tuple(order), tuple(one for one in known if one not in order))


def struck_text(text: str, struck: Sequence[int]) -> str:
    """A line's text with the words at some places of its spoken ones struck out, in Markdown."""
    tokens, places = text.split(), token_words(text)
    if not struck or places is None:
        return " ".join(tokens)
    gone = [bool(one) and all(place in struck for place in one) for one in places]
    made: list[str] = []
    for at, token in enumerate(tokens):
        opens = gone[at] and not (at and gone[at - 1])
        closes = gone[at] and not (at + 1 < len(tokens) and gone[at + 1])
        made.append(f"{STRUCK if opens else ''}{token}{STRUCK if closes else ''}")
    return " ".join(made)


def token_words(text: str) -> list[range] | None:
    """For every token of a text the places of the words spoken in it; None where they do not add up."""
    counts = [len(spoken_words(token)) for token in text.split()]
    ends = list(accumulate(counts))
    if sum(counts) != len(spoken_words(text)):
        return None
    return [range(end - count, end) for end, count in zip(ends, counts, strict=True)]


def read_words(
    text: str, lines: Sequence[PaperLine], file: str
) -> tuple[dict[str, tuple[int, ...]], tuple[str, ...]]:
    """The words struck in an edited paper, slot → places of spoken words, and the labels of lines with words
    that are not theirs, which change nothing. Raises UsageError AP-USE-557 for a ~~ without its end."""
    known = {line.id: line for line in lines}
    struck: dict[str, tuple[int, ...]] = {}
    changed: list[str] = []
    for number, item in enumerate(text.splitlines(), start=1):
        found = _ANCHOR.search(item)
        line = known.get(found[1]) if found else None
        if line is None or found is None or not item.lstrip().startswith("- "):
            continue
        body = item[: found.start()].split("**", 2)[-1].split(STRUCK)
        if len(body) % 2 == 0:
            raise _refused("AP-USE-557", file, number, "a ~~ has no end", "strike words ~~like these~~")
        edited = [(token, at % 2 == 1) for at, part in enumerate(body) for token in part.split()]
        places, other = _struck_places(line.text, edited)
        if places:
            struck[line.id] = places
        if other:
            changed.append(line.label)
    return struck, tuple(changed)


def _struck_places(text: str, edited: Sequence[tuple[str, bool]]) -> tuple[tuple[int, ...], bool]:
    """The spoken words that an edited line does without, and whether it has words that are not its own."""
    tokens, places = text.split(), token_words(text)
    matcher = SequenceMatcher(None, tokens, [token for token, _ in edited], autojunk=False)
    gone: list[int] = []
    other = False
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            gone += [a + step for step in range(b - a) if edited[c + step][1]]
        elif what == "delete":
            gone += range(a, b)
        else:
            other = other or d > c
    if places is None:
        return (), other or bool(gone)
    return tuple(place for token in gone for place in places[token]), other


def read_tight(text: str, lines: Sequence[PaperLine]) -> dict[str, list[int]]:
    """Which of what was tightened still stands in a paper: slot → numbers."""
    stands = {anchor for anchor in _ANCHOR.findall(text) if anchor.startswith(TIGHT)}
    return {
        line.id: [at for at in range(len(line.tight)) if f"{TIGHT}{at}:{line.id}" in stands]
        for line in lines
        if line.tight
    }


def _refused(code: str, file: str, line: int, message: str, remedy: str) -> UsageError:
    return UsageError(code, message, file=file, at=f"line {line}", remedy=remedy)
