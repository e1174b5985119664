"""`answerprint paper`: the cut as a text, edited and carried out."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

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
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    json: Json = False,
) -> None:
    """The cut as a text to be cut with a pen: write it, edit it, run this again, and the film is cut so.

    The first run writes paper.md: every line of the cut with an anchor, its timecode and its take. Move a
    line or delete it in any editor; the next run carries that out as your decision and writes the paper anew.
    What is left out stands at its end, to be moved back up. `--undo` goes back one edit, exactly.

    Example: answerprint paper film
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.pipeline.papering import FILE, paper_in
    from answerprint.store.production import Production

    production = Production.open(folder)
    path = file or production.root / FILE
    with ProgressBars(stderr(), quiet=json) as bars:
        made = paper_in(
            production,
            path,
            undo=undo,
            dry_run=dry_run,
            by=_user(),
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
        "reworded": made.reworded,
        "changes": made.drafted.document.changes,
        "duration": made.drafted.document.duration,
        "dry_run": dry_run,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for head, labels in (("out", made.removed), ("back", made.restored), ("moved", made.moved)):
            if labels:
                line(f"{head}: {', '.join(labels)}")
        for change in made.drafted.document.changes if made.edited else ():
            line(f"  {change}")
        if made.reworded:
            line(f"words changed on the paper change nothing in the film: {', '.join(made.reworded)}")
        done = "would be cut so" if dry_run else "cut so" if made.edited else "written"
        line(f"{path.name} {done}: {made.drafted.document.duration.timecode} at its end")

    emit(document, json, text)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""  # a user without a name, as in some containers
