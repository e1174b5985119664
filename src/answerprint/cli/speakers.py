"""`answerprint speakers`: who speaks when in a file, and what else is heard."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.naming import asset_named
from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save
from answerprint.core.errors import UsageError

if TYPE_CHECKING:
    from answerprint.core.time import TimeDocument
    from answerprint.departments.footage.speakers.in_file import Speakers

app = command_app()


@app.command("speakers")
def speakers(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE|DIR", readable=False, help="A file with sound, or a production."),
    ],
    people: Annotated[
        int | None, typer.Option("--speakers", metavar="N", help="How many people speak, if you know.")
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="SPEAKER=NAME",
            help="Call speaker_1 by a name; in a production for good. May be repeated.",
        ),
    ] = None,
    within: Annotated[
        str, typer.Option("--in", metavar="FILE", help="In a production: the file whose speaker is meant.")
    ] = "",
    sounds: Annotated[
        bool, typer.Option("--sounds", help="Also laughter, applause, music and silence.")
    ] = False,
    rttm: Annotated[
        Path | None, typer.Option("--rttm", metavar="OUT", readable=False, help="Write the turns as RTTM.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="OUT.png", readable=False, help="Draw the turns as a picture."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="TRUTH", readable=False, help="An RTTM to be measured against (DER)."
        ),
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option("--backend", help="bundled (two fetched models) or classical; the best there is."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> None:
    """Who speaks when, where people speak at once, and how much each says.

    With the models pyannote-segmentation and resemblyzer (answerprint models fetch NAME) overlaps are heard
    too; without them a classical measure parts voices by their spectra, and hears no overlaps. Where the
    evidence for a second voice is thin, it is one voice. speaker_1 is who speaks first.

    Of a production that was logged, the voices over all its files; a name given here stays, whatever is added
    or put together anew (voices.toml), and goes into search and transcripts with the next answerprint log.

    Example: answerprint speakers interview.wav --speakers 2 --name speaker_1=ANNA --rttm interview.rttm
    """
    names = _names(name or [])
    if file.is_dir():
        _production(file, names, within, json)
        return
    if within:
        raise UsageError(
            "AP-USE-359", "--in is for productions", file=str(file), remedy="name the production's folder"
        )
    for out in (rttm, plot):
        if out is not None:
            refuse_taken(out, file, against, force=force)
    from answerprint.cli.progress import named_bar
    from answerprint.departments.footage.speakers.in_file import speakers_of

    with named_bar("reading the sound", hidden=json) as tell:
        found = speakers_of(
            file,
            people=people,
            names=names,
            backend=backend,
            sounds=sounds,
            truth=against,
            progress=tell,
        )
    if rttm is not None:
        save(rttm, found.rttm.encode(), force=force)
    if plot is not None:
        from answerprint.departments.footage.speakers.timeline_picture import timeline_png

        save(plot, timeline_png(found.spans, found.sounds, found.samples), force=force)
    document: Any = found.document
    emit(document, json, lambda console: _print(console, file, found))


def _production(root: Path, names: dict[str, str], within: str, as_json: bool) -> None:
    """The voices of a production, and names given to some of them."""
    from answerprint.departments.footage.speakers.places import name_voice, voices_in
    from answerprint.store.production import Production

    production = Production.open(root)
    with production.catalogue() as catalogue:
        asset = asset_named(catalogue, within)
        if names:
            with production.lock():
                for voice, called in names.items():
                    name_voice(production.root, catalogue, voice, called, asset)
        files = {one.id: one.name for one in catalogue.assets()}
        rows: list[dict[str, Any]] = []
        for voice, heard in voices_in(catalogue, asset).items():
            said = [one for turns in heard.values() for one in turns]
            rows.append(
                {
                    "voice": voice,
                    "called": names.get(voice)
                    or sorted({names.get(one.label, one.label) for one in said})[0],
                    "seconds": str(Fraction(sum(one.end - one.start for one in said), 16_000)),
                    "files": sorted(files.get(one, one[:12]) for one in heard),
                }
            )
    rows.sort(key=lambda row: -Fraction(row["seconds"]))

    def text(console: Console) -> None:
        from rich.table import Table

        table = Table("voice", "called", "speaks", "files")
        for row in rows:
            shown = f"{float(Fraction(row['seconds'])):.1f} s"
            table.add_row(row["voice"], printable(row["called"]), shown, printable(", ".join(row["files"])))
        console.print(table if rows else "no voices were heard yet: answerprint log listens", highlight=False)
        if names:
            console.print(
                f"answerprint log {printable(root.name)} puts the names everywhere", highlight=False
            )

    emit({"voices": rows}, as_json, text)


def _names(given: list[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for one in given:
        speaker, sign, called = (part.strip() for part in one.partition("="))
        if not sign or not speaker or not called:
            raise UsageError(
                "AP-USE-353",
                f"{one!r} names nobody",
                remedy="write --name speaker_1=ANNA",
            )
        names[speaker] = called
    return names


def _print(console: Console, file: Path, found: Speakers) -> None:
    from rich.table import Table

    document = found.document

    def line(text: str) -> None:
        console.print(printable(text), markup=False, highlight=False)

    overlap = float(Fraction(document.overlap_seconds))
    count = len(document.speakers)
    people = "nobody speaks" if not count else f"{count} speaker{'s' if count > 1 else ''}"
    line(f"{file.name}: {people}, {len(document.turns)} turns, {overlap:.1f} s at once ({document.backend})")
    for one in document.speakers:
        said = float(Fraction(one.seconds))
        line(f"  {one.speaker:<16}{said:>8.1f} s {100 * one.share:>5.0f} %  in {one.turns} turns")
    if document.turns:
        table = Table(box=None, header_style="")
        for heading in ("from", "to", "speaker", "", "sure"):
            table.add_column(heading, justify="right" if heading == "sure" else "left")
        for turn in document.turns:
            over = "overlap" if turn.overlap else ""
            table.add_row(
                _place(turn.start), _place(turn.end), printable(turn.speaker), over, f"{turn.confidence:.2f}"
            )
        console.print(table, highlight=False, markup=False)
    for heard in document.sounds or ():
        line(
            f"  {heard.sound:<10}{_place(heard.start)} – {_place(heard.end)}  "
            f"confidence {heard.confidence:.2f}"
        )
    if document.sounds == ():
        line("  no laughter, applause, music or silence")
    if document.error is not None:
        wrong = document.error
        line(
            f"  against the truth: DER {wrong.rate:.3f} (missed {wrong.missed:.3f}, false {wrong.false:.3f}, "
            f"confused {wrong.confused:.3f})"
        )


def _place(time: TimeDocument) -> str:
    return time.timecode or f"{float(Fraction(time.time)):.2f} s"
