"""The consumers of a decode group: each watches or listens to one asset and writes its own outputs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.core.frames import FrameGrid, rounds_a_grid
from answerprint.core.logged import Inspection, Probe
from answerprint.core.records import Annotation, Stream
from answerprint.core.time import Time
from answerprint.departments.footage.finding import end_of_pictures
from answerprint.departments.footage.listening import LISTENING_RATE, Ear
from answerprint.departments.footage.looks import FORM as LOOKS_FORM
from answerprint.departments.footage.looks import LooksMeter
from answerprint.departments.footage.marking import write_track
from answerprint.departments.footage.shots import FORM as SHOTS_FORM
from answerprint.departments.footage.shots import ShotDetector
from answerprint.engine.step import Context
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, SoundForm, Wants


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


class ShotWatcher:
    wants = Wants(picture=SHOTS_FORM)

    def __init__(self, context: Context) -> None:
        self._context = context
        self._detector: ShotDetector | None = None

    def picture(self, block: PictureBlock) -> None:
        if self._detector is None:
            self._detector = ShotDetector(block.time_base)
        self._detector.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Shots are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        if self._detector is None or summary.time_base is None:
            return
        found = self._detector.finish(end_of_pictures(summary))
        marks = [
            Annotation(
                start=one.start_pts,
                end=one.end_pts,
                label=one.type,
                confidence=one.confidence,
                value=dict(one.evidence),
            )
            for one in found.boundaries
        ]
        marks += [Annotation(start=start, end=end, label="shot") for start, end in found.shots]
        write_track(self._context, self._context.subject, "shots", 1 / summary.time_base, marks)


class LooksWatcher:
    wants = Wants(picture=LOOKS_FORM)

    def __init__(self, context: Context) -> None:
        self._context = context
        self._meter: LooksMeter | None = None

    def picture(self, block: PictureBlock) -> None:
        if self._meter is None:
            self._meter = LooksMeter(block.time_base)
        self._meter.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Looks are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        if self._meter is None or summary.time_base is None:
            return
        windows = self._meter.finish(end_of_pictures(summary))
        marks = [
            Annotation(start=one.start_pts, end=one.end_pts, label="look", value=dict(one.values))
            for one in windows
        ]
        write_track(self._context, self._context.subject, "looks", 1 / summary.time_base, marks)


class Listener:
    wants = Wants(sound=SoundForm(rate=LISTENING_RATE))

    def __init__(self, found: Probe, context: Context) -> None:
        audio = next((one for one in found.streams if one.kind == "audio"), None)
        timecode = audio.ltc_channel if audio is not None else None
        self._stream = audio.index if audio is not None else None
        self._ear = Ear(frozenset() if timecode is None else frozenset({timecode}))
        self._context = context
        self._file = context.new_file("sound").open("wb")

    def picture(self, block: PictureBlock) -> None:
        """Sound is heard, not seen."""

    def sound(self, block: SoundBlock) -> None:
        if block.stream == self._stream:
            self._file.write(self._ear.add(block.start, block.samples))

    def finish(self, summary: DecodeSummary) -> None:
        self._file.close()
        listening = self._ear.finish()
        if listening is not None:
            self._context.write_record("listening", listening)
