"""Grades and look-up tables applied to stills and clips at their own depth."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import PyOpenColorIO as ocio

from answerprint.core.errors import FormatError, UsageError
from answerprint.departments.picture.operations import from_file, operation
from answerprint.departments.picture.spaces import GRADING, Change, config, space_named
from answerprint.departments.picture.windows import Pixels, Window
from answerprint.formats.colour.cdl_file import SUFFIXES, read_cdl
from answerprint.formats.colour.clf import clf_spaces
from answerprint.pipeline.picture.operating import Operated, Recipe, operate
from answerprint.pipeline.picture.reels import Tell, reel_of
from answerprint.pipeline.picture.sources import Source


class Graded(msgspec.Struct, frozen=True):
    """A colour operation over every picture. change: over (h, w, 3)."""

    change: Change
    before: int = 0
    after: int = 0

    def picture(self, window: Window) -> Pixels:
        made = self.change(np.ascontiguousarray(window.now[..., :3]))
        return made if window.now.shape[2] == 3 else np.dstack([made, window.now[..., 3]])


def cdl_change(
    path: Path, source: Source, *, space: str | None = None, id: str | None = None
) -> tuple[Change, str]:
    """A grade's operation over pictures of the source, and the space it works in: as its file or `space`
    says.

    Raises FormatError as `read_cdl`; UsageError AP-USE-805 where nobody says the space, AP-USE-800.
    """
    if path.suffix.casefold() not in SUFFIXES:
        raise UsageError(
            "AP-USE-806",
            f"no grade is called {path.suffix!r}",
            file=str(path),
            remedy="give a .cdl, .ccc or .cc; look-up tables with --cube or --clf",
        )
    grade, said = read_cdl(path, id)
    name = space or said
    if name is None:
        raise UsageError(
            "AP-USE-805",
            "the grade does not say what space it was made in",
            file=str(path),
            remedy=f"say it with --space: {GRADING} on most sets, or the camera's log",
        )
    grading = space_named(name)
    return operation(source.space, grade, grading), grading


def table_change(path: Path, source: Source) -> tuple[Change, str]:
    """A look-up table or process list, and the space it works in: as a .clf says where it names a known
    one, else the pictures' own.

    Raises FormatError AP-FORMAT-800 where the file cannot be read, AP-FORMAT-802 where it is none.
    """
    before, after = clf_spaces(path) if path.suffix.casefold() in (".clf", ".ctf") else (None, None)
    before, after = (one if one and config().getColorSpace(one) else None for one in (before, after))
    if (before is None) != (after is None):
        before = after = None  # half a statement is none: it stands over the pictures' own code values
    if not path.is_file():
        raise FormatError("AP-FORMAT-800", "there is no such file", file=str(path), remedy="check the path")
    try:
        return from_file(str(path), source.space, before, after), before or source.space
    except ocio.Exception as error:
        raise FormatError(
            "AP-FORMAT-802",
            f"it is no look-up table that can be used: {_reason(str(error))}",
            file=str(path),
            remedy="export it again as .cube or .clf",
        ) from error


def apply_file(
    source: Source,
    out: Path,
    made: Change,
    recipe: Recipe,
    *,
    between: tuple[Fraction, Fraction] | None = None,
    tell: Tell = lambda what, done: None,
) -> Operated:
    """Writes the source with an operation, whole or not at all. between: seconds of a clip, for a preview.

    Raises as `operate`.
    """
    reel = reel_of(source.path, shots=False, tell=tell)
    return operate(reel, out, lambda: Graded(made), recipe, between=between, sidecar=False, tell=tell)


def recipe_of(grade: Path, source: Source, grading: str) -> Recipe:
    """What putting a grade on comes to."""
    return Recipe(
        operator="grading",
        back_end="OpenColorIO",
        parameters={"grade": grade.name, "space": source.space, "grade_space": grading},
        key=grade.read_bytes(),
    )


def _reason(text: str) -> str:
    """What OpenColorIO says of the format that the file is of: of the last of its lines."""
    lines = [line.strip() for line in text.replace("\\n", "\n").splitlines() if line.strip()]
    return (lines[-1] if lines else "it cannot be read")[:300]
