"""`answerprint picture scale`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.picture.app import app
from answerprint.cli.picture.operators import (
    AnyReel,
    DryRun,
    Force,
    SameKind,
    Sheet,
    Stretch,
    left_out,
    seconds_between,
    written_line,
)
from answerprint.core.errors import Exit, UsageError


@app.command("scale")
def scale(
    file: AnyReel,
    out: SameKind,
    by: Annotated[
        str | None, typer.Option("--by", metavar="N", help="So many times as wide and high: 2, 1.5, 2/3.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="SIZE", help="To this size: 3840x2160, 3840x or x2160.")
    ] = None,
    method: Annotated[
        Literal["fusion", "lanczos"],
        typer.Option("--method", help="With what neighbouring pictures show, or each picture alone."),
    ] = "fusion",
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="NAME|FILE.onnx", help="An upscaling model of yours: its detail is invented."
        ),
    ] = None,
    range: Stretch = None,
    sheet: Sheet = None,
    dry_run: DryRun = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Pictures made larger or smaller; larger with detail that their neighbours show between their pixels.

    Each picture is registered to the two before and the two after it, never across a cut. Smaller ones are
    resampled without aliasing. --model takes any ONNX upscaler of one picture; its detail is invented, and
    said to be.

    Example: answerprint picture scale A003.mov A003-uhd.mov --to 3840x2160
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.picture.reels import reel_of
    from answerprint.pipeline.picture.scaling import plan, size_by, size_to
    from answerprint.pipeline.picture.scaling import scale as scale_reel
    from answerprint.pipeline.picture.sheets import sheet_kind

    if (by is None) == (to is None):
        raise UsageError("AP-USE-854", "one size is made", remedy="give --by or --to")
    if model is not None and method == "lanczos":
        raise UsageError("AP-USE-855", "a model is a way of its own", remedy="leave --method out")
    between = seconds_between(range, "AP-USE-857")
    if sheet is not None:
        sheet_kind(sheet)
    if not dry_run:
        refuse_taken(out, file, force=force)
        if sheet is not None:
            refuse_taken(sheet, file, force=force)
    with named_bar("scaling", hidden=json) as tell:
        reel = reel_of(file, tell=tell)
        size = size_by(reel, by) if by is not None else size_to(reel, str(to))
        planned = plan(reel, size, method=method, model=model)
        made = None
        if not dry_run:
            made = scale_reel(reel, out, planned, between=between, sheet=sheet, tell=tell)
    document: dict[str, Any] = {
        "file": str(file),
        "out": str(out) if made is not None else None,
        "back_end": planned.back_end,
        **planned.found,
        **(msgspec.structs.asdict(made) if made is not None else {}),
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        line(
            f"{file.name}: {reel.width}x{reel.height} to {size.width}x{size.height}, {WAYS[planned.back_end]}"
        )
        if planned.found.get("invented"):
            line("the detail that the model adds is invented: it was not in the pictures")
        neighbours = planned.found.get("neighbours")
        if neighbours == "moving":
            line(
                f"neighbours move by {planned.found['moves_pixels']:g} pixels, and "
                f"{planned.found['registered']:.0%} of them finds its place"
            )
        elif neighbours is not None:
            line("no neighbour moves: what is gained is a sharper picture, no detail that was not seen")
        if made is None:
            line("nothing was written")
            return
        line(written_line(out, made))
        for one in left_out(made):
            line(one)

    emit(document, json, text)
    if made is not None and (made.lost or made.not_numbers):
        raise typer.Exit(Exit.NEEDS_A_PERSON)


WAYS = {
    "fusion": "with what neighbouring pictures show",
    "lanczos": "each picture alone, by Lanczos",
    "model": "by a model",
}
