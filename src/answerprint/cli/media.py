"""`answerprint probe`: what a file is, and what is wrong with it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from answerprint.core.logged import Probe
    from answerprint.core.records import Damage, Stream

app = command_app()


@app.command("probe")
def probe(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", readable=False, help="A picture, sound or still file.")
    ],
    quick: Annotated[
        bool, typer.Option("--quick", help="Headers only: damage inside the file is not looked for.")
    ] = False,
    known_hash: Annotated[
        str | None, typer.Option(help="BLAKE3 of the file as it was: a changed payload is reported.")
    ] = None,
    json: Json = False,
) -> None:
    """Streams, exact rates and times, timecode, rotation, colour tags, and damage with place and reason.

    The whole file is read through, unless --quick is given. Exit code 3 says that it is damaged.

    Example: answerprint probe A001C003.mov
    """
    from answerprint.media.damage import inspect
    from answerprint.media.probe import probe as read_headers

    found = read_headers(file)
    damage: tuple[Damage, ...] = ()
    if not quick and found.kind != "raw":
        damage = inspect(file, known_hash=known_hash).damage
    document = _document(file, found, damage)

    def text(console: Console) -> None:
        console.print(printable(f"{file.name}: {found.container}"), markup=False, highlight=False)
        for stream in found.streams:
            console.print(printable(f"  {_line(stream)}"), markup=False, highlight=False)
        if found.timecode is not None:
            label, source = found.timecode.label, found.timecode.source
            console.print(f"  timecode {label} at {found.timecode.rate} ({source})", highlight=False)
        for one in found.findings:
            console.print(printable(f"  {one.message}"), markup=False, highlight=False)
        for one_damage in document["damage"]:
            line = f"  damaged{_place(one_damage)}: {one_damage['reason']}"
            console.print(printable(line), markup=False, highlight=False)
        if not damage and not quick:
            console.print("  no damage found", highlight=False)

    emit(document, json, text)
    if damage:
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


def _document(file: Path, found: Probe, damage: tuple[Damage, ...]) -> dict[str, Any]:
    from answerprint.core.encoding import to_builtins
    from answerprint.core.time import Time, time_document

    def place(time: Time | None) -> Any:
        return to_builtins(time_document(time)) if time is not None else None

    streams = []
    for stream in found.streams:
        one: dict[str, Any] = to_builtins(stream)
        one["start"], one["duration"] = place(stream.start), place(stream.duration)
        streams.append(one)
    video = found.stream("video")
    return {
        "file": printable(str(file)),
        "container": found.container,
        "kind": found.kind,
        "streams": streams,
        "duration": place(found.duration),
        "timecode": to_builtins(found.timecode) if found.timecode is not None else None,
        "variable_rate": any(stream.variable_rate for stream in found.streams),
        "rotation": video.rotation if video is not None else 0,
        "colour": to_builtins(video.colour) if video is not None else None,
        "tags": dict(found.tags),
        "findings": to_builtins(found.findings),
        "damage": [
            {
                "from": place(one.range.start if one.range is not None else None),
                "to": place(one.range.end if one.range is not None else None),
                "kind": one.kind,
                "reason": one.reason,
                "frames_lost": one.frames_lost,
                "evidence": list(one.evidence),
                "stream": one.stream,
            }
            for one in damage
        ],
    }


def _line(stream: Stream) -> str:
    parts = [f"{stream.index} {stream.kind} {stream.codec}"]
    if stream.width:
        parts.append(f"{stream.width}×{stream.height}")
    if stream.rate is not None:
        unit = "fps" if stream.kind == "video" else "Hz"
        exact = f"{stream.rate.numerator}/{stream.rate.denominator}"
        parts.append(f"{exact if stream.rate.denominator != 1 else stream.rate.numerator} {unit}")
    if stream.variable_rate:
        parts.append("variable rate")
    if stream.channels:
        parts.append(f"{stream.channels} channels" + (f" ({stream.layout})" if stream.layout else ""))
    if stream.ltc_channel is not None:
        parts.append(f"timecode on channel {stream.ltc_channel + 1}")
    if stream.frames is not None:
        parts.append(f"{stream.frames} frames" if stream.kind == "video" else f"{stream.frames} samples")
    if stream.start is not None and stream.start.ticks:
        parts.append(f"starts at {float(stream.start.seconds):.3f} s")
    if stream.rotation:
        parts.append(f"turned {stream.rotation}°")
    return ", ".join(parts)


def _place(damage: dict[str, Any]) -> str:
    """Where damage lies, in seconds; nothing for a header, which has no place in time."""
    if damage["from"] is None:
        return ""
    start, end = (float(Fraction(damage[key]["time"])) for key in ("from", "to"))
    return f" {start:.3f} – {end:.3f} s"
