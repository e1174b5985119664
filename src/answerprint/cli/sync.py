"""`answerprint sync`: separate sound to picture, and cameras to one another."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, stderr
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from answerprint.core.time import TimeDocument
    from answerprint.pipeline.syncing import ChannelDocument, Synced

app = command_app()


@app.command("sync")
def sync(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    json: Json = False,
) -> None:
    """Lay separate sound to its pictures, and clips of several cameras to one another.

    By linear timecode, by timecode, or by what both recordings heard, to the sample; clocks that run apart
    are measured and followed. What is doubtful is left unmatched with the reason, and exit code 3 says so.
    Track names tell the mix from boom and lavaliers. Nothing is written but the production's own records.

    Example: answerprint sync film --json
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.pipeline.syncing import sync_production
    from answerprint.store.production import Production

    production = Production.open(folder)
    with ProgressBars(stderr(), quiet=json) as bars:
        found = sync_production(production, workers=workers, listener=None if json else bars)

    def text(console: Console) -> None:
        for line in _lines(found):
            console.print(printable(line), markup=False, highlight=False)

    document: Any = found
    emit(document, json, text)
    if found.needs_a_person:
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


def _lines(found: Synced) -> list[str]:
    lines = []
    width = max((len(one.picture) for one in found.matches), default=0)
    for one in found.matches:
        lines.append(
            f"{one.picture:<{width}}  {one.sound}  {_seconds(one.offset)}{_drift(one.drift_ppm)}  "
            f"{one.method} ({one.confidence:.2f}){_named(one.channels)}"
        )
    for group in found.cameras:
        lines.append(f"{group.first} ran together with")
        for other in group.others:
            place = f"{_seconds(other.offset)}{_drift(other.drift_ppm)}"
            lines.append(f"  {other.clip}  {place}  {other.method} ({other.confidence:.2f})")
    lines += [f"{one.sound}: under no picture: {one.reason}" for one in found.unmatched]
    lines += [f"set aside: {line}" for line in found.set_aside]
    return lines or ["there is nothing to match: no separate sound, and no two clips of one moment"]


def _seconds(time: TimeDocument) -> str:
    return f"{float(Fraction(time.time)):+.4f} s"


def _drift(ppm: float | None) -> str:
    return f", {ppm:+.1f} ppm" if ppm else ""


def _named(channels: tuple[ChannelDocument, ...]) -> str:
    shown = [f"{one.channel} {one.name or '–'}" + (f" ({one.role})" if one.role else "") for one in channels]
    return f"  channels: {', '.join(shown)}" if any(one.name or one.role for one in channels) else ""
