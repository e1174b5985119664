"""Slates in the picture, and other text."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from answerprint.core.logged import Probe, Slate
from answerprint.core.records import Annotation
from answerprint.engine.step import Context, Inputs, Step

RAPIDOCR = "rapidocr-ppocrv6"


@dataclass(frozen=True)
class SlatesStep(Step):
    """The track `slates.1`: when a slate is in the picture, and what it says.

    The head, the tail and the surroundings of claps are decoded, and single pictures of the rest: much less
    than the whole file, which is why it is no part of the shared decode.
    """

    asset: str  # whose pictures; in the key, because the track carries it
    rapidocr: str = ""  # the model's digest, to read what the own reader leaves; empty is without
    scenes: tuple[str, ...] = ()  # the screenplay's scene numbers: a prior, never an override

    name: ClassVar[str] = "slates"
    version: ClassVar[int] = 5
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    optional: ClassVar[tuple[str, ...]] = ("claps", "logged")
    writes: ClassVar[tuple[str, ...]] = ("slates",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless", "onnxruntime")

    def model_digests(self) -> dict[str, str]:
        return {RAPIDOCR: self.rapidocr} if self.rapidocr else {}

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.core.time import Time
        from answerprint.departments.footage.slates.agreement import disagreements
        from answerprint.departments.footage.slates.finding import find_slates
        from answerprint.departments.footage.slates.in_file import slate_label
        from answerprint.departments.footage.slates.places import picture_span
        from answerprint.departments.footage.slates.readers import reader_of
        from answerprint.departments.footage.slates.voting import Value
        from answerprint.departments.footage.tracks import write_track
        from answerprint.media.display import display_of

        path = inputs["media"].path()
        span = picture_span(path) if inputs["probe"].record(Probe).stream("video") is not None else None
        if span is None:
            return
        claps: list[Time] = []
        if "claps" in inputs:
            track = inputs["claps"].track()
            claps = [Time(one.start, track.rate) for one in track.annotations]
        logged = inputs["logged"].record(Slate) if "logged" in inputs else None
        reader, second = reader_of(False), reader_of(True) if self.rapidocr else None
        found = find_slates(
            path,
            display_of(path),
            span,
            reader,
            second=second,
            claps=claps,
            scenes=self.scenes,
            progress=lambda done: context.progress(done, 1.0),
        )
        nothing = Value(None, 0.0)
        marks = []
        for one in found:
            scene, take, slate = (one.values.get(name, nothing) for name in ("scene", "take", "slate"))
            value: dict[str, object] = {name: said.text for name, said in one.values.items()}
            value["confidence"] = {name: said.confidence for name, said in one.values.items()}
            value |= {
                "upside_down": one.upside_down,
                "reader": "+".join(one.name for one in (reader, second) if one),
            }
            if logged is not None:
                value["circled"] = logged.circled
                value["disagrees"] = [
                    {"field": other.field, "slate": other.slate, "log": other.log}
                    for other in disagreements(one.values, logged)
                ]
            marks.append(
                Annotation(
                    start=one.start,
                    end=one.end,
                    label="slate",
                    text=slate_label(scene, take, slate),
                    confidence=min(max(scene.confidence, slate.confidence), take.confidence),
                    value=value,
                )
            )
        write_track(context, self.asset, "slates", span.start.rate, marks)


@dataclass(frozen=True)
class TextStep(Step):
    """The track `text.1`: text in the picture, at a bounded number of sampled pictures."""

    asset: str
    rapidocr: str = ""

    name: ClassVar[str] = "text"
    version: ClassVar[int] = 5
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("text",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless", "onnxruntime")

    def model_digests(self) -> dict[str, str]:
        return {RAPIDOCR: self.rapidocr} if self.rapidocr else {}

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.slates.on_screen import find_text
        from answerprint.departments.footage.slates.places import picture_span
        from answerprint.departments.footage.slates.readers import reader_of
        from answerprint.departments.footage.tracks import write_track
        from answerprint.media.display import display_of

        path = inputs["media"].path()
        span = picture_span(path) if inputs["probe"].record(Probe).stream("video") is not None else None
        if span is None:
            return
        marks = [
            Annotation(
                start=one.start,
                end=one.end,
                label="text",
                text=one.text,
                confidence=one.confidence,
                value={"box": list(one.box)},
            )
            for one in find_text(path, display_of(path), span, reader_of(bool(self.rapidocr)))
        ]
        write_track(context, self.asset, "text", Fraction(span.start.rate), marks)
