"""`answerprint shots`: where one shot becomes another in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable

app = command_app()


@app.command("shots")
def shots(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A picture file.")],
    json: Json = False,
) -> None:
    """Cuts, dissolves, fades and wipes with their exact times, and the shots between them.

    Times are the stream's own timestamps, on any rate and on variable rates. A cut's start and end are the
    first frame of the new shot.

    Example: answerprint shots rushes/A001C003.mov --json
    """
    from answerprint.departments.footage.shots.in_file import shots_of

    found = shots_of(file)

    def text(console: Console) -> None:
        console.print(printable(f"{file.name}: {len(found.shots)} shots"), markup=False, highlight=False)
        for one in found.boundaries:
            label = one.start.timecode or _seconds(one.start.time)
            end = "" if one.start == one.end else f" – {one.end.timecode or _seconds(one.end.time)}"
            console.print(
                f"  {one.type:<9}{label}{end}  frame {one.start.frame}  confidence {one.confidence:.2f}",
                highlight=False,
            )

    document: Any = found
    emit(document, json, text)


def _seconds(time: str) -> str:
    over, under = time.split("/")
    return f"{int(over) / int(under):.3f} s"
