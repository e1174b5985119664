"""A production that is logged, without its media: tracks written by steps of the names of those that do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import msgspec

from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Inspection, Listening
from answerprint.core.records import Annotation, Track
from answerprint.departments.editorial.material import Material
from answerprint.engine.graph import Graph, Value
from answerprint.engine.step import Context, Inputs, Step
from answerprint.pipeline.making import Making

LOOK = ("blue_yellow", "clipped", "contrast", "crushed", "green_magenta", "motion", "saturation", "shake")


KINDS = {"frames": FrameGrid, "inspection": Inspection, "listening": Listening}  # the others are tracks


@dataclass(frozen=True)
class _Given(Step):
    """Writes what it is given."""

    version: ClassVar[int] = 1

    def run(self, inputs: Inputs, context: Context) -> None:
        for name in self.writes:
            if name in KINDS:
                context.write_record(name, inputs[name].record(KINDS[name]))
            else:
                context.write_track(name, inputs[name].record(Track))


def _step(name: str, *writes: str) -> Step:
    """A step of the name, and with the outputs, of the one that does the work in a real production."""
    kind = type(name, (_Given,), {"name": name, "reads": writes, "writes": writes})
    return dataclass(frozen=True)(kind)()


STEPS = (
    _step("readings", "readings", "words"),
    _step("voice", "voice"),
    _step("looks", "looks"),
    _step("shots", "shots"),
    _step("claps", "claps"),
    _step("inspect", "frames", "inspection"),
    _step("listen", "listening"),
)


def write_logged(making: Making, material: Sequence[Material]) -> int:
    """Write everything a cut reads of these takes; how many annotations."""
    graph = Graph()
    count = 0
    for one in material:
        assert one.readings and one.voice and one.looks and one.claps and one.frames and one.quality
        id = one.asset.id
        given = {
            "readings": one.readings,
            "words": _words(one.readings),
            "voice": one.voice,
            "looks": _looks(one.looks),
            "shots": _shots(one),
            "claps": one.claps,
            "frames": one.frames,
            "inspection": Inspection(pictures=one.frames.count, samples={}, damage=one.damage),
            "listening": one.quality,
        }
        for step in STEPS:
            graph.add(step, id, **{name: Value(given[name]) for name in step.writes})
        count += sum(len(each.annotations) for each in given.values() if isinstance(each, Track))
        making.assets[id] = one.asset
        making.paths[id] = Path(one.asset.path)
    making.run(graph)
    making.catalogue.put_assets(making.assets.values())
    return count


def _words(readings: Track) -> Track:
    found = []
    for one in readings.annotations:
        length = max(1, round((one.end - one.start) / (0.28 * float(readings.rate))))
        edges = [one.start + (one.end - one.start) * n // length for n in range(length + 1)]
        found += [
            Annotation(
                start=edges[n],
                end=edges[n + 1],
                label=one.label,
                text="word",
                confidence=one.confidence,
                value={"index": n, "kind": "match"},
            )
            for n in range(length)
        ]
    return msgspec.structs.replace(readings, name="words.1", annotations=tuple(found))


def _looks(looks: Track) -> Track:
    more = {name: 0.12345 for name in LOOK}
    marks = tuple(msgspec.structs.replace(one, value={**one.value, **more}) for one in looks.annotations)
    return msgspec.structs.replace(looks, annotations=marks)


def _shots(one: Material) -> Track:
    assert one.frames is not None
    shot = Annotation(start=0, end=one.frames.count, label="shot")
    return Track(asset=one.asset.id, name="shots.1", rate=Fraction(one.frames.rate), annotations=(shot,))
