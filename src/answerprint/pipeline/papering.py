"""Paper edits of a production: the cut written as a text, and an edited text carried out as a decision."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from answerprint.core.errors import UsageError
from answerprint.core.proposals import Decision
from answerprint.departments.editorial.paper import (
    PAPER,
    Order,
    PaperLine,
    order_of,
    read_paper,
    reworded,
    written_paper,
)
from answerprint.pipeline.cutting import Drafted, draft, film_of
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.progress import Listener
from answerprint.store.decisions import export_decisions
from answerprint.store.production import Production

FILE = "paper.md"
LARGEST = 16 << 20  # bytes of a paper that are read


@dataclass(frozen=True)
class Papered:
    """What a paper edit did. text: the paper of the cut as it is now. reworded: labels of lines whose words
    were changed on the paper, which the film cannot follow."""

    drafted: Drafted
    text: str
    edited: bool
    removed: tuple[str, ...]
    restored: tuple[str, ...]
    moved: tuple[str, ...]
    reworded: tuple[str, ...]


def paper_in(
    production: Production,
    paper: Path,
    *,
    undo: bool = False,
    dry_run: bool = False,
    by: str = "",
    workers: int | None = None,
    listener: Listener | None = None,
) -> Papered:
    """Carries out what was changed in a paper (where there is one), and gives that of the cut that results.

    undo: takes the last paper edit back instead. dry_run: nothing is recorded. Raises UsageError AP-USE-550
    where there is nothing to take back, AP-USE-551 to -553 for a paper that cannot be read, AP-USE-554 for a
    locked line that was left out; nothing is changed then.
    """
    text = "" if undo else _read(paper)
    with opened(production, workers=workers, listener=listener, import_answers=True) as making:
        film = film_of(making)
        lines, left = _lines(film, order_of(making.decisions))
        before = Order(tuple(one.id for one in lines), tuple(one.id for one in left))
        after = before
        if undo:
            if PAPER not in making.decisions:
                raise UsageError("AP-USE-550", "no paper edit has been made that could be taken back")
            if dry_run:
                raise UsageError(
                    "AP-USE-556", "--undo and --dry-run together", remedy="leave one of them out"
                )
            making.catalogue.undo_decision(PAPER)
        elif text:
            after = read_paper(text, [*before.order, *before.out], str(paper))
            if after != before:
                _refuse_locked(making, after, [*lines, *left])
                _record(making, after, by)
        if undo or after != before:
            making.decisions = making.catalogue.decisions()
            film = film_of(making)
        drafted = draft(making, film, production.root, keep=not dry_run)
        now, out = _lines(film, order_of(making.decisions))
        if dry_run and after != before:
            making.catalogue.undo_decision(PAPER)
        elif not dry_run:
            export_decisions(production, making.catalogue)
    labels = {one.id: one.label for one in (*lines, *left, *now, *out)}
    shown = {one.id for one in now}
    return Papered(
        drafted=drafted,
        text=written_paper(drafted.cut.name, now, out),
        edited=undo or after != before,
        removed=tuple(labels[id] for id in before.order if id not in shown),
        restored=tuple(labels[one.id] for one in now if one.id in before.out),
        moved=tuple(labels[id] for id in _moved(before.order, [one.id for one in now])),
        reworded=reworded(text, [*lines, *left]),
    )


def _read(paper: Path) -> str:
    try:
        data = paper.read_bytes() if paper.stat().st_size <= LARGEST else None
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise UsageError("AP-USE-555", f"it cannot be read: {error.strerror}", file=str(paper)) from error
    try:
        if data is not None:
            return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    raise UsageError("AP-USE-555", "this is no paper: not UTF-8 text", file=str(paper), remedy="name another")


def _lines(film: Film, edit: Order) -> tuple[list[PaperLine], list[PaperLine]]:
    """The slots of the cut in its order, and those left out, as a paper shows them."""
    made = film.assembly
    said = film.screenplay.lines() if film.screenplay is not None else ()
    scenes = {f"take:{line.key}": line for line in said}
    shown = [
        PaperLine(
            id=slot.id,
            label=slot.label,
            text=slot.text,
            at=made.cut.timecode(slot.record.start.frame(made.cut.rate)),
            take=slot.take,
            scene=scenes[slot.id].scene
            if slot.id in scenes
            else slot.id.removeprefix("scene:").split(":")[0],
        )
        for slot in made.slots
        if not slot.id.startswith("cutaway:")
    ]
    left = [
        PaperLine(id=id, label=scenes[id].label, text=scenes[id].text)
        if id in scenes
        else PaperLine(id=id, label=id, text="")
        for id in edit.out
    ]
    return shown, left


def _refuse_locked(making: Making, wanted: Order, lines: list[PaperLine]) -> None:
    for line in lines:
        decision = making.decisions.get(line.id)
        if line.id in wanted.out and decision is not None and decision.answer == "lock":
            raise UsageError(
                "AP-USE-554",
                f"{line.label} is locked by {decision.by or 'a person'}: it stays in the cut",
                remedy="keep it on the paper, or take the lock back with answerprint review --undo",
            )


def _record(making: Making, wanted: Order, by: str) -> None:
    decision = Decision(
        proposal=PAPER, answer="accept", by=by, frozen=msgspec.to_builtins(wanted), note="paper edit"
    )
    making.catalogue.put_decision(decision, "the order of the cut")


def _moved(before: tuple[str, ...], now: list[str]) -> list[str]:
    """The fewest slots that have to be moved to come from one order to the other."""
    places = {id: place for place, id in enumerate(now)}
    kept = [id for id in before if id in places]
    best: list[
        tuple[int, int]
    ] = []  # the length of the longest rising run that ends at each, and what precedes
    for at, id in enumerate(kept):
        runs = [(best[k][0], k) for k in range(at) if places[kept[k]] < places[id]]
        length, back = max(runs, default=(0, -1))
        best.append((length + 1, back))
    at = max(range(len(kept)), key=lambda place: best[place][0], default=-1)
    still = set()
    while at >= 0:
        still.add(kept[at])
        at = best[at][1]
    return [id for id in kept if id not in still]
