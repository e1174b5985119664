"""Grades and look-up tables applied to stills and clips at their own depth."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import PyOpenColorIO as ocio

from answerprint.core.errors import FormatError, UsageError
from answerprint.departments.picture.operations import from_file, operation
from answerprint.departments.picture.spaces import GRADING, Change, config, space_named
from answerprint.formats.colour.cdl_file import SUFFIXES, read_cdl
from answerprint.formats.colour.clf import clf_spaces
from answerprint.media.exact_stills import ENCODERS, Still, read_still, write_still
from answerprint.media.regrading import regrade
from answerprint.pipeline.picture.sources import Codes, Source

Tell = Callable[[float], None]


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """coded: the depth of a still's samples (8, 16, half, float) or a clip's pixel format. not_numbers:
    pixels that are none, left as they were. sound: by stream, copied or the codec it became."""

    pictures: int
    coded: str
    not_numbers: int = 0
    sound: dict[str, str] = {}


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
    *,
    between: tuple[Fraction, Fraction] | None = None,
    tell: Tell = lambda done: None,
) -> Applied:
    """Writes the source with an operation, whole or not at all. between: seconds of a clip, for a preview.

    Raises MediaError as `read_still`, `write_still` and `regrade`; UsageError AP-USE-807 for a range of a
    still, or a name of the other kind.
    """
    if source.still and between is not None:
        raise UsageError(
            "AP-USE-807", "a still has no range", file=str(source.path), remedy="leave --range out"
        )
    if source.still != (out.suffix.casefold() in ENCODERS):
        kind, names = ("still", ", ".join(ENCODERS)) if source.still else ("clip", ".mp4, .mov, .mkv")
        raise UsageError(
            "AP-USE-807", f"{source.path.name} is a {kind}", file=str(out), remedy=f"name it {names}"
        )
    if source.still:
        still = read_still(source.path)
        pixels, lost = _through(made, still.pixels)
        depth = write_still(out, Still(pixels, still.alpha, still.depth))
        tell(1.0)
        return Applied(pictures=1, coded=depth, not_numbers=lost)
    lost, total = 0, max(1, source.frames or 1)

    def draw(codes: Codes) -> Codes:
        nonlocal lost
        pixels, none = _through(made, codes)
        lost += none
        return pixels

    told = regrade(
        source.path, out, draw, between=between, progress=lambda done: tell(min(1.0, done / total))
    )
    return Applied(
        pictures=told.pictures,
        coded=told.pixel_format,
        not_numbers=lost,
        sound={str(index): how for index, how in told.sound.items()},
    )


def _through(made: Change, codes: Codes) -> tuple[Codes, int]:
    good = np.asarray(np.isfinite(codes).all(axis=-1))
    if good.all():
        return made(codes), 0
    pixels = made(np.where(good[..., None], codes, np.float32(0)))
    pixels[~good] = codes[~good]
    return pixels, int((~good).sum())


def _reason(text: str) -> str:
    """What OpenColorIO says of the format that the file is of: of the last of its lines."""
    lines = [line.strip() for line in text.replace("\\n", "\n").splitlines() if line.strip()]
    return (lines[-1] if lines else "it cannot be read")[:300]
