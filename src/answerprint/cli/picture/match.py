"""`answerprint picture match`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.picture.app import app
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from answerprint.pipeline.picture.matching import Matching

SURE = 1.5  # ΔE the grade may be off by, above which a person is asked


@app.command("match")
def match(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A still or a clip.")],
    hero: Annotated[
        Path,
        typer.Option("--to", metavar="HERO", readable=False, help="The still or clip whose look is wanted."),
    ],
    cdl: Annotated[
        Path | None,
        typer.Option("--cdl", metavar="OUT.cdl", readable=False, help="Write the grade: .cdl, .ccc or .cc."),
    ] = None,
    cube: Annotated[
        Path | None,
        typer.Option(
            "--cube", metavar="OUT.cube", readable=False, help="Write it as a 3D LUT for FILE's own encoding."
        ),
    ] = None,
    clf: Annotated[
        Path | None,
        typer.Option(
            "--clf", metavar="OUT.clf", readable=False, help="Write it as a Common LUT Format file."
        ),
    ] = None,
    space: Annotated[
        str | None,
        typer.Option("--in", metavar="SPACE", help="FILE's colour space, instead of what it says."),
    ] = None,
    hero_space: Annotated[
        str | None,
        typer.Option("--hero-in", metavar="SPACE", help="HERO's colour space, instead of what it says."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet", metavar="OUT.png", readable=False, help="Draw hero, before, after, and their scopes."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is found, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """An ASC CDL that brings a still or a clip to the look of a hero, made from what both show.

    The framing may differ: places that both views show are found, or surfaces of the same texture, and the
    grade is fitted to them in ACEScct, or in the camera's log that --in names. It says how far apart they
    were and are (ΔE00), how far the grade may be off, and the same for skin by its tone. A space is a name of
    OpenColorIO's ACES studio configuration, or srgb, rec709, pq, hlg, linear. Exit code 3 where the two have
    too little in common (the grade is then none), or where the grade rests on likely surfaces or is doubtful.

    Example: answerprint picture match A003.mov --to hero.png --cdl A003.cdl --sheet A003.png
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.picture.matching import grade_file, match_files, sheet_file

    for one, kinds in ((cdl, (".cdl", ".ccc", ".cc")), (cube, (".cube",)), (clf, (".clf",))):
        if one is not None and one.suffix.casefold() not in kinds:
            raise UsageError(
                "AP-USE-802", "the name does not fit", file=str(one), remedy="name it " + kinds[0]
            )
    if sheet is not None and sheet.suffix.casefold() not in (".png", ".jpg", ".jpeg"):
        raise UsageError("AP-USE-804", "a sheet is a picture", file=str(sheet), remedy="name it .png or .jpg")
    outs = [] if dry_run else [one for one in (cdl, cube, clf, sheet) if one is not None]
    for one in outs:
        refuse_taken(one, file, hero, force=force)
    with named_bar("reading", hidden=json) as tell:
        made = match_files(file, hero, space=space, hero_space=hero_space, tell=tell)
    for one, data in [
        (one, sheet_file(made, one) if one is sheet else grade_file(made, one)) for one in outs
    ]:
        save(one, data, force=force)
    found = made.found
    document: dict[str, Any] = {
        "file": str(file),
        "hero": str(hero),
        "space": made.file.space,
        "space_from": made.file.said,
        "hero_space": made.hero.space,
        "hero_space_from": made.hero.said,
        "cdl": {**msgspec.structs.asdict(found.grade), "space": made.grading},
        "how": found.how,
        "already": found.already,
        "pairs": found.pairs,
        "features": found.features,
        "agreed": found.agreed,
        "error": found.error,
        "before": found.before,
        "after": found.after,
        "skin": found.skin,
        "skin_found_by": "chromaticity",
        "written": [str(one) for one in outs],
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        _print(line, made)
        line(", ".join(one.name for one in outs) + " written" if outs else "nothing was written")

    emit(document, json, text)
    if found.how != "places" or (found.error or 0) > SURE:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _print(line: Callable[[str], None], made: Matching) -> None:
    found, grade = made.found, made.found.grade
    for one in (made.file, made.hero):
        line(f"{one.path.name}: {one.space} ({one.said})")
    if found.how == "nothing" or found.before is None or found.after is None:
        line("these two have nothing in common that a grade could be made from: none is made")
        return
    what = "places both show" if found.how == "places" else "surfaces held to be the same: look at it closely"
    line(f"{found.pairs} {what}; one grade explains {found.agreed:.0%} of them")
    for name, values in (("slope", grade.slope), ("offset", grade.offset), ("power", grade.power)):
        line(f"  {name:<12}" + " ".join(f"{value:9.5f}" for value in values))
    line(f"  saturation  {grade.saturation:9.5f}   in {made.grading}")
    line(f"ΔE00 {found.before.median:.2f} before, {found.after.median:.2f} after")
    line(f"  nine in ten under {found.before.p90:.2f} before, {found.after.p90:.2f} after")
    line(f"  the grade itself may be off by {found.error or 0:.2f}")
    if found.already:
        line("they match already: no grade would bring them nearer")
    for skin in found.skin:
        line(
            f"  skin-coloured, Monk {skin.monk} by lightness (an estimate): {skin.before:.2f} before, "
            f"{skin.after:.2f} after, {skin.places} places"
        )
