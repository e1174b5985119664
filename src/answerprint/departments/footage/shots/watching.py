"""Shots in a decode group."""

from __future__ import annotations

import numpy as np

from answerprint.core.records import Annotation
from answerprint.departments.footage.shots.backends import Backend, Detector
from answerprint.departments.footage.tracks import write_track
from answerprint.engine.step import Context
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, Wants


class ShotWatcher:
    def __init__(self, context: Context, chosen: Backend) -> None:
        self.wants = Wants(picture=chosen.form)
        self._context = context
        self._make = chosen.make
        self._detector: Detector | None = None

    def picture(self, block: PictureBlock) -> None:
        if self._detector is None:
            self._detector = self._make(block.time_base)
        self._detector.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Shots are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        if self._detector is None or summary.time_base is None:
            return
        found = self._detector.finish(summary.end_of_pictures)
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
