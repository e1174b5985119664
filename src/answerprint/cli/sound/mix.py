"""`answerprint sound mix`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken
from answerprint.cli.sound.app import app, print_verdicts, profile_named
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from answerprint.departments.sound.stems.sorting import Stem
    from answerprint.pipeline.mixdown.records import Mixed

SHOWN = 12  # lines of a list that are printed; the document has all


@app.command("mix")
def mix(
    timeline: Annotated[
        Path, typer.Argument(metavar="TIMELINE", readable=False, help="OTIO, FCPXML, FCP7 XML, AAF, EDL.")
    ],
    out: Annotated[Path, typer.Argument(metavar="FOLDER", readable=False, help="A new folder for the mix.")],
    profile: Annotated[
        list[str] | None,
        typer.Option("--profile", "-p", metavar="NAME", help="A delivery; several for a print of each."),
    ] = None,
    media: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", readable=False, help="Where media lies, by name: originals, say."),
    ] = None,
    stem: Annotated[
        list[str] | None,
        typer.Option(metavar="TRACK=STEM", help="A3=music, say; stems are dialogue, music, effects."),
    ] = None,
    layout: Annotated[
        str, typer.Option(metavar="LAYOUT", help="stereo, or 5.1 (with a fold-down to stereo beside it).")
    ] = "stereo",
    fade: Annotated[float, typer.Option(metavar="MS", min=0, max=1000, help="Fades at every edit.")] = 5.0,
    duck: Annotated[
        float,
        typer.Option(metavar="LU", min=0, max=30, help="How far voices stand over music; 0 rides none."),
    ] = 10.0,
    tone: Annotated[
        float,
        typer.Option(metavar="S", min=0, max=60, help="Longest gap that room tone fills; 0 fills none."),
    ] = 8.0,
    clean: Annotated[bool, typer.Option("--clean", help="Clean the dialogue's clips first.")] = False,
    keep_gains: Annotated[
        bool, typer.Option("--keep-gains", help="Level nothing: every clip as loud as in the timeline.")
    ] = False,
    rate: Annotated[
        str | None, typer.Option(metavar="R", help="Frames a second, of an EDL without it.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that read and listen.", min=1)] = 2,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be mixed and how, and write nothing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over an earlier mix in that folder.")] = False,
    json: Json = False,
) -> None:
    """Mixes a timeline: dialogue, music and effects stems, printmaster, M&E, and a hand-over as AAF and OTIO.

    Tracks are sorted by role or name, else by ear (told, and exit code 3). Dialogue is levelled clip by clip,
    music begins under it and is ridden under every phrase; what has a gain in the timeline keeps it. One trim
    and one limiter for all stems: they add up to the printmaster. Written files are measured.

    Example: answerprint sound mix film.otio mix --profile ebu-r128 --profile netflix --stem A5=effects
    """
    from answerprint.cli.progress import named_bar
    from answerprint.core.timecode import parse_rate
    from answerprint.pipeline.mixdown.mixing import mix_timeline
    from answerprint.pipeline.mixdown.planning import Asked

    wanted = tuple(dict.fromkeys(profile or ["ebu-r128"]))
    for one in wanted:
        profile_named(one)
    asked = Asked(
        media=tuple(media or ()),
        stems=_stems(stem or []),
        profiles=wanted,
        layout=_layout(layout),
        fade=fade / 1000,
        duck=duck or None,
        tone=tone,
        keep=keep_gains,
        clean=clean,
        rate=parse_rate(rate) if rate is not None else None,
        workers=workers,
    )
    if not dry_run:
        _refuse_taken(out, timeline, force=force)
    with named_bar("listening", hidden=json) as tell:
        made = mix_timeline(timeline, out, asked, dry_run=dry_run, tell=tell)

    def text(console: Console) -> None:
        _print(made, lambda told: console.print(printable(told), markup=False, highlight=False))

    emit(made, json, text)
    if made.needs_a_person:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _stems(told: list[str]) -> dict[str, Stem]:
    """Raises UsageError AP-USE-710 for what names no track and stem."""
    from answerprint.departments.sound.stems.sorting import STEMS

    found: dict[str, Stem] = {}
    for one in told:
        track, _, named = one.partition("=")
        stem = next((stem for stem in STEMS if stem == named.strip().casefold()), None)
        if not track.strip() or stem is None:
            raise UsageError(
                "AP-USE-710", f"{one!r} names no track and stem", remedy="write A3=music; " + ", ".join(STEMS)
            )
        found[track.strip()] = stem
    return found


def _layout(told: str) -> Literal["stereo", "5.1"]:
    if told == "stereo" or told == "5.1":
        return "stereo" if told == "stereo" else "5.1"
    raise UsageError("AP-USE-712", f"{told!r} is no layout", remedy="stereo or 5.1")


def _refuse_taken(out: Path, timeline: Path, *, force: bool) -> None:
    """A folder is written over only where an earlier mix made it."""
    if force and out.is_dir() and (out / f"{out.name}.json").is_file():
        return
    refuse_taken(out, timeline)


def _print(made: Mixed, line: Callable[[str], None]) -> None:
    for track in made.tracks:
        unsure = "" if track.sure else "  <- listen, or say --stem"
        line(f"{track.track:<4} {track.stem:<9} {track.clips} clips, {track.reason}{unsure}")
    _list(line, [f"  {c.start} {c.name}: {c.gain:+.1f} dB, {c.reason}" for c in made.clips], "clips")
    rides = [
        f"  {r.start} to {r.end}: music {r.gain:+.1f} dB (voice {r.voice:.0f}, music {r.music:.0f} LUFS)"
        for r in made.rides
    ]
    if rides:
        line("music ridden under voices:")
        _list(line, rides, "rides")
    filled = [one for one in made.tones if one.of]
    if made.tones:
        line(f"room tone in {len(filled)} of {len(made.tones)} gaps of the dialogue")
    for one in made.tones:
        if not one.of:
            line(f"  {one.start} to {one.end} stays silent: {one.reason}")
    for phrase in made.covered:
        line(f"{phrase.start}: effects at {phrase.effects:.0f} LUFS over a voice at {phrase.voice:.0f}")
    for lost in made.unheard:
        line(f"not heard: {lost.track} {lost.at} {lost.name}: {lost.why}")
    for delivery in made.deliveries:
        held = f", peaks held by up to {-delivery.printed.deepest:.1f} dB" if delivery.printed.limited else ""
        line(f"{delivery.profile}: {delivery.printed.trim:+.1f} dB on all stems{held}")
        print_verdicts(line, delivery.verdicts)
        if delivery.adds_up is not None:
            line(f"  stems add up to the printmaster, to {delivery.adds_up:.0f} dBFS")
        for file in delivery.files:
            loud = "silent" if file.integrated is None else f"{file.integrated:.1f} LUFS"
            line(f"  {file.file}: {loud}")
    line(f"{made.out} written" if made.out else "nothing was written")


def _list(line: Callable[[str], None], rows: list[str], what: str) -> None:
    for row in rows[:SHOWN]:
        line(row)
    if len(rows) > SHOWN:
        line(f"  … and {len(rows) - SHOWN} more {what} (--json has all)")
