"""`answerprint sound cues`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.sound.app import app
from answerprint.core.errors import Exit, UsageError


@app.command("cues")
def cues(
    source: Annotated[
        Path,
        typer.Argument(metavar="TIMELINE", readable=False, help="A timeline, a list, or a production."),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", readable=False, help="OUT.csv or OUT.pdf.")],
    by: Annotated[str, typer.Option("--by", metavar="ORDER", help="timecode or character.")] = "timecode",
    rate: Annotated[
        str | None, typer.Option(metavar="RATE", help="Frames a second where the file does not say it.")
    ] = None,
    reel: Annotated[
        str, typer.Option(metavar="NAME", help="The reel of every cue; else the timecode's hour.")
    ] = "",
    colour: Annotated[
        str, typer.Option(metavar="NAME", help="Markers of this colour are cues too: RED, CYAN …")
    ] = "",
    script: Annotated[
        Path | None,
        typer.Option(metavar="SCREENPLAY", readable=False, help="For lines that clips carry by their keys."),
    ] = None,
    noisy: Annotated[
        float, typer.Option(metavar="DB", help="Production: a voice less than this over noise is a cue.")
    ] = 15.0,
    version: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Production: which version; the last without it.")
    ] = None,
    a4: Annotated[bool, typer.Option("--a4", help="A4 paper, not US letter.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """An ADR cue sheet: number, character, timecodes, line, reason, priority, notes, and room for takes.

    Cues are markers that begin with ADR (`ADR ANNA: the line`; words such as noise, clipped, flubbed, added
    or wild say why, P1 to P3 how urgently), rows of a list with the columns character and in, or lines of a
    production whose sound is noisy or clipped. Exit code 3 where a line's sound could not be read.

    Example: answerprint sound cues cut.otio adr.pdf --by character
    """
    from answerprint.cli.progress import one_bar
    from answerprint.core.timecode import parse_rate
    from answerprint.departments.sound.replacement.cue_sheet import By, csv_of
    from answerprint.pipeline.cueing import cue_sheet, pdf_of

    if by not in ("timecode", "character"):
        raise UsageError("AP-USE-741", f"{by!r} is no order", remedy="--by timecode, or --by character")
    if out.suffix.casefold() not in (".csv", ".pdf"):
        raise UsageError(
            "AP-USE-741", "a cue sheet is CSV or PDF", file=str(out), remedy="name it .csv or .pdf"
        )
    order = cast("By", by)
    refuse_taken(out, source, script, force=force)
    with one_bar("listening", hidden=json) as tell:
        found = cue_sheet(
            source,
            by=order,
            rate=parse_rate(rate) if rate else None,
            reel=reel,
            colour=colour,
            script=script,
            noisy=noisy,
            version=version,
            tell=tell,
        )
    sheet = found.sheet
    save(out, csv_of(sheet) if out.suffix.casefold() == ".csv" else pdf_of(sheet, order, a4=a4), force=force)
    document = {
        "title": sheet.title,
        "rate": str(sheet.rate),
        "drop": sheet.drop,
        "out": str(out),
        "looked_at": found.looked_at,
        "unread": found.unread,
        "cues": [
            {"in": sheet.timecode(one.first), "out": sheet.timecode(one.end), "cue": one}
            for one in sheet.cues
        ],
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for one in sheet.cues:
            line(
                f"{one.number:<16}{sheet.timecode(one.first)}  {sheet.timecode(one.end)}  P{one.priority}  "
                f"{one.reason}  {one.line}"
            )
        for told in found.unread:
            line(f"not read: {told}")
        measured = f", {found.looked_at} lines listened to" if found.looked_at else ""
        line(f"{out.name}: {len(sheet.cues)} cues{measured}")

    emit(document, json, text)
    if found.unread:
        raise typer.Exit(Exit.NEEDS_A_PERSON)
