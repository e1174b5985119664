"""`answerprint script diff`: what changed between two revisions, for the story and for the production."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.script.app import app


@app.command("diff")
def diff(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", readable=False, help="The earlier revision.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", readable=False, help="The later revision.")],
    html: Annotated[
        Path | None, typer.Option(metavar="OUT.html", help="Write the page with picture and words.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="OUT.svg|.png", help="Write the picture alone.")
    ] = None,
    words: Annotated[bool, typer.Option("--words", help="Show the words that changed, too.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> None:
    """What changed between two revisions: for the story and for the production.

    Scenes are matched by what is in them, not by number: moved, split, merged and renumbered scenes and
    renamed characters and sets are found. The revisions may be in different formats.

    Example: answerprint script diff white.fountain blue.fdx --html changes.html
    """
    from answerprint.departments.script.difference.changes import difference
    from answerprint.departments.script.difference.page import write_page
    from answerprint.departments.script.difference.picture import write_picture
    from answerprint.departments.script.reading import read_screenplay

    for out in (html, picture):
        if out is not None:
            refuse_taken(out, before, after, force=force)
    found = difference(read_screenplay(before), read_screenplay(after), (before.name, after.name))
    if html is not None:
        write_page(found, html)
    if picture is not None:
        write_picture(found, picture)

    def text(console: Console) -> None:
        _text(console, found, words)
        for out in (html, picture):
            if out is not None:
                console.print(printable(f"written: {out}"), markup=False, highlight=False)

    emit(found, json, text)


def _text(console: Console, found: Any, words: bool) -> None:
    def show(line: str, style: str = "") -> None:
        console.print(printable(line), style=style, markup=False, highlight=False)

    show(f"{found.before} → {found.after}", "bold")
    for line in found.summary:
        show(f"  {line}")
    for title, lines in (("For the story", found.story), ("For the production", found.production)):
        show(f"\n{title}", "bold")
        for line in lines or ("nothing changed",):
            show(f"  {line}")
    changed = [one for one in found.scenes if one.status != "same" or one.moved]
    if changed:
        show("\nScenes", "bold")
    for one in changed:
        ends = " → ".join(
            " + ".join(f"{end.number} {end.heading}" for end in side)
            for side in (one.before, one.after)
            if side
        )
        show(f"  {one.status}{', moved' if one.moved else ''}: {ends}")
        for line in (*one.story, *one.production):
            show(f"      {line}", "dim")
        if words:
            for text in one.texts:
                marks = {"in": "[+{}+]", "out": "[-{}-]", "same": "{}"}
                runs = " ".join(marks[run.change].format(run.text) for run in text.words)
                show(f"      {text.who + ': ' if text.who else ''}{runs}")
