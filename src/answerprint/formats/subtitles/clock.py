"""The clock of subtitle files: hours, minutes, seconds and milliseconds of the cut."""

from __future__ import annotations

from fractions import Fraction

from answerprint.core.errors import FormatError
from answerprint.core.time import Time

MILLISECONDS = Fraction(1000)  # ticks a second


def clock_label(time: Time, separator: str) -> str:
    """`01:02:03,456`, the nearest millisecond. Raises FormatError AP-FORMAT-052 before zero."""
    ticks = time.frame(MILLISECONDS)
    if ticks < 0:
        raise FormatError("AP-FORMAT-052", "a subtitle cannot begin before the cut does")
    seconds, milliseconds = divmod(ticks, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{separator}{milliseconds:03d}"


def read_clock(label: str, file: str | None, line: int) -> Time:
    """A label's time in ticks of 1/1000 s. Hours may be left out. Raises FormatError AP-FORMAT-050."""
    whole, _, part = label.replace(",", ".").partition(".")
    *larger, seconds = (int(one) for one in whole.split(":"))
    if seconds > 59 or larger[-1] > 59:
        raise FormatError("AP-FORMAT-050", f"{label!r} is no time", file=file, at=f"line {line}")
    hours, minutes = larger if len(larger) == 2 else (0, larger[0])
    return Time(((hours * 60 + minutes) * 60 + seconds) * 1000 + int(part.ljust(3, "0")), MILLISECONDS)
