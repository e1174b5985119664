"""`answerprint picture denoise`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.picture.app import app
from answerprint.cli.picture.operators import (
    AnyReel,
    Force,
    SameKind,
    Sheet,
    Stretch,
    left_out,
    seconds_between,
    written_line,
)
from answerprint.core.errors import Exit


@app.command("denoise")
def denoise(
    file: AnyReel,
    out: SameKind,
    strength: Annotated[
        float, typer.Option("--strength", help="Times the noise that was measured.", min=0, max=4)
    ] = 1.0,
    temporal: Annotated[
        float, typer.Option("--temporal", help="How much neighbouring pictures do.", min=0, max=1)
    ] = 1.0,
    spatial: Annotated[
        float,
        typer.Option("--spatial", help="How much is done within a picture to what is left.", min=0, max=1),
    ] = 1.0,
    keep: Annotated[
        float, typer.Option("--keep-grain", help="The share of the noise that stays.", min=0, max=1)
    ] = 0.0,
    reach: Annotated[
        int, typer.Option("--reach", help="Neighbouring pictures looked at, each way.", min=1, max=6)
    ] = 3,
    profile: Annotated[
        Path | None,
        typer.Option("--profile", metavar="F", readable=False, help="The camera's noise, measured before."),
    ] = None,
    keep_profile: Annotated[
        Path | None,
        typer.Option("--write-profile", metavar="F", readable=False, help="Write the noise as a profile."),
    ] = None,
    range: Stretch = None,
    sheet: Sheet = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Measure the noise, and write nothing but a profile.")
    ] = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Noise taken away: along the motion where neighbours show the same, within the picture what is left.

    The noise is measured first: how strong at each level, how coarse, how coloured. What neighbours disagree
    with by more than noise explains, covered or badly followed, keeps to its own picture; a window never
    reaches across a cut. Pictures without noise are written as they are.

    Example: answerprint picture denoise A003.mov A003-clean.mov --write-profile camera-a.json
    """
    from answerprint.cli.progress import named_bar
    from answerprint.departments.picture.grain.denoising import Dose
    from answerprint.pipeline.picture.denoising import denoise as denoise_reel
    from answerprint.pipeline.picture.denoising import survey, told, write_profile
    from answerprint.pipeline.picture.reels import reel_of
    from answerprint.pipeline.picture.sheets import sheet_kind

    between = seconds_between(range, "AP-USE-844")
    if sheet is not None:
        sheet_kind(sheet)
    for one in [keep_profile] if dry_run else [out, sheet, keep_profile]:
        if one is not None:
            refuse_taken(one, file, profile, force=force)
    dose = Dose(strength, temporal, spatial, keep, reach)
    made = None
    with named_bar("denoising", hidden=json) as tell:
        reel = reel_of(file, tell=tell)
        found = survey(reel, None if dry_run else out, dose, profile=profile, tell=tell)
        if keep_profile is not None:
            write_profile(keep_profile, found.profile)
        if not dry_run:
            made = denoise_reel(reel, out, found, dose, between=between, sheet=sheet, tell=tell)
    document: dict[str, Any] = {
        "file": str(file),
        "out": str(out) if made is not None else None,
        "profile": str(keep_profile) if keep_profile is not None else None,
        **told(found),
        **(msgspec.structs.asdict(made) if made is not None else {}),
    }

    def text(console: Console) -> None:
        def line(one: str) -> None:
            console.print(printable(one), markup=False, highlight=False)

        line(f"{file.name}: {noise_line(document)}")
        if not found.noise:
            line("no noise to speak of: the pictures are left as they are")
        else:
            line(f"a picture is made of {found.joined:.1f} that agree, itself counted")
        if keep_profile is not None:
            line(f"{keep_profile.name} written")
        if made is None:
            line("nothing was made of the pictures")
            return
        line(written_line(out, made))
        for one in left_out(made):
            line(one)

    emit(document, json, text)
    if made is not None and (made.lost or made.not_numbers):
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def noise_line(found: dict[str, Any]) -> str:
    """Strength by channel at three levels, and size, in a line."""
    strengths = "; ".join(
        f"{channel} {' '.join(f'{one:g}' for one in each.values())}"
        for channel, each in found["deviation"].items()
    )
    return (
        f"noise of 255, dark to light: {strengths}; {found['size'][0]:g} pixels across ({found['measured']})"
    )
