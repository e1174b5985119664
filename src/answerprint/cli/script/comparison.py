"""`answerprint script compare`, `notes` and `reorder`: beside others, what readers said, another order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, stderr
from answerprint.cli.script.app import app
from answerprint.core.errors import Exit


@app.command("compare")
def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A screenplay.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", readable=False, help="Other screenplays.")],
    notes: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="An archive of notes: which of them fit again.")
    ] = None,
    json: Json = False,
) -> None:
    """Beside other screenplays: structure by measures, meaning by MiniLM where it was fetched.

    With an archive of notes, the earlier notes that concern passages like those of this screenplay.

    Example: answerprint script compare film.fountain scripts --notes old-notes
    """
    from answerprint.departments.script.comparing import compare as compare_screenplays
    from answerprint.departments.script.meaning import sentence_vectors
    from answerprint.departments.script.notes.gathering import gather
    from answerprint.departments.script.reading import read_screenplay

    screenplay = read_screenplay(file)
    archive: Any = ()
    if notes is not None:
        archive, refused = gather([notes])
        for error in refused:
            stderr().print(printable(f"left out of the archive: {error}"), markup=False)
    embed, why = sentence_vectors()
    found = compare_screenplays(screenplay, file, folder, archive=archive, embed=embed, meaning=why)

    def text(console: Console) -> None:
        def show(line: str, style: str = "") -> None:
            console.print(printable(line), style=style, markup=False, highlight=False)

        show(
            f"{found.title or found.file} beside {len(found.screenplays)} others, nearest in structure first"
        )
        show(f"meaning: {found.meaning}", "dim")
        for one in found.screenplays:
            meant = "" if one.meaning is None else f", meaning {one.meaning:.2f}"
            show(f"\n  {one.file}: distance {one.distance:.2f} sd, words {one.words:.2f}{meant}", "bold")
            for line in one.alike:
                show(f"    alike:     {line}")
            for line in one.different:
                show(f"    different: {line}")
            for pair in one.scenes:
                show(
                    f"    {pair.likeness:.2f}  {pair.here.number} {pair.here.text} ~ {pair.there.text}", "dim"
                )
        for old in found.notes:
            show(f"\n  {old.note.file}, {old.likeness:.2f} by {old.means}: {old.note.text}")
            show(f"    fits sc. {old.passage.number}, line {old.passage.line}: {old.passage.text}", "dim")
        for line in found.refused:
            show(f"left out: {line}", "dim")

    emit(found, json, text)


@app.command("notes")
def notes(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILES…", readable=False, help="Screenplays with notes, CSV, Markdown, text."),
    ],
    endpoint: Annotated[
        str, typer.Option(metavar="URL", help="An OpenAI-compatible endpoint of your own, for summaries.")
    ] = "",
    model: Annotated[str, typer.Option(metavar="NAME", help="The model to ask there.")] = "",
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="How long one answer may take.")] = 60.0,
    json: Json = False,
) -> None:
    """Notes of several readers gathered, doubles joined, grouped by scene and subject, and summed up.

    Summaries are the readers' own sentences. With --endpoint and --model they are written there (the key, if
    one is needed, from ANSWERPRINT_ENDPOINT_KEY), and checked; the network is used in no other case. Ends
    with 3 when readers are divided or a file was left out.

    Example: answerprint script notes draft.fountain anna.md producer.csv
    """
    from answerprint.core.errors import UsageError
    from answerprint.departments.script.meaning import sentence_vectors
    from answerprint.departments.script.notes.endpoint import Endpoint
    from answerprint.departments.script.notes.gathering import gather
    from answerprint.departments.script.notes.summarising import report_on

    if timeout <= 0:
        raise UsageError("AP-USE-125", f"--timeout {timeout:g} is no time to wait", remedy="give seconds")
    asked = Endpoint(endpoint, model, timeout=timeout) if endpoint or model else None
    gathered, refused = gather(files)
    embed, _ = sentence_vectors()
    found = report_on(gathered, endpoint=asked, embed=embed, refused=refused)

    def text(console: Console) -> None:
        def show(line: str, style: str = "") -> None:
            console.print(printable(line), style=style, markup=False, highlight=False)

        show(f"{found.total} notes, {found.distinct} after joining doubles (by {found.meaning})", "bold")
        show(f"\n{found.summary}")
        for group in found.groups:
            where = f"Scene {group.scene}" if group.scene else "The whole script"
            show(f"\n{where}, {group.subject}{' (readers are divided)' if group.divided else ''}", "bold")
            if len(group.notes) > 1:
                show(f"  {group.summary}")
            for one in group.notes:
                show(f"  · {one.note.text}")
                show(f"      {', '.join(one.readers)}; {one.note.file}, line {one.note.line}", "dim")
        for finding in found.findings:
            show(f"! {finding.message}")

    emit(found, json, text)
    if any(one.needs_a_person for one in found.findings):
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


@app.command("reorder")
def reorder(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A screenplay.")],
    json: Json = False,
) -> None:
    """Scenes that could be told in another order, with the reason and what was checked. Suggestions only.

    No suggestion cuts a CONTINUOUS chain, turns the story's days back, or lets somebody speak of what they
    have not learned yet, as far as names and things in the text tell.

    Example: answerprint script reorder film.fountain
    """
    from answerprint.departments.script.reading import read_screenplay
    from answerprint.departments.script.reordering import reorderings

    found = reorderings(read_screenplay(file), file.name)

    def text(console: Console) -> None:
        def show(line: str, style: str = "") -> None:
            console.print(printable(line), style=style, markup=False, highlight=False)

        show(
            f"{found.title or found.file}: {len(found.moves)} suggestions of {found.considered} considered "
            f"({found.references} references to things learned, {found.chains} chained scenes)",
            "bold",
        )
        for why, count in found.refused.items():
            show(f"  {count} fell because {why}", "dim")
        for one in found.moves:
            moved = ", ".join(one.scenes)
            show(f"\n  {one.kind}: scene {moved} after {one.after} (confidence {one.confidence:.2f})")
            show(f"    why: {one.reason}")
            for line in one.changes:
                show(f"    changes: {line}")
            for line in one.checked:
                show(f"    checked: {line}", "dim")

    emit(found, json, text)
