"""`answerprint picture export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, what_is_at
from answerprint.cli.picture.app import app
from answerprint.core.errors import Exit, UsageError


@app.command("export")
def export(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", readable=False, help="A production, or a timeline file.")
    ],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", readable=False, help="Where to write.")],
    version: Annotated[
        int | None,
        typer.Option(help="Which version of a production; the last without it.", min=1),
    ] = None,
    grades: Annotated[
        Path | None,
        typer.Option(
            "--ccc", metavar="F", readable=False, help="Grades by the clips' names, instead of the cut's own."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what there is, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> None:
    """The grades of a whole cut for a grading program: a .ccc, an EDL of each picture track, an ALE.

    Every correction is named by its event, reel and timecode; EDL and ALE carry the same numbers (ASC_SOP,
    ASC_SAT) and the space they are of (ASC_SPACE, which other programs pass over). Shots without a grade are
    there too, as identity. Exit code 3 where grades of --ccc belong to no clip of the cut.

    Example: answerprint picture export film grades
    """
    from answerprint.pipeline.picture.exporting import export as written

    there = what_is_at(folder)
    if not dry_run and there and not (force and there == "a folder"):
        raise UsageError(
            "AP-USE-074", "is there already", file=str(folder), remedy="choose another name, or --force"
        )
    made = written(source, folder, version=version, grades=grades, dry_run=dry_run)

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        spaces = f" in {', '.join(made.spaces)}" if made.spaces else ""
        line(f"{made.name}: {made.events} picture events, {made.graded} graded{spaces}")
        for one in made.unused:
            line(f"the grade {one!r} belongs to no clip of the cut")
        line(", ".join(made.files) + " written" if made.folder else "nothing was written")

    emit(made, json, text)
    if made.unused:
        raise typer.Exit(Exit.NEEDS_A_PERSON)
