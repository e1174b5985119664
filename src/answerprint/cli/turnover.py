"""`answerprint turnover`: a version handed over to sound, colour or effects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from answerprint.cli.output import Json, command_app, emit, printable, stderr
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.pipeline.turnovers.handing import TurnedOver

app = command_app()
SHOWN = 8  # short handles listed; --json and CONTENTS.txt have all


@app.command("turnover")
def turnover(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="sound, colour or vfx.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    version: Annotated[
        int | None, typer.Option(help="Which version (3 for v003); the last without it.", min=1)
    ] = None,
    handles: Annotated[
        int | None,
        typer.Option(help="Frames of handle: 48 for sound, 8 for vfx, the production's for colour.", min=0),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FOLDER", readable=False, help="Instead of out/turnovers/…"),
    ] = None,
    shots: Annotated[
        str | None,
        typer.Option(metavar="4,1.3", help="vfx: shots by event number or by their place in the script."),
    ] = None,
    code: Annotated[
        str, typer.Option(help="vfx: what shot names begin with; the film's initials without it.")
    ] = "",
    linked: Annotated[
        bool, typer.Option("--linked", help="sound: leave the media where it is; copy none.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Make and count it, keep nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="In place of a turnover that is there.")] = False,
    json: Json = False,
) -> None:
    """What the next house needs of a version: timelines, lists, media with handles, a guide picture.

    sound: AAF, OTIO and EDLs of every track, the sound of each event with its handles as BWF, a guide picture
    with timecode burnt in and pops two seconds before and after, and its mix. colour: an EDL of each picture
    track with its CDL, the same as .ccc, pull lists (CSV, ALE), OTIO, AAF, guide. vfx: the shots named, or
    marked VFX in notes, each with a name, a plate with frame numbers, lists and a contact sheet. Everything
    written is read again and counted; a wrong count leaves nothing. Exit code 3 when handles are short.

    Example: answerprint turnover vfx film --shots 4,1.3 --code TLP
    """
    from answerprint.pipeline.turnovers.handing import KINDS, Asked, turn_over
    from answerprint.store.production import Production

    chosen = next((one for one in KINDS if one == kind.casefold()), None)
    if chosen is None:
        raise UsageError("AP-USE-577", f"{kind!r} is no turnover", remedy=f"name one of {', '.join(KINDS)}")
    asked = Asked(
        kind=chosen,
        version=version,
        folder=out,
        handles=handles,
        linked=linked,
        shots=[one.strip() for one in (shots or "").split(",") if one.strip()],
        code=code,
        dry_run=dry_run,
        force=force,
    )
    production = Production.open(folder)
    with Progress(console=stderr(), transient=True, disable=json or not stderr().is_terminal) as bars:
        task = bars.add_task("turnover", total=1.0)
        made = turn_over(
            production,
            asked,
            tell=lambda what, share: bars.update(task, description=what, completed=share),
        )
    emit(made, json, lambda console: _print(console, made))
    if made.short or made.offline:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _print(console: Console, made: TurnedOver) -> None:
    def line(text: str) -> None:
        console.print(printable(text), markup=False, highlight=False)

    for name in made.files:
        if "/" not in name:
            line(f"  {name}")
    inside = [name for name in made.files if "/" in name]
    if inside:
        line(f"  and {len(inside)} files in {', '.join(sorted({name.split('/')[0] for name in inside}))}")
    line(f"{len(made.counts)} counts, all right")
    if made.short:
        line(f"{len(made.short)} events have less than {made.handles} frames of handle:")
        for one in made.short[:SHOWN]:
            line(f"  {one.event:4d}  {one.at}  {one.name}: {one.head} before, {one.tail} after")
        if len(made.short) > SHOWN:
            line(f"  and {len(made.short) - SHOWN} more (CONTENTS.txt has all)")
    for name in made.offline:
        line(f"not readable here: {name}")
    where = made.folder or "nothing was kept (dry run)"
    line(
        f"v{made.version:03d} to {made.kind}: {made.events} events, {made.pulls} pulls, {made.frames} frames"
    )
    line(where)
