"""`answerprint pacing`: how long shots are, and where a cut drags or hurries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save, stderr

if TYPE_CHECKING:
    from collections.abc import Callable

    from answerprint.departments.editorial.pacing import Pacing

app = command_app()


@app.command("pacing")
def pacing(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="TIMELINE|DIR …", readable=False, help="A timeline, or a production; several."
        ),
    ],
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="OUT.svg", readable=False, help="Draw the curves (SVG)."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """How long shots are, how that changes through the film, and which places are slack or rushed.

    A shot is long or short beside its neighbours (running median of log lengths). Of a production also: who
    speaks in a shot, how each scene's cutting goes with the script's own engagement, and what of the scene is
    not in the film and could be laid into a slack place. Several cuts are compared, and drawn together.

    Example: answerprint pacing film back-from-resolve.otio --picture pacing.svg
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.departments.editorial.pacing_picture import pacing_svg
    from answerprint.pipeline.pacing import production_pacing, timeline_pacing
    from answerprint.store.production import Production

    if picture is not None:
        refuse_taken(picture, force=force)
    found: list[Pacing] = []
    with ProgressBars(stderr(), quiet=json) as bars:
        for source in sources:
            if source.is_dir():
                production = Production.open(source)
                listener = None if json else bars
                found.append(production_pacing(production, workers=workers, listener=listener))
            else:
                found.append(timeline_pacing(source))
    if picture is not None:
        save(picture, pacing_svg(found), force=force)
    document = {"cuts": found, "picture": str(picture) if picture is not None else None}

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for one in found:
            _print(line, one)
        if picture is not None:
            line(f"{picture.name} drawn")

    emit(document, json, text)


def _print(line: Callable[[str], None], one: Pacing) -> None:
    line(
        f"{one.name}: {len(one.shots)} shots in {one.seconds:.1f} s; a shot lasts {one.mean:.1f} s "
        f"on average, {one.median:.1f} s in the middle"
    )
    for scene in one.scenes:
        script = "" if scene.expected is None else f"; the script there: {scene.expected:+.1f}"
        name = f"scene {scene.scene}" if scene.scene else "no scene known"
        line(f"  {name:<16} {scene.shots:4d} shots of {scene.mean:5.1f} s{script}")
    if one.agreement is not None:
        line(f"  cutting goes with the script's engagement: {one.agreement:+.2f} (rank correlation)")
    for passage in one.passages:
        line(f"  {passage.at}  {passage.kind}: {passage.reason}")
        for candidate in passage.candidates:
            line(f"               could be laid in: {candidate}")
    if not one.passages:
        line("  nothing drags or hurries")
