"""`answerprint picture balance`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.picture.app import app
from answerprint.core.errors import Exit, UsageError


@app.command("balance")
def balance(
    files: Annotated[
        list[Path], typer.Argument(metavar="CLIP...", readable=False, help="The clips or stills of a scene.")
    ],
    hero: Annotated[
        Path | None,
        typer.Option("--hero", metavar="FILE", readable=False, help="What the others are brought to."),
    ] = None,
    leave: Annotated[
        list[Path] | None,
        typer.Option("--leave", metavar="FILE", readable=False, help="A clip whose look is deliberate."),
    ] = None,
    per: Annotated[str, typer.Option("--per", help="A grade for each clip, or for each camera.")] = "clip",
    space: Annotated[
        str | None, typer.Option("--in", metavar="SPACE", help="The clips' space, not what they say.")
    ] = None,
    ccc: Annotated[
        Path | None,
        typer.Option("--ccc", metavar="OUT.ccc", readable=False, help="Write the grades as a collection."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="OUT.jpg", readable=False, help="Write a picture: before, after."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is found, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """The clips of a scene brought to one look: that of --hero, or of the clip nearest to all the others.

    Each clip is matched by what it and the hero both show; one that shows nothing of the hero, by a clip that
    was matched itself. The grades are ASC CDLs in ACEScct. What is not sure is left as it is and named (exit
    code 3). --per camera makes one grade of all that a camera took: by its metadata, or the letter of its
    reel.

    Example: answerprint picture balance A003*.mov B003*.mov --ccc scene12.ccc --sheet scene12.jpg
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.picture.balancing import balance_files, collection, rows
    from answerprint.pipeline.picture.sheets import sheet_kind, write_sheet

    if per not in ("clip", "camera"):
        raise UsageError("AP-USE-871", f"{per!r} is neither", remedy="give --per clip or --per camera")
    if ccc is not None and ccc.suffix.casefold() != ".ccc":
        raise UsageError("AP-USE-802", "the name does not fit", file=str(ccc), remedy="name it .ccc")
    if sheet is not None:
        sheet_kind(sheet)
    outs = [] if dry_run else [one for one in (ccc, sheet) if one is not None]
    for one in outs:
        refuse_taken(one, *files, hero, force=force)
    with named_bar("reading", hidden=json) as tell:
        made = balance_files(
            files,
            hero=hero,
            leave=leave or (),
            per="camera" if per == "camera" else "clip",
            space=space,
            tell=tell,
        )
    if ccc is not None and not dry_run:
        save(ccc, collection(made), force=force)
    if sheet is not None and not dry_run:
        write_sheet(sheet, rows(made))
    document: dict[str, Any] = {
        "hero": str(made.members[made.hero].file),
        "hero_chosen": made.chosen,
        "clips": [
            {**msgspec.structs.asdict(one), "file": str(one.file), "grade": msgspec.to_builtins(one.grade)}
            for one in made.members
        ],
        "written": [str(one) for one in outs],
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for one in made.members:
            camera = f" (camera {one.camera})" if one.camera else ""
            through = f", through {one.through}" if one.through else ""
            line(f"{one.file.name}{camera}: {one.told}{through}")
        line(", ".join(one.name for one in outs) + " written" if outs else "nothing was written")

    emit(document, json, text)
    if any(one.part in ("unsure", "unreadable") for one in made.members):
        raise typer.Exit(Exit.NEEDS_A_PERSON)
