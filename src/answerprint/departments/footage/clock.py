"""Places in a file as people write them: exact time, picture number, and the file's own timecode."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.core.logged import Probe
from answerprint.core.time import Time, TimeDocument, time_document
from answerprint.core.timecode import format_timecode, recount
from answerprint.media.forms import DecodeSummary


class PictureClock:
    """The pictures of a decoded file, asked by tick or by time. Raises ValueError for a file without any."""

    def __init__(self, asked: Probe, summary: DecodeSummary) -> None:
        if summary.time_base is None or not summary.pictures:
            raise ValueError("a clock of pictures needs pictures")
        self.time_base: Fraction = summary.time_base
        self.rate = next((one.rate for one in asked.streams if one.kind == "video"), None)
        self.times: NDArray[np.int64] = np.sort(summary.pts)
        self._timecode = asked.timecode

    def at_tick(self, tick: int) -> TimeDocument:
        """A tick of the picture stream; its frame is the first picture that starts there or later."""
        frame = int(np.searchsorted(self.times, tick, side="left"))
        return time_document(Time(tick, 1 / self.time_base), frame, self._label(frame))

    def at_time(self, time: Time) -> TimeDocument:
        """A time of any rate; its frame is the picture on screen at that moment."""
        tick = time.seconds / self.time_base
        frame = max(0, int(np.searchsorted(self.times, float(tick), side="right")) - 1)
        return time_document(time, frame, self._label(frame))

    def _label(self, frame: int) -> str | None:
        """A picture's label, counted in pictures also where the file's own timecode counts half of them."""
        if self._timecode is None:
            return None
        counted = self.rate or self._timecode.rate
        start, drop = recount(self._timecode.frame, self._timecode.rate, self._timecode.drop, counted)
        return format_timecode(start + frame, counted, drop=drop)
