"""A still or a clip matched to a hero: the grade, what it rests on, files that carry it, a sheet of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import UsageError
from answerprint.departments.picture.matching import Match, match
from answerprint.departments.picture.operations import operation, table
from answerprint.departments.picture.scopes import parade, vectorscope, waveform
from answerprint.departments.picture.spaces import GRADING, STILL, change, is_linear, is_log
from answerprint.formats.colour.cdl_file import SUFFIXES, write_cdl
from answerprint.formats.colour.clf import write_clf
from answerprint.formats.colour.cube import lattice, write_cube
from answerprint.media.stills import INK, PAPER, fitted, image_bytes, shortened, write_on
from answerprint.pipeline.picture.sheets import sheet_kind
from answerprint.pipeline.picture.sources import Codes, Source, frames_of, source_of, view_of

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
    tell: Tell = lambda what, done: None,
) -> Matching:
    """The grade that brings a file to the look of a hero: in the camera's log where `space` names one,
    else in ACEScct. Raises as `source_of` and `frames_of`."""
    ours, theirs = source_of(file, space), source_of(hero, hero_space)
    grading = ours.space if space is not None and is_log(ours.space) else GRADING
    tell("reading", 0.0)
    mine = frames_of(ours)
    tell("reading the hero", 0.3)
    other = frames_of(theirs)
    tell("matching", 0.6)
    found = match(
        [view_of(one, ours.space, grading) for one in mine],
        [view_of(one, theirs.space, grading) for one in other],
        grading,
    )
    tell("matched", 1.0)
    return Matching(
        file=ours,
        hero=theirs,
        grading=grading,
        found=found,
        shown=(mine[len(mine) // 2], other[len(other) // 2]),
    )


def grade_file(made: Matching, out: Path) -> bytes:
    """The grade as the file that a name asks for: .cdl, .ccc, .cc, .clf or .cube.

    Raises UsageError AP-USE-802 for another name, AP-USE-803 for a .cube of a scene-linear file.
    """
    kind, grade = out.suffix.casefold(), made.found.grade
    note = f"{made.file.path.name} to the look of {made.hero.path.name}"
    if kind in SUFFIXES:
        return write_cdl(grade, kind, id=made.file.path.stem, space=made.grading, note=note)
    if kind == ".clf":
        return write_clf(grade, id=made.file.path.stem, space=made.grading, note=note)
    if kind == ".cube":
        if is_linear(made.file.space):
            raise UsageError(
                "AP-USE-803",
                f"a .cube holds code values 0 … 1, and {made.file.space} has no end",
                file=str(out),
                remedy="write a .cdl or a .clf",
            )
        nodes = table(made.file.space, grade, made.grading, lattice())
        return write_cube(nodes, title=note, notes=(f"from and to {made.file.space}",))
    raise UsageError(
        "AP-USE-802",
        f"no grade is called {out.suffix!r}",
        file=str(out),
        remedy="name it .cdl, .ccc, .cc, .clf or .cube",
    )


def sheet(made: Matching) -> NDArray[np.uint8]:
    """Hero, before and after side by side, (h, w, 3) R'G'B'; waveform, parade and vectorscope under each.

    Shown as sRGB, light above 1 clipped, without a tone curve.
    """
    ours, theirs = made.shown
    after = operation(made.file.space, made.found.grade, made.grading)(ours)
    columns = [
        (f"hero: {made.hero.path.name}", change(made.hero.space, STILL)(theirs)),
        (f"before: {made.file.path.name}", change(made.file.space, STILL)(ours)),
        ("after", change(made.file.space, STILL)(after)),
    ]
    high = HIGH + FOOT + 3 * (256 + GAP) + GAP
    page = np.full((high + GAP, 3 * (WIDE + GAP) + GAP, 3), PAPER, np.uint8)
    for number, (name, picture) in enumerate(columns):
        left, top = GAP + number * (WIDE + GAP), GAP
        shown = np.clip(np.nan_to_num(picture), 0, 1).astype(np.float32)
        page[top : top + HIGH, left : left + WIDE] = fitted(np.rint(shown * 255).astype(np.uint8), WIDE, HIGH)
        write_on(page, shortened(name, 14, WIDE), (left, top + HIGH + 18), 14, INK)
        top += HIGH + FOOT
        for scope in (waveform(shown, WIDE), parade(shown, WIDE), vectorscope(shown)):
            inset = left + (WIDE - scope.shape[1]) // 2
            page[top : top + scope.shape[0], inset : inset + scope.shape[1]] = scope
            top += scope.shape[0] + GAP
    return page


def sheet_file(made: Matching, out: Path) -> bytes:
    """The sheet as .png or .jpg. Raises UsageError as `sheet_kind`."""
    return image_bytes(sheet(made), sheet_kind(out))
