"""The fast pass: what a bin shows of a file before it is looked at closely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from answerprint.core.logged import Probe
from answerprint.engine.step import Context, Inputs, Step


@dataclass(frozen=True)
class GlanceStep(Step):
    """Coarse shots (the track `glance.1`), a strip of pictures, voice or not, and plain faults."""

    asset: str  # in the key, because a track belongs to one asset

    name: ClassVar[str] = "glance"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("look", "strip", "glance")
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.glance.looking import look_at
        from answerprint.departments.footage.tracks import write_track

        look = look_at(inputs["media"].path(), inputs["probe"].record(Probe))
        context.write_record("look", look.glance)
        if look.strip is not None:
            context.write_bytes("strip", look.strip)
        if look.rate is not None:
            write_track(context, self.asset, "glance", look.rate, list(look.marks))
