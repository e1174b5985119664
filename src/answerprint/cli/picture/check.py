"""`answerprint picture check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.picture.app import app
from answerprint.core.errors import Exit, UsageError


@app.command("check")
def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", readable=False, help="The film, as it is to be sent.")
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", metavar="P", help="Whose rules: a name, or a .toml of your own.")
    ] = "festival",
    subtitles: Annotated[
        Path | None,
        typer.Option("--subtitles", metavar="F", readable=False, help="The film's subtitles, checked too."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="OUT.html", readable=False, help="Write a page with a still of each."),
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="OUT.pdf", readable=False, help="Write the same as a PDF.")
    ] = None,
    list_profiles: Annotated[
        bool, typer.Option("--list-profiles", help="Print the profiles there are, and check nothing.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Quality control of a finished film in one pass: which picture is broken, how badly, and by whose rule.

    Every fault has its kind, timecode, value and limit, and whether a rule or the craft's judgement is behind
    it: focus, exposure, clipping, banding, blocking, stuck pixels, dropped, doubled, frozen and black
    pictures, flashes, bars, gamut, range, tags, damage, the file itself, loudness, subtitles. Exit code 3:
    a problem or a warning was found; notes alone are 0.

    Example: answerprint picture check film.mov --profile broadcaster --pdf film-qc.pdf
    """
    from answerprint.departments.picture.checking.profiles import profiles

    if list_profiles:
        _profiles(profiles(), json)
        return
    if file is None:
        raise UsageError("AP-USE-812", "there is no file to check", remedy="give FILE, or --list-profiles")
    from answerprint.cli.progress import named_bar
    from answerprint.core.encoding import to_builtins
    from answerprint.pipeline.picture.checking import check_file
    from answerprint.pipeline.picture.checking_pages import page, stills_of
    from answerprint.pipeline.picture.checking_pages import pdf as pdf_of

    for out, suffix in ((html, ".html"), (pdf, ".pdf")):
        if out is not None and out.suffix.casefold() != suffix:
            raise UsageError("AP-USE-813", "the name does not fit", file=str(out), remedy=f"name it {suffix}")
    outs = [] if dry_run else [out for out in (html, pdf) if out is not None]
    for out in outs:
        refuse_taken(out, file, subtitles, force=force)
    with named_bar("looking and listening", hidden=json) as tell:
        found = check_file(file, profile, subtitle_file=subtitles, tell=tell)
        stills = stills_of(file, found, tell) if outs else {}
    if html in outs and html is not None:
        save(html, page(found, stills), force=force)
    if pdf in outs and pdf is not None:
        save(pdf, pdf_of(found, stills), force=force)
    document: dict[str, Any] = {**to_builtins(found), "written": [str(one) for one in outs]}
    document["file"] = str(file)

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        facts = found.facts
        line(f"{file.name}: {found.title}{' (what is usual, no requirement)' if found.guide else ''}")
        line(
            f"  {facts.codec} in {facts.container}, {facts.size}, {facts.rate} pictures a second, "
            f"{facts.bits} bits, {facts.frames} pictures, {facts.shots} shots"
        )
        for verdict in found.loudness:
            value = f"{verdict.value:g}" if verdict.value is not None else "not measured"
            line(f"  {verdict.rule}: {value} ({verdict.limit})")
        for one in found.faults:
            place = f"{one.start}–{one.to}" if one.start else "whole file"
            by = "rule" if one.by == "rule" else "craft"
            line(f"  {one.severity:<8} {place:<23} {one.kind.replace('_', ' ')} ({by}): {one.message}")
        for note in found.notes:
            line(f"  {note}")
        if not found.faults:
            line("  nothing was found")
        if outs:
            line(", ".join(one.name for one in outs) + " written")

    emit(document, json, text)
    if found.needs_a_person:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _profiles(found: Any, json: bool) -> None:
    def text(console: Console) -> None:
        for name, one in found.items():
            usual = " (what is usual, no requirement)" if one.guide else ""
            console.print(f"{name}: {one.title}{usual}", markup=False, highlight=False)
            console.print(f"  {one.source}", markup=False, highlight=False)

    emit({"profiles": {name: msgspec.to_builtins(one) for name, one in found.items()}}, json, text)
