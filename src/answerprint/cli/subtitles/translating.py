"""`answerprint subtitles translate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.subtitles.app import Force, In, Out, Profile, Rate, app, exact_rate, written
from answerprint.core.errors import Exit


@app.command("translate")
def translate(
    file: In,
    out: Out,
    to: Annotated[str, typer.Option("--to", metavar="TAG", help="The language wanted: es, fr, de.")],
    source: Annotated[
        str, typer.Option("--from", metavar="TAG", help="The language it is in; the file's own without it.")
    ] = "",
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="FOLDER", readable=False, help="A CTranslate2 model of yours."),
    ] = None,
    endpoint: Annotated[
        str,
        typer.Option("--endpoint", metavar="URL", help="An OpenAI-compatible server of yours."),
    ] = "",
    endpoint_model: Annotated[
        str, typer.Option("--endpoint-model", metavar="NAME", help="The model asked of that server.")
    ] = "",
    profile: Profile = "",
    rate: Rate = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Subtitles in another language, cue by cue in the same times, lines and length fitted to its profile.

    By a CTranslate2 model or a server of yours; without either by the apertium program, as a draft.
    Only --endpoint uses the network. Exit code 3: a draft, or cues too long for their time, which are
    named; 4: nothing here can translate.

    Example: answerprint subtitles translate film.srt film-es.srt --to es --from en
    """
    from answerprint.cli.progress import one_bar
    from answerprint.departments.release.subtitling.profiles import profiles
    from answerprint.pipeline.captioning import profile_named, read
    from answerprint.pipeline.translating import chosen_translator, translated

    rules = profile_named(profile or (f"netflix-{to}" if f"netflix-{to}" in profiles() else "netflix-fr"))
    refuse_taken(out, file, force=force)
    cues = read(file)
    translator = chosen_translator(
        source or cues.language or "en", to, model=model, endpoint=endpoint, endpoint_model=endpoint_model
    )
    with one_bar("translating", hidden=json) as tell:
        made = translated(cues, to, translator, rules, exact_rate(rate), tell)
    save(out, written(made.file, out, exact_rate(rate) or made.rate), force=force)
    document = {
        "out": str(out),
        "translator": translator.name,
        "draft": translator.draft,
        "cues": len(made.file.cues),
        "unfixable": made.unfixable,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        draft = ": a draft, to be corrected" if translator.draft else ""
        line(f"{out.name}: {len(made.file.cues)} cues by {translator.name}{draft}")
        for one in made.unfixable[:20]:
            line(f"  cue {one.cue}, {one.rule} {one.value:g} ({one.limit:g} asked): {one.reason}")

    emit(document, json, text)
    if translator.draft or made.unfixable:
        raise typer.Exit(Exit.NEEDS_A_PERSON)
