"""`answerprint sound speak`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable
from answerprint.cli.sound.app import app
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.pipeline.speaking import Plan

SHOWN_TEXT = 48


@app.command("speak")
def speak(
    screenplay: Annotated[
        Path, typer.Argument(metavar="SCREENPLAY", readable=False, help="A screenplay, or a plain text.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT_FOLDER", readable=False, help="A new folder.")],
    scene: Annotated[
        list[str] | None, typer.Option("--scene", metavar="NUMBER", help="Only this scene; may be repeated.")
    ] = None,
    character: Annotated[
        list[str] | None,
        typer.Option("--character", metavar="NAME", help="Only this character; may be repeated."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="At most so many lines, from the first on.")
    ] = None,
    pace: Annotated[float, typer.Option(metavar="FACTOR", help="1 is 150 words a minute.")] = 1.0,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="As espeak-ng names it; else the title page's.")
    ] = "",
    rate: Annotated[
        str, typer.Option(metavar="RATE", help="Frames a second that the lines are laid on: 25, 23.976.")
    ] = "24",
    no_arc: Annotated[
        bool, typer.Option("--no-arc", help="Leave pace, pitch and level as they are but for directions.")
    ] = False,
    voices: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", readable=False, help="Who speaks with which voice, pitch, pace."),
    ] = None,
    dictionary: Annotated[
        Path | None,
        typer.Option(metavar="FILE", readable=False, help="Pronunciations: `word = respelling`, `/IPA/`."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(metavar="MODEL.onnx", readable=False, help="A voice of Piper's shape, .json beside."),
    ] = None,
    person: Annotated[str, typer.Option(metavar="NAME", help="Whose voice the model speaks with.")] = "",
    consent: Annotated[
        Path | None,
        typer.Option(metavar="FILE", readable=False, help="The record of that person's consent."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say who would speak how, and write nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Guide voices: every line of dialogue as a wave, one guide of all, a list, and a timeline (OTIO, AAF).

    Characters of one scene get voices that are far apart. Parentheticals such as (whispering), (shouting) and
    (beat) are followed, and the script's emotional level moves pace, pitch and level a little; each line says
    why. A named person's voice is used only with a record of their consent: person, scope (voice),
    production, granted_by, date, until, digest. Exit code 3 where a line gives no sound, or a model lacks
    phonemes.

    Example: answerprint sound speak film.fountain guide-voices --scene 12
    """
    from answerprint.cli.progress import one_bar
    from answerprint.core.timecode import parse_rate
    from answerprint.pipeline.speaking import Asked, plan_of
    from answerprint.pipeline.speaking_files import refuse_folder
    from answerprint.pipeline.speaking_files import speak as write_spoken

    if not 0.5 <= pace <= 2.0:
        raise UsageError("AP-USE-735", f"a pace of {pace:g} is no speech", remedy="give 0.5 to 2")
    if person and model is None and voices is None:
        raise UsageError(
            "AP-USE-735", "--person says whose voice a model has", remedy="give --model, or leave it out"
        )
    frames = parse_rate(rate)
    if not dry_run:
        refuse_folder(out)
    asked = Asked(
        scenes=scene or (),
        characters=character or (),
        limit=limit,
        pace=pace,
        language=language,
        rate=frames,
        arc=not no_arc,
        voices=voices,
        dictionary=dictionary,
        model=model,
        person=person,
        consent=consent,
    )
    plan, loaded = plan_of(screenplay, asked)
    spoken = None
    if not dry_run:
        with one_bar("speaking", hidden=json) as tell:
            spoken = write_spoken(plan, out, loaded, tell)
    document: dict[str, Any] = {
        "file": str(screenplay),
        "title": plan.title,
        "language": plan.language,
        "back_end": plan.back_end,
        "synthetic": True,
        "voices": plan.voices,
        "closest": plan.closest,
        "seconds": round(sum(one.seconds for one in plan.lines), 2),
        "lines": [
            {
                "number": one.number,
                "scene": one.speech.scene,
                "character": one.speech.character,
                "key": one.speech.key,
                "text": one.speech.text,
                "seconds": one.seconds,
                "pieces": one.pieces,
                "reasons": one.reasons,
                "consent": one.consent,
            }
            for one in plan.lines
        ],
        "silent": plan.silent,
        "spoken": spoken,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        _print_plan(line, plan)
        if spoken is None:
            line("nothing was written")
            return
        for label, lacking in spoken.unknown.items():
            line(f"  {label}: the model has no id for {lacking} phonemes")
        for label in spoken.silent:
            line(f"  {label}: no sound")
        line(f"{out.name}: {len(spoken.lines)} lines, a guide of {spoken.seconds:.1f} s, all synthetic")

    emit(document, json, text)
    if spoken is not None and (spoken.unknown or spoken.silent):
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _print_plan(line: Any, plan: Plan) -> None:
    line(f"{plan.title}: {len(plan.lines)} lines, {plan.language}, {plan.back_end}")
    if plan.closest is not None:
        one, other, steps = plan.closest
        line(f"  nearest voices of one scene: {one} and {other}, {steps:.1f} steps apart")
    for label in plan.silent:
        line(f"  {label}: nothing to say, left out")
    for planned in plan.lines:
        first = planned.pieces[0]
        said = planned.speech.text
        shown = said if len(said) <= SHOWN_TEXT else said[: SHOWN_TEXT - 1] + "…"
        voice = first.voice or f"speaker {planned.voice.speaker or 0}"
        line(
            f"  {planned.number:4d}  sc. {planned.speech.scene}  {planned.speech.character}  {voice}  "
            f"{first.words} w/min  pitch {first.pitch}  {first.delivery.decibels:+.1f} dB "
            f" {planned.seconds:.1f} s  {shown}"
        )
        for reason in planned.reasons:
            line(f"          {reason}")
