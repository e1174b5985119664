"""`answerprint script analyse`: what a screenplay is like, each finding with its passages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, stderr
from answerprint.cli.script.app import app
from answerprint.core.errors import Exit

SHOWN_PASSAGES = 2


@app.command("analyse")
def analyse(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A screenplay.")],
    html: Annotated[
        Path | None, typer.Option(metavar="OUT.html", help="Write the page with the plots.")
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Screenplays to place this one among, or a saved table."),
    ] = None,
    save_reference: Annotated[
        Path | None, typer.Option(metavar="OUT.json", help="Keep the reference table of that folder.")
    ] = None,
    genre: Annotated[
        str, typer.Option(metavar="NAME", help="Check this genre's conventions, not the nearest one's.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Show what is in order too.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> None:
    """Acts and turns, pace, characters, dialogue, emotion, genre, readability and production drivers.

    Each finding has its passages, the value, the threshold it crossed and how sure it is. Percentiles need a
    reference set: give a folder of screenplays. Ends with 3 when something asks for a second look.

    Example: answerprint script analyse film.fountain --html analysis.html
    """
    from answerprint.core.encoding import to_json
    from answerprint.departments.script.analysis.reference import built_in, read_reference
    from answerprint.departments.script.analysis.whole import ASKING
    from answerprint.departments.script.analysis.whole import analyse as analyse_screenplay
    from answerprint.departments.script.reading import read_screenplay
    from answerprint.media.aside import written_aside

    for out in (html, save_reference):
        if out is not None:
            refuse_taken(out, file, reference, force=force)
    screenplay = read_screenplay(file)
    used = built_in()
    if reference is not None:
        used, refused = read_reference(reference, but=file)
        for error in refused:
            stderr().print(printable(f"left out of the reference set: {error}"), markup=False)
    found = analyse_screenplay(screenplay, file.name, used, genre)
    if save_reference is not None:
        with written_aside(save_reference) as aside:
            aside.write_bytes(to_json(used) + b"\n")
    if html is not None:
        from answerprint.departments.script.analysis.report import write_page

        write_page(found, html)

    def text(console: Console) -> None:
        _text(console, found, every)
        if html is not None:
            console.print(printable(f"\npage: {html}"), markup=False, highlight=False)

    emit(found, json, text)
    if any(one.kind in ASKING for one in found.findings):
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


def _text(console: Console, found: Any, every: bool) -> None:
    from answerprint.departments.script.analysis.report import SECTIONS
    from answerprint.departments.script.analysis.whole import ASKING

    def show(line: str, style: str = "") -> None:
        console.print(printable(line), style=style, markup=False, highlight=False)

    name = found.title or found.file
    speak = len(found.characters)
    show(f"{name}: {found.pages:g} pages, {len(found.scenes)} scenes, {speak} speaking characters", "bold")
    for _, title, kinds in SECTIONS:
        own = [one for one in found.findings if one.kind.partition(".")[0] in kinds]
        shown = [one for one in own if every or not _in_order(one.kind)]
        if not shown:
            continue
        show(f"\n{title}", "bold")
        for one in shown:
            asks = one.kind in ASKING
            show(f"  {'!' if asks else '·'} {one.summary}")
            measured = [] if one.percentile is None else [f"percentile {one.percentile:.0f}"]
            if asks and one.value is not None and one.threshold is not None:
                measured.insert(0, f"{one.value:g}, threshold {one.threshold:g}")
            if asks and one.confidence is not None:
                measured.append(f"confidence {one.confidence:.2f}")
            if measured:
                show(f"      {'; '.join(measured)}", "dim")
            for passage in one.evidence[: SHOWN_PASSAGES if asks or every else 0]:
                show(f"      sc. {passage.number}, line {passage.line}: {passage.text}", "dim")
    show(f"\nreference set: {found.reference.name}, {found.reference.note}", "dim")
    if not every:
        show("--all shows every finding with its passages, --html writes the page with the plots", "dim")


def _in_order(kind: str) -> bool:
    """Findings that say only that nothing was found; the page and the document have them."""
    return kind in (
        "genre.convention_met",
        "readability.weak",
        "readability.directions",
        "pacing.rhythm",
        "dialogue.echo",
        "dialogue.undefined_name",
        "dialogue.voices_untold",
    )
