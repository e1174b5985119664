"""Every frame of 24 hours, at every rate: frame, label, frame; frame, time, frame; below zero and beyond."""

from __future__ import annotations

import multiprocessing
from fractions import Fraction

import pytest
from labels import labels

from answerprint.core.time import Rounding, Time
from answerprint.core.timecode import DROP_RATES, RATES, format_timecode, frames_a_day, parse_timecode

MODES = [
    (rate, drop) for rate in RATES.values() for drop in ((False, True) if rate in DROP_RATES else (False,))
]
IDS = [f"{float(rate):.3f}{' DF' if drop else ''}" for rate, drop in MODES]
HOURS = 24


def mismatches(rate: Fraction, drop: bool, hour: int, labelled: int) -> tuple[int, int]:
    """Frames of one hour that come back as something else, and the frames there are.

    labelled: labels counted in the hours before. Each label is tried where it is, a day later, and mirrored
    below zero.
    """
    frame, wrong = labelled, 0
    day = frames_a_day(rate, drop)
    for label, later in zip(
        labels(rate, drop, range(hour, hour + 1)),
        labels(rate, drop, range(hour + HOURS, hour + HOURS + 1)),
        strict=True,
    ):
        negative = f"-{label}" if frame else label
        for number, text in ((frame, label), (frame + day, later), (-frame, negative)):
            wrong += format_timecode(number, rate, drop=drop) != text
            wrong += parse_timecode(text, rate, drop=drop) != number
        # A time is a fraction: its sign and size cannot matter, so once a frame is enough.
        wrong += Time.of_seconds(Time(frame, rate).seconds).frame(rate, Rounding.EXACT) != frame
        frame += 1
    return wrong, frame - labelled


def _hour(job: tuple[Fraction, bool, int, int]) -> tuple[int, int]:
    return mismatches(*job)


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "drop"), MODES, ids=IDS)
def test_every_frame_of_a_day(rate: Fraction, drop: bool) -> None:
    counts = [sum(1 for _ in labels(rate, drop, range(hour, hour + 1))) for hour in range(HOURS)]
    jobs = [(rate, drop, hour, sum(counts[:hour])) for hour in range(HOURS)]
    with multiprocessing.get_context("spawn").Pool() as pool:
        results = pool.map(_hour, jobs, chunksize=1)
    assert sum(frames for _, frames in results) == sum(counts) == frames_a_day(rate, drop)
    assert sum(wrong for wrong, _ in results) == 0
