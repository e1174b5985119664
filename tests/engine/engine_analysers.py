"""Analysers for the engine's tests, apart from the other steps so that those load no FFmpeg."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine_steps import note, perish

from answerprint.core.errors import FormatError
from answerprint.engine.step import AnalyserStep, Context, Inputs
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, SoundForm, Wants


@dataclass(frozen=True)
class CountSamples(AnalyserStep):
    """Counts the samples of a file; `way` says how it goes wrong."""

    name: ClassVar[str] = "count_samples"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("out",)
    way: str = ""

    def consumer(self, inputs: Inputs, context: Context) -> _Counter:
        note(self.name, context)
        if self.way == "refuse at once":
            raise FormatError("AP-FORMAT-998", "not this file")
        return _Counter(self.way, context)


@dataclass(frozen=True)
class CountLoud(CountSamples):
    name: ClassVar[str] = "count_loud"


@dataclass(frozen=True)
class CountQuiet(CountSamples):
    name: ClassVar[str] = "count_quiet"


class _Counter:
    def __init__(self, way: str, context: Context) -> None:
        self._way = way
        self._context = context
        self._samples = 0

    @property
    def wants(self) -> Wants:
        return Wants(sound=SoundForm(mono=True))

    def picture(self, block: PictureBlock) -> None:
        raise AssertionError("no picture was asked for")

    def sound(self, block: SoundBlock) -> None:
        self._samples += len(block.samples)
        if self._way == "refuse":
            raise FormatError("AP-FORMAT-997", "a sample it cannot stand")
        if self._way:
            perish(self._way)

    def finish(self, summary: DecodeSummary) -> None:
        self._context.write_record("out", self._samples)
