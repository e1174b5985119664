"""Looks in a decode group."""

from __future__ import annotations

import numpy as np

from answerprint.core.records import Annotation
from answerprint.departments.footage.looks.by_half_second import FORM as LOOKS_FORM
from answerprint.departments.footage.looks.by_half_second import LooksMeter
from answerprint.departments.footage.tracks import write_track
from answerprint.engine.step import Context
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, Wants


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
        windows = self._meter.finish(summary.end_of_pictures)
        marks = [
            Annotation(start=one.start_pts, end=one.end_pts, label="look", value=dict(one.values))
            for one in windows
        ]
        write_track(self._context, self._context.subject, "looks", 1 / summary.time_base, marks)
