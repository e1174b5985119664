"""Grades and look-up tables applied to stills and clips at their own depth."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import PyOpenColorIO as ocio

from answerprint.core.cut import Cdl
from answerprint.core.errors import FormatError, UsageError
from answerprint.departments.picture.keyframes import grade_at
from answerprint.departments.picture.operations import from_file, operation
from answerprint.departments.picture.spaces import GRADING, Change, config, space_named
from answerprint.departments.picture.windows import Pixels, Window
from answerprint.formats.colour.cdl_file import SUFFIXES, read_cdl
from answerprint.formats.colour.clf import clf_spaces
from answerprint.formats.colour.keyframes import Keyframes, read_keyframes
from answerprint.pipeline.picture.operating import Operated, Recipe, operate
from answerprint.pipeline.picture.reels import Tell, reel_of
from answerprint.pipeline.picture.sources import Source

EDGE = 8  # pixels outside a kept region within which it fades

Region = tuple[int, int, int, int]  # left, top, width, height


class Graded(msgspec.Struct, frozen=True):
    """A colour operation over every picture. change: over (h, w, 3)."""

    change: Change
    before: int = 0
    after: int = 0

    def picture(self, window: Window) -> Pixels:
        made = self.change(np.ascontiguousarray(window.now[..., :3]))
        return made if window.now.shape[2] == 3 else np.dstack([made, window.now[..., 3]])


class Followed:
    """A grade that changes from picture to picture, by keyframes."""

    before = after = 0

    def __init__(self, keys: Keyframes, space: str) -> None:
        self._keys, self._space = keys, space
        self._last: tuple[Cdl, Change] | None = None

    def picture(self, window: Window) -> Pixels:
        grade = grade_at(self._keys, window.number)
        if self._last is None or self._last[0] != grade:
            self._last = grade, operation(self._space, grade, self._keys.space)
        return Graded(self._last[1]).picture(window)


class Sparing:
    """An operator that leaves rectangles of a picture as they are, with a soft edge outside them."""

    def __init__(self, graded: Graded | Followed, regions: Sequence[Region], size: tuple[int, int]) -> None:
        self._graded = graded
        self.before, self.after = graded.before, graded.after
        self._kept = spared(regions, size)[..., None]

    def picture(self, window: Window) -> Pixels:
        made, was = self._graded.picture(window), window.now
        mixed = made + self._kept * (was - made)
        return np.where(self._kept == 1, was, np.where(self._kept == 0, made, mixed))


def spared(regions: Sequence[Region], size: tuple[int, int]) -> Pixels:
    """(h, w) float32: 1 in regions (left, top, width, height), falling to 0 within EDGE pixels outside them.

    size: width and height. Raises UsageError AP-USE-866 for a region that is empty or not in the picture.
    """
    wide, high = size
    x, y = np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32)
    kept = np.zeros((high, wide), np.float32)
    for left, top, across, down in regions:
        if min(across, down) < 1 or left >= wide or top >= high or left + across <= 0 or top + down <= 0:
            raise UsageError(
                "AP-USE-866",
                f"{left},{top},{across},{down} is no part of a picture of {wide}x{high} pixels",
                remedy="give left, top, width and height in pixels",
            )
        off_x = np.maximum(np.maximum(left - x, x - (left + across - 1)), 0)
        off_y = np.maximum(np.maximum(top - y, y - (top + down - 1)), 0)
        share = np.clip(1 - np.hypot(off_x[None], off_y[:, None]) / (EDGE + 1), 0, 1)
        kept = np.maximum(kept, share * share * (3 - 2 * share))
    return kept.astype(np.float32)


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
    made: Change | Keyframes,
    recipe: Recipe,
    *,
    regions: Sequence[Region] = (),
    between: tuple[Fraction, Fraction] | None = None,
    tell: Tell = lambda what, done: None,
) -> Operated:
    """Writes the source with an operation or with keyframes, whole or not at all. regions: what stays as it
    is. between: seconds of a clip, for a preview.

    Raises as `operate`, and UsageError AP-USE-866 as `spared` and for keyframes of a longer clip.
    """
    reel = reel_of(source.path, shots=False, tell=tell)
    if isinstance(made, Keyframes) and made.pictures != reel.count:
        raise UsageError(
            "AP-USE-866",
            f"the keyframes are of {made.pictures} pictures, and it has {reel.count}",
            file=str(source.path),
            remedy=f"give the clip that they were made for: {made.source}",
        )
    size = reel.width, reel.height
    spared(regions, size)

    def operator() -> Graded | Followed | Sparing:
        one = Followed(made, source.space) if isinstance(made, Keyframes) else Graded(made)
        return Sparing(one, regions, size) if regions else one

    return operate(reel, out, operator, recipe, between=between, sidecar=False, tell=tell)


def keyframes_for(path: Path, grading: str | None) -> Keyframes:
    """Keyframes of a file. grading: the space of the grade that shots without keyframes get, if one is given.

    Raises FormatError as `read_keyframes`, UsageError AP-USE-800, and AP-USE-866 where the spaces differ.
    """
    keys = read_keyframes(path)
    if grading is not None and space_named(keys.space) != grading:
        raise UsageError(
            "AP-USE-866",
            f"the keyframes are of {keys.space}, and the grade of {grading}",
            file=str(path),
            remedy="give the grade that they were made with",
        )
    return msgspec.structs.replace(keys, space=space_named(keys.space))


def with_grade(keys: Keyframes, grade: Cdl) -> Keyframes:
    """Keyframes with another grade for the shots that have none."""
    return msgspec.structs.replace(
        keys, slope=grade.slope, offset=grade.offset, power=grade.power, saturation=grade.saturation
    )


def recipe_of(grades: Sequence[Path], source: Source, grading: str, regions: Sequence[Region] = ()) -> Recipe:
    """What putting a grade on comes to. grades: its files."""
    return Recipe(
        operator="grading",
        back_end="OpenColorIO",
        parameters={
            "grade": ", ".join(one.name for one in grades),
            "space": source.space,
            "grade_space": grading,
            "kept_regions": [list(one) for one in regions],
        },
        key=b"".join(one.read_bytes() for one in grades),
    )


def _reason(text: str) -> str:
    """What OpenColorIO says of the format that the file is of: of the last of its lines."""
    lines = [line.strip() for line in text.replace("\\n", "\n").splitlines() if line.strip()]
    return (lines[-1] if lines else "it cannot be read")[:300]
