"""What the engine runs for picture: how clips look, the grade that matches one to another, its table."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import msgspec

from answerprint.core.cut import Cdl
from answerprint.engine.step import Context, Inputs, Step

if TYPE_CHECKING:
    from answerprint.departments.picture.pairs import View
    from answerprint.departments.picture.windows import Pixels

LIBRARIES = ("av", "numpy", "scipy", "opencv-contrib-python-headless", "opencolorio")


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures of a file to be looked at: where, in seconds of its own time, at what size, of what space."""

    times: tuple[Fraction, ...]
    width: int
    height: int
    space: str
    stream: int | None = None


class MatchBrief(msgspec.Struct, frozen=True, kw_only=True):
    ours: Sample
    hero: Sample
    grading: str


class LookBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A grade over code values of a space. The grade names the space it is of."""

    grade: Cdl
    space: str


@dataclass(frozen=True)
class AppearanceStep(Step):
    """The record `appearance`: how the pictures look that a cut uses of a file."""

    name: ClassVar[str] = "appearance"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "sample")
    writes: ClassVar[tuple[str, ...]] = ("appearance",)
    libraries: ClassVar[tuple[str, ...]] = LIBRARIES

    def run(self, inputs: Inputs, context: Context) -> None:
        import numpy as np

        from answerprint.departments.picture.balancing import appearance
        from answerprint.departments.picture.spaces import LINEAR_709, change

        sample = inputs["sample"].record(Sample)
        frames = _frames(inputs["media"].path(), sample)
        to_linear = change(sample.space, LINEAR_709)
        context.write_record("appearance", appearance(np.stack([to_linear(one) for one in frames])))


@dataclass(frozen=True)
class MatchStep(Step):
    """The record `match`: the grade that brings a file's pictures to the look of a hero's."""

    name: ClassVar[str] = "match"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "hero", "brief")
    writes: ClassVar[tuple[str, ...]] = ("match",)
    libraries: ClassVar[tuple[str, ...]] = LIBRARIES

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.picture.matching import match

        brief = inputs["brief"].record(MatchBrief)
        ours = _views(inputs["media"].path(), brief.ours, brief.grading)
        theirs = _views(inputs["hero"].path(), brief.hero, brief.grading)
        context.write_record("match", match(ours, theirs, brief.grading))


@dataclass(frozen=True)
class LookStep(Step):
    """A grade as a table over code values, (33, 33, 33, 3) float32 indexed by red, green, blue (.npy)."""

    name: ClassVar[str] = "look"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("brief",)
    writes: ClassVar[tuple[str, ...]] = ("look",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "opencolorio")

    def run(self, inputs: Inputs, context: Context) -> None:
        import numpy as np

        from answerprint.departments.picture.operations import table
        from answerprint.departments.picture.spaces import GRADING
        from answerprint.formats.colour.cube import lattice

        brief = inputs["brief"].record(LookBrief)
        made = table(brief.space, brief.grade, brief.grade.space or GRADING, lattice())
        with context.new_file("look", ".npy").open("wb") as file:
            np.save(file, made)


def _frames(path: Path, sample: Sample) -> list[Pixels]:
    """Code values of the pictures that decode, (h, w, 3)."""
    import numpy as np

    from answerprint.core.errors import MediaError
    from answerprint.core.time import Time
    from answerprint.media.decode import picture_at
    from answerprint.media.forms import PictureForm

    form = PictureForm("float", sample.width, sample.height)
    found: dict[int, Pixels] = {}
    for at in sample.times:
        try:
            pixels, tick = picture_at(path, Time.of_seconds(at), form, stream=sample.stream)
        except MediaError as error:
            if error.code != "AP-MEDIA-016":
                raise
            continue
        found[tick] = np.asarray(pixels, np.float32)
    if not found:
        raise MediaError("AP-MEDIA-017", "no picture in it could be decoded", file=str(path))
    return [found[tick] for tick in sorted(found)]


def _views(path: Path, sample: Sample, grading: str) -> list[View]:
    from answerprint.departments.picture.matching import view_of

    return [view_of(one, sample.space, grading) for one in _frames(path, sample)]
