"""A reel restored: surveyed once, repaired in one pass, with a mask and a sheet of all that was touched."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from answerprint.core.encoding import to_builtins
from answerprint.core.errors import UsageError
from answerprint.departments.picture.restoring.plan import (
    LOCAL,
    STRENGTHS,
    WHOLE,
    Arrays,
    Plan,
    Protected,
    Survey,
    plan_of,
)
from answerprint.departments.picture.restoring.restorer import REACH, Restorer
from answerprint.departments.picture.restoring.scratches import Line
from answerprint.departments.picture.windows import Window
from answerprint.pipeline.picture.operating import (
    Operated,
    Recipe,
    identity,
    operate,
    sidecar_of,
    write_document,
)
from answerprint.pipeline.picture.parts import folder_of, kept
from answerprint.pipeline.picture.reels import Reel, Tell, reel_of
from answerprint.pipeline.picture.restoring_fields import (
    Rate,
    WholeReel,
    combed,
    whole_reel,
)
from answerprint.pipeline.picture.restoring_masks import (
    MaskFolder,
    Note,
    ShowMasks,
    close_row,
    mask_path,
    review_path,
    whole_row,
)
from answerprint.pipeline.picture.restoring_shots import without_feigned_cuts
from answerprint.pipeline.picture.restoring_told import Found, Restored, found_of
from answerprint.pipeline.picture.sheets import write_sheet

KINDS = (*LOCAL, *WHOLE, "interlace", "telecine", "fading")
BY_ITSELF = frozenset(KINDS) - {"fading"}  # what is done without being asked for
NEVER = 1 << 30  # a picture number that there is none of
ON_SHEET = 3  # pictures
VERSION = 1  # of what is found out: a survey kept by another is made anew


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """kinds: what is looked for. fields: pictures for each interlaced one. named: scratches that a person
    names. painted: a person's masks; they alone say what is repaired in places then. between: seconds of a
    preview."""

    kinds: frozenset[str] = BY_ITSELF
    strength: str = "usual"
    fields: Rate = "single"
    protected: tuple[Protected, ...] = ()
    named: tuple[Line, ...] = ()
    painted: Path | None = None
    review_only: bool = False
    between: tuple[Fraction, Fraction] | None = None


def kinds_of(only: str | None, without: str | None, fading: bool) -> frozenset[str]:
    """What is looked for. Raises UsageError AP-USE-830 for names of nothing, AP-USE-831 where nothing is."""
    chosen = _named(only) if only is not None else BY_ITSELF
    chosen = (chosen | ({"fading"} if fading else set())) - (_named(without) if without else set())
    if not chosen:
        raise UsageError(
            "AP-USE-831", "nothing is left to be restored", remedy="name some of " + ", ".join(KINDS)
        )
    return frozenset(chosen)


def protected_of(text: str) -> Protected:
    """`x,y,width,height` or `x,y,width,height@from-to` with picture numbers, the last one too.

    Raises UsageError AP-USE-833.
    """
    try:
        box, _, when = text.partition("@")
        x, y, width, height = (int(one) for one in box.split(","))
        if width < 1 or height < 1:
            raise ValueError(text)
        if not when:
            return Protected(x, y, width, height)
        first, _, last = when.partition("-")
        made = Protected(x, y, width, height, int(first), int(last or first) + 1)
        if made.first >= made.last:
            raise ValueError(text)
        return made
    except ValueError as error:
        raise UsageError(
            "AP-USE-833",
            f"{text!r} is no part of a picture",
            remedy="write x,y,width,height in pixels, and @from-to for some pictures only",
        ) from error


def scratch_of(text: str) -> tuple[Line, ...]:
    """`column` or `column@from-to` with picture numbers, the last one too: bright or dark, as it stands.

    Raises UsageError AP-USE-836.
    """
    try:
        column, _, when = text.partition("@")
        first, _, last = when.partition("-") if when else ("0", "", str(NEVER))
        span = int(first), int(last or first) + 1
        if int(column) < 0 or span[0] >= span[1]:
            raise ValueError(text)
        return tuple(Line(*span, int(column), sign) for sign in (1, -1))
    except ValueError as error:
        raise UsageError(
            "AP-USE-836",
            f"{text!r} is no scratch",
            remedy="write its column in pixels from the left, and @from-to for some pictures only",
        ) from error


def opened(path: Path, tell: Tell) -> Reel:
    """The reel, without the cuts that damage feigns. Raises as `reel_of`."""
    return without_feigned_cuts(reel_of(path, tell=tell))


def survey(source: Reel, wanted: Wanted, out: Path | None, tell: Tell) -> tuple[Reel, Plan, Found]:
    """The reel as whole pictures, what is to be done to them, and what was found.

    out: what is found out is kept beside it. Raises UsageError AP-USE-834 for an unknown strength.
    """
    if wanted.strength not in STRENGTHS:
        raise UsageError(
            "AP-USE-834", f"no strength is called {wanted.strength!r}", remedy="say " + ", ".join(STRENGTHS)
        )
    key = (VERSION, identity(source), sorted(wanted.kinds), wanted.strength, wanted.fields)

    def once(name: str, make: Callable[[], Arrays]) -> Arrays:
        return kept(out, msgspec.json.encode((name, key)), make) if out is not None else make()

    nothing: Arrays = {"combs": np.zeros((0, 6))}
    fielded = wanted.kinds & {"interlace", "telecine"}
    combs = once("combs", lambda: combed(source, tell)) if fielded else nothing
    reel = whole_reel(source, combs, wanted.kinds, wanted.fields, tell)
    arrays = once("survey", lambda: _surveyed(reel, wanted, tell))
    plan = plan_of(
        arrays,
        wanted.kinds,
        wanted.strength,
        wanted.protected,
        wanted.named,
        reel.linear,
        isinstance(reel, WholeReel) and any(reel.seconds),
    )
    return reel, plan, found_of(reel, plan, combs)


def restore(path: Path, out: Path, wanted: Wanted, *, tell: Tell = lambda what, done: None) -> Restored:
    """Writes the reel restored, its masks (`OUT.mask…`), a sheet (`OUT.review.jpg`) and a sidecar.

    Raises as `reel_of`, `survey`, `operate`; UsageError AP-USE-832 for masks that do not fit.
    """
    source = opened(path, tell)
    reel, plan, found = survey(source, wanted, out, tell)
    masks_in = reel_of(wanted.painted, shots=False) if wanted.painted is not None else None
    recipe = _recipe(reel, plan, wanted, found, masks_in)
    folder = MaskFolder(out, hashlib.sha256(msgspec.json.encode(identity(reel)) + recipe.key).hexdigest())
    if masks_in is not None:
        folder.take_painted(masks_in, reel, tell)
    painted = folder.painted if masks_in is not None else None
    masks = mask_path(out)

    def operator() -> Restorer:
        return Restorer(plan, folder.keep, painted, masks=wanted.review_only)

    done = operate(
        reel,
        masks if wanted.review_only else out,
        operator,
        recipe,
        between=wanted.between,
        sidecar=not wanted.review_only,
        tell=tell,
    )
    if not wanted.review_only:
        shown = msgspec.structs.replace(recipe, operator="masks")
        operate(
            reel, masks, lambda: ShowMasks(folder), shown, between=wanted.between, sidecar=False, tell=tell
        )
    notes = {number: note for number in range(reel.count) if (note := folder.note(number)) is not None}
    _write_review(review_path(out), source, reel, Restorer(plan, None, painted), notes)
    _write_sidecar(out, reel, recipe, done, notes)
    folder.forget()
    if wanted.review_only:
        _forget_survey(out)
    touched = [note for note in notes.values() if note.shares]
    kinds = sorted({kind for note in touched for kind in note.shares})
    return Restored(
        found=found,
        operated=done,
        touched=len(touched),
        by_kind={
            kind: round(100 * sum(one.shares.get(kind, 0) for one in touched) / max(1, len(notes)), 4)
            for kind in kinds
        },
        mask=str(masks),
        review=str(review_path(out)),
    )


def _surveyed(reel: Reel, wanted: Wanted, tell: Tell) -> Arrays:
    kinds = wanted.kinds - {"flicker"} if reel.linear else wanted.kinds
    made = Survey(reel.count, kinds, wanted.strength, reel.linear)
    if not kinds & {"flicker", "weave", "scratches", "fading"} or (reel.still and "fading" not in kinds):
        return made.arrays()
    ends = {end for _, end in reel.shots}
    for number, pixels in reel.pictures():
        made.add(number, pixels)
        if number + 1 in ends:
            made.end_shot()
        tell("surveying", (number + 1) / reel.count)
    made.end_shot()
    return made.arrays()


def _recipe(reel: Reel, plan: Plan, wanted: Wanted, found: Found, masks_in: Reel | None) -> Recipe:
    key = hashlib.sha256(repr((VERSION, sorted(plan.kinds), plan.strength, plan.protected)).encode())
    for array in (plan.levels, plan.shifts, plan.dyes, np.array(plan.lines, np.int64)):
        key.update(array.tobytes())
    key.update(repr((identity(masks_in) if masks_in is not None else None, wanted.review_only)).encode())
    if isinstance(reel, WholeReel):
        key.update(repr((reel.numbers, reel.choice, reel.seconds, reel.mixed)).encode())
    return Recipe(
        operator="restore",
        back_end="classical",
        parameters={
            "kinds": sorted(wanted.kinds),
            "strength": wanted.strength,
            "fields": wanted.fields,
            "scratches": [list(one) for one in wanted.named],
            "protected": [list(one) for one in wanted.protected],
            "mask": wanted.painted.name if wanted.painted is not None else None,
            "review_only": wanted.review_only,
        },
        found=to_builtins(found),
        key=key.digest(),
    )


def _write_sidecar(out: Path, reel: Reel, recipe: Recipe, done: Operated, notes: dict[int, Note]) -> None:
    """Adds to the sidecar what was repaired in each picture."""
    place = sidecar_of(out)
    document: dict[str, Any]
    if recipe.parameters["review_only"]:
        document = {
            "operator": recipe.operator,
            "back_end": recipe.back_end,
            "source": reel.path.name,
            "parameters": recipe.parameters,
            "found": recipe.found,
            "shots": [list(one) for one in reel.shots],
            "pictures": done.pictures,
        }
    else:
        document = msgspec.json.decode(place.read_bytes())
    document["mask"], document["review"] = mask_path(out).name, review_path(out).name
    document["touched"] = [
        {"picture": number, "shares": note.shares, "largest": [list(one) for one in note.places]}
        for number, note in sorted(notes.items())
        if note.shares
    ]
    write_document(place, document)


def _write_review(place: Path, source: Reel, reel: Reel, operator: Restorer, notes: dict[int, Note]) -> None:
    """The pictures repaired most, before and after, and the largest place of each close."""
    numbers = sorted(notes, key=lambda one: (-sum(notes[one].shares.values()), one))[:ON_SHEET]
    if not any(notes[one].shares for one in numbers):
        known = sorted(notes)
        numbers = [
            known[(2 * one + 1) * len(known) // (2 * ON_SHEET)] for one in range(min(ON_SHEET, len(known)))
        ]
    rows = []
    for number in sorted(set(numbers)):
        start, end = reel.shot_of(number)
        first = max(start, number - REACH)
        window = list(reel.pictures(first, min(end, number + REACH + 1)))
        at = [one for one, _ in window].index(number)
        made, touched = operator.restored(Window([pixels for _, pixels in window], at, number))
        was = window[at][1]
        if isinstance(reel, WholeReel):
            was = next(source.pictures(reel.numbers[number], reel.numbers[number] + 1))[1]
        rows.append(whole_row(number, was, made, touched.mask))
        if touched.places:
            rows.append(close_row(touched.places[0], was, made, touched.mask))
    write_sheet(place, rows)


def _forget_survey(out: Path) -> None:
    folder = folder_of(out)
    for one in folder.glob("survey-*"):
        one.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _named(text: str) -> frozenset[str]:
    names = frozenset(one.strip() for one in text.split(",") if one.strip())
    wrong = sorted(names - set(KINDS))
    if wrong:
        raise UsageError(
            "AP-USE-830", f"nothing is called {', '.join(wrong)}", remedy="name some of " + ", ".join(KINDS)
        )
    return names
