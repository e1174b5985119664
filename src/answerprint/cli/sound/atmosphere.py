"""`answerprint sound atmosphere`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.sound.app import app, refuse_other_than_wave
from answerprint.core.errors import UsageError


@app.command("atmosphere")
def atmosphere(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE … OUT.wav", readable=False, help="Recordings, and the new file."),
    ],
    seconds: Annotated[float, typer.Option(metavar="S", help="How long it shall be.")] = 60.0,
    events: Annotated[
        str, typer.Option(metavar="none|scatter", help="Leave events out, or lay them in at random.")
    ] = "none",
    lufs: Annotated[
        float | None, typer.Option(metavar="LUFS", help="Bring it to this loudness; else the recordings'.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Another number, another one.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Measure it, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """A starting point for an atmosphere, made anew from the steady part of recordings: no loop to be heard.

    Its colour and how it swells are the recordings'; left and right are apart; what it is made from is
    written into the file. Tones (a hum, a machine) come out as noise of their pitch.

    Example: answerprint sound atmosphere harbour1.wav harbour2.wav bed.wav --seconds 120
    """
    from answerprint.cli.progress import one_bar
    from answerprint.pipeline.atmospheres import make_atmosphere

    *sources, out = files
    if not sources or events not in ("none", "scatter"):
        raise UsageError(
            "AP-USE-750",
            "recordings and a new file are wanted, and --events none or scatter",
            remedy="atmosphere FILE … OUT.wav",
        )
    refuse_other_than_wave(out)
    if not dry_run:
        refuse_taken(out, *sources, force=force)
    with one_bar("making", hidden=json) as tell:
        made = make_atmosphere(
            sources,
            None if dry_run else out,
            seconds,
            scatter=events == "scatter",
            lufs=lufs,
            seed=seed,
            tell=tell,
        )
    document = {"out": None if dry_run else str(out), **msgspec.structs.asdict(made)}

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        laid = "laid in at random" if made.scattered else "left out"
        line(f"made from {made.still:g} s of stillness; {made.events} events {laid}")
        loud = "under the gate" if made.lufs is None else f"{made.lufs:.1f} LUFS"
        line(f"  loudness  {loud}, true peak {made.true_peak:.1f} dBTP")
        line(f"  repeats itself to {made.repeats:.2f} (a loop: 1.00); left and right alike {made.alike:+.2f}")
        line("nothing was written" if dry_run else f"{out.name}: {made.seconds:g} s")

    emit(document, json, text)
