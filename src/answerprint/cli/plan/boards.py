"""`answerprint plan shots` and `plan moodboard`: what to shoot, and what it may look like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, stderr
from answerprint.cli.plan.app import app

if TYPE_CHECKING:
    from answerprint.departments.planning.boards.moodboard import Match, Moodboard

Force = Annotated[bool, typer.Option("--force", help="Write over files that are there.")]


@app.command("shots")
def shots(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A screenplay.")],
    scenes: Annotated[str, typer.Option("--scenes", help="Only these scene numbers, with commas.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A folder for shot-list.pdf, .html, .csv and .json.")
    ] = None,
    a4: Annotated[bool, typer.Option("--a4", help="A4 paper instead of US letter.")] = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Suggested coverage of every scene: sizes, angles, the line, inserts, light, each with its reason.

    Suggestions to strike out and add to: shots marked optional can be dropped without losing a line.

    Example: answerprint plan shots film.fountain --scenes 1,2 --out shots
    """
    from answerprint.cli.output import save_all
    from answerprint.core.encoding import to_json
    from answerprint.departments.planning.boards.shot_list import shot_list
    from answerprint.departments.planning.documents.pages import to_html
    from answerprint.departments.planning.documents.paper import to_csv
    from answerprint.departments.planning.documents.printing import to_pdf
    from answerprint.pipeline.boards import coverage_of

    title, found = coverage_of(file, [one.strip() for one in scenes.split(",") if one.strip()])
    if out is not None:
        paper = shot_list(title, found)
        files = {
            "shot-list.pdf": to_pdf(paper, a4=a4),
            "shot-list.html": to_html(paper).encode(),
            "shot-list.csv": to_csv(paper).encode(),
            "shot-list.json": to_json(found) + b"\n",
        }
        save_all(out, files, file, force=force)

    def text(console: Console) -> None:
        for scene in found:
            console.print(f"[bold]{scene.number}  [/]", end="")
            console.print(printable(scene.heading), markup=False, highlight=False)
            for shot in scene.shots:
                mark = " " if shot.essential else "·"
                said = f"  {mark} {shot.name:<5} {shot.size:<6} {shot.subject}: {shot.reason}"
                console.print(printable(said), markup=False, highlight=False)
            for note in (scene.axis, *scene.lighting):
                if note:
                    console.print(printable(f"      {note}"), style="dim", markup=False, highlight=False)
        console.print(f"{sum(len(scene.shots) for scene in found)} shots; · optional", highlight=False)

    emit({"title": title, "scenes": found}, json, text)


@app.command("moodboard")
def moodboard(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", readable=False, help="Reference pictures.")],
    script: Annotated[
        Path | None, typer.Option("--script", help="A screenplay: pictures are matched to its scenes' light.")
    ] = None,
    like: Annotated[
        Path | None, typer.Option("--like", help="A picture: the others in order of likeness to it.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The contact sheets to write, a PDF.")
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Reference pictures in an order that flows, grouped by look, matched to scenes by light.

    Palette, light and composition are measured; what a picture shows is not recognised. A file's name may say
    its scene or set: sc12-quay.jpg.

    Example: answerprint plan moodboard references --script film.fountain --out moodboard.pdf
    """
    from answerprint.cli.output import refuse_taken, save
    from answerprint.core.encoding import to_builtins
    from answerprint.core.errors import Exit, UsageError
    from answerprint.departments.planning.boards.contact_sheets import contact_sheets
    from answerprint.departments.planning.boards.pictures import read_pictures
    from answerprint.pipeline.boards import board_of, like_picture

    if like is not None and out is not None:
        raise UsageError("AP-USE-082", "--like lists, --out draws", remedy="give one of them")
    if out is not None:
        refuse_taken(out, script, force=force)
    console = stderr()
    with console.status("measuring") as status:
        pictures, failed = read_pictures(folder, lambda at, of: status.update(f"measuring {at} of {of}"))
    likest: tuple[Match, ...] = like_picture(like, pictures) if like is not None else ()
    board: Moodboard | None = board_of(pictures, script) if like is None else None
    if board is not None and out is not None:
        save(out, contact_sheets(board, pictures, f"Moodboard: {folder.name}"), force=force)
    measured = {one.name: {k: v for k, v in to_builtins(one).items() if k != "jpeg"} for one in pictures}
    document = {"pictures": measured, "board": board, "like": likest, "findings": failed}

    def text(console: Console) -> None:
        for match in likest:
            said = f"  {match.fit:.2f}  {match.picture}  {match.reason}"
            console.print(printable(said), markup=False, highlight=False)
        for group in board.groups if board else ():
            console.print(
                printable(f"{group.look}: {', '.join(group.pictures)}"), markup=False, highlight=False
            )
        for scene in board.scenes if board else ():
            names = (
                ", ".join(f"{one.picture} ({one.fit:.2f})" for one in scene.matches)
                or "nothing suits its light"
            )
            console.print(
                printable(f"{scene.number} {scene.heading}: {names}"), markup=False, highlight=False
            )
        for finding in failed:
            console.print(
                printable(f"not read: {finding.message}"), markup=False, highlight=False, style="yellow"
            )

    emit(document, json, text)
    if failed:
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))
