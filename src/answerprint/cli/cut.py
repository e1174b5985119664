"""`answerprint cut`: the rough cut alone, with a reason for every choice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save, stderr
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from answerprint.pipeline.cutting import CutDocument
    from answerprint.pipeline.summary import SlotDocument

app = command_app()


@app.command("cut")
def cut(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    style: Annotated[
        str | None,
        typer.Option(help="How it is paced, for this run: drama, comedy, documentary, trailer."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target-duration", metavar="H:MM:SS", help="How long it should last, for this run: 95:00."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", readable=False, help="Also write a timeline, by its suffix."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """The rough cut: which take of every line, from which angle, where picture and sound part, and why.

    Readings are chosen together, scene by scene: their scores against what each edit costs (jump cuts,
    exposure, the axis, a view held too long). Locks and other decisions are kept; then circles, then clean
    readings, then scores. A check that shares nothing with the choosing looks the cut through. What changed
    since the last cut is listed. Nothing is rendered: `answerprint make` does that. Exit code 3 when a line
    is missing or something else needs a person.

    Example: answerprint cut film --style comedy --target-duration 95:00 -o film.otio
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.pipeline.cutting import cut_in
    from answerprint.store.production import Production

    if out is not None:
        from answerprint.formats.timelines.files import format_named

        format_named(out)
        refuse_taken(out, force=force)
    production = Production.open(folder)
    with ProgressBars(stderr(), quiet=json) as bars:
        made = cut_in(
            production,
            style=style,
            target_duration=target,
            workers=workers,
            listener=None if json else bars,
            beside=out.absolute().parent if out is not None else None,
        )
    losses = []
    if out is not None:
        from answerprint.formats.timelines.comparing import compare
        from answerprint.formats.timelines.model import TimelineFile

        chosen = format_named(out)
        data = chosen.write(made.cut, made.media)
        from answerprint.formats.timelines.files import reread

        losses = list(
            compare(
                TimelineFile(cut=made.cut, media=made.media), reread(data, chosen, made.cut.rate, str(out))
            )
        )
        save(out, data, force=force)
    document: Any = made.document
    emit(document, json, lambda console: _print(console, made.document, out, len(losses)))
    if made.document.needs or made.document.legality:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _print(console: Console, found: CutDocument, out: Path | None, losses: int) -> None:
    def line(text: str) -> None:
        console.print(printable(text), markup=False, highlight=False)

    for slot in found.slots:
        _print_slot(line, slot)
    if found.changes:
        line("")
        line("Since the cut before:")
        for change in found.changes:
            line(f"  {change}")
    line("")
    score = f", score {found.score:.2f}" if found.score is not None else ""
    legal = "legal" if not found.legality else f"{len(found.legality)} rules broken"
    line(
        f"{found.title}: {len(found.slots)} choices, {len(found.missing)} lines missing, "
        f"{found.duration.timecode} at its end, {found.style}{score}; {legal}"
    )
    for one in found.legality:
        line(f"  {one.where}: {one.detail} ({one.rule})")
    if out is not None:
        told = f"; {losses} things it has no place for (answerprint convert lists them)" if losses else ""
        line(f"{out.name} written{told}")
    if found.needs:
        line(f"Needs a person ({len(found.needs)}):")
        for need in found.needs:
            line(f"  - {need}")


def _print_slot(line: Any, slot: SlotDocument) -> None:
    decided = f"  [{slot.decided}]" if slot.decided else ""
    text = f": {slot.text}" if slot.text else ""
    line(f"{slot.record.start.timecode}  {slot.label}{text}{decided}")
    line(f"             {slot.reason}")
    for one in slot.alternates[:2]:
        line(f"             or {one.label}{f' ({one.cost})' if one.cost else ''}")
