"""Where the pictures of an asset lie in time: a regular grid, or the table of a variable-rate file."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction

import msgspec

from answerprint.core.time import Rounding, Time


class FrameGrid(msgspec.Struct, frozen=True, kw_only=True):
    """Presentation times of an asset's pictures, by presentation index.

    pts holds every timestamp in ticks of time_base where the file's timestamps are not on a regular grid;
    it is empty where picture k is shown at exactly first + k / rate.
    """

    first: Time
    rate: Fraction  # nominal frames a second
    count: int
    end: Time  # when the last picture leaves the screen
    time_base: Fraction = Fraction(1)  # seconds per tick of pts
    pts: tuple[int, ...] = ()

    def index_at(self, time: Time) -> int:
        """The index of the picture on screen at a time, held to the first and the last."""
        if self.pts:
            ticks = time.frame(1 / self.time_base, Rounding.FLOOR)
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
