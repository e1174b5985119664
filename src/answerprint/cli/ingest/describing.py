"""`ingest ale` and `ingest xmp`: clips told to other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.ingest.app import app, bar, finish, print_findings
from answerprint.cli.output import Json, emit, printable, refuse_taken, save, save_all

Card = Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="A card, or a folder of cards.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


@app.command("ale")
def ale(
    card: Card,
    out: Annotated[Path, typer.Argument(metavar="OUT", readable=False, help="The log: OUT.ale.")],
    rate: Annotated[
        str | None, typer.Option(help="FPS of the heading (default: that of most clips).")
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write an Avid log of every clip: tape, exact timecodes, tracks, and what sidecars say.

    Scene, take, camera and circled takes come from iXML, XMP and the cameras' own sidecars. Drop-frame stays
    drop-frame; End is the frame after the last.

    Example: answerprint ingest ale /Volumes/RAID/A001 A001.ale
    """
    from answerprint.core.timecode import parse_rate
    from answerprint.departments.footage.ingest.describing import avid_log
    from answerprint.departments.footage.ingest.inspecting import inspect

    refuse_taken(out, force=force)
    with bar("reading headers", quiet=json, size=False) as tell:
        found = inspect(card, headers="all", progress=tell)
    data, document = avid_log(found, parse_rate(rate) if rate else None)
    save(out, data, force=force)

    def text(console: Console) -> None:
        print_findings(console, document.findings)
        console.print(printable(f"{out}: {document.rows} clips"), markup=False, highlight=False)

    emit({"out": str(out), "log": document}, json, text)
    finish(document.needs_a_person)


@app.command("xmp")
def xmp(
    card: Card,
    out: Annotated[Path, typer.Argument(metavar="OUT", readable=False, help="Folder for the sidecars.")],
    force: Force = False,
    json: Json = False,
) -> None:
    """Write an XMP sidecar for every media file: reel, scene, take, camera, start timecode.

    The sidecars go into a folder of their own with the card's inner paths, never beside originals.

    Example: answerprint ingest xmp /Volumes/RAID/A001 sidecars
    """
    from answerprint.departments.footage.ingest.describing import sidecars
    from answerprint.departments.footage.ingest.inspecting import inspect

    with bar("reading headers", quiet=json, size=False) as tell:
        found = inspect(card, headers="all", progress=tell)
    files = sidecars(found)
    save_all(out, files, *(card / one for one in files), force=force)

    def text(console: Console) -> None:
        console.print(printable(f"{out}: {len(files)} sidecars"), markup=False, highlight=False)

    emit({"out": str(out), "files": sorted(files)}, json, text)
