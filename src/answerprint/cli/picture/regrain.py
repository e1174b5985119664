"""`answerprint picture regrain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.picture.app import app
from answerprint.cli.picture.denoise import noise_line
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


@app.command("regrain")
def regrain(
    file: AnyReel,
    out: SameKind,
    like: Annotated[
        Path | None,
        typer.Option("--like", metavar="CLIP", readable=False, help="A clip whose grain is wanted."),
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option("--profile", metavar="F", readable=False, help="A profile that denoise or this wrote."),
    ] = None,
    stock: Annotated[
        str | None, typer.Option("--stock", metavar="NAME", help="A grain by name: fine, medium or coarse.")
    ] = None,
    amount: Annotated[float, typer.Option("--amount", help="Times as strong.", min=0, max=8)] = 1.0,
    size: Annotated[float, typer.Option("--size", help="Times as coarse.", min=0.25, max=8)] = 1.0,
    seed: Annotated[int, typer.Option("--seed", help="Another number, other grain.", min=0)] = 0,
    on_top: Annotated[
        bool, typer.Option("--on-top", help="All of it, without looking for what is there.")
    ] = False,
    keep_profile: Annotated[
        Path | None,
        typer.Option("--write-profile", metavar="F", readable=False, help="Write the grain as a profile."),
    ] = None,
    range: Stretch = None,
    sheet: Sheet = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be added, and write nothing but a profile.")
    ] = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Grain put on: like another clip's, of a profile, or by name; each shot gets what it lacks of it.

    Its strength follows the level, its spectrum and colour are those of the model. Every picture has grain of
    its own, the same in every run of one --seed.

    Example: answerprint picture regrain vfx-012.mov vfx-012-grain.mov --like A003.mov
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.picture.denoising import write_profile
    from answerprint.pipeline.picture.reels import reel_of
    from answerprint.pipeline.picture.regraining import planned, told, wanted_for
    from answerprint.pipeline.picture.regraining import regrain as regrain_reel
    from answerprint.pipeline.picture.sheets import sheet_kind

    between = seconds_between(range, "AP-USE-844")
    if sheet is not None:
        sheet_kind(sheet)
    for one in [keep_profile] if dry_run else [out, sheet, keep_profile]:
        if one is not None:
            refuse_taken(one, file, like, profile, force=force)
    beside = None if dry_run else out
    made = None
    with named_bar("regraining", hidden=json) as tell:
        reel = reel_of(file, tell=tell)
        wanted = wanted_for(reel, beside, like=like, profile=profile, stock=stock, tell=tell)
        plan = planned(reel, beside, wanted, on_top=on_top, tell=tell)
        if keep_profile is not None:
            write_profile(keep_profile, wanted.profile)
        if not dry_run:
            made = regrain_reel(
                reel,
                out,
                plan,
                amount=amount,
                size=size,
                seed=seed,
                between=between,
                sheet=sheet,
                tell=tell,
            )
    document: dict[str, Any] = {
        "file": str(file),
        "out": str(out) if made is not None else None,
        "profile": str(keep_profile) if keep_profile is not None else None,
        **told(plan),
        **(msgspec.structs.asdict(made) if made is not None else {}),
    }

    def text(console: Console) -> None:
        def line(one: str) -> None:
            console.print(printable(one), markup=False, highlight=False)

        line(f"{wanted.source}: {noise_line(document)}")
        added = document["added"]
        shots = f"{len(added)} shot{'s' if len(added) != 1 else ''}"
        line(f"{file.name}: {min(added):.0%} to {max(added):.0%} of its power is lacking in {shots}")
        if plan.enough:
            line(f"{plan.enough} of them have enough, and stay as they are")
        if plan.on_top:
            line("put on top of what is there, which was not measured")
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
