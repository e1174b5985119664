"""`answerprint picture apply`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.picture.app import app
from answerprint.cli.picture.operators import DryRun, Force, seconds_between, written_line
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
    keyframes: Annotated[
        Path | None,
        typer.Option(
            "--keyframes",
            metavar="F",
            readable=False,
            help="Keyframes of picture match: a grade that follows the light; --cdl is then for the rest.",
        ),
    ] = None,
    keep_region: Annotated[
        list[str] | None,
        typer.Option(
            "--keep-region",
            metavar="X,Y,W,H",
            help="Pixels that stay as they are: left, top, width, height. May be given again.",
        ),
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
    dry_run: DryRun = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """A grade or a look-up table put on a still or a clip, at its own depth.

    Alpha, sound, start timecode and colour tags are kept. A .cube works on IN's own code values; a CDL in the
    space that its file or --space says; a .clf in the spaces it names. PQ and HLG go through OpenColorIO
    to the grade's space and back. Pixels that are no numbers stay as they are, and are counted (exit code 3).

    --keyframes goes straight from each keyframe to the next, in the space of its numbers. --keep-region
    leaves a sign or a costume as it is, with a soft edge of 8 pixels outside it.

    Example: answerprint picture apply A003.mov A003-graded.mov --cdl A003.cdl
    """
    from answerprint.cli.progress import named_bar
    from answerprint.formats.colour.cdl_file import read_cdl
    from answerprint.pipeline.picture.applying import (
        apply_file,
        cdl_change,
        keyframes_for,
        recipe_of,
        table_change,
        with_grade,
    )
    from answerprint.pipeline.picture.sources import source_of

    given = [one for one in (cdl, cube, clf) if one is not None]
    if len(given) != 1 and not (keyframes is not None and not given):
        raise UsageError(
            "AP-USE-808", "one grade is applied", remedy="give one of --cdl, --cube, --clf, or --keyframes"
        )
    if keyframes is not None and (cube or clf):
        raise UsageError("AP-USE-808", "keyframes are of a CDL", remedy="give --cdl with them, or nothing")
    regions = [_region(one) for one in keep_region or ()]
    between = seconds_between(range)
    grades = [*given, *([keyframes] if keyframes is not None else [])]
    if not dry_run:
        for one in grades:
            refuse_taken(out, file, one, force=force)
    source = source_of(file, space)
    made: Any = None
    works_in: str | None = None
    if cdl is not None:
        made, works_in = cdl_change(cdl, source, space=grading, id=id)
    elif given:
        made, works_in = table_change(given[0], source)
    if keyframes is not None:
        made = keyframes_for(keyframes, works_in)
        works_in = made.space
        if cdl is not None:
            made = with_grade(made, read_cdl(cdl, id)[0])
    assert works_in is not None
    applied = None
    if not dry_run:
        with named_bar("grading", hidden=json) as tell:
            recipe = recipe_of(grades, source, works_in, regions)
            applied = apply_file(source, out, made, recipe, regions=regions, between=between, tell=tell)
    document: dict[str, Any] = {
        "file": str(file),
        "out": str(out) if applied is not None else None,
        "grade": str(given[0]) if given else None,
        "keyframes": str(keyframes) if keyframes is not None else None,
        "kept_regions": [list(one) for one in regions],
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
        line(written_line(out, applied))
        if applied.not_numbers:
            line(f"{applied.not_numbers} pixels are no numbers; they stay as they were")

    emit(document, json, text)
    if applied is not None and applied.not_numbers:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _region(given: str) -> tuple[int, int, int, int]:
    try:
        left, top, wide, high = (int(one) for one in given.split(","))
    except ValueError as error:
        raise UsageError(
            "AP-USE-866", f"{given!r} is no region", remedy="give left,top,width,height in pixels"
        ) from error
    return left, top, wide, high
