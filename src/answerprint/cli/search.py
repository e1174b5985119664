"""`answerprint search`: moments of a production, by what is said, seen, heard, and what slates say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, save, save_all, stderr, typed
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.cli.searching import Found

app = command_app()


@app.command("search")
def search(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="QUERY", help="What is remembered; quote the whole of it.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Hits shown.")] = 20,
    name: Annotated[str | None, typer.Option("--save", help="Keep this query in searches.toml.")] = None,
    saved: Annotated[str | None, typer.Option("--saved", help="Ask a query that was kept.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show what is kept: searches and bins.")] = False,
    bin_: Annotated[str | None, typer.Option("--bin", help="A bin: shown, or with --add filled.")] = None,
    add: Annotated[str | None, typer.Option("--add", help="Hits to put in the bin: 1,3 or 2-5.")] = None,
    remove: Annotated[str | None, typer.Option("--remove", help="Moments to take out of the bin.")] = None,
    otio: Annotated[Path | None, typer.Option(help="Write the hits as a timeline of selects.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the hits as a table.")] = None,
    handles: Annotated[
        int, typer.Option(min=0, max=10_000, help="Frames added around each in the timeline.")
    ] = 0,
    sheet: Annotated[Path | None, typer.Option(help="Write a contact sheet (PNG) of the hits.")] = None,
    thumbnails: Annotated[Path | None, typer.Option(help="Write a JPEG of each hit into a folder.")] = None,
    encoder: Annotated[
        Path | None,
        typer.Option(metavar="CARD", help="Your image–text encoder, for what pictures show (seen:)."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a kept query, or files of these names.")
    ] = False,
    json: Json = False,
) -> None:
    """Moments of a production that fit what is remembered of them, with the evidence for each.

    A query may hold "words in quotes", free words, names, and what was logged: close-up, two people, dark,
    low-key, smile, turn-to-camera, pan, laughs, music, silence; fields such as speaker:ANNA scene:12A take:3
    circled camera:B card:A001 date:2024-05-02 text:"EXIT" about:"an apology" colour:red people>=3; -music or
    not music; and time: within 2s, before, after, then. What was understood is shown first, in a form that
    can be typed again; a clause that nothing here can answer says why, and the rest is answered.

    Example: answerprint search film '"the ferry" speaker:ANNA laughs within 2s' --sheet hits.png
    """
    from answerprint.cli.searching import (
        bin_text,
        found_in,
        kept_document,
        kept_text,
        pictures_of,
        sheet_of,
        show_bin,
        text_of,
        timeline_of,
    )  # fmt: skip
    from answerprint.departments.footage.search.exporting import as_csv
    from answerprint.departments.footage.search.reading import query_of
    from answerprint.departments.footage.search.saved import (
        numbers_of,
        read_searches,
        save_search,
        take_from_bin,
    )  # fmt: skip
    from answerprint.store.production import Production

    production = Production.open(folder)
    if list_:
        kept = read_searches(production)
        emit(kept_document(kept), json, lambda console: kept_text(kept, console))
        return
    if remove is not None:
        if bin_ is None:
            raise UsageError("AP-USE-336", "--remove takes out of what?", remedy="name it: --bin NAME")
        left = take_from_bin(production, bin_, numbers_of(remove))
        emit({"bin": bin_, "left": left}, json, lambda console: _line(console, f"{left} left"))
        return
    query = query_of(words or [])
    if saved is not None:
        if query:
            raise UsageError(
                "AP-USE-337", "a query and --saved were both given", remedy="leave one of them out"
            )
        query = read_searches(production).named(saved).query
    if not query.strip():
        if bin_ is None:
            raise UsageError(
                "AP-USE-338",
                "nothing is asked",
                remedy=f"answerprint search {typed(folder)} 'close-up smile', or --list",
            )
        found = show_bin(production, bin_)
    else:
        found = found_in(production, query, limit, encoder=encoder, quiet=json, console=stderr())
    if add is not None and bin_ is None:
        raise UsageError("AP-USE-336", "--add puts hits into which bin?", remedy="name it: --bin NAME")
    put = found.put_into(bin_, add) if bin_ is not None and add is not None else None
    if name is not None:
        save_search(production, name, found.document.query, force=force)
    if otio is not None:
        save(otio, timeline_of(found, otio, handles), force=force)
    if csv is not None:
        save(csv, as_csv(found.document.hits, found.document.query), force=force)
    if sheet is not None:
        save(sheet, sheet_of(found), force=force)
    if thumbnails is not None:
        pictures = pictures_of(found)
        save_all(thumbnails, pictures, force=force)
        found.name_pictures({file: str(thumbnails / file) for file in pictures})

    def text(console: Console) -> None:
        if query.strip():
            text_of(found, console)
        else:
            bin_text(found, console)
        for what, out in (("timeline", otio), ("table", csv), ("contact sheet", sheet)):
            if out is not None:
                _line(console, f"{what}: {out}")
        if put is not None:
            _line(console, f"{put} put into the bin {bin_} (searches.toml)")
        if name is not None:
            _line(console, f"kept as {name} (searches.toml)")

    emit(found.document, json, text)
    code = exit_of(found)
    if code is not Exit.DONE:
        raise typer.Exit(int(code))


def exit_of(found: Found) -> Exit:
    """4 where a missing model is why nothing could be answered, 3 where a person must log something first."""
    if not found.document.clauses or any(one.status == "answered" for one in found.document.clauses):
        return Exit.DONE
    return Exit.NOT_AVAILABLE if found.missing_model else Exit.NEEDS_A_PERSON


def _line(console: Console, text: Any) -> None:
    console.print(printable(str(text)), markup=False, highlight=False, emoji=False)
