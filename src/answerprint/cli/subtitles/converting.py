"""`answerprint subtitles convert` and `conform`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.subtitles.app import Force, In, Out, Rate, app, exact_rate, numbers, written
from answerprint.core.errors import Exit


@app.command("convert")
def convert(
    file: In,
    out: Out,
    rate: Rate = None,
    language: Annotated[
        str, typer.Option("--language", metavar="TAG", help="The language the file says: en, de, ja.")
    ] = "",
    force: Force = False,
    json: Json = False,
) -> None:
    """A subtitle file in another format: .srt .vtt .ttml .dfxp .xml (IMSC 1.1) .stl (EBU) .scc .ass.

    Times are exact to the frame: 23.976 is 24000/1001. Italics, place, speakers and forced narratives go
    along where the format has them. Text that a format cannot hold is named by its cue; nothing is written.

    Example: answerprint subtitles convert film.srt film.xml --rate 24000/1001
    """
    from answerprint.pipeline.captioning import read

    refuse_taken(out, file, force=force)
    cues = read(file)
    if language:
        cues = msgspec.structs.replace(cues, language=language)
    chosen = exact_rate(rate) or cues.rate
    save(out, written(cues, out, chosen), force=force)
    document = {
        "file": str(file),
        "out": str(out),
        "cues": len(cues.cues),
        "rate": str(chosen) if chosen else None,
        "notes": cues.notes,
    }

    def text(console: Console) -> None:
        for note in cues.notes:
            console.print(printable(f"  {note}"), markup=False, highlight=False)
        console.print(printable(f"{out.name}: {len(cues.cues)} cues"), markup=False, highlight=False)

    emit(document, json, text)


@app.command("conform")
def conform(
    file: In,
    old: Annotated[
        Path, typer.Argument(metavar="OLD", readable=False, help="The timeline that the cues are timed to.")
    ],
    new: Annotated[
        Path, typer.Argument(metavar="NEW", readable=False, help="The timeline as it is cut now.")
    ],
    out: Out,
    rate: Rate = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Subtitles timed to one cut, carried to the next: every cue goes where its pictures went, exactly.

    Timelines: OTIO, EDL, FCP7 XML, AAF, FCPXML. Cues whose pictures are gone are left out and named; those of
    which only a part is left are named too. Exit code 3: there are some.

    Example: answerprint subtitles conform film-v1.srt v1.otio v2.otio film-v2.srt
    """
    from answerprint.departments.release.subtitling.conforming import conformed
    from answerprint.formats.timelines.files import read_timeline
    from answerprint.pipeline.captioning import read

    refuse_taken(out, file, old, new, force=force)
    cues = read(file)
    chosen = exact_rate(rate)
    before, after = (read_timeline(one, chosen).cut for one in (old, new))
    made = conformed(cues.cues, before, after)
    result = msgspec.structs.replace(cues, cues=made.cues)
    save(out, written(result, out, cues.rate or after.rate), force=force)
    document = {
        "out": str(out),
        "cues": len(cues.cues),
        "cues_after": len(made.cues),
        "gone": made.gone,
        "shortened": made.shortened,
        "doubled": made.doubled,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        line(f"{out.name}: {len(made.cues)} cues of {len(cues.cues)}")
        for what, found in (
            ("not in the new cut", made.gone),
            ("in it in part", made.shortened),
            ("in it more than once", made.doubled),
        ):
            if found:
                line(f"  {what}: {numbers(found)}")

    emit(document, json, text)
    if made.gone or made.shortened:
        raise typer.Exit(Exit.NEEDS_A_PERSON)
