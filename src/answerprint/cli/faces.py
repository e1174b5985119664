"""`answerprint faces`: faces of a file through its shots, with measurable cues; only with consent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.naming import asset_named
from answerprint.cli.output import Json, command_app, emit, printable
from answerprint.core.errors import UsageError

if TYPE_CHECKING:
    from answerprint.departments.footage.faces.in_file import FacesDocument

app = command_app()


@app.command("faces")
def faces(
    path: Annotated[
        Path,
        typer.Argument(metavar="FILE|DIR", readable=False, help="A picture file, or a production's folder."),
    ],
    consent: Annotated[
        bool, typer.Option("--consent", help="Those filmed have agreed that their faces are analysed.")
    ] = False,
    identity: Annotated[
        str,
        typer.Option(
            metavar="MODEL",
            help="Also say who is who, over shots: classical (weak), or a model of your own shelf.",
        ),
    ] = "",
    sheet: Annotated[
        Path | None, typer.Option(metavar="OUT.png", help="Write a contact sheet of the faces.")
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="PERSON=NAME", help="In a production: give a person a name that stays.")
    ] = "",
    forget: Annotated[
        str, typer.Option(metavar="PERSON", help="In a production: delete a person, and never look again.")
    ] = "",
    within: Annotated[
        str, typer.Option("--in", metavar="FILE", help="The file whose person is meant, by its name.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Who is seen when: each face through its shot, and what it does; or the people of a production.

    Cues are measured, none is a feeling: smile (a wide mouth with raised corners), mouth open, blink, eyes
    closed, the head's turn, nod, shake, where the irises look. Each has its measure, its threshold and its
    confidence. Left and right are the picture's. Nothing is analysed without --consent; in a production,
    without [consent] faces = true. --forget leaves of a person only where not to look.

    Example: answerprint faces clip.mov --consent --json
    """
    if path.is_dir():
        _production(path, name, forget, within, json)
        return
    from answerprint.cli.output import refuse_taken, save

    if name or forget or within:
        raise UsageError(
            "AP-USE-244",
            "people are named and forgotten in a production",
            file=str(path),
            remedy="name the production's folder",
        )
    if not consent:
        raise UsageError(
            "AP-USE-240",
            "faces are analysed only with the consent of those filmed",
            file=str(path),
            remedy="when they have agreed, say so with --consent",
        )
    if sheet is not None:
        refuse_taken(sheet, path, force=force)
    seen = _look(path, identity, quiet=json)
    if sheet is not None:
        from answerprint.departments.footage.faces.drawing import face_sheet

        save(sheet, face_sheet(seen.portraits, [_lines(one) for one in seen.document.faces]), force=force)

    def text(console: Console) -> None:
        _print(console, path, seen.document)

    document: Any = seen.document
    emit(document, json, text)


def _production(root: Path, name: str, forget: str, within: str, as_json: bool) -> None:
    """The people of a production; one named, or one forgotten."""
    from answerprint.core.encoding import to_builtins
    from answerprint.departments.footage.faces.forgetting import forget_person, name_person, people_in
    from answerprint.store.production import Production
    from answerprint.store.vectors import VectorStore

    production = Production.open(root)
    if forget:  # also where consent was taken back: that is when it is wanted
        with (
            production.lock(),
            production.catalogue() as catalogue,
            VectorStore(production.state_dir / "vectors") as vectors,
        ):
            asset = asset_named(catalogue, within)
            went = forget_person(
                production.root, catalogue, production.objects(), vectors, forget, asset=asset
            )
        line = (
            f"{forget} is forgotten: {went.faces} faces, {went.cues} cues, {went.vectors} vectors and "
            f"{went.objects} objects of {len(went.assets)} files are gone; the next run does not look there"
        )
        emit({"forgotten": to_builtins(went)}, as_json, lambda console: console.print(printable(line)))
        return
    if not production.settings.consent.faces:
        raise UsageError(
            "AP-USE-240",
            "faces are analysed only with the consent of those filmed",
            file=str(root / "production.toml"),
            remedy="when they have agreed, set [consent] faces = true there",
        )
    if name:
        person, equals, new = name.partition("=")
        if not equals:
            raise UsageError(
                "AP-USE-245", f"{name!r} is not PERSON=NAME", remedy="write --name person_1=ANNA"
            )
        with production.lock(), production.catalogue() as catalogue:
            asset = asset_named(catalogue, within)
            name_person(production.root, catalogue, person, new, asset=asset)
    with production.catalogue() as catalogue:
        names = {one.id: one.name for one in catalogue.assets()}
        rows: list[dict[str, Any]] = [
            {
                "person": person,
                "faces": len(those),
                "files": sorted({names.get(track.asset, track.asset[:12]) for track, _ in those}),
                "seconds": str(sum((one.end - one.start) / track.rate for track, one in those)),
            }
            for person, those in sorted(people_in(catalogue, asset_named(catalogue, within)).items())
        ]

    def text(console: Console) -> None:
        from rich.table import Table

        table = Table("person", "faces", "on screen", "files")
        for row in rows:
            shown = f"{_seconds(str(row['seconds'])):.1f} s"
            table.add_row(
                printable(str(row["person"])), str(row["faces"]), shown, printable(", ".join(row["files"]))
            )
        console.print(table if rows else "no faces were seen yet", highlight=False)

    emit({"people": rows}, as_json, text)


def _look(file: Path, identity: str, *, quiet: bool) -> Any:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from answerprint.cli.output import stderr
    from answerprint.departments.footage.faces.in_file import faces_of

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    console = stderr()
    with Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bars:
        task = bars.add_task("looking for faces", total=1.0)
        return faces_of(file, identity=identity, progress=lambda part: bars.update(task, completed=part))


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
