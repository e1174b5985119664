"""`answerprint faces`: faces of a file through its shots, with measurable cues; only with consent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable
from answerprint.core.errors import UsageError

if TYPE_CHECKING:
    from answerprint.departments.footage.faces.in_file import FacesDocument

app = command_app()


@app.command("faces")
def faces(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A picture file.")],
    consent: Annotated[
        bool, typer.Option("--consent", help="Those filmed have agreed that their faces are analysed.")
    ] = False,
    sheet: Annotated[
        Path | None, typer.Option(metavar="OUT.png", help="Write a contact sheet of the faces.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Who is seen when in a file: each face through its shot, and what it does.

    Cues are measured, none is a feeling: smile (a wide mouth with raised corners), mouth open, blink, eyes
    closed, the head's turn, nod, shake, where the irises look. Each has its measure, its threshold and its
    confidence. Left and right are the picture's. Nothing is analysed without --consent.

    Example: answerprint faces clip.mov --consent --json
    """
    from answerprint.cli.output import refuse_taken, save

    if not consent:
        raise UsageError(
            "AP-USE-240",
            "faces are analysed only with the consent of those filmed",
            file=str(file),
            remedy="when they have agreed, say so with --consent",
        )
    if sheet is not None:
        refuse_taken(sheet, file, force=force)
    seen = _look(file, quiet=json)
    if sheet is not None:
        from answerprint.departments.footage.faces.drawing import face_sheet

        save(sheet, face_sheet(seen.portraits, [_lines(one) for one in seen.document.faces]), force=force)

    def text(console: Console) -> None:
        _print(console, file, seen.document)

    document: Any = seen.document
    emit(document, json, text)


def _look(file: Path, *, quiet: bool) -> Any:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from answerprint.cli.output import stderr
    from answerprint.departments.footage.faces.in_file import faces_of

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    console = stderr()
    with Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bars:
        task = bars.add_task("looking for faces", total=1.0)
        return faces_of(file, progress=lambda part: bars.update(task, completed=part))


def _print(console: Console, file: Path, document: FacesDocument) -> None:
    from rich.table import Table

    people = len({one.person for one in document.faces})
    console.print(
        printable(
            f"{file.name}: {len(document.faces)} faces in {len(document.shots)} shots, {people} people"
        ),
        markup=False,
        highlight=False,
    )
    if not document.faces:
        return
    table = Table("shot", "person", "from", "on screen", "frontal", "cues")
    for one in document.faces:
        table.add_row(
            str(one.shot),
            printable(one.person),
            _place(one.start),
            f"{_seconds(one.seconds):.2f} s",
            f"{one.frontal:.0%}",
            _cues(one),
        )
    console.print(table, highlight=False)


def _lines(face: Any) -> list[str]:
    return [face.person, f"{_place(face.start)}  {_seconds(face.seconds):.1f} s", _cues(face)]


def _cues(face: Any) -> str:
    counted: dict[str, int] = {}
    for one in face.cues:
        counted[one.cue] = counted.get(one.cue, 0) + 1
    return ", ".join(f"{cue} ×{count}" if count > 1 else cue for cue, count in sorted(counted.items()))


def _place(time: Any) -> str:
    return str(time.timecode) if time.timecode else f"{_seconds(time.time):.3f} s"


def _seconds(time: str) -> float:
    over, _, under = time.partition("/")
    return int(over) / int(under or 1)
