"""`answerprint sound stems`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.sound.app import app
from answerprint.core.errors import NotAvailableError, UsageError


@app.command("stems")
def stems(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A mixed programme.")],
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", readable=False, help="A new folder for the stems.")
    ],
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.onnx", readable=False, help="A separator of your own: Demucs and its kin."
        ),
    ] = None,
    names: Annotated[
        str, typer.Option(metavar="NAME,NAME …", help="Its stems, in its order: dialogue,music,effects.")
    ] = "",
    rate: Annotated[
        int,
        typer.Option(metavar="HZ", min=8000, max=192000, help="Sample rate that the model was trained at."),
    ] = 44_100,
    stream: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Index of the sound stream; the first without it.")
    ] = None,
    json: Json = False,
) -> None:
    """A finished mix taken apart by a model of yours: dialogue, music and effects, or two voices at once.

    No such model is free to carry along: without --model the exit code is 4. What is written adds up to the
    programme: rest.wav has what no stem has. The shape wanted is (1, channels, samples) in and
    (1, stems, channels, samples) out; windows overlap by a quarter.

    Example: answerprint sound stems film.mov stems --model separator.onnx --names dialogue,music,effects
    """
    from answerprint.cli.progress import one_bar
    from answerprint.pipeline.separating import REST, separate

    if model is None:
        raise NotAvailableError(
            "AP-NEED-069",
            "no model that takes a mix apart is free to carry along",
            remedy="give your own as --model FILE.onnx (Demucs and its kin, exported)",
        )
    wanted = [one.strip() for one in names.split(",") if one.strip()]
    for one in wanted:
        if wanted.count(one) > 1 or one == REST or Path(one).name != one or one.startswith("."):
            raise UsageError("AP-USE-713", f"no stem can be called {one!r}", remedy="dialogue,music,effects")
    refuse_taken(folder, file, model)
    with one_bar("taking apart", hidden=json) as tell:
        made = separate(file, folder, model, names=wanted, rate=rate, stream=stream, tell=tell)

    def text(console: Console) -> None:
        for stem in made.stems:
            loud = "silent" if stem.integrated is None else f"{stem.integrated:.1f} LUFS"
            speech = "" if stem.dialogue is None else f", {stem.dialogue:.0%} of it speech"
            console.print(printable(f"{stem.file}: {loud}{speech}"), markup=False, highlight=False)

    emit(made, json, text)
