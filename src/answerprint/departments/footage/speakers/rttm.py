"""RTTM: one line a turn, as NIST's Rich Transcription evaluations and most diarisation tools write it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from answerprint.core.errors import FormatError
from answerprint.departments.footage.speakers.diarisation_error import Span

MAX_BYTES = 64 * 2**20  # a day of speech takes two


def rttm(name: str, turns: Iterable[Span], rate: int) -> str:
    """SPEAKER lines with start and length in seconds to the millisecond. turns: ticks of `rate` and who.

    Fields are separated by spaces, so spaces in names become underscores.
    """
    lines = []
    for start, end, who in turns:
        first, last = _milliseconds(start, rate), _milliseconds(end, rate)
        times = f"{_seconds(first)} {_seconds(last - first)}"
        lines.append(f"SPEAKER {_word(name)} 1 {times} <NA> <NA> {_word(who)} <NA> <NA>")
    return "".join(f"{line}\n" for line in lines)


def read_rttm(path: Path, rate: int) -> list[Span]:
    """The turns of an RTTM file in ticks of `rate`; lines of other types are passed over.

    Raises FormatError AP-FORMAT-090 with the line that does not fit.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("it is larger than any")
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise FormatError("AP-FORMAT-090", f"not an RTTM file: {error}", file=str(path)) from error
    turns = []
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        try:
            start, length = Fraction(fields[3]), Fraction(fields[4])
            if start < 0 or length < 0 or start + length > 10**6:
                raise ValueError("its times are not within a recording")
            turns.append((round(start * rate), round((start + length) * rate), fields[7]))
        except (ValueError, IndexError, ZeroDivisionError) as error:
            raise FormatError(
                "AP-FORMAT-090",
                f"not a turn: {error}",
                file=str(path),
                at=f"line {number}",
                remedy="SPEAKER file channel start length <NA> <NA> name <NA> <NA>",
            ) from error
    return turns


def _milliseconds(ticks: int, rate: int) -> int:
    return round(Fraction(ticks * 1000, rate))


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"


def _word(text: str) -> str:
    return "_".join(text.split()) or "_"
