"""Where the pictures of an asset lie in time: a regular grid, or the table of a variable-rate file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from answerprint.core.time import Rounding, Time

MANY_TICKS = 4  # of a picture: below it a tick is too much of one to be a rounding


class FrameGrid(msgspec.Struct, frozen=True, kw_only=True):
    """Presentation times of an asset's pictures, by presentation index.

    pts holds every timestamp in ticks of time_base where the file's timestamps are not on a regular grid;
    it is empty where picture k is shown at exactly first + k / rate. A file may keep a rate and round every
    timestamp to a coarse clock (Matroska's milliseconds): a picture is then on screen within the tick before
    its timestamp, or a clip at the file's own rate would show some pictures twice and others not at all.
    """

    first: Time
    rate: Fraction  # nominal frames a second
    count: int
    end: Time  # when the last picture leaves the screen
    time_base: Fraction = Fraction(1)  # seconds per tick of pts
    pts: tuple[int, ...] = ()
    rounded: bool = False  # pts are a regular grid's, each rounded to a tick

    def index_at(self, time: Time) -> int:
        """The index of the picture on screen at a time, held to the first and the last."""
        if self.pts:
            ticks = time.frame(1 / self.time_base, Rounding.CEILING if self.rounded else Rounding.FLOOR)
            found = bisect_right(self.pts, ticks) - 1
        else:
            found = (time - self.first).frame(self.rate, Rounding.FLOOR)
        return min(max(found, 0), self.count - 1)

    def time_of(self, index: int) -> Time:
        """When a picture appears. IndexError outside 0 … count − 1."""
        if not 0 <= index < self.count:
            raise IndexError(f"picture {index} of {self.count}")
        if self.pts:
            return Time(self.pts[index], 1 / self.time_base)
        return self.first + Time(index, self.rate)


def rounds_a_grid(pts: Sequence[int], step: Fraction) -> bool:
    """Whether timestamps lie within a tick of the multiples of a step (in ticks), and not all on them.

    The first is rounded as well, so that others may be a whole tick off. Pictures may be missing.
    """
    if step < MANY_TICKS or len(pts) < 2:
        return False
    first, whole, part = pts[0], step.numerator, step.denominator
    exact = True
    for one in pts:
        off = (one - first) * part % whole
        if part < off < whole - part:
            return False
        exact = exact and off == 0
    return not exact
