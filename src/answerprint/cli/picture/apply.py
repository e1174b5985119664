"""`answerprint picture apply`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.picture.app import app
from answerprint.core.errors import Exit, UsageError


@app.command("apply")
def apply(
    file: Annotated[Path, typer.Argument(metavar="IN", readable=False, help="A still or a clip.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", readable=False, help="What to write.")],
    cdl: Annotated[
        Path | None, typer.Option("--cdl", metavar="F", readable=False, help="An ASC CDL: .cdl, .ccc or .cc.")
    ] = None,
    cube: Annotated[
        Path | None, typer.Option("--cube", metavar="F", readable=False, help="A look-up table, .cube.")
    ] = None,
    clf: Annotated[
        Path | None,
        typer.Option("--clf", metavar="F", readable=False, help="A Common LUT Format file, .clf."),
    ] = None,
    space: Annotated[
        str | None, typer.Option("--in", metavar="SPACE", help="IN's colour space, instead of what it says.")
    ] = None,
    grading: Annotated[
        str | None,
        typer.Option(
            "--space", metavar="SPACE", help="The space a CDL was made in, instead of what it says."
        ),
    ] = None,
    id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The correction, where the file holds several.")
    ] = None,
    range: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--range", metavar="IN OUT", help="Only these seconds of a clip, without sound: a preview."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """A grade or a look-up table put on a still or a clip, at its own depth.

    Alpha, sound, start timecode and colour tags are kept. A .cube works on IN's own code values; a CDL in the
    space that its file or --space says; a .clf in the spaces it names. PQ and HLG go through OpenColorIO
    to the grade's space and back. Pixels that are no numbers stay as they are, and are counted (exit code 3).

    Example: answerprint picture apply A003.mov A003-graded.mov --cdl A003.cdl
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.picture.applying import apply_file, cdl_change, recipe_of, table_change
    from answerprint.pipeline.picture.sources import source_of

    given = [one for one in (cdl, cube, clf) if one is not None]
    if len(given) != 1:
        raise UsageError("AP-USE-808", "one grade is applied", remedy="give one of --cdl, --cube, --clf")
    between = _between(range)
    if not dry_run:
        refuse_taken(out, file, given[0], force=force)
    source = source_of(file, space)
    if cdl is not None:
        made, works_in = cdl_change(cdl, source, space=grading, id=id)
    else:
        made, works_in = table_change(given[0], source)
    applied = None
    if not dry_run:
        with named_bar("grading", hidden=json) as tell:
            recipe = recipe_of(given[0], source, works_in)
            applied = apply_file(source, out, made, recipe, between=between, tell=tell)
    document: dict[str, Any] = {
        "file": str(file),
        "out": str(out) if applied is not None else None,
        "grade": str(given[0]),
        "space": source.space,
        "space_from": source.said,
        "grade_space": works_in,
        **(msgspec.structs.asdict(applied) if applied is not None else {}),
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        line(f"{file.name}: {source.space} ({source.said}); graded in {works_in}")
        if applied is None:
            line("nothing was written")
            return
        line(f"{out.name}: {applied.pictures} picture{'s' if applied.pictures != 1 else ''}, {applied.coded}")
        if applied.not_numbers:
            line(f"{applied.not_numbers} pixels are no numbers; they stay as they were")

    emit(document, json, text)
    if applied is not None and applied.not_numbers:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _between(given: tuple[str, str] | None) -> tuple[Fraction, Fraction] | None:
    if given is None:
        return None
    try:
        start, end = (Fraction(one) for one in given)
    except (ValueError, ZeroDivisionError):
        start = end = Fraction(0)
    if not 0 <= start < end:
        raise UsageError(
            "AP-USE-809",
            f"{given[0]!r} to {given[1]!r} is no range",
            remedy="give two numbers of seconds, the smaller first",
        )
    return start, end
