"""`answerprint picture restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.picture.app import app
from answerprint.cli.picture.operators import Force, MovingReel, Stretch, seconds_between
from answerprint.core.errors import Exit, UsageError


@app.command("restore")
def restore(
    file: MovingReel,
    out: Annotated[Path, typer.Argument(metavar="OUT", readable=False, help="What to write.")],
    only: Annotated[
        str | None,
        typer.Option(
            "--only",
            metavar="KINDS",
            help="Look for these alone: dirt, scratches, dropouts, flicker, weave, interlace, telecine, "
            "fading; with commas between.",
        ),
    ] = None,
    without: Annotated[
        str | None, typer.Option("--without", metavar="KINDS", help="Leave these as they are.")
    ] = None,
    strength: Annotated[
        str, typer.Option("--strength", metavar="S", help="gentle, usual or strong.")
    ] = "usual",
    fading: Annotated[
        bool, typer.Option("--fading", help="Bring faded dyes back too, shot by shot.")
    ] = False,
    fields: Annotated[
        str,
        typer.Option(
            "--fields", metavar="N", help="Pictures for each interlaced one: single, or double (50i to 50p)."
        ),
    ] = "single",
    protect: Annotated[
        list[str] | None,
        typer.Option(
            "--protect",
            metavar="X,Y,W,H@FROM-TO",
            help="Repair nothing in this part of the picture; @ and picture numbers for some pictures only.",
        ),
    ] = None,
    scratch: Annotated[
        list[str] | None,
        typer.Option(
            "--scratch",
            metavar="COLUMN@FROM-TO",
            help="Repair a scratch here, found or not; @ and picture numbers for some pictures only.",
        ),
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            "--mask",
            metavar="F",
            readable=False,
            help="Masks as --review-only writes them, edited: what is white is repaired, nothing else.",
        ),
    ] = None,
    review_only: Annotated[
        bool, typer.Option("--review-only", help="Write the masks and the sheet, and repair nothing.")
    ] = False,
    range: Stretch = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Survey it and say what would be done, and write nothing.")
    ] = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """An old or damaged clip restored: dirt, scratches, lost lines, flicker, weave, fields, pulldown.

    Each is done only where it is found. Beside OUT are written OUT.mask (white where places were repaired),
    OUT.review.jpg (before and after) and OUT.picture.json (what was found and touched, picture by picture).

    Example: answerprint picture restore reel.mov reel-restored.mov --without weave
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.picture import restoring, restoring_told
    from answerprint.pipeline.picture.operating import sidecar_of
    from answerprint.pipeline.picture.restoring_masks import mask_path, review_path

    if fields not in ("single", "double"):
        raise UsageError("AP-USE-835", f"{fields!r} is no number of pictures", remedy="say single or double")
    wanted = restoring.Wanted(
        kinds=restoring.kinds_of(only, without, fading),
        strength=strength,
        fields="double" if fields == "double" else "single",
        protected=tuple(restoring.protected_of(one) for one in protect or ()),
        named=tuple(line for one in scratch or () for line in restoring.scratch_of(one)),
        painted=mask,
        review_only=review_only,
        between=seconds_between(range),
    )
    if not dry_run:
        for place in (out, mask_path(out), review_path(out), sidecar_of(out)):
            refuse_taken(place, file, mask, force=force)
    with named_bar("looking for cuts", hidden=json) as tell:
        if dry_run:
            found = restoring.survey(restoring.opened(file, tell), wanted, None, tell)[2]
            done = restoring_told.Restored(found=found)
        else:
            done = restoring.restore(file, out, wanted, tell=tell)
    operated = done.operated
    document: dict[str, Any] = {"file": str(file), "out": str(out) if operated and not review_only else None}
    document |= restoring_told.told(done)

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for told in restoring_told.in_words(done):
            line(told)
        if operated is None:
            line("nothing was written")
            return
        written = Path(done.mask).name if review_only and done.mask else out.name
        line(f"{written}: {operated.pictures} pictures, {operated.coded}")
        line(f"look at {Path(done.review or '').name} and at {Path(done.mask or '').name}")

    emit(document, json, text)
    if operated is not None and (operated.not_numbers or operated.lost):
        raise typer.Exit(Exit.NEEDS_A_PERSON)
