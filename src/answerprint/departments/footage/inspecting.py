"""What reading a whole file through showed: counts, damage, the place of every picture."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.core.frames import FrameGrid, rounds_a_grid
from answerprint.core.logged import Inspection, Probe
from answerprint.core.records import Stream
from answerprint.core.time import Time
from answerprint.engine.step import Context
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, Wants


class Inspector:
    wants = Wants()

    def __init__(self, found: Probe, context: Context) -> None:
        self._probe = found
        self._context = context

    def picture(self, block: PictureBlock) -> None:
        """Nothing is looked at: the summary holds every timestamp."""

    def sound(self, block: SoundBlock) -> None:
        """Nothing is listened to: the summary holds the counts."""

    def finish(self, summary: DecodeSummary) -> None:
        self._context.write_record(
            "inspection",
            Inspection(
                pictures=summary.pictures,
                samples={str(stream): count for stream, count in sorted(summary.samples.items())},
                damage=summary.damage,
            ),
        )
        video = next((one for one in self._probe.streams if one.kind == "video"), None)
        if summary.pictures and summary.time_base is not None and video is not None:
            grid = frame_grid(summary.pts, summary.time_base, video)
            self._context.write_record("frames", grid)


def frame_grid(pts: NDArray[np.int64], time_base: Fraction, video: Stream) -> FrameGrid:
    """Where the pictures lie: the table of timestamps, or nothing but a rate where they fit it exactly.

    Lost pictures leave holes in a regular grid; every other picture keeps its number and timecode. A file
    whose timestamps are rounded (milliseconds in Matroska) keeps its table: a time computed from the rate
    would fall before the picture it means.
    """
    rate = video.rate or Fraction(25)
    times = np.sort(pts)
    first = Time(int(times[0]), 1 / time_base)
    count = len(times)
    step = 1 / (rate * time_base)
    if not video.variable_rate and step.denominator == 1:
        numbers, off = np.divmod(times - times[0], step.numerator)
        if not off.any():
            count = int(numbers[-1]) + 1
            return FrameGrid(first=first, rate=rate, count=count, end=first + Time(count, rate))
    last = Time(int(times[-1]), 1 / time_base)
    table = tuple(int(one) for one in times)
    return FrameGrid(
        first=first,
        rate=rate,
        count=count,
        end=last + Time(1, rate),
        time_base=time_base,
        pts=table,
        rounded=rounds_a_grid(table, step),
    )
