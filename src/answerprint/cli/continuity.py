"""`answerprint continuity`: what changed across the cuts that should not have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save, stderr
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from answerprint.pipeline.continuity import ContinuityDocument

app = command_app()


@app.command("continuity")
def continuity(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    scene: Annotated[str | None, typer.Option(help="Only this scene, by its number.")] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.html", readable=False, help="Write a page with both pictures of every finding."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Continuity between shots that cut together: light, exposure, colour, wardrobe, hair, things, text,
    eyelines, screen direction, sound beds.

    What is not logged and cut yet is first. A shot is held against the last shot of its own set-up in the
    scene; where there is none, against the shot before the cut, on the surfaces both show. Each finding has
    both pictures, what was measured, and a calibrated confidence. Wardrobe, hair and eyelines are told by
    faces: only with [consent] faces = true in production.toml. Exit code 3 when something was noticed.

    Example: answerprint continuity film --page continuity.html
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.pipeline.continuity import continuity_in
    from answerprint.store.production import Production

    if page is not None:
        refuse_taken(page, force=force)
    production = Production.open(folder)
    with ProgressBars(stderr(), quiet=json) as bars:
        found = continuity_in(production, scene=scene, workers=workers, listener=None if json else bars)
    if page is not None:
        from answerprint.pipeline.continuity_page import continuity_page

        save(page, continuity_page(found), force=force)
    document: Any = found.document
    emit(document, json, lambda console: _print(console, found.document))
    if found.document.findings:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _print(console: Console, found: ContinuityDocument) -> None:
    def line(text: str) -> None:
        console.print(printable(text), markup=False, highlight=False)

    for one in found.findings:
        line(f"{one.at.timecode or one.at.time}  {one.kind} ({one.confidence:.0%}): {one.message}")
    count = len(found.findings)
    noticed = "nothing was" if not count else "1 was" if count == 1 else f"{count} were"
    line(f"{noticed} noticed at {found.cuts} cut{'' if found.cuts == 1 else 's'} inside scenes")
    for left in found.left_out:
        line(f"not told at {left.cuts}: {left.kind}, {left.reason}")
