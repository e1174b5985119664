"""What a file is: its headers, a small picture of it, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from answerprint.core.logged import Probe
from answerprint.engine.step import AnalyserStep, Context, Inputs, Step

if TYPE_CHECKING:
    from answerprint.media.fanout import Consumer

THUMBNAIL_WIDTH = 320


@dataclass(frozen=True)
class ProbeStep(Step):
    """What the file says of itself: streams, rates, timecode, colour tags."""

    wave_rate: Fraction  # frames a second of a recorder's timecode where its files name none

    name: ClassVar[str] = "probe"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("probe",)
    libraries: ClassVar[tuple[str, ...]] = ("av",)

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.media.probe import probe

        context.write_record("probe", probe(inputs["media"].path(), self.wave_rate))


@dataclass(frozen=True)
class ThumbnailStep(Step):
    """One small picture of the asset from its keyframes, for bins."""

    name: ClassVar[str] = "thumbnail"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("thumbnail",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "opencv-contrib-python-headless")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.media.stills import keyframe_thumbnails

        thumbnails = keyframe_thumbnails(inputs["media"].path(), 1, THUMBNAIL_WIDTH)
        if thumbnails:
            context.write_bytes("thumbnail", thumbnails[0])


@dataclass(frozen=True)
class InspectStep(AnalyserStep):
    """Counts, damage and the exact place of every picture, from one read of the whole file."""

    name: ClassVar[str] = "inspect"
    version: ClassVar[int] = 3
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("inspection", "frames")
    libraries: ClassVar[tuple[str, ...]] = ("av",)

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.inspecting import Inspector

        return Inspector(inputs["probe"].record(Probe), context)
