"""`answerprint notes`: review notes of other programs as proposals to answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save, typed
from answerprint.core.errors import UsageError

if TYPE_CHECKING:
    from answerprint.core.proposals import Proposal

app = command_app()


@app.command("notes")
def notes(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", readable=False, help="Notes to bring in; without it, the list."),
    ] = None,
    version: Annotated[
        int | None,
        typer.Option(help="The version that was reviewed (3 for v003); the last without it.", min=1),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", readable=False, help="Write the open notes as markers."),
    ] = None,
    kind: Annotated[
        str, typer.Option(help="Of markers written: resolve, premiere, avid, avid_xml, frameio.")
    ] = "resolve",
    forget: Annotated[bool, typer.Option("--forget", help="Take out the notes nobody answered.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be proposed only.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Reviewers' notes as proposals: one for each, about the slot it lies on.

    Reads markers of Resolve (EDL), Premiere and Avid (text, XML), and comments of review pages (CSV). Where a
    note asks for something the cut can do by itself (another take, out with it, ten frames longer, keep it),
    `answerprint review --accept NOTE` does it, and `--undo NOTE` takes it back; every other note is accepted
    once a person has heeded it. `--out` writes the open notes where their lines lie now.

    Example: answerprint notes film markers-from-resolve.edl
    """
    from answerprint.core.encoding import to_builtins
    from answerprint.pipeline.noting import bring_notes, forget_notes, notes_of, written_notes
    from answerprint.store.production import Production

    if file is not None and (out is not None or forget):
        raise UsageError("AP-USE-562", "notes are brought in, written or forgotten one at a time")
    if out is not None:
        refuse_taken(out, force=force)
    production = Production.open(folder)
    forgotten = forget_notes(production) if forget and not dry_run else 0
    if file is not None:
        noted = bring_notes(production, file, version=version, dry_run=dry_run)
    else:
        noted = notes_of(production)
    written = 0
    if out is not None:
        data, written = written_notes(production, kind)
        if not dry_run:
            save(out, data, force=force)
    document = {
        "notes": [{**to_builtins(one), "answered": one.id in noted.decisions} for one in noted.notes],
        "brought": noted.brought,
        "new": noted.new,
        "forgotten": forgotten,
        "written": written,
        "dry_run": dry_run,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        shown = noted.notes[: noted.brought] if file is not None else noted.notes
        for one in shown:
            decision = noted.decisions.get(one.id)
            _print(line, one, decision.answer if decision is not None else "")
        if file is not None:
            would = "would become" if dry_run else "became"
            line(f"{file.name}: {noted.brought} notes {would} {noted.brought} proposals ({noted.new} new)")
            if shown:
                line(f"answerprint review {typed(folder)} --accept {shown[0].id} answers one.")
        elif forget:
            line(f"{forgotten} notes forgotten")
        elif not shown:
            line("No notes: answerprint notes DIR FILE brings them in.")
        if out is not None:
            left = sum(one.id not in noted.decisions for one in noted.notes) - written
            lost = f"; {left} are about no line of this cut" if left else ""
            line(f"{out.name}: {written} open notes{lost}")

    emit(document, json, text)


def _print(line: Callable[[str], None], one: Proposal, answer: str) -> None:
    line(f"{one.id}  {one.subject}" + (f"  [{answer}]" if answer else ""))
    line(f"                   {one.changes}")
