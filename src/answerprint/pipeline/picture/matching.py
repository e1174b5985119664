"""A still or a clip matched to a hero: the grade, what it rests on, files that carry it, a sheet of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Cdl
from answerprint.core.errors import UsageError
from answerprint.departments.picture.looks_keeping import Attribute
from answerprint.departments.picture.matching import match, view_of
from answerprint.departments.picture.operations import operation, table
from answerprint.departments.picture.records import Match
from answerprint.departments.picture.scopes import parade, vectorscope, waveform
from answerprint.departments.picture.spaces import STILL, change, is_linear
from answerprint.formats.colour.cdl_file import SUFFIXES, write_cdl
from answerprint.formats.colour.clf import write_clf
from answerprint.formats.colour.cube import lattice, write_cube
from answerprint.media.stills import INK, PAPER, fitted, image_bytes, shortened, write_on
from answerprint.pipeline.picture.looking import grading_of
from answerprint.pipeline.picture.sheets import sheet_kind
from answerprint.pipeline.picture.sources import Codes, Source, frames_of, source_of

WIDE, HIGH = 480, 270  # a picture of the sheet
GAP, FOOT = 12, 26

Tell = Callable[[str, float], None]


class Matching(msgspec.Struct, frozen=True, kw_only=True):
    """grading: the space of the grade's numbers."""

    file: Source
    hero: Source
    grading: str
    found: Match
    shown: tuple[Codes, Codes]  # a frame of each, code values


