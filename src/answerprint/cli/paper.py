"""`answerprint paper`: the cut as a text, edited and carried out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.naming import user_name
from answerprint.cli.output import Json, command_app, emit, printable, save, stderr

app = command_app()


@app.command("paper")
def paper(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="PAPER.md", readable=False, help="The paper; DIR/paper.md without it."
        ),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last paper edit back.")] = False,
    tighten: Annotated[
        bool, typer.Option("--tighten", help="Shorten pauses inside lines, each listed on the paper.")
    ] = False,
    silence: Annotated[
        float, typer.Option(metavar="S", help="With --tighten: pauses from so many seconds on.", min=0.35)
    ] = 0.6,
    fillers: Annotated[
        bool, typer.Option("--fillers", help="With --tighten: also fillers, and words said again.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    json: Json = False,
) -> None:
    """The cut as a text to be cut with a pen: write it, edit it, run this again, and the film is cut so.

    The first run writes paper.md: every line of the cut with an anchor, its timecode and its take. Move a
    line or delete it in any editor; the next run carries that out as your decision and writes the paper anew.
    What is left out stands at its end, to be moved back up. Words deleted or struck ~~so~~ are cut out of
    their line, in the pauses beside them; the picture jumps there, which is told. `--tighten` shortens long
    pauses and lists each; delete one from the paper to have it back. `--undo` goes back one edit, exactly.

    Example: answerprint paper film
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.pipeline.papering import FILE, Tighten, paper_in
    from answerprint.store.production import Production

    production = Production.open(folder)
    path = file or production.root / FILE
    with ProgressBars(stderr(), quiet=json) as bars:
        made = paper_in(
            production,
            path,
            undo=undo,
            tighten=Tighten(Fraction(silence).limit_denominator(1000), fillers) if tighten else None,
            dry_run=dry_run,
            by=user_name(),
            workers=workers,
            listener=None if json else bars,
        )
    if not dry_run:
        save(path, made.text.encode(), force=True)
    document = {
        "paper": str(path),
        "edited": made.edited,
        "removed": made.removed,
        "restored": made.restored,
        "moved": made.moved,
        "struck": made.struck,
        "tightened": [{"line": label, "what": what} for label, what in made.tightened],
        "reworded": made.reworded,
        "changes": made.drafted.document.changes,
        "duration": made.drafted.document.duration,
        "dry_run": dry_run,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        told = (
            ("out", made.removed),
            ("back", made.restored),
            ("moved", made.moved),
            ("words cut out", made.struck),
        )
        for head, labels in told:
            if labels:
                line(f"{head}: {', '.join(labels)}")
        for label, what in made.tightened:
            line(f"tightened: {label}, {what}")
        for change in made.drafted.document.changes if made.edited else ():
            line(f"  {change}")
        if made.reworded:
            line(f"other words on the paper change nothing in the film: {', '.join(made.reworded)}")
        done = "would be cut so" if dry_run else "cut so" if made.edited else "written"
        line(f"{path.name} {done}: {made.drafted.document.duration.timecode} at its end")

    emit(document, json, text)
