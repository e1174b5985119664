"""`answerprint sound library`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.sound.app import app, refuse_other_than_wave
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from answerprint.departments.sound.effects.naming import Named
    from answerprint.pipeline.sound_library.library import Copies, Library, Sound

SHOWN = 3  # tags of a sound in the text form
CERTAIN = 0.1  # confidence from which on they are shown


@app.command("library")
def library(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", readable=False, help="A folder of sound effects, or one file.")
    ],
    like: Annotated[
        Path | None,
        typer.Option("--like", metavar="FILE", readable=False, help="Rank by likeness to this sound."),
    ] = None,
    words: Annotated[
        str | None, typer.Option("--words", metavar="WORDS", help='Rank by words: "heavy rain on metal".')
    ] = None,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="List sounds that are there more than once.")
    ] = False,
    names: Annotated[
        Path | None,
        typer.Option(
            "--names", metavar="OUT.csv", readable=False, help="Propose UCS names; nothing is renamed."
        ),
    ] = None,
    creator: Annotated[
        str, typer.Option("--creator", metavar="ID", help="CreatorID of the names proposed.")
    ] = "NONE",
    source: Annotated[
        str, typer.Option("--source", metavar="ID", help="SourceID of the names proposed.")
    ] = "NONE",
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet", metavar="OUT.html", readable=False, help="Draw a contact sheet of the sounds."
        ),
    ] = None,
    loop: Annotated[
        Path | None,
        typer.Option(
            "--loop", metavar="OUT.wav", readable=False, help="Of one file: write its seamless loop."
        ),
    ] = None,
    tagger: Annotated[
        Path | None,
        typer.Option(
            "--tagger",
            metavar="MODEL.onnx",
            readable=False,
            help="Tag by this model; its labels stand in MODEL.txt beside it.",
        ),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(
            "--index", metavar="FILE", readable=False, help="Keep what was heard here, not in the cache."
        ),
    ] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, help="Sounds listed when ranked.")] = 20,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", min=1, help="Processes; one a core without it.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """What a folder of effects holds: tags, levels, onsets, pitch, loops; searched by example or words.

    Each file is heard once; an index in the user's cache (or --index) knows it again by its content. Nothing
    is written into the folder and nothing renamed. Exit code 3 where files could not be read: they are named.

    Example: answerprint sound library effects --words "heavy rain on metal" --names names.csv
    """
    from answerprint.cli.progress import one_bar
    from answerprint.pipeline.sound_library.library import copies, names_for, read_library, said, write_loop
    from answerprint.pipeline.sound_library.library import like as likest

    if like is not None and words is not None:
        raise UsageError("AP-USE-785", "--like and --words both rank", remedy="give one of the two")
    if loop is not None:
        if not folder.is_file():
            raise UsageError(
                "AP-USE-786", "a loop is of one file", file=str(folder), remedy="give the file for DIR"
            )
        refuse_other_than_wave(loop)
    for out in (names, sheet, loop):
        if out is not None:
            refuse_taken(out, folder, like, tagger, force=force)
    if index is not None:
        refuse_taken(index, like, tagger, *([folder] if folder.is_file() else []), force=True)
    with one_bar("listening", hidden=json) as tell:
        found = read_library(folder, index=index, tagger=tagger, workers=workers, tell=tell)
    for out in (names, sheet, loop):
        if out is not None:
            refuse_taken(out, *(one.path for one in found.sounds), force=force)
    named = names_for(found, creator, source)
    meaning, why = _meaning() if words is not None else (None, "")
    ranked = (
        likest(found, like)[:most] if like is not None
        else said(found, words, meaning)[:most] if words is not None
        else None
    )  # fmt: skip
    twice = copies(found) if duplicates else None
    if names is not None:
        from answerprint.pipeline.sound_library.writing import names_csv

        save(names, names_csv(named), force=force)
    if sheet is not None:
        from answerprint.pipeline.sound_library.writing import sheet_of

        save(sheet, sheet_of(folder.name or str(folder), named, ranked), force=force)
    looped = write_loop(folder, loop) if loop is not None else None
    document: dict[str, Any] = {
        "folder": str(folder),
        "sounds": [_row(one, name) for one, name in named],
        "heard_now": found.fresh,
        "index": str(found.kept_in),
        "failed": [one.document()["error"] for one in found.failed],
        "like": None if like is None else str(like),
        "words": words,
        "meaning": None if words is None else ("minilm" if meaning is not None else why),
        "ranked": None if ranked is None else [{"file": one.name, "score": score} for one, score in ranked],
        "duplicates": twice,
        "names": None if names is None else str(names),
        "sheet": None if sheet is None else str(sheet),
        "loop": None if looped is None else {"out": str(loop), "loop": looped},
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        if ranked is not None:
            for one, score in ranked:
                line(f"  {score:6.3f}  {one.name}{_tags(one)}")
        elif twice is None:
            for one, name in named:
                _print_sound(line, one, name)
        if twice is not None:
            _print_copies(line, twice)
        if why:
            line(f"by words and tags only ({why})")
        if looped is not None:
            line(f"loop written: samples {looped.start} to {looped.end}, seam {looped.seam:.2f}")
        _print_failed(line, found)

    emit(document, json, text)
    if found.failed:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _meaning() -> tuple[Any, str]:
    """What turns sentences into vectors, where MiniLM was fetched; else why there is nothing."""
    from answerprint.pipeline.sound_library.writing import sentences

    return sentences()


def _row(one: Sound, name: Named) -> dict[str, Any]:
    heard = one.heard
    return {
        "file": one.name,
        "digest": one.digest,
        "seconds": heard.seconds,
        "channels": heard.channels,
        "rate": heard.rate,
        "codec": heard.codec,
        "loudness": heard.loudness,
        "peak": heard.peak,
        "measures": heard.measures,
        "tags": heard.tags,
        "loop": heard.loop,
        "notes": heard.notes,
        "name": name,
    }


def _tags(one: Sound) -> str:
    told = [f"{tag.name} {tag.confidence:.2f}" for tag in one.heard.tags[:SHOWN] if tag.confidence >= CERTAIN]
    return f"  ({', '.join(told)})" if told else ""


def _print_sound(line: Callable[[str], None], one: Sound, name: Named) -> None:
    from answerprint.departments.sound.effects.loops import GOOD

    heard = one.heard
    level = "silent" if heard.loudness is None else f"{heard.loudness:.1f} LUFS"
    pitch = f", {heard.measures.pitch:.0f} Hz" if heard.measures.pitch is not None else ""
    line(f"{one.name}: {heard.seconds:.2f} s, {heard.measures.kind}, {level}{pitch}{_tags(one)}")
    if heard.loop is not None and heard.loop.seam >= GOOD:
        line(f"  loops from sample {heard.loop.start} to {heard.loop.end}, seam {heard.loop.seam:.2f}")
    if name.source in ("name", "sound"):
        line(f"  → {name.name}  ({name.reason})")
    for note in heard.notes:
        line(f"  {note}")


def _print_copies(line: Callable[[str], None], twice: list[Copies]) -> None:
    for one in twice:
        line("the same file:" if one.exact else "the same sound:")
        for file in one.files:
            line(f"  {file}")
    line("nothing is there twice" if not twice else f"{len(twice)} sounds are there more than once")


def _print_failed(line: Callable[[str], None], found: Library) -> None:
    for error in found.failed:
        line(str(error))
    line(f"{len(found.sounds)} sounds, {found.fresh} heard now, {len(found.failed)} not readable")
