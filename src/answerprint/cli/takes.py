"""`answerprint takes`: every reading of every line, take by take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save, stderr
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from answerprint.pipeline.taking import TakesDocument

app = command_app()


@app.command("takes")
def takes(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    scene: Annotated[str | None, typer.Option(help="Only this scene, by its number.")] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.csv", readable=False, help="Write the matrix: a row a line, a column a take."
        ),
    ] = None,
    pdf: Annotated[
        Path | None,
        typer.Option(metavar="OUT.pdf", readable=False, help="Write the lined script: a line for each take."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """The line-by-take matrix: who reads which line in which take, how well, and which lines nobody reads.

    What is not logged yet is logged first. Readings are held against the screenplay: whole (●), in part (◐),
    said again later in the same take (○), begun and begun again (–). The last reading of a take counts.
    Speech of a second and more that is in no line is listed after them, with a draft of what was said.
    Scores are those the cut is made by; a circled take (*) outranks them. Exit code 3 when a line is missing.

    Example: answerprint takes film --csv takes.csv --pdf lined.pdf
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.pipeline.taking import compare_in, takes_csv
    from answerprint.store.production import Production

    for out in (csv, pdf):
        if out is not None:
            refuse_taken(out, force=force)
    production = Production.open(folder)
    with ProgressBars(stderr(), quiet=json) as bars:
        taken = compare_in(production, scene=scene, workers=workers, listener=None if json else bars)
    found = taken.document
    if csv is not None:
        save(csv, takes_csv(found), force=force)
    if pdf is not None:
        from answerprint.departments.editorial.lined_script import lined_pdf

        save(pdf, lined_pdf(taken.screenplay, taken.matrix), force=force)
    document: Any = found
    emit(document, json, lambda console: _print(console, found))
    if found.missing:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _print(console: Console, found: TakesDocument) -> None:
    from answerprint.pipeline.taking import MARKS

    def line(text: str) -> None:
        console.print(printable(text), markup=False, highlight=False)

    for setup in found.setups:
        for take in setup.takes:
            circle = " *" if take.circled else ""
            pickup = ", a pickup" if take.pickup else ""
            counted = "1 line" if take.lines == 1 else f"{take.lines} lines"
            line(f"{take.take}{circle}: {counted}, {take.first} to {take.last}{pickup}")
    for each in found.lines:
        line("")
        line(f"{each.label}: {each.text}")
        for one in each.readings:
            score = "    " if one.score is None else f"{one.score:.2f}"
            circle = "*" if one.circled else " "
            faults = f"  {'; '.join(one.faults)}" if one.faults else ""
            place = one.start.timecode or one.start.time
            line(f"  {MARKS[one.kind]}{circle} {score}  {one.take}  {one.file} {place}{faults}")
        if each.label in found.missing:
            line("  nobody reads it")
    if found.off_script:
        line("")
        line("off the script:")
        for stray in found.off_script:
            place = stray.range.start.timecode or stray.range.start.time
            line(f"  {stray.take}  {stray.file} {place}  {stray.draft}")
    if found.missing:
        line("")
        line(f"{len(found.missing)} of {len(found.lines)} lines are missing: {', '.join(found.missing)}")
