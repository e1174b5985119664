"""When a file's pictures begin and end, on the stream's own clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from answerprint.core.time import Range
from answerprint.media.frame_times import frame_times


def picture_span(file: Path) -> Range | None:
    """From the first picture to a usual step past the last, in the stream's ticks; None without pictures."""
    times = frame_times(file)
    if not len(times.pts):
        return None
    step = int(np.median(np.diff(times.pts))) if len(times.pts) > 1 else 1
    return Range.of_ticks(int(times.pts[0]), int(times.pts[-1]) + max(1, step), 1 / times.time_base)
