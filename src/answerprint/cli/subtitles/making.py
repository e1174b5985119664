"""`answerprint subtitles make` and `sdh`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.subtitles.app import Force, In, Out, Profile, Rate, app, exact_rate, written
from answerprint.core.errors import Exit


@app.command("make")
def make(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", readable=False, help="A transcript: Whisper JSON, SRT, VTT."),
    ],
    out: Out,
    profile: Profile = "netflix-en",
    video: Annotated[
        Path | None,
        typer.Option("--video", metavar="FILE", readable=False, help="The film: its rate and shot changes."),
    ] = None,
    rate: Rate = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Subtitles from a transcript's words, by a profile's rules, timed to words, snapped to shot changes.

    Words without times of their own (SRT, VTT) are spread over their cue. A make of a production writes
    subtitles of the cut by itself. Exit code 3: cues are left that want other words.

    Example: answerprint subtitles make interview.json interview.srt --video interview.mov
    """
    from answerprint.cli.progress import named_bar
    from answerprint.departments.release.subtitling.checking import RULES
    from answerprint.formats.subtitles.model import SubtitleFile
    from answerprint.pipeline.captioning import cues_from, mended, profile_named, seen

    rules = profile_named(profile)
    refuse_taken(out, file, video, force=force)
    with named_bar("reading", hidden=json or video is None) as tell:
        against = seen(SubtitleFile(cues=(), format="srt"), video, exact_rate(rate), tell)
    drafted, exact = cues_from(file, rules, against.rate, frames=against.frames)
    result, made = mended(drafted, rules, against, RULES)
    save(out, written(result, out, against.rate), force=force)
    document = {
        "out": str(out),
        "profile": profile,
        "rate": str(against.rate),
        "cues": len(result.cues),
        "words_timed": exact,
        "unfixable": made.unfixable,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        line(f"{out.name}: {len(result.cues)} cues, {rules.title}")
        if not exact:
            line("  its words had no times of their own and were spread over their passages")
        for one in made.unfixable[:20]:
            line(f"  cue {one.cue}, {one.rule} {one.value:g} ({one.limit:g} asked): {one.reason}")

    emit(document, json, text)
    if made.unfixable:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


@app.command("sdh")
def sdh(
    file: In,
    out: Out,
    profile: Profile = "netflix-en",
    video: Annotated[
        Path | None,
        typer.Option("--video", metavar="FILE", readable=False, help="The film: music, applause, laughter."),
    ] = None,
    rate: Rate = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Subtitles for those who do not hear: who speaks where it changes, and sounds as cues of their own.

    Speakers come from the file (WebVTT voices, TTML agents, ASS names). With --video music, applause and
    laughter are heard and get a cue where there is room. What has none is counted.

    Example: answerprint subtitles sdh film.vtt film-sdh.vtt --video film.mp4
    """
    from answerprint.cli.progress import one_bar
    from answerprint.pipeline.captioning import for_those_who_do_not_hear, profile_named, read, seen

    rules = profile_named(profile)
    refuse_taken(out, file, video, force=force)
    cues = read(file)
    own = exact_rate(rate) or seen(cues, None, None).rate
    with one_bar("listening", hidden=json or video is None) as tell:
        result, told = for_those_who_do_not_hear(cues, rules, own, video, tell)
    save(out, written(result, out, own), force=force)
    document = {"out": str(out), "cues": len(result.cues), **told}

    def text(console: Console) -> None:
        console.print(printable(f"{out.name}: {len(result.cues)} cues"), markup=False, highlight=False)
        for what, count in told.items():
            console.print(f"  {what.replace('_', ' ')}: {count}", highlight=False)

    emit(document, json, text)
