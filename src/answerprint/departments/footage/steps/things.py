"""What a user's own models see in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from answerprint.core.logged import Probe
from answerprint.engine.step import AnalyserStep, Context, Inputs

if TYPE_CHECKING:
    from answerprint.departments.footage.things.cards import Model
    from answerprint.departments.footage.things.watching import SightWatcher, ThingsWatcher
    from answerprint.media.fanout import Consumer


@dataclass(frozen=True)
class ThingsStep(AnalyserStep):
    """The track `things.1`: what a user's detector sees, from when to when."""

    model: str  # the card's path; where it lies is no part of the key
    digest: str

    name: ClassVar[str] = "things"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("things",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "onnxruntime", "opencv-contrib-python-headless")

    def parameters(self) -> dict[str, Any]:
        return {}

    def model_digests(self) -> dict[str, str]:
        return {"things": self.digest}

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.things.detecting import Detector
        from answerprint.departments.footage.things.watching import ThingsWatcher
        from answerprint.departments.footage.tracks import write_track

        detector = Detector(_model(self.model, self.digest), context.threads)

        def done(watcher: ThingsWatcher) -> None:
            if watcher.time_base is not None:
                write_track(context, context.subject, "things", 1 / watcher.time_base, watcher.marks)

        return ThingsWatcher(inputs["probe"].record(Probe), detector, done)


@dataclass(frozen=True)
class SeenStep(AnalyserStep):
    """The track `seen.1`, pictures at even steps, and their vectors by a user's image–text encoder."""

    model: str
    digest: str

    name: ClassVar[str] = "seen"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("seen", "meaning")
    libraries: ClassVar[tuple[str, ...]] = ("av", "onnxruntime", "opencv-contrib-python-headless")

    def parameters(self) -> dict[str, Any]:
        return {}

    def model_digests(self) -> dict[str, str]:
        return {"seen": self.digest}

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.search.meaning_file import write_meanings
        from answerprint.departments.footage.things.sights import Encoder
        from answerprint.departments.footage.things.watching import SightWatcher
        from answerprint.departments.footage.tracks import write_track

        encoder = Encoder(_model(self.model, self.digest), context.threads)

        def done(watcher: SightWatcher) -> None:
            if watcher.time_base is not None:
                write_track(context, context.subject, "seen", 1 / watcher.time_base, watcher.marks)
                rows = list(zip(watcher.starts, watcher.vectors, strict=True))
                # By no digest: the track's own is known when it is committed.
                context.write_bytes("meaning", write_meanings(encoder.name, {"": rows}))

        return SightWatcher(inputs["probe"].record(Probe), encoder, done)


def _model(path: str, digest: str) -> Model:
    """The model by its card. Raises ModelError AP-MODEL-034 where it has changed since it was asked for."""
    from pathlib import Path

    from answerprint.core.errors import ModelError
    from answerprint.departments.footage.things.cards import read_model

    model = read_model(Path(path))
    if model.digest != digest:
        raise ModelError("AP-MODEL-034", "the model changed while it was used", file=path, remedy="run again")
    return model
