"""`answerprint reframe`: a film in another aspect ratio, the crop window following the subject."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.media.recasting import Recast
    from answerprint.pipeline.reframing import Reframing

app = command_app()


@app.command("reframe")
def reframe(
    file: Annotated[Path, typer.Argument(metavar="IN", readable=False, help="A picture file.")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", readable=False, help="The film to write: .mp4, .mov or .mkv.")
    ],
    aspect: Annotated[
        str, typer.Option(metavar="W:H", help="9:16, 1:1, 4:5, 16:9, 2.39:1, or another width by height.")
    ],
    safe: Annotated[
        float, typer.Option(help="Share of the window, about its middle, that the subject stays in.")
    ] = 0.9,
    follow: Annotated[
        str,
        typer.Option(
            help="face, motion (no model), or auto: faces where consent and models are, else motion."
        ),
    ] = "auto",
    consent: Annotated[
        bool, typer.Option("--consent", help="Those filmed have agreed that their faces are analysed.")
    ] = False,
    size: Annotated[
        str, typer.Option(metavar="WxH", help="Raster to scale to; without it the window's own pixels.")
    ] = "",
    path: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Write the window's path, with its keyframes.")
    ] = None,
    preview: Annotated[
        Path | None,
        typer.Option(metavar="OUT.png", help="Write a sheet of pictures with the window drawn on them."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Find the path; write no film.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> int:
    """A film in another aspect ratio, in which the crop window follows the subject of each shot.

    The window rests where it can, pans straight and eases in and out where it must, and begins anew at every
    cut. Where a subject is wider than the window, it is widened for that shot, with black above and below.
    Sound is copied where OUT can carry it; every picture keeps its time. Exit code 3 says that in some shot
    the subject could not be kept in the safe area.

    Example: answerprint reframe film.mp4 film-9x16.mp4 --aspect 9:16 --size 1080x1920 --preview look.png
    """
    from answerprint.cli.progress import one_bar
    from answerprint.core.encoding import to_builtins, to_json
    from answerprint.departments.editorial.reframing import aspect_of
    from answerprint.pipeline.reframing import (
        FOLLOWS,
        Asked,
        check_out,
        plan_reframing,
        preview_of,
        write_reframed,
    )

    if follow not in FOLLOWS:
        raise UsageError(
            "AP-USE-543", f"{follow!r} is nothing to follow", remedy=f"give one of {', '.join(FOLLOWS)}"
        )
    if not 0.3 <= safe <= 1:
        raise UsageError(
            "AP-USE-544", f"{safe} is no share of the window", remedy="give --safe between 0.3 and 1"
        )
    asked = Asked(aspect_of(aspect), safe, follow, consent, _size(size))
    check_out(out)
    for one in (None if dry_run else out, path, preview):
        if one is not None:
            refuse_taken(one, file, force=force)
    with one_bar(f"subjects of {file.name}", hidden=json) as tell:
        planned = plan_reframing(file, asked, tell)
    found = planned.reframing
    if preview is not None:
        save(preview, preview_of(file, planned), force=force)
    written = None
    if not dry_run:
        with one_bar(f"writing {out.name}", hidden=json) as tell:
            written = write_reframed(file, out, planned, tell)
    if path is not None:
        save(path, to_json(found), force=force)
    document: Any = {
        **to_builtins(found),
        "file": printable(str(file)),
        "out": printable(str(out)) if written is not None else None,
        "sound": {str(index): how for index, how in written.sound.items()} if written is not None else {},
    }
    emit(document, json, lambda console: _print(console, file, out, found, written))
    return int(Exit.NEEDS_A_PERSON if found.needs_a_person else Exit.DONE)


def _size(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    given = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text)
    if given is None:
        raise UsageError("AP-USE-542", f"{text!r} is no raster", remedy="write --size 1080x1920")
    return int(given[1]), int(given[2])


def _print(console: Console, file: Path, out: Path, found: Reframing, written: Recast | None) -> None:
    (wide, tall), (across, down) = found.source, found.raster
    counted = "1 shot" if len(found.shots) == 1 else f"{len(found.shots)} shots"
    line = f"{file.name}: {wide}×{tall} to {across}×{down} ({found.aspect}), {counted}, by {found.backend}"
    console.print(printable(line), markup=False, highlight=False)
    for shot in found.shots:
        boxed = ", wider than the window: black above and below" if shot.letterboxed else ""
        kept = "" if shot.kept == 1 else f", in the safe area {shot.kept:.1%} of the time"
        line = f"  {shot.first:>6} – {shot.end - 1:<6} {shot.move:<7} {shot.subject}{kept}{boxed}"
        console.print(line, markup=False, highlight=False)
    if written is not None:
        changed = sorted({how for how in written.sound.values() if how != "copied"})
        sound = f"; sound became {', '.join(changed)}" if changed else ""
        console.print(printable(f"written: {out}{sound}"), markup=False, highlight=False)
