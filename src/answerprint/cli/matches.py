"""`answerprint matches`: pairs of shots that would match-cut."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save, stderr
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.pipeline.matching import Matched, Side

app = command_app()


@app.command("matches")
def matches(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="DIR|FILE …", readable=False, help="A production, or files of pictures."),
    ],
    kind: Annotated[
        Literal["all", "mask", "shape", "motion"],
        typer.Option("--kind", "-k", help="Of what: mask, in one place; shape, of one outline; motion."),
    ] = "all",
    of: Annotated[
        str,
        typer.Option("--of", metavar="NAME", help="Only cuts with this file or take (part of a name)."),
    ] = "",
    within: Annotated[bool, typer.Option("--within", help="Also between set-ups of one scene.")] = False,
    most: Annotated[int, typer.Option("--most", "-n", min=1, help="Cuts of each kind that are told.")] = 20,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="OUT.png", readable=False, help="Draw them, both pictures of each."),
    ] = None,
    stringout: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", readable=False, help="Write them as a timeline, by its suffix (.otio, .fcpxml)."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Match cuts: moments of different shots in which the subjects stand in one place, have one outline, or
    move alike.

    Shots that show the same are left out, and in a production cuts inside a scene, slates and damage. The
    outline is that of people where their network was fetched (`answerprint models fetch mediapipe-selfie`),
    else of what moves or stands out. By how much a shape is to be enlarged to lie on the other is told.

    Example: answerprint matches film --kind mask --sheet matches.png
    """
    from answerprint.cli.progress import ProgressBars, one_bar
    from answerprint.departments.editorial.match_cuts.pairs import KINDS
    from answerprint.formats.timelines.files import format_named
    from answerprint.pipeline.matching import matches_in_files, matches_in_production
    from answerprint.store.production import Production

    for out in (sheet, stringout):
        if out is not None:
            refuse_taken(out, force=force)
    if stringout is not None:
        format_named(stringout)
    kinds = KINDS if kind == "all" else (kind,)
    if len(sources) == 1 and sources[0].is_dir():
        with ProgressBars(stderr(), quiet=json) as bars:
            found = matches_in_production(
                Production.open(sources[0]),
                kinds=kinds,
                most=most,
                of=of,
                within=within,
                beside=stringout.absolute().parent if stringout is not None else None,
                workers=workers,
                listener=None if json else bars,
            )
    elif of or within or stringout is not None or any(one.is_dir() for one in sources):
        raise UsageError(
            "AP-USE-651",
            "--of, --within and --stringout are for one production",
            remedy="give one production's folder, or files alone",
        )
    else:
        with one_bar("looking", hidden=json) as tell:
            found = matches_in_files(sources, kinds=kinds, most=most, workers=workers, tell=tell)
    sheet, stringout = (sheet, stringout) if found.cuts else (None, None)  # there is nothing to show
    if sheet is not None:
        from answerprint.pipeline.matching_sheet import match_sheet

        with one_bar("drawing", hidden=json) as tell:
            save(sheet, match_sheet(found, tell), force=force)
    if stringout is not None and found.stringout is not None:
        save(stringout, format_named(stringout).write(found.stringout, found.media), force=force)
    document = {
        "matches": found.cuts,
        "files": found.files,
        "shots": found.shots,
        "left_out": found.apart,
        "means": found.means,
        "unread": [one.document()["error"] for one in found.unread],
        "sheet": str(sheet) if sheet is not None else None,
        "stringout": str(stringout) if stringout is not None else None,
    }
    emit(document, json, lambda console: _print(console, found))
    if found.unread:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _print(console: Console, found: Matched) -> None:
    def line(told: str) -> None:
        console.print(printable(told), markup=False, highlight=False)

    for number, one in enumerate(found.cuts, start=1):
        line(f"{number:3d}  {one.kind:<7} {_called(one.first)}  to  {_called(one.second)}: {one.reason}")
    for error in found.unread:
        line(str(error))
    several = "match cut" if len(found.cuts) == 1 else "match cuts"
    line(
        f"{len(found.cuts)} {several} between {found.shots} shots of {found.files} files, by {found.means}; "
        f"{found.apart} pairs of shots left out: they show the same, or one scene"
    )


def _called(side: Side) -> str:
    name = f"{side.file} ({side.take})" if side.take else side.file
    return f"{name} {side.at.timecode or side.at.time}"
