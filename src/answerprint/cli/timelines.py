"""`answerprint convert` and `answerprint diff`: timelines of every program, and what lies between two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from answerprint.formats.timelines.model import Loss, TimelineFile
    from answerprint.formats.timelines.relinking import Relink

app = command_app()

Rate = Annotated[
    str | None,
    typer.Option("--rate", help="The cut's frames a second, where a file does not say them: 23.976, 25 …"),
]
SHOWN = 4  # places of a feature that are printed before "and N more"


@app.command("convert")
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", readable=False, help="A timeline of any program.")],
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            readable=False,
            help="By its suffix: .otio .otioz .edl .fcpxml .xml (FCP 7) .aaf .ale",
        ),
    ],
    rate: Rate = None,
    program: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="PROGRAM", help="Also what resolve, premiere, avid or fcp will not show."
        ),
    ] = None,
    media: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER", readable=False, help="Relink to media there: by path, name, reel and timecode."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be lost.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """A timeline into another program's format, with a list of everything that did not come through.

    What was written is read again and laid beside what was meant, clip by clip: the list is what is missing
    there, not what a table says. `lost` is gone, `approximated` is kept in part, `untested` is what nobody
    has told of the program you named. With --media the timeline is conformed: its media is known again among
    files there, transcodes and moved starts included, and what is not stays offline under its own name. Exit
    code 3 when anything is lost, or offline.

    Example: answerprint convert film/out/latest/rough-cut.otio rough-cut.edl --for premiere
    """
    from answerprint.formats.timelines.comparing import compare
    from answerprint.formats.timelines.files import format_named, read_timeline, reread
    from answerprint.formats.timelines.programs import expected

    target = format_named(out)
    if not dry_run:
        refuse_taken(out, source, force=force)
    found = read_timeline(source, _rate(rate))
    links: tuple[Relink, ...] = ()
    if media:
        from answerprint.pipeline.conforming import conformed

        found, links = conformed(found, media, out.absolute().parent)
    losses = list(found.losses)
    if program is not None:
        losses += expected(found.cut, target.name, program)
    data = target.write(found.cut, found.media)
    losses += compare(found, reread(data, target, found.cut.rate, str(out)))
    if not dry_run:
        save(out, data, force=force)
    document = {
        "in": str(source),
        "out": None if dry_run else str(out),
        "format": target.name,
        "rate": str(found.cut.rate),
        "frames": found.cut.frames,
        "clips": sum(len(track.clips) for track in found.cut.tracks),
        "losses": losses,
        "media": links,
    }

    def text(console: Console) -> None:
        tracks = len([track for track in found.cut.tracks if track.clips])
        verb = "would be written" if dry_run else "written"
        line = f"{out.name} {verb}: {document['clips']} clips on {tracks} tracks, {found.cut.timecode(0)} on"
        console.print(printable(line), markup=False, highlight=False)
        for one in links:
            told = f"found by {one.how}" if one.key else f"offline: {one.detail}"
            console.print(printable(f"  {one.name}: {told}"), markup=False, highlight=False)
        _print_losses(console, losses)

    emit(document, json, text)
    if any(one.kind == "lost" for one in losses) or any(not one.key for one in links):
        raise typer.Exit(Exit.NEEDS_A_PERSON)


@app.command("diff")
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", readable=False, help="A timeline.")],
    after: Annotated[Path, typer.Argument(metavar="B", readable=False, help="The timeline it became.")],
    rate: Rate = None,
    edl: Annotated[
        Path | None,
        typer.Option(
            "--edl", metavar="OUT.edl", readable=False, help="Write a change list: what is new in B."
        ),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="OUT.png", readable=False, help="Draw both, changes marked."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> None:
    """What changed from one timeline to another: new, gone, moved, trimmed, slipped, replaced, other speed.

    The two may be of different formats: what went to an NLE, and what came back. Clips that only lie later
    because something before them grew are no change.

    Example: answerprint diff rough-cut.otio back-from-resolve.otio --edl changes.edl --picture changes.png
    """
    from answerprint.departments.editorial.differences import changed_clips, differences
    from answerprint.formats.timelines.files import format_named, read_timeline

    for out in (edl, picture):
        if out is not None:
            refuse_taken(out, before, after, force=force)
    one, other = (read_timeline(path, _rate(rate)) for path in (before, after))
    changes = differences(one, other)
    if edl is not None:
        save(edl, format_named(edl).write(changed_clips(other.cut, changes), other.media), force=force)
    if picture is not None:
        from answerprint.departments.editorial.comparison_picture import comparison_png

        save(picture, comparison_png(one.cut, other.cut, changes), force=force)
    document: Any = {
        "before": _length(one),
        "after": _length(other),
        "changes": changes,
    }

    def text(console: Console) -> None:
        counted = "1 change" if len(changes) == 1 else f"{len(changes)} changes"
        longer = other.cut.frames - one.cut.frames
        how = "as long" if not longer else f"{abs(longer)} frames {'longer' if longer > 0 else 'shorter'}"
        console.print(printable(f"{after.name}: {counted}, {how}"), markup=False, highlight=False)
        for change in changes:
            console.print(printable(f"  {change.words}"), markup=False, highlight=False)

    emit(document, json, text)


def _rate(text: str | None) -> Fraction | None:
    if text is None:
        return None
    from answerprint.core.timecode import parse_rate

    return parse_rate(text)


def _length(file: TimelineFile) -> dict[str, Any]:
    return {"name": file.cut.name, "rate": str(file.cut.rate), "frames": file.cut.frames}


def _print_losses(console: Console, losses: Sequence[Loss]) -> None:
    if not losses:
        console.print("nothing is lost", highlight=False)
        return
    grouped: dict[tuple[str, str], list[Loss]] = defaultdict(list)
    for one in losses:
        grouped[one.kind, one.feature].append(one)
    for kind in ("lost", "approximated", "untested"):
        for (which, feature), those in grouped.items():
            if which != kind:
                continue
            console.print(f"{kind}: {feature.replace('_', ' ')} ({len(those)})", highlight=False)
            for one in those[:SHOWN]:
                place = f"{one.where}: " if one.where else ""
                console.print(printable(f"    {place}{one.detail}"), markup=False, highlight=False)
            if len(those) > SHOWN:
                console.print(f"    and {len(those) - SHOWN} more (--json has all)", highlight=False)
