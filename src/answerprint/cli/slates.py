"""`answerprint slates`: what the slates in the picture say, and whether the log says the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save, stderr
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.departments.footage.slates.in_file import FileDocument, Looked

app = command_app()
READERS = ("auto", "own", "rapidocr")


@app.command("slates")
def slates(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", readable=False, help="Picture files.")],
    log: Annotated[
        Path | None,
        typer.Option("--log", metavar="LOG", help="Script supervisor's log: CSV, ALE, PDF or XLSX."),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(
            "--script", metavar="SCREENPLAY", help="Its scene numbers make doubtful readings surer."
        ),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Also read titles, signs and other text.")] = False,
    reader: Annotated[
        str,
        typer.Option("--reader", help="own, rapidocr, or auto: own, and for the rest rapidocr if fetched."),
    ] = "auto",
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet", metavar="OUT.png", help="Write the slates, seen from the front, as a picture."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a sheet that is there.")] = False,
    json: Json = False,
) -> int:
    """Scene, take, roll and camera from the slates in the picture, with the exact time each is seen.

    The head, the tail (slates upside down) and claps are looked at. What cannot be read with certainty is
    "unread". With --log, a slate that says something else than the log is a finding. Exit code 3 when a
    slate is unread or disagrees with the log.

    Example: answerprint slates rushes/A001C003.mov --log rushes/script_log.csv --sheet slates.png
    """
    if reader not in READERS:
        raise UsageError(
            "AP-USE-150", f"there is no reader {reader!r}", remedy=f"give one of {', '.join(READERS)}"
        )
    if sheet is not None:
        refuse_taken(sheet, *files, log, script, force=force)
    from answerprint.departments.footage.slates.agreement import logged_slate
    from answerprint.departments.footage.slates.readers import readers_of
    from answerprint.formats.logs import read_log

    entries = read_log(log) if log is not None else ()
    scenes = _scenes(script) if script is not None else ()
    chosen = readers_of(reader)
    looked = _look(files, chosen, {one: logged_slate(one.name, entries) for one in files}, scenes, text, json)
    if sheet is not None:
        _write_sheet(sheet, looked, force=force)
    documents = [one.document for one in looked]
    findings = [finding for one in documents for finding in one.findings]
    document: Any = {
        "backend": "+".join(one.name for one in chosen if one is not None),
        "files": documents,
        "findings": findings,
    }

    def show(console: Console) -> None:
        for one in documents:
            _show(console, one)
        for finding in findings:
            if finding.needs_a_person:
                console.print(printable(f"  → {finding.message}"), markup=False, highlight=False)

    emit(document, json, show)
    return int(Exit.NEEDS_A_PERSON if any(one.needs_a_person for one in findings) else Exit.DONE)


def _look(
    files: list[Path], readers: Any, logged: dict[Path, Any], scenes: tuple[str, ...], text: bool, quiet: bool
) -> list[Looked]:
    from rich.progress import Progress

    from answerprint.departments.footage.slates.in_file import slates_of

    console = stderr()
    found = []
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as bars:
        task = bars.add_task("looking for slates", total=len(files))
        for number, file in enumerate(files):
            found.append(
                slates_of(
                    file,
                    readers[0],
                    second=readers[1],
                    logged=logged[file],
                    scenes=scenes,
                    text=text,
                    progress=lambda done, number=number: bars.update(task, completed=number + done),  # type: ignore[misc]
                )
            )
            bars.update(task, completed=number + 1)
    return found


def _scenes(script: Path) -> tuple[str, ...]:
    from answerprint.formats.screenplays.registry import read_screenplay

    screenplay = read_screenplay(script)
    return tuple(scene.number for scene in screenplay.scenes if scene.number)


def _write_sheet(out: Path, looked: list[Looked], *, force: bool) -> None:
    from answerprint.departments.footage.slates.sheet import slate_sheet

    captioned = [
        (slate, f"{Path(one.document.file).stem}: {said.label}")
        for one in looked
        for slate, said in zip(one.slates, one.document.slates, strict=True)
    ]
    if not captioned:
        raise UsageError(
            "AP-USE-151", "no slate was found to put on the sheet", file=str(out), remedy="leave --sheet out"
        )
    save(out, slate_sheet(captioned), force=force)


def _show(console: Console, one: FileDocument) -> None:
    name = Path(one.file).name
    if not one.slates:
        console.print(printable(f"{name}: no slate"), markup=False, highlight=False)
    for slate in one.slates:
        start, end = (place.timecode or _seconds(place.time) for place in (slate.start, slate.end))
        more = " ".join(
            f"{field} {value.text}"
            for field, value in slate.values.items()
            if value.text is not None and field != "slate"
        )
        sure = min(slate.scene.confidence or 1.0, slate.take.confidence or 1.0)
        log = f"  log: {one.logged.label}" if one.logged is not None else ""
        down = "  upside down" if slate.upside_down else ""
        line = f"{name}: {slate.label}  {more}  {start} – {end}  confidence {sure:.2f}{down}{log}"
        console.print(printable(line), markup=False, highlight=False)
    for text in one.text or ():
        start = text.start.timecode or _seconds(text.start.time)
        line = f"  {start}  {text.text}  confidence {text.confidence:.2f}"
        console.print(printable(line), markup=False, highlight=False)


def _seconds(time: str) -> str:
    over, under = time.split("/")
    return f"{int(over) / int(under):.3f} s"
