"""The paper edit: the cut as a text to be cut with a pen.

Lines keep an anchor; what is moved, struck or put back on the paper moves, goes or comes back in the film.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from answerprint.core.errors import UsageError
from answerprint.core.proposals import Decision
from answerprint.departments.editorial.pieces import Piece

PAPER = "paper"  # the proposal that a paper edit decides
LEFT_OUT = "## Left out"
_ANCHOR = re.compile(r"\{#([^}\s]+)\}")
_HEAD = """\
Move a line, or delete it; then run the same command again. A line is known by its {#anchor}: keep it with it.
What is left out stands at the end: move it back up to have it again. Only whole lines are cut: words changed
here change nothing in the film.
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
    parts += ["", LEFT_OUT, "", *(_item(line) for line in left_out)]
    return "\n".join(parts).rstrip() + "\n"


def _item(line: PaperLine) -> str:
    text = " ".join(line.text.split())
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
        found = _ANCHOR.findall(line)
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


def reworded(text: str, lines: Sequence[PaperLine]) -> tuple[str, ...]:
    """The labels of lines whose words a person changed on the paper, which changes nothing in the film."""
    known = {line.id: line for line in lines}
    changed = []
    for item in text.splitlines():
        found = _ANCHOR.search(item)
        line = known.get(found[1]) if found else None
        if line is not None and found is not None:
            words = item[: found.start()].split("**", 2)[-1].split()
            if words != line.text.split():
                changed.append(line.label)
    return tuple(changed)


def _refused(code: str, file: str, line: int, message: str, remedy: str) -> UsageError:
    return UsageError(code, message, file=file, at=f"line {line}", remedy=remedy)
