"""Things and sights in a decode: pictures at even steps of time, whatever the frame rate."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.core.logged import Probe
from answerprint.core.records import Annotation
from answerprint.departments.footage.things.detecting import Detector, Things
from answerprint.departments.footage.things.sights import Encoder
from answerprint.media.display import Display, upright
from answerprint.media.forms import DecodeSummary, PictureBlock, PictureForm, SoundBlock, Wants

LARGEST_SIDE = 1280  # pixels of the longer side that a model is shown at most


class Sampling:
    """One picture every so many seconds, by the stream's own timestamps: upright, with square pixels."""

    def __init__(self, found: Probe, every: float, width: int, height: int) -> None:
        video = next((one for one in found.streams if one.kind == "video"), None)
        wide, high = (video.width or 16, video.height or 9) if video is not None else (16, 9)
        aspect = (video.pixel_aspect or Fraction(1)) if video is not None else Fraction(1)
        self._rotation = video.rotation if video is not None else 0
        display = Display(wide, high, self._rotation, aspect)
        side = min(LARGEST_SIDE, 2 * max(width, height))
        size = display.coded(*display.within(min(side, max(wide, 2)), min(side, max(high, 2))))
        self.form = PictureForm("rgb", max(2, size[0]), max(2, size[1]))
        self._every = Fraction(every).limit_denominator(1000)
        self._next: Fraction | None = None
        self.time_base: Fraction | None = None

    def of(self, block: PictureBlock) -> list[tuple[int, NDArray[np.uint8]]]:
        """(tick, pixels) of the block's pictures that are due."""
        found = []
        self.time_base = block.time_base
        for pts, pixels in zip(block.pts.tolist(), block.pixels, strict=True):
            seconds = pts * block.time_base
            if self._next is None or seconds >= self._next:
                self._next = (seconds if self._next is None else self._next) + self._every
                if self._next <= seconds:  # a hole in the pictures
                    self._next = seconds + self._every
                found.append((pts, upright(pixels.astype(np.uint8, copy=False), self._rotation)))
        return found


class ThingsWatcher:
    """Detects in sampled pictures; `marks` holds the things when it has finished."""

    def __init__(self, found: Probe, detector: Detector, done: Callable[[ThingsWatcher], None]) -> None:
        card = detector.card
        self._sampling = Sampling(found, card.every, card.input.width, card.input.height)
        self._detector, self._things, self._done = detector, Things(), done
        self.marks: list[Annotation] = []
        self.looked_at = 0
        self.time_base: Fraction | None = None

    @property
    def wants(self) -> Wants:
        return Wants(picture=self._sampling.form)

    def picture(self, block: PictureBlock) -> None:
        for tick, pixels in self._sampling.of(block):
            self._things.add(tick, self._detector.look(pixels))
            self.looked_at += 1

    def sound(self, block: SoundBlock) -> None:
        """Things are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        self.time_base = summary.time_base
        if self.looked_at:
            self.marks = self._things.finish(summary.end_of_pictures)
        self._done(self)


class SightWatcher:
    """Encodes sampled pictures; `starts` and `vectors` hold them when it has finished."""

    def __init__(self, found: Probe, encoder: Encoder, done: Callable[[SightWatcher], None]) -> None:
        card = encoder.card
        self._sampling = Sampling(found, card.every, card.input.width, card.input.height)
        self._encoder, self._done = encoder, done
        self.starts: list[int] = []
        self.vectors: list[NDArray[np.float32]] = []
        self.marks: list[Annotation] = []
        self.time_base: Fraction | None = None

    @property
    def wants(self) -> Wants:
        return Wants(picture=self._sampling.form)

    def picture(self, block: PictureBlock) -> None:
        for tick, pixels in self._sampling.of(block):
            self.starts.append(tick)
            self.vectors.append(self._encoder.see(pixels))

    def sound(self, block: SoundBlock) -> None:
        """Pictures are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        self.time_base = summary.time_base
        if self.starts:
            ends = [*self.starts[1:], max(summary.end_of_pictures, self.starts[-1] + 1)]
            self.marks = [
                Annotation(start=start, end=end, label="sight")
                for start, end in zip(self.starts, ends, strict=True)
            ]
        self._done(self)
