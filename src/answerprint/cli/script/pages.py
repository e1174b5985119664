"""`answerprint script print`, `pages` and `sides`: a screenplay on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable
from answerprint.cli.script.app import app

if TYPE_CHECKING:
    from answerprint.formats.screenplays.page_style import PageStyle

File = Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A screenplay.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="The PDF to write.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")]
Paper = Annotated[str, typer.Option("--paper", help="letter or a4.")]
Header = Annotated[str, typer.Option("--header", help="Printed at the top of the pages.")]


@app.command("print")
def print_script(
    file: File,
    out: Out,
    paper: Paper = "letter",
    header: Header = "",
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Scene numbers in both margins, as shooting scripts have them.")
    ] = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """The whole screenplay as PDF in the industry's layout.

    Example: answerprint script print film.fountain --out film.pdf --numbers
    """
    from answerprint.cli.output import refuse_taken, save
    from answerprint.departments.script.document import refuse_nothing
    from answerprint.departments.script.reading import read_screenplay
    from answerprint.formats.screenplays.pdf_writing import write_pdf

    style = _style(paper)
    refuse_taken(out, file, force=force)
    screenplay = read_screenplay(file)
    refuse_nothing(screenplay, str(file))
    save(out, write_pdf(screenplay, style=style, numbers=numbers, header=header), force=force)

    def text(console: Console) -> None:
        console.print(printable(f"{out}: {screenplay.pages} pages"), markup=False, highlight=False)

    emit({"file": str(out), "pages": screenplay.pages}, json, text)


@app.command("pages")
def pages(
    locked: Annotated[
        Path, typer.Argument(metavar="LOCKED", readable=False, help="The script as it was locked.")
    ],
    revised: Annotated[
        Path, typer.Argument(metavar="REVISED", readable=False, help="The script as it is now.")
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The PDF to write.")] = None,
    colour: Annotated[
        str,
        typer.Option("--colour", help="Blue, pink, yellow, green, goldenrod, buff, salmon, cherry or tan."),
    ] = "blue",
    header: Header = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="Print every page, not only the changed ones.")
    ] = False,
    paper: Paper = "letter",
    force: Force = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Revised pages of a locked script: scene and page numbers stay, 12 runs over to 12A.

    Only changed pages are printed, on tinted paper, an asterisk beside every change. Without --out, or with
    --dry-run, it says which pages they are.

    Example: answerprint script pages locked.fdx today.fdx --colour blue --out blue-pages.pdf
    """
    from answerprint.cli.output import refuse_taken, save
    from answerprint.departments.script.document import refuse_nothing
    from answerprint.departments.script.reading import read_screenplay
    from answerprint.departments.script.revised_pages import revise_pages
    from answerprint.formats.screenplays.pdf_writing import print_sheets

    style = _style(paper)
    if out is not None:
        refuse_taken(out, locked, revised, force=force or dry_run)
    before, after = read_screenplay(locked), read_screenplay(revised)
    refuse_nothing(before, str(locked))
    refuse_nothing(after, str(revised))
    made = revise_pages(
        before,
        after,
        colour=colour.casefold(),
        header=header or f"{colour.upper()} REVISIONS",
        style=style,
    )
    sheets = made.sheets if whole else made.to_print()
    written = out if out is not None and not dry_run and sheets else None
    if written is not None:
        save(written, print_sheets(sheets, made.screenplay, style=style, numbers=True), force=force)
    document = {
        "file": str(written) if written else None,
        "changed": list(made.changed),
        "pages": [sheet.label for sheet in made.sheets],
        "scenes": [scene.number for scene in made.screenplay.scenes],
        "omitted": [scene.number for scene in made.screenplay.scenes if scene.omitted],
    }

    def text(console: Console) -> None:
        said = f"changed pages: {', '.join(made.changed)}" if made.changed else "no page changed"
        console.print(printable(said), markup=False, highlight=False)
        if document["omitted"]:
            console.print(printable(f"omitted: {', '.join(document['omitted'])}"), markup=False)
        if written:
            console.print(printable(f"written: {written}"), markup=False, highlight=False)

    emit(document, json, text)


@app.command("sides")
def sides(
    file: File,
    out: Out,
    scenes: Annotated[str, typer.Option("--scenes", help="Scene numbers, with commas: 12,14A,15.")] = "",
    character: Annotated[
        list[str] | None,
        typer.Option("--character", help="Highlight a part's speeches; alone: every scene it speaks in."),
    ] = None,
    header: Header = "",
    paper: Paper = "letter",
    force: Force = False,
    json: Json = False,
) -> None:
    """Sides for a day or a part: two half-size pages on a sheet, what is not shot crossed out.

    Example: answerprint script sides film.fountain --scenes 12,14A --character ANNA --out day-3.pdf
    """
    from answerprint.cli.output import refuse_taken, save
    from answerprint.core.errors import UsageError
    from answerprint.departments.script.document import refuse_nothing
    from answerprint.departments.script.reading import read_screenplay
    from answerprint.departments.script.sides import print_sides, side_sheets

    wanted = [one.strip() for one in scenes.split(",") if one.strip()]
    if not wanted and not character:
        raise UsageError("AP-USE-072", "sides of what?", remedy="give --scenes, --character, or both")
    style = _style(paper)
    refuse_taken(out, file, force=force)
    screenplay = read_screenplay(file)
    refuse_nothing(screenplay, str(file))
    sheets = side_sheets(screenplay, wanted, characters=character or (), header=header, style=style)
    save(out, print_sides(sheets, screenplay, style=style), force=force)

    def text(console: Console) -> None:
        labels = ", ".join(sheet.label for sheet in sheets)
        console.print(printable(f"{out}: pages {labels}"), markup=False, highlight=False)

    emit({"file": str(out), "pages": [sheet.label for sheet in sheets]}, json, text)


def _style(paper: str) -> PageStyle:
    from answerprint.core.errors import UsageError
    from answerprint.formats.screenplays.page_style import STYLES

    if paper.casefold() not in STYLES:
        raise UsageError("AP-USE-073", f"no paper is called {paper!r}", remedy="letter or a4")
    return STYLES[paper.casefold()]