def match_files(
    file: Path,
    hero: Path,
    *,
    space: str | None = None,
    hero_space: str | None = None,
    keep: Collection[Attribute] = (),
    frames: Sequence[Codes] | None = None,
    tell: Tell = lambda what, done: None,
) -> Matching:
    """The grade that brings a file to the look of a hero: in the camera's log where `space` names one,
    else in ACEScct. keep: attributes of the file that it leaves. frames: of the file, instead of its own.
    Raises as `source_of` and `frames_of`."""
    ours, theirs = source_of(file, space), source_of(hero, hero_space)
    grading = grading_of(ours, space)
    tell("reading", 0.0)
    mine = list(frames) if frames is not None else frames_of(ours)
    tell("reading the hero", 0.3)
    other = frames_of(theirs)
    tell("matching", 0.6)
    found = match(
        [view_of(one, ours.space, grading) for one in mine],
        [view_of(one, theirs.space, grading) for one in other],
        grading,
        keep,
    )
    tell("matched", 1.0)
    return Matching(
        file=ours,
        hero=theirs,
        grading=grading,
        found=found,
        shown=(mine[len(mine) // 2], other[len(other) // 2]),
    )


class Carried(NamedTuple):
    """A grade for the files that carry it: in the space its numbers are of, for a source, and what it is
    for."""

    grade: Cdl
    source: Source
    grading: str
    note: str


def carried(made: Matching) -> Carried:
    note = f"{made.file.path.name} to the look of {made.hero.path.name}"
    return Carried(made.found.grade, made.file, made.grading, note)


def grade_file(made: Carried, out: Path) -> bytes:
    """The grade as the file that a name asks for: .cdl, .ccc, .cc, .clf or .cube.

    Raises UsageError AP-USE-802 for another name, AP-USE-803 for a .cube of a scene-linear file.
    """
    kind, id = out.suffix.casefold(), made.source.path.stem
    if kind in SUFFIXES:
        return write_cdl(made.grade, kind, id=id, space=made.grading, note=made.note)
    if kind == ".clf":
        return write_clf(made.grade, id=id, space=made.grading, note=made.note)
    if kind == ".cube":
        if is_linear(made.source.space):
            raise UsageError(
                "AP-USE-803",
                f"a .cube holds code values 0 … 1, and {made.source.space} has no end",
                file=str(out),
                remedy="write a .cdl or a .clf",
            )
        nodes = table(made.source.space, made.grade, made.grading, lattice())
        return write_cube(nodes, title=made.note, notes=(f"from and to {made.source.space}",))
    raise UsageError(
        "AP-USE-802",
        f"no grade is called {out.suffix!r}",
        file=str(out),
        remedy="name it .cdl, .ccc, .cc, .clf or .cube",
    )


def sheet(made: Matching) -> NDArray[np.uint8]:
    """Hero, before and after side by side, (h, w, 3) R'G'B'; waveform, parade and vectorscope under each."""
    hero = (f"hero: {made.hero.path.name}", made.hero.space, made.shown[1])
    return page(carried(made), made.shown[0], [hero])


def page(made: Carried, ours: Codes, beside: Sequence[tuple[str, str, Codes]] = ()) -> NDArray[np.uint8]:
    """A frame before and after a grade, and others beside it (name, space, codes), with their scopes.

    Shown as sRGB, light above 1 clipped, without a tone curve.
    """
    space = made.source.space
    after = operation(space, made.grade, made.grading)(ours)
    shown_in = [*beside, (f"before: {made.source.path.name}", space, ours), ("after", space, after)]
    columns = [(name, change(of, STILL)(codes)) for name, of, codes in shown_in]
    high = HIGH + FOOT + 3 * (256 + GAP) + GAP
    drawn = np.full((high + GAP, len(columns) * (WIDE + GAP) + GAP, 3), PAPER, np.uint8)
    for number, (name, picture) in enumerate(columns):
        left, top = GAP + number * (WIDE + GAP), GAP
        shown = np.clip(np.nan_to_num(picture), 0, 1).astype(np.float32)
        drawn[top : top + HIGH, left : left + WIDE] = fitted(
            np.rint(shown * 255).astype(np.uint8), WIDE, HIGH
        )
        write_on(drawn, shortened(name, 14, WIDE), (left, top + HIGH + 18), 14, INK)
        top += HIGH + FOOT
        for scope in (waveform(shown, WIDE), parade(shown, WIDE), vectorscope(shown)):
            inset = left + (WIDE - scope.shape[1]) // 2
            drawn[top : top + scope.shape[0], inset : inset + scope.shape[1]] = scope
            top += scope.shape[0] + GAP
    return drawn


def sheet_file(drawn: NDArray[np.uint8], out: Path) -> bytes:
    """A sheet as .png or .jpg. Raises UsageError as `sheet_kind`."""
    return image_bytes(drawn, sheet_kind(out))


def numbers(made: Carried) -> Iterator[str]:
    """A grade's numbers, for people."""
    grade = made.grade
    for name, values in (("slope", grade.slope), ("offset", grade.offset), ("power", grade.power)):
        yield f"  {name:<12}" + " ".join(f"{value:9.5f}" for value in values)
    yield f"  saturation  {grade.saturation:9.5f}   in {made.grading}"


def lines(made: Matching) -> Iterator[str]:
    """What a match rests on and what it brings, for people."""
    found = made.found
    yield f"{made.hero.path.name}: {made.hero.space} ({made.hero.said})"
    if found.how == "nothing" or found.before is None or found.after is None:
        yield "these two have nothing in common that a grade could be made from: none is made"
        return
    what = "places both show" if found.how == "places" else "surfaces held to be the same: look at it closely"
    yield f"{found.pairs} {what}; one grade explains {found.agreed:.0%} of them"
    yield from numbers(carried(made))
    yield f"ΔE00 {found.before.median:.2f} before, {found.after.median:.2f} after"
    yield f"  nine in ten under {found.before.p90:.2f} before, {found.after.p90:.2f} after"
    yield f"  the grade itself may be off by {found.error or 0:.2f}"
    if found.already:
        yield "they match already: no grade would bring them nearer"
    for skin in found.skin:
        yield (
            f"  skin-coloured, Monk {skin.monk} by lightness (an estimate): {skin.before:.2f} before, "
            f"{skin.after:.2f} after, {skin.places} places"
        )
