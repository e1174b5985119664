"""Moments gathered in a decode: alone, or in a decode group of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from answerprint.departments.editorial.match_cuts.moments import LONG_SIDE, MomentMeter, Moments
from answerprint.departments.editorial.match_cuts.subjects import MODEL, PersonFinder
from answerprint.engine.step import AnalyserStep, Context, Inputs
from answerprint.media.display import display_of
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, Wants
from answerprint.media.forms import PictureForm
from answerprint.models.shelf import Shelf

if TYPE_CHECKING:
    from answerprint.media.fanout import Consumer


class MomentWatcher:
    """With a context, the moments are written to its output `moments`."""

    def __init__(self, path: Path, people: PersonFinder | None, context: Context | None = None) -> None:
        display = display_of(path)
        self.wants = Wants(
            picture=PictureForm("rgb", *display.coded(*display.within(LONG_SIDE, LONG_SIDE)), quick=True)
        )
        self._rotation, self._people, self._context = display.rotation, people, context
        self._meter: MomentMeter | None = None

    def picture(self, block: PictureBlock) -> None:
        if self._meter is None:
            self._meter = MomentMeter(block.time_base, self._rotation, self._people)
        self._meter.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """What matches is seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        if self._context is not None:
            self.found().save(self._context.new_file("moments", ".npz"))

    def found(self) -> Moments:
        return (self._meter or MomentMeter(Fraction(1))).finish()


@dataclass(frozen=True)
class MomentsStep(AnalyserStep):
    """The file `moments`: what match cuts are found by. people: the digest of the model that cuts people out,
    empty without it."""

    name: ClassVar[str] = "moments"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("moments",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless")

    people: str = ""

    def model_digests(self) -> dict[str, str]:
        return {MODEL: self.people} if self.people else {}

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        people = person_finder() if self.people else None
        return MomentWatcher(inputs["media"].path(), people, context)


def person_finder() -> PersonFinder | None:
    """What cuts people out, where it was fetched (`answerprint models fetch mediapipe-selfie`)."""
    shelf = Shelf()
    return PersonFinder(shelf.path(MODEL)) if shelf.fetched(MODEL) else None
