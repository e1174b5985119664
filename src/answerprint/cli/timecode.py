"""`answerprint timecode`: convert between frames, seconds and timecode."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit
from answerprint.core.time import Time, time_document
from answerprint.core.timecode import can_drop, format_timecode, parse_position, parse_rate

app = command_app()


class Converted(msgspec.Struct):
    frame: int
    timecode: str
    time: str
    rate: str
    drop: bool


@app.command(
    "timecode",
    context_settings={"ignore_unknown_options": True},  # a negative frame or timecode is no option
)
def timecode(
    value: Annotated[
        str,
        typer.Argument(
            metavar="VALUE",
            help="A frame (107892), seconds (12.5s, 1001/24000s) or a timecode ('01:00:00;00').",
        ),
    ],
    rate: Annotated[str, typer.Option(help="Frames a second: 25, 23.976, 30000/1001.")],
    drop: Annotated[bool, typer.Option("--drop", help="Read and write drop-frame timecode.")] = False,
    json: Json = False,
) -> None:
    """Convert a frame, seconds or a timecode at an exact rate.

    Example: answerprint timecode '01:00:00;02' --rate 30000/1001 --drop
    """
    exact = parse_rate(rate)
    frame = parse_position(value, exact, drop=True if drop else None)
    dropped = drop or (";" in value and can_drop(exact))
    label = format_timecode(frame, exact, drop=dropped)
    shown = time_document(Time(frame, exact), frame, label)
    document = Converted(frame, label, shown.time, f"{exact.numerator}/{exact.denominator}", dropped)

    def text(console: Console) -> None:
        console.print(f"frame {frame}   timecode {label}   {shown.time} s", highlight=False)

    emit(document, json, text)
