"""`answerprint sound measure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.sound.app import app, print_programme, print_verdicts, profile_named
from answerprint.core.errors import Exit


@app.command("measure")
def measure(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE …", readable=False, help="A file with sound; or mono files of one programme."
        ),
    ],
    profile: Annotated[
        str, typer.Option("--profile", "-p", metavar="NAME", help="Held against this delivery's figures.")
    ] = "",
    stream: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Index of the sound stream; the first without it.")
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture", metavar="OUT.svg", readable=False, help="Draw the curve and where is spoken."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Loudness (ITU-R BS.1770, EBU R 128), range, true peak, dialogue and Leq(m) of a file, in one decode.

    Dialogue is measured while somebody speaks, by a voice detector: an estimate of Dolby's gate. Several mono
    files named film.L.wav, film.R.wav, film.C.wav … are one programme. Profiles: ebu-r128, atsc-a85, netflix,
    web, theatrical, trailer, cinema-commercial. Exit code 3 where the profile is
    not met, or a wave file is cut short.

    Example: answerprint sound measure film.mp4 --profile netflix --picture loudness.svg
    """
    from answerprint.cli.progress import one_bar
    from answerprint.departments.sound.programme import verdicts
    from answerprint.pipeline.measuring import faults_of, measure_file, measure_labelled

    wanted = profile_named(profile) if profile else None
    if picture is not None:
        refuse_taken(picture, *files, force=force)
    with one_bar("measuring", hidden=json) as tell:
        if len(files) > 1:
            found = measure_labelled(files, tell=tell)
        else:
            found = measure_file(files[0], stream=stream, tell=tell)
    faults = [f"{one.name}: {fault}" for one in files for fault in faults_of(one)]
    asked = tuple(verdicts(found, wanted)) if wanted is not None else ()
    if picture is not None:
        from answerprint.departments.sound.loudness_picture import loudness_svg

        save(picture, loudness_svg(found, files[0].name, wanted), force=force)
    document = {
        **msgspec.structs.asdict(found),
        "files": [str(one) for one in files],
        "profile": profile or None,
        "verdicts": asked,
        "faults": faults,
        "picture": str(picture) if picture is not None else None,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        names = ", ".join(one.name for one in files)
        line(
            f"{names}: {found.seconds:.1f} s, {found.layout or f'{found.channels} channels'}, {found.rate} Hz"
        )
        print_programme(line, found)
        if wanted is not None:
            line(f"{wanted.title}{', a guide and no requirement' if wanted.guide else ''} ({wanted.source})")
            print_verdicts(line, asked)
        for one in faults:
            line(one)

    emit(document, json, text)
    missed = any(one.met is False for one in asked) and not (wanted is not None and wanted.guide)
    if missed or faults:
        raise typer.Exit(Exit.NEEDS_A_PERSON)
