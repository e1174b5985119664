"""`answerprint sound lips`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable
from answerprint.cli.sound.app import app
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.departments.sound.replacement.lip_sync import LipSync
    from answerprint.pipeline.lip_syncing import LipsChecked

SURE_ENOUGH = 0.5  # confidence from which on an offset outside EBU R 37 wants a person


@app.command("lips")
def lips(
    film: Annotated[
        Path, typer.Argument(metavar="FILM", readable=False, help="A film in which faces speak.")
    ],
    sound: Annotated[
        Path | None,
        typer.Option(metavar="FILE", readable=False, help="Another sound, of the film's length: ADR."),
    ] = None,
    consent: Annotated[
        bool, typer.Option("--consent", help="Those filmed have agreed that their faces are analysed.")
    ] = False,
    stream: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Index of the sound stream; the first without it.")
    ] = None,
    json: Json = False,
) -> None:
    """Lip-sync: how far speech lies from the mouth that speaks it, in frames, with a confidence.

    Mouths are measured, their opening held against the voice's level. An offset is told for the whole film
    and for every shot by itself; where nobody is seen speaking for long enough, none is. Exit code 3 where a
    sure one lies outside of what EBU R 37 allows (40 ms before the picture, 60 ms after it). Nothing is
    looked at without --consent.

    Example: answerprint sound lips scene-12.mov --sound adr-12.wav --consent
    """
    from answerprint.cli.progress import one_bar
    from answerprint.pipeline.lip_syncing import check_lips

    if not consent:
        raise UsageError(
            "AP-USE-240",
            "faces are analysed only with the consent of those filmed",
            file=str(film),
            remedy="when they have agreed, say so with --consent",
        )
    with one_bar("watching lips", hidden=json) as tell:
        made = check_lips(film, sound, stream=stream, tell=tell)
    document = {
        "rate": str(made.rate),
        "whole": _document(made, made.whole) if made.whole is not None else None,
        "shots": [_document(made, one) for one in made.shots],
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for one in made.shots:
            line(f"{one.start:8.2f} to {one.end:.2f} s: {_words(made, one)}")
        line("the whole: " + (_words(made, made.whole) if made.whole is not None else "no face that speaks"))

    emit(document, json, text)
    if made.whole is not None and made.whole.within is False and made.whole.confidence >= SURE_ENOUGH:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _document(made: LipsChecked, one: LipSync) -> dict[str, object]:
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    return {**fields, "offset_frames": made.frames(one), "within": one.within}


def _words(made: LipsChecked, one: LipSync) -> str:
    frames = made.frames(one)
    if one.offset is None or frames is None:
        return f"nothing can be told (alike {one.alike:.2f})"
    where = "after" if one.offset >= 0 else "before"
    limit = "" if one.within else ", outside of EBU R 37"
    return (
        f"sound {abs(frames):.1f} frames {where} the lips ({1000 * abs(one.offset):.0f} ms), "
        f"confidence {one.confidence:.2f}{limit}"
    )
