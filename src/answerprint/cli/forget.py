"""`answerprint forget`: take files out of a production's memory."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable
from answerprint.core.errors import UsageError

if TYPE_CHECKING:
    from answerprint.pipeline.forgetting import ForgottenFile

app = command_app()


@app.command("forget")
def forget(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="File names, paths or asset ids.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go only.")] = False,
    json: Json = False,
) -> None:
    """Forget files: every record, word, picture and vector made from them, and decisions about them.

    For a person who takes back a consent, or a card that was never meant to be here. What was deleted is not
    left in the catalogue's free pages. The files themselves are never touched: take a file out of footage/
    too, or the next run logs it again. Films in out/ are left as they are, and those that show it are named.

    Example: answerprint forget film A001C003.mov --dry-run
    """
    from answerprint.pipeline.forgetting import forget_files
    from answerprint.store.production import Production

    production = Production.open(folder)
    if not dry_run and not yes:
        if json or not sys.stdin.isatty():
            raise UsageError(
                "AP-USE-222", "nobody is here to be asked", remedy="add --yes, or look first with --dry-run"
            )
        typer.confirm(f"Forget {', '.join(files)} for good?", abort=True)
    found = forget_files(production, files, dry_run=dry_run)

    def text(console: Console) -> None:
        for one in found:
            for line in _lines(one, dry_run):
                console.print(printable(line), markup=False, highlight=False)

    emit({"files": found, "dry_run": dry_run}, json, text)


def _lines(one: ForgottenFile, dry_run: bool) -> list[str]:
    went = one.went
    counted = (
        f"{went.tracks} tracks with {went.annotations} annotations, {went.objects} objects "
        f"({went.bytes / 1e6:.1f} MB), {one.vectors} vectors, {one.moments} moments in bins, "
        f"{went.runs} runs, {went.proposals} proposals, {went.decisions} decisions"
    )
    lines = [f"{one.name}: {'would go' if dry_run else 'forgotten'}: {counted}"]
    if went.cuts:
        shown = ", ".join(f"v{number:03d}" for number in went.cuts)
        lines.append(f"  still shown by films in out/, which are left as they are: {shown}")
    if one.comes_back:
        lines.append(f"  the file still lies at {one.path}: take it away, or the next run logs it again")
    return lines
