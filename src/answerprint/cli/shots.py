"""`answerprint shots`: where one shot becomes another in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save

app = command_app()


@app.command("shots")
def shots(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A picture file.")],
    backend: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="network (ours), classical (no model), or transnetv2 (fetched, slow)."
        ),
    ] = "network",
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="OUT.png", help="Write a contact sheet: first, middle and last of each shot."),
    ] = None,
    edl: Annotated[
        Path | None, typer.Option(metavar="OUT.edl", help="Write a CMX 3600 list with an event a shot.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="OUT.csv", help="Write a table with a row a shot.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> None:
    """Cuts, dissolves, fades and wipes with their exact times, and the shots between them.

    Flashes, strobes, whip pans, titles and changes of light are none of them. Times are the stream's own
    timestamps, on any rate and on variable rates. A cut's start and end are the first frame of the new shot;
    any other boundary runs from its first mixed frame to the first frame after it.

    Example: answerprint shots rushes/A001C003.mov --json
    """
    from answerprint.cli.progress import one_bar
    from answerprint.departments.footage.shots.in_file import shots_of

    for out in (sheet, edl, csv):
        if out is not None:
            refuse_taken(out, file, force=force)
    with one_bar(f"shots of {file.name}", hidden=json) as tell:
        found = shots_of(file, backend, tell)
    if edl is not None:
        from answerprint.departments.footage.shots.lists import shot_list

        save(edl, shot_list(file, found).encode(), force=force)
    if csv is not None:
        from answerprint.departments.footage.shots.lists import shot_table

        save(csv, shot_table(found).encode(), force=force)
    if sheet is not None:
        from answerprint.departments.footage.shots.sheet import shot_sheet

        with one_bar("contact sheet", hidden=json) as tell:
            save(sheet, shot_sheet(file, found, tell), force=force)

    def text(console: Console) -> None:
        counted = "1 shot" if len(found.shots) == 1 else f"{len(found.shots)} shots"
        console.print(printable(f"{file.name}: {counted}"), markup=False, highlight=False)
        for one in found.boundaries:
            label = one.start.timecode or _seconds(one.start.time)
            end = "" if one.start == one.end else f" – {one.end.timecode or _seconds(one.end.time)}"
            console.print(
                f"  {one.type:<9}{label}{end}  frame {one.start.frame}  confidence {one.confidence:.2f}",
                highlight=False,
            )
        for out in (edl, csv, sheet):
            if out is not None:
                console.print(printable(f"written: {out}"), markup=False, highlight=False)

    document: Any = found
    emit(document, json, text)


def _seconds(time: str) -> str:
    over, under = time.split("/")
    return f"{int(over) / int(under):.3f} s"
