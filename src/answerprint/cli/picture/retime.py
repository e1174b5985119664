"""`answerprint picture retime`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.picture.app import app
from answerprint.cli.picture.operators import (
    DryRun,
    Force,
    MovingReel,
    SameKind,
    Sheet,
    left_out,
    written_line,
)
from answerprint.core.errors import Exit, UsageError


@app.command("retime")
def retime(
    file: MovingReel,
    out: SameKind,
    rate: Annotated[
        str | None,
        typer.Option("--rate", metavar="FPS", help="Pictures a second: 25, 23.976, 30000/1001."),
    ] = None,
    speed: Annotated[
        str | None,
        typer.Option(
            "--speed", metavar="S", help='A speed, 0.5; or eased ones by second of IN, "0:1 2:0.25 4:1".'
        ),
    ] = None,
    ramp: Annotated[
        Path | None,
        typer.Option("--ramp", metavar="F", readable=False, help="The same as a .csv: second, speed."),
    ] = None,
    method: Annotated[
        Literal["interpolate", "nearest", "blend", "conform"],
        typer.Option(
            "--method",
            help="Along the motion, the nearest picture, both mixed, or each at the new rate.",
        ),
    ] = "interpolate",
    sheet: Sheet = None,
    dry_run: DryRun = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Another rate, at the same length; another speed; or a ramp of speeds.

    Pictures between two pictures are made along the motion, both ways, and never across a cut. Where
    motion cannot be followed the nearer picture is shown, and the numbers of those are told. Sound is copied
    when the length stays, and left out when it does not. --method conform plays every picture once at --rate.

    Example: answerprint picture retime A003.mov A003-25.mov --rate 25
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.picture.reels import reel_of
    from answerprint.pipeline.picture.retiming import plan, ramp_file, ramp_of, rate_said
    from answerprint.pipeline.picture.retiming import retime as retime_reel
    from answerprint.pipeline.picture.sheets import sheet_kind

    if speed is not None and ramp is not None:
        raise UsageError("AP-USE-854", "one course of speeds is played", remedy="give --speed or --ramp")
    if rate is None and speed is None and ramp is None:
        raise UsageError("AP-USE-854", "nothing is to be changed", remedy="give --rate, --speed or --ramp")
    wanted = rate_said(rate) if rate is not None else None
    keys = ramp_of(speed) if speed is not None else ramp_file(ramp) if ramp is not None else ()
    if sheet is not None:
        sheet_kind(sheet)
    if not dry_run:
        refuse_taken(out, file, ramp, force=force)
        if sheet is not None:
            refuse_taken(sheet, file, force=force)
    with named_bar("retiming", hidden=json) as tell:
        reel = reel_of(file, tell=tell)
        planned = plan(reel, method, rate=wanted, keys=keys, out=None if dry_run else out, tell=tell)
        made = retime_reel(reel, out, planned, sheet=sheet, tell=tell) if not dry_run else None
    document: dict[str, Any] = {
        "file": str(file),
        "out": str(out) if made is not None else None,
        "method": method,
        "rate": [str(reel.rate), str(planned.schedule.rate)],
        "found": planned.found,
        **(msgspec.structs.asdict(made) if made is not None else {}),
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        found = planned.found
        was, now = found["seconds"]
        line(f"{file.name}: {was:g} s at {_rate(reel.rate)} to {now:g} s at {_rate(planned.schedule.rate)}")
        if method == "conform":
            line(
                f"plays {found['speed']:g} times as fast; bring its sound to that length with the sound tools"
            )
        else:
            line(f"{found['made_between']} of {found['pictures'][1]} pictures are made between two others")
        if found.get("not_followed"):
            line(
                f"motion after {found['not_followed']} pictures cannot be followed: the nearer one is shown "
                f"({_numbers(found['not_followed_after'])})"
            )
        if found.get("repeated"):
            line(
                f"{found['repeated']} pictures of the source repeat the one before"
                f"{PATTERNS[found['repeated_pattern']]}: between those nothing moves"
            )
        if made is None:
            line("nothing was written")
            return
        line(written_line(out, made))
        if not planned.schedule.sound:
            line("without sound, which is of another length")
        for one in left_out(made):
            line(one)

    emit(document, json, text)
    if made is not None and (made.lost or made.not_numbers):
        raise typer.Exit(Exit.NEEDS_A_PERSON)


PATTERNS = {
    "pulldown": " (a pulldown)",
    "twos": " (animation on twos)",
    "threes": " (animation on threes)",
    "some": "",
    "": "",
}


def _rate(rate: Fraction) -> str:
    return f"{float(rate):.5g}"


def _numbers(found: list[int]) -> str:
    return ", ".join(str(one) for one in found[:8]) + (" …" if len(found) > 8 else "")
