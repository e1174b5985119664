"""`answerprint render`: any timeline as a film, a master or pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from answerprint.cli.output import Json, command_app, emit, printable, stderr
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.pipeline.rendering import Rendered

app = command_app()


@app.command("render")
def render(
    timeline: Annotated[
        Path, typer.Argument(metavar="TIMELINE", readable=False, help="OTIO, FCPXML, FCP7 XML, AAF, EDL.")
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", readable=False, help="A film (.mp4, .mov), or a folder.")
    ],
    preset: Annotated[
        str,
        typer.Option(
            help="h264, h264-proxy, prores-proxy, prores-422, prores-hq, prores-4444, png, tiff, dpx."
        ),
    ] = "",
    media: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", readable=False, help="Where media lies, by name: originals, say."),
    ] = None,
    burn_in: Annotated[
        str | None,
        typer.Option("--burn-in", metavar="WHAT", help="timecode, source, clip, frame, name; with commas."),
    ] = None,
    range_: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--range", metavar="IN OUT", help="Only this part: frames, or timecodes; OUT exclusive."
        ),
    ] = None,
    height: Annotated[
        int | None, typer.Option(help="Lines of the picture; the timeline's own without.")
    ] = None,
    rate: Annotated[
        str | None, typer.Option(metavar="R", help="Frames a second, of an EDL without it.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that draw.", min=1)] = 2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be rendered only.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    json: Json = False,
) -> None:
    """A timeline rendered frame by frame: speeds, reverse, freezes, dissolves, wipes (SMPTE 258M), fades,
    nested timelines, ASC CDL; sound as it lies there, 48 kHz stereo.

    Media is found where the timeline says, or by name under --media (proxies give way to originals so). What
    is missing is drawn as a slate with its name, and exit code 3 says so. A run that is broken off goes on
    where it stopped: what is drawn is kept, segment by segment, until the whole is written.

    Example: answerprint render back-from-resolve.otio master.mov --preset prores-hq --media footage
    """
    from answerprint.core.timecode import parse_rate
    from answerprint.pipeline.rendering import Asked, render_timeline

    counted = parse_rate(rate) if rate is not None else None
    asked = Asked(
        preset=preset,
        media=media or (),
        burn=[one.strip() for one in (burn_in or "").split(",") if one.strip()],
        range_=_frames(timeline, range_, counted) if range_ is not None else None,
        height=height,
        rate=counted,
        workers=workers,
        dry_run=dry_run,
        force=force,
    )
    with Progress(console=stderr(), transient=True, disable=json or not stderr().is_terminal) as bars:
        task = bars.add_task(printable(out.name), total=1.0)
        made = render_timeline(timeline, out, asked, lambda share: bars.update(task, completed=share))
    emit(made, json, lambda console: _print(console, made))
    if made.offline or made.unknown:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _frames(timeline: Path, texts: tuple[str, str], rate: Fraction | None) -> tuple[int, int]:
    from answerprint.core.timecode import parse_timecode
    from answerprint.formats.timelines.files import read_timeline

    cut = read_timeline(timeline, rate).cut
    found = []
    for text in texts:
        if text.isdigit():
            found.append(int(text))
        elif ":" in text or ";" in text:
            found.append(parse_timecode(text, cut.rate, drop=cut.drop) - cut.start_frame)
        else:
            raise UsageError(
                "AP-USE-654", f"{text!r} is no frame and no timecode", remedy="write 01:00:04:12"
            )
    return found[0], found[1]


def _print(console: Console, made: Rendered) -> None:
    def line(text: str) -> None:
        console.print(printable(text), markup=False, highlight=False)

    kept = f", {made.kept} kept from a run before" if made.kept else ""
    would = "would be drawn" if made.dry_run else "drawn"
    wide, tall = made.raster
    line(f"{made.frames} frames at {made.rate}, {wide}x{tall}, {made.segments} segments {would}{kept}")
    for name in made.offline:
        line(f"not found, drawn as a slate: {name}")
    for name in made.unknown:
        line(f"a wipe not known here, dissolved: {name}")
    if not made.dry_run:
        line(f"{made.out} written ({made.preset})")
