"""What is seen in a file, by one decode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from answerprint.engine.step import AnalyserStep, Context, Inputs

if TYPE_CHECKING:
    from answerprint.media.fanout import Consumer


@dataclass(frozen=True)
class ShotsStep(AnalyserStep):
    """The track `shots.1`: boundaries by type, and the shots between them. backend: see shots/backends.py."""

    name: ClassVar[str] = "shots"
    version: ClassVar[int] = 6
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("shots",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless", "onnxruntime")

    backend: str = "network"

    def model_digests(self) -> dict[str, str]:
        from answerprint.departments.footage.shots.backends import model_digests

        return model_digests(self.backend)

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.shots.backends import backend
        from answerprint.departments.footage.shots.watching import ShotWatcher

        return ShotWatcher(context, backend(self.backend))


@dataclass(frozen=True)
class LooksStep(AnalyserStep):
    """The track `looks.1`: exposure, colour, sharpness and motion by half second."""

    name: ClassVar[str] = "looks"
    version: ClassVar[int] = 3
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("looks",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless")

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.looks.watching import LooksWatcher

        return LooksWatcher(context)
