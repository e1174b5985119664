"""`answerprint themes`: what is said, grouped by meaning, and string-outs of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save, stderr

app = command_app()
SHOWN = 4  # passages of a theme; --json has all


@app.command("themes")
def themes(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    count: Annotated[
        int | None, typer.Option("--count", "-n", min=1, help="How many; as many as stand apart without it.")
    ] = None,
    stringout: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", readable=False, help="Write a string-out, by its suffix (.otio, .fcpxml)."
        ),
    ] = None,
    theme: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="With --stringout: only this theme.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """What the people filmed talk about: passages grouped by meaning, each group called by its own words.

    Transcripts are read where there are any, else readings of the script. Compared by MiniLM where it was
    fetched (`answerprint models fetch minilm`), else by their words. An answer given twice is told, and the
    last one kept. `--stringout` lays the passages end to end, the most central of each theme first.

    Example: answerprint themes film --stringout themes.fcpxml
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.formats.timelines.files import format_named
    from answerprint.pipeline.theming import themes_in
    from answerprint.store.production import Production

    if stringout is not None:
        format_named(stringout)
        refuse_taken(stringout, force=force)
    production = Production.open(folder)
    with ProgressBars(stderr(), quiet=json) as bars:
        made = themes_in(
            production,
            count=count,
            only=theme,
            beside=stringout.absolute().parent if stringout is not None else None,
            workers=workers,
            listener=None if json else bars,
        )
    if stringout is not None:
        save(stringout, format_named(stringout).write(made.stringout, made.media), force=force)
    document = {
        "themes": made.themes,
        "means": made.means,
        "passages": made.passages,
        "stringout": str(stringout) if stringout is not None else None,
        "frames": made.stringout.frames,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for number, one in enumerate(made.themes, start=1):
            line(f"{number:2d}  {one.name} ({len(one.passages)} passages)")
            for passage in one.passages[:SHOWN]:
                line(f"      {passage.name}  {passage.text}")
            if len(one.passages) > SHOWN:
                line(f"      and {len(one.passages) - SHOWN} more")
            for kept, earlier in one.again:
                line(f"      said before, the last is kept: {earlier.text} / {kept.text}")
        line(f"{made.passages} passages in {len(made.themes)} themes, by {made.means}")
        if stringout is not None:
            line(f"{stringout.name} written: {made.stringout.frames} frames")

    emit(document, json, text)
