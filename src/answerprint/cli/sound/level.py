"""`answerprint sound level`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.sound.app import app, print_verdicts, profile_named
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    pass


@app.command("level")
def level(
    file: Annotated[Path, typer.Argument(metavar="IN", readable=False, help="A file with sound.")],
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", readable=False, help="The new file: .wav, .m4a, .mp4, .mov, .mkv."),
    ],
    profile: Annotated[
        str, typer.Option("--profile", "-p", metavar="NAME", help="The delivery whose level it gets.")
    ] = "ebu-r128",
    stream: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Index of the sound stream; the first without it.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Brings a file to a delivery's loudness: one gain for the whole, peaks limited under its true peak.

    What was written is decoded and measured, and written again until it is met: coding moves level and peaks.
    Pictures, subtitles and other sound are copied; a wave file keeps its timecode, names and notes. Exit code
    3 where the profile is not met even so, or the wave file was cut short.

    Example: answerprint sound level film.mov film-r128.mov --profile ebu-r128
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.levelling import level_file, planned
    from answerprint.pipeline.measuring import faults_of

    wanted = profile_named(profile)
    faults = [f"{file.name}: {fault}" for fault in faults_of(file)] if file.is_file() else []
    refuse_taken(out, file, force=force)
    with named_bar("measuring", hidden=json) as tell:
        if dry_run:
            made = planned(file, wanted, profile, stream=stream, tell=tell)
        else:
            made = level_file(file, out, wanted, profile, stream=stream, tell=tell)
    document = {
        "out": None if dry_run else str(out),
        "faults": faults,
        **{name: getattr(made, name) for name in made.__struct_fields__},
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for one in faults:
            line(one)
        gate, value = made.before.by_gate(wanted)
        line(
            f"{file.name}: {gate} {value:.1f}; {made.gain:+.1f} dB{', peaks limited' if made.limited else ''}"
        )
        if dry_run:
            line("nothing was written")
            return
        line(f"{out.name} ({'1 pass' if made.passes == 1 else f'{made.passes} passes'}), as it was written:")
        print_verdicts(line, made.verdicts)

    emit(document, json, text)
    if faults or (any(one.met is False for one in made.verdicts) and not wanted.guide):
        raise typer.Exit(Exit.NEEDS_A_PERSON)
