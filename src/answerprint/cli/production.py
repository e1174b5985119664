"""`answerprint new`, `add` and `status`: a production from its beginning, and what it holds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, typed
from answerprint.core.errors import Exit
from answerprint.core.timecode import can_drop, parse_rate

app = command_app()
# Whether a path can be read is said by who reads it, with a code; Typer's own check (readable) stays off.
Folder = Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production's folder.")]


@app.command("new")
def new(
    folder: Folder,
    name: Annotated[str | None, typer.Option(help="The film's title (default: the folder's name).")] = None,
    rate: Annotated[str | None, typer.Option(help="Frames a second of the cut: 24, 25, 23.976.")] = None,
    raster: Annotated[str | None, typer.Option(help="Picture size of the cut: 1920x1080.")] = None,
    drop_frame: Annotated[
        bool | None, typer.Option("--drop-frame/--non-drop", help="Timecode of the cut (29.97 and 59.94).")
    ] = None,
    start_timecode: Annotated[str | None, typer.Option(help="Timecode of the first frame.")] = None,
    handles: Annotated[int | None, typer.Option(help="Frames kept free around every clip.", min=0)] = None,
    loudness: Annotated[float | None, typer.Option(help="Programme loudness in LUFS.")] = None,
    true_peak: Annotated[float | None, typer.Option(help="True peak ceiling in dBTP.")] = None,
    language: Annotated[str | None, typer.Option(help="Spoken language: en.")] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Settle an existing production anew; its settings are kept beside."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be settled only.")] = False,
    json: Json = False,
) -> None:
    """Start a production: its folders, and production.toml with everything settled and explained.

    What no option settles is asked for on a terminal, and takes its default anywhere else.

    Example: answerprint new film --rate 25 --loudness -23
    """
    from answerprint.pipeline.beginning import Settled, begin, defaults

    given = {
        "name": printable(name) if name is not None else None,
        "rate": rate,
        "raster": raster,
        "drop_frame": drop_frame,
        "start_timecode": start_timecode,
        "handles": handles,
        "loudness": loudness,
        "true_peak": true_peak,
        "language": language,
    }
    asked = sys.stdin.isatty() and sys.stdout.isatty() and not json
    answers: dict[str, Any] = {}
    for key, default in defaults(folder).items():
        value = given[key]
        if value is None and asked:
            value = _ask(key, default, answers)
        answers[key] = default if value is None else value
    settled: Settled = begin(folder, answers, force=force, dry_run=dry_run)

    def text(console: Console) -> None:
        verb = "would be settled" if dry_run else "settled"
        console.print(printable(f"{folder}: {verb} in production.toml"), markup=False, highlight=False)
        for key, value in settled.settings.items():
            console.print(printable(f"  {key:<16}{value}"), markup=False, highlight=False)
        if not dry_run:
            console.print(
                f"Next: answerprint add {typed(folder)} CARD… SCREENPLAY", markup=False, highlight=False
            )

    emit(settled, json, text)


@app.command("add")
def add(
    folder: Folder,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", readable=False, help="Files and folders (cards).")
    ],
    copy: Annotated[bool, typer.Option("--copy", help="Copy the files instead of linking to them.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done only.")] = False,
    json: Json = False,
) -> None:
    """Bring rushes, sound, a screenplay or a script supervisor's log into a production.

    Files are recognised, sorted into footage/, sound/ and script/, and linked where they lie; nothing is
    moved or written to. A folder keeps its name as a card. Known cameras' thumbnails, indexes and sidecars
    stay on the card, and so do their small copies of what can be decoded.

    Example: answerprint add film /Volumes/A001 /Volumes/SR01 my.fountain log.csv
    """
    from answerprint.pipeline.bringing import bring
    from answerprint.store.production import Production

    production = Production.open(folder)
    brought = bring(production.root, paths, copy=copy, dry_run=dry_run)

    def text(console: Console) -> None:
        for one in brought:
            what = f"{one.action:<18}{one.destination or one.file}" + (
                f"  ({one.reason})" if one.reason else ""
            )
            console.print(printable(what), markup=False, highlight=False)
        done = sum(1 for one in brought if one.action in ("linked", "copied"))
        verb = "would be brought in" if dry_run else "brought in"
        console.print(f"{done} of {len(brought)} files {verb}", highlight=False)

    emit({"files": brought, "dry_run": dry_run}, json, text)
    if any(one.action == "left out" for one in brought):
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


@app.command("status")
def status(folder: Folder, json: Json = False) -> None:
    """What a production holds: its files, its tracks, and how every step stands.

    Example: answerprint status film --json
    """
    from answerprint.pipeline.standing import standing_of
    from answerprint.store.production import Production

    standing = standing_of(Production.open(folder))

    def text(console: Console) -> None:
        for line in standing.lines():
            console.print(printable(line), markup=False, highlight=False)

    emit(standing.document(), json, text)


def _ask(key: str, default: Any, answers: dict[str, Any]) -> Any:
    """The answer of the person at the terminal. Drop-frame is asked only where the rate has it."""
    if key == "drop_frame":
        return can_drop(parse_rate(answers["rate"])) and typer.confirm("drop frame", default=default)
    return typer.prompt(key.replace("_", " "), default=default, type=type(default))
