"""`answerprint adopt`: a timeline that comes back from an editing program becomes decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.naming import user_name
from answerprint.cli.output import Json, command_app, emit, printable, stderr
from answerprint.core.errors import Exit, UsageError

app = command_app()


@app.command("adopt")
def adopt(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[TIMELINE]", readable=False, help="The timeline as it came back."),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last adopted timeline back.")] = False,
    prefer_timeline: Annotated[
        bool,
        typer.Option("--prefer-timeline", help="Also where you have decided otherwise since it went out."),
    ] = False,
    rate: Annotated[
        str | None, typer.Option(metavar="R", help="Frames a second, for an EDL of another rate.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who edited it (default: the user's name).")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be decided only.")] = False,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    json: Json = False,
) -> None:
    """What an editor changed in her own software, taken over: the film is cut so from now on.

    The timeline (OTIO, FCPXML, FCP7 XML, AAF, EDL) is compared with the version it came from. What she
    trimmed, replaced, slipped or covered is locked as she left it; what she took out or moved is a paper
    edit; pictures of the production that she laid in are kept. What no decision can say (a gap, a speed, an
    effect) is listed, and exit code 3 says so. `--undo` takes all of it back.

    Example: answerprint adopt film back-from-resolve.otio
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.core.timecode import parse_rate
    from answerprint.pipeline.adopting import adopt_in
    from answerprint.store.production import Production

    if (file is None) == (not undo):
        raise UsageError(
            "AP-USE-568", "name a timeline, or --undo", remedy="answerprint adopt DIR back-from-resolve.otio"
        )
    production = Production.open(folder)
    with ProgressBars(stderr(), quiet=json) as bars:
        made = adopt_in(
            production,
            file,
            undo=undo,
            prefer_timeline=prefer_timeline,
            dry_run=dry_run,
            rate=parse_rate(rate) if rate is not None else None,
            by=printable(by) or user_name(),
            workers=workers,
            listener=None if json else bars,
        )
    document = {
        "against": made.against,
        "decided": made.decided,
        "kept_out": made.kept_out,
        "media": made.relinks,
        "left": made.left,
        "changes": made.drafted.document.changes,
        "duration": made.drafted.document.duration,
        "dry_run": dry_run,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for one in made.decided:
            line(f"{one.answer} {one.about}: {one.detail}")
        for one in made.kept_out:
            line(f"kept as decided since: {one.about} (--prefer-timeline takes the timeline's)")
        for media in made.relinks:
            if not media.key:
                line(f"offline: {media.name} ({media.detail})")
        if made.left:
            line(f"Left in the timeline ({len(made.left)}): no decision can say it")
            for change in made.left:
                line(f"  {change.words}")
        if undo:
            line("the last adopted timeline was taken back")
        elif file is not None:
            version = f"v{made.against:03d}" if made.against else "the last cut"
            would = "would be " if dry_run else ""
            line(f"{file.name} against {version}: {len(made.decided)} decisions {would}recorded")
        line(f"{made.drafted.document.duration.timecode} at its end")

    emit(document, json, text)
    if made.left or made.kept_out or any(not one.key for one in made.relinks):
        raise typer.Exit(Exit.NEEDS_A_PERSON)
