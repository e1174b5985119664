"""`answerprint subtitles burn`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.subtitles.app import Force, app


@app.command("burn")
def burn(
    video: Annotated[Path, typer.Argument(metavar="VIDEO", readable=False, help="The film.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="Its subtitles.")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", readable=False, help="The new film: .mp4, .mov or .mkv.")
    ],
    size: Annotated[
        int,
        typer.Option("--size", metavar="N", min=8, max=60, help="Letters: the Nth part of its height."),
    ] = 18,
    force: Force = False,
    json: Json = False,
) -> None:
    """Subtitles drawn into the picture, for screenings and social clips; sound is copied into the new film.

    Example: answerprint subtitles burn film.mp4 film.srt film-burnt.mp4
    """
    from answerprint.cli.progress import one_bar
    from answerprint.pipeline.burning import burn_in
    from answerprint.pipeline.captioning import read

    refuse_taken(out, video, file, force=force)
    cues = read(file)
    with one_bar("drawing", hidden=json) as tell:
        pictures = burn_in(video, cues.cues, out, size, tell)
    emit(
        {"out": str(out), "pictures": pictures, "cues": len(cues.cues)},
        json,
        lambda console: _told(console, out, pictures, len(cues.cues)),
    )


def _told(console: Console, out: Path, pictures: int, cues: int) -> None:
    told = f"{out.name}: {cues} cues in {pictures} pictures"
    console.print(printable(told), markup=False, highlight=False)
