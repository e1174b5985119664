"""`answerprint looks`: how each shot of a file was taken, and which shots show the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable
from answerprint.core.errors import AnswerprintError, Exit, UsageError

if TYPE_CHECKING:
    from answerprint.departments.footage.looks.in_file import LookedThrough

app = command_app()


@app.command("looks")
def looks(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", readable=False, help="Picture files, or folders of them.")
    ],
    alike: Annotated[
        bool, typer.Option("--alike", help="Say which shots are the same footage or the same set-up.")
    ] = False,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="OUT.png", help="Write a contact sheet."),
    ] = None,
    curves: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Write the camera's curves: .csv, a row a picture, or .png."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> None:
    """How each shot was taken: movement of the camera, focus, exposure, key, colour temperature, palette.

    Movement tells a turning camera (pan, tilt, zoom) from a travelling one (track, pedestal, dolly) by how
    near and far things move. What cannot be seen is null: no movement in fog, no temperature without
    neutrals, no shot scale without a figure. Exit code 3: some of several files could not be looked at.

    Example: answerprint looks clip.mov --json
    """
    from answerprint.cli.output import refuse_taken, save
    from answerprint.core.encoding import to_builtins
    from answerprint.departments.footage.looks.in_file import alike_documents, flat, shot_documents

    if curves is not None and curves.suffix.lower() not in (".csv", ".png"):
        raise UsageError(
            "AP-USE-190", "curves are written as .csv or as .png", file=str(curves), remedy="name it so"
        )
    for out in (sheet, curves):
        if out is not None:
            refuse_taken(out, *files, force=force)
    looked, unread = _look_through(_pictures(files), quiet=json)
    shots = [one for each in looked for one in shot_documents(each)]
    together = [shot for each in looked for shot in each.shots]
    pairs = [to_builtins(one) for one in alike_documents(together)] if alike else None
    if sheet is not None:
        from answerprint.departments.footage.looks.drawing import shot_sheet

        save(sheet, shot_sheet(looked), force=force)
    if curves is not None:
        from answerprint.departments.footage.looks.drawing import curve_graph, curve_table

        graph = curves.suffix.lower() == ".png"
        save(curves, curve_graph(looked) if graph else curve_table(looked).encode(), force=force)
    document: dict[str, Any] = {"shots": [flat(one) for one in shots], "alike": pairs, "unread": unread}

    def text(console: Console) -> None:
        _print(console, document)

    emit(document, json, text)
    if unread:
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


def _pictures(paths: list[Path]) -> list[Path]:
    """The files named, and the picture files of the folders named, sorted."""
    from answerprint.pipeline.bringing import kind_of

    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file() and kind_of(one) == "footage")
            if not inside:
                raise UsageError(
                    "AP-USE-191",
                    "there are no picture files in this folder",
                    file=str(path),
                    remedy="name files",
                )
            found += inside
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _look_through(files: list[Path], *, quiet: bool) -> tuple[list[LookedThrough], list[dict[str, Any]]]:
    """Every file looked through, and what could not be: one file alone raises."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from answerprint.cli.output import stderr
    from answerprint.departments.footage.looks.in_file import look_through

    console = stderr()
    looked: list[LookedThrough] = []
    unread: list[dict[str, Any]] = []
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=32), TimeRemainingColumn())
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bars:
        for file in files:
            task = bars.add_task(printable(file.name), total=1.0)

            def tell(done: float, task: Any = task) -> None:
                bars.update(task, completed=done)

            try:
                looked.append(look_through(file, tell))
            except AnswerprintError as error:
                if len(files) == 1:
                    raise
                unread.append({"file": str(file), **error.document()["error"]})
            bars.remove_task(task)
    if not looked:
        raise UsageError(
            "AP-USE-192",
            "none of these files could be looked at",
            remedy="answerprint probe says what each holds",
        )
    return looked, unread


def _print(console: Console, document: dict[str, Any]) -> None:
    file = None
    for number, shot in enumerate(document["shots"]):
        if shot["file"] != file:
            file = shot["file"]
            _say(console, Path(file).name)
        _say(console, f"  {number:>3}  {_place(shot['start'])}  {_summary(shot)}")
    if document["alike"] is not None:
        console.print(f"{len(document['alike'])} pairs show the same", highlight=False)
        for one in document["alike"]:
            first, second = (_named(document["shots"][place]) for place in (one["first"], one["second"]))
            _say(console, f"  {one['kind']:<10}{first}  and  {second}  ({one['likeness']:.2f})")
    for one in document["unread"]:
        _say(console, f"{one['file']}: {one['code']} {one['message']}")


def _say(console: Console, line: str) -> None:
    console.print(printable(line), markup=False, highlight=False)


def _named(shot: dict[str, Any]) -> str:
    return f"{Path(shot['file']).name} {_place(shot['start'])}"


def _place(time: dict[str, Any]) -> str:
    if time["timecode"]:
        return str(time["timecode"])
    over, under = time["time"].split("/")
    return f"{int(over) / int(under):9.3f} s"


def _summary(shot: dict[str, Any]) -> str:
    if shot["exposure"] is None:
        return "too short to be looked at"
    parts = [f"{(shot['movement'] or 'movement not seen').replace('_', ' '):<14}"]
    if shot["scale"]:
        parts.append(shot["scale"].replace("_", " "))
    parts.append(f"focus {'–' if shot['focus'] is None else format(shot['focus'], '.2f')}")
    parts.append(f"exposure {shot['exposure']:+.1f}")
    parts.append(f"contrast {shot['contrast']:.1f}")
    parts.append(f"{shot['key']} key")
    if shot["key_fill"] is not None:
        parts.append(f"key/fill {shot['key_fill']:.1f}")
    parts.append(f"{shot['temperature_k']} K" if shot["temperature_k"] else "no neutrals")
    parts.append(" ".join(colour for colour, _ in shot["palette"][:3]))
    return "  ".join(parts)
