"""`answerprint sound music`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.sound.app import app
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from answerprint.departments.sound.music.analysis import Music
    from answerprint.departments.sound.music.plans import Fit, Mark

PICTURE_RATE = Fraction(24)  # frames a second that misses are told in where no timeline says


@app.command("music")
def music(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A file with music.")],
    timeline: Annotated[
        Path | None,
        typer.Option(
            "--fit",
            metavar="TIMELINE",
            readable=False,
            help="Cut the cue to this timeline's markers and length.",
        ),
    ] = None,
    marks: Annotated[
        str, typer.Option("--marks", metavar="S,S …", help="Or to these seconds from its start: 10.0,22.5")
    ] = "",
    length: Annotated[
        float | None, typer.Option("--length", metavar="S", help="Seconds that the fitted cue shall be long.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="OUT.wav", readable=False, help="Write the fitted cue."),
    ] = None,
    stream: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Index of the sound stream; the first without it.")
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture", metavar="OUT.svg", readable=False, help="Draw onsets, bars, sections and marks."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how it would be cut, and write nothing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Tempo (and what else it may be), beats, bars, sections, key, and cited measures of mood of a piece.

    With --fit, --marks or --length it is cut to picture: bars left out or played again, its own ending kept,
    the tempo bent by at most 3 %, so that marks fall on the first beats of bars. A marker with the word
    "strong" may also be hit by the middle of a bar, with "beat" by any beat. Marks that cannot be hit are
    named. Exit code 3 where there are any, where the length cannot be had, or where no beat is clear.

    Example: answerprint sound music cue.wav --fit cut.otio --out cue-fitted.wav --picture cue.svg
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.scoring import fitted, marks_of, music_in, write_fitted

    asked, total, rate = _asked(marks, length)
    fits = bool(asked) or total is not None or timeline is not None
    if timeline is not None and asked:
        raise UsageError(
            "AP-USE-683", "both --fit and --marks say where marks are", remedy="give one of the two"
        )
    if out is not None and not fits:
        raise UsageError(
            "AP-USE-684",
            "nothing is said to fit the cue to",
            remedy="--out goes with --fit, --marks or --length",
        )
    if out is not None and out.suffix.casefold() != ".wav":
        raise UsageError("AP-USE-684", "a fitted cue is a wave file", file=str(out), remedy="name it .wav")
    for one in (out, picture):
        if one is not None and not dry_run:
            refuse_taken(one, file, timeline, force=force)
    if timeline is not None:
        asked, long, rate = marks_of(timeline)
        total = total if total is not None else long
    with named_bar("listening", hidden=json) as tell:
        found = music_in(file, stream=stream, tell=lambda done: tell("listening", done))
        plan = fitted(found, asked, total, rate) if fits and found.beats else None
        if plan is not None and out is not None and not dry_run:
            write_fitted(file, out, plan, stream=stream, tell=lambda done: tell("writing", done))
    if picture is not None and not dry_run:
        from answerprint.departments.sound.music.picture import music_svg

        save(picture, music_svg(found, file.name, plan), force=force)
    written = plan is not None and out is not None and not dry_run
    document: dict[str, Any] = {
        "file": str(file),
        **{name: value for name, value in msgspec.structs.asdict(found).items() if name != "sounds"},
        "beat_seconds": found.beat_seconds,
        "fit": plan,
        "out": str(out) if written else None,
        "picture": str(picture) if picture is not None and not dry_run else None,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        _print_music(line, file.name, found)
        if plan is not None:
            _print_fit(line, plan)
            line(f"{out.name} written" if written and out is not None else "nothing was written")
        elif fits:
            line("it has no clear beat: it cannot be fitted")

    emit(document, json, text)
    if not found.beats or (plan is not None and (plan.missed or not plan.length_met)):
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _asked(marks: str, length: float | None) -> tuple[tuple[Mark, ...], int | None, Fraction]:
    """Marks and length as samples at 48 kHz. Raises UsageError AP-USE-683 for what are no seconds."""
    from answerprint.departments.sound.music.analysis import PLACES
    from answerprint.departments.sound.music.plans import Mark

    found: list[Mark] = []
    for word in marks.split(","):
        try:
            seconds = Fraction(word.strip()) if word.strip() else None
        except (ValueError, ZeroDivisionError):
            seconds = Fraction(0)
        if seconds is None:
            continue
        if seconds <= 0 or seconds > 24 * 3600:
            raise UsageError(
                "AP-USE-683",
                f"{word.strip()!r} is no place in a cue",
                remedy="give seconds: --marks 10.0,22.5",
            )
        found.append(Mark(at=round(seconds * PLACES), name=f"{float(seconds):g} s"))
    if length is not None and not 0 < length <= 24 * 3600:
        raise UsageError("AP-USE-683", f"a cue is not {length:g} s long", remedy="give seconds: --length 90")
    total = None if length is None else round(Fraction(str(length)) * PLACES)
    return tuple(sorted(found, key=lambda one: one.at)), total, PICTURE_RATE


def _print_music(line: Callable[[str], None], name: str, found: Music) -> None:
    line(f"{name}: {found.samples / 48_000:.1f} s")
    others = ", ".join(f"{one.bpm:.1f} ({one.relation}, {one.score:.2f})" for one in found.tempi[1:])
    if found.tempo is None:
        line(f"  no clear beat (clarity {found.pulse:.2f})")
    else:
        line(f"  tempo     {found.tempo:.1f} beats a minute" + (f"; it may be {others}" if others else ""))
    if found.metre is not None:
        swung = ", swung" if found.metre.swung else ""
        line(f"  metre     {found.metre.name}{swung}; {len(found.beats)} beats, {len(found.downbeats)} bars")
    if found.key is None:
        line("  key       none")
    else:
        near = ", ".join(f"{one.name} {one.score:.2f}" for one in found.key.alternates)
        line(
            f"  key       {found.key.name} {found.key.score:.2f}; next {near}; "
            f"tuned {found.key.tuning:+.0f} cents"
        )
    for section in found.sections:
        line(
            f"  section {section.label} {section.start / 48_000:8.2f} s, bars {section.first_bar + 1} to "
            f"{section.last_bar}"
        )
    for one in found.measures:
        value = "–" if one.value is None else f"{one.value:.2f} {one.unit}"
        line(f"  {one.name:<16}{value}  (more of it goes with {one.higher} {one.speaks_for}: {one.source})")


def _print_fit(line: Callable[[str], None], plan: Fit) -> None:
    cuts = "1 cut" if plan.cuts == 1 else f"{plan.cuts} cuts"
    line(f"fitted: {plan.length / 48_000:.2f} s, {cuts}, tempo bent by {plan.most_bent:.1%} at most")
    if not plan.length_met:
        line("  the length asked for cannot be had: it is as long as it comes")
    for piece in plan.pieces:
        how = f"cut to bar {piece.bar}" if piece.cut else "goes on" if piece.start else "begins"
        line(f"  {piece.start / 48_000:8.2f} s  {how}, {piece.tempo:+.1%}")
    for hit in plan.hits:
        line(f"  {hit.mark.at / 48_000:8.2f} s  {hit.mark.name}: hit")
    for missed in plan.missed:
        near = f"the nearest beat is {missed.frames} frames {'late' if missed.off > 0 else 'early'}"
        line(f"  {missed.mark.at / 48_000:8.2f} s  {missed.mark.name}: NOT hit, {near}; {missed.why}")
