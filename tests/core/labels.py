"""Timecode by counting: an independent labeller that goes through labels and leaves out the skipped ones."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

LEFT_OUT = {30: 2, 60: 4}  # labels that drop-frame skips at the start of a minute


def labels(rate: Fraction, drop: bool, hours: range) -> Iterator[str]:
    """Every label that exists, in counting order.

    SMPTE ST 12-1: labels run through every frame number of every second; drop-frame leaves out numbers 0
    and 1 (0 to 3 at 60) of the first second of each minute, except minutes 0, 10, 20, 30, 40 and 50.
    """
    count = round(rate)
    digits = 3 if count > 99 else 2
    numbers = [f"{';' if drop else ':'}{number:0{digits}d}" for number in range(count)]
    for hour in hours:
        for minute in range(60):
            for second in range(60):
                skipped = LEFT_OUT[count] if drop and second == 0 and minute % 10 else 0
                start = f"{hour:02d}:{minute:02d}:{second:02d}"
                for number in numbers[skipped:]:
                    yield start + number
