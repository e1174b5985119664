"""What the commands that draw pictures anew have in common: their options, and how their results are told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from answerprint.core.errors import UsageError

if TYPE_CHECKING:
    from answerprint.pipeline.picture.operating import Operated

AnyReel = Annotated[
    Path,
    typer.Argument(metavar="IN", readable=False, help="A clip, a folder of numbered stills, or a still."),
]
MovingReel = Annotated[
    Path, typer.Argument(metavar="IN", readable=False, help="A clip, or a folder of numbered stills.")
]
SameKind = Annotated[
    Path, typer.Argument(metavar="OUT", readable=False, help="What to write, of the same kind.")
]
Stretch = Annotated[
    tuple[str, str] | None,
    typer.Option("--range", metavar="IN OUT", help="Only these seconds, without sound: a preview."),
]
Sheet = Annotated[
    Path | None,
    typer.Option("--sheet", metavar="F", readable=False, help="Some pictures before and after."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, and write nothing.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


def seconds_between(
    given: tuple[str, str] | None, code: str = "AP-USE-809"
) -> tuple[Fraction, Fraction] | None:
    """A range as it was typed. Raises UsageError of that code."""
    if given is None:
        return None
    try:
        start, end = (Fraction(one) for one in given)
    except (ValueError, ZeroDivisionError):
        start = end = Fraction(0)
    if not 0 <= start < end:
        raise UsageError(
            code,
            f"{given[0]!r} to {given[1]!r} is no range",
            remedy="give two numbers of seconds, the smaller first",
        )
    return start, end


def written_line(out: Path, made: Operated) -> str:
    """What was written."""
    return f"{out.name}: {made.pictures} picture{'s' if made.pictures != 1 else ''}, {made.coded}"


def left_out(made: Operated) -> list[str]:
    """What a person has to look at."""
    told = []
    if made.lost:
        told.append(f"{made.lost} pictures could not be decoded, and are missing")
    if made.not_numbers:
        told.append(f"{made.not_numbers} pixels are no numbers; they stay as they were")
    return told
