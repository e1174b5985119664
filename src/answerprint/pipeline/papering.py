"""Paper edits of a production: the cut written as a text, and an edited text carried out as a decision."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
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
    read_tight,
    read_words,
    written_paper,
)
from answerprint.departments.editorial.pieces import CUTAWAY
from answerprint.departments.editorial.tightening import SILENCE, tightenings
from answerprint.departments.editorial.word_cuts import WordEdit, as_frozen, word_edit, words_in
from answerprint.formats.screenplays.model import spoken_words
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
    """What a paper edit did. text: the paper of the cut as it is now. struck: labels of lines whose struck
    words are others than before; tightened: (label, what) of what was taken out between words; reworded:
    labels of lines with words changed on the paper, which the film cannot follow."""

    drafted: Drafted
    text: str
    edited: bool
    removed: tuple[str, ...]
    restored: tuple[str, ...]
    moved: tuple[str, ...]
    struck: tuple[str, ...]
    tightened: tuple[tuple[str, str], ...]
    reworded: tuple[str, ...]


@dataclass(frozen=True)
class Tighten:
    """What is taken out between words. silence: seconds of pause from which on it is shortened."""

    silence: Fraction = SILENCE
    fillers: bool = False


def paper_in(
    production: Production,
    paper: Path,
    *,
    undo: bool = False,
    tighten: Tighten | None = None,
    dry_run: bool = False,
    by: str = "",
    workers: int | None = None,
    listener: Listener | None = None,
) -> Papered:
    """Carries out what was changed in a paper (where there is one), and gives that of the cut that results.

    undo: takes the last paper edit back instead. tighten: also shortens pauses inside lines. dry_run: nothing
    is recorded. Raises UsageError AP-USE-550 where there is nothing to take back, AP-USE-551 to -553 and -557
    for a paper that cannot be read, AP-USE-554 for a locked line that was left out or cut into; nothing is
    changed then.
    """
    text = "" if undo else _read(paper)
    with opened(production, workers=workers, listener=listener, import_answers=True) as making:
        film = film_of(making)
        edit = word_edit(making.decisions)
        lines, left = _lines(film, order_of(making.decisions), edit)
        before = Order(tuple(one.id for one in lines), tuple(one.id for one in left)), edit
        after = before
        other: tuple[str, ...] = ()
        if undo:
            if PAPER not in making.decisions:
                raise UsageError("AP-USE-550", "no paper edit has been made that could be taken back")
            if dry_run:
                raise UsageError(
                    "AP-USE-556", "--undo and --dry-run together", remedy="leave one of them out"
                )
            making.catalogue.undo_decision(PAPER)
        elif text:
            after, other = _wanted(text, lines, left, edit, str(paper))
        if tighten is not None:
            after = after[0], _tightened(making, film, after[1], tighten)
        if after != before:
            _refuse_locked(making, after, edit, [*lines, *left])
            _record(making, *after, by)
        if undo or after != before:
            making.decisions = making.catalogue.decisions()
            film = film_of(making)
        drafted = draft(making, film, production.root, keep=not dry_run)
        edited = word_edit(making.decisions)
        now, out = _lines(film, order_of(making.decisions), edited)
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
        removed=tuple(labels[id] for id in before[0].order if id not in shown),
        restored=tuple(labels[one.id] for one in now if one.id in before[0].out),
        moved=tuple(labels[id] for id in _moved(before[0].order, [one.id for one in now])),
        struck=tuple(labels[one.id] for one in now if edit.struck.get(one.id, ()) != one.struck),
        tightened=tuple(
            (labels[id], one.why)
            for id, cuts in edited.tight.items()
            for one in cuts
            if one not in edit.tight.get(id, ()) and id in labels
        ),
        reworded=other,
    )


def _wanted(
    text: str, lines: list[PaperLine], left: list[PaperLine], edit: WordEdit, file: str
) -> tuple[tuple[Order, WordEdit], tuple[str, ...]]:
    """What an edited paper asks for, and the lines with words that are not theirs."""
    known = [*lines, *left]
    order = read_paper(text, [one.id for one in known], file)
    struck, other = read_words(text, known, file)
    nothing = {one.id for one in known if len(struck.get(one.id, ())) == len(spoken_words(one.text)) > 0}
    if nothing - set(order.out):  # a line without any word is left out
        kept = tuple(id for id in order.order if id not in nothing)
        order = Order(kept, tuple(one.id for one in known if one.id not in kept))
    stands = read_tight(text, lines)
    tight = {
        id: tuple(one for at, one in enumerate(cuts) if id not in stands or at in stands[id])
        for id, cuts in edit.tight.items()
    }
    words = {id: places for id, places in struck.items() if id not in nothing}
    return (order, WordEdit(words, {id: cuts for id, cuts in tight.items() if cuts})), other


def _tightened(making: Making, film: Film, edit: WordEdit, asked: Tighten) -> WordEdit:
    """The edit with what can go between the words of every line, locked ones left as they are."""
    tight = dict(edit.tight)
    language = making.production.settings.production.language
    for slot in film.assembly.slots:
        if slot.line is None or slot.decided == "locked":
            continue
        track = making.catalogue.current_track(slot.asset, "words.1")
        words = words_in(track, slot.line, slot.spoken or slot.source)
        found = tightenings(
            words, slot.asset, silence=asked.silence, fillers=asked.fillers, language=language
        )
        held = [one for one in tight.get(slot.id, ()) if one.asset == slot.asset]
        added = [one for one in found if not any(one.range.overlaps(each.range) for each in held)]
        if held or added:
            tight[slot.id] = tuple(sorted([*held, *added], key=lambda one: one.start))
    return WordEdit(edit.struck, tight)


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


def _lines(film: Film, edit: Order, words: WordEdit) -> tuple[list[PaperLine], list[PaperLine]]:
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
            struck=words.struck.get(slot.id, ()),
            tight=tuple(one.why for one in words.tight.get(slot.id, ())),
        )
        for slot in made.slots
        if not slot.id.startswith(CUTAWAY)
    ]
    left = [
        PaperLine(id=id, label=scenes[id].label, text=scenes[id].text)
        if id in scenes
        else PaperLine(id=id, label=id, text="")
        for id in edit.out
    ]
    return shown, left


def _refuse_locked(
    making: Making, wanted: tuple[Order, WordEdit], before: WordEdit, lines: list[PaperLine]
) -> None:
    order, words = wanted
    for line in lines:
        decision = making.decisions.get(line.id)
        if decision is None or decision.answer != "lock":
            continue
        into = words.struck.get(line.id, ()) != before.struck.get(line.id, ())
        if line.id in order.out or into or words.tight.get(line.id) != before.tight.get(line.id):
            raise UsageError(
                "AP-USE-554",
                f"{line.label} is locked by {decision.by or 'a person'}: it stays in the cut as it is",
                remedy="keep it on the paper, or take the lock back with answerprint review --undo",
            )


def _record(making: Making, order: Order, words: WordEdit, by: str) -> None:
    frozen = {**msgspec.to_builtins(order), **as_frozen(words)}
    decision = Decision(proposal=PAPER, answer="accept", by=by, frozen=frozen, note="paper edit")
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
