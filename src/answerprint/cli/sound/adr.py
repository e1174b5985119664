"""`answerprint sound adr`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.sound.app import app, refuse_other_than_wave
from answerprint.core.errors import UsageError


@app.command("adr")
def adr(
    guide: Annotated[
        Path, typer.Argument(metavar="GUIDE", readable=False, help="The line as it was said on set.")
    ],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="TAKE … OUT.wav", readable=False, help="New readings, and the new file."),
    ],
    as_recorded: Annotated[
        bool, typer.Option("--as-recorded", help="Align only: leave colour, room and noise of the studio.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say which take fits and how, and write nothing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """A new reading laid on the guide: aligned, stretched at its own pitch, made to sound as the scene.

    Of several takes the one is chosen that is nearest to the guide in its words and its pace; all are told,
    best first. What is written is as long as the guide, sample by sample, with its timecode.

    Example: answerprint sound adr guide.wav take1.wav take2.wav line-12.wav
    """
    from answerprint.cli.progress import one_bar
    from answerprint.pipeline.replacing import replace_line

    *takes, out = files
    if not takes:
        raise UsageError(
            "AP-USE-702", "a guide, a take and a new file are wanted", remedy="adr GUIDE TAKE OUT"
        )
    refuse_other_than_wave(out)
    if not dry_run:
        refuse_taken(out, guide, *takes, force=force)
    with one_bar("aligning", hidden=json) as tell:
        made = replace_line(guide, takes, None if dry_run else out, to_scene=not as_recorded, tell=tell)
    document = {
        "out": None if dry_run else str(out),
        "take": made.takes[0].file,
        "takes": made.takes,
        "seconds": made.seconds,
        "matched": made.matched,
        "map": made.map,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for number, one in enumerate(made.takes):
            line(
                f"{'chosen' if not number else '      '} {one.file}: unlike {one.unlike:.2f}, stretched by "
                f"{one.stretched:.1f} %"
            )
        if made.matched is not None:
            line(f"  {', '.join(made.matched.done)}")
        line("nothing was written" if dry_run else f"{out.name}: {made.seconds:.2f} s")

    emit(document, json, text)
