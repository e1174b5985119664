"""`answerprint models`: the model shelf. Only `fetch` uses the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, stderr

if TYPE_CHECKING:
    from answerprint.models.card import Card
    from answerprint.models.shelf import Shelf

app = command_app()

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A model of the shelf, as `answerprint models list` names it.")
]


@app.callback()
def models() -> None:
    """The model shelf: what each model does, its licence and digests, and whether it is here.

    Example: answerprint models list
    """


@app.command("list")
def list_models(json: Json = False) -> None:
    """Every model of the shelf, what it does, and whether it is here.

    Example: answerprint models list
    """
    from answerprint.models.shelf import Shelf

    shelf = Shelf()
    cards = shelf.list()

    def text(console: Console) -> None:
        from rich.table import Column, Table

        folded = (Column(name, overflow="fold") for name in ("does", "size", "licence", "here"))
        table = Table("model", *folded)
        for card in cards:
            here = "yes" if shelf.fetched(card.name) else f"answerprint models fetch {card.name}"
            table.add_row(card.name, card.does, _megabytes(card.size), card.licence, here)
        console.print(table)

    emit({"models": [_document(shelf, card) for card in cards]}, json, text)


@app.command("show")
def show(name: Name, json: Json = False) -> None:
    """A model's whole card: source, digests, licence, what it was trained on, its weaknesses.

    Example: answerprint models show silero-vad
    """
    from answerprint.models.shelf import Shelf

    shelf = Shelf()
    card = shelf.card(name)
    document = _document(shelf, card)

    def text(console: Console) -> None:
        from rich.table import Table

        table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
        for key in ("name", "does", "capability", "runtime", "licence", "trained_on", "source"):
            table.add_row(key.replace("_", " "), document[key])
        table.add_row("weaknesses", "\n".join(card.weaknesses))
        for file in card.files:
            table.add_row("file", f"{file.name}, {_megabytes(file.size)}, SHA-256 {file.sha256}")
        table.add_row("here", str(document["folder"]) if document["fetched"] else "no")
        console.print(table, highlight=False, markup=False)

    emit(document, json, text)


@app.command("fetch")
def fetch(name: Name, json: Json = False) -> None:
    """Bring a model into the cache and check its digests. The only command that uses the network.

    Example: answerprint models fetch silero-vad
    """
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from answerprint.models.shelf import Shelf

    shelf = Shelf()
    shelf.card(name)  # an unknown name is said before any bar is drawn
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr()) as bars:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        path = shelf.fetch(name, progress)
    document = _document(shelf, shelf.card(name))

    def text(console: Console) -> None:
        console.print(f"{name} is here and is what its card says: {path}", highlight=False, markup=False)

    emit(document, json, text)


@app.command("verify")
def verify(name: Name, json: Json = False) -> None:
    """Read a fetched model again and compare it with its card's digests.

    Example: answerprint models verify minilm
    """
    from answerprint.models.shelf import Shelf

    shelf = Shelf()
    path = shelf.verify(name)

    def text(console: Console) -> None:
        console.print(f"{name} is what its card says: {path}", highlight=False, markup=False)

    emit({**_document(shelf, shelf.card(name)), "verified": True}, json, text)


@app.command("remove")
def remove(name: Name, json: Json = False) -> None:
    """Delete a model from the cache. A model of your own (file:) stays where you put it.

    Example: answerprint models remove minilm
    """
    from answerprint.models.shelf import Shelf

    freed = Shelf().remove(name)

    def text(console: Console) -> None:
        console.print(f"{name}: {_megabytes(freed)} freed", highlight=False)

    emit({"name": name, "freed": freed}, json, text)


def _document(shelf: Shelf, card: Card) -> dict[str, Any]:
    from answerprint.core.encoding import to_builtins

    document: dict[str, Any] = to_builtins(card)
    here = shelf.fetched(card.name)
    return {
        **document,
        "size": card.size,
        "digest": shelf.digest(card.name),
        "fetched": here,
        "folder": str(shelf.folder(card.name)) if here else None,
    }


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
