"""`answerprint log`: a production's rushes in two passes, and its bins."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save, stderr
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from answerprint.pipeline.bins import Entry, Logged

app = command_app()


@app.command("log")
def log(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    fast: Annotated[
        bool, typer.Option("--fast", help="The fast pass only: headers, keyframes, samples of the sound.")
    ] = False,
    first: Annotated[
        list[str] | None,
        typer.Option(help="Part of a file's or card's name that the deep pass takes first; repeatable."),
    ] = None,
    page: Annotated[
        Path | None, typer.Option(metavar="OUT.html", help="Write the bins as a page with pictures.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over OUT.html.")] = False,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    json: Json = False,
) -> None:
    """Log rushes in two passes: bins within minutes, then everything, the most wanted files first.

    The fast pass reads headers, keyframes and samples of the sound: coarse shots, whether people speak, what
    is plainly broken. The bins are shown as soon as it is done. The deep pass reads every file through:
    damage to the frame, exact shots, looks, voices. It takes named files first, then circled takes, then
    files in which people speak. Stopped at any moment, it goes on where it was. Exit code 3 says that
    something is damaged or could not be read.

    Example: answerprint log film --first A003 --page bins.html
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.pipeline.bins import log_production
    from answerprint.store.production import Production

    production = Production.open(folder)
    if page is not None:
        refuse_taken(page, force=force)

    def bins(logged: Logged) -> None:
        if not json and not fast:
            _show(logged, stderr())

    with ProgressBars(stderr(), quiet=json) as bars:
        logged, strips = log_production(
            production,
            fast=fast,
            first=first or (),
            workers=workers,
            listener=None if json else bars,
            bins=bins,
        )
    if page is not None:
        from answerprint.pipeline.bins_page import bins_page

        save(page, bins_page(production.settings.production.name, logged, strips), force=force)
    document: Any = logged
    emit(document, json, lambda console: _show(logged, console))
    if logged.needs_a_person:
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


def _show(logged: Logged, console: Console) -> None:
    rows = [_row(one) for one in logged.entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    card = None
    for one, row in zip(logged.entries, rows, strict=True):
        if one.card != card:
            card = one.card
            console.print(printable(card or "no card"), markup=False, highlight=False, style="bold")
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        console.print(printable("  " + "  ".join(cells).rstrip()), markup=False, highlight=False)
    for line in logged.set_aside:
        console.print(printable(f"set aside: {line}"), markup=False, highlight=False)
    console.print(f"{logged.ran} steps run, {logged.reused} kept from before", highlight=False)


def _row(one: Entry) -> list[str]:
    shots = f"~{one.coarse_shots}" if one.coarse_shots is not None else ""
    voice = "" if one.speaks is None else "voice" if one.speaks else "silent" if one.silent else "no voice"
    notes = [*(["circled"] if one.circled else []), *(["black"] if one.black == 1.0 else []), *one.damage]
    return [
        one.name,
        _length(one),
        f"{round(float(Fraction(one.rate)), 3):g} fps" if one.rate else "",
        one.timecode or "",
        _counted(shots if one.shots is None else str(one.shots)) if one.kind == "picture" else "",
        voice if one.voice_seconds is None else f"voice {one.voice_seconds:.0f} s",
        one.slate,
        "; ".join(notes),
    ]


def _length(one: Entry) -> str:
    if one.duration is None:
        return ""
    seconds = round(float(Fraction(one.duration.time)), 1)
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}"


def _counted(shots: str) -> str:
    return f"{shots} shot{'' if shots.lstrip('~') == '1' else 's'}" if shots else ""
