"""`answerprint make`: the main job, with progress, and its result as text or as one document."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, stderr
from answerprint.core.errors import Exit, UsageError

app = command_app()
GARBAGE_EVERY = 100_000  # new objects between collections; Python's own setting is 700 (3.11) or 2 000
STAGES = ("log", "sync", "align", "cut", "sound", "subtitles", "render", "report")


@app.command("make")
def make(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    until: Annotated[str, typer.Option(help=f"Stop after a stage: {', '.join(STAGES)}.")] = "report",
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    json: Json = False,
) -> None:
    """Make the answer print: log, sync, align, cut, sound, subtitles, render, report.

    What is unchanged is not done again, and no decision of a person is ever overwritten. Stopped at any
    moment, it goes on where it was. Exit code 3 says that something in the report needs a person.

    Example: answerprint make film --until cut
    """
    if until not in STAGES:
        raise UsageError("AP-USE-050", f"there is no stage {until!r}", remedy=f"one of: {', '.join(STAGES)}")
    from answerprint.cli.progress import ProgressBars
    from answerprint.pipeline.answer_print import make_answer_print
    from answerprint.pipeline.summary import Summary
    from answerprint.store.production import Production

    production = Production.open(folder)
    # What a make allocates lives to its end: looking for garbage costs a tenth of an unchanged one.
    gc.set_threshold(GARBAGE_EVERY)
    with ProgressBars(stderr(), quiet=json) as bars:
        summary: Summary = make_answer_print(
            production, until=until, workers=workers, listener=None if json else bars
        )

    def text(console: Console) -> None:
        for line in summary.lines():
            console.print(printable(line), markup=False, highlight=False)

    emit(summary.document(), json, text)
    if summary.needs_a_person:
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))
