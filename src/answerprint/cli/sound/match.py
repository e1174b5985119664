"""`answerprint sound match` and `tone`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.sound.app import app, refuse_other_than_wave
from answerprint.core.errors import UsageError

OutWave = Annotated[Path, typer.Argument(metavar="OUT.wav", readable=False, help="The new wave file.")]
Stream = Annotated[
    int | None, typer.Option(metavar="N", min=0, help="Index of the sound stream; the first without it.")
]


@app.command("match")
def match(
    file: Annotated[Path, typer.Argument(metavar="A", readable=False, help="The recording to be changed.")],
    other: Annotated[Path, typer.Argument(metavar="B", readable=False, help="The one it shall sound like.")],
    out: OutWave,
    stream: Stream = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """A made to sound as B, so that a cut between them is not heard: colour, level, room, and noise bed.

    Measured on what was written: third octaves of the voices, loudness of the speech (BS.1770), noise in the
    pauses, RT60 as the speech tells it. Length, timecode and channel names are A's.

    Example: answerprint sound match lav.wav boom.wav lav-as-boom.wav
    """
    from answerprint.cli.progress import one_bar
    from answerprint.pipeline.sound_matching import match_file

    refuse_other_than_wave(out)
    if not dry_run:
        refuse_taken(out, file, other, force=force)
    with one_bar("matching", hidden=json) as tell:
        made = match_file(file, other, None if dry_run else out, stream=stream, tell=tell)
    document = {
        "out": None if dry_run else str(out),
        "seconds": made.samples / 48_000,
        "network": made.network,
        "channels": made.channels,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for number, one in enumerate(made.channels, start=1):
            where = f"channel {number}: " if len(made.channels) > 1 else ""
            line(f"{where}{', '.join(one.done)}")
            line(f"  third octaves {one.mismatch_before:.1f} dB apart, now {one.mismatch_after:.1f}")
            if one.loudness_after is not None and one.loudness_wanted is not None:
                line(f"  speech {one.loudness_after:.1f} LUFS, {one.loudness_wanted:.1f} wanted")
            line(
                f"  noise {one.noise_before:.0f} dB, now {one.noise_after:.0f}, {one.noise_wanted:.0f} wanted"
            )
            if one.rt60_wanted is not None:
                now = f"{one.rt60_after:.2f}" if one.rt60_after is not None else "not told"
                line(f"  RT60 {now} s, {one.rt60_wanted:.2f} wanted")
        line("nothing was written" if dry_run else out.name)

    emit(document, json, text)


@app.command("tone")
def tone(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", readable=False, help="A recording with stillness in it.")
    ],
    out: OutWave,
    length: Annotated[float, typer.Option("--length", metavar="S", help="Seconds that are wanted.")] = 60.0,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Another number, another tone of the same room.")
    ] = 1,
    stream: Stream = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Room tone of any length from a scene's own silence, and atmospheres made longer; no loop is heard.

    Grains of the stillness are laid over one another at random. Where people speak, or something happens, is
    left out.

    Example: answerprint sound tone boom.wav tone.wav --length 120
    """
    from answerprint.pipeline.sound_matching import tone_of

    refuse_other_than_wave(out)
    if not 0.1 <= length <= 24 * 3600:
        raise UsageError("AP-USE-694", f"{length} s is no length for room tone", remedy="0.1 s to a day")
    refuse_taken(out, file, force=force)
    spans, still = tone_of(file, out, length, stream=stream, seed=seed)
    document = {"out": str(out), "seconds": length, "stretches": spans, "still_seconds": still}

    def text(console: Console) -> None:
        told = f"{out.name}: {length:g} s from {still:.1f} s of stillness in {spans} stretches"
        console.print(printable(told), markup=False, highlight=False)

    emit(document, json, text)
