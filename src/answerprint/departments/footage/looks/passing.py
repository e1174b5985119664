"""Looks in a decode group: what is measured while the file passes, kept for the step that knows the shots."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from answerprint.core.logged import Probe
from answerprint.departments.footage.looks.measures import (
    COLOUR_FORM,
    DetailMeter,
    Sharpness,
    SightMeter,
    Sights,
    detail_form,
    save_arrays,
)
from answerprint.departments.footage.looks.tracking import Motion
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, Wants

if TYPE_CHECKING:
    from answerprint.engine.step import Context


class DetailWatcher:
    """Movement and sharpness. With a context, written to its output `detail`."""

    def __init__(self, asked: Probe, context: Context | None = None) -> None:
        self.wants = Wants(picture=detail_form(asked))
        self._rotation = rotation_of(asked)
        self._context = context
        self._meter: DetailMeter | None = None

    def picture(self, block: PictureBlock) -> None:
        if self._meter is None:
            self._meter = DetailMeter(block.time_base, self._rotation)
        self._meter.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Movement is seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        if self._context is not None:
            save_arrays(self._context.new_file("detail", ".npz"), *self.found())

    def found(self) -> tuple[Motion, Sharpness]:
        return (self._meter or DetailMeter(Fraction(1))).finish()


class SightWatcher:
    """Light, colour, composition and small pictures. With a context, written to its output `sights`."""

    wants = Wants(picture=COLOUR_FORM)

    def __init__(self, asked: Probe, context: Context | None = None) -> None:
        self._rotation = rotation_of(asked)
        self._context = context
        self._meter: SightMeter | None = None

    def picture(self, block: PictureBlock) -> None:
        if self._meter is None:
            self._meter = SightMeter(block.time_base, self._rotation)
        self._meter.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Colour is seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        if self._context is not None:
            save_arrays(self._context.new_file("sights", ".npz"), self.found())

    def found(self) -> Sights:
        return (self._meter or SightMeter(Fraction(1))).finish()


def rotation_of(asked: Probe) -> int:
    """Degrees clockwise, in quarters, that turn a file's pictures upright."""
    stream = asked.stream("video")
    return round(stream.rotation / 90) * 90 % 360 if stream is not None else 0
