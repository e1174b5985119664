"""`answerprint picture scale`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.picture.app import app
from answerprint.core.errors import Exit, UsageError


@app.command("scale")
def scale(
    file: Annotated[
        Path,
        typer.Argument(metavar="IN", readable=False, help="A clip, a folder of numbered stills, or a still."),
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", readable=False, help="What to write, of the same kind.")
    ],
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
    range: Annotated[
        tuple[str, str] | None,
        typer.Option("--range", metavar="IN OUT", help="Only these seconds, without sound: a preview."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="F", readable=False, help="Some pictures before and after."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
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
    between = seconds_between(range)
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
        line(f"{out.name}: {made.pictures} picture{'s' if made.pictures != 1 else ''}, {made.coded}")
        if made.lost:
            line(f"{made.lost} pictures could not be decoded, and are missing")

    emit(document, json, text)
    if made is not None and (made.lost or made.not_numbers):
        raise typer.Exit(Exit.NEEDS_A_PERSON)


WAYS = {
    "fusion": "with what neighbouring pictures show",
    "lanczos": "each picture alone, by Lanczos",
    "model": "by a model",
}


def seconds_between(given: tuple[str, str] | None) -> tuple[Fraction, Fraction] | None:
    """A range as it was typed. Raises UsageError AP-USE-857."""
    if given is None:
        return None
    try:
        start, end = (Fraction(one) for one in given)
    except (ValueError, ZeroDivisionError):
        start = end = Fraction(0)
    if not 0 <= start < end:
        raise UsageError(
            "AP-USE-857",
            f"{given[0]!r} to {given[1]!r} is no range",
            remedy="give two numbers of seconds, the smaller first",
        )
    return start, end
