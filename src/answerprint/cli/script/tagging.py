"""`answerprint script tag`: what each line of a plain-text or PDF screenplay is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from answerprint.cli.output import Json, emit, printable
from answerprint.cli.script.app import app
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from answerprint.formats.screenplays.tagger import TaggedLine

# Colour and column of each tag, as the page has them.
STYLES = {
    "S": ("bold cyan", 0),
    "N": ("", 0),
    "C": ("bold yellow", 22),
    "D": ("green", 10),
    "E": ("magenta", 16),
    "T": ("bold blue", 40),
    "M": ("dim", 0),
}
DOUBTFUL_SHARE = 0.02  # of the lines: more doubts than this and a person should look
FEW_DOUBTS = 4  # asked of nobody: an excerpt of twenty lines reaches the share with one


@app.command("tag")
def tag(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A .txt or .pdf screenplay.")],
    doubts: Annotated[bool, typer.Option("--doubts", help="Show only the lines to look at.")] = False,
    json: Json = False,
) -> None:
    """Each line's tag and confidence: S heading, N action, C character, D dialogue, E parenthetical,
    T transition, M anything else (title page, page numbers, CONTINUED).

    Works with the layout kept or lost. Lines of a PDF are those of its text, with their page. Doubtful lines
    are marked `?`. Ends with 3 when more than four lines and one in fifty are doubtful.

    Example: answerprint script tag film.txt --doubts
    """
    from answerprint.formats.screenplays.tagger import DOUBTFUL
    from answerprint.formats.screenplays.tagger.model import digest

    lines = _tagged(file)
    asked = [line for line in lines if line.doubtful]
    shown = asked if doubts else lines
    document = {
        "lines": shown,
        "doubtful": len(asked),
        "threshold": DOUBTFUL,
        "model": {"name": "screenplay-lines", "sha256": digest()},
    }
    emit(document, json, lambda console: _show(console, file, lines, shown, len(asked)))
    if len(asked) > max(FEW_DOUBTS, DOUBTFUL_SHARE * len(lines)):
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


def _tagged(file: Path) -> list[TaggedLine]:
    from answerprint.formats.screenplays.pdf import tag_pdf
    from answerprint.formats.screenplays.plain import tag_plain

    try:
        with file.open("rb") as opened:
            start = opened.read(1024)
    except OSError:
        start = b""  # the reader says why
    return tag_pdf(file) if b"%PDF-" in start or file.suffix.lower() == ".pdf" else tag_plain(file)


def _show(console: Console, file: Path, lines: list[TaggedLine], shown: list[TaggedLine], asked: int) -> None:
    from answerprint.formats.screenplays.tagger import TAG_WORDS

    width = len(str(lines[-1].number)) if lines else 1
    last = 0
    for line in shown:
        if last and line.number > last + 1 and len(shown) == len(lines):
            console.print()
        last = line.number
        style, column = STYLES[line.tag]
        row = Text(f"{line.number:>{width}} ", style="dim", no_wrap=True)
        row.append(f"{line.tag} ", style="bold red" if line.doubtful else "dim")
        row.append(f"{line.confidence:.2f}? " if line.doubtful else "      ", style="bold red")
        row.append(" " * column + printable(line.text), style=style)
        if line.doubtful:
            row.append(f"   or {TAG_WORDS[line.otherwise]}", style="red")
        console.print(row, soft_wrap=True)
    counts: Counter[str] = Counter(line.tag for line in lines)
    told = ", ".join(f"{counts[tag]} {word}" for tag, word in TAG_WORDS.items() if counts[tag])
    console.print(printable(f"{file.name}: {told}"), markup=False, highlight=False)
    if asked:
        console.print(f"{asked} lines to look at: --doubts shows them", markup=False, highlight=False)
