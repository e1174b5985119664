"""The `answerprint subtitles` group; each file beside this one adds its commands to it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from answerprint.cli.output import command_app
from answerprint.core.errors import UsageError

if TYPE_CHECKING:
    from answerprint.formats.subtitles.model import Cue, SubtitleFile

app = command_app()

Profile = Annotated[
    str, typer.Option("--profile", "-p", metavar="NAME", help="Whose rules: netflix-en, bbc, ebu, youtube …")
]
Rate = Annotated[
    str | None, typer.Option("--rate", metavar="FPS", help="Frames a second, exact: 24000/1001, 25, 23.976.")
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]
In = Annotated[
    Path,
    typer.Argument(metavar="FILE", readable=False, help="SRT, VTT, TTML, IMSC, EBU STL, SCC, ASS."),
]
Out = Annotated[
    Path, typer.Argument(metavar="OUT", readable=False, help="The new file; its suffix says the format.")
]


@app.callback()
def subtitles() -> None:
    """Subtitles by a platform's rules: made, checked, mended with proof, converted, conformed, translated.

    Example: answerprint subtitles check film.srt --profile netflix-en --video film.mp4
    """


def exact_rate(text: str | None) -> Fraction | None:
    """A rate as written, 23.976 and its like taken for what they stand for. Raises UsageError AP-USE-697."""
    if text is None:
        return None
    known = {"23.976": "24000/1001", "23.98": "24000/1001", "29.97": "30000/1001", "59.94": "60000/1001"}
    try:
        rate = Fraction(known.get(text, text))
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 1 <= rate <= 1000:
        raise UsageError(
            "AP-USE-697", f"{text!r} is no frame rate", remedy="24, 25, 30000/1001, 23.976 and the like"
        )
    return rate


def written(file: SubtitleFile, out: Path, rate: Fraction | None) -> bytes:
    """The bytes of a file in the format that `out` names, by cue numbers from 1."""
    from answerprint.formats.subtitles.files import write_subtitles

    return write_subtitles(file, out, rate=rate)


def cue_document(cue: Cue, rate: Fraction) -> dict[str, Any]:
    """A cue for a JSON document: seconds, frames, text."""
    return {
        "start": float(cue.range.start.seconds),
        "end": float(cue.range.end.seconds),
        "start_frame": cue.range.start.frame(rate),
        "end_frame": cue.range.end.frame(rate),
        "text": cue.text,
        "speaker": cue.speaker,
    }


def numbers(found: Sequence[int], most: int = 12) -> str:
    """Cue numbers for people."""
    told = ", ".join(str(one) for one in found[:most])
    return told if len(found) <= most else f"{told} and {len(found) - most} more"
