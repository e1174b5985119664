"""`answerprint script read` and `convert`: what a screenplay says, and the same in another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from answerprint.cli.output import Json, emit, printable
from answerprint.cli.script.app import app
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from answerprint.departments.script.document import ScreenplayDocument
    from answerprint.formats.screenplays.losses import Loss

File = Annotated[
    Path,
    typer.Argument(metavar="FILE", readable=False, help="A screenplay: Fountain, FDX, Fade In, PDF or text."),
]
Hashtags = Annotated[bool, typer.Option("--tags", help="Read #tags at the end of Fountain's lines.")]
NAMES_SHOWN = 6  # speakers of a scene in the table


@app.command("read")
def read(
    file: File,
    scene: Annotated[str | None, typer.Option("--scene", help="One scene, by number or id.")] = None,
    characters: Annotated[bool, typer.Option("--characters", help="Show who speaks, not scenes.")] = False,
    tags: Hashtags = False,
    json: Json = False,
) -> None:
    """Scenes with number, heading, length in eighths of a page, script day and cast; and what is open.

    The format is told from the file's content. CONTINUOUS and LATER take day or night from the scene before;
    doubts are questions. Ends with 3 when the file was damaged or something in it contradicts itself.

    Example: answerprint script read film.fountain --json
    """
    from answerprint.departments.script.document import only_scene, refuse_nothing, screenplay_document
    from answerprint.departments.script.reading import questions, read_screenplay

    screenplay = read_screenplay(file, tags=tags)
    refuse_nothing(screenplay, str(file))
    days = [one for one in screenplay.findings if one.code == "script.day_doubt"]
    document = screenplay_document(screenplay, (*questions(screenplay, file.name), *days))
    if scene is not None:
        document = only_scene(document, scene, str(file))

    def text(console: Console) -> None:
        _heading(console, document, file)
        if characters:
            _show_characters(console, document)
        elif scene is not None:
            _show_elements(console, document)
        else:
            _show_scenes(console, document)
        _show_questions(console, document)

    emit(document, json, text)
    if any(one.severity != "note" for one in document.questions):
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


@app.command("convert")
def convert(
    file: File,
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", readable=False, help="What to write: .fountain, .fdx, .pdf or .txt."),
    ],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written and lost.")] = False,
    tags: Hashtags = False,
    json: Json = False,
) -> None:
    """A screenplay in another format, whole or not at all, with a list of what that format cannot hold.

    What was written is read back and compared. Ends with 3 when something is lost, or when FILE itself was
    damaged and a person should look at what came of it.

    Example: answerprint script convert film.fountain film.fdx
    """
    from answerprint.cli.output import refuse_taken, save, what_is_at
    from answerprint.departments.script.document import refuse_nothing
    from answerprint.departments.script.reading import read_screenplay
    from answerprint.formats.screenplays.losses import losses, settings_left
    from answerprint.formats.screenplays.registry import write_screenplay

    refuse_taken(out, file, force=force or dry_run)
    screenplay = read_screenplay(file, tags=tags)
    refuse_nothing(screenplay, str(file))
    data = write_screenplay(screenplay, out.suffix)
    lost = losses(screenplay, out.suffix, data)
    left = settings_left(screenplay, out.suffix)
    asked = tuple(one for one in screenplay.findings if one.needs_a_person and one.severity != "note")
    there = bool(what_is_at(out)) and not force
    if not dry_run:
        save(out, data, force=force)

    def text(console: Console) -> None:
        done = "would be written" if dry_run else "written"
        size = f"{len(screenplay.scenes)} scenes, {screenplay.pages} pages, {len(data)} bytes"
        console.print(printable(f"{out}: {done}: {size}"), markup=False, highlight=False)
        if dry_run and there:
            console.print("something is there already: --force writes over it", highlight=False)
        _show_losses(console, lost, out.suffix)
        for one in asked:
            console.print(Text(f"? {printable(one.message)}", style="yellow"), soft_wrap=True)
        if left:
            console.print(f"left behind: settings of its program ({', '.join(left)})", highlight=False)

    document = {
        "file": str(out),
        "written": not dry_run,
        "in_the_way": there,
        "bytes": len(data),
        "scenes": len(screenplay.scenes),
        "pages": screenplay.pages,
        "lost": lost,
        "settings_left": left,
        "questions": asked,
    }
    emit(document, json, text)
    if lost or asked:
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


def _heading(console: Console, document: ScreenplayDocument, file: Path) -> None:
    counted = [
        f"{len([one for one in document.scenes if one.heading])} scenes",
        f"{document.pages} pages",
        f"{document.script_days} script days",
        f"{len(document.characters)} speaking parts",
    ]
    title = document.title or file.name
    console.print(Text(printable(title), style="bold"), soft_wrap=True)
    console.print(f"{', '.join(counted)} · {document.format}", highlight=False)


def _show_scenes(console: Console, document: ScreenplayDocument) -> None:
    from answerprint.formats.screenplays.pagination import in_eighths

    names = {one.id: one.name for one in document.characters}
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("scene", "heading", "pages", "day", "", "cast"):
        table.add_column(name, justify="right" if name in ("scene", "pages", "day") else "left")
    for one in document.scenes:
        spoken = [names[who] for who in one.characters]
        more = f" +{len(spoken) - NAMES_SHOWN}" if len(spoken) > NAMES_SHOWN else ""
        table.add_row(
            Text(printable(one.number), style="bold"),
            Text(printable(one.heading or "(before the first heading)")),
            "omitted" if one.omitted else in_eighths(one.eighths),
            str(one.script_day or ""),
            Text(one.day_or_night, style="blue" if one.day_or_night == "night" else "yellow"),
            Text(printable(", ".join(spoken[:NAMES_SHOWN]) + more), style="dim"),
        )
    console.print(table)


def _show_characters(console: Console, document: ScreenplayDocument) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("character", "speeches", "scenes", "also"):
        table.add_column(name, justify="right" if name in ("speeches", "scenes") else "left")
    for one in sorted(document.characters, key=lambda one: -one.speeches):
        table.add_row(
            Text(printable(one.name), style="bold"),
            str(one.speeches),
            str(len(one.scenes)),
            Text(printable(", ".join(one.aliases)), style="dim"),
        )
    console.print(table)


def _show_elements(console: Console, document: ScreenplayDocument) -> None:
    for scene in document.scenes:
        for one in scene.elements:
            row = Text(f"{one.line:>5} {one.type:<14}", style="dim")
            row.append(printable(one.text.replace("\n", "\n" + " " * 20)), style="default")
            console.print(row, soft_wrap=True)


def _show_questions(console: Console, document: ScreenplayDocument) -> None:
    for one in document.questions:
        sure = f" ({one.confidence:.0%} sure)" if one.confidence is not None else ""
        console.print(Text(f"? {printable(one.message)}{sure}", style="yellow"), soft_wrap=True)
    for one in document.findings:
        console.print(Text(printable(one.message), style="dim"), soft_wrap=True)


def _show_losses(console: Console, lost: tuple[Loss, ...], suffix: str) -> None:
    if not lost:
        console.print("nothing is lost", highlight=False)
        return
    console.print(f"{suffix} cannot hold, as they were:", highlight=False)
    for one in lost:
        shown = "; ".join(one.examples)
        console.print(printable(f"  {one.count} {one.what}: {shown}"), markup=False, highlight=False)
