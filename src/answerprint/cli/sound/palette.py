"""`answerprint sound palette`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable
from answerprint.cli.sound.app import app
from answerprint.core.errors import UsageError


@app.command("palette")
def palette(
    screenplay: Annotated[Path, typer.Argument(metavar="SCREENPLAY", readable=False, help="A screenplay.")],
    scene: Annotated[
        list[str] | None, typer.Option("--scene", metavar="NUMBER", help="Only this scene; may be repeated.")
    ] = None,
    json: Json = False,
) -> None:
    """What each scene could sound like: ambiences, effects, music, silence, each with its reason.

    Classes are those of the Universal Category System. Every suggestion names the words of the script, or
    the measure of its emotional level, that it comes from; where nothing says anything, nothing is said.

    Example: answerprint sound palette film.fountain --scene 12
    """
    from answerprint.pipeline.palettes import palette_of

    found = palette_of(screenplay)
    wanted = {one.casefold() for one in scene or ()}
    if missing := wanted - {one.number.casefold() for one in found.scenes}:
        raise UsageError(
            "AP-USE-751", f"there is no scene {', '.join(sorted(missing))}", file=str(screenplay)
        )
    scenes = tuple(one for one in found.scenes if not wanted or one.number.casefold() in wanted)
    found = msgspec.structs.replace(found, scenes=scenes)

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for one in found.scenes:
            line(f"{one.number}  {one.heading}")
            for suggestion in one.suggestions:
                ucs = f" [{suggestion.ucs}]" if suggestion.ucs else ""
                line(f"    {suggestion.kind:<9}{suggestion.what}{ucs}")
                line(f"             {suggestion.because}, line {suggestion.line}")
        if not found.english:
            line("no tempo or mode: the emotional lexicon is English, and this script is not")

    emit(found, json, text)
